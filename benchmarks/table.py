"""Forty functions to differentiate, each written once for any library with the functions it needs.

A row is a name, `f(m, x)` and a point: m brings exp, log, ... and x is a sequence of numbers.  The
first part returns one number, the second a list.
"""

import math
from typing import Any


def total(terms: Any) -> Any:
    first, *rest = terms
    for term in rest:
        first = first + term
    return first


def inner(a: Any, b: Any) -> Any:
    return total([x * y for x, y in zip(a, b, strict=True)])


def points(n: int, low: float, high: float) -> list[float]:
    """n numbers between low and high, well spread and always the same."""
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    return [low + (high - low) * ((0.5 + i * golden) % 1.0) for i in range(n)]


def rosenbrock(m: Any, x: Any) -> Any:
    pairs = [(x[i], x[i + 1]) for i in range(len(x) - 1)]
    return total([100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairs])


ROWS = [
    [math.sin(3.0 * i), math.cos(5.0 * i), math.sin(7.0 * i + 1.0), float(i % 3 == 0)]
    for i in range(12)
]


def logistic_regression(m: Any, w: Any) -> Any:
    scores = [(w[0] + inner(w[1:], row[:3]), row[3]) for row in ROWS]
    return total([m.softplus(z) - t * z for z, t in scores]) / float(len(ROWS))


def normal(m: Any, x: Any) -> Any:
    return 0.5 * m.erfc(-math.sqrt(0.5) * x)


def black_scholes(m: Any, x: Any) -> Any:
    spot, strike, rate, volatility, time = x
    root = volatility * m.sqrt(time)
    d = (m.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / root
    return spot * normal(m, d) - strike * m.exp(-rate * time) * normal(m, d - root)


def three_bodies(m: Any, x: Any) -> Any:
    masses = [1.0, 0.5, 0.25]
    at = [x[3 * i : 3 * i + 3] for i in range(3)]
    energy = []
    for i in range(3):
        for j in range(i):
            square = total([(a - b) ** 2 for a, b in zip(at[i], at[j], strict=True)])
            energy.append(-masses[i] * masses[j] / m.sqrt(square))
    return total(energy)


def lennard_jones(m: Any, x: Any) -> Any:
    at = [x[3 * i : 3 * i + 3] for i in range(4)]
    energy = []
    for i in range(4):
        for j in range(i):
            square = total([(a - b) ** 2 for a, b in zip(at[i], at[j], strict=True)])
            s = 1.0 / square**3
            energy.append(4.0 * (s * s - s))
    return total(energy)


def logsumexp(m: Any, x: Any) -> Any:
    return m.log(total([m.exp(v) for v in x]))


def network(m: Any, w: Any) -> Any:
    """A 2-3-1 network of tanh, squared error over four points."""
    loss = []
    for a, b, t in ((0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0), (-0.5, 0.5, 0.3)):
        hidden = [m.tanh(w[3 * i] * a + w[3 * i + 1] * b + w[3 * i + 2]) for i in range(3)]
        loss.append((inner(hidden, w[9:12]) + w[12] - t) ** 2)
    return 0.5 * total(loss)


def cross_entropy(m: Any, x: Any) -> Any:
    return logsumexp(m, x) - x[2]


def horner(m: Any, x: Any) -> Any:
    y = 1.0
    for c in (0.3, -1.2, 0.7, 2.0, -0.4, 0.1):
        y = y * x[0] + c
    return y


def chebyshev(m: Any, x: Any) -> Any:
    a, b = 1.0, x[0]
    for _ in range(17):
        a, b = b, 2.0 * x[0] * b - a
    return b


def newton_root(m: Any, x: Any) -> Any:
    y = x[0]
    for _ in range(7):
        y = 0.5 * (y + x[0] / y)
    return y


def pendulum(m: Any, x: Any) -> Any:
    angle, speed, length = x
    for _ in range(20):
        speed = speed - 0.05 * 9.81 / length * m.sin(angle)
        angle = angle + 0.05 * speed
    return angle


def logistic_map(m: Any, x: Any) -> Any:
    rate, y = x
    for _ in range(12):
        y = rate * y * (1.0 - y)
    return y


def determinant(m: Any, x: Any) -> Any:
    a, b, c, d, e, f, g, h, i = x
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def gaussian_likelihood(m: Any, x: Any) -> Any:
    mean, spread = x[0], m.exp(x[1])
    data = points(12, -1.0, 3.0)
    return total([0.5 * ((v - mean) / spread) ** 2 + x[1] for v in data])


def mixture(m: Any, x: Any) -> Any:
    p = m.sigmoid(x[4])
    terms = []
    for v in points(8, -2.0, 4.0):
        a = p * m.exp(-0.5 * ((v - x[0]) / x[1]) ** 2) / x[1]
        b = (1.0 - p) * m.exp(-0.5 * ((v - x[2]) / x[3]) ** 2) / x[3]
        terms.append(-m.log(a + b))
    return total(terms)


def himmelblau(m: Any, x: Any) -> Any:
    return (x[0] ** 2 + x[1] - 11.0) ** 2 + (x[0] + x[1] ** 2 - 7.0) ** 2


def ackley(m: Any, x: Any) -> Any:
    n = float(len(x))
    spread = m.sqrt(total([v * v for v in x]) / n)
    waves = total([m.cos(2.0 * math.pi * v) for v in x]) / n
    return -20.0 * m.exp(-0.2 * spread) - m.exp(waves) + 20.0 + math.e


def rastrigin(m: Any, x: Any) -> Any:
    return total([10.0 + v * v - 10.0 * m.cos(2.0 * math.pi * v) for v in x])


def beale(m: Any, x: Any) -> Any:
    a, b = x
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


def griewank(m: Any, x: Any) -> Any:
    waves = 1.0
    for i, v in enumerate(x):
        waves = waves * m.cos(v / math.sqrt(i + 1.0))
    return 1.0 + total([v * v for v in x]) / 4000.0 - waves


def bessel(m: Any, x: Any) -> Any:
    """The power series of the Bessel function J0."""
    y = term = 1.0
    for k in range(1, 15):
        term = term * x[0] * x[0] * (-0.25 / (k * k))
        y = y + term
    return y


def softplus_chain(m: Any, x: Any) -> Any:
    y = x[0]
    for w in x[1:]:
        y = m.softplus(w * y + 0.1)
    return y


def annuity(m: Any, x: Any) -> Any:
    return total([x[1] * m.exp(-x[0] * float(year)) for year in range(1, 21)])


def van_der_waals(m: Any, x: Any) -> Any:
    temperature, volume, a, b = x
    return 8.314 * temperature / (volume - b) - a / volume**2


SCALAR = [
    ("square", lambda m, x: x[0] * x[0] + 3.0 * x[0], [1.5]),
    ("exp of sine", lambda m, x: m.exp(m.sin(x[0])), [0.7]),
    ("power tower", lambda m, x: x[0] ** x[1], [1.7, 2.3]),
    ("tan and log", lambda m, x: m.tan(x[0]) * m.log(x[1]), [0.4, 2.5]),
    ("log1p of expm1", lambda m, x: m.log1p(m.expm1(x[0]) ** 2), [0.3]),
    ("reciprocals", lambda m, x: 1.0 / (1.0 + 1.0 / (x[0] + 1.0 / x[1])), [0.8, -1.7]),
    ("norm", lambda m, x: m.sqrt(inner(x, x)), points(6, -1.0, 2.0)),
    ("product", lambda m, x: x[0] * x[1] * x[2] * x[3] * x[4], points(5, 0.5, 2.0)),
    ("Rosenbrock, 20 dimensions", rosenbrock, points(20, -1.5, 1.5)),
    ("logistic regression", logistic_regression, [0.1, -0.4, 0.7, 0.2]),
    ("Black-Scholes", black_scholes, [100.0, 95.0, 0.03, 0.2, 0.75]),
    ("three bodies", three_bodies, points(9, -2.0, 2.0)),
    ("Lennard-Jones", lennard_jones, [0, 0, 0, 1.1, 0, 0.1, 0, 1.2, 0.2, 0.3, 0.4, 1.3]),
    ("log-sum-exp", logsumexp, points(10, -3.0, 3.0)),
    ("small network", network, points(13, -1.0, 1.0)),
    ("cross-entropy", cross_entropy, points(5, -2.0, 2.0)),
    ("Horner", horner, [1.3]),
    ("Chebyshev 18", chebyshev, [0.35]),
    ("Newton's square root", newton_root, [2.7]),
    ("pendulum", pendulum, [1.0, 0.3, 1.5]),
    ("logistic map", logistic_map, [2.9, 0.3]),
    ("determinant", determinant, points(9, -2.0, 3.0)),
    ("Gaussian likelihood", gaussian_likelihood, [0.8, 0.2]),
    ("mixture of two", mixture, [-0.5, 0.8, 2.0, 1.3, 0.2]),
    ("Himmelblau", himmelblau, [-1.3, 2.1]),
    ("Ackley", ackley, [0.4, -0.7, 1.1]),
    ("Rastrigin", rastrigin, points(8, -2.0, 2.0)),
    ("Beale", beale, [1.2, -0.6]),
    ("Griewank", griewank, points(6, -4.0, 4.0)),
    ("Bessel J0", bessel, [2.2]),
    ("chain of softplus", softplus_chain, points(8, 0.2, 1.2)),
    ("annuity", annuity, [0.04, 120.0]),
    ("van der Waals", van_der_waals, [300.0, 0.5, 1.4, 0.04]),
]


def spherical(m: Any, x: Any) -> Any:
    r, theta, phi = x
    s = r * m.sin(theta)
    return [s * m.cos(phi), s * m.sin(phi), r * m.cos(theta)]


def lorenz(m: Any, x: Any) -> Any:
    a, b, c = x
    for _ in range(10):
        a, b, c = (
            a + 0.01 * 10.0 * (b - a),
            b + 0.01 * (a * (28.0 - c) - b),
            c + 0.01 * (a * b - 8.0 / 3.0 * c),
        )
    return [a, b, c]


def residuals(m: Any, x: Any) -> Any:
    return [x[0] * m.exp(-x[1] * t) + x[2] - 1.0 / (1.0 + t) for t in points(12, 0.0, 3.0)]


def softmax(m: Any, x: Any) -> Any:
    exps = [m.exp(v) for v in x]
    return [e / total(exps) for e in exps]


def rotation(m: Any, x: Any) -> Any:
    """A point turned by a rotation vector: Rodrigues."""
    w, p = x[:3], x[3:]
    angle = m.sqrt(inner(w, w))
    k = [v / angle for v in w]
    c, s = m.cos(angle), m.sin(angle)
    cross = [k[1] * p[2] - k[2] * p[1], k[2] * p[0] - k[0] * p[2], k[0] * p[1] - k[1] * p[0]]
    kp = inner(k, p) * (1.0 - c)
    return [c * p[i] + s * cross[i] + kp * k[i] for i in range(3)]


def kinetics(m: Any, x: Any) -> Any:
    a, b = x[0], 0.0 * x[0]
    for _ in range(15):
        rate = 0.1 * x[1] * a / (x[2] + a)
        a, b = a - rate, b + rate - 0.1 * x[3] * b
    return [a, b]


def powers(m: Any, x: Any) -> Any:
    return [x[0] ** float(k) for k in range(6)]


VECTOR = [
    ("spherical coordinates", spherical, [1.7, 0.6, -0.9]),
    ("Lorenz", lorenz, [1.0, 2.0, 20.0]),
    ("residuals", residuals, [1.1, 0.9, 0.1]),
    ("softmax", softmax, points(5, -2.0, 2.0)),
    ("rotation", rotation, [0.3, -0.5, 0.8, 1.0, 2.0, -1.0]),
    ("kinetics", kinetics, [1.0, 0.8, 0.5, 0.3]),
    ("powers", powers, [1.4]),
]
