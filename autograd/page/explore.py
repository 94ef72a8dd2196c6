"""The page: one HTML file that steps through a recorded graph and lets its inputs be changed.

Invariant: the file is whole in itself.  Its policy forbids every request and every script and style
but the two in it, by their hashes; what a user wrote is text or JSON in it, never markup or code.
"""

import copy
import html
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from itertools import chain, product
from typing import Any

from autograd.core.context import Scope
from autograd.core.elementary import OURS
from autograd.core.graph import check_fresh
from autograd.core.node import inputs_first
from autograd.core.primitives import ARITHMETIC
from autograd.core.value import Value
from autograd.draw import LIMIT, look_of, outputs_of
from autograd.draw.assembly import figure
from autograd.draw.figure import Figure
from autograd.draw.fold import CROWDED, folded_names
from autograd.draw.recorded import labels
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg
from autograd.draw.text import clean, cut
from autograd.page.html import html_file, words_in

CAPACITY = 256  # pictures x recorded nodes in one page, above which one composite opens at a time
BUDGET = (
    12_000  # pictures x drawn nodes and lines, above which all composites of one name open together
)
EFFORT = 2 * BUDGET  # drawn nodes, lines and boxes of all pictures, above which no more are drawn

State = tuple[bool, ...]  # of each composite, whether it is folded

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
_SCRIPTS = "sweep answers explore explain picture questions inputs steps"


def page(
    y: Any,
    fold: Any = None,
    names: Mapping[str, Any] | None = None,
    lang: str | None = None,
    **options: Any,
) -> str:
    """The page of y, or of several outputs, as HTML text, its sentences in that language.

    What folding can show is drawn beforehand: every state of the composites where there are few,
    else the first state with one composite changed, or with those of one name.  Raises
    ValueError for a graph too large to draw, one whose leaves were assigned since, and for a
    language other than "en", "ja" and None: the browser's.
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
    if fold is None:
        fold = _crowded(outputs)
    chosen = [] if isinstance(fold, bool) else folded_names(fold, members)
    scopes = {scope: i for i, scope in enumerate(members)}
    first = tuple(fold is True or scope.name in chosen for scope in scopes)

    def drawing(state: State, limit: int) -> tuple[str, Figure]:
        rule = False if fold is False and not any(state) else lambda s: state[scopes[s]]
        drawn = figure(outputs, rule, names, look.precision, limit)
        return re.sub(r"\n +<", "\n<", svg(sheet(drawn, look))), drawn

    drawn = {first: drawing(first, LIMIT)}  # what cannot be drawn raises here
    size = len(drawn[first][1].nodes) + len(drawn[first][1].edges)
    alone: dict[Scope, State] = {}
    changed = _changed(first, scopes, by_name=(len(scopes) + 1) * size > BUDGET)
    states = (alone.setdefault(scope, state) for scope, state in changed)
    if 2 ** len(scopes) * len(order) <= CAPACITY:
        states = chain(tuple(states), product((False, True), repeat=len(scopes)))
    most = max(len(drawn[first][1].nodes), CROWDED) + CROWDED
    effort = 0.0
    for state in states:
        effort += 0.001 * len(order)  # also where nothing new is drawn
        if effort > EFFORT:
            break
        if state not in drawn:
            try:
                drawn[state] = drawing(state, most)
            except ValueError:  # too large: the page does without
                effort += most
            else:
                shown = drawn[state][1]
                effort += len(shown.nodes) + len(shown.edges) + len(shown.boxes)
    figures = dict(drawn.values())  # two states may give one picture
    place = {picture: i for i, picture in enumerate(figures)}
    nodes = [node(v, index, labels(names)) for v in order]
    described = [
        {"name": cut(s.name), "formula": clean(s.formula), "derivative": clean(s.derivative)}
        | {"alone": _key(alone.get(s, ())), "members": numbers}
        for s, numbers in members.items()
    ]
    data = {
        "nodes": nodes,
        "roots": [index[v] for v in outputs],
        "composites": described,
        "drawings": [elements(each) for each in figures.values()],
        "states": {_key(state): place[picture] for state, (picture, _) in drawn.items()},
        "state": _key(first),
        "precision": look.precision,
        "upright": look.upright,
    }
    title = nodes[index[outputs[0]]].get("label", "computation graph")
    begin = drawn[first][0]
    others = "".join(
        f'<template id="drawing{i}">{picture}</template>\n'
        for picture, i in place.items()
        if picture != begin
    )
    body = _BODY.format(title=html.escape(title), picture=begin, others=others)
    return html_file(title, body, data, lang, *(f"{name}.js" for name in _SCRIPTS.split()))


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


def _changed(
    first: State, scopes: dict[Scope, int], by_name: bool
) -> Iterator[tuple[Scope, State]]:
    """For each composite the first state, but with this one open or folded, whichever it is not.

    Where it is to be open, those around it are.  By name it takes all others of its name along.
    """
    known: dict[Any, State] = {}
    for scope, i in scopes.items():
        same = (scope.name, first[i]) if by_name else scope
        if same not in known:
            state = list(first)
            for other in scopes if by_name else [scope]:
                if other.name == scope.name:
                    for around in other.path if first[i] else [other]:
                        state[scopes[around]] = not first[i]
            known[same] = tuple(state)
        yield scope, known[same]


def _crowded(outputs: list[Value]) -> bool:
    """Whether `draw` would fold by itself."""
    if len(inputs_first(*outputs)) > 10 * LIMIT:
        return True  # not looked at closely: it would take as long as the rest
    try:
        figure(outputs, False, limit=CROWDED)
    except ValueError:
        return True
    return False


def _key(state: State) -> str:
    return "".join("01"[folded] for folded in state)


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


def elements(figure: Figure) -> dict[str, Any]:
    """What the script must know of a picture: which element shows which recorded nodes."""
    before: dict[str, list[str]] = {node.id: [] for node in figure.nodes}
    for edge in figure.edges:
        before[edge.head].append(edge.tail)
    nodes = {node.id: node for node in figure.nodes}
    with suppress(CycleError):  # a transform inside a composite records outside it
        nodes = {id: nodes[id] for id in TopologicalSorter(before).static_order()}
    units = [
        {"id": id, "kind": node.kind, "text": cut(node.text), "nodes": node.values}
        | {"composite": int(id[1:]) if node.kind == "composite" else None}
        for id, node in nodes.items()
    ]
    edges = [
        {"id": e.id, "from": e.tail, "to": e.head, "source": e.source, "uses": e.uses}
        for e in figure.edges
    ]
    boxes = [{"id": box.id, "composite": int(box.id[1:])} for box in figure.boxes]
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
