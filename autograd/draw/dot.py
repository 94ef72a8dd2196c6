"""A sheet as DOT text: for Graphviz to draw, or for a layout engine to place.

Invariant: ids are made here and never taken from a user, and every label is escaped, so no label
can end a string, close a tag or name a node.
"""

from html import escape
from typing import Any

import graphviz

from autograd.draw.sheet import COLOURS, INK, PALE, Item, Sheet, Text

CROWDED = 150  # links above which a quick layout is better than a fine one
FONT = "Helvetica,Arial,sans-serif"


def digraph(sheet: Sheet, texts: bool = True, picture: Any = graphviz.Digraph) -> Any:
    """The sheet as a `graphviz.Digraph`; without texts for a layout engine, which needs none."""
    look = sheet.look
    book = look.style == "book"
    ink = INK if book else PALE
    font = {"fontname": FONT} if texts else {}
    dot = picture(
        graph_attr={
            **font,
            "rankdir": look.direction,
            "ranksep": "0.25" if book else "0.3",
            "nodesep": "0.28" if book else "0.15",
            "ordering": "in" if book else "",
            **(dict.fromkeys(("nslimit", "nslimit1"), "1") if len(sheet.links) > CROWDED else {}),
            "bgcolor": "white",
        },
        node_attr={
            **font,
            "label": "",
            "fixedsize": "true",
            "color": ink,
            "fontcolor": INK,
            "penwidth": "1.3" if book else "1",
        },
        edge_attr={
            **font,
            "arrowsize": "0.7" if book else "0.5",
            "color": ink,
            "penwidth": "1",
        },
    )
    if not dot.graph_attr["ordering"]:
        del dot.graph_attr["ordering"]
    parts: dict[str | None, Any] = {None: dot}
    for frame in sheet.frames:
        parts[frame.id] = graphviz.Digraph(
            name=f"cluster_{frame.id}",
            graph_attr={
                "id": frame.id,
                "class": "box",
                "label": _cluster_label(frame.title, texts),
                "labeljust": "l",
                "fontsize": "13",
                "fontcolor": COLOURS["title"],
                "color": "#b8c4d0",
                "fillcolor": "#f4f7fa",
                "style": "rounded,filled",
                "margin": "14",
            },
        )
    for item in sheet.items:
        parts[item.box].node(item.id, **_node(item, texts, look.upright))
    ports = dict(LR="we", RL="ew", TB="ns", BT="sn")[look.direction]
    for link in sheet.links:
        part = parts[link.box]
        if link.label is None:
            label = {} if link.text is None else {"label": link.text.text, "fontsize": "10"}
            colour = {} if link.text is None else {"fontcolor": COLOURS["partial"]}
            weight = {"weight": "3"} if link.id[0] == "l" else {}
            part.edge(
                link.tail, link.head, id=link.id, **{"class": "edge"}, **label, **colour, **weight
            )
            continue
        enters, leaves = (f"{link.label}:{side}" for side in ports)
        half = {"class": "edge"}
        part.edge(link.tail, enters, id=f"{link.id}_in", dir="none", weight="6", **half)
        part.edge(leaves, link.head, id=f"{link.id}_out", **half)
    for frame in reversed(sheet.frames):  # inner ones first: each goes whole into its parent
        parts[frame.parent].subgraph(parts[frame.id])
    return dot


def _node(item: Item, texts: bool, upright: bool) -> dict[str, str]:
    size = {"width": f"{item.width / 72.0:.4f}", "height": f"{item.height / 72.0:.4f}"}
    group = {"group": "main"} if item.main else {}
    shapes = {
        "circle": {"shape": "circle", "style": "filled", "fillcolor": "white"},
        "round": {"shape": "box", "style": "rounded,filled", "fillcolor": "white"},
        "value": {"shape": "box", "style": "rounded,filled", "fillcolor": "white"},
    }
    shape = dict(shapes.get(item.shape, {"shape": "none", "margin": "0"}))
    if "fillcolor" in shape:
        shape |= {"fillcolor": item.fill, "color": item.stroke}
    if not texts:
        return {**size, **group, "shape": shape["shape"] if item.shape == "circle" else "box"}
    label = {"label": _table(item, upright)} if item.texts else {}
    return {**size, **group, **shape, **label, "id": item.id, "class": item.classes}


def _cluster_label(title: Text, texts: bool) -> str:
    """The title; for an engine digits that take its room, since a cluster's label has no size."""
    if texts:
        return plain(title.text)
    return "0" * round(title.width / (0.556 * title.size))


def plain(text: str) -> str:
    """A label that Graphviz shows as it is written."""
    return str(graphviz.escape(text.replace("&", "&amp;")))


def _table(item: Item, upright: bool) -> str:
    """The item's texts as an HTML-like label."""
    if len(item.texts) == 1 and item.shape != "label":
        t = item.texts[0]
        return f"<{_font(t)}>"
    cells = [f"<td>{_font(t)}</td>" for t in item.texts]
    if item.shape == "value":
        middle = "<vr/>" if item.bars else ""
        body = "<tr>" + "".join(cells[:-1]) + middle + cells[-1] + "</tr>"
        return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="3">{body}</table>>'
    if item.shape != "label":
        rows = "".join(f"<tr>{cell}</tr>" for cell in cells)
        return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{rows}</table>>'
    sides: list[list[str]] = [[], []]
    for t in item.texts:
        sides[(t.x if upright else t.y) > 0.0].append(_font(t))
    width, height = int(item.width), int(item.height)  # whole points; a rule takes one
    if upright:
        half = f'width="{width // 2 - 1}" height="{height}"'
        left, right = ("<br/>".join(side) or " " for side in sides)
        body = f"<tr><td {half}>{left}</td><vr/><td {half}>{right}</td></tr>"
    else:
        half = f'width="{width}" height="{height // 2 - 1}"'
        over, under = "<br/>".join(reversed(sides[0])), "<br/>".join(sides[1]) or " "
        body = (
            f'<tr><td {half} valign="bottom" cellpadding="1">{over}</td></tr><hr/>'
            f'<tr><td {half} valign="top" cellpadding="1">{under}</td></tr>'
        )
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{body}</table>>'


def _font(t: Text) -> str:
    """The text in its colour.  In HTML too Graphviz looks for escapes by backslash, and for ]]."""
    text = escape(t.text).replace("\\", 2 * "\\").replace("]", "&#93;") or " "
    bold = f"<b>{text}</b>" if t.bold else text
    return f'<font color="{COLOURS[t.kind]}" point-size="{t.size:g}">{bold}</font>'
