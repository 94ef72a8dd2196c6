"""Builds the engine as machine code where there is a C compiler; else it stays Python.

On free-threaded Python the compiled engine does not declare itself safe without the global lock,
so that importing it switches the lock on.  The plain engine needs none: recording changes no node
but its own, and a lock of ours lets one sweep at a time at the nodes' gradients and counts.
"""

from Cython.Build import cythonize
from Cython.Compiler.Options import get_directive_defaults
from setuptools import setup


def compiled(names, folder, **directives):
    """The modules of these names, to be compiled."""
    # Annotations are for type checkers: as C types they would turn NotImplemented into a TypeError.
    get_directive_defaults().update(auto_pickle=False, annotation_typing=False, **directives)
    sources = [f"{folder}/{name}.py" for name in names.split()]
    return cythonize(sources, build_dir="build", language_level=3)


extensions = [
    # A graph of Values has no cycles: tracked by the garbage collector, it would be slow for
    # nothing.  This must be set so: as a decorator or a header `no_gc` is ignored in silence.
    *compiled("primitives elementary node value sweeps", "autograd/core", no_gc=True),
    *compiled("context nested", "autograd/core", no_gc=False),  # closures may be in cycles
    *compiled("functions losses", "autograd", no_gc=False),
]
for extension in extensions:
    extension.optional = True  # without a compiler the installation succeeds, in plain Python

setup(ext_modules=extensions)
