"""Losses: how far an output y is from its target t, as one number to be made small.

Each takes one row or a batch of rows, of Values or plain numbers.  Invariant: a loss is exact over
the whole range of floats; a target that does not fit its output is an error that says where.
"""

import math
import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autograd.core import elementary, primitives
from autograd.core.context import composite
from autograd.core.nested import ROWS, is_nested, items, leaves, peek, scalar
from autograd.core.node import only_here
from autograd.core.value import Value
from autograd.functions import below, checked, log_of_sum, mean_of, option, softplus, sum_of

__all__ = ["binary_cross_entropy", "cross_entropy_error", "hinge", "mean_squared_error"]
__all__ += ["sigmoid_cross_entropy", "softmax_cross_entropy", "sum_of_squares_error"]


def _numbers(x: Any, what: str) -> list[Any]:
    """The elements of x, checked; an error says at which index."""
    try:
        return [scalar(item) for item in items(x, ROWS)]
    except (TypeError, ValueError):
        leaves(x, what)  # the same checks, slower, with the index at hand
        raise


def _pairs(y: Any, t: Any, name: str) -> list[tuple[Any, Any]]:
    """The elements of y and t side by side.  ValueError if the numbers of elements differ."""
    ys, ts = _numbers(y, f"{name}: outputs"), _numbers(t, f"{name}: targets")
    if is_nested(y) and is_nested(t) and len(y) == len(t):
        for i, (a, b) in enumerate(zip(y, t, strict=True)):
            if is_nested(a) and is_nested(b) and len(a) != len(b):
                raise ValueError(f"{name}: row {i} has {len(a)} outputs, but {len(b)} targets")
    if len(ys) != len(ts):
        raise ValueError(f"{name}: {len(ys)} outputs, but {len(ts)} targets")
    if not ys:
        raise ValueError(f"{name} of no elements")
    return list(zip(ys, ts, strict=True))


@composite("sum_of_squares_error", "½ Σ (yᵢ − tᵢ)²")
def sum_of_squares_error(y: Any, t: Any) -> Any:
    """Half the sum of (y - t)², over all elements; its gradient is y - t.

    >>> sum_of_squares_error([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    pairs = _pairs(y, t, "sum_of_squares_error")
    return _squares(pairs, 2.0, "sum_of_squares_error")


@composite("mean_squared_error", "Σ (yᵢ − tᵢ)² / n")
def mean_squared_error(y: Any, t: Any) -> Any:
    """The mean of (y - t)², over all elements.

    >>> mean_squared_error([1.0, 2.0], [0.0, 4.0])
    2.5
    """
    pairs = _pairs(y, t, "mean_squared_error")
    return _squares(pairs, float(len(pairs)), "mean_squared_error")


def _squares(pairs: list[tuple[Any, Any]], divisor: float, name: str) -> Any:
    """The sum of (y - t)², divided; scaled down and up again where a square would overflow."""
    differences = [a - b for a, b in pairs]
    if max(abs(peek(d)) for d in differences) < 1e150:
        return sum_of([elementary.power(d, 2.0) for d in differences], divisor)
    only_here()
    scale = 0.5 ** (1 + math.frexp(divisor)[1])  # a power of 2, exact, below 1 / sqrt(divisor)
    with suppress(OverflowError):  # which would name scaled numbers
        return sum_of([elementary.power(d * scale, 2.0) for d in differences], divisor * scale**2)
    return checked(math.inf, name, differences)


@composite("hinge", "max(0, 1 − t s)")
def hinge(scores: Any, t: Any) -> Any:
    """The mean of max(0, 1 - t s), with targets t = ±1.

    Raises ValueError for another target.

    >>> hinge([2.0, 0.5], [1, -1])
    0.75
    """
    pairs = _pairs(scores, t, "hinge")
    for _, b in pairs:
        if b * b != 1.0:  # one comparison for both: a program takes either target
            raise ValueError(f"hinge: a target is 1 or -1, not {peek(b)}")
    return mean_of([primitives.relu(1.0 - b * a) for a, b in pairs])


@composite("binary_cross_entropy", "−t log p − (1 − t) log(1 − p)")
def binary_cross_entropy(p: Any, t: Any) -> Any:
    """-t log p - (1 - t) log(1 - p), the mean over all elements; p is a probability.

    Raises ValueError where p or t is outside 0 to 1, and where log of 0 would be needed.

    >>> binary_cross_entropy(0.5, 1)
    0.6931471805599453
    """
    losses = []
    for i, (a, b) in enumerate(_pairs(p, t, "binary_cross_entropy")):
        name = f"binary_cross_entropy: element {i}"
        _check_fraction(f"{name}: the probability", a)
        _check_fraction(f"{name}: the target", b)
        open_target = type(b) is Value  # which needs both logs
        if (peek(a) == 0.0 and (open_target or b > 0.0)) or (
            peek(a) == 1.0 and (open_target or b < 1.0)
        ):
            raise ValueError(
                f"{name}: the probability is {peek(a)} and the target {peek(b)}, which needs "
                "log(0.0): sigmoid_cross_entropy(scores, t) takes the scores, and is exact"
            )
        losses.append(_of_two(a, b, _minus_log, lambda p: -elementary.log1p(-p)))
    return mean_of(losses)


@composite("sigmoid_cross_entropy", "−t log σ(x) − (1 − t) log σ(−x)")
def sigmoid_cross_entropy(scores: Any, t: Any) -> Any:
    """binary_cross_entropy(sigmoid(scores), t), right also where a probability is tiny.

    For t = 1 the loss is softplus(-x), for t = 0 softplus(x), without overflow or cancellation; it
    is the mean over all elements, and the gradient is (sigmoid(x) - t) over their number.
    Raises ValueError where t is outside 0 to 1.

    >>> sigmoid_cross_entropy([0.0, 800.0], [1, 1])
    0.34657359027997264
    """
    losses = []
    for i, (x, b) in enumerate(_pairs(scores, t, "sigmoid_cross_entropy")):
        _check_fraction(f"sigmoid_cross_entropy: element {i}: the target", b)
        losses.append(_of_two(x, b, lambda x: softplus(-x), softplus))
    return mean_of(losses)


def _check_fraction(what: str, x: Any) -> None:
    if not 0.0 <= x <= 1.0:
        raise ValueError(f"{what} is {peek(x)}, not in 0 to 1")


def _of_two(x: Any, t: Any, one: Callable[[Any], Any], zero: Callable[[Any], Any]) -> Any:
    """t one(x) + (1 - t) zero(x), leaving out a term of a plain 0 and the factor of a plain 1."""
    if type(t) is not Value and t in (0.0, 1.0):
        return one(x) if t else zero(x)
    return t * one(x) + (1.0 - t) * zero(x)


def _minus_log(p: Any) -> Any:
    return -primitives.log(p)


def _rows(y: Any, t: Any, name: str) -> list[tuple[Any, Any]]:
    """Each row of outputs with its target, a class index or a row of weights, checked."""
    if not is_nested(y) or len(y) == 0:
        raise ValueError(f"{name} needs a row of outputs or a batch of rows, not {y!r}")
    ys, ts = (list(y), t) if is_nested(y[0]) else ([y], [t])
    if not is_nested(ts) or len(ts) != len(ys):
        size = f"{len(ts)} targets" if is_nested(ts) else f"one target {ts!r}"
        raise ValueError(f"{name}: {len(ys)} rows of outputs, but {size}")
    rows = []
    for i, (row, target) in enumerate(zip(ys, ts, strict=True)):
        row = _numbers(row, f"{name}: row {i} of outputs")
        if is_nested(target):
            if len(target) != len(row):
                raise ValueError(
                    f"{name}: row {i} has {len(row)} outputs, but {len(target)} targets"
                )
            target = _numbers(target, f"{name}: row {i} of targets")
        else:
            try:
                target = operator.index(target)
            except TypeError:
                raise TypeError(
                    f"{name}: the target of row {i} is {target!r}, not a class index or a row"
                ) from None
            if not 0 <= target < len(row):
                raise ValueError(
                    f"{name}: the target of row {i} is class {target}, of {len(row)} classes"
                )
        rows.append((row, target))
    return rows


def _weighted(loss: Callable[[list[Any], int], Any], row: list[Any], target: Any) -> Any:
    """The sum of t_k * loss(row, k), leaving out terms of a plain 0 and factors of a plain 1."""
    if isinstance(target, int):
        return loss(row, target)
    chosen = [(k, t) for k, t in enumerate(target) if type(t) is Value or t != 0.0]
    terms = [
        loss(row, k) if type(t) is not Value and t == 1.0 else t * loss(row, k) for k, t in chosen
    ]
    return sum_of(terms) if terms else 0.0


@composite("cross_entropy_error", "−Σ tₖ log yₖ")
def cross_entropy_error(y: Any, t: Any, eps: float = 0.0) -> Any:
    """-sum of t_k log(y_k + eps), the mean over the rows; t is one-hot or a class index.

    Exact by default: ValueError where a probability with t > 0 is 0.  The book's eps is 1e-7.
    Terms of a plain 0 are left out.  With targets that are Values, `t = values([0, 0, 1], "t")`,
    all are recorded: then every output of a softmax goes into the loss, as in the book's figure.

    >>> cross_entropy_error([0.25, 0.75], 1)
    0.2876820724517809
    """
    added = option("cross_entropy_error: eps", eps)
    exact = type(added) is not Value and added == 0.0

    def loss(row: list[Any], k: int) -> Any:
        p = row[k] if exact else row[k] + added
        if peek(p) == 0.0:
            raise ValueError(
                f"cross_entropy_error: the probability of class {k} is 0, which needs log(0.0): "
                "softmax_cross_entropy(scores, t) takes the scores, and is exact"
            )
        return _minus_log(p)

    return mean_of([_weighted(loss, *row) for row in _rows(y, t, "cross_entropy_error")])


@composite("softmax_cross_entropy", "−Σ tₖ log softmax(x)ₖ")
def softmax_cross_entropy(scores: Any, t: Any) -> Any:
    """cross_entropy_error(softmax(scores), t), right also where the probability is tiny.

    For class k the loss is softplus(logsumexp of x_j - x_k over the other classes j), which has no
    cancellation: 4e-18 comes out as 4e-18.  Its gradient is softmax(scores) - t, over the rows' N.
    x_k is taken from the largest x_j, so that it may lie far off and the others keep their digits.

    >>> softmax_cross_entropy([0.0, 0.0], 1)
    0.6931471805599453
    """

    def loss(row: list[Any], k: int) -> Any:
        others = row[:k] + row[k + 1 :]
        if not others:
            return row[k] - row[k]
        m, rest = (others[0], None) if len(others) == 1 else log_of_sum(others)
        z = checked(below([m], row[k])[0], "softmax_cross_entropy", row)
        return softplus(z if rest is None else z + rest)

    return mean_of([_weighted(loss, *row) for row in _rows(scores, t, "softmax_cross_entropy")])
