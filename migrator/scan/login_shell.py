"""The command that a host is asked for: a POSIX shell that reads the script from its standard input.

It means the same to any login shell, csh and fish too; lowest priority where the host has `nice`; root only where sudo
needs no password and answers in time, and where not, why, in `MIGRATE_SUDO`.
"""

__all__ = ["posix_shell", "shell_command"]

_MOST_SUDO_SECONDS = 10
_SHELL = 'n=; command -v nice >/dev/null 2>&1 && n="nice -n 19"; {0}exec $n /bin/sh -s'
_NOT_TRIED = "MIGRATE_SUDO=untried; export MIGRATE_SUDO; "
_BECOME = (
    'if [ "$(id -u)" != 0 ]; then MIGRATE_SUDO=other; export MIGRATE_SUDO; '
    "s=$( ( ( sleep {0} & w=$!; "
    '( LC_ALL=C sudo -n true 2>&1; printf "\\nmigrate=%s\\n" $?; kill $w ) & p=$!; '
    'wait $w; printf "\\nmigrate=late\\n"; kill $p ) </dev/null 2>/dev/null & ) | '
    'while read -r l && printf "%s\\n" "$l" && [ "${{l#migrate=}}" = "$l" ]; do :; done ); '
    "case $s in *migrate=0) exec $n sudo -n /bin/sh -s ;; *migrate=late) s=late-{0} ;; "
    "*assword*) s=password ;; *tty*) s=terminal ;; *llowed*|*sudoers*) s=rule ;; "
    '*"not found"*) s=absent ;; *) s=other ;; esac; '
    "MIGRATE_SUDO=$s; fi; "
)
"""Of what sudo says, one word goes on: the script tells it, and nothing that somebody wrote into sudo's messages.

A word is there from the start, for a `sudo` that says yes and makes nobody root. It means nothing where somebody is.

A user cannot end what sudo has begun as root, so a sudo that hangs is left behind. It and a sleep write into one pipe,
which is read until the first of them has come to its end, and neither holds anything else of ours open."""


def posix_shell(*, become: bool, seconds: float) -> str:
    """What a POSIX shell is to do; with `become`, sudo is used where it asks nothing.

    It gets no more than half of the `seconds` that there are, and never many.
    """
    wait = max(1, min(_MOST_SUDO_SECONDS, int(seconds / 2)))
    return _SHELL.format(_BECOME.format(wait) if become else _NOT_TRIED)


def shell_command(*, become: bool, seconds: float) -> str:
    """The same as a command line, for a login shell that nobody knows."""
    return f"/bin/sh -c '{posix_shell(become=become, seconds=seconds)}'"
