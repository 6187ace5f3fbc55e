// Services, findings and waves as lists.

function weightOf(severities) {
  return SEVERITIES.reduce((sum, name, place) => sum + severities[name] * 1000 ** (SEVERITIES.length - 1 - place), 0);
}

function servicesTable(services, query) {
  const columns = [
    { title: "Service", value: (one) => one.name, cell: (one) => shortened(named(one.name), 50) },
    { title: "Runtime", value: (one) => one.runtime, cell: (one) => shortened(one.runtime, 30) },
    { title: "Hosts", value: (one) => one.hosts.join(" "), cell: (one) => shortened(one.hosts.slice(0, 2).join(", "), 40) + (one.hosts.length > 2 ? " +" + (one.hosts.length - 2) : "") },
    { title: "Wave", value: (one) => (one.wave === null ? null : one.wave), cell: (one) => (one.wave === null ? "–" : shortened(waveOf(one), 24)) },
    { title: "Fit", value: (one) => FITS.indexOf(one.fit), cell: (one) => (one.fit ? chip(one.fit, one.fit) : "–") },
    { title: "Effort", value: (one) => EFFORTS.indexOf(one.effort), cell: (one) => one.effort || "–" },
    { title: "Points", value: (one) => one.points, cell: (one) => (one.points === null ? "–" : one.points + (one.unknown ? "+" : "")), number: true },
    { title: "Findings", value: (one) => weightOf(one.severities), cell: (one) => severityMarks(one.severities), number: true },
    { title: "In", value: (one) => one.callers.length, number: true },
    { title: "Out", value: (one) => one.calls.length, number: true },
  ];
  return table("Services", columns, services, { query, sort: [0], href: serviceAddress });
}

function servicesPage(query) {
  const count = make("p", { class: "count quiet", "aria-live": "polite" });
  const list = servicesTable([], query);
  const update = () => {
    const those = estate.services.filter((one) => wanted(one, query));
    count.textContent = those.length === estate.services.length ? plural(those.length, "service") : those.length + " of " + plural(estate.services.length, "service");
    list.replaceItems(those);
  };
  const bar = filterBar(query, update);
  update();
  return [make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Services"), count), bar, list];
}

function findingsPage(query) {
  const chosen = query.get("severity") ?? "";
  const those = estate.findings.filter((one) => !chosen || one.severity === chosen);
  const groups = [...grouped(those, (one) => one.code)].sort((a, b) => weight(a[1][0]) - weight(b[1][0]) || b[1].length - a[1].length);
  const total = counted(estate.findings);
  const modes = make("div", { class: "modes", role: "group", "aria-label": "Severity" },
    [["", "All", estate.findings.length], ...SEVERITIES.map((name) => [name, name, total[name]])].map(([name, label, count]) =>
      make("a", { href: name ? "#/findings?severity=" + name : "#/findings", "aria-current": chosen === name ? "true" : null }, label + " " + count.toLocaleString("en"))));
  return [
    make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Findings"), make("p", { class: "count quiet" }, plural(those.length, "finding") + " of " + plural(groups.length, "kind")), modes),
    groups.length ? null : make("p", { class: "quiet" }, "None."),
    groups.map(([code, group]) => findingGroup(code, group, query.get("open") === code)),
  ];
}

// The list inside is made when it is opened: there may be thousands.
function findingGroup(code, group, open) {
  const first = group[0];
  const list = make("ul", { class: "findings" });
  const fill = () => list.childElementCount || list.append(...group.map((one) => findingItem(one, true)));
  const element = make("details", { class: "panel group", ontoggle: fill },
    make("summary", {},
      chip(first.severity, first.severity), make("h2", {}, first.title || first.message), make("code", { class: "quiet" }, code),
      make("span", { class: "count" }, group.length.toLocaleString("en")),
      make("small", { class: "quiet" }, shortened(first.remediation, 200))),
    list);
  if (open) {
    fill();
    element.open = true;
    requestAnimationFrame(() => element.scrollIntoView({ block: "start" }));
  }
  return element;
}

const MOST_IN_COLUMN = 40;

function wavesPage() {
  const columns = [...estate.waves.map((wave, place) => [wave.name, estate.services.filter((one) => one.wave === place), wave.rings, "wave=" + place])];
  const outside = estate.services.filter((one) => one.wave === null);
  if (outside.length) columns.push(["In no wave", outside, [], "wave=" + NO_WAVE]);
  return [
    make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Waves"), make("p", { class: "count quiet" }, "Services move together, after all of the waves before.")),
    make("div", { class: "waves" }, columns.map(([name, services, rings, filter]) =>
      make("section", { class: "panel" },
        make("h2", {}, shortened(name, 40), " ", make("span", { class: "quiet" }, services.length)),
        make("p", { class: "small" }, make("a", { href: "#/graph?" + filter }, "graph"), " · ", make("a", { href: "#/services?" + filter }, "list")),
        rings.length ? make("p", { class: "note small" }, "Rings, which call each other in a circle: ", rings.map((ring) => ring.join(" – ")).join("; ")) : null,
        make("ul", { class: "plainlist" }, services.slice(0, MOST_IN_COLUMN).map((one) =>
          make("li", {}, make("i", { class: "dot " + one.fit, title: one.fit }), " ", make("a", { href: serviceAddress(one) }, shortened(named(one.name), 40)),
            one.strategy ? make("span", { class: "quiet small" }, " " + one.strategy) : null,
            one.severities.blocker ? [" ", make("span", { class: "mark blocker", title: plural(one.severities.blocker, "blocker") }, one.severities.blocker)] : null))),
        services.length > MOST_IN_COLUMN ? make("p", { class: "more" }, make("a", { href: "#/services?" + filter }, "All " + services.length.toLocaleString("en"))) : null))),
  ];
}
