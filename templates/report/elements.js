// Elements are made here and nowhere else. Text is only ever text: nothing in this page reads markup from data.

const SVG = "http://www.w3.org/2000/svg";
const HIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

// Characters that would hide, turn round or break what stands near them are shown by their number.
function visible(text) {
  return String(text).replace(HIDDEN, (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0"));
}

function shortened(text, most) {
  const shown = visible(text);
  return shown.length > most ? shown.slice(0, most - 1) + "…" : shown;
}

// What a host calls nothing, or something of which nothing is to be seen.
function named(text) {
  return String(text).trim() ? text : "(no name)";
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : visible(child));
  }
  return element;
}

function make(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function plural(count, one, many = one + "s") {
  return count.toLocaleString("en") + " " + (count === 1 ? one : many);
}

function grouped(items, keyOf) {
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(item);
  }
  return groups;
}

function chip(kind, text) {
  return make("span", { class: "chip " + kind }, text);
}

// A bar of one or more parts, each [class, count]. The words beside it say the numbers, so it is hidden from readers.
function bar(parts, whole) {
  const element = make("span", { class: "bar", "aria-hidden": "true" });
  for (const [kind, count] of parts) {
    if (!count) continue;
    const part = make("span", { class: kind });
    part.style.width = (100 * count) / (whole || 1) + "%";
    element.append(part);
  }
  return element;
}

function panel(title, ...children) {
  return make("section", { class: "panel" }, make("h2", {}, title), ...children);
}

function announce(text) {
  document.getElementById("said").textContent = text;
}
