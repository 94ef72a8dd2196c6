"""Documents and pickles that an earlier version wrote are read as they were."""

import json
import math
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


def graph_document(tmp_path):
    x = ag.Value(-2.0, "x")
    path = tmp_path / "graph.json"
    ag.save(ag.relu(x) + ag.exp(x), path)
    return path, json.loads(path.read_text())


@pytest.mark.parametrize(
    ("op", "key", "number"),
    [("relu", "data", -2.0), ("relu", "partials", [1.0]), ("exp", "data", 0.1353353)],
)
def test_numbers_that_do_not_follow_are_refused_with_their_node(tmp_path, op, key, number):
    path, document = graph_document(tmp_path)
    place = next(i for i, node in enumerate(document["nodes"]) if node.get("op") == op)
    document["nodes"][place][key] = number
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=rf"node {place}: .* does not follow"):
        ag.load(path)


@pytest.mark.parametrize("x", [-2.0, 0.0])
def test_a_node_without_a_number_is_refused(tmp_path, x):
    path = tmp_path / "graph.json"
    ag.save(ag.log(ag.Value(2.0, "x")), path)
    document = json.loads(path.read_text())
    document["nodes"][0]["data"] = x
    path.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=rf"node 1: log\(x={x}\) is not defined"):
        ag.load(path)


def test_the_last_digits_of_another_machine_are_taken_for_this_ones(tmp_path):
    path, document = graph_document(tmp_path)
    node = next(node for node in document["nodes"] if node.get("op") == "exp")
    node["data"] = math.nextafter(node["data"], 1.0)
    path.write_text(json.dumps(document))
    y = ag.load(path)
    assert y.data == math.exp(-2.0)
    ag.gradients(y, [])  # which looks whether it is fresh
