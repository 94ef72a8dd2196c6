// The page that steps through a recorded graph: what is shown is made by `render`, from the state here.
// Invariant: it is a function of `leaves`, `at`, `chosen`, `root`, `state` (of the composites), `within` (the one
// whose inside alone is shown, by its place among the composites, or null) and what is asked alone.

const $ = (id) => document.getElementById(id);
const framed = window.parent !== window; // in a notebook
const graph = JSON.parse($("graph").textContent);
const { nodes, composites, drawings } = graph;
const recorded = nodes.map((node) => node.value), before = evaluate(nodes, recorded);
const names = [], membersOf = composites.map(({ members }) => new Set(members));
const consumers = nodes.map(() => []);
nodes.forEach((node, i) => (node.inputs || []).forEach((j, slot) => consumers[j].push([i, slot])));

let leaves = recorded.slice(), root = graph.roots[0], state = graph.state, within = null, at = 0, chosen = null;
let now, gradient, gradientBefore; // the passes at the present numbers, and the sweep at the recorded ones
