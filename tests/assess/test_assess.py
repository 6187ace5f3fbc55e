"""Fit and effort as tables: findings and rules in, the judgement out."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import migrator
from migrator.assess.checks import checked
from migrator.assess.judge import assess
from migrator.assess.rules import default_text, read_rules
from migrator.cli import migrate
from migrator.cutover.waves import waves
from migrator.errors import SettingsError
from migrator.generate.inputs import read_inputs
from migrator.generate.run import read_folder
from migrator.model.assessment import Effort, Fit
from migrator.model.estate import Estate, HostReport
from migrator.model.findings import Finding, Severity
from migrator.model.plans import Strategy
from migrator.model.profile_findings import CODES
from migrator.model.services import Certificate, OperatingSystem, Runtime, ServiceProfile, State
from migrator.scan import findings

DAY = dt.date(2026, 11, 23)
RULES = read_rules(default_text(), file="rules.yaml")
HEAD = "apiVersion: migrate.dev/v1alpha1\nkind: AssessmentRules\nthresholds: {}\n"


def profile(host="h", **fields):
    fields.setdefault("runtime", Runtime("binary"))
    return ServiceProfile("shop", host, **fields)


def finding(code, severity=Severity.WARNING, subject="h/shop"):
    return Finding(code, severity, subject, "said", "do")


def judged(*profiles, estate=None, rules=RULES):
    (one,) = assess({"shop": profiles}, estate or Estate("2026-11-23T00:00:00+00:00"), rules, DAY)
    return one


@pytest.mark.parametrize(
    ("codes", "fit", "points", "effort"),
    [
        ((), Fit.READY, 0, Effort.SMALL),
        (("MIG016", "MIG017"), Fit.READY, 2, Effort.SMALL),
        (("MIG010", "MIG011"), Fit.ADAPT, 4, Effort.MEDIUM),
        (("MIG010", "MIG012", "MIG013"), Fit.REWORK, 8, Effort.MEDIUM),
        (("MIG010", "MIG012", "MIG013", "MIG028"), Fit.REWORK, 13, Effort.LARGE),
        (("MIG999",), Fit.READY, 0, Effort.SMALL),
    ],
)
def test_the_worst_fit_and_the_sum_of_points(codes, fit, points, effort):
    one = judged(profile(findings=tuple(map(finding, codes))))
    assert (one.fit, one.points, one.effort) == (fit, points, effort)


def test_what_several_instances_have_counts_once():
    one = judged(*(profile(host, findings=(finding("MIG012"),)) for host in ("a", "b", "c")))
    assert one.points == 5


def test_what_is_unknown_is_counted_apart():
    one = judged(profile(findings=(finding("MIG026", Severity.UNKNOWN), finding("MIG016"))))
    assert (one.fit, one.unknown) == (Fit.REWORK, 1)


def test_findings_about_the_host_count_for_what_runs_on_it_and_for_nothing_else():
    estate = Estate(
        "2026-11-23T00:00:00+00:00", findings=(finding("MIG024", subject="h"), finding("MIG031", subject="other"))
    )
    assert [reason.finding.code for reason in judged(profile(), estate=estate).because] == ["MIG024"]


def test_a_network_file_system_weighs_on_the_service_that_uses_it_and_on_its_neighbours_as_a_question():
    estate = Estate("2026-11-23T00:00:00+00:00", findings=(finding("MIG024", Severity.UNKNOWN, subject="h"),))
    neighbour, user = judged(profile(), estate=estate), judged(profile(findings=(finding("MIG037"),)))
    assert (neighbour.fit, neighbour.points, neighbour.unknown) == (Fit.READY, 1, 1)
    assert (user.fit, user.points) == (Fit.ADAPT, 3)


@given(st.lists(st.sampled_from([rule.finding for rule in RULES.rules]), unique=True), st.data())
def test_one_finding_more_never_makes_it_better(codes, data):
    fewer = data.draw(st.lists(st.sampled_from(codes), unique=True)) if codes else []
    more, less = (judged(profile(findings=tuple(map(finding, some)))) for some in (codes, fewer))
    assert list(Fit).index(more.fit) >= list(Fit).index(less.fit)
    assert more.points >= less.points


def of(code, one, estate=None):
    hosts = {report.name: report for report in estate or ()}
    return [found.message for found in checked([one], hosts, RULES, DAY) if found.code == code]


@pytest.mark.parametrize(
    ("system", "version", "is_over"),
    [
        ("debian", "10", True),
        ("debian", "12", False),
        ("centos", "6.10", True),
        ("ubuntu", "20.04", True),
        ("ubuntu", "24.04", False),
        ("amzn", "2018.03", True),
        ("nobody-knows", "1", False),
        ("", "", False),
    ],
)
def test_systems_past_their_end_of_life(system, version, is_over):
    assert bool(of("MIG201", profile(os=OperatingSystem(system, version)))) is is_over


@pytest.mark.parametrize(
    ("name", "version", "is_over"),
    [
        ("python", "3.1", False),
        ("python", "3.6", True),
        ("python", "3.12", False),
        ("php-fpm", "2:7.4+76", True),
        ("php", "8.3.1", False),
        ("postgresql", "9.6+181", True),
        ("postgresql", "15+248", False),
        ("node", "12.22.12~dfsg-1~deb11u4", True),
        ("node", "", False),
        ("nodemon", "12", False),
        ("tomcat", "10.1.6-1", False),
        ("tomcat", "8.5.39-1", True),
    ],
)
def test_runtimes_past_their_end_of_life(name, version, is_over):
    assert bool(of("MIG202", profile(runtime=Runtime(name, version)))) is is_over


@pytest.mark.parametrize(
    ("expires", "said"),
    [
        ("2026-11-22T10:00:00+00:00", "expired on 2026-11-22"),
        ("2027-02-20T10:00:00+00:00", "expires on 2027-02-20"),
        ("2027-02-22T10:00:00+00:00", None),
        ("never", None),
    ],
)
def test_certificates_that_end_too_soon(expires, said):
    found = of("MIG203", profile(certificates=(Certificate("/etc/x.pem", "CN=x", expires),)))
    assert [message.rsplit(".pem ", 1)[1] for message in found] == ([said] if said else [])


@pytest.mark.parametrize(
    ("size", "exact", "found"), [(200 * 1024, True, 1), (200 * 1024, False, 0), (1024, True, 0), (None, True, 0)]
)
def test_much_data_is_what_was_measured(size, exact, found):
    assert len(of("MIG204", profile(state=(State("/d", size, exact),)))) == found


def test_a_host_that_was_not_fully_seen_is_said():
    seen = HostReport("h", partial=("configuration: denied for 3 files",), refused=("descriptors: Permission denied",))
    assert of("MIG205", profile(), [seen]) == [
        "its host was not fully seen (configuration, descriptors): more may be in the way"
    ]
    assert of("MIG205", profile(), [HostReport("h", missing=("units: the host has no `systemctl`",))]) == []


FINDINGS = ("scan/findings.py", "model/profile_findings.py", "assess/checks.py")
ACCESS = ("MIG005", "MIG006", "MIG007", "MIG008")


def test_the_codes_that_fields_alone_decide_are_those_that_are_made_of_fields():
    text = (Path(migrator.__file__).parent / "model" / "profile_findings.py").read_text()
    assert set(re.findall(r'"(MIG\d{3})"', text)) == CODES


def test_every_finding_about_a_service_has_a_rule():
    """Those about hosts that were not reached or look like another, about what is nobody's, and about the scan's own
    connection, weigh nothing."""
    here = Path(migrator.__file__).parent
    texts = "".join((here / name).read_text() for name in FINDINGS)
    codes = set(re.findall(r'"(MIG\d{3})"', texts))
    assert codes - {rule.finding for rule in RULES.rules} == {"MIG001", "MIG002", "MIG009", "MIG038", "MIG040", *ACCESS}
    assert {rule.finding for rule in RULES.rules} <= codes
    assert findings.__doc__


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{HEAD}rules:\n- finding: MIG001\n  fit: bad\n  points: 1\n", "rules.yaml:6: `rules.0.fit`"),
        (f"{HEAD}rules:\n- {{finding: MIG001, points: x}}\n", "rules.yaml:5: `rules.0.points`"),
        (f"{HEAD}rules: []\nrule: []\n", "rules.yaml:5: unknown key `rule`"),
        (
            f"{HEAD}rules:\n- {{finding: MIG001, points: 1}}\n- {{finding: MIG001, points: 2}}\n",
            "rules.yaml:6: has two rules for MIG001",
        ),
        (f"{HEAD}rules:\n- {{finding: MIG999, points: 1}}\n", "rules.yaml:5: no finding is called 'MIG999'"),
        (f"{HEAD}rules:\n- points: 1\n  finding: xyz\n", "rules.yaml:6: no finding is called 'xyz'"),
        (f"{HEAD}rules:\n- {{finding: MIG102, points: 1}}\n", "rules.yaml:5: no rule can weigh MIG102"),
    ],
)
def test_wrong_rules_are_named_with_their_line(text, said):
    with pytest.raises(SettingsError, match=re.escape(said)):
        read_rules(text, file="rules.yaml")


@pytest.fixture(scope="module")
def estate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("estate")
    recorded = Path(migrator.__file__).parent / "quickstart" / "estate"
    CliRunner().invoke(migrate, ["scan", "--replay", str(recorded), "--out", str(folder)])
    return folder


def run(*arguments):
    return CliRunner().invoke(migrate, ["assess", *arguments])


def test_what_the_plan_leaves_for_later_is_never_ready_as_it_is(estate):
    inputs = read_inputs(read_folder(estate))
    profiles = [one for group in inputs.services.values() for one in group]
    planned = {one.name: one.strategy for wave in waves(inputs.estate, profiles) for one in wave.services}
    bound = {name for name, strategy in planned.items() if strategy is Strategy.LATER}
    judged = {one.service: one.fit for one in assess(inputs.services, inputs.estate, RULES, DAY)}
    assert {name for name in bound if judged[name] in {Fit.READY, Fit.ADAPT}} == set()
    assert "nginx-web01" in bound, "it reaches another service through a Unix socket"


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, ["runs redis, which is there to keep data; in which folder was not seen"]),
        ({"state": (State("/d"),)}, []),
        ({"state_observed": False}, []),
    ],
    ids=["nothing seen", "seen", "not looked for"],
)
def test_a_database_without_data_is_no_good_news(fields, found):
    assert of("MIG206", profile(runtime=Runtime("redis"), **fields)) == found


def test_the_least_work_comes_first(estate):
    rows = json.loads(run("--from", str(estate), "-o", "json").stdout)
    order = [(list(Fit).index(Fit(row["fit"])), int(row["points"].rstrip("+"))) for row in rows]
    assert order == sorted(order)
    assert all(row["reasons"] for row in rows if row["points"].rstrip("+") != "0")
    assert {row["service"] for row in rows} >= {"orders", "postgresql", "fxfeed"}


def test_the_heaviest_reason_is_told_and_the_others_are_called_reasons(estate):
    rows = {row["name"]: row["because"] for row in json.loads(run("--from", str(estate), "-o", "json").stdout)}
    assert re.fullmatch(r"MIG\d+: keeps state in /var/lib/rabbitmq \(and \d+ more reasons\)", rows["rabbitmq"])


def test_rules_in_the_folder_count_and_rules_on_the_command_line_count_more(estate, tmp_path):
    own = f"{HEAD}rules: [{{finding: MIG012, points: 99, fit: stay}}]\n"
    (estate / "assessment.yaml").write_text(own)
    fits = {row["service"]: row["fit"] for row in json.loads(run("--from", str(estate), "-o", "json").stdout)}
    assert fits["postgresql"] == "stay"
    (tmp_path / "none.yaml").write_text(f"{HEAD}rules: []\n")
    rows = json.loads(run("--from", str(estate), "--rules", str(tmp_path / "none.yaml"), "-o", "json").stdout)
    assert {row["fit"] for row in rows} == {"ready"}
    (estate / "assessment.yaml").unlink()


def test_the_rules_that_are_shown_are_the_rules(estate, tmp_path):
    assert run("--show-rules").stdout == default_text()
