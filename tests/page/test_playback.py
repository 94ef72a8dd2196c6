"""The page that plays a training back: what it takes, and that its numbers are Python's."""

import copy
import math
import random
import re
import runpy
import shutil
import time
from pathlib import Path

import pytest

import autograd as ag

ROOT = Path(__file__).parents[2]
DEMO = runpy.run_path(str(ROOT / "demos" / "29_playback.py"))
STEPS = 40


@pytest.fixture(scope="module")
def trained():
    """A network after forty steps, and how it came there."""
    return DEMO["train"](STEPS)


def squared(score, target):
    return (score - target) ** 2


def small(**changes):
    """A history of one step, with changes."""
    model = ag.nn.MLP(2, [1], rng=random.Random(1))
    history = {
        "rows": [[0.0, 1.0], [1.0, 0.5]],
        "targets": [1.0, -1.0],
        "criterion": squared,
        "lr": 0.1,
        "parameters": [[0.1, 0.2, 0.3]],
        "loss": [1.5],
    }
    return model, {k: v for k, v in (history | changes).items() if v is not ...}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lr": ...}, "history has no 'lr'"),
        ({"speed": 3}, "history has 'speed': known are rows"),
        ({"lr": 0}, r"history\['lr'\] is 0.0, expected a number above 0"),
        ({"lr": "fast"}, r"history\['lr'\]: "),
        ({"criterion": "hinge"}, r"history\['criterion'\] is a function, not 'hinge'"),
        ({"criterion": lambda y, t: 3.0}, r"history\['criterion'\] gives 3.0 for a row"),
        ({"criterion": lambda y, t: y * y}, "must depend on the row, its target and all"),
        ({"rows": []}, r"history\['rows'\] is \[\], expected a list"),
        ({"rows": [[1.0], [2.0]]}, r"history\['rows'\]\[0\] has 1 numbers: the plane"),
        ({"rows": [[1.0, math.nan], [2.0, 3.0]]}, r"history\['rows'\]\[0\]: "),
        ({"targets": [1.0]}, "history has 2 rows, but 1 targets"),
        ({"loss": [1.0, 2.0, 3.0]}, "1 steps of parameters, but 3 losses"),
        ({"parameters": [[0.1, 0.2]]}, r"\['parameters'\]\[0\] has 2 numbers, but .* 3 parameters"),
        ({"batches": [[0, 2]]}, r"history\['batches'\] needs 1 lists of places among 2 rows"),
        ({"batches": [[]]}, r"history\['batches'\]: an empty batch"),
    ],
)
def test_a_history_that_does_not_fit_is_refused_by_name(tmp_path, changes, message):
    model, history = small(**changes)
    with pytest.raises((ValueError, TypeError), match=message):
        ag.playback(model, history, tmp_path / "page.html")
    assert not list(tmp_path.iterdir())


def test_what_is_no_history_no_model_or_no_page_is_refused(tmp_path):
    model, history = small()
    with pytest.raises(TypeError, match="history is a dict of rows, targets"):
        ag.playback(model, [1.0], tmp_path / "page.html")
    with pytest.raises(ValueError, match=r"a playback is an \.html file"):
        ag.playback(model, history, tmp_path / "page.svg")
    with pytest.raises(ValueError, match="lang is one of en, ja"):
        ag.playback(model, history, tmp_path / "page.html", lang="fr")
    two = ag.nn.MLP(2, [2], rng=random.Random(1))
    with pytest.raises(ValueError, match="not one Value"):
        ag.playback(two, small(parameters=[[0.0] * 6])[1], tmp_path / "page.html")


def test_the_model_stays_as_it_is_and_the_page_is_the_same_each_time(tmp_path, trained):
    model, history = trained
    before = [(p.data, p.grad) for p in model.parameters()]
    kept = copy.deepcopy(history)
    for name in ("a.html", "b.html"):
        ag.playback(model, history, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert [(p.data, p.grad) for p in model.parameters()] == before
    assert {**history, "criterion": 0} == {**kept, "criterion": 0}


def test_two_hundred_steps_are_one_small_file(tmp_path):
    model, history = DEMO["train"](200)
    ag.playback(model, history, tmp_path / "moons.html")
    page = (tmp_path / "moons.html").read_text("utf-8")
    assert len(history["parameters"]) == 200
    assert (tmp_path / "moons.html").stat().st_size < 200_000
    assert "default-src 'none'" in page and not re.search(r"(?:src|href)=", page)
    with ag.no_grad():
        scores = ag.data(model(history["rows"]))
    right = sum((s > 0) == (t > 0) for s, t in zip(scores, history["targets"], strict=True))
    assert right >= 97


# --- in a real browser ---


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium here")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, tmp_path, trained):
    """Opens the page of a training; afterwards nothing was asked for, nothing complained."""
    complaints, requests, contexts = [], [], []

    def visit(of=None, lang=None, **emulate):
        path = tmp_path / "moons.html"
        ag.playback(*(of or trained), path, lang=lang)
        contexts.append(browser.new_context(**emulate))
        page = contexts[-1].new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == [] and all(url.startswith("file:") for url in requests)


def slide(page, id, value):
    page.evaluate(f"$('{id}').value = {value}; $('{id}').dispatchEvent(new Event('input'))")


def train_anew(page, s):
    """Move the slider of the learning rate, and wait for the training."""
    page.evaluate("delete document.body.dataset.trained")
    slide(page, "rate", s)
    deadline = time.monotonic() + 20
    while not page.evaluate("document.body.dataset.trained ?? ''"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def close(found, expected):
    return found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_the_recording_is_there_to_the_last_bit(visit, trained):
    model, history = trained
    page = visit()
    steps = page.evaluate("recorded.steps")
    assert steps == [*history["parameters"], ag.data(model.parameters())]
    assert page.evaluate("recorded.losses") == history["loss"]
    assert page.locator("#when").inner_text() == f"{STEPS} / {STEPS}"


def test_values_and_gradients_of_a_point_are_pythons(visit, trained):
    model, history = copy.deepcopy(trained)
    page = visit()
    for step, i in ((0, 3), (17, 42), (STEPS, 99)):
        if step < STEPS:
            ag.assign(model.parameters(), history["parameters"][step])
        else:
            ag.assign(model.parameters(), ag.data(trained[0].parameters()))
        slide(page, "at", step)
        slide(page, "point", i)
        model.zero_grad()
        score = model(history["rows"][i])
        loss = squared(score, history["targets"][i])
        loss.backward()
        found = page.evaluate(
            """() => {
              const numbers = run.steps[at], now = pass(numbers, chosen, true);
              const { adjoints } = sweep(nodes, now, film.root);
              const gradients = film.parameters.map((j) => adjoints[j]);
              return [now.values[film.score], now.values[film.root], gradients];
            }"""
        )
        assert close(found[0], score.data) and close(found[1], loss.data)
        assert close(found[2], ag.grads(model.parameters()))
        told = page.locator("#chosen").inner_text()
        assert told.startswith(f"Point {i + 1} of 100") and f"score {score.data:.4g}"[
            :11
        ] in told.replace("−", "-")


def test_training_anew_at_the_recorded_rate_gives_the_recorded_numbers(visit, trained):
    _, history = trained
    page = visit()
    page.evaluate("train(film.lr)")
    deadline = time.monotonic() + 20
    while not page.evaluate("document.body.dataset.trained ?? ''"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for found, expected in zip(page.evaluate("run.steps"), history["parameters"], strict=False):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert page.evaluate("run.losses") == pytest.approx(history["loss"], rel=1e-6)


def test_another_rate_gives_what_python_learns_with_it(visit, trained):
    page = visit()
    train_anew(page, -20)
    rate = page.evaluate("run.lr")
    assert rate == pytest.approx(0.03)
    _, slow = DEMO["train"](STEPS, rate)
    assert page.evaluate("run.losses") == pytest.approx(slow["loss"], rel=1e-6)
    assert "0.03" in page.locator("#outcome").inner_text()
    page.locator("#recorded").click()
    assert page.locator("#outcome").inner_text().startswith("As it was recorded.")


def test_a_rate_that_is_too_large_explodes_and_says_so(visit):
    page = visit()
    train_anew(page, 40)
    told = page.locator("#outcome").inner_text()
    assert re.match(r"Too large: with learning rate 30 the loss explodes\. At step \d+ it is", told)
    assert page.evaluate("run.steps.flat().every(Number.isFinite)")
    assert "NaN" not in page.inner_text("body") and "Infinity" not in page.inner_text("body")


def test_a_point_is_gone_through_forward_backward_and_over_the_update(visit, trained):
    model, history = copy.deepcopy(trained)
    page = visit()
    slide(page, "point", 5)

    def shown(kind):
        texts = page.locator(f"#picture text.{kind}").all_text_contents()
        return sum(text != "" for text in texts)

    circles = page.locator("#picture text.value").count()
    assert circles == 9  # two numbers, four neurons, a score, its target, the loss
    page.locator("#next").click()
    assert (shown("value"), shown("gradient")) == (3, 0)
    seen = [page.locator("#where").inner_text()]
    while page.locator("#where").inner_text() != "Update":
        page.locator("#next").click()
        seen.append(page.locator("#where").inner_text())
    forward, backward = [f"forward {k} of 4" for k in (1, 2, 3, 4)], [1, 2, 3, 4]
    assert seen == [*forward, *[f"backward {k} of 4" for k in backward], "Update"]
    model.zero_grad()
    loss = squared(model(history["rows"][5]), history["targets"][5])
    loss.backward()
    after = [p.data - 0.3 * p.grad for p in model.parameters()]
    page.locator("#next").click()
    assert close(page.evaluate("own.numbers"), after)
    assert page.locator("#when").inner_text() == f"1 by single points, from {STEPS}"
    assert page.locator("#table tbody tr").count() == len(after)
    slide(page, "at", 3)
    assert page.evaluate("own === null && run.steps[at]") == history["parameters"][3]


def test_lines_are_the_weights_in_colour_and_width(visit, trained):
    page = visit()
    lines = page.evaluate(
        """() => edges.map((edge) => [weightOf(edge), $(edge.id)?.querySelector(".line")])
          .filter(([k, line]) => k !== undefined && line)
          .map(([k, line]) => [
            k, getComputedStyle(line).stroke, Number(line.getAttribute("stroke-width"))])"""
    )
    numbers = ag.data(trained[0].parameters())
    assert sorted(k for k, _, _ in lines) == [0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 14, 15]
    largest = max(abs(numbers[k]) for k, _, _ in lines)
    for k, colour, width in lines:
        assert colour == ("rgb(46, 109, 164)" if numbers[k] >= 0 else "rgb(185, 119, 14)")
        assert width == pytest.approx(0.4 + 3.6 * abs(numbers[k]) / largest, abs=0.006)


def test_it_plays_and_is_used_by_keys_and_on_a_phone(visit):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    page = visit(**phone, locale="ja", color_scheme="dark")
    assert page.evaluate("document.documentElement.lang") == "ja"
    assert page.locator("h1").inner_text() == "学習の再生"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in range(5):
        page.locator("#next").tap()
        seen, pane = page.locator("#picture .now").first, page.locator("#picture").bounding_box()
        box = seen.bounding_box()
        assert pane["x"] <= box["x"] and box["x"] + box["width"] <= pane["x"] + pane["width"]
    page.locator("#play").focus()
    page.keyboard.press("Enter")
    deadline = time.monotonic() + 20
    while page.evaluate("playing !== null || at !== run.steps.length - 1"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    page.locator("#point").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#chosen").inner_text().startswith("点 2 / 100")
    page.locator("#map").click(position={"x": 100, "y": 100})
    assert page.evaluate("chosen") != 1


@pytest.mark.parametrize("criterion", [ag.hinge, squared, ag.sigmoid_cross_entropy])
def test_losses_of_the_package_serve_as_criterion(tmp_path, criterion):
    model, history = small(criterion=criterion, targets=[1.0, 0.0])
    ag.playback(model, history, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size > 10_000
