// The steps through the graph, and what moves between them: buttons, keys, links, play, the projector.

function steps() {
  const inner = drawing.units.filter(({ kind, nodes: some }) =>
    kind === "operator" || kind === "composite" || (kind === "more" && some.some((i) => nodes[i].op)));
  return [{ kind: "all" }, { kind: "inputs" }, ...inner.map((unit) => ({ kind: "value", unit })),
    { kind: "seed" }, ...inner.toReversed().map((unit) => ({ kind: "gradient", unit }))];
}

function where(list) {
  const { kind } = list[at], n = (list.length - 3) / 2;
  if (kind === "all") return said("atwhole");
  return kind === "value" || kind === "inputs" ? said("atforward", { k: at - 1, n }) : said("atbackward", { k: at - 2 - n, n });
}

function explanation(list) {
  if (chosen) {
    const excuse = chosen.stuck ? [element("p", said("stuck"))] : [];
    return [title(chosen), ...excuse, ...valueLines(chosen), ...ownGradient(chosen), ...gradientLines(chosen)];
  }
  if (asked.size) return questionLines();
  const { kind, unit } = list[at], y = names[root];
  switch (kind) {
    case "all": return [element("h2", said("whole")), element("p", now.values[root] === null ? said("novalue", { y })
      : say("wholetext", { y, value: element("b", said("wordvalue"), { class: "value" }), gradient: element("b", said("wordgradient"), { class: "gradient" }) }))];
    case "inputs": return [element("h2", said("theinputs")), element("p", said("inputstext"))];
    case "seed": return [element("h2", said("turning")), element("p", say("turningtext", { y: bracket(y), one: num(1, "gradient") }))];
    case "value": return [title(unit, "forward"), ...valueLines(unit)];
    default: {
      const { backward } = schedule(list), arrived = (k) => (backward.get(drawing.unitOf.get(k)?.id) ?? 0) <= at;
      return [title(unit, "backward"), ...ownGradient(unit).slice(0, 4), ...gradientLines(unit, arrived)];
    }
  }
}

function render({ asking: again = true } = {}) {
  now = evaluate(nodes, leaves);
  gradient = sweep(nodes, now, root);
  gradientBefore = sweep(nodes, before, root);
  const list = steps(), errors = [...now.errors, ...gradient.broken].map(([i, message]) => [i, refusal(message)]);
  if (again) ask(list);
  paint(list);
  flag(errors);
  $("at").max = list.length - 1;
  $("at").value = at;
  $("at").setAttribute("aria-valuetext", where(list));
  $("where").textContent = where(list);
  $("back").disabled = at === 0;
  $("next").disabled = at === list.length - 1;
  $("explanation").replaceChildren(...explanation(list), ...errors.map(([, message]) => element("p", message, { class: "words" })));
  const { forward } = schedule(list), secret = asking && (at < (forward.get(drawing.unitOf.get(root)?.id) ?? 0) || asked.has(`v${root}`));
  $("result").replaceChildren(`${names[root]} = `, secret ? "?" : num(now.values[root], "value"));
  $("whatif").hidden = asking;
  if (!asking) showChange();
  tellHeight();
}

function go(to, { keep = false } = {}) {
  at = Math.min(Math.max(to, 0), steps().length - 1);
  if (asking) at = Math.max(at, 1); // the whole picture would tell all
  chosen = null;
  hint(null);
  if (svg.classList.contains("far")) { // from the map to where the step's numbers are
    zoom = null;
    lay();
  }
  render();
  look();
  if (!keep && !framed) history.replaceState(null, "", at ? `#step=${at}` : location.pathname);
}

function look() { // at what the step is about
  const { kind, unit } = steps()[at];
  if (unit) centre([unit.id, ...drawing.edges.filter(({ to }) => to === unit.id).map(({ id }) => id)]);
  else if (kind === "seed" && drawing.unitOf.has(root)) centre([drawing.unitOf.get(root).id]);
  else if (kind === "inputs") centre(drawing.units.filter((each) => each.kind === "leaf").slice(0, 1).map(({ id }) => id));
}

function explain(unit) {
  chosen = unit;
  render();
}

function toggle(c, event) {
  const other = state.slice(0, c) + (state[c] === "1" ? "0" : "1") + state.slice(c + 1), { alone, inside } = composites[c];
  const known = [other, state === alone ? graph.state : alone].find((each) => within === null && each in graph.states);
  const inner = within === c || known !== undefined ? null : inside === null ? undefined : c, key = known ?? state;
  chosen = { node: null, composite: c, inside: membersOf[c], several: true, stuck: inner === undefined };
  if (chosen.stuck) return render();
  const step = steps()[at];
  show(key, inner);
  const same = steps().findIndex(({ kind, unit }) => kind === step.kind && unit?.node === step.unit?.node
    && unit?.composite === step.unit?.composite);
  at = Math.max(same, 0);
  render();
  const unit = [...drawing.units, ...drawing.boxes].find(({ composite, opens }) => composite === c || opens === c);
  if (unit) centre([unit.id]);
  if (event.type === "keydown" && unit) place(unit.id).focus();
}

// --- play, projector, frame ---

const PACE = 1800; // milliseconds a step
let playing = null;

function play(on = playing === null) {
  clearInterval(playing);
  playing = null;
  if (on) {
    if (at === steps().length - 1) go(0);
    playing = setInterval(() => { go(at + 1); if (at === steps().length - 1) play(false); }, PACE);
    go(at + 1);
  }
  $("play").textContent = said(on ? "pause" : "play");
  $("play").setAttribute("aria-pressed", on);
}

function project(on = !document.documentElement.classList.contains("projector")) {
  document.documentElement.classList.toggle("projector", on);
  $("present").setAttribute("aria-pressed", on);
  if (on && document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => {}); // the large type stays without it
  else if (!on && document.fullscreenElement) document.exitFullscreen();
  zoom = null;
  lay();
  look();
}

function tellHeight() { // a notebook gives the frame the height of its content
  if (framed) parent.postMessage({ autograd: document.body.offsetHeight }, "*");
}

addEventListener("message", ({ source, data }) => {
  if (source === parent && framed && ["light", "dark"].includes(data?.autograd)) document.documentElement.dataset.theme = data.autograd;
});
// a frame of that name has a height of its own, and the page fits it
document.documentElement.classList.toggle("framed", framed && name !== "pane");
document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) project(false); else lay(); });
addEventListener("resize", () => { lay(); look(); tellHeight(); });
addEventListener("hashchange", () => go(linked(), { keep: true }));

function linked() { // #step=12
  const [, k] = /^#step=(\d+)$/.exec(location.hash) ?? [];
  return Number(k ?? 0);
}

const ACTS = {
  first: () => go(0), back: () => go(at - 1), next: () => go(at + 1), play: () => play(), present: () => project(), reset,
  fit: () => { zoom = zoom === null && floor() < legible() ? floor() : null; lay(); look(); }, in: () => magnify(1.3), out: () => magnify(1 / 1.3),
};
for (const [id, act] of Object.entries(ACTS)) $(id).addEventListener("click", () => {
  if (playing !== null && id !== "play") play(false);
  act();
});
$("at").addEventListener("input", () => go(Number($("at").value)));
$("ask").addEventListener("change", () => {
  asking = $("ask").checked;
  go(asking ? Math.max(at, 1) : at);
});
$("root").addEventListener("change", () => { root = Number($("root").value); go(at); });

const KEYS = { ArrowRight: "next", PageDown: "next", ArrowLeft: "back", PageUp: "back", Home: "first", "+": "in", "-": "out", 0: "fit", p: "play", f: "present" };
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), select") || event.altKey || event.ctrlKey || event.metaKey) return;
  const projected = document.documentElement.classList.contains("projector");
  if (event.key === "Escape" && projected) return project(false);
  if (event.key === "End") go(Infinity);
  else if (event.key in KEYS) $(KEYS[event.key]).click();
  else if (event.key === " " && projected && !event.target.matches("button, input")) $("next").click();
  else return;
  event.preventDefault();
});

nodes.forEach((node, i) => names.push(nameOf(node, i)));
$("root").replaceChildren(...graph.roots.map((i) => element("option", names[i], { value: i })));
$("roots").hidden = graph.roots.length === 1;
show(state);
listInputs();
go(linked(), { keep: true });
