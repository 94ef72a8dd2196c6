import json
import re
import shutil
import subprocess
from importlib.resources import files
from random import Random

import pytest

import autograd as ag
from autograd import Value, value
from autograd.primitives import ARITHMETIC, PRIMITIVES
from autograd.value import LITERAL, inputs_first

ENGINE = (files("autograd") / "draw" / "engine.js").read_text("utf-8")
node = shutil.which("node")
needs_node = pytest.mark.skipif(node is None, reason="no JavaScript outside the browser")
GRID = (
    *(-745.0, -300.0, -27.0, -6.5, -3.0, -2.5, -2.0, -1.5, -1.0, -0.75, -0.5, -1e-3, -1e-9),
    *(0.0, 1e-300, 1e-12, 1e-5, 0.1, 0.3, 0.5, 0.9, 1.0, 1.2, 1.4999, 1.5, 1.7, 2.0, 2.5, 3.0),
    *(4.5, 8.3, 10.0, 26.0, 100.0, 709.0, 1e8, 1e155),
)


def in_node(program, data):
    """What the engine with this program after it prints, as JSON."""
    script = f"{ENGINE}\nconst data = JSON.parse(require('fs').readFileSync(0));\n{program}"
    done = subprocess.run(
        [node, "-e", script], input=json.dumps(data), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def grid(primitive):
    """Operands of one primitive with its value, its partials and the end of its error."""
    operands = [[a] for a in GRID]
    if len(primitive.partials) == 2:
        operands = [[a, b] for a in GRID for b in GRID]
    for xs in operands:
        try:
            y = primitive(*xs)
        except ARITHMETIC as error:
            yield xs, None, [], str(error).split(") ")[1]
            continue
        slopes = [value.slope(rule, xs, y) for rule in primitive.partials]
        yield xs, y, [None if d != d else d for d in slopes], None


def close(a, b):
    """Equal to 1e-12, relative; below the normal floats, to their spacing."""
    if a is None or b is None:
        return a is b
    return abs(a - b) <= 1e-12 * abs(b) + 1e-320


def test_the_engine_knows_every_primitive_and_every_input():
    table = ENGINE[ENGINE.index("const PRIMITIVES") :]
    rows = re.findall(r"^  (\w+): (.*?\]),$(?=\n  \w|\n})", table, re.M | re.S)
    assert [name for name, _ in rows] == list(PRIMITIVES)
    for name, row in rows:  # each partial ends in its formula, a text
        assert len(re.findall(r'"\]', row)) == len(PRIMITIVES[name].partials), name


EVALUATE = """
const rows = data.map(([op, xs]) => {
  const leaves = xs.map((value) => ({ value }));
  const nodes = [...leaves, { op, inputs: xs.map((_, i) => i) }];
  const { values, partials, errors } = evaluate(nodes, xs);
  return [values.at(-1), partials.at(-1), errors.get(xs.length) ?? null];
});
console.log(JSON.stringify(rows));
"""


@needs_node
def test_values_partials_and_errors_are_those_of_python():
    cases = [(p.name, *row) for p in PRIMITIVES.values() for row in grid(p)]
    assert len(cases) > 10_000
    found = in_node(EVALUATE, [[name, xs] for name, xs, *_ in cases])
    for (name, xs, y, slopes, error), (y_js, slopes_js, error_js) in zip(cases, found, strict=True):
        assert close(y_js, y), (name, xs)
        assert len(slopes_js) == len(slopes) and all(map(close, slopes_js, slopes)), (name, xs)
        assert (error_js and error_js.split(") ")[1]) == error, (name, xs)


@needs_node
def test_numbers_are_written_as_in_python():
    random = Random(0)
    numbers = [random.uniform(-10, 10) * 10.0 ** random.randint(-12, 12) for _ in range(3000)]
    numbers += [n + 0.5 for n in range(990, 10_010, 7)]  # ties, which go to the even digit
    numbers += [0.0, 1e-5, 9.9995e-5, 0.00012345, 1e16, 5e-324, 1.7e308, 2.2, 99995.0, 1.0]
    program = "console.log(JSON.stringify(data.map((x) => [text(x), text(x, 12), text(x, 1)])))"
    minus = [tuple(f"{x:.{p}g}".replace("-", "−") for p in (4, 12, 1)) for x in numbers]
    assert [tuple(row) for row in in_node(program, numbers)] == minus


SWEEP = """
const rows = data.map(([nodes, leaves, root]) => {
  const state = evaluate(nodes, leaves), { adjoints, broken } = sweep(nodes, state, root);
  return [state.values, adjoints, [...state.errors.values(), ...broken.values()]];
});
console.log(JSON.stringify(rows));
"""


def recorded(y):
    """The graph as the engine reads it."""
    order = inputs_first(y)
    index = {v: i for i, v in enumerate(order)}
    nodes = [
        {
            **{"op": v.op, "label": v.label, "literal": v._count == LITERAL},
            "inputs": [index[x] for x in v.inputs],
        }
        for v in order
    ]
    return order, [nodes, [v.data for v in order], index[y]]


@needs_node
def test_gradients_are_those_of_python():
    a, b, c = Value(0.3, "a"), Value(-1.7, "b"), Value(2.5, "c")
    zs = ag.softmax([a * b, ag.silu(b), c**a])
    loss = ag.softmax_cross_entropy(zs, 1) + ag.gelu(b) * ag.elu(a - c) + ag.prelu(b, a)
    order, case = recorded(loss)
    [[values, adjoints, errors]] = in_node(SWEEP, [case])
    loss.backward()
    assert errors == []
    assert values == [v.data for v in order] or all(map(close, values, [v.data for v in order]))
    for v, adjoint in zip(order, adjoints, strict=True):
        assert v._count == LITERAL or abs(adjoint - v.grad) <= 1e-12 * max(1.0, abs(v.grad)), v


@needs_node
@pytest.mark.parametrize(
    ("y", "words"),
    [
        (Value(0.0, "x").sqrt() * 2.0, "the gradient through sqrt(x = 0) divides by zero"),
        (Value(0.0, "x").sqrt() * 0.0, None),
        (
            Value(1e-200, "x").reciprocal() * 2.0,
            "the gradient through reciprocal(x = 1e−200) is too large for a float",
        ),
    ],
)
def test_a_gradient_that_does_not_exist_is_told_in_words(y, words):
    [[_, adjoints, errors]] = in_node(SWEEP, [recorded(y)[1]])
    assert errors == ([] if words is None else [words])
    assert (adjoints[-1] is None) == (words is not None)
