# C types for context.py, as in node.pxd.  Of a name that a C function has here and Python's in the
# source, machine code takes the C function.
import cython

cdef extern from "pythread.h":
    cpdef unsigned long get_ident "PyThread_get_thread_ident" ()

cdef extern from *:
    """
    static inline PyObject *autograd_value_of(PyObject *variable) {
        PyObject *value;
        return PyContextVar_Get(variable, NULL, &value) < 0 ? NULL : value;
    }
    """
    cpdef object value_of "autograd_value_of" (object variable)

cdef object _here
cdef set _noted

cdef class Scope:
    cdef public object composite, parent

cdef class Surroundings:
    cdef public object by_hand, lock, opened, outer, scope, variables
    cdef public bint recording
    cdef public unsigned long thread

@cython.locals(new=Surroundings)
cpdef Surroundings surroundings(object scope, bint recording, object variables, object outer)
@cython.locals(scope=Scope)
cpdef Scope part_of(object composite, object parent)
@cython.locals(here=Surroundings, theirs=Surroundings)
cpdef Surroundings current()
cpdef bint is_over(Surroundings here)
cpdef bint is_usual(Surroundings here)
cpdef within(object context, object function, tuple args)
@cython.locals(here=Surroundings, alone=bint)
cpdef use(object composite, object function, tuple args)
