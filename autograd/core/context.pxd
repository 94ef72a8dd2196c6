# C types for context.py, as in node.pxd.
import cython

cdef object _look, _set

cdef class Scope:
    cdef readonly object derivative, formula, name, parent

cdef class Surroundings:
    cdef public object by_hand, lock, outer, scope, variables
    cdef public bint recording

@cython.locals(here=Surroundings)
cpdef current()
cpdef bint is_over(Surroundings here)
cpdef bint is_usual(Surroundings here)
