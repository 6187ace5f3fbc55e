"""A process full of secrets is scanned, generated and planned for; none of its values may be anywhere afterwards."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from migrator.model.services import ServiceProfile
from migrator.records import load_record

ROOT = Path(__file__).parents[2]
CANARIES = ["c4nary-in-env-7f", "c4nary-in-url-8e", "c4nary-in-flag-9d", "c4nary-in-java-0c"]
SERVER = "import socket,sys,time; s=socket.create_server(('0.0.0.0', int(sys.argv[1]))); print('up', flush=True); time.sleep(120)"


@pytest.fixture
def service():
    """A listening process with secrets in its environment and on its command line."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    arguments = [
        str(port), "--password", CANARIES[2], f"--db=postgresql://app:{CANARIES[1]}@db/x", f"-Ddb.password={CANARIES[3]}",
    ]  # fmt: skip
    env = {**os.environ, "API_TOKEN": CANARIES[0], "PLAIN_SETTING": CANARIES[0]}
    process = subprocess.Popen([sys.executable, "-c", SERVER, *arguments], env=env, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    time.sleep(0.05)
    yield port
    process.kill()
    process.wait()
    process.stdout.close()


def test_no_value_of_a_service_reaches_any_output(tmp_path, service):
    log = b""
    for command in (
        "-v scan -i localhost --out estate --record recordings -o yaml",
        "-v generate --from estate --to fleet",
        "-v cutover plan -C fleet -o yaml",
    ):
        done = subprocess.run(
            [sys.executable, "-m", "migrator", *command.split()], cwd=tmp_path, capture_output=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@x.invalid",
                 "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@x.invalid"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        log += done.stdout + done.stderr
    files = sorted((tmp_path / "estate" / "profiles" / "localhost").glob("*.yaml"))
    profiles = [load_record(ServiceProfile, file.read_text(), file=str(file)) for file in files]
    found = [p for p in profiles if any(listen.port == service for listen in p.listens)]
    assert len(found) == 1, "the service with the secrets has to be found for this to mean anything"
    assert {v.name for v in found[0].variables} >= {"API_TOKEN", "PLAIN_SETTING"}
    objects = ["git", "cat-file", "--batch-all-objects", "--batch"]
    history = subprocess.run(objects, cwd=tmp_path / "fleet", capture_output=True, check=True).stdout
    everything = {"output": log, "history": history}
    everything |= {str(p): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file() and ".git" not in p.parts}
    assert len(everything) > 20
    leaks = [(name, canary) for name, data in everything.items() for canary in CANARIES if canary.encode() in data]
    assert leaks == []
