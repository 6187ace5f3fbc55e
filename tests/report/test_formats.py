"""CycloneDX, SARIF and Backstage: valid by the schemas of their makers, complete, and hostile names only ever values."""

import json
import re

import pytest
from packageurl import PackageURL

from migrator import yamlio
from migrator.model.estate import Edge, Estate, HostReport
from migrator.model.findings import Finding, Severity
from migrator.model.services import Listen, OperatingSystem, Protocol, Runtime, ServiceProfile, State
from migrator.report.formats import FORMATS
from migrator.report.found import findings_of
from migrator.report.report import Report
from migrator.report.services import graph_of, services_of

from .estates import HOSTILE, SCANNED_AT, estate_report, hostile_report
from .schemas import BACKSTAGE, CYCLONEDX, SARIF, problems

REPORTS = {"10": estate_report(10), "100": estate_report(100), "bad": hostile_report()}
SIZES = pytest.mark.parametrize("size", REPORTS)


def rendered(form, report):
    text = FORMATS[form].render(report)
    return list(documents(text)) if form == "backstage" else json.loads(text)


def documents(text):
    return [one.data for one in yamlio.load_all(text, file="catalog-info.yaml")]


def small(*profiles, **estate):
    return Report(
        "0.1.0", Estate(SCANNED_AT, **estate), {f"profiles/{number}.yaml": one for number, one in enumerate(profiles)}
    )


# CycloneDX -----------------------------------------------------------------------------------------------------------


def components_of(data):
    for one in data.get("components", ()):
        yield one
        yield from components_of(one)


def references_of(data):
    return [one["bom-ref"] for one in (*components_of(data), *data["services"])]


@SIZES
def test_cyclonedx_is_valid(size):
    assert problems(CYCLONEDX, rendered("cyclonedx", REPORTS[size])) == []


@SIZES
def test_cyclonedx_refers_to_what_is_there(size):
    data = rendered("cyclonedx", REPORTS[size])
    references = references_of(data)
    assert len(references) == len(set(references))
    told = {ref for one in data["dependencies"] for ref in (one["ref"], *one["dependsOn"])}
    assert told <= set(references)
    assert all(re.fullmatch(r"(?:host|service)-\d+(?:-(?:package|runtime)-\d+)?", ref) for ref in references)


@SIZES
def test_cyclonedx_has_every_host_service_and_call(size):
    report = REPORTS[size]
    data = rendered("cyclonedx", report)
    graph = graph_of(report, services_of(report))
    hosts = {host.name for host in report.estate.hosts} | {one.host for one in report.profiles.values()}
    assert len(data["components"]) == len(hosts)
    assert [one["name"] for one in data["services"]] == [node.name for node in graph.nodes]
    calls = {(one["ref"], ref) for one in data["dependencies"] for ref in one["dependsOn"] if ref.startswith("service")}
    wanted = {
        (f"service-{one.caller[1:]}", f"service-{one.callee[1:]}") for one in graph.arrows if one.caller != one.callee
    }
    assert calls == wanted


def test_cyclonedx_of_one_service():
    profile = ServiceProfile(
        "shop", "web1", Runtime("tomcat", "9.0.1"), os=OperatingSystem("debian", "12", "Debian 12"),
        listens=(Listen(Protocol.HTTP, "*", 80), Listen(Protocol.TCP, "::1", 9, loopback=True), Listen(Protocol.TCP, "2001:db8::1", 443), Listen(Protocol.UNIX, path="/run/a b")),
        packages=("libc6=1:2.36-9+deb12u1", "nginx"),
    )  # fmt: skip
    data = rendered("cyclonedx", small(profile, edges=(Edge("shop", "external:api.example", Protocol.TCP, 443),)))
    (host,) = data["components"]
    assert (host["type"], host["name"], host["version"]) == ("operating-system", "debian", "12")
    assert {"name": "migrate:host", "value": "web1"} in host["properties"]
    assert [(one["type"], one["name"], one.get("version")) for one in host["components"]] == [
        ("library", "libc6", "1:2.36-9+deb12u1"),
        ("library", "nginx", None),
        ("application", "tomcat", "9.0.1"),
    ]
    assert data["services"][0]["endpoints"] == ["http://web1:80", "tcp://[2001:db8::1]:443", "unix:/run/a%20b"]
    assert data["dependencies"][0]["dependsOn"] == [
        "service-2",
        "host-1",
        "host-1-package-1",
        "host-1-package-2",
        "host-1-runtime-1",
    ]


@pytest.mark.parametrize(
    ("system", "pin", "purl"),
    [
        (("debian", "12"), "libc6=1:2.36-9+deb12u1", PackageURL("deb", "debian", "libc6", "1:2.36-9+deb12u1", {"distro": "debian-12"})),
        (("centos", "7"), "httpd=2.4.6-99.el7", PackageURL("rpm", "centos", "httpd", "2.4.6-99.el7", {"distro": "centos-7"})),
        (("alpine", "3.20.1"), "busybox=1.36.1-r29", PackageURL("apk", "alpine", "busybox", "1.36.1-r29", {"distro": "alpine-3.20.1"})),
        (("debian", ""), "nginx", PackageURL("deb", "debian", "nginx")),
        (("plan9", "4"), "rc=1", None),
        (("", ""), "rc=1", None),
    ],
)  # fmt: skip
def test_a_purl_is_given_where_the_family_of_packages_is_known(system, pin, purl):
    report = small(ServiceProfile("a", "h", Runtime("binary"), os=OperatingSystem(*system), packages=(pin,)))
    (package,) = rendered("cyclonedx", report)["components"][0]["components"]
    assert (PackageURL.from_string(package["purl"]) if "purl" in package else None) == purl


def test_a_hostile_package_is_one_package():
    pins = tuple(f"{text}=1" for text in HOSTILE if text.partition("=")[0])
    report = small(ServiceProfile("a", "h", Runtime("binary"), os=OperatingSystem("debian", "12"), packages=pins))
    data = rendered("cyclonedx", report)
    assert problems(CYCLONEDX, data) == []
    assert len(data["components"][0]["components"]) == len(pins)
    for one in data["components"][0]["components"]:
        if "purl" in one:
            read = PackageURL.from_string(one["purl"])
            assert (read.type, read.namespace, read.version is not None, read.subpath) == ("deb", "debian", True, None)


def test_a_host_that_was_not_seen_has_an_unknown_system():
    (host,) = rendered("cyclonedx", small(hosts=(HostReport("gone", error="no route"),)))["components"]
    assert (host["name"], "version" in host, "components" in host) == ("unknown", False, False)


@pytest.mark.parametrize(
    ("state", "observed", "said"), [((State("/var/lib/a"),), True, "true"), ((), False, "unknown"), ((), True, "false")]
)
def test_state_that_could_not_be_looked_for_is_unknown(state, observed, said):
    profile = ServiceProfile("a", "h", Runtime("binary"), state=state, state_observed=observed)
    (service,) = rendered("cyclonedx", small(profile))["services"]
    assert {"name": "migrate:keepsState", "value": said} in service["properties"]


# SARIF ---------------------------------------------------------------------------------------------------------------


@SIZES
def test_sarif_is_valid(size):
    assert problems(SARIF, rendered("sarif", REPORTS[size])) == []


@SIZES
def test_sarif_has_every_finding_once_and_its_rule(size):
    found = findings_of(REPORTS[size])
    (run,) = rendered("sarif", REPORTS[size])["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == sorted({one.finding.code for one in found})
    assert all(one["help"]["text"].strip() for one in rules)
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [one["ruleId"] for one in run["results"]]
    assert [(one["ruleId"], one["properties"]["severity"]) for one in run["results"]] == [
        (one.finding.code, str(one.finding.severity)) for one in found
    ]
    prints = [one["partialFingerprints"]["migrateFinding/v1"] for one in run["results"]]
    assert len(prints) == len(set(prints))


@pytest.mark.parametrize(
    ("severity", "level"),
    [(Severity.BLOCKER, "error"), (Severity.WARNING, "warning"), (Severity.UNKNOWN, "note"), (Severity.NOTE, "note")],
)
def test_the_level_follows_from_the_severity(severity, level):
    finding = Finding("MIG012", severity, "h/a", "keeps state", "Move it.")
    profile = ServiceProfile("a", "h", Runtime("binary"), findings=(finding,))
    (result,) = rendered("sarif", small(profile))["runs"][0]["results"]
    assert result["level"] == level
    assert result["message"]["text"] == "h/a: keeps state"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "profiles/0.yaml"


def test_a_finding_keeps_its_fingerprint_when_its_words_change():
    def prints(*messages):
        findings = tuple(Finding("MIG012", Severity.BLOCKER, "h/a", one, "Move it.") for one in messages)
        run = rendered("sarif", small(ServiceProfile("a", "h", Runtime("binary"), findings=findings)))["runs"][0]
        return [one["partialFingerprints"]["migrateFinding/v1"] for one in run["results"]]

    assert prints("keeps 3 MiB") == prints("keeps 4 MiB")
    assert prints("keeps 3 MiB", "keeps b") == prints("keeps 4 MiB", "keeps b")


def test_no_message_has_a_placeholder_or_a_link():
    (run,) = rendered("sarif", hostile_report())["runs"]
    for one in run["results"]:
        text = one["message"]["text"]
        assert "](" not in text
        assert not re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", text)
    assert run["results"][0]["properties"]["remediation"] == HOSTILE[0]


# Backstage -----------------------------------------------------------------------------------------------------------

NAME = re.compile(r"(?=.{1,63}\Z)(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
"""KubernetesValidatorFunctions.isValidObjectName of @backstage/catalog-model; also what a label's value may be."""
TAG = re.compile(r"(?=.{1,63}\Z)[a-z0-9+#]+(?:-[a-z0-9+#]+)*")
KEY = re.compile(r"migrate\.dev/[a-z]+")


@SIZES
def test_backstage_entities_are_valid(size):
    entities = rendered("backstage", REPORTS[size])
    assert {one["kind"] for one in entities} == set(BACKSTAGE)
    for one in entities:
        assert problems(BACKSTAGE[one["kind"]], one) == []
        meta = one["metadata"]
        assert NAME.fullmatch(meta["name"])
        assert all(TAG.fullmatch(tag) for tag in meta.get("tags", ()))
        assert all(KEY.fullmatch(key) and NAME.fullmatch(value) for key, value in meta.get("labels", {}).items())
        assert all(KEY.fullmatch(key) for key in meta.get("annotations", {}))


@SIZES
def test_backstage_entities_stand_once_and_refer_to_each_other(size):
    entities = rendered("backstage", REPORTS[size])
    names = [f"{one['kind']}:default/{one['metadata']['name']}".lower() for one in entities]
    assert len(names) == len(set(names))
    assert {ref for one in entities for ref in one["spec"].get("dependsOn", ())} <= set(names)
    assert {one["spec"].get("system", "legacy-estate") for one in entities} == {"legacy-estate"}


@SIZES
def test_backstage_has_every_service_host_and_call_and_invents_no_owner(size):
    report = REPORTS[size]
    entities = rendered("backstage", report)
    graph = graph_of(report, services_of(report))
    hosts = {host.name for host in report.estate.hosts} | {one.host for one in report.profiles.values()}
    kinds = [(one["kind"], one["spec"].get("type")) for one in entities]
    assert sum(kind == "Component" for kind, _ in kinds) == len(services_of(report))
    assert kinds.count(("Resource", "host")) == len(hosts)
    assert kinds.count(("Resource", "external")) == sum(node.service is None for node in graph.nodes)
    assert {one["spec"]["owner"] for one in entities} == {"unknown"}
    drawn = {(one.caller, one.callee) for one in graph.arrows if one.caller != one.callee}
    from_services = {pair for pair in drawn if int(pair[0][1:]) <= len(services_of(report))}
    told = [ref for one in entities for ref in one["spec"].get("dependsOn", ())]
    runs_on = sum(len(set(one.hosts)) for one in services_of(report))
    assert len(told) == len(from_services) + runs_on


def test_hosts_whose_names_make_one_label_stay_two():
    entities = rendered("backstage", small(hosts=(HostReport("a.b"), HostReport("a-b"))))
    resources = [one["metadata"] for one in entities if one["kind"] == "Resource"]
    assert sorted(one["title"] for one in resources) == ["a-b", "a.b"]
    assert len({one["name"] for one in resources}) == 2


@pytest.mark.parametrize("validator", [CYCLONEDX, SARIF, *BACKSTAGE.values()], ids=["cyclonedx", "sarif", *BACKSTAGE])
def test_the_schemas_refuse_what_is_wrong(validator):
    assert problems(validator, {"kind": 3})


# Every form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("form", ["backstage", "cyclonedx", "json", "sarif"])
def test_a_hostile_name_changes_values_and_nothing_else(form, payload):
    """The same estate with a plain name has the same keys in the same places."""
    bad, plain = (rendered(form, one_service(name)) for name in (payload, "plain"))
    assert shape(bad) == shape(plain)


def one_service(name):
    """A service that has a name in every place of text that keeps its kind of value."""
    finding = Finding("MIG012", Severity.BLOCKER, f"h/{name}", f"keeps {name}", f"Move {name}.")
    profile = ServiceProfile(
        f"x{name}", "h", Runtime(f"r{name}", f"1{name}"), unit=f"u{name}", command=("run", f"c{name}"), os=OperatingSystem("debian", "12", f"n{name}"),
        listens=(Listen(Protocol.UNIX, path=f"/{name}"),), packages=(f"p{name}=1",), findings=(finding,), labels={"key": f"v{name}"},
    )  # fmt: skip
    return small(profile, hosts=(HostReport("h", f"a{name}"),), edges=(Edge(f"x{name}", f"external:{name}"),))


def shape(value):
    if isinstance(value, dict):  # a tag and a purl are left out where the name cannot be one
        return {key: shape(one) for key, one in value.items() if key not in {"tags", "purl"}}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return type(value).__name__


@pytest.mark.parametrize("payload", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_adds_no_node_to_a_flowchart(payload):
    def nodes(name):
        text = FORMATS["mermaid"].render(one_service(name))
        assert text.isascii()
        return re.findall(r"^ +(n\d+)(?=[\[({])", text, re.MULTILINE), text.count("\n")

    assert nodes(payload) == nodes("plain")
