// The estate at a glance: how much there is, how much of it was seen, how it fits, what is in the way, what moves when.

const MOST_KINDS = 7;
const MOST_LISTED = 5;

function overview() {
  const severities = counted(estate.findings);
  const lost = estate.hosts.filter((host) => host.completeness === null).length;
  const away = estate.hosts.filter((host) => host.lastSeen).length;
  const share = seenShare();
  return [
    make("div", { class: "lead" },
      make("div", { class: "row" },
        make("h1", { tabindex: "-1" }, "The estate"),
        make("p", { class: "quiet" }, "as it was on ", make("time", { datetime: estate.scannedAt }, scannedAt()), ", written by migrate " + estate.migrate)),
      make("p", { class: "verdict" }, verdict())),
    make("div", { class: "figures" },
      figure(estate.services.length, estate.services.length === 1 ? "service" : "services", "#/services", plural(estate.services.filter((one) => one.stateful).length, "keeps", "keep") + " state, or may"),
      figure(estate.hosts.length, estate.hosts.length === 1 ? "host" : "hosts", "#/hosts", lost ? plural(lost, "host") + " did not answer" : away ? away.toLocaleString("en") + " not seen by this scan" : "all answered"),
      figure(estate.edges.length, estate.edges.length === 1 ? "edge" : "edges", "#/graph", estate.others.length ? plural(estate.others.length, "end") + " not scanned" : "all ends scanned"),
      figure(share === null ? "–" : percent(share) + " %", "seen", "#/hosts", "of what hosts were asked"),
      ["blocker", "warning", "unknown"].map((name) => figure(severities[name], name + (severities[name] === 1 ? "" : "s"), "#/findings?severity=" + name, meaning[name], name))),
    make("div", { class: "stacks" },
      make("div", {}, fitPanel(), estate.waves.length ? wavesPanel() : hardestPanel()),
      make("div", {}, inTheWayPanel(), estate.waves.length ? hardestPanel() : null),
      make("div", {}, unseenPanel(), hostsPanel())),
  ];
}

const meaning = {
  blocker: "a person decides first",
  warning: "will behave differently",
  unknown: "was not observed",
};
const fitMeaning = {
  ready: "moves as it is",
  adapt: "after changes to its configuration",
  rework: "after a decision about its design",
  stay: "better left where it is for now",
};

// What hosts answered in full of all that those were asked that answered at all; null where none did.
function seenShare() {
  const full = (host) => (host.observed ?? []).length + (host.absent ?? []).length;
  const asked = (host) => ["observed", "absent", "partial", "missing", "refused"].reduce((sum, name) => sum + (host[name] ?? []).length, 0);
  const total = estate.hosts.reduce((sum, host) => sum + asked(host), 0);
  return total ? estate.hosts.reduce((sum, host) => sum + full(host), 0) / total : null;
}

// The page in one breath.
function verdict() {
  const judged = FITS.map((fit) => [fit, estate.services.filter((one) => one.fit === fit).length]).filter(([, count]) => count);
  const said = { ready: ["moves as it is", "move as they are"], adapt: ["moves after changes to its configuration", "move after changes to their configuration"], rework: ["needs a decision about its design", "need a decision about their design"], stay: ["better stays", "better stay"] };
  const blind = estate.services.filter((one) => one.unknown).length;
  const outside = estate.services.filter((one) => one.wave === null).length;
  return [
    judged.flatMap(([fit, count], at) => [at ? (at === judged.length - 1 ? " and " : ", ") : "", make("strong", {}, count.toLocaleString("en")), " " + said[fit][count === 1 ? 0 : 1]]),
    judged.length ? ". " : "No service was judged. ",
    blind ? "For " + blind.toLocaleString("en") + " of them that is the least: something about them was not seen. " : "",
    estate.waves.length ? plural(estate.waves.length, "wave is", "waves are") + " planned" + (outside ? ", " + plural(outside, "service is", "services are") + " in none." : ".") : "Nothing is planned yet.",
  ];
}

function figure(count, word, href, more, kind = "") {
  return make("a", { class: "figure " + kind, href }, make("strong", {}, count.toLocaleString("en")), make("span", {}, word), make("small", {}, more));
}

function measure(href, name, parts, whole, count, more) {
  return make("a", { class: "measure", href }, make("span", { class: "name" }, name), bar(parts, whole), make("span", { class: "count" }, count), more ? make("small", {}, more) : null);
}

function fitPanel() {
  const judged = estate.services.filter((one) => one.fit);
  const most = Math.max(...FITS.map((one) => judged.filter((service) => service.fit === one).length), 1);
  const rows = FITS.map((fit) => {
    const those = judged.filter((one) => one.fit === fit);
    const efforts = EFFORTS.map((effort) => [effort, those.filter((one) => one.effort === effort).length]);
    const said = efforts.filter(([, count]) => count).map(([effort, count]) => count.toLocaleString("en") + " " + effort).join(", ");
    return measure("#/services?fit=" + fit, chip(fit, fit), efforts.map(([, count], place) => ["effort" + place, count]), most, those.length.toLocaleString("en"), those.length ? "effort: " + said : fitMeaning[fit]);
  });
  return panel("What fits, and the effort", rows, make("p", { class: "legend" }, EFFORTS.map((effort, place) => make("span", {}, make("i", { class: "effort" + place }), effort))));
}

function inTheWayPanel() {
  const codes = [...grouped(estate.findings.filter((one) => one.severity !== "note"), (one) => one.code)];
  const touched = codes.map(([code, those]) => ({ code, those, count: new Set(those.map((one) => one.service ?? "h" + one.host)).size }));
  touched.sort((a, b) => weight(a.those[0]) - weight(b.those[0]) || b.count - a.count);
  const most = Math.max(...touched.map((one) => one.count), 1);
  return panel("What is in the way",
    touched.length ? null : make("p", { class: "quiet" }, "Nothing was found."),
    touched.slice(0, MOST_KINDS).map(({ code, those, count }) =>
      measure("#/findings?open=" + code, [make("span", { class: "mark " + those[0].severity, title: those[0].severity }, ""), those[0].title || code], [[those[0].severity, count]], most, count.toLocaleString("en"))),
    touched.length > MOST_KINDS ? make("p", { class: "more" }, make("a", { href: "#/findings" }, "All " + touched.length + " kinds of findings")) : null);
}

function hardestPanel() {
  const judged = estate.services.filter((one) => one.points).sort((a, b) => FITS.indexOf(b.fit) - FITS.indexOf(a.fit) || b.points - a.points);
  const most = Math.max(...judged.map((one) => one.points), 1);
  if (!judged.length) return null;
  return panel("The hardest services, in points",
    judged.slice(0, MOST_LISTED).map((one) => measure(serviceAddress(one), shortened(named(one.name), 40), [[one.fit, one.points]], most, one.points + (one.unknown ? "+" : ""))),
    judged.length > MOST_LISTED ? make("p", { class: "more" }, make("a", { href: "#/services?sort=-6" }, "All services by points")) : null);
}

function hostsPanel() {
  const worst = [...estate.hosts].sort((a, b) => (a.completeness ?? -1) - (b.completeness ?? -1));
  return panel("The least seen hosts",
    worst.slice(0, MOST_LISTED).map((host) => {
      const unseen = host.completeness === null;
      return measure(hostAddress(host), shortened(named(host.name), 40), unseen ? [["none", 1]] : [["full", host.completeness], ["rest", 1 - host.completeness]], 1, unseen ? "not seen" : percent(host.completeness) + " %");
    }),
    worst.length > MOST_LISTED ? make("p", { class: "more" }, make("a", { href: "#/hosts" }, "All " + worst.length.toLocaleString("en") + " hosts, the least seen first")) : null);
}

// What nobody saw is no proof that there is nothing.
function unseenPanel() {
  const lost = estate.hosts.filter((host) => host.completeness === null);
  const away = estate.hosts.filter((host) => host.lastSeen);
  const facts = [...grouped(estate.hosts.flatMap((host) => unseenOf(host).map((said) => [factOf(said), host])), ([fact]) => fact)];
  const unasked = estate.hosts.flatMap((host) => host.missing ?? []).map(factOf);
  const stateful = estate.services.filter((one) => one.profiles.some((profile) => profile.fields.stateObserved === false));
  const replayed = estate.hosts.filter((host) => host.recording).length;
  const lines = [
    lost.length ? [plural(lost.length, "host") + " did not answer at all: ", lost.slice(0, MOST_LISTED).map((host, at) => [at ? ", " : "", make("a", { href: hostAddress(host) }, shortened(named(host.name), 30))]), lost.length > MOST_LISTED ? ", …" : ""] : null,
    away.length ? [plural(away.length, "host") + " not seen by this scan, told as last seen: ", away.slice(0, MOST_LISTED).map((host, at) => [at ? ", " : "", make("a", { href: hostAddress(host) }, shortened(named(host.name), 30))]), away.length > MOST_LISTED ? ", …" : ""] : null,
    ...facts.sort((a, b) => b[1].length - a[1].length).map(([fact, hosts]) => [make("code", {}, fact), " refused or incomplete on " + plural(new Set(hosts.map(([, host]) => host)).size, "host")]),
    unasked.length ? [plural(new Set(unasked).size, "question was", "questions were") + " not asked on " + plural(estate.hosts.filter((host) => host.missing).length, "host") + ": ", [...new Set(unasked)].sort().map((fact, at) => [at ? ", " : "", make("code", {}, fact)])] : null,
    stateful.length ? [plural(stateful.length, "service") + " whose state could not be seen: counted as stateful"] : null,
    estate.others.length ? [plural(estate.others.length, "end") + " of calls outside of what was scanned"] : null,
    replayed ? [plural(replayed, "host") + " replayed from a recording, not asked"] : null,
  ].filter(Boolean);
  return panel("What was not seen",
    lines.length
      ? make("ul", { class: "plainlist" }, lines.map((one) => make("li", {}, one)))
      : make("p", {}, "Every question was answered in full, on every host."));
}

function wavesPanel() {
  const most = Math.max(...estate.waves.map((_, place) => estate.services.filter((one) => one.wave === place).length), 1);
  const outside = estate.services.filter((one) => one.wave === null).length;
  const shown = estate.waves.slice(0, MOST_KINDS);
  return panel("Waves of the plan",
    shown.map((wave, place) => {
      const those = estate.services.filter((one) => one.wave === place);
      return measure("#/graph?wave=" + place, shortened(wave.name, 40), FITS.map((fit) => [fit, those.filter((one) => one.fit === fit).length]), most, those.length.toLocaleString("en"));
    }),
    make("p", { class: "legend" }, FITS.map((fit) => make("span", {}, make("i", { class: fit }), fit))),
    estate.waves.length > shown.length ? make("p", { class: "more" }, make("a", { href: "#/waves" }, "All " + estate.waves.length + " waves")) : null,
    outside ? make("p", { class: "more" }, make("a", { href: "#/services?wave=" + NO_WAVE }, plural(outside, "service is", "services are") + " in no wave")) : null);
}
