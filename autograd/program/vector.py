"""The mathematical functions on lanes: each is a few formulae, written in operators.

Invariant: within 1 ulp of the truth (exp, log, log1p, sin, cos) or 2 (all others), over the whole
range: subnormal and huge numbers, both ends of the domain.  Outside of it the result is NaN or
infinite.  What does not fit one double is carried as two, `high + low`, the low one less than an
ulp of the high one (T. J. Dekker, 1971): that is where the last digits come from.
Polynomials are Taylor series, or, where told, from fdlibm (Sun Microsystems, 1993).
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from autograd.program.lanes import (
    Code,
    Lanes,
    bits,
    fma,
    greatest,
    least,
    sqrt,
    where,
    with_sign,
)
from autograd.program.reduction import PURE

Pair = tuple[Any, Any]  # a high and a low part


def parts(digits: str, count: int = 2) -> Any:
    """A number as a sum of floats, each the nearest to what is left."""
    rest, found = Fraction(digits), []
    for _ in range(count):
        found.append(float(rest))
        rest -= Fraction(found[-1])
    return tuple(found)


LN_2 = parts("0.693147180559945309417232121458176568075500134360255254")
ONE_BY_LN_2 = parts("1.44269504088896340735992468100189213742664595415299")
ONE_BY_LN_10 = parts("0.434294481903251827651128918916605082294397005803667")
LOG10_2 = parts("0.301029995663981195213738894724493026768189881462109")
HALF_PI = parts("1.57079632679489661923132169163975144209858469968755291", 3)
PI = parts("3.14159265358979323846264338327950288419716939937510582")
TWO_BY_SQRT_PI = parts("1.12837916709551257389615890312154517168810125865800")
# ln 2 once more, the high part so short that its product with an exponent is exact
LN_2_SHORT = 6.93147180369123816490e-01
LN_2_REST = parts(str(Fraction("0.693147180559945309417232121458176568") - Fraction(LN_2_SHORT)))
ROUND = 1.5 * 2.0**52  # x + ROUND - ROUND is x rounded; the integer is in the low bits of the sum
ONE = bits(1.0)
LAST = -746.0  # e^x is 0 below it, and e^x / 2 too large above the next
FIRST = 712.0
LARGE = 40.0  # from here on e^-x is nothing beside e^x
ZERO = 28.0  # and here e^(-x^2), and erfc x, are 0
HUGE = 2.0**500  # and here 1 is nothing beside x, whose square is still a number


def polynomial(x: Lanes, coefficients: Sequence[float]) -> Any:
    """c0 + c1 x + c2 x² + ..., added in pairs: a chain of length log n (Estrin)."""
    terms: list[Any] = list(coefficients)
    while len(terms) > 1:
        odd = terms.pop() if len(terms) % 2 else None
        pairs = zip(terms[::2], terms[1::2], strict=True)
        terms = [fma(b, x, a) for a, b in pairs] + ([] if odd is None else [odd])
        if len(terms) > 1:
            x = x * x
    return terms[0]


# --- sums and products in two parts ---


def two_sum(a: Any, b: Any) -> Pair:
    """a + b exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def quick_sum(a: Any, b: Any) -> Pair:
    """a + b exactly, where |a| >= |b|."""
    s = a + b
    return s, b - (s - a)


def product(a: Any, b: Any) -> Pair:
    """a * b exactly."""
    p = a * b
    return p, fma(a, b, -p)


def added(a: Pair, b: Pair) -> Pair:
    """The sum of two pairs."""
    s, low = two_sum(a[0], b[0])
    return quick_sum(s, low + (a[1] + b[1]))


def multiplied(a: Pair, b: Pair) -> Pair:
    """The product of two pairs."""
    p, low = product(a[0], b[0])
    return quick_sum(p, low + fma(a[0], b[1], a[1] * b[0]))


def divided(a: Pair, b: Pair, by: Any = None) -> Pair:
    """The quotient of two pairs; `by` is 1 / b to a few ulp: divisions take long."""
    by = 1.0 / b[0] if by is None else by
    q = a[0] * by
    rest = fma(-q, b[0], a[0]) + (a[1] - q * b[1])
    return quick_sum(q, rest * by)


def square_root(a: Pair) -> Pair:
    """The square root of a pair; of 0 it is 0."""
    r = sqrt(a[0])
    rest = (fma(-r, r, a[0]) + a[1]) / (r + r)
    return quick_sum(r, where(r.equals(0.0), 0.0, rest))


def negative(a: Pair) -> Pair:
    """The pair with the other sign."""
    return -a[0], -a[1]


def chosen(condition: Lanes, a: Pair, b: Pair) -> Pair:
    """One pair or the other, lane by lane."""
    return where(condition, a[0], b[0]), where(condition, a[1], b[1])


# --- powers of two ---


def scaled(y: Lanes, n: Lanes) -> Lanes:
    """y * 2^n in two steps, so that subnormal results and those near the largest are right."""
    half = n >> 1
    return (y * two_to(half)) * two_to(n - half)


def two_to(n: Lanes) -> Lanes:
    """2^n, n from -1022 to 1023."""
    return ((n << 52) + ONE).as_double()


def split(x: Lanes, least_m: float = math.sqrt(0.5)) -> tuple[Lanes, Lanes]:
    """m and the integer k with x = m 2^k, m from least_m to twice that; x > 0."""
    tiny = x < 2.0**-1022
    i = where(tiny, x * 2.0**54, x).as_integer()
    k = (i - bits(least_m)) >> 52
    return (i - (k << 52)).as_double(), k - where(tiny, _same(x, 54, "i64"), 0)


def _same(x: Lanes, number: float, kind: str = "double") -> Lanes:
    """The number in each lane."""
    return Lanes(x.code, x.code.constant(number, kind), kind)


# --- exponential functions: e^x = 2^n (1 + p) ---

EXP = [1.0 / math.factorial(k) for k in range(2, 14)]  # of (e^r - 1 - r) / r^2


def _exponent(x: Lanes) -> tuple[Lanes, Lanes, Lanes]:
    """x within the range where e^x is neither 0 nor too large; x / ln 2 rounded, as both kinds."""
    x = _at_most(x, FIRST)
    x = where(x < LAST, LAST, x)
    sum_ = fma(x, ONE_BY_LN_2[0], ROUND)
    return x, sum_ - ROUND, sum_.as_integer() - bits(ROUND)


def exp(x: Lanes) -> Lanes:
    """e^x."""
    near, n, i = _exponent(x)
    r = fma(n, -LN_2_REST[0], fma(n, -LN_2_SHORT, near))
    return scaled(1.0 + fma(r * r, polynomial(r, EXP), r), i)


def exp_parts(x: Lanes, low: Any = 0.0) -> tuple[Pair, Lanes]:
    """p and the integer n with e^(x + low) = 2^n (1 + p); p is small where x is."""
    near, n, i = _exponent(x)
    ph, pl = product(n, LN_2_REST[0])
    r, rest = two_sum(fma(n, -LN_2_SHORT, near), -ph)
    r, rest = two_sum(r, rest - fma(n, LN_2_REST[1], pl) + low)
    square, square_rest = product(r, r)
    s, s_rest = quick_sum(r, 0.5 * square)
    cubic = (r * square) * polynomial(r, EXP[1:])
    tail = s_rest + (cubic + fma(0.5, square_rest, fma(rest, r, rest)))
    return quick_sum(s, tail), i


def exp_pair(x: Lanes, low: Any = 0.0) -> tuple[Pair, Lanes]:
    """m and the integer n with e^(x + low) = 2^n m."""
    p, n = exp_parts(x, low)
    s, rest = quick_sum(1.0, p[0])
    return quick_sum(s, rest + p[1]), n


def gaussian_pair(a: Lanes) -> tuple[Pair, Lanes]:
    """m and the integer n with e^(-a^2) = 2^n m, right to a third of an ulp; |a| < 30."""
    square, square_rest = product(a, a)
    near, n, i = _exponent(-square)
    r = fma(n, -LN_2_REST[0], fma(n, -LN_2_SHORT, near))
    r, lost = quick_sum(r, -square_rest)
    s, rest = quick_sum(1.0, r)
    return quick_sum(s, rest + fma(r * r, polynomial(r, EXP), lost)), i


def expm1_pair(x: Lanes) -> Pair:
    """e^x - 1 in two parts, for x up to about 700."""
    p, n = exp_parts(x)
    power = scaled(_same(x, 1.0), n)
    whole = added((p[0] * power, p[1] * power), (power - 1.0, 0.0))
    return chosen(n.equals(0), p, whole)


def expm1(x: Lanes) -> Lanes:
    """e^x - 1."""
    y = where(x > LARGE, exp(x), expm1_pair(x)[0])
    return where(x.equals(0.0), x, where(x.is_nan(), x, y))


def sinh(x: Lanes) -> Lanes:
    """(e^x - e^-x) / 2."""
    a = abs(x)
    t = expm1_pair(a)
    small = added(t, divided(t, added((1.0, 0.0), t)))[0] * 0.5
    return _odd(x, where(a > LARGE, _half_exp(a), small))


def cosh(x: Lanes) -> Lanes:
    """(e^x + e^-x) / 2."""
    a = abs(x)
    m, n = exp_pair(a)
    e = scaled(m[0], n), scaled(m[1], n)
    small = added(e, divided((1.0, 0.0), e))[0] * 0.5
    return where(x.is_nan(), x, where(a > LARGE, _half_exp(a), small))


def _half_exp(a: Lanes) -> Lanes:
    """e^a / 2, which may be a number where e^a is none."""
    m, n = exp_pair(a)
    return scaled(m[0], n - 1)


def tanh(x: Lanes) -> Lanes:
    """(e^2x - 1) / (e^2x + 1)."""
    t = expm1_pair(2.0 * least(abs(x), LARGE))
    return _odd(x, divided(t, added(t, (2.0, 0.0)))[0])


def sech(x: Lanes) -> Lanes:
    """1 / cosh x = 2 e / (1 + e^2), e = e^-|x|."""
    m, n = exp_pair(-abs(x))
    e = scaled(m[0], n), scaled(m[1], n)
    y = divided(m, added((1.0, 0.0), multiplied(e, e)))[0]
    return where(x.is_nan(), x, scaled(y, n + 1))


def gaussian(x: Lanes) -> Lanes:
    """e^(-x^2)."""
    m, n = gaussian_pair(_at_most(abs(x), ZERO))
    return scaled(m[0], n)


def _at_most(x: Lanes, bound: float) -> Lanes:
    """The smaller of the two; NaN where x is NaN."""
    return where(x > bound, bound, x)


def _odd(x: Lanes, y: Lanes) -> Lanes:
    """A function's value at |x| as that at x: the sign is x's, and x itself where x is 0 or NaN."""
    return where(x.is_nan(), x, with_sign(y, x))


# --- logarithms: of m 2^k ---

LOG = [  # fdlibm: of (log(1+f) - 2s) / s, s = f / (2 + f), in s^2
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
]
ATANH = [1.0 / k for k in range(5, 27, 2)]  # of (atanh s - s - s^3/3) / s^5, in s^2
THIRD = parts("1/3")


def _near_1(f: Lanes, k: Any, rest: Any = None) -> Lanes:
    """log(1 + f) + k ln 2 + rest, rounded as seldom as can be (fdlibm)."""
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    low = k * LN_2_REST[0] if rest is None else fma(k, LN_2_REST[0], rest)
    tail = fma(s, half + z * polynomial(z, LOG), low)
    y: Lanes = k * LN_2_SHORT - ((half - tail) - f)
    return y


def _logarithm(x: Lanes, y: Lanes) -> Lanes:
    """y, and what the logarithm is at the ends and outside of its domain."""
    y = where(x.equals(0.0), -math.inf, where(x.equals(math.inf), x, y))
    return where(x >= 0.0, y, math.nan)


def log(x: Lanes) -> Lanes:
    """The natural logarithm."""
    m, k = split(x)
    return _logarithm(x, _near_1(m - 1.0, k.to_double()))


def log1p(x: Lanes) -> Lanes:
    """log(1 + x)."""
    u, lost = two_sum(1.0, x)
    m, i = split(u)
    small = abs(x) < 0.29
    k = where(small, 0.0, i.to_double())
    y = _near_1(where(small, x, m - 1.0), k, where(small, 0.0, lost / u))
    return where(x.equals(0.0), x, _logarithm(u, y))


def log_parts(f: Pair) -> Pair:
    """log(1 + f) in two parts; |f| < 0.42."""
    den = two_sum(2.0, f[0])
    s = divided(f, quick_sum(den[0], den[1] + f[1]))
    z = multiplied(s, s)
    w = multiplied(z, (THIRD[0], THIRD[1]))
    w = quick_sum(w[0], w[1] + (z[0] * z[0]) * polynomial(z[0], ATANH))
    y = multiplied(s, w)
    total = added(s, y)
    return 2.0 * total[0], 2.0 * total[1]


def _log_pair(x: Lanes) -> tuple[Pair, Lanes]:
    """log m in two parts, and k; x = m 2^k."""
    m, k = split(x)
    return log_parts((m - 1.0, 0.0)), k.to_double()


def _with_exponent(y: Pair, k: Lanes) -> Pair:
    """y + k ln 2."""
    low = product(k, LN_2_REST[0])
    return added(added((k * LN_2_SHORT, 0.0), low), y)


def log2(x: Lanes) -> Lanes:
    """The logarithm to base 2: an integer where x is a power of 2."""
    y, k = _log_pair(x)
    return _logarithm(x, added((k, 0.0), multiplied(y, ONE_BY_LN_2))[0])


def log10(x: Lanes) -> Lanes:
    """The logarithm to base 10."""
    y, k = _log_pair(x)
    y = added(multiplied((k, 0.0), LOG10_2), multiplied(y, ONE_BY_LN_10))
    return _logarithm(x, y[0])


def _log1p_pair(u: Pair) -> Pair:
    """log(1 + u), u >= 0 in two parts."""
    small = u[0] < 0.29
    v = two_sum(1.0, u[0])
    v = quick_sum(v[0], v[1] + u[1])
    m, k = split(v[0])
    f = two_sum(m - 1.0, scaled(v[1], _same(m, 0, "i64") - k))
    y = log_parts(chosen(small, u, f))
    return _with_exponent(y, where(small, 0.0, k.to_double()))


def asinh(x: Lanes) -> Lanes:
    """log(a + sqrt(a^2 + 1)) = log1p(a + a^2 / (1 + sqrt(a^2 + 1))), a = |x|."""
    a = abs(x)
    square = product(a, a)
    root = square_root(added(square, (1.0, 0.0)))
    u = added((a, 0.0), divided(square, added(root, (1.0, 0.0))))
    y = where(a < 2.0**-500, a, _log1p_pair(u)[0])
    return _odd(x, where(a > HUGE, log(a) + LN_2[0], y))


def acosh(x: Lanes) -> Lanes:
    """log(x + sqrt(x^2 - 1)) = log1p(t + sqrt(t (t + 2))), t = x - 1."""
    t = two_sum(x, -1.0)
    u = added(t, square_root(multiplied(t, added(t, (2.0, 0.0)))))
    y = where(x > HUGE, log(x) + LN_2[0], _log1p_pair(u)[0])
    return where(x >= 1.0, y, math.nan)


def atanh(x: Lanes) -> Lanes:
    """log((1 + a) / (1 - a)) / 2 = log1p(2 a / (1 - a)) / 2, a = |x|."""
    a = abs(x)
    u = divided((a + a, 0.0), two_sum(1.0, -a))
    y = 0.5 * _log1p_pair(u)[0]
    y = where(a.equals(1.0), math.inf, where(a > 1.0, math.nan, y))
    return _odd(x, y)


def logaddexp(a: Lanes, b: Lanes) -> Lanes:
    """log(e^a + e^b)."""
    return where(b > a, b, a) + log1p(exp(-abs(a - b)))


def power(a: Lanes, b: Lanes) -> Lanes:
    """a^b = e^(b log a); 0^0 is 1; NaN where a < 0 and b is no integer."""
    y, k = _log_pair(abs(a))
    y = _with_exponent(y, k)
    ph, pl = product(b, y[0])
    m, n = exp_pair(ph, fma(b, y[1], pl))
    size = where(ph < LAST, 0.0, scaled(m[0], n))
    size = where(a.equals(0.0), where(b < 0.0, math.inf, 0.0), size)
    size = where(ph > FIRST, where(a.equals(0.0), size, math.inf), size)
    whole = b.code.intrinsic("floor", b).equals(b)
    half = 0.5 * b
    even = b.code.intrinsic("floor", half).equals(half)
    signed = where(even, size, with_sign(size, a))
    y_ = where(a < 0.0, where(whole, signed, math.nan), where(whole, signed, size))
    y_ = where(b.equals(0.0), 1.0, where(abs(a).equals(1.0), where(a > 0.0, 1.0, y_), y_))
    return where(a.is_nan(), a, where(b.is_nan(), b, y_))


# --- circular functions: of r = x - n pi/2 ---

SIN = [  # fdlibm: of (sin r - r) / r^3, in r^2
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
]
COS = [  # fdlibm: of (cos r - 1 + r^2/2) / r^4, in r^2
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
]
FAR = 2.0**40  # from here on three parts of pi/2 are not enough


def _circle(x: Lanes) -> tuple[Lanes, Pair, Pair]:
    """The quarter of the circle, and there sine and cosine of the angle in it, in two parts.

    n * HALF_PI[0] and x are multiples of the same power of 2 and nearly equal: the first fma is
    exact.  The next two parts of pi/2 leave an error below 2^-120; no double below FAR is nearer
    than 2^-60 to a multiple of pi/2.
    """
    sum_ = fma(x, 2.0 / math.pi, ROUND)
    n = sum_ - ROUND
    ph, pl = product(n, HALF_PI[1])
    r, rest = two_sum(fma(n, -HALF_PI[0], x), -ph)
    near = quick_sum(r, fma(n, -HALF_PI[2], rest - pl))
    quarter, (r, rest) = _or_far(x, sum_.as_integer(), near)
    z = r * r
    sine = quick_sum(r, fma(z * r, polynomial(z, SIN), fma(z * -0.5, rest, rest)))
    half = 0.5 * z
    w = 1.0 - half
    cosine = quick_sum(w, ((1.0 - w) - half) + fma(z * z, polynomial(z, COS), -(r * rest)))
    return quarter, sine, cosine


def _or_far(x: Lanes, quarter: Lanes, near: Pair) -> tuple[Lanes, Pair]:
    """Quarter and angle, by `@turns` in the lanes that are FAR; called where there is one."""
    code = x.code
    n, t, integers = code.lanes, code.types["double"], code.types["i64"]
    usual = abs(x) < FAR
    code.lines += [
        f"%usual = bitcast <{n} x i1> {usual.name} to i{n}",
        f"%all = icmp eq i{n} %usual, -1",
        "br label %before\nbefore:\nbr i1 %all, label %here, label %beyond\nbeyond:",
        f"%far = call {{{integers}, {t}, {t}}} @turns({t} {x.name})",
        *(f"%far{i} = extractvalue {{{integers}, {t}, {t}}} %far, {i}" for i in range(3)),
    ]
    rests = Lanes(code, "%far1"), Lanes(code, "%far2")
    r, rest = chosen(usual, near, multiplied(rests, (HALF_PI[0], HALF_PI[1])))
    turned = where(usual, quarter, Lanes(code, "%far0", "i64"))
    code.lines.append("br label %here\nhere:")

    def either(a: Lanes, b: Lanes) -> Lanes:
        names = f"[ {a.name}, %before ], [ {b.name}, %beyond ]"
        return code.line(f"phi {code.types[a.kind]} {names}", a.kind)

    return either(quarter, turned), (either(near[0], r), either(near[1], rest))


def _turned(y: Lanes, quarter: Lanes) -> Lanes:
    """y with the other sign in the third and fourth quarter."""
    return (y.as_integer() ^ ((quarter & 2) << 62)).as_double()


def _odd_quarter(quarter: Lanes) -> Lanes:
    return (quarter & 1).equals(1)


def sin(x: Lanes) -> Lanes:
    """The sine."""
    quarter, s, c = _circle(x)
    y = _turned(where(_odd_quarter(quarter), c[0], s[0]), quarter)
    return where(x.equals(0.0), x, y)


def cos(x: Lanes) -> Lanes:
    """The cosine."""
    quarter, s, c = _circle(x)
    return _turned(where(_odd_quarter(quarter), s[0], c[0]), quarter + 1)


def tan(x: Lanes) -> Lanes:
    """The sine over the cosine."""
    quarter, s, c = _circle(x)
    odd = _odd_quarter(quarter)
    y = divided(chosen(odd, negative(c), s), chosen(odd, s, c))[0]
    return where(x.equals(0.0), x, y)


# --- angles ---

ATAN = [  # fdlibm: of (t - atan t) / t^3, in t^2; |t| < 7/16
    3.33333333333329318027e-01,
    -1.99999999998764832476e-01,
    1.42857142725034663711e-01,
    -1.11111104054623557880e-01,
    9.09088713343650656196e-02,
    -7.69187620504482999495e-02,
    6.66107313738753120669e-02,
    -5.83357013379057348645e-02,
    4.97687799461593236017e-02,
    -3.65315727442169155270e-02,
    1.62858201153657823623e-02,
]
STATIONS = [  # from this quotient on, measure from the angle whose tangent is the next; that angle
    (7 / 16, 0.5, parts("0.463647609000806116214256231461214402028537054286")),
    (11 / 16, 1.0, parts("0.785398163397448309615660845819875721049292349844")),
    (19 / 16, 1.5, parts("0.982793723247329067985710611014666014496877453632")),
]
STEEP = 39 / 16  # and here from the right angle


def _angle(y: Pair, x: Pair) -> Pair:
    """The angle of the point (x, y), both >= 0 and not huge, in two parts."""
    c: Any = _same(x[0], 0.0)
    start: Pair = (c, c)
    for bound, tangent, angle in STATIONS:
        beyond = y[0] > bound * x[0]
        c = where(beyond, tangent, c)
        start = chosen(beyond, angle, start)
    steep = y[0] > STEEP * x[0]
    start = chosen(steep, (HALF_PI[0], HALF_PI[1]), start)
    over = added(y, negative(multiplied((c, 0.0), x)))  # tan(angle - start) is over / under
    under = added(x, multiplied((c, 0.0), y))
    t = divided(chosen(steep, negative(x), over), chosen(steep, y, under))
    z = t[0] * t[0]
    s, rest = two_sum(start[0], t[0])
    return quick_sum(s, rest + (start[1] + (t[1] - (t[0] * z) * polynomial(z, ATAN))))


def _half_plane(y: Pair, x: Lanes, angle: Pair) -> Lanes:
    """The angle of the point (x, |y|), given that of (|x|, |y|)."""
    return where(x < 0.0, added(PI, negative(angle))[0], angle[0])


def atan(x: Lanes) -> Lanes:
    """The angle whose tangent is x."""
    a = least(abs(x), HUGE)
    return _odd(x, _angle((a, 0.0), (_same(a, 1.0), 0.0))[0])


def atan2(y: Lanes, x: Lanes) -> Lanes:
    """The angle of the point (x, y), from -pi to pi; that of (0, 0) is 0, or pi for x = -0."""
    a, b = abs(y), abs(x)
    n = _scale(greatest(a, b))
    a, b = a * n, b * n
    angle = _angle((a, 0.0), (b, 0.0))
    small = (a < b * 2.0**-500) & (x > 0.0)
    nowhere = greatest(a, b).equals(0.0)
    negative_x = with_sign(_same(b, 1.0), x)
    angle = chosen(nowhere, (_same(b, 0.0), _same(b, 0.0)), angle)
    size = where(small, a / b, _half_plane((a, 0.0), negative_x, angle))
    return where(x.is_nan(), x, _odd(y, size))


def _scale(x: Lanes) -> Lanes:
    """A power of 2 whose product with x is from 1 to 16, or less where x is subnormal."""
    exponent = (least(x, 2.0**1020).as_integer() >> 52) - 1023
    return two_to(_same(x, 0, "i64") - exponent)


def _cathetus(x: Lanes) -> Pair:
    """sqrt(1 - x^2) in two parts, NaN where |x| > 1."""
    return square_root(added((1.0, 0.0), negative(product(x, x))))


def asin(x: Lanes) -> Lanes:
    """The angle whose sine is x."""
    a = abs(x)
    return _odd(x, where(a > 1.0, math.nan, _angle((a, 0.0), _cathetus(a))[0]))


def acos(x: Lanes) -> Lanes:
    """The angle whose cosine is x."""
    a = abs(x)
    root = _cathetus(a)
    return where(a <= 1.0, _half_plane(root, x, _angle(root, (a, 0.0))), math.nan)


def hypot(a: Lanes, b: Lanes) -> Lanes:
    """sqrt(a^2 + b^2)."""
    n = _scale(greatest(abs(a), abs(b)))
    x, y = a * n, b * n
    root = square_root(added(product(x, x), product(y, y)))[0]
    return where((a + b).is_nan(), a + b, root / n)


# --- the error function ---

ERF = [(-1.0) ** k / (math.factorial(k) * (2 * k + 1)) for k in range(1, 15)]  # erf x / (...x) - 1
ERFCX = [  # of (e^(a^2) erfc(a) (1 + 2a) - ERFCX_0) / q in q = (a-4)/(a+4), 0 <= a <= 28
    -0.1396211168405625,
    0.015379652102620111,
    0.06809705425469303,
    -0.10103906603632955,
    0.09373283499833329,
    -0.06633036581154421,
    0.03716751553787908,
    -0.016197734067039865,
    0.005031969972225688,
    -0.0007577732147971718,
    -0.00019925664291065565,
    0.00015062131217624512,
    -2.4399505458525544e-05,
    -1.1220902504340601e-05,
    5.710769473216913e-06,
    2.916445562939141e-07,
    -8.277591913537945e-07,
    7.703495881102781e-08,
    1.1328048304274549e-07,
    -1.9106294487779176e-08,
    -1.660879467182853e-08,
    1.6868082625932292e-09,
    2.1031095817570338e-09,
    2.9111659955327447e-10,
]
# and that in the middle, a = 4: all interpolated at 50 digits
ERFCX_0 = parts("1.232995118625552508833620614458836")


def _erfc_pair(a: Lanes) -> tuple[Pair, Lanes]:
    """m and the integer n with erfc(a) = 2^n m, 0 <= a <= 28."""
    above, under = two_sum(a, 4.0), two_sum(1.0, 2.0 * a)
    both = 1.0 / (above[0] * under[0])
    q = divided(two_sum(a, -4.0), above, both * under[0])
    slope = polynomial(q[0], ERFCX)
    p, rest = product(q[0], slope)
    w, low = quick_sum(ERFCX_0[0], p)
    w = w, low + (rest + fma(q[1], slope, ERFCX_0[1]))
    m, n = gaussian_pair(a)
    return divided(multiplied(m, w), under, both * above[0]), n


def erfc(x: Lanes) -> Lanes:
    """1 - erf x, to the last digit where it is small."""
    m, n = _erfc_pair(_at_most(abs(x), ZERO))
    y = scaled(m[0], n)
    return where(x < 0.0, 2.0 - y, y)


def _erf_near_0(a: Lanes) -> Pair:
    """erf(a) in two parts, a < 1/2."""
    z = a * a
    first = multiplied((a, 0.0), TWO_BY_SQRT_PI)
    return quick_sum(first[0], fma(first[0], z * polynomial(z, ERF), first[1]))


def erf(x: Lanes) -> Lanes:
    """2/sqrt(pi) times the integral of e^(-t^2) from 0 to x."""
    a = least(abs(x), ZERO)
    m, n = _erfc_pair(a)
    large = added((1.0, 0.0), negative((scaled(m[0], n), scaled(m[1], n))))[0]
    return _odd(x, where(a < 0.5, _erf_near_0(a)[0], large))


# --- as text ---

EXPONENTIAL = (exp, expm1, sinh, cosh, tanh, sech, gaussian)
LOGARITHMIC = (log, log1p, log2, log10, asinh, acosh, atanh)
CIRCULAR = (sin, cos, tan, asin, acos, atan)
ONE_OPERAND = (*EXPONENTIAL, *LOGARITHMIC, *CIRCULAR, erf, erfc)
TWO_OPERANDS = (logaddexp, power, atan2, hypot)
FUNCTIONS = {f.__name__: f for f in (*ONE_OPERAND, *TWO_OPERANDS)}
BEYOND = {"sin", "cos", "tan"}


def definition(name: str, lanes: int, inline: bool) -> tuple[str, dict[str, str]]:
    """The text of `@own_NAME`, a function on lanes, and the declarations that it needs.

    Of those in BEYOND, it calls `@turns`.
    """
    code = Code(lanes)
    t = code.types["double"]
    operands = [Lanes(code, v) for v in ("%x", "%y")[: 2 if FUNCTIONS[name] in TWO_OPERANDS else 1]]
    result = FUNCTIONS[name](*operands)
    how = "alwaysinline" if inline else "noinline"
    given = ", ".join(f"{t} {x.name}" for x in operands)
    head = f"define internal {t} @own_{name}({given}) {how} {PURE} {{"
    return "\n".join([head, *code.lines, f"ret {t} {result.name}", "}\n"]), code.declared


def lane_by_lane(name: str, function: str, operands: int, lanes: int) -> str:
    """The text of `@lanes_NAME`: a function of doubles called for each lane."""
    t = f"<{lanes} x double>"
    letters = "xy"[:operands]
    lines, last = [], "poison"
    for i in range(lanes):
        for v in letters:
            lines.append(f"%{v}{i} = extractelement {t} %{v}, i32 {i}")
        given = ", ".join(f"double %{v}{i}" for v in letters)
        lines.append(f"%r{i} = call double @{function}({given})")
        lines.append(f"%s{i} = insertelement {t} {last}, double %r{i}, i32 {i}")
        last = f"%s{i}"
    head = f"define internal {t} @lanes_{name}({', '.join(f'{t} %{v}' for v in letters)})"
    return "\n".join([f"{head} noinline {PURE} {{", *lines, f"ret {t} {last}", "}\n"])
