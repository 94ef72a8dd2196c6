"""Steps in LLVM's language for one point: a line for each step, in functions of a few hundred.

What one function hands to another lies in a workspace, whose slots are used again.  Invariant: the
bits are those of the eager engine, and what is written is what LLVM's fast code generator takes as
it stands.  One result that is no plain number, or a name for each value, would cost more time than
all the rest: so functions return an int, and values have numbers.
"""

from autograd.program.chunks import cut
from autograd.program.lanes import Code, literal
from autograd.program.llvm import ELSEWHERE, FAILS, NOT_FINITE, Text, joined, workspace
from autograd.program.steps import CONSTANT, INPUT, Steps

CHUNK = 500  # steps in a function: what they compute stays in the nearest cache
SUMS = 4  # a sum waits for the one before it: so many are added up side by side


def program(steps: Steps) -> str:
    """The text of `i32 @program(ptr x, ptr y)`: numbers in, results and derivatives out.

    It returns 0, or ELSEWHERE and NOT_FINITE.  A number that is finite may be called not finite
    where the sum of all that are looked at is too large.
    """
    p = _Program(steps)
    functions = [p.function(c) for c in range(len(p.chunks))]
    if len(functions) > 1:
        functions.append(p.calls())
    numbers = ", ".join(f"double {literal(float(x))}" for x in steps.constants.values())
    table = f"@k = internal constant [{len(steps.constants)} x double] [{numbers}]\n"
    return table + p.text.functions() + "\n" + "\n".join(functions)


class _Program:
    def __init__(self, steps: Steps) -> None:
        self.steps, self.text = steps, Text(steps, 1, exact=True)
        done = joined(steps, exact=True)
        self.op, self.a, self.b = done.op, done.a, done.b
        self.constants = {i: k for k, i in enumerate(steps.constants)}
        self.outputs: dict[int, list[int]] = {}
        for j, i in enumerate([*steps.results, *[i for row in steps.rows for i in row]]):
            self.outputs.setdefault(i, []).append(j)
        made = cut(self.ordered(), CHUNK, self.a, self.b, steps.guards)
        self.chunks, self.slot, self.slots = made.chunks, made.slot, made.slots
        self.told = {*self.slot, *self.outputs, *self.text.checked}  # what does not stay inside

    def ordered(self) -> list[int]:
        """The steps in the order in which results, and derivatives one by one, need them.

        So a sum is added up at a stretch: its parts are not carried from function to function.
        """
        steps, op, a, b = self.steps, self.op, self.a, self.b
        seen = bytearray(b"\1") * (len(op) + 1)  # the last is for -1, no operand
        for i in steps.order:
            seen[i] = op[i] in (INPUT, CONSTANT, "")
        order = []
        needed = [*steps.results, *[i for row in steps.rows for i in row], *steps.order]
        for root in needed:
            waiting = [] if seen[root] else [root]
            while waiting:
                i = waiting[-1]
                x, y = a[i], b[i]
                if seen[i]:
                    waiting.pop()
                elif seen[x] and seen[y]:
                    seen[i] = True
                    order.append(waiting.pop())
                else:
                    waiting += [y, x]
        return order

    def function(self, c: int) -> str:
        """The text of a chunk; of the whole program, if it is the only one."""
        steps, op, a, b, slot = self.steps, self.op, self.a, self.b, self.slot
        checked, outputs = self.text.checked, self.outputs
        written = {op: line.format for op, line in self.text.lines.items()}
        alone = len(self.chunks) == 1
        code = Code(1)
        lines = code.lines
        names = {-1: ""}
        sums = [""] * SUMS
        turn = n = 0  # n: the number of the next value

        def at(pointer: str, k: int) -> str:
            """The address of number k there."""
            nonlocal n
            lines.append(f"%{n} = getelementptr double, ptr {pointer}, i64 {k}")
            n += 1
            return f"%{n - 1}"

        def read(i: int) -> str:
            """The name of an input, a constant or a step of another chunk."""
            nonlocal n
            if op[i] == INPUT:
                place = at("%x", a[i])
            elif op[i] == CONSTANT:
                place = at("@k" if alone else "%k", self.constants[i])
            else:
                place = at("%w", slot[i])
            lines.append(f"%{n} = load double, ptr {place}")
            names[i] = f"%{n}"
            n += 1
            return names[i]

        def look(x: str) -> None:
            """Add a number to a sum, which is not finite then if that is not."""
            nonlocal n, turn
            before, sums[turn] = sums[turn], x
            if before:
                lines.append(f"%{n} = fadd double {before}, {x}")
                sums[turn] = f"%{n}"
                n += 1
            turn = (turn + 1) % SUMS

        def put(i: int, x: str) -> None:
            for j in outputs[i]:
                number = x
                if j >= len(steps.results):  # a derivative of -0.0 is 0.0
                    number = code.line(f"fadd double {x}, {literal(0.0)}").name
                lines.append(f"store double {number}, ptr {at('%y', j)}")

        if c == 0:
            for i in range(steps.inputs):
                if i in checked:
                    look(read(i))
            for i in outputs:
                if op[i] in (INPUT, CONSTANT):
                    put(i, names.get(i) or read(i))
        for i in self.chunks[c].steps:
            first, second = names.get(a[i]), names.get(b[i])
            if first is None:
                first = read(a[i])
            if second is None:
                second = read(b[i])
            line = written.get(op[i])
            if line:
                name = f"%{n}"
                lines.append(line(n, first, second))
                n += 1
            else:
                name = self.text.emit(code, op[i], first, second)
            names[i] = name
            if i in self.told:
                if i in slot:
                    lines.append(f"store double {name}, ptr {at('%w', slot[i])}")
                if i in checked:
                    look(name)
                if i in outputs:
                    put(i, name)

        flags = []
        for guard in self.chunks[c].guards:
            relation = FAILS[guard.kind] if guard.holds else f"o{guard.kind}"
            first, second = (names.get(i) or read(i) for i in (guard.a, guard.b))
            fails = code.line(f"fcmp {relation} double {first}, {second}", "i1").name
            flags.append((fails, ELSEWHERE))
        total = ""
        for part in filter(None, sums):
            total = code.line(f"fadd double {total}, {part}").name if total else part
        if total:
            none = code.line(f"fsub double {total}, {total}").name
            wrong = code.line(f"fcmp une double {none}, {literal(0.0)}", "i1").name
            flags.append((wrong, NOT_FINITE))
        answer = "0"
        for flag, number in flags:
            told = code.line(f"select i1 {flag}, i32 {number}, i32 0", "i32").name
            answer = code.line(f"or i32 {answer}, {told}", "i32").name
        head = "i32 @program(ptr noalias %x, ptr noalias %y)"
        if not alone:
            head = f"internal i32 @chunk{c}(ptr noalias %x, ptr noalias %y, ptr noalias %w, ptr %k)"
        body = "\n".join(lines)
        return f"define {head} nounwind {{\nentry:\n{body}\nret i32 {answer}\n}}"

    def calls(self) -> str:
        """The text of the program that calls the chunks."""
        reserve, release = workspace(8 * self.slots)
        lines, flag = [reserve], "0"
        for c in range(len(self.chunks)):
            lines.append(f"%flag{c} = call i32 @chunk{c}(ptr %x, ptr %y, ptr %w, ptr @k)")
            lines.append(f"%flags{c} = or i32 {flag}, %flag{c}")
            flag = f"%flags{c}"
        body = "\n".join([*lines, release, f"ret i32 {flag}"])
        return (
            "declare ptr @PyMem_RawMalloc(i64)\ndeclare void @PyMem_RawFree(ptr)\n"
            f"define i32 @program(ptr noalias %x, ptr noalias %y) nounwind {{\nentry:\n{body}\n}}"
        )
