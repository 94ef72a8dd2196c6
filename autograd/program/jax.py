"""Steps in JAX: a straight line while they are few, else a loop over them.

XLA compiles a straight line in a time that grows faster than its length; a loop that looks each
step up in a table, and keeps numbers in slots that are used again, at once at any length.
"""

import itertools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy

from autograd.core.nested import blocks, map_tree, shape
from autograd.core.node import describe, is_real
from autograd.core.operand import Operand
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.core.value import Value
from autograd.program.source import ELSEWHERE, NOT_FINITE
from autograd.program.steps import CONSTANT, INPUT, Steps
from autograd.program.trace import Traced
from autograd.transforms import watching

STRAIGHT = 500  # steps in a straight line, at most


def _unit(a: Any, b: Any) -> Any:
    r = jnp.hypot(a, b)
    return jnp.where(a == 0, 0.0, a / jnp.where(r == 0, 1.0, r))


def _power_log(a: Any, b: Any) -> Any:
    zero = (a == 0) & (b >= 0)
    return jnp.where(zero, 0.0, jnp.power(a, b) * jnp.log(jnp.where(zero, 1.0, a)))


TABLE: dict[str, Callable[..., Any]] = {
    **{name: getattr(jnp, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh")},
    **{name: getattr(jnp, name) for name in ("cosh", "tanh", "expm1", "log1p", "log2", "log10")},
    **{name: getattr(jnp, name) for name in ("hypot", "sign", "logaddexp", "maximum", "minimum")},
    **{f"a{name}": getattr(jnp, f"arc{name}") for name in ("sin", "cos", "tan", "tan2")},
    **{f"a{name}": getattr(jnp, f"arc{name}") for name in ("sinh", "cosh", "tanh")},
    "add": jnp.add,
    "sub": jnp.subtract,
    "mul": jnp.multiply,
    "neg": jnp.negative,
    "divide": jnp.divide,
    "reciprocal": lambda x: 1.0 / x,
    "absolute": jnp.abs,
    "relu": lambda x: jnp.maximum(x, 0.0),
    "negative_part": lambda x: jnp.minimum(x, 0.0),
    "step": lambda a, b: 0.5 * (1.0 + jnp.sign(a - b)),
    "identity": lambda x: x,
    "sech": lambda x: 2.0 * jnp.exp(-abs(x)) / (1.0 + jnp.exp(-2.0 * abs(x))),
    "gaussian": lambda x: jnp.exp(-x * x),
    "erf": jax.scipy.special.erf,
    "erfc": jax.scipy.special.erfc,
    "power": jnp.power,
    "power_slope": lambda a, b: jnp.where(b == 0, 0.0, b * jnp.power(a, b - 1.0)),
    "power_log": _power_log,
    "unit": _unit,
    "leg": lambda a, b: jnp.sqrt(abs(a) - abs(b)) * jnp.sqrt(abs(a) + abs(b)),
}
COMPARE = {"lt": jnp.less, "le": jnp.less_equal, "gt": jnp.greater, "ge": jnp.greater_equal}
COMPARE["eq"] = jnp.equal


def operation(name: str) -> Callable[..., Any]:
    """JAX's function for a step.

    A primitive of the user's own is called back in Python, and differentiated by its rules.
    """
    if name in TABLE:
        return TABLE[name]
    primitive = PRIMITIVES[name]

    @jax.custom_jvp
    def elementwise(*xs: Any) -> Any:
        given = jnp.broadcast_arrays(*xs)
        result = jax.eval_shape(lambda: given[0])
        call = numpy.vectorize(primitive.forward, otypes=[given[0].dtype])
        return jax.pure_callback(call, result, *given, vmap_method="broadcast_all")

    @elementwise.defjvp
    def _(xs: Any, tangents: Any) -> Any:
        y = elementwise(*xs)
        operands = [_Ruled(x) for x in (*xs, y)]
        slopes = [_Ruled.of(partial(*operands)) for partial in primitive.partials]
        return y, sum(slope * t for slope, t in zip(slopes, tangents, strict=True))

    return elementwise


class _Ruled(Operand):
    """A number of JAX's, where a rule computes."""

    __slots__ = ("x",)

    def __init__(self, x: Any) -> None:
        self.x = x

    @staticmethod
    def of(x: Any) -> Any:
        """The number of what a rule gave."""
        return x.x if isinstance(x, _Ruled) else x

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> Any:
        """The result of a primitive of operands and numbers."""
        xs = [jnp.asarray(_Ruled.of(x), float) for x in (a, b) if x is not None]
        return _Ruled(operation(primitive.name)(*xs))


def lowered(s: Steps) -> Callable[[list[Any]], list[Any]]:
    """The steps as a function in JAX of a list of inputs: all results, derivatives and guards."""
    wanted = [*s.results, *(i for row in s.rows for i in row)]
    wanted += [i for g in s.guards for i in (g.a, g.b)] + s.checked
    return _straight(s, wanted) if len(s) <= STRAIGHT else _loop(s, wanted)


def _straight(s: Steps, wanted: list[int]) -> Callable[[list[Any]], list[Any]]:
    def run(inputs: list[Any]) -> list[Any]:
        x: dict[int, Any] = {}
        for i in s.order:
            if s.op[i] == INPUT:
                x[i] = jnp.asarray(inputs[s.a[i]])
            elif s.op[i] == CONSTANT:
                x[i] = jnp.asarray(float(s.constants[i]))
            else:
                x[i] = operation(s.op[i])(*[x[k] for k in s.operands(i)])
        return [x[i] for i in wanted]

    return run


def _loop(s: Steps, wanted: list[int]) -> Callable[[list[Any]], list[Any]]:
    """The steps as data: one loop over them, each by a switch."""
    steps = [i for i in s.order if s.op[i] not in (INPUT, CONSTANT)]
    last: dict[int, float] = {
        x: n for n, i in enumerate(steps) for x in s.operands(i)
    } | dict.fromkeys(wanted, math.inf)
    slot = {i: n for n, i in enumerate(i for i in s.order if s.op[i] in (INPUT, CONSTANT))}
    first, size = dict(slot), len(slot)
    free: list[int] = []
    for n, i in enumerate(steps):
        free += [slot[x] for x in {*s.operands(i)} - first.keys() if last[x] == n]
        if free:
            slot[i] = free.pop()
        else:
            slot[i], size = size, size + 1
    names = sorted({s.op[i] for i in steps})

    def taking(name: str, operands: int) -> Callable[[Any, Any], Any]:
        f = operation(name)
        return f if operands == 2 else lambda a, b: f(a)

    counts = {s.op[i]: len(s.operands(i)) for i in steps}
    branches = [taking(name, counts[name]) for name in names]
    table = [
        [names.index(s.op[i]), slot[i], slot[s.a[i]], slot[s.b[i]] if s.b[i] >= 0 else 0]
        for i in steps
    ]
    told = [
        (n, s.a[i] if s.op[i] == INPUT else -1, s.constants.get(i, 0.0)) for i, n in first.items()
    ]

    def run(inputs: list[Any]) -> list[Any]:
        given = [inputs[k] if k >= 0 else float(c) for _, k, c in told]
        begin = jnp.stack(jnp.broadcast_arrays(*[jnp.asarray(x, dtype=float) for x in given]))
        x = jnp.zeros((size, *begin.shape[1:])).at[jnp.array([n for n, *_ in told])].set(begin)
        code = jnp.array(table)

        def body(n: Any, x: Any) -> Any:
            op, to, a, b = code[n]
            return x.at[to].set(jax.lax.switch(op, branches, x[a], x[b]))

        x = jax.lax.fori_loop(0, len(steps), body, x)
        return [x[slot[i]] for i in wanted]

    return run


def _flag(s: Steps, told: list[Any]) -> Any:
    """The flag of a backend, by the numbers of guards and of what is to be finite."""
    count, elsewhere = 2 * len(s.guards), jnp.asarray(False)
    for n, g in enumerate(s.guards):
        elsewhere |= COMPARE[g.kind](told[2 * n], told[2 * n + 1]) != g.holds
    finite = [jnp.isfinite(x) for x in told[count:]] or [jnp.asarray(True)]
    wrong = ~jnp.all(jnp.stack(jnp.broadcast_arrays(*finite)), axis=0)
    return ELSEWHERE * elsewhere + NOT_FINITE * wrong


def backend(s: Steps) -> Callable[[list[float], list[Value]], tuple[int, list[float]]]:
    """The steps jitted, as a backend: in 64 bits, whatever JAX's own default is."""
    run, count = lowered(s), len(s.results) + sum(map(len, s.rows))

    def all_at_once(inputs: list[Any]) -> Any:
        found = run(inputs)
        numbers = [jnp.asarray(x, dtype=float) for x in found[:count]]
        return _flag(s, found[count:]), jnp.stack(numbers)

    jitted = jax.jit(all_at_once)

    def call(numbers: list[float], held: list[Value] | None = None) -> tuple[int, list[float]]:
        with jax.enable_x64(True):
            flag, found = jitted([*numbers, *[x.data for x in held or ()]])
            return int(flag), found.tolist()

    return call


def function(branches: Callable[[Any], list[tuple[Steps, Traced]]]) -> Callable[..., Any]:
    """A JAX function of the arguments, from the branches that are known for such arguments.

    NaN where a comparison comes out as in none of them.
    """
    runs: dict[int, tuple[Steps, Callable[[list[Any]], list[Any]]]] = {}  # lowered once, by id

    def f(*args: Any) -> Any:
        known = branches(args)
        told = [block for block in blocks(list(args)) if _is_number(block)]
        given = [x for block in told for x in jnp.ravel(jnp.asarray(block))]
        results: Any = itertools.repeat(jnp.nan)
        for steps, traced in known:
            if id(steps) not in runs:
                runs[id(steps)] = steps, lowered(steps)
            run, count = runs[id(steps)][1], len(steps.results)
            if watching()(traced.held):
                raise TypeError(
                    "what to_jax gives computes numbers: the transform or the trace "
                    f"around is not to see that it holds {describe(traced.held[0])}"
                )
            held = [x.data for x in traced.held]
            inputs = [*given, *held]
            if len(known) > 1:  # the others' points would make NaN of the derivatives here
                found = run([jax.lax.stop_gradient(jnp.asarray(x, float)) for x in inputs])
                here = _flag(steps, found[count:]) & ELSEWHERE == 0
                points = [*traced.at, *held]
                inputs = [jnp.where(here, x, at) for x, at in zip(inputs, points, strict=True)]
            found = run(inputs)
            if len(known) == 1:
                here = _flag(steps, found[count:]) & ELSEWHERE == 0
            results = [jnp.where(here, x, y) for x, y in zip(found[:count], results, strict=False)]
        rest = iter(results)

        def like(block: Any) -> Any:
            numbers = [next(rest) for _ in range(math.prod(shape(block)))]
            return jnp.stack(numbers).reshape(shape(block)) if shape(block) else numbers[0]

        return map_tree(like, known[0][1].out)

    return f


def is_abstract(args: Any) -> bool:
    """Whether there are arguments that JAX has no numbers for, as within jit."""
    return any(isinstance(x, jax.core.Tracer) for x in blocks(list(args)))


def zeros(args: Any) -> Any:
    """Arguments of the same shapes, in plain numbers and NumPy's arrays."""
    return map_tree(
        lambda x: numpy.zeros(shape(x)) if shape(x) else 0.0 if _is_number(x) else x, args
    )


def numbers(args: Any) -> Any:
    """The arguments in plain numbers and NumPy's arrays."""
    return map_tree(
        lambda x: numpy.asarray(x, float) if shape(x) else float(x) if _is_number(x) else x, args
    )


def _is_number(x: Any) -> bool:
    """Whether it is a number, of Python's or of an array library's."""
    return hasattr(x, "dtype") or (is_real(x) and type(x) is not bool)
