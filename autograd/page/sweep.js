// The recorded graph in the page: the primitives in JavaScript, the value pass, the sweep, numbers as text.
// Invariant: the same operations in the same order as primitives.py and value.py, so the same numbers; no NaN
// and no infinity is ever shown, a number that does not exist is null and its node has an error in words.

const REASON = {
  domain: "is not defined in the real numbers",
  zero: "divides by zero",
  range: "is too large for a float",
  frozen: "is the author's own function: its number is known for the recorded inputs alone",
};
const GRADIENT = "the gradient through ";
const ROUNDING = 64 * Number.EPSILON; // of the size of the terms of a gradient, as in core/sweeps.py
class Refusal extends Error {}
const refuse = (reason) => { throw new Refusal(reason); };
const checked = (y) => Number.isFinite(y) ? y : refuse(Number.isNaN(y) ? REASON.domain : REASON.range);

const log = (x) => x > 0 ? Math.log(x) : refuse(REASON.domain);
function gaussian(x) {
  x = Math.min(Math.abs(x), 30);
  const cut = 1.5 * 2 ** 42, near = (x + cut) - cut; // its square is exact
  return Math.exp(-near * near) * Math.exp((near - x) * (near + x));
}
function unit(a, b) {
  const size = Math.max(Math.abs(a), Math.abs(b)) || 1; // neither hypot nor the quotient leaves the floats
  return a / size / Math.hypot(a / size, b / size) || 0;
}
const rawPower = (a, b) => a === 0 && b < 0 ? refuse(REASON.zero) : b === 2 ? a * a : Math.pow(a, b);
const power = (a, b) => checked(rawPower(a, b));
function timesPower(c, a, b) { // c · aᵇ, also where aᵇ alone is too large, or too small for all its digits
  const y = rawPower(a, b), size = Math.abs(y);
  if (Number.isNaN(y)) refuse(REASON.domain);
  if (a === 0 || (size > 1e-290 && size < Infinity)) return c * y;
  const root = power(Math.abs(a), 0.5 * b);
  return c * root * root * Math.pow(Math.sign(a), b);
}
function sech(x) {
  const e = Math.exp(-Math.abs(x)); // no cosh: it overflows long before 1/cosh underflows
  return 2 * e / (1 + e * e);
}
function erf(x) { // Abramowitz and Stegun 7.1.6 near 0, and 1 - erfc beyond
  if (Math.abs(x) >= 1.5) return Math.sign(x) * (1 - tail(Math.abs(x)));
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * gaussian(x) * sum;
}
function tail(x) { // erfc beyond 1.5, by 7.1.14
  let rest = 0;
  for (let n = 120; n > 0; n--) rest = n / 2 / (x + rest);
  return gaussian(x) / Math.sqrt(Math.PI) / (x + rest);
}

// The value of each primitive.  Partial derivatives stand beside them in PARTIALS, which rules.py writes.
const VALUES = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  exp: Math.exp,
  reciprocal: (x) => x === 0 ? refuse(REASON.zero) : 1 / x,
  divide: (a, b) => b === 0 ? refuse(REASON.zero) : a / b,
  log,
  sqrt: Math.sqrt,
  maximum: (a, b) => b > a ? b : a,
  minimum: (a, b) => b < a ? b : a,
  absolute: Math.abs,
  relu: (x) => x > 0 ? x : 0,
  sign: (x) => (x > 0) - (x < 0),
  step: (a, b) => 0.5 * (1 + (a > b) - (a < b)),
  identity: (x) => x,
  power,
  power_slope: (a, b) => b ? timesPower(b, a, b - 1) : 0,
  power_log: (a, b) => a === 0 && b >= 0 ? 0 : timesPower(log(a), a, b),
  expm1: Math.expm1,
  log1p: (x) => x > -1 ? Math.log1p(x) : refuse(REASON.domain),
  log2: (x) => log(x) && Math.log2(x),
  log10: (x) => log(x) && Math.log10(x),
  logaddexp: (a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  atan2: Math.atan2,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sech,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: (x) => Math.abs(x) === 1 ? refuse(REASON.domain) : Math.atanh(x),
  gaussian,
  erf,
  erfc: (x) => x < 1.5 ? 1 - erf(x) : tail(x),
  negative_part: (x) => Math.min(x, 0),
  hypot: Math.hypot,
  unit,
  leg: (a, b) => Math.sqrt(Math.abs(a) - Math.abs(b)) * Math.sqrt(Math.abs(a) + Math.abs(b)),
};

// A graph is a list of nodes, each after its inputs: {op, inputs, value, label, literal}; a leaf has no op.
// The value pass: from the leaves' numbers, every value and every partial derivative.
// An operation that is not in the table is the author's own: it stays at its recorded inputs.
function evaluate(nodes, leaves, slopes = true) {
  const values = [], partials = [], errors = new Map();
  nodes.forEach((node, i) => {
    values.push(node.op ? null : leaves[i]);
    partials.push([]);
    const xs = (node.inputs || []).map((j) => values[j]);
    if (!node.op || xs.includes(null)) return;
    try {
      if (!(node.op in VALUES)) {
        if (node.inputs.some((j, slot) => nodes[j].value !== xs[slot])) refuse(REASON.frozen);
        [values[i], partials[i]] = [node.value, node.partials];
        return;
      }
      values[i] = checked(VALUES[node.op](...xs));
      if (slopes) partials[i] = PARTIALS[node.op].map((rule) => slope(rule, xs, values[i]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.set(i, `${call(nodes, values, i)} ${error.message}`);
    }
  });
  return { values, partials, errors };
}

function slope(rule, xs, y) { // null where the derivative is not a finite number
  try {
    return checked(rule(...xs, y));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

// The sweep: d(root)/d(node) for every node between the root and the leaves, null elsewhere.
// `within` keeps it inside a composite: only these nodes hand their gradient on.
// Where something seems left by rounding it begins anew, with draws of errors: `strayed` in core/sweeps.py.
function sweep(nodes, now, root, within = null, draws = []) {
  const { values, partials } = now, zeros = () => nodes.map(() => 0);
  const adjoints = nodes.map(() => null), sizes = zeros(), terms = zeros(), broken = new Map();
  if (values[root] === null) return { adjoints, broken };
  let state = 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32; // the same each time
  adjoints[root] = sizes[root] = terms[root] = 1;
  for (let i = root; i >= 0; i--) {
    for (const errors of draws) errors[i] += terms[i] * (0.5 + random()) * (random() < 0.5 ? -1 : 1);
    if (adjoints[i] && Math.abs(adjoints[i]) <= ROUNDING * sizes[i]) {
      if (!draws.length) return sweep(nodes, now, root, within, Array.from({ length: 8 }, zeros));
      const size = Math.max(terms[i], ...draws.map((errors) => 4 * Math.abs(errors[i])));
      if (!(Math.abs(adjoints[i]) > ROUNDING * size)) adjoints[i] = 0; // what rounding left of terms that cancel
    }
    const node = nodes[i], adjoint = adjoints[i];
    if (adjoint === null || !node.op || (within && !within.has(i))) continue;
    for (const [slot, j] of node.inputs.entries()) {
      if (nodes[j].literal) continue;
      const partial = partials[i][slot];
      let share = adjoint === 0 ? 0 : partial === null ? NaN : adjoint * partial;
      if (!Number.isFinite((adjoints[j] ?? 0) + share)) {
        const reason = partial === null ? whyNot(nodes, values, i, slot) : REASON.range;
        broken.set(i, `${GRADIENT}${call(nodes, values, i)} ${reason}`);
        share = NaN;
      }
      adjoints[j] = (adjoints[j] ?? 0) + share;
      sizes[j] += sizes[i] * Math.abs(partial);
      terms[j] += Math.abs(share);
      for (const errors of draws) errors[j] += errors[i] * partial;
    }
  }
  if (broken.size) return { adjoints: adjoints.map(() => null), broken: new Map([[...broken][0]]) };
  return { adjoints, broken };
}

function whyNot(nodes, values, i, slot) {
  const xs = nodes[i].inputs.map((j) => values[j]);
  try {
    checked(PARTIALS[nodes[i].op][slot](...xs, values[i]));
  } catch (error) {
    return error.message;
  }
  return "";
}

function call(nodes, values, i) {
  const inputs = nodes[i].inputs.map((j) =>
    (nodes[j].label ? `${nodes[j].label} = ` : "") + text(values[j], 12));
  return `${nodes[i].op}(${inputs.join(", ")})`;
}

// A number in a few significant digits with a real minus sign; the whole part is never cut: text.py's `number`.
function text(x, precision = 4) {
  if (x === null || x === undefined) return "—";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let [digits, e] = rounded(size, precision), tail = "";
  if (e >= precision && size < 1e6) [digits, e] = rounded(size, String(Math.trunc(size)).length);
  else if (e < -4 || e >= precision) {
    tail = "×10" + String(e).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
    e = 0;
  }
  digits = e < 0 ? "0".repeat(-e) + digits : digits.padEnd(e + 1, "0");
  const whole = Math.max(e, 0) + 1, rest = digits.slice(whole).replace(/0+$/, "");
  return (x < 0 ? "−" : "") + digits.slice(0, whole) + (rest && "." + rest) + tail;
}

function rounded(size, precision) { // its first digits, ties to even as in Python, and its power of ten
  let [digits, e] = size.toExponential(precision - 1).replace(".", "").split("e");
  const tie = (n) => /^50*e/.test(size.toExponential(n).replace(".", "").slice(precision)); // 100 digits are slow
  if (/[13579]$/.test(digits) && tie(20) && tie(100)) digits = digits.slice(0, -1) + (digits.at(-1) - 1);
  return [digits, Number(e)];
}

function refusal(message) { // the engine's words in the reader's language
  if (message.startsWith(GRADIENT)) return said("through", { words: refusal(message.slice(GRADIENT.length)) });
  const [key, words] = Object.entries(REASON).find(([, words]) => message.endsWith(words));
  return said(key, { call: message.slice(0, -words.length - 1) });
}
