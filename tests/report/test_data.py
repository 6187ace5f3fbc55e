"""Mermaid and JSON: complete, stable, and never anything but values in them."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.records import json_schema
from migrator.report.formats import FORMATS
from migrator.report.formats.mermaid import escaped
from migrator.report.report import Report
from migrator.report.services import graph_of, services_of

from .estates import HOSTILE, estate_report, hostile_report

NODE = re.compile(r'(n\d+)(?:\[\("|\(\["|\{\{"|\[")([A-Za-z0-9 ]|#\d+;)+(?:"\)\]|"\]\)|"\}\}|"\])')
LINE = re.compile(
    r"flowchart LR|%% \d+ edges: Mermaid draws 500 unless the page raises maxEdges|end"
    r'|subgraph w\d+\["(?:[A-Za-z0-9 ]|#\d+;)+"\]'
    rf"|{NODE.pattern}"
    r'|n\d+ -->\|"(?:[A-Za-z0-9 ]|#\d+;)+"\| n\d+'
    r"|classDef [a-z]+ [a-z0-9#:, -]+|class n\d+(?:,n\d+)* [a-z]+"
)
"""The only lines that a flowchart may have."""


def nodes_in(text):
    return {match[1] for line in text.splitlines() if (match := NODE.fullmatch(line.strip()))}


@pytest.mark.parametrize("report", [estate_report(10), estate_report(300), hostile_report()], ids=["10", "300", "bad"])
def test_a_flowchart_has_every_service_and_nothing_else(report):
    text = FORMATS["mermaid"].render(report)
    assert [line for line in text.splitlines() if not LINE.fullmatch(line.strip())] == []
    graph = graph_of(report, services_of(report))
    assert nodes_in(text) == {node.id for node in graph.nodes}
    drawn = re.findall(r"(n\d+) -->.*\| (n\d+)$", text, re.MULTILINE)
    assert set(drawn) == {(arrow.caller, arrow.callee) for arrow in graph.arrows}


def test_a_flowchart_frames_waves_and_colours_by_fit():
    report = estate_report(10)
    text = FORMATS["mermaid"].render(report)
    assert [match[1] for match in re.finditer(r'subgraph w\d\["(.*?)"\]', text)] == [
        f"wave#45;{number}" for number in (1, 2, 3)
    ]
    coloured = set(re.findall(r"  class \S+ ([a-z]+)", text))
    assert coloured == {*(str(one.fit) for one in report.assessments), "outside"}


@given(st.text(max_size=200))
def test_a_label_of_any_text_is_inert(text):
    assert re.fullmatch(r"(?:[A-Za-z0-9 ]|#\d+;)+", escaped(text))


def test_a_label_says_what_the_name_is():
    assert escaped("a-b c") == "a#45;b c"
    assert escaped("#45;") == "#35;45#59;"
    assert escaped("x" * 500).endswith("x#8230;")


@pytest.mark.parametrize("report", [estate_report(10), hostile_report()], ids=["10", "bad"])
def test_json_holds_all_of_it(report):
    text = FORMATS["json"].render(report)
    assert text.isascii()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)
    data = json.loads(text)
    assert (data["apiVersion"], data["kind"], data["migrate"]) == ("migrate.dev/v1alpha1", "Report", "0.1.0")
    assert [data["profiles"][path]["service"] for path in sorted(data["profiles"])] == [
        report.profiles[path].service for path in sorted(report.profiles)
    ]
    assert len(data["assessments"]) == len({one.service for one in report.profiles.values()})
    assert data.keys() - {"apiVersion", "kind"} == json_schema(Report)["properties"].keys()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_text(name):
    assert FORMATS[name].render(estate_report(30)) == FORMATS[name].render(estate_report(30))


@pytest.mark.parametrize("name", FORMATS)
def test_an_estate_without_services_has_a_document_too(name):
    report = estate_report(10)
    empty = Report("0.1.0", report.estate, {}, (), ())
    assert FORMATS[name].render(empty)


def test_hostile_names_stay_apart_as_services():
    assert len(services_of(hostile_report())) == len(HOSTILE)
