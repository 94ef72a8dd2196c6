"""The sheet: a figure in one of two styles, as items with texts and links between them.

Invariant: the size of every item is fixed here, from its texts, so that a layout engine decides
about places only and never sees a user's text.  "book": operators in circles, on each edge its
value above the line and its share of the gradient below.  "box": a box for each number.
"""

from dataclasses import dataclass

from autograd.draw.figure import Edge, Figure, Node
from autograd.draw.text import clean, cut, number, width

STYLES = ("book", "box")
DIRECTIONS = ("LR", "RL", "TB", "BT")
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

    def __post_init__(self) -> None:
        for name, known in (("style", STYLES), ("direction", DIRECTIONS)):
            option = getattr(self, name)
            if option not in known:
                raise ValueError(f"{name} is one of {', '.join(known)}, not {option!r}")
        if not isinstance(self.precision, int) or not 1 <= self.precision <= 17:
            raise ValueError(
                f"precision is a number of digits from 1 to 17, not {self.precision!r}"
            )

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
    fill: str = "white"
    stroke: str = INK


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
    frames = [Frame(b.id, _title(b.name, b.formula), b.parent) for b in figure.boxes]
    return Sheet(look, tuple(items), tuple(links), tuple(frames))


def _title(name: str, formula: str) -> Text:
    text = "\u2003".join(filter(None, (cut(name), cut(formula))))  # a space that XML keeps wide
    return Text(text, "title", 13.0, anchor="start")


def _operator(node: Node, look: Look, main: bool) -> Item:
    """A circle, or a rounded box for more than three letters; smaller in the box style."""
    book = look.style == "book"
    paint = ("white", INK) if book else ("#fff7e6", PALE)
    text, title = cut(node.text), clean(node.text)
    height = 30.0 if book else 22.0
    if node.kind == "composite" or len(text) > 3:
        size = 13.0 if book else 11.0
        texts = [Text(text, "symbol", size)]
        if node.derivative:
            title += f": y′ = {clean(node.derivative)}"
            below = Text(f"y′ = {cut(node.derivative)}", "derivative", size - 2.0, y=8.0)
            texts = [Text(text, "symbol", size, y=-7.0), below]
            height += 12.0
        shape, width = "round", max(t.width for t in texts) + 20.0
    else:
        small = len(text) > 2 or text.isalpha()
        texts = [Text(text, "symbol", (13.0 if small else 18.0) - (0.0 if book else 3.0))]
        shape, width = "circle", height + 6.0
        height = width
    kind = f"node {node.kind}"
    return Item(
        node.id, kind, shape, width, height, tuple(texts), title, node.box, main, (), *paint
    )


def _chain(edge: Edge) -> str:
    """The numbers of an edge in words: for its tooltip."""
    words = [] if edge.name is None else [clean(edge.name)]
    words.append(f"value {number(edge.value, 12)}")
    if edge.gradient is not None:
        words.append(f"gradient {number(edge.gradient, 12)}")
    if edge.partial is not None:
        words.append(f"local derivative {number(edge.partial, 12)}")
    return ", ".join(words)


def _main(figure: Figure) -> set[str]:
    """The ids of the nodes on the longest path."""
    return {id for edge in figure.edges if edge.main for id in (edge.tail, edge.head)}


# --- book ---


def _book(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    main = _main(figure)
    items = []
    for node in figure.nodes:
        straight = node.id in main
        named = node.kind in ("leaf", "output")
        items.append(_name(node, look, straight) if named else _operator(node, look, straight))
    links = []
    for edge in figure.edges:
        items.append(_label(edge, look))
        words = _chain(edge)
        links.append(Link(edge.id, edge.tail, edge.head, items[-1].id, None, words, edge.box))
    return items, links


def _name(node: Node, look: Look, main: bool) -> Item:
    """The name at an end, with the sum of the gradients under it where its uses have shares."""
    texts = [Text(cut(node.text), "name", 14.0)] if node.text else []
    height = 20.0
    if node.total is not None:
        texts.append(Text(number(node.total, look.precision), "gradient", 12.0, y=LINE + 1.0))
        height = 2.0 * (LINE + 8.0)  # the name stays in the middle, on its line
    width = max((t.width for t in texts), default=0.0) + 8.0
    kind, title = f"node {node.kind}", clean(node.text)
    return Item(node.id, kind, "plain", width, height, tuple(texts), title, node.box, main)


def _label(edge: Edge, look: Look) -> Item:
    """Value above the line and gradient below, or left and right of it where it is upright."""
    above = [Text(number(edge.value, look.precision), "value", 12.0)]
    if edge.name is not None:
        total = "" if edge.total is None else f"  Σ {number(edge.total, look.precision)}"
        above.append(Text(cut(edge.name) + total, "name", 12.0))
    below = []
    if edge.gradient is not None:
        below.append(Text(number(edge.gradient, look.precision), "gradient", 12.0))
    if look.partials and edge.partial is not None:
        below.append(Text(f"∂ {number(edge.partial, look.precision)}", "partial", 11.0))
    rows = max(len(above), len(below))
    wide = max(t.width for t in above + below)
    texts = []
    for sign, column in ((-1.0, above), (1.0, below)):
        for row, t in enumerate(column):
            x, y, anchor = 0.0, sign * (LINE * row + 8.5), "middle"
            if look.upright:
                x, anchor = sign * 5.0, "end" if sign < 0.0 else "start"
                y = LINE * (row - 0.5 * (len(column) - 1)) * sign
            texts.append(Text(t.text, t.kind, t.size, x, y, anchor))
    width, height = wide + 10.0, 2.0 * (LINE * rows + 4.0)
    if look.upright:
        width, height = 2.0 * (wide + 8.0), LINE * rows + 8.0
    id = f"{edge.id}_label"
    return Item(id, "edge", "label", width, height, tuple(texts), _chain(edge), edge.box, edge.main)


# --- box ---


def _box(figure: Figure, look: Look) -> tuple[list[Item], list[Link]]:
    main = _main(figure)
    nodes = {node.id: node for node in figure.nodes}
    items = []
    for node in figure.nodes:
        if node.kind in ("operator", "composite"):
            items.append(_operator(node, look, node.id in main))
    links = []
    numbers: dict[int, str] = {}  # recorded node -> the item that shows its number
    for edge in figure.edges:
        tail, head = nodes[edge.tail], nodes[edge.head]
        if edge.source not in numbers:
            value = figure.recorded[edge.source]
            items.append(_cells(edge, tail, head, value.grad, look))
            numbers[edge.source] = items[-1].id
            if tail.kind != "leaf":
                links.append(
                    Link(f"l{edge.source}", tail.id, items[-1].id, None, None, "", tail.box)
                )
        if head.kind != "output":
            partial = None
            if look.partials and edge.partial is not None:
                partial = Text(f"∂ {number(edge.partial, look.precision)}", "partial", 10.0)
            source = numbers[edge.source]
            links.append(Link(edge.id, source, head.id, None, partial, _chain(edge), edge.box))
    return items, links


def _cells(edge: Edge, tail: Node, head: Node, grad: float | None, look: Look) -> Item:
    """A box for one number: name, value | gradient."""
    leaf = tail.kind == "leaf"
    name = (tail.label if leaf else edge.name or head.label) or ""
    cells = [Text(cut(name), "name", 11.0, bold=True)] if name else []
    cells.append(Text(number(edge.value, look.precision), "value", 11.0))
    if grad is not None:
        cells.append(Text(number(grad, look.precision), "gradient", 11.0))
    x = left = -0.5 * sum(t.width + 10.0 for t in cells)
    texts, bars = [], []
    for t in cells:
        if t.kind == "gradient":
            bars.append(x)
        wide = t.width + 10.0
        texts.append(Text(t.text, t.kind, t.size, x + 0.5 * wide, bold=t.bold))
        x += wide
    id, kind = (tail.id, "node leaf") if leaf else (f"v{edge.source}", "node number")
    fill = "#eef4fa" if leaf else "white"
    return Item(
        *(id, kind, "value", -2.0 * left, 24.0, tuple(texts), clean(name), tail.box, edge.main),
        *(tuple(bars), fill, PALE),
    )
