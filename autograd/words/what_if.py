"""What a result would be if leaves had other numbers, beside the estimate from the gradients.

Invariant: nothing changes a graph or a gradient: the graph is computed again on a copy.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from autograd.core.graph import check_fresh
from autograd.core.sweeps import derivatives
from autograd.core.value import Value
from autograd.words.parts import expect_value, fitting
from autograd.words.text import Row, columns, factors_of, middle, name, number, signed


class WhatIf(NamedTuple):
    """What `what_if` found; as text, the change beside its estimate."""

    before: float
    after: float
    change: float  # after - before
    estimate: float  # of the change: the sum of gradient * change of the leaf
    name: str
    leaves: tuple[tuple[str, float, float, float], ...]  # name, before, after, gradient

    def __str__(self) -> str:
        moves = [*self.leaves, (self.name, self.before, self.after, 0.0)]
        rows: list[Row] = [(label, f"{number(a)} → {number(b)}", "") for label, a, b, _ in moves]
        products = middle(self.leaves, lambda leaf: factors_of([leaf[3], leaf[2] - leaf[1]]))
        missed = self.change - self.estimate
        exact = abs(missed) <= 1e-12 * max(map(abs, self[:4]))
        rows += [
            ("change", signed(self.change), "computed again"),
            ("estimate", f"{signed(self.estimate)} = {' + '.join(products) or 0}", "by gradients"),
            ("missed by", "0, to rounding" if exact else signed(missed), ""),
        ]
        return "\n".join(columns(rows))

    def __repr__(self) -> str:
        return str(self)  # what a REPL shows


def what_if(y: Value, changes: Mapping[Value, float], *more: object) -> WhatIf:
    """What y would be if leaves had other numbers, beside the estimate from the gradients.

    `changes` maps leaves below y to numbers.  What comes back compares y as it was recorded with a
    copy of the graph computed again from these numbers and the present ones of the other leaves: y
    itself stays.  Raises TypeError for what is not a Value or not a number, ValueError for an inner
    node, for a leaf that y does not depend on, and where a leaf was assigned after the recording,
    what `recompute` raises, and what `backward` does where these leaves need it.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> print(what_if(apple * count * tax, {apple: 120}))
    apple      100 → 120
    mul        220 → 264
    change     +44             computed again
    estimate   +44 = 2.2 × 20  by gradients
    missed by  0, to rounding
    """
    if more or not isinstance(changes, Mapping):
        given = ", ".join(f"{x!r:.60}" for x in (changes, *more))
        raise TypeError(
            f"what_if needs a dict of leaves and numbers, as in what_if(y, {{x: 3.0}}), got {given}"
        )
    check_fresh(expect_value(y))
    copies: dict[int, Any] = {}
    replay = y.__deepcopy__(copies)
    for leaf in changes:
        if expect_value(leaf).op is not None:
            raise ValueError(f"what_if changes leaves only, not {leaf!r}")
        if id(leaf) not in copies:
            raise ValueError(f"what_if: {name(y)} does not depend on {leaf!r}")
    slopes = derivatives([replay], [copies[id(leaf)] for leaf in changes], [[1.0]])[0]
    leaves = []
    for (leaf, new), slope in zip(changes.items(), slopes, strict=True):
        copy = copies[id(leaf)]
        old, copy.data = copy.data, new
        leaves.append((name(leaf), old, copy.data, slope))
    after = replay.recompute().data
    change = fitting(after - y.data, "change")
    steps = [fitting(g * (new - old), "estimate") for _, old, new, g in leaves]
    estimate = fitting(math.fsum(steps), "estimate")
    return WhatIf(y.data, after, change, estimate, name(y), tuple(leaves))
