"""Somebody else's Value class beside ours: random programs, and the bug by its name.

Invariant: the class is used as micrograd's is: `Value(data)`, `.data`, `.grad`, `backward()`,
`+` and `*`, and those other operators and methods that it has.  Each bug comes with the smallest
program that shows it.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from autograd import functions
from autograd.checks.rounding import near
from autograd.core.graph import gradients
from autograd.core.value import Value


class Operation(NamedTuple):
    """One operation: how it is typed, with {0} and {1} for the operands, and what it does."""

    text: str
    apply: Callable[..., Any]
    method: str = ""  # that a class may do without

    @property
    def operands(self) -> int:
        """How many it has, 1 or 2."""
        return 1 + ("{1}" in self.text)


def _method(name: str) -> Operation:
    def apply(x: Any) -> Any:
        own = getattr(x, name, None)
        return getattr(functions, name)(x) if own is None else own()  # ours has some as functions

    return Operation(f"{{0}}.{name}()", apply, name)


BASIC = {
    "multiplication": Operation("{0} * {1}", lambda a, b: a * b),  # first: it shows others'
    "addition": Operation("{0} + {1}", lambda a, b: a + b),
    "power": Operation("{0} ** 3", lambda a: a**3, "__pow__"),
    "power 2": Operation("{0} ** 2", lambda a: a**2, "__pow__"),
    "power -1": Operation("{0} ** -1", lambda a: a**-1, "__pow__"),
}
COMPOSED = {  # of those, as a rule: told only where those are right
    "subtraction": Operation("{0} - {1}", lambda a, b: a - b, "__sub__"),
    "division": Operation("{0} / {1}", lambda a, b: a / b, "__truediv__"),
    "negation": Operation("-{0}", lambda a: -a, "__neg__"),
    "number + x": Operation("2.0 + {0}", lambda a: 2.0 + a, "__radd__"),
    "number - x": Operation("2.0 - {0}", lambda a: 2.0 - a, "__rsub__"),
    "number * x": Operation("2.0 * {0}", lambda a: 2.0 * a, "__rmul__"),
    "number / x": Operation("2.0 / {0}", lambda a: 2.0 / a, "__rtruediv__"),
    "x + number": Operation("{0} + 2.0", lambda a: a + 2.0),
    "x - number": Operation("{0} - 2.0", lambda a: a - 2.0, "__sub__"),
    "x * number": Operation("{0} * 2.0", lambda a: a * 2.0),
    "x / number": Operation("{0} / 2.0", lambda a: a / 2.0, "__truediv__"),
}
METHODS = ("relu", "tanh", "exp", "log", "sigmoid", "sqrt", "sin", "cos", "tan", "softplus")
OPERATIONS = BASIC | {name: _method(name) for name in METHODS} | COMPOSED
POSITIVE = ("log", "sqrt")
STEEP = {*POSITIVE, "exp", "power", "power -1", "division", "number / x", "tan"}
POINTS = {"x": 1.3, "y": -0.7, "z": 0.4}

Step = tuple[str, tuple[str, ...]]  # the name of an operation and of its operands
Program = list[Step]  # the steps make v0, v1, ...; the last is the output

DEPTH = 2000  # nodes of the chain that a recursive sweep does not survive


class Bug(NamedTuple):
    """What is wrong, and the smallest program that shows it."""

    name: str
    program: str
    expected: str
    found: str

    def __str__(self) -> str:
        indented = "\n".join(f"    {line}" for line in self.program.splitlines())
        return f"{self.name}\n{indented}\n    expected {self.expected}, found {self.found}"


class EngineReport(NamedTuple):
    """The bugs found, the most basic first; how many programs ran; methods that are not there."""

    bugs: tuple[Bug, ...]
    programs: int
    missing: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no bug was found."""
        return not self.bugs

    def __str__(self) -> str:
        count = len(self.bugs)
        lines = [f"{self.programs} programs, {count or 'no'} bug{'s' * (count != 1)} found"]
        lines += map(str, self.bugs)
        if self.missing:
            lines.append(f"not tried, as the class has no such method: {', '.join(self.missing)}")
        return "\n".join(lines)


def check_engine(
    engine: Callable[[float], Any], programs: int = 200, seed: int = 0
) -> EngineReport:
    """Test a class that somebody wrote after micrograd's manner: a report that names its bugs.

    First come programs that show one bug each: a wrong value or rule of an operation, the incoming
    gradient left out, `=` for `+=`, no topological order, gradients left from an earlier sweep,
    parents in a set, a sweep by recursion; then so many random ones, shrunk where they differ from
    ours.  Methods that the class has not are left out, and told: of the operators it needs `+` and
    `*` alone.  Raises TypeError where `engine(2.0)` is no object with `.data`, `.grad` and
    `backward()`.

    >>> check_engine(Value).passed
    True
    """
    try:
        made = engine(2.0)
        assert made.data == 2.0 and callable(made.backward) and hasattr(made, "grad")
    except Exception as error:
        text = "an engine is a class as micrograd's: Value(2.0) with .data, .grad and backward()"
        raise TypeError(text) from error
    run = _Run(engine)
    run.rules()
    if not run.bugs:
        run.sharing()
    run.sweeps()
    rng = Random(seed)
    if not any(bug.name != _DEEP and bug.name not in _SHOWN for bug in run.bugs):
        for _ in range(programs):
            program = _random(rng, run.usable)
            if run.differs(program):
                run.tell("a difference in a longer program", _shrunk(program, run.differs))
                break
    return EngineReport(tuple(run.bugs), run.count, tuple(run.missing))


_DEEP = f"a sweep by recursion: RecursionError in a chain of {DEPTH} operations"
_SET = "a set of parents: x * x has one parent, and a picture of it one edge"
_AGAIN = "gradients from an earlier sweep: the second one passes on what the first had left"
_SHOWN = (_SET, _AGAIN)


class _Run:
    """The tests of one class."""

    def __init__(self, engine: Callable[[float], Any]) -> None:
        self.engine = engine
        self.bugs: list[Bug] = []
        self.missing: list[str] = []
        self.usable: list[str] = []
        self.count = 0
        self.outcomes: dict[tuple[Step, ...], tuple[str, str]] = {}  # as they were first seen

    # --- programs ---

    def found(self, program: Program) -> dict[str, float | None]:
        """The output's number and the gradient of each leaf and step; what the class raises."""
        self.count += 1
        nodes, output = _nodes(self.engine, program)
        output.backward()
        value = {"value": float(output.data)}
        return value | {
            name: None if v.grad is None else float(v.grad) for name, v in nodes.items()
        }

    def compared(self, program: Program) -> tuple[str, str] | None:
        """What was expected and what was found, where they differ.

        Noted, for a second time they need not: a set of parents has its order by chance.
        """
        outcome = self._compared(program)
        if outcome is not None:
            self.outcomes.setdefault(tuple(program), outcome)
        return outcome

    def _compared(self, program: Program) -> tuple[str, str] | None:
        try:
            found = self.found(program)
        except Exception as error:
            return "a number", f"{type(error).__name__}: {error}"
        for name, number in _expected(program).items():
            if name != "value" and name not in POINTS:
                continue
            theirs = found.get(name)
            if not near(theirs or 0.0, number or 0.0, 1e-9, 1e-12):
                what = "the value" if name == "value" else f"the gradient of {name}"
                return f"{number:.6g} as {what}", "None" if theirs is None else f"{theirs:.6g}"
        return None

    def differs(self, program: Program) -> bool:
        """Whether the class gives something else than ours."""
        return self.compared(program) is not None

    def tell(self, name: str, program: Program) -> None:
        """Note a bug."""
        if name not in [bug.name for bug in self.bugs]:
            expected, found = self.outcomes[tuple(program)]
            self.bugs.append(Bug(name, _code(program), expected, found))

    # --- one operation alone ---

    def rules(self) -> None:
        """The value and the rule of each operation, and the incoming gradient."""
        made = self.engine(POINTS["x"])
        for name in OPERATIONS:
            method = OPERATIONS[name].method
            if method and type(made) is not Value and getattr(made, method, None) is None:
                self.missing += [method] * (method not in self.missing)
                continue
            if name in COMPOSED and any(basic in bug.name for bug in self.bugs for basic in BASIC):
                continue
            fault = self.fault(name)
            if fault is None:
                self.usable.append(name)
            else:
                self.tell(*fault)

    def fault(self, name: str) -> tuple[str, Program] | None:
        """What is wrong with an operation alone, or below another; None where nothing is."""
        for x in ("x", "z") if name in POSITIVE else ("x", "y", "z"):
            other = "z" if x == "y" else "y"
            program: Program = [(name, (x, other)[: OPERATIONS[name].operands])]
            outcome = self.compared(program)
            if outcome is not None:
                value = "the value" in outcome[0]
                what = "a wrong value for {}" if value else "a wrong rule for {}"
                return ("{} fails" if "Error" in outcome[1] else what).format(name), program
        chained: Program = [(name, _operands(name)), ("multiplication", ("v0", "z"))]
        if "multiplication" in (*self.usable, name) and self.differs(chained):
            return f"the incoming gradient is left out in {name}", chained
        return None

    def sharing(self) -> None:
        """Nodes that are used twice: leaves, then steps."""
        for name in self.usable:
            if name in COMPOSED and self.bugs:
                continue
            operands = _operands(name)
            twice: list[Program] = [[(name, ("x", "x"))]] if len(operands) == 2 else []
            if not any("multiplication" in bug.name for bug in self.bugs):
                twice += [
                    [(name, operands), ("multiplication", ("x", "z")), ("addition", order)]
                    for order in (("v0", "v1"), ("v1", "v0"))
                ]
            for program in twice:
                if self.differs(program):
                    self.tell(f"`=` for `+=` in {name}: a node that is used twice", program)
                    break
        if self.bugs:
            return
        for program in _diamonds():
            if self.differs(program):
                self.tell("no topological order: a step is swept before all that use it", program)
                return
        equal: Program = [(name, ("x",)) for name in ("x * number", "x * number")]
        equal += [("number * x", ("v1",)), ("addition", ("v0", "v2"))]
        if "number * x" in self.usable and self.differs(equal):
            self.tell("two nodes with the same number are taken for one", equal)

    # --- sweeps ---

    def sweeps(self) -> None:
        """A second sweep, the seed, what is kept of the parents, depth."""
        failed = {bug.name for bug in self.bugs}
        if "multiplication fails" not in failed:
            self._swept_again()
            self._parents()
        if "addition fails" not in failed:
            self._deep()

    def _swept_again(self) -> None:
        x = self.engine(2.0)
        try:
            cube = x * x * x
            cube.backward()
            first = x.grad
            cube.backward()
            self.count += 1
        except Exception as error:
            twice = "y.backward(); y.backward()"
            self.bugs.append(Bug("a second sweep fails", twice, "a sweep", f"{error}"))
            return
        right = near(first or 0.0, 12.0, 1e-9, 0.0)
        if right and not any(near(x.grad, g, 1e-9, 0.0) for g in (12.0, 24.0)):
            code = "x = Value(2.0)\ny = x * x * x\ny.backward()\ny.backward()"
            expected = "x.grad 24 (or 12, where each begins anew)"
            self.bugs.append(Bug(_AGAIN, code, expected, f"{x.grad:g}"))

    def _parents(self) -> None:
        leaf = self.engine(2.0)
        square = leaf * leaf
        for name in ("_prev", "_children", "prev", "children", "parents", "_parents", "inputs"):
            parents = getattr(square, name, None)
            if isinstance(parents, (set, frozenset)):
                code = "x = Value(2.0)\ny = x * x"
                self.bugs.append(Bug(_SET, code, "two parents", f"{len(parents)} in y.{name}"))
                break

    def _deep(self) -> None:
        code = f"y = Value(2.0)\nfor _ in range({DEPTH}):\n    y = y + 1.0\ny.backward()"
        y = self.engine(2.0)
        try:
            for _ in range(DEPTH):
                y = y + 1.0
            y.backward()
        except RecursionError:
            self.bugs.append(Bug(_DEEP, code, "x.grad 1", "RecursionError"))
        except Exception as error:
            self.bugs.append(Bug("a long chain fails", code, "a sweep", f"{error}"))


# --- programs ---


def _nodes(engine: Callable[[float], Any], program: Program) -> tuple[dict[str, Any], Any]:
    """The leaves and steps of a program by name, and its output."""
    nodes = {name: engine(number) for name, number in POINTS.items()}
    for i, (operation, operands) in enumerate(program):
        nodes[f"v{i}"] = OPERATIONS[operation].apply(*(nodes[x] for x in operands))
    return nodes, nodes[f"v{len(program) - 1}"]


def _expected(program: Program) -> dict[str, float]:
    """The output's number, and its gradients as a graph of our own gives them."""
    nodes, output = _nodes(Value, program)
    slopes = dict(zip(nodes, gradients(output, nodes.values()), strict=True))
    return {"value": output.data} | {name: g.data for name, g in slopes.items()}


def _operands(name: str) -> tuple[str, ...]:
    """Leaves for an operation alone."""
    return ("x", "y")[: OPERATIONS[name].operands]


def _diamonds() -> Iterator[Program]:
    """Steps that are used at several distances from the output."""
    start: Program = [("multiplication", ("x", "y")), ("addition", ("v0", "x"))]
    yield [*start, ("multiplication", ("v1", "v0"))]
    yield [*start, ("multiplication", ("v0", "v1"))]
    yield [start[0], ("multiplication", ("v0", "v0")), ("addition", ("v0", "v1"))]
    yield [start[0], ("multiplication", ("v0", "z")), ("multiplication", ("v1", "v0")),
           ("addition", ("v2", "v0"))]  # fmt: skip


def _random(rng: Random, usable: list[str]) -> Program:
    """A program of the operations that are right alone, on numbers of moderate size."""
    smooth = [name for name in usable if name not in STEEP] or ["addition"]
    program: Program = []
    for i in range(rng.randint(3, 9)):
        name = rng.choice(smooth)
        nodes = [*POINTS, *(f"v{k}" for k in range(i))]
        operands = (rng.choice(nodes[len(POINTS) :] or nodes), rng.choice(nodes))
        program.append((name, operands[: OPERATIONS[name].operands]))
    return program


def _shrunk(program: Program, differs: Callable[[Program], bool]) -> Program:
    """The smallest program that still differs: steps left out, operands replaced by leaves."""
    smaller = True
    while smaller:
        smaller = False
        for shorter in _shorter(program):
            if shorter and differs(shorter):
                program, smaller = shorter, True
                break
    return program


def _shorter(program: Program) -> Iterator[Program]:
    for i in reversed(range(len(program))):
        for leaf in POINTS:
            yield [
                (e, tuple(_renamed(x, i, leaf) for x in operands))
                for k, (e, operands) in enumerate(program)
                if k != i
            ]


def _renamed(x: str, dropped: int, leaf: str) -> str:
    """An operand's name after a step was left out."""
    if not x.startswith("v"):
        return x
    i = int(x[1:])
    return leaf if i == dropped else f"v{i - (i > dropped)}"


def _code(program: Program) -> str:
    """The program as it would be typed."""
    used = {x for _, operands in program for x in operands}
    lines = [f"{name} = Value({number})" for name, number in POINTS.items() if name in used]
    for i, (name, operands) in enumerate(program):
        lines.append(f"v{i} = {OPERATIONS[name].text.format(*operands)}")
    return "\n".join([*lines, f"v{len(program) - 1}.backward()"])
