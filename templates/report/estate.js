// What the scan wrote, with the way from each thing to what belongs to it.

const estate = JSON.parse(document.getElementById("data").textContent);
const FITS = ["ready", "adapt", "rework", "stay"];
const EFFORTS = ["small", "medium", "large", "very large"];
const SEVERITIES = ["blocker", "warning", "unknown", "note"];

estate.services.forEach((service, place) => {
  Object.assign(service, { place, findings: [], calls: [], callers: [], software: service.profiles[0].fields.runtime.name ?? "" });
});
estate.hosts.forEach((host, place) => Object.assign(host, { place, findings: [] }));
const byLabel = new Map(estate.services.map((service) => [service.label, service]));
const byHost = new Map(estate.hosts.map((host) => [host.name, host]));

for (const finding of estate.findings) {
  if (finding.service !== null) estate.services[finding.service].findings.push(finding);
  if (byHost.has(finding.host)) byHost.get(finding.host).findings.push(finding);
}
for (const edge of estate.edges) {
  estate.services[edge.caller]?.calls.push(edge);
  estate.services[edge.callee]?.callers.push(edge);
}
for (const one of [...estate.services, ...estate.hosts]) {
  one.findings.sort((a, b) => weight(a) - weight(b) || (a.code < b.code ? -1 : 1));
  one.severities = counted(one.findings);
}

function weight(finding) {
  return SEVERITIES.indexOf(finding.severity);
}

function counted(findings) {
  return Object.fromEntries(SEVERITIES.map((name) => [name, findings.filter((one) => one.severity === name).length]));
}

function nameOf(place) {
  return place < estate.services.length ? estate.services[place].name : estate.others[place - estate.services.length];
}

function waveOf(service) {
  return service.wave === null ? "" : estate.waves[service.wave].name;
}

function serviceAddress(service) {
  return "#/service/" + encodeURIComponent(service.label);
}

function hostAddress(host) {
  return "#/host/" + encodeURIComponent(host.name);
}

function endOf(place) {
  const service = estate.services[place];
  if (service) return make("a", { href: serviceAddress(service) }, shortened(named(service.name), 80));
  return make("span", { class: "quiet", title: "not scanned" }, shortened(named(nameOf(place)), 80));
}

function scannedAt() {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(estate.scannedAt)
    ? estate.scannedAt.slice(0, 10) + " " + estate.scannedAt.slice(11, 16) + (/(\+00:00|Z)$/.test(estate.scannedAt) ? " UTC" : "")
    : estate.scannedAt;
}

function severityMarks(severities) {
  const marks = SEVERITIES.filter((name) => severities[name]).map((name) =>
    make("span", { class: "mark " + name, title: plural(severities[name], name) }, severities[name]),
  );
  return marks.length ? make("span", { class: "marks" }, marks) : make("span", { class: "quiet" }, "–");
}

// Rounded down, so that only what was seen in full is 100 %.
function percent(share) {
  return Math.floor(100 * share);
}

// How much of a host answered, in words and as a bar. A host that did not answer at all is not at 0 %: it is unknown.
function completeness(host) {
  if (host.completeness === null) return make("span", { class: "seen" }, bar([["none", 1]], 1), make("span", {}, "not seen"));
  const share = percent(host.completeness);
  return make("span", { class: "seen" }, bar([["full", share], ["rest", 100 - share]], 100), make("span", {}, share + " %"));
}
