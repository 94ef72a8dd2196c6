"""The figure: what a picture of a graph shows, before any format is chosen.

Invariants.  A figure is frozen, in an order that depends on the graph alone, and made without
recursion.  Ids say what was recorded: with i the place of a node in `inputs_first(*outputs)` and k
that of a composite among those that are met in this order, `n{i}` is a leaf or an operator, `c{k}`
a folded composite, `b{k}` the box of an open one, `o{j}` the end of output j, `e{i}_{s}` the edge
into input s of node i, `eo{j}` the edge to output j.  So an element has the same id however much is
folded.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograd.core.context import Scope
from autograd.core.graph import pull
from autograd.core.value import Value
from autograd.draw.fold import rules
from autograd.draw.recorded import Recorded, Written, labels
from autograd.draw.text import printed

LIMIT = 1000  # drawn nodes above which no picture is made: some 0.6 s of layout
REACH = 10_000  # the same for the sum of the edges' lengths, in ranks: some 1.5 s, growing faster

Use = tuple[Value, int]  # a consumer and the slot of its input
Path = tuple[Scope, ...]  # open composites, outermost first


@dataclass(frozen=True, slots=True)
class Unit:
    """A leaf, an operator (literals folded into it), a folded composite, or an output's end."""

    id: str
    kind: str  # "leaf" "operator" "composite" "output"
    text: str  # what is written in it: a name, a number, a symbol
    label: str | None  # the user's name for it
    values: tuple[int, ...]  # the recorded nodes it stands for
    box: str | None = None  # the innermost open composite around it
    derivative: str = ""  # of a composite: "y (1 − y)"
    total: float | None = None  # of a leaf that is used more than once: its own gradient


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of a recorded node: its number forward, and this use's share of its gradient."""

    id: str
    tail: str
    head: str
    source: int  # the recorded node whose number flows here
    uses: tuple[tuple[int, int], ...]  # (consumer, input slot): the share is the sum over these
    value: float
    gradient: float | None  # sum of the consumers' gradients x partials; None without a sweep
    partial: float | None  # d(head)/d(tail); None where it is no number or the head has many values
    name: str | None  # the label of an inner node
    total: float | None  # where the source is used more than once: the sum of its shares
    box: str | None
    main: bool  # on the longest path, which is drawn straight


@dataclass(frozen=True, slots=True)
class Box:
    """An open composite."""

    id: str
    name: str
    formula: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """All that is drawn.  `recorded` are the nodes that the indices in it mean."""

    recorded: tuple[Value, ...]
    nodes: tuple[Unit, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]

    @property
    def main(self) -> set[str]:
        """The ids of the nodes on the longest path."""
        return {id for edge in self.edges if edge.main for id in (edge.tail, edge.head)}


def figure(
    outputs: list[Value],
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    precision: int = 4,
    limit: int = LIMIT,
    reach: int = REACH,
) -> Figure:
    """The figure of a graph.  ValueError where it would be too large to lay out."""
    graph = Recorded(outputs, labels(names))
    for rule, most in rules(fold, graph.paths, limit):
        owners = {scope: None if scope is None else rule(scope) for scope in graph.paths}
        written = _written(graph, owners, precision, most)
        if written is not None:
            found = _Assembly(graph, owners, written).figure()
            if _reach(found) <= reach and len(found.boxes) <= most // 2:
                return found
    raise ValueError(
        f"the picture would have more than {limit} nodes, or edges too long to follow: "
        "fold its composites (fold=True; named_scope makes one), or draw a part: an inner "
        "node, a smaller example, one row of the batch"
    )


def _written(
    graph: Recorded, owners: dict[Scope | None, Scope | None], precision: int, limit: int
) -> dict[Value, Written] | None:
    """What is written in each node that is not hidden, in order; None if there are too many."""
    needed = set(graph.outputs)
    keys: set[Any] = set()
    found: dict[Value, Written] = {}
    for v in reversed(graph.order):
        if v not in needed:
            continue
        owner = owners[v.scope]
        keys.add(owner or v)
        if len(keys) + len(graph.outputs) > limit:
            return None
        if v.primitive is None:
            found[v] = (graph.label(v) or printed(v.data, precision), ())
        elif owner is not None:
            slots = (s for s, x in enumerate(v.inputs) if not graph.is_constant(x))
            found[v] = (owner.name, tuple(slots))
        else:
            found[v] = graph.operator(v, precision)
        needed.update(v.inputs[s] for s in found[v][1])
    return dict(reversed(found.items()))


class _Assembly:
    """Units and edges from what is written in the nodes and which composite each is folded into."""

    def __init__(
        self,
        graph: Recorded,
        owners: dict[Scope | None, Scope | None],
        written: dict[Value, Written],
    ) -> None:
        self.graph, self.owners, self.written = graph, owners, written
        self.members: dict[str, list[Value]] = {}  # by unit
        for v in written:
            self.members.setdefault(self.unit(v), []).append(v)
        self.uses = self.edges_of_uses()
        self.fans: dict[Value, int] = dict.fromkeys(written, 0)  # edges that leave a node
        for x in [*(x for x, _ in self.uses), *graph.outputs]:
            self.fans[x] += 1
        self.places: dict[str, Path] = {
            unit: self.around(vs[0]) for unit, vs in self.members.items()
        }
        for (x, _), use in self.uses.items():
            if x.is_literal and self.fans[x] == 1 and x not in graph.ends:
                self.places[self.unit(x)] = self.around(use[0][0])

    def unit(self, v: Value) -> str:
        """The id of the unit that stands for v."""
        owner = self.owners[v.scope]
        graph = self.graph
        return f"n{graph.index[v]}" if owner is None else f"c{graph.scopes[owner]}"

    def around(self, v: Value) -> Path:
        """The open composites around v."""
        path, owner = self.graph.paths[v.scope], self.owners[v.scope]
        return path if owner is None else path[: path.index(owner)]

    def box(self, place: Path) -> str | None:
        return f"b{self.graph.scopes[place[-1]]}" if place else None

    def edges_of_uses(self) -> dict[tuple[Value, Any], list[Use]]:
        """The uses by edge, in the order of consumers; those in one folded composite are one."""
        uses: dict[tuple[Value, Any], list[Use]] = {}
        for v, (_, slots) in self.written.items():
            head = self.unit(v)
            for s in slots:
                x = v.inputs[s]
                if self.owners[v.scope] is None:
                    uses[x, (v, s)] = [(v, s)]
                elif self.unit(x) != head:
                    uses.setdefault((x, head), []).append((v, s))
        return uses

    def figure(self) -> Figure:
        graph, index = self.graph, self.graph.index
        main = self.longest()
        through: dict[str, dict[Value, float]] = {}
        units = [self.drawn_as(unit, vs) for unit, vs in self.members.items()]
        edges = []
        for (x, _), use in self.uses.items():
            consumer, slot = use[0]
            head = self.unit(consumer)
            partial = consumer.partials[slot]
            if self.owners[consumer.scope] is not None:
                if head not in through:
                    through[head] = self.partials_through(head)
                partial = _finite(through[head].get(x))
            here = self.box(_common(self.places[self.unit(x)], self.places[head]))
            straight = x in main and any(main.get(v) == s for v, s in use)
            id, share = f"e{index[consumer]}_{slot}", _share(x, use)
            edges.append(self.edge(id, head, x, use, share, partial, here, straight))
        for j, v in enumerate(graph.outputs):
            text = "" if v.primitive is None else graph.label(v) or ""
            units.append(Unit(f"o{j}", "output", text, text or None, (index[v],)))
            seed = _rest(v.grad, [_share(v, use) for (x, _), use in self.uses.items() if x is v])
            edges.append(self.edge(f"eo{j}", f"o{j}", v, [], seed, None, None, j == 0))
        boxes = dict.fromkeys(scope for unit in self.members for scope in self.places[unit])
        return Figure(
            tuple(graph.order),
            tuple(units),
            tuple(edges),
            tuple(
                Box(f"b{graph.scopes[s]}", s.name, s.formula, self.box(graph.paths[s][:-1]))
                for s in boxes
            ),
        )

    def drawn_as(self, id: str, values: list[Value]) -> Unit:
        v, owner = values[0], self.owners[values[0].scope]
        leaf = v.primitive is None
        return Unit(
            *(id, "leaf" if leaf else "operator" if owner is None else "composite"),
            *(self.written[v][0], self.graph.label(v) if leaf else None),
            *(tuple(self.graph.index[v] for v in values), self.box(self.places[id])),
            *("" if owner is None else owner.derivative, self.total(v) if leaf else None),
        )

    def total(self, v: Value) -> float | None:
        """The gradient of v where it is the sum of several shares."""
        return v.grad if self.fans[v] > 1 else None

    def edge(
        self,
        id: str,
        head: str,
        x: Value,
        use: list[Use],
        gradient: float | None,
        partial: float | None,
        box: str | None,
        main: bool,
    ) -> Edge:
        uses = tuple((self.graph.index[v], s) for v, s in use)
        name = None if x.primitive is None or not use else self.graph.label(x)
        return Edge(
            *(id, self.unit(x), head, self.graph.index[x], uses, x.data, gradient, partial, name),
            *(self.total(x), box, main),
        )

    def partials_through(self, unit: str) -> dict[Value, float]:
        """d(result)/d(x) through a folded composite of one result, by a sweep inside it."""
        members = self.members[unit]
        results = [v for v in members if self.fans[v]]
        return dict(pull(members, {results[0]: 1.0}, _part)) if len(results) == 1 else {}

    def longest(self) -> dict[Value, int]:
        """The nodes of the longest path to the first output, each with the slot it comes in by."""
        depth: dict[Value, int] = {}
        for v, (_, slots) in self.written.items():
            depth[v] = 1 + max((depth[v.inputs[s]] for s in slots), default=0)
        path: dict[Value, int] = {}
        v = self.graph.outputs[0]
        while self.written[v][1]:
            path[v] = max(self.written[v][1], key=lambda s: depth[v.inputs[s]])
            v = v.inputs[path[v]]
        path[v] = -1
        return path


def _reach(figure: Figure) -> int:
    """The sum of the edges' lengths in ranks, each leaf being next to its first use."""
    ranks: dict[str, int] = {}
    heads: dict[str, list[str]] = {unit.id: [] for unit in figure.nodes}
    tails: dict[str, list[str]] = {unit.id: [] for unit in figure.nodes}
    for edge in figure.edges:
        heads[edge.tail].append(edge.head)
        tails[edge.head].append(edge.tail)
    for unit in figure.nodes:
        ranks[unit.id] = 1 + max((ranks.get(id, 0) for id in tails[unit.id]), default=0)
    for unit in figure.nodes:
        if unit.kind == "leaf":
            ranks[unit.id] = min(ranks[id] for id in heads[unit.id]) - 1
    return sum(abs(ranks[edge.head] - ranks[edge.tail]) for edge in figure.edges)


def _common(a: Path, b: Path) -> Path:
    n = 0
    while n < min(len(a), len(b)) and a[n] is b[n]:
        n += 1
    return a[:n]


# --- numbers, NaN where there is none ---


def _finite(x: float | None) -> float | None:
    return x if x is not None and math.isfinite(x) else None


def _part(weight: float, v: Value, i: int) -> float:
    """weight * d(v)/d(input i)."""
    slope = v.partials[i]
    return weight * slope if slope is not None else math.nan if weight else 0.0


def _share(x: Value, use: list[Use]) -> float | None:
    """What these uses give to the gradient of x; None for a literal, which has none."""
    if x.is_literal or any(v.grad is None for v, _ in use):
        return None
    return _finite(sum(_part(v.grad or 0.0, v, s) for v, s in use))


def _rest(grad: float | None, shares: list[float | None]) -> float | None:
    """What of an output's gradient did not come from its uses: the seed of the sweep."""
    if None in shares:
        return None
    inner = sum(share or 0.0 for share in shares)
    if grad is None:
        return None
    rest = grad - inner
    return rest if abs(rest) > 1e-12 * max(abs(grad), abs(inner)) or not shares else 0.0
