"""Steps in LLVM's language: one table says what a primitive is there; rows, eight at a time.

Invariant: each step is computed as Python computes it, with C's functions, so that the bits are
those of the eager engine; only rows that need not be exact take the functions of `vector`, and
round a product and its sum once.  `scalar` writes the program of one point.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.core.elementary import CUT
from autograd.program import machine, vector
from autograd.program.chunks import cut
from autograd.program.lanes import Code, Lanes, greatest, least, literal, where
from autograd.program.reduction import PURE, turns
from autograd.program.steps import CONSTANT, INPUT, Steps

MOST_ON_STACK = 2**16  # bytes of workspace
ROWS_CHUNK = 1_500  # steps in a function
BLOCK = 1_024  # rows that are added up one after the other
MOST_IN_REGISTERS = 16  # numbers that are the same for all rows
MOST_WIDE = 15  # numbers waiting to be used, of twice LANES rows, for which there are registers
LANES = 8  # rows at a time, on any machine: so sums of rows have the same bits everywhere
ELSEWHERE, NOT_FINITE = 1, 2  # what the code returns: a guard does not hold; a number is none

FUSED, FUSED_LESS, LESS_FUSED = "a·b + c", "a·b - c", "c - a·b"  # rounded once
NEGATED = "-a·b"
QUOTIENT, INVERSE = "a / b", "1 / b"  # of a b that several are divided by, which takes long

# Of functions that put vectors on the stack: else they lie there as it comes, across cache lines.
PLAIN = 'nounwind "stackrealign"'
# A line or a few for each: `%{0}` is the result, {1} to {3} are the operands, t is the type.
LINES = {
    "add": "%{0} = fadd {t} {1}, {2}",
    "sub": "%{0} = fsub {t} {1}, {2}",
    "mul": "%{0} = fmul {t} {1}, {2}",
    "neg": "%{0} = fneg {t} {1}",
    "divide": "%{0} = fdiv {t} {1}, {2}",
    "reciprocal": "%{0} = fdiv {t} {one}, {1}",
    "sqrt": "%{0} = call {t} @llvm.sqrt.{s}({t} {1})",
    "absolute": "%{0} = call {t} @llvm.fabs.{s}({t} {1})",
    "maximum": "%c{0} = fcmp ogt {t} {2}, {1}\n%{0} = select {m} %c{0}, {t} {2}, {t} {1}",
    "minimum": "%c{0} = fcmp olt {t} {2}, {1}\n%{0} = select {m} %c{0}, {t} {2}, {t} {1}",
    "relu": "%c{0} = fcmp ogt {t} {zero}, {1}\n%{0} = select {m} %c{0}, {t} {zero}, {t} {1}",
    "negative_part": "%c{0} = fcmp olt {t} {zero}, {1}\n"
    "%{0} = select {m} %c{0}, {t} {zero}, {t} {1}",
    "positive": "%c{0} = fcmp ogt {t} {1}, {zero}\n%{0} = select {m} %c{0}, {t} {one}, {t} {zero}",
    "sign": "%c{0} = fcmp ogt {t} {1}, {zero}\n%d{0} = fcmp olt {t} {1}, {zero}\n"
    "%e{0} = select {m} %d{0}, {t} {minus}, {t} {zero}\n"
    "%{0} = select {m} %c{0}, {t} {one}, {t} %e{0}",
    "step": "%c{0} = fcmp ogt {t} {1}, {2}\n%d{0} = fcmp olt {t} {1}, {2}\n"
    "%e{0} = select {m} %d{0}, {t} {zero}, {t} {half}\n"
    "%{0} = select {m} %c{0}, {t} {one}, {t} %e{0}",
    FUSED: "%{0} = call {t} @llvm.fma.{s}({t} {1}, {t} {2}, {t} {3})",
    FUSED_LESS: "%d{0} = fneg {t} {3}\n%{0} = call {t} @llvm.fma.{s}({t} {1}, {t} {2}, {t} %d{0})",
    NEGATED: "%d{0} = fneg {t} {1}\n%{0} = fmul {t} %d{0}, {2}",
    QUOTIENT: "%a{0} = fmul {t} {1}, {3}\n%b{0} = fneg {t} %a{0}\n"  # {3} is 1 / {2}
    "%c{0} = call {t} @llvm.fma.{s}({t} %b{0}, {t} {2}, {t} {1})\n"
    "%{0} = call {t} @llvm.fma.{s}({t} %c{0}, {t} {3}, {t} %a{0})",
    LESS_FUSED: "%d{0} = fneg {t} {1}\n%{0} = call {t} @llvm.fma.{s}({t} %d{0}, {t} {2}, {t} {3})",
}
OF_C = {name: (name, 1) for name in machine.OF_ONE} | {
    "pow": ("pow", 2),
    "atan2": ("atan2", 2),
}
FAILS = {
    "lt": "uge",
    "le": "ugt",
    "gt": "ule",
    "ge": "ult",
    "eq": "une",
}  # as LLVM says it
Call = Callable[..., Lanes]
Runs = Sequence[tuple[str, int]]  # so many numbers of a kind, one after the other
SAME = ("same", "together")  # kinds of what is one number for all rows


def _sech(f: Call, x: Lanes) -> Lanes:
    e = f("exp", -abs(x))
    return 2.0 * e / (1.0 + e * e)


def _gaussian(f: Call, x: Lanes) -> Lanes:
    x = least(abs(x), 30.0)
    near = (x + CUT) - CUT
    return f("exp", -near * near) * f("exp", (near - x) * (near + x))


def _logaddexp(f: Call, a: Lanes, b: Lanes) -> Lanes:
    return where(b > a, b, a) + f("log1p", f("exp", -abs(a - b)))


def _power(f: Call, a: Lanes, b: Lanes) -> Lanes:
    return where(b.equals(2.0), a * a, f("pow", a, b))


def _times_power(f: Call, c: Lanes, a: Lanes, b: Lanes) -> Lanes:
    """c a^b; no number, for the eager engine to find, where a^b alone has lost digits."""
    y = f("power", a, b)
    kept = where(abs(y) > 1e-290, y, math.nan)
    return c * where(a.equals(0.0), y, kept)


def _power_slope(f: Call, a: Lanes, b: Lanes) -> Lanes:
    return where(b.equals(0.0), 0.0, _times_power(f, b, a, b - 1.0))


def _power_log(f: Call, a: Lanes, b: Lanes) -> Lanes:
    y = _times_power(f, f("log", a), a, b)
    return where(a.equals(0.0), where(b >= 0.0, 0.0, y), y)


def _scaled(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    _, k = vector.split(greatest(abs(a), abs(b)), 0.5)  # as frexp and ldexp do it: rounded once
    most, both = 0 - k, (0 - k) >> 1
    first = where(k > 1000, k - k - 2, where(k > 0, most, both))
    factors = vector.two_to(first), vector.two_to(most - first)
    x, y = [(v * factors[0]) * factors[1] for v in (a, b)]
    return x, y, k


def _hypot(f: Call, a: Lanes, b: Lanes) -> Lanes:
    x, y, k = _scaled(a, b)
    return f("sqrt", x * x + y * y) * vector.two_to(k >> 1) * vector.two_to(k - (k >> 1))


def _unit(f: Call, a: Lanes, b: Lanes) -> Lanes:
    x, y, _ = _scaled(a, b)
    return where(a.equals(0.0), 0.0, x / f("sqrt", x * x + y * y))


def _leg(f: Call, a: Lanes, b: Lanes) -> Lanes:
    a, b = abs(a), abs(b)
    return f("sqrt", a - b) * f("sqrt", a + b)


# The forward of a primitive that is not one function of C, in operators and others' names.
COMPOSED: dict[str, Call] = {
    "sech": _sech,
    "gaussian": _gaussian,
    "logaddexp": _logaddexp,
    "power": _power,
    "power_slope": _power_slope,
    "power_log": _power_log,
    "hypot": _hypot,
    "unit": _unit,
    "leg": _leg,
}
KNOWN = frozenset({*LINES, *OF_C, *COMPOSED, INPUT, CONSTANT})


def unknown(steps: Steps) -> set[str]:
    """Operations among the steps that machine code does not know: primitives of the user's own."""
    if KNOWN.issuperset(steps.op):  # as nearly always: it takes no time
        return set()
    return {steps.op[i] for i in steps.order} - KNOWN


class Text:
    """The text of a program being written: chunks, and the functions that they call.

    `inputs` and `checked` are what must be finite in each point: inputs by number, and steps.
    Inputs of `read_again` are loaded where they are needed, others once.
    With `sums` what comes out is added up, and looked at there.
    """

    def __init__(self, steps: Steps, lanes: int, exact: bool, sums: bool = False) -> None:
        self.steps, self.lanes, self.exact, self.sums = steps, lanes, exact, sums
        self.inputs: Iterable[int] = range(steps.inputs)
        self.read_again: Collection[int] = ()
        self.checked = set(steps.checked)
        if sums:
            self.checked -= {*steps.results, *[i for row in steps.rows for i in row]}
        code = Code(lanes)
        self.t, self.mask = code.types["double"], code.types["i1"]
        fixed = {"t": self.t, "m": self.mask, "s": "f64" if lanes == 1 else f"v{lanes}f64"}
        numbers = {"zero": 0.0, "one": 1.0, "minus": -1.0, "half": 0.5}
        fixed |= {name: code.constant(x) for name, x in numbers.items()}
        marks = ("{0}", "{1}", "{2}", "{3}")
        self.lines = {op: line.format(*marks, **fixed) for op, line in LINES.items()}
        self.declared: dict[str, str] = {
            f"llvm.{f}": f"declare {self.t} @llvm.{f}.{fixed['s']}({self.t})"
            for f in ("sqrt", "fabs")
        }
        self.declared["llvm.fma"] = (
            f"declare {self.t} @llvm.fma.{fixed['s']}({self.t}, {self.t}, {self.t})"
        )
        self.called: dict[str, int] = {}  # functions on lanes, how often
        self.numbered = 0
        self.constants: dict[int, str] = {}

    def call(self, code: Code, name: str, *operands: Any) -> Lanes:
        """A primitive by its name, on what is being computed."""
        if name in self.lines:
            return code.intrinsic(name, *operands)  # sqrt
        if name in OF_C and (self.exact or name not in vector.FUNCTIONS):
            function, count = OF_C[name]
            alone = f"declare double @c_{function}({', '.join(['double'] * count)}) {PURE}"
            self.declared[f"c_{function}"] = alone
            prefix = "c_" if self.lanes == 1 else "lanes_"
        elif name in vector.FUNCTIONS and not self.exact:
            function, prefix = name, "own_"
        else:
            return COMPOSED[name](lambda *of: self.call(code, *of), *operands)
        self.called[prefix + function] = self.called.get(prefix + function, 0) + 1
        given = ", ".join(f"{self.t} {code.text(x)}" for x in operands)
        return code.line(f"call {self.t} @{prefix}{function}({given})")

    def emit(self, code: Code, op: str, a: str, b: str = "", c: str = "") -> str:
        """Append a step; returns its name."""
        line = self.lines.get(op)
        if line is not None:
            n = self.numbered
            self.numbered = n + 1
            code.lines.append(line.format(n, a, b, c))
            return f"%{n}"
        operands = [Lanes(code, x) for x in (a, b) if x]
        return self.call(code, op, *operands).name

    def functions(self) -> str:
        """What the chunks call, and declarations."""
        texts = []
        often = sum(self.called.values()) > 64  # then code written once for all calls is faster
        for name in self.called:
            prefix, _, function = name.partition("_")
            if prefix == "lanes":
                count = next(n for f, n in OF_C.values() if f == function)
                texts.append(vector.lane_by_lane(function, f"c_{function}", count, self.lanes))
            elif prefix == "own":
                text, declared = vector.definition(function, self.lanes, inline=not often)
                texts.append(text)
                self.declared |= declared
        if self.called.keys() & {f"own_{name}" for name in vector.BEYOND}:
            texts.append(turns(self.lanes))
        return "\n".join([*dict.fromkeys(self.declared.values()), *texts])


@dataclass
class _Operations:
    """The operations of steps, some of them joined: step i is op[i] of a[i], b[i] and c.get(i)."""

    op: list[str]  # "" for what a joined one does
    a: list[int]
    b: list[int]
    c: dict[int, int]


def joined(steps: Steps, exact: bool) -> _Operations:
    """relu(sign(x)) in one operation, and, where not exact, a product and its sum.

    What a guard depends on is left as it is: a branch is not chosen by a rounding.
    """
    s = _Operations(list(steps.op), list(steps.a), list(steps.b), {})
    op, a, b = s.op, s.a, s.b
    signs = set()
    for i in steps.order:
        if op[i] == "relu" and op[a[i]] == "sign":
            signs.add(a[i])
            op[i], a[i] = "positive", a[a[i]]
    if exact and not signs:
        return s
    roots = [*steps.results, *steps.checked, *[i for row in steps.rows for i in row]]
    roots += [i for g in steps.guards for i in (g.a, g.b)]
    uses = Counter(roots)
    computed = [i for i in steps.order if op[i] not in (INPUT, CONSTANT)]
    uses.update([a[i] for i in computed])
    uses.update([b[i] for i in computed])
    for i in signs:
        if not uses[i]:
            op[i] = ""
    if exact:
        return s
    guarding = {i for g in steps.guards for i in (g.a, g.b)}
    for i in reversed(steps.order):
        if i in guarding and op[i] not in (INPUT, CONSTANT):
            guarding.update((a[i], b[i]))
    divided = Counter(_divisor(s, i) for i in steps.order if i not in guarding)
    for i in steps.order:
        if i not in guarding and divided[_divisor(s, i)] > 1 and _divisor(s, i) >= 0:
            op[i] = QUOTIENT if op[i] == "divide" else INVERSE
    for i in steps.order:
        if op[i] == "neg" and op[a[i]] == "mul" and uses[a[i]] == 1:
            product = a[i]
            op[i], a[i], b[i], op[product] = NEGATED, a[product], b[product], ""
    for i in steps.order:
        if op[i] not in ("add", "sub") or i in guarding:
            continue
        for product, other, joined in (
            (a[i], b[i], FUSED if op[i] == "add" else FUSED_LESS),
            (b[i], a[i], FUSED if op[i] == "add" else LESS_FUSED),
        ):
            if op[product] == "mul" and uses[product] == 1:
                op[i], a[i], b[i], s.c[i] = joined, a[product], b[product], other
                op[product] = ""
                break
    return s


def _divisor(s: _Operations, i: int) -> int:
    """What step i divides by; -1 where it does not."""
    return {"divide": s.b[i], "reciprocal": s.a[i]}.get(s.op[i], -1)


def _as_needed(steps: Steps, done: _Operations) -> list[int]:
    """What is computed, in the order in which results, and derivatives one by one, need it.

    So a sum is added up at a stretch, in a register, and not a term here and a term there.
    """
    op, a, b, c = done.op, done.a, done.b, done.c
    seen = bytearray(b"\1") * (len(op) + 1)  # the last is for -1, no operand
    for i in steps.order:
        seen[i] = op[i] in (INPUT, CONSTANT, "")
    found = []
    for root in [*steps.results, *[i for row in steps.rows for i in row], *steps.order]:
        waiting = [] if seen[root] else [root]
        while waiting:
            i = waiting[-1]
            if seen[i]:
                waiting.pop()
                continue
            missing = [k for k in (c.get(i, -1), b[i], a[i]) if not seen[k]]
            if missing:
                waiting += missing
            else:
                seen[i] = True
                found.append(waiting.pop())
    return found


def _waiting(done: _Operations, order: list[int]) -> int:
    """The most numbers that wait to be used, in this order."""
    last = {}
    for n, i in enumerate(order):
        last[done.a[i]] = last[done.b[i]] = last[done.c.get(i, -1)] = n
    ending = Counter(last[i] for i in order if i in last)
    waiting = most = 0
    for n, i in enumerate(order):
        waiting += (i in last) - ending[n]
        most = max(most, waiting)
    return most


def _ordered(steps: Steps, done: _Operations) -> tuple[list[int], int]:
    """What is computed, as needed or as recorded: so that fewer numbers wait; how many then do."""
    recorded = [i for i in steps.order if done.op[i] not in (INPUT, CONSTANT, "")]
    orders = _as_needed(steps, done), recorded
    most = [_waiting(done, order) for order in orders]
    return orders[most[1] < most[0]], min(most)


def wide(steps: Steps, reads: Runs, writes: Runs | None, exact: bool) -> bool:
    """Whether rows are better taken by twice LANES, on a machine that has registers for it.

    Two rows in flight hide that an operation waits for the one before it; what is the same for all
    rows, and sums, are read half as often.  But numbers that wait to be used go to memory where
    they are too many.
    """
    if writes is None and sum(count for kind, count in reads if kind in SAME) > MOST_IN_REGISTERS:
        return True
    _, most = _ordered(steps, joined(steps, exact))
    return most <= MOST_WIDE


def _chunks(
    text: Text,
    size: int,
    arguments: str,
    load: Callable[[Code, int], str],
    store: Callable[[Code, int, str], None],
    flush: Callable[[Code], None] = lambda code: None,
    add_product: Callable[[Code, int, str, str], None] | None = None,
) -> tuple[list[str], int]:
    """The texts of the chunks, and how many slots they need.

    `load(code, k)` and `store(code, j, name)` write how input k is read and number j is put away,
    `add_product(code, j, a, b)` how that of two is, of which nothing else is needed.
    Each returns a sum that is not finite where a number that must be so is not, and whether a guard
    does not hold.
    """
    steps, t = text.steps, text.t
    done = joined(steps, text.exact)
    op, first, second, third = done.op, done.a, done.b, done.c
    computed, _ = _ordered(steps, done)
    made = cut(computed, size, first, second, steps.guards, third)
    last, slot, end = made.last, made.slot, len(made.chunks) - 1
    outputs: dict[int, list[int]] = {}
    slopes = [i for row in steps.rows for i in row]
    for j, i in enumerate([*steps.results, *slopes]):
        outputs.setdefault(i, []).append(j)
    products = [i for i in outputs if op[i] in ("mul", NEGATED)]
    summed = {i for i in products if add_product and last[i] < 0 and i not in text.checked}
    written = [i for i in steps.order if op[i] == CONSTANT]
    constants = {i: Code(text.lanes).constant(float(steps.constants[i])) for i in written}

    texts = []
    for c, chunk in enumerate(made.chunks):
        code = Code(text.lanes)
        text.numbered = 0
        names: dict[int, str] = {-1: ""}  # of steps
        inputs: dict[int, str] = {}
        sums = ["" for _ in range(4)]
        looked_at = 0

        def check(name: str, code: Code = code, sums: list[str] = sums) -> None:
            nonlocal looked_at
            k = looked_at % 4
            sums[k] = code.line(f"fadd {t} {sums[k]}, {name}").name if sums[k] else name
            looked_at += 1

        def input_name(k: int, code: Code = code, inputs: dict[int, str] = inputs) -> str:
            if k not in inputs or k in text.read_again:
                inputs[k] = load(code, k)
            return inputs[k]

        def name_of(i: int, code: Code = code, names: dict[int, str] = names) -> str:
            found = names.get(i)
            if found is None:
                if i in constants:
                    found = constants[i]
                elif op[i] == INPUT:
                    return input_name(first[i])
                else:
                    at = f"%w{i} = getelementptr {t}, ptr %w, i64 {slot[i]}"
                    code.lines.append(f"{at}\n%s{i} = load {t}, ptr %w{i}")
                    found = f"%s{i}"
                names[i] = found
            return found

        def put(i: int, name: str, code: Code = code) -> None:
            for j in outputs.get(i, ()):
                if j < len(steps.results) or text.sums:
                    store(code, j, name)
                else:  # a derivative of -0.0 is 0.0
                    store(code, j, code.line(f"fadd {t} {name}, {code.constant(0.0)}").name)

        if c == 0:
            for k in text.inputs:
                check(input_name(k))
        inverses: dict[str, str] = {}
        for i in chunk.steps:
            a, b, z = name_of(first[i]), name_of(second[i]), name_of(third.get(i, -1))
            if op[i] in (QUOTIENT, INVERSE):
                by = b or a
                if by not in inverses:
                    inverses[by] = text.emit(code, "reciprocal", by)
                z = inverses[by]
            if i in summed:
                minus = a if op[i] == "mul" else code.line(f"fneg {t} {a}").name
                for j in outputs[i]:
                    add_product(code, j, minus, b)  # type: ignore[misc]
                continue
            name = z if op[i] == INVERSE else text.emit(code, op[i], a, b, z)
            names[i] = name
            if i in outputs:
                put(i, name)
            if i in slot:
                at = f"%k{i} = getelementptr {t}, ptr %w, i64 {slot[i]}"
                code.lines.append(f"{at}\nstore {t} {name}, ptr %k{i}")
            if i in text.checked:
                check(name)
        if c == end:
            for i in outputs:
                if op[i] in (INPUT, CONSTANT):
                    put(i, name_of(i))
        flush(code)
        failed = ""
        for guard in chunk.guards:
            relation = FAILS[guard.kind] if guard.holds else f"o{guard.kind}"
            sides = f"{name_of(guard.a)}, {name_of(guard.b)}"
            fails = code.line(f"fcmp {relation} {t} {sides}", "i1").name
            failed = code.line(f"or {text.mask} {failed}, {fails}").name if failed else fails
        total = ""
        for part in filter(None, sums):
            total = code.line(f"fadd {t} {total}, {part}").name if total else part
        total = total or code.constant(0.0)
        failed = failed or code.constant(0, "i1")
        answer = f"{{{t}, {text.mask}}}"
        how = "noinline" if end else "alwaysinline"
        texts.append(
            f"define internal {answer} @chunk{c}({arguments}) {PLAIN} {how} {{\nentry:\n"
            + "\n".join(code.lines)
            + f"\n%answer = insertvalue {answer} poison, {t} {total}, 0\n"
            + f"%both = insertvalue {answer} %answer, {text.mask} {failed}, 1\n"
            + f"ret {answer} %both\n}}\n"
        )
        text.declared |= code.declared
    return texts, made.slots


def _calls(text: Text, count: int, arguments: str, total: str) -> str:
    """Calls of all chunks: `%bad` and `%failed` are what they say; `total` is the sum so far."""
    lines = []
    answer = f"{{{text.t}, {text.mask}}}"
    failed = Code(text.lanes).constant(0, "i1")
    for c in range(count):
        lines.append(f"%answer{c} = call {answer} @chunk{c}({arguments})")
        lines.append(f"%sum{c} = extractvalue {answer} %answer{c}, 0")
        lines.append(f"%failed{c} = extractvalue {answer} %answer{c}, 1")
        lines.append(f"%total{c} = fadd {text.t} {total}, %sum{c}")
        lines.append(f"%any{c} = or {text.mask} {failed}, %failed{c}")
        total, failed = f"%total{c}", f"%any{c}"
    lines.append(f"%none = fsub {text.t} {total}, {total}")
    lines.append(f"%bad = fcmp uno {text.t} %none, %none")
    lines.append(f"%failed = or {text.mask} {failed}, {failed}")
    return "\n".join(lines)


def workspace(size: int) -> tuple[str, str]:
    """How so many bytes are taken, on the stack where they are few, and given back."""
    if size <= MOST_ON_STACK:
        return f"%w = alloca i8, i64 {size + 64}, align 64", ""
    return (
        f"%w0 = call ptr @PyMem_RawMalloc(i64 {size + 64})\n%w1 = ptrtoint ptr %w0 to i64\n"
        "%w2 = add i64 %w1, 63\n%w3 = and i64 %w2, -64\n%w = inttoptr i64 %w3 to ptr",
        "call void @PyMem_RawFree(ptr %w0)",
    )


class _Columns:
    """How the numbers of rows are read from memory, or put there; `table` is a register's name.

    The first LANES of the lanes are rows `%i` and on, the next are rows `%j` and on.
    """

    def __init__(self, text: Text, table: str, runs: Runs) -> None:
        self.text, self.table = text, table
        self.t = Code(LANES).types["double"]
        self.firsts = ("%i", "%j")[: text.lanes // LANES]
        self.kinds: list[str] = []
        self.ends: list[int] = []  # of the run that a number is in
        self.groups: dict[int, list[int]] = {}  # of numbers side by side: where they start
        for kind, count in runs:
            start = len(self.kinds)
            self.kinds += [kind] * count
            self.ends += [start + count] * count
            if kind == "dense":
                for k in range(start, start + count):
                    self.groups[k] = [start]
            if kind == "packed":
                firsts = {*range(start, start + count - LANES + 1, LANES), start + count - LANES}
                for k in range(start, start + count):
                    self.groups[k] = [first for first in firsts if 0 <= k - first < LANES]
        self.waiting: dict[Code, dict[int, str]] = {}  # numbers read, or to be put away, by chunks
        self.done: dict[Code, set[int]] = {}
        self.read: Counter[int] = Counter()  # how often a number that is the same for all rows is

    def _address(self, code: Code, k: int) -> str:
        """The address of the first row."""
        at = code.line(f"getelementptr {{ptr, i64}}, ptr %{self.table}, i64 {k}").name
        return code.line(f"load ptr, ptr {at}, !invariant.load !0").name

    def _rows(self, code: Code, k: int, row: str) -> list[str]:
        """The addresses of LANES rows, from a row on."""
        base = self._address(code, k)
        at = code.line(f"getelementptr {{ptr, i64}}, ptr %{self.table}, i64 {k}, i32 1").name
        stride = code.line(f"load i64, ptr {at}, !invariant.load !0").name
        far = code.line(f"mul i64 {stride}, {row}").name
        found = [code.line(f"getelementptr i8, ptr {base}, i64 {far}").name]
        for _ in range(1, LANES):
            found.append(code.line(f"getelementptr i8, ptr {found[-1]}, i64 {stride}").name)
        return found

    def _dense(self, code: Code, first: int, count: int, row: str) -> list[str]:
        """The addresses of as many vectors as there are numbers in each of LANES rows."""
        base = self._address(code, first)
        far = code.line(f"mul i64 {row}, {count}").name
        found = [code.line(f"getelementptr double, ptr {base}, i64 {far}").name]
        for v in range(1, count):
            found.append(code.line(f"getelementptr double, ptr {found[0]}, i64 {v * LANES}").name)
        return found

    def _gathered(self, code: Code, vectors: list[str], of: list[tuple[int, int]]) -> str:
        """A vector of lanes of others: each is told by vector and lane."""
        first, *others = sorted({v for v, _ in of})
        name = vectors[first]
        for turn, v in enumerate(others or [first]):
            mask = [
                LANES + lane if u == v else n if turn else lane for n, (u, lane) in enumerate(of)
            ]
            name = self._picked(code, name, vectors[v], mask)
        return name

    def _turned(self, code: Code, vectors: list[str]) -> list[str]:
        """The transpose: the first of each, the second of each, and so on."""
        for d in (4, 2, 1):
            new = list(vectors)
            for i in range(LANES):
                if not i & d:
                    for k, low in ((i, True), (i + d, False)):
                        picks = [
                            (j if not j & d else j - d + LANES) + (0 if low else d)
                            for j in range(LANES)
                        ]
                        new[k] = self._picked(code, vectors[i], vectors[i + d], picks)
            vectors = new
        return vectors

    def _picked(self, code: Code, a: str, b: str, picks: Sequence[int], of: str = "") -> str:
        """Lanes of two vectors, side by side."""
        t, mask = of or self.t, ", ".join(f"i32 {pick}" for pick in picks)
        return code.line(f"shufflevector {t} {a}, {t} {b}, <{len(picks)} x i32> <{mask}>").name

    def _whole(self, code: Code, parts: list[str]) -> str:
        """All lanes, of vectors of LANES."""
        if len(parts) == 1:
            return parts[0]
        return self._picked(code, parts[0], parts[1], range(2 * LANES))

    def parts(self, code: Code, name: str) -> list[str]:
        """The vectors of LANES that all lanes are."""
        t, count = self.text.t, len(self.firsts)
        if count == 1:
            return [name]
        starts = range(0, count * LANES, LANES)
        return [self._picked(code, name, "poison", range(k, k + LANES), t) for k in starts]

    def load(self, code: Code, k: int) -> str:
        """Read number k; its name."""
        t, kind = self.t, self.kinds[k]
        if kind in SAME:
            at = code.line(f"getelementptr double, ptr %same{self.read[k] % 2}, i64 {k}").name
            self.read[k] += 1
            one = code.line(f"load double, ptr {at}, !invariant.load !0").name
            return self._everywhere(code, one)
        if kind == "column":
            base, parts = self._address(code, k), []
            for row in self.firsts:
                at = code.line(f"getelementptr double, ptr {base}, i64 {row}").name
                parts.append(code.line(f"load {t}, ptr {at}, align 8").name)
            return self._whole(code, parts)
        if kind == "dense":
            known = self.waiting.setdefault(code, {})
            if k not in known:
                (first,), count = self.groups[k], self.ends[k] - self.groups[k][0]
                found: list[list[str]] = []
                for row in self.firsts:
                    places = self._dense(code, first, count, row)
                    vectors = [code.line(f"load {t}, ptr {at}, align 8").name for at in places]
                    of = [
                        [(n // LANES, n % LANES) for n in range(c, count * LANES, count)]
                        for c in range(count)
                    ]
                    found.append([self._gathered(code, vectors, lanes) for lanes in of])
                for c in range(count):
                    known[first + c] = self._whole(code, [x[c] for x in found])
            return known[k]
        if kind == "packed":
            known = self.waiting.setdefault(code, {})
            if k not in known:
                first, turned = self.groups[k][0], []
                for row in self.firsts:
                    places = self._rows(code, first, row)
                    rows = [code.line(f"load {t}, ptr {at}, align 8").name for at in places]
                    turned.append(self._turned(code, rows))
                for i in range(LANES):
                    known.setdefault(first + i, self._whole(code, [x[i] for x in turned]))
            return known[k]
        parts = []
        for row in self.firsts:
            last = "poison"
            for lane, at in enumerate(self._rows(code, k, row)):
                one = code.line(f"load double, ptr {at}").name
                last = code.line(f"insertelement {t} {last}, double {one}, i32 {lane}").name
            parts.append(last)
        return self._whole(code, parts)

    def _everywhere(self, code: Code, one: str) -> str:
        """The number in each lane."""
        t, lanes = self.text.t, self.text.lanes
        alone = code.line(f"insertelement {t} poison, double {one}, i32 0").name
        return code.line(
            f"shufflevector {t} {alone}, {t} poison, <{lanes} x i32> zeroinitializer"
        ).name

    def store(self, code: Code, k: int, name: str) -> None:
        """Put number k away, at once or with its neighbours."""
        t, kind = self.t, self.kinds[k]
        if kind == "column":
            base = self._address(code, k)
            for row, part in zip(self.firsts, self.parts(code, name), strict=True):
                at = code.line(f"getelementptr double, ptr {base}, i64 {row}").name
                code.lines.append(f"store {t} {part}, ptr {at}, align 8")
        elif kind == "dense":
            known = self.waiting.setdefault(code, {})
            known[k] = name
            (first,), count = self.groups[k], self.ends[k] - self.groups[k][0]
            columns = range(first, first + count)
            if known.keys() >= set(columns):
                whole = [self.parts(code, known[j]) for j in columns]
                for row, vectors in zip(self.firsts, zip(*whole, strict=True), strict=True):
                    for v, at in enumerate(self._dense(code, first, count, row)):
                        of = [(n % count, n // count) for n in range(v * LANES, (v + 1) * LANES)]
                        number = self._gathered(code, list(vectors), of)
                        code.lines.append(f"store {t} {number}, ptr {at}, align 8")
                self.done.setdefault(code, set()).update(columns)
        elif kind == "packed":
            known = self.waiting.setdefault(code, {})
            known[k] = name
            for first in self.groups[k]:
                side_by_side = range(first, first + LANES)
                if known.keys() >= set(side_by_side):
                    parts = [self.parts(code, known[j]) for j in side_by_side]
                    for row, vectors in zip(self.firsts, zip(*parts, strict=True), strict=True):
                        turned = self._turned(code, list(vectors))
                        for number, at in zip(turned, self._rows(code, first, row), strict=True):
                            code.lines.append(f"store {t} {number}, ptr {at}, align 8")
                    self.done.setdefault(code, set()).update(side_by_side)
        else:
            for row, part in zip(self.firsts, self.parts(code, name), strict=True):
                for lane, at in enumerate(self._rows(code, k, row)):
                    one = code.line(f"extractelement {t} {part}, i32 {lane}").name
                    code.lines.append(f"store double {one}, ptr {at}")

    def flush(self, code: Code) -> None:
        """Put away what waits for neighbours that are not of this chunk."""
        for k, name in self.waiting.pop(code, {}).items():
            if k not in self.done.get(code, ()):
                kind, self.kinds[k] = self.kinds[k], "strided"
                self.store(code, k, name)
                self.kinds[k] = kind

    def copy_same(self) -> tuple[str, str]:
        """Copy what is the same for all rows to one place, `%same`; the text, and a sum of it."""
        code, wide = Code(1), Code(LANES)
        wide.lines = code.lines
        size = len(self.kinds)
        code.lines.append(f"%same = alloca double, i64 {size + 1}, align 64")
        totals: list[Any] = [[], []]
        k = 0
        while k < size:
            together = self.kinds[k] == "together" and k + LANES <= self.ends[k]
            to = wide if together else code
            if self.kinds[k] in SAME:
                place = self._address(code, k)
                x = to.line(f"load {to.types['double']}, ptr {place}, align 8")
                code.lines.append(f"%to{k} = getelementptr double, ptr %same, i64 {k}")
                code.lines.append(f"store {to.types['double']} {x.name}, ptr %to{k}, align 8")
                totals[together].append(x * 0.0)
            k += LANES if together else 1
        alone, many = [by_fours(sums) for sums in totals]
        total = alone.name if alone else literal(0.0)
        if many:  # each row is wrong where one of them is
            for lane in range(LANES):
                one = code.line(f"extractelement {self.t} {many.name}, i32 {lane}").name
                total = code.line(f"fadd double {total}, {one}").name
        whole = self._everywhere(code, total)
        return "\n".join(code.lines), whole

    def read_again(self) -> list[int]:
        """Numbers that are the same for all rows, if they are too many to be kept in registers."""
        same = [k for k, kind in enumerate(self.kinds) if kind in SAME]
        return same if len(same) > MOST_IN_REGISTERS else []

    def same_again(self) -> str:
        """`%same0` and `%same1`: they are `%same`, but where there are many LLVM cannot know it.

        Else it would spread each number over LANES before the loop, which takes more memory than
        the nearest cache has.  An operation spreads a number itself if it alone reads it; there are
        two names since most numbers are read twice, on the way forward and backward.
        """
        first, second = ("%i", "%i2") if self.read_again() else ("0", "0")
        return "\n".join(
            f"%zero{k} = lshr i64 {row}, 63\n"
            f"%same{k} = getelementptr double, ptr %same, i64 %zero{k}"
            for k, row in enumerate([first, second])
        )


def by_fours(numbers: list[Lanes]) -> Lanes | None:
    """A sum in four parts, each of which waits for its own only; None of none."""
    parts = numbers[:4]
    for n, x in enumerate(numbers[4:]):
        parts[n % 4] = parts[n % 4] + x
    while len(parts) > 1:
        parts = [parts[0] + parts[1], *parts[2:]]
    return parts[0] if parts else None


def _totals(count: int) -> str:
    """The text of `i1 @totals(ptr sums, ptr to)`: so many sums, each added up over its lanes.

    It tells whether one of them is no number.
    """
    code = Code(1)
    name, size = "%lanes", LANES
    while size > 1:
        pair, half = f"<{size} x double> {name}, <{size} x double> poison", size // 2
        halves = []
        for first in (0, half):
            mask = ", ".join(f"i32 {k}" for k in range(first, first + half))
            halves.append(code.line(f"shufflevector {pair}, <{half} x i32> <{mask}>").name)
        name, size = code.line(f"fadd <{half} x double> {', '.join(halves)}").name, half
    lines = "\n".join(code.lines)
    return f"""define internal i1 @totals(ptr noalias %sums, ptr noalias %to) nounwind {{
entry:
br label %again
again:
%j = phi i64 [ 0, %entry ], [ %next, %again ]
%all = phi double [ 0.0, %entry ], [ %all2, %again ]
%from = getelementptr <{LANES} x double>, ptr %sums, i64 %j
%lanes = load <{LANES} x double>, ptr %from, align 64
{lines}
%total = extractelement <1 x double> {name}, i32 0
%place = getelementptr double, ptr %to, i64 %j
store double %total, ptr %place
%none = fsub double %total, %total
%all2 = fadd double %all, %none
%next = add i64 %j, 1
%more = icmp slt i64 %next, {count}
br i1 %more, label %again, label %out
out:
%wrong = fcmp uno double %all2, 0.0
ret i1 %wrong
}}
"""


def rows(steps: Steps, reads: Runs, writes: Runs | None, exact: bool, groups: int) -> str:
    """The text of `i1 @rows(ptr x, ptr y, i64 start, i64 stop, ptr told)`, LANES rows at a time.

    x has an address and a stride in bytes for each input, y for each number that comes out.  Reads
    and writes say what they are, run by run: "column" (one number after the other), "strided",
    "packed" (strided, but the numbers of a row lie side by side, LANES of them or more), "dense"
    (fewer, but the next row follows at once), "same"
    (one number for all rows) or "together" (the same, and side by side).

    `told` gets, for each LANES rows, two bytes: a bit for each row where a guard does not hold, and
    one where a number is not finite; the answer is whether there is such a row.  `told` has two
    bytes more than that, which mean nothing.

    With no writes, the numbers are added up, BLOCK rows for BLOCK rows, lane by lane and then the
    lanes, the halves first: y has a number for each that comes out, and so for each block.  Then
    `told` does not tell of them: a sum is not finite where one of them is not; the answer does.
    The last rows may be less than LANES if there is memory to be read behind them.

    With two groups it takes twice LANES rows at a time (`wide`); the bits are the same.
    """
    text = Text(steps, groups * LANES, exact, sums=writes is None)
    source, target = _Columns(text, "x", reads), _Columns(text, "y", writes or ())
    text.read_again = source.read_again()
    text.inputs = [k for k, kind in enumerate(source.kinds) if kind not in SAME]
    t = target.t

    def add(code: Code, j: int, added: Callable[[str, int], str]) -> None:
        """Add to sum j: added(sum, half) is the text of the new one."""
        at = code.line(f"getelementptr {t}, ptr %y, i64 {j}").name
        total = code.line(f"load {t}, ptr {at}, align 64").name
        for half in range(groups):
            new = code.line(added(total, half)).name
            chosen = f"select <{LANES} x i1> %there{half}, {t} {new}, {t} {total}"
            new = code.line(chosen).name
            total = new
        code.lines.append(f"store {t} {total}, ptr {at}, align 64")

    def add_number(code: Code, j: int, name: str) -> None:
        parts = target.parts(code, name)
        add(code, j, lambda total, half: f"fadd {t} {total}, {parts[half]}")

    def add_product(code: Code, j: int, a: str, b: str) -> None:
        parts = list(zip(target.parts(code, a), target.parts(code, b), strict=True))

        def added(total: str, half: int) -> str:
            x, y = parts[half]
            return f"call {t} @llvm.fma.v{LANES}f64({t} {x}, {t} {y}, {t} {total})"

        code.declared["llvm.fma.sum"] = f"declare {t} @llvm.fma.v{LANES}f64({t}, {t}, {t})"
        add(code, j, added)

    count = len(steps.results) + sum(map(len, steps.rows))
    there = "".join(f", <{LANES} x i1> %there{half}" for half in range(groups))
    arguments = "ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %same0, ptr %same1"
    arguments += ", i64 %i, i64 %j" + there
    put = add_number if writes is None else target.store
    products = None if exact or writes is not None else add_product
    chunks, slots = _chunks(text, ROWS_CHUNK, arguments, source.load, put, target.flush, products)
    sums = count if writes is None else 0
    clear = f"call void @llvm.memset.p0.i64(ptr %sums, i8 0, i64 {8 * LANES * sums}, i1 false)"
    slots *= groups
    reserve, release = workspace(8 * LANES * (slots + sums))
    block = BLOCK if writes is None else 2**62
    given = f"ptr %x, ptr {'%sums' if writes is None else '%y'}, ptr %w"
    given += ", ptr %same0, ptr %same1, i64 %i, i64 %j" + there
    same, same_sum = source.copy_same()
    arguments = "ptr noalias %x, ptr noalias %y, i64 %start, i64 %stop, ptr noalias %told"
    return f"""declare ptr @PyMem_RawMalloc(i64)
declare void @PyMem_RawFree(ptr)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i64 @llvm.smin.i64(i64, i64)
{text.functions()}
{"".join(chunks)}
{_totals(sums) if sums else ""}
define i1 @rows({arguments}) {PLAIN} {{
entry:
{reserve}
%sums = getelementptr i8, ptr %w, i64 {8 * LANES * slots}
{same}
br label %block
block:
%from = phi i64 [ %start, %entry ], [ %i2, %after ]
%to = phi ptr [ %y, %entry ], [ %next, %after ]
%told1 = phi i1 [ 0, %entry ], [ %told4, %after ]
%last = add i64 %from, {block}
%end = call i64 @llvm.smin.i64(i64 %last, i64 %stop)
{clear if sums else ""}
br label %again
again:
%i = phi i64 [ %from, %block ], [ %i2, %again ]
%told2 = phi i1 [ %told1, %block ], [ %told3, %again ]
%i2 = add i64 %i, {text.lanes}
%i1 = add i64 %i, {LANES}
%both = icmp slt i64 %i1, %end
{_there(groups)}
%j = select i1 %both, i64 %i1, i64 %i
{source.same_again()}
{_calls(text, len(chunks), given, same_sum)}
{_told(text)}
%told3 = or i1 %told2, %some
%more = icmp slt i64 %i2, %end
br i1 %more, label %again, label %after
after:
{"%wrong = call i1 @totals(ptr %sums, ptr %to)" if sums else ""}
%told4 = or i1 %told3, {"%wrong" if sums else "0"}
%next = getelementptr double, ptr %to, i64 {count}
%blocks = icmp slt i64 %i2, %stop
br i1 %blocks, label %block, label %out
out:
{release}
ret i1 %told4
}}
!0 = !{{}}
"""


def _there(groups: int) -> str:
    """Which of the lanes are rows before the end, as `%there0` and `%there1`."""
    t = f"<{LANES} x i64>"
    zeros = f"<{LANES} x i32> zeroinitializer"
    count = ", ".join(f"i64 {lane}" for lane in range(LANES))
    lines = []
    for name, number in (("end", "%end"), ("there0", "%i"), ("there1", "%i1"))[: groups + 1]:
        lines.append(f"%{name}_one = insertelement {t} poison, i64 {number}, i32 0")
        lines.append(f"%{name}_all = shufflevector {t} %{name}_one, {t} poison, {zeros}")
        if name != "end":
            lines.append(f"%{name}_rows = add {t} %{name}_all, <{count}>")
            lines.append(f"%{name} = icmp slt {t} %{name}_rows, %end_all")
    return "\n".join(lines)


def _told(text: Text) -> str:
    """Two bytes for each LANES rows, from row i on; `%some` is whether there is a bit in them."""
    lines = ["%done = sub i64 %i, %start", f"%group = lshr i64 %done, {LANES.bit_length() - 2}"]
    lines.append("%t = getelementptr i8, ptr %told, i64 %group")
    for k, flags in enumerate(["%failed", "%bad"]):
        lines.append(f"{flags}_bits = bitcast {text.mask} {flags} to i{text.lanes}")
        lines.append(f"{flags}_all = zext i{text.lanes} {flags}_bits to i32")
        for half in range(text.lanes // LANES):
            lines.append(f"{flags}_shifted{half} = lshr i32 {flags}_all, {LANES * half}")
            lines.append(f"{flags}_byte{half} = trunc i32 {flags}_shifted{half} to i8")
            lines.append(f"{flags}_place{half} = getelementptr i8, ptr %t, i64 {2 * half + k}")
            lines.append(f"store i8 {flags}_byte{half}, ptr {flags}_place{half}")
    lines.append("%some1 = or i32 %failed_all, %bad_all\n%some = icmp ne i32 %some1, 0")
    return "\n".join(lines)
