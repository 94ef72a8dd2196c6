"""A recorded graph as a JSON file, and back, exact to the last bit of every number.

Invariant: what `read` returns is a graph that could have been recorded: finite numbers, primitives
of this package with as many inputs as they have, each input before its use, and numbers that follow
from the leaves; last digits that another machine has otherwise are replaced.

The document, version 1:

    {"format": "scalar-autograd graph", "version": 1,
     "scopes": [{"name": "sigmoid", "parent": null, "formula": "…", "derivative": "y (1 − y)"}],
     "nodes": [{"data": 2.0, "label": "x", "grad": 3.0},                         a leaf
               {"data": 1.5, "literal": true},                                   a literal
               {"op": "mul", "inputs": [0, 1], "partials": [1.5, 2.0], "data": 3.0, "scope": 0}],
     "outputs": [2]}

An input, a parent and a scope are indices of earlier elements.  `label`, `grad`, `literal` and
`scope` may be left out; a partial that is not a finite number is null.  Numbers are written with as
many digits as it takes to read the same float.
"""

import json
import math
from typing import Any

from autograd.core.context import Scope
from autograd.core.node import NAN, inputs_first, is_fresh, replayed, restore
from autograd.core.primitives import ARITHMETIC, PRIMITIVES
from autograd.core.value import Value

FORMAT, VERSION = "scalar-autograd graph", 1


def write(outputs: list[Value]) -> str:
    """The graph of the outputs as the text of a document."""
    order = inputs_first(*outputs)
    index = {v: i for i, v in enumerate(order)}
    scopes: dict[Scope, int] = {}
    for v in order:
        for scope in () if v.scope is None or v.scope in scopes else v.scope.path:
            scopes.setdefault(scope, len(scopes))
    nodes = []
    for v in order:
        node: dict[str, Any] = {"data": v.data}
        if v.op is not None:
            inputs = [index[x] for x in v.inputs]
            node = {"op": v.op, "inputs": inputs, "partials": list(v.partials), **node}
        optional = {
            "label": None if v.label is None else str(v.label),
            "grad": v.grad,
            "literal": v.is_literal or None,
            "scope": None if v.scope is None else scopes[v.scope],
        }
        nodes.append(node | {name: x for name, x in optional.items() if x is not None})
    around = [None if scope.parent is None else scopes[scope.parent] for scope in scopes]
    told = [
        {"name": scope.name, "parent": parent}
        | {"formula": scope.formula, "derivative": scope.derivative}
        for scope, parent in zip(scopes, around, strict=True)
    ]
    ends = [index[v] for v in outputs]
    document = {"format": FORMAT, "version": VERSION, "scopes": told, "nodes": nodes}
    return json.dumps(document | {"outputs": ends}, allow_nan=False)


def read(text: str | bytes) -> list[Value]:
    """The outputs of a document.  ValueError, with the place, where it is not such a document."""
    try:
        document = json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("not a recorded graph: nested too deep") from None
    except ValueError as error:
        raise ValueError(f"not a recorded graph: {error}") from None
    _check(isinstance(document, dict) and document.get("format") == FORMAT, "not a recorded graph")
    version = document.get("version")
    other = f"version {version!r} of the format, but this package reads {VERSION}"
    _check(version == VERSION, other)
    _keys(document, "the document", {"format", "version", "scopes", "nodes", "outputs"}, set())
    scopes: list[Scope] = []
    for k, entry in enumerate(_list(document["scopes"], "scopes")):
        where = f"scope {k}"
        _keys(entry, where, {"name", "parent", "formula", "derivative"}, set())
        for name in ("name", "formula", "derivative"):
            _check(isinstance(entry[name], str), f"{where}: its {name} is not text")
        parent = entry["parent"]
        around = None if parent is None else scopes[_index(parent, k, f"{where}: its parent")]
        scopes.append(Scope(entry["name"], around, entry["formula"], entry["derivative"]))
    nodes: list[Value] = []
    for i, entry in enumerate(_list(document["nodes"], "nodes")):
        nodes.append(_node(entry, f"node {i}", nodes, scopes))
    outputs = _list(document["outputs"], "outputs")
    _check(bool(outputs), "no outputs")
    found = [nodes[_index(x, len(nodes), "an output")] for x in outputs]
    _follow(nodes)
    return found


def _node(entry: Any, where: str, nodes: list[Value], scopes: list[Scope]) -> Value:
    leaf = not (isinstance(entry, dict) and "op" in entry)
    required = {"data"} if leaf else {"data", "op", "inputs", "partials"}
    _keys(entry, where, required, {"label", "grad", "literal" if leaf else "scope"})
    data = _number(entry["data"], f"{where}: its data")
    grad = None if "grad" not in entry else _number(entry["grad"], f"{where}: its grad")
    label, literal = entry.get("label"), entry.get("literal", False)
    _check(label is None or isinstance(label, str), f"{where}: its label is not text")
    _check(isinstance(literal, bool), f"{where}: its literal is neither true nor false")
    if leaf:
        return restore(Value, (data, grad, NAN, NAN, None, None, label, literal))
    op = entry["op"]
    primitive = PRIMITIVES.get(op) if isinstance(op, str) else None
    _check(
        primitive is not None,
        f"{where}: {op!r:.60} is no operation of this package or of yours (ag.primitive)",
    )
    assert primitive is not None
    count = len(primitive.partials)
    slopes = []
    for name in ("inputs", "partials"):
        size = len(_list(entry[name], f"{where}: {name}"))
        _check(size == count, f"{where}: {op} has {count} {name}, not {size}")
    inputs = [nodes[_index(x, len(nodes), f"{where}: an input")] for x in entry["inputs"]]
    for d in entry["partials"]:
        slopes.append(NAN if d is None else _number(d, f"{where}: a partial"))
    scope = None
    if "scope" in entry:
        scope = scopes[_index(entry["scope"], len(scopes), f"{where}: its scope")]
    numbers = (data, grad, slopes[0], slopes[1] if count == 2 else NAN)
    return restore(Value, (*numbers, primitive, scope, label, False), *inputs)


def _follow(nodes: list[Value]) -> None:
    """Refuse numbers that do not follow from the graph, but for another machine's last digits."""
    inner = [(i, v) for i, v in enumerate(nodes) if v.op is not None]
    for i, v in inner:
        try:
            now = replayed(v)
        except ARITHMETIC as error:
            raise ValueError(f"node {i}: {error}") from None
        for a, b in zip(now, (v._data, v._da, v._db), strict=True):
            near = abs(a - b) <= 1e-12 * abs(a) + 1e-300 or (a != a and b != b)  # NaN: none
            _check(near, f"node {i}: {b} does not follow from its inputs, {v.op} gives {a}")
    for _, v in inner:
        if not is_fresh(v):
            v._data, v._da, v._db = replayed(v)


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no finite number")


def _list(x: Any, where: str) -> list[Any]:
    _check(isinstance(x, list), f"{where}: not a list")
    return x  # type: ignore[no-any-return]


def _keys(x: Any, where: str, required: set[str], optional: set[str]) -> None:
    _check(isinstance(x, dict), f"{where}: not an object")
    missing, unknown = required - x.keys(), x.keys() - required - optional
    _check(not missing, f"{where}: without {', '.join(sorted(missing))}")
    _check(not unknown, f"{where}: unknown {', '.join(sorted(unknown)):.60}")


def _index(x: Any, end: int, where: str) -> int:
    fits = type(x) is int and 0 <= x < end
    _check(fits, f"{where} is {x!r:.60}, not the index of one of the {end} before it")
    return x  # type: ignore[no-any-return]


def _number(x: Any, where: str) -> float:
    fits = type(x) in (int, float)
    try:
        number = float(x) if fits else NAN
    except OverflowError:
        number = NAN
    _check(math.isfinite(number), f"{where} is {x!r:.60}, not a finite number")
    return number
