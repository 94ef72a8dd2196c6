"""Whether a recorded graph is fresh."""

import random

import pytest

from autograd import Value, exp, gradients, maximum, relu
from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first


def random_graph(draw, size=12):
    """Leaves, and nodes over them of which each uses earlier ones."""
    leaves = [Value(draw.uniform(0.5, 2.0), name) for name in "abc"]
    nodes = list(leaves)
    for _ in range(size):
        a, b = draw.choice(nodes), draw.choice(nodes)
        kind = draw.randrange(6)
        y = [a + b, a * b, relu(a), maximum(a, b), exp(a * 0.1), a - b * 0.5][kind]
        nodes.append(y)
    total = nodes[3]
    for v in nodes[4:]:
        total = total + v * 0.25
    return leaves, total


def fresh(y):
    """What a node and its partials are, all the way down."""
    return [(v.data, v.partials) for v in inputs_first(y)]


@pytest.mark.parametrize("seed", range(200))
def test_a_leaf_assigned_after_the_recording_is_found(seed):
    draw = random.Random(seed)
    leaves, y = random_graph(draw)
    check_fresh(y)
    before = fresh(y)
    x = draw.choice(leaves)
    x.data = draw.uniform(0.5, 2.0)
    y.recompute()
    changed = fresh(y) != before
    x_now, x.data = x.data, 3.0
    y.recompute()
    x.data = x_now
    if x in inputs_first(y):
        assert changed
        with pytest.raises(ValueError, match=rf"{x.label}.*y\.recompute\(\)"):
            check_fresh(y)
        with pytest.raises(ValueError, match=rf"{x.label}.*y\.recompute\(\)"):
            gradients(y, leaves)
    y.recompute()
    check_fresh(y)


def test_the_error_names_the_leaf_and_its_number_then_where_a_product_tells_it():
    w = Value(0.0, "w")
    loss = (w * 3 - 6) ** 2
    loss.label = "loss"
    w.data = 1.5
    with pytest.raises(ValueError) as error:
        check_fresh(loss)
    assert str(error.value) == (
        "w was 0.0 when mul(w, 3.0) was recorded, and is 1.5 now: call loss.recompute()"
    )


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (lambda a, b: a + b, "5.0 or b=3.0 was assigned or computed anew after add(a leaf, b) was"),
        (lambda a, b: a * b, "a leaf was 2.0 when mul(a leaf, b) was recorded, and is 5.0 now:"),
        (lambda a, b: (a + b) * a, "a leaf was 2.0 when add(a leaf, b) was recorded, and is 5.0"),
    ],
)
def test_the_error_does_not_tell_a_number_of_now_as_one_of_the_recording(record, words):
    a = Value(2.0)
    y = record(a, Value(3.0, "b"))
    a.data = 5.0
    with pytest.raises(ValueError) as error:
        check_fresh(y)
    assert str(error.value).startswith(words)


@pytest.mark.parametrize(
    ("record", "data"),
    [
        (lambda x: x.log(), -1.0),  # no longer defined
        (lambda x: x * Value(0.0, "c"), 3.0),  # the same number, another partial
        (lambda x: (x - 2.0).sqrt(), 2.0),  # a partial that is there no more
    ],
)
def test_what_a_leaf_does_to_its_consumer_is_seen_in_partials_too(record, data):
    x = Value(2.5, "x")
    y = record(x)
    x.data = data
    with pytest.raises(ValueError, match=r"x.*y\.recompute\(\)"):
        check_fresh(y)


def test_a_partial_that_does_not_exist_is_as_fresh_as_one_that_does():
    check_fresh(Value(0.0, "x").sqrt())


def test_a_part_of_the_graph_computed_anew_is_found():
    x = Value(2.0, "x")
    inner = x + 1.0
    y = inner.exp()
    x.data = 3.0
    inner.recompute()
    with pytest.raises(ValueError, match=r"4\.0 was .* computed anew"):
        check_fresh(y)
