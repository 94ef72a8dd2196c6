// The recorded graph in the page: the primitives in JavaScript, the value pass, the sweep, numbers as text.
// Invariant: the same rules in the same order as primitives.py and value.py, so the same numbers; no NaN
// and no infinity is ever shown, a number that does not exist is null and its node has an error in words.

const REASON = {
  domain: "is not defined in the real numbers",
  zero: "divides by zero",
  range: "is too large for a float",
  frozen: "is the author's own function: its number is known for the recorded inputs alone",
};
const GRADIENT = "the gradient through ";
class Refusal extends Error {}
const refuse = (reason) => { throw new Refusal(reason); };
const checked = (y) => Number.isFinite(y) ? y : refuse(Number.isNaN(y) ? REASON.domain : REASON.range);

const reciprocal = (x) => x === 0 ? refuse(REASON.zero) : 1 / x;
const log = (x) => x > 0 ? Math.log(x) : refuse(REASON.domain);
const log1p = (x) => x > -1 ? Math.log1p(x) : refuse(REASON.domain);
const gaussian = (x) => Math.exp(-x * x);
const relu = (x) => x > 0 ? x : 0;
const sign = (x) => (x > 0) - (x < 0);
const step = (a, b) => 0.5 * (1 + (a > b) - (a < b));
const power = (a, b) => a === 0 && b < 0 ? refuse(REASON.zero) : checked(Math.pow(a, b));
const powerSlope = (a, b) => b ? b * power(a, b - 1) : 0;
const powerLog = (a, b) => a === 0 && b >= 0 ? 0 : power(a, b) * log(a);
const powerSlopeByExponent = (a, b) => power(a, b - 1) + b * powerLog(a, b - 1);
function sech(x) {
  const e = Math.exp(-Math.abs(x)); // no cosh: it overflows long before 1/cosh underflows
  return 2 * e / (1 + e * e);
}
function erfc(x) { // Abramowitz and Stegun 7.1.6 near 0, where 1 - erf keeps its digits, and 7.1.14 beyond
  if (Math.abs(x) < 1.5) {
    let term = x, sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
    return 1 - 2 / Math.sqrt(Math.PI) * gaussian(x) * sum;
  }
  let tail = 0;
  for (let n = 120; n > 0; n--) tail = n / 2 / (Math.abs(x) + tail);
  const far = gaussian(x) / Math.sqrt(Math.PI) / (Math.abs(x) + tail);
  return x > 0 ? far : 2 - far;
}

// Each primitive: its value, then for each input the partial derivative, of (...inputs, output), and its formula.
const PRIMITIVES = {
  add: [(a, b) => a + b, [() => 1, "1"], [() => 1, "1"]],
  mul: [(a, b) => a * b, [(a, b) => b, "b"], [(a) => a, "a"]],
  exp: [Math.exp, [(x, y) => y, "y"]],
  reciprocal: [reciprocal, [(x, y) => -(y * y), "−y²"]],
  divide: [(a, b) => b === 0 ? refuse(REASON.zero) : a / b,
    [(a, b) => reciprocal(b), "1/b"], [(a, b, y) => -(y / b), "−y/b"]],
  log: [log, [reciprocal, "1/x"]],
  expm1: [Math.expm1, [Math.exp, "eˣ"]],
  log1p: [log1p, [(x) => reciprocal(1 + x), "1/(1 + x)"]],
  logaddexp: [(a, b) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))),
    [(a, b, y) => Math.exp(a - y), "e^(a − y)"], [(a, b, y) => Math.exp(b - y), "e^(b − y)"]],
  sqrt: [(x) => x < 0 ? refuse(REASON.domain) : Math.sqrt(x), [(x, y) => 0.5 * reciprocal(y), "1/(2y)"]],
  sin: [Math.sin, [Math.cos, "cos x"]],
  cos: [Math.cos, [(x) => -Math.sin(x), "−sin x"]],
  tan: [Math.tan, [(x, y) => 1 + y * y, "1 + y²"]],
  tanh: [Math.tanh, [(x) => sech(x) * sech(x), "1 − y²"]],
  sech: [sech, [(x, y) => -(y * Math.tanh(x)), "−y tanh x"]],
  erfc: [erfc, [(x) => -2 / Math.sqrt(Math.PI) * gaussian(x), "−2/√π · e^−x²"]],
  gaussian: [gaussian, [(x, y) => -2 * (x * y), "−2xy"]],
  power: [power, [powerSlope, "b · aᵇ⁻¹"], [powerLog, "y · log a"]],
  power_slope: [powerSlope, [(a, b) => b * powerSlope(a, b - 1), "b (b − 1) aᵇ⁻²"],
    [powerSlopeByExponent, "aᵇ⁻¹ (1 + b log a)"]],
  power_log: [powerLog, [powerSlopeByExponent, "aᵇ⁻¹ (1 + b log a)"], [(a, b, y) => y * log(a), "y · log a"]],
  maximum: [(a, b) => b > a ? b : a, [step, "1 if a > b, else 0"], [(a, b) => step(b, a), "1 if b > a, else 0"]],
  minimum: [(a, b) => b < a ? b : a, [(a, b) => step(b, a), "1 if a < b, else 0"], [step, "1 if b < a, else 0"]],
  absolute: [Math.abs, [sign, "the sign of x"]],
  relu: [relu, [(x) => relu(sign(x)), "1 if x > 0, else 0"]],
  sign: [sign, [() => 0, "0"]],
  step: [step, [() => 0, "0"], [() => 0, "0"]],
  identity: [(x) => x, [() => 1, "1"]],
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
      if (!(node.op in PRIMITIVES)) {
        if (node.inputs.some((j, slot) => nodes[j].value !== xs[slot])) refuse(REASON.frozen);
        [values[i], partials[i]] = [node.value, node.partials];
        return;
      }
      const [forward, ...rules] = PRIMITIVES[node.op];
      values[i] = checked(forward(...xs));
      if (slopes) partials[i] = rules.map(([rule]) => slope(rule, xs, values[i]));
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
function sweep(nodes, { values, partials, errors }, root, within = null) {
  const adjoints = nodes.map(() => null), broken = new Map();
  if (values[root] === null) return { adjoints, broken };
  adjoints[root] = 1;
  for (let i = root; i >= 0; i--) {
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
    }
  }
  if (broken.size) return { adjoints: adjoints.map(() => null), broken: new Map([[...broken][0]]) };
  return { adjoints, broken };
}

function whyNot(nodes, values, i, slot) {
  const xs = nodes[i].inputs.map((j) => values[j]);
  try {
    checked(PRIMITIVES[nodes[i].op][1 + slot][0](...xs, values[i]));
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
    tail = "e" + (e < 0 ? "−" : "") + String(Math.abs(e)).padStart(2, "0");
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
