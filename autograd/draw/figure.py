"""The figure: what a picture of a graph shows, before any format is chosen.

Invariants.  A figure is frozen, in an order that depends on the graph alone, and made without
recursion.  Ids say what was recorded: with i the place of a node in `inputs_first(*outputs)` and k
that of a composite among those that are met in this order, `n{i}` is a leaf, an operator, or a long
sum by its last addition, `c{k}` a folded composite, `b{k}` the box of an open one, `o{j}` the end
of output j, `m{i}` what is not drawn of many units like that of node i, `e{i}_{s}` the edge into
input s of node i, `eo{j}` the edge to output j.  So an
element has the same id however much is folded.
"""

from dataclasses import dataclass

from autograd.core.value import Value


@dataclass(frozen=True, slots=True)
class Unit:
    """What is drawn as one thing.

    A leaf, an operator (literals folded into it), a folded composite, an output's end, "more": all
    but a few of many that are alike; or a reference: the name of a node that is drawn elsewhere, in
    the place of a long edge from it.
    """

    id: str
    kind: str  # "leaf" "operator" "composite" "output" "more" "reference"
    text: str  # what is written in it: a name, a number, a symbol
    label: str | None  # the user's name for it
    values: tuple[int, ...]  # the recorded nodes it stands for
    box: str | None = None  # the innermost open composite around it
    notes: tuple[str, ...] = ()  # of a composite: its formula or derivative, the leaves it holds
    total: float | None = None  # of a leaf that is used more than once: its own gradient
    elsewhere: float | None = None  # what of it came from sweeps of other graphs


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of a recorded node: its number forward, and this use's share of its gradient."""

    id: str
    tail: str
    head: str
    source: int  # the recorded node whose number flows here
    uses: tuple[tuple[int, int], ...]  # (consumer, input slot): the share is the sum over these
    value: float | None  # None where several numbers flow, which are not summed
    gradient: float | None  # sum of the consumers' gradients x partials; None without a sweep
    partial: float | None  # d(head)/d(tail); None where it is no number or the head has many values
    name: str | None  # the label of an inner node
    total: float | None  # where the source is used more than once: the sum of its shares
    box: str | None
    main: bool  # on the longest path, which is drawn straight
    others: tuple[int, ...] = ()  # what flows here besides, from what is drawn as "… more"


@dataclass(frozen=True, slots=True)
class Box:
    """An open composite."""

    id: str
    name: str
    formula: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """All that is drawn.  `recorded` are the nodes that the indices in it mean.

    Their `gradients` are 0 where rounding alone is left of terms that cancel: read no `.grad`.
    """

    recorded: tuple[Value, ...]
    gradients: tuple[float | None, ...]
    nodes: tuple[Unit, ...]
    edges: tuple[Edge, ...]
    boxes: tuple[Box, ...]

    @property
    def main(self) -> set[str]:
        """The ids of the nodes on the longest path."""
        return {id for edge in self.edges if edge.main for id in (edge.tail, edge.head)}
