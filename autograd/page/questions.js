// Ask before reveal: the next numbers stay hidden until they are typed, or clicked.
// Invariant: `asked` holds what is hidden in this step; it is empty where nothing is asked.

let asking = false, asked = new Map(); // by place: v{node}, the id of an edge, or s{node} for a sum of shares

function ask(list) {
  const { kind, unit } = list[at], was = asked;
  asked = new Map();
  if (!asking || chosen) return;
  if (kind === "value" && unit.kind !== "more")
    for (const i of unit.several ? border(unit).outputs.slice(0, 8) : [unit.node]) asked.set(`v${i}`, aValue(unit, i));
  if (kind === "gradient") {
    const { backward, seed } = schedule(list), sums = new Map();
    for (const { id, source, to, uses, others } of drawing.edges) {
      const share = total(uses.map(shareOf));
      if (others || !uses.length || share === null) continue;
      if (to === unit.id) asked.set(id, aShare(uses, source, share));
    }
    for (const { source, to } of drawing.edges)
      sums.set(source, [...(sums.get(source) ?? []), backward.get(to) ?? seed]);
    for (const [i, steps] of sums)
      if (steps.length > 1 && Math.max(...steps) === at && sharesOf(i).length > 1) asked.set(`s${i}`, aSum(i));
  }
  for (const [key, { answer }] of asked) if (answer === null || was.get(key)?.known) asked.delete(key);
}

const wrong = (slips) => slips.filter(([, x]) => Number.isFinite(x)).map(([key, x, parts]) => [said(key, parts), x]);

function aValue(unit, i) {
  const answer = now.values[i], slips = [["sign", -answer]];
  const { op, inputs } = nodes[i], xs = inputs.map((j) => now.values[j]);
  if (!unit.several && xs.length === 2)
    for (const other of ["add", "mul", "power"])
      if (other !== op) slips.push(["otherop", VALUES[other](...xs), { op: expression(other, ...xs.map(shown)) }]);
  return { words: !unit.several || names[i] === null ? `${question(unit)} = ` : `${names[i]} = `, answer, slips: wrong(slips) };
}

function aShare(uses, source, answer) {
  const slips = [["sign", -answer]];
  if (uses.length === 1) {
    const [[k, slot]] = uses, g = gradient.adjoints[k], d = now.partials[k][slot];
    slips.push(["noincoming", d], ["nolocal", g], ["quotient", g / d], ["sum", g + d]);
    if (nodes[k].op === "mul") slips.push(["notswapped", g * now.partials[k][1 - slot]]);
  }
  const words = sharesOf(source).length > 1 ? said("share", { gradient: partialName(source), product: "" }) : equals(source);
  return { words, answer, slips: wrong(slips) };
}

function aSum(i) {
  const answer = gradient.adjoints[i], shares = sharesOf(i).map(shareOf);
  const slips = [["sign", -answer], ...shares.map((share) => ["assigned", share]), ...shares.map((share) => ["nopathleft", answer - share])];
  return { words: said("of_a_sum", { gradient: partialName(i), sum: "" }), answer, slips: wrong(slips) };
}

function questionLines() {
  const judges = [], lines = [...asked].map(([key, { words, answer, slips }]) => {
    const field = element("input", [], { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": words, "data-ask": key });
    const told = element("output");
    const judge = () => {
      const [found, fitting] = verdict(field.value, { answer, slips });
      if (found === "right") return reveal(key);
      field.setAttribute("aria-invalid", found === "wrong");
      told.textContent = [found && said(found), ...fitting.map((slip) => said("slip", { slip }))].filter(Boolean).join(" · ");
    };
    judges.push(judge);
    field.addEventListener("change", judge);
    return element("p", [element("label", [words, field]), " ", told]);
  });
  const check = element("button", said("check"), { type: "button" }), show = element("button", said("show"), { type: "button", id: "show" });
  check.addEventListener("click", () => judges.forEach((judge) => judge()));
  show.addEventListener("click", () => reveal(...asked.keys()));
  return [element("h2", said("question")), ...lines, element("div", [check, show], { class: "views" })];
}

function reveal(...keys) {
  for (const key of keys) asked.delete(key);
  render({ asking: false });
  $("explanation").querySelector("input")?.focus();
}

pane.addEventListener("click", (event) => { // a question mark in the picture is clicked
  const edge = event.target.classList?.contains("asked") && event.target.closest("g");
  if (!edge) return;
  event.stopPropagation();
  const shown = drawing.edges.find(({ id }) => id === edge.id), unit = drawing.units.find(({ id }) => id === edge.id);
  const i = shown?.source ?? unit?.node ?? Number(edge.id.slice(1));
  reveal(...(event.target.classList.contains("value") ? [`v${i}`] : shown && !event.target.classList.contains("sum") ? [edge.id] : [`s${i}`]));
}, { capture: true });
