"""Text in pictures: numbers as they are printed, labels made safe, and how wide both are.

Invariant: what `clean` returns can stand in XML, in DOT and in a terminal: one line without control
characters.  Widths come from a table and not from a font, so a picture has the same layout on every
machine; they are those of DejaVu Sans, the widest of the usual fonts.
"""

import re
import unicodedata

CUT = 40  # characters of a label that are drawn; its whole text is in the tooltip
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")  # control, surrogate
_WIDTHS = {
    **dict.fromkeys("ijlI.,:;|!'", 0.33),
    **dict.fromkeys('()[]ftr/\\-"° ', 0.42),
    **dict.fromkeys("mwMW@%—…", 0.95),
    **dict.fromkeys("+−×÷=<>~≈#&^", 0.84),
    **dict.fromkeys("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣ", 0.45),
}


def printed(x: float, precision: int = 4) -> str:
    """x to so many significant digits, with a real minus sign; the whole part is never cut.

    >>> [printed(x) for x in (220.0, -0.19661193, 12345.678, 2.0611e-9)]
    ['220', '−0.1966', '12346', '2.061×10⁻⁹']
    """
    text = f"{x + 0.0:.{precision}g}"
    if "e" in text and 1.0 <= abs(x) < 1e6:  # 12345 at 4 digits
        text = f"{x:.0f}"
    digits, _, power = text.partition("e")
    tail = f"×10{str(int(power)).translate(SUPERSCRIPTS)}" if power else ""
    return digits.replace("-", "−") + tail


def clean(label: object) -> str:
    """A label as one line of text, without what no XML document may contain.

    >>> clean("a" + chr(10) + "b" + chr(0))
    'a b'
    """
    return _FORBIDDEN.sub("", " ".join(str(label).split()))


def cut(label: object) -> str:
    """The label cleaned, and cut with … where it is long.

    >>> len(cut("x" * 10_000))
    40
    """
    line = clean(label)
    return line if len(line) <= CUT else line[: CUT - 1] + "…"


def level(c: str) -> tuple[str, int]:
    """The plain sign, and 1 where c is it as a superscript, -1 as a subscript, else 0.

    >>> level("²"), level("ₖ"), level("x")
    (('2', 1), ('k', -1), ('x', 0))
    """
    kind, _, code = unicodedata.decomposition(c).partition(" ")
    if kind not in ("<super>", "<sub>") or " " in code:
        return c, 0
    return chr(int(code, 16)), 1 if kind == "<super>" else -1


def width(text: str, size: float) -> float:
    """How wide the text is, in points, in a font of so many points."""
    return size * sum(map(_em, text))


def _em(c: str) -> float:
    if c in _WIDTHS:
        return _WIDTHS[c]
    if unicodedata.combining(c) or unicodedata.category(c) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(c) in "WF":
        return 1.05
    return 0.74 if c.isupper() else 0.64
