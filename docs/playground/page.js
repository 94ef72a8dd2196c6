// The page: what is chosen, typed and pressed, and what the worker tells.
// Invariant: what a program made goes into the page as text, as a picture that the page's policy keeps
// from running anything, or into a frame that can reach nothing; no request goes anywhere else.
import { editor } from "./editor.js";
import { WORDS, LESSONS, EXAMPLES } from "./content.json";

const $ = (id) => document.getElementById(id);
const ITEMS = [...EXAMPLES, ...LESSONS];

// --- what is kept in this browser ---

const kept = { done: {}, programs: {}, ...read() };

function read() {
  try {
    return JSON.parse(localStorage.getItem("autograd") ?? "{}");
  } catch {
    return {}; // no storage, or not ours: everything works, and is forgotten
  }
}

function keep(changes) {
  Object.assign(kept, changes);
  try {
    localStorage.setItem("autograd", JSON.stringify(kept));
  } catch { /* as above */ }
}

// --- words ---

let language = kept.language ?? (navigator.language.startsWith("ja") ? "ja" : "en");

const said = (key, parts = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => parts[name]);

function element(tag, content = [], attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat());
  return made;
}

function speak() {
  document.documentElement.lang = language;
  for (const item of document.querySelectorAll("[data-say]")) item.textContent = said(item.dataset.say);
  for (const item of document.querySelectorAll("[data-label]")) item.setAttribute("aria-label", said(item.dataset.label));
  $("language").textContent = said("other");
  $("language").lang = language === "en" ? "ja" : "en";
  source.label(said("editing"));
  listItems();
  showLesson();
}

// --- dark or light ---

const dark = matchMedia("(prefers-color-scheme: dark)");
const themed = () => kept.theme ?? (dark.matches ? "dark" : "light");

function paint() {
  document.documentElement.dataset.theme = themed();
  $("theme").textContent = themed() === "dark" ? "☀" : "☾";
  $("page").querySelector("iframe")?.contentWindow.postMessage({ autograd: themed() }, "*");
}
dark.addEventListener("change", paint);
$("theme").addEventListener("click", () => {
  keep({ theme: themed() === "dark" ? "light" : "dark" });
  paint();
});
addEventListener("message", ({ source: from, data }) => { // the page of steps asks for the theme
  if (from === $("page").querySelector("iframe")?.contentWindow && data?.autograd) paint();
});

// --- what is chosen: an example, a lesson, or the reader's own program ---

let item = null, verdict = null; // verdict: what the last run of a lesson was told, {verdict, message}
const source = editor($("editor"), { run: () => run(), changed });

function listItems() {
  const option = ({ id, title }) => element("option", `${kept.done[id] ? "✓ " : ""}${title[language]}`, { value: id });
  const group = (key, items) => element("optgroup", items.map(option), { label: said(key) });
  $("choice").replaceChildren(
    ...(item ? [] : [element("option", said("own"), { value: "" })]),
    group("examples", EXAMPLES),
    group("lessons", LESSONS.filter(({ kind }) => kind === "lesson")),
    group("puzzles", LESSONS.filter(({ kind }) => kind === "puzzle")),
  );
  $("choice").value = item?.id ?? "";
}

const programOf = (chosen) => chosen.code[language] ?? chosen.code.en;

function choose(id, { address = true } = {}) {
  item = ITEMS.find((each) => each.id === id) ?? ITEMS[0];
  verdict = null;
  source.write(kept.programs[item.id] ?? programOf(item));
  if (address) history.replaceState(null, "", `#${item.id}`);
  listItems();
  showLesson();
  clear();
  tab("picture"); // the steps would give a lesson's answers away
  run({ judged: false });
}

function changed(text) {
  if (!item) return;
  const programs = { ...kept.programs };
  if (Object.values(item.code).includes(text)) delete programs[item.id];
  else programs[item.id] = text;
  keep({ programs });
}

$("choice").addEventListener("change", () => choose($("choice").value));
$("language").addEventListener("click", () => {
  const untouched = item && !(item.id in kept.programs);
  language = language === "en" ? "ja" : "en";
  keep({ language });
  speak();
  if (untouched) source.write(programOf(item));
  status(state);
  if (seen.page || seen.picture) run({ judged: false });
});

function showLesson() {
  const lesson = item?.kind ? item : null;
  $("lesson").hidden = !lesson;
  document.body.classList.toggle("learning", Boolean(lesson));
  if (!lesson) return;
  const at = LESSONS.indexOf(lesson), done = LESSONS.filter(({ id }) => kept.done[id]).length;
  const text = element("div");
  text.innerHTML = lesson.text[language]; // written by the build, from the lesson's file
  const act = (key, action, off = false) => {
    const made = element("button", said(key), { type: "button", "data-act": key });
    made.disabled = off;
    made.addEventListener("click", action);
    return made;
  };
  const told = element("div", [], { class: "verdict", role: "status", id: "verdict" });
  if (verdict) {
    told.dataset.verdict = verdict.verdict;
    told.append(element("strong", said(verdict.verdict, { names: verdict.message })));
    if (verdict.verdict === "right") told.append(element("p", lesson.praise[language]));
    else if (verdict.verdict === "wrong") told.append(...teaching(verdict.message));
    if (LESSONS.every(({ id }) => kept.done[id])) told.append(element("p", said("all")));
  }
  $("lesson").replaceChildren(
    element("h2", lesson.title[language]),
    text,
    told,
    element("div", [
      act("back", () => choose(LESSONS[at - 1].id), at === 0),
      act("next", () => choose(LESSONS[at + 1].id), at === LESSONS.length - 1),
      act("restart", () => { source.write(programOf(lesson)); verdict = null; showLesson(); run({ judged: false }); }),
      act("solution", () => { source.write(lesson.solution[language] ?? lesson.solution.en); run(); }),
      element("small", said("progress", { done, all: LESSONS.length })),
    ], { class: "bar" }),
  );
}

function teaching(message) { // what assert_gradients says; in Japanese its gist before it
  const made = [element("pre", message)];
  const slips = [...message.matchAll(/^likely slip: (.*)$/gm)].map(([, slip]) => slip);
  const translated = (slip) => WORDS[language].slips.reduce((text, [pattern, put]) => text.replace(new RegExp(pattern), put), slip);
  if (slips.length && language !== "en") made.unshift(element("p", said("slip", { slips: translated(slips[0]) })));
  return made;
}

// --- the worker ---

let worker, state = ["starting"], started = 0, queued = null, asked = false, alive = false; // queued: the run that is wanted next

function start() {
  // A worker made from a text of this page is under this page's policy: its requests too go nowhere else.
  const text = `import ${JSON.stringify(new URL("worker.js", document.baseURI).href)};`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  alive = false;
  worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", ({ data: { kind, text: told } }) => heard[kind](told));
  worker.addEventListener("error", (event) => status(["failed", { why: event.message ?? "?" }]));
}

function run({ judged = true } = {}) { // judged: a lesson's check follows
  queued = { judged };
  if (!alive) return;
  if (busy()) return stop(queued); // what runs is given up for what is wanted now
  queued = null;
  clear();
  [started, asked] = [performance.now(), judged];
  status(["running"]);
  worker.postMessage({ source: source.read(), check: (judged && item?.check) || "", lang: language });
}

const busy = () => ["running", "drawing"].includes(state[0]);

function stop(next = null) {
  queued = next;
  worker.terminate();
  status(["stopped"]);
  start();
}

function status(now) {
  state = now;
  $("status").textContent = said(...now);
  $("stop").disabled = !busy();
  $("run").disabled = !alive;
  document.body.dataset.state = now[0];
}

const heard = {
  ready(version) {
    alive = true;
    status(["ready", { version }]);
    if (queued) run(queued);
  },
  out: (text) => print(text, "out"),
  err(text) {
    print(text, "err");
    if (item?.check && asked) judge({ verdict: "erred", message: "" });
  },
  echo: (text) => print(text, "echo"),
  check: (text) => judge(JSON.parse(text)),
  picture(text) {
    status(["drawing"]);
    const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    seen.picture = true;
    $("picture").replaceChildren(fitted(document.importNode(svg, true)));
  },
  page(text) {
    const frame = element("iframe", [], { sandbox: "allow-scripts", name: "pane", title: said("frame") });
    frame.srcdoc = text;
    seen.page = true;
    $("page").replaceChildren(frame);
  },
  unseen: (text) => print(`${text}\n`, "err"),
  file(text) {
    const { name, content } = JSON.parse(text);
    const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
    const href = URL.createObjectURL(new Blob([bytes]));
    $("files").append(element("a", said("file", { name }), { href, download: name.split("/").at(-1) }));
  },
  done() {
    status(["done", { seconds: ((performance.now() - started) / 1000).toFixed(1) }]);
    if (!seen.picture) $("picture").replaceChildren(element("p", said("nopicture")));
    if (!seen.page) $("page").replaceChildren(element("p", said("nopage")));
    if (seen.page && !seen.picture) tab("page");
    else if (seen.picture && !seen.page) tab("picture");
  },
};

const LEAST = 0.65; // of its own size: so small a picture may become to fit, and no smaller

function fitted(svg) {
  const own = `${(parseFloat(svg.getAttribute("width")) * 4) / 3}px`;
  svg.style.width = `min(${own}, max(100%, ${LEAST} * ${own}))`;
  return svg;
}

let seen = {};

function clear() {
  seen = {};
  $("output").replaceChildren();
  for (const link of $("files").children) URL.revokeObjectURL(link.href);
  $("files").replaceChildren();
}

function print(text, kind) {
  const last = $("output").lastElementChild;
  if (last?.className === kind) last.append(text);
  else $("output").append(element("span", text, { class: kind }));
  $("told").scrollTop = $("told").scrollHeight;
}

function judge(told) {
  verdict = told;
  if (told.verdict === "right") keep({ done: { ...kept.done, [item.id]: true } });
  listItems();
  showLesson();
}

$("run").addEventListener("click", () => run());
$("stop").addEventListener("click", () => stop());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  run();
});

// --- tabs ---

const TABS = ["picture", "page"];

function tab(name, focus = false) {
  for (const each of TABS) {
    $(each).hidden = each !== name;
    $(`tab-${each}`).setAttribute("aria-selected", each === name);
    $(`tab-${each}`).tabIndex = each === name ? 0 : -1;
  }
  if (focus) $(`tab-${name}`).focus();
}
for (const [k, name] of TABS.entries()) {
  $(`tab-${name}`).addEventListener("click", () => tab(name));
  $(`tab-${name}`).addEventListener("keydown", ({ key }) => {
    if (key === "ArrowRight" || key === "ArrowLeft") tab(TABS[1 - k], true);
  });
}

// --- the address: #code=..., a program packed, or the name of an example or a lesson ---

async function through(stream, bytes) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

async function packed(text) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
}

async function unpacked(code) {
  const bytes = Uint8Array.from(atob(code.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  return new TextDecoder().decode(await through(new DecompressionStream("deflate-raw"), bytes));
}

$("share").addEventListener("click", async () => {
  history.replaceState(null, "", `#code=${await packed(source.read())}`);
  const copied = await navigator.clipboard?.writeText(location.href).then(() => true, () => false);
  $("status").textContent = said(copied ? "shared" : "addressed");
});

async function open() { // what the address asks for; a program of somebody else's waits to be run
  const [, code] = /^#code=([\w-]+)$/.exec(location.hash) ?? [];
  const text = code && await unpacked(code).catch(() => null);
  if (typeof text !== "string") return choose(location.hash.slice(1), { address: false });
  item = verdict = null;
  source.write(text);
  listItems();
  showLesson();
  clear();
  $("picture").replaceChildren(element("p", said("nothing")));
  $("page").replaceChildren(element("p", said("nothing")));
}
addEventListener("hashchange", open);

paint();
speak();
status(["starting"]);
start();
open();
