"""Where machine code is kept between runs of Python."""

from pathlib import Path

import pytest

from autograd.program.cache import folder


@pytest.fixture(autouse=True)
def _anew(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AUTOGRAD_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder.cache_clear()
    yield
    folder.cache_clear()


def test_the_folder_is_the_one_named_else_the_systems(monkeypatch, tmp_path):
    if Path("~").expanduser() == tmp_path / "home":
        assert folder().is_relative_to(tmp_path / "home")
        assert folder().name == "scalar-autograd"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    folder.cache_clear()
    assert folder() == tmp_path / "xdg" / "scalar-autograd"
    monkeypatch.setenv("AUTOGRAD_CACHE", str(tmp_path / "own"))
    folder.cache_clear()
    assert folder() == tmp_path / "own" and folder().stat().st_mode & 0o777 == 0o700


def test_there_is_none_where_it_is_not_wanted_or_cannot_be(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    for named in ("", str(tmp_path / "file"), str(tmp_path / "file" / "below")):
        monkeypatch.setenv("AUTOGRAD_CACHE", named)
        folder.cache_clear()
        assert folder() is None
