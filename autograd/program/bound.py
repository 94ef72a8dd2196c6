"""A compiled function in a class: a method, and what is derived from it, of an object."""

from collections.abc import Callable
from functools import wraps
from inspect import Signature, signature
from types import MethodType
from typing import Any

ROWS = ("map", "map_value_and_grad", "map_value_and_jacobian")


class Bound:
    """The compiled function with its first argument, the object; arguments are counted after it."""

    def __init__(self, function: Callable[..., Any], instance: Any) -> None:
        self.__func__, self.__self__ = function, instance
        self.__doc__ = function.__doc__

    def __call__(self, *args: Any, **options: Any) -> Any:
        """What the method gives."""
        return self.__func__(self.__self__, *args, **options)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.__func__, name)
        if name == "hvp":
            message = "a compiled method has no hvp: write compile(object.method).hvp(...)"
            raise AttributeError(message, name=name)
        if name not in ("value_and_grad", "value_and_jacobian", "backward", *ROWS):
            return found

        @wraps(found)
        def call(*args: Any, **options: Any) -> Any:
            if "_and_" in name:
                options["argnums"] = _after(options.get("argnums", 0))
            if name in ROWS:
                axes = options.get("in_axes", 0)
                several = isinstance(axes, (tuple, list))
                options["in_axes"] = (None, *(axes if several else [axes] * len(args)))
            return found(self.__self__, *args, **options)

        return call

    @property
    def __signature__(self) -> Signature:
        return signature(MethodType(self.__func__, self.__self__))

    def __repr__(self) -> str:
        return f"<method of {self.__self__!r:.60}: {self.__func__!r}>"


def _after(argnums: Any) -> Any:
    """The same arguments, counted with the object before them."""
    if isinstance(argnums, (tuple, list)):
        return tuple(map(_after, argnums))
    return argnums + 1 if isinstance(argnums, int) and argnums >= 0 else argnums
