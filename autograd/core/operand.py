"""What a rule may be called with in the place of numbers and Values, to be told what it does.

Invariant: a rule does to an operand what primitives can, and is refused a look at its number.
"""

from collections.abc import Callable
from typing import Any

from autograd.core.elementary import power
from autograd.core.primitives import Primitive, absolute, add, divide, mul

Binary = Callable[[Any, Any], Any]


def _both_sides(primitive: Primitive) -> tuple[Binary, Binary]:
    """The methods of an operator, with the operand on the left and on the right."""
    return lambda a, b: a.record(primitive, a, b), lambda b, a: b.record(primitive, a, b)


class Operand:
    """Each operator is a primitive, handed to the `record` of the class, as a primitive itself is.

    >>> class Told(Operand):
    ...     @staticmethod
    ...     def record(primitive, a, b=None):
    ...         return primitive.name
    >>> from autograd.core import primitives
    >>> x = Told()
    >>> 2.0 * x, primitives.exp(x), abs(x)
    ('mul', 'exp', 'absolute')
    """

    __slots__ = ()

    @staticmethod
    def record(primitive: Primitive, a: Any, b: Any = None) -> Any:
        """The result of a primitive of operands and numbers."""
        raise NotImplementedError

    __add__, __radd__ = _both_sides(add)
    __mul__, __rmul__ = _both_sides(mul)
    __truediv__, __rtruediv__ = _both_sides(divide)
    __pow__, __rpow__ = _both_sides(power)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return other + -self

    def __neg__(self) -> Any:
        return self * -1.0

    def __abs__(self) -> Any:
        return self.record(absolute, self)

    def __float__(self, *_: Any) -> float:
        raise TypeError("a rule has no numbers to branch on here: write it in operators")

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __float__
