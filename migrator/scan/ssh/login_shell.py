"""The command that an SSH server is asked for: a POSIX shell that reads the script from its standard input.

It means the same to any login shell, csh and fish too; lowest priority where the host has `nice`; root only where sudo
needs no password, and where not, why, in `MIGRATE_SUDO`.
"""

__all__ = ["shell_command"]

_SHELL = "/bin/sh -c 'n=; command -v nice >/dev/null 2>&1 && n=\"nice -n 19\"; {0}exec $n /bin/sh -s'"
_BECOME = (
    'if [ "$(id -u)" != 0 ]; then MIGRATE_SUDO=other; export MIGRATE_SUDO; '
    "s=$(LC_ALL=C sudo -n true 2>&1 </dev/null) && exec $n sudo -n /bin/sh -s; "
    "case $s in *assword*) s=password ;; *tty*) s=terminal ;; *llowed*|*sudoers*) s=rule ;; "
    '*"not found"*) s=absent ;; *) s=other ;; esac; '
    "MIGRATE_SUDO=$s; fi; "
)
"""Of what sudo says, one word goes on: the script tells it, and nothing that somebody wrote into sudo's messages.

A word is there from the start, for a `sudo` that says yes and makes nobody root. It means nothing where somebody is."""


def shell_command(*, become: bool) -> str:
    """The command line; with `become`, sudo is used where it asks nothing."""
    return _SHELL.format(_BECOME if become else "")
