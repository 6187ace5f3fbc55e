"""`make accuracy`: scan the test-bed's hosts with two accounts, compare with the truth, and write docs/accuracy.md."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

from migrator.model.estate import Estate
from migrator.model.services import ServiceProfile
from migrator.records import load_record
from tests.accuracy.measure import Score, leaks, scores
from tests.testbed import cell, legacy
from tests.testbed.folders import cache
from tests.testbed.shell import run

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "accuracy.md"
ACCOUNTS = {"scanner": "root where sudo asks for no password", "auditor": "a plain user, no sudo"}
SECONDS = 70
"""How long the hosts have been up before they are scanned: a job that runs every minute has run."""

HEAD = """\
# Accuracy

How right a scan is, against a truth that was written from the recipe of the hosts and never from a scan
([tests/testbed/estate/truth.yaml](../tests/testbed/estate/truth.yaml)). `make accuracy` makes this page: it boots the eight legacy hosts of
[the test-bed](testbed.md), scans them once with each of two accounts, `--deep`, and compares.

No rule of the scan names a host, a path or a service of these hosts; they were built after the rules. Eight hosts are few: one mistake
is several per cent. On `db1` sudo asks for a password and `tiny1` has none, so even the first account sees these two as a plain user.

Precision is the share of what the scan said that is so; recall is the share of what is so that it said.
"""


def main() -> int:
    """Everything, inside a cell of its own; the exit code."""
    if not cell.inside():
        return _in_a_cell()
    truth = yaml.safe_load((legacy.RECIPE / "truth.yaml").read_text())
    legacy.up()
    _use_for(SECONDS)
    parts, leaked = [HEAD], []
    for account, rights in ACCOUNTS.items():
        with tempfile.TemporaryDirectory() as folder:
            estate, profiles, outputs = _scan(Path(folder), account)
        leaked += leaks(outputs, truth)
        parts.append(_section(account, rights, estate, scores(estate, profiles, truth)))
    parts.append(f"Secret values in any output of either scan: **{len(leaked)}** of {len(truth['secrets'])}.\n")
    text = "\n".join(parts)
    DOCUMENT.write_text(text)
    print(text)
    return 1 if leaked else 0


def _in_a_cell() -> int:
    if reason := cell.absent():
        print(f"accuracy: {reason}")
        return 69
    if cell.find():
        print("accuracy: a test-bed is up already; `make testbed-down` ends it")
        return 1
    try:
        return cell.enter([sys.executable, "-m", "tests.accuracy"], cell.make())
    finally:
        cell.end()


def _use_for(seconds: int) -> None:
    """What users do: applications that nobody asks open no connections."""
    script = f"""
    end=$(($(date +%s) + {seconds}))
    while [ "$(date +%s)" -lt "$end" ]; do
      for page in https://10.78.0.10/shop/health https://10.78.0.10/desk/health https://10.78.0.10/price/A-1 http://10.78.0.50:8082/; do
        curl -sk -m 5 -o /dev/null "$page" || true
      done
      sleep 1
    done"""
    run("sh", "-c", script, seconds=seconds + 60)


def _scan(folder: Path, account: str) -> tuple[Estate, list[ServiceProfile], list[bytes]]:
    """One scan of all hosts; everything that it printed or wrote."""
    hosts = legacy.hosts()
    (folder / "known_hosts").write_text(run("ssh-keyscan", "-T", "10", *(host.address for host in hosts)))
    key = cache() / "estate" / "keys" / account
    become = "true" if account == "scanner" else "false"
    lines = [f"  {host.name}: {{address: {host.address}}}" for host in hosts]
    head = f"defaults: {{user: {account}, become: {become}, key: {key}}}"
    (folder / "inventory.yml").write_text("\n".join([head, "hosts:", *lines, ""]))
    command = [
        "scan",
        "-i",
        "inventory.yml",
        "--known-hosts",
        "known_hosts",
        "--deep",
        "--out",
        "estate",
        "--record",
        "recordings",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "migrator", *command],
        cwd=folder,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    written = [file.read_bytes() for name in ("estate", "recordings") for file in _files(folder / name)]
    estate = load_record(Estate, (folder / "estate" / "estate.yaml").read_text(), file="estate.yaml")
    profiles = [
        load_record(ServiceProfile, file.read_text(), file=file.name)
        for file in _files(folder / "estate" / "profiles")
        if file.suffix == ".yaml"
    ]
    return estate, profiles, [done.stdout, done.stderr, *written]


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())


def _section(account: str, rights: str, estate: Estate, found: Sequence[Score]) -> str:
    rows = [
        f"| {one.what} | {_share(one.precision)} | {_share(one.recall)} | {one.right} | {len(one.wrong)} | {len(one.missed)} |"
        for one in found
    ]
    seen = sum(host.completeness for host in estate.hosts) / len(estate.hosts)
    wrong = [f"- said, and not so: {one.what}: `{text}`" for one in found for text in one.wrong]
    missed = [f"- missed: {one.what}: `{text}`" for one in found for text in one.missed]
    return "\n".join([
        f"## `{account}`: {rights}",
        "",
        f"The scan says that it saw {seen:.0%} of what it asked for.",
        "",
        "| | precision | recall | right | wrong | missed |",
        "|---|--:|--:|--:|--:|--:|",
        *rows,
        "",
        *(wrong + missed or ["Nothing was wrong or missed."]),
        "",
    ])  # fmt: skip


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


if __name__ == "__main__":
    if not shutil.which("curl"):
        sys.exit("accuracy: curl is not installed")
    sys.exit(main())
