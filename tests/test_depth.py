"""Every public function that takes a graph, on a deep and on a wide one: an answer or a refusal."""

import runpy
import sys
from pathlib import Path

import pytest

import autograd as ag

DEPTH = runpy.run_path(str(Path(__file__).parent.parent / "benchmarks" / "depth.py"))
NODES = 20_000  # far beyond Python's limit of recursion
FEWER = 1_500  # for what takes long, or refuses after a while
SLOW = ("save .", "draw", "explore", "worksheet", "quiz", "grade", "assert_gradients, wrong")
NEEDS = {"compile native": "llvmlite", "compile numpy, map": "numpy"}
REFUSED = ["ValueError", "GradientMismatch"]


@pytest.mark.parametrize("shape", DEPTH["SHAPES"])
@pytest.mark.parametrize("name", [*DEPTH["CALLS"], *DEPTH["FUNCTIONS"]])
def test_a_deep_and_a_wide_graph_are_answered_or_refused(name, shape, tmp_path):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    nodes = FEWER if name.startswith(SLOW) else NODES
    limit = sys.getrecursionlimit()
    told = DEPTH["tried"](name, shape, nodes, tmp_path)
    assert sys.getrecursionlimit() == limit
    outcome = told["outcome"]
    assert "Recursion" not in outcome
    if outcome.split(":")[0] in REFUSED:
        assert ":" in outcome and len(outcome) > 30, outcome  # a sentence, not a name


def test_the_table_has_every_public_function_that_takes_a_graph():
    stale = runpy.run_path(str(Path(__file__).parent / "test_stale.py"))
    named = {name.split(",")[0] for name in DEPTH["CALLS"]}
    assert {name.removesuffix(" several") for name in stale["TABLE"]} <= named
    methods = {"backward", "zero_grad", "recompute", "repr", "inputs", "deepcopy", "pickle"}
    assert named - methods - {"load", "draw folded"} == set(
        name.removesuffix(" several") for name in stale["TABLE"]
    )
    assert all(hasattr(ag.Value, name) for name in ("backward", "zero_grad", "recompute"))
