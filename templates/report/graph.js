// Who calls whom: a drawing that can be moved and searched, and a table that says the same.

const SMALLEST = 0.55;
const view = { x: 0, y: 0, scale: 0, of: "", at: "" };

function graphPage(query) {
  const asTable = query.get("as") === "table";
  const count = make("p", { class: "count quiet", "aria-live": "polite" });
  const shown = asTable ? edgeTable(query) : drawing();
  const around = make("p", { class: "note around" });
  const update = () => {
    if (isFiltered(query)) query.delete("at");
    around.replaceChildren(...(asTable ? [] : aroundLine(query, update)));
    around.hidden = !around.childNodes.length;
    count.textContent = shown.show(query);
  };
  const modes = make("div", { class: "modes", role: "group", "aria-label": "Shown as" },
    [["", "Graph"], ["table", "Table"]].map(([mode, name]) =>
      make("button", { type: "button", "aria-pressed": String(asTable === (mode === "table")), onclick: () => {
        if (mode) query.set("as", mode);
        else query.delete("as");
        rememberQuery(query);
        openPage();
        document.querySelector(".modes [aria-pressed=true]").focus();
      } }, name)));
  const bar = filterBar(query, update, !asTable && estate.services.length > 1 ? groupingChoice(query, update) : null);
  update();
  return [make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Who calls whom"), count, modes), bar, around, shown.element];
}

function groupingChoice(query, changed) {
  const names = [...(estate.waves.length ? ["wave"] : []), "runtime", "fit", "nothing"];
  return make("select", { id: "by", "aria-label": "Grouped by", onchange: (event) => {
    if (event.target.value) query.set("by", event.target.value);
    else query.delete("by");
    rememberQuery(query);
    changed();
  } },
    make("option", { value: "" }, "Groups if many"),
    names.map((name) => plainOption(name, name === "nothing" ? "No groups" : "By " + name, query.get("by") === name)));
}

// The line above a drawing of one service and who is around it.
function aroundLine(query, changed) {
  const service = byLabel.get(query.get("at") ?? "");
  if (!service) return [];
  const now = Number(query.get("steps")) || 1;
  const go = (steps) => () => {
    if (steps) query.set("steps", steps);
    else ["at", "steps"].forEach((name) => query.delete(name));
    rememberQuery(query);
    changed();
    (document.querySelector(".around [aria-pressed=true]") ?? document.getElementById("filter")).focus();
  };
  return [
    "Around ", make("a", { href: serviceAddress(service) }, shortened(named(service.name), 60)), ": ",
    make("span", { class: "modes", role: "group", "aria-label": "How far" }, STEPS.map((steps) =>
      make("button", { type: "button", "aria-pressed": String(steps === now), onclick: go(steps) }, plural(steps, "step")))), " ",
    make("button", { type: "button", class: "plain", onclick: go(0) }, "Show the whole graph"),
  ];
}

function edgeTable(query) {
  const columns = [
    { title: "Caller", value: (edge) => nameOf(edge.caller), cell: (edge) => shortened(named(nameOf(edge.caller)), 60) },
    { title: "Callee", value: (edge) => nameOf(edge.callee), cell: (edge) => endOf(edge.callee) },
    { title: "Protocol", value: (edge) => edge.protocol ?? "tcp" },
    { title: "Port", value: (edge) => edge.port ?? null, cell: (edge) => edge.port ?? "–", number: true },
    { title: "Seen by", value: (edge) => (edge.sources ?? []).join(", ") },
    { title: "How directly", value: (edge) => edge.confidence, cell: (edge) => chip("sure-" + edge.confidence, edge.confidence) },
    { title: "Evidence", cell: (edge) => evidence(edge.evidence) },
  ];
  const href = (edge) => (estate.services[edge.caller] ? serviceAddress(estate.services[edge.caller]) : "#/graph?as=table");
  const element = table("Edges", columns, [], { query, sort: [0], href });
  const show = () => {
    const those = new Set(estate.services.filter((one) => wanted(one, query)).map((one) => one.place));
    const edges = isFiltered(query) ? estate.edges.filter((edge) => those.has(edge.caller) || those.has(edge.callee)) : estate.edges;
    element.replaceItems(edges);
    return plural(edges.length, "edge") + " of " + plural(those.size, "service");
  };
  return { element, show };
}

function drawing() {
  const element = make("div", { class: "canvas" });
  const show = (query) => {
    const scene = sceneOf(query);
    const { places, ways, alone } = scene.grouped ? onRing(scene.ring) : layered(scene.nodes.length, scene.edges);
    scene.places = places;
    const nodes = scene.nodes.map((one, at) => (one.of ? groupNode(one, places[at], query) : serviceNode(one, places[at])));
    const lines = scene.edges.map(([from, to, count, back]) => (scene.grouped ? beam(places[from], places[to], count, back) : line(places[from], places[to], ways.get(from + " " + to) ?? [])));
    const canvas = draw("g", {},
      draw("g", { class: "lines" }, lines),
      alone === null ? null : draw("text", { class: "aside", x: 0, y: alone - 14 }, scene.whole ? "No call of these was seen" : "These neither call what is shown here nor are called by it"),
      draw("g", {}, nodes));
    const svg = draw("svg", { class: "graph", role: "group", "aria-label": "Graph of " + plural(nodes.length, scene.grouped ? "group" : "node") + ". Arrow keys go from one to the next, Enter opens it, Escape leads back to the search." },
      draw("defs", {}, draw("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, draw("path", { d: "M0 0.5 8 4 0 7.5z" }))),
      canvas);
    const card = make("aside", { class: "card", "aria-hidden": "true" });
    card.hidden = true;
    element.replaceChildren(svg, zoomButtons(svg, canvas, scene), card, graphLegend(scene));
    movable(svg, canvas);
    walkNodes(svg, nodes, canvas, scene);
    showNeighbours(svg, nodes, lines, card, scene);
    requestAnimationFrame(() => settle(svg, canvas, nodes, scene, query));
    return saidOf(scene);
  };
  return { element, show };
}

function saidOf(scene) {
  const all = plural(estate.services.length, "service");
  if (scene.grouped) {
    const groups = scene.nodes.filter((one) => one.by);
    const inside = groups.reduce((sum, one) => sum + one.of.length, 0);
    return (inside === estate.services.length ? all : inside.toLocaleString("en") + " of " + all) + " in " + plural(groups.length, "group") + ": open one to see its services";
  }
  const services = scene.nodes.filter((one) => estate.services[one.place] && !one.beside).length;
  const calls = scene.edges.reduce((sum, [, , count]) => sum + count, 0);
  return services.toLocaleString("en") + " of " + all + ", " + plural(calls, "edge");
}

// Where it is looked at from: as it was left, if it is the same drawing; else all of it, or its beginning if all is too small.
function settle(svg, canvas, nodes, scene, query) {
  if (!nodes.length || !svg.isConnected) return;
  const of = scene.nodes.map((one) => one.key).join();
  const around = scene.nodes.findIndex((one) => one.place !== undefined && one.place === byLabel.get(query.get("at") ?? "")?.place);
  const left = [...scene.places.keys()].reduce((best, at) => (scene.places[at][0] < scene.places[best][0] ? at : best), 0);
  const before = scene.nodes.findIndex((one) => one.key === view.at);
  const here = around >= 0 ? around : before >= 0 ? before : left;
  if (view.of === of) place(canvas);
  else beginAt(svg, canvas, scene.places, Math.max(0, around));
  view.of = of;
  nodes.forEach((one, at) => one.setAttribute("tabindex", at === here ? "0" : "-1"));
  if (around >= 0) nodes[around].classList.add("chosen");
}

function nodeParts(name, second, kind, more) {
  return [
    draw("title", {}, shortened(name, 200)),
    draw("rect", { class: "box", width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }),
    kind === null ? null : draw("path", { class: "edge", d: "M6 0.75h-1a4.25 4.25 0 0 0-4.25 4.25v" + (NODE_HEIGHT - 10) + "a4.25 4.25 0 0 0 4.25 4.25h1z" }),
    draw("text", { class: "first", x: 14, y: 17 }, fitting(name, kind === "blocked" ? 136 : 154)),
    draw("text", { class: "second", x: 14, y: 31 }, second),
    ...more,
  ];
}

const pen = document.createElement("canvas").getContext("2d");
const widths = new Map();

// As much of a name as there is room for, in pixels. A text in a drawing does not wrap.
function fitting(name, room) {
  pen.font = "600 12.5px " + getComputedStyle(document.body).fontFamily;
  const width = (text) => {
    if (!widths.has(text)) widths.set(text, pen.measureText(text).width);
    return widths.get(text);
  };
  let most = 40;
  while (most > 1 && width(shortened(name, most)) > room) most--;
  return shortened(name, most);
}

function attributesAt([x, y], kind, key) {
  return { class: "node " + kind, transform: "translate(" + x + " " + y + ")", tabindex: "-1", "data-key": key };
}

function link(attributes, href, label, parts) {
  const element = draw("a", { ...attributes, "aria-label": label }, parts);
  element.setAttribute("href", href);
  return element;
}

function serviceNode({ key, name, place, beside }, at) {
  const service = estate.services[place];
  const shown = named(name.replace(/^external:/, ""));
  const aside = beside ? " beside" : "";
  if (!service) {
    return draw("g", { ...attributesAt(at, "outside" + aside, key), role: "img", "aria-label": shortened(shown, 200) + ", not scanned" }, nodeParts(shown, "not scanned", null, []));
  }
  const blockers = service.severities.blocker;
  const second = shortened(service.runtime, 16) + (service.hosts.length > 1 ? " · " + service.hosts.length + " hosts" : "");
  const marks = [
    service.stateful ? draw("path", { class: "disk", d: "M156 25.5c0-3.4 11-3.4 11 0v6c0 3.4-11 3.4-11 0zm0 0c0 3.4 11 3.4 11 0" }) : null,
    blockers ? draw("circle", { class: "blocked", cx: 161.5, cy: 13, r: 4.5 }) : null,
  ];
  const calls = plural(service.calls.length, "call") + ", called by " + service.callers.length;
  const label = [shortened(shown, 200), service.fit, waveOf(service), calls, plural(service.findings.length, "finding")].filter(Boolean).join(", ");
  return link(attributesAt(at, service.fit + aside, key), serviceAddress(service), label, nodeParts(shown, second, blockers ? "blocked" : "", marks));
}

function groupNode({ key, name, of, by, value, inside }, at, query) {
  const shown = named(name);
  if (!by) return draw("g", { ...attributesAt(at, "outside", key), role: "img", "aria-label": shown }, nodeParts(shown, "", null, []));
  const blocked = of.filter((one) => one.severities.blocker).length;
  const second = plural(of.length, "service") + (blocked ? " · " + blocked.toLocaleString("en") + " blocked" : "");
  const label = [shortened(shown, 200), plural(of.length, "service"), blocked + " with blockers", plural(inside, "call") + " inside"].join(", ");
  const to = new URLSearchParams(query);
  to.set(by, value);
  to.delete("by");
  return link(attributesAt(at, "group", key), "#/graph?" + to, label, nodeParts(shown, second, null, fitBar(of)));
}

function fitBar(services) {
  let left = 14;
  return FITS.map((fit) => {
    const width = ((NODE_WIDTH - 28) * services.filter((one) => one.fit === fit).length) / services.length;
    left += width;
    return width ? draw("rect", { class: "share " + fit, x: left - width, y: 34.5, width, height: 3 }) : null;
  });
}

// From the right of a caller to the left of its callee; where a circle leads back, from the left to the right.
function line([x1, y1], [x2, y2], bends) {
  const [out, into] = x1 < x2 ? [NODE_WIDTH, -1] : [0, NODE_WIDTH + 1];
  const along = ([x, y]) => (x1 < x2 ? [[x, y], [x + NODE_WIDTH, y]] : [[x + NODE_WIDTH, y], [x, y]]);
  const points = [[x1 + out, y1 + NODE_HEIGHT / 2], ...bends.flatMap(along), [x2 + into, y2 + NODE_HEIGHT / 2]];
  let path = "M" + points[0].join(" ");
  for (let at = 1; at < points.length; at++) path += curve(points[at - 1], points[at]);
  return draw("path", { class: "line", "marker-end": "url(#tip)", d: path });
}

// A straight line between two groups, as thick as there are calls.
function beam(from, to, count, back) {
  const [one, other] = [border(from, to), border(to, from)];
  return draw("path", {
    class: "line beam", d: "M" + one.join(" ") + "L" + other.join(" "), "stroke-width": 1 + Math.log2(count + back) / 2.5,
    "marker-end": "url(#tip)", "marker-start": back ? "url(#tip)" : null,
  });
}

// Where the line from the middle of one node to the middle of another leaves the first.
function border([x, y], [towardsX, towardsY]) {
  const [dx, dy] = [towardsX - x, towardsY - y];
  const part = Math.min(NODE_WIDTH / 2 / Math.abs(dx || 1e-9), NODE_HEIGHT / 2 / Math.abs(dy || 1e-9));
  return [x + NODE_WIDTH / 2 + dx * part, y + NODE_HEIGHT / 2 + dy * part];
}

function curve([ax, ay], [bx, by]) {
  const bend = Math.sign(bx - ax || 1) * Math.max(24, Math.abs(bx - ax) / 2);
  return "C" + (ax + bend) + " " + ay + " " + (bx - bend) + " " + by + " " + bx + " " + by;
}

function graphLegend(scene) {
  return make("p", { class: "legend" },
    FITS.map((fit) => make("span", {}, make("i", { class: fit }), fit)),
    scene.grouped ? null : make("span", {}, make("i", { class: "dot" }), " blocker"),
    make("span", {}, scene.grouped ? "the thicker, the more calls" : "⛁ keeps state, or may"));
}

// Moving about -------------------------------------------------------------------------------------------------------

function place(canvas) {
  canvas.setAttribute("transform", "translate(" + view.x + " " + view.y + ") scale(" + view.scale + ")");
  canvas.classList.toggle("far", view.scale < 0.45);
}

function extent(places) {
  const [xs, ys] = [0, 1].map((axis) => places.map((one) => one[axis]));
  const least = (values) => values.reduce((a, b) => Math.min(a, b), Infinity);
  const most = (values) => values.reduce((a, b) => Math.max(a, b), -Infinity);
  return [least(xs), least(ys) - 16, most(xs) + NODE_WIDTH, most(ys) + NODE_HEIGHT];
}

function showAll(svg, canvas, places) {
  const box = svg.getBoundingClientRect();
  if (!places.length || !box.width) return;
  const [left, top, right, bottom] = extent(places);
  view.scale = Math.min(1.25, (box.width - 48) / (right - left), (box.height - 72) / (bottom - top));
  view.x = (box.width - (right - left) * view.scale) / 2 - left * view.scale;
  view.y = (box.height - 24 - (bottom - top) * view.scale) / 2 - top * view.scale;
  place(canvas);
}

function beginAt(svg, canvas, places, start) {
  showAll(svg, canvas, places);
  if (view.scale >= SMALLEST) return;
  const box = svg.getBoundingClientRect();
  const [left, top, right, bottom] = extent(places);
  view.scale = SMALLEST;
  const kept = (want, from, to, room) => Math.max(room - to * view.scale - 24, Math.min(24 - from * view.scale, want));
  view.x = (right - left) * view.scale < box.width ? (box.width - (right - left) * view.scale) / 2 - left * view.scale : start ? kept(box.width / 2 - places[start][0] * view.scale, left, right, box.width) : 24 - left * view.scale;
  view.y = (bottom - top) * view.scale < box.height ? (box.height - (bottom - top) * view.scale) / 2 - top * view.scale : kept(box.height / 2 - (start ? places[start][1] : (top + bottom) / 2) * view.scale, top, bottom, box.height);
  place(canvas);
}

function centre(svg, canvas, [x, y]) {
  const box = svg.getBoundingClientRect();
  view.scale = Math.max(view.scale, SMALLEST);
  view.x = box.width / 2 - (x + NODE_WIDTH / 2) * view.scale;
  view.y = box.height / 2 - (y + NODE_HEIGHT / 2) * view.scale;
  place(canvas);
}

function zoom(svg, canvas, factor, x, y) {
  const box = svg.getBoundingClientRect();
  const [px, py] = [(x ?? box.left + box.width / 2) - box.left, (y ?? box.top + box.height / 2) - box.top];
  const scale = Math.max(0.03, Math.min(3, view.scale * factor));
  view.x = px - ((px - view.x) * scale) / view.scale;
  view.y = py - ((py - view.y) * scale) / view.scale;
  view.scale = scale;
  place(canvas);
}

function zoomButtons(svg, canvas, scene) {
  const button = (label, sign, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, sign);
  return make("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoom(svg, canvas, 1.4)),
    button("Zoom out", "−", () => zoom(svg, canvas, 1 / 1.4)),
    button("Show all", "⤢", () => showAll(svg, canvas, scene.places)));
}

// One finger or button moves, two fingers and the wheel zoom.
function movable(svg, canvas) {
  const held = new Map();
  let moved = false;
  svg.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(svg, canvas, Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), event.clientX, event.clientY);
  }, { passive: false });
  svg.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, [event.clientX, event.clientY]);
    moved = false;
  });
  svg.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) return;
    const now = [event.clientX, event.clientY];
    if (!moved && Math.hypot(now[0] - before[0], now[1] - before[1]) < 4) return;
    if (!moved) svg.setPointerCapture(event.pointerId);
    moved = true;
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    if (other) zoom(svg, canvas, Math.hypot(now[0] - other[0], now[1] - other[1]) / (Math.hypot(before[0] - other[0], before[1] - other[1]) || 1), ...other);
    else [view.x, view.y] = [view.x + now[0] - before[0], view.y + now[1] - before[1]];
    held.set(event.pointerId, now);
    place(canvas);
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, (event) => held.delete(event.pointerId));
  svg.addEventListener("click", (event) => moved && event.preventDefault(), { capture: true });
  svg.addEventListener("dragstart", (event) => event.preventDefault());
}

// The nearest node in the direction of the key; what is aside of the way counts double.
function walkNodes(svg, nodes, canvas, scene) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const here = nodes.indexOf(document.activeElement);
    if (event.key === "+" || event.key === "-") zoom(svg, canvas, event.key === "+" ? 1.4 : 1 / 1.4);
    if (event.key === "0") showAll(svg, canvas, scene.places);
    if (event.key === "Escape") document.getElementById("filter").focus();
    if (!(event.key in ways) || here < 0) return;
    event.preventDefault();
    const next = nearest(scene.places, here, ways[event.key]);
    nodes[here].setAttribute("tabindex", "-1");
    nodes[next].setAttribute("tabindex", "0");
    nodes[next].focus({ preventScroll: true });
  });
  svg.addEventListener("focusin", () => {
    const here = nodes.indexOf(document.activeElement);
    if (here < 0) return;
    view.at = scene.nodes[here].key;
    if (nodes[here].matches(":focus-visible")) keepInSight(svg, canvas, scene.places[here]);
  });
}

function nearest(places, here, [dx, dy]) {
  const [x, y] = places[here];
  let best = [Infinity, here];
  places.forEach(([nx, ny], at) => {
    const along = (nx - x) * dx + (ny - y) * dy;
    const aside = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
    if (along > 0 && along + 2 * aside < best[0]) best = [along + 2 * aside, at];
  });
  return best[1];
}

function keepInSight(svg, canvas, at) {
  const box = svg.getBoundingClientRect();
  const [x, y] = at.map((value, axis) => value * view.scale + (axis ? view.y : view.x));
  if (x < 8 || y < 8 || x + NODE_WIDTH * view.scale > box.width - 8 || y + NODE_HEIGHT * view.scale > box.height - 8) centre(svg, canvas, at);
}

function showNeighbours(svg, nodes, lines, card, scene) {
  const nodeOf = (event) => nodes.indexOf(event.target.closest?.(".node"));
  const show = (event) => {
    const at = nodeOf(event);
    if (at < 0) return;
    hide();
    svg.classList.add("traced");
    nodes[at].classList.add("near");
    scene.edges.forEach(([from, to], number) => {
      if (from !== at && to !== at) return;
      lines[number].classList.add("near");
      lines[number].parentNode.append(lines[number]);
      nodes[from].classList.add("near");
      nodes[to].classList.add("near");
    });
    card.replaceChildren(...summary(scene, at));
    card.hidden = false;
  };
  const hide = () => {
    svg.classList.remove("traced");
    svg.querySelectorAll(".near").forEach((one) => one.classList.remove("near"));
    card.hidden = true;
  };
  svg.addEventListener("pointerover", show);
  svg.addEventListener("pointerout", (event) => nodeOf(event) >= 0 && hide());
  svg.addEventListener("focusin", show);
  svg.addEventListener("focusout", hide);
}

function summary(scene, at) {
  const node = scene.nodes[at];
  if (node.of) return groupSummary(scene, at);
  const service = estate.services[node.place];
  if (!service) return [make("h2", {}, shortened(named(node.name), 60)), make("p", { class: "quiet" }, "Not scanned: somebody in the estate calls it, or it calls.")];
  const first = service.findings[0];
  return [
    make("h2", {}, shortened(named(service.name), 60)),
    make("p", {}, serviceChips(service)),
    make("p", { class: "quiet" }, service.runtime + " on " + service.hosts.slice(0, 3).map((host) => shortened(host, 30)).join(", ") + (service.hosts.length > 3 ? ", …" : "")),
    make("p", {}, plural(service.calls.length, "call") + " out, " + plural(service.callers.length, "call") + " in"),
    first ? make("p", { class: "quiet" }, make("span", { class: "mark " + first.severity }, ""), shortened(first.message, 120)) : null,
  ].filter(Boolean);
}

function groupSummary(scene, at) {
  const { name, of, inside } = scene.nodes[at];
  const fits = FITS.map((fit) => [fit, of.filter((one) => one.fit === fit).length]).filter(([, count]) => count);
  const calls = scene.edges.flatMap(([from, to, count, back]) => (from === at ? [[to, count, back]] : to === at ? [[from, back, count]] : []));
  const said = (way, which) => {
    const those = calls.filter((one) => one[which]).sort((a, b) => b[which] - a[which]).slice(0, 6);
    return those.length ? make("p", { class: "quiet" }, way + those.map((one) => shortened(named(scene.nodes[one[0]].name), 24) + " " + one[which].toLocaleString("en")).join(", ")) : null;
  };
  return [
    make("h2", {}, shortened(named(name), 60)),
    of.length ? make("p", {}, plural(of.length, "service") + ", " + plural(inside, "call") + " among them") : null,
    make("p", {}, fits.flatMap(([fit, count]) => [chip(fit, count + " " + fit), " "])),
    said("calls ", 1),
    said("called by ", 2),
  ].filter(Boolean);
}
