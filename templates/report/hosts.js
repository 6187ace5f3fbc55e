// Hosts: how well each was seen, what runs there, and what was set aside.

function hostsPage(query) {
  const columns = [
    { title: "Host", value: (host) => host.name, cell: (host) => shortened(named(host.name), 50) },
    { title: "Address", value: (host) => host.address ?? "", cell: (host) => make("span", { class: "nowrap" }, shortened(host.address ?? "", 45)) },
    { title: "System", value: (host) => host.os?.name ?? "", cell: (host) => host.os?.name || make("span", { class: "quiet" }, "unknown") },
    { title: "Seen as", value: (host) => host.privilege ?? "", cell: (host) => host.privilege || make("span", { class: "quiet" }, "not reached") },
    { title: "Seen", value: (host) => host.completeness ?? -1, cell: completeness },
    { title: "Not seen", value: (host) => unseenOf(host).length, cell: (host) => [shortened(host.error || unseenOf(host).map(factOf).join(", ") || (host.missing ? "" : "–"), 60), host.missing ? make("div", { class: "quiet small" }, host.missing.length + " not asked") : null] },
    { title: "Services", value: (host) => host.services.length, number: true },
    { title: "Findings", value: (host) => weightOf(host.severities), cell: (host) => severityMarks(host.severities), number: true },
  ];
  return [
    make("div", { class: "lead row" }, make("h1", { tabindex: "-1" }, "Hosts"), make("p", { class: "count quiet" }, plural(estate.hosts.length, "host"))),
    table("Hosts", columns, estate.hosts, { query, sort: [4], href: hostAddress }),
  ];
}

// Facts stand as `name: what is missing`.
function factOf(said) {
  return said.split(":")[0];
}

function unseenOf(host) {
  return [...(host.refused ?? []), ...(host.partial ?? [])];
}

function hostPage(_, name) {
  const host = byHost.get(name);
  if (!host) return [make("h1", { tabindex: "-1" }, "There is no such host"), make("p", {}, make("a", { href: "#/hosts" }, "All hosts"))];
  const answers = [["Refused", host.refused, "blocker"], ["With gaps", host.partial, "warning"], ["Not asked", host.missing, "warning"], ["Not there", host.absent, "ready"], ["In full", host.observed, "ready"]];
  return [
    make("div", { class: "lead" },
      make("p", { class: "way" }, make("a", { href: "#/hosts" }, "Hosts"), " / "),
      make("h1", { tabindex: "-1" }, named(host.name)),
      make("p", { class: "quiet" }, [host.os?.name, host.address, host.privilege ? "seen as " + host.privilege : "", host.recording ? "replayed from a recording" : ""].filter(Boolean).join(" · ")),
      host.lastSeen ? make("p", { class: "note" }, "Not seen by this scan. All of it is as of " + host.lastSeen + (host.error ? ": " : "."), host.error ?? "") : host.error ? make("p", { class: "note" }, "Not scanned: ", host.error) : null,
      make("p", {}, completeness(host), make("span", { class: "quiet" }, " of the questions were answered in full"))),
    host.findings.some((one) => one.service === null)
      ? panel("Findings about the host", make("ul", { class: "findings" }, host.findings.filter((one) => one.service === null).map((one) => findingItem(one, false)))) : null,
    panel("Services here (" + host.services.length + ")", servicesTable(host.services.map((place) => estate.services[place]))),
    make("div", { class: "columns" },
      panel("Questions and answers", answers.filter(([, lines]) => lines?.length).map(([title, lines, kind]) => [
        make("h3", {}, make("span", { class: "mark " + kind }, ""), title + " (" + lines.length + ")"),
        kind === "ready" ? make("p", { class: "quiet" }, lines.join(", ")) : folded(lines.map((one) => one)),
      ])),
      panel("The machine", make("dl", {}, ["memoryMib", "cpus", "clockOffsetS", "timezone", "kernelModules", "kernelSettings"].filter((key) => key in host).map((key) =>
        [make("dt", {}, labelOf(key)), make("dd", {}, Array.isArray(host[key]) ? folded(host[key]) : String(host[key]))]))),
      host.secrets?.length ? panel("Secrets of nobody (" + host.secrets.length + ")", folded(host.secrets.map((one) =>
        [make("code", {}, one.file + ":" + one.line), " ", make("span", { class: "quiet" }, one.name)]))) : null,
      panel("Set aside", host.setAside?.length
        ? folded(host.setAside.map((one) => [make("code", {}, one.name), " ", make("span", { class: "quiet" }, one.reason)]))
        : make("p", { class: "quiet" }, "Nothing."))),
  ];
}
