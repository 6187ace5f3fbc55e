"""S-13: what a scan runs on a host writes nothing, connects to nobody but its resolver, signals nobody, and takes two seconds of a processor."""

import re
import resource
import shutil
import subprocess

import pytest

from migrator.scan.collect import script
from migrator.scan.facts import FACTS
from tests.hazards import canaries
from tests.hazards.made_host import MadeHost

WATCHED = (
    "open,openat,openat2,creat,truncate,ftruncate,unlink,unlinkat,rmdir,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "mknod,mknodat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,mount,umount2,"
    "kill,tkill,tgkill,ptrace,setns,unshare,reboot,sethostname,settimeofday,clock_settime,init_module,finit_module,delete_module,swapon,"
    "setrlimit,sched_setscheduler,connect,bind"
)
_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+|\?)")
_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND")
_LOCAL = re.compile(r"AF_UNIX|AF_NETLINK|htons\(53\)")
"""Within the host, or to the resolver that getent asks what its names mean."""
_OPENS = ("open", "openat", "openat2", "creat")
_OWN_CHILDREN = {"kill", "tkill", "tgkill"}
"""`timeout` ends what it started itself."""
# A call that this kind of processor does not have is passed by: strace takes `?name` for that.


def disturbing(trace: str) -> list[str]:
    """The calls that succeeded and could change something, or be noticed elsewhere."""
    started = {int(match) for match in re.findall(r"^(\d+) ", trace, re.MULTILINE)}
    found = []
    for line in trace.splitlines():
        match = _CALL.match(line)
        if match and match[3] not in {"-1", "?"} and not _harmless(match[1], match[2], started):
            found.append(line)
    return found


def _harmless(call: str, arguments: str, started: set[int]) -> bool:
    if call in _OPENS:
        return not _WRITING.search(arguments) or '"/dev/null"' in arguments or '"/dev/tty"' in arguments
    if call in _OWN_CHILDREN:
        return abs(int(arguments.split(",", maxsplit=1)[0])) in started | {0}
    if call in {"connect", "bind"}:
        return bool(_LOCAL.search(arguments))
    return call == "setrlimit"


@pytest.mark.parametrize(
    ("done", "seen"),
    [
        ("touch here", True),
        ("mkdir here", True),
        ("echo x > here", True),
        ("sleep 9 & kill $!", False),
        ("cat /etc/hostname >/dev/null; ls /", False),
        ("getent hosts no-host-has-this-name", False),
        ("bash -c ': </dev/udp/127.0.0.1/9'", True),
        ("touch here; chmod 600 here; rm here", True),
    ],
)
def test_the_look_sees_what_it_looks_for(tmp_path, done, seen):
    assert bool(disturbing(_traced(tmp_path, done))) is seen


def test_the_whole_script_disturbs_nothing(tmp_path):
    trace = _traced(tmp_path, script(FACTS, "0" * 32))
    assert trace.count("\n") > 500
    assert disturbing(trace) == []


def _traced(folder, text):
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("not installed: strace (apt-get install strace)")
    trace = folder / "trace"
    done = subprocess.run(
        [strace, "-f", "-qq", "-e", f"trace=?{WATCHED.replace(',', ',?')}", "-o", str(trace), "/bin/sh", "-s"],
        input=text.encode(),
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if not trace.exists() or b"ptrace" in done.stderr:
        pytest.skip(f"strace may not look here: {done.stderr.decode()[-200:]}")
    return trace.read_text(errors="replace")


def test_the_whole_script_takes_two_seconds_of_a_processor_at_most(tmp_path):
    """Of user and system time together, on a host with services in every place that is looked at. Priority is the lowest: `nice 19`."""
    host = MadeHost(tmp_path)
    canaries.furnish(host)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert host.run(script(FACTS, "0" * 32)).stdout.count(b" end ") == len(FACTS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.0
