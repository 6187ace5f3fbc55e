"""The eight real legacy hosts of docs/walkthrough.md, from scan to 100 % and back. Runs where they are up: MIGRATE_FLEET.

MIGRATE_FLEET names a folder with `fleet.tsv` (name, address) and `keys/id_scan`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.model.estate import Estate
from migrator.records import load_record
from tests.scan.test_recorded_estate import EDGES, SERVICES, STATE

pytestmark = [pytest.mark.fleet, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
SECRETS = re.compile(
    rb"Sommer2018!|r3dis-pr0d|Rabbit\.2019|Pr1c1ng#2020|p0rtal!|8f1b2d6c0a9e4f73b5|St4ts-2017|B1lling-7|r3p0rts|adm1n"
)


@pytest.fixture(scope="module")
def fleet():
    folder = Path(os.environ.get("MIGRATE_FLEET", "/nonexistent"))
    if not (folder / "fleet.tsv").is_file():
        pytest.skip("the legacy hosts are not up: MIGRATE_FLEET does not name their folder")
    return folder


@pytest.fixture(scope="module")
def walked(fleet, tmp_path_factory):
    """Everything that the walk prints and writes."""
    folder = tmp_path_factory.mktemp("walk")
    hosts = [line.split("\t")[:2] for line in (fleet / "fleet.tsv").read_text().splitlines()]
    keys = subprocess.run(["ssh-keyscan", *(address for _, address in hosts)], capture_output=True, check=True)
    (folder / "known_hosts").write_bytes(keys.stdout)
    lines = [f"  {name}: {{address: {address}}}" for name, address in hosts]
    defaults = f"defaults: {{user: svcscan, become: true, key: {fleet}/keys/id_scan}}"
    (folder / "fleet.yml").write_text("\n".join([defaults, "hosts:", *lines, ""]))
    log = b""
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "migrator", *command.split()], cwd=folder, capture_output=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@x.invalid",
                 "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@x.invalid"},
        )  # fmt: skip
        log += done.stdout + done.stderr
        assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
    (folder / "log").write_bytes(log)
    return folder


COMMANDS = [
    "scan -i fleet.yml --known-hosts known_hosts --deep --out estate --record recordings",
    "generate --from estate --to fleet",
    "generate --from estate --to fleet",
    "cutover plan -C fleet",
    "cutover start pricing -C fleet",
    "cutover advance pricing -C fleet --approve ann",
    "cutover rollback pricing -C fleet",
    "cutover rollback pricing -C fleet",
    "cutover status -C fleet",
]


def test_the_answer_key_is_met(walked):
    estate = load_record(Estate, (walked / "estate" / "estate.yaml").read_text(), file="estate.yaml")
    assert {e.name: (e.runtime, " ".join(e.hosts)) for e in estate.services} == SERVICES
    assert {f"{e.caller} {e.callee} {e.port} {e.protocol}" for e in estate.edges} == EDGES
    assert ("MIG024", "batch01") in {(f.code, f.subject) for f in estate.findings}


def test_state_is_where_the_recipe_puts_it(walked):
    for service, paths in STATE.items():
        (file,) = (walked / "estate" / "profiles").glob(f"*/{service}.yaml")
        assert all(f"path: {path}" in file.read_text() for path in paths)


def test_no_secret_of_the_hosts_is_anywhere(walked):
    files = [path for path in walked.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(files) > 400
    assert [str(path) for path in files if SECRETS.search(path.read_bytes())] == []
    batch = ["git", "cat-file", "--batch-all-objects", "--batch"]
    objects = subprocess.run(batch, cwd=walked / "fleet", capture_output=True, check=True).stdout
    assert len(objects) > 100_000
    assert not SECRETS.search(objects)


def test_all_the_way_back_is_where_it_began(walked):
    planned = subprocess.run(
        ["git", "log", "--format=%H", "--grep=plan waves"],
        cwd=walked / "fleet",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    changed = subprocess.run(
        ["git", "diff", "--stat", planned, "HEAD"], cwd=walked / "fleet", capture_output=True, check=True
    )
    assert changed.stdout == b""
