// Which services are wanted: words, wave, host, fit, finding. The address holds it, so that it can be sent to somebody.

const FILTERED = ["q", "wave", "runtime", "host", "fit", "effort", "finding"];
const NO_WAVE = "none";

function searchable(service) {
  service.words ??= [service.name, service.label, service.runtime, ...service.hosts, ...service.ports].join("\n").toLowerCase();
  return service.words;
}

function wanted(service, query) {
  const words = (query.get("q") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const wave = service.wave === null ? NO_WAVE : String(service.wave);
  const finding = query.get("finding");
  return (
    words.every((word) => searchable(service).includes(word)) &&
    (!query.get("wave") || query.get("wave") === wave) &&
    (!query.get("runtime") || query.get("runtime") === service.software) &&
    (!query.get("host") || service.hosts.includes(query.get("host"))) &&
    (!query.get("fit") || query.get("fit") === service.fit) &&
    (!query.get("effort") || query.get("effort") === service.effort) &&
    (!finding || service.findings.some((one) => one.code === finding || one.severity === finding))
  );
}

function isFiltered(query) {
  return FILTERED.some((name) => query.get(name));
}

// `changed` is called with the query after each change. The parts keep their focus: only what they filter is drawn anew.
function filterBar(query, changed, more = null) {
  const change = (name, value) => {
    if (value) query.set(name, value);
    else query.delete(name);
    clear.hidden = !isFiltered(query);
    rememberQuery(query);
    changed();
  };
  const search = make("input", {
    type: "search", id: "filter", placeholder: "Name, runtime, host or port", "aria-label": "Search services", value: query.get("q") ?? "",
    autocomplete: "off", spellcheck: "false",
    oninput: (event) => change("q", event.target.value),
    onkeydown: (event) => {
      if (event.key !== "Escape" || !search.value) return;
      event.stopPropagation();
      search.value = "";
      change("q", "");
    },
  });
  const selects = choices().filter(([, , options]) => options.length).map(([name, label, options]) =>
    make("select", { "aria-label": label, "data-filter": name, onchange: (event) => change(name, event.target.value) },
      make("option", { value: "" }, label),
      options.map(([value, text]) => plainOption(value, text, query.get(name) === value))),
  );
  const clear = make("button", {
    type: "button", class: "plain",
    onclick: () => {
      FILTERED.forEach((name) => query.delete(name));
      search.value = "";
      selects.forEach((select) => (select.value = ""));
      change("q", "");
      search.focus();
    },
  }, "Clear");
  clear.hidden = !isFiltered(query);
  return make("div", { class: "filters", role: "search" }, search, selects, more, clear);
}

// The value is compared with data, so it is set as it is; only what is shown is made visible.
function plainOption(value, text, selected) {
  const option = make("option", { selected }, shortened(text, 48));
  option.value = value;
  return option;
}

function choices() {
  const hosts = estate.hosts.filter((host) => host.services.length).map((host) => [host.name, host.name]);
  const software = [...new Set(estate.services.map((one) => one.software))].filter(Boolean).sort();
  const waves = estate.waves.map((wave, place) => [String(place), wave.name]);
  const codes = [...new Set(estate.findings.filter((one) => one.service !== null).map((one) => one.code))].sort();
  const severities = SEVERITIES.filter((name) => estate.findings.some((one) => one.severity === name));
  return [
    ["wave", "Any wave", waves.length ? [...waves, [NO_WAVE, "in no wave"]] : []],
    ["runtime", "Any runtime", software.map((name) => [name, named(name)])],
    ["host", "Any host", hosts],
    ["fit", "Any fit", FITS.filter((fit) => estate.services.some((one) => one.fit === fit)).map((fit) => [fit, fit])],
    ["effort", "Any effort", EFFORTS.filter((name) => estate.services.some((one) => one.effort === name)).map((name) => [name, name])],
    ["finding", "Any finding", [...severities.map((name) => [name, "any " + name]), ...codes.map((code) => [code, code + " " + titleOf(code)])]],
  ];
}

const titles = new Map();
// What findings of one code have in common, from the first that has it.
function titleOf(code) {
  if (!titles.has(code)) titles.set(code, estate.findings.find((one) => one.code === code)?.title ?? "");
  return titles.get(code);
}
