"""Depth and size: every public function that takes a graph, on chains and sums of a million nodes.

Run: python benchmarks/depth.py [--nodes 1000000] [--only tree].  Each call is made in a
process of its own, which records the graph first.  What is told: what came back or the refusal, the
processor's seconds of the call and the megabytes that it took at its peak beyond the graph.
"""

import argparse
import copy
import json
import pickle
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import autograd as ag
from autograd import Value

NODES, PATIENCE = 1_000_000, 180  # seconds of the processor
REFUSALS = (ValueError, ArithmeticError, ag.GradientMismatch)


def chain(nodes: int) -> tuple[Value, Value]:
    """y = x + 1 + 1 + ..., so deep."""
    x = Value(1.0, "x")
    y = x
    for _ in range(nodes):
        y = y + 1.0
    y.label = "y"
    return y, x


def wide(nodes: int) -> tuple[Value, Value]:
    """The sum of so many leaves, by `ag.sum`."""
    xs = [Value(1.0, f"x{i}") for i in range(nodes)]
    y = ag.sum(xs)
    y.label = "y"
    return y, xs[0]


SHAPES = {"chain": chain, "sum": wide}


def saved(suffix: str) -> Callable[..., Any]:
    def call(y: Value, x: Value, folder: Path) -> Any:
        ag.save(y, folder / f"y.{suffix}")
        return f"{(folder / f'y.{suffix}').stat().st_size:,} bytes"

    return call


def loaded(y: Value, x: Value, folder: Path) -> Any:
    ag.save(y, folder / "y.json")
    return ag.load(folder / "y.json")


def assigned(y: Value, x: Value, folder: Path) -> Any:
    """A leaf changed, and the graph computed again."""
    x.data = 2.0
    return y.recompute()


CALLS: dict[str, Callable[[Value, Value, Path], Any]] = {
    "backward": lambda y, x, _: y.backward(),
    "zero_grad": lambda y, x, _: y.zero_grad(),
    "recompute": assigned,
    "repr": lambda y, x, _: repr(y),
    "inputs": lambda y, x, _: len(y.inputs),
    "deepcopy": lambda y, x, _: copy.deepcopy(y),
    "pickle": lambda y, x, _: pickle.loads(pickle.dumps(y)),
    "gradients": lambda y, x, _: ag.gradients(y, [x]),
    "tree": lambda y, x, _: f"{len(ag.tree(y)):,} characters",
    "explain": lambda y, x, _: f"{len(str(ag.explain(y, x))):,} characters",
    "what_if": lambda y, x, _: str(ag.what_if(y, {x: 3.0})).split("\n")[0],
    "draw": lambda y, x, _: f"{len(ag.draw(y).source):,} characters",
    "draw folded": lambda y, x, _: f"{len(ag.draw(y, fold=True).source):,} characters",
    **{
        f"save .{suffix}": saved(suffix)
        for suffix in ("json", "dot", "mmd", "tex", "svg", "pdf", "png", "html")
    },
    "load": loaded,
    "explore": lambda y, x, _: repr(ag.explore(y)),
    "worksheet": lambda y, x, folder: ag.worksheet(y, folder / "sheet.html"),
    "quiz": lambda y, x, folder: ag.quiz(y, folder / "quiz.xml"),
    "assert_gradients": lambda y, x, _: ag.assert_gradients(y, {x: 1.0}),
    "assert_gradients, wrong": lambda y, x, _: ag.assert_gradients(y, {x: 2.0}),
    "grade": lambda y, x, _: ag.grade(y, {x: 2.0}).fraction,
}


def of(name: str, shape: str, nodes: int) -> tuple[Callable[[Any], Any], Any]:
    """The chain or the sum as a function, and where: at a number, or at so many numbers."""

    def deep(x: Any) -> Any:
        for _ in range(nodes):
            x = x + 1.0
        return x

    if shape == "chain":
        return deep, 1.0
    if name in BY_ONE:
        return lambda x: ag.sum([x] + [1.0] * nodes), 1.0
    return ag.sum, [1.0] * nodes


BY_ONE = ["hessian", "numerical_gradient", "gradcheck", "compile numpy, map"]  # by all: n squared
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {  # of a function, which records the graph itself
    "value_and_grad": lambda f, at: ag.value_and_grad(f)(at),
    "jacobian": lambda f, at: ag.jacobian(f)(at),
    "jvp": lambda f, at: ag.jvp(f, (at,), (at,)),
    "vjp": lambda f, at: ag.vjp(f, at)[1](1.0),
    "hessian": lambda f, at: ag.hessian(f)(at),
    "hvp": lambda f, at: ag.hvp(f, (at,), (at,)),
    "numerical_gradient": lambda f, at: ag.numerical_gradient(f, at),
    "gradcheck": lambda f, at: ag.gradcheck(f, at).rows[0].verdict,
    "trace": lambda f, at: f"{len(ag.trace(f, at)):,} steps",
    "compile native": lambda f, at: ag.compile(f).value_and_grad(at),
    "compile python": lambda f, at: ag.compile(f, "python").value_and_grad(at),
    "compile numpy, map": lambda f, at: ag.compile(f, "numpy").map([at, at]),
}


def tried(name: str, shape: str, nodes: int, folder: Path) -> dict[str, Any]:
    """One call: its outcome, seconds, and megabytes beyond what was there before."""
    if name in CALLS:
        y, x = SHAPES[shape](nodes)
        call = CALLS[name]
        before = peak()
        begin = time.process_time()
        outcome = attempt(lambda: call(y, x, folder))
    else:
        f, at = of(name, shape, nodes)
        before = peak()
        begin = time.process_time()
        outcome = attempt(lambda: FUNCTIONS[name](f, at))
    seconds = time.process_time() - begin
    return {"outcome": outcome, "seconds": round(seconds, 2), "megabytes": round(peak() - before)}


def attempt(call: Callable[[], Any]) -> str:
    try:
        return f"{call()!r}"[:60]
    except REFUSALS as error:
        return f"{type(error).__name__}: {error!s:.120}".split("\n")[0]


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=NODES)
    parser.add_argument("--only", nargs="*", default=[*CALLS, *FUNCTIONS])
    parser.add_argument("--one", nargs=2, metavar=("NAME", "SHAPE"), help="in this process")
    options = parser.parse_args()
    if options.one:
        resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(tried(*options.one, options.nodes, Path(folder))))
        return
    print("| Function | Graph | Seconds | Megabytes | What comes back |")
    print("|---|---|---:|---:|---|")
    for name in options.only:
        for shape in SHAPES:
            command = [sys.executable, __file__, "--one", name, shape, "--nodes", options.nodes]
            run = subprocess.run([str(word) for word in command], capture_output=True, text=True)
            told = json.loads(run.stdout) if run.returncode == 0 else {"outcome": last(run)}
            seconds, megabytes = told.get("seconds", ""), told.get("megabytes", "")
            outcome = told["outcome"].replace("|", "\\|")
            print(f"| `{name}` | {shape} | {seconds} | {megabytes} | {outcome} |", flush=True)


def last(run: Any) -> str:
    if run.returncode == -signal.SIGXCPU:
        return f"no answer within {PATIENCE} s of computing"
    return f"exit {run.returncode}: {(run.stderr.strip().splitlines() or [''])[-1][:120]}"


if __name__ == "__main__":
    main()
