"""Steps as text: Python that is run, and is to be read; a formula in LaTeX; a listing.

One table for each language says how an operation is written.  Invariant: the text that is shown is
the text that runs, and tracebacks show its lines.
"""

import keyword
import linecache
import re
import textwrap
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from typing import Any

from autograd.core.value import Value
from autograd.program.arithmetic import Arithmetic, NotFinite, OtherBranch, floats
from autograd.program.steps import CONSTANT, INPUT, Guard, Recording, Steps

# How strongly a text holds together.  An operand that stands by itself may be a sum.
SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(5)
Rule = tuple[str, int, tuple[int, ...]]  # the text, its strength, and the least of each operand
PYTHON: dict[str, Rule] = {
    "add": ("{} + {}", SUM, (SUM, PRODUCT)),
    "sub": ("{} - {}", SUM, (SUM, PRODUCT)),
    "mul": ("{} * {}", PRODUCT, (PRODUCT, NEGATIVE)),
    "divide": ("{} / {}", PRODUCT, (PRODUCT, NEGATIVE)),
    "reciprocal": ("1 / {}", PRODUCT, (NEGATIVE,)),
    "neg": ("-{}", NEGATIVE, (NEGATIVE,)),
    "power": ("{} ** {}", POWER, (ATOM, NEGATIVE)),  # by a whole number; else it is a call
}
LATEX: dict[str, Rule] = (
    {
        "add": ("{} + {}", SUM, (SUM, PRODUCT)),
        "sub": ("{} - {}", SUM, (SUM, PRODUCT)),
        "mul": (r"{} \, {}", PRODUCT, (PRODUCT, NEGATIVE)),
        "divide": (r"\frac{{{}}}{{{}}}", POWER, (SUM, SUM)),
        "reciprocal": (r"\frac{{1}}{{{}}}", POWER, (SUM,)),
        "neg": ("-{}", NEGATIVE, (NEGATIVE,)),
        "power": ("{}^{{{}}}", POWER, (ATOM, SUM)),
        "exp": ("e^{{{}}}", POWER, (SUM,)),
        "sqrt": (r"\sqrt{{{}}}", ATOM, (SUM,)),
        "absolute": (r"\left|{}\right|", ATOM, (SUM,)),
        "gaussian": ("e^{{-{}^2}}", POWER, (ATOM,)),
        "relu": (r"\max\left({}, 0\right)", ATOM, (SUM,)),
        "negative_part": (r"\min\left({}, 0\right)", ATOM, (SUM,)),
        "maximum": (r"\max\left({}, {}\right)", ATOM, (SUM, SUM)),
        "minimum": (r"\min\left({}, {}\right)", ATOM, (SUM, SUM)),
        "hypot": (r"\sqrt{{{}^2 + {}^2}}", ATOM, (ATOM, ATOM)),
        "leg": (r"\sqrt{{{}^2 - {}^2}}", ATOM, (ATOM, ATOM)),
        "expm1": ("e^{{{}}} - 1", SUM, (SUM,)),
        "log1p": (r"\log\left(1 + {}\right)", ATOM, (PRODUCT,)),
        "logaddexp": (r"\log\left(e^{{{}}} + e^{{{}}}\right)", ATOM, (SUM, SUM)),
        "log2": (r"\log_2\left({}\right)", ATOM, (SUM,)),
        "log10": (r"\log_{{10}}\left({}\right)", ATOM, (SUM,)),
        "power_log": (r"{0}^{{{1}}} \log {0}", PRODUCT, (ATOM, SUM)),
        "power_slope": (r"{1} \, {0}^{{{1} - 1}}", PRODUCT, (ATOM, NEGATIVE)),
    }
    | {
        name: (rf"\{name}\left({{}}\right)", ATOM, (SUM,))
        for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log")
    }
    | {
        f"a{name}": (rf"\arc{name}\left({{}}\right)", ATOM, (SUM,))
        for name in ("sin", "cos", "tan")
    }
)
SYMBOL = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "=="}


class Writer:
    """The expressions of steps in one language; what is used once stands where it is used."""

    deepest, longest = 4, 36  # of what stands inside another expression; else it has a line
    brackets = "({})"

    def __init__(self, s: Steps, rules: dict[str, Rule], names: dict[int, str]) -> None:
        self.s, self.rules, self.names = s, rules, names
        self.text: dict[int, tuple[str, int]] = {i: (name, ATOM) for i, name in names.items()}
        self._constants = count()
        self.text |= {i: self.constant(x) for i, x in s.constants.items()}
        self.depth: dict[int, int] = {}
        self.uses = Counter(x for i in s.order for x in self.different(i))
        self.uses.update([x for g in s.guards for x in (g.a, g.b)])
        self.uses.update([*s.results, *s.checked, *(i for row in s.rows for i in row)])

    def constant(self, x: float | Fraction) -> tuple[str, int]:
        """A number as it is written, and how strongly that holds together."""
        text = repr(float(x))
        return text, ATOM if text[0] != "-" else NEGATIVE

    def different(self, i: int) -> tuple[int, ...]:
        """The operands of a step, each as often as it is written."""
        return self.s.operands(i)

    def call(self, op: str, operands: list[str]) -> str:
        """An operation without a rule."""
        return f"{op}({', '.join(operands)})"

    def __getitem__(self, i: int) -> str:
        return self.text[i][0]

    def operand(self, i: int, least: int) -> str:
        """A step as an operand, in brackets where it would fall apart."""
        text, strength = self.text[i]
        return text if strength >= least else self.brackets.format(text)

    def expression(self, i: int) -> tuple[str, int]:
        """Step i by its operands."""
        op, operands = self.s.op[i], self.s.operands(i)
        if op == "power":
            text, strength, (left, _) = self.rules[op]
            exponent: Any = self.s.constants.get(operands[1])
            if exponent is not None and exponent == int(exponent) and abs(exponent) < 2**31:
                return text.format(self.operand(operands[0], left), int(exponent)), strength
        if op not in self.rules or (op == "power" and self.rules is PYTHON):
            return self.call(op, [self[x] for x in operands]), ATOM
        if op == "mul" and operands[1] in self.s.constants:
            operands = operands[::-1]  # 2·x, as one writes it
        if op == "add" and self[operands[1]][0] == "-" and operands[1] in self.s.constants:
            return f"{self[operands[0]]} - {self[operands[1]][1:]}", SUM
        text, strength, least = self.rules[op]
        parts = [self.operand(x, k) for x, k in zip(operands, least, strict=True)]
        return text.format(*parts), strength

    def lines(self, name: Callable[[int], str]) -> Iterator[tuple[int, str]]:
        """The steps that have a line of their own, each with its expression."""
        for i in self.s.order:
            if self.s.op[i] not in (INPUT, CONSTANT):
                text, strength = self.expression(i)
                depth = 1 + max(self.depth.get(x, 0) for x in self.s.operands(i))
                short = depth <= self.deepest and len(text) <= self.longest
                short |= self.rules is LATEX and i in self.s.results  # it is the last line
                if i not in self.names and self.uses[i] == 1 and short:
                    self.text[i], self.depth[i] = (text, strength), depth
                else:
                    self.names[i] = self.names.get(i) or name(i)
                    self.text[i] = self.names[i], ATOM
                    yield i, text


class _Named(Writer):
    """With names for the constants, c0, c1, ..., to be numbers of any kind."""

    def constant(self, x: float | Fraction) -> tuple[str, int]:
        return f"c{next(self._constants)}", ATOM


class _Latex(Writer):
    deepest, longest = 9, 120
    brackets = r"\left({}\right)"

    def different(self, i: int) -> tuple[int, ...]:
        """x·x is written x²."""
        operands = self.s.operands(i)
        return operands[:1] if self.s.op[i] == "mul" and len({*operands}) == 1 else operands

    def expression(self, i: int) -> tuple[str, int]:
        """Step i by its operands."""
        (a, *b), (text, strength, (left, _)) = self.s.operands(i), LATEX["power"]
        if self.s.op[i] == "mul" and b == [a]:
            return text.format(self.operand(a, left), 2), strength
        return super().expression(i)

    def constant(self, x: float | Fraction) -> tuple[str, int]:
        text = f"{float(x):.12g}"
        if "e" in text:
            digits, _, exponent = text.partition("e")
            text = rf"{digits} \cdot 10^{{{int(exponent)}}}"
        return text, ATOM if text[0] != "-" and "c" not in text else PRODUCT

    def call(self, op: str, operands: list[str]) -> str:
        name = op.replace("_", r"\_")
        return rf"\operatorname{{{name}}}\left({', '.join(operands)}\right)"


# --- names ---


def names(s: Steps, r: Recording, taken: set[str]) -> dict[int, str]:
    """Names of inputs, of steps that have a label, and of what comes out of a composite."""
    wanted = {s.nodes[i]: label for i, label in r.labels.items()}
    last: dict[Any, int] = {}  # node of each composite
    for i, scope in r.scopes.items():
        last.update((around, i) for around in scope.path)
    for scope, i in reversed(last.items()):  # the outermost last
        wanted.setdefault(s.nodes[i], scope.name)
    for i in s.results:
        wanted.setdefault(i, "result")
    found: dict[int, str] = {}
    needed = set(s.order)
    for i in range(s.forward):
        if s.op[i] == INPUT or (i in wanted and i in needed and s.op[i] != CONSTANT):
            found[i] = _new(wanted.get(i, f"x{s.a[i]}"), taken)
    return found


def _new(wanted: str, taken: set[str]) -> str:
    """An identifier like the one wanted, that has not been taken."""
    plain = re.sub(r"\W+", "_", wanted).strip("_") or "v"
    plain = f"v{plain}" if plain[0].isdigit() else plain
    for n in count(1):
        name = plain if n == 1 else f"{plain}_{n}"
        if name not in taken and not keyword.iskeyword(name):
            break
    taken.add(name)
    return name


# --- Python ---


def python(s: Steps, r: Recording, title: str, named: bool = False) -> str:
    """The text of a function of the inputs that returns results and derivatives in a tuple.

    With `named`, its constants are names c0, c1, ... instead of floats, and its comparisons are
    told to `guard`, so that it runs on any kind of number.
    """
    taken = {*s.op, "finite", "guard", "OtherBranch", *(f"c{i}" for i in range(len(s.constants)))}
    w = (_Named if named else Writer)(s, PYTHON, names(s, r, taken))
    inputs = [w.names[i] for i in range(s.inputs)]
    head = ", ".join(inputs)
    body: list[str] = []
    if len(head) > 88 - len(title):
        body += _wrapped("(", inputs, ",) = inputs")
        head = "*inputs"
    scope_of = {s.nodes[i]: scope for i, scope in reversed(r.scopes.items())}
    waiting = sorted(s.guards, key=lambda g: _ready(s, g), reverse=True)
    told: Any = None  # the composite that is being computed
    backward = not any(s.rows)
    numbers = (f"t{n}" for n in count(1))

    def name(i: int) -> str:
        of = s.adjoints.get(i)
        if i >= s.forward and of in w.names:
            return _new(f"d_{w.names[of]}", taken)
        return _new(next(numbers), taken)

    if waiting:
        body.append("# guard: the program is right where this holds, else another branch is taken")
    for i, text in w.lines(name):
        while waiting and _ready(s, waiting[-1]) < i:
            body.append(_guard(w, waiting.pop(), named))
        if i >= s.forward and not backward:
            backward = True
            body += ["", "# backward: d_x is the derivative of the result by x"]
        scope = scope_of.get(i) if i < s.forward else None
        if scope is not None and scope is not told and scope.formula:
            body.append(f"# {scope.name}: {scope.formula}")
        told = scope
        body.append(f"{w.names[i]} = {text}")
    body += [_guard(w, g, named) for g in reversed(waiting)]
    if s.checked:
        body.append("# finite: so are all numbers on the way, else the eager engine names the step")
        body += _wrapped("finite(", [w[i] for i in s.checked], ")")
    returned = [w[i] for i in [*s.results, *(i for row in s.rows for i in row)]]
    body += _wrapped("return (", returned, ",)" if len(returned) == 1 else ")")
    return f"def {title}({head}):\n" + textwrap.indent("\n".join(body), "    ") + "\n"


def _wrapped(before: str, items: list[str], after: str) -> list[str]:
    text = before + ", ".join(items) + after.replace(" ", "\0")  # where no line may end
    lines = textwrap.wrap(text, 92, subsequent_indent="    ", break_long_words=False)
    return [line.replace("\0", " ") for line in lines]


def _ready(s: Steps, guard: Guard) -> int:
    """The step after which a guard can be told."""
    return max(-1 if s.op[i] == CONSTANT else i for i in (guard.a, guard.b))


def _guard(w: Writer, guard: Guard, named: bool) -> str:
    kind, a, b, holds = guard
    text = f"{w[a]} {SYMBOL[kind]} {w[b]}"
    plain = [repr(float(w.s.constants[i])) if i in w.s.constants else w[i] for i in (a, b)]
    told = f"{plain[0]} {SYMBOL[kind]} {plain[1]}"
    if named:
        return f"guard({text}, {holds}, {told!r})"
    return f"if {'not ' if holds else ''}{text}: guard({not holds}, {holds}, {told!r})"


_programs = count()


class Code:
    """The Python function of steps: compiled once, made for any arithmetic."""

    def __init__(self, s: Steps, r: Recording, title: str, named: bool = False) -> None:
        self.steps, self.title, self.source = s, title, python(s, r, title, named)
        self.file = f"<autograd program {next(_programs)}>"
        linecache.cache[self.file] = len(self.source), None, self.source.splitlines(True), self.file
        forget = weakref.finalize(self, linecache.cache.pop, self.file, None)
        forget.atexit = False  # when Python ends, modules may be gone before the program
        self.code = compile(self.source, self.file, "exec")

    def function(self, arithmetic: Arithmetic) -> Callable[..., Any]:
        """The function in this arithmetic."""
        s = self.steps
        space = {op: arithmetic.function(op) for op in {s.op[i] for i in s.order} - _INFIX}
        space |= {f"c{k}": arithmetic.constant(x) for k, x in enumerate(s.constants.values())}
        space |= {"finite": arithmetic.finite, "guard": arithmetic.guard}
        made: dict[str, Any] = {}
        exec(self.code, space, made)
        return made[self.title]  # type: ignore[no-any-return]


_INFIX = {*PYTHON, INPUT, CONSTANT} - {"power"}
ELSEWHERE, NOT_FINITE = 1, 2  # flags of a backend


class Python:
    """The Python backend: `Python(steps, ...)(numbers)` is a flag, as of `Native`, and numbers."""

    def __init__(self, s: Steps, r: Recording, title: str) -> None:
        self.code = Code(s, r, title)
        self.run = self.code.function(floats())

    def __call__(
        self, numbers: list[float], held: list[Value] | None = None
    ) -> tuple[int, list[float]]:
        """0 and the numbers of results and derivatives; else ELSEWHERE or NOT_FINITE."""
        try:
            return 0, self.run(*numbers, *[x.data for x in held or ()])
        except OtherBranch:
            return ELSEWHERE, []
        except (ArithmeticError, ValueError, NotFinite):
            return NOT_FINITE, []


# --- formula and listing ---


def latex(s: Steps, r: Recording) -> str:
    r"""The results in LaTeX; what is used more than once has a line of its own.

    >>> from autograd.core.value import Value
    >>> from autograd.program.steps import lower, record
    >>> x = Value(3.0, "x")
    >>> recording, _ = record([x.exp() / (x + 1)], [x])
    >>> latex(lower(recording), recording)
    '\\frac{e^{x}}{x + 1}'
    """
    taken: set[str] = set()
    plain = {i: name for i, name in names(s, r, taken).items() if s.op[i] == INPUT}
    w = _Latex(s, LATEX, {i: _in_latex(name) for i, name in plain.items()})
    numbers = count(1)
    w.uses.subtract([x for g in s.guards for x in (g.a, g.b)])
    w.uses.subtract(s.checked)
    lines = [f"{w.names[i]} &= {text}" for i, text in w.lines(lambda i: f"t_{{{next(numbers)}}}")]
    results = ", ".join(w[i] for i in s.results)
    if not lines:
        return results
    return "\\begin{aligned}\n" + " \\\\\n".join([*lines, f"& {results}"]) + "\n\\end{aligned}"


GREEK = {
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda"),
    *("mu", "nu", "xi", "pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
}


def _in_latex(name: str) -> str:
    head, _, rest = name.partition("_")
    text = head if len(head) == 1 else rf"\{head}" if head in GREEK else rf"\mathrm{{{head}}}"
    return f"{text}_{{{rest.replace('_', ',')}}}" if rest else text


def listing(s: Steps, r: Recording, title: str) -> str:
    """One line for each step: its number, its name, what it computes."""
    known = names(s, r, set())
    name = {i: f"t{n}" for n, i in enumerate(s.order)} | known
    name |= {i: repr(float(x)) for i, x in s.constants.items()}
    inputs = ", ".join(name[i] for i in range(s.inputs))
    lines = [f"{title}({inputs}): {len(s)} step{'s' * (len(s) != 1)}"]
    for i in s.order:
        if s.op[i] not in (INPUT, CONSTANT):
            lines.append(f"  {name[i]} = {s.op[i]}({', '.join(name[x] for x in s.operands(i))})")
    for g in s.guards:
        told = "where" if g.holds else "where not"
        lines.append(f"  {told} {name[g.a]} {SYMBOL[g.kind]} {name[g.b]}")
    lines.append(f"  return {', '.join(name[i] for i in s.results)}")
    return "\n".join(lines)
