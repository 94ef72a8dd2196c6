"""LLVM's language as machine code, with the functions of C that it calls; kept on disk.

Invariant: code that is loaded is whole, made by this very emitter for this very machine, and kept
as long as something that calls it: an address never outlives its `Loaded`.
"""

import ctypes
import functools
import mmap
import os
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from autograd.program import cache

# C's functions as the module math calls them.  LLVM shall not know them by their names: it would
# make a square root of a power.  So they have others, `c_exp`.
POWERS = ("exp", "expm1", "log", "log1p", "log2", "log10", "sinh", "cosh", "tanh", "asinh", "acosh")
OF_ONE = (*POWERS, "atanh", "sin", "cos", "tan", "asin", "acos", "atan", "erf", "erfc")
OF_TWO = ("pow", "atan2", "hypot")
SEQUENCES = [
    f"Py{kind}_{what}"
    for kind in ("List", "Tuple")
    for what in ("Type", "New", "Size", "GetItem", "SetItem")
]
NUMBERS = ["PyFloat_Type", "PyLong_Type", "PyFloat_AsDouble", "PyFloat_FromDouble"]
MEMORY = ["PyMem_RawMalloc", "PyMem_RawFree"]
CALLS = [
    "Py_DecRef",
    "PyErr_Occurred",
    "PyErr_Clear",
    "PyObject_Vectorcall",
    "PyObject_RichCompareBool",
]

ROOM = 1 << 25  # bytes that loading takes at most, several times


class Loaded:
    """Machine code in memory: `function` gives what it holds, and keeps it there."""

    def __init__(self, object_file: bytes) -> None:
        llvm = _llvm()
        nothing = llvm.parse_assembly("")  # an engine begins with a module
        target = llvm.Target.from_default_triple().create_target_machine()
        engine = llvm.create_mcjit_compiler(nothing, target)
        engine.remove_module(nothing)  # else it would be compiled
        engine.add_object_file(llvm.ObjectFileRef.from_data(object_file))
        engine.finalize_object()
        self._engine = engine

    def address(self, name: str) -> int:
        """Where a function is, as long as this object lives."""
        found = int(self._engine.get_function_address(name))
        if not found:
            raise LookupError(f"the compiled code has no function {name}")
        return found

    def function(self, name: str, *arguments: Any, result: Any = ctypes.c_int) -> Any:
        """A function of C as one of Python, which lets other threads run meanwhile."""
        function: Any = ctypes.CFUNCTYPE(result, *arguments)(self.address(name))
        function.code = self
        return function


def compiled(key: bytes, text: Callable[[], str], level: int, passes: int) -> Loaded:
    """The code of a text, from the cache or made now.

    The key stands for what the text is made of; the text is made only where it is needed.  Levels
    are LLVM's, of the code generator and of the passes before it: 0 is fast, 3 is thorough.
    MemoryError where there may be too little for LLVM.
    """
    _room(ROOM)
    whole = sha256(key + f"{level} {passes}".encode() + _machine()).hexdigest()
    found = cache.read(whole)
    if found is None:
        written = text()
        _room(ROOM + 8 * len(written))  # twice what was seen
        found = _compile(written, level, passes)
        cache.write(whole, found)
    return Loaded(found)


def _room(size: int) -> None:
    """MemoryError where there is not so much to be had: LLVM would end the process.

    It is asked for, and given back untouched.
    """
    try:
        mmap.mmap(-1, size).close()
    except OSError:
        raise MemoryError("no memory for machine code") from None


def _compile(text: str, level: int, passes: int) -> bytes:
    llvm = _llvm()
    module = llvm.parse_assembly(text)
    for function in module.functions:  # one that is not there would be a call of address 0
        name = function.name
        if function.is_declaration and not name.startswith("llvm.") and name not in _symbols():
            raise LookupError(f"no function {name} for the compiled code to call")
    target = _target(level)
    if passes:
        tuning = llvm.create_pipeline_tuning_options(speed_level=passes)
        builder = llvm.create_pass_builder(target, tuning)
        builder.getModulePassManager().run(module, builder)
    return bytes(target.emit_object(module))


@functools.cache
def _llvm() -> Any:
    """The library, ready for this machine, and with the functions that are called by name."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for name, address in _symbols().items():
        llvm.add_symbol(name, address)
    lock = getattr(llvm.ffi.lib, "_lock", None)  # the library's own, which it does not hand out
    if lock is not None and hasattr(os, "register_at_fork"):  # a child begins between two calls
        done = lock.__exit__
        os.register_at_fork(before=lock.__enter__, after_in_parent=done, after_in_child=done)
    return llvm


@functools.cache
def _symbols() -> dict[str, int]:
    """What the code calls: C's functions by a name with `c_`, Python's by their own."""
    own = {"linux": "libm.so.6", "win32": "ucrtbase"}.get(sys.platform)
    try:
        library = ctypes.CDLL(own)
    except OSError:  # another C library on Linux, whose functions are in the process
        library = ctypes.CDLL(None)
    found = {f"c_{name}": (library, name) for name in (*OF_ONE, *OF_TWO)}
    found |= {name: (ctypes.pythonapi, name) for name in SEQUENCES + NUMBERS + MEMORY + CALLS}
    return {
        name: ctypes.addressof(ctypes.c_char.in_dll(where, symbol))
        for name, (where, symbol) in found.items()
    }


def _target(level: int) -> Any:
    cpu, features = _processor()
    target = _llvm().Target.from_default_triple()
    return target.create_target_machine(cpu=cpu, features=features, opt=level)


@functools.cache
def _processor() -> tuple[str, str]:
    """Its name, and what it has, in LLVM's words."""
    llvm = _llvm()
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def has(feature: str) -> bool:
    """Whether the processor has something, by LLVM's name for it."""
    return f"+{feature}" in _processor()[1].split(",")


@functools.cache
def _machine() -> bytes:
    """What the code is made by and for: this room's files, LLVM, and the processor."""
    import llvmlite

    llvm = _llvm()
    parts = [llvmlite.__version__, llvm.llvm_version_info, llvm.get_default_triple()]
    told = sha256(repr([*parts, *_processor(), sys.hexversion]).encode())
    folder = os.path.dirname(__file__)
    for name in sorted(os.listdir(folder)):  # by way of Path it takes thrice as long
        if name.endswith(".py"):
            with open(f"{folder}/{name}", "rb", 0) as file:
                told.update(file.read())
    return told.digest()
