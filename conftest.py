"""Chooses the build to test: AUTOGRAD_PLAIN=1 takes the Python source, a compiled one or not."""

import os
import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader

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

_sources_only = FileFinder.path_hook((SourceFileLoader, SOURCE_SUFFIXES))


def _plain(path: str) -> FileFinder:
    """A finder that sees the Python files of our own folder and no machine code."""
    if os.path.basename(path) != "autograd":
        raise ImportError
    return _sources_only(path)


if os.environ.get("AUTOGRAD_PLAIN"):
    sys.path_hooks.insert(0, _plain)
    sys.path_importer_cache.clear()

import autograd  # noqa: E402  (before pytest imports single modules for their doctests)


def pytest_report_header() -> str:
    """Says in the head of the report which build runs."""
    return f"autograd: {'compiled' if autograd.compiled else 'plain Python'}, {autograd.__file__}"


@pytest.fixture(autouse=True)
def _elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples in documents may save files: in a folder of their own."""
    if isinstance(request.node, pytest.DoctestItem):
        monkeypatch.chdir(request.getfixturevalue("tmp_path"))
