"""Builds the engine as machine code where there is a C compiler; else it stays Python.

With AUTOGRAD_PURE=1 in the environment nothing is compiled, on purpose: `python -m pip wheel
--no-deps .` then makes one wheel for every Python and every machine, the browser's too.

On free-threaded Python the compiled engine does not declare itself safe without the global lock,
so that importing it switches the lock on.  The plain engine needs none: recording changes no node
but its own, and a lock of ours lets one sweep at a time at the nodes' gradients and counts.
"""

import os
import shutil
import sys

from setuptools import setup
from setuptools.command.build import build
from setuptools.command.build_ext import build_ext


class FreshBuild(build):
    """A build that takes nothing from an earlier one.

    Else a compiled module of then would be installed where nothing compiles now, and a file that
    was deleted since.
    """

    def run(self):
        """Build in an empty folder."""
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


class Stripped(build_ext):
    """Machine code without symbols for a debugger, which are five sixths of it."""

    def build_extensions(self):
        """Tell the compiler, where it is one that makes symbols unless it is told not to."""
        if self.compiler.compiler_type == "unix":
            for extension in self.extensions:
                extension.extra_compile_args.append("-g0")
                if sys.platform == "linux":  # the linker of macOS knows no such option
                    extension.extra_link_args.append("-Wl,-s")
        super().build_extensions()


# Nodes, of 96 bytes, whose memory is kept when they are released.  Without it a graph that takes
# the last free room of Python's allocator gives whole megabytes back to the system each time it is
# released, and the next one faults them in again: 252 page faults for 20,000 nodes, 99 ns a node
# where it is 67 with it (and 87 or 127 for 13,000, by where the allocator happened to stand).
RESERVE = 16384


def compiled(names, folder, **directives):
    """The modules of these names, to be compiled."""
    from Cython.Build import cythonize
    from Cython.Compiler.Options import get_directive_defaults

    # Annotations are for type checkers: as C types they would turn NotImplemented into a TypeError.
    get_directive_defaults().update(auto_pickle=False, annotation_typing=False, **directives)
    sources = [f"{folder}/{name}.py" for name in names.split()]
    return cythonize(sources, build_dir="build", language_level=3)


def extensions():
    """What is compiled; a failure of the compiler is told, and ends nothing."""
    if os.environ.get("AUTOGRAD_PURE"):
        return []
    found = [
        # A graph of Values has no cycles: tracked by the garbage collector, it would be slow for
        # nothing.  This must be set so: as a decorator or a header `no_gc` is ignored in silence.
        *compiled("node", "autograd/core", no_gc=True, freelist=RESERVE),
        *compiled(
            "primitives elementary value sweeps leaves", "autograd/core", no_gc=True, freelist=0
        ),
        *compiled("context", "autograd/core", no_gc=False, freelist=8),  # closures may be in cycles
        *compiled("nested", "autograd/core", no_gc=False, freelist=0),
        *compiled("functions losses", "autograd", no_gc=False),
    ]
    for extension in found:
        extension.optional = True  # without a compiler the installation succeeds, in plain Python
    return found


setup(
    ext_modules=extensions(),
    cmdclass={"build": FreshBuild, "build_ext": Stripped},
    options={"build_ext": {"parallel": os.cpu_count() or 1}},
)
