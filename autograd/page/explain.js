// What the page says of a node: its value, and how the chain rule makes its inputs' gradients.
// Invariant: each line is a function of `now`, `gradient`, `root` and `drawing`, which explore.js sets.

const shown = (x) => text(x, graph.precision);
const num = (x, kind, word) => element("b", shown(x), word ? { class: kind, "data-word": said(word) } : { class: kind });
const signed = (x) => (x > 0 ? "+" : "") + shown(x);

function bracket(words, loose = /^[−+]|[\s^]/) { // unless it is one word, a call, or binds more tightly
  let bare = words;
  while (/\([^()]*\)/.test(bare)) bare = bare.replace(/\([^()]*\)/g, "");
  return loose.test(bare) ? `(${words})` : words;
}

function expression(op, a, b) {
  switch (op) {
    case "add": return `${a} + ${bracket(b, /^−| \+ /)}`;
    case "mul": return `${bracket(a)} × ${bracket(b)}`;
    case "divide": return `${bracket(a)} ÷ ${bracket(b)}`;
    case "power": return `${bracket(a)} ^ ${bracket(b)}`;
    case "reciprocal": return `1 / ${bracket(a)}`;
    case "absolute": return `|${a}|`;
    case "identity": return a;
    default: return `${op}(${b === undefined ? a : `${a}, ${b}`})`;
  }
}

function nameOf(node, i) {
  if (node.label) return node.label;
  if (node.literal) return text(node.value);
  if (graph.roots.includes(i)) return graph.roots.length > 1 ? said("outputs", { n: graph.roots.indexOf(i) + 1 }) : said("output");
  const words = node.op && !node.inputs.some((j) => names[j] === null) && symbols(node);
  return words && words.length <= 18 ? words : null; // null: too long to be called by
}

const symbols = ({ op, inputs }) => expression(op, ...inputs.map((j) => names[j]));
const called = (i) => names[i] ?? shown(now.values[i]);
const partialName = (i) => names[i] === null ? said("at", { x: shown(now.values[i]) })
  : `∂${bracket(names[root])}/∂${bracket(names[i])}`;
const equals = (i) => partialName(i) + (names[i] === null ? ": " : " = ");
const numbers = (i) => expression(nodes[i].op, ...nodes[i].inputs.map((j) => shown(now.values[j])));
const shareOf = ([i, slot]) => gradient.adjoints[i] === null ? null
  : gradient.adjoints[i] === 0 ? 0 : gradient.adjoints[i] * now.partials[i][slot];
const sharesOf = (i) => consumers[i].filter((use) => shareOf(use) !== null); // those uses that reach the root

function total(shares) { // null where there is none
  const known = shares.filter((share) => share !== null && share !== undefined);
  if (!known.length) return null;
  const sum = known.reduce((a, b) => a + b), size = known.reduce((a, b) => a + Math.abs(b), 0);
  return Math.abs(sum) <= ROUNDING * size ? 0 : sum;
}

function title({ composite, text }, way) {
  const words = composite !== null ? composites[composite].name : text;
  return element("h2", way ? said(way, { what: words }) : words);
}

// --- values ---

function question(unit) { // what is computed at a unit, before the result
  if (unit.several) {
    const { name, formula } = composites[unit.composite] ?? { name: unit.text }, { sources } = border(unit);
    const inputs = sources.slice(0, 8).map((i) => (names[i] === null ? "" : `${names[i]} = `) + shown(now.values[i])).join(", ");
    return said("with", { what: name + (formula ? `: ${formula}` : ""), inputs: inputs + (sources.length > 8 ? " …" : "") });
  }
  const node = nodes[unit.node], words = node.inputs.some((j) => names[j] === null) ? null : symbols(node);
  return [...new Set([names[unit.node], words, numbers(unit.node)])].filter((part) => part !== null).join(" = ");
}

function valueLines(unit) {
  if (unit.several)
    return [element("p", question(unit)), ...border(unit).outputs.slice(0, 8).map((i) =>
      element("p", [names[i] === null ? "= " : `${names[i]} = `, num(now.values[i], "value")]))];
  const y = num(now.values[unit.node], "value"), node = nodes[unit.node];
  if (!node.op) return [element("p", say(node.literal ? "number" : "leaf", { x: called(unit.node), value: y }))];
  return [element("p", [`${question(unit)} = `, y])];
}

// --- gradients ---

function ownGradient(unit) {
  const own = unit.several ? border(unit).outputs : [unit.node];
  return own.filter((i) => !nodes[i].literal && gradient.adjoints[i] !== null).slice(0, 4).map((i) => {
    const equation = element("span", [equals(i), num(gradient.adjoints[i], "gradient")]);
    return element("p", i === root ? say("begins", { gradient: equation })
      : say("grows", { gradient: equation, x: names[i] ?? said("it"), y: names[root], change: signed(0.01 * gradient.adjoints[i]) }));
  });
}

// One line for each input: incoming × local.  `arrived` says which uses have handed their share on.
function gradientLines(unit, arrived = () => true) {
  const rows = rowsOf(unit);
  if (rows.length && rows.every(({ share }) => share === null)) return []; // the output does not depend on it
  const lines = rows.slice(0, 12).map(({ to, terms, share, rule }, row) => {
    const word = (name) => row === 0 ? name : undefined; // named once, where they first multiply
    const product = terms.flatMap(([g, d], k) => [k ? " + " : "", num(g, "gradient", word("incoming")), " × ", num(d, "partial", word("local"))]);
    const line = [...product, " = ", num(share, "gradient")], shares = sharesOf(to);
    const words = shares.length > 1
      ? say(names[to] === null ? "shareat" : "share", { gradient: partialName(to), product: element("span", line) }) : [equals(to), ...line];
    if (rule) words.push(element("small", said("rule", { rule })));
    const there = shares.filter(([k]) => arrived(k)).map(shareOf);
    if (shares.length > 1 && shares.length <= 8 && there.length)
      words.push(element("small", said(there.length < shares.length ? "sofar" : "shares",
        { sum: there.map((s, k) => k ? bracket(text(s), /^−/) : text(s)).join(" + "), total: text(total(there)), n: shares.length - there.length })));
    return element("p", words);
  });
  if (rows.length > 12) lines.push(element("p", said("moreinputs", { n: rows.length - 12 })));
  const { op } = unit.composite === null ? nodes[unit.node] : {};
  if (PROVERBS.includes(op)) lines.push(element("p", said(op), { class: "proverb" }));
  return lines;
}

const PROVERBS = ["add", "mul", "exp", "divide", "reciprocal", "log", "relu", "maximum", "minimum"];

function rowsOf(unit) {
  if (unit.several) return rowsThrough(unit);
  const i = unit.node, drawn = drawing.edges.flatMap(({ uses }) => uses.filter(([k]) => k === i));
  return drawn.filter(([, slot]) => !nodes[nodes[i].inputs[slot]].literal).map(([, slot]) => ({
    to: nodes[i].inputs[slot], terms: [[gradient.adjoints[i], now.partials[i][slot]]], share: shareOf([i, slot]),
    rule: formula(nodes[i], slot),
  }));
}

function formula({ op, inputs }, slot) { // of a partial derivative; that of a product is the other factor's name
  if (op === "mul") return names[inputs[1 - slot]] ?? "";
  return PROVERBS.includes(op) ? "" : FORMULAS[op]?.[slot] ?? "";
}

function border({ inside }) { // what goes into several nodes, and what comes out of them
  const sources = new Set(), outputs = [];
  for (const i of [...inside].sort((a, b) => a - b)) {
    for (const j of nodes[i].inputs ?? []) if (!inside.has(j) && !nodes[j].literal) sources.add(j);
    if (graph.roots.includes(i) || consumers[i].some(([k]) => !inside.has(k))) outputs.push(i);
  }
  return { sources: [...sources], outputs };
}

function rowsThrough(unit) { // its derivative from each input to each output, by a sweep inside it alone
  const { inside } = unit, { sources, outputs } = border(unit);
  const local = outputs.slice(0, 6).map((i) => sweep(nodes, now, i, inside).adjoints);
  const arriving = outputs.map((i) =>
    total([i === root ? 1 : null, ...consumers[i].filter(([k]) => !inside.has(k)).map(shareOf)]));
  const drawn = new Set(drawing.edges.filter(({ to }) => to === unit.id).map(({ source }) => source)); // the leaves it holds come last
  return sources.sort((a, b) => drawn.has(b) - drawn.has(a)).map((to) => ({
    to, rule: sources.length === 1 ? composites[unit.composite]?.derivative : "",
    terms: local.map((each, k) => [arriving[k], each[to]]).filter(([g, d]) => g !== null && d !== null),
    share: total(consumers[to].filter(([k]) => inside.has(k)).map(shareOf)),
  }));
}

// --- paths ---

const MOST_PATHS = 200; // that are followed; more are counted

// The nodes on paths from i to the root, each with how many paths lead on from it.
function above(i) {
  const count = new Map([[root, 1]]);
  for (let k = root; k >= i; k--) {
    if (k === root || !consumers[k].length) continue;
    const ways = consumers[k].reduce((sum, [c]) => sum + (count.get(c) ?? 0), 0);
    if (ways) count.set(k, ways);
  }
  const found = new Map([[i, count.get(i) ?? 0]]);
  for (const k of found.keys()) for (const [c] of consumers[k]) if (count.has(c)) found.set(c, count.get(c));
  return found;
}

function pathLines(i) { // each path from a node to the root with its product, the largest first
  const found = above(i), n = found.get(i), paths = [], open = [[i, []]];
  if (!n) return [said("nopath", { y: names[root], x: called(i) })];
  const head = said(n === 1 ? "path" : "paths", { y: bracket(names[root]), x: bracket(called(i)), total: shown(gradient.adjoints[i]), n });
  while (open.length && n <= MOST_PATHS) {
    const [k, uses] = open.pop();
    if (k === root) paths.push([uses.reduce((product, [c, slot]) => product * now.partials[c][slot], 1), uses]);
    else for (const use of consumers[k]) if (found.has(use[0])) open.push([use[0], [...uses, use]]);
  }
  paths.sort(([a], [b]) => Math.abs(b) - Math.abs(a));
  const brief = (words, join) => (words.length > 9 ? [...words.slice(0, 4), "…", ...words.slice(-4)] : words).join(join);
  const lines = paths.slice(0, 4).map(([product, uses]) => {
    const factors = uses.toReversed().map(([c, slot]) => bracket(shown(now.partials[c][slot]), /^−/));
    const way = [...uses.toReversed().map(([c]) => names[c] ?? nodes[c].op), called(i)];
    return `${shown(product)} = ${brief(factors, " × ")}   ${brief(way, " → ")}`;
  });
  const more = n - lines.length;
  return [head, ...lines, ...(more ? [said("morepaths", { n: more })] : [])];
}
