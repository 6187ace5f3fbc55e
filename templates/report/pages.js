// Which page is open, the tabs, the search for anything, the theme, and the keys that work everywhere.

const PAGES = {
  "": ["Overview", overview],
  graph: ["Graph", graphPage],
  services: ["Services", servicesPage],
  hosts: ["Hosts", hostsPage],
  findings: ["Findings", findingsPage],
  waves: ["Waves", wavesPage],
};
const INNER = { service: ["services", servicePage], host: ["hosts", hostPage] };
const main = document.getElementById("main");

function address() {
  const [path, words = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [page = "", ...key] = path.split("/");
  return { page, key: decoded(key.join("/")), query: new URLSearchParams(words) };
}

// A person may have cut an address short.
function decoded(text) {
  return /%(?![0-9a-f]{2})/i.test(text) ? text : decodeURIComponent(text);
}

function rememberQuery(query) {
  const words = query.toString();
  history.replaceState(null, "", "#/" + address().page + (words ? "?" + words : ""));
  current = location.hash;
}

function openPage() {
  const { page, key, query } = address();
  const inner = Object.hasOwn(INNER, page) ? INNER[page] : null;
  const known = Object.hasOwn(PAGES, page) ? page : "";
  const content = inner ? inner[1](query, key) : PAGES[known][1](query);
  main.className = "page-" + (inner ? page : known || "overview");
  main.replaceChildren(...content.flat(Infinity).filter(Boolean));
  for (const tab of document.querySelectorAll("#tabs a")) {
    if (tab.dataset.page === (inner ? inner[0] : known)) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const heading = main.querySelector("h1");
  document.title = shortened(heading.textContent, 80) + " · " + plural(estate.services.length, "service");
  return heading;
}

function tabs() {
  const counts = { services: estate.services.length, hosts: estate.hosts.length, findings: estate.findings.length, waves: estate.waves.length };
  return Object.entries(PAGES).filter(([page]) => page !== "waves" || estate.waves.length).map(([page, [name]]) =>
    make("a", { href: "#/" + page, "data-page": page }, name, page in counts ? make("span", {}, counts[page].toLocaleString("en")) : null));
}

// Search for a service, a host or a kind of finding from anywhere.
function searchBox() {
  const list = make("ul", { id: "hits", role: "listbox", "aria-label": "Found" });
  const input = make("input", {
    type: "search", id: "search", placeholder: "Find anything  /", "aria-label": "Find a service, a host or a finding", role: "combobox",
    "aria-expanded": "false", "aria-controls": "hits", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
  });
  let hits = [], at = 0;
  const choose = (place) => {
    at = hits.length ? (place + hits.length) % hits.length : 0;
    [...list.children].forEach((one, number) => one.setAttribute("aria-selected", String(number === at)));
    if (hits.length) input.setAttribute("aria-activedescendant", "hit" + at);
    else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    list.replaceChildren();
    hits = [];
    input.setAttribute("aria-expanded", "false");
    choose(0);
  };
  const go = (hit) => {
    input.value = "";
    close();
    location.hash = hit.href;
  };
  input.addEventListener("input", () => {
    hits = found(input.value);
    list.replaceChildren(...hits.map((hit, place) =>
      make("li", { id: "hit" + place, role: "option", onpointerdown: (event) => { event.preventDefault(); go(hit); } },
        make("span", {}, shortened(hit.name, 48)), make("small", {}, hit.what))));
    if (input.value && !hits.length) list.append(make("li", { class: "quiet", role: "option", "aria-disabled": "true" }, "Nothing of that name"));
    input.setAttribute("aria-expanded", String(Boolean(input.value)));
    choose(0);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && hits[at]) go(hits[at]);
    else if (event.key === "Escape") {
      event.stopPropagation();
      if (input.value) {
        input.value = "";
        close();
      } else input.blur();
    }
  });
  input.addEventListener("blur", close);
  return make("div", { class: "search", role: "search" }, input, list);
}

function found(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const fits = (name) => words.every((word) => name.toLowerCase().includes(word));
  const codes = [...grouped(estate.findings, (one) => one.code)];
  const services = estate.services.filter((one) => words.every((word) => searchable(one).includes(word)));
  services.sort((a, b) => fits(b.name) - fits(a.name));
  return [
    ...services.slice(0, 8).map((one) => ({ name: one.name, what: "service", href: serviceAddress(one) })),
    ...estate.hosts.filter((one) => fits(one.name + " " + (one.address ?? ""))).slice(0, 4).map((one) => ({ name: one.name, what: "host", href: hostAddress(one) })),
    ...codes.filter(([code, those]) => fits(code + " " + those[0].title)).slice(0, 4).map(([code, those]) => ({ name: code + " " + those[0].title, what: "finding", href: "#/findings?open=" + code })),
  ];
}

function themeButton() {
  const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const button = make("button", { type: "button", id: "theme", onclick: () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    name();
  } });
  const name = () => {
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", isDark() ? "Light colours" : "Dark colours");
    button.title = button.getAttribute("aria-label");
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  name();
  return button;
}

document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    document.getElementById("search").focus();
  }
  if (event.key === "Escape" && !typing && Object.hasOwn(INNER, address().page)) {
    location.hash = backTo;
  }
});

let backTo = "#/";
let current = location.hash;
window.addEventListener("hashchange", () => {
  if (!Object.hasOwn(INNER, current.replace(/^#\/?/, "").split(/[/?]/)[0])) backTo = current || "#/";
  const heading = openPage();
  current = location.hash;
  window.scrollTo(0, 0);
  if (!main.contains(document.activeElement)) heading.focus({ preventScroll: true });
  announce(document.title);
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.querySelector("h1").focus();
});
document.getElementById("tabs").append(...tabs());
document.getElementById("tools").append(searchBox(), themeButton());
openPage();
