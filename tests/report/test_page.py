"""The HTML page in a real Chromium: what a person sees, finds, clicks and types, in both colours and on a small screen."""

import contextlib
import json
import re
from dataclasses import replace

import pytest

from migrator.report.formats import FORMATS

from .browser import Browser, started
from .estates import HOSTILE, estate_report, hostile_report

pytestmark = pytest.mark.chromium


def away_report():
    """Every host is known, and one of them from an earlier scan only."""
    report = estate_report(10)
    first, *others = (one for one in report.estate.hosts if one.observed)
    hosts = (replace(first, last_seen="2026-11-01T08:00:00+00:00"), *others)
    return replace(report, estate=replace(report.estate, hosts=hosts))


REPORTS = {
    "10": lambda: estate_report(10),
    "1000": lambda: estate_report(1000),
    "bad": hostile_report,
    "away": away_report,
}
PAGES = ("", "graph", "graph?as=table", "services", "hosts", "findings", "waves")
SIZES = pytest.mark.parametrize("size", ["10", "1000"])
SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@pytest.fixture(scope="session")
def driver(tmp_path_factory):
    found = started(tmp_path_factory.mktemp("chromium"))
    with contextlib.closing(found):
        yield found
    found.quit()


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    made = {}

    def page(name):
        if name not in made:
            report = REPORTS[name]()
            made[name] = (folder / f"{name}.html", report)
            made[name][0].write_text(FORMATS["html"].render(report), encoding="utf-8")
        return made[name]

    return page


@pytest.fixture
def browse(driver, pages):
    """A browser at one of the reports, with nothing in its logs."""

    def at(name):
        browser = Browser(driver, pages(name)[0])
        driver.get("about:blank")
        browser.requests()
        driver.get_log("browser")
        return browser

    return at


def nodes(browser):
    """What is drawn: its words, its place, and its size on the screen."""
    return browser.run("""
        return [...document.querySelectorAll(".graph .node")].map((one) => {
          const {x, y, width, height} = one.querySelector(".box").getBoundingClientRect();
          return {name: one.querySelector(".first").textContent, kind: one.getAttribute("class"), x, y, width, height};
        })""")


def overlapping(boxes):
    return [
        (one["name"], other["name"])
        for at, one in enumerate(boxes)
        for other in boxes[:at]
        if abs(one["x"] - other["x"]) < one["width"] * 0.99 and abs(one["y"] - other["y"]) < one["height"] * 0.99
    ]


# What it shows -------------------------------------------------------------------------------------------------------


@SIZES
def test_it_opens_without_a_complaint_and_asks_no_network(browse, size):
    browser = browse(size)
    for page in PAGES:
        browser.open(page)
        assert browser.text("h1")
    assert browser.quiet()


def test_a_request_or_an_error_would_have_been_seen(browse):
    """The two eyes of the tests above are open."""
    browser = browse("10")
    browser.open()
    browser.run("const image = new Image(); image.src = 'https://nobody.invalid/x.png'; console.error('seen')")
    browser.driver.execute_async_script("setTimeout(arguments[0], 200)")
    said = browser.complaints()
    assert any("seen" in one for one in said)
    assert any("img-src" in one for one in said)


@SIZES
def test_the_first_screen_answers_what_one_asks_first(browse, pages, size):
    browser = browse(size)
    browser.open()
    report = pages(size)[1]
    services = {one.service for one in report.profiles.values()}
    figures = dict(
        browser.run(
            "return [...document.querySelectorAll('.figure')].map((one) => [one.querySelector('span').textContent, one.querySelector('strong').textContent])"
        )
    )
    assert figures["services"] == f"{len(services):,}"
    assert figures["hosts"] == f"{len(report.estate.hosts):,}"
    assert figures["edges"] == f"{len(report.estate.edges):,}"
    full = [len(one.observed) + len(one.absent) for one in report.estate.hosts]
    gaps = [len(one.partial) + len(one.refused) + len(one.missing) for one in report.estate.hosts]
    assert figures["seen"] == f"{100 * sum(full) // (sum(full) + sum(gaps))} %"
    verdict = browser.text(".verdict")
    assert re.search(r"\d moves? after changes to ", verdict)
    for fit in ("ready", "adapt", "rework"):
        count = sum(str(one.fit) == fit for one in report.assessments)
        assert count == 0 or re.search(rf"\b{count:,}\b", verdict)
    assert f"{len(report.waves)} waves are planned" in verdict
    unseen = browser.texts(".panel li")
    assert "1 host did not answer at all: lost01" in unseen
    assert any(one.startswith("1 question was not asked on ") and one.endswith(": crontabs") for one in unseen)
    assert not any("inittab" in one for one in unseen), "what is not there was not left unseen"
    titles = browser.run(
        "return [...document.querySelectorAll('.panel h2')].filter((one) => one.getBoundingClientRect().top < 780).map((one) => one.textContent)"
    )
    assert {
        "What fits, and the effort",
        "Waves of the plan",
        "What is in the way",
        "What was not seen",
        "The least seen hosts",
    } <= set(titles)


def test_every_figure_leads_to_what_it_counts(browse):
    browser = browse("10")
    browser.open()
    counted = """return [...document.querySelectorAll('.figure, .measure')]
        .filter((one) => one.querySelector('strong, .count').textContent !== "0").map((one) => one.getAttribute('href'))"""
    for href in browser.run(counted):
        browser.go(href.removeprefix("#/"))
        assert browser.text("h1") not in {"The estate", ""}
        assert browser.count("tbody tr, .group, .node, .instance, .seen")
    assert browser.quiet()


def test_completeness_is_shown_for_each_host(browse, pages):
    browser = browse("10")
    browser.open("hosts")
    shown = dict(
        browser.run(
            "return [...document.querySelectorAll('tbody tr')].map((one) => [one.querySelector('th').textContent, one.querySelector('.seen').textContent])"
        )
    )
    wanted = {one.name: f"{int(100 * one.completeness)} %" for one in pages("10")[1].estate.hosts if one.observed}
    assert shown == {**wanted, "lost01": "not seen"}
    gaps = next(one.name for one in pages("10")[1].estate.hosts if one.partial)
    browser.find(f"tbody tr:nth-child({1 + list(shown).index(gaps)}) a").click()
    browser.settle()
    assert "configuration: 3 files could not be read" in browser.text("main")


def test_hosts_that_this_scan_did_not_see_are_no_hosts_that_answered(browse):
    browser = browse("away")
    browser.open()
    figures = browser.texts(".figure")
    assert any("1 not seen by this scan" in one for one in figures)
    assert not any("all answered" in one for one in figures)


def test_findings_say_what_to_do(browse, pages):
    browser = browse("10")
    browser.open("findings")
    assert browser.count(".group") == len({one.finding.code for one in found(pages("10")[1])})
    browser.find(".group summary").click()
    browser.settle()
    first = browser.text(".group .findings li")
    assert "blocker" in first
    assert "Move the data before the service" in first
    browser.open("findings?severity=warning")
    assert set(browser.texts(".group > summary .chip")) == {"warning"}


def found(report):
    from migrator.report.found import findings_of  # noqa: PLC0415

    return findings_of(report)


# Searching and following ---------------------------------------------------------------------------------------------


@SIZES
def test_search_narrows_the_list(browse, size):
    browser = browse(size)
    browser.open("services")
    all_of_them = browser.count("tbody tr")
    browser.find("#filter").send_keys("post")
    browser.settle()
    rows = browser.texts("tbody tr")
    assert 0 < len(rows) < all_of_them
    assert all("post" in row.lower() for row in rows)
    browser.find("#filter").send_keys("no such thing")
    browser.settle()
    assert browser.count("tbody tr") == 0


def test_search_narrows_the_graph(browse):
    browser = browse("10")
    browser.open("graph")
    assert len(nodes(browser)) == 11
    browser.find("#filter").send_keys("billing")
    browser.settle()
    chosen = [one["name"] for one in nodes(browser) if "beside" not in one["kind"]]
    assert chosen == ["billing-gunicorn"]
    beside = {one["name"] for one in nodes(browser) if "beside" in one["kind"]}
    assert {"search-postgresql", "api.partner.example"} <= beside
    assert "1 of 10 services" in browser.text(".count")


@pytest.mark.parametrize("page", ["services", "graph"])
def test_a_wave_filters_the_list_and_the_graph(browse, pages, page):
    browser = browse("10")
    browser.open(page)
    browser.run("""
        const select = document.querySelector('[data-filter="wave"]');
        select.value = "1";
        select.dispatchEvent(new Event("change"))""")
    browser.settle()
    wanted = {one.name for one in pages("10")[1].waves[1].services}
    shown = (
        browser.texts("tbody th")
        if page == "services"
        else [one["name"] for one in nodes(browser) if "beside" not in one["kind"]]
    )
    assert set(shown) == wanted
    assert browser.address() == f"#/{page}?wave=1"


def test_a_click_on_a_node_leads_to_the_evidence_of_its_fields(browse, pages):
    browser = browse("10")
    browser.open("graph")
    browser.run(
        "[...document.querySelectorAll('.node')].find((one) => one.textContent.includes('search-postgresql')).querySelector('.box').scrollIntoView()"
    )
    browser.find(".node[aria-label^='search-postgresql']").click()
    browser.settle()
    assert browser.text("h1") == "search-postgresql"
    said = browser.text("main")
    (profile,) = [one for one in pages("10")[1].profiles.values() if one.service == "search-postgresql"]
    evidence = [
        *profile.evidence,
        *profile.runtime.evidence,
        *(one for listen in profile.listens for one in listen.evidence),
        *(one for state in profile.state for one in state.evidence),
    ]
    assert len(evidence) >= 4
    for one in evidence:
        assert one.excerpt in said
        assert one.where in said
    assert "observed" in browser.texts(".instance .chip")
    callers = [edge for edge in pages("10")[1].estate.edges if edge.callee == "search-postgresql"]
    assert f"Called by ({len(callers)})" in said
    assert all(edge.evidence[0].where in said for edge in callers)


def test_a_service_leads_to_who_is_around_it(browse):
    browser = browse("1000")
    browser.open("service/orders-0000")
    browser.find("a[href^='#/graph?at=']").click()
    browser.settle()
    near = len(nodes(browser))
    assert 1 < near < 12
    assert "orders-0000" in browser.text(".node.chosen")
    browser.find(".around button:nth-of-type(2)").click()
    browser.settle()
    assert near < len(nodes(browser)) <= 120


def test_a_thousand_services_are_groups_first(browse):
    browser = browse("1000")
    browser.open("graph")
    assert [one["name"] for one in nodes(browser)] == [
        "wave-1",
        "wave-2",
        "wave-3",
        "wave-4",
        "in no wave",
        "not scanned",
    ]
    assert "1,000 services in 5 groups" in browser.text(".count")
    browser.find(".node[aria-label^='wave-2']").click()
    browser.settle()
    assert browser.address() == "#/graph?wave=1"
    assert "223 of 1,000 services in" in browser.text(".count")
    browser.find(".node[aria-label^='redis']").click()
    browser.settle()
    assert all("beside" in one["kind"] or one["name"] for one in nodes(browser))
    assert 1 < len(nodes(browser)) <= 120
    assert browser.count(".node.group") == 0
    assert browser.quiet()


@pytest.mark.parametrize(
    ("size", "address"),
    [("10", "graph"), ("1000", "graph"), ("1000", "graph?by=runtime"), ("1000", "graph?by=fit"), ("1000", "graph?wave=0&runtime=tomcat"),
     ("1000", "graph?at=orders-0000&steps=2"), ("bad", "graph")],
)  # fmt: skip
def test_nodes_do_not_overlap_and_can_be_read(browse, size, address):
    browser = browse(size)
    browser.open(address)
    boxes = nodes(browser)
    assert overlapping(boxes) == []
    assert all(one["width"] > 95 for one in boxes)  # 11 px and more for a name


@pytest.mark.parametrize("size", ["10", "bad"])
def test_names_stay_inside_of_their_nodes(browse, size):
    browser = browse(size)
    browser.open("graph")
    wide = browser.run("""
        return [...document.querySelectorAll(".node .first")].map((one) => [one.textContent, one.getBBox()])
          .filter(([, box]) => box.x + box.width > 170).map(([name]) => name)""")
    assert wide == []


def test_callers_stand_to_the_left_of_what_they_call(browse, pages):
    browser = browse("10")
    browser.open("graph")
    left = {one["name"]: one["x"] for one in nodes(browser)}
    for edge in pages("10")[1].estate.edges:
        assert left[edge.caller] < left[edge.callee.removeprefix("external:")]


def test_the_table_of_edges_says_the_same_as_the_graph(browse, pages):
    browser = browse("10")
    browser.open("graph?as=table")
    rows = browser.run(
        "return [...document.querySelectorAll('tbody tr')].map((one) => [one.cells[0].textContent, one.cells[1].textContent])"
    )
    assert sorted(map(tuple, rows)) == sorted((edge.caller, edge.callee) for edge in pages("10")[1].estate.edges)


def test_a_press_on_a_heading_sorts(browse):
    browser = browse("10")
    browser.open("services")
    points = "return [...document.querySelectorAll('tbody tr')].map((one) => parseInt(one.cells[6].textContent))"
    browser.find("thead th:nth-child(7) button").click()
    browser.settle()
    shown = browser.run(points)
    assert shown == sorted(shown, reverse=True)
    assert (
        browser.run("return document.querySelector('thead th:nth-child(7)').getAttribute('aria-sort')") == "descending"
    )


# The keyboard alone --------------------------------------------------------------------------------------------------

FOCUS = """
const one = document.activeElement, style = getComputedStyle(one), box = one.querySelector?.(".box");
const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
const stroke = box && parseFloat(getComputedStyle(box).strokeWidth) >= 3;
const {top, bottom, left, right, width} = one.getBoundingClientRect();
return {
  what: one.tagName + "#" + one.id + "." + (one.getAttribute("class") ?? "") + " " + one.textContent.slice(0, 40),
  body: one === document.body, seen: Boolean(ring || stroke), inside: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth && width > 0,
  named: Boolean(one.textContent.trim() || one.getAttribute("aria-label") || one.labels?.length),
}"""


@pytest.mark.parametrize("page", [*PAGES, "service/search-postgresql", "host/vm000"])
def test_every_stop_of_the_tab_key_is_visible_and_has_a_name(browse, page):
    browser = browse("10")
    browser.open(page)
    stops = []
    for _ in range(80):
        browser.press("TAB")
        stop = browser.run(FOCUS)
        if stop["body"] or (stops and stop["what"] == stops[0]["what"]):
            break
        stops.append(stop)
    assert len(stops) > 8
    assert [one for one in stops if not (one["seen"] and one["inside"] and one["named"])] == []


def test_the_first_stop_skips_to_the_content(browse):
    browser = browse("10")
    browser.open("services")
    browser.press("TAB")
    assert browser.run("return document.activeElement.textContent") == "Skip to the content"
    browser.press("ENTER")
    assert browser.run("return document.activeElement.tagName") == "H1"


def test_all_pages_open_from_the_keyboard(browse):
    browser = browse("10")
    browser.open()
    for name in ("graph", "services", "hosts", "findings", "waves"):
        browser.open()
        browser.tab_to(f"#tabs a[data-page='{name}']")
        browser.press("ENTER")
        assert browser.address() == f"#/{name}"
        assert browser.run("return document.activeElement.tagName") in {"A", "H1"}


def test_the_graph_is_walked_with_arrow_keys(browse):
    browser = browse("10")
    browser.open("graph")
    browser.tab_to(".node")
    focus = "return document.activeElement.querySelector('.first')?.textContent"
    first = browser.run(focus)
    browser.press("ARROW_RIGHT")
    second = browser.run(focus)
    assert first != second
    places = {one["name"]: one for one in nodes(browser)}
    assert places[second]["x"] > places[first]["x"]
    assert browser.count(".graph .node[tabindex='0']") == 1
    assert not browser.run("return document.querySelector('.card').hidden")
    browser.press("ENTER")
    assert browser.text("h1") == second
    browser.press("ESCAPE")
    assert browser.address() == "#/graph"
    browser.tab_to(".node")
    assert browser.run(focus) == second
    browser.press("ESCAPE")
    assert browser.run("return document.activeElement.id") == "filter"


def test_every_node_is_reached_with_arrow_keys(browse):
    browser = browse("10")
    browser.open("graph")
    browser.tab_to(".node")
    focus = "return document.activeElement.dataset.key"
    todo = [browser.run(focus)]
    reached = set(todo)
    for key in todo:
        for way in ("ARROW_RIGHT", "ARROW_LEFT", "ARROW_UP", "ARROW_DOWN"):
            browser.run("document.querySelector(`.node[data-key='${arguments[0]}']`).focus()", key)
            browser.press(way)
            found = browser.run(focus)
            if found not in reached:
                reached.add(found)
                todo.append(found)
    assert len(reached) == len(nodes(browser)) == 11


def test_a_group_opens_from_the_keyboard(browse):
    browser = browse("1000")
    browser.open("graph")
    browser.tab_to(".node")
    browser.press("ENTER")
    assert browser.address().startswith("#/graph?wave=")


def test_a_list_is_one_stop_and_arrow_keys_walk_it(browse):
    browser = browse("1000")
    browser.open("services")
    assert browser.count("tbody a[tabindex='0']") == 1
    browser.tab_to("tbody a")
    first = browser.run("return document.activeElement.textContent")
    browser.press("ARROW_DOWN", "ARROW_DOWN")
    third = browser.run("return document.activeElement.textContent")
    assert third != first
    browser.press("END", "HOME")
    assert browser.run("return document.activeElement.textContent") == first
    browser.press("ARROW_DOWN", "ARROW_DOWN", "ENTER")
    assert browser.text("h1") == third
    browser.press("ESCAPE")
    assert browser.address() == "#/services"


def test_search_for_anything_from_anywhere(browse):
    browser = browse("1000")
    browser.open("hosts")
    browser.press("/", *"vm010")
    assert browser.run("return document.activeElement.id") == "search"
    hits = browser.texts("#hits li")
    assert any(one.startswith("vm010") for one in hits)
    browser.press("ARROW_DOWN")
    assert browser.run("return document.querySelectorAll('#hits [aria-selected=true]').length") == 1
    browser.press("ESCAPE")
    assert browser.count("#hits li") == 0
    browser.press(*"vm010host")
    assert "Nothing of that name" in browser.text("#hits")
    browser.press("ESCAPE", *"audit-0015", "ENTER")
    assert browser.text("h1") == "audit-0015"


def test_a_finding_opens_with_the_space_bar(browse):
    browser = browse("10")
    browser.open("findings")
    browser.tab_to(".group summary")
    browser.press("SPACE")
    assert browser.count(".group[open] .findings li")
    browser.press("SPACE")
    assert browser.count(".group[open]") == 0


def test_colours_can_be_turned_from_the_keyboard(browse):
    browser = browse("10")
    browser.open()
    before = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.tab_to("#theme")
    browser.press("ENTER")
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != before


# Colours and small screens -------------------------------------------------------------------------------------------

CONTRAST = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((one) => (one /= 255) <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const behind = (element) => {
  if (!element) return [255, 255, 255, 1];
  const node = element.closest("svg .node");
  if (node) return rgba(getComputedStyle(node.querySelector(".box")).fill);
  const own = rgba(getComputedStyle(element).backgroundColor);
  return own[3] === 1 ? own : over(own, behind(element.parentElement));
};
const found = [];
let looked = 0;
const check = (element, colour, words) => {
  const style = getComputedStyle(element), back = behind(element);
  const [one, other] = [light(over(rgba(colour), back)), light(back)].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (other + 0.05), size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  looked++;
  if (ratio < (large ? 3 : 4.5)) found.push(ratio.toFixed(2) + " " + words.slice(0, 40) + " in " + element.tagName + "." + (element.getAttribute("class") ?? ""));
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const words = walker.currentNode.textContent.trim(), element = walker.currentNode.parentElement;
  if (!words || ["SCRIPT", "STYLE", "NOSCRIPT", "OPTION", "title"].includes(element.tagName)) continue;
  const {width, height} = element.getBoundingClientRect();
  if (!width || !height) continue;
  check(element, element.closest("svg") ? getComputedStyle(element).fill : getComputedStyle(element).color, words);
}
for (const one of document.querySelectorAll("input")) check(one, getComputedStyle(one, "::placeholder").color, one.placeholder);
for (const one of document.querySelectorAll("select")) check(one, getComputedStyle(one).color, one.value);
return {found: [...new Set(found)], looked}"""


@SCHEMES
@pytest.mark.parametrize("page", [*PAGES, "findings?open=MIG012", "service/search-postgresql", "host/lost01"])
def test_text_stands_out_from_what_is_behind_it(browse, page, scheme):
    """WCAG 2.2, success criterion 1.4.3: 4.5 to 1, for large text 3 to 1."""
    browser = browse("10")
    browser.open(page, scheme=scheme)
    seen = browser.run(CONTRAST)
    assert seen["looked"] > 15
    assert seen["found"] == []


@SCHEMES
def test_a_group_of_services_stands_out_too(browse, scheme):
    browser = browse("1000")
    browser.open("graph", scheme=scheme)
    assert browser.run(CONTRAST)["found"] == []


def test_the_two_colours_differ(browse):
    browser = browse("10")
    backs = []
    for scheme in ("light", "dark"):
        browser.open(scheme=scheme)
        backs.append(browser.run("return getComputedStyle(document.body).backgroundColor"))
    assert backs[0] != backs[1]


@pytest.mark.parametrize("size", ["10", "1000", "bad"])
def test_a_small_screen_needs_no_sideways_scrolling(browse, pages, size):
    browser = browse(size)
    browser.open(width=400)
    label = browser.run("return JSON.parse(document.getElementById('data').textContent).services[3].label")
    for page in (*PAGES, f"service/{label}", "host/lost01"):
        browser.go(page)
        assert (
            page,
            browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"),
        ) == (page, 0)


def test_everything_is_reached_on_a_small_screen(browse):
    browser = browse("10")
    browser.open(width=400)
    browser.find("#tabs a[data-page='waves']").click()
    browser.settle()
    assert browser.text("h1") == "Waves"
    browser.open("graph", width=400)
    small = browser.run("""
        return [...document.querySelectorAll("button, select, input, nav a")].map((one) => [one, one.getBoundingClientRect()])
          .filter(([, box]) => box.width && (box.height < 24 || box.width < 24)).map(([one]) => one.outerHTML.slice(0, 80))""")
    assert small == []


# Hostile names -------------------------------------------------------------------------------------------------------

HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
ELEMENTS = "script, style, iframe, img, object, embed, link, base, meta, form, video, audio, svg script, foreignObject"


def shown(text):
    """A name as the page shows it: what cannot be seen by its number, nothing at all in words."""
    return (
        HIDDEN.sub(lambda char: f"\\u{ord(char[0]):04x}", text)
        if text.strip(" \n\t\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
        else "(no name)"
    )


def unharmed(browser):
    """Nothing ran, nothing was asked for, no element is there that data made."""
    assert browser.run("return 'owned' in window") is False
    grown = browser.run(
        "return Object.getOwnPropertyNames(window).filter((one) => !window.__began.has(one) && !/^(__\\w+|cdc_\\w+|ret_nodes|\\d+)$/.test(one))"
    )
    assert grown == []
    attributes = browser.run("""
        return [...document.querySelectorAll("*")].flatMap((one) => [...one.attributes])
          .filter(({name, value}) => name.startsWith("on") || (/^(href|src|action|xlink:href)$/.test(name) && !value.startsWith("#"))).map(({name, value}) => name + "=" + value.slice(0, 80))""")
    assert attributes == []
    assert browser.count(ELEMENTS) == 8
    return browser.quiet()


@pytest.mark.parametrize("page", PAGES)
def test_hostile_names_run_nothing_in_lists(browse, page):
    browser = browse("bad")
    browser.open(page)
    browser.run("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    browser.settle()
    assert unharmed(browser)


def test_every_hostile_name_is_the_text_of_its_own_page(browse):
    browser = browse("bad")
    browser.open()
    data = json.loads(browser.text("#data"))
    assert sorted(one["name"] for one in data["services"]) == sorted(HOSTILE)
    for service in data["services"]:
        browser.run("location.hash = '#/service/' + encodeURIComponent(arguments[0])", service["label"])
        browser.settle()
        assert browser.text("h1") == shown(service["name"])
        assert browser.count(ELEMENTS) == 8
    assert unharmed(browser)


def test_every_hostile_host_has_its_own_page(browse):
    browser = browse("bad")
    browser.open()
    for host in json.loads(browser.text("#data"))["hosts"]:
        browser.run("location.hash = '#/host/' + encodeURIComponent(arguments[0])", host["name"])
        browser.settle()
        assert browser.text("h1") == shown(host["name"])
    assert unharmed(browser)


def test_hostile_addresses_and_searches_run_nothing(browse):
    browser = browse("bad")
    browser.open("services")
    for payload in HOSTILE:
        browser.run(
            "const box = document.getElementById('filter'); box.value = arguments[0]; box.dispatchEvent(new Event('input'))",
            payload,
        )
        assert browser.count("tbody tr") >= 1 or not payload.isprintable()
    for payload in HOSTILE:
        for page in ("service/", "graph?at=", "services?wave=", ""):
            browser.run("location.hash = '#/' + arguments[0] + arguments[1].slice(0, 200)", page, payload)
            assert browser.text("h1")
    assert unharmed(browser)
