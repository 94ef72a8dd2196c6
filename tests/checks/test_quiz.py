import math
import random
from xml.etree import ElementTree as ET

import pytest

import autograd as ag
from autograd.checks import slips
from autograd.checks.forms import INTEGRAL
from autograd.checks.local import local
from autograd.checks.quiz import UNLIKELY, questions
from autograd.checks.region import Region
from autograd.checks.slips import candidates
from autograd.checks.written import Written
from autograd.core.node import inputs_first
from autograd.core.value import Value


def read(text):
    """The numerical questions, read as Moodle's importer does: name, answers in order.

    By the paths of `import_headers`, `import_answer` and `import_numerical` in Moodle's
    question/format/xml/format.php, and within the columns of its database.
    """
    assert text.startswith("<?xml")  # the documentation: really the first line
    quiz = ET.fromstring(text)
    assert quiz.tag == "quiz"
    found = {}
    for question in quiz.findall("question"):
        if question.get("type") == "category":
            continue
        assert question.get("type") == "numerical"
        for tag in ("questiontext", "generalfeedback"):
            assert question.find(tag).get("format") == "html"
            ET.fromstring(f"<div>{question.findtext(f'{tag}/text')}</div>")  # well-formed
        assert 0 < len(question.findtext("name/text")) <= 255
        assert float(question.findtext("defaultgrade")) == 1.0
        assert 0.0 <= float(question.findtext("penalty")) <= 1.0
        for answer in question.findall("answer"):
            assert answer.get("format") == "moodle_auto_format" and answer.get("fraction").isdigit()
            assert answer.find("feedback").get("format") == "html"
            assert answer.findtext("text") > "" and float(answer.findtext("tolerance")) > 0.0
        answers = [
            (
                float(answer.get("fraction")),
                float(answer.findtext("text")),
                float(answer.findtext("tolerance")),
                answer.findtext("feedback/text"),
            )
            for answer in question.findall("answer")
        ]
        assert answers[0][0] == 100.0 and all(answer[0] == 0.0 for answer in answers[1:])
        found[question.findtext("name/text")] = answers
    return found


def price():
    apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    y = apple * count * tax
    y.label = "price"
    return y


def marked(answers, x):
    """What Moodle says of an answer: the first that covers it."""
    for fraction, number, tolerance, feedback in answers:
        if abs(x - number) <= tolerance:
            return fraction, feedback
    return 0.0, ""


def test_each_leaf_is_asked_for_with_its_slips():
    found = read(questions(price()))
    assert list(found) == ["d(price)/d(apple)", "d(price)/d(count)", "d(price)/d(tax)"]
    answers = found["d(price)/d(apple)"]
    assert marked(answers, 2.2) == (100.0, "<p>Right.</p>")
    assert marked(answers, -2.2)[0] == 0.0 and "wrong sign" in marked(answers, -2.2)[1]
    assert "not swapped" in marked(answers, 110.0)[1]
    assert len(answers) >= 8


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x, w: x * w * 1.1, ""),
        (lambda x, w: 2 * x / w + x, ""),
        (lambda x, w: ag.sin(x) * w, "a factor π/180 |a factor π |integrated instead"),
        (lambda x, w: 10**x * w, "a factor ln 2 |a factor ln 10 |integrated instead"),
        (lambda x, w: ag.log2(x) * w, "a factor ln 2 |a factor ln 10 |integrated instead"),
        (lambda x, w: x * x * w, "integrated instead"),
        (lambda x, w: ag.identity(x * w) / 2 + x, ""),
    ],
)
def test_slips_are_of_what_stands_in_the_graph(f, words, monkeypatch):
    monkeypatch.setattr("autograd.checks.quiz.MOST_ANSWERS", 1000)
    found = read(questions(f(Value(0.7, "x"), Value(1.3, "w"))))
    told = " ".join(feedback for answers in found.values() for *_, feedback in answers)
    every = [*(f"a factor {name} " for name in ("π/180", "π", "ln 2", "ln 10")), INTEGRAL]
    assert [text in told for text in every] == [text in words.split("|") for text in every]


def test_no_two_answers_cover_one_number_and_labels_are_escaped():
    x = Value(0.8, "<b>&x")
    x2 = ag.sigmoid(x) ** 2 * 3
    for answers in read(questions(x2, digits=3)).values():
        for i, (_, a, tolerance, _) in enumerate(answers):
            assert math.isfinite(a)
            assert all(abs(a - b) > max(tolerance, t) for _, b, t, _ in answers[:i])


def test_a_file_is_written_or_refused(tmp_path):
    ag.quiz(price(), tmp_path / "quiz.xml")
    text = (tmp_path / "quiz.xml").read_text("utf-8")
    assert text.startswith("<?xml") and "data:image/svg+xml;base64," in text
    assert read(text)
    with pytest.raises(ValueError, match="xml file"):
        ag.quiz(price(), tmp_path / "quiz.html")
    with pytest.raises(ValueError, match="digits"):
        ag.quiz(price(), tmp_path / "quiz.xml", digits=0)
    with pytest.raises(ValueError, match="no leaf"):
        ag.quiz(ag.Value(2.0), tmp_path / "quiz.xml")
    with pytest.raises(TypeError, match="one Value"):
        ag.quiz(2.0, tmp_path / "quiz.xml")


@pytest.mark.parametrize(
    ("limit", "most", "words"),
    [("MOST_ASKED", 3, "3 to ask for, more than 2"), ("MOST_NODES", 5, "5 nodes, more than 4")],
)
def test_what_is_too_large_is_refused(limit, most, words, monkeypatch):
    monkeypatch.setattr("autograd.checks.quiz.MOST_DRAWN", 0)
    monkeypatch.setattr(f"autograd.checks.quiz.{limit}", most)
    assert len(read(questions(price()))) == 3
    monkeypatch.setattr(f"autograd.checks.quiz.{limit}", most - 1)
    with pytest.raises(ValueError, match=words):
        questions(price())


def test_a_picture_stands_where_it_is_not_too_large(monkeypatch):
    for most, drawn in ((5, True), (4, False)):
        monkeypatch.setattr("autograd.checks.quiz.MOST_DRAWN", most)
        assert ("data:image/svg" in questions(price())) == drawn


def test_no_answer_is_minus_0():
    assert "<text>-0.0</text>" not in questions(Value(0.0, "x") * Value(2.0, "w") * -3)


def test_each_local_derivative_is_looked_at_once_whatever_is_asked(monkeypatch):
    seen = []

    def counted(written, e):
        seen.append(e)
        return local(written, e)

    monkeypatch.setattr(slips, "local", counted)
    monkeypatch.setattr("autograd.checks.quiz.MOST_DRAWN", 0)
    y = ag.nn.MLP(2, [6, 1], activation="tanh", rng=random.Random(0))([0.1, 0.2])
    assert len(read(questions(y))) == 25
    assert len(seen) == len(set(seen)) < 100


def test_slips_too_unlikely_for_a_quiz_are_mostly_unmade():
    z, r = 0.5, Value(3.2, "r")
    for _ in range(12):
        z = r * z * (1 - z)
    graph = Written(inputs_first(z), z)
    region = Region(graph, {}, r)
    kept = [slip for slip in candidates(region) if slip.cost < UNLIKELY]
    made = list(slips._catalogue(region, UNLIKELY))
    assert [slip for slip in made if slip.cost < UNLIKELY] == kept
    assert list(candidates(region, UNLIKELY)) == kept
    assert len(made) < 1.5 * len(kept) < 0.5 * len(list(candidates(region)))
