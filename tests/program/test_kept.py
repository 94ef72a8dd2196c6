"""Whole programs, each kept as it was judged to be right: listing, formula, Python, steps, LLVM.

`python tests/program/test_kept.py` writes `kept/` anew; what differs then is to be looked at, line
by line.  Where there is an independent truth (numbers, bits) other tests ask for that: here stands
what only a reader can judge, and what should not change unnoticed, as what is computed in which
order.  No optional library is needed.
"""

import inspect
import itertools
import os
from fractions import Fraction
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

import autograd as ag
from autograd import Value
from autograd.core.primitives import PRIMITIVES
from autograd.program import llvm, scalar, source, trace
from autograd.program.compiled import Compiled
from autograd.program.steps import CONSTANT, INPUT, Recording, lower
from autograd.program.trace import traced

OURS = dict(PRIMITIVES)  # before other tests declare their own
KEPT = Path(__file__).parent / "kept"
W = Value(0.5, "w")


def composites(x, y):
    """Two composites, one in the other, a guard, a leaf held, a number that is written twice."""
    if x > y and not x < 0.25:
        return ag.silu(x * W) - ag.sigmoid(y) / 3
    return x


def powers(a, b):
    return a**2 * b**3 - a**-1 + a**0.5 + 2**b + a**b - (a * b) ** 2 + (-a) ** 3


def constants(x, y):
    """What is done beforehand, and what is not as it would lose a digit."""
    z = 3.0 * (x * 4.0) + 0.3 * (x * 0.1) + 2 * (y * Fraction(1, 3)) - x * -0.0
    return z + y.__neg__().__neg__() * 1.0 + (-x) * y - x * (-y) + (ag.Value(2.0) * 3.0 + 1.5) * y


def several(p):
    """A list of results, of inputs in a list; one is an input, one a number."""
    return [
        *ag.softmax([p[0], p[1] * p[0]]),
        p[1],
        2.0,
        ag.relu(PRIMITIVES["sign"](p[0] - p[1])) * p[0],
    ]


def quotients(u, v):
    """Operations that rows join: several by one divisor, products and their sums."""
    q = u / v + (u + 1) / v - 1 / v
    return -(u * v) + (q - u * q) + (u * u - q) + ag.exp(-u) * v


def detached(x, y):
    return x * (y * x).detach() + ag.leaky_relu(y - x) + max(x, y)


PROGRAMS = {
    composites: (1.0, 0.5),
    powers: (1.5, 2.5),
    constants: (1.0, 2.0),
    several: ([1.0, 0.5],),
    quotients: (1.0, 2.0),
    detached: (1.0, 2.0),
}


def columns(steps):
    """Steps in columns, and what is told of them."""
    lines = []
    for i in steps.order:
        told = [f"{i:3} {steps.op[i]}"]
        if steps.op[i] == CONSTANT:
            told.append(repr(steps.constants[i]))
        told += map(str, [steps.a[i]] if steps.op[i] == INPUT else steps.operands(i))
        if i in steps.adjoints:
            told.append(f"(by {steps.adjoints[i]})")
        lines.append(" ".join(told))
    lines += [f"guard {g.a} {g.kind} {g.b}: {g.holds}" for g in steps.guards]
    return "\n".join(
        [
            *lines,
            f"results {steps.results}, rows {steps.rows}, checked {steps.checked}",
            f"nodes {steps.nodes}, forward {steps.forward}, {len(steps)} steps",
        ]
    )


def recorded(made):
    """The nodes of a recording, and what is told of them."""
    r = made.recording
    nodes = enumerate(zip(r.op, r.a, r.b, strict=True))
    return "\n".join(
        [
            *(f"{i:3} {op} {a} {b}" for i, (op, a, b) in nodes),
            f"constants {r.constants}, results {r.results}, inputs {r.inputs}",
            f"guards {[tuple(g) for g in r.guards]}, labels {r.labels}",
            f"held {[w.label for w in made.held]}, at {made.at}, out {made.out}",
        ]
    )


def told_of(f):
    """All that is kept of a program."""
    args = PROGRAMS[f]
    made = traced(f, args)
    r = made.recording
    by = list(range(len(made.at)))
    steps = made.steps(by)
    parts = {
        "listing": source.listing(made.steps(), r, made.title),
        "formula": source.latex(made.steps(), r),
        "python": source.python(steps, r, made.title),
        "recorded": recorded(made),
        "steps": columns(steps),
        "for arithmetic": source.python(steps, r, made.title, named=True),
        "machine": scalar.program(steps),
    }
    if len(r.results) == 1:
        parts["forward"] = columns(lower(r, by, forward=True))
        swept = made.reached()
        parts[f"swept to {swept}"] = columns(lower(r, swept, swept=True))
    return "".join(f"--- {name}\n{text.rstrip()}\n\n" for name, text in parts.items())


def chunked(f):
    """A program in functions of four steps."""
    with mock.patch.object(scalar, "CHUNK", 4):
        return scalar.program(traced(f, PROGRAMS[f]).steps([0, 1]))


ROWS = {  # where numbers lie: what goes in, what comes out (None: sums), groups
    "two groups": ([("column", 1), ("strided", 1)], [("column", 1), ("dense", 2)], 2),
    "dense": ([("dense", 2)], [("dense", 3)], 1),
    "sums, two groups": ([("same", 1), ("column", 1)], None, 2),
}


def product(u, v):
    return u * v if u > 0 else u


def over_rows(name):
    reads, writes, groups = ROWS[name]
    return llvm.rows(traced(product, (1.0, 2.0)).steps([0, 1]), reads, writes, True, groups)


def shared(groups):
    """A sum over rows whose shared numbers are read anew, of products that are added up at once."""

    def f(w, x):
        return sum((v * (k + 1.0) for k, v in enumerate(w[1:])), w[0] * x) * x

    steps = traced(f, ([0.5] * 9, 1.0)).steps(list(range(9)))
    with mock.patch.object(llvm, "MOST_IN_REGISTERS", 8):
        return llvm.rows(steps, [("together", 9), ("column", 1)], None, False, groups)


def joined(exact):
    """What rows join of `quotients`, and in which order it is computed."""
    steps = traced(quotients, PROGRAMS[quotients]).steps([0, 1])
    done = llvm.joined(steps, exact)
    order, most = llvm._ordered(steps, done)
    lines = [f"{i:3} {done.op[i]}: {done.a[i]} {done.b[i]} {done.c.get(i, '')}" for i in order]
    return "\n".join([*lines, f"at most {most} numbers wait"])


OPERANDS = {  # of every strength in a formula
    "x": [],
    "x+y": [("add", 0, 1)],
    "xy": [("mul", 0, 1)],
    "-x": [("neg", 0)],
    "x/y": [("divide", 0, 1)],
    "x^y": [("power", 0, 1)],
    "e^x": [("exp", 0)],
}


def formulas():
    """How each operation is written, of operands that hold together more or less."""
    lines = []
    for name, primitive in OURS.items():
        count = len(primitive.partials)
        for (left, first), (right, second) in itertools.product(OPERANDS.items(), repeat=2):
            if (count == 1 and right == "x") or (count == 2 and "x" in (left, right)):
                r = Recording()
                r.labels = {r.new_input(): letter for letter in "xy"}
                of = [r.node(*nodes[0]) if nodes else 0 for nodes in (first, second)]
                r.results = [r.node(name, *of[:count])]
                lines.append(f"{name}({left}, {right}): {source.latex(lower(r), r)}")
    return "\n".join(lines) + "\n"


def signatures():
    """What can be called, with which names and defaults."""
    public = [ag.compile, ag.trace, ag.clear_cache]
    for kind in (Compiled, trace.Program):
        public += [x for name, x in vars(kind).items() if name[0] != "_" and callable(x)]
    lines = []
    for f in public:
        names = inspect.signature(f).parameters.values()
        bare = [name.replace(annotation=inspect.Parameter.empty) for name in names]
        lines.append(f"{f.__qualname__}{inspect.Signature(bare)}")
    return "\n".join(lines) + "\n"


OUTCOMES = {f"{f.__name__}.txt": partial(told_of, f) for f in PROGRAMS} | {
    "chunks.ll": partial(chunked, quotients),
    "formulas.txt": formulas,
    "signatures.txt": signatures,
    "shared.ll": partial(shared, 1),
    "joined.txt": lambda: f"{joined(True)}\n\n{joined(False)}\n",
    "rows.ll": lambda: "".join(f"; --- {name}\n{over_rows(name)}\n" for name in ROWS),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcomes_are_the_kept_ones(name):
    assert OUTCOMES[name]() == (KEPT / name).read_text("utf-8")


if __name__ == "__main__":
    for name, outcome in OUTCOMES.items():
        (KEPT / name).write_text(outcome(), "utf-8")
    assert sorted(os.listdir(KEPT)) == sorted(OUTCOMES)
