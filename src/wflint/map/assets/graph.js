// The graphs of the page, which cytoscape draws: all workflows with what they start, the flow of one
// of them, and the functions that it calls.
"use strict";

cytoscape.warnings(false); // of nodes that have no place yet

const LARGE = 250; // nodes of a connected part that are laid out in plain columns
const CHARACTER = 6.6;

let cy = null;
let drawn = null;

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

const COLORS = {
  activity: "activity", child: "child", workflow: "child", worker: "timer", timer: "timer", condition: "timer",
  wait: "timer", signal: "signal", command: "signal", cancel: "signal", "continue-as-new": "next", raise: "error",
  patched: "next", patch: "next",
};
const SHAPES = {
  choice: "diamond", loop: "hexagon", try: "hexagon", condition: "round-rectangle", timer: "round-rectangle",
  call: "rectangle", worker: "barrel", together: "hexagon", task: "hexagon", leave: "round-rectangle",
};

function style() {
  const plain = (name) => ({ "border-color": color(name), color: color("text") });
  const rules = [
    { selector: "node", style: {
      label: "data(broken)", width: "data(w)", height: "data(h)", shape: "data(shape)", "text-wrap": "wrap",
      "text-max-width": "data(most)", "text-valign": "center", "text-halign": "center", "font-size": 12,
      "font-family": "system-ui, sans-serif", "background-color": color("soft"), "border-width": 1.5,
      "min-zoomed-font-size": 5, ...plain("quiet") } },
    { selector: "edge", style: {
      width: 1.3, "line-color": color("quiet"), "target-arrow-color": color("quiet"), "target-arrow-shape": "triangle",
      "arrow-scale": 0.8, "curve-style": "bezier", label: "data(label)", "font-size": 10, color: color("quiet"),
      "text-background-color": color("back"), "text-background-opacity": 0.9, "text-wrap": "ellipsis",
      "text-max-width": "140px", "min-zoomed-font-size": 6 } },
    ...(drawn.large ? [{ selector: "edge", style: { "curve-style": "straight", opacity: 0.25 } }] : []),
    { selector: "edge[?dashed]", style: { "line-style": "dashed" } },
    { selector: "node[?gaps], node[?outside], node.unknown", style: { "border-style": "dashed" } },
    { selector: "node[?never]", style: { opacity: 0.45 } },
    { selector: "node[?errors]", style: { "border-color": color("error"), "border-width": 3 } },
    { selector: "node:selected", style: { "background-color": color("mark"), "border-width": 3 } },
    { selector: ".apart", style: { opacity: 0.15 } },
  ];
  for (const [kind, name] of Object.entries(COLORS)) {
    rules.splice(1, 0, { selector: `node[kind = "${kind}"]`, style: { "border-color": color(name) } });
  }
  return rules;
}

function node(id, kind, label, more) {
  const most = drawn.sideways ? 260 : 190;
  const lines = label.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil((line.length * CHARACTER) / (most - 12))), 0);
  const longest = Math.max(...label.split("\n").map((line) => line.length));
  const shape = SHAPES[kind] || "round-rectangle";
  const wide = shape === "diamond" ? 1.45 : shape === "hexagon" ? 1.2 : 1;
  const w = (Math.min(most, longest * CHARACTER) + 22) * wide;
  const h = (lines * 15 + 12) * (shape === "diamond" ? 1.6 : 1);
  // Names break behind dots, dashes and underscores, and between their words.
  const broken = label.replace(/([._/-])(?=\w)|([a-z])(?=[A-Z])/g, "$1$2\u200b");
  return { data: { id, kind, label, broken, shape, w, h, most, ...more } };
}

const edge = (source, target, more) => ({ data: { source, target, label: "", ...more } });

// What is drawn.

function overviewElements(options) {
  const elements = [];
  const shown = new Set();
  const add = (one) => { elements.push(one); shown.add(one.data.id); };
  MAP.workflows.forEach((w, n) => {
    if (sections[n].hidden) return;
    add(node("w" + n, "workflow", w.n, { file: w.f, row: w.r, errors: w.e, go: n }));
  });
  const used = new Map();
  const queues = new Map();
  MAP.workflows.forEach((w, n) => w.u.forEach(([target, queue]) => {
    if (!used.has(target)) used.set(target, []);
    if (shown.has("w" + n)) used.get(target).push(n);
    queues.set(`${n} ${target}`, queue);
  }));
  if (options.activities) {
    MAP.activities.forEach(([name, file, row, errors], n) => {
      if (!(used.get("a" + n) || []).length && shown.size < MAP.workflows.length) return;
      add(node("a" + n, "activity", name, { file, row, errors }));
    });
    MAP.workflows.forEach((w, n) => w.x.forEach((name) => {
      const id = "x" + name;
      if (!shown.has("w" + n)) return;
      if (!shown.has(id)) add(node(id, "activity", name, { outside: 1 }));
      elements.push(edge("w" + n, id));
    }));
  }
  for (const [target, users] of used) {
    if (shown.has(target)) users.forEach((n) => elements.push(edge("w" + n, target, { label: queues.get(`${n} ${target}`) })));
  }
  if (options.workers) {
    MAP.workers.forEach(([queue, file, row, workflows, activities], n) => {
      const own = workflows.filter((w) => shown.has("w" + w));
      const others = activities.filter((a) => shown.has("a" + a) &&
        !(used.get("a" + a) || []).some((w) => workflows.includes(w)));
      if (!own.length && !others.length) return;
      add(node("k" + n, "worker", queue || "queue not known", { file, row }));
      own.forEach((w) => elements.push(edge("k" + n, "w" + w, { dashed: 1 })));
      others.forEach((a) => elements.push(edge("k" + n, "a" + a, { dashed: 1 })));
    });
  }
  return elements;
}

function flowElements(number) {
  const elements = [];
  const withState = byId("state").checked;
  MAP.workflows[number].g.forEach((chart, n) => {
    const begin = `${n}:begin`;
    const isLeftOut = (at) => !withState && chart.n[at][0] === "state";
    const next = new Map(chart.e.filter(([from]) => isLeftOut(from)).map(([from, to]) => [from, to]));
    const shown = (at) => {
      while (at !== undefined && isLeftOut(at)) at = next.get(at);
      return at;
    };
    const connect = (from, at, more) => {
      const to = shown(at);
      if (to !== undefined) elements.push(edge(from, `${n}:${to}`, more));
    };
    elements.push(node(begin, "begin", chart.t, {}));
    chart.n.forEach(([kind, text, file, row, step, often], at) => {
      if (isLeftOut(at)) return;
      const label = often < 0 ? text : `${text}\n${often ? often + " ×" : "never ran"}`;
      elements.push(node(`${n}:${at}`, kind, label, { file, row, step, never: often === 0 ? 1 : 0 }));
    });
    if (chart.n.length) connect(begin, 0, {});
    chart.e.forEach(([from, to, label]) => { if (!isLeftOut(from)) connect(`${n}:${from}`, to, { label }); });
  });
  return elements;
}

function callElements(number) {
  const elements = [];
  const seen = new Set(MAP.workflows[number].c);
  for (const one of seen) MAP.functions[one][6].forEach((to) => seen.add(to));
  for (const one of seen) {
    const [name, file, row, errors, diagnostics, gaps, calls] = MAP.functions[one];
    const notes = [];
    if (diagnostics) notes.push(`${diagnostics} found`);
    if (gaps) notes.push(`${gaps} not followed`);
    const label = notes.length ? `${name}\n${notes.join(", ")}` : name;
    elements.push(node("f" + one, "function", label, { file, row, errors, gaps }));
    calls.forEach((to) => elements.push(edge("f" + one, "f" + to)));
  }
  return elements;
}

// Where it is drawn.

function columns(part, sideways) {
  const depth = new Map();
  let level = part.nodes().filter((n) => n.incomers("edge").length === 0);
  if (!level.length) level = part.nodes().slice(0, 1);
  for (let d = 0; level.length; d += 1) {
    level.forEach((n) => depth.set(n.id(), d));
    level = level.outgoers("node").filter((n) => !depth.has(n.id()));
  }
  // A level with many nodes takes several columns (or rows), so that the whole is no thin line.
  const most = Math.ceil(Math.sqrt(part.nodes().length * (sideways ? 5 : 0.5))) + 4;
  const levels = [];
  part.nodes().forEach((n) => {
    const d = depth.get(n.id()) || 0;
    (levels[d] = levels[d] || []).push(n);
  });
  let across = 0;
  for (const nodes of levels.filter(Boolean)) {
    for (let first = 0; first < nodes.length; first += most) {
      const lane = nodes.slice(first, first + most);
      const broad = Math.max(...lane.map((n) => n.data(sideways ? "w" : "h")));
      let along = 0;
      for (const n of lane) {
        const long = n.data(sideways ? "h" : "w");
        n.position(sideways ? { x: across + broad / 2, y: along + long / 2 } : { x: along + long / 2, y: across + broad / 2 });
        along += long + 12;
      }
      across += broad + 60;
    }
  }
}

// The box around nodes alone: that around edges and labels takes cytoscape long to know.
function boxOf(nodes) {
  const box = { x1: Infinity, y1: Infinity, x2: -Infinity, y2: -Infinity };
  nodes.forEach((n) => {
    const { x, y } = n.position(), { w, h } = n.data();
    box.x1 = Math.min(box.x1, x - w / 2);
    box.x2 = Math.max(box.x2, x + w / 2);
    box.y1 = Math.min(box.y1, y - h / 2);
    box.y2 = Math.max(box.y2, y + h / 2);
  });
  return { ...box, w: box.x2 - box.x1, h: box.y2 - box.y1 };
}

function layOut(sideways) {
  const parts = cy.elements().components();
  const boxes = [];
  for (const part of parts) {
    if (part.nodes().length > LARGE && part.edges().length > LARGE * 2) columns(part, sideways);
    else if (part.nodes().length > 1) {
      part.layout({ name: "dagre", rankDir: sideways ? "LR" : "TB", nodeSep: sideways ? 8 : 28, rankSep: sideways ? 45 : 36,
        fit: false, animate: false, ranker: part.nodes().length > LARGE ? "longest-path" : "network-simplex" }).run();
    }
    boxes.push([part, boxOf(part.nodes())]);
  }
  // The parts stand in rows, so that a graph of many parts is no column.
  const area = boxes.reduce((sum, [, box]) => sum + (box.w + 40) * (box.h + 30), 0);
  const widest = Math.max(Math.sqrt(area * 1.7), ...boxes.map(([, box]) => box.w));
  let x = 0, y = 0, tall = 0;
  for (const [part, box] of boxes) {
    if (x && x + box.w > widest) { x = 0; y += tall + 30; tall = 0; }
    part.nodes().shift({ x: x - box.x1, y: y - box.y1 });
    x += box.w + 40;
    tall = Math.max(tall, box.h);
  }
}

function fitGraph(readable) {
  if (!cy.nodes().length) return;
  const box = boxOf(cy.nodes());
  const whole = Math.min((cy.width() - 32) / box.w, (cy.height() - 32) / box.h, 1.3);
  if (!readable || whole > 0.5) {
    const pan = { x: (cy.width() - (box.x1 + box.x2) * whole) / 2, y: (cy.height() - (box.y1 + box.y2) * whole) / 2 };
    cy.viewport({ zoom: whole, pan });
    return;
  }
  // What is too large to be read as a whole begins where its ways begin.
  const zoom = Math.max(0.6, Math.min(1, (cy.width() - 32) / box.w));
  const edgeOf = (n) => drawn.sideways ? n.position("x") - n.data("w") / 2 : n.position("y") - n.data("h") / 2;
  const side = (n) => n.position(drawn.sideways ? "y" : "x");
  const first = cy.nodes().toArray().reduce((a, b) =>
    (Math.round(edgeOf(b) - edgeOf(a)) || side(b) - side(a)) < 0 ? b : a).position();
  let x = 16 - box.x1 * zoom, y = 16 - box.y1 * zoom;
  if (drawn.sideways) y = Math.min(y, cy.height() / 2 - first.y * zoom);
  else x = Math.min(x, cy.width() / 2 - first.x * zoom);
  cy.viewport({ zoom, pan: { x, y } });
}

function showNode(one) {
  const { file, row, step, go } = one.data();
  const actions = [];
  if (go !== undefined) {
    actions.push(el("a", { href: "#w" + go }, "outline"),
      button("Flow", () => draw({ kind: "flow", number: go })), button("Calls", () => draw({ kind: "calls", number: go })));
  }
  if (step) actions.push(el("a", { href: "#s" + step }, "in the outline"));
  if (file !== undefined && file >= 0) showSource(file, row || 0, ...actions);
  cy.elements().removeClass("apart");
  if (go !== undefined || ["activity", "function", "worker"].includes(one.data("kind"))) {
    cy.elements().difference(one.closedNeighborhood()).addClass("apart");
  }
}

function onGraphKey(event) {
  const step = 60;
  const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  if (moves[event.key]) cy.panBy({ x: moves[event.key][0], y: moves[event.key][1] });
  else if (event.key === "+" || event.key === "=") zoomBy(1.25);
  else if (event.key === "-") zoomBy(0.8);
  else if (event.key === "0") fitGraph(false);
  else if (event.key === "n" || event.key === "p") selectNext(event.key === "n" ? 1 : -1);
  else if (event.key === "Enter" && cy.nodes(":selected").length) showNode(cy.nodes(":selected")[0]);
  else return;
  event.preventDefault();
}

function zoomBy(factor) {
  cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
}

function selectNext(by) {
  const nodes = cy.nodes();
  const at = nodes.toArray().findIndex((n) => n.selected());
  const next = nodes[(at + by + nodes.length) % nodes.length];
  nodes.unselect();
  next.select();
  cy.center(next);
  byId("graph-said").textContent = next.data("label").replace("\n", ", ");
}

function closeGraph() {
  if (cy) cy.destroy();
  cy = drawn = null;
  byId("graph").hidden = true;
  byId("graph").replaceChildren();
}

function titleOf(wanted) {
  if (wanted.kind === "overview") return "What starts what";
  return `${wanted.kind === "flow" ? "Flow" : "Calls"} of ${MAP.workflows[wanted.number].n}`;
}

function draw(wanted) {
  closeGraph();
  drawn = { activities: true, workers: true, ...wanted, sideways: wanted.kind !== "flow" };
  const tool = (text, label, action) => button(text, action, { "aria-label": label, title: label });
  const toggle = (name) => el("label", {}, el("input", {
    type: "checkbox", checked: drawn[name], onchange: (event) => draw({ ...drawn, [name]: event.target.checked }) }), " " + name);
  const area = el("div", { id: "drawing", tabindex: "0", role: "application", onkeydown: onGraphKey,
    "aria-label": `${titleOf(drawn)}: arrows move, plus and minus zoom, 0 fits, n and p choose a node, Enter shows its source. The outline below says the same.` });
  byId("graph").append(
    el("h2", {}, titleOf(drawn)), " ",
    ...(drawn.kind === "overview" ? [toggle("activities"), toggle("workers")] : []),
    tool("+", "Zoom in", () => zoomBy(1.25)), tool("−", "Zoom out", () => zoomBy(0.8)),
    tool("Fit", "Show all", () => fitGraph(false)), tool("×", "Close the graph", closeGraph),
    el("span", { id: "graph-said", role: "status" }), area);
  byId("graph").hidden = false;
  const sideways = drawn.sideways;
  const elements = drawn.kind === "overview" ? overviewElements(drawn)
    : drawn.kind === "flow" ? flowElements(drawn.number) : callElements(drawn.number);
  const large = drawn.large = elements.length > 1500;
  cy = cytoscape({ container: area, elements, style: style(), layout: { name: "preset" }, minZoom: 0.03, maxZoom: 3,
    hideEdgesOnViewport: large, textureOnViewport: large });
  cy.batch(() => layOut(sideways));
  fitGraph(true);
  cy.on("tap", "node", (event) => showNode(event.target));
  cy.on("tap", (event) => { if (event.target === cy) cy.elements().removeClass("apart"); });
  new ResizeObserver(() => { if (cy) cy.resize(); }).observe(area);
  if (wanted.seen !== false) byId("graph").scrollIntoView({ block: "nearest" });
}

document.addEventListener("filtered", () => { if (drawn && drawn.kind !== "calls") draw({ ...drawn, seen: false }); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (cy) cy.style(style()); });

sections.forEach((section, number) => {
  const graphs = el("span", { class: "graphs" });
  const toDraw = (text, kind) => button(text, (event) => {
    event.preventDefault();
    draw({ kind, number });
  });
  if (MAP.workflows[number].g.length) graphs.append(toDraw("Flow", "flow"));
  if (MAP.workflows[number].c.length) graphs.append(toDraw("Calls", "calls"));
  section.querySelector("summary").append(graphs);
});
if (MAP.workflows.length) {
  byId("controls").append(button("Graph", () => draw({ kind: "overview", seen: true })));
}
if (MAP.workflows.length > 1 && MAP.workflows.length + MAP.activities.length <= 150) draw({ kind: "overview", seen: false });
