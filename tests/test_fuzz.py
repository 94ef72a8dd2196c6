"""Random programs against engines that we did not write: 50-digit arithmetic, PyTorch, JAX.

    python tests/test_fuzz.py [--programs 100000] [--seed 7] [--seconds 1200] [--processes 2]

Where gmpy2 is installed, MPFR computes in mpmath's place: a program then takes a tenth of the time.

A program is a list of leaves' numbers and a list of steps; each step applies a function to earlier
results or to a number.  Every step's value and derivatives are compared with mpmath's at the same
operands, so that no cancellation hides a digit; then the sweep through all of them with the sum of
products in 50 digits, with PyTorch and with JAX; then all other ways to the same numbers (jvp,
recompute, copies, JSON, pickle) with each other.  A failure is shrunk to the smallest program that
still fails in the same way, and told as code.
"""

import argparse
import contextlib
import copy
import functools
import hashlib
import importlib.util
import math
import multiprocessing
import os
import pickle
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import autograd as ag
from autograd import Value, functions
from autograd.core import document

pytest.importorskip("mpmath")
from many_digits import arithmetic

mp = arithmetic()
numpy: Any = None
with contextlib.suppress(ImportError):
    import numpy
BACKENDS = ("python", "numpy")
if importlib.util.find_spec("llvmlite"):
    BACKENDS += ("native",)
SIZE = 250  # programs that a process is given at a time
LARGEST = sys.float_info.max
FAR = 40.0  # erfc is 1e-697 there, gelu of -40 is 1e-348: no floats, nor their slopes
H = mp.mpf(10) ** -30  # of central differences in 100 digits: exact to 50


class Function(NamedTuple):
    """A function of so many numbers, here and elsewhere."""

    arity: int
    ours: Callable[..., Any]
    exact: Callable[..., Any]
    torch: Callable[..., Any] | None  # given the module and the numbers
    jax: Callable[..., Any] | None  # given jax.numpy and the numbers
    ulps: float = 8.0  # of the value
    slope: float = 1e-13  # relative, of each derivative


def first(function):
    return lambda xs: function(xs)[0]


def _exact_power(a, b):
    if a == 0:
        return mp.mpf(1) if b == 0 else mp.mpf(0) if b > 0 else 1 / a
    return mp.power(a, b)


def _softmax(*xs):
    m = max(xs)
    exps = [mp.exp(x - m) for x in xs]
    return exps[0] / mp.fsum(exps)


def _logsumexp(*xs):
    m = max(xs)
    return m + mp.log(mp.fsum(mp.exp(x - m) for x in xs))


def _softplus(x):
    return max(x, 0) + mp.log1p(mp.exp(-abs(x)))


def _sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x > -1e5 else mp.exp(x)


def _gelu(x):
    return x * mp.erfc(-x / mp.sqrt(2)) / 2 if x > -FAR else mp.mpf(0)


def _cross_entropy(a, b, c):
    """softmax_cross_entropy for class 1."""
    m = max(a, c) - b
    return _softplus(m + mp.log(mp.exp(a - b - m) + mp.exp(c - b - m)))


def everywhere(arity, function, ulps=0.5):
    """What Python's operators compute in every arithmetic."""
    other = lambda module, *xs: function(*xs)  # noqa: E731
    return Function(arity, function, function, other, other, ulps)


def named(arity, ours, exact, torch=None, jax=None, **bounds):
    """A function by its names in torch and jax.numpy, where they have it."""

    def of(name):
        return name and (lambda module, *xs: getattr(module, name)(*xs))

    return Function(arity, ours, exact, of(torch), of(jax), **bounds)


def over_row(ours, exact, **bounds):
    """A function of a row of three."""
    return Function(3, lambda *xs: ours(list(xs)), exact, None, None, **bounds)


ZERO, LOOSE = mp.mpf(0), {"ulps": math.inf, "slope": 1e-12}
HALF_LINE = {"ulps": 1e4, "slope": 1e-12}  # relative, away from the zeros
JAX = {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh"}
JAX |= {"acosh": "arccosh", "atanh": "arctanh", "erf": None, "erfc": None}
JAX |= {"degrees": "rad2deg", "radians": "deg2rad"}
TORCH = {"degrees": "rad2deg", "radians": "deg2rad"}
ELEMENTARY = [
    "exp",
    "log",
    "expm1",
    "log1p",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sinh",
    "cosh",
    "asin",
    "acos",
    "atan",
    "asinh",
    "acosh",
    "atanh",
    "erf",
    "erfc",
    "log2",
    "log10",
    "degrees",
    "radians",
]
EXACT = {  # where mpmath has no function of that name, or not for large numbers
    "log2": lambda x: mp.log(x) / mp.log(2),
    "erf": lambda x: mp.erf(x) if abs(x) < FAR else mp.sign(x),
    "erfc": lambda x: mp.erfc(x) if abs(x) < FAR else 1 - mp.sign(x),
}
FUNCTIONS = {
    "add": everywhere(2, lambda a, b: a + b),
    "sub": everywhere(2, lambda a, b: a - b),
    "mul": everywhere(2, lambda a, b: a * b),
    "div": everywhere(2, lambda a, b: a / b),
    "neg": everywhere(1, lambda x: -x),
    "square": named(1, lambda x: x**2, lambda x: x * x, "square", "square", ulps=0.5),
    "cube": everywhere(1, lambda x: x**3, 1.0),
    "power": named(2, ag.power, _exact_power, ulps=1.0),
    "root": named(1, lambda x: ag.power(x, 0.5), lambda x: _exact_power(x, 0.5), ulps=1.0),
    **{
        name: named(
            1,
            getattr(ag, name),
            EXACT.get(name) or getattr(mp, name),
            TORCH.get(name, name),
            JAX.get(name, name),
        )
        for name in ELEMENTARY
    },
    "hypot": named(2, ag.hypot, mp.hypot, "hypot", "hypot"),
    "atan2": named(2, ag.atan2, mp.atan2, "atan2", "arctan2"),
    "reciprocal": named(1, ag.reciprocal, lambda x: 1 / x, "reciprocal", "reciprocal", ulps=0.5),
    "absolute": named(1, ag.absolute, abs, "abs", "abs", ulps=0.0),
    "identity": everywhere(1, ag.identity, 0.0)._replace(exact=lambda x: x, torch=None, jax=None),
    "maximum": named(2, ag.maximum, max, "maximum", "maximum", ulps=0.0),
    "minimum": named(2, ag.minimum, min, "minimum", "minimum", ulps=0.0),
    "relu": named(1, ag.relu, lambda x: max(x, ZERO), "relu", ulps=0.0),
    "relu6": named(1, ag.relu6, lambda x: min(max(x, ZERO), mp.mpf(6)), ulps=0.0),
    "leaky_relu": named(1, ag.leaky_relu, lambda x: x if x > 0 else mp.mpf(0.01) * x, ulps=1.0),
    "prelu": named(2, ag.prelu, lambda x, a: x if x > 0 else a * x, ulps=1.0),
    "sigmoid": named(1, ag.sigmoid, _sigmoid, "sigmoid"),
    "softplus": named(1, ag.softplus, _softplus),
    "elu": named(1, ag.elu, lambda x: x if x > 0 else mp.expm1(x)),
    "gelu": named(1, ag.gelu, _gelu, **HALF_LINE),
    "silu": named(1, ag.silu, lambda x: x * _sigmoid(x), **HALF_LINE),
    "softmax": over_row(first(ag.softmax), _softmax, **LOOSE),
    "logsumexp": over_row(ag.logsumexp, _logsumexp, **LOOSE),
    "softmax_cross_entropy": over_row(
        lambda xs: ag.softmax_cross_entropy(xs, 1), _cross_entropy, ulps=math.inf, slope=1e-11
    ),
    "sum": over_row(ag.sum, lambda *xs: mp.fsum(xs), ulps=math.inf),
    "mean": over_row(ag.mean, lambda *xs: mp.fsum(xs) / 3, ulps=math.inf),
}


# Operations as users make them: rules of Python's arithmetic, and rules that call ours.
_bent = ag.primitive(
    "fuzz_bent",
    lambda x: x / ag.hypot(1.0, x),
    lambda x, y: 1.0 / ag.hypot(1.0, x) ** 3,
)
_mixed = ag.primitive(
    "fuzz_mixed",
    lambda a, b: a * ag.sin(b),
    lambda a, b, y: ag.sin(b),
    lambda a, b, y: a * ag.cos(b),
)
FUNCTIONS["own of one"] = Function(
    1, _bent, lambda x: x / mp.hypot(1, x), None, None, LOOSE["ulps"], 1e-12
)
FUNCTIONS["own of two"] = Function(2, _mixed, lambda a, b: a * mp.sin(b), None, None, 1.5)


class Step(NamedTuple):
    """A function of operands: each the place of an earlier result, or a number."""

    name: str
    operands: tuple[int | float, ...]


class Program(NamedTuple):
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def run(self, leaves, functions):
        """All results: the leaves, then each step's."""
        results = list(leaves)
        for name, operands in self.steps:
            at = [results[x] if type(x) is int else x for x in operands]
            results.append(functions[name](*at))
        return results

    def __call__(self, *leaves):
        return self.run(leaves, self.ours())[-1]

    def ours(self):
        return {name: FUNCTIONS[name].ours for name, _ in self.steps}

    def values(self):
        """All results, recorded."""
        leaves = [Value(x, f"v{i}") for i, x in enumerate(self.leaves)]
        return self.run(leaves, self.ours())

    def live(self):
        """The program without what its result does not need."""
        count = len(self.leaves)
        needed = {count + len(self.steps) - 1}
        for i in reversed(range(len(self.steps))):
            if count + i in needed:
                needed.update(x for x in self.steps[i].operands if type(x) is int)
        kept = [i for i in range(len(self.steps)) if count + i in needed]
        place = {x: x for x in range(count)} | {count + i: count + k for k, i in enumerate(kept)}
        return Program(
            self.leaves,
            tuple(
                Step(name, tuple(place[x] if type(x) is int else x for x in operands))
                for name, operands in (self.steps[i] for i in kept)
            ),
        )

    def code(self):
        """The program as one would write it."""
        lines = [f"v{i} = Value({x!r})" for i, x in enumerate(self.leaves)]
        for i, (name, operands) in enumerate(self.steps, len(self.leaves)):
            written = [f"v{x}" if type(x) is int else repr(x) for x in operands]
            lines.append(f"v{i} = {name}({', '.join(written)})")
        return "\n".join(lines)


def draw_number(draw):
    kind = draw.random()
    if kind < 0.6:
        return draw.uniform(-3.0, 3.0)
    if kind < 0.8:
        return float(draw.randint(-3, 3))
    if kind < 0.9:
        return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-160.0, 2.0)
    return draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-5.0, 150.0)


def draw_program(draw):
    """A program of up to 12 steps that runs: what raises is tried once and left out.

    Returns it with the steps that raised, each with the error, to be judged too.
    """
    leaves = [draw_number(draw) for _ in range(draw.randint(1, 4))]
    results: list[Any] = list(leaves)
    steps: list[Step] = []
    refused = []
    for _ in range(draw.randint(1, 12)):
        name = draw.choice(list(FUNCTIONS))
        operands: list[int | float] = []
        for _ in range(FUNCTIONS[name].arity):
            literal = operands and draw.random() < 0.2
            operands.append(draw_number(draw) if literal else draw.randrange(len(results)))
        at = [results[x] if type(x) is int else x for x in operands]
        try:
            results.append(FUNCTIONS[name].ours(*map(Value, at)).data)
            steps.append(Step(name, tuple(operands)))
        except (ValueError, ArithmeticError) as error:
            refused.append((name, at, error))
    if not steps:
        return draw_program(draw)
    return Program(tuple(leaves), tuple(steps)), refused


# --- what is compared ---


class Wrong(AssertionError):
    """A comparison failed: its kind, by which a shrunk program is known again, and the account."""

    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind


def digits(at):
    """How many digits keep the smallest operand beside the largest, e to them, and 100 below."""
    powers = [0, *(math.frexp(x)[1] for x in at if x)]
    largest = max(map(abs, at))
    span = 0.62 * (max(powers) - min(powers)) + min(largest * max(1.0, largest), 800.0)
    return 100 + int(span) + 400 * (0.0 in at)


def exactly(name, at):
    """The function in many digits; None where it has no real value that fits a float."""
    with mp.workdps(digits(at)):
        try:
            y = FUNCTIONS[name].exact(*[mp.mpf(x) for x in at])
        except (ValueError, ArithmeticError):
            return None
        if isinstance(y, mp.mpc) or not mp.isfinite(y) or abs(y) > LARGEST:
            return None
        return mp.mpf(y)


@functools.lru_cache(1000)  # asked for by each step, by the sweep and by the ways
def exact_slopes(name, at):
    """The derivatives at these operands, None where the function has a kink, or none, there."""
    slopes = []
    f = FUNCTIONS[name].exact
    with mp.workdps(digits(at)):
        y = f(*map(mp.mpf, at))
        for i, x in enumerate(at):
            h = H * (min(1.0, abs(x)) if x else min([1e-160, *(abs(a) for a in at if a)]))
            moved = [[a + sign * h * (i == j) for j, a in enumerate(at)] for sign in (-1, 1)]
            try:
                before, after = (f(*map(mp.mpf, xs)) for xs in moved)
            except (ValueError, ArithmeticError):
                return None
            if not all(isinstance(v, mp.mpf) and mp.isfinite(v) for v in (y, before, after)):
                return None
            left, right = (y - before) / h, (after - y) / h
            bend = abs(left - right)
            if bend > 1e-18 * max(abs(left), abs(right)) and bend > 1e15 * h:
                return None
            slopes.append((left + right) / 2)
    return slopes


def judge_refusal(name, at, error):
    """An error is right only where there is no finite value."""
    truth = exactly(name, at)
    if truth is not None and abs(truth) < LARGEST * (1.0 - 1e-12):
        raise Wrong("refusal", f"{name}{tuple(at)} is {mp.nstr(truth, 17)}, but raised {error!r}")


def judge_step(name, at):
    """Value and derivatives of one step at float operands; how far off, in ulp and relative."""
    function = FUNCTIONS[name]
    leaves = [Value(x, f"x{i}") for i, x in enumerate(at)]
    y = function.ours(*leaves)
    for v in nodes(y):
        if not all(d is None or math.isfinite(d) for d in v.partials):
            raise Wrong("partials", f"{name}{tuple(at)}: {v!r} has {v.partials}")
    if name == "atan2" and at[0] == 0.0:
        return 0.0, 0.0  # 50-digit arithmetic has no -0.0, which chooses the side of the cut
    truth = exactly(name, at)
    if truth is None:
        near = name == "tan" or abs(y.data) > LARGEST * (1.0 - 1e-12)
        if not near:
            raise Wrong("value", f"{name}{tuple(at)} has no finite value, but is {y.data!r}")
        return 0.0, 0.0
    ulps = float(abs(mp.mpf(y.data) - truth)) / math.ulp(y.data)
    if abs(truth) > 1e-300 and ulps > function.ulps + 1e-9 and function.ulps < math.inf:
        raise Wrong(
            "value",
            f"{name}{tuple(at)} is {mp.nstr(truth, 20)}, not {y.data!r}: {ulps:.1f} ulp",
        )
    slopes = exact_slopes(name, tuple(at))
    if slopes is None:
        return ulps, 0.0
    try:
        y.backward()
    except (ValueError, ArithmeticError) as error:
        if all(abs(d) < LARGEST / 1e6 for d in slopes) and all(abs(x) < 1e100 for x in at):
            exact = [mp.nstr(d, 17) for d in slopes]
            raise Wrong("slope refused", f"{name}{tuple(at)}: {exact}, but {error!r}") from None
        return ulps, 0.0
    worst = 0.0
    for i, (x, d) in enumerate(zip(leaves, slopes, strict=True)):
        ours = x.grad or 0.0
        off = float(abs(mp.mpf(ours) - d))
        if abs(d) > 1e-290:
            worst = max(worst, off / float(abs(d)))
            turns = (
                name in ("gelu", "silu") and -1.5 < x.data < -0.5
            )  # d is a sum that cancels there
            if off > function.slope * (abs(d) + 1e-3 * turns):
                text = f"d{name}{tuple(at)}/dx{i} is {mp.nstr(d, 20)}, not {ours!r}"
                raise Wrong("slope", text)
        elif off > 1e-290:
            raise Wrong("slope", f"d{name}{tuple(at)}/dx{i} is {mp.nstr(d, 8)}, not {ours!r}")
    return ulps, worst


def judge_curvature(name, at):
    """Second derivatives of one step against differences in many digits."""
    slopes = exact_slopes(name, tuple(at))
    kink = name in ("elu", "prelu") and at[0] == 0.0  # of the second order
    if kink or slopes is None or max(map(abs, slopes)) > 1e100 or max(map(abs, at)) > 1e50:
        return
    f = FUNCTIONS[name].exact
    try:
        ours = ag.hessian(lambda xs: FUNCTIONS[name].ours(*xs))(list(at))
    except (ValueError, ArithmeticError):
        return  # refused by first order too, or judged there
    with mp.workdps(200 + digits(at)):
        least = min((abs(x) for x in at if x), default=1.0)
        tiny = mp.mpf(10) ** -100 * min(1.0, least)  # below the floats, perhaps
        steps = [H * (min(1.0, abs(x)) if x else tiny) for x in at]
        for i in range(len(at)):
            for j in range(i + 1):
                corners = []
                for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
                    moved = [mp.mpf(x) for x in at]
                    moved[i] += a * steps[i]
                    moved[j] += b * steps[j]
                    corners.append(f(*moved))
                if not all(isinstance(y, mp.mpf) and mp.isfinite(y) for y in corners):
                    return
                truth = (corners[0] - corners[1] - corners[2] + corners[3]) / (
                    4 * steps[i] * steps[j]
                )
                size = abs(truth) + max(abs(slopes[i]), abs(slopes[j])) * (1.0 + 1.0 / least)
                if abs(mp.mpf(ours[i][j]) - truth) > 1e-10 * size + 1e-250 and size < 1e250:
                    text = f"of {name}{tuple(at)} by {i}, {j}: {mp.nstr(truth, 17)}"
                    raise Wrong("curvature", f"{text}, not {ours[i][j]!r}")


def swept(program):
    results = program.values()
    results[-1].backward()
    return results[: len(program.leaves)], results, results[-1]


def chain_rule(program, results):
    """For each leaf, the sum over paths of exact slopes at the recorded numbers, and its size."""
    count = len(program.leaves)
    numbers = [v.data if type(v) is Value else v for v in results]
    adjoints = [mp.mpf(0)] * len(numbers)
    sizes = [mp.mpf(0)] * len(numbers)
    adjoints[-1] = sizes[-1] = mp.mpf(1)
    with mp.workdps(50):
        for i in reversed(range(count, len(numbers))):
            if sizes[i] == 0:
                continue
            name, operands = program.steps[i - count]
            at = [numbers[x] if type(x) is int else x for x in operands]
            slopes = exact_slopes(name, tuple(at))
            if slopes is None:
                return None
            for x, d in zip(operands, slopes, strict=True):
                if type(x) is int:
                    if d != 0 and not 1e-290 < abs(d) < 1e290:
                        return None  # a partial is a float: 1e-400 is 0, whatever it is times
                    part = sizes[i] * abs(d)
                    if part != 0 and not (part < 1e290 and part * min(abs(d), 1) > 1e-290):
                        return None  # it may leave the floats on the way, and come back: a sigmoid
                        # hands on the adjoint times the square of its slope, then times exp(-x)
                    adjoints[x] += adjoints[i] * d
                    sizes[x] += part
    return adjoints[:count], sizes[:count]


def judge_sweep(program):
    """The gradient against the chain rule in 50 digits; False where there is none to compare."""
    try:
        leaves, results, _ = swept(program)
    except (ValueError, ArithmeticError):
        return None  # a missing derivative, or one too large: judged step by step
    truth = chain_rule(program, results)
    if truth is None:
        return None
    for x, exact, size in zip(leaves, *truth, strict=True):
        if size > 1e290 or size < 1e-250:  # products on the way may leave the floats
            continue
        ours = 0.0 if x.grad is None else x.grad
        if abs(mp.mpf(ours) - exact) > 3e-11 * size + 1e-290:
            raise Wrong("sweep", f"d/d{x.label} is {mp.nstr(exact, 17)}, not {ours!r}")
    return [(float(d), float(s)) for d, s in zip(*truth, strict=True)]


def judge_torch(program, torch, truth):
    if any(FUNCTIONS[name].torch is None for name, _ in program.steps):
        return False
    leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in program.leaves]
    functions = {
        name: lambda *xs, f=f: f.torch(
            torch, *[x if torch.is_tensor(x) else torch.tensor(x, dtype=torch.float64) for x in xs]
        )
        for name, f in FUNCTIONS.items()
        if f.torch is not None
    }
    y = program.run(leaves, functions)[-1]
    found = torch.autograd.grad(y, leaves, allow_unused=True)
    theirs = [0.0 if g is None else g.item() for g in found]
    return compare("torch", program, theirs, truth)


def judge_jax(program, jax, truth):
    if any(FUNCTIONS[name].jax is None for name, _ in program.steps):
        return False
    functions = {
        name: lambda *xs, f=f: f.jax(jax.numpy, *xs)
        for name, f in FUNCTIONS.items()
        if f.jax is not None
    }
    places = tuple(range(len(program.leaves)))
    f = jax.grad(lambda *xs: program.run(xs, functions)[-1], argnums=places)
    return compare("jax", program, [float(g) for g in f(*program.leaves)], truth)


def judge_jax_backend(program, _, truth):
    """Our program as JAX computes it; JAX knows no operation of a user's own."""
    if any(name.startswith("own ") for name, _ in program.steps):
        return False
    places = tuple(range(len(program.leaves)))
    fast = ag.compile(program.live(), "jax")
    try:
        _, gradient = fast.value_and_grad(*program.leaves, argnums=places)
    except (ValueError, ArithmeticError):
        return False
    return compare("jax backend", program, list(gradient), truth)


def compare(name, program, theirs, truth):
    """Our gradient with theirs, where that is as near to the truth as the size of terms allows."""
    leaves, *_ = swept(program)
    for x, g, (exact, size) in zip(leaves, theirs, truth, strict=True):
        ours = 0.0 if x.grad is None else x.grad
        near = 1e-9 * size + 1e-280
        if not abs(g - exact) <= near:  # not finite, or with fewer digits than ours
            return False
        if abs(ours - g) > 2.0 * near:
            raise Wrong(name, f"d/d{x.label} is {g!r} there, {ours!r} here")
    return True


def judge_ways(program, draw, sizes, number):
    """Another way to the same numbers, to the last bit; forward and reverse mode to rounding.

    Each program tries one of the ways; `sizes` are those of the terms of its gradient, or None.
    """
    try:
        leaves, _, y = swept(program)
    except (ValueError, ArithmeticError):
        return None
    kind = WAYS[number % len(WAYS)]

    def told(root):
        return [(v.data, v.grad, v.op, v.label, v.partials) for v in nodes(root)]

    if kind == "recompute":
        again = copy.deepcopy(y).recompute()
        if [v.data for v in nodes(again)] != [v.data for v in nodes(y)]:
            raise Wrong(kind, "the replay differs")
    elif kind == "transforms":
        judge_transforms(program, draw, sizes, [x.grad for x in leaves], y.data)
    elif told(COPIES[kind](y)) != told(y):
        raise Wrong(kind, "the copy differs")
    return kind


COPIES: dict[str, Callable[[Any], Any]] = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda y: pickle.loads(pickle.dumps(y)),
    "JSON": lambda y: document.read(document.write([y]))[0],
}
WAYS = (*COPIES, "recompute", "transforms")


def judge_transforms(program, draw, sizes, grads, data):
    places = tuple(range(len(program.leaves)))
    value, gradient = ag.value_and_grad(program, places)(*program.leaves)
    if value != data:
        raise Wrong("value_and_grad", f"{value!r} against {data!r}")
    if sizes is None or max(size for _, size in sizes) > 1e290:
        return
    for ours, theirs, (_, size) in zip(gradient, grads, sizes, strict=True):
        if abs(ours - (theirs or 0.0)) > 1e-14 * size:  # added in another order
            raise Wrong("value_and_grad", f"{gradient} against {grads}")
    tangents = tuple(draw.uniform(-1.0, 1.0) for _ in places)
    terms = [g * t for g, t in zip(gradient, tangents, strict=True)]
    try:
        slope = ag.jvp(program, program.leaves, tangents)[1]
    except (ValueError, ArithmeticError):
        return
    size = math.fsum(s * abs(t) for (_, s), t in zip(sizes, tangents, strict=True))
    if abs(slope - math.fsum(terms)) > 1e-12 * size + 1e-290:
        raise Wrong("jvp", f"{slope} forward, {math.fsum(terms)} in reverse")


def judge_backend(backend, program, draw):
    """A program of one backend against the eager engine, at the leaves and elsewhere, and rows."""
    program = program.live()  # a dead step raises eagerly only
    places = tuple(range(len(program.leaves)))
    eager = ag.value_and_grad(program, places)
    points = [program.leaves] + [tuple(draw_number(draw) for _ in places) for _ in range(3)]

    def outcome(function, at):
        try:
            return function(at)
        except (ValueError, ArithmeticError) as error:
            return type(error)

    fast = ag.compile(program, backend)
    ours = [outcome(lambda at: eager(*at), at) for at in points]
    for at, mine in zip(points, ours, strict=True):
        theirs = outcome(lambda at: fast.value_and_grad(*at, argnums=places), at)
        if repr(mine) != repr(theirs):
            raise Wrong(f"{backend} program", f"at {at}: {theirs}, but {mine} eagerly")
    if numpy is not None:
        columns = [numpy.array(column) for column in zip(*points, strict=True)]
        (values, gradient), _ = fast.map_value_and_grad(
            *columns, argnums=places, exact=True, errors="nan"
        )
        rows = [(v, tuple(g)) for v, *g in zip(values.tolist(), *map(list, gradient), strict=True)]
        for at, mine, theirs in zip(points, ours, rows, strict=True):
            if type(mine) is type:
                same = not math.isfinite(theirs[0]) or not all(map(math.isfinite, theirs[1]))
            else:
                same = mine == theirs
            if not same:
                raise Wrong(f"{backend} rows", f"at {at}: {theirs}, but {mine} eagerly")


def nodes(y):
    """y and every node below it, consumers first."""
    order, seen, stack = [], set(), [y]
    while stack:
        v = stack.pop()
        if id(v) not in seen:
            seen.add(id(v))
            order.append(v)
            stack.extend(v.inputs)
    return order


# One of so many programs is tried so: what is slow more rarely.
OURS = {"curvature": 5, "python": 20, "numpy": 20, "native": 30}
THEIRS = {"torch": 2, "jax": 20, "jax backend": 60}
SLOW = ("native", "jax", "jax backend")  # a compiler runs for each, or for each new operation
ORACLES = {"torch": judge_torch, "jax": judge_jax, "jax backend": judge_jax_backend}


def judge(program, draw, shares, number=0):
    """Everything about one program.  Raises Wrong; returns the names of what was compared."""
    chosen = [name for name, share in shares.items() if number % share == 0]
    done = ["steps"]
    results = [v.data for v in program.values()]
    for name, operands in program.steps:
        at = [results[x] if type(x) is int else x for x in operands]
        judge_step(name, at)
        if "curvature" in chosen:
            judge_curvature(name, at)
    if "curvature" in chosen:
        done.append("curvature")
    for backend in BACKENDS:
        if backend in chosen:
            judge_backend(backend, program, draw)
            done.append(backend)
    truth = judge_sweep(program)
    done.append(judge_ways(program, draw, truth, number))
    if truth is not None:
        done.append("sweep")
        for name in ORACLES:
            module = name in chosen and modules().get(name)
            if module and ORACLES[name](program, module, truth):
                done.append(name)
    return filter(None, done)


def shrunk(program, wrong, shares, number):
    """The smallest program found that fails in the same way: fewer steps, simpler numbers."""

    def fails(candidate):
        try:
            judge(candidate, random.Random(0), shares, number)
        except Wrong as error:
            return error if error.kind == wrong.kind else None
        except (ValueError, ArithmeticError, IndexError):
            return None
        return None

    found = True
    while found:
        found = False
        for candidate in smaller(program):
            error = fails(candidate)
            if error is not None:
                program, wrong, found = candidate, error, True
                break
    return program, wrong


def smaller(program):
    leaves, steps = program
    for i in reversed(range(len(steps))):  # without step i: what used it takes its first operand
        if len(steps) == 1:
            break
        place = len(leaves) + i
        stand_in = next((x for x in steps[i].operands if type(x) is int), 0)

        def moved(x, place=place, stand_in=stand_in):
            if type(x) is not int or x < place:
                return x
            return stand_in if x == place else x - 1

        rest = [Step(name, tuple(map(moved, operands))) for name, operands in steps]
        yield Program(leaves, tuple(rest[:i] + rest[i + 1 :]))
    for i, x in enumerate(leaves):
        for simple in (0.0, 1.0, float(round(x)) if abs(x) < 1e15 else x, float(f"{x:.2g}")):
            if simple != x and len(repr(simple)) < len(repr(x)):
                yield Program((*leaves[:i], simple, *leaves[i + 1 :]), steps)


def fuzz(count, seed, shares, start=0):
    """Try so many programs; Wrong, with the smallest program, at the first failure."""
    done: Counter[str] = Counter()
    for number in range(start, start + count):
        draw = random.Random(f"{seed}:{number}")
        program, refused = draw_program(draw)
        try:
            for name, at, error in refused:
                judge_refusal(name, at, error)
                done["refusals"] += 1
            done.update(judge(program, draw, shares, number))
        except Wrong as wrong:
            if wrong.kind != "refusal":
                program, wrong = shrunk(program, wrong, shares, number)
            text = f"{wrong}\nseed {seed}, program {number}\n{program.code()}"
            raise Wrong(wrong.kind, text) from None
    return done


def digest(count, seed):
    """All numbers of so many programs to the last bit, as one text."""
    found = hashlib.sha256()
    for number in range(count):
        program, _ = draw_program(random.Random(f"{seed}:{number}"))
        try:
            leaves, results, _ = swept(program)
            text = repr([(v.data, v.grad) for v in (*leaves, *results)])
        except (ValueError, ArithmeticError) as error:
            text = repr(error)
        found.update(text.encode())
    return found.hexdigest()


@functools.cache
def modules():
    oracles = {}
    try:
        import torch

        torch.set_num_threads(1)
        oracles["torch"] = torch
    except ImportError:
        pass
    try:
        import jax

        jax.config.update("jax_enable_x64", True)
        oracles["jax"] = oracles["jax backend"] = jax
    except ImportError:
        pass
    return oracles


def test_every_function_has_a_row():
    of_lists = {"affine", "dot", "log_softmax", "matmul", "norm"}  # held to NumPy where they stand
    assert set(functions.__all__) - set(FUNCTIONS) == of_lists


def test_random_programs():
    done = fuzz(400, 0, OURS)
    assert done["steps"] == 400
    assert done["sweep"] > 300 and done["refusals"] > 100 and done["curvature"] == 80


@pytest.mark.skipif(not ag.compiled, reason="compares the builds")
def test_both_builds_give_the_same_to_the_last_bit():
    command = [sys.executable, __file__, "--digest", "--programs", "1000", "--seed", "3"]
    environment = {**os.environ, "PYTHONPATH": str(Path(ag.__file__).parents[1])}
    plain = subprocess.run(
        command, env={**environment, "AUTOGRAD_PLAIN": "1"}, capture_output=True, text=True
    )
    assert plain.stdout.split() == [digest(1000, "3"), "plain"]


def test_a_wrong_rule_is_found_and_shrunk(monkeypatch):
    wrong = FUNCTIONS["tanh"]._replace(ours=lambda x: ag.sin(x))
    monkeypatch.setitem(FUNCTIONS, "tanh", wrong)
    with pytest.raises(Wrong, match="tanh") as caught:
        fuzz(400, 0, OURS)
    assert caught.value.args[0].count(" = tanh(") == 1
    assert len(caught.value.args[0].split("\n")) <= 8


def share(task):
    """What one process tries: what was compared, and the account of each failure."""
    count, seed, start, shares = task
    done: Counter[str] = Counter()
    failures = []
    for number in range(start, start + count):
        try:
            done += fuzz(1, seed, shares, number)
        except Wrong as wrong:
            failures.append(str(wrong))
        except Exception as error:  # of an oracle, or of ours where none is to be: told as well
            failures.append(f"{error!r}\nseed {seed}, program {number}")
    return done, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--seed", default=str(random.randrange(10**9)))
    parser.add_argument("--start", type=int, default=0, help="the first one's number")
    parser.add_argument("--seconds", type=float, default=math.inf, help="then stop")
    parser.add_argument("--processes", type=int, default=None)
    parser.add_argument(
        "--rare", type=int, default=1, help=f"{', '.join(SLOW)}: so much more rarely"
    )
    parser.add_argument("--digest", action="store_true", help="print a digest of all numbers")
    options = parser.parse_args()
    if options.digest:
        print(digest(options.programs, options.seed), "compiled" if ag.compiled else "plain")
        return
    shares = {k: n * (options.rare if k in SLOW else 1) for k, n in (OURS | THEIRS).items()}
    print(f"seed {options.seed}, digits by {mp.name}, one of so many: {shares}", flush=True)
    end = options.start + options.programs
    tasks = [
        (min(SIZE, end - start), options.seed, start, shares)
        for start in range(options.start, end, SIZE)
    ]
    done: Counter[str] = Counter()
    failures: list[str] = []
    begin = time.monotonic()
    os.environ["AUTOGRAD_CACHE"] = ""  # machine code is made anew
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for found, wrong in pool.imap_unordered(share, tasks):
            done += found
            failures += wrong
            print("".join(f"{text}\n\n" for text in wrong), end="", flush=True)
            if time.monotonic() - begin > options.seconds:
                pool.terminate()
                break
    count = done["steps"] + len(failures)
    print(f"{count} programs in {time.monotonic() - begin:.0f} s: {dict(done)}")
    print(f"{len(failures)} disagree")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
