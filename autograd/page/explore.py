"""The page: one HTML file that steps through a recorded graph and lets its inputs be changed.

Invariant: the file is whole in itself.  Its policy forbids every request and every script and style
but the two in it, by their hashes; what a user wrote is text or JSON in it, never markup or code.
"""

import copy
import html
from collections.abc import Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from autograd.core.context import Scope
from autograd.core.elementary import OURS
from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value
from autograd.draw import look_of, outputs_of
from autograd.draw.figure import Figure
from autograd.draw.recorded import labels
from autograd.draw.text import clean, cut
from autograd.page.formulas import formulas
from autograd.page.html import html_file, source, words_in
from autograd.page.pictures import Pictures
from autograd.page.rules import engine

_BODY = """<main class="explorer">
<header class="head">
<h1 id="result">{title}</h1>
<div class="views" role="group" data-label="views">
<label id="roots" class="quiet" hidden><span data-say="of"></span>
<select id="root"></select></label>
<label class="quiet"><input id="ask" type="checkbox"><span data-say="ask"></span></label>
<button id="present" type="button" aria-pressed="false" data-say="present"></button>
</div>
</header>
<div id="frame">
<div id="picture" role="region" data-label="picture">{picture}</div>
<div class="zoom" role="group" data-label="zoom">
<button id="out" type="button" data-label="out">−</button>
<button id="fit" type="button" data-say="fit"></button>
<button id="in" type="button" data-label="in">+</button>
</div>
<div id="tip" class="panel" hidden></div>
</div>
<section id="explanation" class="panel" aria-live="polite" data-label="explanation"></section>
<div class="steps" role="group" data-label="steps">
<button id="first" type="button" data-say="first"></button>
<button id="back" type="button" data-say="back"></button>
<button id="play" type="button" aria-pressed="false" data-say="play"></button>
<button id="next" type="button" data-say="next"></button>
<input id="at" type="range" min="0" max="1" value="0" step="1" data-label="step">
<output id="where" for="at"></output>
</div>
<section id="whatif" class="panel" data-label="inputs">
<div class="head"><h2 data-say="whatif"></h2>
<button id="reset" type="button" data-say="reset"></button></div>
<div id="inputs"></div>
<div id="curve" hidden></div>
<div id="change" aria-live="polite"></div>
<p class="hint" data-say="hint"></p>
</section>
</main>
{others}
"""
_SCRIPTS = "answers explore explain picture questions inputs steps"


def page(
    y: Any,
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    lang: str | None = None,
    **options: Any,
) -> str:
    """The page of y, or of several outputs, as HTML text, its sentences in that language.

    What folding can show is drawn beforehand: see `Pictures`.  Raises ValueError for a graph too
    large to draw, one whose leaves were assigned since, and for a language other than "en", "ja"
    and None: the browser's.
    """
    words_in(lang)
    look = look_of(**options)
    check_fresh(*outputs_of(y))
    outputs, names = copied(outputs_of(y), names)
    order = inputs_first(*outputs)
    with suppress(*ARITHMETIC):  # the page sweeps again, and says in words why it cannot
        outputs[0].backward()
    for v in order:
        if v.grad is None and not v.is_literal:
            v.grad = 0.0  # keeps a place in the picture
    index = {v: i for i, v in enumerate(order)}
    members: dict[Scope, list[int]] = {}
    for i, v in enumerate(order):
        for scope in () if v.scope is None else v.scope.path:
            members.setdefault(scope, []).append(i)
    drawn = Pictures(outputs, members, fold, names, look, len(order))
    nodes = [node(v, index, labels(names)) for v in order]
    composites: list[dict[str, Any]] = [
        {"name": cut(s.name), "formula": clean(s.formula), "derivative": clean(s.derivative)}
        | {"alone": drawn.alone.get(s), "members": numbers, "inside": drawn.insides.get(f"c{i}")}
        for i, (s, numbers) in enumerate(members.items())
    ]
    folded = {f"c{i}": i for i in range(len(composites))}
    for each in drawn.figures:
        for unit in each.nodes:
            long = unit.kind == "operator" and len(unit.values) > 1
            if (unit.kind == "more" or long) and unit.id not in folded:
                folded[unit.id] = len(composites)
                composites.append(
                    {"name": cut(unit.text), "formula": "".join(map(clean, unit.notes))}
                    | {"derivative": "", "alone": None, "members": unit.values}
                    | {"inside": drawn.insides.get(unit.id)}
                )
    data = {
        "nodes": nodes,
        "roots": [index[v] for v in outputs],
        "composites": composites,
        "drawings": [elements(each, folded) for each in drawn.figures],
        "states": drawn.states,
        "state": drawn.key(drawn.first),
        "precision": look.precision,
        "upright": look.upright,
    }
    title = nodes[index[outputs[0]]].get("label", "computation graph")
    begin, *others = drawn.places
    hidden = "".join(
        f'<template id="drawing{i}">{picture}</template>\n' for i, picture in enumerate(others, 1)
    )
    body = _BODY.format(title=html.escape(title), picture=begin, others=hidden)
    scripts = [source(f"{name}.js") for name in _SCRIPTS.split()]
    return html_file(title, body, data, lang, engine(), formulas(), *scripts)


def copied(
    outputs: list[Value], names: Mapping[str, Any] | None
) -> tuple[list[Value], dict[str, Any]]:
    """Copies of the outputs, and of the named Values among them, without gradients."""
    copies: dict[int, Any] = {}
    outputs = [copy.deepcopy(v, copies) for v in outputs]
    for v in inputs_first(*outputs):
        v.grad = None
    named = labels(names).items()
    return outputs, {name: copies[id(v)] for v, name in named if id(v) in copies}


def node(v: Value, index: dict[Value, int], names: dict[Value, str]) -> dict[str, Any]:
    """What the engine in the page must know of a recorded node."""
    told: dict[str, Any] = {"value": v.data}
    if v.op is not None:
        told |= {"op": v.op, "inputs": [index[x] for x in v.inputs]}
        if v.op not in OURS:
            told["partials"] = v.partials  # the author's own: the page cannot compute it again
    label = names.get(v) or v.label
    if label:
        told["label"] = cut(label)
    if v.is_literal:
        told["literal"] = True
    return told


def elements(figure: Figure, folded: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What the script must know of a picture: which element shows which recorded nodes.

    `folded` has the places of what can be opened in the list of composites, by the units' ids.
    """
    folded = folded or {}
    before: dict[str, list[str]] = {node.id: [] for node in figure.nodes}
    for edge in figure.edges:
        before[edge.head].append(edge.tail)
    nodes = {node.id: node for node in figure.nodes}
    with suppress(CycleError):  # a transform inside a composite records outside it
        nodes = {id: nodes[id] for id in TopologicalSorter(before).static_order()}
    units = [
        {"id": id, "kind": node.kind, "text": cut(node.text), "nodes": node.values}
        | {"composite": folded.get(id) if node.kind in ("composite", "more") else None}
        | {"opens": folded.get(id)}
        for id, node in nodes.items()
    ]
    edges = [
        {"id": e.id, "from": e.tail, "to": e.head, "source": e.source, "uses": e.uses}
        | ({"others": e.others, "summed": e.value is not None} if e.others else {})
        for e in figure.edges
    ]
    boxes = [
        {"id": box.id, "composite": folded.get(box.id[1:], folded.get(f"c{box.id[1:]}"))}
        for box in figure.boxes
    ]
    return {"units": units, "boxes": boxes, "edges": edges}


# In the notebook's own page: the frame gets the height of its content, and hears of the theme.
_LISTEN = """<script>
if (!window.autogradFrames) {
  window.autogradFrames = true;
  const dark = () => {
    const { jpThemeLight } = document.body.dataset;
    if (jpThemeLight) return jpThemeLight === "false";
    if (document.body.classList.contains("vscode-dark")) return true;
    const [r, g, b, a = 1] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g);
    return a > 0 && 0.3 * r + 0.59 * g + 0.11 * b < 128;
  };
  addEventListener("message", ({ source, data }) => {
    const frame = [...document.querySelectorAll("iframe[sandbox]")]
      .find((each) => each.contentWindow === source);
    if (!frame || !Number.isFinite(data?.autograd)) return;
    frame.style.height = `${Math.min(Math.max(data.autograd, 200), 2000)}px`;
    source.postMessage({ autograd: dark() ? "dark" : "light" }, "*");
  });
}
</script>"""


class Exploration:
    """A page for a notebook: it shows itself inside a frame that can reach nothing outside.

    The two only tell each other the height of the content and the theme, light or dark.
    """

    def __init__(self, page: str) -> None:
        self.page = page

    def __repr__(self) -> str:
        return f"<page: {self._title()}>"

    def _repr_html_(self) -> str:
        alt = html.escape(f"page that steps through the graph of {self._title()}")
        frame = f'sandbox="allow-scripts" width="100%" height="780" frameborder="0" title="{alt}"'
        return f'<iframe {frame} srcdoc="{html.escape(self.page)}"></iframe>{_LISTEN}'

    def _title(self) -> str:
        return html.unescape(self.page.partition("<title>")[2].partition("</title>")[0])
