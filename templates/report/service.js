// One service with everything that is known of it: every field, and why it is believed.

const FIELDS = [
  ["What runs", ["kind", "runtime", "unit", "origin", "command", "executable", "directory", "schedule", "timezone", "account", "os", "processes", "usage", "evidence"]],
  ["Network", ["listens", "calls", "health", "affinity", "certificates"]],
  ["Data and files", ["state", "copiesFrom", "stateObserved", "config", "changed", "modified", "artifacts", "packages", "licences"]],
  ["Variables and secrets", ["variables", "secrets"]],
  ["Kernel", ["kernel"]],
];
const LABELS = {
  kind: "Kind", os: "System", copiesFrom: "Copies from", stateObserved: "State was observed", affinity: "Clients are pinned", changed: "Changed from its package",
  modified: "Last written", processes: "Processes", kernel: "Needs of the kernel", origin: "Started by", evidence: "Why it is a service",
  config: "Configuration", artifacts: "Program files", licences: "Licence files", usage: "Use", memoryMib: "Memory (MiB)", cpus: "Processors", clockOffsetS: "Clock is off (s)", timezone: "Time zone",
};
const BESIDE = new Set(["service", "host", "findings", "confidence", "labels"]);
const LONG_LIST = 8;

function serviceChips(service) {
  return [
    service.fit ? chip(service.fit, service.fit) : null,
    service.effort ? chip("plainchip", service.effort + " effort" + (service.unknown ? ", or more" : "")) : null,
    service.kind === "job" ? chip("plainchip", "job") : null,
    service.stateful ? chip("plainchip", "keeps state, or may") : null,
    service.wave === null ? null : chip("plainchip", waveOf(service)),
    service.strategy ? chip("plainchip", service.strategy) : null,
  ].filter(Boolean).flatMap((one) => [one, " "]);
}

function servicePage(_, label) {
  const service = byLabel.get(label);
  if (!service) return [make("h1", { tabindex: "-1" }, "There is no such service"), make("p", {}, make("a", { href: "#/services" }, "All services"))];
  return [
    make("div", { class: "lead" },
      make("p", { class: "way" }, make("a", { href: "#/services" }, "Services"), " / "),
      make("h1", { tabindex: "-1" }, named(service.name)),
      make("p", {}, serviceChips(service)),
      make("p", { class: "quiet" }, service.runtime, " on ", service.hosts.map((name, at) => [at ? ", " : "", hostLink(name)]),
        service.points === null ? null : " · " + plural(service.points, "point") + (service.unknown ? " or more" : ""),
        " · ", make("a", { href: "#/graph?at=" + encodeURIComponent(service.label) }, "Show who is around it in the graph"))),
    findingsPanel(service),
    make("div", { class: "columns" },
      edgesPanel("Calls", service.calls, (edge) => edge.callee, "No call of it was seen. That is no proof that it makes none."),
      edgesPanel("Called by", service.callers, (edge) => edge.caller, "Nobody was seen to call it. That is no proof that nobody does.")),
    service.why.length || service.phases.length ? planPanel(service) : null,
    service.profiles.map((profile, at) => instance(profile, at === 0)),
  ];
}

function hostLink(name) {
  return byHost.has(name) ? make("a", { href: hostAddress(byHost.get(name)) }, shortened(named(name), 60)) : shortened(named(name), 60);
}

function findingsPanel(service) {
  if (!service.findings.length) return panel("Findings", make("p", { class: "quiet" }, "None."));
  return panel("Findings and what to do", make("ul", { class: "findings" }, service.findings.map((one) => findingItem(one, false))));
}

function findingItem(finding, withSubject) {
  const subject = finding.service !== null ? endOf(finding.service) : byHost.has(finding.host) ? hostLink(finding.host) : finding.subject;
  return make("li", {},
    make("span", { class: "chip " + finding.severity }, finding.severity),
    make("div", {},
      make("p", {}, withSubject ? [subject, " "] : null, finding.message, " ", make("code", { class: "quiet" }, finding.code),
        finding.points ? make("span", { class: "quiet" }, " " + plural(finding.points, "point")) : null),
      make("p", { class: "quiet" }, finding.remediation),
      make("p", { class: "quiet small" }, finding.host ? finding.host + " · " : "", finding.file)));
}

function edgesPanel(title, edges, other, none) {
  if (!edges.length) return panel(title, make("p", { class: "quiet" }, none));
  return panel(title + " (" + edges.length + ")", make("ul", { class: "facts" }, edges.map((edge) =>
    make("li", {},
      make("p", {}, endOf(other(edge)), " ", make("span", { class: "quiet" }, (edge.protocol ?? "tcp") + (edge.port === undefined ? "" : " " + edge.port)), " ", chip("sure-" + edge.confidence, edge.confidence)),
      make("p", { class: "quiet small" }, "seen by " + ((edge.sources ?? []).join(", ") || "nothing on record")),
      evidence(edge.evidence)))));
}

function planPanel(service) {
  return panel("In the plan",
    service.phases.length ? make("p", {}, service.phases.map((phase, at) => [at ? " → " : "", make("span", { class: "chip plainchip" }, phase)])) : null,
    make("ul", { class: "plainlist" }, service.why.map((why) => make("li", {}, why))));
}

function evidence(list) {
  if (!list?.length) return make("p", { class: "quiet small" }, "No evidence on record: a person wrote it, or it follows from the host's answers.");
  return make("ul", { class: "evidence" }, list.map((one) =>
    make("li", {}, make("span", { class: "fact" }, one.fact), " ", make("q", {}, one.excerpt), one.where ? make("span", { class: "where" }, one.where) : null,
      one.inferred ? make("span", { class: "quiet" }, " a conclusion") : null)));
}

function instance(profile, open) {
  const { fields } = profile;
  const known = new Set(FIELDS.flatMap(([, names]) => names));
  const more = Object.keys(fields).filter((name) => !known.has(name) && !BESIDE.has(name));
  const groups = [...FIELDS, ["More", more]].map(([title, names]) => [title, names.filter((name) => name in fields)]).filter(([, names]) => names.length);
  return make("details", { class: "panel instance", open },
    make("summary", {}, make("h2", {}, "On ", shortened(fields.host, 80)), make("span", { class: "quiet small" }, profile.path)),
    groups.map(([title, names]) => make("section", {},
      make("h3", {}, title),
      make("dl", {}, names.map((name) => [make("dt", {}, labelOf(name)), make("dd", {}, fieldValue(name, fields[name]))])))),
    fields.labels?.length ? make("section", {}, make("h3", {}, "Labels"), pairs(fields.labels)) : null);
}

function labelOf(name) {
  return LABELS[name] ?? name.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase()).replace(/^./, (letter) => letter.toUpperCase());
}

function fieldValue(name, value) {
  if (name === "command") return make("code", { class: "command" }, value.map((word) => (/[^\w@%+=:,./-]/.test(word) || !word ? JSON.stringify(word) : word)).join(" "));
  if (name === "evidence" || name === "affinity") return evidence(value);
  if (name === "modified") return folded(value.map(([path, when]) => [make("code", {}, path), " ", make("span", { class: "quiet" }, when)]));
  if (Array.isArray(value)) return folded(value.map((one) => item(name, one)));
  if (typeof value === "object" && value !== null) return record(value);
  return typeof value === "boolean" ? (value ? "yes" : "no") : make("code", {}, value);
}

// A long list shows its beginning; the rest opens.
function folded(items) {
  const list = (some) => make("ul", { class: "facts" }, some.map((one) => make("li", {}, one)));
  if (items.length <= LONG_LIST) return list(items);
  return [list(items.slice(0, LONG_LIST - 2)), make("details", {}, make("summary", {}, "and " + (items.length - LONG_LIST + 2) + " more"), list(items.slice(LONG_LIST - 2)))];
}

function item(name, one) {
  if (typeof one !== "object" || one === null) return make("code", {}, one);
  return record(one, name);
}

const HEADLINES = {
  listens: (one) => (one.path ? one.path : (one.address ?? "") + ":" + (one.port ?? "")) + " " + one.protocol,
  calls: (one) => one.target + (one.port === undefined ? "" : ":" + one.port) + " " + (one.protocol ?? "tcp"),
  state: (one) => one.path + (one.sizeMib === undefined ? ", size unknown" : ", " + (one.exact ? "" : "at most ") + one.sizeMib.toLocaleString("en") + " MiB"),
  health: (one) => one.port + (one.path ?? ""),
  variables: (one) => one.name + (one.secret ? " (secret)" : "") + ", from " + (one.source || "process"),
  secrets: (one) => one.name + ", in " + one.file + ":" + one.line,
  certificates: (one) => one.path + ", until " + one.expires,
  kernel: (one) => one.what,
  artifacts: (one) => one.path,
};
const SAID = {
  listens: ["path", "address", "port", "protocol"], calls: ["target", "port", "protocol"], state: ["path", "sizeMib", "exact"], health: ["port", "path"],
  variables: ["name", "secret", "source"], secrets: ["name", "file", "line"], certificates: ["path", "expires"], kernel: ["what"], artifacts: ["path"],
};

// A value made of fields: what it is in one line, what else is known of it, and its evidence.
function record(value, name) {
  const said = new Set(SAID[name] ?? []);
  const rest = Object.entries(value).filter(([key]) => key !== "evidence" && key !== "confidence" && !said.has(key));
  const words = rest.map(([key, one]) => [make("span", { class: "quiet" }, labelOf(key).toLowerCase() + " "), make("span", {}, Array.isArray(one) ? one.join(", ") : String(one)), "  "]);
  return [
    make("div", { class: "value" }, HEADLINES[name] ? make("code", {}, HEADLINES[name](value)) : null, words, value.confidence ? chip("sure-" + value.confidence, value.confidence) : null),
    "evidence" in value || value.confidence ? evidence(value.evidence) : null,
  ];
}

function pairs(entries) {
  return make("dl", {}, entries.map(([key, value]) => [make("dt", {}, key), make("dd", {}, value)]));
}
