"""Mutation testing by samples: one small fault at a time, and whether the tests of its room see it.

Run: python benchmarks/mutants.py [--count 300] [--seed 1] [--rooms core functions.py ...].  Each
mutant is one operator, comparison, number or condition of the plain Python source, changed in a
copy of the package; the tests of its room run on it until one fails.  Printed are the survivors,
each as its line before and after, and the share that was killed.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
TESTS = {  # those that are to see a fault there, the quickest first
    "core": [
        *("core/test_primitives.py", "core/test_value.py", "core/test_sweeps.py"),
        *("core/test_context.py", "core/test_graph.py", "core/test_nested.py"),
        *("core/test_document.py", "test_functions.py", "test_transforms.py", "test_stale.py"),
        *("test_accuracy.py", "draw/test_draw.py"),
    ],
    "functions.py": ["test_functions.py", "test_accuracy.py", "test_transforms.py"],
    "losses.py": ["test_losses.py", "test_functions.py"],
    "transforms.py": ["test_transforms.py", "core/test_sweeps.py"],
    "checks": ["checks"],
    "draw": ["draw"],
    "words": ["test_words.py"],
    "program": ["program"],
    "shell": ["shell"],
}
SECONDS = 300  # a mutant that runs longer does not end: killed
ENVIRONMENT = {**os.environ, "AUTOGRAD_PLAIN": "1", "CI": "1"}
COMPARISONS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
COMPARISONS |= {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is}
COMPARISONS |= {ast.In: ast.NotIn, ast.NotIn: ast.In}
OPERATORS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}
OPERATORS |= {ast.FloorDiv: ast.Mult, ast.Mod: ast.Add, ast.Pow: ast.Mult}


def mutants(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in place of this node."""
    match node:
        case ast.Compare(left, [op], right) if type(op) in COMPARISONS:
            yield ast.Compare(left, [COMPARISONS[type(op)]()], right)
        case ast.BinOp(left, op, right) if type(op) in OPERATORS:
            if not isinstance(left, ast.Constant) or not isinstance(left.value, str):
                yield ast.BinOp(left, OPERATORS[type(op)](), right)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
        case ast.UnaryOp(ast.Not(), operand) | ast.UnaryOp(ast.USub(), operand):
            yield operand
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)


def places(source: str) -> list[tuple[ast.AST, ast.AST]]:
    """Each node of the source that has a mutant, on one line and not in an annotation, with it."""
    tree = ast.parse(source)
    typing = {
        id(part)
        for node in ast.walk(tree)
        for slot in ("annotation", "returns")
        if isinstance(getattr(node, slot, None), ast.AST)
        for part in ast.walk(getattr(node, slot))
    }
    return [
        (node, mutant)
        for node in ast.walk(tree)
        if id(node) not in typing and getattr(node, "lineno", 0) == getattr(node, "end_lineno", -1)
        for mutant in mutants(node)
    ]


def changed(source: str, node: ast.AST, mutant: ast.AST) -> str:
    """The source with this mutant in place of the node, in brackets."""
    lines = source.split("\n")
    line = lines[node.lineno - 1].encode()  # type: ignore[attr-defined]
    text = ast.unparse(ast.fix_missing_locations(mutant)).encode()
    start, end = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
    lines[node.lineno - 1] = (line[:start] + b"(" + text + b")" + line[end:]).decode()  # type: ignore[attr-defined]
    return "\n".join(lines)


def survives(folder: Path, tests: list[str]) -> bool:
    """Whether all tests pass on the package in this folder."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += [f"tests/{name}" for name in tests]
    environment = {**ENVIRONMENT, "PYTHONPATH": str(folder)}
    try:
        run = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="*", default=list(TESTS))
    options = parser.parse_args()
    draw = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(
            ROOT / "autograd", folder / "autograd", ignore=shutil.ignore_patterns("*.so", "*.pyd")
        )
        shutil.copytree(ROOT / "tests", folder / "tests")
        for other in ("benchmarks", "docs"):
            shutil.copytree(ROOT / other, folder / other)
        for other in ("conftest.py", "pyproject.toml", "README.md"):
            shutil.copy(ROOT / other, folder / other)
        found = []
        for room in options.rooms:
            path = folder / "autograd" / room
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                found += [(room, file, *pair) for pair in places(file.read_text("utf-8"))]
        chosen = draw.sample(found, min(options.count, len(found)))
        print(f"{len(chosen)} of {len(found):,} mutants, seed {options.seed}", flush=True)
        killed = 0
        for tried, (room, file, node, mutant) in enumerate(chosen, 1):
            source = file.read_text("utf-8")
            other = changed(source, node, mutant)
            file.write_text(other, "utf-8")
            alive = survives(folder, TESTS[room])
            file.write_text(source, "utf-8")
            killed += not alive
            if alive:
                at = node.lineno - 1  # type: ignore[attr-defined]
                print(f"\n{file.relative_to(folder)}:{at + 1}")
                print(f"  - {source.split(chr(10))[at].strip()}")
                print(f"  + {other.split(chr(10))[at].strip()}")
            print(f"{killed} of {tried} killed", flush=True)


if __name__ == "__main__":
    main()
