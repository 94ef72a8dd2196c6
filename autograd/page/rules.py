"""The rules of the primitives as JavaScript: each is run once, on operands that write it down.

Invariant: a rule is written in one place, its declaration.  Its text does the same operations in
the same order, so the page has the same numbers, and is refused one where Python is.
"""

from functools import cache
from typing import Any

from autograd.core.elementary import OURS
from autograd.core.operand import Operand
from autograd.core.primitives import PRIMITIVES, Primitive, Rule
from autograd.page.html import source

OPERATORS = {"add": "{} + {}", "mul": "{} * {}", "divide": "VALUES.divide({}, {})"}


class Name(Operand):
    """A name in JavaScript, as what a rule is called with: what the rule does becomes lines."""

    def __init__(self, lines: "Lines", name: str) -> None:
        self.lines = lines
        self.name = name

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> "Name":
        """What `Primitive.__call__` hands over to."""
        lines = a.lines if type(a) is Name else b.lines
        operands = (a,) if b is None else (a, b)
        call = f"checked(VALUES.{primitive.name}({', '.join('{}' for _ in operands)}))"
        return lines.named(OPERATORS.get(primitive.name, call), *operands)

    def __sub__(self, other: Any) -> "Name":
        return self.lines.named("{} - {}", self, other)

    def __rsub__(self, other: Any) -> "Name":
        return self.lines.named("{} - {}", other, self)

    def __neg__(self) -> "Name":
        return self.lines.named("-{}", self)


class Lines:
    """What one rule does, line by line: `{expression: the name of its result}`."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def named(self, template: str, *operands: Any) -> Name:
        """The result of an expression; the same again is the same result."""
        expression = template.format(*map(_atom, operands))
        return Name(self, self.names.setdefault(expression, f"t{len(self.names)}"))


def _atom(x: Any) -> str:
    return x.name if type(x) is Name else repr(float(x))


def in_javascript(rule: Rule, inputs: int) -> str:
    """A partial derivative as a JavaScript function of `(...inputs, output)`.

    It calls `checked` and the functions of `VALUES`.  Raises TypeError for a rule that branches.

    >>> in_javascript(PRIMITIVES["sqrt"].partials[0], 1)
    '(x, y) => { const t0 = checked(VALUES.reciprocal(y)); return 0.5 * t0; }'
    """
    lines = Lines()
    parameters = ["x", "y"] if inputs == 1 else ["a", "b", "y"]
    result = _atom(rule(*(Name(lines, name) for name in parameters)))
    if result == f"t{len(lines.names) - 1}":  # the last step, which needs no name
        result, _ = lines.names.popitem()
    steps = ", ".join(f"{name} = {expression}" for expression, name in lines.names.items())
    body = f"{{ const {steps}; return {result}; }}" if steps else result
    return f"({', '.join(parameters)}) => {body}"


@cache
def engine() -> str:
    """The script that computes in the page: sweep.js, and the rules it goes by."""
    rows = "".join(
        f"{name}: [{', '.join(in_javascript(rule, len(p.partials)) for rule in p.partials)}],\n"
        for name, p in PRIMITIVES.items()
        if name in OURS
    )
    return f"{source('sweep.js')}const PARTIALS = {{\n{rows}}};\n"
