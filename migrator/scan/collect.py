"""Facts to one script, and what came back to a snapshot. Pure: the nonce, the time and the reply are arguments.

The script needs one round trip and writes nothing on the host. Each answer stands between two lines that begin with
a nonce of 128 random bits, on standard output and on standard error, so that neither a message of the day nor
anything else that a host prints can be taken for an answer to another question.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from migrator.errors import FactError
from migrator.model.login import Login
from migrator.model.observations import Missing, Observation, Observed, Refused
from migrator.scan.clock import ASK_CLOCK
from migrator.scan.fact import Fact, Shell
from migrator.scan.redact import HOST_REDACT
from migrator.scan.shell import SCAN_MARK
from migrator.scan.snapshot import Section, Snapshot
from migrator.scan.transport import Reply

__all__ = ["SECTION_BYTES", "observe", "script", "sections_of", "snapshot", "together"]

SECTION_BYTES = 512 * 1024
"""What one answer may take on average of those that share a shell: a long one may use what the others leave."""
_MOST_BYTES = 4 * SECTION_BYTES
_MARKS = 4096
"""More than the marks of all answers of one shell."""
_DENIED = re.compile(
    r"(?i)permission denied|operation not permitted|insufficient permissions|must be root|access denied"
)
_DENIED_FILE = re.compile(r"(?<![\w/])(/[^'\"\n:]{1,150}?)['\"]?: Permission denied")
_ABSENT = re.compile(r"no /\S+")
"""What a command says that ends because the file it reads is not there."""
_MOST_NAMES = 6
_MOST_DENIED = 1000
_PRELUDE = r"""
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin; LC_ALL=C; LANG=C; MIGRATE_PID=$$
export PATH LC_ALL LANG MIGRATE_PID
unset ENV BASH_ENV CDPATH GREP_OPTIONS
cd /
T=
if timeout 5 true MARK >/dev/null 2>&1; then T=timeout; elif timeout -t 5 true MARK >/dev/null 2>&1; then T="timeout -t"; fi
GETENT=; if [ "$T" ] && command -v getent >/dev/null 2>&1; then GETENT="RES_OPTIONS=timeout:1 $T 3 getent hosts"; fi
ASK='hide() { REDACT=$REDACT awk -v suspect="${SUSPECT:?}" "$HIDE"; }
ask() {
  printf "\n%s begin %s\n" "$N" "$1"; printf "\n%s begin %s\n" "$N" "$1" >&2
  l=; for l in $2; do command -v "$l" >/dev/null 2>&1 || break; l=; done
  if [ "$l" ]; then printf "\n%s lacks %s\n" "$N" "$l"
  else
    [ "$ready" ] || { ready=1; prepare >/dev/null; }
    (trap '\''printf "\n%s code %s\n" "$N" "$?"'\'' 0; "ask_$1"; exit)
  fi
  printf "\n%s end %s\n" "$N" "$1"; printf "\n%s end %s\n" "$N" "$1" >&2
}
ready='
run() {
  { printf '%s\n' "N=$N GETENT='$GETENT'" "$HIDING" "$ASK" "$3" | ${T:+$T $1} /bin/sh -c 'P=$(cat); exec </dev/null; eval "$P"' MARK ||
    printf '\n%s code %s\n' "$N" "$?"; } | head -c "$2"
}
"""


def script(facts: Sequence[Fact[Any]], nonce: str) -> str:
    """Join the facts' commands into one POSIX script.

    Nothing but the facts' own constant text and the nonce goes into it: no value from an inventory or a host.
    """
    prelude = _PRELUDE.replace("MARK", SCAN_MARK)
    return "\n".join([f"N={nonce}", prelude, ASK_CLOCK, HOST_REDACT, *_shells(facts), ASK_CLOCK, "exit 0", ""])


def _shells(facts: Sequence[Fact[Any]]) -> Iterator[str]:
    """One line of the script for each shell that answers one question or several."""
    for shell, asked in together(facts):
        functions = [
            f"prepare() {{\n{shell.prepare}\n}}",
            *(f"ask_{fact.name}() {{\n{fact.command}\n}}" for fact in asked),
        ]
        asks = [f"ask {fact.name} {shlex.quote(' '.join(fact.needs))}" for fact in asked]
        program = "\n".join([*functions, *asks, "exit 0"])
        yield f"run {shell.seconds} {len(asked) * SECTION_BYTES + _MARKS} {shlex.quote(program)}"


def together(facts: Sequence[Fact[Any]]) -> Iterator[tuple[Shell, list[Fact[Any]]]]:
    """The facts in the order in which they are asked, by the shell that answers them."""
    for shell, asked in groupby(facts, key=lambda fact: fact.shell or fact):
        yield (shell if isinstance(shell, Shell) else Shell()), list(asked)


def sections_of(reply: Reply, nonce: str) -> dict[str, Section]:
    """Cut a reply into the answers. Text outside the marks is ignored; bytes that are not UTF-8 are escaped in hex."""
    errors = {name: text for name, text, _ in _between(_text(reply.stderr), nonce)}
    return {
        name: _section(text, errors.get(name, ""), nonce, ended=ended)
        for name, text, ended in _between(_text(reply.stdout), nonce)
    }


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").replace("\x00", "")


def _between(text: str, nonce: str) -> Iterator[tuple[str, str, bool]]:
    """Yield name, text and whether the end mark was there."""
    for piece in f"\n{text}".split(f"\n{nonce} begin ")[1:]:
        name, newline, rest = piece.partition("\n")
        body, mark, _ = rest.partition(f"\n{nonce} end {name}\n")
        if newline and name.isidentifier():
            yield name, body, bool(mark)


def _section(text: str, stderr: str, nonce: str, *, ended: bool) -> Section:
    if len(text) > _MOST_BYTES:
        return Section(text[:_MOST_BYTES], stderr.strip("\n"), finished=True)
    text = f"\n{text}"
    match = re.search(rf"\n{re.escape(nonce)} (code|lacks) (\S+)(?:\n|\Z)", text)
    if not match:
        return Section(text.strip("\n"), stderr.strip("\n"), finished=ended)
    body = text[: match.start()].strip("\n")
    if match[1] == "lacks":
        return Section(lacks=match[2], finished=ended)
    return Section(body, stderr.strip("\n"), int(match[2]) if match[2].isdecimal() else None, finished=ended)


def observe(fact: Fact[Any], section: Section | None) -> Observation[Any]:
    """Judge one answer: observed with its gaps, missing or refused. A broken answer is never taken for an empty one."""
    if section is None:
        return Missing("was not reached before the host's time or bytes ran out")
    if section.lacks:
        return Missing(f"the host has no `{section.lacks}`", is_absent=section.lacks in fact.is_of)
    denied = sum(1 for line in section.stderr.split("\n") if _DENIED.search(line))
    if not section.stdout.strip() and (denied or section.code != 0):
        return _unanswered(section, denied)
    try:
        value = fact.parse(section.stdout)
    except FactError as error:
        return Refused(f"{denied} times denied") if denied else Missing(f"the answer could not be read: {error}")
    names = _denied_files(section.stderr) if denied else ()
    return Observed(value, tuple(_gaps(section, denied, names, (fact.shell or Shell()).seconds)), names)


def _unanswered(section: Section, denied: int) -> Missing | Refused:
    if denied:
        return Refused(_first_line(section.stderr))
    if section.code is None:
        return Missing("the answer broke off")
    said = _first_line(section.stderr)
    return Missing(said or f"the command ended with {section.code}", is_absent=bool(_ABSENT.fullmatch(said)))


def _gaps(section: Section, denied: int, names: Sequence[str], seconds: int) -> Iterator[str]:
    if section.code is None:
        size = len(section.stdout)
        yield f"cut at {size // 1024} KiB" if section.finished or size > SECTION_BYTES else "the answer broke off"
    elif section.code in (124, 143):
        yield f"stopped after {seconds} s"
    if denied:
        shown = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        yield f"denied for {denied} files or processes" + (f": {shown}" if names else "")


def _denied_files(stderr: str) -> tuple[str, ...]:
    """Which files could not be read; what is in /proc is a process and has no name worth telling."""
    found = (_DENIED_FILE.search(line) for line in stderr.split("\n"))
    names = sorted({match[1] for match in found if match and not match[1].startswith("/proc/")})
    return tuple(names[:_MOST_DENIED])


def _first_line(text: str) -> str:
    return next((line.strip()[:200] for line in text.split("\n") if line.strip()), "")


def snapshot(
    host: str,
    address: str,
    taken_at: datetime,
    facts: Sequence[Fact[Any]],
    sections: Mapping[str, Section],
    *,
    error: str = "",
    recording: bool = False,
    login: Login | None = None,
    clock_offset_s: float | None = None,
) -> Snapshot:
    """Read all answers of one host."""
    observations = {
        fact.name: Missing("is not in the recording")
        if recording and fact.name not in sections
        else observe(fact, sections.get(fact.name))
        for fact in facts
        if fact.name in sections or not (recording and fact.deep)
    }
    return Snapshot(host, address, taken_at, observations, error, recording, login, clock_offset_s)
