"""A training played back: the plane of the data beside the network, step by step, in one page.

Invariant: the page computes with the graph of one row, recorded once, and the engine of the other
pages; the parameters of each step are the recorded doubles, to the last bit.
"""

import copy
import operator
import struct
from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.core.context import named_scope
from autograd.core.nested import data, only_leaves
from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.draw import figure_of
from autograd.draw.sheet import sheet
from autograd.draw.svg import svg
from autograd.page.explore import elements, node
from autograd.page.html import html_file, source, words_in
from autograd.page.rules import engine

KEYS = ("rows", "targets", "criterion", "lr", "parameters", "loss")
OPTIONAL = ("batches", "threshold")
ROOM = 5  # digits that the circles have room for; the page shows fewer

_BODY = """<main class="film">
<header class="head"><h1 data-say="film"></h1><output id="score" aria-live="off"></output></header>
<section id="plane" class="panel" data-label="plane">
<canvas id="map" width="440" height="400" role="img"></canvas>
<label class="line"><span data-say="point"></span>
<input id="point" type="range" min="0" max="{last}" step="1" value="0"></label>
<output id="chosen" for="point"></output>
</section>
<section id="net" class="panel" data-label="network">
<div id="picture" tabindex="0" role="region" data-label="picture">{picture}</div>
<div class="steps" role="group" data-label="steps">
<button id="first" type="button" data-say="first"></button>
<button id="back" type="button" data-say="back"></button>
<button id="next" type="button" data-say="next"></button>
<output id="where"></output>
</div>
<div id="telling" aria-live="polite"></div>
</section>
<section id="training" class="panel" data-label="training">
<div id="curve"></div>
<div class="steps">
<button id="play" type="button" aria-pressed="false" data-say="play"></button>
<label class="line"><span data-say="step"></span>
<input id="at" type="range" min="0" max="{steps}" step="1" value="{steps}"></label>
<output id="when" for="at"></output>
</div>
<div class="steps">
<label class="line"><span data-say="rate"></span>
<input id="rate" type="range" min="-40" max="60" step="1" value="0"></label>
<output id="lr" for="rate"></output>
<button id="recorded" type="button" data-say="recorded"></button>
</div>
<p id="outcome" role="status"></p>
</section>
<details id="numbers" class="panel"><summary data-say="numbers"></summary>
<div tabindex="0" role="region" data-label="numbers"><table id="table"></table></div></details>
</main>
"""


def film(model: Any, history: Mapping[str, Any], lang: str | None = None) -> str:
    """The page of a training as HTML text: see `autograd.playback`, which writes it."""
    title = words_in(lang)["film"]
    told = _checked(history)
    parameters = only_leaves("parameters", model.parameters())
    steps = [*told["parameters"]]
    if len(steps) == len(told["loss"]):
        steps.append(data(parameters))  # what the last step led to
    for k, step in enumerate(steps):
        if len(step) != len(parameters):
            size = f"{len(step)} numbers, but the model has {len(parameters)} parameters"
            raise ValueError(f"history['parameters'][{k}] has {size}")
    row, target, score, loss = _recorded(model, told)
    copies: dict[int, Any] = {}
    swept = copy.deepcopy(loss, copies)
    for v in (order := inputs_first(swept)):
        v.grad = None
    swept.backward()
    index = {v: i for i, v in enumerate(order)}
    places = [index.get(copies.get(id(v), v)) for v in (*parameters, *row, target, score)]
    if None in places:
        needs = "the loss of a row must depend on the row, its target and all parameters"
        raise ValueError(f"{needs}: it does not")
    figure, look = figure_of(swept, style="network", precision=ROOM)
    numbers = [x for step in steps for x in step]
    page = {
        "nodes": [node(v, index, {}) for v in order],
        **{"root": index[swept], "score": places.pop(), "target": places.pop()},
        **{"row": [places.pop(), places.pop()][::-1], "parameters": places},
        "names": [v.label or f"w{i}" for i, v in enumerate(parameters)],
        "elements": elements(figure),
        **{key: told[key] for key in ("rows", "targets", "lr", "batches", "threshold")},
        "losses": told["loss"],
        "recording": b64encode(struct.pack(f"<{len(numbers)}d", *numbers)).decode(),
    }
    picture = svg(sheet(figure, look))
    body = _BODY.format(picture=picture, last=len(told["rows"]) - 1, steps=len(steps) - 1)
    return html_file(title, body, page, lang, engine(), source("playback.js"))


def _recorded(model: Any, told: dict[str, Any]) -> tuple[list[Value], Value, Value, Value]:
    """The first row and target as leaves, the model's score of it, and the loss of that."""
    row = [Value(x, f"x{i}") for i, x in enumerate(told["rows"][0], 1)]
    target = Value(told["targets"][0], "t")
    score = model(row)
    if type(score) is not Value:
        raise ValueError(f"the model gives {score!r:.60} for a row, not one Value")
    with named_scope("loss"):
        loss = told["criterion"](score, target)
    if type(loss) is not Value:
        raise ValueError(f"history['criterion'] gives {loss!r:.60} for a row, not a Value")
    return row, target, score, loss


def _checked(history: Any) -> dict[str, Any]:
    """The history with plain numbers; ValueError or TypeError that names what is wrong in it."""
    if not isinstance(history, Mapping):
        raise TypeError(f"history is a dict of {', '.join(KEYS)}, not {history!r:.60}")
    for key in KEYS:
        if key not in history:
            raise ValueError(f"history has no {key!r}: it needs {', '.join(KEYS)}")
    for key in history:
        if key not in (*KEYS, *OPTIONAL):
            raise ValueError(f"history has {key!r}: known are {', '.join((*KEYS, *OPTIONAL))}")
    told: dict[str, Any] = {"criterion": history["criterion"]}
    if not callable(told["criterion"]):
        raise TypeError(f"history['criterion'] is a function, not {told['criterion']!r:.60}")
    for key in ("rows", "parameters"):
        told[key] = [_numbers(row, f"history[{key!r}][{k}]") for k, row in _items(history, key)]
    for key in ("targets", "loss"):
        told[key] = _numbers([x for _, x in _items(history, key)], f"history[{key!r}]")
    told["lr"] = _numbers([history["lr"]], "history['lr']")[0]
    if told["lr"] <= 0.0:
        raise ValueError(f"history['lr'] is {told['lr']}, expected a number above 0")
    for k, row in enumerate(told["rows"]):
        if len(row) != 2:
            size = f"has {len(row)} numbers"
            raise ValueError(f"history['rows'][{k}] {size}: the plane is drawn of two")
    n, rows = len(told["loss"]), len(told["rows"])
    if len(told["targets"]) != rows:
        raise ValueError(f"history has {rows} rows, but {len(told['targets'])} targets")
    if len(told["parameters"]) not in (n, n + 1):
        size = f"{len(told['parameters'])} steps of parameters, but {n} losses"
        raise ValueError(f"history has {size}: record both before each step")
    classes = sorted(set(told["targets"]))
    middle = 0.5 * (classes[0] + classes[-1])
    told["threshold"] = _numbers([history.get("threshold", middle)], "history['threshold']")[0]
    told["batches"] = history.get("batches")
    if told["batches"] is not None:
        batches = told["batches"] = [[*map(operator.index, batch)] for batch in told["batches"]]
        if len(batches) != n or any(not 0 <= i < rows for batch in batches for i in batch):
            raise ValueError(f"history['batches'] needs {n} lists of places among {rows} rows")
        if not all(batches):
            raise ValueError("history['batches']: an empty batch")
    return told


def _items(history: Mapping[str, Any], key: str) -> list[tuple[int, Any]]:
    if not isinstance(history[key], Iterable) or not (items := list(enumerate(history[key]))):
        raise ValueError(f"history[{key!r}] is {history[key]!r:.60}, expected a list, not empty")
    return items


def _numbers(xs: Iterable[Any], name: str) -> list[float]:
    """Plain finite floats.  ValueError or TypeError that says where there is none."""
    found = []
    for x in xs:
        try:
            found.append(Value(x.data if type(x) is Value else x).data)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{name}: {error}") from None
    return found
