"""What is told of a graph in each form of words: its composites by name, and what is refused.

Invariant: of two calls of one composite the names differ.
"""

from collections import Counter
from typing import Any

from autograd.core.value import Value


def composites(nodes: list[Value]) -> dict[Any, str]:
    """The name of each composite that the nodes were recorded in, those called twice numbered."""
    found: dict[Any, str] = {}
    calls = Counter[tuple[Any, str]]()
    for v in nodes:
        scope, new = v.scope, []
        while scope is not None and scope not in found:
            new.append(scope)
            scope = scope.parent
        for scope in reversed(new):
            calls[scope.parent, scope.name] += 1
            found[scope] = f"{scope.name}#{calls[scope.parent, scope.name]}"
    return {s: text if calls[s.parent, s.name] > 1 else s.name for s, text in found.items()}


def within(v: Value, calls: dict[Any, str]) -> list[str]:
    """The composites that v was recorded in, outermost first."""
    return [calls[scope] for scope in v.scope.path] if v.scope else []


def expect_value(v: Any) -> Value:
    """v itself; TypeError if it is no Value."""
    if type(v) is not Value:
        write = ": pass the Value itself, not its label" if isinstance(v, str) else ""
        raise TypeError(f"expected a Value, got {type(v).__name__}: {v!r:.60}{write}")
    return v


def fitting(x: float, what: str) -> float:
    """x itself; OverflowError, naming what it is, if it is not finite."""
    if x - x != 0.0:
        raise OverflowError(f"the {what} is too large for a float")
    return x
