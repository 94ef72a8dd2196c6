"""A program over rows in NumPy: where there is no machine code for it, or none is wanted.

Invariant: as `rows.Kernel`, it tells of each row whether its guards hold and whether its numbers
are finite; what it cannot tell it calls not finite, and the row is computed by itself.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy

from autograd.program import arithmetic
from autograd.program.arithmetic import Arithmetic
from autograd.program.source import Code
from autograd.program.steps import Steps
from autograd.program.trace import Traced


@dataclass(frozen=True)
class _Told(Arithmetic):
    """NumPy's functions, with guards and checks that raise nothing, but are kept for each row."""

    elsewhere: Any = None
    wrong: Any = None

    def guard(self, comparison: Any, recorded: bool, text: str) -> None:
        """Keep the rows that take another branch."""
        self.elsewhere[:] |= comparison != recorded

    def finite(self, *numbers: Any) -> None:
        """Keep the rows that have another number."""
        for x in numbers:
            self.wrong[:] |= ~numpy.isfinite(x)


@dataclass
class Columns:
    """Steps over rows, one column of numbers after the other."""

    steps: Steps
    traced: Traced
    exact: bool
    code: Code = field(init=False)

    def __post_init__(self) -> None:
        self.code = Code(self.steps, self.traced.recording, self.traced.title, named=True)

    def over(self, xs: list[Any], ys: list[Any] | None) -> Any:
        """A function of start and stop: those rows to the blocks ys, as `rows.Kernel.over`.

        Sums are left to the caller.
        """

        def run(start: int, stop: int, sums: Any = None) -> Any:
            told = numpy.zeros((stop - start, 2), bool)
            if self.exact or ys is None:
                told[:, 1] = True
            else:
                self._run(xs, ys, slice(start, stop), told)
            return told

        return run

    def _run(self, xs: list[Any], ys: list[Any], rows: slice, told: Any) -> None:
        inputs: list[Any] = []
        for x in xs:
            inner = numpy.ndindex(x.array.shape[x.mapped :])
            inputs += [x.array[(rows, *at) if x.mapped else at] for at in inner]
        plain = vars(arithmetic.numpy())
        table = _Told(**plain, elsewhere=told[:, 0], wrong=told[:, 1])
        with numpy.errstate(all="ignore"):
            try:
                found = self.code.function(table)(*inputs)
            except (ArithmeticError, ValueError):  # a function of Python's, at one of the rows
                told[:, 1] = True
                return
        numbers = iter(found)
        for y in ys:
            for at in numpy.ndindex(y.array.shape[1:]):
                y.array[(rows, *at)] = next(numbers) + 0.0
