"""A derivative path by path: each path's product in numbers, and how they add up.

Invariant: nothing changes a graph or a gradient, and the work is bounded, however many paths and
however long: what is left out is counted.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first
from autograd.core.sweeps import carry, down, share_of, up
from autograd.core.value import Value
from autograd.words.parts import composites, expect_value, fitting, within
from autograd.words.text import (
    Row,
    Words,
    columns,
    factors_of,
    folded,
    middle,
    name,
    number,
    terminal_width,
    visible,
)

MOST = 20  # paths and edges that are listed
STEPS = 200_000  # along paths, after which no further path is looked for
ONE = 1 << 40  # logarithms are compared as integers: their sums are exact, whatever the order
Path = tuple[Any, ...]  # (path so far, node it left, factor of that edge); () at y itself
Found = tuple[float, list[float | None], list[Value]]  # a path: product, factors, nodes
Count = tuple[int, int]  # m, e: m * 2**e, where m has 64 bits at most


def explain(y: Value, x: Value, *, precision: int = 12, width: int | None = None) -> str:
    """dy/dx as a sum over the paths from y down to x, each the product of its partials.

    The 20 paths with the largest products are listed, the largest first, then the number and the
    sum of the others; where there are others, the sum is also given edge by edge at x.  What a path
    passes in a composite stands in brackets, `sigmoid[reciprocal=0.5 → ...]`; lines that read
    alike, as for x * x, are numbered.  Numbers have `precision` significant digits, `width` is as
    for `tree`.  A text; `.grad` stays as it is.
    Raises what `backward` raises where a path to x needs it, OverflowError where one product is too
    large for a float, ValueError where a leaf's number was assigned after the recording.
    The chain rule as a sum over paths: Griewank and Walther, Evaluating Derivatives, chapter 3.

    >>> x = Value(2.0, "x")
    >>> print(explain(x * x + 3 * x, x))
    d(add)/d(x) = 7 at add = 10, x = 2: 3 paths
      3  = 1 × 3  add → mul=6 → x
      2  = 1 × 2  add → mul=4 → x  (1 of 2 alike)
      2  = 1 × 2  add → mul=4 → x  (2 of 2 alike)
    3 + 2 + 2 = 7
    """
    check_fresh(expect_value(y))
    order = inputs_first(y)
    title = f"d({name(y)})/d({name(expect_value(x))})"
    if x not in order:
        return Words(f"{title} = 0: no path leads from {name(y)} to {name(x)}")
    # For each node above x the log of the largest |product| along a path down to x.
    best = carry(up(order), {x: 0}, lambda size, v, i: size + _size(v.partials[i]), max)

    way = [edge for edge in down(order) if edge[1] in best]

    def checked(slope: float, v: Value, i: int) -> float:
        return share_of(fitting(slope, f"gradient at {name(v)}"), v, i)

    slopes = carry(way, {y: 1.0}, checked)
    paths = carry(way, {y: (1, 0)}, lambda count, v, i: count, _more)
    slope, total = fitting(slopes[x], f"gradient at {name(x)}"), paths[x]
    edges = [
        (share_of(slopes[v], v, i), slopes[v], v.partials[i], v, paths[v])
        for v, u, (_, i) in way
        if u is x
    ]

    def told(number_of: float) -> str:
        return number(number_of, precision)

    def named(v: Value) -> str:
        return name(v) if v is x or v is y or v.label else f"{v.op}={told(v.data)}"

    calls = composites(order)
    listed = sorted(_largest(y, x, best), key=lambda path: -abs(path[0]))
    rows: list[Row] = [
        (f"  {told(p)}", f"= {factors_of(factors, precision)}", _route(nodes, named, calls))
        for p, factors, nodes in listed
    ]
    alike, so_many = Counter(rows), Counter[Row]()
    for i, row in enumerate(rows):
        so_many[row] += 1
        rows[i] = (*row, f"({so_many[row]} of {alike[row]} alike)" if alike[row] > 1 else "")
    width = terminal_width() if width is None else width
    at = ", ".join(f"{name(v)} = {told(v.data)}" for v in dict.fromkeys((y, x)))
    plural = "path" if total == (1, 0) else "paths"
    text = folded([f"{title} = {told(slope)} at {at}: {_counted(total)} {plural}"], width)
    text += columns(rows, width)
    terms = [product for product, _, _ in listed]
    others = _more(total, (-len(terms), 0))
    if others[0] > 0:
        rest = math.fsum([slope, *[-term for term in terms]])
        if abs(rest) <= 1e-14 * max(map(abs, terms)):
            rest = 0.0  # rounding, not a path
        shown = f"{told(math.fsum(terms))} from these {len(terms)}"
        text += folded([f"{shown} + {told(rest)} from {_counted(others)} other paths"], width)
        text.append(f"edge by edge at {name(x)}, gradient × partial:")
        edges.sort(key=lambda edge: -abs(edge[0]))
        by_edge: list[Row] = [
            (f"  {told(share)}", f"= {factors_of([above, d], precision)}", f"from {named(v)}, {n}")
            for share, above, d, v, count in edges[:MOST]
            for n in [f"{_counted(count)} path" + "s" * (count != (1, 0))]
        ]
        text += columns(by_edge, width)
        if len(edges) > MOST:
            share = math.fsum(edge[0] for edge in edges[MOST:])
            text.append(f"  and {len(edges) - MOST:,} more edges, together {told(share)}")
    elif total != (1, 0):
        text += folded([f"{_sum(terms, told)} = {told(slope)}"], width)
    return Words("\n".join(text))


# --- paths ---


def _size(d: float | None) -> int:
    """log |d|.  A partial that does not exist counts as 0: the sweep found 0 before it."""
    return round(math.log(abs(d)) * ONE) if d else -ONE * ONE


def _more(a: Count, b: Count) -> Count:
    """a + b paths: exactly while 64 bits hold them, else to 18 digits."""
    e = max(a[1], b[1])
    m = (a[0] >> e - a[1]) + (b[0] >> e - b[1])
    return (m >> 1, e + 1) if m >> 64 else (m, e)


def _largest(y: Value, x: Value, best: dict[Value, int]) -> list[Found]:
    """The paths from y to x with the largest |product|, as many as the steps allow, one at least.

    Best-first search, whose bound `best` is exact: a path is extended only if it is among the
    largest, so the cost is the length of the paths that are found.
    """
    found: list[Found] = []
    tie = 0  # the later, the sooner: of equal paths one is followed to its end
    steps = 0
    heap: list[tuple[int, int, int, Value, Path]] = [(-best[y], 0, 0, y, ())]
    while heap and len(found) < MOST and (not found or steps < STEPS):
        _, _, size, v, path = heapq.heappop(heap)
        steps += 1
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


# --- words ---


def _route(nodes: list[Value], named: Callable[[Value], str], calls: dict[Any, str]) -> str:
    """The nodes with arrows between, what lies in a composite in its brackets."""
    texts = middle(nodes, named)
    shown: list[Value | None] = list(nodes)
    if len(texts) < len(nodes):
        shown = [*nodes[:6], None, *nodes[-5:]]
    inside = [within(v, calls) if v is not None else [] for v in shown]
    if None in shown:
        gap = shown.index(None)
        inside[gap] = _common(inside[gap - 1], inside[gap + 1])
    for i, around in enumerate(inside):
        opened = around[len(_common(inside[i - 1] if i else [], around)) :]
        closed = len(around) - len(_common(inside[i + 1] if i + 1 < len(inside) else [], around))
        texts[i] = "".join(f"{visible(c)}[" for c in opened) + texts[i] + "]" * closed
    return " → ".join(texts)


def _common(a: list[str], b: list[str]) -> list[str]:
    """What both begin with."""
    return [p for p, *_ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False))]


def _sum(terms: list[float], told: Callable[[float], str]) -> str:
    """The terms with their signs between them."""
    signs = [f" - {told(-t)}" if t < 0.0 else f" + {told(t)}" for t in terms[1:]]
    return told(terms[0]) + "".join(signs)


def _counted(n: Count) -> str:
    """n in words of bounded length."""
    m, e = n
    digits = (m.bit_length() + e) * math.log10(2.0)
    return f"{m << e:,}" if digits < 16.0 else f"about 10^{round(digits)}"
