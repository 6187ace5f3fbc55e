"""Configuration that nobody has touched since its package brought it: what it says of other machines is an example."""

import hashlib
import subprocess
from datetime import UTC, datetime

from migrator.model.observations import Observed
from migrator.scan.facts.changed_files import ChangedFiles, PackagedFiles
from migrator.scan.facts.configuration import Configuration
from migrator.scan.look import _without_samples
from migrator.scan.snapshot import Snapshot

SAID = """ url /etc/a.conf:1:redis://cache.example:6379
 setting /etc/a.conf:2:host = localhost
 setting /etc/a.conf:3:host = db.example
 data /etc/a.conf:4:/var/lib/a
 hidden /etc/a.conf:5:password
 url /etc/b.conf:1:redis://cache.corp:6379
 hidden /etc/b.conf:2:password
"""


def kept(untouched, said=SAID):
    packaged = Observed(PackagedFiles(untouched=frozenset(untouched)))
    read = Observed(Configuration().parse(said))
    before = Snapshot("a", "a", datetime.now(UTC), {"configuration": read, "changed_files": packaged})
    return {f"{m.file}:{m.line}" for m in _without_samples(before).value(Configuration, ())}


def test_an_example_names_no_other_machine_and_no_secret():
    assert kept(["/etc/a.conf"]) == {"/etc/a.conf:2", "/etc/a.conf:4", "/etc/b.conf:1", "/etc/b.conf:2"}


def test_what_is_switched_on_by_a_link_is_as_untouched_as_what_it_leads_to():
    said = " hidden /etc/a/mods-enabled/sql:1:password\n hidden /etc/a/mods-enabled/own:1:password\n"
    assert kept(["/etc/a/mods-available/sql"], said) == {"/etc/a/mods-enabled/own:1"}


def test_where_the_package_is_not_asked_everything_counts():
    assert len(kept([])) == len(SAID.splitlines())


def test_dpkg_tells_which_files_are_as_their_package_has_them(tmp_path):
    same, other, gone = (tmp_path / name for name in ("same", "other", "gone"))
    same.write_text("x")
    other.write_text("y")
    digest = hashlib.md5(b"x").hexdigest()  # noqa: S324 - what dpkg keeps
    status = tmp_path / "status"
    status.write_text(f"Package: x\nConffiles:\n {same} {digest}\n {other} {digest}\n {gone} {digest}\n")
    command = f"dpkg={status}\n{ChangedFiles.command}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert ChangedFiles().parse(done.stdout) == PackagedFiles((str(other),), frozenset({str(same)}))
