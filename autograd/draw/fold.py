"""Which composites, sums and alike units are drawn as one: by `fold`, or the least that helps.

Invariant: of composites one inside the other the outermost that is folded stands for all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from autograd.core.context import Scope

CROWDED = 150  # drawn nodes above which composites fold by themselves
DEEPEST = 8  # levels that are tried, of composites one inside the other

Rule = Callable[[Scope], bool]  # whether a composite is folded


class Sum(Scope):
    """A long sum, written term by term: no composite of the user's, but drawn as one Σ."""

    __slots__ = ("total",)

    def __init__(self, total: Any) -> None:
        super().__init__("Σ", total.scope)
        self.total = total  # the last addition


class Alike(Scope):
    """All but a few of many units that are alike: no composite either."""

    __slots__ = ("id",)

    def __init__(self, id: str) -> None:
        super().__init__("…")
        self.id = id  # of the unit that stands for them


def rules(fold: Any, depths: Mapping[Scope, int], limit: float) -> Iterator[tuple[Rule, float]]:
    """What to try in turn: a rule, and how many drawn nodes are few enough for it.

    `fold` is True, False, composites' names, a function that tells of a scope whether it is folded,
    or None for the least folding that suffices.  Long sums, and units that are alike, are all drawn
    for False alone, and where a function says so.  Raises what `folded_names` does.
    """
    if fold is None:
        real = (depth for scope, depth in depths.items() if not isinstance(scope, Sum))
        deepest = min(1 + max(real, default=-1), DEEPEST)
        tried: list[Rule] = [lambda scope: False, *(at_depth(d, depths) for d in range(deepest))]
        tried[1:] = reversed(tried[1:])
    elif isinstance(fold, bool):
        tried = [at_depth(0, depths) if fold else lambda scope: False]
    elif callable(fold):
        tried = [fold]
    else:
        names = folded_names(fold, depths)
        tried = [lambda scope: scope.name in names]
    if fold is not False and not callable(fold):
        tried = [with_long(rule) for rule in tried]
    if fold is None:
        yield from ((rule, CROWDED) for rule in tried)
    yield tried[-1], limit


def at_depth(depth: int, depths: Mapping[Scope, int]) -> Rule:
    """Fold the composites that have so many around them."""
    return lambda scope: depths[scope] == depth


def with_long(rule: Rule) -> Rule:
    """Fold long sums, and many units that are alike, too."""
    return lambda scope: isinstance(scope, Sum | Alike) or rule(scope)


def folded_names(fold: Any, scopes: Iterable[Scope]) -> set[str]:
    """The names that fold holds, or is.  One set may serve several graphs: a name may be missing.

    ValueError where the graph has composites, but none of the names, which then are misspelt.
    """
    names = [fold] if isinstance(fold, str) or not isinstance(fold, Iterable) else list(fold)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"fold is True, False or a set of composites' names, not {fold!r:.60}")
    known = sorted({scope.name for scope in scopes if not isinstance(scope, Sum)})
    if names and known and not set(names) & set(known):
        given = ", ".join(map(repr, names))
        raise ValueError(
            f"fold: the graph has no composite {given:.60}, but {', '.join(known):.200}"
        )
    return set(names)
