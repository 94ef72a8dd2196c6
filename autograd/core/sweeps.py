"""Sweeps in plain numbers between chosen nodes, both ways: what the transforms of functions need.

Invariant: a sweep uses `_grad` and `_count` of the nodes between, and leaves them as they were.
"""

from itertools import chain, repeat
from typing import Any

from autograd.core.node import (
    alone,
    broken_chain,
    describe,
    drain,
    missing_partial,
    partials_of,
    put_back,
)

ACTIVE, OPEN, ASLEEP = 2, 1, -2  # in `_count` while a sweep runs: in it, looked into, left out


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
        drain(restore)


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
