"""A program as machine code for one point at a time, and as a builtin of Python's own kind.

Invariant: a call gives what the eager engine gives, to the last bit, or hands over to a function
that does: where an argument is of another kind or shape, a guard does not hold, or a number is not
finite.
"""

import ctypes
import marshal
from array import array
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

from autograd.core import leaves
from autograd.core.value import Value
from autograd.program import builtin, llvm, machine, scalar
from autograd.program.steps import Steps

EAGER_LEVEL = 300  # steps from which on LLVM shall be fast rather than thorough
TINY = 30  # steps up to which the program is to be a part of the builtin: that saves 7 ns of 55
MOST_ON_STACK = 4_096  # numbers that go in or out of a builtin
FASTCALL = 0x82  # METH_FASTCALL | METH_KEYWORDS


def digest(steps: Steps) -> bytes:
    """What the steps compute, in 32 bytes."""
    constants = list(steps.constants), list(map(float, steps.constants.values()))
    guards = [(g.a, g.b, g.holds) for g in steps.guards]
    numbers = steps.a, steps.b, steps.inputs, steps.results, steps.rows, steps.checked, guards
    names = " ".join([*steps.op, *(g.kind for g in steps.guards)])
    # Of numbers alone, version 2 of marshal writes the same bytes wherever they come from.
    told = sha256(marshal.dumps((constants, numbers), 2))
    told.update(names.encode())
    return told.digest()


class Native:
    """The machine code of steps.  Raises LookupError for operations of the user's own.

    With the shapes of arguments and result, `builtin` makes a function of Python's own kind of it.
    """

    def __init__(
        self, steps: Steps, shapes: tuple[tuple[Any, ...], Any] | None = None, bare: bool = True
    ) -> None:
        self.steps = steps
        self.numbers = len(steps.results) + sum(map(len, steps.rows))
        fits = steps.inputs + self.numbers <= MOST_ON_STACK and builtin.python_as_expected()
        self.callable = shapes is not None and fits

        def text() -> str:
            strange = llvm.unknown(steps)
            if strange:
                raise LookupError(f"no machine code for {', '.join(sorted(strange))}")
            wrapper = builtin.wrapper(steps, *shapes, bare) if shapes and self.callable else ""
            return scalar.program(steps) + wrapper

        key = digest(steps) + repr((_shape(shapes), bare) if self.callable else "").encode()
        level = 0 if len(steps.order) > EAGER_LEVEL else 2
        passes = 1 if len(steps.order) <= TINY else 0
        self.code = machine.compiled(key, text, level, passes)
        self._run = self.code.function("program", ctypes.c_void_p, ctypes.c_void_p)

    def __call__(
        self, numbers: Sequence[float], held: list[Value] | None = None
    ) -> tuple[int, Sequence[float]]:
        """A flag, and the numbers of results and derivatives, one after the other.

        The inputs are the numbers, then those that the held leaves have now.  For an array of
        numbers an array comes back, for others a list.

        The flag is 0, or llvm.ELSEWHERE where a guard does not hold, or llvm.NOT_FINITE where a
        number is none, or both; then the numbers mean nothing.
        """
        x = array("d", numbers)
        if held:
            x.frombytes(bytes(8 * len(held)))
            leaves.read(held, x, len(numbers))
        if len(x) != self.steps.inputs:
            raise TypeError(f"{len(x)} numbers for {self.steps.inputs} inputs")
        y = array("d", bytes(8 * self.numbers))
        flag = self._run(x.buffer_info()[0], y.buffer_info()[0])
        return flag, y if isinstance(numbers, array) else y.tolist()

    def builtin(
        self, name: str, fallback: Callable[..., Any], doc: str = "", **keywords: Any
    ) -> Any:
        """The code as a function of floats, ints and nested lists and tuples of them.

        In the shapes that were given, anything but a list or a tuple stands for a number.  What
        else the function is called with, and where it gives no number, is for the fallback.
        Keywords may only be these, with these values; `bare` tells whether none are right, too.
        None where there is too much of it, or Python is not as expected.  The doc may begin with
        a signature and a line of --, as those of Python's own do.
        """
        if not self.callable:
            return None
        definition = _Definition(name.encode(), self.code.address("call"), FASTCALL, doc.encode())

        def otherwise(*args: Any, **options: Any) -> Any:
            return fallback(*args, **options)

        kept = definition, self.code  # as long as the function is
        otherwise.kept = kept  # type: ignore[attr-defined]
        new = ctypes.pythonapi.PyCFunction_NewEx
        new.argtypes = ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p
        new.restype = ctypes.py_object
        own = (otherwise, tuple(keywords), *keywords.values())
        return new(ctypes.addressof(definition), own, None)


class _Definition(ctypes.Structure):
    """C's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def _shape(tree: Any) -> Any:
    if isinstance(tree, (list, tuple)):
        return type(tree)(map(_shape, tree))
    return 0
