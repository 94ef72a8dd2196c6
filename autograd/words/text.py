"""Text for a terminal: numbers and names, columns and lines that fit its width, colours.

Invariant: no label reaches the terminal raw: what could move the cursor is written as an escape.
"""

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from autograd.core.value import Value

Row = tuple[str, ...]
NUMBER = r"-?\d[\d.]*(?:e[-+]\d+)?"
COLOURS = re.compile(  # those of the pictures: values are blue, gradients red
    r"(?m)(?P<dim>^[│├└─ ]*[│├└─])"
    rf"|(?P<red>grad {NUMBER}|(?<=^  ){NUMBER}(?=  = )|(?<=\) = ){NUMBER}(?= at ))"
    rf"|(?P<blue>(?<=  ){NUMBER}(?=  |$)|(?<=[^ ]=){NUMBER}|(?<= = ){NUMBER}(?=[,:]))"
    r"|(?P<cyan>[↑#]\d+|^….*)"
)
CODES = {"dim": 2, "red": 31, "blue": 34, "cyan": 36}
BREAKS = re.compile(r"(?<= [-+→×] )|(?<=[,:] )|(?<= at )")  # where a line may go on below


class Words(str):
    """Text that shows itself as it is in a REPL, and in colours in IPython and where rich prints.

    What `print` writes has no colours: it may go to a file.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(coloured(self))

    def __rich__(self) -> Any:
        from rich.text import Text

        text = Text(str(self))
        text.highlight_regex(COLOURS)
        return text


def coloured(text: str) -> str:
    """The text, in colours where stdout is a terminal that takes them and NO_COLOR is not set."""
    if not _on_terminal() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return str(text)
    return COLOURS.sub(lambda m: f"\x1b[{CODES[str(m.lastgroup)]}m{m[0]}\x1b[0m", text)


def terminal_width() -> int:
    """The columns of the terminal that stdout is; 0, which stands for no limit, if it is none."""
    return shutil.get_terminal_size((0, 0)).columns if _on_terminal() else 0


def _on_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def number(x: float, precision: int = 12) -> str:
    """x to so many significant digits: 220, 2.2, 1e-07.

    >>> number(2 / 3), number(2 / 3, 4), number(-0.0)
    ('0.666666666667', '0.6667', '0')
    """
    return f"{x + 0.0:.{precision}g}"


def signed(x: float) -> str:
    """x to 12 digits, with its sign."""
    return f"{x + 0.0:+.12g}"


def name(v: Value) -> str:
    """The label, else the operation, else the number; fit for the terminal."""
    return visible(v.label) if v.label is not None else v.op or number(v.data)


def factors_of(factors: Sequence[float | None], precision: int = 12) -> str:
    """The factors as a product, negative ones in parentheses."""

    def factor(d: float | None) -> str:
        if d is None:
            return "undefined"
        return f"({number(d, precision)})" if d < 0.0 else number(d, precision)

    return " × ".join(middle(factors, factor)) or "1"


def middle(items: Sequence[Any], text: Callable[[Any], str]) -> list[str]:
    """The items as text, the middle of more than 12 left out and counted."""
    if len(items) <= 12:
        return list(map(text, items))
    return [*map(text, items[:6]), f"… {len(items) - 11:,} …", *map(text, items[-5:])]


def visible(text: str, width: int = 60) -> str:
    r"""The text on one line of about so many columns at most, control characters as escapes.

    >>> visible("a\nb\x1b[2J")
    'a\\nb\\x1b[2J'
    """
    shown, columns_left = [], width
    for i, c in enumerate(text):
        unsafe = unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"
        shown.append(c.encode("unicode_escape").decode() if unsafe else c)
        columns_left -= columns_of(shown[-1])
        if columns_left < 0 or i == 2 * width:  # letters without a width count too
            return "".join(shown[:-1]) + "…"
    return "".join(shown)


def columns_of(text: str) -> int:
    """How many columns the text takes in a terminal: two for wide letters, none for accents.

    >>> columns_of("tax"), columns_of("消費税")
    (3, 6)
    """
    if text.isascii():
        return len(text)
    accents = sum(unicodedata.category(c) in ("Mn", "Me") for c in text)
    return len(text) - accents + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def columns(rows: Sequence[Row], width: int = 0, indents: Sequence[str] = ()) -> list[str]:
    """The rows as lines, two spaces between cells, aligned by display width.

    Where one is longer than the width, 0 for no limit, none is aligned, and the long ones go on
    below, after the indent of their row.
    """
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell + " " * (width - columns_of(cell))
            for cell, width in zip(row, widths, strict=True)
            if width
        ).rstrip()
        for row in rows
    ]
    if not width or max(map(columns_of, lines), default=0) <= width:
        return lines
    pairs = zip(rows, indents or ["      "] * len(rows), strict=True)
    return [line for row, indent in pairs for line in folded(row, width, indent)]


def folded(cells: Sequence[str], width: int, indent: str = "      ") -> list[str]:
    """The cells in a line, two spaces between them; where that is too long it goes on below.

    It breaks between cells or, in the first two and in what is longer than a line, after an arrow
    or a sign.

    >>> folded(["  2.2", "= 1.1 × 2", "price → mul=200 → apple"], 30)
    ['  2.2  = 1.1 × 2', '      price → mul=200 → apple']
    """
    lines, line = [], ""
    for i, cell in enumerate(filter(None, cells)):
        cell = f"  {cell}" if i else cell
        whole = i > 1 and width and columns_of(line + cell) > width
        for j, piece in enumerate(BREAKS.split(cell)):
            if (whole and j == 0) or (i + j and columns_of((line + piece).rstrip()) > width > 0):
                lines.append(line.rstrip())
                line, piece = indent, piece.lstrip()
            line += piece
    return [*lines, line.rstrip()]


def show(text: str) -> None:
    """Print the text, in colours where stdout is a terminal."""
    print(coloured(text))
