# C types for sweeps.py, as in node.pxd.
import cython
from autograd.core.node cimport Node

cdef bint _plain

@cython.locals(v=Node, x=Node, number=double)
cpdef list _derivatives(list ys, list xs, list seeds, bint forward)
@cython.locals(v=Node, i=Py_ssize_t)
cdef _settle(list between, list before, list seen, list counts)
@cython.locals(v=Node, a=Node, b=Node)
cpdef wake(list ys, list chosen, list seen)
@cython.locals(v=Node, a=Node, b=Node, adjoint=double)
cpdef pull_back(list order)
@cython.locals(v=Node, a=Node, b=Node, tangent=double)
cpdef push_forward(list order)
