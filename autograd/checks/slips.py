"""Slips: what a derivation with one mistake, and right otherwise, would give.

Invariant: a slip is offered only if a derivation with this one slip, and right otherwise, gives the
number that was given.  A gradient is linear in each local derivative between its node and the
nodes above it whose numbers were given: those bound the search, and each candidate is the gradient
that follows from them, with one changed term.  The likeliest comes first: a slip that explains
several wrong numbers before one for each, a coincidence last.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import combinations
from typing import NamedTuple

from autograd import functions
from autograd.checks.forms import ALIKE, BELONGS, FORGOTTEN, FORMS, FUNCTION, SIGN, WRONG, Factor
from autograd.checks.rounding import ROUNDING, near
from autograd.checks.written import Edge, Written
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value
from autograd.words import number as full_number

MOST_PATHS = 10  # whose subsets are tried: 2^10 sums
MOST_EDGES = 1000  # whose derivatives are tried one by one
WIDTH = 100  # columns of a line
COINCIDENCE = 1.5  # how much less likely than the first a slip is that goes untold
MEANS = {"mean", "mean_squared_error", "hinge", "binary_cross_entropy", "cross_entropy_error"}
MEANS |= {"softmax_cross_entropy", "sigmoid_cross_entropy"}
COINCIDENT = {"relu", "log", "absolute", "reciprocal", "sqrt", "log2", "log10", "log1p"}
CONSTANTS = {  # factors that are forgotten, or put where there is none
    "2": 2.0, "ln 2": math.log(2.0), "ln 10": math.log(10.0), "π/180": math.pi / 180.0,
    "3": 3.0, "π": math.pi, "10": 10.0, "100": 100.0, "4": 4.0,
}  # fmt: skip


class Slip(NamedTuple):
    """A mistake in words, "kind: where", the number that it leads to, and how likely it is."""

    text: str
    number: float
    cost: float = 3.0  # the smaller, the likelier
    edits: Mapping[Edge, float] | None = None  # partials in place of the graph's

    @property
    def kind(self) -> str:
        """What the mistake is, without where."""
        return self.text.partition(":")[0]


def number(x: float) -> str:
    """x to 6 significant digits: enough to find it again on the paper."""
    return f"{x + 0.0:.6g}"


def unit(x: float, digits: int | None) -> float:
    """Half a unit of the last of so many significant digits."""
    if digits is None or not x:
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) + 1 - digits)


def same(given: float, true: float, absolute: float, digits: int | None) -> bool:
    """Whether `given` is `true` in so many significant digits, but for an absolute error."""
    return near(given, true, 1e-9, unit(true, digits) + absolute)


# --- the part of the graph between a node and the numbers given above it ---


class Region:
    """The edges on paths from a node up to the next given numbers, and what flows along them."""

    def __init__(self, written: Written, given: Mapping[Value, float], v: Value) -> None:
        self.written, self.node = written, v
        self.given = given = {u: g for u, g in given.items() if u is not v}
        self.follows = written.sweep(given)
        self.exact = written.sweep({}) if given else self.follows
        self.true = self.follows.get(v, 0.0)
        self.below = {v: 1.0}  # d(node)/d(v)
        self.steps = {v: 0}
        self.edges: list[Edge] = []
        for c, into in written.into.items():
            parts = [e for e in into if e.input in self.below]
            if parts and c is not v:
                self.edges += parts
                self.steps[c] = 1 + min(self.steps[e.input] for e in parts)
                if c not in given:
                    self.below[c] = sum(self.below[e.input] * e.partial for e in parts)
        self.left_out = max(0, len(self.edges) - MOST_EDGES)
        self.edges = sorted(self.edges, key=lambda e: self.steps[e.consumer])[:MOST_EDGES]
        self.shares = [e for e in written.uses.get(v, ()) if e.consumer is not v]
        self.into: dict[Value, list[Edge]] = {}
        for e in self.edges:
            self.into.setdefault(e.consumer, []).append(e)

    def adjoint(self, v: Value) -> float:
        """The gradient of a node above, as given, or as it follows."""
        return self.given.get(v, self.follows.get(v, 0.0))

    def with_partials(self, edits: Mapping[Edge, float]) -> float:
        """The gradient with other partials at a few edges of one consumer."""
        return self.true + sum(
            self.adjoint(e.consumer) * (p - e.partial) * self.below[e.input]
            for e, p in edits.items()
        )

    def edited(self, edits: Mapping[Edge, float]) -> float:
        """The same with other partials anywhere."""
        return self.written.sweep(self.given, edits).get(self.node, 0.0)

    def place(self, e: Edge) -> str:
        """Where an edge is, in words."""
        return f"at {self.written.name(e.consumer, 24)} by {self.written.name(e.input, 20)}"

    def name(self, v: Value) -> str:
        """The node in words."""
        return self.written.name(v)


# --- slips in one number, whatever it is made of ---


def candidates(region: Region) -> Iterator[Slip]:
    """Every single slip in the gradient of the region's node, and the number that it leads to."""
    yield from _of_the_number(region)
    yield from _shares(region)
    yield from _paths_forgotten(region)
    yield from _of_steps(region)
    yield from _one_edge(region)
    yield from _of_two_factors(region)
    if region.given:  # a rule for the whole may have been taken though the parts were given
        whole = Region(region.written, {}, region.node)
        if near(whole.true, region.true, 1e-9, 0.0):
            for slip in _of_two_factors(whole):
                yield slip._replace(cost=slip.cost + 0.3)
    yield from _everywhere(region)
    yield from _another_node(region)
    yield from _ratios(region)


def _of_the_number(region: Region) -> Iterator[Slip]:
    true, v = region.true, region.node
    yield Slip("wrong sign", -true, 1.0)
    if true:
        yield Slip(f"zero: {region.name(v)} was treated as a constant", 0.0, 1.8)
        yield Slip(f"the reciprocal: of the gradient {number(true)} itself", 1.0 / true, 4.5)
    yield Slip("the gradient times the node's own value", true * v.data, 4.2)
    yield Slip("the node's own value for its gradient", v.data, 4.0)
    if v.data:
        yield Slip("the gradient divided by the node's own value", true / v.data, 4.4)
    for n in dict.fromkeys(filter(None, map(partial(divisor, region.written), region.edges))):
        yield Slip(f"a missing mean (factor N = {n}): the sum was differentiated", true * n, 1.3)
        yield Slip(f"the mean taken twice (factor N = {n})", true / n, 1.6)
        yield Slip(f"the mean over N − 1 (N = {n})", true * n / (n - 1), 2.5)
        yield Slip(f"the mean over N + 1 (N = {n})", true * n / (n + 1), 3.5)
    yield Slip("counted twice: the whole gradient", 2.0 * true, 2.4)
    yield Slip("a factor 2: half of the gradient", 0.5 * true, 2.6)
    if v.label is not None or v.op is None:
        yield Slip("1 for the gradient", 1.0, 4.8)


def divisor(written: Written, e: Edge) -> int | None:
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


def _shares(region: Region) -> Iterator[Slip]:
    """Slips in what a node gets from its uses: the incoming gradient, sums, shifted indices."""
    shares, v = region.shares, region.node
    above = [region.adjoint(e.consumer) for e in shares]
    slopes = [e.partial for e in shares]
    pairs = list(zip(above, slopes, strict=True))
    if shares and any(a != 1.0 for a in above):
        incoming = "the incoming gradient"
        yield Slip(f"a factor forgotten: {incoming}", sum(slopes), 1.9)
        yield Slip(f"a factor squared: {incoming}", sum(a * a * p for a, p in pairs), 4.0)
        yield Slip("the incoming gradient alone, without the local derivative", sum(above), 2.2)
        if all(slopes):
            yield Slip("divided, not multiplied: by the local derivative",
                       sum(a / p for a, p in pairs), 3.0)  # fmt: skip
        if all(above):
            yield Slip("divided, not multiplied: by the incoming gradient",
                       sum(p / a for a, p in pairs), 3.2)  # fmt: skip
    if shares:
        yield Slip("added, not multiplied: the incoming gradient and the local derivative",
                   sum(a + p for a, p in pairs), 2.7)  # fmt: skip
    if len(shares) > 1:
        for which, i in (("last", 0), ("first", -1)):
            left = f"only the {which} share, from {region.name(shares[i].consumer)}, is left"
            at = f"`=` instead of `+=`: at {region.name(v)} {left}"
            edits = {e: 0.0 for j, e in enumerate(shares) if j != i % len(shares)}
            yield Slip(at, above[i] * slopes[i], 1.6, edits)
        yield Slip(f"the shares multiplied, not added: at {region.name(v)}",
                   math.prod(a * p for a, p in pairs), 3.0)  # fmt: skip
        yield Slip(f"the mean of the shares for their sum: at {region.name(v)}",
                   region.true / len(shares), 2.8)  # fmt: skip
        for by in (1, -1):
            text = f"all shares shifted by one step: at {region.name(v)}"
            yield Slip(text, sum(a * p for a, p in zip(above[by:], slopes, strict=False)), 3.2)
            yield Slip(text, sum(a * p for a, p in zip(above, slopes[by:], strict=False)), 3.2)
            turned = above[by:] + above[:by]
            yield Slip(text, sum(a * p for a, p in zip(turned, slopes, strict=True)), 3.4)
        means = list(
            dict.fromkeys(filter(None, map(partial(divisor, region.written), region.edges)))
        )
        for e, a, p in zip(shares, above, slopes, strict=True):
            place = region.place(e)
            for n in means:
                more = region.true + (n - 1) * a * p, region.true + (1 / n - 1) * a * p
                yield Slip(f"a missing mean (factor N = {n}): in the share {place}", more[0], 1.9)
                yield Slip(
                    f"the mean taken twice (factor N = {n}): in the share {place}", more[1], 2.0
                )
            yield Slip(f"counted twice: the share {place}", region.true + a * p, 2.4)
            yield Slip(f"a factor forgotten: the incoming gradient {place}",
                       region.true + p - a * p, 2.3)  # fmt: skip
            yield Slip(f"wrong sign: of the share {number(a * p)} {place}",
                       region.true - 2.0 * a * p, 1.7, {e: -p})  # fmt: skip


def _paths_forgotten(region: Region) -> Iterator[Slip]:
    """Sums that lack some of the paths."""
    v = region.node
    shares: dict[Value, list[Edge]] = {}
    for e in region.edges:
        shares.setdefault(e.input, []).append(e)
    for node in (v, *(x for x in shares if x is not v)):
        parts = shares.get(node, [])
        if len(parts) < 2:
            continue
        for lost in _subsets(len(parts)):
            edits = {parts[i]: 0.0 for i in lost}
            names = ", ".join(region.name(parts[i].consumer) for i in lost)
            cost = 1.7 + 0.2 * len(lost) + 0.3 * (node is not v)
            text = f"a path forgotten: into {region.name(node)} from {names}"
            yield Slip(text, region.with_partials(edits), cost, edits)
        if node is not v:
            for which, e in (("last", parts[-1]), ("first", parts[0])):
                rest = {other: 0.0 for other in parts if other is not e}
                left = f"only the {which} share, from {region.name(e.consumer)}, is left"
                text = f"`=` instead of `+=`: at {region.name(node)} {left}"
                yield Slip(text, region.with_partials(rest), 2.0, rest)
    for e in region.edges:  # a node on the way treated as a constant
        if (
            e.input is not v
            and len(shares.get(e.input, ())) == 1
            and len(region.into[e.consumer]) > 1
        ):
            text = f"a path forgotten: {region.name(e.input)} was treated as a constant"
            yield Slip(text, region.with_partials({e: 0.0}), 1.9, {e: 0.0})
    paths = _paths(region, v, shares)
    for lost in _subsets(len(paths)):
        kept = region.true - sum(paths[i][1] for i in lost)
        names = ", ".join(paths[i][0] for i in lost)
        yield Slip(f"a path forgotten: {names}", kept, 2.3 + 0.2 * len(lost))


def _subsets(n: int) -> Iterator[tuple[int, ...]]:
    """What may be left out of n: fewer first; of more than a few only one at a time."""
    most = n if n <= MOST_PATHS else 2
    return (c for size in range(1, most) for c in combinations(range(n), size))


def _paths(region: Region, v: Value, above: Mapping[Value, list[Edge]]) -> list[tuple[str, float]]:
    """Each path from v upwards: its nodes and its product; none if there are more than a few."""
    open_paths: list[tuple[Value, str, float]] = [(v, region.name(v), 1.0)]
    paths: list[tuple[str, float]] = []
    steps = 0
    while open_paths:
        node, text, product = open_paths.pop()
        for e in above.get(node, ()):
            steps += 1
            further = f"{text} → {region.name(e.consumer)}"
            if e.consumer in region.below:
                open_paths.append((e.consumer, further, product * e.partial))
            if e.consumer not in above:
                paths.append((further, product * e.partial * region.adjoint(e.consumer)))
        if len(paths) + len(open_paths) > MOST_PATHS or steps > 1000:
            return []
    return paths


# --- slips in a step with several edges: inner derivatives, products, quotients ---


def _of_steps(region: Region) -> Iterator[Slip]:
    """Inner derivatives, and composites with several inputs."""
    v, name = region.node, region.name
    for c, parts in region.into.items():
        adjoint = region.adjoint(c)
        slope = sum(e.partial * region.below[e.input] for e in parts)
        if len(parts) > 1 or parts[0].input is not v:  # else it is a local derivative
            inner = f"the inner derivative {number(slope)} of {name(c)} by {name(v)}"
            for kind, there, cost in (
                *((FORGOTTEN, 1.0, 1.9), ("a factor squared", slope * slope, 3.0)),
                ("counted twice", 2.0 * slope, 3.0),
            ):
                yield Slip(f"{kind}: {inner}", region.true + adjoint * (there - slope), cost)
        for e in parts:
            if e.input is not v and e.partial:
                inner = f"the inner derivative {number(region.below[e.input])} {region.place(e)}"
                at_one = region.true + adjoint * e.partial * (1.0 - region.below[e.input])
                yield Slip(f"{FORGOTTEN}: {inner}", at_one, 2.0)
        if parts[0].kind == "softmax":
            yield from _softmax(region, parts)
        if parts[0].kind == "softmax_cross_entropy":
            yield from _scores(region, parts)
    yield from _target(region)


def _of_two_factors(region: Region) -> Iterator[Slip]:
    """The product rule and the quotient rule, where both factors depend on the node."""
    for c, parts in region.into.items():
        if len(parts) != 2 or parts[0].input is parts[1].input:
            continue
        df, dg = (region.below[e.input] for e in parts)
        f, g = (e.input.data for e in parts)
        slope = sum(e.partial * region.below[e.input] for e in parts)
        rules: tuple[tuple[str, float, float], ...] = ()
        if parts[0].kind == "mul":
            rules = (
                ("the product of the derivatives for that of the product: f' g'", df * dg, 1.8),
                ("the inputs of a product not swapped: f f' + g g'", f * df + g * dg, 1.9),
                ("wrong sign: f' g − f g'", df * g - f * dg, 2.0),
                ("wrong sign: f g' − f' g", f * dg - df * g, 2.1),
                ("a wrong rule: f' + g' for the product", df + dg, 2.4),
            )
        elif parts[0].kind == "divide":
            quotient = df / dg if dg else math.nan
            rules = (
                ("a wrong rule: the quotient of the derivatives, f'/g'", quotient, 1.8),
                ("a wrong rule: the quotient rule without the square", slope * g, 1.8),
                ("wrong sign: the quotient rule turned round", -slope, 1.8),
                ("wrong sign: f' g + f g' in the quotient rule", (df * g + f * dg) / (g * g), 1.8),
                ("a factor forgotten: the denominator g²", df * g - f * dg, 2.0),
                ("a wrong rule: the product rule for the quotient", df * g + f * dg, 2.4),
            )
        for text, there, cost in rules:
            found = region.true + region.adjoint(c) * (there - slope)
            yield Slip(f"{text} at {region.name(c)}", found, cost)


def _softmax(region: Region, parts: list[Edge]) -> Iterator[Slip]:
    """The Jacobian y_i (δ_ij − y_j), written wrong in all its entries."""
    scope = parts[0].consumer.scope
    edges = [
        e
        for into in region.written.into.values()
        for e in into
        if e.kind == "softmax" and e.consumer.scope is scope
    ]
    at = f"at {region.name(parts[0].consumer)}"
    for text, form, cost in (
        ("a path forgotten: only y (1 − y), not −y yₖ of the other outputs",
         lambda own, p, y: p if own else 0.0, 1.6),
        ("wrong sign: +y yₖ for −y yₖ", lambda own, p, y: abs(p), 1.8),
        ("the function for its derivative: y for y (1 − y)",
         lambda own, p, y: y if own else 0.0, 2.2),
        ("a wrong rule: y (1 − y) for every entry", lambda own, p, y: y * (1.0 - y), 2.2),
        ("a factor forgotten: −y for −y yₖ", lambda own, p, y: p if own else -y, 2.4),
        ("a factor forgotten: (1 − y) of y (1 − y)", lambda own, p, y: y if own else p, 2.2),
        ("a factor forgotten: y of y (1 − y)", lambda own, p, y: p / y if y else p, 2.2),
        ("a wrong rule: tanh's 1 − y²", lambda own, p, y: 1.0 - y * y if own else 0.0, 2.6),
        ("a wrong rule: the gradient passed on, as by identity",
         lambda own, p, y: float(own), 2.4),
    ):  # fmt: skip
        edits = {e: form(e.partial > 0.0, e.partial, e.consumer.data) for e in edges}  # type: ignore[no-untyped-call]
        yield Slip(f"{text} {at}", region.edited(edits),
                   cost, edits)  # fmt: skip


def _scores(region: Region, parts: list[Edge]) -> Iterator[Slip]:
    """(y − t) / N of softmax with loss, written wrong."""
    c = parts[0].consumer
    n = divisor(region.written, parts[0]) or 1
    for text, form, cost in (
        ("a wrong rule: y (1 − y) once more, times y − t",
         lambda p, y: p * y * (1.0 - y), 2.0),
        ("a wrong rule: −t/y for y − t, that of the loss alone",
         lambda p, y: -1.0 / (n * y) if p < 0.0 and y else 0.0, 2.0),
        ("a wrong rule: log y for y − t", lambda p, y: math.log(y) / n if y > 0.0 else p, 3.0),
    ):  # fmt: skip
        edits = {}
        for e in region.written.into[c]:
            y = n * e.partial + (e.partial < 0.0)
            edits[e] = form(e.partial, y)  # type: ignore[no-untyped-call]
        yield Slip(f"{text} at {region.name(c)}",
                   region.edited(edits), cost, edits)  # fmt: skip


def _target(region: Region) -> Iterator[Slip]:
    """y instead of y - t, where a score goes into softmax with loss, fused or in two steps."""
    text = "a path forgotten: that of the target, y instead of y - t"
    for c, parts in region.into.items():
        if parts[0].kind == "softmax_cross_entropy":
            n = divisor(region.written, parts[0]) or 1
            edits = {e: e.partial + 1.0 / n for e in region.written.into[c] if e.partial < 0.0}
            for e in edits if len(edits) > 1 else ():  # at one row of the batch
                yield Slip(text, region.edited({e: edits[e]}), 2.2, {e: edits[e]})
            yield Slip(text, region.edited(edits), 1.4, edits)
        if parts[0].kind in ("softmax", "sigmoid") and region.true:
            for e in parts:
                if e.input is region.node and (e.kind == "sigmoid" or e.partial > 0.0):
                    divisors = filter(None, map(partial(divisor, region.written), region.edges))
                    for n in {1, *divisors}:
                        yield Slip(text, c.data / n, 2.1)


# --- slips in one edge ---


class Local(NamedTuple):
    """What could stand in the place of one local derivative."""

    kind: str
    detail: str
    number: float
    cost: float
    general: bool = False  # whether the detail is a formula, the same wherever the operation stands


def _one_edge(region: Region) -> Iterator[Slip]:
    for e in region.edges:
        scale = region.adjoint(e.consumer) * region.below[e.input]
        further = 0.03 * min(10, region.steps[e.consumer] - 1)
        place = region.place(e)
        for slip in local(region.written, e):
            text = f"{slip.kind}: {slip.detail} {place}" if slip.detail else f"{slip.kind}: {place}"
            found = region.true + scale * (slip.number - e.partial)
            yield Slip(text, found, slip.cost + further, {e: slip.number})
    if len(region.edges) * len(region.written.order) <= 20_000:
        yield from _another_value(region)


def _everywhere(region: Region) -> Iterator[Slip]:
    """One wrong rule at every use of an operation: told once, before one slip for each."""
    written = region.written
    every = [e for into in written.into.values() for e in into]
    kinds = {e.kind for e in region.edges} - {"softmax", "softmax_cross_entropy", "add", "sub"}
    changed: dict[tuple[str, str, str], tuple[float, dict[Edge, float]]] = {}
    for e in every if len(every) <= MOST_EDGES else region.edges:
        seen: Counter[str] = Counter()
        for slip in local(written, e) if e.kind in kinds else ():
            seen[slip.kind] += 1
            detail = slip.detail if slip.general else ""
            key = (e.kind, slip.kind, detail or str(seen[slip.kind]))
            changed.setdefault(key, (slip.cost, {}))[1][e] = slip.number
    for (kind, slip_kind, detail), (cost, edits) in changed.items():
        if len(edits) > 1 and len(changed) * len(every) <= 2_000_000:
            found = region.edited(edits)
            text = f"{slip_kind}: at every {kind}" + f", {detail}" * (not detail.isdigit())
            yield Slip(text, found, cost - 0.3, edits)


def local(written: Written, e: Edge) -> Iterator[Local]:
    """Each single slip in one local derivative."""
    p, x, y = e.partial, e.input.data, e.consumer.data
    whole = f"the local derivative {number(p)}"
    yield Local(SIGN, f"of {whole}", -p, 1.5)
    n = divisor(written, e)
    if n is not None:
        yield Local(f"a missing mean (factor N = {n})", "the sum differentiated,", p * n, 1.2)
        yield Local(f"the mean taken twice (factor N = {n})", "", p / n, 1.5)
    of_a_mean = 1.0 * (n is not None)
    yield Local(FORGOTTEN, whole, 1.0, 1.9 + of_a_mean)
    yield Local("a factor squared", whole, p * p, 2.6 + of_a_mean)
    if p:
        yield Local("the reciprocal", f"of {whole}", 1.0 / p, 2.3)
    yield Local("counted twice", whole, 2.0 * p, 2.9)
    yield Local("a path forgotten", "treated as a constant,", 0.0, 2.4)
    if e.kind == "mul":
        swapped = f"{number(x)} (itself) for {number(p)} (its partner)"
        yield Local("the inputs of a product not swapped", swapped, x, 1.6)
        yield Local(BELONGS, f"{number(y)} for {number(p)}", y, 2.5)
        if x:
            yield Local("divided, not multiplied", "", p / x, 3.2)
        yield Local("the sum of the factors for the other one", "", x + p, 3.2)
        yield Local("integrated instead", "", p * x * x / 2.0, 3.0)
    elif e.kind == "sub":
        return
    elif e.kind == "add":
        other = e.consumer.inputs[1 - e.slot]
        yield Local("the derivative of mul for that of add", "", other.data, 2.3)
        if other.is_literal and other.data:
            kept = f"{number(other.data)} kept"
            yield Local("the derivative of a constant is 0", kept, 1.0 + other.data, 3.0)
            yield Local("the derivative of a constant is 0, not 1", "", 2.0, 3.2)
        yield Local("½ for 1", "", 0.5, 3.4)
    else:
        yield from _of_a_rule(written, e)


def _of_a_rule(written: Written, e: Edge) -> Iterator[Local]:
    """Slips in the rule of a function: in its factors, its formula, the numbers put into it."""
    p, c = e.partial, e.consumer
    x, y = e.input.data, c.data
    o = c.inputs[1 - e.slot].data if e.kind == c.op and len(c.inputs) == 2 else 0.0
    form = FORMS.get((e.kind, e.slot), ())
    numbers = _numbers(form, x, y, o)
    formula = " ".join(f.text for f in form)
    for i, factor in enumerate(numbers if len(numbers) > 1 else ()):
        if factor != -1.0:
            rest = math.prod(numbers[:i] + numbers[i + 1 :])
            what = f"{form[i].text} of {formula}"
            yield Local(FORGOTTEN, what, rest, 1.7, True)
            yield Local("a factor squared", what, p * factor, 2.3, True)
    if e.kind == "power" and x and e.slot == 0:
        yield Local(FORGOTTEN, f"one {number(x)} of {number(p)}", p / x, 2.1)
    for wrong in WRONG.get((e.kind, e.slot)) or WRONG.get((e.kind, 0), ()):
        for there in _numbers((Factor("", wrong.at),), x, y, o):
            yield Local(wrong.slip, wrong.text, there, wrong.cost, True)
    yield Local(FUNCTION, f"{number(y)} for {number(p)}", y, 2.4)
    yield Local(BELONGS, f"{number(y)} for {number(x)}", _derivative_at(e, o, y, None), 2.2)
    yield Local(BELONGS, f"{number(y)} for {number(x)}", _derivative_at(e, o, y, y), 2.2)
    reverse = "the input used where the output belongs"
    yield Local(reverse, f"{number(x)} for {number(y)}", _derivative_at(e, o, x, x), 2.2)
    inner = list(e.input.inputs)
    if e.input in written.inside:
        inner = written.inside[e.input][1][:3]
    for u in inner:
        if not u.is_literal:
            text = "the inner function's input used where its output belongs"
            at_u = _derivative_at(e, o, u.data, None)
            yield Local(text, f"{number(u.data)} for {number(x)}", at_u, 1.9)
    for (other, slot), factors in FORMS.items():
        if other == e.kind or slot or other in ("power", "divide"):
            continue
        cost = 2.0 if {other, e.kind} in ALIKE else 5.0 if other in COINCIDENT else 3.6
        text = f"the derivative of {other} for that of {e.kind}"
        for there in {_function(other, x), *[y] * (other in ("sigmoid", "tanh", "exp"))}:
            found = _numbers(factors, x, there, 0.0)
            if found:
                yield Local(text, "", math.prod(found), cost)


def _derivative_at(e: Edge, o: float, x: float, y: float | None) -> float:
    """The local derivative as it would be at other numbers; NaN where there is none."""
    form = FORMS.get((e.kind, e.slot))
    try:
        if form is not None:
            there = _function(e.kind, x) if y is None else y
            if e.kind == "power" and y is None:
                there = x**o if e.slot == 0 else o**x
            numbers = _numbers(form, x, there, o)
            return math.prod(numbers) if numbers else math.nan
        if e.kind == e.consumer.op:
            primitive = e.consumer.primitive
            others = [o, o]
            others[e.slot] = x
            arguments = others[: len(e.consumer.inputs)]
            there = primitive.forward(*arguments) if y is None else y
            return float(primitive.partials[e.slot](*arguments, there))
    except (*ARITHMETIC, TypeError):
        pass  # not defined there: no candidate
    return math.nan


def _function(kind: str, x: float) -> float:
    """The function of that name at x; NaN where it is not defined or takes more than x."""
    try:
        return float(getattr(functions, kind)(x))
    except (*ARITHMETIC, AttributeError, TypeError):
        return math.nan


def _numbers(factors: Iterable[Factor], x: float, y: float, o: float) -> tuple[float, ...]:
    """The factors at these numbers; none where they are not defined."""
    try:
        found = tuple(f.at(x, y, o) for f in factors)
    except ARITHMETIC:
        return ()
    real = all(isinstance(f, float) and math.isfinite(f) for f in found)
    return found if real else ()


# --- numbers taken from elsewhere in the graph ---


def _another_node(region: Region) -> Iterator[Slip]:
    """The gradient, or the value, of another node; a factor from there."""
    v, written = region.node, region.written
    stem = (v.label or "").partition("[")[0]
    nodes = [u for u in written.order if u is not v and not u.is_literal]
    for u in nodes if len(nodes) <= 20 * MOST_EDGES else ():
        alike = bool(stem) and u.label is not None and u.label.partition("[")[0] == stem
        partner = any(u in e.consumer.inputs for e in region.shares)
        known = u.label is not None or u in region.given
        cost = 2.2 if alike else 2.7 if partner else 3.3 if known else 4.4
        slope = region.adjoint(u)
        for found in {slope, region.exact.get(u, 0.0)}:
            yield Slip(f"the gradient of another node: that of {region.name(u)}", found, cost)
        if alike or partner:
            yield Slip(
                f"the value of another node for the gradient: {region.name(u)}", u.data, cost + 1.4
            )
            text = f"wrong sign: and the gradient of another node, {region.name(u)}"
            yield Slip(text, -slope, cost + 1.6)
        else:
            yield Slip(f"the value of another node for the gradient: {region.name(u)}", u.data, 5.0)
    if len(region.shares) == 1 and len(nodes) <= MOST_EDGES:
        (e,) = region.shares
        for u in nodes:
            text = f"another node's gradient as the incoming one: that of {region.name(u)}"
            cost = 3.0 if u.op == e.consumer.op else 3.7
            yield Slip(text, region.adjoint(u) * e.partial, cost)
            if e.kind == "mul":
                for w in nodes if len(nodes) <= 60 else ():
                    pair = f"{region.name(u)}, {region.name(w)}"
                    text = f"another's gradient times another's value: {pair}"
                    yield Slip(text, region.adjoint(u) * w.data, 5.2)
    elif len(region.shares) * len(nodes) <= 20_000:
        for e in region.shares:
            for u in nodes:
                text = f"another node's gradient as the incoming one: that of {region.name(u)}"
                change = (region.adjoint(u) - region.adjoint(e.consumer)) * e.partial
                yield Slip(text, region.true + change, 4.0)


def _another_value(region: Region) -> Iterator[Slip]:
    """Another node's value in a factor of a product, a copied neighbour or a wrong index."""
    nodes = [u for u in region.written.order if not u.is_literal or u.data not in (0.0, 1.0, -1.0)]
    for e in region.edges:
        if e.kind in ("add", "sub"):
            continue
        scale = region.adjoint(e.consumer) * region.below[e.input]
        partner = e.consumer.inputs[1 - e.slot] if e.kind == "mul" else None
        stem = (partner.label or "").partition("[")[0] if partner is not None else ""
        for u in nodes:
            alike = bool(stem) and (u.label or "").partition("[")[0] == stem
            for values, of, extra in ((u.data, "value", 0.0), (region.adjoint(u), "gradient", 0.6)):
                cost = (2.4 if alike else 3.6 if u.label else 4.3) + extra
                text = f"another node's {of} as a factor: {region.name(u)} {region.place(e)}"
                yield Slip(text, region.true + scale * (values - e.partial), cost, {e: values})


def _ratios(region: Region) -> Iterator[Slip]:
    """A simple factor that is forgotten or added, in the whole or in one share."""
    literals = {number(v.data): abs(v.data) for v in region.written.order if v.is_literal}
    factors = CONSTANTS | dict(list(literals.items())[:50])
    parts = [(e, region.adjoint(e.consumer) * e.partial) for e in region.shares[:20]]
    for text, r in factors.items():
        if r in (0.0, 1.0):
            continue
        cost = 2.9 if text in literals else 3.1
        for times, how in ((r, "too much"), (1.0 / r, "forgotten")):
            yield Slip(f"a factor {text} {how}", region.true * times, cost)
            yield Slip(f"a factor {text} {how}, and a wrong sign", -region.true * times, cost + 1.5)
            for e, share in parts if len(parts) > 1 else ():
                at = f"a factor {text} {how}: {region.place(e)}"
                yield Slip(
                    at, region.true + share * (times - 1.0), cost + 0.6, {e: e.partial * times}
                )
    if region.node in region.written.uses:
        for c in literals.values():
            yield Slip(
                f"the derivative of a constant is 0: {number(c)} was kept", region.true + c, 3.4
            )
        yield Slip("the derivative of a constant is 0, not 1", region.true + 1.0, 3.6)


# --- the likeliest of them ---


def likeliest(
    written: Callable[[int], Written],
    given: Mapping[Value, float],
    wrong: list[Value],
    fits: Callable[[Value, float, float], bool],
    most: int | None,
) -> tuple[list[str], str]:
    """So many slips that explain the first of the wrong numbers, the likeliest first; with None
    every one, coincidences too; and in words what was left out.

    `written(level)` is the graph with fewer and fewer steps as wholes; `fits(v, given, expected)`
    says whether a number is another.  Each line is at most so wide that it fits a page.
    """
    v, number_given = wrong[0], given[wrong[0]]
    found: dict[str, tuple[float, Slip]] = {}
    left_out = ""
    for level in range(3):
        graph = written(level)
        if level and len(graph.order) == len(written(level - 1).order):
            break
        if v not in graph.into and v not in graph.uses:
            break
        region = Region(graph, given, v)
        if region.left_out:
            left_out = f"{region.left_out:,} derivatives further up were not tried"
        for slip in candidates(region):
            if (
                math.isfinite(slip.number)
                and fits(v, number_given, slip.number)
                and not fits(v, region.true, slip.number)
                and slip.text not in found
            ):
                score = slip.cost + 0.8 * level + _elsewhere(graph, given, wrong, slip, fits)
                found[slip.text] = score, slip
        if found and min(score for score, _ in found.values()) < 3.0:
            break
    first, rest = _brief(sorted(found.values(), key=lambda pair: pair[0]))
    shown = first[:most] if most is not None else first + rest
    return [s if len(s) <= WIDTH - 13 else s[: WIDTH - 14] + "…" for s in shown], left_out


def _brief(likely: list[tuple[float, Slip]]) -> tuple[list[str], list[str]]:
    """One of each kind, coincidences left out; then those, and more places for each kind."""
    kinds: dict[str, list[str]] = {}
    first: list[str] = []
    rest: list[str] = []
    for score, slip in likely:
        places = kinds.setdefault(slip.kind, [])
        if len(places) < 3 and slip.kind not in places and (slip.text != slip.kind or not places):
            near = not places and score < likely[0][0] + COINCIDENCE
            (first if near else rest).append(slip.text)
            places.append(slip.text)
    return first, rest


def _elsewhere(
    graph: Written,
    given: Mapping[Value, float],
    wrong: list[Value],
    slip: Slip,
    fits: Callable[[Value, float, float], bool],
) -> float:
    """How much likelier a slip is for the other wrong numbers that it explains; and for those that
    are right though it would have spoilt them, how much less.
    """
    if slip.edits is None:
        return 0.0
    before, after = graph.sweep(given), graph.sweep(given, slip.edits)
    first = wrong[0]
    gain = 0.0
    for v in given:
        if v is first or v not in after or fits(v, before[v], after[v]):
            continue
        gain += -0.8 if v in wrong and fits(v, given[v], after[v]) else 0.6
    return max(-1.6, min(2.0, gain))


# --- the shares of a graph, for exercises ---


class Shares:
    """The shares that the gradients of a graph are sums of, each with the slips that spoil it."""

    def __init__(self, y: Value) -> None:
        from autograd.checks.rounding import adjoints

        self.found = adjoints(y)
        self.written = Written(list(self.found), y, self.found)
        self.regions: dict[Value, Region] = {}

    def rounded(self, v: Value, share: float) -> float:
        """The share of v's gradient, 0 where it is what rounding has left of the others."""
        return 0.0 if abs(share) <= ROUNDING * self.found[v][1] else share

    def region(self, v: Value) -> Region:
        """What lies above a node."""
        if v not in self.regions:
            self.regions[v] = Region(self.written, {}, v)
        return self.regions[v]

    def wrong(
        self,
        share: float,
        consumer: Value | None = None,
        v: Value | None = None,
        kind: str = "",
        slot: int = 0,
        partial: float = 0.0,
    ) -> list[tuple[str, float]]:
        """Single slips in a number, with what they lead to, the likeliest first.

        In the share that v has from this use; with v alone, in its whole gradient; else in any
        number at all.
        """
        told = [Slip(SIGN, -share, 1.0)]
        if share:
            told.append(Slip("the reciprocal", 1.0 / share, 4.0))
        if v is not None and consumer is None:
            told += candidates(self.region(v))
        if v is not None and consumer is not None:
            adjoint = self.found[consumer][0]
            told.append(Slip("a factor forgotten: the incoming gradient", partial, 1.5))
            told.append(Slip("a factor squared: the incoming gradient", adjoint**2 * partial, 3.0))
            told.append(Slip("the incoming gradient alone", adjoint, 1.9))
            use = Edge(consumer, v, kind, slot, partial)
            told += [
                Slip(
                    f"{slip.kind}: {slip.detail}".removesuffix(": "),
                    adjoint * slip.number,
                    slip.cost,
                )
                for slip in local(self.written, use)
            ]
            told += [
                Slip(f"{slip.text}, further up", slip.number * partial, slip.cost + 1.0)
                for slip in candidates(self.region(consumer))
            ]
        chosen: dict[str, dict[str, tuple[str, float]]] = {}
        for slip in sorted(told, key=lambda slip: slip.cost):  # three kinds for a number are enough
            kinds = chosen.setdefault(f"{slip.number:.9g}", {})
            if slip.kind not in kinds and len(kinds) < 3:
                kinds[slip.kind] = slip.text, slip.number
        return [pair for kinds in chosen.values() for pair in kinds.values()]


def listed(texts: Iterable[str], before: str = "") -> str:
    """The texts on one line after what stands before, those that do not fit counted."""
    texts = list(texts)
    line = before
    for i, text in enumerate(texts):
        further = f"{line}{', ' * (i > 0)}{text}"
        if i and len(further) > WIDTH - 16 * (i < len(texts) - 1):
            return f"{line} and {len(texts) - i} more"
        line = further
    return line


def signed(x: float) -> str:
    """The number, in brackets where it has a sign."""
    return f"({full_number(x)})" if x < 0.0 else full_number(x)
