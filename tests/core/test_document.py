"""Documents and pickles that an earlier version wrote are read as they were."""

import pickle
from pathlib import Path

import pytest

import autograd as ag

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize("name", ["graph-0.1.json", "graph-0.1.pickle"])
def test_graphs_of_version_0_1_are_read(name):
    path = DATA / name
    y, z, *_ = ag.load(path) if path.suffix == ".json" else pickle.loads(path.read_bytes())
    assert (y.data, y.label, y.op, y.scopes) == (4.324692328060036, "y", "add", ("outer",))
    assert z.inputs[1].scopes == ("outer", "sigmoid")
    x = z.inputs[0].inputs[0]
    assert (x.label, x.grad) == ("x", 3.974064194533256)
    assert y.recompute().data == 4.324692328060036
    y.backward()
    assert x.grad == 3.974064194533256
