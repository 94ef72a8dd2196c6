"""The backends: what makes a function of numbers of a program's steps.

Invariant: where a library is missing, or a program has operations of the user's own, Python runs
it, to the same bits.
"""

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from autograd.core.optional import needed
from autograd.core.value import Value
from autograd.program.source import Python
from autograd.program.steps import Steps
from autograd.program.trace import Traced

BACKENDS = ("native", "numpy", "python", "jax")
# Of numbers and of the leaves held: a flag, and the numbers of results and derivatives.
Run = Callable[[list[float], list[Value]], tuple[int, Sequence[float]]]

_said: list[ImportError] = []


def backend_of(name: str, steps: Steps, made: Traced, call: Any = ()) -> Run:
    """The function that a backend makes of steps.

    It is Python's where llvmlite is missing, and for operations of users' own.
    """
    if name == "jax":
        with needed("compile(backend='jax')", "jax"):
            from autograd.program import jax

        return jax.backend(steps)
    if name == "native" and has_llvm():
        from autograd.program import native

        with suppress(LookupError):  # an operation of the user's own
            return native.Native(steps, *call)
    return Python(steps, made.recording, made.title)


def has_llvm() -> bool:
    """Whether there is llvmlite; that there is none is said once."""
    try:
        import llvmlite  # noqa: F401
    except ImportError as error:
        if not _said:
            _said.append(error)
            warnings.warn(f"compile: {error}: Python runs the programs", RuntimeWarning, 2)
        return False
    return True
