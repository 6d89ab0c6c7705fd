// The page without its graphs: search, filters, source, and what opens when. The outline is there
// already; without this script it only lacks these.
"use strict";

const MAP = JSON.parse(document.getElementById("data").textContent);

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const button = (text, action, more) => el("button", { type: "button", onclick: action, ...more }, text);
const byId = (id) => document.getElementById(id);
const sections = Array.from(document.querySelectorAll("details.workflow"));
const entries = Array.from(document.querySelectorAll("#index > li"));

// What is folded in a large map is a text at first, so that the page opens at once. It is part of the
// page, and is read as that would have been.

const held = (within) => within.querySelector("noscript");

function fill(within) {
  const text = held(within);
  if (!text) return;
  const made = document.createElement("template");
  made.innerHTML = text.textContent;
  text.replaceWith(made.content);
}

function unfold(details) {
  fill(details);
  details.open = true;
}

function elementOf(id) {
  if (!byId(id)) sections.filter((s) => held(s) && held(s).textContent.includes(` id="${id}"`)).forEach(fill);
  return byId(id);
}

const ENTITIES = { "&amp;": "&", "&gt;": ">", "&lt;": "<", "&quot;": '"', "&#x27;": "'" };

function wordsOf(within) {
  const text = held(within);
  if (!text) return within.textContent;
  const inside = text.textContent.replace(/<[^>]*>/g, "").replace(/&(?:amp|gt|lt|quot|#x27);/g, (one) => ENTITIES[one]);
  return within.querySelector("summary").textContent + inside;
}

document.addEventListener("toggle", (event) => { if (event.target.open) fill(event.target); }, true);

// Source.

let focusBefore = null;

function chunkAt(file, row) {
  const chunks = MAP.files[file].c;
  return chunks.find(([first, lines]) => first <= row && row < first + lines.length) || chunks[0];
}

// Rows of a notebook count through all its cells.

const cellsOf = (file) => MAP.files[file].k || [];
const cellAt = (file, row) => cellsOf(file).filter(([above]) => above < row).pop() || [0, 0];

function placeOf(file, row) {
  const [above, cell] = cellAt(file, row);
  return cell ? `cell ${cell}:${row - above}` : row;
}

function closeSource() {
  byId("source").hidden = true;
  byId("columns").classList.remove("with-source");
  if (focusBefore && document.contains(focusBefore)) focusBefore.focus();
  focusBefore = null;
}

function linksOf(file, row) {
  return MAP.files[file].l.map(([label, before, behind]) =>
    el("a", { href: before + row + behind, rel: "noreferrer noopener", target: "_blank" }, label));
}

function showSource(file, row, ...actions) {
  const panel = byId("source");
  if (!MAP.files[file]) return;
  if (panel.hidden) focusBefore = document.activeElement;
  const close = button("×", closeSource, { "aria-label": "Close source" });
  const title = el("h2", {}, MAP.files[file].n + (row ? ":" + placeOf(file, row) : ""));
  const bar = el("p", { class: "links" }, ...linksOf(file, row || 1), ...actions);
  const code = el("pre", { tabindex: "0" });
  const chunk = chunkAt(file, row);
  if (chunk) {
    chunk[1].forEach((line, number) => {
      const at = chunk[0] + number;
      const chosen = at === row;
      const isHead = cellsOf(file).some(([above]) => above === at);
      const shown = isHead ? "" : String(at - cellAt(file, at)[0]);
      code.append(el("span", { class: chosen ? "line chosen" : "line" }, el("i", {}, shown), line + "\n"));
    });
  } else {
    code.append("The map has no lines of this file.");
  }
  panel.replaceChildren(close, title, bar, code);
  panel.hidden = false;
  byId("columns").classList.add("with-source");
  const line = code.querySelector(".chosen");
  if (line) code.scrollTop = line.offsetTop - code.offsetTop - code.clientHeight / 3;
}

// What a link within the page leads to is opened first.

function reveal(target) {
  for (let at = target; at; at = at.parentElement) {
    if (at.tagName === "DETAILS") unfold(at);
    if (at.hidden && at.matches("details.workflow")) at.hidden = false;
  }
  target.scrollIntoView({ block: "start" });
}

function revealHash() {
  const target = location.hash.length > 1 && elementOf(location.hash.slice(1));
  if (target) reveal(target);
}

let chosen = null;

function choose(element) {
  if (chosen) chosen.classList.remove("chosen");
  chosen = element;
  if (chosen) chosen.classList.add("chosen");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.dataset.p) {
    event.preventDefault();
    const [file, row] = link.dataset.p.split(":").map(Number);
    choose(link.closest("li, tr"));
    showSource(file, row);
  } else if (link.hash && link.getAttribute("href").startsWith("#")) {
    const target = elementOf(link.hash.slice(1));
    if (target) {
      reveal(target);
      choose(target.closest("li, tr"));
    }
  }
});

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "Escape" && !byId("source").hidden) closeSource();
  else if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("search").focus();
  }
});

window.addEventListener("hashchange", revealHash);
window.addEventListener("beforeprint", () => {
  sections.forEach((s) => { if (!s.hidden) unfold(s); });
  document.querySelectorAll("section.more").forEach(fill);
});

// Search and filters.

const texts = new Map();

function textOf(section) {
  if (!texts.has(section)) texts.set(section, wordsOf(section).toLowerCase());
  return texts.get(section);
}

let found = [];
let foundAt = -1;

function applyFilters() {
  const wanted = byId("search").value.trim().toLowerCase();
  const only = byId("only").value;
  const errors = byId("errors").checked;
  let shown = 0;
  sections.forEach((section, number) => {
    const workflow = MAP.workflows[number];
    const fits = (only === "" || Number(only) === number) && (!errors || workflow.e > 0) &&
      (!wanted || textOf(section).includes(wanted));
    section.hidden = !fits;
    entries[number].hidden = !fits;
    shown += fits;
  });
  document.querySelectorAll("section.more").forEach((s) => { s.hidden = only !== "" || errors; });
  if (only !== "" && sections[Number(only)]) unfold(sections[Number(only)]);
  found = [];
  foundAt = -1;
  byId("status").textContent = wanted || errors || only !== "" ? `${shown} of ${sections.length} workflows` : "";
  document.dispatchEvent(new Event("filtered"));
}

function nextFound() {
  const wanted = byId("search").value.trim().toLowerCase();
  if (!wanted) return;
  if (foundAt < 0) {
    const places = "summary h2, ol.steps li > a, ol.steps summary > a, h3, td, .findings li";
    found = [];
    for (const section of document.querySelectorAll("details.workflow, section.more")) {
      if (section.hidden || !textOf(section).includes(wanted)) continue;
      fill(section);
      for (const at of section.querySelectorAll(places)) {
        if (at.textContent.toLowerCase().includes(wanted)) found.push(at);
      }
    }
  }
  if (!found.length) return;
  foundAt = (foundAt + 1) % found.length;
  const at = found[foundAt];
  reveal(at);
  choose(at.closest("li, tr") || at);
  byId("status").textContent = `${foundAt + 1} of ${found.length}`;
}

let waiting = 0;

function later(action) {
  clearTimeout(waiting);
  waiting = setTimeout(action, 120);
}

function makeControls() {
  const search = el("input", {
    id: "search", type: "search", placeholder: "Search ( / )", "aria-label": "Search the map; Enter goes to the next place",
    oninput: () => later(applyFilters),
    onkeydown: (event) => { if (event.key === "Enter") { clearTimeout(waiting); nextFound(); } },
  });
  const only = el("select", { id: "only", "aria-label": "Workflow", onchange: applyFilters },
    el("option", { value: "" }, "All workflows"),
    ...MAP.workflows.map((w, number) => el("option", { value: number }, w.n)));
  const errors = el("label", {}, el("input", { id: "errors", type: "checkbox", onchange: applyFilters }), " only errors");
  const state = el("label", {}, el("input", { id: "state", type: "checkbox", checked: true, onchange: () => {
    document.body.classList.toggle("no-state", !byId("state").checked);
    document.dispatchEvent(new Event("filtered"));
  } }), " assignments");
  const all = (action) => () => sections.filter((s) => !s.hidden).forEach(action);
  byId("controls").append(search, only, errors, state,
    button("Open all", all(unfold)), button("Close all", all((s) => { s.open = false; })),
    el("span", { id: "status", role: "status" }));
}

makeControls();
revealHash();
