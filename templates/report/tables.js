// Lists that sort by a press on a heading. One stop for the Tab key; the arrow keys go from row to row.

// A column: {title, value: item -> what it sorts by, cell: item -> what it shows, number: true where it is one}.
function table(caption, columns, items, { query, sort, href } = {}) {
  const order = sortOf(query, sort);
  const body = make("tbody", { onkeydown: walkRows });
  const heads = columns.map((column, place) => {
    const head = make("th", { scope: "col", class: column.number && "number" });
    const press = () => {
      order.down = order.place === place ? !order.down : Boolean(column.number);
      order.place = place;
      if (query) {
        query.set("sort", (order.down ? "-" : "") + place);
        rememberQuery(query);
      }
      show();
    };
    head.append(column.value ? make("button", { type: "button", onclick: press }, column.title) : make("span", {}, column.title));
    return head;
  });
  let rows = items;
  const show = () => {
    heads.forEach((head, place) => {
      if (place === order.place) head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    const column = columns[order.place];
    const sorted = column?.value ? [...rows].sort((a, b) => (order.down ? -1 : 1) * compared(column.value(a), column.value(b))) : rows;
    body.replaceChildren(...sorted.map((item) => row(columns, item, href)));
    body.querySelector("a")?.setAttribute("tabindex", "0");
  };
  show();
  const element = make("div", { class: "scroll" },
    make("table", {}, make("caption", { class: "unseen" }, caption), make("thead", {}, make("tr", {}, heads)), body));
  element.replaceItems = (others) => {
    rows = others;
    show();
  };
  return element;
}

function sortOf(query, sort) {
  const said = /^(-?)(\d)$/.exec(query?.get("sort") ?? "");
  if (said) return { place: Number(said[2]), down: said[1] === "-" };
  return { place: sort?.[0] ?? -1, down: sort?.[1] === "down" };
}

function row(columns, item, href) {
  const cells = columns.map((column, place) => {
    const shown = column.cell ? column.cell(item) : column.value(item);
    const linked = href && place === 0 ? make("a", { href: href(item), tabindex: "-1" }, shown) : shown;
    return place === 0
      ? make("th", { scope: "row" }, linked)
      : make("td", { class: column.number && "number" }, linked);
  });
  return make("tr", {}, cells);
}

// What is not known sorts behind everything that is.
function compared(one, other) {
  if (one === null || other === null) return (one === null) - (other === null);
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en", { numeric: true });
}

function walkRows(event) {
  const rows = [...event.currentTarget.querySelectorAll("th a")];
  const here = rows.indexOf(document.activeElement);
  const to = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1, PageDown: here + 20, PageUp: here - 20 }[event.key];
  if (here < 0 || to === undefined) return;
  event.preventDefault();
  const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
  rows[here].setAttribute("tabindex", "-1");
  next.setAttribute("tabindex", "0");
  next.focus();
}
