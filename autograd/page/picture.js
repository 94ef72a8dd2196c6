// The picture: which drawing is shown, what is written and marked in it, and how it lies in its pane.
// Invariant: the document is touched only where something changes, so that large pictures stay quick.

const pane = $("picture"), original = pane.querySelector("svg").cloneNode(true);
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let drawing, svg, zoom = null; // zoom: pixels to a point; null fits it, but so that it can be read
let places, painted; // id -> its element; what stands where, so that it is written once

function place(id) {
  if (!places.has(id)) places.set(id, $(id));
  return places.get(id);
}

function show(key, inner = null) { // the drawing of this state of the composites, or of the inside of one
  const k = inner === null ? graph.states[key] : composites[inner].inside;
  const other = $(`drawing${k}`)?.content.querySelector("svg") ?? original;
  if (key !== state || inner !== within || !svg) pane.replaceChildren(other.cloneNode(true));
  [state, within] = [key, inner];
  svg = pane.querySelector("svg");
  [places, painted] = [new Map(), new Map()];
  drawing = { ...drawings[k] };
  drawing.units = drawing.units.filter(({ id }) => place(id)); // the box style has no ends
  for (const unit of drawing.units) { // what a unit stands for: one node, or several
    unit.inside = unit.composite === null ? new Set(unit.nodes) : membersOf[unit.composite];
    unit.node = unit.composite === null ? unit.nodes[0] : null; // of a long sum the last addition
    unit.several = unit.inside.size > 1 || unit.composite !== null;
  }
  const real = drawing.units.filter(({ kind }) => kind !== "output" && kind !== "reference");
  drawing.unitOf = new Map(real.flatMap((unit) => [...unit.inside].map((i) => [i, unit])));
  drawing.partials = svg.querySelector("text.partial") !== null;
  const references = new Set(drawing.units.filter(({ kind }) => kind === "reference").map(({ id }) => id));
  const near = new Set(drawing.edges.filter(({ to }) => !references.has(to)).map(({ source }) => source));
  drawing.again = new Set(drawing.edges.filter(({ to, source }) => references.has(to) && near.has(source))); // edges that end in the air
  drawing.real = drawing.edges.filter((edge) => !drawing.again.has(edge));
  drawing.leaving = Map.groupBy(drawing.real, ({ source }) => source);
  drawing.endings = Map.groupBy(drawing.again, ({ source }) => source);
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", said("graph", { y: names[root] }));
  for (const tip of svg.querySelectorAll("title, desc")) tip.remove(); // they would tell old numbers
  for (const sum of svg.querySelectorAll(".edge > text.gradient"))
    if (sum.textContent.startsWith("Σ")) sum.setAttribute("class", "sum"); // of an inner node's shares, beside the first
  for (const line of svg.querySelectorAll(".edge > .line")) {
    const wide = line.cloneNode(); // a line is thin: this is what the mouse meets
    wide.setAttribute("class", "near");
    line.before(wide);
  }
  svg.append(graphic("g", { id: "flow" }));
  drawing.units.forEach((unit, k) => {
    control(unit.id, k ? -1 : 0, (event) => unit.opens === null ? explain(unit) : toggle(unit.opens, event));
    if (unit.opens !== null) place(unit.id).setAttribute("aria-expanded", "false");
  });
  for (const { id, composite } of drawing.boxes) {
    control(id, -1, (event) => toggle(composite, event));
    place(id).setAttribute("aria-expanded", "true");
    place(id).setAttribute("aria-label", begun(id, said("fold", { name: composites[composite].name })));
  }
  for (const { id, source, others } of drawing.edges)
    if (!nodes[source].op && !others) for (const item of [place(id), place(`n${source}`)])
      item?.querySelector(":scope > text.value")?.setAttribute("data-leaf", source);
  lay();
}

function graphic(tag, attributes, words = []) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[words].flat());
  return made;
}

function control(id, tabindex, act) {
  const item = place(id);
  item.setAttribute("role", "button");
  item.setAttribute("tabindex", tabindex);
  item.addEventListener("click", act);
  item.addEventListener("keydown", (event) => {
    const all = [...svg.querySelectorAll("[tabindex]")], k = all.indexOf(item);
    const next = { ArrowDown: k + 1, ArrowUp: k - 1 }[event.key];
    if (event.key === "Enter" || event.key === " ") act(event);
    else if (next === undefined) return;
    else if (all[next]) {
      item.setAttribute("tabindex", -1);
      all[next].setAttribute("tabindex", 0);
      all[next].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  });
}

// --- the pane: it scrolls, and its picture is as large as `zoom` says ---

const LEAST = 11; // pixels: no number is smaller on the screen

function legible() { // the zoom at which the smallest number has that many
  const sizes = [...svg.querySelectorAll("text")].map((item) => Number(item.getAttribute("font-size")) || Infinity);
  return LEAST / Math.min(LEAST, ...sizes);
}

const SNUG = 0.75, MAP = 0.6; // of that zoom: above the one, larger numbers make up for it; below the other, it is a map

function floor() { // how far one can zoom out: numbers vanish only where the whole cannot come near to showing them
  const fit = fitting(), least = legible();
  return fit < MAP * least || fit >= SNUG * least ? Math.min(fit, least) : least;
}

function fitting() {
  const { width, height } = svg.viewBox.baseVal, style = getComputedStyle(pane);
  const wide = pane.clientWidth - 2 * parseFloat(style.paddingLeft), tall = pane.clientHeight - 2 * parseFloat(style.paddingTop);
  return Math.min(wide / width, tall / height);
}

function lay(point = null) { // at a new zoom, the point of the pane (in pixels) stays where it is
  const { width, height } = svg.viewBox.baseVal, was = svg.getBoundingClientRect();
  const [far, near] = document.documentElement.classList.contains("projector") ? [1.6, 4] : [1, 2], least = legible();
  const fit = fitting(), snug = fit >= SNUG * far * least;
  const scale = zoom ?? (snug ? Math.min(fit, near) : far * least);
  svg.style.width = `${scale * width}px`;
  svg.style.height = `${scale * height}px`;
  svg.style.setProperty("--number", `${far * LEAST / scale}px`);
  svg.classList.toggle("snug", snug && scale < 0.999 * far * least && scale > 0.999 * fit);
  svg.classList.toggle("far", scale < 0.999 * least && !svg.classList.contains("snug")); // a map: numbers of the step alone
  thin();
  if (!point || !was.width) return;
  const is = svg.getBoundingClientRect(), ratio = is.width / was.width;
  pane.scrollLeft += is.left + ratio * (point.x - was.left) - point.x;
  pane.scrollTop += is.top + ratio * (point.y - was.top) - point.y;
}

function thin() { // on a map, of the step's numbers those that have room
  const kept = [];
  for (const item of svg.querySelectorAll(".edge.now > text.value, .edge.now > text.gradient")) {
    item.classList.remove("crowded");
    if (!svg.classList.contains("far") || !item.textContent) continue;
    const a = item.getBoundingClientRect();
    const crowded = kept.some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
    if (crowded) item.classList.add("crowded");
    else kept.push(a);
  }
}

function magnify(factor, point = null) {
  const { width } = svg.viewBox.baseVal, frame = pane.getBoundingClientRect();
  zoom = Math.min(Math.max(factor * svg.getBoundingClientRect().width / width, floor()), 8);
  lay(point ?? { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 });
}

function centre(ids) { // bring what these elements cover to the middle: where it is too large, the first
  let rects = ids.map((id) => place(id)?.getBoundingClientRect()).filter(Boolean);
  if (!rects.length) return;
  const frame = pane.getBoundingClientRect(), low = (side) => Math.min(...rects.map((r) => r[side]));
  const high = (side) => Math.max(...rects.map((r) => r[side])), middle = (a, b) => (low(a) + high(b)) / 2;
  if (high("right") - low("left") > frame.width || high("bottom") - low("top") > frame.height) rects = rects.slice(0, 1);
  pane.scrollTo({
    left: pane.scrollLeft + middle("left", "right") - frame.left - frame.width / 2,
    top: pane.scrollTop + middle("top", "bottom") - frame.top - frame.height / 2,
    behavior: calm.matches ? "instant" : "smooth",
  });
}

pane.addEventListener("wheel", (event) => {
  if (framed && !event.ctrlKey && !event.metaKey) return; // a notebook scrolls
  event.preventDefault();
  magnify(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), { x: event.clientX, y: event.clientY });
}, { passive: false });

const touches = new Map(); // by pointer: two fingers pinch, the mouse drags the picture or a leaf's number
let drag = null, dragged = false;

pane.addEventListener("pointerdown", (event) => {
  touches.set(event.pointerId, event);
  dragged = false;
  const leaf = asking ? undefined : event.target.dataset?.leaf;
  if (event.button !== 0 || (leaf === undefined && event.pointerType !== "mouse")) return;
  drag = { x: event.clientX, y: event.clientY, left: pane.scrollLeft, top: pane.scrollTop, moved: false };
  if (leaf !== undefined) Object.assign(drag, { leaf: Number(leaf), from: leaves[leaf] });
});
addEventListener("pointermove", (event) => {
  const before = touches.get(event.pointerId);
  if (before && touches.size === 2) {
    const [other] = [...touches].find(([id]) => id !== event.pointerId).slice(1);
    const apart = ({ clientX, clientY }) => Math.hypot(clientX - other.clientX, clientY - other.clientY);
    magnify(apart(event) / Math.max(apart(before), 1), {
      x: (event.clientX + other.clientX) / 2, y: (event.clientY + other.clientY) / 2 });
  }
  if (before) touches.set(event.pointerId, event);
  if (!drag || touches.size > 1) return;
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  drag.moved ||= Math.hypot(dx, dy) > 3;
  if (!drag.moved) return;
  pane.classList.add("dragging");
  if (drag.leaf === undefined) [pane.scrollLeft, pane.scrollTop] = [drag.left - dx, drag.top - dy];
  else pull(drag.leaf, drag.from, Math.round(dx / 3));
});
for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, (event) => {
  touches.delete(event.pointerId);
  pane.classList.remove("dragging");
  dragged = Boolean(drag?.moved);
  drag = null;
});
pane.addEventListener("click", (event) => { if (dragged) event.stopPropagation(); }, { capture: true });
pane.addEventListener("touchmove", (event) => { // two fingers zoom the picture, not the page
  if (event.touches.length > 1 || drag?.leaf !== undefined) event.preventDefault();
}, { passive: false });

// --- numbers and marks ---

function put(key, what, write) { // write what differs from what stands there
  if (painted.get(key) === what) return;
  painted.set(key, what);
  write(what);
}

function write(id, kind, words, classes = "") {
  const at = `${id} ${kind}`;
  if (!places.has(at)) places.set(at, place(id)?.querySelector(`:scope > text.${kind}`) ?? null);
  const item = places.get(at);
  if (!item) return;
  put(`${at} words`, words, () => { item.textContent = words; });
  put(`${at} class`, classes, () => item.setAttribute("class", `${kind} ${classes}`.trim()));
}

function mark(id, name, on) {
  put(`${id} ${name}`, Boolean(on), (is) => place(id)?.classList.toggle(name, is));
}

// In which step each unit's number comes forth, and its shares go back.
function schedule(list) {
  const forward = new Map(), backward = new Map();
  list.forEach(({ kind, unit }, k) => {
    if (kind === "value") forward.set(unit.id, k);
    if (kind === "gradient") backward.set(unit.id, k);
  });
  return { forward, backward, seed: list.findIndex(({ kind }) => kind === "seed") };
}

function paint(list) {
  const step = list[at], { forward, backward, seed } = schedule(list), below = under(root);
  const current = chosen ?? step.unit, active = [], complete = new Map(); // each node's shares, with their steps
  const hidden = (key, k) => at > 0 && (k > at || (k === at && asked.has(key)));
  const look = (key, k) => !hidden(key, k) ? "" : k === at ? "asked" : "ahead";
  for (const { id, from, to, source, uses, others, summed } of drawing.real) {
    const maker = drawing.unitOf.get(source)?.id ?? from, born = forward.get(maker) ?? 1, back = backward.get(to) ?? seed;
    const share = shareAlong({ source, uses, others, summed });
    if (others) { // out of what is not drawn one by one: a sum, or many numbers that are not told
      const sum = [source, ...others].map((i) => now.values[i]);
      write(id, "value", hidden(`v${source}`, born) ? "?" : `Σ ${shown(sum.includes(null) ? null : sum.reduce((a, b) => a + b))}`, look(`v${source}`, born));
      write(id, "gradient", hidden(id, back) ? "?" : shown(share), look(id, back));
      mark(id, "now", current && (to === current.id || (step.kind !== "gradient" && maker === current.id)));
      if (!chosen && back === at && step.kind === "gradient") active.push({ id, unit: to, product: null });
      continue;
    }
    const known = complete.get(source) ?? complete.set(source, { from: maker, born, shares: [] }).get(source);
    if (share !== null) known.shares.push([back, share]);
    const words = hidden(`v${source}`, born) ? "?" : shown(now.values[source]);
    write(id, "value", words, look(`v${source}`, born));
    const none = uses.some(([k]) => below.has(k)) || source === root ? "—" : "";
    write(id, "gradient", hidden(id, back) ? "?" : share !== null ? shown(share) : none, look(id, back));
    if (drawing.partials) {
      const [partial] = localPartial(uses, source, to);
      write(id, "partial", partial === null ? "" : `∂ ${shown(partial)}`);
    }
    const on = current && (to === current.id || (step.kind !== "gradient" && maker === current.id));
    mark(id, "now", on || (step.kind === "seed" && !uses.length && source === root));
    if (!chosen && back === at && share !== null && (step.kind === "gradient" || source === root))
      active.push({ id, unit: to, product: uses.length === 1 && gradient.adjoints[uses[0][0]] !== null && !hidden(id, back)
        ? [gradient.adjoints[uses[0][0]], now.partials[uses[0][0]][uses[0][1]]] : null });
  }
  for (const [i, { from, born, shares }] of complete) { // a node's own numbers: the sum grows share by share
    const there = at === 0 ? shares : shares.filter(([back]) => back <= at);
    const last = Math.max(...shares.map(([back]) => back)), whole = there.length === shares.length;
    const sum = whole ? gradient.adjoints[i] : total(there.map(([, share]) => share));
    const key = shares.length > 1 ? `s${i}` : drawing.leaving.get(i)[0].id, ends = drawing.endings.get(i) ?? [];
    for (const id of [nodes[i].op ? `v${i}` : from, `v${i}`, ...ends.map(({ id }) => id)]) {
      write(id, "value", hidden(`v${i}`, born) ? "?" : shown(now.values[i]), look(`v${i}`, born));
      const words = hidden(key, last) && last === at ? "?" : shown(sum) + (whole ? "" : " …");
      write(id, "gradient", words, there.length || !shares.length ? look(key, whole ? last : 0) : "ahead");
    }
    for (const { id } of drawing.leaving.get(i)) {
      const words = hidden(key, last) && last === at ? "?" : shown(sum) + (whole ? "" : " …");
      write(id, "sum", `Σ ${words}`, there.length ? look(key, whole ? last : 0) : "ahead");
    }
  }
  for (const unit of drawing.units) {
    const leaf = step.kind === "inputs" && unit.kind === "leaf", end = step.kind === "seed" && unit === drawing.unitOf.get(root);
    mark(unit.id, "now", unit === current || leaf || end || (unit.composite !== null && unit.composite === current?.composite));
    put(`${unit.id} spoken`, begun(unit.id, spoken(unit)), (words) => place(unit.id).setAttribute("aria-label", words));
  }
  for (const { id, composite } of drawing.boxes) mark(id, "now", current?.composite === composite && current.node === null);
  flow(active);
  thin();
}

function under(top) { // the nodes that a root is computed from
  const found = new Set([top]);
  for (let i = top; i >= 0; i--) if (found.has(i)) (nodes[i].inputs || []).forEach((j) => found.add(j));
  return found;
}

function localPartial(uses, source, to) { // and of which node it is the partial derivative
  const unit = drawing.units.find(({ id }) => id === to);
  if (!uses.length || !unit) return [null, null];
  if (unit.composite === null) return [now.partials[uses[0][0]][uses[0][1]] ?? null, uses[0][0]];
  const { outputs } = border(unit);
  return outputs.length === 1 ? [sweep(nodes, now, outputs[0], unit.inside).adjoints[source], outputs[0]] : [null, null];
}

// The gradient along an edge: the sum of its uses'; of several numbers, which are summed, each has the same.
function shareAlong({ source, uses, others, summed }) {
  if (others) return summed ? shareOf(uses[0]) : null;
  return uses.length ? total(uses.map(shareOf)) : source === root ? gradient.adjoints[root] : null;
}

function begun(id, words) { // a spoken name begins with what is written there: who speaks to the machine says that
  const texts = [...place(id).children].filter((item) => item.tagName === "text" && !item.classList.contains("ahead"));
  const [first, ...more] = texts.map((item) => item.textContent.trim().replace(/\s+/g, " ")).filter(Boolean);
  const written = [first, ...more].join(" ");
  if (!/[\p{L}\p{N}]/u.test(written) || words.includes(written)) return words;
  return `${written}, ${words.startsWith(`${first}, `) ? words.slice(first.length + 2) : words}`;
}

function spoken(unit) {
  if (unit.opens !== null) return said("unfold", { name: composites[unit.opens].name });
  const { op, label } = nodes[unit.node], own = gradient.adjoints[unit.node], secret = asked.size > 0;
  const words = [[op, label].filter(Boolean).join(", ") || said("input")];
  if (!secret) words.push(said("value", { x: text(now.values[unit.node]) }));
  if (!secret && own !== null) words.push(said("gradient", { x: text(own) }));
  return words.join(", ");
}

// --- the backward flow: a red arrow under each line that a share runs back along ---

function flow(active) {
  const key = active.map(({ id, product }) => [id, product].join(" ")).join();
  if (painted.get("flow") === key) return;
  const fresh = painted.get("flow step") !== at;
  painted.set("flow", key).set("flow step", at);
  const layer = place("flow"), { upright } = graph;
  layer.replaceChildren();
  for (const { id, product } of active) {
    const line = place(id).querySelector(".line"), end = line.getPointAtLength(6), on = line.getPointAtLength(12);
    const shift = upright ? "translate(2.9 0)" : "translate(0 2.9)";
    const length = line.getTotalLength(), turn = Math.atan2(end.y - on.y, end.x - on.x) * 180 / Math.PI;
    const path = graphic("path", { class: "flow", d: line.getAttribute("d"), transform: shift });
    const tip = graphic("path", { class: "tip", d: "M5,0L-4,-4L-4,4Z", transform: `${shift} translate(${end.x} ${end.y}) rotate(${turn})` });
    layer.append(path, tip);
    const below = place(id).querySelector("text.gradient"), rest = [...place(id).querySelectorAll(":scope > text")];
    if (product && below) {
      const at = { x: below.getAttribute("x"), y: 13 + Math.max(...rest.map((item) => Number(item.getAttribute("y")))), "text-anchor": below.getAttribute("text-anchor") ?? "middle" };
      layer.append(graphic("text", { class: "product", "font-size": 11, ...at }, [
        graphic("tspan", { class: "gradient" }, bracket(shown(product[0]), /^−/)), " × ", graphic("tspan", { class: "partial" }, bracket(shown(product[1]), /^−/))]));
    }
    if (!fresh || calm.matches) continue;
    const timing = { duration: 700, easing: "ease-in-out", fill: "backwards" };
    path.animate([{ strokeDasharray: `0 ${length} 0` }, { strokeDasharray: `0 0 ${length}` }], timing);
    tip.animate([{ opacity: 0 }, { opacity: 0, offset: 0.9 }, { opacity: 1 }], timing);
  }
}

// --- what the mouse or the focus is on ---

function hint(target) {
  const edge = target?.closest?.("g.edge"), leaf = target?.closest?.("g.leaf");
  const lit = new Map();
  let words = [];
  if (edge && !asked.size) {
    const found = drawing.edges.find(({ id }) => id === edge.id);
    if (found) words = edgeLine(found);
  } else if (leaf && !asked.size) {
    const i = drawing.units.find(({ id }) => id === leaf.id).node, found = above(i);
    for (const { id, source, uses } of drawing.edges)
      lit.set(id, found.has(source) && (uses.length ? uses.some(([k]) => found.has(k)) : source === root));
    for (const { id, inside } of drawing.units) lit.set(id, [...inside].some((k) => found.has(k)));
    words = pathLines(i);
  }
  for (const { id } of [...drawing.edges, ...drawing.units]) mark(id, "path", lit.get(id));
  const frame = pane.getBoundingClientRect(), low = target?.getBoundingClientRect?.().top > frame.top + frame.height / 2;
  $("tip").classList.toggle("above", Boolean(low)); // it never lies on what it tells of
  $("tip").hidden = words.length === 0;
  $("tip").replaceChildren(...words.map((line) => element("p", line)));
}

function edgeLine({ source, uses, to, others, summed }) { // an edge in all its digits, with the rule of its derivative
  const exact = (x) => text(x, 12), share = shareAlong({ source, uses, others, summed });
  if (others) {
    const all = [source, ...others], sum = all.map((i) => now.values[i]).reduce((a, b) => a + b);
    return [said(summed ? "summed" : "several", { n: all.length, sum: exact(sum) }) + (summed && share !== null ? said("alonggradient", { product: exact(share) }) : "")];
  }
  const [partial, above] = localPartial(uses, source, to), own = above === uses[0]?.[0];
  const rule = own ? formula(nodes[above], uses[0][1]) : "";
  const product = partial !== null && share !== null && gradient.adjoints[above] !== null
    ? `${exact(gradient.adjoints[above])} × ${bracket(exact(partial), /^−/)} = ${exact(share)}` : exact(share);
  return [said("along", { x: names[source] ?? nodes[source].op ?? said("input"), value: exact(now.values[source]) })
    + (share === null ? "" : said("alonggradient", { product })) + (rule ? said("localrule", { rule }) : "")];
}

for (const [kind, target] of [["pointerover", (e) => e.target], ["pointerleave", () => null], ["focusin", (e) => e.target], ["focusout", () => null]])
  pane.addEventListener(kind, (event) => { if (!drag) hint(target(event)); });

// --- words where something fails ---

function flag(errors) {
  svg.querySelectorAll(".error").forEach((old) => old.remove());
  svg.querySelectorAll(".broken").forEach((old) => old.classList.remove("broken"));
  for (const [i, message] of errors) {
    const unit = drawing.unitOf.get(i), item = unit && place(unit.id);
    if (!item) continue;
    item.classList.add("broken");
    const box = item.getBBox(), view = svg.viewBox.baseVal;
    const words = graphic("text", { class: "error" }, message);
    svg.append(words);
    const width = words.getBBox().width, middle = box.x + box.width / 2;
    words.setAttribute("x", Math.max(width / 2, Math.min(middle, view.width - width / 2)));
    words.setAttribute("y", box.y + box.height + 14);
  }
}
