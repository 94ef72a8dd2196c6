// A training played back: the plane of the data, the network of one point, the losses, the rate.
// Invariant: what is shown follows from `run`, `at`, `own`, `chosen` and `phase` alone; every number is
// computed by the engine of sweep.js from the parameters of that moment.

const $ = (id) => document.getElementById(id);
const film = JSON.parse($("graph").textContent);
const { nodes, rows, targets } = film, P = film.parameters.length;
const bytes = Uint8Array.from(atob(film.recording), (c) => c.charCodeAt(0));
const doubles = new Float64Array(bytes.buffer);
const recorded = { lr: film.lr, losses: film.losses, steps: [], ended: null };
for (let k = 0; k < doubles.length; k += P) recorded.steps.push(Array.from(doubles.subarray(k, k + P)));
const N = recorded.steps.length - 1;
const batchOf = (k) => film.batches?.[k] ?? rows.keys();
const EXPLODES = 10; // times the first loss

let run = recorded, at = N, own = null, chosen = 0, phase = 0, playing = null, training = 0;
// own: {numbers, count}: parameters after updates by single points; phase: see `phases`

// --- computing ---

const leaves = nodes.map(({ value }) => value);

function pass(numbers, i, slopes) { // every value of one row, and every partial
  film.parameters.forEach((j, k) => { leaves[j] = numbers[k]; });
  film.row.forEach((j, k) => { leaves[j] = rows[i][k]; });
  leaves[film.target] = targets[i];
  return evaluate(nodes, leaves, slopes);
}

function scoreAt(numbers, x, y) {
  film.parameters.forEach((j, k) => { leaves[j] = numbers[k]; });
  [leaves[film.row[0]], leaves[film.row[1]]] = [x, y];
  return evaluate(nodes, leaves, false).values[film.score];
}

function batchLoss(numbers, batch) { // the mean loss and its gradients, or why there is none
  const sums = new Array(P).fill(0);
  let loss = 0, n = 0;
  for (const i of batch) {
    const now = pass(numbers, i, true), { adjoints, broken } = sweep(nodes, now, film.root);
    const words = [...now.errors.values(), ...broken.values()][0];
    if (words) return { words };
    loss += now.values[film.root];
    film.parameters.forEach((j, k) => { sums[k] += adjoints[j] ?? 0; });
    n += 1;
  }
  return { loss: loss / n, gradients: sums.map((sum) => sum / n) };
}

const moved = (numbers, gradients, lr) => numbers.map((x, k) => x - lr * gradients[k]);
const allFinite = (numbers) => numbers.every(Number.isFinite);

async function train(lr) { // anew from the first parameters; what is shown grows meanwhile
  const turn = ++training, made = { lr, losses: [], steps: [recorded.steps[0]], ended: null };
  [run, own, at, phase] = [made, null, 0, 0];
  let pause = performance.now() + 30;
  for (let k = 0; k < N; k++) {
    const numbers = made.steps[k], { loss, gradients, words } = batchLoss(numbers, batchOf(k));
    const next = words ? null : moved(numbers, gradients, lr);
    if (words || !allFinite(next)) {
      made.ended = { step: k, words: words ?? `${said("update")} ${REASON.range}` };
      break;
    }
    made.losses.push(loss);
    made.steps.push(next);
    if (performance.now() < pause) continue;
    at = k + 1;
    render();
    await new Promise((go) => setTimeout(go));
    if (turn !== training) return;
    pause = performance.now() + 30;
  }
  at = made.steps.length - 1;
  document.body.dataset.trained = turn;
  render();
}

function explosion() { // the first step of the run whose loss is far above the first, or that failed
  const first = run.losses[0] ?? Infinity;
  const k = run.losses.findIndex((loss) => loss > EXPLODES * first);
  if (k >= 0) return { step: k, loss: run.losses[k], first };
  return run.ended;
}

// --- the network of the chosen point ---

const { units, edges } = film.elements;
const columnOf = new Map(), shownBy = new Map(), sourceOf = new Map();
for (const { id, kind } of units) if (kind !== "output") columnOf.set(id, 0);
for (const { to, from } of edges) // units come inputs first, and so do their edges
  if (columnOf.has(to)) columnOf.set(to, Math.max(columnOf.get(to), columnOf.get(from) + 1));
for (let again = true; again;) { // until no edge leads backward
  again = false;
  for (const { to, from } of edges) {
    if (!columnOf.has(to) || columnOf.get(to) > columnOf.get(from)) continue;
    columnOf.set(to, columnOf.get(from) + 1);
    again = true;
  }
}
for (const { from, source } of edges) sourceOf.set(from, sourceOf.has(from) && sourceOf.get(from) !== source ? null : source);
const LAST = Math.max(...columnOf.values()), END = 2 * LAST + 3; // the phases: whole, forward, backward, update
const numberOf = new Map(film.parameters.map((j, k) => [j, k]));
const weightOf = ({ uses }) => { // the parameter that a line's number is multiplied by
  if (uses.length !== 1) return undefined;
  const [[i, slot]] = uses;
  return nodes[i].op === "mul" ? numberOf.get(nodes[i].inputs[1 - slot]) : undefined;
};

function phaseKind() {
  if (phase === 0) return { kind: "whole", forward: LAST, backward: 0 };
  if (phase <= LAST + 1) return { kind: "forward", forward: phase - 1, backward: Infinity, column: phase - 1 };
  if (phase < END) return { kind: "backward", forward: LAST, backward: END - 1 - phase, column: END - 1 - phase };
  return { kind: "update", forward: LAST, backward: Infinity };
}

function drawNetwork(numbers, after, now, gradient) {
  const { kind, forward, backward, column } = phaseKind(), shown = kind === "update" ? after : numbers;
  const values = kind === "update" ? pass(after, chosen, false).values : now.values;
  const largest = Math.max(...edges.map((e) => Math.abs(shown[weightOf(e)] ?? 0))) || 1;
  for (const { id } of units) {
    const item = $(id), source = sourceOf.get(id), where = columnOf.get(id);
    if (!item || source === undefined || source === null) continue;
    const value = item.querySelector(".value"), slope = item.querySelector(".gradient");
    if (value) value.textContent = where <= forward ? text(values[source], 3) : "";
    if (slope) slope.textContent = where >= backward ? text(gradient.adjoints[source], 3) : "";
    item.classList.toggle("now", where === column);
  }
  const here = document.querySelector("#picture .now"), pane = $("picture").getBoundingClientRect();
  if (here) { // on a narrow screen the picture is wider than its pane
    const { left, width } = here.getBoundingClientRect();
    $("picture").scrollLeft += left + width / 2 - pane.left - pane.width / 2;
  }
  for (const edge of edges) {
    const line = $(edge.id)?.querySelector(".line"), k = weightOf(edge);
    if (!line || k === undefined) continue;
    line.setAttribute("stroke", shown[k] >= 0 ? "#2e6da4" : "#b9770e");
    line.setAttribute("stroke-width", (0.4 + 3.6 * Math.abs(shown[k]) / largest).toFixed(2));
    const told = $(edge.id).querySelector("title");
    told.textContent = `${film.names[k]} = ${text(shown[k])}` + (kind === "forward" ? "" : `, ${said("wordgradient")} ${text(gradient.adjoints[film.parameters[k]])}`);
  }
}

const STAGES = { // of a column: the first, one between, the last
  forward: ["filmforwardfirsttext", "filmforwardtext", "filmforwardlasttext"],
  backward: ["filmbackwardfirsttext", "filmbackwardtext", "filmbackwardlasttext"],
};

function explained(now, after, gradient) {
  const { kind, column } = phaseKind(), loss = now.values[film.root];
  const error = [...now.errors.values(), ...gradient.broken.values()][0];
  if (error) return [element("p", element("span", refusal(error), { class: "words" }))];
  if (kind === "whole") return [element("p", said("filmwhole"))];
  if (kind === "update") {
    const then = pass(after, chosen, false).values[film.root];
    return [element("h2", said("update")), element("p", said("updatetext", { lr: text(run.lr), was: text(loss), is: then === null ? "—" : text(then) }))];
  }
  const key = STAGES[kind][column === 0 ? 0 : column === LAST ? 2 : 1];
  return [element("h2", said(kind === "forward" ? "filmforward" : "filmbackward")), element("p", said(key, { loss: text(loss) }))];
}

function listNumbers(numbers, after, gradient) {
  const head = ["parameter", "wordvalue", "wordgradient", "updated"].map((key) => element("th", said(key), { scope: "col" }));
  const lines = numbers.map((x, k) => element("tr", [
    element("th", film.names[k], { scope: "row" }),
    ...[x, gradient.adjoints[film.parameters[k]] ?? 0, after[k]].map((y) => element("td", text(y))),
  ]));
  $("table").replaceChildren(element("thead", element("tr", head)), element("tbody", lines));
}

// --- the plane ---

const map = $("map"), pencil = map.getContext("2d"), GRID = 36;
const range = [0, 1].map((c) => {
  const all = rows.map((row) => row[c]), low = Math.min(...all), high = Math.max(...all), rim = 0.08 * (high - low || 1);
  return [low - rim, high + rim];
});
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const second = (i) => targets[i] > film.threshold;

function drawPlane(numbers) {
  const { width, height } = map, [[x0, x1], [y0, y1]] = range;
  const heat = document.createElement("canvas");
  heat.width = heat.height = GRID;
  const image = heat.getContext("2d").createImageData(GRID, GRID);
  const scores = [];
  for (let r = 0; r < GRID; r++) for (let c = 0; c < GRID; c++)
    scores.push(scoreAt(numbers, x0 + (x1 - x0) * (c + 0.5) / GRID, y1 - (y1 - y0) * (r + 0.5) / GRID));
  const scale = Math.abs(targets[0] - film.threshold) || 1;
  scores.forEach((score, k) => {
    const far = score === null ? 0 : Math.tanh((score - film.threshold) / scale);
    image.data.set([...(far > 0 ? [46, 109, 164] : [185, 119, 14]), 20 + 110 * Math.abs(far)], 4 * k);
  });
  heat.getContext("2d").putImageData(image, 0, 0);
  pencil.clearRect(0, 0, width, height);
  pencil.imageSmoothingEnabled = true;
  pencil.drawImage(heat, 0, 0, width, height);
  rows.forEach((row, i) => {
    const [x, y] = onMap(row);
    pencil.beginPath();
    if (second(i)) pencil.arc(x, y, 5, 0, 7);
    else for (const [dx, dy] of [[0, -6.5], [6.5, 0], [0, 6.5], [-6.5, 0], [0, -6.5]]) pencil.lineTo(x + dx, y + dy);
    pencil.fillStyle = second(i) ? "#2e6da4" : "#b9770e";
    pencil.fill();
    pencil.lineWidth = 1.2;
    pencil.strokeStyle = "#fff";
    pencil.stroke();
    if (i !== chosen) return;
    pencil.beginPath();
    pencil.arc(x, y, 11, 0, 7);
    pencil.lineWidth = 2.5;
    pencil.strokeStyle = colour("--ink");
    pencil.stroke();
  });
}

const onMap = ([x, y]) => [(x - range[0][0]) / (range[0][1] - range[0][0]) * map.width, (range[1][1] - y) / (range[1][1] - range[1][0]) * map.height];

map.addEventListener("click", (event) => {
  const box = map.getBoundingClientRect();
  const [x, y] = [(event.clientX - box.left) * map.width / box.width, (event.clientY - box.top) * map.height / box.height];
  const far = rows.map((row) => Math.hypot(onMap(row)[0] - x, onMap(row)[1] - y));
  choose(far.indexOf(Math.min(...far)));
});

// --- the losses ---

function drawLosses() {
  const [w, h, left, low] = [$("curve").clientWidth || 640, 120, 44, 100], all = recorded.losses;
  const top = 1.15 * Math.max(...all, Math.min(3 * all[0], Math.max(...run.losses, 0)));
  const x = (k) => left + (w - left - 8) * k / Math.max(N - 1, 1), y = (loss) => low - (low - 8) * Math.min(loss / top, 1.2);
  const path = (losses) => losses.map((loss, k) => `${k ? "L" : "M"}${x(k).toFixed(1)},${y(loss).toFixed(1)}`).join("");
  const draw = (tag, attributes, words = []) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...[words].flat());
    return made;
  };
  const k = Math.min(at, N - 1), here = own ? null : run.losses[k];
  const svg = draw("svg", { viewBox: `0 0 ${w} ${h}`, role: "img", "aria-label": said("losses", { first: text(run.losses[0] ?? null), last: text(run.losses.at(-1) ?? null) }) }, [
    draw("path", { class: "axis", d: `M${left},4V${low}H${w - 4}` }),
    draw("text", { x: left - 6, y: 14, "text-anchor": "end" }, text(top, 2)),
    draw("text", { x: left - 6, y: low, "text-anchor": "end" }, "0"),
    draw("text", { x: left, y: h - 4 }, said("lossover")),
    ...(run === recorded ? [] : [draw("path", { class: "was-run", d: path(all) })]),
    draw("path", { class: "function", d: path(run.losses) }),
    ...(here === null || here === undefined ? [] : [draw("circle", { class: "is", cx: x(k), cy: Math.max(y(here), 4), r: 5 })]),
  ]);
  $("curve").replaceChildren(svg);
}

// --- all of it ---

function render() {
  const numbers = own?.numbers ?? run.steps[at];
  const now = pass(numbers, chosen, true), gradient = sweep(nodes, now, film.root);
  const slopes = film.parameters.map((j) => gradient.adjoints[j] ?? 0), after = moved(numbers, slopes, run.lr);
  const { kind, column } = phaseKind();
  drawNetwork(numbers, after, now, gradient);
  const seen = kind === "update" ? after : numbers;
  drawPlane(seen);
  drawLosses();
  listNumbers(numbers, after, gradient);
  $("telling").replaceChildren(...explained(now, after, gradient));
  const right = rows.filter(([x, y], i) => scoreAt(seen, x, y) > film.threshold === second(i)).length;
  $("score").textContent = said("filmscore", { right, n: rows.length });
  map.setAttribute("aria-label", said("planetext", { right, n: rows.length }));
  $("point").value = chosen;
  $("point").setAttribute("aria-valuetext", pointText(now));
  $("chosen").textContent = pointText(now);
  $("at").max = run.steps.length - 1;
  $("at").value = at;
  $("when").textContent = own ? said("ownsteps", { k: own.count, at }) : `${at} / ${run.steps.length - 1}`;
  $("lr").textContent = text(run.lr);
  $("recorded").disabled = run === recorded && !own;
  $("back").disabled = $("first").disabled = phase === 0;
  $("where").textContent = { whole: said("atwhole"), forward: said("atforward", { k: column + 1, n: LAST + 1 }), backward: said("atbackward", { k: LAST - column + 1, n: LAST + 1 }), update: said("update") }[kind];
  const told = explosion();
  $("outcome").className = told ? "words" : "hint";
  $("outcome").textContent = told
    ? told.loss === undefined ? said("ends", { k: told.step, lr: text(run.lr), words: refusal(told.words) })
      : said("explodes", { k: told.step, loss: text(told.loss), times: text(told.loss / told.first, 2), lr: text(run.lr) })
    : said(run === recorded ? "asrecorded" : "anew", { lr: text(run.lr) });
}

function pointText(now) {
  const [x, y] = rows[chosen].map((each) => text(each, 3));
  return said("pointtext", { i: chosen + 1, n: rows.length, x, y, t: text(targets[chosen]), score: text(now.values[film.score]) });
}

function choose(i) {
  [chosen, phase] = [i, Math.min(phase, END - 1)];
  render();
}

function onward(by) {
  if (phase === END && by > 0) { // the update is made: on from there
    const numbers = own?.numbers ?? run.steps[at], now = pass(numbers, chosen, true), { adjoints } = sweep(nodes, now, film.root);
    own = { numbers: moved(numbers, film.parameters.map((j) => adjoints[j] ?? 0), run.lr), count: (own?.count ?? 0) + 1 };
    phase = 0;
  }
  phase = Math.max(phase + by, 0);
  const numbers = own?.numbers ?? run.steps[at];
  if (phase === END && !canUpdate(numbers)) phase = END - 1;
  render();
}

function canUpdate(numbers) {
  const now = pass(numbers, chosen, true), { adjoints, broken } = sweep(nodes, now, film.root);
  return !now.errors.size && !broken.size && allFinite(moved(numbers, film.parameters.map((j) => adjoints[j] ?? 0), run.lr));
}

function go(k) {
  [at, own] = [Math.max(0, Math.min(k, run.steps.length - 1)), null];
  phase = Math.min(phase, END - 1);
  render();
}

function play(on = playing === null) {
  clearInterval(playing);
  playing = null;
  if (on) {
    if (at >= run.steps.length - 1) at = 0;
    playing = setInterval(() => {
      go(at + Math.max(1, Math.round(run.steps.length / 150)));
      if (at >= run.steps.length - 1) play(false);
    }, 60);
  }
  $("play").setAttribute("aria-pressed", playing !== null);
  $("play").textContent = said(playing === null ? "play" : "pause");
}

function rate() {
  play(false);
  training += 1;
  const s = Number($("rate").value);
  if (s === 0) {
    [run, own] = [recorded, null];
    go(N);
  } else train(Number((film.lr * 10 ** (s / 20)).toPrecision(3)));
}

$("first").addEventListener("click", () => { phase = 0; render(); });
$("back").addEventListener("click", () => onward(-1));
$("next").addEventListener("click", () => onward(1));
$("play").addEventListener("click", () => play());
$("at").addEventListener("input", () => { play(false); go(Number($("at").value)); });
$("point").addEventListener("input", () => choose(Number($("point").value)));
$("rate").addEventListener("input", rate);
$("recorded").addEventListener("click", () => { $("rate").value = 0; rate(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);
addEventListener("resize", drawLosses);

// in a frame: it tells its height, and is told the theme
if (window.parent !== window) {
  addEventListener("message", ({ source, data }) => {
    if (source !== window.parent || !["dark", "light"].includes(data?.autograd)) return;
    document.documentElement.dataset.theme = data.autograd;
    render();
  });
  new ResizeObserver(() => window.parent.postMessage({ autograd: document.documentElement.scrollHeight }, "*")).observe(document.body);
}
for (const tip of document.querySelectorAll("#picture svg > desc, #picture .node > title")) tip.remove(); // they would tell old numbers
for (const line of document.querySelectorAll("#picture .edge")) if (!line.querySelector("title")) line.prepend(document.createElementNS("http://www.w3.org/2000/svg", "title"));
render();
