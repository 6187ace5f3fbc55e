// The estate at a glance: how much there is, how it fits, what is in the way, and what was not seen.

function overview() {
  const severities = counted(estate.findings);
  const reached = estate.hosts.filter((host) => host.completeness !== null).length;
  return [
    make("div", { class: "lead" },
      make("h1", { tabindex: "-1" }, "The estate"),
      make("p", { class: "quiet" }, "As it was on ", make("time", { datetime: estate.scannedAt }, scannedAt()), ". Written by migrate " + estate.migrate + ".")),
    make("div", { class: "figures" },
      figure(estate.services.length, "services", "#/services", plural(estate.services.filter((one) => one.stateful).length, "keeps", "keep") + " state, or may"),
      figure(estate.hosts.length, "hosts", "#/hosts", reached === estate.hosts.length ? "all answered" : plural(estate.hosts.length - reached, "host") + " not seen"),
      figure(estate.edges.length, "edges", "#/graph?as=table", plural(estate.others.length, "end") + " outside of the estate"),
      SEVERITIES.map((name) => figure(severities[name], name + (severities[name] === 1 ? "" : "s"), "#/findings?severity=" + name, meaning[name], name))),
    make("div", { class: "columns" }, fitPanel(), unseenPanel(), inTheWayPanel(), hostsPanel(), estate.waves.length ? wavesPanel() : null),
  ];
}

const meaning = {
  blocker: "a person has to decide first",
  warning: "will behave differently",
  unknown: "was not observed",
  note: "good to know",
};
const fitMeaning = {
  ready: "moves as it is",
  adapt: "after changes to its configuration",
  rework: "after a decision about its design",
  stay: "better left where it is for now",
};

function figure(count, word, href, more, kind = "") {
  return make("a", { class: "figure " + kind, href }, make("strong", {}, count.toLocaleString("en")), make("span", {}, word), make("small", {}, more));
}

function fitPanel() {
  const judged = estate.services.filter((one) => one.fit);
  const rows = FITS.map((fit) => {
    const those = judged.filter((one) => one.fit === fit);
    const efforts = EFFORTS.map((effort, place) => ["effort" + place, those.filter((one) => one.effort === effort).length]);
    const said = EFFORTS.map((effort, place) => [effort, efforts[place][1]]).filter(([, count]) => count).map(([effort, count]) => count + " " + effort).join(", ");
    return make("a", { class: "measure", href: "#/services?fit=" + fit },
      make("span", { class: "name" }, chip(fit, fit)),
      bar(efforts, Math.max(...FITS.map((one) => judged.filter((service) => service.fit === one).length), 1)),
      make("span", { class: "count" }, those.length),
      make("small", {}, those.length ? "effort: " + said : fitMeaning[fit]));
  });
  const blind = judged.filter((one) => one.unknown).length;
  return panel("How services fit, and the effort",
    rows,
    make("p", { class: "legend" }, EFFORTS.map((effort, place) => make("span", {}, make("i", { class: "effort" + place }), effort))),
    blind ? make("p", { class: "note" }, plural(blind, "service has", "services have") + " something that was not observed: their effort is the least that is to come.") : null);
}

function inTheWayPanel() {
  const codes = [...grouped(estate.findings.filter((one) => one.severity !== "note"), (one) => one.code)];
  const touched = codes.map(([code, those]) => ({ code, those, count: new Set(those.map((one) => one.service ?? "h" + one.host)).size }));
  touched.sort((a, b) => weight(a.those[0]) - weight(b.those[0]) || b.count - a.count);
  const most = Math.max(...touched.map((one) => one.count), 1);
  return panel("What is in the way",
    touched.length ? null : make("p", { class: "quiet" }, "Nothing was found."),
    touched.slice(0, 9).map(({ code, those, count }) =>
      make("a", { class: "measure", href: "#/findings?open=" + code },
        make("span", { class: "name" }, make("span", { class: "mark " + those[0].severity }, ""), those[0].title || code),
        bar([[those[0].severity, count]], most),
        make("span", { class: "count" }, count))),
    touched.length > 9 ? make("p", {}, make("a", { href: "#/findings" }, "All " + touched.length + " kinds of findings")) : null);
}

function hostsPanel() {
  const worst = [...estate.hosts].sort((a, b) => (a.completeness ?? -1) - (b.completeness ?? -1));
  return panel("How much of each host was seen",
    worst.slice(0, 9).map((host) =>
      make("a", { class: "measure", href: hostAddress(host) },
        make("span", { class: "name" }, shortened(host.name, 40)),
        bar(host.completeness === null ? [["none", 1]] : [["full", host.completeness], ["rest", 1 - host.completeness]], 1),
        make("span", { class: "count" }, host.completeness === null ? "not seen" : Math.round(100 * host.completeness) + " %"))),
    worst.length > 9 ? make("p", {}, make("a", { href: "#/hosts" }, "All " + worst.length + " hosts, the least seen first")) : null);
}

// What nobody saw is no proof that there is nothing.
function unseenPanel() {
  const lost = estate.hosts.filter((host) => host.completeness === null);
  const facts = [...grouped(estate.hosts.flatMap((host) => [...(host.refused ?? []), ...(host.partial ?? [])].map((line) => [line.split(":")[0], host])), ([fact]) => fact)];
  const stateful = estate.services.filter((one) => one.profiles.some((profile) => profile.fields.stateObserved === false));
  const replayed = estate.hosts.filter((host) => host.recording).length;
  const lines = [
    lost.length ? [plural(lost.length, "host") + " did not answer at all: ", lost.slice(0, 5).map((host, at) => [at ? ", " : "", make("a", { href: hostAddress(host) }, shortened(host.name, 30))]), lost.length > 5 ? ", …" : ""] : null,
    ...facts.sort((a, b) => b[1].length - a[1].length).map(([fact, hosts]) => [make("code", {}, fact), " refused or incomplete on " + plural(new Set(hosts.map(([, host]) => host)).size, "host")]),
    stateful.length ? [plural(stateful.length, "service") + " whose state could not be seen: counted as stateful"] : null,
    estate.others.length ? [plural(estate.others.length, "end") + " of calls outside of what was scanned"] : null,
    replayed ? [plural(replayed, "host") + " replayed from a recording, not asked"] : null,
  ].filter(Boolean);
  return panel("What was not seen",
    lines.length
      ? make("ul", { class: "plainlist" }, lines.map((line) => make("li", {}, line)))
      : make("p", {}, "Every question was answered in full, on every host."));
}

function wavesPanel() {
  const most = Math.max(...estate.waves.map((_, place) => estate.services.filter((one) => one.wave === place).length), 1);
  const outside = estate.services.filter((one) => one.wave === null).length;
  return panel("Waves of the plan",
    estate.waves.map((wave, place) => {
      const those = estate.services.filter((one) => one.wave === place);
      return make("a", { class: "measure", href: "#/graph?wave=" + place },
        make("span", { class: "name" }, shortened(wave.name, 40)),
        bar(FITS.map((fit) => [fit, those.filter((one) => one.fit === fit).length]), most),
        make("span", { class: "count" }, those.length));
    }),
    make("p", { class: "legend" }, FITS.map((fit) => make("span", {}, make("i", { class: fit }), fit))),
    outside ? make("p", { class: "note" }, make("a", { href: "#/services?wave=" + NO_WAVE }, plural(outside, "service is", "services are") + " in no wave.")) : null);
}
