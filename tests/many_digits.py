"""Real functions in as many digits as asked for: MPFR where gmpy2 is installed, else mpmath.

The names are mpmath's.  MPFR's numbers leave their range only beyond 10**323228496, and what has
no real value is NaN, where mpmath gives a complex number or raises: neither is finite.
"""

from types import SimpleNamespace

import mpmath

ELEMENTARY = "exp log expm1 log1p log10 sqrt sin cos tan tanh sinh cosh asin acos atan asinh acosh"


def of_mpfr(gmpy2):
    """What this folder uses of mpmath, by MPFR."""

    def workdps(digits):
        return gmpy2.context(gmpy2.get_context(), precision=int(3.3219281 * digits) + 4)

    return SimpleNamespace(
        **{name: getattr(gmpy2, name) for name in f"{ELEMENTARY} atanh erf erfc atan2".split()},
        name="MPFR",
        mpf=gmpy2.mpfr,
        mpc=gmpy2.mpc,
        workdps=workdps,
        isfinite=gmpy2.is_finite,
        nstr=lambda x, digits: f"{x:.{digits}g}",
        power=lambda a, b: a**b,
        fsum=lambda xs: gmpy2.fsum(list(xs)),
        hypot=lambda a, b: gmpy2.hypot(gmpy2.mpfr(a), b),
        sign=lambda x: gmpy2.mpfr(gmpy2.sign(x)),
        degrees=lambda x: x * 180 / gmpy2.const_pi(),
        radians=lambda x: x * gmpy2.const_pi() / 180,
    )


def arithmetic():
    """MPFR's functions, or mpmath itself."""
    try:
        import gmpy2
    except ImportError:
        mpmath.name = "mpmath"
        return mpmath
    return of_mpfr(gmpy2)
