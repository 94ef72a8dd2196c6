"""A sheet as DOT text: for Graphviz to draw, or for a layout engine to place.

Invariant: ids are made here and never taken from a user, and every text goes through `_font`, so
none can end a string, close a tag or name a node.
"""

from html import escape
from itertools import pairwise
from math import ceil
from typing import Any

import graphviz

from autograd.draw.item import BORDER, COLOURS, PAPER, Item, Sheet, Text

QUICK = 150  # links above which a quick layout is better than a fine one
DIGIT = 0.5  # how wide one is in the engine's own font, Times, which it has for want of another
FONT = "Helvetica,Arial,sans-serif"


def digraph(
    sheet: Sheet, texts: bool = True, mirrored: bool = False, picture: Any = graphviz.Digraph
) -> Any:
    """The sheet as a `graphviz.Digraph`; without texts for a layout engine, which needs none.

    Mirrored: ports the other way round, titles so that they end up above, no order of operands.
    """
    look = sheet.look
    style = look.style
    font = {"fontname": FONT} if texts else {}
    dot = picture(
        graph_attr={
            **font,
            "rankdir": look.direction,
            "ranksep": f"{style.ranksep}",
            "nodesep": f"{style.nodesep}",
            **({"ordering": "in"} if style.ordered and not mirrored else {}),
            **(dict.fromkeys(("nslimit", "nslimit1"), "1") if len(sheet.links) > QUICK else {}),
            "bgcolor": "white",
        },
        node_attr={**font, "label": "", "fixedsize": "true", "penwidth": "1.3"},
        edge_attr={**font, "arrowsize": f"{style.arrow}", "color": style.ink},
    )
    parts: dict[str | None, Any] = {None: dot}
    turned = look.direction == "BT" or (mirrored and not look.upright)  # what is below gets above
    for frame in sheet.frames:
        parts[frame.id] = graphviz.Digraph(
            name=f"cluster_{frame.id}",
            graph_attr={
                **{"id": frame.id, "class": "box", "margin": "14", "labeljust": "l"},
                **{"label": _label(frame.title, texts, frame.room)},
                **{"fontsize": f"{frame.title.size}"},
                **{"color": BORDER, "fillcolor": PAPER, "style": "rounded,filled"},
                **({"labelloc": "b"} if turned else {}),
            },
        )
    for item in sheet.items:
        parts[item.box].node(item.id, **_attributes(item, texts, look.upright, mirrored))
    columns: dict[int, list[str]] = {}
    for item in reversed(sheet.items) if mirrored else sheet.items:
        if item.column is not None and item.box is None:
            columns.setdefault(item.column, []).append(item.id)
    for ids in columns.values():
        with dot.subgraph() as column:
            column.attr(rank="same")
            for above, below in pairwise(ids):
                column.edge(above, below, style="invis")
    enters, leaves = tuple({"LR": "we", "RL": "ew", "TB": "ns", "BT": "sn"}[look.direction])
    for link in sheet.links:
        edge, label = parts[link.box].edge, link.label
        kind = {"class": "edge"}
        port = "" if texts or link.port is None else f":p{link.port}:{enters}"
        head, tail = f"{link.head}{port}", f"{link.tail}:{leaves}"
        if label is not None:
            edge(tail, f"{label}:{enters}", id=f"{link.id}_in", dir="none", weight="6", **kind)
            if link.head is not None:
                edge(f"{label}:{leaves}", head, id=f"{link.id}_out", **kind)
            continue
        text = {} if link.text is None else {"label": _label(link.text, texts), "fontsize": "10"}
        weight = {"weight": "3"} if link.id[0] == "l" else {}
        if link.stroke is not None:
            kind |= {"color": link.stroke, "penwidth": f"{link.width:.2f}", "dir": "none"}
        edge(tail, head, id=link.id, **kind, **text, **weight)
    for frame in reversed(sheet.frames):  # inner ones first: each goes whole into its parent
        parts[frame.parent].subgraph(parts[frame.id])
    return dot


def _attributes(item: Item, texts: bool, upright: bool, mirrored: bool) -> dict[str, str]:
    size = {"width": f"{item.width / 72.0:.4f}", "height": f"{item.height / 72.0:.4f}"}
    group = {"group": "main"} if item.main else {}
    outline = "circle" if item.shape == "circle" else "box"
    if not texts:
        order = reversed(range(item.ports)) if mirrored else range(item.ports)
        fields = graphviz.nohtml("|".join(f"<p{i}>" for i in order))
        record = {"shape": "record", "label": fields}
        return {**size, **group, **(record if item.ports else {"shape": outline})}
    paint = {"style": "filled" if outline == "circle" else "rounded,filled"}
    if item.dashed:
        paint["style"] += ",dashed"
    paint |= {"shape": outline, "fillcolor": item.fill, "color": item.stroke}
    if item.shape in ("plain", "label"):
        paint = {"shape": "none", "margin": "0"}
    label = {"label": _table(item, upright)} if item.texts else {}
    return {**size, **group, **paint, **label, "id": item.id, "class": item.classes}


def _table(item: Item, upright: bool) -> str:
    """The item's texts as an HTML-like label."""
    cells = [_font(t) for t in item.texts]
    if item.shape == "label":
        return _rule(item, upright)
    if item.shape == "value":
        row = "".join(f"<td>{cell}</td>" for cell in cells[:-1])
        rule = "<vr/>" if item.bars else ""
        return _rows(f"<tr>{row}{rule}<td>{cells[-1]}</td></tr>", padding=3)
    return _rows("".join(f"<tr><td>{cell}</td></tr>" for cell in cells))


def _rule(item: Item, upright: bool) -> str:
    """Values and gradients on the two sides of a rule, which is the edge's line."""
    sides: list[list[str]] = [[], []]
    for t in item.texts:
        sides[(t.x if upright else t.y) > 0.0].append(_font(t))
    width, height = int(item.width), int(item.height)  # whole points; a rule takes one
    if upright:
        half = f'width="{width // 2 - 1}" height="{height}"'
        left, right = ("<br/>".join(side) or " " for side in sides)
        return _rows(f"<tr><td {half}>{left}</td><vr/><td {half}>{right}</td></tr>")
    half = f'width="{width}" height="{height // 2 - 1}" cellpadding="1"'
    over, under = "<br/>".join(reversed(sides[0])), "<br/>".join(sides[1]) or " "
    above, below = (f'<tr><td {half} valign="{side}">' for side in ("bottom", "top"))
    return _rows(f"{above}{over}</td></tr><hr/>{below}{under}</td></tr>")


def _rows(rows: str, padding: int = 0) -> str:
    lines = f'border="0" cellborder="0" cellspacing="0" cellpadding="{padding}"'
    return f"<<table {lines}>{rows}</table>>"


def _label(t: Text, texts: bool, room: float = 0.0) -> str:
    """A text of its own, or digits that take its room, or so much more."""
    return f"<{_font(t)}>" if texts else "0" * ceil(max(room, t.width) / (DIGIT * t.size))


def _font(t: Text) -> str:
    """The text in its colour.  In HTML too Graphviz looks for escapes by backslash, and for ]]."""
    text = escape(t.text).replace("\\", 2 * "\\").replace("]", "&#93;") or " "
    bold = f"<b>{text}</b>" if t.bold else text
    return f'<font color="{COLOURS[t.kind]}" point-size="{t.size:g}">{bold}</font>'
