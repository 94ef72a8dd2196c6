"""The graph below a node as a tree of text, one node a line.

Invariant: nothing changes a graph or a gradient.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first
from autograd.core.sweeps import ROUNDING, carry, down, sizes
from autograd.core.value import Value
from autograd.words.parts import composites, expect_value, within
from autograd.words.text import Row, Words, columns, folded, name, number, terminal_width, visible

BRANCHES = {"": "", "├─ ": "│  ", "└─ ": "   "}  # what stands below each


def tree(
    y: Value, depth: int = 30, lines: int = 400, *, precision: int = 12, width: int | None = None
) -> str:
    """The graph below y as text, one node a line: name, number, operation, gradient if computed.

    A node that is used several times is written out once, marked #1, and referred to as ↑1.
    Operations in a composite are written `sigmoid › exp`, in its second call `sigmoid#2 › exp`.
    Numbers have `precision` significant digits.  Nodes deeper than `depth`, or than there is room
    for, and lines beyond `lines` are left out, and the last line then says how many.  `width` is
    that of the terminal if it is None, and 0 for no limit: what does not fit goes on below.  Where
    a gradient is not what the nodes above hand down, since other sweeps added to it, that is told;
    where it is what rounding left of its terms, it is 0.
    Raises ValueError where a leaf's number was assigned after the recording.

    >>> apple, count = Value(100, "apple"), Value(2, "count")
    >>> print(tree(apple * count + apple))
    add          300
    ├─ mul       200
    │  ├─ apple  100  #1
    │  └─ count  2
    └─ apple     100  ↑1
    """
    check_fresh(expect_value(y))
    width = terminal_width() if width is None else width
    deepest = min(depth, max(1, (width - 30) // 3)) if width else depth
    nodes = inputs_first(y)
    calls = composites(nodes)
    terms = sizes(y)
    told = partial(number, precision=precision)
    uses = Counter(x for v in nodes for x in v.inputs)
    marks: dict[Value, str] = {}
    rows: list[Row] = []
    indents = []
    seen = set()
    stack = [(y, "", "", 0)]
    while stack and len(rows) < lines:
        v, lead, branch, level = stack.pop()
        seen.add(v)
        inputs = v.inputs
        mark = f"↑{marks[v]}" if v in marks else "…" if inputs and level == deepest else ""
        if mark:
            inputs = ()
        elif uses[v] > 1 and not v.is_literal:
            marks[v] = str(len(marks) + 1)
            mark = f"#{marks[v]}"
        anonymous = v.label is None
        op = visible(" › ".join([*within(v, calls), v.op])) if v.op else ""
        if anonymous and not v.scope:
            op = ""
        data = "" if anonymous and v.op is None else told(v.data)
        grad = ""
        if v.grad is not None:
            is_zero = abs(v.grad) <= ROUNDING * terms[v]
            grad = f"grad {told(0.0 if is_zero else v.grad)}"
        rows.append((lead + branch + name(v), data, op, grad, mark))
        lead += BRANCHES[branch]
        indents.append(lead + ("│    " if inputs else "     "))
        for i, x in reversed(list(enumerate(inputs, 1))):
            stack.append((x, lead, "└─ " if i == len(inputs) else "├─ ", level + 1))
    text = columns(rows, width, indents)
    if len(seen) < len(nodes):
        limits = f"depth={deepest} or {lines=}"
        text += folded([f"… {len(nodes) - len(seen):,} more nodes, beyond {limits}"], width)
    return Words("\n".join(text + _other_sweeps(nodes, terms, told)))


def _other_sweeps(
    nodes: list[Value], terms: Mapping[Value, float], told: Callable[[float], str]
) -> list[str]:
    """A line for each node whose gradient is not the sum of what its consumers hand down to it."""

    def share(_: float, v: Value, i: int) -> float:
        return (v.grad or 0.0) * (v.partials[i] or 0.0)

    handed = carry(down(nodes), dict.fromkeys(nodes, 0.0), share)
    found = []
    for v in nodes[:-1]:
        grad, here = v.grad, handed[v]
        if grad is not None and abs(grad - here) > 1e-9 * abs(grad) + ROUNDING * terms[v]:
            shown = f"of grad {told(grad)} this tree gives {told(here)}"
            found.append(f"{name(v)}: {shown}, another sweep the rest")
    return found[:3] + [f"… {len(found) - 3:,} more such"] * (len(found) > 3)
