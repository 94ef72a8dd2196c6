"""Numerical questions about a graph's gradients, in the XML that Moodle imports.

Invariant: every answer, right or anticipated wrong, is computed here, before; no two that one
tolerance covers have different feedback.  Format: docs.moodle.org, "Moodle XML format".
"""

import base64
import math
from xml.etree import ElementTree as ET

from autograd.checks.forms import INTEGRAL
from autograd.checks.region import Region
from autograd.checks.rounding import adjoints, check_digits, same, unit
from autograd.checks.slips import candidates
from autograd.checks.written import Written
from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first
from autograd.core.sweeps import ROUNDING
from autograd.core.value import Value
from autograd.draw import draw
from autograd.words import number, visible

MOST_ANSWERS = 20  # anticipated wrong ones of a question
UNLIKELY = 3.5  # of this cost on, a slip is a coincidence
ANGLES = {"sin", "cos", "tan", "asin", "acos", "atan", "atan2"}
LOGARITHMS = {"exp", "expm1", "log", "log1p", "log2", "log10", "logaddexp"}
OF = {"π/180": ANGLES, "π": ANGLES, "ln 2": LOGARITHMS, "ln 10": LOGARITHMS}  # where they are met
PLAIN = {"", "add", "mul", "divide", "identity"}  # what nobody integrates
MOST_ASKED = 500  # questions, and in a graph of
MOST_NODES = 50_000
MOST_DRAWN = 300  # nodes in the picture of a question


def questions(y: Value, digits: int = 4) -> str:
    """The questions as XML text: one for each leaf and each labelled node below y."""
    if type(y) is not Value:
        raise TypeError(f"a quiz is of one Value, not {y!r:.60}")
    check_digits(digits)
    check_fresh(y)
    order = inputs_first(y)
    if len(order) > MOST_NODES:
        size = f"{len(order):,} nodes, more than {MOST_NODES:,}"
        raise ValueError(f"the graph has {size}: take a part")
    found = adjoints(y)
    graph = Written(order, y)
    asked = [v for v in order if v is not y and (v.label is not None or v.op is None)]
    asked = [v for v in asked if not v.is_literal and (v in graph.uses)]
    if not asked:
        raise ValueError("the graph has no leaf and no labelled node to ask for")
    if len(asked) > MOST_ASKED:
        size = f"{len(asked):,} to ask for, more than {MOST_ASKED}"
        raise ValueError(f"there are {size}: take a part")
    absurd = _absurd(order)
    picture = _picture(y) if len(order) <= MOST_DRAWN else ""
    numbers = ", ".join(f"{visible(x.label)} = {number(x.data)}" for x in order if x.label)
    quiz = ET.Element("quiz")
    title = visible(y.label or "y")
    category = ET.SubElement(ET.SubElement(quiz, "question", type="category"), "category")
    _text(category, f"$course$/Gradients of {title}")
    for v in asked:
        true, terms = found[v]
        right = 0.0 if abs(true) <= ROUNDING * terms else true
        question = ET.SubElement(quiz, "question", type="numerical")
        _text(ET.SubElement(question, "name"), f"d({title})/d({graph.name(v)})")
        body = (
            f"{picture}<p>{_escaped(numbers)}</p><p>What is the gradient of {_escaped(title)} by "
            f"{_escaped(graph.name(v))}, to {digits} significant digits?</p>"
        )
        _text(ET.SubElement(question, "questiontext", format="html"), body)
        shown = number(float(f"{right:.{digits - 1}e}"))
        steps = f"<p>It is {shown}: the incoming gradient times the local derivative, added up.</p>"
        _text(ET.SubElement(question, "generalfeedback", format="html"), steps)
        ET.SubElement(question, "defaultgrade").text = "1"
        ET.SubElement(question, "penalty").text = "0.3333333"
        ET.SubElement(question, "hidden").text = "0"
        _answer(question, 100, right, digits, "Right.")
        given = [right]
        likely = candidates(Region(graph, {}, v), UNLIKELY)
        slips = sorted(likely, key=lambda slip: slip.cost)
        for slip in (slip for slip in slips if not slip.text.startswith(absurd)):
            if len(given) > MOST_ANSWERS:
                break
            x = slip.number
            known = (same(x, old, 2.0 * _tolerance(old, digits), None) for old in given)
            if math.isfinite(x) and not any(known):
                given.append(x)
                _answer(question, 0, x, digits, f"Likely slip: {slip.text}.")
    ET.indent(quiz)
    return ET.tostring(quiz, encoding="unicode", xml_declaration=True) + "\n"


def _absurd(order: list[Value]) -> tuple[str, ...]:
    """What slips begin with that nobody makes in such a graph, whatever number they lead to.

    A constant that is written in the graph is offered as such, by its digits.
    """
    met = {v.op or "" for v in order}
    if any(v.op == "power" and not v.inputs[1].is_literal for v in order):
        met |= LOGARITHMS
    absurd = [f"a factor {name} " for name, functions in OF.items() if not functions & met]
    if met <= PLAIN and not any(v.op == "mul" and len(set(v.inputs)) == 1 for v in order):
        absurd.append(INTEGRAL)
    return tuple(absurd)


def _answer(question: ET.Element, fraction: int, x: float, digits: int, feedback: str) -> None:
    answer = ET.SubElement(question, "answer", fraction=str(fraction), format="moodle_auto_format")
    ET.SubElement(answer, "text").text = repr(x)
    _text(ET.SubElement(answer, "feedback", format="html"), f"<p>{_escaped(feedback)}</p>")
    ET.SubElement(answer, "tolerance").text = repr(_tolerance(x, digits))


def _tolerance(x: float, digits: int) -> float:
    """One unit of the last digit: a rounding on the way and one at the end."""
    return 2.0 * unit(x, digits) or 1e-12


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = text


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _picture(y: Value) -> str:
    """The graph as an image within the text, its gradients left out."""
    copy = y.__deepcopy__({})
    copy.zero_grad()
    data = base64.b64encode(draw(copy).pipe("svg")).decode()
    return f'<p><img alt="the graph" src="data:image/svg+xml;base64,{data}"/></p>'
