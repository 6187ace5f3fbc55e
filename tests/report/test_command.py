"""`migrate report` from the outside: what it reads, what it writes, what it refuses."""

import json

import pytest

from migrator.cli import run
from migrator.cli.report import FORMATS as OFFERED
from migrator.model.plans import Plan
from migrator.records import dump_record
from migrator.report.formats import FORMATS

from .estates import estate_report, files_of

REPORT = estate_report(10)


@pytest.fixture
def folder(tmp_path):
    for name, text in files_of(REPORT).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def written(capsys, folder, *options):
    assert run(["report", "--from", str(folder), "--format", "json", "-o", "-", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_line_offers_every_format():
    assert tuple(FORMATS) == OFFERED


def test_it_reads_profiles_and_judges_them(capsys, folder):
    data = written(capsys, folder)
    assert len(data["profiles"]) == len(REPORT.profiles)
    assert {one["service"]: one["fit"] for one in data["assessments"]} == {
        one.service: str(one.fit) for one in REPORT.assessments
    }
    assert "waves" not in data


def test_it_takes_the_waves_of_the_plan_beside_the_profiles(capsys, folder):
    (folder / "cutover").mkdir()
    (folder / "cutover" / "plan.yaml").write_text(dump_record(Plan(REPORT.waves)))
    assert [wave["name"] for wave in written(capsys, folder)["waves"]] == [wave.name for wave in REPORT.waves]


def test_it_takes_another_plan(capsys, folder, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(dump_record(Plan(REPORT.waves[:1])))
    assert len(written(capsys, folder, "--plan", str(other))["waves"]) == 1


def test_it_judges_as_of_the_day_of_the_scan_or_of_another(capsys, folder):
    """CentOS 7 ended in June 2024, Debian 12 will in June 2028."""
    ended = [str(written(capsys, folder, *day)).count("Debian GNU/Linux 12 (bookworm) has had") for day in ([], ["--on", "2030-01-01"])]  # fmt: skip
    assert ended[0] == 0
    assert ended[1] > 0


def test_it_writes_a_file_and_says_which(capsys, folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert run(["report", "--format", "mermaid"]) == 0
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == "report.mmd: the graph, for a page of Markdown\n"
    assert (folder / "report.mmd").read_text().startswith("flowchart LR\n")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("estate.yaml", "apiVersion: migrate.dev/v1alpha1\nkind: Estate\nscannedAt: soon\n", "estate.yaml:3: `scannedAt` is 'soon'"),
        ("cutover/plan.yaml", "apiVersion: migrate.dev/v1alpha1\nkind: Plan\nwaves: 3\n", "cutover/plan.yaml:3: `waves`"),
        ("cutover/plan.yaml", b"\xff", "cutover/plan.yaml: is not UTF-8 text"),
        ("assessment.yaml", b"\xff", "assessment.yaml: is not UTF-8 text"),
        ("profiles/h0000/s0000.yaml", "kind: 1\n", "profiles/h0000/s0000.yaml"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_one_line(capsys, folder, file, text, said):
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    assert run(["report", "--from", str(folder), "--format", "json", "-o", "-"]) == 1
    out = capsys.readouterr()
    assert out.out == ""
    assert said in out.err
    assert out.err.count("\n") == 1


def test_a_folder_without_a_scan_says_what_to_do(capsys, tmp_path):
    assert run(["report", "--from", str(tmp_path), "-o", "-"]) == 1
    assert "run `migrate scan` first" in capsys.readouterr().err
