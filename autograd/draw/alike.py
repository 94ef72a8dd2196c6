"""What is alike, and more than a few: drawn as its first ones, "… 56 more", and its last.

Invariant: units are alike if they are computed in the same way, with all that only they use, and go
to the same places; so what is shown of a group tells what the rest of it does.  The rest is one
unit, and an edge of it has the numbers that are true of all together, or says how many there are.
"""

import math
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.text import clean

MANY = 10  # units that are alike and all drawn
FIRST, LAST = 2, 1  # of more than those


@dataclass(frozen=True, slots=True)
class Rest:
    """What of a group is not drawn one by one: its members, and the ids of all their units."""

    members: tuple[str, ...]
    units: frozenset[str]


def rests(
    heads: Mapping[str, Sequence[str]], looks: Mapping[str, Hashable], wanted: Callable[[str], bool]
) -> list[Rest]:
    """What need not be drawn, of units that go to `heads` and look like `looks`; no two overlap.

    `wanted` says of the first member whether it is to be left out, and the rest with it.
    """
    try:
        outputs_first = list(TopologicalSorter(heads).static_order())
    except CycleError:  # a transform inside a composite records outside it
        return []
    above: dict[str | None, str | None] = {}  # where all ways from a unit to the outputs meet first
    depth: dict[str | None, int] = {None: 0}

    def meet(a: str | None, b: str | None) -> str | None:
        while a != b:
            if depth[a] < depth[b]:
                a, b = b, a
            a = above[a]
        return a

    for unit in outputs_first:
        farthest_first = sorted(heads[unit], key=lambda head: -depth[head])  # no way is gone twice
        found: str | None = farthest_first[0] if farthest_first else None
        for head in farthest_first:
            found = meet(found, head)
        above[unit], depth[unit] = found, 1 + depth[found]
    below: dict[str | None, list[str]] = {None: [], **{unit: [] for unit in heads}}
    for unit in heads:
        below[above[unit]].append(unit)
    numbers: dict[Hashable, int] = {}
    kinds: dict[str, int] = {}  # equal for units that are computed in the same way
    for unit in reversed(outputs_first):
        kind = (looks[unit], *(kinds[inner] for inner in below[unit]))
        kinds[unit] = numbers.setdefault(kind, len(numbers))

    def ends(unit: str, tops: dict[str | None, str | None]) -> frozenset[str | None]:
        """Where a unit goes, as seen from the place where its ways meet; `tops` remembers."""
        place = above[unit]
        for end in heads[unit]:
            way: list[str | None] = []
            head: str | None = end
            while head not in tops:
                way.append(head)
                if head == place or above[head] == place:
                    tops[head] = head
                else:
                    head = above[head]
            tops.update(dict.fromkeys(way, tops[head]))
        return frozenset(tops[head] for head in heads[unit])

    left_out: list[Rest] = []
    gone: set[str] = set()
    for place in (None, *outputs_first):
        alike: dict[int, list[str]] = {}
        tops: dict[str | None, str | None] = {}
        for unit in below[place] if place not in gone else ():
            alike.setdefault(kinds[unit], []).append(unit)
        for units in alike.values():
            groups: dict[frozenset[str | None], list[str]] = {}
            for unit in units if len(units) > MANY else ():
                groups.setdefault(ends(unit, tops), []).append(unit)
            for group in groups.values():
                rest = group[FIRST:-LAST]
                if len(group) > MANY and wanted(rest[0]):
                    inner = frozenset(_all_below(rest, below))
                    gone |= inner
                    left_out.append(Rest(tuple(rest), inner))
    return left_out


def _all_below(units: Sequence[str], below: Mapping[str | None, list[str]]) -> Iterator[str]:
    """The units and those that only they use."""
    open = list(units)
    while open:
        unit = open.pop()
        yield unit
        open += below[unit]


def with_few(figure: Figure, left_out: Mapping[str, Rest]) -> Figure:
    """The figure with each of these, by its id, as one unit."""
    if not left_out:
        return figure
    of = {unit: id for id, rest in left_out.items() for unit in rest.units}
    parents = {box.id: box.parent for box in figure.boxes}
    units = {unit.id: unit for unit in figure.nodes}
    more = {id: _more(id, rest, units, parents) for id, rest in left_out.items()}
    nodes = list(dict.fromkeys(more[of[u.id]] if u.id in of else u for u in figure.nodes))
    boxes = {node.id: node.box for node in nodes}
    results: dict[str, set[int]] = {}
    for edge in figure.edges:
        results.setdefault(edge.tail, set()).add(edge.source)

    def adds(unit: Unit) -> bool:
        """Whether a unit is a sum of all that goes in."""
        inside = unit.values if unit.kind in ("operator", "composite") else ()
        return len(results.get(unit.id, ())) == 1 and all(
            figure.recorded[i].op == "add" for i in inside
        )

    merged: dict[tuple[object, ...], list[Edge]] = {}
    for edge in figure.edges:
        tail, head = of.get(edge.tail, edge.tail), of.get(edge.head, edge.head)
        if tail != head:
            one = head in more or units[head].kind == "composite" or len(units[head].values) > 1
            source = None if tail in more else edge.source
            key = (tail, head, source) if one else (edge.id,)
            merged.setdefault(key, []).append(replace(edge, tail=tail, head=head))
    edges = []
    for group in merged.values():
        edge = group[0]
        if edge.tail in more or edge.head in more:
            summed = edge.head in units and adds(units[edge.head])
            edge = _together(group, summed and edge.tail in more)
            edge = replace(edge, box=_common(boxes[edge.tail], boxes[edge.head], parents))
        edges.append(edge)
    inhabited = set()
    for box in boxes.values():
        inhabited.update(_around(box, parents))
    kept = tuple(box for box in figure.boxes if box.id in inhabited)
    return replace(figure, nodes=tuple(nodes), edges=tuple(edges), boxes=kept)


def _more(
    id: str, rest: Rest, units: Mapping[str, Unit], parents: Mapping[str, str | None]
) -> Unit:
    """The unit that stands for the rest of a group."""
    members = [units[member] for member in rest.members]
    box = members[0].box
    for member in members:
        box = _common(box, member.box, parents)
    note = "like these"
    first, last = members[0].label, members[-1].label
    if first and last and members[0].kind == "leaf":
        note = f"{clean(first)} … {clean(last)}"
    inside = sorted(i for unit in rest.units for i in units[unit].values)
    return Unit(id, "more", f"… {len(members):,} more", None, tuple(inside), box, (note,))


def _together(group: list[Edge], summed: bool) -> Edge:
    """Several edges as one.  `summed`: what flows in them goes into one sum."""
    edge = group[0]
    shares = [each.gradient for each in group]
    sources = list(dict.fromkeys(each.source for each in group))
    uses = tuple(use for each in group for use in each.uses)
    box, main = edge.box, any(each.main for each in group)
    edge = replace(edge, uses=uses, partial=None, box=box, main=main)
    if len(sources) == 1:
        known = [share for share in shares if share is not None]
        share = math.fsum(known) if len(known) == len(shares) else None
        return replace(edge, gradient=share)
    edge = replace(edge, others=tuple(sources[1:]), name=None, total=None)
    if summed and len(uses) == len(sources) and len(set(shares)) == 1:
        return replace(edge, value=math.fsum(each.value or 0.0 for each in group), partial=1.0)
    return replace(edge, value=None, gradient=None)


def _around(box: str | None, parents: Mapping[str, str | None]) -> list[str]:
    """A box and those around it, the innermost first."""
    found = []
    while box is not None:
        found.append(box)
        box = parents[box]
    return found


def _common(a: str | None, b: str | None, parents: Mapping[str, str | None]) -> str | None:
    """The innermost box around both."""
    around = _around(b, parents)
    return next((box for box in _around(a, parents) if box in around), None)
