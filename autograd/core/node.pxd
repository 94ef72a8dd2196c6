# C types for node.py: with this file beside it Cython turns the same source into machine code.
# A node takes 96 bytes: 16 for the object's header, 32 for four numbers, 40 for five references,
# 8 for the count and the flag.  More, or a table of C methods, would leave the 96-byte class of
# Python's allocator.  Fields are public so that Python code sees them too.
import cython

cdef int _depth, _open_traces
cdef list _released

cdef class Node:
    cdef public int _count
    cdef public bint _reached
    cdef public double _grad, _da, _db
    cdef public Node _a, _b
    cdef public double _data
    cdef public object _primitive, _scope, _label

@cython.locals(v=Node, a=Node, b=Node, size=Py_ssize_t)
cdef descend(list stack, dict order)
@cython.locals(number=double)
cpdef double finite(object x) except? -1.0
cpdef bint tell_written(object v, object x) except -1
cdef bint _busy
@cython.locals(v=Node)
cpdef _forget(list order)
