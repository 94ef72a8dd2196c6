"""Where machine code is kept between runs of Python."""

import os
from pathlib import Path

import pytest

from autograd.program import cache
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


def kept(place):
    return sorted(file.name for file in place.iterdir())


def test_what_is_read_is_what_was_written_under_that_name(monkeypatch, tmp_path):
    monkeypatch.setenv("AUTOGRAD_CACHE", str(tmp_path / "own"))
    assert cache.read("a") is None
    cache.write("a", b"code of a")
    assert cache.read("a") == b"code of a" and cache.read("b") is None
    file = tmp_path / "own" / "a.o"
    (tmp_path / "own" / "b.o").write_bytes(file.read_bytes())
    assert cache.read("b") is None  # it is another's
    assert kept(tmp_path / "own") == ["a.o"]
    file.write_bytes(file.read_bytes() + b"x")
    assert cache.read("a") is None and kept(tmp_path / "own") == []
    cache.write("a", b"")
    assert cache.read("a") == b"" and file.stat().st_size == 32


def test_what_was_used_longest_ago_goes_first(monkeypatch, tmp_path):
    place = tmp_path / "own"
    monkeypatch.setenv("AUTOGRAD_CACHE", str(place))
    monkeypatch.setattr(cache, "MOST_BYTES", 1_000)
    for k in range(10):
        cache.write(str(k), bytes(68))  # 100 with its digest
        os.utime(place / f"{k}.o", (k, k))
    assert len(kept(place)) == 10  # as much as may be there
    assert cache.read("0") == bytes(68)
    assert (place / "0.o").stat().st_mtime > 100  # it was used now
    cache.write("x", bytes(68))
    # from the oldest on, until three quarters are left
    assert kept(place) == ["0.o", "5.o", "6.o", "7.o", "8.o", "9.o", "x.o"]


def test_the_bound_is_the_one_that_is_told():
    assert "at most 256 MB" in cache.clear_cache.__doc__
    assert cache.MOST_BYTES == 256 * 1024**2


def test_clearing_leaves_what_is_not_ours(monkeypatch, tmp_path):
    place = tmp_path / "own"
    monkeypatch.setenv("AUTOGRAD_CACHE", str(place))
    cache.write("a", b"code")
    for name in ("b.new", "notes.txt"):
        (place / name).write_text("")
    cache.clear_cache()
    assert kept(place) == ["notes.txt"]


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("mode", [0o701, 0o702, 0o704, 0o710, 0o720, 0o740, 0o777])
def test_a_folder_that_others_may_use_is_not_used(monkeypatch, tmp_path, mode):
    place = tmp_path / "own"
    place.mkdir()
    place.chmod(mode)
    monkeypatch.setenv("AUTOGRAD_CACHE", str(place))
    assert folder() is None
    place.chmod(0o700)
    folder.cache_clear()
    assert folder() == place
    folder.cache_clear()
    monkeypatch.setattr(os, "geteuid", lambda: place.stat().st_uid + 1)
    assert folder() is None


@pytest.mark.parametrize(
    ("platform", "where"),
    [("darwin", "Library/Caches"), ("win32", "AppData/Local"), ("linux", ".cache")],
)
def test_each_system_has_its_place(monkeypatch, tmp_path, platform, where):
    monkeypatch.setattr(cache.sys, "platform", platform)
    if Path("~").expanduser() == tmp_path / "home":
        assert folder() == tmp_path / "home" / where / "scalar-autograd"


def test_another_process_may_delete_the_same_files(monkeypatch, tmp_path):
    place, unlink = tmp_path / "own", Path.unlink
    monkeypatch.setenv("AUTOGRAD_CACHE", str(place))
    monkeypatch.setattr(cache, "MOST_BYTES", 800)

    def late(file, missing_ok=False):
        unlink(file)  # by the other
        unlink(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", late)
    for k in range(9):
        cache.write(str(k), bytes(68))  # 100 with its digest
        os.utime(place / f"{k}.o", (k, k))
    assert len(kept(place)) == 6  # three quarters are few enough
    cache.clear_cache()
    assert kept(place) == []
