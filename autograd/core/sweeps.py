"""The chain rule along the edges of a recorded graph, both ways.

`carry` tells it once, for whatever is carried: numbers, Values, bounds, counts of paths.  Apart
stand, for their speed, `value.sweep` and, between chosen nodes, `pull_back` and `push_forward`:
written out in plain numbers in the nodes' own slots they take a fifteenth of the time, as machine
code an eightieth.

Invariant: a sweep in the slots uses `_grad` and `_count` of the nodes between, and leaves them as
they were; `carry` changes nothing.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from random import Random
from sys import float_info
from typing import Any

from autograd.core.node import (
    alone,
    broken_chain,
    describe,
    drain,
    inputs_first,
    missing_partial,
    partials_of,
    put_back,
)

_plain = __file__.endswith((".py", ".pyc"))
ROUNDING = 64.0 * float_info.epsilon  # of the size of the terms of a gradient
ACTIVE, OPEN, ASLEEP = 2, 1, -2  # in `_count` while a sweep runs: in it, looked into, left out

# --- the chain rule, whatever it carries ---

# Edges in order, none leaving a node before all that enter it: from where, to where, which it is.
Way = Iterable[tuple[Any, Any, tuple[Any, ...]]]


def down(order: Sequence[Any]) -> Way:
    """The way from results to inputs, of nodes that have their inputs first.

    An edge is a node and the slot of its input.
    """
    return ((v, x, (v, i)) for v in reversed(order) for i, x in enumerate(v.inputs))


def up(order: Sequence[Any]) -> Way:
    """The same edges the other way, from inputs to results."""
    return ((x, v, (v, i)) for v in order for i, x in enumerate(v.inputs))


def share_of(weight: float, v: Any, i: int) -> float:
    """weight * d(v)/d(input i) in numbers: what a sweep hands on along that edge.

    Raises the error of the rule where the partial does not exist and the weight is not 0.
    """
    slope = v.partials[i]
    if slope is None:
        if weight != 0.0:
            raise missing_partial(v, i)
        return 0.0
    return weight * slope  # type: ignore[no-any-return]


def carry(
    way: Way,
    seeds: Mapping[Any, Any],
    share: Callable[..., Any] = share_of,
    add: Callable[[Any, Any], Any] = operator.add,
) -> dict[Any, Any]:
    """The chain rule: what has been carried to each node along the way from those with seeds.

    What a node has it hands on along each edge as `share(carried, *edge)`, None to hand on nothing;
    what comes together is added by `add`.  Nodes that nothing reaches are left out.

    >>> from autograd import Value
    >>> x = Value(3.0, "x")
    >>> y = x * x + x
    >>> carry(down(inputs_first(y)), {y: 1.0})[x], carry(up(inputs_first(y)), {x: 1.0})[y]
    (7.0, 7.0)
    """
    carried = dict(seeds)
    for start, end, edge in way:
        if start in carried:
            part = share(carried[start], *edge)
            if part is not None:
                carried[end] = add(carried[end], part) if end in carried else part
    return carried


def sizes(*roots: Any) -> dict[Any, float]:
    """For each node the size of the terms that its `.grad` is left of, by cancellation.

    From the roots' own gradients, 1 where a root has none.  A gradient within ROUNDING of its size
    is 0 as far as floats can tell.  At most, the size is the sum of all paths' products; that grows
    as 3ⁿ in a loop of z − z², whose errors do not.  So no more than what is found where each node
    adds an error as large as its own terms, of random sign, to what it is handed down: `strayed`.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> sizes(x * x - 6.0 * x)[x]
    12.0
    """
    order = inputs_first(*roots)
    seeds = {y: 1.0 if y.grad is None else abs(y.grad) for y in roots}
    most = dict.fromkeys(order, 0.0) | carry(
        down(order), seeds, lambda size, v, i: min(size * abs(v.partials[i] or 0.0), 1e300)
    )
    if not any(v.grad and abs(v.grad) < 1e-3 * most[v] for v in order):
        return most  # no digits to speak of are lost anywhere
    terms = dict.fromkeys(order, 0.0) | seeds
    for _, x, (v, i) in down(order):
        terms[x] += abs((v.grad or 0.0) * (v.partials[i] or 0.0))
    errors = (
        {v: weight * terms[v] for v, weight in zip(order, weights, strict=True)}
        for weights in draws(len(order))
    )
    found = strayed(order, errors)
    return {
        v: size if v.grad is None else min(size, max(terms[v], found[v]))
        for v, size in most.items()
    }


def draws(n: int) -> Iterator[list[float]]:
    """Eight times n weights, from 1/2 to 3/2 and of random sign, the same at each call."""
    rng = Random(0)
    for _ in range(8):
        yield [(1.5 - rng.random()) * rng.choice((1.0, -1.0)) for _ in range(n)]


def strayed(order: Sequence[Any], draws: Iterable[Mapping[Any, float]]) -> dict[Any, float]:
    """How far gradients go astray where each node adds an error of its own to what comes down.

    Errors travel with the derivatives' signs, as gradients do, and so they cancel, too: what a
    path takes as three times larger, another takes back.  Of several draws of all the nodes' errors
    the largest outcome, four times, since chance may leave little of one source in all of them.
    """
    found = dict.fromkeys(order, 0.0)
    for errors in draws:
        carried = carry(down(order), errors, lambda error, v, i: error * (v.partials[i] or 0.0))
        for v, error in carried.items():
            size = 4.0 * abs(error)
            found[v] = max(found[v], size if size < 1e300 else 1e300)  # 1e300 for NaN, too
    return found


# --- in plain numbers, in place ---


def derivatives(
    ys: list[Any], xs: list[Any], seeds: list[list[float]], forward: bool = False
) -> list[list[float]]:
    """One sweep for each row of seeds, in plain numbers; no `.grad` has changed afterwards.

    A row of seeds holds an adjoint of each y, and its row of results one of each x; forward, it
    holds a tangent of each x, and the results are those of each y.  No x may be below another:
    what is below them is not visited, and what does not depend on them is not touched.
    """
    return alone(_derivatives, ys, xs, seeds, forward)  # type: ignore[no-any-return]


def _derivatives(
    ys: list[Any], xs: list[Any], seeds: list[list[float]], forward: bool
) -> list[list[float]]:
    seen = [*ys, *xs]
    counts = [v._count for v in seen]  # 0, or LITERAL: asked for, a literal has a gradient
    between = list(xs)  # then the nodes that depend on them, inputs first
    before: list[float] = []
    # made beforehand, of lists that grow: what `wake` adds to the seen had the count 0
    restore = put_back(("_grad", between, before), ("_count", seen, chain(counts, repeat(0))))
    try:
        wake(ys, between, seen)
        before.extend([v._grad for v in between])
        inner = between[len(xs) :] if forward else between[: len(xs) - 1 : -1]
        results = []
        for seed in seeds:
            for v in between:
                v._grad = 0.0
            for v, number in zip(xs if forward else ys, seed, strict=True):
                if v._count >= 0:
                    v._grad += number
            if forward:
                push_forward(inner)
            else:
                pull_back(inner)
                for x in xs:
                    if x._grad - x._grad != 0.0:
                        raise broken_chain(inner, x)
            results.append([v._grad if v._count >= 0 else 0.0 for v in (ys if forward else xs)])
        return results
    finally:
        if _plain:
            drain(restore)
        else:
            _settle(between, before, seen, counts)


def _settle(between: list[Any], before: list[float], seen: list[Any], counts: list[int]) -> None:
    """What `drain(restore)` does, as a loop of machine code, which no Ctrl-C breaks into either."""
    for i in range(len(before)):
        v = between[i]
        v._grad = before[i]
    for v in seen:
        v._count = 0
    for i in range(len(counts)):
        v = seen[i]
        v._count = counts[i]


def wake(ys: list[Any], chosen: list[Any], seen: list[Any]) -> None:
    """Add to the chosen what depends on them, inputs first; put the rest below the ys to sleep.

    What has been looked into is added to the seen: their counts are to be set back.
    """
    for v in chosen:
        v._count = ACTIVE
    stack = list(ys)
    while stack:
        v = stack[-1]
        a = v._a
        b = v._b
        if v._count == 0:  # met for the first time: its inputs go first
            seen.append(v)
            v._count = OPEN
            if b is not None and b._count == 0:
                stack.append(b)
            if a is not None and a._count == 0:
                stack.append(a)
            continue
        stack.pop()
        if v._count == OPEN:
            if a is not None and (a._count == ACTIVE or (b is not None and b._count == ACTIVE)):
                v._count = ACTIVE
                chosen.append(v)
            else:
                v._count = ASLEEP


def pull_back(order: list[Any]) -> None:
    """The chain rule, consumers first: each node hands its adjoint on to its inputs."""
    for v in order:
        adjoint = v._grad
        if adjoint == 0.0:
            continue
        if adjoint - adjoint != 0.0:  # true of inf and nan only
            raise broken_chain(order, v)
        a = v._a
        if a is not None:
            if a._count >= 0:
                a._grad += adjoint * v._da
            b = v._b
            if b is not None and b._count >= 0:
                b._grad += adjoint * v._db


def push_forward(order: list[Any]) -> None:
    """The chain rule, inputs first: each node collects the tangents of its inputs."""
    for v in order:
        tangent = 0.0
        a = v._a
        if a._count >= 0 and a._grad != 0.0:
            tangent = a._grad * v._da
        b = v._b
        if b is not None and b._count >= 0 and b._grad != 0.0:
            tangent += b._grad * v._db
        if tangent - tangent != 0.0:
            for i, x in enumerate(v.inputs):
                if partials_of(v)[i] is None and x._count >= 0 and x._grad != 0.0:
                    raise missing_partial(v, i)
            raise OverflowError(f"the derivative is too large for a float at {describe(v)}")
        v._grad = tangent
