"""LLVM's language, written in Python's operators: `x * y + 1.0` appends the lines that compute it.

Invariant: what is written is computed as written, each lane by itself, each operation rounded once:
nothing is reordered, and nothing is fused but where it says `fma`.  So a lane's bits depend neither
on the number of lanes nor on the machine.
"""

import struct
from collections.abc import Callable
from typing import Any


def bits(x: float) -> int:
    """The 64 bits of a float, as a signed integer."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def literal(x: float) -> str:
    """A float as LLVM reads it, to the last bit.

    >>> literal(1.5)
    '0x3FF8000000000000'
    """
    return f"0x{bits(x) & 0xFFFFFFFFFFFFFFFF:016X}"


class Code:
    """The lines of one function, on so many lanes (1: plain numbers), and what they declare."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        self.lines: list[str] = []
        self.declared: dict[str, str] = {}  # a function's name: the line that declares it
        self.types = {kind: self.type(kind) for kind in ("double", "i64", "i1")}

    def type(self, kind: str) -> str:
        """The type of a value: `double`, or `<8 x double>`."""
        return kind if self.lanes == 1 else f"<{self.lanes} x {kind}>"

    def constant(self, x: float, kind: str = "double") -> str:
        """The same number in each lane."""
        text = literal(x) if kind == "double" else str(x)
        return text if self.lanes == 1 else f"<{', '.join([f'{kind} {text}'] * self.lanes)}>"

    def line(self, text: str, kind: str = "double") -> "Lanes":
        """Append `%name = text`; returns the new value."""
        name = f"%v{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return Lanes(self, name, kind)

    def intrinsic(self, name: str, *operands: Any) -> "Lanes":
        """A call of one of LLVM's own functions, such as `fma`."""
        suffix = "f64" if self.lanes == 1 else f"v{self.lanes}f64"
        return self.call(f"llvm.{name}.{suffix}", *operands)

    def call(self, name: str, *operands: Any) -> "Lanes":
        """A call of a function of doubles."""
        t = self.types["double"]
        self.declared[name] = f"declare {t} @{name}({', '.join([t] * len(operands))})"
        given = ", ".join(f"{t} {self.text(x)}" for x in operands)
        return self.line(f"call {t} @{name}({given})")

    def text(self, x: Any, kind: str = "double") -> str:
        """An operand: a value's name, or a number."""
        return x.name if isinstance(x, Lanes) else self.constant(x, kind)


def _operator(double: str, integer: str, swapped: bool = False) -> Callable[..., "Lanes"]:
    def apply(x: "Lanes", y: Any) -> "Lanes":
        operation = double if x.kind == "double" else integer
        a, b = x.name, x.code.text(y, x.kind)
        if swapped:
            a, b = b, a
        return x.code.line(f"{operation} {x.code.types[x.kind]} {a}, {b}", x.kind)

    return apply


def _comparison(double: str, integer: str) -> Callable[..., "Lanes"]:
    def compare(x: "Lanes", y: Any) -> "Lanes":
        how = f"fcmp {double}" if x.kind == "double" else f"icmp {integer}"
        t = x.code.types[x.kind]
        return x.code.line(f"{how} {t} {x.name}, {x.code.text(y, x.kind)}", "i1")

    return compare


class Lanes:
    """A value in a function being written: doubles, 64-bit integers, or the answers of comparisons.

    Every comparison with a NaN is false.

    >>> code = Code(1)
    >>> x = Lanes(code, "%x")
    >>> y = x * x + 1.0
    >>> print(*code.lines, sep=chr(10))
    %v0 = fmul double %x, %x
    %v1 = fadd double %v0, 0x3FF0000000000000
    """

    __slots__ = ("code", "kind", "name")

    def __init__(self, code: Code, name: str, kind: str = "double") -> None:
        self.code, self.name, self.kind = code, name, kind

    __add__ = __radd__ = _operator("fadd", "add")
    __sub__ = _operator("fsub", "sub")
    __rsub__ = _operator("fsub", "sub", swapped=True)
    __mul__ = __rmul__ = _operator("fmul", "mul")
    __truediv__ = _operator("fdiv", "sdiv")
    __rtruediv__ = _operator("fdiv", "sdiv", swapped=True)
    __lshift__ = _operator("", "shl")
    __rshift__ = _operator("", "ashr")
    __and__ = _operator("", "and")
    __or__ = _operator("", "or")
    __xor__ = _operator("", "xor")
    __lt__ = _comparison("olt", "slt")
    __le__ = _comparison("ole", "sle")
    __gt__ = _comparison("ogt", "sgt")
    __ge__ = _comparison("oge", "sge")
    equals = _comparison("oeq", "eq")

    def __neg__(self) -> "Lanes":
        return self.code.line(f"fneg {self.code.types['double']} {self.name}")

    def __abs__(self) -> "Lanes":
        return self.code.intrinsic("fabs", self)

    def is_nan(self) -> "Lanes":
        """Where the value is no number."""
        return self.code.line(
            f"fcmp uno {self.code.types['double']} {self.name}, {self.name}", "i1"
        )

    def as_integer(self) -> "Lanes":
        """The bits of the doubles."""
        return self._convert("bitcast", "i64")

    def as_double(self) -> "Lanes":
        """The doubles of these bits."""
        return self._convert("bitcast", "double")

    def to_double(self) -> "Lanes":
        """The integers as numbers."""
        return self._convert("sitofp", "double")

    def _convert(self, how: str, kind: str) -> "Lanes":
        types = self.code.types
        return self.code.line(f"{how} {types[self.kind]} {self.name} to {types[kind]}", kind)


def where(chosen: Lanes, x: Any, y: Any) -> Lanes:
    """x in the lanes that are chosen, y in the others."""
    code = chosen.code
    kind = next((v.kind for v in (x, y) if isinstance(v, Lanes)), "double")
    t = code.types[kind]
    choice = f"select {code.types['i1']} {chosen.name}"
    return code.line(f"{choice}, {t} {code.text(x, kind)}, {t} {code.text(y, kind)}", kind)


def fma(a: Any, b: Any, c: Any) -> Lanes:
    """a * b + c, rounded once."""
    code: Code = next(x.code for x in (a, b, c) if isinstance(x, Lanes))
    return code.intrinsic("fma", a, b, c)


def sqrt(x: Lanes) -> Lanes:
    """The square root, NaN of a negative number."""
    return x.code.intrinsic("sqrt", x)


def least(x: Lanes, y: Any) -> Lanes:
    """The smaller of the two; the other where one is NaN."""
    return x.code.intrinsic("minnum", x, y)


def greatest(x: Lanes, y: Any) -> Lanes:
    """The greater of the two; the other where one is NaN."""
    return x.code.intrinsic("maxnum", x, y)


def with_sign(x: Lanes, of: Lanes) -> Lanes:
    """|x| with the sign of another."""
    return x.code.intrinsic("copysign", x, of)
