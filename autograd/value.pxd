# C types for value.py: with this file beside it Cython turns the same source into machine code.
# A node takes 96 bytes: 16 for the object's header, 32 for four numbers, 40 for five references,
# 8 for the count and the flag.  More, or a table of C methods, would leave the 96-byte class of
# Python's allocator.  Fields are public so that Python code sees them too.
import cython

cdef object _add, _mul, _exp, _relu, _reciprocal
cdef int _open_contexts
cdef int _depth
cdef list _released

@cython.final
cdef class Value:
    cdef public double _data, _grad, _da, _db
    cdef public Value _a, _b
    cdef public object _primitive, _scope, _label
    cdef public int _count
    cdef public bint _reached

@cython.locals(y=Value)
cdef Value node(object primitive, Value a, Value b, double data, double da, double db)
@cython.locals(v=Value, a=Value, b=Value, adjoint=double, grad=double, due=Py_ssize_t, counted=bint)
cdef sweep(Value root, double seed)
@cython.locals(v=Value, a=Value, b=Value, size=Py_ssize_t)
cdef descend(list stack, dict order)
@cython.locals(number=double)
cpdef double finite(object x) except? -1.0
@cython.locals(v=Value)
cpdef Value literal(object x)
cdef Value operand(object x)
cdef double finite_or_nan(double d)
