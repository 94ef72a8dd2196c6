// The worker: Python with the package in it, and Graphviz beside it, both as WebAssembly.
// Invariant: it answers "ready" once, then each {source, check, lang} with messages and at last "done".
import { loadPyodide } from "./pyodide/pyodide.mjs";
import { instance } from "@viz-js/viz";
import session from "./session.py";

const MOST = 200_000; // characters of output in one run
const near = (path) => new URL(path, import.meta.url).href;
const bytes = async (path) => (await fetch(near(path))).arrayBuffer();

let viz, buffer = [], told = 0, spent = 0;

function flush() {
  for (const [kind, text] of buffer) postMessage({ kind, text });
  buffer = [];
  told = performance.now();
}

function say(kind, text) { // what is printed is gathered, so that an endless loop does not drown the page
  const printed = ["out", "err", "echo"].includes(kind);
  if (!printed) flush();
  else if (spent > MOST) return;
  else if ((spent += text.length) > MOST) text = `${text.slice(0, MOST - spent)}\n…\n`;
  if (buffer.at(-1)?.[0] === kind) buffer.at(-1)[1] += text;
  else buffer.push([kind, text]);
  if (!printed || performance.now() - told > 60) flush();
}

function place(dot) {
  try {
    return viz.renderString(dot, { format: "json0" });
  } catch (error) {
    instance().then((another) => { viz = another; }); // what trapped is not used again
    throw error;
  }
}

const wheels = WHEELS.map((name) => bytes(`./wheels/${name}`)), graphviz = instance();
const python = await loadPyodide({ indexURL: near("./pyodide/"), packageBaseUrl: near("./pyodide/") });
for (const wheel of wheels) python.unpackArchive(await wheel, "wheel");
viz = await graphviz;
python.FS.writeFile("/home/pyodide/session.py", session);
const room = python.pyimport("session").Session(say, place);
postMessage({ kind: "ready", text: python.runPython("import sys; sys.version.split()[0]") });

onmessage = ({ data: { source, check, lang } }) => {
  spent = 0;
  try {
    room.run(source, check, lang);
  } catch (error) { // not the program's, which the session tells: out of memory, say
    say("err", `${error}\n`);
  }
  flush();
  postMessage({ kind: "done" });
};
