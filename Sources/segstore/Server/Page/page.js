// SPDX-License-Identifier: Apache-2.0
//
// What /v1 answers, to look around in. The address says what is shown: #/entity/<key>/<tab>.
"use strict";

const main = document.getElementById("main");
const query = document.getElementById("query");
const matches = document.getElementById("matches");
const state = document.getElementById("state");

// MARK: asking

async function ask(path, parameters = {}) {
  const address = new URL("/v1/" + path, location.origin);
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  const reply = await fetch(address);
  const answer = await reply.json();
  if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
  tell(answer.meta);
  return answer;
}

function tell(meta) {
  const label = meta.label ? ` (${meta.label})` : "";
  const changed = meta.changed_files
    ? `, ${meta.changed_files} ${meta.changed_files === 1 ? "file has" : "files have"} changed since`
    : "";
  state.textContent = `generation ${meta.generation}${label}${changed}`;
  state.classList.toggle("stale", Boolean(meta.changed_files));
}

// MARK: making elements

function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

function draw(name, properties = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(properties)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const count = (number) => Number(number).toLocaleString("en");
const many = (number, one, more = one + "s") => `${count(number)} ${number === 1 ? one : more}`;
const address = (key, tab) => `#/entity/${encodeURIComponent(key)}${tab ? "/" + tab : ""}`;

// language:kind:qualified_name:path
function parts(key) {
  const [language, kind, name, ...rest] = key.split(":");
  return rest.length ? { language, kind, name, file: rest.join(":") } : { kind: "", name: key, file: "" };
}

function item(key, { kind, file, line, end, note, resolution } = {}) {
  const part = parts(key);
  const isOutside = part.kind === "external" || part.kind === "unresolved";
  const name = isOutside
    ? make("span", { textContent: part.name })
    : make("a", { href: address(key), textContent: part.name });
  return make("li", {},
    end === undefined ? null : make("span", { className: "count", textContent: end }),
    make("span", { className: "kind", textContent: kind ?? part.kind }), name,
    resolution && resolution !== "exact"
      ? make("span", { className: "unsure", textContent: " " + resolution }) : null,
    make("span", { className: "file", textContent: (file ?? part.file) + (line ? ":" + line : "") }),
    note ? make("span", { className: "file", textContent: note }) : null);
}

function list(items, nothing) {
  return items.length
    ? make("ol", { className: "list" }, ...items)
    : make("p", { className: "dim", textContent: nothing });
}

// A list, and a button for what comes next in it.
async function paged(path, parameters, member, row, nothing) {
  const box = make("div");
  const rows = make("ol", { className: "list" });
  box.append(rows);
  const add = async (more) => {
    const answer = await ask(path, { ...parameters, ...more });
    rows.append(...answer.data[member].map(row));
    if (!rows.children.length) box.append(make("p", { className: "dim", textContent: nothing }));
    if (!answer.meta.next) return answer;
    const left = answer.data.total - rows.children.length;
    const button = make("button", { textContent: `show more of ${count(left)}` });
    button.onclick = async () => {
      button.remove();
      try { await add({ cursor: answer.meta.next }); } catch (error) { box.append(problem(error)); }
    };
    box.append(button);
    return answer;
  };
  return { box, first: await add({}) };
}

function problem(error) {
  return make("div", { className: "error" }, make("p", { textContent: error.message }),
    error.candidates?.length ? list(error.candidates.map((key) => item(key))) : null);
}

// MARK: pages

async function overview() {
  const [stats, used, entries, tree] = await Promise.all([
    ask("stats"), ask("hotspots", { top: 15 }), ask("entry-points", { top: 15 }),
    ask("tree", { depth: 2, limit: 40 }),
  ]);
  const rows = stats.data.rows;
  const facts = [["entities", "entities"], ["edges", "edges"], ["files", "files"],
    ["excluded_tests", "tests left out"]];
  return [
    make("h1", { textContent: "What is in the tree" }),
    make("ul", { className: "facts" }, ...facts.filter(([name]) => name in rows).map(([name, text]) =>
      make("li", {}, make("b", { textContent: count(rows[name]) }), text))),
    make("div", { className: "columns" },
      make("section", {}, make("h2", { textContent: "Most depended on" }),
        list(used.data.hotspots.map((node) =>
          item(node.key, { line: node.line, end: count(node.dependents) })), "nothing is")),
      make("section", {}, make("h2", { textContent: "Where programs begin" }),
        list(entries.data.entry_points.map((node) =>
          item(node.key, { line: node.line, end: count(node.reach) })), "nowhere")),
      make("section", {}, make("h2", { textContent: "Folders" }),
        list(tree.data.places.filter((place) => place.depth > 0).map((place) =>
          make("li", {},
            make("span", { className: "count", textContent: many(place.entities, "entity", "entities") }),
            place.path + (place.kind === "folder" ? "/" : ""))), "there are none")),
      make("section", {}, make("h2", {}, make("a", { href: "#/history", textContent: "History" })),
        make("p", { className: "dim", textContent: "The commits of the store, and what each has changed." }))),
  ];
}

const tabs = [["", "Code"], ["graph", "Graph"], ["dependents", "Dependents"],
  ["dependencies", "Dependencies"], ["impact", "Impact"], ["history", "History"]];

async function entity(key, tab) {
  const { data } = await ask("entity", { key, code: "true" });
  const it = data.entity;
  const head = [
    make("h1", {}, make("span", { className: "kind", textContent: `${it.language} ${it.kind}` }),
      it.qualified_name),
    make("p", { className: "where", textContent: `${it.file}:${it.start_line}-${it.end_line}` }),
    make("nav", { className: "tabs" }, ...tabs.map(([name, text]) => {
      const link = make("a", { href: address(it.key, name), textContent: text });
      if (name === tab) link.setAttribute("aria-current", "page");
      return link;
    })),
  ];
  const body = { "": code, graph, dependents, dependencies, impact, history: past }[tab] ?? code;
  return [...head, ...(await body(it))];
}

async function code(it) {
  const rows = it.code.split("\n").map((text, index) =>
    make("span", { className: "row", "data-line": String(it.start_line + index), textContent: text }));
  return [
    it.doc ? make("pre", { className: "plain", textContent: it.doc }) : null,
    make("pre", {}, ...rows),
    it.parent
      ? make("p", { className: "dim" }, "in ",
        make("a", { href: address(it.parent), textContent: parts(it.parent).name })) : null,
  ].filter(Boolean);
}

const edgeRow = (far) => (edge) => item(edge[far], {
  kind: edge.kind, file: edge.file, line: edge.line, resolution: edge.resolution,
  end: edge.count > 1 ? `${count(edge.count)} places` : undefined });

async function dependents(it) {
  const { box, first } = await paged("rdeps", { key: it.key }, "edges", edgeRow("from"), "nothing depends on it");
  return [missing(first.data.unresolved_references, "more by this name could not be resolved: a lower bound"), box];
}

async function dependencies(it) {
  const { box, first } = await paged("deps", { key: it.key }, "edges", edgeRow("to"), "it depends on nothing");
  return [missing(first.data.unresolved_references, "of it could not be resolved"), box];
}

function missing(number, text) {
  return number
    ? make("p", { className: "note", textContent: `${many(number, "reference")} ${text}` })
    : make("span");
}

async function impact(it) {
  const { box, first } = await paged("impact", { key: it.key }, "affected", (node) =>
    item(node.key, { line: node.start_line, resolution: node.resolution, end: `step ${node.distance}`,
      note: `${node.edge} ${parts(node.through).name}` }), "nothing depends on it");
  const data = first.data;
  const steps = data.by_distance.slice(0, 6).map((number, index) => `${count(number)} at step ${index + 1}`);
  return [
    make("p", { textContent: `${many(data.total, "entity", "entities")} in ${many(data.files, "file")}`
      + (steps.length ? `: ${steps.join(", ")}${data.by_distance.length > 6 ? ", …" : ""}` : "") }),
    missing(data.unresolved_references, "more by this name could not be resolved: a lower bound"), box];
}

// MARK: the graph

const shownNeighbours = 14;
const surest = ["exact", "probable", "ambiguous", "external", "unresolved"];

// The surest first, as many as there is room for.
function neighbours(edges, far) {
  return edges.map((edge) => ({ edge, key: edge[far] }))
    .sort((a, b) => surest.indexOf(a.edge.resolution) - surest.indexOf(b.edge.resolution))
    .slice(0, shownNeighbours);
}

async function graph(it) {
  const kinds = "calls,uses,extends,implements,imports";
  const [into, out] = await Promise.all([
    ask("rdeps", { key: it.key, kind: kinds, limit: 200 }),
    ask("deps", { key: it.key, kind: kinds, limit: 200 }),
  ]);
  const left = neighbours(into.data.edges, "from");
  const right = neighbours(out.data.edges, "to");
  const [width, step, box, top] = [1000, 44, { width: 280, height: 34 }, 40];
  const rows = Math.max(left.length, right.length, 1);
  const height = top + rows * step + 30;
  const middle = top + (rows * step) / 2 - box.height / 2;
  const picture = draw("svg", { class: "graph", viewBox: `0 0 ${width} ${height}`, role: "img",
    "aria-label": `what depends on ${it.qualified_name}, and what it depends on` });
  const node = (key, x, y, isMiddle) => {
    const part = parts(key);
    const short = (text, length) => text.length > length ? "…" + text.slice(1 - length) : text;
    const group = draw("g", {}, draw("title"), draw("rect", { x, y, rx: 5, width: box.width,
      height: box.height, class: isMiddle ? "middle" : "" }),
    draw("text", { x: x + 8, y: y + 15 }), draw("text", { x: x + 8, y: y + 28, class: "dim" }));
    group.children[0].textContent = key;
    group.children[2].textContent = short(part.name, 36);
    group.children[3].textContent = `${part.kind}  ${short(part.file, 40 - part.kind.length)}`;
    if (isMiddle || part.kind === "external" || part.kind === "unresolved") return group;
    return draw("a", { href: address(key, "graph") }, group);
  };
  const side = (nodes, total, x, isLeft) => {
    const from = top + ((rows - nodes.length) * step) / 2;
    const heading = draw("text", { x, y: 22, class: "dim" });
    heading.textContent = isLeft ? `depends on it: ${count(total)}` : `it depends on: ${count(total)}`;
    picture.append(heading);
    nodes.forEach(({ edge, key }, index) => {
      const y = from + index * step;
      const [x1, y1] = isLeft ? [x + box.width, y + box.height / 2]
        : [(width + box.width) / 2, middle + box.height / 2];
      const [x2, y2] = isLeft ? [(width - box.width) / 2, middle + box.height / 2] : [x, y + box.height / 2];
      const bend = (x2 - x1) / 2;
      picture.append(draw("path", { d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
        class: `${edge.kind}${edge.resolution === "exact" ? "" : " unsure"}` }));
      picture.append(node(key, x, y, false));
    });
    const more = total - nodes.length;
    if (more > 0) {
      const text = draw("text", { x, y: height - 10, class: "dim" });
      text.textContent = `and ${count(more)} more`;
      picture.append(text);
    }
  };
  side(left, into.data.total, 10, true);
  side(right, out.data.total, width - box.width - 10, false);
  picture.append(node(it.key, (width - box.width) / 2, middle, true));
  const legend = make("p", { className: "legend" }, ...["calls", "uses", "extends", "imports"].map((kind) =>
    make("span", {}, make("i", { className: "of-" + kind }), kind)),
  make("span", { textContent: "dashed: not sure" }));
  const scroll = make("div", { className: "scroll" });
  scroll.append(picture);
  return [scroll, legend];
}

// MARK: history

const changeRow = (change) => make("li", {},
  make("span", { className: "kind", textContent: `${change.change} ${change.relation}` }),
  change.relation === "entities" && change.change !== "removed"
    ? make("a", { href: address(change.key[0]), textContent: change.key[0] })
    : change.key.join("  →  "),
  change.columns.length ? make("span", { className: "file", textContent: change.columns.join(", ") }) : null);

async function commits() {
  const { data } = await ask("history", { limit: 100 });
  const rows = data.commits.map((commit, index) => {
    const before = data.commits[index + 1];
    const text = `generation ${commit.generation}${commit.label ? `, ${commit.label}` : ""}`;
    return make("li", {},
      make("span", { className: "count", textContent: new Date(commit.time).toLocaleString() }),
      before ? make("a", { href: `#/changes/${before.generation}/${commit.generation}`, textContent: text }) : text,
      make("span", { className: "file", textContent: commit.kind }));
  });
  return [make("h1", { textContent: "History" }), list(rows, "there is no commit yet")];
}

async function changes(old, recent) {
  const { box, first } = await paged("diff", { old, new: recent }, "changes", changeRow, "the rows are the same");
  const counts = Object.entries(first.data.relations).map(([name, kinds]) => `${name}: `
    + Object.entries(kinds).filter(([, number]) => number).map(([kind, number]) => `${count(number)} ${kind}`).join(", "));
  return [make("h1", { textContent: `From generation ${old} to ${recent}` }),
    make("p", { className: "where", textContent: counts.join("; ") }), box];
}

// What an entity was at each commit, as far as it was another.
async function past(it) {
  const { data } = await ask("history", { limit: 30 });
  const rows = [];
  let before = null;
  for (const commit of data.commits.slice().reverse()) {
    let then = null;
    try {
      then = (await ask("entity", { key: it.key, at: commit.generation })).data.entity;
    } catch (error) {
      if (error.code !== "unknown_key" && error.code !== "ambiguous_key") throw error;
    }
    if (then && then.key !== it.key) then = null;
    const what = !then ? (before ? "removed" : null) : !before ? "there"
      : then.content_hash !== before.content_hash ? "changed"
        : then.start_line !== before.start_line || then.file !== before.file ? "moved" : null;
    if (what) {
      rows.unshift(make("li", {},
        make("span", { className: "count", textContent: new Date(commit.time).toLocaleString() }),
        make("span", { className: "kind", textContent: what }),
        `generation ${commit.generation}${commit.label ? `, ${commit.label}` : ""}`,
        then ? make("span", { className: "file", textContent: `${then.file}:${then.start_line}` }) : null));
    }
    before = then;
  }
  return [list(rows, "no commit has it")];
}

// MARK: which page

let shown = 0;

async function show() {
  const turn = ++shown;
  // What takes long says so.
  const timer = setTimeout(() => main.classList.add("waiting"), 200);
  let content;
  try {
    const path = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
    if (path[0] === "entity") content = await entity(path[1], path[2] ?? "");
    else if (path[0] === "history") content = await commits();
    else if (path[0] === "changes") content = await changes(path[1], path[2]);
    else content = await overview();
  } catch (error) {
    content = [problem(error)];
  }
  clearTimeout(timer);
  // Somebody who went on does not want it any more.
  if (turn !== shown) return;
  main.classList.remove("waiting");
  main.replaceChildren(...content);
  document.title = (main.querySelector("h1")?.textContent ?? "segstore") + " · segstore";
  window.scrollTo(0, 0);
}

// MARK: search

let asked = 0;
let wait = 0;

async function find() {
  const text = query.value.trim();
  const turn = ++asked;
  if (!text) return close();
  try {
    const { data } = await ask("search", { q: text, limit: 12 });
    if (turn !== asked) return;
    matches.replaceChildren(...data.matches.map((match) =>
      make("li", {}, make("a", { href: address(match.key), tabIndex: -1 },
        make("span", { className: "kind", textContent: match.kind }), match.qualified_name,
        make("span", { className: "file", textContent: `${match.file}:${match.start_line}` })))));
    if (!data.matches.length) {
      matches.replaceChildren(make("li", {}, make("p", { textContent: `nothing has a name like '${text}'` })));
    }
  } catch (error) {
    matches.replaceChildren(make("li", {}, make("p", { textContent: error.message })));
  }
  matches.hidden = false;
}

function close() {
  asked++;
  matches.hidden = true;
}

function choose(step) {
  const links = [...matches.querySelectorAll("a")];
  const now = links.findIndex((link) => link.classList.contains("chosen"));
  links[now]?.classList.remove("chosen");
  const next = links[(now + step + links.length) % links.length];
  next?.classList.add("chosen");
  next?.scrollIntoView({ block: "nearest" });
}

query.addEventListener("input", () => {
  clearTimeout(wait);
  wait = setTimeout(find, 120);
});
query.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") close();
});
document.getElementById("search").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearTimeout(wait);
  if (matches.hidden) await find();
  const link = matches.querySelector("a.chosen") ?? matches.querySelector("a");
  if (link) {
    location.hash = link.getAttribute("href");
    close();
  }
});
document.addEventListener("click", (event) => {
  if (!matches.contains(event.target) || event.target.closest("a")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== query) {
    event.preventDefault();
    query.select();
  }
});
window.addEventListener("hashchange", show);
show();
