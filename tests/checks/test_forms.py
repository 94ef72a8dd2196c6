"""The catalogue of forms: what the words of each say is what its function computes."""

import math
import re

import pytest

from autograd.checks.forms import FORGOTTEN, FORMS, FORMULAS, WRONG, logistic
from autograd.core.primitives import PRIMITIVES

HIGH = str.maketrans("⁰¹²³ⁿˣ⁺⁻", "0123nx+-")
FUNCTION = r"(log|ln|cosh|sinh|cos|sin|tan)(\*\*\(2\))? (\w+(?:\(\w+\))?)"


def in_python(text):
    """A formula as it is written in words: `xⁿ⁺¹/(n + 1)`, `1/cos² x`, `−1/(2√x)`."""
    text = text.replace("−", "-").replace("·", "*").replace("e^-x²", "e**(-x**2)")
    text = re.sub("[⁰¹²³ⁿˣ⁺⁻]+", lambda m: f"**({m[0].translate(HIGH)})", text)
    while text != (text := re.sub(FUNCTION + "(?! x)", r"\1(\3)\2", text)):
        pass
    text = re.sub(r"√(\w)", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"([0-9½⅔])(?=[a-z(])(?<!log1)", r"\1*", text)
    text = re.sub(r"(?<=[\w)½⅔]) (?=[\w(½])", "*", text)
    return text.replace("½", "0.5").replace("⅔", "(2/3)").replace("σ(x)", "σ")


def said(key, text, x, y, o):
    """What the words say at this point; None where they are no formula."""
    names = {
        name: getattr(math, name)
        for name in ["log", "cosh", "sinh", "cos", "sin", "tan", "sqrt", "e"]
    }
    if key[0] in ("log2", "log10"):
        names["log"] = getattr(math, key[0])
    names |= {"ln": math.log, "x": x, "y": y, "σ": logistic(x), "π": math.pi, "n": o, "a": o}
    names |= {"φ": math.exp(-x * x / 2) / math.sqrt(2 * math.pi), "Φ": math.erfc(-x / 2**0.5) / 2}
    names |= {("divide", 0): {"a": x, "b": o}, ("divide", 1): {"a": o, "b": x}}.get(key, {})
    written = text.partition(" for ")[0].split(": ")[-1].split(", ")[0]
    try:
        return eval(in_python(written), {"__builtins__": {}}, names)
    except (SyntaxError, NameError, TypeError):
        return None


def points(key):
    """Input, output and the other operand, where the operation is defined."""
    kind, slot = key
    primitive = PRIMITIVES.get(kind)
    for x in (0.3, 0.75, 1.7):
        for o in (2.0, 3.5):
            numbers = (x,) if len(primitive.partials) == 1 else (x, o) if slot == 0 else (o, x)
            try:
                yield x, primitive(*numbers), o
            except ValueError:
                continue


KNOWN = [key for key in WRONG if key[0] in PRIMITIVES]
OF_A_FACTOR = "ln x for ln a"  # the words are of one factor alone


def whole(key):
    """The wrong forms whose words are of the whole derivative."""
    return [w for w in WRONG[key] if w.slip != FORGOTTEN and w.text != OF_A_FACTOR]


@pytest.mark.parametrize("key", KNOWN, ids=str)
def test_a_wrong_form_computes_what_it_says(key):
    for wrong in whole(key):
        for x, y, o in points(key):
            want = said(key, wrong.text, x, y, o)
            if want is not None:
                assert wrong.at(x, y, o) == pytest.approx(want, rel=1e-12), wrong


def test_most_forms_are_formulas():
    rows = [(key, wrong) for key in KNOWN for wrong in whole(key)]
    read = [wrong for key, wrong in rows if said(key, wrong.text, 0.3, 0.4, 2.0) is not None]
    assert len(read) > 80, len(read)


@pytest.mark.parametrize("key", [key for key in FORMS if key[0] in PRIMITIVES], ids=str)
def test_the_factors_are_the_derivative(key):
    kind, slot = key
    for x, y, o in points(key):
        product = 1.0
        for factor in FORMS[key]:
            value = factor.at(x, y, o)
            want = said(key, factor.text, x, y, o)
            assert want is None or value == pytest.approx(want, rel=1e-12), factor
            product *= value
        numbers = (x, o) if slot == 0 else (o, x)
        primitive = PRIMITIVES[kind]
        numbers = numbers[: len(primitive.partials)]
        assert product == pytest.approx(primitive.slopes(numbers, y)[slot], rel=1e-12)
        formula = said(key, FORMULAS.get(key, "?"), x, y, o)
        assert formula is None or product == pytest.approx(formula, rel=1e-12)
