"""Worksheets: the picture of a graph with blanks in it, to be filled in by hand or on the screen.

Invariant: the page is whole in itself and asks nothing of the network.  The answers and the slips
that it names are computed here, before; the script only compares numbers.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

from autograd.core.graph import check_fresh
from autograd.core.value import Value
from autograd.draw import figure_of
from autograd.draw.figure import Edge, Figure, Unit
from autograd.draw.item import Sheet
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg
from autograd.draw.text import printed, width
from autograd.page.explore import copied
from autograd.page.html import html_file, said, source, words_in

MOST_SLIPS = 100  # told for one blank
UPRIGHT, ACROSS = 780.0, 1150.0  # points that A4 and A4 across hold, the smallest type being 8

_BODY = """<main class="sheet {paper}">
<header class="head"><h1>{title}</h1>
<p class="pupil"><span data-say="pupil"></span> <i></i> <span data-say="date"></span> <i></i></p>
</header>
<p data-say="task"></p>
<div id="picture">{picture}</div>
<div class="rows">{strips}</div>
<section class="panel" data-label="blanks">
<table>{rows}</table>
<div class="steps"><button id="check" type="button" data-say="check"></button>
<button id="clear" type="button" data-say="clear"></button>
<output id="score" aria-live="polite"></output></div>{left_out}
</section>
<details class="panel"><summary data-say="key"></summary><table>{key}</table></details>
</main>
"""


class Blank(NamedTuple):
    """One number to be found: what it is, as markup, its places in the picture, what is wrong."""

    words: str
    answer: float
    places: list[tuple[str, str]]  # the id of an edge or a node, and "value" or "gradient"
    slips: Callable[[], list[tuple[str, float]]]  # work, which only those asked for are worth
    above: tuple[float, tuple[str, ...]] = (0.0, ())  # a factor, and the edges it multiplies


def sheet_of_exercises(
    y: Value,
    shares: Callable[[Value], Any],
    blanks: int | Mapping[str, int] | None = None,
    seed: int = 0,
    names: Mapping[str, Any] | None = None,
    lang: str | None = None,
    **options: Any,
) -> str:
    """The page of a worksheet as HTML text: `autograd.worksheet` tells of it and of the options.

    shares(y) knows what is wrong in which way, as `checks.shares.Shares` does.
    """
    if type(y) is not Value:
        raise TypeError(f"a worksheet is of one Value, not {y!r:.60}")
    check_fresh(y)
    (copy,), renamed = copied([y], names)
    copy.backward()
    drawn, look = figure_of(copy, names=renamed, **options)
    judge = shares(copy)
    gradients = _gradients(drawn, judge, lang, told=type(blanks) is int or not blanks)
    known = {"forward": _values(drawn, lang), "backward": gradients}
    counts = {"backward": math.ceil(len(known["backward"]) / 2)} if blanks is None else blanks
    if isinstance(counts, int):
        counts = {"backward": counts}
    if not set(counts) <= set(known):
        raise ValueError(f"blanks are a number, or numbers of forward and backward, not {counts}")
    asked: list[Blank] = []
    for way, what in (("forward", "values"), ("backward", "gradients")):
        count, all = counts.get(way, 0), known[way]
        if not 0 <= count <= len(all) or (way == "backward" and not count and not asked):
            raise ValueError(f"{count} blanks, but the graph has {len(all)} {what} to ask for")
        chosen = set(Random(seed).sample(range(len(all)), count))
        asked += [blank for i, blank in enumerate(all) if i in chosen]

    rows, key = [], []
    for i, blank in enumerate(asked, 1):
        cell = f"<tr><th>({i}) {blank.words}</th>"
        field = f'<input type="text" inputmode="decimal" autocomplete="off" data-blank="{i - 1}" '
        field += f'aria-label="{i}"><output aria-live="polite"></output>'
        rows.append(f"{cell}<td>{field}</td></tr>")
        key.append(f"{cell}<td>{printed(blank.answer, 12)}</td></tr>")
    judge.divide(len(asked))
    slips = [blank.slips() for blank in asked]
    left_out = [said(lang, why, most=judge.most) for why in sorted(judge.left_out)]
    picture = svg(_blanked(sheet(drawn, look), asked))
    wide, strips = _strips(picture)
    body = _BODY.format(
        title=said(lang, "worksheet", what=y.label or words_in(lang)["thebackward"]),
        paper="wide" if wide > UPRIGHT else "",
        picture=picture,
        strips="".join(strips),
        rows="".join(rows),
        left_out="".join(f"\n<p>{words}</p>" for words in left_out),
        key="".join(key),
    )
    at = {place: i for i, blank in enumerate(asked) for place in blank.places}
    shown = {edge.id: edge.gradient for edge in drawn.edges}
    data = []
    for b, wrong in zip(asked, slips, strict=True):
        factor, edges = b.above
        above = [(at.get((id, "gradient")), shown[id] or 0.0) for id in edges]
        data.append({"answer": b.answer, "slips": wrong, "places": b.places})
        if any(i is not None for i, _ in above):
            data[-1] |= {"factor": factor, "above": above}
    title = f"{y.label or 'worksheet'}"
    return html_file(title, body, data, lang, source("answers.js"), source("worksheet.js"))


def _values(drawn: Figure, lang: str | None) -> list[Blank]:
    """The values that can be asked for: those that are computed, each once."""
    nodes = {node.id: node for node in drawn.nodes}
    found: dict[int, Blank] = {}
    for edge in drawn.edges:
        if nodes[edge.tail].kind != "leaf" and edge.value is not None and not edge.others:
            ends = {"tail": nodes[edge.tail].text, "head": nodes[edge.head].text or "="}
            wrong = [("wrong sign", -edge.value)] if edge.value else []
            blank = Blank(said(lang, "edgevalue", **ends), edge.value, [], partial(list, wrong))
            found.setdefault(edge.source, blank).places.append((edge.id, "value"))
    return list(found.values())


def _gradients(drawn: Figure, judge: Any, lang: str | None, told: bool) -> list[Blank]:
    """The gradients that can be asked for: the share of each edge, and the sums of shares.

    An edge is named by its ends and, where values are `told`, by the one that flows along it.
    """
    nodes = {node.id: node for node in drawn.nodes}
    found = []
    for edge in reversed(drawn.edges):
        head = nodes[edge.head]
        several = edge.others or head.kind == "more"
        if edge.gradient is not None and head.kind != "output" and not several:
            ends = {"tail": nodes[edge.tail].text, "head": head.text}
            flows = {"flows": printed(edge.value or 0.0)} if told else {}
            words = said(lang, "edge" if told else "edgegradient", **ends, **flows)
            answer = judge.rounded(drawn.recorded[edge.source], edge.gradient)
            slips = partial(_slips, judge, answer, *_use(drawn, edge, head))
            incoming = tuple(e.id for e in drawn.edges if e.tail == head.id)
            above = (edge.partial or 0.0, incoming)
            found.append(Blank(words, answer, [(edge.id, "gradient")], slips, above))
    for node in drawn.nodes:
        if node.total is not None:
            words = said(lang, "total", x=node.text)
            slips = partial(_slips, judge, node.total, None, drawn.recorded[node.values[-1]])
            shares = tuple(e.id for e in drawn.edges if e.tail == node.id)
            found.append(Blank(words, node.total, [(node.id, "gradient")], slips, (1.0, shares)))
    return found


def _slips(judge: Any, answer: float, *use: Any) -> list[tuple[str, float]]:
    """The wrong forms of an answer that are numbers of their own, the likeliest first."""
    wrong = judge.wrong(answer, *use)
    some = [(t, x) for t, x in wrong if math.isfinite(x) and abs(x - answer) > 1e-9 * abs(x)]
    return some[:MOST_SLIPS]


def _blanked(plain: Sheet, asked: list[Blank]) -> Sheet:
    """The sheet with numbers in brackets for what is asked, and nothing that tells it."""
    marks = {place: f"({i})" for i, blank in enumerate(asked, 1) for place in blank.places}
    items = []
    for item in plain.items:
        id = item.id.removesuffix("_label")
        texts = [
            replace(t, text=marks.get((id, t.kind), told))
            for t in item.texts
            if (told := t.text.partition("  Σ ")[0]) and not told.startswith("Σ")
        ]
        items.append(replace(item, texts=tuple(texts), title=""))
    links = tuple(replace(link, title="") for link in plain.links)
    return replace(plain, words="", items=tuple(items), links=links)


def _strips(picture: str) -> tuple[float, list[str]]:
    """How wide a picture is, and where that is too wide for A4 its parts, to print one by one.

    It is cut across the lines, where fewest texts and nodes stand.
    """
    root = ET.fromstring(picture)
    _, _, wide, tall = map(float, root.attrib["viewBox"].split())
    n = math.ceil(wide / ACROSS)
    spans = []
    for item in root.iter():
        tag, at = item.tag.partition("}")[2], item.attrib
        if tag == "text":
            reach = width(item.text or "", float(at["font-size"])) + 4.0
            left = {"start": 0.0, "end": 1.0}.get(at.get("text-anchor", ""), 0.5)
            spans.append((float(at["x"]) - left * reach, float(at["x"]) + (1.0 - left) * reach))
        elif tag == "circle":
            spans.append((float(at["cx"]) - 20.0, float(at["cx"]) + 20.0))
    cuts = [0.0]
    for k in range(1, n):
        near = [wide * (k + 0.01 * i) / n for i in range(-25, 26)]
        near.sort(key=lambda x: (sum(a < x < b for a, b in spans), abs(x - wide * k / n)))
        cuts.append(near[0])
    parts = []
    plain = picture.replace(' id="', ' data-id="')
    for a, b in zip(cuts, [*cuts[1:], wide], strict=True):
        part = re.sub(r' (?:width|height)="[^"]*pt"', "", plain)
        part = re.sub(r'viewBox="[^"]*"', f'viewBox="{a:g} 0 {b - a:g} {tall:g}"', part, count=1)
        parts.append(part)
    return wide, parts if n > 1 else []


def _use(drawn: Figure, edge: Edge, head: Unit) -> tuple[Any, ...]:
    """The use that an edge shows: consumer, input, kind, slot, partial; () if it shows several."""
    source = drawn.recorded[edge.source]
    if head.kind == "operator":
        ((i, slot),) = edge.uses
        return drawn.recorded[i], source, drawn.recorded[i].op, slot, edge.partial
    if edge.partial is None:
        return ()
    return drawn.recorded[head.values[-1]], source, head.text, 0, edge.partial
