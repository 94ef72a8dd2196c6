"""Slips in sums over paths: some of the paths, or of the shares of a node on the way, are lacking.

Invariant: subsets are tried of few paths only; of many only one path at a time.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from autograd.checks.region import Region, Slip
from autograd.checks.written import Edge
from autograd.core.value import Value

MOST_PATHS = 10  # whose subsets are tried: 2^10 sums


def paths_forgotten(region: Region, below: float) -> Iterator[Slip]:
    """Sums that lack some of the paths; those from the cost `below` on need not come."""
    v = region.node
    shares: dict[Value, list[Edge]] = {}
    for e in region.edges:
        shares.setdefault(e.input, []).append(e)
    for node in (v, *(x for x in shares if x is not v)):
        parts = shares.get(node, [])
        if len(parts) < 2:
            continue
        for lost in _subsets(len(parts)):
            cost = 1.7 + 0.2 * len(lost) + 0.3 * (node is not v)
            if cost >= below:
                break
            edits = {parts[i]: 0.0 for i in lost}
            names = ", ".join(region.name(parts[i].consumer) for i in lost)
            text = f"a path forgotten: into {region.name(node)} from {names}"
            yield region.slip(text, edits, cost)
        if node is not v:
            for which, e in (("last", parts[-1]), ("first", parts[0])):
                rest = {other: 0.0 for other in parts if other is not e}
                left = f"only the {which} share, from {region.name(e.consumer)}, is left"
                text = f"`=` instead of `+=`: at {region.name(node)} {left}"
                yield region.slip(text, rest, 2.0)
    for e in region.edges:  # a node on the way treated as a constant
        alone = len(shares.get(e.input, ())) == 1
        if e.input is not v and alone and len(region.into[e.consumer]) > 1:
            text = f"a path forgotten: {region.name(e.input)} was treated as a constant"
            yield region.slip(text, {e: 0.0}, 1.9)
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
