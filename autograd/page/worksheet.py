"""Worksheets: the picture of a graph with blanks in its backward pass, to be filled in by hand.

Invariant: the page is whole in itself and asks nothing of the network.  The answers and the slips
that it names are computed here, before; the script only compares numbers.
"""

import html
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from autograd.core.value import Value
from autograd.draw.figure import Edge, Figure, Unit, figure
from autograd.draw.item import Sheet
from autograd.draw.sheet import look, sheet
from autograd.draw.svg import svg
from autograd.draw.text import printed
from autograd.page.explore import copied
from autograd.page.html import html_file

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


def sheet_of_exercises(
    y: Value,
    shares: Callable[[Value], Any],
    blanks: int | None = None,
    seed: int = 0,
    fold: Any = None,
    precision: int = 4,
    direction: str = "LR",
    names: Mapping[str, Any] | None = None,
) -> str:
    """The page of a worksheet as HTML text: `autograd.worksheet` tells of it.

    shares(y) knows what is wrong in which way: `rounded` and `wrong`, as of `checks.slips.Shares`.
    """
    if type(y) is not Value:
        raise TypeError(f"a worksheet is of one Value, not {y!r:.60}")
    (copy,), renamed = copied([y], names)
    copy.backward()
    drawn = figure([copy], fold, renamed, precision)
    asked = _asked(drawn, shares(copy), precision)
    count = math.ceil(len(asked) / 2) if blanks is None else blanks
    if not 0 < count <= len(asked):
        raise ValueError(f"{count} blanks, but the graph has {len(asked)} gradients to ask for")
    chosen = set(Random(seed).sample(list(asked), count))
    numbered = {id: i for i, id in enumerate((id for id in asked if id in chosen), 1)}

    rows, key, data = [], [], []
    for id, i in numbered.items():
        text, answer, slips = asked[id]
        cell = f"<tr><th>({i}) {html.escape(text)}</th>"
        blank = f'<input type="number" step="any" aria-label="blank {i}" data-blank="{i - 1}">'
        rows.append(f'{cell}<td>{blank} <output aria-live="polite"></output></td></tr>')
        key.append(f"{cell}<td>{printed(answer, 12)}</td></tr>")
        some = [(t, x) for t, x in slips if abs(x - answer) > 1e-9 * abs(x) and math.isfinite(x)]
        data.append({"answer": answer, "slips": some[:MOST_SLIPS]})
    title = f"Worksheet: {y.label or 'the backward pass'}"
    body = _BODY.format(
        title=html.escape(title),
        picture=svg(
            _blanked(sheet(drawn, look(precision=precision, direction=direction)), numbered)
        ),
        rows="".join(rows),
        key="".join(key),
    )
    return html_file(title, body, data, "worksheet.js")


def _asked(drawn: Figure, judge: Any, precision: int) -> dict[str, tuple[str, float, Any]]:
    """What can be asked for, by the id of its place: in words, the answer, and wrong ones."""
    nodes = {node.id: node for node in drawn.nodes}
    asked = {}
    for edge in reversed(drawn.edges):
        head = nodes[edge.head]
        if edge.gradient is not None and head.kind != "output":
            flows = printed(edge.value, precision)
            text = f"{nodes[edge.tail].text} → {head.text}, along which {flows} flows"
            answer = judge.rounded(drawn.recorded[edge.source], edge.gradient)
            asked[edge.id] = text, answer, judge.wrong(answer, *_use(drawn, edge, head))
    for node in drawn.nodes:
        if node.total is not None:
            asked[node.id] = f"{node.text}: the sum of its shares", node.total, ()
    return asked


def _blanked(plain: Sheet, numbered: dict[str, int]) -> Sheet:
    """The sheet with numbers in brackets for those gradients, and nothing that tells them."""
    items = []
    for item in plain.items:
        place = numbered.get(item.id.removesuffix("_label"))
        texts = [
            replace(t, text=f"({place})" if t.kind == "gradient" and place else told)
            for t in item.texts
            if (told := t.text.partition("  Σ ")[0]) and not told.startswith("Σ")
        ]
        items.append(replace(item, texts=tuple(texts), title=""))
    links = tuple(replace(link, title="") for link in plain.links)
    return replace(plain, items=tuple(items), links=links)


def _use(drawn: Figure, edge: Edge, head: Unit) -> tuple[Any, ...]:
    """The use that an edge shows: consumer, input, kind, slot, partial; () if it shows several."""
    source = drawn.recorded[edge.source]
    if head.kind == "operator":
        ((i, slot),) = edge.uses
        return drawn.recorded[i], source, drawn.recorded[i].op, slot, edge.partial
    if edge.partial is None:
        return ()
    return drawn.recorded[head.values[-1]], source, head.text, 0, edge.partial
