"""The second table: wrong derivations written blind.

Written by somebody who had the contract of `assert_gradients` and the list of slips that it was
asked to know, and had not looked at one line of `autograd/checks` or at the first table
(`tests/checks/`): the graphs, the slips, the node that is wrong first and the words by which a
message is held to name the slip are from the mathematics and from memory of pupils' work. It is
kept as it was written; what the engine is taught afterwards is not told here.

A graph is its leaves' numbers, the lines that compute it and the lines of a right derivation, each
`d_node = ...` in terms of the nodes' numbers and of the lines above, as on paper. A wrong
derivation puts another expression in the place of one line (or of several: the same slip in each),
and the lines below carry the error on. `NAMES` says, for each kind of slip, words of which a
message that names it must hold one.
"""

from typing import NamedTuple

NAMES = {
    "sign": r"sign|minus",
    "not swapped": r"swap",
    "upstream forgotten": r"forgot|missing|left out|chain rule|from above|upstream|local",
    "factor forgotten": r"forgot|missing|left out|without",
    "path forgotten": r"forgot|missing|left out|path|share|only|sum|use",
    "counted twice": r"twice|two times|doubl|factor (of )?2",
    "factor 2": r"\b2\b|twice|doubl|half|½",
    "half": r"½|0\.5|1/2|half|\b2\b",
    "constant": r"constant|zero|\b0\b",
    "another's gradient": r"gradient of|copied|belongs to|that of|index",
    "another's value": r"instead of|in place of|for|of another|taken|swap|index",
    "square forgotten": r"squar|²|\*\*2|exponent|power",
    "quotient apart": r"f'/g'|quotient",
    "product apart": r"product",
    "function itself": r"instead of|itself|for its derivative|not its derivative|"
    r"not differentiated",
    "power rule on exp": r"power rule|exponent|exp",
    "exponent not lowered": r"exponent|power",
    "exponent not brought down": r"exponent|power|forgot|missing",
    "integrated": r"integra",
    "ln": r"\bln\b|log\(|logarithm",
    "degrees": r"degree|radian|π|180",
    "inner derivative": r"inner|chain rule|forgot|missing|left out",
    "reciprocal": r"recipro|divid|multipl|inver|1 ?/|upside",
    "sigmoid rule": r"sigmoid|1 [-−+] y|y \(|\(1 [-−+]",
    "tanh rule": r"tanh|y²|y\*\*2|1 [-−+] y|square",
    "root rule": r"root|sqrt|√|exponent|½|half|2",
    "trig rule": r"\bsin|\bcos|\btan|atan",
    "y for y - t": r"[-−] ?t\b|target|one-hot|label|\bt\b",
    "mean": r"mean|number of|\bn\b|average|batch",
    "gate": r"relu|gate|> 0|< 0|positive|negative|slope|side|kink",
    "wrong input": r"wrong input|other input|another input|larger|smaller|maximum|minimum|side",
    "off by one step": r"step|shift|index|gradient of|another|next|neighbour",
    "exp rule": r"\bexp\b|exponential",
    "log rule": r"\blog\b|\bln\b|logarithm|1/x",
    "abs rule": r"abs|sign|\|",
    "softmax rule": r"softmax|other|share|1 [-−] y|y \(|path|cross",
}


class Wrong(NamedTuple):
    """A slip: its kind, and the lines that it changes, node by node."""

    kind: str
    lines: dict[str, str]


class Graph(NamedTuple):
    """A graph, its derivation and the slips that are made in it."""

    name: str
    leaves: dict[str, float]
    forward: str
    steps: str
    wrong: list[Wrong]


GRAPHS = [
    Graph(
        "price of apples",
        {"apple": 120.0, "count": 3.0, "tax": 1.08},
        "inner = apple * count\nprice = inner * tax",
        "d_inner = tax\nd_tax = inner\nd_apple = d_inner * count\nd_count = d_inner * apple",
        [
            Wrong("not swapped", {"inner": "inner", "tax": "tax"}),
            Wrong("not swapped", {"tax": "tax"}),
            Wrong("not swapped", {"apple": "d_inner * apple", "count": "d_inner * count"}),
            Wrong("upstream forgotten", {"apple": "count"}),
            Wrong("upstream forgotten", {"apple": "count", "count": "apple"}),
            Wrong("constant", {"count": "0"}),
            Wrong("another's gradient", {"count": "d_apple"}),
            Wrong("factor forgotten", {"tax": "apple"}),
        ],
    ),
    Graph(
        "Michaelis and Menten",
        {"V": 3.2, "S": 2.5, "K": 0.8},
        "top = V * S\nbottom = K + S\nrate = top / bottom",
        "d_top = 1 / bottom\nd_bottom = -top / bottom**2\nd_V = d_top * S\nd_K = d_bottom\n"
        "d_S = d_top * V + d_bottom",
        [
            Wrong("sign", {"bottom": "top / bottom**2"}),
            Wrong("square forgotten", {"bottom": "-top / bottom"}),
            Wrong("factor forgotten", {"bottom": "-1 / bottom**2"}),
            Wrong("reciprocal", {"top": "bottom"}),
            Wrong("path forgotten", {"S": "d_top * V"}),
            Wrong("path forgotten", {"S": "d_bottom"}),
            Wrong("sign", {"S": "d_top * V - d_bottom"}),
            Wrong("quotient apart", {"S": "V"}),
            Wrong("not swapped", {"V": "d_top * V"}),
            Wrong("sign", {"K": "-d_bottom"}),
            Wrong("constant", {"K": "0"}),
        ],
    ),
    Graph(
        "bell curve",
        {"x": 1.3, "mu": 0.4, "s": 0.7},
        "c = x - mu\nu = c / s\ne = -(u**2) / 2\ng = exp(e)",
        "d_e = g\nd_u = -d_e * u\nd_c = d_u / s\nd_s = -d_u * c / s**2\nd_x = d_c\nd_mu = -d_c",
        [
            Wrong("exp rule", {"e": "e"}),
            Wrong("power rule on exp", {"e": "e * exp(e - 1)"}),
            Wrong("sign", {"u": "d_e * u"}),
            Wrong("half", {"u": "-d_e * 2 * u"}),
            Wrong("half", {"u": "-d_e * u / 2"}),
            Wrong("upstream forgotten", {"u": "-u"}),
            Wrong("reciprocal", {"c": "d_u * s"}),
            Wrong("factor forgotten", {"c": "d_u"}),
            Wrong("square forgotten", {"s": "-d_u * c / s"}),
            Wrong("sign", {"mu": "d_c"}),
            Wrong("sign", {"x": "-d_c", "mu": "d_c"}),
        ],
    ),
    Graph(
        "pendulum",
        {"L": 0.9, "g": 9.81},
        "r = L / g\nw = sqrt(r)\nT = 2 * pi * w",
        "d_w = 2 * pi\nd_r = d_w / (2 * w)\nd_L = d_r / g\nd_g = -d_r * L / g**2",
        [
            Wrong("root rule", {"r": "d_w * w / 2"}),
            Wrong("half", {"r": "d_w / w"}),
            Wrong("root rule", {"r": "d_w / (2 * r)"}),
            Wrong("root rule", {"r": "d_w / (2 * sqrt(w))"}),
            Wrong("factor forgotten", {"w": "2"}),
            Wrong("sign", {"g": "d_r * L / g**2"}),
            Wrong("square forgotten", {"g": "-d_r * L / g"}),
            Wrong("reciprocal", {"L": "d_r * g"}),
            Wrong("constant", {"g": "0"}),
        ],
    ),
    Graph(
        "sigmoid neuron",
        {"x1": 0.6, "x2": -1.1, "w1": 0.8, "w2": 0.35, "b": 0.25, "t": 1.0},
        "z = w1 * x1 + w2 * x2 + b\ny = sigmoid(z)\nE = 0.5 * (y - t)**2",
        "d_y = y - t\nd_z = d_y * y * (1 - y)\nd_w1 = d_z * x1\nd_w2 = d_z * x2\nd_b = d_z\n"
        "d_x1 = d_z * w1\nd_x2 = d_z * w2",
        [
            Wrong("sign", {"y": "t - y"}),
            Wrong("factor 2", {"y": "2 * (y - t)"}),
            Wrong("half", {"y": "0.5 * (y - t)"}),
            Wrong("y for y - t", {"y": "y"}),
            Wrong("sigmoid rule", {"z": "d_y * y"}),
            Wrong("sigmoid rule", {"z": "d_y * (1 - y)"}),
            Wrong("sigmoid rule", {"z": "d_y * y * (1 + y)"}),
            Wrong("sigmoid rule", {"z": "d_y * (1 - y**2)"}),
            Wrong("sigmoid rule", {"z": "d_y * z * (1 - z)"}),
            Wrong("upstream forgotten", {"z": "y * (1 - y)"}),
            Wrong("upstream forgotten", {"z": "d_y"}),
            Wrong("not swapped", {"w1": "d_z * w1"}),
            Wrong("not swapped", {"x1": "d_z * x1", "x2": "d_z * x2"}),
            Wrong("another's value", {"w2": "d_z * x1"}),
            Wrong("factor forgotten", {"w1": "d_z"}),
            Wrong("upstream forgotten", {"b": "1"}),
            Wrong("constant", {"b": "0"}),
            Wrong("another's gradient", {"w1": "d_z * x2", "w2": "d_z * x1"}),
        ],
    ),
    Graph(
        "tanh neuron",
        {"x": 0.9, "w": 0.7, "b": -0.2, "v": 1.6},
        "z = w * x + b\nh = tanh(z)\nout = v * h",
        "d_h = v\nd_v = h\nd_z = d_h * (1 - h**2)\nd_w = d_z * x\nd_b = d_z\nd_x = d_z * w",
        [
            Wrong("tanh rule", {"z": "d_h * (1 - h)"}),
            Wrong("tanh rule", {"z": "d_h * (1 + h**2)"}),
            Wrong("tanh rule", {"z": "d_h * h**2"}),
            Wrong("tanh rule", {"z": "d_h * h * (1 - h)"}),
            Wrong("tanh rule", {"z": "d_h * (1 - z**2)"}),
            Wrong("tanh rule", {"z": "d_h * (1 - tanh(h)**2)"}),
            Wrong("function itself", {"z": "d_h * h"}),
            Wrong("upstream forgotten", {"z": "1 - h**2"}),
            Wrong("not swapped", {"v": "v"}),
            Wrong("another's value", {"v": "z"}),
        ],
    ),
    Graph(
        "softmax, then cross-entropy",
        {"z0": 0.3, "z1": 1.1, "z2": -0.5},
        "p0, p1, p2 = softmax([z0, z1, z2])\nloss = cross_entropy_error([p0, p1, p2], [0, 1, 0])",
        "d_p1 = -1 / p1\nd_z0 = p0\nd_z1 = p1 - 1\nd_z2 = p2",
        [
            Wrong("sign", {"p1": "1 / p1"}),
            Wrong("log rule", {"p1": "-p1"}),
            Wrong("log rule", {"p1": "-log(p1)"}),
            Wrong("y for y - t", {"z1": "p1"}),
            Wrong("sign", {"z0": "-p0", "z1": "1 - p1", "z2": "-p2"}),
            Wrong("softmax rule", {"z0": "0", "z2": "0"}),
            Wrong("mean", {"z0": "p0 / 3", "z1": "(p1 - 1) / 3", "z2": "p2 / 3"}),
            Wrong("another's gradient", {"z0": "p0 - 1", "z1": "p1"}),
            Wrong("another's gradient", {"z0": "p2", "z2": "p0"}),
        ],
    ),
    Graph(
        "cross-entropy of a batch, from scores",
        {"a0": 0.4, "a1": -0.3, "b0": 1.2, "b1": 0.1},
        "loss = softmax_cross_entropy([[a0, a1], [b0, b1]], [0, 1])",
        "d_a0 = (1 / (1 + exp(a1 - a0)) - 1) / 2\nd_a1 = 1 / (1 + exp(a0 - a1)) / 2\n"
        "d_b0 = 1 / (1 + exp(b1 - b0)) / 2\nd_b1 = (1 / (1 + exp(b0 - b1)) - 1) / 2",
        [
            Wrong(
                "mean",
                {
                    "a0": "1 / (1 + exp(a1 - a0)) - 1",
                    "a1": "1 / (1 + exp(a0 - a1))",
                    "b0": "1 / (1 + exp(b1 - b0))",
                    "b1": "1 / (1 + exp(b0 - b1)) - 1",
                },
            ),
            Wrong("y for y - t", {"a0": "1 / (1 + exp(a1 - a0)) / 2"}),
            Wrong(
                "y for y - t",
                {"a0": "1 / (1 + exp(a1 - a0)) / 2", "b1": "1 / (1 + exp(b0 - b1)) / 2"},
            ),
            Wrong(
                "sign",
                {
                    "a0": "-(1 / (1 + exp(a1 - a0)) - 1) / 2",
                    "a1": "-1 / (1 + exp(a0 - a1)) / 2",
                    "b0": "-1 / (1 + exp(b1 - b0)) / 2",
                    "b1": "-(1 / (1 + exp(b0 - b1)) - 1) / 2",
                },
            ),
            Wrong("sign", {"b0": "-1 / (1 + exp(b1 - b0)) / 2"}),
        ],
    ),
    Graph(
        "a line through four points",
        {"a": 0.7, "b": 0.2},
        "r1 = a * 1.0 + b - 1.4\nr2 = a * 2.0 + b - 1.1\nr3 = a * 3.5 + b - 3.2\n"
        "r4 = a * 4.2 + b - 2.6\nloss = mean([r1**2, r2**2, r3**2, r4**2])",
        "d_r1 = 2 * r1 / 4\nd_r2 = 2 * r2 / 4\nd_r3 = 2 * r3 / 4\nd_r4 = 2 * r4 / 4\n"
        "d_a = d_r1 * 1.0 + d_r2 * 2.0 + d_r3 * 3.5 + d_r4 * 4.2\nd_b = d_r1 + d_r2 + d_r3 + d_r4",
        [
            Wrong("mean", {f"r{i}": f"2 * r{i}" for i in (1, 2, 3, 4)}),
            Wrong("factor 2", {f"r{i}": f"r{i} / 4" for i in (1, 2, 3, 4)}),
            Wrong("sign", {f"r{i}": f"-2 * r{i} / 4" for i in (1, 2, 3, 4)}),
            Wrong("factor 2", {"r3": "r3 / 4"}),
            Wrong("path forgotten", {"a": "d_r1 * 1.0 + d_r2 * 2.0 + d_r3 * 3.5"}),
            Wrong("path forgotten", {"a": "d_r4 * 4.2"}),
            Wrong("factor forgotten", {"a": "d_r1 + d_r2 + d_r3 + d_r4"}),
            Wrong("path forgotten", {"b": "d_r2 + d_r3 + d_r4"}),
            Wrong("sign", {"b": "-(d_r1 + d_r2 + d_r3 + d_r4)"}),
            Wrong("another's gradient", {"b": "d_a"}),
        ],
    ),
    Graph(
        "two rectified units",
        {"x": 1.5, "w1": 0.9, "w2": -0.6, "v1": 0.75, "v2": 1.2},
        "z1 = w1 * x\nz2 = w2 * x\nh1 = relu(z1)\nh2 = relu(z2)\ny = v1 * h1 + v2 * h2",
        "d_h1 = v1\nd_h2 = v2\nd_z1 = d_h1\nd_z2 = 0\nd_w1 = d_z1 * x\nd_w2 = d_z2 * x\n"
        "d_x = d_z1 * w1 + d_z2 * w2",
        [
            Wrong("gate", {"z1": "0", "z2": "d_h2"}),
            Wrong("gate", {"z2": "d_h2"}),
            Wrong("gate", {"z1": "0"}),
            Wrong("upstream forgotten", {"z1": "1"}),
            Wrong("function itself", {"z1": "d_h1 * h1"}),
            Wrong("not swapped", {"w1": "d_z1 * w1"}),
            Wrong("another's gradient", {"h1": "v2", "h2": "v1"}),
        ],
    ),
    Graph(
        "a leaky unit",
        {"x": -0.8, "w": 1.4, "v": 2.3},
        "z = w * x\nh = leaky_relu(z, 0.1)\ny = v * h",
        "d_h = v\nd_v = h\nd_z = 0.1 * d_h\nd_w = d_z * x\nd_x = d_z * w",
        [
            Wrong("gate", {"z": "0"}),
            Wrong("gate", {"z": "d_h"}),
            Wrong("sign", {"z": "-0.1 * d_h"}),
            Wrong("upstream forgotten", {"z": "0.1"}),
            Wrong("not swapped", {"v": "v"}),
        ],
    ),
    Graph(
        "compound interest",
        {"P": 250.0, "r": 0.06, "n": 4.0, "t": 5.0},
        "base = 1 + r / n\nm = n * t\nf = base**m\nA = P * f",
        "d_f = P\nd_P = f\nd_base = d_f * m * base**(m - 1)\nd_m = d_f * f * log(base)\n"
        "d_r = d_base / n\nd_t = d_m * n\nd_n = d_m * t - d_base * r / n**2",
        [
            Wrong("exponent not lowered", {"base": "d_f * m * base**m"}),
            Wrong("exponent not lowered", {"base": "d_f * m * base**(m + 1)"}),
            Wrong("exponent not brought down", {"base": "d_f * base**(m - 1)"}),
            Wrong("integrated", {"base": "d_f * base**(m + 1) / (m + 1)"}),
            Wrong("ln", {"m": "d_f * f"}),
            Wrong("power rule on exp", {"m": "d_f * m * base**(m - 1)"}),
            Wrong("inner derivative", {"r": "d_base"}),
            Wrong("path forgotten", {"n": "d_m * t"}),
            Wrong("path forgotten", {"n": "-d_base * r / n**2"}),
            Wrong("not swapped", {"t": "d_m * t"}),
            Wrong("sign", {"n": "d_m * t + d_base * r / n**2"}),
        ],
    ),
    Graph(
        "decibels",
        {"p": 3.7, "p0": 0.45},
        "q = p / p0\nlevel = 10 * log10(q)",
        "d_q = 10 / (q * log(10))\nd_p = d_q / p0\nd_p0 = -d_q * p / p0**2",
        [
            Wrong("ln", {"q": "10 / q"}),
            Wrong("ln", {"q": "10 * log(10) / q"}),
            Wrong("factor forgotten", {"q": "1 / (q * log(10))"}),
            Wrong("factor forgotten", {"q": "10 / log(10)"}),
            Wrong("sign", {"p0": "d_q * p / p0**2"}),
            Wrong("square forgotten", {"p0": "-d_q * p / p0"}),
        ],
    ),
    Graph(
        "half-life",
        {"N0": 80.0, "t": 3.0, "T": 5.5},
        "k = -t / T\nd = 2**k\nN = N0 * d",
        "d_d = N0\nd_N0 = d\nd_k = d_d * d * log(2)\nd_t = -d_k / T\nd_T = d_k * t / T**2",
        [
            Wrong("ln", {"k": "d_d * d"}),
            Wrong("power rule on exp", {"k": "d_d * k * 2**(k - 1)"}),
            Wrong("sign", {"t": "d_k / T"}),
            Wrong("sign", {"T": "-d_k * t / T**2"}),
            Wrong("inner derivative", {"t": "-d_k"}),
            Wrong("square forgotten", {"T": "d_k * t / T"}),
            Wrong("upstream forgotten", {"k": "d * log(2)"}),
        ],
    ),
    Graph(
        "range of a throw",
        {"v": 14.0, "angle": 35.0, "g": 9.81},
        "a = radians(angle)\nb = 2 * a\ns = sin(b)\nq = v**2 / g\nR = q * s",
        "d_q = s\nd_s = q\nd_b = d_s * cos(b)\nd_a = d_b * 2\nd_angle = d_a * pi / 180\n"
        "d_v = d_q * 2 * v / g\nd_g = -d_q * v**2 / g**2",
        [
            Wrong("trig rule", {"b": "d_s * sin(b)"}),
            Wrong("sign", {"b": "-d_s * cos(b)"}),
            Wrong("inner derivative", {"a": "d_b"}),
            Wrong("degrees", {"angle": "d_a"}),
            Wrong("degrees", {"angle": "d_a * 180 / pi"}),
            Wrong("factor 2", {"v": "d_q * v / g"}),
            Wrong("sign", {"g": "d_q * v**2 / g**2"}),
            Wrong("not swapped", {"q": "q", "s": "s"}),
            Wrong("trig rule", {"b": "d_s * cos(a)"}),
        ],
    ),
    Graph(
        "potential at a distance",
        {"x": 2.1, "y": -1.3, "k": 5.0},
        "r = hypot(x, y)\nU = k / r",
        "d_r = -k / r**2\nd_k = 1 / r\nd_x = d_r * x / r\nd_y = d_r * y / r",
        [
            Wrong("sign", {"r": "k / r**2"}),
            Wrong("square forgotten", {"r": "-k / r"}),
            Wrong("factor forgotten", {"x": "d_r * x", "y": "d_r * y"}),
            Wrong("square forgotten", {"x": "d_r * x / r**2", "y": "d_r * y / r**2"}),
            Wrong("factor 2", {"x": "d_r * 2 * x / r", "y": "d_r * 2 * y / r"}),
            Wrong("half", {"x": "d_r * x / (2 * r)", "y": "d_r * y / (2 * r)"}),
            Wrong("another's gradient", {"x": "d_r * y / r", "y": "d_r * x / r"}),
            Wrong("reciprocal", {"k": "r"}),
        ],
    ),
    Graph(
        "gravitation",
        {"m1": 3.0, "m2": 4.5, "r": 1.7},
        "m = m1 * m2\nF = 6.67 * m / r**2",
        "d_m = 6.67 / r**2\nd_m1 = d_m * m2\nd_m2 = d_m * m1\nd_r = -2 * 6.67 * m / r**3",
        [
            Wrong("factor 2", {"r": "-6.67 * m / r**3"}),
            Wrong("sign", {"r": "2 * 6.67 * m / r**3"}),
            Wrong("exponent not lowered", {"r": "-2 * 6.67 * m / r**2"}),
            Wrong("quotient apart", {"r": "6.67 * m / (2 * r)"}),
            Wrong("factor forgotten", {"r": "-2 * m / r**3"}),
            Wrong("exponent not lowered", {"r": "-2 * 6.67 * m / r"}),
            Wrong("not swapped", {"m1": "d_m * m1", "m2": "d_m * m2"}),
        ],
    ),
    Graph(
        "logarithm of a sum of exponentials",
        {"u": 0.2, "v": 1.4, "w": -0.7},
        "s = exp(u) + exp(v) + exp(w)\nL = log(s)",
        "d_s = 1 / s\nd_u = d_s * exp(u)\nd_v = d_s * exp(v)\nd_w = d_s * exp(w)",
        [
            Wrong("log rule", {"s": "s"}),
            Wrong("log rule", {"s": "1 / L"}),
            Wrong("upstream forgotten", {"u": "exp(u)", "v": "exp(v)", "w": "exp(w)"}),
            Wrong("exp rule", {"u": "d_s", "v": "d_s", "w": "d_s"}),
            Wrong("exp rule", {"u": "d_s * u * exp(u - 1)"}),
            Wrong("another's gradient", {"u": "d_s * exp(v)"}),
            Wrong("sign", {"w": "-d_s * exp(w)"}),
        ],
    ),
    Graph(
        "two classes, taken apart",
        {"x": 1.8, "w": -0.4, "b": 0.3},
        "z = w * x + b\np = sigmoid(z)\nq = 1 - p\nl1 = log(p)\nl0 = log(q)\n"
        "loss = -(0.7 * l1 + 0.3 * l0)",
        "d_l1 = -0.7\nd_l0 = -0.3\nd_q = d_l0 / q\nd_p = d_l1 / p - d_q\n"
        "d_z = d_p * p * (1 - p)\nd_w = d_z * x\nd_b = d_z\nd_x = d_z * w",
        [
            Wrong("sign", {"l1": "0.7", "l0": "0.3"}),
            Wrong("sign", {"p": "d_l1 / p + d_q"}),
            Wrong("path forgotten", {"p": "d_l1 / p"}),
            Wrong("path forgotten", {"p": "-d_q"}),
            Wrong("log rule", {"q": "d_l0 * q"}),
            Wrong("upstream forgotten", {"q": "1 / q"}),
            Wrong("sigmoid rule", {"z": "d_p * p * p"}),
            Wrong("sigmoid rule", {"z": "d_p * (1 - p)"}),
            Wrong("another's value", {"q": "d_l0 / p"}),
            Wrong("another's gradient", {"l1": "-0.3", "l0": "-0.7"}),
        ],
    ),
    Graph(
        "two steps of a recurrent cell",
        {"w": 0.6, "u": -0.45, "h0": 0.5, "x1": 1.1, "x2": -0.9},
        "a1 = w * x1 + u * h0\nh1 = tanh(a1)\na2 = w * x2 + u * h1\nh2 = tanh(a2)\nL = h2**2",
        "d_h2 = 2 * h2\nd_a2 = d_h2 * (1 - h2**2)\nd_h1 = d_a2 * u\nd_a1 = d_h1 * (1 - h1**2)\n"
        "d_w = d_a1 * x1 + d_a2 * x2\nd_u = d_a1 * h0 + d_a2 * h1\nd_h0 = d_a1 * u\n"
        "d_x1 = d_a1 * w\nd_x2 = d_a2 * w",
        [
            Wrong("path forgotten", {"w": "d_a2 * x2"}),
            Wrong("path forgotten", {"w": "d_a1 * x1"}),
            Wrong("path forgotten", {"u": "d_a2 * h1"}),
            Wrong("path forgotten", {"w": "d_a2 * x2", "u": "d_a2 * h1"}),
            Wrong("off by one step", {"w": "d_a1 * x2 + d_a2 * x1"}),
            Wrong("counted twice", {"w": "d_a1 * x1 + 2 * d_a2 * x2"}),
            Wrong("tanh rule", {"a1": "d_h1 * (1 - h1)"}),
            Wrong("tanh rule", {"a1": "d_h1 * (1 - h2**2)"}),
            Wrong("factor 2", {"h2": "h2"}),
            Wrong("function itself", {"h2": "h2**2"}),
            Wrong("factor forgotten", {"h1": "d_a2"}),
            Wrong("another's value", {"h1": "d_a2 * w"}),
        ],
    ),
    Graph(
        "a polynomial",
        {"x": 1.6},
        "p3 = x**3\np2 = x**2\ny = 4 * p3 - 3 * p2 + 5 * x",
        "d_p3 = 4\nd_p2 = -3\nd_x = d_p3 * 3 * x**2 + d_p2 * 2 * x + 5",
        [
            Wrong("sign", {"p2": "3"}),
            Wrong("path forgotten", {"x": "d_p3 * 3 * x**2 + d_p2 * 2 * x"}),
            Wrong("path forgotten", {"x": "d_p3 * 3 * x**2 + 5"}),
            Wrong("exponent not lowered", {"x": "d_p3 * 3 * x**3 + d_p2 * 2 * x + 5"}),
            Wrong("exponent not brought down", {"x": "d_p3 * x**2 + d_p2 * 2 * x + 5"}),
            Wrong("sign", {"x": "d_p3 * 3 * x**2 - d_p2 * 2 * x + 5"}),
            Wrong("integrated", {"x": "d_p3 * x**4 / 4 + d_p2 * x**3 / 3 + 5 * x**2 / 2"}),
            Wrong("function itself", {"x": "y"}),
            Wrong("factor forgotten", {"x": "3 * x**2 + d_p2 * 2 * x + 5"}),
        ],
    ),
    Graph(
        "product rule",
        {"x": 0.85},
        "f = x**2\ng = sin(x)\ny = f * g",
        "d_f = g\nd_g = f\nd_x = d_f * 2 * x + d_g * cos(x)",
        [
            Wrong("product apart", {"x": "2 * x * cos(x)"}),
            Wrong("product apart", {"f": "f", "g": "g"}),
            Wrong("path forgotten", {"x": "d_f * 2 * x"}),
            Wrong("path forgotten", {"x": "d_g * cos(x)"}),
            Wrong("sign", {"x": "d_f * 2 * x - d_g * cos(x)"}),
            Wrong("trig rule", {"x": "d_f * 2 * x + d_g * sin(x)"}),
            Wrong("factor 2", {"x": "d_f * x + d_g * cos(x)"}),
            Wrong("upstream forgotten", {"x": "2 * x + cos(x)"}),
        ],
    ),
    Graph(
        "thin lens",
        {"a": 0.8, "b": 1.9},
        "u = 1 / a\nv = 1 / b\ns = u + v\nf = 1 / s",
        "d_s = -1 / s**2\nd_u = d_s\nd_v = d_s\nd_a = -d_u / a**2\nd_b = -d_v / b**2",
        [
            Wrong("sign", {"s": "1 / s**2"}),
            Wrong("square forgotten", {"s": "-1 / s"}),
            Wrong("reciprocal", {"s": "-(s**2)"}),
            Wrong("sign", {"a": "d_u / a**2", "b": "d_v / b**2"}),
            Wrong("upstream forgotten", {"a": "-1 / a**2"}),
            Wrong("integrated", {"a": "d_u * log(a)"}),
            Wrong("square forgotten", {"b": "-d_v / b"}),
            Wrong("exponent not lowered", {"a": "-d_u * a**0"}),
            Wrong("factor 2", {"u": "d_s / 2", "v": "d_s / 2"}),
        ],
    ),
    Graph(
        "the larger of two offers",
        {"p": 2.4, "q": 3.1, "n": 1.5},
        "a = p * n\nb = q * n\nm = maximum(a, b)\ny = m**2",
        "d_m = 2 * m\nd_a = 0\nd_b = d_m\nd_p = d_a * n\nd_q = d_b * n\nd_n = d_a * p + d_b * q",
        [
            Wrong("wrong input", {"a": "d_m", "b": "0"}),
            Wrong("wrong input", {"a": "d_m"}),
            Wrong("wrong input", {"a": "d_m / 2", "b": "d_m / 2"}),
            Wrong("constant", {"b": "0"}),
            Wrong("factor 2", {"m": "m"}),
            Wrong("another's value", {"m": "2 * b * n"}),
        ],
    ),
    Graph(
        "standard score",
        {"x1": 1.2, "x2": 2.9, "x3": 4.0},
        "m = mean([x1, x2, x3])\nc1 = x1 - m\nc2 = x2 - m\nc3 = x3 - m\n"
        "var = mean([c1**2, c2**2, c3**2])\nsd = sqrt(var)\nz = c1 / sd",
        "d_sd = -c1 / sd**2\nd_var = d_sd / (2 * sd)\nd_c1 = 1 / sd + d_var * 2 * c1 / 3\n"
        "d_c2 = d_var * 2 * c2 / 3\nd_c3 = d_var * 2 * c3 / 3\nd_m = -(d_c1 + d_c2 + d_c3)\n"
        "d_x1 = d_c1 + d_m / 3\nd_x2 = d_c2 + d_m / 3\nd_x3 = d_c3 + d_m / 3",
        [
            Wrong("path forgotten", {"x1": "d_c1", "x2": "d_c2", "x3": "d_c3"}),
            Wrong("mean", {f"x{i}": f"d_c{i} + d_m" for i in (1, 2, 3)}),
            Wrong("path forgotten", {"c1": "1 / sd"}),
            Wrong("path forgotten", {"c1": "d_var * 2 * c1 / 3"}),
            Wrong("mean", {"c2": "d_var * 2 * c2", "c3": "d_var * 2 * c3"}),
            Wrong("half", {"var": "d_sd / sd"}),
            Wrong("sign", {"sd": "c1 / sd**2"}),
            Wrong("sign", {"m": "d_c1 + d_c2 + d_c3"}),
            Wrong("factor 2", {"c2": "d_var * c2 / 3", "c3": "d_var * c3 / 3"}),
            Wrong("root rule", {"var": "d_sd / (2 * var)"}),
            Wrong("constant", {"m": "0"}),
        ],
    ),
    Graph(
        "angle of a ramp",
        {"h": 1.2, "d": 3.4},
        "u = h / d\nphi = atan(u)\ny = phi * 10",
        "d_phi = 10\nd_u = d_phi / (1 + u**2)\nd_h = d_u / d\nd_d = -d_u * h / d**2",
        [
            Wrong("trig rule", {"u": "d_phi / (1 + u)"}),
            Wrong("sign", {"u": "d_phi / (1 - u**2)"}),
            Wrong("trig rule", {"u": "d_phi * (1 + u**2)"}),
            Wrong("trig rule", {"u": "d_phi / sqrt(1 - u**2)"}),
            Wrong("trig rule", {"u": "d_phi / cos(u)**2"}),
            Wrong("reciprocal", {"h": "d_u * d"}),
            Wrong("sign", {"d": "d_u * h / d**2"}),
        ],
    ),
    Graph(
        "absolute error",
        {"a": 1.3, "x": 2.2, "t": 4.0},
        "y = a * x\nr = y - t\nl = abs(r)\nE = 3 * l",
        "d_l = 3\nd_r = -d_l\nd_y = d_r\nd_a = d_y * x\nd_x = d_y * a",
        [
            Wrong("abs rule", {"r": "d_l"}),
            Wrong("abs rule", {"r": "d_l * r"}),
            Wrong("abs rule", {"r": "d_l * l"}),
            Wrong("not swapped", {"a": "d_y * a", "x": "d_y * x"}),
            Wrong("upstream forgotten", {"r": "-1"}),
        ],
    ),
    Graph(
        "cooling",
        {"T0": 70.0, "k": 0.15, "t": 6.0},
        "e = -k * t\nf = exp(e)\nT = 20 + (T0 - 20) * f",
        "d_f = T0 - 20\nd_T0 = f\nd_e = d_f * f\nd_k = -d_e * t\nd_t = -d_e * k",
        [
            Wrong("another's value", {"f": "T0"}),
            Wrong("sign", {"k": "d_e * t", "t": "d_e * k"}),
            Wrong("upstream forgotten", {"e": "f"}),
            Wrong("factor forgotten", {"k": "-d_e", "t": "-d_e"}),
            Wrong("not swapped", {"k": "-d_e * k", "t": "-d_e * t"}),
            Wrong("exp rule", {"e": "d_f * e"}),
            Wrong("power rule on exp", {"e": "d_f * e * exp(e - 1)"}),
            Wrong("constant", {"T0": "0"}),
            Wrong("sign", {"t": "d_e * k"}),
        ],
    ),
]
