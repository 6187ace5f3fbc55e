"""K-1, K-4: secrets stand all over a host; after all verbs, none of them is anywhere else, and no digest of one."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.cli.report import FORMATS
from migrator.scan.collect import script
from migrator.scan.facts import FACTS
from tests.hazards import canaries
from tests.hazards.made_host import MadeHost
from tests.integration.sshd import USER, make_key, start_sshd

pytestmark = [pytest.mark.sshd, pytest.mark.timeout(600)]
ROOT = Path(__file__).parents[2]
VERBS = [
    "-v scan -i hosts.yml --known-hosts known --out estate --record recordings --deep -o json",
    *(f"scan --replay recordings --out estate -o {form}" for form in ("table", "wide", "yaml", "name")),
    "explain api --from estate -o wide",
    "assess --from estate -o json",
    *(f"report --from estate --format {form} -o page.{form}" for form in FORMATS),
    "report --from estate --format mermaid -o -",
    "-v generate --from estate --to fleet",
    "-v cutover plan -C fleet -o yaml",
    "drift --replay recordings --from fleet -o json",
]
IDENTITY = {f"GIT_{who}_{what}": "t@x.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def test_the_search_finds_a_canary_in_every_encoding():
    for text in [text for text in canaries.forms().values() if "AKIA" not in text]:
        assert canaries.found_in(text.encode()), text
    assert canaries.found_in("Zq42kanari".encode("utf-16-be"))
    assert not canaries.found_in(b"Zq is no canary, 90210 is a place, and eHl6eHl6eHl6eHl6eHl6eHl6 is base64")
    assert canaries.PLACES >= 40


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """Everything that is left after all verbs: name of the sink -> bytes."""
    folder = tmp_path_factory.mktemp("canaries")
    host = MadeHost(folder / "host")
    canaries.furnish(host)
    server = start_sshd(folder / "sshd")
    key = make_key(folder / "key")
    server.authorize(key, host.as_login())
    work = folder / "work"
    work.mkdir()
    (work / "known").write_text(f"{server.name} {server.host_key}\n")
    (work / "hosts.yml").write_text(
        f"hosts:\n  box: {{address: 127.0.0.1, port: {server.port}, user: {USER}, key: {key}}}\n"
    )
    (work / "temporary").mkdir()
    environment = {**os.environ, **IDENTITY, "PYTHONPATH": str(ROOT), "TMPDIR": str(work / "temporary")}
    wire = host.run(script(FACTS, "0" * 32))
    found = {"what leaves the host": wire.stdout, "what it complains of": wire.stderr}
    try:
        for verb in VERBS:
            done = subprocess.run(
                [sys.executable, "-m", "migrator", *verb.split()],
                cwd=work,
                env=environment,
                capture_output=True,
                check=False,
            )
            assert done.returncode in {0, 6}, (verb, done.stdout[-2000:], done.stderr[-2000:])
            found[f"{verb}: output"], found[f"{verb}: messages"] = done.stdout, done.stderr
    finally:
        server.stop()
    objects = ["git", "cat-file", "--batch-all-objects", "--batch"]
    found["git history"] = subprocess.run(objects, cwd=work / "fleet", capture_output=True, check=True).stdout
    files = (file for file in work.rglob("*") if file.is_file() and ".git" not in file.parts)
    return found | {str(file.relative_to(work)): file.read_bytes() for file in files}


def test_no_canary_is_in_any_sink(outputs):
    assert sorted(name for name, data in outputs.items() if canaries.found_in(data)) == []


def test_what_holds_the_canaries_was_seen(outputs):
    """Otherwise the test above would pass over a host that answered nothing."""
    estate = b"".join(data for name, data in outputs.items() if name.startswith("estate/"))
    recorded = b"".join(data for name, data in outputs.items() if name.startswith("recordings/"))
    for program in [argv[0] for argv in canaries.ARGUMENTS.values()]:
        assert program.encode() in recorded, program
    for line in canaries.CRON.values():
        assert line.split()[0].split("=")[0].encode() in recorded, line
    for name in canaries.ENVIRONMENT:
        assert name.encode() in recorded, name
    for path in ("/etc/default/shop", "/opt/shop/shop.ini", "/opt/shop/server.xml", "/etc/nginx/conf.d/shop.conf"):
        assert path.encode() in recorded, path
    assert b"shop.service" in recorded
    for part in (b"mysqldump", b"kind: ServiceProfile", b"DB_PASSWORD"):
        assert part in estate, part
    assert any(name.startswith("fleet/apps/") for name in outputs)
    assert b"kind: CronJob" in outputs["git history"]


DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha512", "blake2b")


def _digests_of(value: bytes) -> set[bytes]:
    """As programs print them: in hexadecimal, and in base64 without its padding."""
    found = [hashlib.new(name, value, usedforsecurity=False).digest() for name in DIGESTS]
    return {one.hex().encode() for one in found} | {base64.b64encode(one).rstrip(b"=") for one in found}


def _secret_values() -> set[bytes]:
    """Every secret by itself, and every file, value and command line that holds one."""
    texts = [*canaries.forms().values(), *canaries.ENVIRONMENT.values(), *(text for argv in canaries.ARGUMENTS.values() for text in argv)]  # fmt: skip
    words = {word for text in texts for word in re.findall(r"[\w.+/-]+", text) if canaries.found_in(word.encode())}
    files = {text.encode() if isinstance(text, str) else text for text in canaries.FILES.values()}
    return {word.encode() for word in words} | {text.encode() for text in texts} | files


def test_no_digest_of_a_secret_is_kept(outputs):
    """K-4: a digest of a password can be guessed from. None is made of what stands on a host, keyed or not."""
    values = _secret_values()
    assert len(values) > 100
    wanted = {digest for value in values for ending in (b"", b"\n") for digest in _digests_of(value + ending)}
    words = {word for data in outputs.values() for word in re.findall(rb"[0-9a-f]{32,128}|[A-Za-z0-9+/]{22,86}", data)}
    assert words & wanted == set()
    assert any(re.search(rb"[0-9a-f]{64}", data) for data in outputs.values()), "digests of our own files are there"


def test_the_script_makes_no_digests():
    """But one: dpkg's own list of checksums is compared on the host, and what leaves it is the names of files."""
    text = script(FACTS, "0" * 32)
    assert re.findall(r"\b(?:sha\d*sum|cksum|b2sum|sum|shasum|openssl)\s+-\S+", text) == []
    assert re.findall(r"md5sum -\S+", text) == ["md5sum -c"]
