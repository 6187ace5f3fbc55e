"""The command that an SSH server is asked for: a POSIX shell that reads the script from its standard input.

It means the same to any login shell, csh and fish too; lowest priority where the host has `nice`; root only where sudo
needs no password.
"""

__all__ = ["shell_command"]

_SHELL = "/bin/sh -c 'n=; command -v nice >/dev/null 2>&1 && n=\"nice -n 19\"; {0}exec $n /bin/sh -s'"
_BECOME = 'if [ "$(id -u)" != 0 ] && sudo -n true >/dev/null 2>&1 </dev/null; then exec $n sudo -n /bin/sh -s; fi; '


def shell_command(*, become: bool) -> str:
    """The command line; with `become`, sudo is used where it asks nothing."""
    return _SHELL.format(_BECOME if become else "")
