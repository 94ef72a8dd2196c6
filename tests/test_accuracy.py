"""The accuracy that is promised, held by the benchmark that measures it."""

import runpy
from pathlib import Path

import pytest

pytest.importorskip("mpmath")
ACCURACY = runpy.run_path(str(Path(__file__).parent.parent / "benchmarks" / "accuracy.py"))
ULP = {"sigmoid": 8, "softplus": 8, "elu": 8, "silu": 2000, "gelu": 2000}  # else 4
GRADIENT = {"silu": 1e-12, "gelu": 1e-12}  # else 1e-13


@pytest.mark.parametrize("name", ACCURACY["TABLE"])
def test_values_to_a_few_ulp_and_gradients_to_13_digits(name):
    row = ACCURACY["measure"](name, 150)
    assert row.points > 20
    assert row.ulp <= ULP.get(name, 4), row
    assert row.gradient <= GRADIENT.get(name, 1e-13), row
