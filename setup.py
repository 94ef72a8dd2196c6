"""Builds the engine as machine code where there is a C compiler; else it stays Python.

On free-threaded Python the compiled engine does not declare itself safe without the global lock,
so that importing it switches the lock on.  The plain engine needs none: recording changes no node
but its own, and a lock of ours lets one sweep at a time at the nodes' gradients and counts.
"""

from Cython.Build import cythonize
from Cython.Compiler.Options import get_directive_defaults
from setuptools import setup

# A graph of Values has no cycles: tracked by the garbage collector, it would be slow for nothing.
# This must be set here: as a decorator or a header `no_gc` is ignored in silence.
# Annotations are for type checkers: as C types they would turn NotImplemented into a TypeError.
get_directive_defaults().update(no_gc=True, auto_pickle=False, annotation_typing=False)

core = ("primitives", "elementary", "node", "value", "sweeps")
sources = [f"autograd/core/{name}.py" for name in core]
extensions = cythonize(sources, build_dir="build", language_level=3)
for extension in extensions:
    extension.optional = True  # without a compiler the installation succeeds, in plain Python

setup(ext_modules=extensions)
