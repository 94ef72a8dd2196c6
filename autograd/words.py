"""A graph in words and numbers: drawn as a tree, taken apart path by path, asked "what if".

Invariant: nothing here changes a graph or a gradient: a replay runs on a copy.  No label reaches
the terminal raw: what could move the cursor is written as an escape.
"""

import heapq
import math
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from autograd.core.graph import check_fresh, pull, push, share_of
from autograd.core.node import inputs_first
from autograd.core.sweeps import derivatives
from autograd.core.value import Value

Path = tuple[Any, ...]  # (path so far, node it left, factor of that edge); () at y itself
Row = tuple[str, ...]
ONE = 1 << 40  # logarithms are compared as integers: their sums are exact, whatever the order


class Words(str):
    """Text that shows itself as it is in a REPL, and in colours where rich prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))

    def __rich__(self) -> Any:
        from rich.text import Text

        text = Text(str(self))
        text.highlight_regex(r"(?m)^[│├└─ ]+", "dim")
        text.highlight_regex(r"grad \S+", "magenta")
        text.highlight_regex(r"[↑#]\d+|….*", "cyan")
        return text


def tree(y: Value, depth: int = 30, lines: int = 400) -> str:
    """The graph below y as text, one node a line: name, number, operation, gradient if computed.

    A node that is used several times is written out once, marked #1, and referred to as ↑1.
    Operations in a composite are written `sigmoid › exp`.  Nodes deeper than `depth` and lines
    beyond `lines` are left out, and the last line then says how many.

    >>> apple, count = Value(100, "apple"), Value(2, "count")
    >>> print(tree(apple * count + apple))
    add          300
    ├─ mul       200
    │  ├─ apple  100  #1
    │  └─ count  2
    └─ apple     100  ↑1
    """
    check_fresh(_node(y))
    nodes = inputs_first(y)
    uses = Counter(x for v in nodes for x in v.inputs)
    marks: dict[Value, str] = {}
    rows: list[Row] = []
    seen = set()
    stack = [(y, "", "", 0)]
    while stack and len(rows) < lines:
        v, lead, branch, level = stack.pop()
        seen.add(v)
        inputs = v.inputs
        mark = f"↑{marks[v]}" if v in marks else "…" if inputs and level == depth else ""
        if mark:
            inputs = ()
        elif uses[v] > 1 and not v.is_literal:
            marks[v] = str(len(marks) + 1)
            mark = f"#{marks[v]}"
        anonymous = v.label is None
        op = visible(" › ".join([*v.scopes, v.op])) if v.op and (v.scopes or not anonymous) else ""
        data = "" if anonymous and v.op is None else number(v.data)
        grad = "" if v.grad is None else f"grad {number(v.grad)}"
        rows.append((lead + branch + name(v), data, op, grad, mark))
        lead += {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        for i, x in reversed(list(enumerate(inputs, 1))):
            stack.append((x, lead, "└─ " if i == len(inputs) else "├─ ", level + 1))
    text = columns(rows)
    if len(seen) < len(nodes):
        text.append(f"… {len(nodes) - len(seen):,} more nodes, beyond {depth=} or {lines=}")
    return Words("\n".join(text))


def explain(y: Value, x: Value) -> str:
    """dy/dx as a sum over the paths from y down to x, each the product of its partials.

    The 20 paths with the largest products are listed, the largest first, then the number and the
    sum of the others; where there are others, the sum is also given edge by edge at x.  Lines that
    read alike, as for x * x, are numbered.  A text; `.grad` stays as it is.  Raises what `backward`
    raises where a path to x needs it, and OverflowError where one product is too large for a float.
    The chain rule as a sum over paths: Griewank and Walther, Evaluating Derivatives, chapter 3.

    >>> x = Value(2.0, "x")
    >>> print(explain(x * x + 3 * x, x))
    d(add)/d(x) = 7 at add = 10, x = 2: 3 paths
      3  = 1 × 3  add → mul=6 → x
      2  = 1 × 2  add → mul=4 → x  (1 of 2 alike)
      2  = 1 × 2  add → mul=4 → x  (2 of 2 alike)
    3 + 2 + 2 = 7
    """
    check_fresh(_node(y))
    order = inputs_first(y)
    title = f"d({name(y)})/d({name(_node(x))})"
    if x not in order:
        return Words(f"{title} = 0: no path leads from {name(y)} to {name(x)}")
    # For each node above x the log of the largest |product| along a path down to x.
    best = push(order, {x: 0}, lambda size, v, i: size + _size(v.partials[i]), max)

    def shared(carried: tuple[float, int], v: Value, i: int) -> tuple[float, int] | None:
        return (share_of(carried[0], v, i), carried[1]) if v.inputs[i] in best else None

    edges = []
    sums = pull(order, {y: (1.0, 1)}, shared, lambda a, b: (a[0] + b[0], a[1] + b[1]))
    for v, (slope, total) in sums:  # adjoint and number of paths, which may have many digits
        _finite(slope, f"gradient at {name(v)}")
        if v is x:
            break
        for u, d in zip(v.inputs, v.partials, strict=True):
            if u is x:
                edges.append((slope * (d or 0.0), slope, d, v, total))
    plural = "path" if total == 1 else "paths"
    at = ", ".join(f"{name(v)} = {number(v.data)}" for v in dict.fromkeys((y, x)))
    text = [f"{title} = {number(slope)} at {at}: {_count(total)} {plural}"]

    def named(v: Value) -> str:
        return name(v) if v is x or v is y or v.label else f"{v.op}={number(v.data)}"

    listed = sorted(_largest(y, x, best), key=lambda path: -abs(path[0]))
    rows: list[Row] = [
        (f"  {number(product)}", f"= {_product(factors)}", " → ".join(_middle(nodes, named)))
        for product, factors, nodes in listed
    ]
    alike, so_many = Counter(rows), Counter[Row]()
    for i, row in enumerate(rows):
        so_many[row] += 1
        mark = f"({so_many[row]} of {alike[row]} alike)" if alike[row] > 1 else ""
        rows[i] = (*row, mark)
    text += columns(rows)
    terms = [product for product, _, _ in listed]
    if total > len(terms):
        rest = math.fsum([slope, *[-term for term in terms]])
        if abs(rest) <= 1e-14 * max(map(abs, terms)):
            rest = 0.0  # rounding, not a path
        others = _count(total - len(terms))
        shown = number(math.fsum(terms))
        text.append(f"{shown} from these {len(terms)} + {number(rest)} from {others} other paths")
        text.append(f"edge by edge at {name(x)}, gradient × partial:")
        edges.sort(key=lambda edge: -abs(edge[0]))
        text += columns(
            [
                (f"  {number(share)}", f"= {_product([above, d])}", f"from {named(v)}, {n}")
                for share, above, d, v, paths in edges[:20]
                for n in [f"{_count(paths)} path" + "s" * (paths > 1)]
            ]
        )
        if len(edges) > 20:
            share = math.fsum(edge[0] for edge in edges[20:])
            text.append(f"  and {len(edges) - 20:,} more edges, together {number(share)}")
    elif total > 1:
        text.append(f"{_sum(terms)} = {number(slope)}")
    return Words("\n".join(text))


class WhatIf(NamedTuple):
    """What `what_if` found; as text, the change beside its estimate."""

    before: float
    after: float
    change: float  # after - before
    estimate: float  # of the change: the sum of gradient * change of the leaf
    name: str
    leaves: tuple[tuple[str, float, float, float], ...]  # name, before, after, gradient

    def __str__(self) -> str:
        moves = [*self.leaves, (self.name, self.before, self.after, 0.0)]
        rows: list[Row] = [(label, f"{number(a)} → {number(b)}", "") for label, a, b, _ in moves]
        products = _middle(self.leaves, lambda leaf: _product([leaf[3], leaf[2] - leaf[1]]))
        missed = self.change - self.estimate
        exact = abs(missed) <= 1e-12 * max(map(abs, self[:4]))
        rows += [
            ("change", _signed(self.change), "computed again"),
            ("estimate", f"{_signed(self.estimate)} = {' + '.join(products) or 0}", "by gradients"),
            ("missed by", "0, to rounding" if exact else _signed(missed), ""),
        ]
        return "\n".join(columns(rows))

    def __repr__(self) -> str:
        return str(self)  # what a REPL shows


def what_if(y: Value, changes: Mapping[Value, float]) -> WhatIf:
    """What y would be if leaves had other numbers, beside the estimate from the gradients.

    `changes` maps leaves below y to numbers.  What comes back compares y as it was recorded with a
    copy of the graph computed again from these numbers and the present ones of the other leaves: y
    itself stays.  Raises TypeError for what is not a Value or not a number, ValueError for an inner
    node, for a leaf that y does not depend on, and where a leaf was assigned after the recording,
    what `recompute` raises, and what `backward` does where these leaves need it.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> print(what_if(apple * count * tax, {apple: 120}))
    apple      100 → 120
    mul        220 → 264
    change     +44             computed again
    estimate   +44 = 2.2 × 20  by gradients
    missed by  0, to rounding
    """
    if not isinstance(changes, Mapping):
        raise TypeError(f"what_if needs a dict of leaves and numbers, got {changes!r:.60}")
    check_fresh(_node(y))
    copies: dict[int, Any] = {}
    replay = y.__deepcopy__(copies)
    for leaf in changes:
        if _node(leaf).op is not None:
            raise ValueError(f"what_if changes leaves only, not {leaf!r}")
        if id(leaf) not in copies:
            raise ValueError(f"what_if: {name(y)} does not depend on {leaf!r}")
    slopes = derivatives([replay], [copies[id(leaf)] for leaf in changes], [[1.0]])[0]
    leaves = []
    for (leaf, new), slope in zip(changes.items(), slopes, strict=True):
        copy = copies[id(leaf)]
        old, copy.data = copy.data, new
        leaves.append((name(leaf), old, copy.data, slope))
    after = replay.recompute().data
    change = _finite(after - y.data, "change")
    steps = [_finite(g * (new - old), "estimate") for _, old, new, g in leaves]
    estimate = _finite(math.fsum(steps), "estimate")
    return WhatIf(y.data, after, change, estimate, name(y), tuple(leaves))


# --- paths ---


def _size(d: float | None) -> int:
    """log |d|.  A partial that does not exist counts as 0: the sweep found 0 before it."""
    return round(math.log(abs(d)) * ONE) if d else -ONE * ONE


def _largest(
    y: Value, x: Value, best: dict[Value, int], most: int = 20
) -> list[tuple[float, list[float | None], list[Value]]]:
    """The paths from y to x with the largest |product|: product, factors, nodes.

    Best-first search, whose bound `best` is exact: a path is extended only if it is among the
    largest, so the cost is the length of the paths that are found.
    """
    found: list[tuple[float, list[float | None], list[Value]]] = []
    tie = 0  # the later, the sooner: of equal paths one is followed to its end
    heap: list[tuple[int, int, int, Value, Path]] = [(-best[y], 0, 0, y, ())]
    while heap and len(found) < most:
        _, _, size, v, path = heapq.heappop(heap)
        if v is x:
            factors: list[float | None] = []
            nodes = [x]
            while path:
                path, consumer, d = path
                factors.append(d)
                nodes.append(consumer)
            found.append((_multiply(factors), factors[::-1], nodes[::-1]))
            continue
        for u, d in reversed(list(zip(v.inputs, v.partials, strict=True))):
            if u in best:
                tie -= 1
                further = size + _size(d)
                heapq.heappush(heap, (-further - best[u], tie, further, u, (path, v, d)))
    return found


def _multiply(factors: list[float | None]) -> float:
    """Their product, with no overflow on the way to a number that fits."""
    mantissa, exponent = 1.0, 0
    for d in factors:
        mantissa, e = math.frexp(mantissa * (d or 0.0))
        exponent += e
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        raise OverflowError("the product along a path is too large for a float") from None


# --- text ---


def name(v: Value) -> str:
    """The label, else the operation, else the number; fit for the terminal."""
    return visible(v.label) if v.label is not None else v.op or number(v.data)


def number(x: float) -> str:
    """x to 12 significant digits: 220, 2.2, 1e-07."""
    return f"{x + 0.0:.12g}"


def _signed(x: float) -> str:
    return f"{x + 0.0:+.12g}"


def _factor(d: float | None) -> str:
    return "undefined" if d is None else f"({number(d)})" if d < 0.0 else number(d)


def _product(factors: list[float | None]) -> str:
    return " × ".join(_middle(factors, _factor)) or "1"


def _sum(terms: list[float]) -> str:
    """The terms with their signs between them."""
    signed = [f" - {number(-t)}" if t < 0.0 else f" + {number(t)}" for t in terms[1:]]
    return number(terms[0]) + "".join(signed)


def _middle(items: Sequence[Any], text: Callable[[Any], str]) -> list[str]:
    """The items as text, the middle of more than 12 left out and counted."""
    if len(items) <= 12:
        return list(map(text, items))
    return [*map(text, items[:6]), f"… {len(items) - 11:,} …", *map(text, items[-5:])]


def _count(n: int) -> str:
    """n in words of bounded length."""
    digits = n.bit_length() * math.log10(2.0)
    return f"{n:,}" if digits < 16.0 else f"about 10^{round(digits)}"


def visible(text: str, width: int = 60) -> str:
    r"""The text on one line of about so many columns at most, control characters as escapes.

    >>> visible("a\nb\x1b[2J")
    'a\\nb\\x1b[2J'
    """
    shown, columns_left = [], width
    for i, c in enumerate(text):
        unsafe = unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"
        shown.append(c.encode("unicode_escape").decode() if unsafe else c)
        columns_left -= columns_of(shown[-1])
        if columns_left < 0 or i == 2 * width:  # letters without a width count too
            return "".join(shown[:-1]) + "…"
    return "".join(shown)


def columns_of(text: str) -> int:
    """How many columns the text takes in a terminal: two for wide letters, none for accents.

    >>> columns_of("tax"), columns_of("消費税")
    (3, 6)
    """
    accents = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    return len(text) - accents + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def columns(rows: Sequence[Row]) -> list[str]:
    """The rows as lines, two spaces between cells, aligned by display width."""
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - columns_of(cell))
            for cell, width in zip(row, widths, strict=True)
            if width
        ).rstrip()
        for row in rows
    ]


def show(text: str) -> None:
    """Print the text, in colours where stdout is a terminal and rich is installed."""
    if sys.stdout.isatty():
        with suppress(ImportError):
            from rich.console import Console

            Console(soft_wrap=True).print(text)
            return
    print(text)


def _node(v: Any) -> Value:
    if type(v) is not Value:
        raise TypeError(f"expected a Value, got {type(v).__name__}: {v!r:.60}")
    return v


def _finite(x: float, what: str) -> float:
    if x - x != 0.0:
        raise OverflowError(f"the {what} is too large for a float")
    return x
