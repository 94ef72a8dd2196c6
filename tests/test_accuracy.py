"""The accuracy that is promised, held by the benchmark that measures it."""

import runpy
from pathlib import Path

import pytest

import autograd as ag

pytest.importorskip("mpmath")
ACCURACY = runpy.run_path(str(Path(__file__).parent.parent / "benchmarks" / "accuracy.py"))
ULP = {"sigmoid": 8, "softplus": 8, "elu": 8, "silu": 2000, "gelu": 2000}  # else 4
GRADIENT = {"silu": 1e-12, "gelu": 1e-12, "erf": 1e-15, "erfc": 1e-15}  # else 1e-13


@pytest.mark.parametrize("name", ACCURACY["TABLE"])
def test_values_to_a_few_ulp_and_gradients_to_13_digits(name):
    row = ACCURACY["measure"](name, 150)
    assert row.points > 20
    assert row.ulp <= ULP.get(name, 4), row
    assert row.gradient <= GRADIENT.get(name, 1e-13), row


@pytest.mark.parametrize("name", ACCURACY["ROWS"])
def test_functions_of_rows_to_8_ulp_of_the_largest_term(name):
    row = ACCURACY["measure_rows"](name, 100)
    assert row.ulp <= 8, row
    assert row.gradient <= 1e-12, row  # 8 ulp where scores differ by 600


SMOOTH = [name for name in ACCURACY["TABLE"] if name not in ("elu", "degrees", "radians")]
WHERE = {"acosh": (1.5, 1.001, 1e4), "atan2": (0.3, -2.0, 50.0), "power": (0.3, 2.5, 7.0)}
WHERE |= dict.fromkeys(("log", "log2", "log10", "sqrt"), (1e-5, 0.7, 1e5))
WHERE |= dict.fromkeys(("asin", "acos", "atanh"), (1e-9, 0.3, -0.999))


@pytest.mark.parametrize("name", SMOOTH)
def test_second_derivatives(name):
    first = ACCURACY["TABLE"][name][1]
    count = len(ACCURACY["TABLE"][name]) - 1
    for x in WHERE.get(name, (1e-9, -0.7, 5.5)):
        at = (x, 1.25)[:count]
        wide = [ACCURACY["mp"].mpf(a) for a in at]
        order = (1, 0) if count == 2 else 1
        want = float(ACCURACY["mp"].diff(first, wide if count == 2 else wide[0], order))
        got = ag.grad(ag.grad(getattr(ag, name)))(*at)
        assert got == pytest.approx(want, rel=1e-12), (name, at)
