// What if: the inputs as sliders and fields, and y over the one that moved, with its tangent.
// Invariant: a leaf holds a finite number; what is typed and is none leaves it as it was, and is told.

const comma = /,/.test(new Intl.NumberFormat(navigator.language).format(1.5));
let moved = null; // the leaf that was touched last

function nice(x) { // 1, 2 or 5 times a power of ten, at most x
  const power = 10 ** Math.floor(Math.log10(x)), first = x / power;
  return power * (first >= 5 ? 5 : first >= 2 ? 2 : 1) || Number.MIN_VALUE;
}

function range(i) { // of a slider: as recorded, and as far as its leaf has gone beyond
  const x = recorded[i], reach = Math.min(Math.abs(x) || 1, 8e307), step = nice(reach / 100), n = Math.ceil(reach / step - 1e-9);
  return { min: Math.min(x - n * step, leaves[i]), max: Math.max(x + n * step, leaves[i]), step };
}

const rounded12 = (x) => Number(x.toPrecision(12));

function parsed(text) { // a number as the reader writes it; NaN where it is none
  const plain = text.trim().replace(/−/g, "-"), point = comma && !plain.includes(".") ? plain.replace(",", ".") : plain;
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(point) ? Number(point) : NaN;
}

function inputRow(i) {
  const label = names[i] ?? said("inputat", { value: text(recorded[i]) });
  const slider = element("input", [], { type: "range", "aria-label": said("slider", { x: label }), id: `slide${i}` });
  const field = element("input", [], { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    role: "spinbutton", id: `leaf${i}`, "aria-describedby": `told${i}` });
  slider.addEventListener("input", () => set(i, rounded12(Number(slider.value))));
  field.addEventListener("input", () => {
    const x = parsed(field.value), rest = { text: field.value.trim().slice(0, 40), x: text(leaves[i], 12) };
    const words = !rest.text ? "empty" : Number.isNaN(x) ? "notnumber" : Number.isFinite(x) ? "" : "toolarge";
    if (!words) return set(i, x, field);
    field.setAttribute("aria-invalid", "true");
    $(`told${i}`).textContent = said(words, rest);
  });
  field.addEventListener("keydown", (event) => {
    const sign = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    set(i, rounded12(leaves[i] + sign * range(i).step));
  });
  for (const item of [slider, field]) item.addEventListener("focus", () => { moved = i; render(); });
  return element("div", [element("label", label, { for: `leaf${i}` }), slider, field,
    element("output", "", { id: `effect${i}`, for: `leaf${i}` }), element("output", "", { id: `told${i}`, class: "told" })], { class: "input" });
}

const pull = (i, from, steps) => set(i, rounded12(from + steps * range(i).step)); // a number dragged on the picture

function set(i, x, field = null) { // field: that in which it was typed, which keeps what was typed
  if (!Number.isFinite(x)) return;
  leaves[i] = x;
  moved = i;
  showInput(i, field);
  render();
}

function showInput(i, typedIn = null) {
  const field = $(`leaf${i}`), slider = $(`slide${i}`);
  if (field !== typedIn) field.value = comma ? String(leaves[i]).replace(".", ",") : leaves[i];
  field.removeAttribute("aria-invalid");
  field.setAttribute("aria-valuenow", leaves[i]);
  $(`told${i}`).textContent = "";
  Object.assign(slider, { ...range(i), value: leaves[i] });
}

const inputs = []; // the leaves that can be changed

function listInputs() { // in the order of the picture: from its top, or from its left where it is upright
  const order = (i) => {
    const unit = drawing.unitOf.get(i), word = unit && place(unit.id).querySelector("text");
    return word ? Number(word.getAttribute(graph.upright ? "x" : "y")) : Infinity;
  };
  inputs.push(...nodes.flatMap((node, i) => !node.op && !node.literal ? [i] : []));
  const at = new Map(inputs.map((i) => [i, order(i)]));
  inputs.sort((a, b) => at.get(a) - at.get(b) || a - b);
  $("inputs").replaceChildren(...inputs.map(inputRow));
  for (const i of inputs) showInput(i);
}

function reset() {
  leaves = recorded.slice();
  moved = null;
  for (const i of inputs) showInput(i);
  render();
}

const tidy = (x, scale) => Math.abs(x) <= 1e-12 * Math.abs(scale) ? 0 : x; // rounding is no difference

function showChange() {
  let estimate = 0;
  const changed = inputs.filter((i) => leaves[i] !== recorded[i]);
  for (const i of inputs) {
    const change = leaves[i] - recorded[i], slope = gradientBefore.adjoints[i];
    const part = change === 0 ? 0 : slope === null ? null : slope * change;
    estimate = estimate === null || part === null ? null : estimate + part;
    put(`effect${i}`, `${change} ${slope}`, () => $(`effect${i}`).replaceChildren(
      ...(change === 0 ? [] : [num(slope, "gradient"), ` × ${bracket(signed(change))} = `, signed(part)])));
  }
  drawCurve();
  if (!changed.length) return void $("change").replaceChildren(element("p", said("move")));
  const was = before.values[root], is = now.values[root], exact = is === null || was === null ? null : is - was;
  const row = (head, ...cells) => element("tr", [element("th", head, { scope: "row" }), ...cells.map((x) => element("td", x))]);
  $("change").replaceChildren(element("table", [
    row(names[root], [num(was, "value"), " → ", num(is, "value")]),
    row(said("change"), exact === null ? "—" : signed(exact)),
    row(said("estimate"), estimate === null ? "—" : signed(estimate)),
    row(said("difference"), exact === null || estimate === null ? "—" : signed(tidy(exact - estimate, exact))),
  ]));
}

// --- y over one input, the tangent where it was, and the gap between the two ---

const CURVE = { width: 340, height: 200, left: 52, right: 12, top: 14, bottom: 30, points: 60 };

function drawCurve() {
  const i = moved ?? inputs.find((j) => gradient.adjoints[j]) ?? inputs[0], { min, max } = i === undefined ? {} : range(i);
  $("curve").hidden = i === undefined || !(max > min) || asking;
  if ($("curve").hidden) return;
  const x0 = recorded[i], x1 = leaves[i];
  const others = JSON.stringify([i, min, max, root, leaves.map((x, j) => j === i ? 0 : x)]);
  if (drawCurve.others !== others) { // moving the input itself leaves its curve as it is
    const at = (x) => leaves.with(i, x), value = (x) => evaluate(nodes, at(x), false).values[root];
    const xs = Array.from({ length: CURVE.points + 1 }, (_, k) => min + (max - min) * k / CURVE.points);
    const there = evaluate(nodes, at(x0));
    Object.assign(drawCurve, { others, line: xs.map((x) => [x, value(x)]), y0: there.values[root], slope: sweep(nodes, there, root).adjoints[i] });
  }
  const { line, y0, slope } = drawCurve, y1 = now.values[root];
  const tangent = y0 === null || slope === null ? () => null : (x) => y0 + slope * (x - x0);
  const known = [...line.map(([, y]) => y), y1, tangent(x1)].filter(Number.isFinite);
  $("curve").hidden = known.length === 0; // no value anywhere
  if (!known.length) return;
  let low = Math.min(...known), high = Math.max(...known);
  if (!(high > low)) [low, high] = [low - (Math.abs(low) || 1), high + (Math.abs(high) || 1)];
  const { width, height, left, right, top, bottom } = CURVE;
  const px = (x) => left + (width - left - right) * (x - min) / (max - min);
  const py = (y) => height - bottom - (height - top - bottom) * ((y / 2 - low / 2) / (high / 2 - low / 2)); // none of it overflows
  const point = ([x, y]) => `${px(x).toFixed(2)},${py(y).toFixed(2)}`;
  const pieces = line.map((p, k) => p[1] === null ? "" : (k && line[k - 1][1] !== null ? "L" : "M") + point(p)).join("");
  const parts = [
    graphic("path", { class: "axis", d: `M${left},${top}V${height - bottom}H${width - right}` }),
    ...[low, high].map((y) => graphic("text", { x: left - 5, y: py(y) + 4, "text-anchor": "end" }, text(y, 2))),
    ...[min, max].map((x, k) => graphic("text", { x: px(x), y: height - bottom + 15, "text-anchor": k ? "end" : "start" }, text(x, 3))),
    graphic("text", { x: (left + width - right) / 2, y: height - 6, "text-anchor": "middle", class: "name" }, names[i] ?? ""),
    graphic("text", { x: left + 5, y: top + 2, class: "name" }, names[root]),
    graphic("path", { class: "function", d: pieces }),
  ];
  if (tangent(x0) !== null) {
    const inside = [[min, tangent(min)], [max, tangent(max)]].map(([x, y]) => // cut at the frame
      y < low || y > high ? [x0 + (Math.min(Math.max(y, low), high) - y0) / slope, Math.min(Math.max(y, low), high)] : [x, y]);
    parts.push(graphic("path", { class: "tangent", d: `M${point(inside[0])}L${point(inside[1])}` }),
      graphic("circle", { class: "was", cx: px(x0), cy: py(y0), r: 3.5 }));
  }
  if (y1 !== null && x1 !== x0 && tangent(x1) !== null) {
    const gap = tidy(y1 - tangent(x1), y1 - y0), beside = px(x1) > width / 2 ? -6 : 6;
    if (gap) parts.push(graphic("path", { class: "gap", d: `M${point([x1, y1])}L${point([x1, tangent(x1)])}` }));
    parts.push(graphic("text", { class: "gap", x: px(x1) + beside, y: (py(y1) + py(tangent(x1))) / 2 + 4,
      "text-anchor": beside < 0 ? "end" : "start" }, said("gap", { x: shown(gap) })));
  }
  if (y1 !== null) parts.push(graphic("circle", { class: "is", cx: px(x1), cy: py(y1), r: 4 }));
  const words = said("curve", { y: names[root], x: names[i] ?? said("input"), at: shown(x0), slope: shown(slope) });
  $("curve").replaceChildren(graphic("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, parts),
    element("small", words));
}
