"""For pytest, on request: pictures of wrong gradients go to the failing test's own `tmp_path`.

In a conftest.py: `pytest_plugins = "autograd.checks.plugin"`.
"""

from collections.abc import Iterator

import pytest

from autograd.checks import derivation


@pytest.fixture(autouse=True)
def _pictures_to_tmp_path(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask for the folder only where a picture is written: each costs a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "folder", lambda: request.getfixturevalue("tmp_path"))
        yield
