"""What surrounds a recording: the composite it belongs to, and whether it is recorded at all.

Invariant: it is the value of one context variable, so that each thread and each task has its own;
the context managers hold nothing, and one object may serve several threads at once.  Ctrl-C at any
moment leaves what was there before: Python runs its handler as a function of Python begins and
after each call, so what undoes a context is either one call or the exit of a lock, written in C.
"""

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial, wraps
from threading import Lock, get_ident, local
from typing import Any, ParamSpec, Self, TypeVar, overload
from weakref import ref

P = ParamSpec("P")
R = TypeVar("R")


class Scope:
    """One use of a composite: its name, the scope around it, and what pictures say of it."""

    __slots__ = ("composite", "parent")

    composite: Any  # the `named_scope`: its name and texts
    parent: "Scope | None"

    def __init__(
        self, name: str, parent: "Scope | None" = None, formula: str = "", derivative: str = ""
    ) -> None:
        self.composite, self.parent = named_scope(name, formula, derivative), parent

    @property
    def name(self) -> str:
        """The composite's name."""
        return self.composite.name  # type: ignore[no-any-return]

    @property
    def formula(self) -> str:
        """What it computes, as "σ(x) = 1 / (1 + e⁻ˣ)"; "" where nobody said."""
        return self.composite.formula  # type: ignore[no-any-return]

    @property
    def derivative(self) -> str:
        """Its derivative, as "y (1 − y)" with the input x and the output y; "" where unsaid."""
        return self.composite.derivative  # type: ignore[no-any-return]

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

    def __reduce__(self) -> tuple[Any, ...]:
        return Scope, (self.name, self.parent, self.formula, self.derivative)

    def __setstate__(self, state: Any) -> None:  # of version 0.1
        self.__init__(**state[1])  # type: ignore[misc]


class Surroundings:
    """The innermost scope, whether to record, and the variables of the transforms that run.

    They have a lock and are open while that is locked, if they are not those of outside.  What is
    over may stay the value of the context variable: who reads it goes on to what is around.  A
    task or a thread that inherits it is in it as long as it is open.

    They belong to one thread, which sets `scope` for each use of a composite of ours, and sets it
    back: that is quicker than a value of their own for the context variable.  As nothing but our
    arithmetic runs meanwhile, no other task of the thread can see it.  Other threads begin with
    `opened`, the scope that these were made with.
    """

    __slots__ = ("by_hand", "lock", "opened", "outer", "recording", "scope", "thread", "variables")

    lock: Any
    by_hand: Any  # the context whose `__enter__` was called without a `with`
    thread: int
    scope: Any
    opened: Any
    recording: bool
    variables: Any
    outer: Any


def surroundings(scope: Any, recording: bool, variables: Any, outer: Any) -> Any:
    """New surroundings, not yet in force."""
    new = Surroundings.__new__(Surroundings)
    new.scope, new.recording, new.variables, new.outer = scope, recording, variables, outer
    new.lock, new.by_hand, new.opened, new.thread = None, None, scope, get_ident()
    return new


def part_of(composite: Any, parent: Any) -> Any:
    """One use of a composite, inside the parent's scope."""
    scope = Scope.__new__(Scope)
    scope.composite, scope.parent = composite, parent
    return scope


_usual = surroundings(None, True, frozenset(), None)
surrounding: ContextVar[Any] = ContextVar("autograd", default=_usual)
value_of = ContextVar.get
open_contexts: set[Any] = set()  # in all threads, those that a recording must know of
_here, _noted = surrounding, open_contexts  # the same, typed for the compiler
_begun = local()  # .lock: that of the `with` that is about to enter


def current() -> Any:
    """The surroundings of what is recorded now, open and this thread's own."""
    here = value_of(_here)
    if here.thread != get_ident() or (here.lock is not None and is_over(here)):
        while is_over(here):
            _noted.discard(here)
            here = here.outer
        if here.thread != get_ident():
            theirs = here
            here = surroundings(theirs.opened, theirs.recording, theirs.variables, theirs.outer)
            here.lock, here.by_hand = theirs.lock, theirs.by_hand
        surrounding.set(here)
    return here


def is_over(here: Any) -> bool:
    """Whether the `with` or the call that opened these surroundings has ended."""
    return here.lock is not None and not here.lock.locked()


def is_usual(here: Any) -> bool:
    """Whether records are made here as they are where no context is open."""
    return here.scope is None and here.recording


class _Exit:
    """`__exit__` of a context: for a `with`, which fetches it before it enters, a lock's own.

    So a `with` goes: `__exit__` is fetched, which makes a lock; `__enter__` takes it, and puts new
    surroundings with it in force; at the end the lock's own `__exit__` opens it, in C, and so they
    are over.  Where nobody fetched, `__enter__` was called by hand, and `_close` ends that.
    """

    def __get__(self, context: Any, kind: Any) -> Any:
        if context is None or current().by_hand is context:
            return _close
        lock = Lock()
        _begun.lock = ref(lock)
        return lock.__exit__


def _close(*_: object) -> None:
    current().lock.release()
    current()


class _Context:
    """Changes the surroundings; as a decorator, for each call."""

    def inner(self, outer: Any) -> Any:
        """The surroundings inside, from those outside."""
        raise NotImplementedError

    def __enter__(self) -> None:
        inner = self.inner(current())
        begun = getattr(_begun, "lock", None)
        lock = None if begun is None else begun()
        _begun.lock = None
        if lock is None:
            lock, inner.by_hand = Lock(), self
        open_contexts.difference_update(filter(is_over, tuple(open_contexts)))  # of ended threads
        lock.acquire()
        try:
            inner.lock = lock
            if not is_usual(inner):
                _noted.add(inner)
            surrounding.set(inner)
        except BaseException:
            lock.release()
            raise

    __exit__ = _Exit()

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            return within(self, partial(function, **kwargs) if kwargs else function, args)

        inside.context = self  # type: ignore[attr-defined]
        return inside


def within(context: Any, function: Callable[..., R], args: tuple[Any, ...]) -> R:
    """What the function gives of these, called inside the context."""
    inner = context.inner(current())
    lock = inner.lock = Lock()
    lock.acquire()
    try:
        if not is_usual(inner):
            _noted.add(inner)
        surrounding.set(inner)
        return function(*args)
    finally:
        lock.release()
        _noted.discard(inner)


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
        self.name, self.formula, self.derivative = name, formula, derivative

    def inner(self, outer: Any) -> Any:
        """Inside one more scope."""
        scope = part_of(self, outer.scope)
        return surroundings(scope, outer.recording, outer.variables, outer)


class composite(named_scope):
    """Decorator: a function that is one composite and runs nothing but our arithmetic."""

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function, whose calls are marked as one use of the composite each."""

        @wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            return use(self, partial(function, **kwargs) if kwargs else function, args)

        inside.context = self  # type: ignore[attr-defined]
        return inside


def use(composite: Any, function: Callable[..., R], args: tuple[Any, ...]) -> R:
    """What the function gives of these, as one use of the composite."""
    here = current()
    around = here.scope
    alone = around is None and here.recording
    try:
        if alone:  # a record looks at its surroundings where any are noted
            _noted.add(here)
        here.scope = part_of(composite, around)
        return function(*args)
    finally:
        here.scope = around
        if alone:
            _noted.discard(here)


class _NoGrad(_Context):
    """Results inside are leaves: nothing is recorded.  A context manager and a decorator.

    Written `with no_grad():`, `@no_grad()` or `@no_grad`; the parentheses change nothing.

    >>> import autograd as ag
    >>> with ag.no_grad():
    ...     y = ag.Value(3.0) ** 2
    >>> y
    Value(9.0)
    """

    @overload
    def __call__(self) -> Self: ...
    @overload
    def __call__(self, function: Callable[P, R]) -> Callable[P, R]: ...
    def __call__(self, function: Any = None) -> Any:
        """The function decorated, or without one the context itself."""
        return self if function is None else super().__call__(function)

    def inner(self, outer: Any) -> Any:
        """The same scope, but not recording."""
        return surroundings(outer.scope, False, outer.variables, outer)

    def __repr__(self) -> str:
        return "no_grad"


no_grad = _NoGrad()


class recording(_Context):
    """Record inside even under `no_grad`, outside all composites: what transforms do.

    With variables: those are to be differentiated by, and a transform inside that finds one of them
    in its result gives a Value.
    """

    def __init__(self, xs: Iterable[Any] = ()) -> None:
        self.xs = frozenset(xs)

    def inner(self, outer: Any) -> Any:
        """Outside of all scopes, with these variables too."""
        variables = (
            outer.variables | self.xs if self.xs else outer.variables
        )  # a million, not copied
        return surroundings(None, True, variables, outer)
