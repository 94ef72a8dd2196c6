// The page that steps through a recorded graph; sweep.js stands before it in the same script.
// Invariant: what is shown is a function of `leaves`, `at`, `chosen`, `root` and `drawing` alone, by `render`.

const $ = (id) => document.getElementById(id);
const graph = JSON.parse($("graph").textContent);
const { nodes, composites, drawings } = graph;
const recorded = nodes.map((node) => node.value);
const names = [];
const membersOf = composites.map(({ members }) => new Set(members));
const consumers = nodes.map(() => []);
nodes.forEach((node, i) => (node.inputs || []).forEach((j, slot) => consumers[j].push([i, slot])));

let leaves = recorded.slice(), root = graph.roots[0], state = graph.state, drawing, at = 0, chosen = null;
let now, gradient, gradientBefore; // the passes at the present numbers, and the sweep at the recorded ones
const before = evaluate(nodes, recorded), original = $("picture").firstElementChild.cloneNode(true);

// --- words ---

function element(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat()); // text stays text, whatever is in it
  return made;
}
const shown = (x) => text(x, graph.precision);
const num = (x, kind) => element("b", shown(x), { class: kind });
function bracket(words, loose = /^[−+]|[\s^]/) { // unless it is one word, a call, or binds more tightly
  let bare = words;
  while (/\([^()]*\)/.test(bare)) bare = bare.replace(/\([^()]*\)/g, "");
  return loose.test(bare) ? `(${words})` : words;
}
const signed = (x) => (x > 0 ? "+" : "") + shown(x);

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
  if (graph.roots.includes(i)) return graph.roots.length > 1 ? `output ${graph.roots.indexOf(i) + 1}` : "output";
  const words = node.op && !node.inputs.some((j) => names[j] === null) && symbols(node);
  return words && words.length <= 18 ? words : null; // null: too long to be called by
}

const symbols = ({ op, inputs }) => expression(op, ...inputs.map((j) => names[j]));
const called = (i) => names[i] ?? shown(now.values[i]);
const partialName = (i) => names[i] === null ? `gradient at ${shown(now.values[i])}`
  : `∂${bracket(names[root])}/∂${bracket(names[i])}`;
const equals = (i) => partialName(i) + (names[i] === null ? ": " : " = ");
const numbers = (i) => expression(nodes[i].op, ...nodes[i].inputs.map((j) => shown(now.values[j])));
const shareOf = ([i, slot]) => gradient.adjoints[i] === null ? null
  : gradient.adjoints[i] === 0 ? 0 : gradient.adjoints[i] * now.partials[i][slot];

function total(shares) { // null where there is none
  const known = shares.filter((share) => share !== null && share !== undefined);
  return known.length ? known.reduce((a, b) => a + b) : null;
}

const PROVERB = {
  add: "Addition passes the gradient on unchanged.",
  mul: "Multiplication swaps its inputs: to each goes the gradient times the other.",
  exp: "The derivative of eˣ is eˣ itself, the output.",
  divide: "The derivative of a ÷ b by a is 1/b, by b it is −y/b, with y the output.",
  reciprocal: "The derivative of 1/x is −y², with y the output.",
  log: "The derivative of log x is 1/x.",
  relu: "relu lets the gradient through where its input is positive, and stops it elsewhere.",
  maximum: "The gradient goes to the larger input; at a tie each gets half.",
  minimum: "The gradient goes to the smaller input; at a tie each gets half.",
};

function valueLines(unit) {
  if (unit.composite !== null) {
    const { name, formula } = composites[unit.composite];
    const { sources, outputs } = border(unit.composite);
    const results = outputs.slice(0, 8).map((i) => element("p",
      [names[i] === null ? "= " : `${names[i]} = `, num(now.values[i], "value")]));
    const given = sources.slice(0, 8).map((i) => (names[i] === null ? "" : `${names[i]} = `) + shown(now.values[i])).join(", ");
    return [element("p", `${name}${formula ? `: ${formula}` : ""}, with ${given}${sources.length > 8 ? " …" : ""}`),
      ...results];
  }
  const node = nodes[unit.node];
  const y = num(now.values[unit.node], "value"), name = names[unit.node];
  if (!node.op) return [element("p", [`${called(unit.node)} = `, y, node.literal ? ", a number." : ", an input."])];
  const words = node.inputs.some((j) => names[j] === null) ? null : symbols(node);
  const chain = [...new Set([name, words, numbers(unit.node)])].filter((part) => part !== null);
  return [element("p", [`${chain.join(" = ")} = `, y])];
}

function gradientLines(unit) {
  const rows = unit.composite !== null ? compositeRows(unit.composite) : nodeRows(unit.node);
  if (rows.length && rows.every(({ share }) => share === null)) return []; // the output does not depend on it
  const lines = rows.slice(0, 12).map(({ to, terms, share, rule }) => {
    const product = terms.flatMap(([g, d], k) => [k ? " + " : "", num(g, "gradient"), " × ", num(d, "partial")]);
    const shares = consumers[to].map(shareOf).filter((given) => given !== null); // those that reach the root
    const line = [shares.length > 1 ? `a share of ${names[to] === null ? "the " : ""}${partialName(to)}: ` : equals(to), ...product,
      " = ", num(share, "gradient")];
    if (rule) line.push(element("small", ` (the derivative is ${rule})`));
    if (shares.length > 1 && shares.length <= 8)
      line.push(element("small", `; its shares ${shares.map((s) => text(s)).join(" + ")} = ${text(total(shares))}`));
    return element("p", line);
  });
  if (rows.length > 12) lines.push(element("p", `… and ${rows.length - 12} more inputs.`));
  const proverb = unit.composite === null && PROVERB[nodes[unit.node].op];
  if (proverb) lines.push(element("p", proverb, { class: "proverb" }));
  return lines;
}

function nodeRows(i) {
  const drawn = drawing.edges.flatMap(({ uses }) => uses.filter(([k]) => k === i));
  return drawn.filter(([, slot]) => !nodes[nodes[i].inputs[slot]].literal).map(([, slot]) => ({
    to: nodes[i].inputs[slot], terms: [[gradient.adjoints[i], now.partials[i][slot]]], share: shareOf([i, slot]),
    rule: formula(nodes[i], slot),
  }));
}

function formula({ op, inputs }, slot) { // of a partial derivative; that of a product is the other factor's name
  if (op === "mul") return names[inputs[1 - slot]] ?? "";
  return op in PROVERB ? "" : PRIMITIVES[op][1 + slot][1];
}

function border(c) { // what goes into a composite, and what comes out of it
  const inside = membersOf[c], sources = new Set(), outputs = [];
  for (const i of composites[c].members) {
    for (const j of nodes[i].inputs) if (!inside.has(j) && !nodes[j].literal) sources.add(j);
    if (graph.roots.includes(i) || consumers[i].some(([k]) => !inside.has(k))) outputs.push(i);
  }
  return { sources: [...sources], outputs };
}

function compositeRows(c) { // its derivative from each input to each output, by a sweep inside it alone
  const inside = membersOf[c], { sources, outputs } = border(c);
  const local = outputs.map((i) => sweep(nodes, now, i, inside).adjoints);
  const arriving = outputs.map((i) =>
    total([i === root ? 1 : null, ...consumers[i].filter(([k]) => !inside.has(k)).map(shareOf)]));
  return sources.map((to) => ({
    to, rule: sources.length === 1 ? composites[c].derivative : "",
    terms: outputs.map((_, k) => [arriving[k], local[k][to]]).filter(([g, d]) => g !== null && d !== null).slice(0, 6),
    share: total(consumers[to].filter(([k]) => inside.has(k)).map(shareOf)),
  }));
}

function ownGradient(unit) {
  const own = unit.composite === null ? [unit.node] : border(unit.composite).outputs;
  return own.filter((i) => !nodes[i].literal && gradient.adjoints[i] !== null).slice(0, 4).map((i) => element("p", [
    equals(i), num(gradient.adjoints[i], "gradient"), i === root ? ", where the sweep begins."
      : `: if ${names[i] ?? "it"} grows by 0.01, ${names[root]} changes by about ${signed(0.01 * gradient.adjoints[i])}.`]));
}

// --- the steps ---

function steps() {
  const inner = drawing.units.filter(({ kind }) => kind === "operator" || kind === "composite");
  const list = [{ kind: "all" }, { kind: "inputs" }];
  for (const unit of inner) list.push({ kind: "value", unit });
  list.push({ kind: "seed" });
  for (const unit of inner.toReversed()) list.push({ kind: "gradient", unit });
  return list;
}

function explanation(step) {
  if (chosen) {
    const excuse = chosen.stuck ? [element("p", "Unfolded, the picture would be too large for this page.")] : [];
    return [title(chosen), ...excuse, ...valueLines(chosen), ...ownGradient(chosen), ...gradientLines(chosen)];
  }
  switch (step.kind) {
    case "all": {
      const said = now.values[root] === null ? "has no value: see the words on the picture" : null;
      return [element("h2", "The whole picture"), element("p", said ? `${names[root]} ${said}.` : [
        "Each edge bears its ", element("b", "value", { class: "value" }), " above and its ",
        element("b", "gradient", { class: "gradient" }), ` below: how much ${names[root]} changes for each unit of it. `,
        "Step forward to see where they come from, or click on a node."])];
    }
    case "inputs":
      return [element("h2", "The inputs"), element("p", "The values go in at the leaves; from here they are computed forward.")];
    case "seed":
      return [element("h2", "Turning round"), element("p", [`∂${bracket(names[root])}/∂${bracket(names[root])} = `,
        num(1, "gradient"), ": the sweep begins at the output and goes backward, by the chain rule."])];
    case "value": return [title(step.unit, "forward"), ...valueLines(step.unit)];
    default: return [title(step.unit, "backward"), ...ownGradient(step.unit).slice(0, 4), ...gradientLines(step.unit)];
  }
}

function title({ composite, text }, way) {
  const words = composite !== null ? composites[composite].name : text;
  return element("h2", way ? `${words}, ${way}` : words);
}

// --- the picture ---

function show(key) { // the drawing of this state of the composites
  const other = $(`drawing${graph.states[key]}`)?.content ?? original;
  if (key !== state) $("picture").replaceChildren(other.cloneNode(true));
  state = key;
  drawing = { ...drawings[graph.states[key]] };
  drawing.units = drawing.units.filter(({ id }) => $(id)); // the box style has no ends
  const svg = $("picture").querySelector("svg");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", `computation graph of ${names[root]}`);
  svg.style.minWidth = `${0.75 * svg.viewBox.baseVal.width}px`; // beyond that it scrolls
  drawing.units.forEach((unit, k) => {
    control(unit.id, k ? -1 : 0, (event) => unit.composite === null ? explain(unit) : toggle(unit.composite, event));
    if (unit.composite !== null) $(unit.id).setAttribute("aria-expanded", "false");
  });
  for (const { id, composite } of drawing.boxes) {
    control(id, -1, (event) => toggle(composite, event));
    $(id).setAttribute("aria-expanded", "true");
    $(id).setAttribute("aria-label", `${composites[composite].name}: fold`);
  }
  $("at").max = steps().length - 1;
}

function control(id, tabindex, act) {
  const item = $(id);
  item.setAttribute("role", "button");
  item.setAttribute("tabindex", tabindex);
  item.addEventListener("click", act);
  item.addEventListener("keydown", (event) => {
    const all = [...$("picture").querySelectorAll("[tabindex]")], k = all.indexOf(item);
    const go = { ArrowDown: k + 1, ArrowUp: k - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") act(event);
    else if (go === undefined) return;
    else if (all[go]) {
      item.setAttribute("tabindex", -1);
      all[go].setAttribute("tabindex", 0);
      all[go].focus();
    }
    event.preventDefault();
  });
}

function explain(unit) {
  chosen = unit;
  render();
}

function toggle(c, event) {
  const { bit } = composites[c], other = state[bit] === "1" ? "0" : "1";
  const key = state.slice(0, bit) + other + state.slice(bit + 1);
  chosen = { node: null, composite: c, stuck: !(key in graph.states) };
  if (chosen.stuck) return render();
  const step = steps()[at];
  show(key);
  const same = steps().findIndex(({ kind, unit }) => kind === step.kind && unit?.node === step.unit?.node
    && unit?.composite === step.unit?.composite);
  at = Math.max(same, 0);
  render();
  const unit = drawing.units.find(({ composite }) => composite === c) ?? drawing.boxes.find(({ composite }) => composite === c);
  if (event.type === "keydown" && unit) $(unit.id).focus();
}

function write(id, kind, words, ahead) {
  const place = $(id)?.querySelector(`:scope > text.${kind}`);
  if (!place) return;
  place.textContent = words;
  place.classList.toggle("ahead", ahead);
}

function paint(list) {
  const step = list[at], forward = new Map(), backward = new Map(), seed = list.findIndex(({ kind }) => kind === "seed");
  list.forEach(({ kind, unit }, k) => {
    if (kind === "value") forward.set(unit.id, k);
    if (kind === "gradient") backward.set(unit.id, k);
  });
  const current = chosen ?? step.unit, mark = (id, on) => $(id)?.classList.toggle("now", Boolean(on));
  const below = under(root), complete = new Map(); // for each node the step at which all its shares are there
  for (const { id, from, to, source, uses } of drawing.edges) {
    const born = forward.get(from) ?? 1, back = backward.get(to) ?? seed;
    const share = uses.length ? total(uses.map(shareOf)) : source === root ? gradient.adjoints[root] : null;
    complete.set(source, { from, born, back: Math.max(complete.get(source)?.back ?? 0, back) });
    write(id, "value", shown(now.values[source]), at > 0 && at < born);
    write(id, "gradient", share !== null ? shown(share)
      : uses.some(([k]) => below.has(k)) || source === root ? "—" : "", at > 0 && at < back);
    if ($(id)?.querySelector("text.partial")) {
      const partial = localPartial(uses, source, to);
      write(id, "partial", partial === null ? "" : `∂ ${shown(partial)}`, false);
    }
    const tip = $(id)?.querySelector(":scope > title");
    if (tip) tip.textContent = `${names[source] ?? nodes[source].op ?? "input"}: value ${text(now.values[source], 12)}, gradient ${text(share, 12)}`;
    mark(id, current && (to === current.id || (step.kind !== "gradient" && from === current.id)));
  }
  for (const [i, { from, born, back }] of complete) // a node's own numbers: a leaf's sum, the cells of the box style
    for (const id of [nodes[i].op ? `v${i}` : from, `v${i}`]) {
      write(id, "value", shown(now.values[i]), at > 0 && at < born);
      write(id, "gradient", shown(gradient.adjoints[i]), at > 0 && at < back);
    }
  for (const unit of drawing.units) {
    mark(unit.id, unit === current || (unit.composite !== null && unit.composite === current?.composite));
    $(unit.id).setAttribute("aria-label", spoken(unit));
  }
  for (const { id, composite } of drawing.boxes) mark(id, current?.composite === composite && current.node === null);
}

function under(top) { // the nodes that a root is computed from
  const found = new Set([top]);
  for (let i = top; i >= 0; i--) if (found.has(i)) (nodes[i].inputs || []).forEach((j) => found.add(j));
  return found;
}

function localPartial(uses, source, to) {
  if (!to.startsWith("c")) return uses.length ? now.partials[uses[0][0]][uses[0][1]] ?? null : null;
  const composite = Number(to.slice(1));
  const { outputs } = border(composite);
  return outputs.length === 1 ? sweep(nodes, now, outputs[0], membersOf[composite]).adjoints[source] : null;
}

function spoken(unit) {
  if (unit.composite !== null) return `${composites[unit.composite].name}: unfold`;
  const { op, label } = nodes[unit.node], own = gradient.adjoints[unit.node];
  return `${[op, label].filter(Boolean).join(", ") || "input"}, value ${text(now.values[unit.node])}`
    + (own === null ? "" : `, gradient ${text(own)}`);
}

function flag(errors) { // words at the node that failed
  const svg = $("picture").querySelector("svg");
  svg.querySelectorAll(".error").forEach((old) => old.remove());
  svg.querySelectorAll(".broken").forEach((old) => old.classList.remove("broken"));
  for (const [i, message] of errors) {
    const unit = drawing.units.find(({ node, composite }) => node === i || (composite !== null && membersOf[composite].has(i)));
    const place = unit && $(unit.id);
    if (!place) continue;
    place.classList.add("broken");
    const box = place.getBBox(), view = svg.viewBox.baseVal;
    const words = document.createElementNS("http://www.w3.org/2000/svg", "text");
    words.setAttribute("class", "error");
    words.textContent = message;
    svg.append(words);
    const width = words.getBBox().width, middle = box.x + box.width / 2;
    words.setAttribute("x", Math.max(width / 2, Math.min(middle, view.width - width / 2)));
    words.setAttribute("y", box.y + box.height + 14);
  }
}

// --- the inputs ---

function nice(x) { // 1, 2 or 5 times a power of ten, at most x
  const unit = 10 ** Math.floor(Math.log10(x)), first = x / unit;
  return unit * (first >= 5 ? 5 : first >= 2 ? 2 : 1);
}

function inputRow(node, i) {
  const label = names[i] ?? `input ${text(node.value)}`;
  const reach = Math.abs(node.value) || 1, step = nice(reach / 100), n = Math.ceil(reach / step - 1e-9);
  const slider = element("input", [], { type: "range", "aria-label": `${label}, slider`, id: `slide${i}` });
  const typed = element("input", [], { type: "number", step: "any", id: `leaf${i}` });
  const follow = (x) => {
    typed.toggleAttribute("aria-invalid", !Number.isFinite(x));
    if (!Number.isFinite(x)) return;
    leaves[i] = x;
    render();
  };
  Object.assign(slider, { min: node.value - n * step, max: node.value + n * step, step, value: node.value });
  slider.addEventListener("input", () => {
    const x = Number(Number(slider.value).toPrecision(12));
    typed.value = x;
    follow(x);
  });
  typed.addEventListener("input", () => {
    const x = typed.value.trim() === "" ? NaN : Number(typed.value);
    if (Number.isFinite(x)) {
      slider.min = Math.min(slider.min, x);
      slider.max = Math.max(slider.max, x);
      slider.value = x;
    }
    follow(x);
  });
  typed.value = node.value;
  return element("div", [element("label", label, { for: `leaf${i}` }), slider, typed,
    element("output", "", { id: `effect${i}`, for: `leaf${i}` })], { class: "input" });
}

function reset() {
  leaves = recorded.slice();
  const rows = nodes.flatMap((node, i) => !node.op && !node.literal ? [inputRow(node, i)] : []);
  $("inputs").replaceChildren(...rows);
  render();
}

function showChange() {
  let estimate = 0;
  const changed = [];
  nodes.forEach((node, i) => {
    const effect = $(`effect${i}`);
    if (!effect) return;
    const change = leaves[i] - recorded[i], slope = gradientBefore.adjoints[i];
    const part = change === 0 ? 0 : slope === null ? null : slope * change;
    if (change !== 0) changed.push(names[i]);
    estimate = estimate === null || part === null ? null : estimate + part;
    effect.replaceChildren(...(change === 0 ? [] : [num(slope, "gradient"), ` × ${bracket(signed(change))} = `, signed(part)]));
  });
  $("reset").disabled = changed.length === 0;
  if (!changed.length) {
    $("change").replaceChildren(element("p", `Move a slider or type a number: every value and gradient follows.`));
    return;
  }
  const was = before.values[root], is = now.values[root], exact = is === null || was === null ? null : is - was;
  const row = (head, ...cells) => element("tr", [element("th", head, { scope: "row" }), ...cells.map((x) => element("td", x))]);
  $("change").replaceChildren(element("table", [
    row(names[root], [num(was, "value"), " → ", num(is, "value")]),
    row("exact change", exact === null ? "—" : signed(exact)),
    row("estimate, gradient × change", estimate === null ? "—" : signed(estimate)),
    row("difference", exact === null || estimate === null ? "—" : signed(tidy(exact - estimate, exact))),
  ]));
}

const tidy = (x, scale) => Math.abs(x) <= 1e-12 * Math.abs(scale) ? 0 : x; // rounding is no difference

// --- all of it ---

function render() {
  now = evaluate(nodes, leaves);
  gradient = sweep(nodes, now, root);
  gradientBefore = sweep(nodes, before, root);
  const list = steps(), errors = [...now.errors, ...gradient.broken];
  paint(list);
  flag(errors);
  $("at").value = at;
  $("at").setAttribute("aria-valuetext", where(list));
  $("where").textContent = where(list);
  $("back").disabled = at === 0;
  $("next").disabled = at === list.length - 1;
  $("explanation").replaceChildren(...explanation(list[at]),
    ...errors.map(([, message]) => element("p", message, { class: "words" })));
  $("result").replaceChildren(`${names[root]} = `, num(now.values[root], "value"));
  showChange();
}

function where(list) {
  const { kind } = list[at], inner = (list.length - 3) / 2;
  if (kind === "value" || kind === "inputs") return `forward ${at - 1} of ${inner}`;
  return kind === "all" ? "whole picture" : `backward ${at - 2 - inner} of ${inner}`;
}

function go(to) {
  at = Math.min(Math.max(to, 0), steps().length - 1);
  chosen = null;
  render();
  const unit = steps()[at].unit, frame = $("picture").getBoundingClientRect();
  if (!unit) return;
  const place = $(unit.id).getBoundingClientRect();
  if (place.left < frame.left || place.right > frame.right)
    $("picture").scrollLeft += place.left - frame.left - frame.width / 2;
}

$("first").addEventListener("click", () => go(0));
$("back").addEventListener("click", () => go(at - 1));
$("next").addEventListener("click", () => go(at + 1));
$("at").addEventListener("input", () => go(Number($("at").value)));
$("reset").addEventListener("click", reset);
$("root").addEventListener("change", () => { root = Number($("root").value); go(at); });
document.addEventListener("keydown", (event) => {
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: Infinity }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  go(to);
});
nodes.forEach((node, i) => names.push(nameOf(node, i)));
$("root").replaceChildren(...graph.roots.map((i) => element("option", names[i], { value: i })));
$("roots").hidden = graph.roots.length === 1;
show(state);
reset();
