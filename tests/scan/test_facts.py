"""Reading of answers: captured forms in, values out. Where a form is particular to a release, the case says which."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from migrator.scan.collect import observe
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.crontabs import Crontabs
from migrator.scan.facts.descriptors import Descriptors
from migrator.scan.facts.environment import Environment
from migrator.scan.facts.file_times import FileTimes
from migrator.scan.facts.machine import Machine
from migrator.scan.facts.mounts import Mounts, RemoteMount
from migrator.scan.facts.network import Network
from migrator.scan.facts.os_release import OsRelease
from migrator.scan.facts.packages import Packages
from migrator.scan.facts.processes import Processes
from migrator.scan.facts.sockets import Sockets, SocketsFacts, UnixListener
from migrator.scan.facts.timers import Timers
from migrator.scan.facts.units import Units
from migrator.scan.facts.users import Users
from migrator.scan.mentions import MentionKind
from migrator.scan.snapshot import Section


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ('#/etc/os-release\nID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11"\n', ("debian", "11")),
        ("#/etc/os-release\nNAME=Fedora\nID=fedora\nVERSION_ID=39\n", ("fedora", "39")),
        ("#/etc/redhat-release\nCentOS release 6.10 (Final)\n", ("centos", "6.10")),
        ("#/etc/redhat-release\nRed Hat Enterprise Linux Server release 7.9 (Maipo)", ("rhel", "7.9")),
        ("#/etc/debian_version\n6.0.10\n", ("debian", "6.0.10")),
    ],
)
def test_os_release_of_new_and_old_hosts(text, want):
    got = OsRelease().parse(text)
    assert (got.id, got.version) == want


def test_machine_leaves_unknown_what_is_no_number():
    got = Machine().parse(
        "uid 0\nhostname a b\nkernel Linux 2.6.32 x86_64\nuptime 12.5 3\nmemory MemTotal: 2048 kB\ncpus 0\n"
    )
    assert (got.uid, got.hostname, got.uptime_s, got.memory_mib, got.cpus) == (
        0,
        "a b",
        12.5,
        2,
        None,
    )


TCP = "   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 12345 1 0000000000000000 100 0 0 10 0"
MAPPED = (
    "   1: 0000000000000000FFFF00000B004D0A:1F90 0000000000000000FFFF00000A004D0A:BC48 01 "
    "00000000:00000000 02:000003E8 00000000   998        0 777 2 0 20 4 30 10 -1"
)


def test_sockets_are_normal_whatever_family_the_kernel_lists_them_under():
    got = Sockets().parse(
        f"#tcp\n{TCP}\n#tcp6\n{MAPPED}\n#udp\n#unix\n 00000000: 00000002 00000000 00010000 0001 01 55 /run/a b.sock\n"
    )
    (listener,) = got.listeners
    assert (listener.protocol, listener.address, listener.port, listener.uid, listener.inode) == (
        "tcp",
        "*",
        8080,
        998,
        12345,
    )
    (connection,) = got.connections
    assert (connection.address, connection.port, connection.peer, connection.peer_port) == (
        "10.77.0.11",
        8080,
        "10.77.0.10",
        48200,
    )
    assert got.unix == (UnixListener("/run/a b.sock", 55),)


SS = {
    "iproute2 6.1": (
        "Netid State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process\n"
        "tcp   LISTEN     0      128          0.0.0.0:9102       0.0.0.0:*    uid:993 ino:3322015 sk:1813 cgroup:/system.slice/quote@b.service <->\n"
        "tcp   ESTAB      0      0      127.0.0.1:45999 127.0.0.1:40862 ino:0 sk:1814 cgroup:/system.slice/quote@b.service <->\n"
        "tcp   ESTAB      0      0      10.0.0.5:40862  10.0.0.7:6432  timer:(keepalive,12sec,0) uid:33 ino:77 sk:1815 cgroup:/user.slice/u.service <->\n"
    ),
    "iproute2 5.10": (
        'tcp   LISTEN  0  128  *:80  *:*  users:(("x",pid=1,fd=3)) ino:3322015 sk:3 cgroup:/system.slice/quote@b.service v6only:0 <->\n'
        "tcp   ESTAB   0  0    10.0.0.5:40862  10.0.0.7:6432  uid:33 ino:77 sk:4 cgroup:/user.slice/u.service <->\n"
    ),
}
"""What differing versions print; before 5.9 there is no `cgroup:`."""


def asked_as_a_plain_user(command, ss):
    """The command's answer with an `ss` that prints this."""
    plain = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    if plain and not shutil.which("setpriv"):
        pytest.skip("root, and no setpriv to be a plain user with")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "ss").write_text(f"#!/bin/sh\ncat <<'END'\n{ss}END\n")
        (folder / "ss").chmod(0o755)
        environment = {"PATH": f"{folder}:/usr/bin:/bin:/usr/sbin:/sbin"}
        return subprocess.run(
            [*plain, "/bin/sh", "-c", command], check=False, capture_output=True, text=True, env=environment
        ).stdout


@pytest.mark.parametrize("version", SS)
def test_the_control_group_of_a_socket_is_asked_for_where_its_process_is_not_visible(version):
    got = Sockets().parse(asked_as_a_plain_user(Sockets.command, SS[version]))
    assert got.groups == {3322015: "/system.slice/quote@b.service", 77: "/user.slice/u.service"}
    assert got.group_of(77) == "/user.slice/u.service"


def test_an_ss_that_knows_no_groups_costs_nothing():
    old = "tcp LISTEN 0 128 *:80 *:* uid:1 ino:77 sk:3 <->\ntcp ESTAB 0 0 1.1.1.1:5 1.1.1.2:6 ino:78 sk:4 cgroup:unreachable:1a3f <->\n"
    assert Sockets().parse(asked_as_a_plain_user(Sockets.command, old)).groups == {}


@pytest.mark.parametrize("group", ["/", "/init.scope"])
def test_a_socket_that_init_opened_tells_nothing_of_who_has_it(group):
    assert SocketsFacts(groups={5: group}).group_of(5) == ""


def test_descriptors_tell_sockets_and_written_files():
    got = Descriptors().parse(
        "12/fd:\nlrwx------ 1 root root 64 Jan  1 00:00 3 -> socket:[99]\n"
        "l-wx------ 1 root root 64 Jan  1 00:00 4 -> /var/lib/x/data file\nl-wx------ 1 r r 64 Jan 1 00:00 5 -> /dev/null\n"
        "lrwx------ 1 r r 64 Jan 1 00:00 6 -> /tmp/gone (deleted)\n13/fd:\nlrwx------ 1 r r 64 Jan 1 00:00 3 -> socket:[99]\n"
    )
    assert got.owners == {99: (12, 13)}
    assert got.written == {12: ("/var/lib/x/data file",)}


def test_processes_join_what_several_files_say():
    text = (
        "#status\n7/status:Name:\tnode /opt/notif\n7/status:PPid:\t1\n7/status:Uid:\t1000\t1000\t1000\t1000\n7/status:Gid:\t100\t1\n"
        "7/status:VmRSS:\t  2048 kB\n8/status:Name:\tkthreadd\n8/status:PPid:\t2\n"
        "#stat\n 7 (node /opt/no) tif) S 1 7 7 0 -1 4194560 1 0 0 0 30 20 0 0 20 0 1 0 500 1 1\n"
        "#cgroup\n7/cgroup:1:name=systemd:/system.slice/pm2.service\n7/cgroup:0::/other\n"
        "#links\n lrwxrwxrwx 1 a a 0 Jan 1 00:00 7/exe -> /usr/bin/node\n lrwxrwxrwx 1 a a 0 Jan 1 00:00 7/cwd -> /opt/my app\n"
        "#cmdline\n 7\x1fnode\x1f/opt/notify/server.js\x1f--token\x1fhunter2\x1f\n"
    )
    (got,) = Processes().parse(text)
    assert (got.pid, got.ppid, got.uid, got.gid, got.rss_kib, got.cpu_ticks, got.start_ticks) == (
        7,
        1,
        1000,
        100,
        2048,
        50,
        500,
    )
    assert (got.exe, got.cwd, got.cgroup, got.program) == (
        "/usr/bin/node",
        "/opt/my app",
        "/system.slice/pm2.service",
        "node",
    )
    assert got.arguments == ("node", "/opt/notify/server.js", "--token", "***")


def test_environment_holds_names_only():
    got = Environment().parse("\x1e7\nDB_PASSWORD\nHOME\n\x1e8\n")
    assert got == {7: ("DB_PASSWORD", "HOME")}


@pytest.mark.parametrize("reads_all", [True, False], ids=["root", "a plain user"])
def test_times_that_a_user_may_not_see_are_a_gap(tmp_path, reads_all):
    file = tmp_path / "a.conf"
    file.touch()
    script = f"chosen() {{ echo {file}; }}; {FileTimes.command.replace('/proc/1/environ', '/proc/self/environ' if reads_all else '/nothing')}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    found = observe(FileTimes(), Section(done.stdout, done.stderr, done.returncode, finished=True))
    assert str(file) in found.value
    assert bool(found.gaps) is not reads_all


def test_units_of_systemd_219_and_252():
    text = (
        "Id=old.service\nLoadState=loaded\nActiveState=active\nType=simple\nMainPID=5\nMemoryLimit=18446744073709551615\n"
        "ExecStart={ path=/usr/bin/x ; argv[]=/usr/bin/x --password hunter2 -v ; ignore_errors=no ; start_time=[n/a] }\n"
        "EnvironmentFile=/etc/sysconfig/old (ignore_errors=yes)\nControlGroup=/system.slice/old.service\n\n"
        "Id=new.service\nLoadState=loaded\nActiveState=inactive\nMainPID=0\nMemoryMax=536870912\nEnvironmentFiles=/etc/a.env (ignore_errors=no)\n"
        "EnvironmentFiles=/etc/b.env (ignore_errors=no)\n\nId=gone.service\nLoadState=not-found\n"
    )
    old, new = Units().parse(text)
    assert (old.name, old.active, old.main_pid, old.memory_max_mib) == ("old.service", True, 5, None)
    assert old.command == ("/usr/bin/x", "--password", "***", "-v")
    assert old.environment_files == ("/etc/sysconfig/old",)
    assert (new.memory_max_mib, new.environment_files) == (512, ("/etc/a.env", "/etc/b.env"))


def test_timers():
    (got,) = Timers().parse(
        "Id=report.timer\nUnit=report.service\nActiveState=active\nFragmentPath=/etc/systemd/system/report.timer\n"
        "TimersCalendar={ OnCalendar=*-*-* 03:30:00 ; next_elapse=Tue 2026-11-24 }\n"
        "TimersCalendar={ OnCalendar=*-*-* 15:30:00 ; next_elapse=Tue 2026-11-24 }\n"
        "TimersMonotonic={ OnBootUSec=2min ; next_elapse=0 }\n"
    )
    assert (got.unit, got.calendars, got.active) == ("report.service", ("*-*-* 03:30:00", "*-*-* 15:30:00"), True)
    assert got.monotonic == ("OnBootUSec=2min",)


def test_crontabs_know_the_user_field_and_packaged_files():
    got = Crontabs().parse(
        "#packaged\n /etc/cron.d/php\n#entries\n /etc/cron.d/php:3:09,39 * * * * root [ -x /usr/lib/php/x ] && /usr/lib/php/x\n"
        " /etc/cron.d/app:1:SHELL=/bin/sh\n /etc/cron.d/app:2:*/2 * * * * billing /opt/run.sh --password=hunter2\n"
        " /var/spool/cron/crontabs/jsmith:1:@reboot screen -dmS fx /home/jsmith/fx.py\n /etc/cron.d/app:9:no schedule at all here\n"
    )
    assert [(e.file, e.schedule, e.user, e.packaged) for e in got] == [
        ("/etc/cron.d/app", "*/2 * * * *", "billing", False),
        ("/etc/cron.d/php", "09,39 * * * *", "root", True),
        ("/var/spool/cron/crontabs/jsmith", "@reboot", "jsmith", False),
    ]
    assert got[0].command == "/opt/run.sh --password=***"


def test_packages_of_three_managers():
    assert Packages().parse("#dpkg\n nginx\t1.22.1-9\tinstall ok installed\n") == {"nginx": "1.22.1-9"}
    assert Packages().parse("#rpm\n httpd\t2.4.6-97.el7\t\n") == {"httpd": "2.4.6-97.el7"}
    assert Packages().parse("#apk\n busybox\t1.36.1-r2\n") == {"busybox": "1.36.1-r2"}


def test_users_never_hold_a_hash_and_the_first_of_a_uid_wins():
    got = Users().parse("#passwd\n root:0:0:/root:/bin/sh\n toor:0:0:/root:/bin/csh\n broken\n#group\n adm:4\n")
    assert (got.name(0), got.name(77), got.groups) == ("root", "77", {4: "adm"})


def test_network_reads_the_kernels_trie_and_the_first_name_wins():
    text = (
        "#fib\n      +-- 10.77.0.0/24 2 0 2\n         |-- 10.77.0.11\n            /32 host LOCAL\n         |-- 10.77.0.255\n"
        "            /32 link BROADCAST\n         |-- 127.0.0.1\n            /32 host LOCAL\n#inet6\n"
        " fe80000000000000021122fffe334455 02 40 20 80 eth0\n fd000000000000000000000000000001 02 40 00 80 eth0\n"
        "#hosts\n 10.77.0.30 db01.corp db01\n 10.77.0.99 DB01\n nonsense line\n#resolv\n corp.example lab\n"
    )
    got = Network().parse(text)
    assert got.addresses == ("10.77.0.11", "fd00::1")
    assert got.names["db01"] == "10.77.0.30"
    assert got.search == ("corp.example", "lab")


def test_mounts_join_df_and_fstab_without_options():
    mounts, remote = Mounts().parse(
        "#fstab\n nas01:/export/a /mnt/a nfs\n //win/share /mnt/w cifs\n /dev/sda1 / ext4\n#mounts\n /dev/sda1 / ext4\n proc /proc proc\n"
        " /dev/vg-data /srv/my\\040data xfs\n#df\n Filesystem 1024-blocks Used Available Capacity Mounted on\n"
        " /dev/sda1 1048576 524288 1 50% /\n /dev/vg-data 4194304 2097152 1 50% /srv/my data\n"
    )
    assert [(m.path, m.used_mib, m.size_mib) for m in mounts] == [("/", 512, 1024), ("/srv/my data", 2048, 4096)]
    assert remote == (RemoteMount("nas01", "/export/a", "/mnt/a", "nfs"), RemoteMount("win", "share", "/mnt/w", "cifs"))


def test_configuration_mentions():
    got = Configuration().parse(
        " url /etc/a.env:1:jdbc:postgresql://db01:5432\n address /etc/h.cfg:9:web01.corp:8000\n setting /o/s.ini:2:host = db01\n"
        " setting /o/s.ini:3:port = 5432\n unix /etc/n.conf:1:unix:/run/a.sock\n check /etc/h.cfg:8:httpchk GET /health\n"
        " section /etc/h.cfg:7:backend orders\n variable /etc/a.env:4:export DB_URL=\n nonsense\n url /etc/x:1:http://bad host\n"
    )
    assert [(m.kind, m.host, m.port, m.path, m.key) for m in got] == [
        (MentionKind.URL, "db01", 5432, "", ""),
        (MentionKind.VARIABLE, "", None, "", "DB_URL"),
        (MentionKind.SECTION, "orders", None, "", "backend"),
        (MentionKind.CHECK, "", None, "/health", ""),
        (MentionKind.ADDRESS, "web01.corp", 8000, "", ""),
        (MentionKind.UNIX, "", None, "/run/a.sock", ""),
        (MentionKind.SETTING, "db01", None, "", "host"),
        (MentionKind.SETTING, "", 5432, "", "port"),
    ]


def test_why_sudo_was_of_no_use_is_told_of_those_who_are_not_root():
    assert Machine().parse("uid 1000\nsudo password\n").sudo.startswith("sudo asks for a password")
    assert Machine().parse("uid 1000\nsudo late-10\n").sudo.startswith("sudo did not answer within 10 s: ")
    assert Machine().parse("uid 0\nsudo other\n").sudo == ""
