"""Which composites are drawn as one node: what the option `fold` asks for, or the least that helps.

Invariant: of composites one inside the other the outermost that is folded stands for all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from autograd.core.context import Scope

CROWDED = 150  # drawn nodes above which composites fold by themselves
DEEPEST = 8  # levels that are tried, of composites one inside the other

Rule = Callable[[Scope], Scope | None]  # the outermost folded composite at or around this one
Paths = Mapping[Scope | None, tuple[Scope, ...]]  # the composites around each, outermost first


def rules(fold: Any, paths: Paths, limit: int) -> Iterator[tuple[Rule, int]]:
    """What to try in turn: a rule, and how many drawn nodes are few enough for it.

    `fold` is True, False, composites' names, a function that tells of a scope whether it is folded,
    or None for the least folding that suffices.  What `folded_names` raises.
    """
    if fold is not None:
        yield _rule(fold, paths), limit
        return
    deepest = min(max(map(len, paths.values())), DEEPEST)
    tried = [_rule(False, paths), *(_at_depth(depth, paths) for depth in reversed(range(deepest)))]
    yield from ((rule, CROWDED) for rule in tried)
    yield tried[-1], limit


def folded_names(fold: Any, scopes: Iterable[Scope]) -> set[str]:
    """The names that fold holds, or is.  One set may serve several graphs: a name may be missing.

    ValueError where the graph has composites, but none of the names, which then are misspelt.
    """
    names = [fold] if isinstance(fold, str) or not isinstance(fold, Iterable) else list(fold)
    if not all(isinstance(name, str) for name in names):
        raise TypeError(f"fold is True, False or a set of composites' names, not {fold!r:.60}")
    known = sorted({scope.name for scope in scopes})
    if names and known and not set(names) & set(known):
        given = ", ".join(map(repr, names))
        raise ValueError(
            f"fold: the graph has no composite {given:.60}, but {', '.join(known):.200}"
        )
    return set(names)


def _rule(fold: Any, paths: Paths) -> Rule:
    if fold is True:
        return _at_depth(0, paths)
    if fold is False:
        return lambda scope: None
    if callable(fold):
        return lambda scope: next(filter(fold, paths[scope]), None)
    names = folded_names(fold, filter(None, paths))
    return lambda scope: next((s for s in paths[scope] if s.name in names), None)


def _at_depth(depth: int, paths: Paths) -> Rule:
    return lambda scope: paths[scope][depth] if len(paths[scope]) > depth else None
