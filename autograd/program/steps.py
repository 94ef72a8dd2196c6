"""A recorded graph as a straight line of steps, each computed once, with its derivatives.

Two forms.  A `Recording` is the graph as it was recorded, one node for each Value, in the order of
the eager sweep.  `lower` makes `Steps` of it: nodes that compute the same thing become one step,
the derivatives are steps too, and what nothing needs is gone.

Invariant: in floats the steps give, bit for bit, the numbers of the eager engine.  So they are
changed only where that is exact: −(−a) is a, (−a)·b is −(a·b), a·1 is a, a + (−b) is a − b, a¹ is
a, a² is a·a, 1/a is the reciprocal, and an operation on constants is done beforehand where no digit
is lost.  The derivatives come from the primitives' own rules, called on `Step`s, added up in the
order of the sweep.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple

from autograd.core.context import current
from autograd.core.node import inputs_first
from autograd.core.operand import Operand
from autograd.core.primitives import PRIMITIVES, Primitive
from autograd.core.value import Value

INPUT, CONSTANT, NEG, SUB, DETACH = "input", "constant", "neg", "sub", "detach"  # no primitives
# What hands on an operand that is not finite: its result is not finite either.  After any other
# step it might be lost, as in 1/inf = 0: its operands are looked at themselves.
HANDS_ON = frozenset((NEG, SUB, "add", "mul", "log", "log1p", "sqrt", "sin", "cos", "tan"))
# What gives a finite number for finite ones.
STAYS_FINITE = {
    *(CONSTANT, NEG, "absolute", "relu", "maximum", "minimum", "sign", "step", "sin", "cos"),
    *("tanh", "sech", "atan", "asinh", "erf", "erfc", "gaussian"),
}


class Guard(NamedTuple):
    """A comparison that the function made, `a kind b`, and how it came out."""

    kind: str  # "lt", "le", "gt", "ge", "eq"
    a: int
    b: int
    holds: bool


@dataclass
class Recording:
    """A recorded graph in columns, without Values: node i is `op[i]` of nodes `a[i]` and `b[i]`.

    `op` is a primitive's name, "input" (then `a` is the number of the input) or "constant" (then
    `constants[i]` is its number, a Fraction where the user wrote one); -1 stands where there is no
    operand.  Inputs are first those of the call, then the leaves that f holds by closure.
    """

    op: list[str] = field(default_factory=list)
    a: list[int] = field(default_factory=list)
    b: list[int] = field(default_factory=list)
    constants: dict[int, float | Fraction] = field(default_factory=dict)
    inputs: int = 0
    results: list[int] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)
    scopes: dict[int, Any] = field(default_factory=dict)  # the innermost `Scope` of a node

    def node(self, op: str, a: int = -1, b: int = -1) -> int:
        """Add a node; its index comes back."""
        self.op.append(op)
        self.a.append(a)
        self.b.append(b)
        return len(self.op) - 1

    def new_input(self) -> int:
        """Add a node for one more input."""
        self.inputs += 1
        return self.node(INPUT, self.inputs - 1)

    def new_constant(self, number: float | Fraction) -> int:
        """Add a node for a number."""
        i = self.node(CONSTANT)
        self.constants[i] = number
        return i


def record(
    ys: list[Value],
    xs: list[Value],
    told: Iterable[tuple[str, Any, Any, bool]] = (),
    written: dict[Value, Fraction] | None = None,
) -> tuple[Recording, list[Value]]:
    """The graph from the xs to the ys as a Recording, and the leaves that it held beside the xs.

    A variable of a transform around is a leaf too, though it may stand for a Value.

    `told` are the comparisons made, of Values and numbers; `written` tells what a literal was
    before it became a float.  Nodes stand in the order in which an eager sweep meets them, the
    last last: bits depend on the order of additions.

    >>> x = Value(3.0)
    >>> record([x * x + 1], [x])[0].op
    ['input', 'mul', 'constant', 'add']
    """
    told, written = list(dict.fromkeys(told)), written or {}
    r = Recording()
    index = {x: r.new_input() for x in xs}
    held: list[Value] = []
    roots = [v for guard in told for v in guard[1:3] if type(v) is Value]
    outer = current().variables
    order = inputs_first(*reversed(ys), *roots, ends=[*xs, *outer])
    if outer:
        met = (*ys, *roots, *[x for v in order for x in v.inputs])
        held += dict.fromkeys(v for v in met if v in outer and v not in index)
        index |= {v: r.new_input() for v in held}
    for v in order:
        if v.primitive is not None:
            index[v] = i = r.node(v.op, *[index[x] for x in v.inputs])
            if v.scope is not None:
                r.scopes[i] = v.scope
        elif v.is_literal:
            index[v] = r.new_constant(written.get(v, v.data))
        else:
            index[v] = r.new_input()
            held.append(v)
    r.labels = {i: v.label for v, i in index.items() if v.label is not None}
    r.results = [index[y] for y in ys]
    for kind, a, b, holds in told:
        i, j = (index[v] if type(v) is Value else r.new_constant(float(v)) for v in (a, b))
        r.guards.append(Guard(kind, i, j, holds))
    return r, held


class Step(Operand):
    """A step, as what the rules of the primitives are called with: what they do becomes steps."""

    __slots__ = ("i", "steps")

    def __init__(self, steps: "Steps", i: int) -> None:
        self.steps = steps
        self.i = i

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> "Step":
        """What `Primitive.__call__` hands over to."""
        steps = a.steps if type(a) is Step else b.steps
        i = -1 if b is None else steps.index(b)
        return Step(steps, steps.apply(primitive.name, steps.index(a), i))

    def __neg__(self) -> "Step":
        return Step(self.steps, self.steps.negated(self.i))


class Steps:
    """A straight line: step i is `op[i]` of steps `a[i]` and `b[i]`, which come before it.

        op          a primitive's name, or "neg" (−a), "sub" (a − b), "input", "constant"
        a, b        indices of steps, -1 where there is none; `a` of an input is its number
        constants   {i: number} of the "constant" steps: a float, or a Fraction that the user wrote
        inputs      how many there are: those of the call, then the leaves held by closure
        results     indices of the function's numbers
        rows        one row for each result: indices of its derivatives by the chosen inputs
        guards      `Guard(kind, a, b, holds)`, a and b being steps: where one comes out otherwise,
                    these steps are of another branch, and no number of theirs is to be used
        checked     steps whose numbers must be finite; else the eager engine tells what is wrong
        order       the steps that are needed, in order, inputs and constants too
        nodes       the step of each node of the recording; `forward`: how many steps they take
        adjoints    {step: the step that it is a derivative by}, in reverse mode

    A derivative of 0 is +0.0 eagerly: add 0.0 to what comes out of `rows`, it may be -0.0 there.
    Constants may stand on both sides of a step, as in 0.1·0.3: done beforehand, they would be
    rounded, which is no matter in floats but is in fractions.
    """

    def __init__(self) -> None:
        self.op: list[str] = []
        self.a: list[int] = []
        self.b: list[int] = []
        self.constants: dict[int, float | Fraction] = {}
        self.inputs: int
        self.results: list[int] = []
        self.rows: list[list[int]] = []
        self.guards: list[Guard] = []
        self.checked: list[int] = []
        self.order: list[int] = []
        self.nodes: list[int] = []
        self.forward: int
        self.adjoints: dict[int, int] = {}
        self._known: dict[str, dict[int, int]] = {}
        self._known_constants: dict[Any, int] = {}

    def __len__(self) -> int:
        """How many steps compute something."""
        return sum(self.op[i] not in (INPUT, CONSTANT) for i in self.order)

    # --- making steps ---

    def step(self, op: str, a: int, b: int = -1) -> int:
        """The step that computes this, a new one if there is none."""
        # Of a + b and b + a one is kept: the order is the user's, but it does not matter.
        swapped = a > b and (op == "add" or op == "mul")
        # The key is no tuple: of those the garbage collector would look at thousands.
        key = (b << 32) + a if swapped else (a << 32) + b
        known = self._known.setdefault(op, {})
        i = known.get(key)
        if i is None:
            i = known[key] = len(self.op)
            self.op.append(op)
            self.a.append(a)
            self.b.append(b)
        return i

    def constant(self, number: float | Fraction) -> int:
        """The step that is this number; -0.0 is not 0.0."""
        key = number, math.copysign(1.0, number)
        i = self._known_constants.setdefault(key, len(self.op))
        if i == len(self.op):
            self.op.append(CONSTANT)
            self.a.append(-1)
            self.b.append(-1)
            self.constants[i] = number
        return i

    def index(self, x: Any) -> int:
        """The step of an operand or of a number."""
        return x.i if type(x) is Step else self.constant(float(x))

    def negated(self, a: int) -> int:
        """−a."""
        if self.op[a] == NEG:
            return self.a[a]
        if a in self.constants:
            return self.constant(-self.constants[a])
        return self.step(NEG, a)

    def sum(self, a: int, b: int) -> int:
        """a + b, or the difference that it is."""
        if self.op[b] == NEG:
            return self.step(SUB, a, self.a[b])
        if self.op[a] == NEG:
            return self.step(SUB, b, self.a[a])
        return self.step("add", a, b)

    def product(self, a: int, b: int) -> int:
        """a · b, with a minus sign outermost."""
        if a in self.constants and (b not in self.constants or abs(self.constants[a]) == 1):
            a, b = b, a
        if b in self.constants:
            number = self.constants[b]
            exact = _exact("mul", number, self.constants[a]) if a in self.constants else None
            if exact is not None:
                return self.constant(exact)
            if abs(number) == 1:
                return a if number > 0 else self.negated(a)
            if self.op[a] == NEG:
                return self.product(self.a[a], self.constant(-number))
            return self.step("mul", a, b)
        if self.op[a] == NEG:
            return self.negated(self.product(self.a[a], b))
        if self.op[b] == NEG:
            return self.negated(self.product(a, self.a[b]))
        return self.step("mul", a, b)

    def apply(self, op: str, a: int, b: int) -> int:
        """A primitive, by its name, on steps; b is -1 where it has one operand."""
        if op == "mul":
            return self.product(a, b)
        number = self.constants.get(b)
        if number is not None and a in self.constants:
            exact = _exact(op, number, self.constants[a])
            if exact is not None:
                return self.constant(exact)
        if op == "add":
            return self.sum(a, b)
        if op in ("identity", DETACH):
            return a
        if op == "divide" and self.constants.get(a) == 1:
            return self.step("reciprocal", b)
        if op == "power" and number == 1:
            return a
        if op == "power" and number == 2:
            return self.product(a, a)
        if op == "power_slope" and number is not None and not -0.05 < number < 0.05:  # as declared
            return self.product(b, self.apply("power", a, self.constant(number - 1)))
        return self.step(op, a, b)

    # --- reading them ---

    def operands(self, i: int) -> tuple[int, ...]:
        """The steps that step i is computed from."""
        if self.op[i] in (INPUT, CONSTANT):
            return ()
        return (self.a[i],) if self.b[i] < 0 else (self.a[i], self.b[i])

    def finish(self, looked_at: Iterable[int]) -> None:
        """Find what is needed for results, derivatives and guards, and what is to be checked."""
        roots = [*self.results, *[i for row in self.rows for i in row], *looked_at]
        roots += [i for guard in self.guards for i in (guard.a, guard.b)]
        needed = bytearray(len(self.op) + 1)  # the last is for -1, no operand
        for i in roots:
            needed[i] = True
        for i in reversed(range(self.inputs, len(self.op))):
            if needed[i]:
                needed[self.a[i]] = needed[self.b[i]] = True
        needed.pop()
        unused = [i for i in range(self.inputs) if not needed[i]]  # steps of inputs come first
        self.order = unused + [i for i, need in enumerate(needed) if need]
        looked = [*roots, *unused]
        finite = set(looked)  # steps that are so where what is looked at is
        for i in self.order:
            op = self.op[i]
            if op in HANDS_ON and op not in STAYS_FINITE:
                continue
            operands = self.operands(i)
            if op not in HANDS_ON and op != INPUT:
                looked += [x for x in operands if x not in finite]
                finite.update(operands)
            if op in STAYS_FINITE and finite.issuperset(operands):
                finite.add(i)
        self.checked = [i for i in dict.fromkeys(looked) if self.op[i] != CONSTANT]


class Unruled(TypeError):
    """A primitive of the user's own has a rule that takes numbers only, as by `math`."""


def _exact(op: str, b: float | Fraction, a: float | Fraction) -> float | None:
    """a + b or a · b of two constants, None where that loses a digit."""
    if type(a) is not float or type(b) is not float or op not in ("add", "mul"):
        return None
    number = a + b if op == "add" else a * b
    x, y = Fraction(a), Fraction(b)
    return number if number == (x + y if op == "add" else x * y) else None


def lower(
    r: Recording, by: list[int] | None = None, forward: bool = False, swept: bool = False
) -> Steps:
    """The steps of a recording; with `by`, the derivatives of its results by those inputs too.

    Reverse mode adds up as `derivatives` does backward, forward mode as it does forward; `swept`,
    reverse mode adds up as `Value.backward` does.

    >>> x = Value(3.0)
    >>> steps = lower(record([x * x + 1], [x])[0], by=[0])
    >>> [(steps.op[i], steps.a[i], steps.b[i]) for i in steps.order]
    [('input', 0, -1), ('mul', 0, 0), ('constant', -1, -1), ('add', 1, 2), ('add', 0, 0)]
    >>> steps.results, steps.rows
    ([3], [[5]])
    """
    s = Steps()
    s.inputs = r.inputs
    at = [s.step(INPUT, k) for k in range(r.inputs)]
    steps = s.nodes
    for i, (op, a, b) in enumerate(zip(r.op, r.a, r.b, strict=True)):
        if op == INPUT:
            steps.append(at[a])
        elif op == CONSTANT:
            steps.append(s.constant(r.constants[i]))
        else:
            steps.append(s.apply(op, steps[a], steps[b] if b >= 0 else -1))
    s.forward = len(s.op)
    s.results = [steps[y] for y in r.results]
    s.guards = [Guard(g.kind, steps[g.a], steps[g.b], g.holds) for g in r.guards]
    lost: list[int] = []  # adjoints that meet a derivative of 0: they must be finite all the same
    if by is not None:
        chain = _Chain(r, s, by, lost)
        if forward:
            s.rows = chain.forward()
        else:
            s.rows = [chain.reverse(y, _as_swept(r, y) if swept else ()) for y in r.results]
    s.finish(lost)
    return s


def _as_swept(r: Recording, y: int) -> list[int]:
    """The nodes below y, in the order in which the sweep of `Value.backward` comes to them."""

    def edges(v: int) -> list[int]:
        operands = () if r.op[v] in (INPUT, DETACH) else (r.a[v], r.b[v])
        return [x for x in operands if x >= 0 and r.op[x] != CONSTANT]

    below, waits = [y], [0] * len(r.op)
    for v in below:
        for x in edges(v):
            if not waits[x]:
                below.append(x)
            waits[x] += 1
    order = [y]
    for v in order:
        for x in edges(v):
            waits[x] -= 1
            if not waits[x]:
                order.append(x)
    return order


class _Chain:
    """The chain rule over the nodes of a recording that depend on the chosen inputs."""

    def __init__(self, r: Recording, s: Steps, by: list[int], lost: list[int]) -> None:
        self.r, self.s, self.steps, self.lost = r, s, s.nodes, lost
        self.one, self.zero = s.constant(1.0), s.constant(0.0)
        node = {r.a[i]: i for i, op in enumerate(r.op) if op == INPUT}
        self.by = [node[k] for k in by]
        active = set(self.by)
        self.inner: list[int] = []  # nodes, inputs first
        for i, op in enumerate(r.op):
            if op in (INPUT, CONSTANT, DETACH):
                continue
            if r.a[i] in active or r.b[i] in active:
                active.add(i)
                self.inner.append(i)
        self.active = active
        self._partials: dict[int, list[tuple[int, int | None]]] = {}

    def partials(self, i: int) -> list[tuple[int, int | None]]:
        """For each active input of node i: the input, and the step of d(node)/d(input), None: 0."""
        known = self._partials.get(i)
        if known is None:
            op, a, b = self.r.op[i], self.r.a[i], self.r.b[i]
            found: list[tuple[int, int | None]]
            if op == "add":  # these two by themselves: they are most of a program
                found = [(a, self.one), (b, self.one)]
            elif op == "mul":
                found = [(a, self.steps[b]), (b, self.steps[a])]
            else:
                nodes = (a,) if b < 0 else (a, b)
                found = [(x, self.by_rule(i, k, nodes)) for k, x in enumerate(nodes)]
            known = self._partials[i] = [edge for edge in found if edge[0] in self.active]
        return known

    def by_rule(self, i: int, k: int, nodes: tuple[int, ...]) -> int | None:
        """The step of d(node i)/d(input k), as the primitive's rule has it; None: 0."""
        if nodes[k] not in self.active:
            return None
        operands = [Step(self.s, self.steps[x]) for x in (*nodes, i)]
        primitive = PRIMITIVES[self.r.op[i]]
        try:
            d = primitive.partials[k](*operands)
        except TypeError as error:
            raise Unruled(
                f"a rule of {primitive.name} takes numbers only: written in operators and in "
                "functions of this package it serves programs, too"
            ) from error
        return None if type(d) is not Step and not d else self.s.index(d)

    def times(self, carried: int, d: int | None) -> int | None:
        """What goes along an edge with the derivative d."""
        if d == self.one:
            return carried
        if d is None:
            self.lost.append(carried)
            return None
        return self.s.product(carried, d)

    def reverse(self, y: int, order: Sequence[int] = ()) -> list[int]:
        """The derivatives of one node by the chosen inputs; the order is that of the nodes."""
        adjoints = {y: self.one} if y in self.active else {}
        inner = set(self.inner)
        for i in order or reversed(self.inner):
            carried = adjoints.get(i)
            if carried is None or i not in inner:
                continue
            for x, d in self.partials(i):
                share = self.times(carried, d)
                if share is not None:
                    adjoints[x] = self.s.sum(adjoints[x], share) if x in adjoints else share
        for x in [*self.by, *adjoints]:  # an input's name comes first
            if x in adjoints:
                self.s.adjoints.setdefault(adjoints[x], self.steps[x])
        return [adjoints.get(x, self.zero) for x in self.by]

    def forward(self) -> list[list[int]]:
        """The derivatives of each result by the chosen inputs, one input after the other."""
        columns = []
        for chosen in self.by:
            tangents = {chosen: self.one}
            for i in self.inner:
                for x, d in self.partials(i):
                    share = self.times(tangents[x], d) if x in tangents else None
                    if share is not None:
                        tangents[i] = self.s.sum(tangents[i], share) if i in tangents else share
            columns.append([tangents.get(y, self.zero) for y in self.r.results])
        return [list(row) for row in zip(*columns, strict=True)] or [[] for _ in self.r.results]
