"""Chooses the build to test: AUTOGRAD_PLAIN=1 takes the Python source, a compiled one or not."""

import os
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Examples take as long as the machine is busy; CI tries the same ones each time.
settings.register_profile(
    "autograd",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("autograd")

# Nobody's own machine code is deleted by a test, nor by an example that shows how.
CACHE = tempfile.TemporaryDirectory(prefix="autograd-")
os.environ["AUTOGRAD_CACHE"] = CACHE.name

import autograd  # noqa: E402  (before pytest imports single modules for their doctests)


def pytest_configure() -> None:
    """Refuse machine code that is older than its source: its tests would prove nothing."""
    package = Path(autograd.__file__).parent
    stale = [
        built.name
        for built in (*package.rglob("*.so"), *package.rglob("*.pyd"))
        for source in built.parent.glob(f"{built.name.partition('.')[0]}.p[yx]*")
        if source.suffix in (".py", ".pxd")
        if source.stat().st_mtime > built.stat().st_mtime
    ]
    if stale and autograd.compiled:
        pytest.exit(
            f"older than its source: {', '.join(stale)}; rebuild with "
            "`python -m pip install -e .`, or set AUTOGRAD_PLAIN=1 to test the source",
            returncode=4,
        )


def pytest_report_header() -> str:
    """Says in the head of the report which build runs."""
    return f"autograd: {'compiled' if autograd.compiled else 'plain Python'}, {autograd.__file__}"


pytest_plugins = "autograd.checks.plugin"
optional = {"jax": ["program/jax.py"], "numpy": ["program/jax.py", "program/rows.py"]}
collect_ignore = [  # modules about a library that is not installed have no examples to run
    f"autograd/{path}"
    for library in optional
    if not find_spec(library)
    for path in optional[library]
]


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples in documents may save files: in a folder of their own; NumPy is optional."""
    if isinstance(request.node, pytest.DoctestItem):
        if any(
            example.source.startswith("import numpy") for example in request.node.dtest.examples
        ):
            pytest.importorskip("numpy")
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
