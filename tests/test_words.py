import itertools
import math
import re
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.core.node import inputs_first
from autograd.words.text import coloured, columns_of, visible


def price():
    apple, count, tax = ag.Value(100, "apple"), ag.Value(2, "count"), ag.Value(1.1, "tax")
    y = apple * count * tax
    y.label = "price"
    return y, apple, count, tax


def basket():
    apple, orange, tax = ag.Value(100, "apple"), ag.Value(125, "orange"), ag.Value(1.2, "tax")
    return (2 * apple + 3 * orange) * tax, apple, orange, tax


def state(y):
    return [(v, v.data, v.grad, v.partials, v.label) for v in inputs_first(y)]


def chain(length, step, x=None):
    x = y = ag.Value(1.0, "x") if x is None else x
    for _ in range(length):
        y = step(y)
    return x, y


# --- tree ---


def test_tree_of_the_apple_price():
    y, *_ = price()
    assert "grad" not in ag.tree(y)
    y.backward()
    assert ag.tree(y).splitlines() == [
        "price        220  mul  grad 1",
        "├─ mul       200       grad 1.1",
        "│  ├─ apple  100       grad 2.2",
        "│  └─ count  2         grad 110",
        "└─ tax       1.1       grad 200",
    ]


def test_tree_writes_a_shared_node_once():
    _, y = chain(40, lambda v: v * v)
    lines = ag.tree(y, depth=100).splitlines()
    assert len(lines) == 81  # y, and two lines for each product
    assert sum("#" in line for line in lines) == sum("↑" in line for line in lines) == 40
    assert (lines[-1].split()[-1], lines[40].split()[-1]) == ("↑1", "#40")
    assert isinstance(ag.tree(y), str)


def test_tree_names_composites():
    text = ag.tree(ag.sigmoid(ag.Value(1.0, "x")))
    assert [line.split("  ")[-1].strip() for line in text.splitlines()[:4]] == [
        f"sigmoid › {op}" for op in ("reciprocal", "add", "exp", "mul")
    ]


@pytest.mark.parametrize("step", [lambda v: v * 1.0, lambda v: v * 0.5 + v * 0.5])
def test_tree_of_a_deep_graph_is_cut_and_says_so(step):
    _, y = chain(20_000, step)
    text = ag.tree(y)
    assert len(text.splitlines()) <= 401
    assert max(map(len, text.splitlines())) < 300
    missing = int(re.search(r"… ([\d,]+) more nodes", text)[1].replace(",", ""))
    assert 19_000 < missing < len(inputs_first(y))
    assert len(ag.tree(y, lines=7).splitlines()) == 8


def test_a_whole_tree_does_not_say_that_it_is_cut():
    assert "more nodes" not in ag.tree(price()[0])


def two_sigmoids():
    x = ag.Value(1.0, "x")
    y = ag.sigmoid(x) + ag.sigmoid(2 * x)
    y.backward()
    return y, x


def test_two_calls_of_a_composite_are_told_apart():
    y, x = two_sigmoids()
    text = ag.tree(y)
    assert text.count("sigmoid#1 › ") == text.count("sigmoid#2 › ") == 4
    paths = [line for line in ag.explain(y, x).splitlines() if "→" in line]
    assert "add → sigmoid#2[reciprocal=0.880797077978 → add=" in paths[0]
    assert paths[0].endswith("→ exp=0.135335283237 → mul=-2] → mul=2 → x")
    assert "sigmoid#1[" in paths[1]
    model = ag.nn.MLP(1, [2, 1], activation="sigmoid")
    y = model([1.0])
    text = ag.tree(y)
    assert all(f"neuron#{i}" in text for i in (1, 2, 3))
    assert "sigmoid#" not in text  # one in each neuron


def test_a_path_whose_product_is_too_large_is_refused_though_the_gradient_is_not():
    x = ag.Value(1e-300, "x")
    t = x * 1e200
    y = t * 1e250 - t * 1e250
    y.backward()
    assert x.grad == 0.0
    with pytest.raises(OverflowError, match="the product along a path is too large"):
        ag.explain(y, x)


def test_brackets_of_composites_close_where_the_middle_is_left_out():
    x = y = ag.Value(0.5, "x")
    for _ in range(4):
        y = ag.sigmoid(y) * 1.5
    (line,) = [line for line in ag.explain(y, x).splitlines() if "→" in line]
    assert line.count("[") == line.count("]") == 2  # two lie in the gap
    assert "] → mul=1.11881332481 → … 10 … → sigmoid#1[reciprocal=" in line


@pytest.mark.parametrize("width", [50, 60, 80, 100])
def test_what_does_not_fit_the_width_goes_on_below(width):
    y, x = two_sigmoids()
    drawn, told = ag.tree(y, width=width), ag.explain(y, x, width=width)
    for text, whole in ((drawn, ag.tree(y)), (told, ag.explain(y, x))):
        assert max(map(columns_of, text.splitlines())) <= width
        pieces = re.sub(r"[│├└─\s]", "", text)
        assert sorted(pieces) == sorted(re.sub(r"[│├└─\s]", "", whole))
    lines = drawn.splitlines()
    for line, below in itertools.pairwise(lines):  # a branch leads on to where it ends
        for i, c in enumerate(line):
            if c in "├│" and i < len(re.match(r"[│├└─ ]*", line)[0]):
                assert below[i] in "├│└", (line, below)


def test_a_deep_tree_leaves_room_for_its_words():
    _, y = chain(100, lambda v: v * 2.0)
    text = ag.tree(y, width=60).splitlines()
    assert max(map(columns_of, text)) <= 60
    assert re.fullmatch(r"… \d+ more nodes, beyond depth=10 or lines=400", text[-1])


def test_precision():
    y, *_ = price()
    y.inputs[1].data = 1.0 / 3.0
    y.recompute().backward()
    assert "└─ tax       0.3333       grad 200" in ag.tree(y, precision=4)
    assert "0.333333333333 " in ag.tree(y)
    assert "  0.667  = 0.333 × 2  price → mul=200 → apple" in ag.explain(
        y, y.inputs[0].inputs[0], precision=3
    )


def test_gradients_of_several_sweeps_are_told():
    w = ag.Value(3.0, "w")
    (w * w).backward()
    y = w * 5
    assert ag.tree(y).splitlines()[-1] == "w: of grad 6 this tree gives 0, another sweep the rest"
    y.backward()
    assert ag.tree(y).splitlines()[-1] == "w: of grad 11 this tree gives 5, another sweep the rest"
    y.zero_grad()
    y.backward()
    y.backward(-3.0)
    assert "sweep" not in ag.tree(y)
    many = ag.values([1.0] * 5, "w")
    for v in many:
        v.grad = 1.0
    assert ag.tree(ag.sum(many)).splitlines()[-1] == "… 2 more such"


def test_what_rounding_left_of_a_gradient_is_zero():
    a = ag.values([0.3, 2.9, 4.0], "a")
    y = ag.cross_entropy_error(ag.softmax(a), [0, 0, 1])
    y.backward()
    grads = [v.grad for v in inputs_first(y) if v.op == "maximum"]
    assert any(0.0 < abs(g) < 1e-15 for g in grads)
    text = ag.tree(y)
    assert "e-16" not in text and text.count("softmax › maximum          grad 0") == 2
    x = ag.Value(1e-20, "x")  # small, but no remainder
    y = x * x
    y.backward()
    assert "grad 2e-20" in ag.tree(y)


def test_zero_has_no_sign():
    x = ag.Value(-0.0, "x")
    y = x * 2
    y.backward(-0.0)
    texts = ag.tree(y), ag.explain(y, x), str(ag.what_if(y, {x: 0.0}))
    assert not any(re.search(r"-0(?!\.)", text) for text in texts)


# --- explain ---


def paths(y, x):
    """All products, by recursion."""
    if y is x:
        return [1.0]
    return [d * p for u, d in zip(y.inputs, y.partials, strict=True) for p in paths(u, x)]


def listed(text):
    return [float(line.split()[0]) for line in text.splitlines() if line.startswith("  ")]


def test_explain_the_apple_price():
    y, apple, count, _ = price()
    assert ag.explain(y, apple).splitlines() == [
        "d(price)/d(apple) = 2.2 at price = 220, apple = 100: 1 path",
        "  2.2  = 1.1 × 2  price → mul=200 → apple",
    ]
    assert "110  = 1.1 × 100" in ag.explain(y, count)
    assert "= 1.1 at" in ag.explain(y, y.inputs[0])
    assert ag.explain(y, y).splitlines()[1] == "  1  = 1  price"
    assert ag.explain(apple, y) == "d(apple)/d(price) = 0: no path leads from apple to price"
    assert all(v.grad is None for v in inputs_first(y))


def test_explain_tells_equal_lines_apart():
    x = ag.Value(3.0, "x")
    assert ag.explain(x * x, x).splitlines()[1:] == [
        "  3  = 3  mul → x  (1 of 2 alike)",
        "  3  = 3  mul → x  (2 of 2 alike)",
        "3 + 3 = 6",
    ]


def test_explain_a_literal():
    y = ag.Value(3.0, "x") ** 2
    assert ag.explain(y, y.inputs[1]).startswith(f"d(power)/d(2) = {9 * math.log(3):.12g} ")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 2, st.booleans()), min_size=1, max_size=7))
def test_explain_lists_every_path_of_a_small_graph_largest_first(steps):
    x = ag.Value(1.25, "x")
    nodes = [x, ag.Value(-0.75)]
    for i, j, product in steps:
        a, b = nodes[i % len(nodes)], nodes[-1 - j % len(nodes)]
        nodes.append(a * b if product else a + b)
    y = nodes[-1]
    before = state(y)
    text, products = ag.explain(y, x), paths(y, x)
    if not products:
        assert "no path" in text
        return
    expected = sorted(map(abs, products), reverse=True)[:20]
    first_lines = listed(text)[: len(expected)]
    assert [abs(p) for p in first_lines] == pytest.approx(expected, rel=1e-11)
    assert f": {len(products)} path" in text
    total = float(text.split(" = ")[1].split(" at ")[0])
    assert total == pytest.approx(math.fsum(products), rel=1e-11, abs=1e-11)
    assert state(y) == before


def test_explain_sums_many_paths_edge_by_edge():
    x, y = chain(60, lambda v: v * 0.75 + v * 0.25)
    text = ag.explain(y, x).splitlines()
    assert text[0].endswith(f": about 10^{round(60 * math.log10(2))} paths")
    assert len([line for line in text if "→" in line]) == 20
    assert text[1].startswith(f"  {0.75**60:.12g}  = 1 × 0.75 × 1 × ")
    assert [line for line in text if " other paths" in line]
    assert text[-3:] == [
        "edge by edge at x, gradient × partial:",
        "  0.75  = 1 × 0.75  from mul=0.75, about 10^18 paths",
        "  0.25  = 1 × 0.25  from mul=0.25, about 10^18 paths",
    ]


def test_explain_counts_exactly_while_the_count_is_short():
    x, y = chain(40, lambda v: v * 0.5 + v * 0.5)
    assert f": {2**40:,} paths" in ag.explain(y, x)


@pytest.mark.parametrize("factor", [0.3, 0.0])
def test_explain_exponentially_many_equal_paths_in_time(factor):
    x, y = chain(2000, lambda v: v * factor + v * factor)
    assert f"about 10^{round(2000 * math.log10(2))} paths" in ag.explain(y, x)


def test_explain_at_depth():
    x, y = chain(30_000, lambda v: v * 0.5 + v * 0.5)
    assert "= 1 at add = 1, x = 1: about 10^9031 paths" in ag.explain(y, x)


def test_explain_stops_looking_after_so_many_steps(monkeypatch):
    monkeypatch.setattr(sys.modules["autograd.words.explain"], "STEPS", 3000)
    x = ag.Value(1.0, "x")
    y = ag.sum([chain(1000, lambda v: v * 1.0, v)[1] for v in (x * 1.0, x * 2.0, x * 3.0, x * 4.0)])
    text = ag.explain(y, x)
    assert len([line for line in text.splitlines() if "→" in line]) == 2  # of 1,002 steps each
    assert "7 from these 2 + 3 from 2 other paths" in text


def test_explain_products_do_not_overflow_on_the_way():
    x = ag.Value(1e-300, "x")
    y = (x * 1e200) * 1e200 * 1e-250
    assert "1e+150  = 1e-250 × 1e+200 × 1e+200" in ag.explain(y, x)


def test_explain_raises_what_backward_raises():
    x = ag.Value(0.0, "x")
    y = x.sqrt()
    with pytest.raises(ZeroDivisionError, match=r"derivative of sqrt\(x=0\.0\)"):
        ag.explain(y, x)
    assert "  0  = 0 × undefined" in ag.explain(y * 0.0, x)


@pytest.mark.parametrize("call", [ag.tree, lambda v: ag.explain(v, v), lambda v: ag.what_if(v, {})])
@pytest.mark.parametrize("wrong", [3.0, None, "x", [ag.Value(1.0)]])
def test_words_need_a_value(call, wrong):
    with pytest.raises(TypeError, match="expected a Value"):
        call(wrong)


def test_a_label_is_not_its_value():
    y, *_ = price()
    for call in (lambda: ag.explain(y, "apple"), lambda: ag.what_if(y, {"apple": 120})):
        with pytest.raises(TypeError, match="got str: 'apple': pass the Value itself, not its la"):
            call()


# --- what_if ---


def test_what_if_an_apple_costs_20_more():
    y, apple, *_ = price()
    before = state(y)
    found = ag.what_if(y, {apple: 120})
    assert found.before == y.data
    assert found.change == found.after - found.before
    assert (found.after, found.change, found.estimate) == pytest.approx((264, 44, 44), rel=1e-14)
    assert str(found).splitlines() == [
        "apple      100 → 120",
        "price      220 → 264",
        "change     +44             computed again",
        "estimate   +44 = 2.2 × 20  by gradients",
        "missed by  0, to rounding",
    ]
    assert repr(found) == str(found)
    assert state(y) == before


@pytest.mark.parametrize(
    ("leaf", "new", "change"), [("apple", 110, 24), ("orange", 130, 18), ("tax", 1.1, -57.5)]
)
def test_what_if_shopping(leaf, new, change):
    y, *leaves = basket()
    found = ag.what_if(y, {v: new for v in leaves if v.label == leaf})
    assert (found.before, found.after) == pytest.approx((690, 690 + change))
    assert (found.change, found.estimate) == pytest.approx((change, change), rel=1e-13)
    assert f"{change:+.12g}" in str(found)


def test_what_if_several_leaves_change_at_once():
    y, apple, count, _ = price()
    found = ag.what_if(y, {apple: 110, count: 3})
    assert found.after == pytest.approx(363)
    assert found.estimate == pytest.approx(2.2 * 10 + 110)
    assert "missed by  +11" in str(found)


@pytest.mark.parametrize(
    "call", [ag.tree, lambda y: ag.explain(y, y.inputs[1]), lambda y: ag.what_if(y, {})]
)
def test_a_stale_graph_is_told(call):
    y, _, count, _ = price()
    count.data = 3
    with pytest.raises(ValueError, match=r"count was 2\.0 .* is 3\.0 now: call price\.recompute"):
        call(y)
    y.recompute()
    assert call(y)


def test_what_if_of_a_literal_and_of_nothing():
    y = ag.Value(3.0) ** 2
    assert ag.what_if(y, {y.inputs[1]: 3}).after == 27.0
    assert ag.what_if(y, {}).change == 0.0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        (lambda y, x: {y: 1.0}, ValueError),
        (lambda y, x: {ag.Value(1.0): 1.0}, ValueError),
        (lambda y, x: {"x": 1.0}, TypeError),
        (lambda y, x: [x], TypeError),
        (lambda y, x: {x: "3"}, TypeError),
        (lambda y, x: {x: math.nan}, ValueError),
        (lambda y, x: {x: -1.0}, ValueError),  # log leaves its domain
        (lambda y, x: {x: 0.0}, ValueError),
    ],
)
def test_what_if_refuses_and_changes_nothing(changes, error):
    x = ag.Value(2.0, "x")
    y = x.log() * 3.0
    y.backward()
    before = state(y)
    with pytest.raises(error):
        ag.what_if(y, changes(y, x))
    assert state(y) == before


def test_a_missing_derivative_elsewhere_does_no_harm():
    x, a = ag.Value(0.0, "x"), ag.Value(2.0, "a")
    y = x.sqrt() + 3.0 * a
    assert ag.what_if(y, {a: 3.0}).estimate == 3.0
    assert "= 3 at" in ag.explain(y, a)
    with pytest.raises(ZeroDivisionError, match="derivative of sqrt"):
        ag.what_if(y, {x: 1.0})


def test_what_if_has_no_infinite_change():
    x = ag.Value(1e308, "x")
    with pytest.raises(OverflowError, match="change"):
        ag.what_if(x * 1.0, {x: -1e308})


# --- labels in the terminal ---


def test_labels_align_by_display_width():
    y = ag.Value(100, "りんご") * ag.Value(2, "e\u0301te") * ag.Value(1.1, "消費税")
    lines = ag.tree(y).splitlines()
    starts = {columns_of(re.match(r".*?\s\s+(?=\d)", line)[0]) for line in lines}
    assert len(starts) == 1


HOSTILE = ["a\nb", "\x1b[2J", "\r", "\0", "\u202ex", "\u2028", "\ud800", "\x9b1m", "x" * 10_000]


@pytest.mark.parametrize("label", [*HOSTILE, "".join(HOSTILE), "́" * 10_000, "り" * 500])
def test_control_characters_in_labels_are_visible(label):
    x = ag.Value(2.0, label)
    with ag.named_scope(label):
        y = x * x
    y.label = label
    for text in (ag.tree(y), ag.explain(y, x), str(ag.what_if(y, {x: 3.0}))):
        text.encode()  # no surrogate either
        assert all(c == "\n" or c.isprintable() or c in "\u0301" for c in text)
        assert len(text.splitlines()) == text.count("\n") + 1 <= 6
        assert len(text) < 2_000


@given(st.text(max_size=40))
def test_visible_is_one_printable_line(text):
    assert len(visible(text).splitlines()) <= 1
    if text.isprintable():
        assert visible(text) == text or columns_of(text) > 60


def test_words_show_themselves():
    rich = pytest.importorskip("rich.console")
    y, *_ = price()
    y.inputs[1].label = "[red]tax[/]"
    y.backward()
    text = ag.tree(y)
    console = rich.Console(force_terminal=True, width=100, color_system="standard", _environ={})
    with console.capture() as capture:
        console.print(text)
    colored = capture.get()
    assert "\x1b[" in colored
    assert [line.rstrip() for line in re.sub(r"\x1b\[[\d;]*m", "", colored).splitlines()] == (
        text.splitlines()
    )
    assert re.search(r"\x1b\[34m220\x1b", colored)  # values are blue
    assert re.search(r"\x1b\[31mgrad 1\.1\x1b", colored)  # gradients red
    assert repr(text) == str(text)
    assert list(itertools.islice(text, 5)) == list("price")


def test_colours_where_the_terminal_takes_them(monkeypatch, capsys):
    y, apple, *_ = price()
    y.backward()
    texts = ag.tree(y), ag.explain(y, apple)
    assert [coloured(text) for text in texts] == list(texts)  # stdout is no terminal
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    drawn, told = map(coloured, texts)
    assert "\x1b[34m220\x1b[0m" in drawn and "\x1b[31mgrad 1.1\x1b[0m" in drawn
    assert "\x1b[31m2.2\x1b[0m  = 1.1 × 2" in told and "mul=\x1b[34m200\x1b[0m" in told
    assert [re.sub(r"\x1b\[\d+m", "", text) for text in (drawn, told)] == list(texts)
    monkeypatch.setenv("COLUMNS", "47")
    assert max(map(columns_of, ag.explain(y, apple).splitlines())) <= 47
    monkeypatch.setenv("NO_COLOR", "1")
    assert coloured(texts[0]) == texts[0]
