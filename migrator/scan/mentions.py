"""What text says about connections, data and secrets: the reading of what the programs in `awk/` found on a host. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any

__all__ = ["Mention", "MentionKind", "mentions_in"]

_LINE = re.compile(r" (\w+) (/[^\n]*?):(\d+):(.*)")
_URL = re.compile(r"([a-z][a-z0-9+.:-]*)://(\[?[A-Za-z0-9][A-Za-z0-9._:-]*?\]?)(?::(\d{1,5}))?")
_AROUND = frozenset({"jdbc", "p6spy", "log4jdbc", "aws-wrapper", "otel", "tc", "proxy"})
_ADDRESS = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*):(\d{2,5})")
_SETTING = re.compile(r"([a-z0-9_. -]+?)[\"']?\s*(?:[=:]|\s)\s*[\"'\[]?([a-z0-9][a-z0-9._-]*)(?::(\d{1,5}))?")
_BLOCK = re.compile(r"(.*) in (\d+\.\d+)")
_PLACE = re.compile(r"/[\w./@+-]+")
_SECRET_KEY = re.compile(r"[a-z0-9_. -]{1,100}")


class MentionKind(StrEnum):
    """What kind of thing a configuration file mentions."""

    URL = "url"
    ADDRESS = "address"
    SETTING = "setting"
    UNIX = "unix"
    DATA = "data"
    CHECK = "check"
    SECTION = "section"
    VARIABLE = "variable"
    LISTEN = "listen"
    CERTIFICATE = "certificate"
    AFFINITY = "affinity"
    CLIENT = "client"
    FILE = "file"
    PROGRAM = "program"
    SECRET = "hidden"  # noqa: S105 - a kind, and none itself
    """A secret, of which the name alone is told. Not called by its name, so that no rule hides the line itself."""
    KEY = "key"
    KEPT = "kept"
    """A file that keeps passwords, and is named for that: `secrets file = /etc/rsyncd.secrets`."""
    FOLDER = "folder"
    """Where a program works, or whose pages it serves."""
    GROUP = "group"
    """The begin of a group of options, each for programs of its own: `[mysqld]`, `[client]`."""
    NAME = "name"
    """What the host's resolver has for a name that is mentioned, and that /etc/hosts has not: `mq 10.0.0.5`."""
    USES = "uses"
    """What a script uses that stands elsewhere: a variable that a file of settings sets, or a program with accounts."""
    DRIVER = "driver"
    """Which kind of database settings around it speak of: `adapter: mysql2`."""
    COPIED = "copied"
    """What a program copies from: the data of somebody else."""
    LINK = "link"
    """A place of data that is a link or below one, and where that leads."""
    ABSENT = "absent"
    """A place of data that settings name and that is not there."""
    SOURCE = "source"
    """A name for a database that a file of the host explains: a data source of ODBC, a service of PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place in a configuration file that names an endpoint, a data folder, a check or a variable, or holds a secret.

    `text` is the whole mention as it left the host; `host`, `port`, `scheme` and `path` are what it says.
    """

    kind: MentionKind
    file: str
    line: int
    text: str
    scheme: str = ""
    host: str = ""
    port: int | None = None
    path: str = ""
    key: str = ""
    block: str = ""
    """Where a host stands without a port, or a port without a host: the lines around that belong together."""


def mentions_in(text: str) -> tuple[Mention, ...]:
    """What `say` of `awk/say.awk` printed."""
    found: dict[tuple[MentionKind, str, int, str], Mention] = {}
    for mention in filter(None, map(_mention, text.split("\n"))):
        found.setdefault((mention.kind, mention.file, mention.line, mention.text), mention)
    return tuple(sorted(found.values(), key=lambda m: (m.file, m.line, m.kind, m.text)))


def _mention(line: str) -> Mention | None:
    match = _LINE.fullmatch(line)
    kind = _KINDS.get(match[1]) if match else None
    if not match or not kind:
        return None
    file, number = match[2], int(match[3])
    text, block = _with_block(match[4].strip())
    fields = _READERS[kind](text)
    return Mention(kind, file, number, text, **fields, block=block) if fields is not None else None


def _with_block(text: str) -> tuple[str, str]:
    """`port = 25 in 7.2`: the block that line 7 opens, at the second depth."""
    match = _BLOCK.fullmatch(text)
    return (match[1], match[2]) if match else (text, "")


def _url(text: str) -> dict[str, Any] | None:
    match = _URL.fullmatch(text)
    if not match:
        return None
    return {"scheme": _scheme(match[1].split(":")), "host": match[2].strip("[]"), "port": _port(match[3])}


def _scheme(parts: list[str]) -> str:
    """`jdbc:mysql:loadbalance` -> mysql, `jdbc:p6spy:oracle` -> oracle; else the last part."""
    known = [part for part in parts if part not in _AROUND]
    return (known or parts)[0 if parts[0] == "jdbc" else -1]


def _address(text: str) -> dict[str, Any] | None:
    match = _ADDRESS.fullmatch(text)
    port = _port(match[2]) if match else None
    return {"host": match[1], "port": port} if match and port else None


def _setting(text: str) -> dict[str, Any] | None:
    match = _SETTING.fullmatch(text)
    if not match:
        return None
    key, value = match[1], match[2]
    if key.lower().endswith("port"):
        port = _port(value)
        return {"key": key, "port": port} if port else None
    return {"key": key, "host": value, "port": _port(match[3])} if not value.isdecimal() else None


def _client(text: str) -> dict[str, Any] | None:
    """`psql db1 5432`; the port may be absent."""
    key, host, port, *_ = [*text.split(), "", "", ""]
    return {"key": key, "host": host, "port": _port(port)} if host else None


def _unix(text: str) -> dict[str, Any] | None:
    return {"path": text.removeprefix("unix:")}


def _data(text: str) -> dict[str, Any] | None:
    """`/srv/mysql of datadir`; the name of the setting is not always known."""
    path, _, key = text.partition(" of ")
    return {"path": path, "key": key}


def _link(text: str) -> dict[str, Any] | None:
    """`/var/lib/redis /srv/redis`: the link, and where it leads."""
    place, _, path = text.partition(" ")
    return {"key": place, "path": path} if _PLACE.fullmatch(path) and path != place else None


def _check(text: str) -> dict[str, Any] | None:
    return {"path": text[text.index("/") :]} if "/" in text else None


def _section(text: str) -> dict[str, Any] | None:
    kind, *name = text.split()
    return {"key": kind, "host": name[0]} if name else None


def _variable(text: str) -> dict[str, Any] | None:
    return {"key": text.removeprefix("export").strip().rstrip("=")}


def _listen(text: str) -> dict[str, Any] | None:
    if text.startswith("/"):
        return {"path": text}
    port = _port(text)
    return {"port": port} if port else None


def _secret(text: str) -> dict[str, Any] | None:
    return {"key": text} if _SECRET_KEY.fullmatch(text) else None


def _folder(text: str) -> dict[str, Any] | None:
    """`chdir /srv/shop`."""
    key, _, path = text.partition(" ")
    return {"key": key, "path": path.rstrip("/")} if path.startswith("/") else None


def _group(text: str) -> dict[str, Any] | None:
    return {"key": text}


def _name(text: str) -> dict[str, Any] | None:
    name, _, address = text.partition(" ")
    try:
        return {"host": name, "path": str(ip_address(address))}
    except ValueError:
        return None


def _affinity(text: str) -> dict[str, Any] | None:
    return {"key": " ".join(text.split())}


def _port(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 65536 else None  # noqa: PLR2004


_KINDS = {kind.value: kind for kind in MentionKind}
_READERS: dict[MentionKind, Callable[[str], dict[str, Any] | None]] = {
    MentionKind.URL: _url,
    MentionKind.ADDRESS: _address,
    MentionKind.SETTING: _setting,
    MentionKind.CLIENT: _client,
    MentionKind.FILE: _unix,
    MentionKind.PROGRAM: _unix,
    MentionKind.UNIX: _unix,
    MentionKind.COPIED: _unix,
    MentionKind.DATA: _data,
    MentionKind.DRIVER: _group,
    MentionKind.LINK: _link,
    MentionKind.ABSENT: _unix,
    MentionKind.CHECK: _check,
    MentionKind.SECTION: _section,
    MentionKind.VARIABLE: _variable,
    MentionKind.SECRET: _secret,
    MentionKind.LISTEN: _listen,
    MentionKind.CERTIFICATE: _unix,
    MentionKind.KEY: _unix,
    MentionKind.KEPT: _unix,
    MentionKind.FOLDER: _folder,
    MentionKind.GROUP: _group,
    MentionKind.USES: _group,
    MentionKind.NAME: _name,
    MentionKind.SOURCE: _section,
    MentionKind.AFFINITY: _affinity,
}
