# C types for leaves.py, as in node.pxd.
import cython
from autograd.core.node cimport Node

@cython.locals(v=Node, k=Py_ssize_t)
cpdef read(list leaves, double[::1] numbers, Py_ssize_t start=*)
