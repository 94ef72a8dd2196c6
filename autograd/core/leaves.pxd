# C types for leaves.py, as in node.pxd.
import cython
from autograd.core.node cimport Node

cdef bint _plain
@cython.locals(v=Node, k=Py_ssize_t)
cpdef read(list leaves, double[::1] numbers, Py_ssize_t start=*)
@cython.locals(v=Node, k=Py_ssize_t, total=double, totals=list)
cpdef swept(list leaves, double[::1] slopes, Py_ssize_t start)
