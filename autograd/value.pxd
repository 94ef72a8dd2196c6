# C types for value.py: with this file beside it Cython turns the same source into machine code.
# A node takes 96 bytes: 16 for the object's header, 32 for four numbers, 48 for the rest.
import cython

cdef double NAN
cdef object _add, _mul, _exp, _relu, _reciprocal
cdef int _open_contexts
cdef int _depth
cdef list _released

@cython.final
cdef class Value:
    cdef public double _data, _grad, _da, _db
    cdef public Value _a, _b
    cdef public object _primitive, _scope, label
    cdef public int _count

@cython.locals(y=Value)
cdef Value node(object primitive, Value a, Value b, double data, double da, double db)
@cython.locals(v=Value, a=Value, b=Value, ready=Py_ssize_t)
cpdef list consumers_first(list roots)
@cython.locals(v=Value)
cpdef sweep(list order, double seed)
@cython.locals(v=Value, a=Value, b=Value, adjoint=double)
cpdef pull_back(list order)
@cython.locals(v=Value, a=Value, b=Value, tangent=double)
cpdef push_forward(list order)
@cython.locals(v=Value, x=Value, grad=double, number=double)
cpdef list derivatives(list ys, list xs, list seeds, bint forward=*)
@cython.locals(v=Value, a=Value, b=Value)
cpdef choose(list order, list chosen)
@cython.locals(v=Value)
cpdef list gradients_of(list order)
@cython.locals(v=Value, grad=double)
cpdef add_gradients(list before)
@cython.locals(v=Value, grad=double)
cpdef set_gradients(list order, list before)
@cython.locals(number=double)
cpdef double finite(object x) except? -1.0
@cython.locals(v=Value)
cpdef Value literal(object x)
cdef Value operand(object x)
cdef double partial(double d)
