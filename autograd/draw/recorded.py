"""A recorded graph as pictures read it: order, composites, long sums as Σ, text of a node.

Invariant: it depends on the graph alone, and is made without recursion.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.core.context import Scope
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.draw.fold import Sum
from autograd.draw.text import SUPERSCRIPTS, printed

LONG = 8  # terms of a sum that is drawn as one Σ

Written = tuple[str, tuple[int, ...]]  # what is written in a node, and its slots that have an edge


class Recorded:
    """The nodes of some outputs, inputs first, each with its index, its label, its composites."""

    def __init__(self, outputs: list[Value], names: Mapping[Value, str]) -> None:
        self.outputs = outputs
        self.names = names
        self.ends = set(outputs)
        self.order = inputs_first(*outputs)
        self.index = {v: i for i, v in enumerate(self.order)}
        self.scope_of = {v: v.scope for v in self.order}  # the innermost composite around each
        self.depths: dict[Scope, int] = {}  # of every composite, those around it first
        for v in self.order:
            self._add(v.scope)
        for total, members in self._sums().items():
            scope = Sum(total)
            self._add(scope)
            self.scope_of.update(dict.fromkeys(members, scope))
        self.scopes = {scope: k for k, scope in enumerate(self.depths)}

    def _add(self, scope: Scope | None) -> None:
        path = []
        while scope is not None and scope not in self.depths:
            path.append(scope)
            scope = scope.parent
        for scope in reversed(path):
            self.depths[scope] = 0 if scope.parent is None else self.depths[scope.parent] + 1

    def _sums(self) -> dict[Value, list[Value]]:
        """The additions of each long sum, by its last: they are used once, by one another."""
        uses = Counter(x for v in self.order for x in v.inputs)
        last: dict[Value, Value] = {}  # the last addition of the sum that a node belongs to
        members: dict[Value, list[Value]] = {}
        for v in reversed(self.order):
            if v.op != "add" or any(x.is_literal and x.data != 0.0 for x in v.inputs):
                continue
            total = last.setdefault(v, v)
            members.setdefault(total, []).append(v)
            for x in v.inputs:
                if uses[x] == 1 and x.scope is v.scope and self.is_hidden(x):
                    last.setdefault(x, total)
        return {total: vs for total, vs in members.items() if len(vs) + 1 >= LONG}

    def label(self, v: Value) -> str | None:
        """The name that a picture shows."""
        return self.names.get(v) or v.label

    def is_hidden(self, v: Value) -> bool:
        """Whether a picture may do without v: it has no name and is no output."""
        return self.label(v) is None and v not in self.ends

    def is_constant(self, v: Value) -> bool:
        """Whether v is a number in an expression, to be written into its operator."""
        return v.is_literal and self.is_hidden(v)

    def operator(self, v: Value, precision: int) -> Written:
        """The symbol of an operator, its literals written in."""
        op, symbol, inputs = v.primitive.name, v.primitive.symbol, v.inputs
        if len(inputs) == 1:
            return symbol, (0,)
        folded = [self.is_constant(x) for x in inputs]
        if folded[0] == folded[1]:
            return symbol, (0, 1)
        slot = folded.index(True)
        c = inputs[slot].data
        text = printed(c, precision)
        signed = f"({text})" if c < 0.0 else text
        written = {
            ("add", slot): f"{'−' if math.copysign(1.0, c) < 0.0 else '+'}{text.lstrip('−')}",
            ("mul", slot): f"×{signed}",
            ("divide", 0): f"{signed}÷x",
            ("divide", 1): f"÷{signed}",
            ("power", 0): f"{signed}ˣ",
            ("power", 1): f"x^{signed}",
            ("step", 0): f"{text}>x",
            ("step", 1): f"x>{text}",
        }.get((op, slot), f"{symbol}(x, {text})" if slot else f"{symbol}({text}, x)")
        if (op, slot) == ("power", 1) and c == int(c) and abs(c) < 1000.0:
            written = "x" + str(int(c)).translate(SUPERSCRIPTS)
        return written, (1 - slot,)


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
        items: Iterable[Any] = x if isinstance(x, (list, tuple)) else ()
        for v, text in [(x, name), *((item, f"{name}[{i}]") for i, item in enumerate(items))]:
            if type(v) is Value:
                found.setdefault(v, text)
    return found
