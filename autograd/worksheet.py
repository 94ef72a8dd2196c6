"""Worksheets: the picture of a graph with blanks in its backward pass, to be filled in by hand.

Invariant: the page is whole in itself and asks nothing of the network.  The answers and the slips
that it names are computed here, by the rules of `autograd.slips`; the script only compares numbers.
"""

import math
import os
from collections.abc import Iterator, Mapping
from typing import Any

from autograd.check import ROUNDING, adjoints
from autograd.slips import Found, Use, candidates, local, uses_above
from autograd.value import Value

MOST_SLIPS = 200  # told for one blank

_BODY = """<main>
<h1>{title}</h1>
<p>Above each line stands the number that flows forward, below it the gradient that flows back:
the incoming gradient times the local derivative. Where a number is used more than once, its own
gradient is the sum of the shares. Fill in the blanks.</p>
<div id="picture">{picture}</div>
<section class="panel" aria-label="Blanks">
<table>{rows}</table>
<div class="steps"><button id="check" type="button">Check</button>
<button id="clear" type="button">Clear</button><output id="score" aria-live="polite"></output></div>
</section>
<details class="panel"><summary>Answer key</summary><table>{key}</table></details>
</main>
"""


def worksheet(
    y: Value,
    path: str | os.PathLike[str],
    blanks: int | None = None,
    seed: int = 0,
    fold: Any = None,
    precision: int = 4,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
) -> None:
    """Write a page with the graph of y, where some gradients of the backward pass are blanks.

    `blanks` says how many, by default half of them, and `seed` chooses which.  The page prints; on
    the screen it checks the numbers that are typed, to the digits typed, and names the likely slip.
    The answer key is folded in at its end: open it to print it.  The other options are those of
    `draw`.  Every `.grad` stays as it is.  Raises ValueError for a suffix other than .html and for
    a number of blanks that the graph does not have, and what `draw` and `backward` raise.

    >>> apple, count, tax = Value(100, "apple"), Value(2, "count"), Value(1.1, "tax")
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     worksheet(apple * count * tax, f"{folder}/sheet.html", blanks=3)
    """
    import html
    from dataclasses import replace
    from random import Random

    from autograd.draw import write
    from autograd.draw.figure import figure
    from autograd.draw.page import document
    from autograd.draw.sheet import Look, sheet
    from autograd.draw.svg import svg
    from autograd.draw.text import number

    if not os.fspath(path).lower().endswith(".html"):
        raise ValueError(f"a worksheet is an .html file, not {os.fspath(path)!r}")
    if type(y) is not Value:
        raise TypeError(f"a worksheet is of one Value, not {y!r:.60}")
    copies: dict[int, Value] = {}
    copy = y.__deepcopy__(copies)
    copy.zero_grad()
    copy.backward()
    renamed = {k: copies.get(id(v), v) for k, v in (names or {}).items()}
    drawn = figure([copy], fold, renamed, precision)
    nodes = {node.id: node for node in drawn.nodes}
    asked: dict[str, tuple[str, float, Use | None]] = {}  # by id: what, the answer, where
    found = adjoints(copy)
    for edge in reversed(drawn.edges):
        head, tail = nodes[edge.head], nodes[edge.tail]
        if edge.gradient is not None and head.kind != "output":
            text = f"{tail.text} → {head.text}, along which {number(edge.value, precision)} flows"
            terms = found[drawn.recorded[edge.source]][1]  # what is left of their sum by rounding
            answer = 0.0 if abs(edge.gradient) <= ROUNDING * terms else edge.gradient
            asked[edge.id] = text, answer, _use(drawn, edge, head, found)
    for node in drawn.nodes:
        if node.total is not None:
            asked[node.id] = f"{node.text}: the sum of its shares", node.total, None
    count = math.ceil(len(asked) / 2) if blanks is None else blanks
    if not 0 < count <= len(asked):
        raise ValueError(f"{count} blanks, but the graph has {len(asked)} gradients to ask for")
    chosen = set(Random(seed).sample(list(asked), count))
    numbered = {id: i for i, id in enumerate((id for id in asked if id in chosen), 1)}

    plain = sheet(drawn, Look("book", False, precision, direction))
    items = []
    for item in plain.items:
        place = numbered.get(item.id.removesuffix("_label"))
        texts = [
            replace(t, text=f"({place})" if t.kind == "gradient" and place else t.text)
            for t in item.texts
            if not t.text.startswith("Σ")
        ]
        texts = [replace(t, text=t.text.partition("  Σ ")[0]) for t in texts]
        items.append(replace(item, texts=tuple(texts), title=""))
    links = [replace(link, title="") for link in plain.links]
    picture = svg(replace(plain, items=tuple(items), links=tuple(links)))

    rows, key, data = [], [], []
    for id, i in numbered.items():
        text, answer, use = asked[id]
        cell = f"<tr><th>({i}) {html.escape(text)}</th>"
        blank = f'<input type="number" step="any" aria-label="blank {i}" data-blank="{i - 1}">'
        rows.append(f'{cell}<td>{blank} <output aria-live="polite"></output></td></tr>')
        key.append(f"{cell}<td>{number(answer, 12)}</td></tr>")
        data.append({"answer": answer, "slips": list(_slips(found, answer, use))})
    title = f"Worksheet: {y.label or 'the backward pass'}"
    body = _BODY.format(
        title=html.escape(title), picture=picture, rows="".join(rows), key="".join(key)
    )
    write(path, document(title, body, data, "worksheet.js"))


def _use(drawn: Any, edge: Any, head: Any, found: Found) -> Use | None:
    """The use that an edge shows; None where it shows several."""
    source = drawn.recorded[edge.source]
    if head.kind == "operator":
        ((i, slot),) = edge.uses
        consumer = drawn.recorded[i]
        return Use(consumer, source, consumer.op, slot, edge.partial, found[consumer][0], 1.0)
    consumer = drawn.recorded[head.values[-1]]
    if edge.partial is None:
        return None
    return Use(consumer, source, head.text, 0, edge.partial, found[consumer][0], 1.0)


def _slips(found: Found, answer: float, use: Use | None) -> Iterator[tuple[str, float]]:
    """Each single slip in a share, with the number that it leads to."""
    told = {"wrong sign": -answer}
    if answer:
        told["the reciprocal"] = 1.0 / answer
    if use is not None:
        a, p = use.adjoint, use.partial
        told["a factor forgotten: the incoming gradient"] = p
        told["a factor squared: the incoming gradient"] = a * a * p
        for text, partial in local(use):
            told.setdefault(text, a * partial)
        for text, adjoint in candidates(
            found, use.consumer, a, uses_above(found, use.consumer, set())
        ):
            told.setdefault(f"{text}, further up", adjoint * p)
    wrong = [
        (t, x) for t, x in told.items() if math.isfinite(x) and abs(x - answer) > 1e-9 * abs(x)
    ]
    yield from wrong[:MOST_SLIPS]
