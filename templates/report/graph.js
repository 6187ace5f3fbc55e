// Who calls whom: a drawing that can be moved and searched, and a table that says the same.

const NODE_WIDTH = 176;
const NODE_HEIGHT = 40;
const view = { x: 0, y: 0, scale: 0, at: 0 };

function graphPage(query) {
  const asTable = query.get("as") === "table";
  const count = make("p", { class: "count quiet", "aria-live": "polite" });
  const shown = asTable ? edgeTable(query) : drawing(query);
  const update = () => {
    const those = new Set(estate.services.filter((one) => wanted(one, query)).map((one) => one.place));
    const edges = estate.edges.filter((edge) => isFiltered(query) ? those.has(edge.caller) || those.has(edge.callee) : true);
    count.textContent = those.size + " of " + plural(estate.services.length, "service") + ", " + plural(edges.length, "edge");
    shown.narrow(those, edges, isFiltered(query));
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
  const page = [
    make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Who calls whom"), count, modes),
    filterBar(query, update),
    shown.element,
  ];
  update();
  return page;
}

function edgeTable(query) {
  const columns = [
    { title: "Caller", value: (edge) => nameOf(edge.caller), cell: (edge) => shortened(nameOf(edge.caller), 60) },
    { title: "Callee", value: (edge) => nameOf(edge.callee), cell: (edge) => endOf(edge.callee) },
    { title: "Protocol", value: (edge) => edge.protocol ?? "tcp" },
    { title: "Port", value: (edge) => edge.port ?? null, cell: (edge) => edge.port ?? "–", number: true },
    { title: "Seen by", value: (edge) => (edge.sources ?? []).join(", ") },
    { title: "How directly", value: (edge) => edge.confidence, cell: (edge) => chip("sure-" + edge.confidence, edge.confidence) },
    { title: "Evidence", cell: (edge) => evidence(edge.evidence) },
  ];
  const href = (edge) => (estate.services[edge.caller] ? serviceAddress(estate.services[edge.caller]) : "#/graph?as=table");
  const element = table("Edges", columns, [], { query, sort: [0], href });
  return { element, narrow: (_, edges) => element.replaceItems(edges) };
}

function drawing(query) {
  const nodes = estate.drawing.places.map((_, place) => node(place));
  const lines = estate.edges.map(line);
  const alone = estate.drawing.aloneFrom;
  const canvas = draw("g", {},
    draw("g", { class: "lines" }, lines),
    alone === null ? null : draw("text", { class: "aside", x: 0, y: alone - 14 }, "No call of these was seen"),
    draw("g", {}, nodes));
  const svg = draw("svg", { class: "graph", role: "group", "aria-label": "Graph of " + plural(nodes.length, "node") + ". Arrow keys go from node to node, Enter opens one, Escape leaves." },
    draw("defs", {}, draw("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, draw("path", { d: "M0 0.5 8 4 0 7.5z" }))),
    canvas);
  const card = make("aside", { class: "card", "aria-hidden": "true" });
  card.hidden = true;
  const element = make("div", { class: "canvas" }, svg, zoomButtons(svg, canvas), card, graphLegend());
  movable(svg, canvas);
  walkNodes(svg, nodes, canvas);
  showNeighbours(svg, nodes, lines, card);
  const narrow = (those, _, filtered) => {
    nodes.forEach((one, place) => one.classList.toggle("off", filtered && !those.has(place)));
    estate.edges.forEach((edge, place) => lines[place].classList.toggle("off", filtered && !(those.has(edge.caller) && those.has(edge.callee))));
    const all = [...nodes.keys()];
    element.targets = filtered && those.size ? [...those] : all;
    if (element.isConnected) fit(svg, canvas, element.targets);
  };
  requestAnimationFrame(() => {
    const start = query.get("at") ? byLabel.get(query.get("at")) : undefined;
    if (start) centre(svg, canvas, start.place);
    else if (view.scale && !isFiltered(query)) place(canvas);
    else fit(svg, canvas, element.targets);
    const first = start?.place ?? view.at;
    nodes.forEach((one, at) => one.setAttribute("tabindex", at === first ? "0" : "-1"));
    if (start) nodes[start.place].focus({ preventScroll: true });
  });
  return { element, narrow };
}

function node(place) {
  const [x, y] = estate.drawing.places[place];
  const service = estate.services[place];
  const name = nameOf(place);
  const blockers = service?.severities.blocker;
  const parts = [
    draw("title", {}, shortened(name, 200)),
    draw("rect", { class: "box", width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }),
    draw("path", { class: "edge", d: "M6 0.75h-1a4.25 4.25 0 0 0-4.25 4.25v" + (NODE_HEIGHT - 10) + "a4.25 4.25 0 0 0 4.25 4.25h1z" }),
    draw("text", { class: "first", x: 14, y: 17 }, shortened(name.replace(/^external:/, ""), blockers ? 19 : 22)),
    draw("text", { class: "second", x: 14, y: 31 }, service ? shortened(service.runtime, 16) + (service.hosts.length > 1 ? " · " + service.hosts.length + " hosts" : "") : "not scanned"),
    service?.stateful ? draw("path", { class: "disk", d: "M156 25.5c0-3.4 11-3.4 11 0v6c0 3.4-11 3.4-11 0zm0 0c0 3.4 11 3.4 11 0" }) : null,
    blockers ? draw("circle", { class: "blocked", cx: 161.5, cy: 13, r: 4.5 }) : null,
  ];
  const attributes = { class: "node " + (service ? service.fit : "outside"), transform: "translate(" + x + " " + y + ")", tabindex: "-1", "data-place": place };
  if (!service) return draw("g", { ...attributes, role: "img", "aria-label": shortened(name, 200) + ", not scanned" }, parts);
  const calls = plural(service.calls.length, "call") + ", called by " + service.callers.length;
  const label = [shortened(name, 200), service.fit, waveOf(service), calls, plural(service.findings.length, "finding")].filter(Boolean).join(", ");
  const link = draw("a", { ...attributes, "aria-label": label }, parts);
  link.setAttribute("href", serviceAddress(service));
  return link;
}

function line(edge) {
  const [x1, y1] = estate.drawing.places[edge.caller];
  const [x2, y2] = estate.drawing.places[edge.callee];
  const [ax, ay, bx, by] = [x1 + NODE_WIDTH, y1 + NODE_HEIGHT / 2, x2 - 1, y2 + NODE_HEIGHT / 2];
  const bend = bx > ax ? Math.max(30, (bx - ax) / 2) : 70;
  return draw("path", { class: "line", "marker-end": "url(#tip)", d: "M" + ax + " " + ay + "C" + (ax + bend) + " " + ay + " " + (bx - bend) + " " + by + " " + bx + " " + by });
}

function graphLegend() {
  return make("p", { class: "legend" },
    FITS.map((fit) => make("span", {}, make("i", { class: fit }), fit)),
    make("span", {}, make("i", { class: "dot" }), "blocker"),
    make("span", {}, "⛁ keeps state, or may"));
}

// Moving about -------------------------------------------------------------------------------------------------------

function place(canvas) {
  canvas.setAttribute("transform", "translate(" + view.x + " " + view.y + ") scale(" + view.scale + ")");
  canvas.classList.toggle("far", view.scale < 0.45);
}

function fit(svg, canvas, places) {
  const corners = places.map((at) => estate.drawing.places[at]);
  const box = svg.getBoundingClientRect();
  if (!corners.length || !box.width) return;
  const [left, top] = [0, 1].map((axis) => corners.reduce((least, one) => Math.min(least, one[axis]), Infinity));
  const [right, bottom] = [NODE_WIDTH, NODE_HEIGHT].map((size, axis) => size + corners.reduce((most, one) => Math.max(most, one[axis]), -Infinity));
  view.scale = Math.min(1.25, (box.width - 48) / (right - left), (box.height - 72) / (bottom - top));
  view.x = (box.width - (right - left) * view.scale) / 2 - left * view.scale;
  view.y = (box.height - 24 - (bottom - top) * view.scale) / 2 - top * view.scale;
  place(canvas);
}

function centre(svg, canvas, at) {
  const box = svg.getBoundingClientRect();
  const [x, y] = estate.drawing.places[at];
  view.scale = Math.max(view.scale || 0, 0.9);
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

function zoomButtons(svg, canvas) {
  const button = (label, sign, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, sign);
  return make("div", { class: "zoom", role: "group", "aria-label": "Zoom" },
    button("Zoom in", "+", () => zoom(svg, canvas, 1.4)),
    button("Zoom out", "−", () => zoom(svg, canvas, 1 / 1.4)),
    button("Show all", "⤢", () => fit(svg, canvas, svg.parentElement.targets)));
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
function walkNodes(svg, nodes, canvas) {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const here = Number(document.activeElement.dataset?.place ?? NaN);
    if (event.key === "+" || event.key === "-") zoom(svg, canvas, event.key === "+" ? 1.4 : 1 / 1.4);
    if (event.key === "0") fit(svg, canvas, svg.parentElement.targets);
    if (event.key === "Escape") document.getElementById("filter").focus();
    if (!(event.key in ways) || Number.isNaN(here)) return;
    event.preventDefault();
    const [dx, dy] = ways[event.key];
    const [x, y] = estate.drawing.places[here];
    let best = [Infinity, here];
    estate.drawing.places.forEach(([nx, ny], at) => {
      const along = (nx - x) * dx + (ny - y) * dy;
      const aside = Math.abs((nx - x) * dy) + Math.abs((ny - y) * dx);
      if (along > 0 && !nodes[at].classList.contains("off") && along + 2 * aside < best[0]) best = [along + 2 * aside, at];
    });
    nodes[here].setAttribute("tabindex", "-1");
    nodes[best[1]].setAttribute("tabindex", "0");
    nodes[best[1]].focus({ preventScroll: true });
    view.at = best[1];
    keepInSight(svg, canvas, best[1]);
  });
}

function keepInSight(svg, canvas, at) {
  const box = svg.getBoundingClientRect();
  const [x, y] = estate.drawing.places[at].map((value, axis) => value * view.scale + (axis ? view.y : view.x));
  if (x < 8 || y < 8 || x + NODE_WIDTH * view.scale > box.width - 8 || y + NODE_HEIGHT * view.scale > box.height - 8) centre(svg, canvas, at);
}

function showNeighbours(svg, nodes, lines, card) {
  const placeOf = (event) => event.target.closest?.(".node")?.dataset.place;
  const show = (event) => {
    const at = placeOf(event);
    if (at === undefined) return;
    hide();
    svg.classList.add("traced");
    nodes[at].classList.add("near");
    estate.edges.forEach((edge, number) => {
      if (edge.caller !== Number(at) && edge.callee !== Number(at)) return;
      lines[number].classList.add("near");
      lines[number].parentNode.append(lines[number]);
      nodes[edge.caller].classList.add("near");
      nodes[edge.callee].classList.add("near");
    });
    card.replaceChildren(...summary(Number(at)));
    card.hidden = false;
  };
  const hide = () => {
    svg.classList.remove("traced");
    svg.querySelectorAll(".near").forEach((one) => one.classList.remove("near"));
    card.hidden = true;
  };
  svg.addEventListener("pointerover", show);
  svg.addEventListener("pointerout", (event) => placeOf(event) !== undefined && hide());
  svg.addEventListener("focusin", show);
  svg.addEventListener("focusout", hide);
}

function summary(place) {
  const service = estate.services[place];
  if (!service) return [make("h2", {}, shortened(nameOf(place), 60)), make("p", { class: "quiet" }, "Not scanned: somebody in the estate calls it, or it calls.")];
  const first = service.findings[0];
  return [
    make("h2", {}, shortened(service.name, 60)),
    make("p", {}, serviceChips(service)),
    make("p", { class: "quiet" }, service.runtime + " on " + service.hosts.slice(0, 3).map((host) => shortened(host, 30)).join(", ") + (service.hosts.length > 3 ? ", …" : "")),
    make("p", {}, plural(service.calls.length, "call") + " out, " + plural(service.callers.length, "call") + " in"),
    first ? make("p", { class: "quiet" }, make("span", { class: "mark " + first.severity }, ""), shortened(first.message, 120)) : null,
  ].filter(Boolean);
}
