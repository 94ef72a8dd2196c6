"""Formulas of the partial derivatives: as in a textbook, and equal to the rules they are of."""

import math
import re

import pytest

from autograd.core.elementary import OURS
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.page.formulas import formula

WRITTEN = {
    **{"mul": ["b", "a"], "divide": ["1/b", "−y/b"], "reciprocal": ["−y²"], "sqrt": ["1/(2·y)"]},
    **{"power": ["b·aᵇ⁻¹", "aᵇ·log(a)"], "log2": ["1/(x·log(2))"], "tan": ["1 + y²"]},
    **{"tanh": ["1 − y²"], "acos": ["−1/√(1 − x²)"], "atan": ["1/(1 + x²)"], "sign": ["0"]},
    **{"sech": ["−y·tanh(x)"], "erf": ["2·e^(−x²)/√π"], "logaddexp": ["eᵃ⁻ʸ", "eᵇ⁻ʸ"]},
    **{"atan2": ["b/(a² + b²)", "−a/(a² + b²)"], "unit": ["b²/√(a² + b²)³", "−a·b/√(a² + b²)³"]},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_formulas_are_those_of_the_textbook(name):
    primitive = PRIMITIVES[name]
    assert [formula(primitive, slot) for slot in range(len(primitive.partials))] == WRITTEN[name]


SMALL = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇˣʸ", "0123456789-abxy", strict=True))


def read(text, at):
    """The number that a formula stands for."""
    text = re.sub(f"[{''.join(SMALL)}]+", lambda m: f"**({''.join(map(SMALL.get, m[0]))})", text)
    text = text.replace("√π", "sqrt(pi)").replace("√", "sqrt").replace("^", "**")
    text = text.replace("·", "*").replace("−", "-")
    return eval(text, {**vars(math), **PRIMITIVES, "e": math.e, **at})


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_formula_equals_its_rule(name):
    primitive = PRIMITIVES[name]
    two = len(primitive.partials) == 2
    for a, b in ((1.75, 0.5), (0.625, 0.25)):
        if name in ("asin", "acos", "atanh"):
            a -= 0.5 * a // 0.5
        if name == "acosh":
            a += 1.0
        xs = (a, b) if two else (a,)
        y = primitive(*xs)
        at = {"a": a, "b": b, "y": y} if two else {"x": a, "y": y}
        for slot, slope in zip(range(len(xs)), primitive.slopes(xs, y), strict=False):
            assert read(formula(primitive, slot), at) == pytest.approx(slope, rel=1e-12), slot


def test_rules_in_every_operator_are_written():
    def rule(a, b, y):
        both = (a + b) / (a - b) - (a + y) * (b - y) + 0.1 * a * a
        return both + abs(a) ** 2.0 / (1.0 - b) + (b - 3.0) * a * (a + b) ** b - y / 2.0

    written = formula(Primitive("f", "f", None, rule, rule), 0)
    at = {"a": 1.5, "b": 0.25, "y": -2.0}
    assert read(written.replace("|a|", "abs(a)"), {**at, "abs": abs}) == pytest.approx(rule(**at))
    assert "a²/10" in written
    for rule in (lambda a, b, y: (a + b) * (a - b), lambda a, b, y: (a + b) / (a - b)):
        written = formula(Primitive("f", "f", None, rule, rule), 0)
        assert read(written, at) == pytest.approx(rule(**at)) and written.startswith("(")
    with pytest.raises(TypeError, match="no numbers to branch on"):
        formula(Primitive("f", "f", None, lambda x, y: x if x > 0.0 else y), 0)
