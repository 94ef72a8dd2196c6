"""Expressions as text: parsed by Python's parser, computed by the whitelist below, nothing else.

Invariant: no part of the text is ever evaluated as Python.  Only numbers, names, + - * / **, lists
and calls of `FUNCTIONS` by name pass; conversion and computation are loops, not recursion.
"""

import ast
import math
import sys
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from autograd import functions, losses
from autograd.core import elementary, primitives
from autograd.core.nested import ROWS, items
from autograd.core.value import Value

LENGTH = 10_000  # characters of an expression
WORK = 30_000  # elements that calls are given; those of two lists count with each other
FUNCTIONS: dict[str, Callable[..., Any]] = {
    name: getattr(room, name) for room in (functions, losses) for name in room.__all__
}
FUNCTIONS["abs"] = functions.absolute


def _quotient(a: Any, b: Any) -> Any:
    """As `a / b` is recorded: 1/x is the one node `reciprocal`."""
    return primitives.divide(a, b) if type(a) is Value or a != 1.0 else primitives.reciprocal(b)


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: primitives.add,
    ast.Sub: lambda a, b: primitives.add(a, -b),
    ast.Mult: primitives.mul,
    ast.Div: _quotient,
    ast.Pow: elementary.power,
    ast.USub: lambda a: -a,
    ast.UAdd: lambda a: a,
}
REFUSED: dict[type[ast.AST], str] = {  # in the words of whoever wrote it
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.MatMult: "@ (write matmul)",
    ast.BitXor: "^ (powers are written **)",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.Not: "'not'",
    ast.Invert: "~",
    ast.Attribute: "dot between names",
    ast.Subscript: "index in brackets",
    ast.Compare: "comparison",
    ast.IfExp: "'if'",
    ast.BoolOp: "'and' or 'or'",
    ast.GeneratorExp: "'for'",
    ast.ListComp: "'for'",
    ast.SetComp: "'for'",
    ast.DictComp: "'for'",
    ast.Lambda: "'lambda'",
    ast.NamedExpr: ":=",
    ast.Tuple: "tuple (lists are written [x, y])",
    ast.Dict: "braces",
    ast.Set: "braces",
    ast.Starred: "star before a list",
    ast.JoinedStr: "text",
    ast.Call: "call but of a function by its name",
}


class Expression(NamedTuple):
    """A parsed expression: the names of its variables in order, and its parts, parents first."""

    text: str
    names: tuple[str, ...]
    parts: tuple[ast.AST, ...]

    def __call__(self, variables: Mapping[str, Any]) -> Any:
        """The expression with these variables: a Value, or a number where there are none.

        Raises what the operations raise; TypeError if the result is a list, ValueError if lists
        are too long.
        """
        results: dict[ast.AST, Any] = {}
        work = 0
        for part in reversed(self.parts):
            if isinstance(part, ast.Call):
                work += math.prod(max(1, len(items(results[x], ROWS))) for x in part.args)
                if work > WORK:
                    raise ValueError(f"the lists are too long: more than {WORK:,} steps")
            results[part] = _compute(part, results, variables)
        y = results[self.parts[0]]
        if isinstance(y, list):
            raise TypeError(f"the result is a list of {len(y)}, not one number: take the sum of it")
        return y


def parse(text: str) -> Expression:
    """The expression in the text.  ValueError, with the position, for whatever is not allowed.

    >>> parse("2*x + sigmoid(y)").names
    ('x', 'y')
    >>> parse("2 * foo(x)")
    Traceback (most recent call last):
    ...
    ValueError: column 5: there is no function 'foo' for expressions
    """
    if len(text) > LENGTH:
        raise ValueError(f"the expression is longer than {LENGTH:,} characters: {len(text):,}")
    line = text.replace("\n", " ").replace("\r", " ").lstrip()
    indent = len(text) - len(line)
    if not line:
        raise ValueError("the expression is empty")
    if "#" in text:
        raise ValueError(f"syntax error at column {text.index('#') + 1}: no comments here")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on `1if`, `"\d"`
            root = ast.parse(line, mode="eval").body
    except SyntaxError as error:
        column = (error.offset or len(line) + 1) + indent  # 0 is the end
        raise ValueError(f"syntax error at column {column}: {error.msg}") from None
    except (MemoryError, RecursionError):
        raise ValueError("the expression is nested too deeply") from None
    except ValueError as error:  # a NUL, a surrogate
        raise ValueError(f"syntax error: {error}") from None
    parts: list[ast.AST] = [root]
    names: dict[str, int] = {}
    for part in parts:  # grows while it is read
        column = len(line.encode()[: getattr(part, "col_offset", 0)].decode()) + 1 + indent
        try:
            parts += _inputs(part)
        except ValueError as error:
            raise ValueError(f"column {column}: {error}") from None
        if isinstance(part, ast.Name):
            names[part.id] = min(column, names.get(part.id, column))
    return Expression(text.strip(), tuple(sorted(names, key=lambda n: names[n])), tuple(parts))


def _inputs(part: ast.AST) -> list[ast.expr]:
    """The parts that this one is computed from.  ValueError for what is not allowed."""
    match part:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            if abs(number) > sys.float_info.max:
                raise ValueError("a number is too large for a float")
            return []
        case ast.Name():
            return []
        case ast.UnaryOp(op=op) if type(op) in OPERATORS:
            return [part.operand]
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            return [part.left, part.right]
        case ast.List():
            return part.elts
        case ast.Call(func=ast.Name(id=name)) if all(k.arg for k in part.keywords):
            if name not in FUNCTIONS:
                near = similar(name, FUNCTIONS)
                raise ValueError(f"there is no function {name!r} for expressions{near}")
            _check_arguments(name, len(part.args), [str(k.arg) for k in part.keywords])
            return part.args + [k.value for k in part.keywords]
    if isinstance(part, ast.Constant):
        what = repr(part.value)
    else:
        kind: Any = type(getattr(part, "op", part))  # of the operator where there is one
        what = REFUSED.get(kind) or REFUSED.get(type(part), "such part")
    allowed = "only numbers, names, + - * / **, lists and functions"
    raise ValueError(f"an expression has no {what:.40}, {allowed}")


def _check_arguments(name: str, given: int, options: list[str]) -> None:
    """ValueError unless the function takes so many arguments, and these options."""
    import inspect

    function = FUNCTIONS[name]
    parameters = inspect.signature(function).parameters
    least = sum(p.default is p.empty for p in parameters.values())
    most = len(parameters)
    for option in options:
        if option not in parameters or parameters[option].kind is inspect.Parameter.POSITIONAL_ONLY:
            raise ValueError(f"{name} has no argument named {option!r}")
    if not least <= given + len(options) <= most:
        takes = f"{most} argument" + "s" * (most > 1)
        takes = takes if least == most else f"{least} to {takes}"
        raise ValueError(f"{name} takes {takes}, got {given + len(options)}")


def similar(name: str, names: Iterable[str]) -> str:
    """The question ` (did you mean count?)` if one of the names is like this, else nothing."""
    from difflib import get_close_matches

    near = get_close_matches(name[:60], names, 1)
    return f" (did you mean {near[0]}?)" if near else ""


def _compute(part: Any, results: Mapping[ast.AST, Any], variables: Mapping[str, Any]) -> Any:
    match part:
        case ast.Constant():
            return part.value
        case ast.Name():
            return variables[part.id]
        case ast.List():
            return [results[x] for x in part.elts]
        case ast.Call():
            options = {str(k.arg): results[k.value] for k in part.keywords}
            name = part.func.id  # type: ignore[attr-defined]  # `_inputs` lets names alone pass
            return FUNCTIONS[name](*[results[x] for x in part.args], **options)
    operands = [_operand(results[x]) for x in _inputs(part)]
    return OPERATORS[type(part.op)](*operands)


def _operand(x: Any) -> Any:
    if isinstance(x, list):
        raise TypeError("a list cannot stand beside an operator")
    return x if type(x) is Value else float(x)


def normal(name: str) -> str:
    """The name as the parser reads it (NFKC).  ValueError if it is not a name."""
    if not name.isidentifier():
        raise ValueError(f"{name!r} is not the name of a variable")
    return unicodedata.normalize("NFKC", name)
