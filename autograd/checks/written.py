"""The graph as it was written: a softmax or a sigmoid is one step, with one derivative.

Invariant: the derivatives of a step are those of what was recorded inside it, so that a sweep over
the steps gives the gradients of the graph.  A step in which a number was given by hand is open.
"""

from collections.abc import Hashable, Iterable, Mapping
from itertools import permutations
from typing import Any, NamedTuple

from autograd.core.sweeps import Way, carry, down, share_of
from autograd.core.value import Value
from autograd.words import number, visible

WHOLES = {  # composites that are read as one function, whatever they are made of
    *("sigmoid", "relu", "leaky_relu", "prelu", "relu6", "softplus", "elu", "gelu", "silu"),
    *("softmax", "log_softmax", "logsumexp", "norm", "hypot", "degrees", "radians"),
    *("softmax_cross_entropy", "sigmoid_cross_entropy"),
}
MOST_WORK = 200_000  # edges walked for the derivatives of one step; a larger one stays open
INFIX = {"add": " + ", "mul": "·", "divide": "/", "power": "^"}
BINDING = {"add": 1, "mul": 2, "divide": 2, "power": 3}


class Edge(NamedTuple):
    """One use of a node by another, or by a step as a whole, of which that is an output."""

    consumer: Value
    input: Value
    kind: str  # the name of the operation or the composite
    slot: int
    partial: float


class Written:
    """Steps, inputs first, with their edges.  Level 0 takes the outermost composites as wholes.

    Each level opens one more of those that lie inside each other; at the last all are open.

    >>> import autograd as ag
    >>> from autograd.core.node import inputs_first
    >>> x = Value(1.0, "x")
    >>> y = ag.sigmoid(2 * x)
    >>> written = Written(inputs_first(y), y)
    >>> [written.name(v) for v in written.into]
    ['2·x', 'sigmoid(2·x)']
    """

    def __init__(
        self, order: list[Value], output: Value, given: Iterable[Value] = (), level: int = 0
    ) -> None:
        self.order, self.output, self.level = order, output, level
        self.uses: dict[Value, list[Edge]] = {}
        self.into: dict[Value, list[Edge]] = {}  # inputs first
        self.inside: dict[Value, tuple[str, list[Value], list[Value]]] = {}  # name, inputs, outputs
        self.kept: dict[Hashable, Any] = {}  # what others worked out of it
        self._names: dict[Value, str] = {}
        self._shown: dict[tuple[Value, int], str] = {}  # shortened to so many columns
        asked = set(given)
        steps = self._steps(asked)
        hidden: set[Value] = set()
        for key, (members, outputs) in steps.items():
            self._close(key, members, outputs, hidden)
        for v in self.order:
            if v not in hidden and v not in self.inside:
                self.into[v] = [
                    Edge(v, x, v.op or "", slot, d)
                    for slot, (x, d) in enumerate(zip(v.inputs, v.partials, strict=True))
                    if d is not None and (not x.is_literal or x in asked)
                ]
        self.order = [v for v in self.order if v not in hidden]
        self.into = {v: self.into[v] for v in self.order if self.into[v]}
        for v in reversed(self.order):
            for edge in self.into.get(v, ()):
                self.uses.setdefault(edge.input, []).append(edge)

    # --- which nodes are one step ---

    def _steps(self, given: set[Value]) -> dict[Hashable, tuple[list[Value], list[Value]]]:
        """The members and outputs of each whole of this level in which no number is given."""
        found: dict[Hashable, list[Value]] = {}
        for v in self.order:
            path = () if v.scope is None else v.scope.path
            wholes = [scope for scope in path if scope.name in WHOLES]
            if len(wholes) > self.level:
                found.setdefault(wholes[self.level], []).append(v)
            else:
                members = difference(v) or written_sigmoid(v) * (self.level == 0 and not wholes)
                if members:
                    found[v] = members
        home = {v: key for key, members in found.items() for v in members}
        outputs: dict[Hashable, dict[Value, None]] = {key: {} for key in found}
        for v in self.order:
            for x in v.inputs:
                if x in home and home[x] is not home.get(v):
                    outputs[home[x]][x] = None
        if self.output in home:
            outputs[home[self.output]][self.output] = None
        return {
            key: (members, list(outputs[key]))
            for key, members in found.items()
            if not any(v in given and v not in outputs[key] for v in members)
            and len(members) * len(outputs[key]) <= MOST_WORK
            and (type(key) is not Value or len(outputs[key]) == 1)
        }

    def _close(
        self, key: Hashable, members: list[Value], outputs: list[Value], hidden: set[Value]
    ) -> None:
        home = set(members)
        inputs = list(
            dict.fromkeys(
                x for v in members for x in v.inputs if x not in home and not x.is_literal
            )
        )
        kind = getattr(key, "name", "sub" if outputs[0].op == "add" else "sigmoid")
        for v in outputs:
            slopes = carry(down(members), {v: 1.0}, _numbers_only)
            edges = [Edge(v, x, kind, i, slopes[x]) for i, x in enumerate(inputs) if x in slopes]
            self.into[v] = edges
            self.inside[v] = (kind, inputs, outputs)
        hidden.update(home.difference(outputs))

    # --- sweeps ---

    def sweep(
        self,
        given: Mapping[Value, float],
        edits: Mapping[Edge, float] | None = None,
        way: Way | None = None,
    ) -> dict[Value, float]:
        """For each node the gradient that follows from the numbers given above it.

        With edits: where these partials stand in the place of the graph's.  With a part of the way
        down: for the nodes all of whose uses that part has.
        """

        def share(follows: float, e: Edge) -> float | None:
            adjoint = given.get(e.consumer, follows)
            partial = edits.get(e, e.partial) if edits else e.partial
            return adjoint * partial + 0.0 if adjoint else None  # 0.0 for -0.0

        seeds = dict.fromkeys(given, 0.0) | {self.output: 1.0}
        return carry(self.down() if way is None else way, seeds, share)

    def down(self) -> Way:
        """The edges as `carry` takes them, from the output to the leaves."""
        return ((v, e.input, (e,)) for v in reversed(self.order) for e in self.into.get(v, ()))

    def up(self) -> Way:
        """The same, from the leaves to the output."""
        return ((e.input, v, (e,)) for v, into in self.into.items() for e in into)

    # --- names ---

    def name(self, v: Value, width: int = 28) -> str:
        """The label, or the expression that was written, shortened; of a number the number."""
        if (v, width) not in self._shown:
            if v not in self._names:
                self._names[v] = self._expression(v, 4, 0)
            self._shown[v, width] = visible(self._names[v], width)
        return self._shown[v, width]

    def rename(self, v: Value, name: str) -> None:
        """Call a node without a label so."""
        self._names[v] = name
        self._shown = {}
        self.kept = {}

    def _expression(self, v: Value, depth: int, binding: int) -> str:
        if v.label is not None:
            return visible(v.label)
        if v.op is None:
            return number(v.data)
        if depth == 0:
            return "…"
        if v in self.inside and self.inside[v][0] != "sub":
            kind, inputs, outputs = self.inside[v]
            some = ", ".join(self._expression(x, depth - 1, 0) for x in inputs[:2])
            text = f"{kind}({some}{', …' if len(inputs) > 2 else ''})"
            return text if len(outputs) == 1 else f"{text}[{outputs.index(v)}]"
        if v.op not in INFIX:
            if v.op == "reciprocal":
                text = f"1/{self._expression(v.inputs[0], depth - 1, 3)}"
                return f"({text})" if binding > BINDING["divide"] else text
            return f"{v.op}({', '.join(self._expression(x, depth - 1, 0) for x in v.inputs)})"
        a, b = v.inputs
        if v.op == "mul" and b.is_literal and b.data == -1.0:
            text, level = "−" + self._expression(a, depth - 1, 2), 1
        else:
            if v.op == "mul" and b.is_literal and not a.is_literal:
                a, b = b, a
            level = BINDING[v.op]
            left = self._expression(a, depth - 1, level + (v.op == "power"))
            right = self._expression(b, depth - 1, level + (v.op in ("divide", "power")))
            text = f"{left}{INFIX[v.op]}{right}"
            if v.op == "add":
                text = text.replace("+ −", "− ").replace("+ -", "− ")
            if v.op == "power" and right in ("1", "2", "3"):
                text = left + ["", "²", "³"][int(right) - 1]
        return f"({text})" if level < binding else text


def _numbers_only(carried: float, v: Value, slot: int) -> float | None:
    partial = v.partials[slot]
    return None if partial is None or v.inputs[slot].is_literal else share_of(carried, v, slot)


def difference(v: Value) -> list[Value]:
    """The nodes of a - b, v the last; none where v is no such thing."""
    if v.op != "add":
        return []
    minus = v.inputs[1]
    return [minus, v] if is_negated(minus) else []


def is_negated(v: Value) -> bool:
    """Whether this is -x, without a name of its own."""
    return v.op == "mul" and v.label is None and v.inputs[1].is_literal and v.inputs[1].data == -1.0


def written_sigmoid(v: Value) -> list[Value]:
    """The nodes of 1 / (1 + exp(-x)) written out, v the last; none where v is no such thing."""
    if v.op == "divide":
        one, below = v.inputs
        if not (one.is_literal and one.data == 1.0):
            return []
    elif v.op == "reciprocal":
        (below,) = v.inputs
    else:
        return []
    if below.op == "add":
        for e, one in permutations(below.inputs):
            if one.is_literal and one.data == 1.0 and e.op == "exp":
                (minus,) = e.inputs
                if minus.op == "mul":
                    for _, sign in permutations(minus.inputs):
                        if sign.is_literal and sign.data == -1.0:
                            return [minus, e, below, v]
    return []
