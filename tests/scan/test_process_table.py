"""The table of processes as a host prints it: kernel threads take no room in it, and a name can be anything."""

import shutil
import subprocess

import pytest

from migrator.scan.facts.processes import Processes
from migrator.scan.redact import HOST_REDACT

AWKS = [awk for awk in ("mawk", "gawk", "busybox awk") if shutil.which(awk.split()[0])]
STAT = "S 1 7 7 0 -1 4194560 1 2 3 4 11 22 5 6 20 0 1 0 333 4096 55 18446744073709551615 1 1 0 0 0 0"


def process(proc, pid, name, cmdline, *, user=True):
    folder = proc / str(pid)
    (folder / "ns").mkdir(parents=True)
    memory = "VmRSS:\t100 kB\nRssAnon:\t40 kB\n" if user else ""
    (folder / "status").write_text(
        f"Name:\t{name}\nUmask:\t0022\nPPid:\t1\nUid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\n{memory}CapEff:\t0000000000000400\n"
    )
    (folder / "cgroup").write_text("1:name=systemd:/a.service\n0::/b\n")
    (folder / "stat").write_text(f"{pid} ({name}) {STAT}\n")
    (folder / "cmdline").write_bytes(cmdline)
    if user:
        (folder / "exe").symlink_to("/opt/x/run")
        (folder / "cwd").symlink_to("/srv/x")
    (folder / "ns" / "pid").symlink_to("pid:[1]")


@pytest.fixture(params=AWKS)
def table(request, tmp_path):
    """What is printed of the processes in a folder."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "awk").write_text(f'#!/bin/sh\nexec {request.param} "$@"\n')
    (tmp_path / "bin" / "awk").chmod(0o755)

    def ask(proc):
        command = Processes.command.replace("cd /proc", f"cd {proc}")
        script = f'PATH={tmp_path}/bin:$PATH\n{HOST_REDACT}\neval "$HIDING"\nzeros=1 q=q\n{command}'
        return subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout

    return ask


def test_a_process_is_read_whole_and_kernel_threads_are_left_out(table, tmp_path):
    proc = tmp_path / "proc"
    process(proc, 2, "kthreadd", b"", user=False)
    process(proc, 7, "a) S (b", b"/opt/x/run\0--db=x\0two\nlines\0")
    process(proc, 12, "curl", b"curl\0-u\0me:s3cret\0http://a\0")
    text = table(proc)
    assert "kthreadd" not in text
    assert "s3cret" not in text
    one, other = Processes().parse(text)
    assert (one.pid, one.ppid, one.uid, one.gid, one.comm) == (7, 1, 7, 8, "a) S (b")
    assert one.arguments == ("/opt/x/run", "--db=x", "two lines")
    assert (one.exe, one.cwd, one.cgroup, one.namespace) == ("/opt/x/run", "/srv/x", "/a.service", "pid:[1]")
    assert (one.rss_kib, one.own_kib, one.cpu_ticks, one.start_ticks, one.capabilities) == (100, 40, 33, 333, 0x400)
    assert (other.pid, other.arguments[:2], other.exe) == (12, ("curl", "-u"), "/opt/x/run")


def test_a_process_takes_little_of_the_answer(table, tmp_path):
    """Three thousand have to fit into what an answer may take at most."""
    proc = tmp_path / "proc"
    for pid in range(10, 260):
        process(proc, pid, "worker", b"/opt/x/run\0--number\0" + str(pid).encode() + b"\0")
    text = table(proc)
    assert len(Processes().parse(text)) == 250
    assert len(text) / 250 < 700
