"""What a picture is made of: items with texts, links, frames; and all colours.

Invariant: the size of every item is fixed from its texts, so that a layout engine decides about
places only and never sees a user's text.  Lengths are points of 1/72 inch, y downwards.
"""

from collections.abc import Callable
from dataclasses import dataclass

from autograd.draw.figure import Figure
from autograd.draw.text import width

DIRECTIONS = ("LR", "RL", "TB", "BT")
INK, PALE = "#2b2b2b", "#7f8c8d"
LEAF, OPERATOR = "#eef4fa", "#fff7e6"  # what fills them, where a style does
PAPER, BORDER = "#f4f7fa", "#b8c4d0"  # of the frame of a composite
POSITIVE, NEGATIVE = "#2e6da4", "#b9770e"  # weights
COLOURS = {  # of texts, by class
    "name": INK,
    "symbol": INK,
    "value": "#1f4e79",
    "gradient": "#c0392b",
    "partial": "#1e7d4f",
    "derivative": "#5a6b7b",
    "title": "#5a6b7b",
}


@dataclass(frozen=True, slots=True)
class Style:
    """One way of drawing: its colours and distances, and what it makes of a figure."""

    name: str
    arrange: "Callable[[Figure, Look], tuple[list[Item], list[Link]]]"
    ink: str  # of lines
    fill: str  # of operators
    height: float  # of a composite; operators are circles a little larger
    letters: float  # the size of an operator's name
    sign: float  # the size of an operator's sign
    ranksep: float  # inches
    nodesep: float
    arrow: float
    ordered: bool = False  # whether operands keep their order at any cost
    folds: bool = False  # whether composites are folded where nothing else is asked for


@dataclass(frozen=True, slots=True)
class Look:
    """How a figure is drawn: what the options of `draw` say."""

    style: Style
    partials: bool = False
    precision: int = 4
    direction: str = "LR"

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise ValueError(f"direction is one of {', '.join(DIRECTIONS)}, not {self.direction!r}")
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
    """One line of text: its middle is at (x, y) from the middle of its item."""

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

    def area(self, middle: complex) -> tuple[float, float, float, float]:
        """The rectangle of its letters in an item of that middle: left, top, right, bottom."""
        x = middle.real + self.x - {"start": 0.0, "end": 1.0}.get(self.anchor, 0.5) * self.width
        y = middle.imag + self.y
        return x, y - 0.4 * self.size, x + self.width, y + 0.4 * self.size


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
    ports: int = 0  # places along its side where lines end, 0 for one
    dashed: bool = False  # its outline
    column: int | None = None  # where those of one column stand in their order


@dataclass(frozen=True, slots=True)
class Link:
    """A line from one item to another; through an item of shape "label", if `label` names one.

    Without a head it ends behind its label.
    """

    id: str
    tail: str
    head: str | None
    label: str | None
    title: str
    box: str | None
    text: Text | None = None
    port: int | None = None  # of the head
    stroke: str | None = None  # of a straight line without an arrow: its colour
    width: float = 1.0  # of that line


@dataclass(frozen=True, slots=True)
class Frame:
    """The box around an open composite."""

    id: str
    title: Text
    parent: str | None
    room: float = 0.0  # how wide it is at least, where that is more than its title needs


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that is placed and drawn."""

    look: Look
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    frames: tuple[Frame, ...]
    name: str = ""  # for those who do not see it: what it is of
    words: str = ""  # and what it shows
