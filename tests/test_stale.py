"""Graphs with a leaf assigned after the recording: refused, or read as if they were recorded anew.

Random graphs over all primitives, and a table of every public function that takes a graph.
"""

import functools
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

import autograd as ag
from autograd import Value, files, functions, losses
from autograd.core import primitives

GRAPHS = 200
STEPS = 8
OURS = [
    p for n, p in primitives.PRIMITIVES.items() if vars(primitives).get(n) is p
]  # no user's own
ARITHMETIC = (ValueError, ZeroDivisionError, OverflowError)


class Graph(NamedTuple):
    """A recorded graph, the leaf of it that is assigned, and the gradients that somebody gives."""

    y: Value
    leaf: Value
    hand: dict[Value, float]


class Recipe(NamedTuple):
    """What to record: the leaves' numbers, and each step's primitive with its operands."""

    numbers: list[float]
    steps: list[tuple[Any, list[Any]]]  # an operand is a place among the nodes, or a float
    changed: int  # the leaf that is assigned
    new: float


def record(numbers, steps):
    """The nodes, leaves first.  Raises what the primitives raise."""
    nodes = [Value(x, label) for x, label in zip(numbers, "abc", strict=True)]
    for primitive, operands in steps:
        nodes.append(primitive(*[nodes[i] if type(i) is int else i for i in operands]))
    nodes[-1].label = "y"
    return nodes


@functools.cache
def recipe(seed):
    draw = random.Random(seed)
    numbers = [draw.uniform(-2.0, 2.0) for _ in "abc"]
    steps = []
    while len(steps) < STEPS:
        operation = draw.choice(OURS)
        last = len(numbers) + len(steps) - 1
        operands: list[Any] = [last]  # so that y depends on every step
        if len(operation.partials) == 2:
            operands.append(draw.choice([draw.randint(0, last), draw.uniform(-2.0, 2.0)]))
            draw.shuffle(operands)
        try:
            record(numbers, [*steps, (operation, operands)])
        except ARITHMETIC:  # outside of its domain: another one
            continue
        steps.append((operation, operands))
    used = {i for _, operands in steps for i in operands if type(i) is int and i < 3}
    return Recipe(numbers, steps, draw.choice(sorted(used)), draw.uniform(-2.0, 2.0))


def stale_and_fresh(seed):
    """The graph with a leaf assigned, and one recorded from the new numbers: None if it cannot."""
    numbers, steps, changed, new = recipe(seed)
    nodes = record(numbers, steps)
    leaf = nodes[changed]
    leaf.data = new
    try:
        again = record([x.data for x in nodes[:3]], steps)
    except ARITHMETIC:
        return Graph(nodes[-1], leaf, {leaf: 1.0}), None
    try:
        (slope,) = ag.data(ag.gradients(again[-1], [again[changed]]))
    except ARITHMETIC:  # a derivative that does not exist there
        slope = 1.0
    stale = Graph(nodes[-1], leaf, {leaf: slope})
    return stale, Graph(again[-1], again[changed], {again[changed]: slope})


# --- the functions that take a graph ---


def saved(suffix):
    def call(graph, folder):
        path = folder / f"y.{suffix}"
        ag.save(graph.y, path)
        return path.read_bytes()

    return call


def written(function, suffix):
    def call(graph, folder):
        path = folder / f"y.{suffix}"
        function(graph.y, path)
        return path.read_bytes()

    return call


class Row(NamedTuple):
    """How a function is called on a graph, and on how many of the graphs, as it is slow."""

    call: Callable[..., Any]
    tried: int = GRAPHS


TABLE = {
    "tree": Row(lambda g, _: ag.tree(g.y)),
    "explain": Row(lambda g, _: str(ag.explain(g.y, g.leaf))),
    "what_if": Row(lambda g, _: str(ag.what_if(g.y, {g.leaf: g.leaf.data + 0.125}))),
    "gradients": Row(lambda g, _: [d.data for d in ag.gradients(g.y, [g.leaf])]),
    "assert_gradients": Row(lambda g, _: ag.assert_gradients(g.y, g.hand, slips=0)),
    "grade": Row(lambda g, _: ag.grade(g.y, g.hand)),
    "draw": Row(lambda g, _: ag.draw(g.y).source, 50),
    "draw several": Row(lambda g, _: ag.draw([Value(1.0), g.y]).source, 50),
    "save .json": Row(saved("json")),
    "save .dot": Row(saved("dot"), 50),
    "save .mmd": Row(saved("mmd"), 50),
    "save .tex": Row(saved("tex"), 50),
    "save .svg": Row(saved("svg"), 50),
    "save .pdf": Row(saved("pdf"), 20),
    "save .png": Row(saved("png"), 10),
    "save .html": Row(saved("html"), 20),
    "explore": Row(lambda g, _: ag.explore(g.y)._repr_html_(), 20),
    "worksheet": Row(written(ag.worksheet, "html"), 20),
    "quiz": Row(written(ag.quiz, "xml"), 20),
}
NO_GRAPH = {
    # a Value by itself: its number and its `.grad`, as `y.data` gives them; or leaves
    *("Value", "data", "grads", "values", "assign"),
    # a function, which is recorded anew, or a class
    *("grad", "value_and_grad", "jacobian", "hessian", "jvp", "vjp", "hvp", "trace", "compile"),
    *("gradcheck", "numerical_gradient", "plot", "check_engine", "primitive", "playback"),
    # neither
    *("compiled", "named_scope", "no_grad", "load", "GradientMismatch", "clear_cache"),
    *("layers", "nn", "optim"),
}


def test_the_table_has_every_public_function_that_takes_a_graph():
    named = {name.split()[0] for name in TABLE}
    recording = {*functions.__all__, *losses.__all__}  # of operands: they add to a graph
    assert named | NO_GRAPH | recording == set(ag.__all__)
    assert not named & (NO_GRAPH | recording)
    assert {f"save .{suffix}" for suffix in files.FORMATS} <= set(TABLE)


def outcome(call, graph, folder):
    """What comes back, or what is raised."""
    try:
        return call(graph, folder)
    except (*ARITHMETIC, ag.GradientMismatch) as error:
        return type(error), str(error)


@pytest.mark.parametrize("name", TABLE)
def test_a_graph_with_a_leaf_assigned_is_refused_or_read_as_if_recorded_anew(name, tmp_path):
    call, tried = TABLE[name]
    refused = 0
    for seed in range(0, GRAPHS, GRAPHS // tried):
        stale, fresh = stale_and_fresh(seed)
        found = outcome(call, stale, tmp_path)
        if type(found) is tuple and found[0] is ValueError and "y.recompute()" in found[1]:
            refused += 1
            continue
        assert fresh is not None, f"graph {seed}: {found!r:.500}, but nothing can be recorded"
        assert found == outcome(call, fresh, tmp_path), f"graph {seed}"
    assert refused > tried / 2  # in the rest every number follows, as of relu below 0


def test_the_graphs_are_of_all_primitives():
    used = {primitive.name for seed in range(GRAPHS) for primitive, _ in recipe(seed).steps}
    assert used == {primitive.name for primitive in OURS}
