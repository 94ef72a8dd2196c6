"""The catalogue of slips: each single one in a gradient, with the number that it leads to.

Invariant: a candidate is the gradient that follows from the numbers given above, with one changed
term; what is searched is bounded, whatever the graph.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator
from functools import partial
from typing import Any, NamedTuple

from autograd.checks.elsewhere import another_node, another_value
from autograd.checks.forms import INTEGRAL, NOUNS
from autograd.checks.local import STEP, Local, local
from autograd.checks.paths import paths_forgotten
from autograd.checks.region import MOST_EDGES, Region, Slip, number
from autograd.checks.rounding import near
from autograd.checks.several import of_steps, of_two_factors
from autograd.checks.written import Edge, Written

CONSTANTS = {  # factors that are forgotten, or put where there is none
    "2": 2.0, "ln 2": math.log(2.0), "ln 10": math.log(10.0), "π/180": math.pi / 180.0,
    "3": 3.0, "π": math.pi, "10": 10.0, "100": 100.0, "4": 4.0,
}  # fmt: skip


def candidates(region: Region, below: float = math.inf) -> Iterator[Slip]:
    """Every single slip in the gradient of the region's node, and the number that it leads to.

    Those from the cost `below` on are left out, most of them unmade: in a large graph they are
    most of the work.
    """
    return (slip for slip in _catalogue(region, below) if slip.cost < below)


def _catalogue(region: Region, below: float) -> Iterator[Slip]:
    yield from _of_the_number(region)
    yield from _shares(region)
    yield from paths_forgotten(region, below)
    yield from of_steps(region)
    yield from _one_edge(region, below)
    yield from of_two_factors(region)
    if region.given:  # a rule for the whole may have been taken though the parts were given
        whole = Region(region.written, {}, region.node)
        if near(whole.true, region.true, 1e-9, 0.0):
            for slip in of_two_factors(whole):
                yield slip._replace(cost=slip.cost + 0.3)
    yield from _everywhere(region, below)
    yield from another_node(region, below)
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
        for n, power in ((2, "²"), (3, "³")):
            more = f"an exponent wrong: a factor {region.name(v)}{power}"
            yield Slip(f"{more} too much", true * v.data**n, 4.4)
            yield Slip(f"{more} forgotten", true / v.data**n, 4.4)
    for n in region.means:
        yield Slip(f"a missing mean: not divided by N = {n}", true * n, 1.3)
        yield Slip(f"the mean taken twice: divided by N = {n} again", true / n, 1.6)
        yield Slip(f"the mean over N − 1 (N = {n})", true * n / (n - 1), 2.5)
        yield Slip(f"the mean over N + 1 (N = {n})", true * n / (n + 1), 3.5)
    yield Slip("counted twice: the whole gradient", 2.0 * true, 2.4)
    yield Slip("a factor 2: half of the gradient", 0.5 * true, 2.6)
    if v.label is not None or v.op is None:
        yield Slip("1 for the gradient", 1.0, 4.8)


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
        integrals = [
            [slip.number for slip in _local(region.written, e) if slip.kind == INTEGRAL]
            for e in shares
        ]
        if all(integrals):
            edits = {e: numbers[0] for e, numbers in zip(shares, integrals, strict=True)}
            yield region.slip_in_many(f"{INTEGRAL}: every share", edits, 2.6)
        for by in (1, -1) if len(set(above)) > 1 and len(set(slopes)) > 1 else ():
            text = f"all shares shifted by one step: at {region.name(v)}"
            yield Slip(text, sum(a * p for a, p in zip(above[by:], slopes, strict=False)), 3.2)
            yield Slip(text, sum(a * p for a, p in zip(above, slopes[by:], strict=False)), 3.2)
            turned = above[by:] + above[:by]
            yield Slip(text, sum(a * p for a, p in zip(turned, slopes, strict=True)), 3.4)
        for e, a, p in zip(shares, above, slopes, strict=True):
            place, true = region.place(e), region.true
            for n in region.means:
                text = f"a missing mean: not divided by N = {n}, in the share {place}"
                yield Slip(text, true + (n - 1) * a * p, 1.9)
                text = f"the mean taken twice: divided by N = {n} again, in the share {place}"
                yield Slip(text, true + (1 / n - 1) * a * p, 2.0)
            yield Slip(f"counted twice: the share {place}", true + a * p, 2.4)
            yield Slip(f"a factor forgotten: the incoming gradient {place}", true + p - a * p, 2.3)
            text = f"wrong sign: of the share {number(a * p)} {place}"
            yield Slip(text, true - 2.0 * a * p, 1.7, {e: -p})


# --- one edge, and one rule everywhere ---


def _one_edge(region: Region, below: float) -> Iterator[Slip]:
    for e in region.edges:
        scale = region.adjoint(e.consumer) * region.below[e.input]
        further = 0.03 * min(10, region.steps[e.consumer] - 1)
        place = region.place(e)
        for slip in _local(region.written, e):
            if slip.cost + further >= below:
                continue
            text = f"{slip.kind}: {slip.detail} {place}" if slip.detail else f"{slip.kind}: {place}"
            found = region.true + scale * (slip.number - e.partial)
            edits = {e: slip.number}
            if e.kind in ("maximum", "minimum") and slip.kind.endswith("wrong input"):
                edits |= {o: o.partial - slip.number + e.partial
                          for o in region.written.into[e.consumer] if o is not e}  # fmt: skip
            yield Slip(text, found, slip.cost + further, edits)
    if len(region.edges) * len(region.written.order) <= 20_000:
        yield from another_value(region, below)


class _Change(NamedTuple):
    """One slip at every use of an operation that it is for."""

    first: tuple[int, int]  # where it is met first: the place of an edge, and of a slip there
    kind: str
    slip: str
    detail: str
    cost: float
    edits: dict[Edge, float]


def _everywhere(region: Region, below: float) -> Iterator[Slip]:
    """One wrong rule at every use of an operation: told once, before one slip for each."""
    written = region.written
    uses = Counter(e.kind for e in region.edges)
    every = _kept(written, "edges", lambda: [e for into in written.into.values() for e in into])
    found: list[_Change] = []
    for kind in uses.keys() - {"softmax", "softmax_cross_entropy", "add", "sub"}:
        once = uses[kind] == 1
        if len(every) <= MOST_EDGES:
            work = partial(_changes, written, every, kind, once)
            found += _kept(written, (kind, once), work)
        else:
            found += _changes(written, region.edges, kind, once)
    for change in sorted(found, key=lambda change: change.first):
        edits, cost = change.edits, change.cost - 0.3
        if len(edits) > 1 and cost < below and len(found) * len(every) <= 2_000_000:
            places = {e.consumer for e in edits}
            noun = NOUNS.get(change.kind, change.kind)
            at = f"every {noun}" if len(places) > 1 else region.name(places.pop())
            text = f"{change.slip}: at {at}" + f", {change.detail}" * (not change.detail.isdigit())
            yield Slip(text, region.edited(edits), cost, edits)


def _changes(written: Written, edges: Collection[Edge], kind: str, once: bool) -> list[_Change]:
    """The slips at every use of an operation, which is `once` on the way from a node."""
    changed: dict[tuple[str, str], _Change] = {}
    for i, e in enumerate(edges):
        seen: Counter[str] = Counter()
        for j, slip in enumerate(_local(written, e) if e.kind == kind else ()):
            seen[slip.kind] += 1
            detail = slip.detail if slip.general or (once and slip.kind == STEP) else ""
            key = (slip.kind, detail or str(seen[slip.kind]))
            change = _Change((i, j), kind, *key, slip.cost, {})
            changed.setdefault(key, change).edits[e] = slip.number
    return list(changed.values())


def _local(written: Written, e: Edge) -> list[Local]:
    """The slips in one local derivative, which many nodes below it ask for."""
    found: list[Local] = _kept(written, e, lambda: list(local(written, e)))
    return found


def _kept(written: Written, name: Hashable, work: Callable[[], Any]) -> Any:
    """What is worked out of a graph once."""
    if name not in written.kept:
        written.kept[name] = work()
    return written.kept[name]


def _ratios(region: Region) -> Iterator[Slip]:
    """A simple factor that is forgotten or added, in the whole or in one share."""
    constants = dict.fromkeys(v.data for v in region.written.order if v.is_literal)
    literals = {number(abs(c)): abs(c) for c in list(constants)[:50]}
    factors = CONSTANTS | literals
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
                found = region.true + share * (times - 1.0)
                yield Slip(at, found, cost + 0.6, {e: e.partial * times})
    if region.node in region.written.uses:
        for c in constants:
            kept = f"the derivative of a constant is 0: {number(c)} was kept"
            yield Slip(kept, region.true + c, 3.4)
        yield Slip("the derivative of a constant is 0, not 1", region.true + 1.0, 3.6)
