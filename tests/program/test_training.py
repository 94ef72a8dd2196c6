"""The fast path of the demos of learning: the same gradients as the eager one leaves."""

import random
import sys
from pathlib import Path

import pytest

import autograd as ag

pytest.importorskip("llvmlite")


@pytest.mark.parametrize(
    ("loss", "sizes", "targets"),
    [(ag.hinge, [4, 1], [1, -1]), (ag.softmax_cross_entropy, [4, 3], [0, 1, 2])],
)
def test_compiled_leaves_the_gradients_of_eager(loss, sizes, targets, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "demos"))
    import training

    model, rng = ag.nn.MLP(2, sizes, rng=random.Random(0)), random.Random(1)
    found = []
    for make in (training.eager, training.compiled):
        gradients_of = make(model, loss, l2=0.01)
        rng.seed(1)
        for _ in range(2):
            rows = [[rng.gauss(0, 1), rng.gauss(0, 1)] for _ in range(12)]
            value = gradients_of(rows, [rng.choice(targets) for _ in rows])
        found.append([value, *ag.grads(model.parameters())])
    assert found[1] == pytest.approx(found[0], rel=1e-12, abs=1e-15)
    sys.modules.pop("training")
