"""`make accuracy`: scan the test-bed's hosts with two accounts, compare with the truth, and write docs/accuracy.md."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from migrator.model.estate import Estate
from migrator.model.services import ServiceProfile
from migrator.records import load_record
from tests.accuracy import recorded
from tests.accuracy.measure import Score, leaks, scores
from tests.testbed import cell, legacy
from tests.testbed.folders import cache
from tests.testbed.shell import run

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "accuracy.md"
ACCOUNTS = {"scanner": "root where sudo asks for no password", "auditor": "a plain user, no sudo"}
SECONDS = 200
"""How long users use the estate: both accounts scan it meanwhile, and watch it for a minute."""

WARM_UP = 70
"""Seconds that the hosts have been up and used before they are scanned: a job that runs every minute has run."""

HEAD = """\
# Accuracy

How right a scan is, against a truth that was written from the recipe of the hosts and never from a scan
([tests/testbed/estate/truth.yaml](../tests/testbed/estate/truth.yaml)). `make accuracy` makes this page: it boots the eight legacy hosts of
[the test-bed](testbed.md), scans them with each of two accounts, `--deep`, once at once and once with a minute of `--watch`, and compares.
The second half of the page is about eight other hosts, of which [recordings](../migrator/quickstart/estate) are in the repository, and their
own truth ([tests/accuracy/recorded.yaml](../tests/accuracy/recorded.yaml)); `make test` holds the scan to those figures.

No rule of the scan names a host, a path or a service of these hosts. Eight hosts are few: one mistake
is several per cent. On `db1` sudo asks for a password and `tiny1` has none, so even the first account sees these two as a plain user; so it
is with `db01` and `old01` of the recordings. A version counts when it is right as far as the truth states it, which is the release.

Precision is the share of what the scan said that is so; recall is the share of what is so that it said.
"""


def main() -> int:
    """Everything, inside a cell of its own; the exit code."""
    if not cell.inside():
        return _in_a_cell()
    truth = yaml.safe_load((legacy.RECIPE / "truth.yaml").read_text())
    legacy.up()
    users = subprocess.Popen(["sh", "-c", _use_for(SECONDS)])
    try:
        time.sleep(WARM_UP)
        live, leaked = _live(truth)
    finally:
        users.terminate()
        users.wait()
    recorded, found = _recorded()
    leaked += found
    text = "\n".join([HEAD, *live, *recorded])
    DOCUMENT.write_text(text)
    print(text)
    return 1 if leaked else 0


def _live(truth: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Sections about the hosts of the test-bed, and secrets that came out."""
    parts, leaked = ["## The hosts of the test-bed\n"], list[str]()
    for account, rights in ACCOUNTS.items():
        with tempfile.TemporaryDirectory() as folder:
            estate, profiles, outputs = _scan(Path(folder), account)
            watched, _, later = _scan(Path(folder), account, "--watch", "60s", "--every", "5s")
        leaked += leaks([*outputs, *later], truth)
        parts.append(_section(f"`{account}`: {rights}", estate, scores(estate, profiles, truth, watched)))
    return [*parts, _leaked(leaked, truth)], leaked


def _recorded() -> tuple[list[str], list[str]]:
    """The same about the recorded hosts."""
    truth = recorded.truth()
    parts, leaked = ["## The recorded hosts\n"], list[str]()
    for folder, rights in recorded.FOLDERS.items():
        scan = recorded.scan(folder)
        leaked += leaks((file.read_bytes() for file in _files(folder)), truth)
        parts.append(_section(rights, scan.estate, scores(scan.estate, scan.profiles, truth)))
    return [*parts, _leaked(leaked, truth)], leaked


def _leaked(leaked: Sequence[str], truth: Mapping[str, Any]) -> str:
    return (
        f"Secret values in anything that these scans wrote or recorded: **{len(leaked)}** of {len(truth['secrets'])}.\n"
    )


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


def _use_for(seconds: int) -> str:
    """What users do, as a script: applications that nobody asks open no connections."""
    return f"""
    end=$(($(date +%s) + {seconds}))
    while [ "$(date +%s)" -lt "$end" ]; do
      for page in https://10.78.0.10/shop/health https://10.78.0.10/desk/health https://10.78.0.10/price/A-1 http://10.78.0.50:8082/; do
        curl -sk -m 5 -o /dev/null "$page" || true
      done
      sleep 1
    done"""


def _scan(folder: Path, account: str, *more: str) -> tuple[Estate, list[ServiceProfile], list[bytes]]:
    """One scan of all hosts; everything that it printed or wrote."""
    hosts = legacy.hosts()
    shutil.rmtree(folder / "estate", ignore_errors=True)
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
        "--timeout",
        "300",
        *more,
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


def _section(title: str, estate: Estate, found: Sequence[Score]) -> str:
    rows = [
        f"| {one.what} | {_share(one.precision)} | {_share(one.recall)} | {one.right} | {len(one.wrong)} | {len(one.missed)} |"
        for one in found
    ]
    seen = sum(host.completeness for host in estate.hosts) / len(estate.hosts)
    wrong = [f"- said, and not so: {one.what}: `{text}`" for one in found for text in one.wrong]
    missed = [f"- missed: {one.what}: `{text}`" for one in found for text in one.missed]
    return "\n".join([
        f"### {title}",
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
