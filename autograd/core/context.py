"""What surrounds a recording: the composite it belongs to, and whether it is recorded at all.

Invariant: one context variable carries both, so each thread and each task has its own.  The context
managers are classes and not generators: `autograd.core.value` may be compiled without garbage
collection, and an exception passes through them untouched.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar, Token
from functools import wraps
from threading import Lock
from typing import Any, TypeVar

from autograd.core import value

F = TypeVar("F", bound=Callable[..., Any])
_counting = Lock()
variables: ContextVar[frozenset[Any]] = ContextVar("variables", default=frozenset())


class Scope:
    """One use of a composite: its name, the scope around it, and what pictures say of it."""

    __slots__ = ("derivative", "formula", "name", "parent")

    def __init__(
        self, name: str, parent: "Scope | None" = None, formula: str = "", derivative: str = ""
    ) -> None:
        self.name = name
        self.parent = parent
        self.formula = formula  # "σ(x) = 1 / (1 + e⁻ˣ)"
        self.derivative = derivative  # "y (1 − y)", with x the input and y the output

    @property
    def path(self) -> tuple["Scope", ...]:
        """This scope and those around it, outermost first."""
        path = [self]
        while path[-1].parent is not None:
            path.append(path[-1].parent)
        return tuple(reversed(path))

    @property
    def names(self) -> tuple[str, ...]:
        """The names along the path, outermost first."""
        return tuple(scope.name for scope in self.path)


class _Context:
    """Sets the context variable on entry and resets it on exit; as a decorator, for each call."""

    def __init__(self) -> None:
        self._tokens: list[Any] = []

    def _inside(self, scope: Scope | None, recording: bool) -> tuple[Scope | None, bool]:
        raise NotImplementedError

    def __enter__(self) -> None:
        self._tokens.append(_open(self._inside(*value.surroundings.get())))

    def __exit__(self, *raised: object) -> None:
        _close(self._tokens.pop())

    def __call__(self, function: F) -> F:
        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            token = _open(self._inside(*value.surroundings.get()))
            try:
                return function(*args, **kwargs)
            finally:
                _close(token)

        return inside  # type: ignore[return-value]


def _open(context: tuple[Scope | None, bool]) -> Token[Any]:
    token = value.surroundings.set(context)
    with _counting:
        value.count_contexts(+1)
    return token


def _close(token: Token[Any]) -> None:
    with _counting:
        value.count_contexts(-1)
    value.surroundings.reset(token)


class named_scope(_Context):
    """Mark what is recorded inside as one composite.  A context manager and a decorator.

    Pictures draw a box of that name around it, titled with `formula`, as "σ(x) = 1 / (1 + e⁻ˣ)";
    folded into one node it shows `derivative`, the simplified one in the input x and the output y,
    as "y (1 − y)".  Both are text to be shown: nothing is computed with them.
    Raises TypeError if the name is not text.

    >>> import autograd as ag
    >>> with named_scope("square"):
    ...     y = ag.Value(3.0) ** 2
    >>> y.scopes
    ('square',)
    """

    def __init__(self, name: str, formula: str = "", derivative: str = "") -> None:
        if not isinstance(name, str):
            raise TypeError(f"the name of a scope is text, not {name!r}")
        super().__init__()
        self.name, self.formula, self.derivative = name, formula, derivative

    def _inside(self, scope: Scope | None, recording: bool) -> tuple[Scope | None, bool]:
        return Scope(self.name, scope, self.formula, self.derivative), recording


class no_grad(_Context):
    """Results inside are leaves: nothing is recorded.  A context manager and a decorator.

    The decorator is written `@no_grad()` or `@no_grad`.

    >>> import autograd as ag
    >>> with no_grad():
    ...     y = ag.Value(3.0) ** 2
    >>> y
    Value(9.0)
    """

    def __new__(cls, function: Any = None) -> "no_grad":
        """A context, or the function decorated with one."""
        if function is not None:
            return no_grad()(function)  # type: ignore[no-any-return]
        return super().__new__(cls)

    def _inside(self, scope: Scope | None, recording: bool) -> tuple[Scope | None, bool]:
        return scope, False


class recording(_Context):
    """Record inside even under `no_grad`, outside all composites: what transforms do.

    With variables: those are to be differentiated by, and a transform inside that finds one of them
    in its result gives a Value.  Where records are made anyway no context is opened, which would
    make every operation look into it.
    """

    def __init__(self, xs: Iterable[Any] = ()) -> None:
        super().__init__()
        self.xs = list(xs)

    def __enter__(self) -> None:
        self._tokens.append(variables.set(variables.get().union(self.xs)))
        self._tokens.append(None)
        if value.surroundings.get() != (None, True):
            self._tokens.pop()
            super().__enter__()

    def __exit__(self, *raised: object) -> None:
        if self._tokens[-1] is None:
            self._tokens.pop()
        else:
            super().__exit__(*raised)
        variables.reset(self._tokens.pop())

    def _inside(self, scope: Scope | None, recording: bool) -> tuple[Scope | None, bool]:
        return None, True
