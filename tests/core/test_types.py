"""Types and signatures: what an editor, `help` and mypy tell of Values."""

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value

PROGRAM = """
from autograd import Value, named_scope, no_grad, sigmoid

def square(a: Value) -> Value:
    return a * a

def more(a: Value) -> Value:
    b: Value = 2 * a - a / 3 + a**2 - -a + abs(a)
    return b.exp() * b.log() * b.tanh() / (1 - b)

@named_scope("cube")
def cube(a: Value, times: int = 3) -> Value:
    return a**times

@no_grad
def twice(a: Value) -> Value:
    return a * 2

y = cube(square(Value(3.0, "x")), times=3)
y.backward(1.0)
smaller: bool = y < 1.0
gradient: float | None = y.grad
with no_grad():
    z: Value = twice(y)
"""
MISTAKES = [
    ("y.backwards()", "attr-defined"),
    ("cube('x')", "arg-type"),
    ("cube(y, time=3)", "call-arg"),
    ("twice()", "call-arg"),
    ("text: str = y + 1", "assignment"),
]


def test_a_users_program_is_checked_strictly(tmp_path):
    pytest.importorskip("mypy")
    lines = PROGRAM.splitlines()
    path = tmp_path / "program.py"
    path.write_text("\n".join(lines + [line for line, _ in MISTAKES]) + "\n")
    known = Path(".mypy_cache")  # of a check of the package just before, as in CI: 5 times faster
    cache = known if known.is_dir() else tmp_path / "cache"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, path],
        capture_output=True,
        text=True,
        timeout=300,
    )
    told = [line for line in run.stdout.splitlines() if ": error:" in line]
    wanted = [
        (f"program.py:{len(lines) + i}:", code) for i, (_, code) in enumerate(MISTAKES, start=1)
    ]
    assert len(told) == len(wanted), run.stdout + run.stderr
    for line, (place, code) in zip(told, wanted, strict=True):
        assert place in line and f"[{code}]" in line


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        (Value, "data label"),
        (Value.backward, "self seed"),
        (Value.recompute, "self"),
        (Value.exp, "self"),
        (Value.log, "self"),
        (ag.sigmoid, "x"),
        (ag.leaky_relu, "x slope"),
        (ag.softmax_cross_entropy, "scores t"),
        (ag.named_scope, "name formula derivative"),
    ],
)
def test_signatures_are_right_on_both_builds(what, parameters):
    assert list(inspect.signature(what).parameters) == parameters.split()


def test_decorated_functions_keep_their_signature():
    @ag.named_scope("f")
    def f(a, *, b=2):
        return a * b

    assert str(inspect.signature(f)) == "(a, *, b=2)" and f.__name__ == "f"
