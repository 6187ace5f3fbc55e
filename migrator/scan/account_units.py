"""Units of accounts' own systemd, from their files: what a manager would show, without asking it. Pure.

An account's manager runs from the start of the host where the account lingers. Sources: systemd.unit(5), loginctl(1).
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from migrator.scan.redact import redact_arguments

__all__ = ["AccountUnit", "Switched", "switched_on"]

_SPECIFIER = re.compile(r"%(.)")
_PREFIXES = "-@:+!|"
"""What may stand before a program in `ExecStart=` and before a file in `EnvironmentFile=`."""
_LISTS = frozenset({"OnCalendar", "ExecStart", "EnvironmentFile"})
"""Settings that gather values until an empty one takes all of them back; of others the last counts."""


@dataclass(frozen=True, slots=True)
class AccountUnit:
    """What a unit of an account starts, and as whom."""

    account: str
    fragment: str = ""
    command: tuple[str, ...] = ()
    """Redacted."""
    directory: str = ""
    environment_files: tuple[str, ...] = ()
    type: str = ""


@dataclass(frozen=True, slots=True)
class Switched:
    """A unit that is switched on for an account: its settings, and the unit of that name that it starts."""

    name: str
    fragment: str
    settings: Mapping[str, tuple[str, ...]]
    unit: str
    starts: AccountUnit


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    uid: str
    home: str
    links: tuple[str, ...]


def switched_on(found: Sequence[Mapping[str, str]]) -> Iterator[Switched]:
    """Every timer and path that a folder `….wants` of an account has a link to, or that of all accounts.

    A block is an account (`Id=@name.account`), or a file with the settings of it that left the host.
    """
    files = {block["Id"]: block for block in found if block["Id"].startswith("/")}
    for block in (block for block in found if block["Id"].startswith("@")):
        links = tuple(filter(None, block.get("Wants", "").split("\n")))
        account = _Account(
            block["Id"][1:].removesuffix(".account"), block.get("Uid", ""), block.get("Home", "").rstrip("/"), links
        )
        for name in sorted({link.rpartition("/")[2] for link in links}):
            if one := _switched(files, account, name):
                yield one


def _switched(files: Mapping[str, Mapping[str, str]], account: _Account, name: str) -> Switched | None:
    fragment = _fragment(files, account, name)
    if not fragment:
        return None
    settings = _settings(files, account, name, fragment)
    unit = (settings.get("Unit") or (f"{name.rpartition('.')[0]}.service",))[-1]
    return Switched(name, fragment, settings, unit, _started(files, account, unit))


def _started(files: Mapping[str, Mapping[str, str]], account: _Account, name: str) -> AccountUnit:
    fragment = _fragment(files, account, name)
    settings = _settings(files, account, name, fragment) if fragment else {}
    command = next((_words(line) for line in settings.get("ExecStart", ())), ())
    directory = (settings.get("WorkingDirectory") or (account.home,))[-1].lstrip("-")
    environment = (line.lstrip(_PREFIXES) for line in settings.get("EnvironmentFile", ()))
    return AccountUnit(
        account.name,
        fragment,
        redact_arguments(command),
        account.home if directory == "~" else directory,
        tuple(path for path in environment if path.startswith("/")),
        (settings.get("Type") or ("",))[-1],
    )


def _words(line: str) -> tuple[str, ...]:
    text = line.lstrip(_PREFIXES)
    try:
        return tuple(shlex.split(text))
    except ValueError:  # a quote that does not end
        return tuple(text.split())


def _folders(account: _Account) -> tuple[str, str]:
    """An account's own unit comes before that of all accounts."""
    return f"{account.home}/.config/systemd/user", "/etc/systemd/user"


def _names(name: str) -> tuple[str, ...]:
    """The unit's own file, then that of the template that it is an instance of."""
    stem, at, rest = name.partition("@")
    return (name, f"{stem}@.{rest.rpartition('.')[2]}") if at else (name,)


def _fragment(files: Mapping[str, object], account: _Account, name: str) -> str:
    places = (f"{folder}/{one}" for one in _names(name) for folder in _folders(account))
    return next((place for place in places if place in files), "")


def _settings(
    files: Mapping[str, Mapping[str, str]], account: _Account, name: str, fragment: str
) -> dict[str, tuple[str, ...]]:
    """What the unit's file says and what is dropped into it, by the names of these files."""
    dropped: dict[str, str] = {}
    for folder in reversed([f"{place}/{one}.d/" for one in _names(name) for place in _folders(account)]):
        dropped |= {path.removeprefix(folder): path for path in files if path.startswith(folder)}
    said: dict[str, list[str]] = {}
    for path in [fragment, *(dropped[file] for file in sorted(dropped))]:
        for key, value in chain.from_iterable(_lines(key, text) for key, text in files[path].items() if key != "Id"):
            said[key] = [*said.get(key, ()), value] if value and key in _LISTS else [value] if value else []
    return {key: tuple(_meant(account, name, value) for value in values) for key, values in said.items() if values}


def _lines(key: str, text: str) -> Iterator[tuple[str, str]]:
    """The host prints `-` for an empty value."""
    return ((key, "" if value.strip() == "-" else value.strip()) for value in text.split("\n"))


def _meant(account: _Account, name: str, text: str) -> str:
    """With what systemd puts in the place of its specifiers; one that is not known here stays."""
    stem = name.rpartition(".")[0]
    prefix, at, instance = stem.partition("@")
    meant = {
        "%": "%", "h": account.home, "u": account.name, "U": account.uid, "n": name, "N": stem, "p": prefix,
        "i": instance if at else "", "I": instance.replace("-", "/") if at else "", "t": f"/run/user/{account.uid}",
        "E": f"{account.home}/.config", "S": f"{account.home}/.config", "C": f"{account.home}/.cache",
        "j": prefix.rpartition("-")[2],
    }  # fmt: skip
    return _SPECIFIER.sub(lambda match: meant.get(match[1], match[0]), text)
