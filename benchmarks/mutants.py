"""Mutation testing by samples: one small fault at a time, and whether a test sees it.

Run: python benchmarks/mutants.py [--count 60] [--seed 1] [--rooms core functions.py ...].  Needs
coverage and pytest.  Each mutant is one operator, comparison, number or condition of the plain
Python source, changed.  The tests of its room are collected once, in one process; for each mutant
a fork of it puts the changed code into the functions that are there and runs the tests that reach
the line, those first that killed in this file, then its own, then the quickest, until one fails.  A
mutant that these let live is tried once more by a new Python on a changed copy of the package (not
with --quick: then the share is too low rather than too high).  One outside of any function, as a
number of a module or a default, is put where the old one is; where none of the tests that reach its
uses fails, it is tried by a new Python in any case.  Printed are the survivors, each as its line
before and after, and the share that was killed, of each file too; those in `accepted.txt`, which no
test can tell, are left out and counted.
"""

import argparse
import ast
import contextlib
import gc
import os
import pickle
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import coverage
import pytest

ROOT = Path(__file__).parent.parent
TESTS = {  # those that are to see a fault there
    "core": [
        *("core", "test_functions.py", "test_transforms.py", "test_losses.py"),
        *("program/test_trace.py", "program/test_steps.py", "test_words.py"),
    ],
    "functions.py": ["test_functions.py", "test_accuracy.py", "test_transforms.py"],
    "losses.py": ["test_losses.py", "test_functions.py"],
    "transforms.py": [
        *("test_transforms.py", "core/test_sweeps.py", "core/test_types.py"),
        "program/test_compiled.py",
    ],
    "checks": ["checks"],
    "draw": ["draw", "test_hostile.py"],
    "words": ["test_words.py"],
    "program": ["program"],
    "program/jax.py": ["program/test_jax.py"],
    "shell": ["shell"],
}
SECONDS = 12  # of tests for one mutant, as they take without it
LONG = 2  # a test that takes longer, while it is watched, is left out
IDLE = 20  # seconds by the clock in which a mutant does nothing, which nobody waits for longer
MEMORY = 4 << 30  # bytes of data that a mutant may take
SLOWLY = ("jax", "jax.numpy", "sympy", "scipy", "llvmlite.binding")  # imported once, if at all
ORACLES = ("jax", "torch")  # left out: each would take longer than all other tests of a mutant
COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
COMPARISONS |= {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
COMPARISONS |= {ast.In: ast.NotIn, ast.NotIn: ast.In}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}
OPERATORS |= {ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult}


class Mutant(NamedTuple):
    """A file, the line of the change, the statement's first line, and the source with it."""

    file: Path
    line: int
    statement: int
    source: str

    def text(self) -> str:
        """The line with the change."""
        return self.source.split("\n")[self.line - 1].strip()


def accepted() -> list[tuple[str, str]]:
    """Files, with * for any, and parts of lines of mutants that no test can tell."""
    listed = (ROOT / "benchmarks" / "accepted.txt").read_text("utf-8").splitlines()
    parts = (line.partition(": ") for line in listed if line.startswith("autograd/"))
    return [(file, text) for file, _, text in parts]


# ---------------------------------------------------------------------------------------------
# What mutants there are
# ---------------------------------------------------------------------------------------------


def changes(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """What may stand in place of this node, or of a part of it."""
    match node:
        case ast.Compare(left, [op], right) if type(op) in COMPARISONS:
            yield node, ast.Compare(left, [COMPARISONS[type(op)]()], right)
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            if not isinstance(left, ast.Constant) or not isinstance(left.value, str):
                yield node, ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.BoolOp(op, values):
            yield node, ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(ast.Not(), operand) | ast.UnaryOp(ast.USub(), operand):
            yield node, operand
        case ast.Constant(bool() as value):
            yield node, ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield node, ast.Constant(value + 1)
        case ast.IfExp(test, body, orelse):
            yield node, ast.IfExp(test, orelse, body)
        case ast.If(ast.Name() | ast.Call() | ast.Attribute() as test):
            yield test, ast.UnaryOp(ast.Not(), test)


def mutants(file: Path) -> list[Mutant]:
    """All mutants of a file: changes on one line, not in an annotation, that change its code."""
    source = file.read_text("utf-8")
    tree = ast.parse(source)
    typing = {
        id(part)
        for node in ast.walk(tree)
        for slot in ("annotation", "returns")
        if isinstance(getattr(node, slot, None), ast.AST)
        for part in ast.walk(getattr(node, slot))
    }
    statements = {  # an inner one is met after the one around it
        id(part): node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        for part in ast.walk(node)
    }
    return [
        Mutant(file, place.lineno, statements[id(place)], changed(source, place, other))
        for node in ast.walk(tree)
        if id(node) not in typing
        for place, other in changes(node)
        if place.lineno == place.end_lineno  # type: ignore[attr-defined]
    ]


def changed(source: str, node: Any, mutant: ast.AST) -> str:
    """The source with this mutant in place of the node, in brackets."""
    lines = source.split("\n")
    line = lines[node.lineno - 1].encode()
    text = ast.unparse(ast.fix_missing_locations(mutant)).encode()
    start, end = node.col_offset, node.end_col_offset
    lines[node.lineno - 1] = (line[:start] + b"(" + text + b")" + line[end:]).decode()
    return "\n".join(lines)


# ---------------------------------------------------------------------------------------------
# A mutant put into the functions that are there
# ---------------------------------------------------------------------------------------------


def own(code: CodeType) -> tuple[Any, ...]:
    """What this code is without the functions defined in it."""
    constants = [(type(x), x) for x in code.co_consts if not isinstance(x, CodeType)]
    return code.co_code, repr(constants), code.co_names, code.co_varnames


def inner(code: CodeType) -> list[CodeType]:
    return [x for x in code.co_consts if isinstance(x, CodeType)]


def different(old: CodeType, new: CodeType) -> list[tuple[CodeType, CodeType]] | None:
    """The functions' code that differs, outermost first; None where a module or a class does."""
    within = inner(old), inner(new)
    if [x.co_qualname for x in within[0]] != [x.co_qualname for x in within[1]]:
        return None
    found = []
    for pair in zip(*within, strict=True):
        below = different(*pair)
        if below is None:
            return None
        found += below
    function = bool(old.co_flags & 2)  # CO_NEWLOCALS: neither a module nor a class's body
    if own(old) != own(new) or (function and found):
        if not function or old.co_freevars != new.co_freevars:
            return None
        found.insert(0, (old, new))
    return found


class Functions:
    """The package's functions, by where their code is from."""

    def __init__(self, files: list[Path]) -> None:
        self.sources = {file: file.read_text("utf-8") for file in files}
        self.code = {file: compile(text, str(file), "exec") for file, text in self.sources.items()}
        self.found: dict[tuple[Any, ...], list[FunctionType]] = {}
        for thing in gc.get_objects():
            if isinstance(thing, FunctionType):
                self.found.setdefault(self._key(thing.__code__), []).append(thing)

    @staticmethod
    def _key(code: CodeType) -> tuple[Any, ...]:
        return code.co_filename, code.co_qualname, code.co_firstlineno, code.co_code

    def differences(self, mutant: Mutant) -> list[tuple[CodeType, CodeType]] | None:
        """As `different`, against the module as it is."""
        new = compile(mutant.source, str(mutant.file), "exec")
        return different(self.code[mutant.file], new)

    def put(self, pairs: list[tuple[CodeType, CodeType]]) -> None:
        """Give the functions that are there their new code."""
        for old, new in pairs:
            for function in self.found.get(self._key(old), ()):
                function.__code__ = new


# ---------------------------------------------------------------------------------------------
# A mutant of what a module makes as it is imported, put where that is
# ---------------------------------------------------------------------------------------------

DATA = (bool, int, float, str, bytes, tuple, list, dict, set, frozenset)


class Place(NamedTuple):
    """A value that differs: its owner (a module, class or function), its name, the new value."""

    owner: Any
    name: str
    new: Any


def places(mutant: Mutant, source: str) -> list[Place] | None:
    """Numbers, texts, tables and defaults that come out otherwise when the module is made anew.

    None where it cannot be made: whoever imports it sees that.
    """
    module = next(m for m in sys.modules.values() if same_file(m, mutant.file))
    spaces = []
    for text in (source, mutant.source):
        space = {k: v for k, v in vars(module).items() if k.startswith("__")}
        try:
            exec(compile(text, str(mutant.file), "exec"), space)
        except Exception:
            if text is source:  # it is made once only
                return []
            return None
        spaces.append(space)
    return [*differing(module, vars(module), *spaces)]


def same_file(module: Any, file: Path) -> bool:
    return getattr(module, "__file__", None) == str(file)


def differing(owner: Any, there: Any, old: Any, new: Any) -> Iterator[Place]:
    """The places of one namespace, and of its classes and functions."""
    for name in new:
        if name.startswith("__") and name != "__init__":
            continue
        x, a, b = there.get(name), old.get(name), new[name]
        if isinstance(b, type) and b.__module__ == new.get("__name__", b.__module__):
            if isinstance(x, type) and isinstance(a, type) and a is not b:
                yield from differing(x, vars(x), vars(a), vars(b))
        elif isinstance(b, FunctionType) and isinstance(a, FunctionType):
            for part in ("__defaults__", "__kwdefaults__"):
                if told(getattr(a, part)) != told(getattr(b, part)):
                    yield Place(x, part, getattr(b, part))
        elif type(b) in DATA and told(a) != told(b):
            yield Place(owner, name, b)


def told(x: Any) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", repr(x))


def put_all(found: list[Place]) -> None:
    """Put the new values there, and in modules that imported them."""
    for owner, name, new in found:
        old = getattr(owner, name)
        for module in [m for m in sys.modules.values() if name in getattr(m, "__dict__", ())]:
            if vars(module)[name] is old and module.__name__.startswith("autograd"):
                setattr(module, name, new)
        setattr(owner, name, new)


# ---------------------------------------------------------------------------------------------
# Tests, in forks
# ---------------------------------------------------------------------------------------------


def forked(work: Callable[[], Any], seconds: float, folder: Path) -> Any:
    """What the work returns in a fork of this process; None where it dies or does not end."""
    answer = folder / "answer"
    answer.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        status = 1
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(null, stream)
            limit = int(time.process_time() + seconds) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            answer.write_bytes(pickle.dumps(work()))
            status = 0
        except BaseException as error:
            (folder / "error").write_text(repr(error), "utf-8")
        finally:
            os._exit(status)
    end = time.monotonic() + 20 * seconds  # by the clock, on a busy machine
    used, since = 0, time.monotonic()
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        now = time.monotonic()
        if used != (used := ticks(child)):
            since = now
        if now > end or now > since + IDLE:  # or it waits for what never comes
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            break
        time.sleep(0.005)
    with contextlib.suppress(FileNotFoundError, EOFError, pickle.UnpicklingError):
        return pickle.loads(answer.read_bytes())
    return None


def ticks(process: int) -> int:
    """The time that it has computed, and those that it waited for, as Linux counts it."""
    with contextlib.suppress(OSError):
        told = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
        return sum(map(int, told[11:15]))
    return int(time.monotonic())


def too_long(*_: Any) -> None:
    raise TimeoutError(f"{LONG} seconds of computing")


class Sampler:
    """A plugin of pytest: in place of one run of the tests collected, one for each mutant."""

    def __init__(self, options: Any, room: str, folder: Path) -> None:
        self.count, self.quick, self.room = options.count, options.quick, room
        self.draw, self.folder = random.Random(options.seed), folder
        self.failed = self.watched = False
        self.told: Counter[str] = Counter()
        self.by_file: dict[Path, Counter[str]] = {}
        self.accepted = accepted()
        self.killers: Counter[tuple[Path, int]] = Counter()

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember a failure."""
        self.failed |= report.failed

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, None, None]:
        """End a test that takes too long, while they are watched."""
        signal.setitimer(signal.ITIMER_VIRTUAL, LONG if self.watched else 0)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def pytest_runtestloop(self, session: Any) -> bool:
        """Run the tests for one mutant after the other."""
        path = ROOT / "autograd" / self.room  # a room, a file of one
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        files = [file for file in files if len(files) == 1 or file.stem not in ORACLES]
        found = [mutant for file in files for mutant in mutants(file)]
        for file in files:  # else a fork would import them, without the mutant
            parts = file.relative_to(ROOT).with_suffix("").parts
            import_module(".".join(part for part in parts if part != "__init__"))
        os.environ["AUTOGRAD_CACHE"] = ""  # machine code that is kept on disk knows no mutant
        self.functions = Functions(files)
        self.items = session.items
        known = forked(self.reached, 3600, self.folder)
        assert known, (self.folder / "error").read_text("utf-8")
        self.seconds, self.lines, others = known
        for other in others:  # once, not in each fork
            import_module(other)
        sound = [i for i, seconds in enumerate(self.seconds) if seconds < LONG]
        print(
            f"\n{self.room}: {len(found):,} mutants; {len(sound)} of {len(self.items)} tests take "
            f"part, {sum(self.seconds[i] for i in sound):.0f} s together",
            flush=True,
        )
        self.sound = sorted(sound, key=self.seconds.__getitem__)
        self.draw.shuffle(found)
        for mutant in found:
            if sum(self.told.values()) == self.count:
                break
            verdict = "cannot" if self.accepts(mutant) else self.tried(mutant)
            if verdict:
                self.told[verdict] += 1
                self.by_file.setdefault(mutant.file, Counter())[verdict] += 1
                if verdict in ("survived", "not reached"):
                    self.show(mutant, verdict)
        for file, of in sorted(self.by_file.items()):
            print(f"  {file.relative_to(ROOT)}: {dict(of)}")
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        tried = sum(self.told.values()) - self.told["cannot"]
        killed = self.told["killed"] + self.told["no end"]
        print(
            f"{self.room}: {killed} of {tried} killed ({100 * killed / max(1, tried):.1f} %; "
            f"{self.told['no end']} by their time or memory), {self.told['not reached']} of the "
            f"others reached by no test; {self.told['cannot']} more are accepted; "
            f"{used.ru_utime + used.ru_stime:.0f} s",
            flush=True,
        )
        return True

    def reached(self) -> tuple[list[float], dict[str, dict[int, list[int]]], list[str]]:
        """How long each test takes (a failure: forever), those that reach each line, imports."""
        folder = os.fspath(ROOT / "autograd")
        watch = coverage.Coverage(data_file=None, source=[folder], config_file=False)
        watch.start()
        seconds = []
        signal.signal(signal.SIGVTALRM, too_long)
        self.watched = True
        for index in range(len(self.items)):
            watch.switch_context(str(index))
            begin = time.process_time()
            sound = self.passes([index])
            seconds.append(time.process_time() - begin if sound else float("inf"))
        watch.stop()
        data = watch.get_data()
        lines = {
            file: {
                line: [int(index) for index in contexts if index]
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        return seconds, lines, [name for name in SLOWLY if sys.modules.get(name)]

    def passes(self, chosen: list[int]) -> bool:
        """Whether these tests pass; the first that does not is kept."""
        self.failed = False
        for index, after in zip(chosen, [*chosen[1:], None], strict=True):
            item = self.items[index]
            item.config.hook.pytest_runtest_protocol(
                item=item, nextitem=None if after is None else self.items[after]
            )
            if self.failed:
                self.killer = index
                return False
        return True

    def accepts(self, mutant: Mutant) -> bool:
        """Whether it is known that no test can tell it."""
        file, text = mutant.file.relative_to(ROOT).as_posix(), mutant.text()
        return any(fnmatch(file, known) and part in text for known, part in self.accepted)

    def tried(self, mutant: Mutant) -> str:
        """What becomes of the mutant; empty where it is none: the code is the same."""
        pairs = self.functions.differences(mutant)
        if pairs == []:
            return ""
        lines = self.lines.get(str(mutant.file), {})
        reached = {*lines.get(mutant.line, ()), *lines.get(mutant.statement, ())}
        found: list[Place] | None = []
        if pairs is None or not reached:  # as a module is imported, or a default
            found = places(mutant, self.functions.sources[mutant.file])
            if found is None:
                return "killed"
            reached = self.uses(found) or (set(self.sound) if pairs is None else reached)
            # Tests that look at a number or a signature itself reach no line.
            looking = "/test_kept.py:", f"/test_{mutant.file.stem}.py:"
            if pairs is None or found:
                reached.update(
                    i for i in self.sound if any(part in self.items[i].nodeid for part in looking)
                )
        if not reached:
            return "not reached"
        chosen, total = [], 0.0
        for index in self.ordered(mutant.file):
            if index in reached and total < SECONDS:
                chosen.append(index)
                total += self.seconds[index]
        if pairs is not None or found:

            def run() -> int:
                self.functions.put(pairs or [])
                put_all(found)
                return -1 if self.passes(chosen) else self.killer

            killer = forked(run, 3 + 2 * total, self.folder)
            if killer is None:
                return "no end"
            if killer >= 0:
                self.killers[mutant.file, killer] += 1
                return "killed"
        if self.quick and pairs is not None:
            return "survived"
        names = [self.items[index].nodeid for index in chosen]
        return "survived" if survives(mutant, names, self.folder) else "killed"

    def ordered(self, file: Path) -> list[int]:
        """The tests: those that killed in this file, then its own by name, then the quickest."""

        def key(index: int) -> tuple[int, bool]:
            own = f"/test_{file.stem}.py:" in self.items[index].nodeid
            return -self.killers[file, index], not own

        return sorted(self.sound, key=key)

    def uses(self, found: list[Place]) -> set[int]:
        """The tests that reach a line where one is used, or of the function whose it is."""
        reached: set[int] = set()
        for owner, word, _ in found:
            if isinstance(owner, FunctionType):
                code = owner.__code__
                lines = self.lines.get(code.co_filename, {})
                for _, _, n in code.co_lines():
                    reached.update(lines.get(n or 0, ()))
                continue
            for file, lines in self.lines.items():
                for n, text in enumerate(Path(file).read_text("utf-8").split("\n"), 1):
                    if re.search(rf"\b{word}\b", text):
                        reached.update(lines.get(n, ()))
        return reached

    def show(self, mutant: Mutant, verdict: str) -> None:
        """Print a survivor."""
        print(f"\n{mutant.file.relative_to(ROOT)}:{mutant.line} {verdict}")
        before = self.functions.sources[mutant.file].split("\n")[mutant.line - 1]
        print(f"  - {before.strip()}\n  + {mutant.text()}")
        print(f"  {dict(self.told)}", flush=True)


def survives(mutant: Mutant, tests: list[str], folder: Path) -> bool:
    """Whether the tests pass on a copy of the package with the mutant, by a new Python."""
    copy = folder / mutant.file.relative_to(ROOT)
    listed = folder / "tests.txt"
    listed.write_text("\n".join(tests), "utf-8")
    copy.write_text(mutant.source, "utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"@{listed}"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    try:
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=20 * SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        shutil.copy(mutant.file, copy)
    return run.returncode == 0


def copied(folder: Path) -> None:
    """A copy of what the tests need, without machine code."""
    ignore = shutil.ignore_patterns("*.so", "*.pyd", "_build", "_drawn")
    for name in ("autograd", "tests", "benchmarks", "docs", "demos"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for path in (*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.py")):
        shutil.copy(path, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=60, help="mutants of each room")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="try no survivor again")
    parser.add_argument("--rooms", nargs="*", default=list(TESTS))
    options = parser.parse_args()
    os.environ |= {"AUTOGRAD_PLAIN": "1", "CI": "1"}
    os.chdir(ROOT)
    for room in options.rooms:
        with tempfile.TemporaryDirectory() as name:
            copied(folder := Path(name))
            os.environ["TMPDIR"] = name
            if os.fork():  # the tests of another room want a package as it was
                os.wait()
                continue
            tempfile.tempdir = name
            if room != "program/jax.py":
                sys.modules |= dict.fromkeys(ORACLES)  # so that an import fails
            sampler = Sampler(options, room, folder)
            tests = [f"tests/{test}" for test in TESTS.get(room) or TESTS[room.split("/")[0]]]
            tests.append(f"autograd/{room}")  # its examples
            pytest.main(
                ["-q", "-s", "-p", "no:cacheprovider", "-p", "no:faulthandler", *tests],
                plugins=[sampler],
            )
            sys.stdout.flush()
            os._exit(0)


if __name__ == "__main__":
    main()
