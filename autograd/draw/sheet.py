"""The sheet: a figure in one of two styles, as items with texts and links between them.

Invariant: the size of every item is fixed here, from its texts, so that a layout engine decides
about places only and never sees a user's text.  "book": operators in circles, on each edge its
value above the line and its share of the gradient below.  "box": a box for each number.
"""

from dataclasses import dataclass

from autograd.draw.figure import Edge, Figure, Node
from autograd.draw.text import clean, cut, number, width

INK, PALE = "#2b2b2b", "#7f8c8d"
COLOURS = {  # of texts, by class
    "name": INK,
    "symbol": INK,
    "value": "#1f4e79",
    "gradient": "#c0392b",
    "partial": "#1e7d4f",
    "derivative": "#5a6b7b",
    "title": "#5a6b7b",
}
LINE = 14.0  # points from one line of an edge's label to the next


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is drawn: what the options of `draw` say."""

    style: str = "book"
    partials: bool = False
    precision: int = 4
    direction: str = "LR"

    @property
    def upright(self) -> bool:
        """Whether edges run up or down."""
        return self.direction in ("TB", "BT")


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text: its middle is at (x, y) from the middle of its item, y downwards."""

    text: str
    kind: str  # a class, a key of COLOURS
    size: float
    x: float = 0.0
    y: float = 0.0
    anchor: str = "middle"
    bold: bool = False

    @property
    def width(self) -> float:
        """In points."""
        return width(self.text, self.size) * (1.1 if self.bold else 1.0)


@dataclass(frozen=True, slots=True)
class Item:
    """What has a place and a size: "plain" "circle" "round" "value", or "label", on an edge."""

    id: str
    classes: str
    shape: str
    width: float
    height: float
    texts: tuple[Text, ...]
    title: str
    box: str | None
    main: bool = False
    bars: tuple[float, ...] = ()  # of a "value": where its cells are divided


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one item to another; through an item of shape "label", if `label` names one."""

    id: str
    tail: str
    head: str
    label: str | None
    text: Text | None
    title: str
    box: str | None


@dataclass(frozen=True, slots=True)
class Frame:
    """The box around an open composite."""

    id: str
    title: Text
    parent: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is placed and drawn."""

    look: Look
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    frames: tuple[Frame, ...]


def sheet(figure: Figure, look: Look) -> Sheet:
    """The figure in the style of the look."""
    items, links = (_book if look.style == "book" else _box)(figure, look)
    frames = [
        Frame(
            b.id,
            Text("   ".join(filter(None, (cut(b.name), cut(b.formula)))), "title", 13.0),
            b.parent,
        )
        for b in figure.boxes
    ]
    return Sheet(look, tuple(items), tuple(links), tuple(frames))


def _operator(node: Node, main: bool) -> Item:
    """A circle, or a rounded box for more than three letters."""
    text, title = cut(node.text), clean(node.text)
    if node.kind == "composite" or len(text) > 3:
        texts = [Text(text, "symbol", 13.0)]
        if node.derivative:
            title += f"\ndy/dx = {clean(node.derivative)}"
            below = Text(f"y′ = {cut(node.derivative)}", "derivative", 11.0, y=8.0)
            texts = [Text(text, "symbol", 13.0, y=-7.0), below]
        wide = max(t.width for t in texts) + 20.0
        shape, tall = "round", 42.0 if node.derivative else 30.0
    else:
        small = len(text) > 2 or text.isalpha()
        texts = [Text(text, "symbol", 13.0 if small else 18.0)]
        shape, wide, tall = "circle", 36.0, 36.0
    return Item(
        node.id, f"node {node.kind}", shape, wide, tall, tuple(texts), title, node.box, main
    )


def _chain(edge: Edge, look: Look) -> str:
    """The numbers of an edge in words: for its tooltip."""
    words = [] if edge.name is None else [clean(edge.name)]
    words.append(f"value {number(edge.value, 12)}")
    if edge.gradient is not None:
        words.append(f"gradient {number(edge.gradient, 12)}")
    if edge.partial is not None:
        words.append(f"local derivative {number(edge.partial, 12)}")
    return ", ".join(words)


def _ends(figure: Figure) -> set[str]:
    """The ids of the nodes on the longest path."""
    return {id for edge in figure.edges if edge.main for id in (edge.tail, edge.head)}


# --- book ---


def _book(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    main = _ends(figure)
    items: list[Item] = []
    for node in figure.nodes:
        if node.kind in ("operator", "composite"):
            items.append(_operator(node, node.id in main))
            continue
        texts = [Text(cut(node.text), "name", 14.0)] if node.text else []
        if node.total is not None:
            texts.append(Text(number(node.total, look.precision), "gradient", 12.0, y=LINE + 1.0))
        wide = max((t.width for t in texts), default=0.0) + 8.0
        tall = 2.0 * (LINE + 8.0) if node.total is not None else 20.0
        items.append(
            Item(
                *(node.id, f"node {node.kind}", "plain", wide, tall),
                *(tuple(texts), clean(node.text), node.box, node.id in main),
            )
        )
    links = []
    for edge in figure.edges:
        label = _label(edge, look)
        items.append(label)
        links.append(Link(edge.id, edge.tail, edge.head, label.id, None, label.title, edge.box))
    return items, links


def _label(edge: Edge, look: Look) -> Item:
    """Value above the line and gradient below, or left and right of it where it is upright."""
    above = [Text(number(edge.value, look.precision), "value", 12.0)]
    if edge.name is not None:
        above.append(Text(cut(edge.name), "name", 12.0))
    below = []
    if edge.gradient is not None:
        below.append(Text(number(edge.gradient, look.precision), "gradient", 12.0))
    if look.partials and edge.partial is not None:
        below.append(Text(f"∂ {number(edge.partial, look.precision)}", "partial", 11.0))
    rows = max(len(above), len(below), 2 if look.partials else 1)
    wide = max(t.width for t in above + below)
    texts = []
    for sign, column in ((-1.0, above), (1.0, below)):
        for row, t in enumerate(column):
            x, y, anchor = 0.0, sign * (LINE * row + 8.5), "middle"
            if look.upright:
                x, anchor = sign * 5.0, "end" if sign < 0.0 else "start"
                y = LINE * (row - 0.5 * (len(column) - 1)) * sign
            texts.append(Text(t.text, t.kind, t.size, x, y, anchor))
    size = (wide + 10.0, 2.0 * (LINE * rows + 2.0))
    if look.upright:
        size = (2.0 * (wide + 8.0), LINE * rows + 8.0)
    return Item(
        f"{edge.id}_label",
        "edge",
        "label",
        *size,
        tuple(texts),
        _chain(edge, look),
        edge.box,
        edge.main,
    )


# --- box ---


def _box(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    main = _ends(figure)
    items: list[Item] = []
    boxed: dict[int, str] = {}  # recorded node -> the item that shows its number
    links = []
    leaves = {node.id: node for node in figure.nodes if node.kind == "leaf"}
    outputs = {node.id: node for node in figure.nodes if node.kind == "output"}
    for node in figure.nodes:
        if node.kind in ("operator", "composite"):
            items.append(_operator(node, node.id in main))
    for edge in figure.edges:
        if edge.source in boxed:
            continue
        leaf = leaves.get(edge.tail)
        value = figure.recorded[edge.source]
        end = outputs.get(edge.head)
        name = leaf.text if leaf else edge.name or (end.text if end else "")
        id = boxed[edge.source] = edge.tail if leaf else f"v{edge.source}"
        kind = "leaf" if leaf else "value"
        place = leaf.box if leaf else next((n.box for n in figure.nodes if n.id == edge.tail), None)
        literal = leaf is not None and value._count < 0
        items.append(_cells(id, kind, "" if literal else name, edge, look, place, edge.main))
        if not leaf:
            links.append(Link(f"l{edge.source}", edge.tail, id, None, None, "", place))
    for edge in figure.edges:
        if edge.head in outputs:
            continue
        text = None
        if look.partials and edge.partial is not None:
            text = Text(f"∂ {number(edge.partial, look.precision)}", "partial", 10.0)
        tail = boxed[edge.source]
        links.append(Link(edge.id, tail, edge.head, None, text, _chain(edge, look), edge.box))
    return items, links


def _cells(
    id: str, kind: str, name: str, edge: Edge, look: Look, box: str | None, main: bool
) -> Item:
    """name, value | gradient: in one row."""
    cells = [Text(cut(name), "name", 11.0, bold=True)] if name else []
    cells.append(Text(number(edge.value, look.precision), "value", 11.0))
    bars = []
    if edge.total is not None:
        cells.append(Text(number(edge.total, look.precision), "gradient", 11.0))
    wide = sum(t.width + 8.0 for t in cells)
    x, texts = -0.5 * wide, []
    for t in cells:
        if t.kind == "gradient":
            bars.append(x)
        texts.append(Text(t.text, t.kind, t.size, x + 0.5 * (t.width + 8.0), 0.0, bold=t.bold))
        x += t.width + 8.0
    title = clean(name)
    return Item(
        *(id, f"node {kind}", "value", wide, 22.0, tuple(texts), title, box, main, tuple(bars))
    )
