"""The sudo rule for a scan that sees everything, as a file for an administrator to read and install."""

import re

from migrator.errors import MigrateError

__all__ = ["sudo_rule"]

_ACCOUNT = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def sudo_rule(account: str) -> str:
    """The text of a file for /etc/sudoers.d. Raises MigrateError for what is no account's name. Source: sudoers(5)."""
    if not _ACCOUNT.fullmatch(account):
        raise MigrateError(f"{account!r} is no name of an account")
    return f"""# What `migrate scan` needs to see the processes, files and sockets of every user. Install with
#   visudo -cf FILE && install -m 440 FILE /etc/sudoers.d/zz-migrate-scan
# Of several rules for an account the last one counts, and files are read in the order of their names: hence `zz-`.
#
# The scan feeds one script to this shell, which only reads: `migrate scan --show-commands` prints it. Be aware that
# whoever may feed a root shell may do anything: keep this account's key apart, and let authorized_keys(5) bind it
# to the machine that scans (from="..."). sudo logs each call as it does every other. To keep what was fed as well, add
#   Defaults!MIGRATE_SCAN log_input
# with which sudo itself writes files on the host, below /var/log/sudo-io, at every scan.
# Without this rule the scan runs as a plain user, and says for each host and service what it could not see.
Cmnd_Alias MIGRATE_SCAN = /bin/sh -s, /usr/bin/sh -s, /bin/true "", /usr/bin/true ""
Defaults:{account} !requiretty
{account} ALL=(root) NOPASSWD: MIGRATE_SCAN
"""
