"""How far a host's clock is from ours, by what it said when it was asked and when we asked. Pure.

The script says the host's time first and last. Between our own two looks at the clock lie a login and the script, which
may take a minute; what the host says at its end bounds the difference from one side, what it says first from the
other. So how long a scan takes is never taken for a clock that is slow.
"""

import re
from datetime import datetime

from migrator.scan.transport import Reply

__all__ = ["ASK_CLOCK", "CLOCK_REFUSED_S", "CLOCK_TOLERANCE_S", "clock_offset"]

CLOCK_TOLERANCE_S = 5.0
"""Seconds from which a person is told."""
CLOCK_REFUSED_S = 60.0
"""Seconds from which a mesh takes certificates for not yet valid, or for expired."""
ASK_CLOCK = r"""printf '\n%s clock ' "$N"; date +%s"""
"""A line of the script: the host's time, whole seconds since 1970. Source: date(1) of GNU and busybox."""


def clock_offset(reply: Reply, nonce: str, *, began: datetime, ended: datetime) -> float | None:
    """Seconds that the host's clock is ahead, the middle of what is possible, or nearer to the script's end.

    Before the script lies a login, which may well take ten seconds; behind it lies no more than an answer's way.

    None where the host did not say, and where a clock that is right cannot be told from one that people must mend.
    """
    mark = rf"(?:^|\n){re.escape(nonce)} clock (\d{{1,18}})(?=\n)".encode()
    said = [int(seconds) for seconds in re.findall(mark, reply.stdout)]
    if not said:
        return None
    least, most = said[-1] - ended.timestamp(), said[0] + 1 - began.timestamp()
    may_be_right = least <= CLOCK_TOLERANCE_S and most >= -CLOCK_TOLERANCE_S
    if may_be_right and most - least > 2 * CLOCK_TOLERANCE_S:
        return None
    return round(min((least + most) / 2, least + 1), 1)
