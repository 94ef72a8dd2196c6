import json
import os
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from random import Random

import pytest

import autograd as ag
from autograd import Value
from autograd.core.node import inputs_first
from autograd.core.primitives import ARITHMETIC, PRIMITIVES
from autograd.draw.text import cut, printed

ENGINE = (files("autograd") / "page" / "sweep.js").read_text("utf-8")
node = shutil.which("node")
needs_node = pytest.mark.skipif(node is None, reason="no JavaScript outside the browser")
GRID = (
    *(-745.0, -300.0, -27.0, -6.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.75, -0.5, -1e-3, -1e-9),
    *(0.0, 1e-300, 1e-12, 1e-5, 0.1, 0.3, 0.5, 0.9, 1.0, 1.2, 1.4999, 1.5, 1.7, 2.0, 2.5, 3.0),
    *(4.5, 8.3, 10.0, 26.0, 100.0, 709.0, 1e8, 1e155),
)


def in_node(program, data):
    """What the engine with this program after it prints, as JSON."""
    script = f"{ENGINE}\nconst data = JSON.parse(require('fs').readFileSync(0));\n{program}"
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(data), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def grid(primitive):
    """Operands of one primitive with its value, its partials and the end of its error."""
    operands = [[a] for a in GRID]
    if len(primitive.partials) == 2:
        operands = [[a, b] for a in GRID for b in GRID]
    for xs in operands:
        try:
            y = primitive(*xs)
        except ARITHMETIC as error:
            yield xs, None, [], str(error).split(") ")[1]
            continue
        slopes = primitive.slopes(xs, y)[: len(xs)]
        yield xs, y, [None if d != d else d for d in slopes], None


def close(a, b):
    """Equal to 1e-12, relative; below the normal floats, to their spacing."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-12 * abs(b) + 1e-320


def test_the_engine_knows_every_primitive_and_every_input():
    table = ENGINE[ENGINE.index("const PRIMITIVES") :]
    rows = re.findall(r"^  (\w+): (.*?\]),$(?=\n  \w|\n})", table, re.M | re.S)
    assert [name for name, _ in rows] == list(PRIMITIVES)
    for name, row in rows:  # each partial ends in its formula, a text
        assert len(re.findall(r'"\]', row)) == len(PRIMITIVES[name].partials), name


EVALUATE = """
const rows = data.map(([op, xs]) => {
  const leaves = xs.map((value) => ({ value }));
  const nodes = [...leaves, { op, inputs: xs.map((_, i) => i) }];
  const { values, partials, errors } = evaluate(nodes, xs);
  return [values.at(-1), partials.at(-1), errors.get(xs.length) ?? null];
});
"""


@needs_node
def test_values_partials_and_errors_are_those_of_python():
    compare(lambda data: in_node(EVALUATE + "console.log(JSON.stringify(rows));", data))


def compare(run):
    """Hold what an engine gives on the grid against Python."""
    cases = [(p.name, *row) for p in PRIMITIVES.values() for row in grid(p)]
    assert len(cases) > 10_000
    found = run([[name, xs] for name, xs, *_ in cases])
    for (name, xs, y, slopes, error), (y_js, slopes_js, error_js) in zip(cases, found, strict=True):
        assert close(y_js, y), (name, xs)
        assert len(slopes_js) == len(slopes) and all(map(close, slopes_js, slopes)), (name, xs)
        assert (error_js and error_js.split(") ")[1]) == error, (name, xs)


@needs_node
def test_numbers_are_written_as_in_python():
    random = Random(0)
    numbers = [random.uniform(-10, 10) * 10.0 ** random.randint(-12, 12) for _ in range(3000)]
    numbers += [n + 0.5 for n in range(990, 10_010, 7)]  # ties, which go to the even digit
    numbers += [
        0.0,
        1e-5,
        9.9995e-5,
        0.00012345,
        1e16,
        5e-324,
        1.7e308,
        2.2,
        99995.0,
        999999.5,
        -0.0,
    ]
    program = "console.log(JSON.stringify(data.map((x) => [text(x), text(x, 12), text(x, 1)])))"
    python = [tuple(printed(x, digits) for digits in (4, 12, 1)) for x in numbers]
    assert [tuple(row) for row in in_node(program, numbers)] == python


SWEEP = """
const rows = data.map(([nodes, leaves, root]) => {
  const state = evaluate(nodes, leaves), { adjoints, broken } = sweep(nodes, state, root);
  return [state.values, adjoints, [...state.errors.values(), ...broken.values()]];
});
console.log(JSON.stringify(rows));
"""


def recorded(y):
    """The graph as the engine reads it."""
    order = inputs_first(y)
    index = {v: i for i, v in enumerate(order)}
    nodes = [
        {
            **{"op": v.op, "label": v.label, "literal": v.is_literal},
            "inputs": [index[x] for x in v.inputs],
        }
        for v in order
    ]
    return order, [nodes, [v.data for v in order], index[y]]


@needs_node
def test_gradients_are_those_of_python():
    a, b, c = Value(0.3, "a"), Value(-1.7, "b"), Value(2.5, "c")
    zs = ag.softmax([a * b, ag.silu(b), c**a])
    loss = ag.softmax_cross_entropy(zs, 1) + ag.gelu(b) * ag.elu(a - c) + ag.prelu(b, a)
    order, case = recorded(loss)
    [[values, adjoints, errors]] = in_node(SWEEP, [case])
    loss.backward()
    assert errors == []
    assert values == [v.data for v in order] or all(map(close, values, [v.data for v in order]))
    for v, adjoint in zip(order, adjoints, strict=True):
        assert v.is_literal or abs(adjoint - v.grad) <= 1e-12 * max(1.0, abs(v.grad)), v


@needs_node
@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Value(0.0, "x").sqrt() * 2.0, "the gradient through sqrt(x = 0) divides by zero"),
        (Value(0.0, "x").sqrt() * 0.0, None),
        (
            Value(1e-200, "x").reciprocal() * 2.0,
            "the gradient through reciprocal(x = 1e−200) is too large for a float",
        ),
    ],
)
def test_a_gradient_that_does_not_exist_is_told_in_words(y, words):
    [[_, adjoints, errors]] = in_node(SWEEP, [recorded(y)[1]])
    assert errors == ([] if words is None else [words])
    assert (adjoints[-1] is None) == (words is not None)


# --- in a real browser ---


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, tmp_path):
    """Save a graph as a page and open it; afterwards nothing was asked for, nothing complained."""
    complaints, requests, contexts = [], [], []

    def visit(y, emulate=None, **options):
        path = tmp_path / f"page{len(contexts)}.html"
        ag.save(y, path, **options)
        contexts.append(chromium.new_context(**emulate or {}))
        page = contexts[-1].new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
    assert len(requests) == len(contexts) and all(url.startswith("file:") for url in requests)


def apple():
    a, n, t = Value(100.0, "apple"), Value(2.0, "count"), Value(1.1, "tax")
    price = a * n * t
    price.label = "price"
    return price


def numbers(page):
    """What is to be read on the edges: id -> (value, gradient), None where it is hidden."""
    return page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#picture g.edge")].map((g) => [
          g.id, ["value", "gradient"].map((kind) => {
            const text = g.querySelector("text." + kind);
            return text.classList.contains("ahead") ? null : text.textContent;
          })]))"""
    )


def settled(page):
    """Wait until the picture has stopped gliding to its place."""
    page.evaluate(
        """async () => {
          const pane = document.getElementById("picture");
          const place = () => [pane.scrollLeft, pane.scrollTop].join();
          for (let still = 0, was = ""; still < 5; still = place() === was ? still + 1 : 0) {
            was = place();
            await new Promise(requestAnimationFrame);
          }
        }"""
    )


def said(page):
    return page.locator("#explanation").inner_text()


APPLE = {
    **{"e2_0": ["100", "2.2"], "e2_1": ["2", "110"]},
    **{"e4_0": ["200", "1.1"], "e4_1": ["1.1", "200"], "eo0": ["220", "1"]},
}


def test_steps_forward_and_backward(visit):
    page = visit(apple())
    assert numbers(page) == APPLE  # at first the whole picture
    page.click("#next")  # the inputs
    shown = numbers(page)
    assert [shown[e][0] for e in APPLE] == ["100", "2", None, "1.1", None]
    assert {gradient for _, gradient in shown.values()} == {None}
    page.keyboard.press("ArrowRight")
    assert "apple × count = 100 × 2 = 200" in said(page)
    assert numbers(page)["e4_0"] == ["200", None] and numbers(page)["eo0"] == [None, None]
    page.keyboard.press("ArrowRight")
    assert "price = (apple × count) × tax = 200 × 1.1 = 220" in said(page)
    page.keyboard.press("ArrowRight")
    assert "∂price/∂price = 1" in said(page) and numbers(page)["eo0"] == ["220", "1"]
    page.click("#next")
    assert "∂price/∂(apple × count) = 1 × 1.1 = 1.1" in said(page)
    assert "∂price/∂tax = 1 × 200 = 200" in said(page)
    assert numbers(page)["e4_0"] == ["200", "1.1"] and numbers(page)["e2_0"] == ["100", None]
    page.locator("#at").focus()
    page.keyboard.press("ArrowRight")  # the slider's own key
    assert "∂price/∂apple = 1.1 × 2 = 2.2" in said(page) and numbers(page) == APPLE
    assert page.locator("#where").inner_text() == "backward 2 of 2"
    assert page.locator("#next").is_disabled()
    assert page.locator("#n2.now").count() == 1 and page.locator("#e2_0.now").count() == 1
    page.click("#back")
    assert numbers(page)["e2_0"] == ["100", None]
    page.click("#first")
    page.keyboard.press("ArrowLeft")
    assert numbers(page) == APPLE and page.locator("#back").is_disabled()


def test_an_input_is_typed_or_slid_and_everything_follows(visit):
    page = visit(apple())
    page.fill("#leaf0", "120")
    assert numbers(page)["eo0"] == ["264", "1"] and numbers(page)["e2_1"] == ["2", "132"]
    change = page.locator("#change").inner_text()
    assert "exact change\t+44" in change and "gradient × change\t+44" in change
    assert "2.2 × (+20) = +44" in page.locator("#effect0").inner_text()
    page.fill("#leaf1", "3")
    change = page.locator("#change").inner_text()  # the product of two changes is not linear
    assert "220 → 396" in change and "+176" in change and "+154" in change and "+22" in change
    assert page.locator("#result").inner_text() == "price = 396"
    page.click("#reset")
    assert numbers(page) == APPLE
    page.locator("#slide3").focus()
    page.keyboard.press("ArrowLeft")
    assert page.input_value("#leaf3") == "1.09" and numbers(page)["eo0"] == ["218", "1"]
    page.fill("#leaf3", "")  # no number: the last one stays
    assert page.get_attribute("#leaf3", "aria-invalid") is not None
    assert numbers(page)["eo0"] == ["218", "1"]


TYPE = """(texts) => Object.entries(texts).forEach(([id, text]) => {
  document.getElementById(id).value = text;
  document.getElementById(id).dispatchEvent(new Event("input"));
})"""


def all_primitives(draw_number):
    """A sum over every primitive, each of leaves of its own, inside its domain."""
    total, leaves = Value(0.0, "zero"), []
    for name, primitive in PRIMITIVES.items():
        xs = [Value(draw_number(), f"{name}{i}") for i in range(len(primitive.partials))]
        leaves += xs
        total = total + primitive(*xs)
    return total, leaves


def test_after_a_change_every_primitive_has_pythons_numbers(visit):
    random = Random(1)
    total, leaves = all_primitives(lambda: random.uniform(0.1, 3.0))
    page = visit(total, precision=17)
    order = inputs_first(total)
    index = {v: i for i, v in enumerate(order)}
    for _ in range(2):
        for leaf in leaves:
            leaf.data = random.uniform(0.1, 3.0)
        page.evaluate(TYPE, {f"leaf{index[leaf]}": repr(leaf.data) for leaf in leaves})
        total.recompute().backward()
        found = numbers(page)
        seen = set()
        for v in order:
            for slot, (x, slope) in enumerate(zip(v.inputs, v.partials, strict=True)):
                value, gradient = [float(t.replace("−", "-")) for t in found[f"e{index[v]}_{slot}"]]
                assert close(value, x.data), (v, slot)
                assert close(gradient, v.grad * slope), (v, slot)
                seen.add(v.op)
        assert seen == set(PRIMITIVES)
        assert close(float(found["eo0"][0].replace("−", "-")), total.data)


def test_values_partials_and_errors_are_those_of_python_in_the_browser(chromium):
    page = chromium.new_page()
    program = f"(given) => {{ {ENGINE}\nconst data = JSON.parse(given); {EVALUATE}"
    program += "return JSON.stringify(rows); }"
    compare(lambda data: json.loads(page.evaluate(program, json.dumps(data))))
    page.close()


def test_a_click_explains_a_node(visit):
    x = Value(2.0, "x")
    y = x * x + 3.0 * x
    y.label = "y"
    page = visit(y)
    assert page.locator("#n0 > text.gradient").text_content() == "7"  # the sum of its shares
    page.click("#n1")
    assert "x × x = 2 × 2 = 4" in said(page)
    assert "its shares 2 + 2 + 3 = 7" in said(page)
    page.click("#n0")
    assert "∂y/∂x = 7" in said(page) and "about +0.07" in said(page)
    page.fill("#leaf0", "3")
    assert "∂y/∂x = 9" in said(page)
    assert page.locator("#n0 > text.gradient").text_content() == "9"


def test_a_composite_folds_and_unfolds(visit):
    x = Value(1.0, "x")
    y = ag.sigmoid(x) * 2.0
    page = visit(y)
    inner = numbers(page)
    page.locator("#b0 > text").click()
    assert page.locator("#b0").count() == 0 and page.locator("#c0.now").count() == 1
    folded = numbers(page)
    assert len(folded) == 3 and all(folded[e] == inner[e] for e in folded)
    assert folded["e2_0"] == ["1", "0.3932"]
    assert "σ(x) = 1 / (1 + e⁻ˣ), with x = 1" in said(page)
    assert "∂output/∂x = 2 × 0.1966 = 0.3932 (the derivative is y (1 − y))" in said(page)
    page.fill("#leaf0", "0")
    assert numbers(page)["e2_0"] == ["0", "0.5"]
    page.click("#c0")
    assert page.locator("#n3").count() == 1 and numbers(page)["e3_0"] == ["0", "−0.5"]
    for key in ("Enter", " "):  # and by the keyboard
        page.locator("#picture [aria-expanded]").focus()
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.id") == ("c0" if key == "Enter" else "b0")


def test_few_composites_fold_one_by_one_and_many_by_name(visit):
    a, b = ag.sigmoid(Value(1.0, "a")), ag.sigmoid(Value(2.0, "b"))
    page = visit(a * b, fold=True)
    assert page.locator("#picture .composite").count() == 2
    page.click("#c1")
    assert page.locator("#picture .composite").count() == 1
    assert page.locator("#c0, #b1").count() == 2
    xs = [ag.sigmoid(ag.tanh(Value(float(i)))) for i in range(9)]
    page = visit(ag.sum(xs), fold={"sigmoid"})
    assert page.locator("#picture .composite").count() == 9
    page.locator("#picture .composite").first.click()
    assert page.locator("#picture .composite").count() == 0


def test_a_large_graph_stays_folded_and_says_why(visit):
    net = ag.nn.MLP(2, [16, 16, 1], rng=Random(0))
    page = visit(net(ag.values([1.0, 2.0], "x")))
    assert page.locator("#picture .composite").count() == 33
    page.locator("#picture .composite").first.click()
    assert "Unfolded, the picture would be too large" in said(page)
    assert "neuron: activation(w · x + b)" in said(page)


def test_errors_are_words_at_the_node(visit):
    x, w = Value(0.5, "x"), Value(3.0, "w")
    page = visit(x.log() * w + w.sqrt())
    page.fill("#leaf0", "-1")
    words = "log(x = −1) is not defined in the real numbers"
    assert page.locator("#picture text.error").all_text_contents() == [words]
    assert page.locator("#n1.broken").count() == 1 and words in said(page)
    assert numbers(page)["eo0"] == ["—", "—"] and numbers(page)["e1_0"] == ["−1", "—"]
    page.fill("#leaf0", "1")
    page.fill("#leaf2", "0")  # a value, but no derivative
    assert numbers(page)["eo0"][0] == "0"
    words = "the gradient through sqrt(w = 0) divides by zero"
    assert page.locator("#picture text.error").all_text_contents() == [words]
    page.click("#reset")
    assert page.locator(".error, .broken, .words").count() == 0


def test_gradients_of_each_of_several_outputs(visit):
    x = Value(3.0, "x")
    page = visit([x * 2.0, x * x])
    assert numbers(page)["eo0"] == ["6", "1"] and numbers(page)["eo1"] == ["9", ""]
    page.select_option("#root", index=1)
    assert numbers(page)["eo0"] == ["6", ""] and numbers(page)["eo1"] == ["9", "1"]
    assert page.locator("#n0 > text.gradient").text_content() == "6"
    page.locator("#picture .operator").last.click()  # no word of the share that the other gave
    assert "its shares 3 + 3 = 6" in said(page)


def test_the_box_style_follows_too(visit):
    page = visit(apple(), style="box")
    page.fill("#leaf0", "120")
    cells = page.locator("#v4 > text").all_text_contents()
    assert cells == ["price", "264", "1"]
    assert page.locator("#n1 > text").all_text_contents() == ["count", "2", "132"]


def hostile_labels():
    """300 labels that would end a string, close a tag, run or spoil the layout."""
    seeds = [
        '"',
        "'",
        "\\",
        "<script>ran=1</script>",
        "]]>",
        "\\N",
        "a:b:c",
        "a\nb",
        "\x00\x07\x1b",
    ]
    seeds += ["‮evil‬", "x" * 10_000, "</script><script>ran=1</script>", "<!--", "&lt;&amp;&#60;"]
    seeds += [
        "</template><img src=x onerror=ran=1>",
        "${ran=1}",
        "`",
        "{title}",
        "りんご",
        "消費税",
    ]
    seeds += [
        "<svg onload=ran=1>",
        "javascript:ran=1",
        "__proto__",
        "constructor",
        "\u2028",
        "\ud800",
    ]
    random = Random(2)
    while len(seeds) < 300:
        seeds.append(random.choice(seeds) + random.choice(seeds)[:60])
    return seeds


def test_hostile_labels_are_text_and_nothing_runs(visit):
    labels = hostile_labels()
    leaves = [Value(1.0, label) for label in labels]
    page = visit(ag.sum(leaves), fold=True)
    named = page.locator("#picture .leaf > text.name").all_text_contents()
    assert set(named) == {cut(label) for label in labels}
    shown = page.locator("#inputs label").all_text_contents()
    assert {cut(label) for label in labels if cut(label)} <= set(shown) and len(shown) == 300
    page.keyboard.press("End")
    page.locator("#picture .leaf").first.click()
    assert page.evaluate("typeof ran") == "undefined"
    assert page.locator("body img, body script:not([type]) ~ script").count() == 0
    y = Value(2.0, labels[3]) * 1.0
    y.label = labels[11]
    with ag.named_scope(labels[14], formula=labels[3], derivative=labels[20]):
        z = y * y
    page = visit(z, names={labels[9]: y})
    page.locator("#picture .box > text").click()
    assert page.evaluate("typeof ran") == "undefined" and page.title() == "computation graph"


def test_the_policy_lets_nothing_else_run_or_leave(visit, chromium, tmp_path):
    page = visit(ag.sigmoid(Value(1.0)))
    source = page.content()
    policy = re.search(r'content="(default-src.*?)"', source)[1]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; ")
    assert re.fullmatch(
        r"script-src 'sha256-\S+'; style-src 'sha256-\S+'", policy.split("; ", 3)[3]
    )
    html = (tmp_path / "page0.html").read_text("utf-8")
    assert " style=" not in html and "://" not in html.replace("http://www.w3.org/2000/svg", "")
    added = "<script>ran = 1</script><img src='https://example.org/x.png' onerror='ran = 1'></main>"
    (tmp_path / "spoilt.html").write_text(html.replace("</main>", added), "utf-8")
    other, asked = chromium.new_page(), []
    other.on("requestfinished", lambda request: asked.append(request.url))
    other.goto((tmp_path / "spoilt.html").as_uri())
    assert other.evaluate("typeof ran") == "undefined" and len(asked) == 1
    other.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_can_be_read(visit, scheme):
    page = visit(ag.sigmoid(Value(1.0, "x")), {"color_scheme": scheme}, partials=True)
    page.fill("#leaf0", "3000")
    page.click("#n3")
    ratios = page.evaluate(
        """() => {
          const rgb = (c) => c.match(/[\\d.]+/g).slice(0, 3).map((x) => x / 255)
            .map((x) => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
          const light = (c) => rgb(c).reduce((a, x, i) => a + x * [0.2126, 0.7152, 0.0722][i], 0);
          const panel = light(getComputedStyle(document.getElementById("picture")).backgroundColor);
          return [...document.querySelectorAll("#picture text, p, b, label, th, h1")].map((e) => {
            const style = getComputedStyle(e);
            const own = light(e.closest("svg") ? style.fill : style.color);
            return [(Math.max(own, panel) + 0.05) / (Math.min(own, panel) + 0.05), e.outerHTML];
          });
        }"""
    )
    assert len(ratios) > 25
    for ratio, what in ratios:
        assert ratio >= 4.5, what  # WCAG 2.2, AA


def test_it_fits_a_phone_and_a_printer(visit):
    phone = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True}
    page = visit(ag.softmax_cross_entropy(ag.values([1.0, 2.0, 0.5], "score"), 1), phone)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for _ in range(6):
        page.tap("#next")
    settled(page)
    frame, node = (page.locator(s).bounding_box() for s in ("#picture", "#picture .node.now"))
    assert frame["x"] <= node["x"] and node["x"] + node["width"] <= frame["x"] + frame["width"]
    page.emulate_media(media="print")
    assert page.locator(".steps").is_hidden() and page.locator("#picture").is_visible()


def test_a_screen_reader_is_told(visit):
    page = visit(apple() + 0.0)
    tree = page.locator("body").aria_snapshot()
    for line in ('slider "Step"', 'button "mul, value 200, gradient 1.1"', 'spinbutton "apple"'):
        assert line in tree
    assert 'slider "apple, slider"' in tree and 'region "Explanation"' in tree
    assert page.locator("#explanation[aria-live=polite]").count() == 1
    page.fill("#leaf0", "120")
    assert 'button "mul, value 240, gradient 1.1"' in page.locator("body").aria_snapshot()
    # One stop of the Tab key for the whole picture; arrows go on from there.
    assert page.locator("#picture [tabindex='0']").count() == 1
    page.locator("#picture [tabindex='0']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#picture .node.now").get_attribute("id") == page.evaluate(
        "document.activeElement.id"
    )


def test_a_notebook_shows_it_in_a_frame_that_reaches_nothing(chromium):
    page = chromium.new_page()
    page.set_content(ag.explore(apple())._repr_html_())
    frame = page.frame_locator("iframe[sandbox='allow-scripts']")
    frame.locator("#next").click()
    frame.locator("#next").click()
    assert "100 × 2 = 200" in frame.locator("#explanation").inner_text()
    assert page.evaluate("document.querySelector('iframe').contentDocument") is None
    page.close()


def test_the_bytes_are_the_same_each_time_and_the_graph_untouched(tmp_path):
    program = (
        "import autograd as ag; x = ag.values([1.0, 2.0, 0.5], 'x');"
        "y = ag.softmax_cross_entropy([ag.sigmoid(v) for v in x], 1);"
        "ag.save(y, 'page.html', names=locals()); assert x[0].grad is None"
    )
    pages = []
    for seed in "12":
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()}
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=env, check=True)
        pages.append((tmp_path / "page.html").read_bytes())
    assert pages[0] == pages[1]
    y = apple()
    y.backward(3.0)
    ag.save(y, tmp_path / "price.html")
    assert y.grad == 3.0 and len((tmp_path / "price.html").read_bytes()) < 95_000


def test_what_cannot_be_drawn_leaves_no_file(tmp_path):
    x = Value(1.0)
    for _ in range(10_000):
        x = x + 1.0
    with pytest.raises(ValueError, match="fold"):
        ag.save(x, tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []
