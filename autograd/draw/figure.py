"""The figure: what a picture of a graph shows, before any format is chosen.

Invariants.  A figure is frozen, in an order that depends on the graph alone, and made without
recursion.  Ids say what was recorded: with i the place of a node in `inputs_first(*outputs)` and k
that of a composite among those that are met in this order, `n{i}` is a leaf or an operator, `c{k}`
a folded composite, `b{k}` the box of an open one, `o{j}` the end of output j, `e{i}_{s}` the edge
into input s of node i, `eo{j}` the edge to output j.  So an element has the same id however much is
folded.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from autograd.core.context import Scope
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.draw.text import SUPERSCRIPTS, number

CROWDED = 150  # drawn nodes above which composites fold by themselves
LIMIT = 1000  # drawn nodes above which no picture is made: some 0.6 s of layout
REACH = 10_000  # the same for the sum of the edges' lengths, in ranks: some 1.5 s, growing faster

Fold = Callable[[Scope], Scope | None]  # the outermost folded composite at or around this one


@dataclass(frozen=True, slots=True)
class Node:
    """A leaf, an operator (literals folded into it), a folded composite, or an output's end."""

    id: str
    kind: str  # "leaf" "operator" "composite" "output"
    text: str  # what is written in it: a name, a number, a symbol
    label: str | None  # the user's name for it
    derivative: str  # of a composite: "y (1 − y)"
    total: float | None  # of a leaf that is used more than once: its own gradient
    values: tuple[int, ...]  # the recorded nodes it stands for
    box: str | None  # the innermost open composite around it


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
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]


def figure(
    outputs: list[Value],
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    precision: int = 4,
    limit: int = LIMIT,
    reach: int = REACH,
) -> Figure:
    """The figure of a graph.  ValueError where it would be too large to lay out."""
    return _Lowering(outputs, labels(names), precision).figure(fold, limit, reach)


def labels(names: Mapping[str, Any] | None) -> dict[Value, str]:
    """The name of each Value in a dict such as locals(), the first of several; lists by element.

    What else is in the dict is left alone.  Raises TypeError where it is no such dict.
    """
    names = {} if names is None else names
    right = isinstance(names, Mapping) and all(isinstance(name, str) for name in names)
    if not right or (names and all(isinstance(x, str) for x in names.values())):
        raise TypeError(f"names is a dict of name -> Value, such as locals(), not {names!r:.60}")
    found: dict[Value, str] = {}
    for name, x in names.items():
        if type(x) is Value:
            found.setdefault(x, name)
        elif isinstance(x, (list, tuple)):
            for i, item in enumerate(x):
                if type(item) is Value:
                    found.setdefault(item, f"{name}[{i}]")
    return found


def folded_names(fold: Any, scopes: Iterable[Scope]) -> set[str]:
    """The names that fold holds, or is.  One set may serve several graphs: a name may be missing.

    ValueError where the graph has composites, but none of the names, which then are misspelt.
    """
    names = (
        [fold] if isinstance(fold, str) else list(fold) if isinstance(fold, Iterable) else [fold]
    )
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"fold is True, False or a set of composites' names, not {fold!r:.60}")
    known = sorted({scope.name for scope in scopes})
    if names and known and not set(names) & set(known):
        given = ", ".join(map(repr, names))
        raise ValueError(
            f"fold: the graph has no composite {given:.60}, but {', '.join(known):.200}"
        )
    return set(names)


class _Lowering:
    """One graph on its way to a figure: what each recorded node is drawn as."""

    def __init__(self, outputs: list[Value], names: dict[Value, str], precision: int) -> None:
        self.outputs = outputs
        self.names = names
        self.precision = precision
        self.order = inputs_first(*outputs)
        self.index = {v: i for i, v in enumerate(self.order)}
        self.ends = set(outputs)
        self.paths: dict[Scope | None, tuple[Scope, ...]] = {None: ()}
        for v in self.order:
            if v.scope not in self.paths:
                path = v.scope.path
                self.paths.update({scope: path[: i + 1] for i, scope in enumerate(path)})
        self.scopes = {scope: k for k, scope in enumerate(filter(None, self.paths))}

    def label(self, v: Value) -> str | None:
        return self.names.get(v) or v.label

    def constant(self, v: Value) -> bool:
        """Whether v is a number in an expression, to be written into its operator."""
        return v.is_literal and v not in self.names and v.label is None and v not in self.ends

    def operator(self, v: Value) -> tuple[str, tuple[int, ...]]:
        """What is written in an operator, and the slots of those inputs that have an edge."""
        symbol, inputs = v.primitive.symbol, v.inputs
        if len(inputs) == 1:
            return symbol, (0,)
        written = [self.constant(x) for x in inputs]
        if written[0] == written[1]:
            return symbol, (0, 1)
        slot = written.index(True)
        c = inputs[slot].data
        text = number(c, self.precision)
        signed = f"({text})" if c < 0.0 else text
        if v.op == "add":
            written_in = text if c < 0.0 else f"+{text}"
        elif v.op == "mul":
            written_in = f"×{signed}"
        elif v.op == "divide":
            written_in = f"÷{signed}" if slot else f"{signed}÷x"
        elif v.op == "power" and slot == 0:
            written_in = f"{signed}ˣ"
        elif v.op == "power":
            whole = c == int(c) and abs(c) < 1000.0
            written_in = "x" + str(int(c)).translate(SUPERSCRIPTS) if whole else f"x^{signed}"
        elif v.op == "step":
            written_in = f"x>{text}" if slot else f"{text}>x"
        else:
            written_in = f"{symbol}(x, {text})" if slot else f"{symbol}({text}, x)"
        return written_in, (1 - slot,)

    # --- folding ---

    def figure(self, fold: Any, limit: int, reach: int) -> Figure:
        if fold is not None:
            found = self.attempt(self.rule(fold), limit, reach)
        else:  # the least folding that suffices
            depth = max(map(len, self.paths.values()))
            rules = [self.rule(False), *(self.at_depth(d) for d in reversed(range(min(depth, 8))))]
            attempts = [(rule, CROWDED) for rule in rules] + [(rules[-1], limit)]
            found = next(filter(None, (self.attempt(*a, reach) for a in attempts)), None)
        if found is None:
            raise ValueError(
                f"the picture would have more than {limit} nodes, or edges too long to follow: "
                "fold its composites (fold=True; named_scope makes one), or draw a part: an inner "
                "node, a smaller example, one row of the batch"
            )
        return found

    def attempt(self, rule: Fold, limit: int, reach: int) -> Figure | None:
        """The figure, or None where it is too large."""
        drawn = self.drawn(rule, limit)
        if drawn is None:
            return None
        figure = self.build(rule, drawn)
        fits = _reach(figure) <= reach and len(figure.boxes) <= limit // 2
        return figure if fits else None

    def rule(self, fold: Any) -> Fold:
        if fold is True:
            return self.at_depth(0)
        if fold is False:
            return lambda scope: None
        if callable(fold):  # the page's: one composite by one
            return lambda scope: next(filter(fold, self.paths[scope]), None)
        names = folded_names(fold, self.scopes)
        return lambda scope: next((s for s in self.paths[scope] if s.name in names), None)

    def at_depth(self, depth: int) -> Fold:
        def folded(scope: Scope) -> Scope | None:
            path = self.paths[scope]
            return path[depth] if len(path) > depth else None

        return folded

    def owners(self, rule: Fold) -> dict[Scope | None, Scope | None]:
        return {scope: None if scope is None else rule(scope) for scope in self.paths}

    def drawn(self, rule: Fold, limit: int) -> dict[Value, tuple[str, tuple[int, ...]]] | None:
        """What is written in each node that is not hidden, in order; None if there are too many."""
        owners = self.owners(rule)
        needed = set(self.outputs)
        keys: set[Any] = set()
        found: dict[Value, tuple[str, tuple[int, ...]]] = {}
        for v in reversed(self.order):
            if v not in needed:
                continue
            owner = owners[v.scope]
            keys.add(owner or v)
            if len(keys) + len(self.outputs) > limit:
                return None
            if v.primitive is None:
                found[v] = (self.label(v) or number(v.data, self.precision), ())
            elif owner is not None:
                slots = tuple(s for s, x in enumerate(v.inputs) if not self.constant(x))
                found[v] = (owner.name, slots)
            else:
                found[v] = self.operator(v)
            needed.update(v.inputs[s] for s in found[v][1])
        return dict(reversed(found.items()))

    # --- building ---

    def build(self, rule: Fold, drawn: dict[Value, tuple[str, tuple[int, ...]]]) -> Figure:
        owners = self.owners(rule)
        index = self.index

        def key(v: Value) -> str:
            owner = owners[v.scope]
            return f"n{index[v]}" if owner is None else f"c{self.scopes[owner]}"

        def around(v: Value) -> tuple[Scope, ...]:
            """The open composites around a node, outermost first."""
            path, owner = self.paths[v.scope], owners[v.scope]
            return path if owner is None else path[: path.index(owner)]

        # Uses, in the order of consumers; those of one node within a folded composite are one edge.
        uses: dict[tuple[Any, ...], list[tuple[Value, int]]] = {}
        for v, (_, slots) in drawn.items():
            for s in slots:
                x = v.inputs[s]
                if owners[v.scope] is None:
                    uses[x, index[v], s] = [(v, s)]
                elif key(x) != key(v):
                    uses.setdefault((x, key(v)), []).append((v, s))
        members: dict[str, list[Value]] = {}
        for v in drawn:
            members.setdefault(key(v), []).append(v)
        fans: dict[Value, int] = dict.fromkeys(drawn, 0)
        for x, *_ in uses:
            fans[x] += 1
        for x in self.outputs:
            fans[x] += 1
        results = {k: [v for v in vs if fans[v]] for k, vs in members.items()}
        main = self.longest(drawn)

        nodes = []
        boxes: dict[Scope, None] = {}
        places: dict[str, tuple[Scope, ...]] = {}
        for id, vs in members.items():
            v, (text, _) = vs[0], drawn[vs[0]]
            kind = "leaf" if v.primitive is None else "composite" if id[0] == "c" else "operator"
            place = around(v)
            if v.is_literal and fans[v] == 1 and v not in self.ends:
                place = next(around(use[0][0]) for edge, use in uses.items() if edge[0] is v)
            places[id] = place
            boxes.update(dict.fromkeys(place))
            owner = owners[v.scope]
            nodes.append(
                Node(
                    id,
                    kind,
                    text,
                    self.label(v) if kind == "leaf" else None,
                    "" if owner is None else owner.derivative,
                    v.grad if kind == "leaf" and fans[v] > 1 else None,
                    tuple(index[v] for v in vs),
                    self.box(place),
                )
            )
        edges = []
        for edge, use in uses.items():
            x, (consumer, slot) = edge[0], use[0]
            head = key(consumer)
            if owners[consumer.scope] is None:
                partial = consumer.partials[slot]
            else:
                partial = _partial_through(members[head], results[head], x)
            place = _common(places[key(x)], places[head])
            edges.append(
                self.edge(
                    f"e{index[consumer]}_{slot}",
                    key(x),
                    head,
                    x,
                    use,
                    fans[x],
                    _share(x, use),
                    partial,
                    self.box(place),
                    any(main.get(c) == s for c, s in use) and x in main,
                )
            )
        for j, v in enumerate(self.outputs):
            text = "" if v.primitive is None else self.label(v) or ""
            nodes.append(Node(f"o{j}", "output", text, text or None, "", None, (index[v],), None))
            shares = [_share(v, use) for edge, use in uses.items() if edge[0] is v]
            rest = _rest(v.grad, shares)
            edges.append(
                self.edge(f"eo{j}", key(v), f"o{j}", v, [], fans[v], rest, None, None, j == 0)
            )
        return Figure(
            tuple(self.order),
            tuple(nodes),
            tuple(edges),
            tuple(
                Box(f"b{self.scopes[s]}", s.name, s.formula, self.box(self.paths[s][:-1]))
                for s in boxes
            ),
        )

    def box(self, place: tuple[Scope, ...]) -> str | None:
        return f"b{self.scopes[place[-1]]}" if place else None

    def edge(
        self,
        id: str,
        tail: str,
        head: str,
        x: Value,
        use: list[tuple[Value, int]],
        fan: int,
        gradient: float | None,
        partial: float | None,
        box: str | None,
        main: bool,
    ) -> Edge:
        uses = tuple((self.index[v], s) for v, s in use)
        name = None if x.primitive is None or not use else self.label(x)
        return Edge(
            *(id, tail, head, self.index[x], uses, x.data, gradient, partial, name),
            *(x.grad if fan > 1 else None, box, main),
        )

    def longest(self, drawn: dict[Value, tuple[str, tuple[int, ...]]]) -> dict[Value, int]:
        """The nodes of the longest path to the first output, each with the slot it comes in by."""
        depth: dict[Value, int] = {}
        for v, (_, slots) in drawn.items():
            depth[v] = 1 + max((depth[v.inputs[s]] for s in slots), default=0)
        path: dict[Value, int] = {}
        v = self.outputs[0]
        while True:
            slots = drawn[v][1]
            path[v] = max(slots, key=lambda s: depth[v.inputs[s]], default=-1)
            if path[v] < 0:
                return path
            v = v.inputs[path[v]]


def _reach(figure: Figure) -> int:
    """The sum of the edges' lengths in ranks, each leaf being next to its first use."""
    ranks: dict[str, int] = {}
    heads: dict[str, list[str]] = {node.id: [] for node in figure.nodes}
    tails: dict[str, list[str]] = {node.id: [] for node in figure.nodes}
    for edge in figure.edges:
        heads[edge.tail].append(edge.head)
        tails[edge.head].append(edge.tail)
    for node in figure.nodes:
        ranks[node.id] = 1 + max((ranks.get(id, 0) for id in tails[node.id]), default=0)
    for node in figure.nodes:
        if node.kind == "leaf":
            ranks[node.id] = min(ranks[id] for id in heads[node.id]) - 1
    return sum(abs(ranks[edge.head] - ranks[edge.tail]) for edge in figure.edges)


def _common(a: tuple[Scope, ...], b: tuple[Scope, ...]) -> tuple[Scope, ...]:
    n = 0
    while n < min(len(a), len(b)) and a[n] is b[n]:
        n += 1
    return a[:n]


def _product(adjoint: float | None, partial: float | None) -> float | None:
    """adjoint x partial; None where there is no such number."""
    if adjoint is None or (partial is None and adjoint != 0.0):
        return None
    product = adjoint * partial if partial is not None else 0.0
    return product if math.isfinite(product) else None


def _total(terms: Iterable[float | None]) -> float | None:
    total = 0.0
    for term in terms:
        if term is None:
            return None
        total += term
    return total if math.isfinite(total) else None


def _share(x: Value, use: list[tuple[Value, int]]) -> float | None:
    """What these uses give to the gradient of x; None for a literal, which has none."""
    if x.is_literal:
        return None
    return _total(_product(v.grad, v.partials[s]) for v, s in use)


def _rest(grad: float | None, shares: list[float | None]) -> float | None:
    """What of an output's gradient did not come from its uses: the seed of the sweep."""
    inner = _total(shares)
    if grad is None or inner is None:
        return grad if inner == 0.0 else None
    rest = grad - inner
    return rest if abs(rest) > 1e-12 * max(abs(grad), abs(inner)) or not shares else 0.0


def _partial_through(members: list[Value], results: list[Value], x: Value) -> float | None:
    """d(result)/d(x) through a folded composite of one result, by a sweep inside it."""
    if len(results) != 1:
        return None
    inside = set(members)
    adjoints: dict[Value, float | None] = dict.fromkeys([*members, x], 0.0)
    adjoints[results[0]] = 1.0
    for v in reversed(members):
        for a, partial in zip(v.inputs, v.partials, strict=True):
            if a in inside or a is x:
                adjoints[a] = _total((adjoints[a], _product(adjoints[v], partial)))
    return adjoints[x]
