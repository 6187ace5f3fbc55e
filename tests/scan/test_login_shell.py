"""Whatever sudo does, the script runs once, nobody is asked for a password, and no answer of sudo's is taken for one of the host's."""

import subprocess

import pytest

from migrator.scan.login_shell import shell_command

TRUE = 'if [ "$2" = true ]; then exit 0; fi'
SUDO = {
    "needs no password": (f'{TRUE}; shift; exec "$@"', "as root"),
    "asks for a password": ("echo 'sudo: a password is required' >&2; exit 1", "as a user"),
    "lectures": ("echo 'We trust you have received the usual lecture' >&2; exit 1", "as a user"),
    "wants a terminal": ("echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1", "as a user"),
    "does not know the account": (
        "echo 'scan is not in the sudoers file. This incident will be reported.' >&2; exit 1",
        "as a user",
    ),
    "is broken": ("echo 'sudo: /etc/sudo.conf is world writable' >&2; exit 1", "as a user"),
    "reads what is not its own": ("cat >/dev/null; exit 1", "as a user"),
    "floods": ("printf %400000s x >&2; exit 1", "as a user"),
    "is absent": (None, "as a user"),
    "hangs, and cannot be ended": ("trap '' INT TERM HUP; sleep 60", "as a user"),
    "talks without end": ("while :; do echo 'a password is required'; done", "as a user"),
}


WHY = {
    "asks for a password": "password",
    "lectures": "other",
    "wants a terminal": "terminal",
    "does not know the account": "rule",
    "is broken": "other",
    "reads what is not its own": "other",
    "is absent": "absent",
    "floods": "other",
    "needs no password": "other",
    "hangs, and cannot be ended": "late-2",
    "talks without end": "late-2",
}
"""What is passed on; it means nothing to whoever is root, which these programs make nobody."""


@pytest.mark.parametrize("kind", SUDO)
def test_whatever_sudo_does_the_script_runs_once(tmp_path, kind):
    behaviour, expected = SUDO[kind]
    for name, text in {"id": "echo 1000", "sudo": behaviour}.items():
        if text:
            asked = f'printf "%s\\n" "$*" >> {tmp_path}/asked\n' if name == "sudo" else ""
            (tmp_path / name).write_text(f"#!/bin/sh\n{asked}MIGRATE_TEST=root; export MIGRATE_TEST\n{text}\n")
            (tmp_path / name).chmod(0o755)
    for name in ("sh", "nice", "cat", "printf", "sleep"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    script = b'echo "as ${MIGRATE_TEST:-a user} $MIGRATE_SUDO"'
    done = subprocess.run(
        ["/bin/sh", "-c", shell_command(become=True, seconds=4)],
        input=script, capture_output=True, check=True, timeout=10, env={"PATH": str(tmp_path)},
    )  # fmt: skip
    assert (done.stdout.decode(), done.stderr) == (f"{expected} {WHY.get(kind, '')}\n", b"")
    asked = (tmp_path / "asked").read_text().splitlines() if behaviour else []
    assert all(line.startswith("-n ") for line in asked), "never asked in a way that could wait for a password"
    assert len(asked) <= 2
