"""The command line: `autograd eval` computes and prints, `autograd repl` begins a session.

In a session all public names of the package are known, and labels come of the user's own names.

Invariant: an expression is parsed, never evaluated as Python; every error of the user's is one line
on stderr and exit status 2, with nothing on stdout.
"""

import argparse
import json
import re
import sys
from itertools import islice
from typing import Any, NoReturn

from autograd.core.node import inputs_first
from autograd.core.value import Value
from autograd.shell.expression import Expression, normal, parse, similar
from autograd.words import columns, explain, number, show, visible

USAGE = """\
usage: autograd eval EXPRESSION [NAME=NUMBER ...] [-o FILE] [--explain NAME] [--check] [--json]
       autograd repl
       autograd --version
"""
OPTION = re.compile("-h|(-o|--(output|explain|check|json|help))(=.*)?", re.DOTALL)
MOST_CHECKED = 200_000  # variables times nodes: each takes some 20 evaluations of all the nodes
REFUSALS = (
    *(ValueError, TypeError, ArithmeticError, LookupError, RecursionError),
    *(AssertionError, OSError, RuntimeError, ImportError),  # --check, -o
)


def run(arguments: list[str], package: Any) -> int:
    """Run the command line; the exit status comes back: 0, or 2 after an error.

    `package` is autograd itself, whose names a session has at hand.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # りんご where only ASCII can be shown
    match arguments:
        case ["eval", *rest]:
            try:
                evaluate(rest)
            except REFUSALS as error:
                return refuse(error)
        case ["repl"]:
            from autograd.shell.repl import start

            start({name: getattr(package, name) for name in package.__all__} | {"ag": package})
        case ["-h" | "--help"] | ["repl", "-h" | "--help"]:
            print(USAGE, end="")
        case ["repl", *_]:
            return refuse("autograd repl takes no arguments")
        case ["--version"]:
            print(f"autograd {package.__version__ or '(no version: it is not installed)'}")
        case [command, *_]:
            return refuse(f"no command {command!r}: autograd eval EXPRESSION ..., or autograd repl")
        case _:
            return refuse("a command is missing: autograd eval EXPRESSION ..., or autograd repl")
    return 0


def refuse(error: object) -> int:
    """Say on stderr in one line what is wrong; 2 comes back."""
    text = str(error).partition("\n")[0] or type(error).__name__
    if sys.stderr is not None:  # closed: print would take stdout
        print(f"autograd: {visible(text, 300)}", file=sys.stderr)
    return 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(message)


def evaluate(arguments: list[str]) -> None:
    """`autograd eval`: everything is computed first and printed then.  Raises `REFUSALS`."""
    usage = USAGE.partition("\n")[0].removeprefix("usage: ")
    parser = _Parser("autograd eval", usage, "value and gradients", allow_abbrev=False)
    parser.add_argument(
        "expression", nargs="?", metavar="EXPRESSION", help='such as "apple*count*tax"'
    )
    parser.add_argument("variables", nargs="*", metavar="NAME=NUMBER")
    parser.add_argument("-o", "--output", metavar="FILE", help="save the graph, by suffix")
    parser.add_argument("--explain", action="append", default=[], metavar="NAME")
    parser.add_argument("--check", action="store_true", help="against finite differences")
    parser.add_argument("--json", action="store_true", help="print JSON")
    # "-x" is an expression: a space in front keeps argparse from taking it for an option
    given = [f" {a}" if a[:1] == "-" and not OPTION.fullmatch(a) else a for a in arguments]
    given = [a.replace("-o=", "--output=", 1) if a.startswith("-o=") else a for a in given]
    options = parser.parse_intermixed_args(given)
    if options.expression is None:
        raise ValueError("an expression is missing: autograd eval EXPRESSION [NAME=NUMBER ...]")
    name, equals, rest = options.expression.partition("=")
    if equals and name.strip().isidentifier() and rest[:1] != "=":
        raise ValueError(f"{name}={rest} is no expression: the expression comes first, then values")
    expression = parse(options.expression)
    variables = _variables(expression, options.variables)
    y = expression(variables)
    y = y if type(y) is Value else Value(y)
    if y.label is None and len(expression.text) <= 40:
        y.label = expression.text
    y.backward()
    found: dict[str, Any] = {
        "expression": expression.text,
        "value": y.data,
        "variables": {name: x.data for name, x in variables.items()},
        "gradients": {name: x.grad or 0.0 for name, x in variables.items()},
    }
    explanations = {}
    for name in map(normal, options.explain):
        if name not in variables:
            raise ValueError(f"--explain: the expression has no variable {name!r}")
        explanations[name] = explain(y, variables[name])
    report = _check(expression, variables, y) if options.check else None
    if options.output is not None:
        from autograd.files import save

        save(y, options.output)
    if options.json:
        if explanations:
            found["explain"] = explanations
        if report:
            found["check"] = [row._asdict() for row in report.rows]
            found["unchecked"] = list(variables)[len(report.rows) :]
        print(json.dumps(found))
        return
    print(f"{visible(expression.text)} = {number(y.data)}")
    if variables:
        rows = [
            (name, number(x.data), number(found["gradients"][name]))
            for name, x in variables.items()
        ]
        print("\n".join(columns([("variable", "value", "gradient"), *rows])))
    for text in explanations.values():
        show(text)
    if report:
        print(report)
        if len(report.rows) < len(variables):
            rest = f"the first {len(report.rows):,} of {len(variables):,} variables"
            print(f"checked {rest}: for all of them it would take long")
    if options.output is not None:
        print(f"wrote {visible(options.output, 300)}")


def _variables(expression: Expression, assignments: list[str]) -> dict[str, Value]:
    """The variables as Values, in the order of the expression."""
    given: dict[str, Value] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise ValueError(f"expected NAME=NUMBER, got {assignment.strip()!r}")
        name = normal(name)
        if name in given:
            raise ValueError(f"two numbers for {name!r}")
        try:
            given[name] = Value(float(text), name)
        except ValueError:
            raise ValueError(f"{name}: {text!r} is not a finite number") from None
    missing = [name for name in expression.names if name not in given]
    surplus = [name for name in given if name not in expression.names]
    wrong = []
    if missing:
        listed = " ".join(f"{name}=NUMBER{similar(name, surplus)}" for name in missing)
        wrong.append(f"missing: {listed}")
    if surplus:
        wrong.append(f"surplus: {', '.join(surplus)} is not in the expression")
    if wrong:
        raise ValueError("; ".join(wrong))
    return {name: given[name] for name in expression.names}


def _check(expression: Expression, variables: dict[str, Value], y: Value) -> Any:
    """The report of `gradcheck`, its rows named as the variables are; the first ones of many."""
    from autograd.checks.gradcheck import gradcheck

    if not variables:
        raise ValueError("--check: the expression has no variable")
    most = max(1, MOST_CHECKED // len(inputs_first(y)))
    chosen = {name: x.data for name, x in islice(variables.items(), most)}
    rest = {name: x for name, x in variables.items() if name not in chosen}
    report = gradcheck(lambda moved: expression({**rest, **moved}), chosen)
    rows = zip(report.rows, chosen, strict=True)
    return report._replace(rows=tuple(row._replace(name=name) for row, name in rows))
