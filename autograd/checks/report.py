"""What a check of derivatives found: rows; as text, the table that `eval --check` prints too."""

import math
from typing import NamedTuple

from autograd.checks.instead import LOST


class Row(NamedTuple):
    """One component of a gradient: what each way of getting it says, and the verdict."""

    name: str
    backpropagation: float | None  # None in a report of numerical derivatives alone
    numerical: float
    error: float  # the estimate of the numerical derivative's error
    hand: float | None
    verdict: str  # "ok", "wrong", "kink" or "rounding"


class Report(NamedTuple):
    """The rows of a check, and how often f was called for the numerical derivatives.

    Where the verdict on one is "rounding", `instead` says what to write where a better form is
    known, as in "write expm1(x) instead of exp(x) − 1".  As text it is a table.  The differences
    in it are those of the hand-derived number from backpropagation, or else of backpropagation
    from the numerical derivative.
    """

    rows: tuple[Row, ...]
    calls: int
    instead: tuple[str, ...] = ()  # forms that keep the digits that were lost

    def __str__(self) -> str:
        table = [["", "backpropagation", "numerical ± error", "by hand", "ulp", "relative", ""]]
        for row in self.rows:
            ours, theirs = row.backpropagation, row.numerical
            if row.hand is not None and ours is not None:
                ours, theirs = row.hand, ours
            ulps = relative = ""
            if ours is not None and row.verdict != "kink":
                ulps = f"{abs(ours - theirs) / math.ulp(theirs):.3g}"
                gap = abs(ours - theirs)
                relative = "0" if not gap else f"{gap / abs(theirs) if theirs else math.inf:.1e}"
            table.append(
                [
                    row.name,
                    "" if row.backpropagation is None else f"{row.backpropagation:.12g}",
                    f"{row.numerical:.12g} ± {row.error:.1g}",
                    "" if row.hand is None else f"{row.hand:.12g}",
                    *(ulps, relative, row.verdict),
                ]
            )
        columns = list(zip(*table, strict=True))
        by_hand = any(row.hand is not None for row in self.rows)
        by_rule = any(row.backpropagation is not None for row in self.rows)
        shown = [True, by_rule, True, by_hand, by_rule, by_rule, True]
        columns = [c for c, show in zip(columns, shown, strict=True) if show]
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in zip(*columns, strict=True)
        ]
        if any(row.verdict == "rounding" for row in self.rows):
            lost = f"rounding: {LOST}"
            lines += [f"{lost}: {form}" for form in self.instead] or [lost]
        return "\n".join([*lines, f"{self.calls} calls of f for the numerical derivatives"])
