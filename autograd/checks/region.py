"""A slip, and the part of a graph in which it is looked for.

Invariant: a gradient is linear in each local derivative between its node and the nodes above it
whose numbers were given; those bound the region.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from autograd.checks.written import Edge, Written
from autograd.core.sweeps import carry
from autograd.core.value import Value

MOST_EDGES = 1000  # whose derivatives are tried one by one
MEANS = {"mean", "mean_squared_error", "hinge", "binary_cross_entropy", "cross_entropy_error"}
MEANS |= {"softmax_cross_entropy", "sigmoid_cross_entropy"}


class Slip(NamedTuple):
    """A mistake in words, "kind: where", the number that it leads to, and how likely it is."""

    text: str
    number: float
    cost: float  # the smaller, the likelier
    edits: Mapping[Edge, float] | None = None  # partials in place of the graph's

    @property
    def kind(self) -> str:
        """What the mistake is, without where."""
        return self.text.partition(":")[0]


def number(x: float) -> str:
    """x to 6 significant digits: enough to find it again on the paper."""
    return f"{x + 0.0:.6g}"


class Region:
    """The edges on paths from a node up to the next given numbers, and what flows along them."""

    def __init__(
        self,
        written: Written,
        given: Mapping[Value, float],
        v: Value,
        ends: Mapping[Value, float] | None = None,  # those of them that nobody gave
        most: int = MOST_EDGES,  # the nearest ones
    ) -> None:
        self.written, self.node = written, v
        self.given = given = {u: g for u, g in given.items() if u is not v}
        self.follows = written.sweep(given)
        self.exact = {**(written.sweep({}) if given else self.follows), **(ends or {})}
        self.true = self.follows.get(v, 0.0)
        self.below: dict[Value, float] = carry(  # d(node)/d(v)
            written.up(), {v: 1.0}, lambda d, e: None if e.consumer in given else d * e.partial
        )
        self.edges = [e for _, _, (e,) in written.up() if e.input in self.below]
        self.steps = carry(
            written.up(), {v: 0}, lambda n, e: n + 1 if e.input in self.below else None, min
        )
        self.left_out = max(0, len(self.edges) - most)
        self.edges = sorted(self.edges, key=lambda e: self.steps[e.consumer])[:most]
        self.shares = [e for e in written.uses.get(v, ()) if e.consumer is not v]
        self.into: dict[Value, list[Edge]] = {}
        for e in self.edges:
            self.into.setdefault(e.consumer, []).append(e)

    def adjoint(self, v: Value) -> float:
        """The gradient of a node above, as given, or as it follows."""
        return self.given.get(v, self.follows.get(v, 0.0))

    @cached_property
    def means(self) -> list[int]:
        """The N of each mean on the way."""
        return list(dict.fromkeys(filter(None, map(divisor, self.edges))))

    @cached_property
    def _way(self) -> list[tuple[Value, Value, tuple[Edge]]]:
        """The way down, but for what does not lead to the node."""
        return [(c, x, (e,)) for c, x, (e,) in self.written.down() if x in self.below]

    def slip(self, text: str, edits: Mapping[Edge, float], cost: float) -> Slip:
        """That of other partials at a few edges of one consumer."""
        changes = (
            self.adjoint(e.consumer) * (p - e.partial) * self.below[e.input]
            for e, p in edits.items()
        )
        return Slip(text, self.true + sum(changes), cost, edits)

    def slip_in_many(self, text: str, edits: Mapping[Edge, float], cost: float) -> Slip:
        """That of other partials anywhere."""
        return Slip(text, self.edited(edits), cost, edits)

    def edited(self, edits: Mapping[Edge, float]) -> float:
        """The gradient with other partials anywhere."""
        return self.written.sweep(self.given, edits, self._way).get(self.node, 0.0)

    def place(self, e: Edge) -> str:
        """Where an edge is, in words."""
        return f"at {self.written.name(e.consumer, 24)} by {self.written.name(e.input, 20)}"

    def name(self, v: Value) -> str:
        """The node in words."""
        return self.written.name(v)


def divisor(e: Edge) -> int | None:
    """N where a sum or a loss is divided by the literal N > 1: a mean."""
    c = e.consumer
    numerator = e.input
    if e.kind == "mul":
        other = c.inputs[1 - e.slot]
        n = other.inputs[0].data if other.op == "reciprocal" else 0.0
        literal = other.op == "reciprocal" and other.inputs[0].is_literal
        if other.is_literal and 0.0 < other.data < 1.0:
            n, literal = 1.0 / other.data, True
    elif e.kind == "divide" and e.slot == 0:
        n, literal = c.inputs[1].data, c.inputs[1].is_literal
    elif e.kind in MEANS and c.op in ("divide", "mul"):
        other = c.inputs[1]
        other = other.inputs[0] if other.op == "reciprocal" else other
        n, literal, numerator = other.data, other.is_literal, c.inputs[0]
    else:
        return None
    a_sum = bool(MEANS.intersection(c.scopes)) or (numerator.op == "add" and not c.scopes)
    whole = round(n) if abs(n) < 1e9 else 0
    return whole if literal and a_sum and whole > 1 and abs(n - whole) < 1e-9 * whole else None
