"""The playground in Chromium: built as its users build it, and cut off from all but its server."""

import base64
import doctest
import functools
import http.server
import importlib.util
import json
import os
import random
import re
import shutil
import subprocess
import threading
import time
import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

import autograd as ag

ROOT = Path(__file__).parent.parent
SECONDS = 6.0  # from opening the page to a picture
PROGRAM = """x = ag.Value(3.0, "x")
y = x * x + 3 * x
y.backward()
print(x.grad)
y"""


def load_build():
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs/playground/build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    return build


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The playground, and what npm brought for it."""
    pytest.importorskip("playwright.sync_api")
    if not shutil.which("npm") or not shutil.which("chromium"):
        pytest.skip("the playground needs npm and Chromium")
    ping = ["npm", "ping", "--fetch-retries=0", "--fetch-timeout=10000"]
    if subprocess.run(ping, capture_output=True).returncode:
        pytest.skip("npm's registry is not to be reached")
    folder, work = tmp_path_factory.mktemp("playground"), tmp_path_factory.mktemp("work")
    load_build().build(folder, work)
    return SimpleNamespace(folder=folder, modules=work / "node_modules")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def playground(built):
    """Opens pages of the playground; afterwards nothing was asked of another server."""
    from playwright.sync_api import sync_playwright

    complaints, abroad, asked = [], [], []

    class Other(Quiet):
        def do_GET(self):
            asked.append(self.path)

    handlers = (functools.partial(Quiet, directory=built.folder), Other)
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) for handler in handlers]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    url, elsewhere = (f"http://127.0.0.1:{server.server_port}/" for server in servers)
    quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=quiet)

        def visit(link="", context=None, **emulate):
            context = context or browser.new_context(**emulate)
            context.route(
                lambda address: not address.startswith((url, elsewhere, "blob:", "file:")), forbid
            )
            page = context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(url + link)
            return page

        def forbid(route):
            abroad.append(route.request.url)
            route.abort()

        yield SimpleNamespace(
            visit=visit, url=url, elsewhere=elsewhere, asked=asked, modules=built.modules
        )
        browser.close()
    for server in servers:
        server.shutdown()
        server.server_close()
    assert abroad == [] and complaints == []


@pytest.fixture(scope="module")
def page(playground):
    """One page for all that does not change it for the others."""
    page = playground.visit(viewport={"width": 1280, "height": 800}, locale="en-US")
    finished(page)
    return page


def until(page, condition, seconds=60):
    """Wait for a condition; Playwright's own waiting evaluates text, which the policy forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"never came: {condition}"
        time.sleep(0.02)


def finished(page, seconds=60):
    until(page, "document.body.dataset.state === 'done'", seconds)


def write(page, program):
    """Paste a program over what is there."""
    page.locator("#editor .cm-content").focus()
    page.keyboard.press("Control+A")
    page.locator("#editor .cm-content").evaluate(
        """(content, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", text);
          content.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }""",
        program,
    )


def run(page, program, seconds=60):
    """Run a program; what it printed comes back."""
    until(page, "['done', 'ready'].includes(document.body.dataset.state)")
    write(page, program)
    page.evaluate("document.body.dataset.state = 'asked'")
    page.locator("#run").click()
    finished(page, seconds)
    return page.locator("#output").inner_text()


# --- lessons: their programs need no browser ---

LESSONS = load_build().content()["LESSONS"]


LESSON = next(lesson for lesson in LESSONS if lesson["id"] == "puzzle-wrong_line")


def names_after(program):
    names = {name: getattr(ag, name) for name in ag.__all__} | {"ag": ag}
    exec(program, names)
    return names


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("lesson", LESSONS, ids=[lesson["id"] for lesson in LESSONS])
def test_a_lesson_is_open_until_its_solution_is_there(lesson, lang):
    assert "|" not in lesson["code"][lang] + lesson["solution"][lang]
    exec(lesson["check"], names_after(lesson["solution"][lang]))
    with pytest.raises((AssertionError, TypeError, ValueError)):
        exec(lesson["check"], names_after(lesson["code"][lang]))


def test_lessons_and_words_are_there_in_both_languages():
    content = load_build().content()
    told = content["WORDS"]
    assert told["en"].keys() == told["ja"].keys() and len(LESSONS) == 10
    for key, text in told["en"].items():
        places = re.compile(r"\{\w+\}")
        if isinstance(text, str):
            assert sorted(places.findall(text)) == sorted(places.findall(told["ja"][key])), key
    japanese = re.compile("[\u3040-\u30ff]")
    for lesson in LESSONS:
        for part in ("title", "text", "praise"):
            assert japanese.search(lesson[part]["ja"]) or part == "title", lesson["id"]
            assert not japanese.search(lesson[part]["en"]), lesson["id"]
    for example in content["EXAMPLES"]:
        assert example["title"].keys() == {"en", "ja"}


# --- it runs programs ---


def test_it_is_ready_in_six_seconds(playground):
    times = []
    for _ in range(3):  # the machine may be busy with others
        begin = time.monotonic()
        page = playground.visit()
        finished(page)
        times.append(time.monotonic() - begin)
        page.context.close()
        if times[-1] <= SECONDS:
            break
    print(f"ready, with the first picture drawn, in {times} s")
    if min(times) > SECONDS and os.getloadavg()[0] > 1.0:  # the page needs two cores for itself
        pytest.skip(f"the machine is busy with others: {min(times):.1f} s")
    assert min(times) <= SECONDS


def test_a_program_prints_is_drawn_and_can_be_gone_through(page):
    assert run(page, PROGRAM) == "9.0\nValue(18.0, label='y', op='add', grad=1.0)\n"
    texts = page.locator("#picture svg text").all_text_contents()
    x = ag.Value(3.0, "x")
    y = x * x + 3 * x
    y.label = "y"
    y.backward()
    own = ag.draw(y).pipe("svg", encoding="utf-8")
    assert texts == re.findall(r"<text[^>]*>([^<]*)</text>", own)
    page.locator("#tab-page").click()
    steps = page.frame_locator("iframe")
    assert steps.locator("h1").inner_text() == "y = 18"
    for _ in range(3):
        steps.locator("#next").click()
    assert "forward" in steps.locator("#where").inner_text()
    page.locator("#tab-picture").click()


def test_a_picture_is_the_one_that_python_draws(page):
    told = run(page, f"{PROGRAM[:-2]}\nprint(ag.draw(y).pipe('svg', encoding='utf-8'))")
    names = {"ag": ag}
    exec(PROGRAM, names)
    names["y"].label = "y"
    names["x"].label = "x"
    assert told == "9.0\n" + ag.draw(names["y"]).pipe("svg", encoding="utf-8") + "\n"


def test_the_examples_of_the_readme_give_its_output(page):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    source = "".join(blocks)
    run(page, source)
    spans = page.evaluate(
        """() => [...document.querySelectorAll('#output span')]
          .map((s) => [s.className, s.textContent])"""
    )
    outputs = []
    for kind, text in spans:
        echoed = re.split(r"(?m)^>>> ", text)[1:] if kind == "echo" else []
        outputs += [""] * len(echoed)
        if kind != "echo":
            outputs[-1] += text
    examples = doctest.DocTestParser().get_examples(source)
    assert len(examples) == len(outputs) > 10
    for example, got in zip(examples, outputs, strict=True):
        want = example.exc_msg or example.want
        if example.exc_msg:
            assert got.startswith("Traceback (most recent call last):\n")
            got = got[got.index("\n" + want.partition(":")[0]) + 1 :]
            want = want.removesuffix("...\n")  # and there may be more slips
            got = got[: len(want)]
        assert doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS), (want, got)
    assert page.locator("#files a").all_inner_texts() == ["Save price.svg"]


def test_errors_are_those_of_a_session(page):
    told = run(page, "x = ag.Value(2.0, 'profit')\nprint('before')\n(x - 3).log()\nprint('after')")
    assert told.startswith("before\nTraceback (most recent call last):\n")
    assert 'File "<program>", line 3, in <module>\n    (x - 3).log()' in told
    words = "ValueError: log(profit − 3 = -1.0) is not defined in the real numbers\n"
    assert told.endswith(words) and told.count("File ") == 1
    told = run(page, "y = (1 +\nprint(2)")
    assert "SyntaxError: '(' was never closed" in told and "Traceback" not in told
    assert run(page, "print(input())").endswith("EOFError: EOF when reading a line\n")
    assert run(page, "1 + 1") == "2\n"


def test_what_is_not_there_is_told_in_a_sentence(page):
    told = run(page, "import numpy as np\nprint(1)")
    assert told.splitlines()[-2] == "ModuleNotFoundError: No module named 'numpy'"
    assert told.splitlines()[-1].startswith("NumPy is not in the playground")
    twice = "f = ag.compile(lambda x: x * x)\nprint(f(3.0), ag.compile(lambda x: x + 1)(2.0))"
    told = run(page, twice).splitlines()
    assert told[-1] == "9.0 3.0" and len(told) <= 2  # said once in a session
    assert "/home" not in told[0] and (len(told) == 1 or told[0].startswith("compile: Python"))
    assert "UserWarning: mine" in run(page, "import warnings\nwarnings.warn('mine')")


def test_what_cannot_be_drawn_there_is_told_in_a_sentence(page):
    told = run(page, "ag.save(ag.Value(2.0) * 3, 'y.png')")
    assert told.endswith(
        "RuntimeError: .png needs reportlab, which is not installed here: save as .svg\n"
    )


def test_files_can_be_kept(page):
    run(page, "ag.save(ag.Value(2.0, 'x') * 3, 'y.html')\nag.save(ag.Value(2.0) * 3, 'y.json')")
    links = page.locator("#files a")
    assert links.all_inner_texts() == ["Save y.html", "Save y.json"]
    with page.expect_download() as download:
        links.nth(1).click()
    assert json.loads(Path(download.value.path()).read_text())
    assert page.frame_locator("iframe").locator("#picture svg").count() == 1


def test_an_endless_loop_is_stopped_and_does_not_drown_the_page(page):
    write(page, "while True:\n    print('again')")
    page.locator("#run").click()
    until(page, "document.querySelector('#output').textContent.length > 1000")
    page.locator("#stop").click()
    assert len(page.locator("#output").inner_text()) <= 200_010
    until(page, "document.body.dataset.state === 'ready'")
    assert run(page, "print(3)") == "3\n"


def test_a_lesson_teaches_and_progress_is_kept(playground):
    page = playground.visit(
        "#puzzle-wrong_line", locale="ja", viewport={"width": 1280, "height": 800}
    )
    finished(page)
    assert page.locator("#lesson h2").inner_text() == "パズル: 間違った行を見つける"
    assert page.locator("#verdict").inner_text() == ""
    run(page, LESSON["code"]["ja"])
    told = page.locator("#verdict").inner_text()
    assert "まだ違います" in told and "wrong gradient at y: 48 given, 64 expected" in told
    assert "よくある間違い: += ではなく =" in told
    run(page, LESSON["solution"]["ja"])
    assert "正解です" in page.locator("#verdict").inner_text()
    page.locator("#language").click()
    finished(page)
    assert page.locator("#lesson h2").inner_text() == "Puzzle: find the wrong line"
    page.evaluate("document.body.dataset.state = 'asked'")
    page.locator("#choice").select_option("lesson-apple")
    finished(page)
    run(page, LESSONS[0]["code"]["en"])
    assert "Fill in the blank first: d_apple" in page.locator("#verdict").inner_text()
    page.reload()
    texts = page.locator("#choice option").all_inner_texts()
    assert [text for text in texts if text.startswith("✓")] == ["✓ Puzzle: find the wrong line"]
    assert "1 of 10 done" in page.locator("#lesson").inner_text()
    page.context.close()


def test_the_next_lesson_does_not_begin_with_its_answers(playground):
    page = playground.visit("#lesson-apple", viewport={"width": 1280, "height": 800})
    finished(page)
    page.locator("#tab-page").click()
    bar = page.frame_locator("iframe").locator("#next")
    bar.wait_for()
    box, pane = bar.bounding_box(), page.locator("#page").bounding_box()
    assert box["y"] + box["height"] <= pane["y"] + pane["height"]
    page.evaluate("document.body.dataset.state = 'asked'")
    page.locator("[data-act=next]").click()
    finished(page)
    assert page.locator("#page").is_hidden() and page.locator("#picture").is_visible()
    page.context.close()


def test_a_training_is_played_back_in_it(page):
    page.evaluate("document.body.dataset.state = 'asked'")
    page.locator("#choice").select_option("moons")
    finished(page)
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "A training, played back"
    assert frame.locator("#when").inner_text() == "200 / 200"


# --- it is shared by its address, and nothing leaves it ---


def test_a_program_is_shared_by_its_address(page, playground):
    run(page, PROGRAM)
    page.locator("#share").click()
    until(page, "location.hash.startsWith('#code=')")
    code = page.evaluate("location.hash").removeprefix("#code=")
    text = zlib.decompress(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)), wbits=-15)
    assert text.decode() == PROGRAM
    other = playground.visit(f"#code={code}")
    until(other, "document.body.dataset.state === 'ready'")
    assert other.locator("#output").inner_text() == ""  # somebody else's program waits
    other.locator("#run").click()
    finished(other)
    assert other.locator("#output").inner_text().startswith("9.0\n")
    other.context.close()


ASKING = """
import js
for address in (js.location.origin + "/style.css", "ELSEWHERE"):
    request = js.XMLHttpRequest.new()
    try:
        request.open("GET", address, False)
        request.send()
        print(request.status)
    except Exception as error:
        print(type(error).__name__)
"""


def test_a_program_cannot_send_anything_anywhere(page, playground):
    told = run(page, ASKING.replace("ELSEWHERE", playground.elsewhere))
    assert told == "200\nJsException\n"
    assert playground.asked == []


# --- everybody can use it ---


def test_it_fits_a_phone(playground):
    emulate = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = playground.visit(**emulate)
    finished(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert run(page, f"print('word ' * 60)\n{PROGRAM}").endswith("op='add', grad=1.0)\n")
    told = page.locator("#told")
    assert told.evaluate("(told) => told.scrollWidth <= told.clientWidth")
    picture, panel = (page.locator(s).bounding_box() for s in ("#picture svg", "#seen"))
    assert panel["height"] < picture["height"] + 150
    assert picture["x"] + picture["width"] <= panel["x"] + panel["width"]
    page.locator("#tab-page").tap()
    page.frame_locator("iframe").locator("#next").tap()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_the_keyboard_is_enough(playground):
    page = playground.visit(viewport={"width": 1280, "height": 800})
    finished(page)

    def focused():
        return page.evaluate("document.activeElement.id")

    def tab_to(id):
        for _ in range(20):
            page.keyboard.press("Tab")
            if focused() == id:
                return
        raise AssertionError(f"Tab does not lead to {id}")

    tab_to("choice")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('#output').textContent.includes('sigmoid')")
    finished(page)
    tab_to("editor")
    page.keyboard.press("Control+A")
    page.keyboard.type("x = ag.Value(4.0)\nx * x")
    page.keyboard.press("Shift+Enter")
    until(page, "document.querySelector('#output').textContent.startsWith('Value(16.0')")
    page.keyboard.press("Escape")
    tab_to("run")
    tab_to("tab-picture")
    page.keyboard.press("ArrowRight")
    assert focused() == "tab-page"
    finished(page)
    page.keyboard.press("Tab")
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text().endswith("= 16")
    page.keyboard.press("End")
    page.context.close()


def faults(page, modules):
    """What axe finds, worst first: (impact, rule, elements)."""
    page.evaluate((modules / "axe-core" / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run().then(({ violations }) => violations)")
    return [
        (v["impact"], v["id"], [node["html"][:120] for node in v["nodes"][:5]])
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


def save_pages(folder):
    """Pages of the package of each kind."""
    x = ag.Value(1.5, "x")
    y = ag.sigmoid(x) * x + 3 * x
    for k, options in enumerate(({}, {"fold": True}, {"style": "box"})):
        ag.save(y, folder / f"page{k}.html", **options)
    model = ag.nn.MLP(2, [2, 1], activation="tanh", rng=random.Random(1))
    ag.save(model([1.0, 2.0]), folder / "network.html", style="network")
    ag.worksheet(y, folder / "worksheet.html")
    history = {"rows": [[0.0, 1.0], [1.0, 0.0]], "targets": [1.0, -1.0], "criterion": ag.hinge}
    history |= {"lr": 0.1, "parameters": [ag.data(model.parameters())] * 2, "loss": [1.0, 0.9]}
    ag.playback(model, history, folder / "moons.html")


def test_axe_finds_no_serious_fault(page, playground, tmp_path):
    page.evaluate("document.body.dataset.state = 'asked'")
    page.locator("#choice").select_option("lesson-apple")
    finished(page)
    for tab in ("#tab-page", "#tab-picture"):
        page.locator(tab).click()
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            assert faults(page, playground.modules) == []
    save_pages(tmp_path)
    other = page.context.new_page()
    for path in sorted(tmp_path.glob("*.html")):
        other.goto(path.as_uri())
        for theme in ("light", "dark"):
            other.emulate_media(color_scheme=theme)
            assert faults(other, playground.modules) == [], (path.name, theme)
    other.close()
