# C types for context.py, as in node.pxd.
import cython

cdef object _look, _set
cdef set _noted

cdef class Scope:
    cdef public object composite, parent

cdef class Surroundings:
    cdef public object by_hand, lock, outer, scope, variables
    cdef public bint over, recording

@cython.locals(new=Surroundings)
cpdef Surroundings surroundings(object scope, bint recording, object variables, object outer)
@cython.locals(scope=Scope)
cpdef Surroundings part_of(object context, Surroundings outer)
@cython.locals(here=Surroundings)
cpdef Surroundings current()
cpdef Surroundings innermost(Surroundings here)
cpdef bint is_over(Surroundings here)
cpdef bint is_usual(Surroundings here)
@cython.locals(outer=Surroundings, inner=Surroundings)
cpdef within(object context, object function, tuple args)
