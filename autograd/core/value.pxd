# C types for value.py, as in node.pxd.
import cython
from autograd.core.context cimport Surroundings, current, get_ident, is_over, value_of
from autograd.core.node cimport Node, finite, tell_written
from autograd.core.primitives cimport Primitive

cdef object _add, _mul, _exp, _relu, _reciprocal, _divide, _power, _tanh, _maximum
cdef set open_contexts
cdef object surrounding
cdef bint _plain
cdef double nan
cdef int LITERAL

cdef extern from "math.h":  # what Python's module calls too
    cpdef double e_to "exp" (double x)
    cpdef double log (double x)
    cpdef double tanh (double x)

@cython.final
cdef class Value(Node):
    pass

@cython.locals(d=double, y=double)
cdef Value quotient(Value a, Value b)
@cython.locals(d=double, by_exponent=double)
cdef Value raised(Value a, Value b)
@cython.locals(y=double)
cdef Value exponential(Value a)
@cython.locals(y=double)
cdef Value inverse(Value a)
@cython.locals(e=double, s=double)
cdef Value hyperbolic(Value a)
@cython.locals(share=double)
cdef Value larger(Value a, Value b)
@cython.locals(numbers=tuple, y=double)
cpdef Value as_declared(Primitive primitive, Value a, Value b=*)
@cython.locals(y=Value, here=Surroundings)
cdef Value new_node(object primitive, Value a, Value b, double data, double da, double db)
@cython.locals(v=Node, a=Node, b=Node, adjoint=double, grad=double, due=Py_ssize_t)
cpdef sweep(Node root, double seed)
@cython.locals(v=Value)
cpdef Value literal(object x)
cdef Value operand(object x)
