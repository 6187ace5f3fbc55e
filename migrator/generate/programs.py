"""What the command of an image needs, and whether anything that was observed brings it. Pure.

A package of the profile, a copied folder, or the system's own image bring a program. Which libraries an interpreter
loads is not asked of a host; those of a virtual environment are copied with it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from posixpath import basename
from typing import NamedTuple

from migrator.generate.workload import Workload
from migrator.model.services import ServiceProfile

__all__ = ["Unprovided", "is_in", "unprovided"]

_LANGUAGES = {
    "Python": (r"(?:python|pypy)[\d.]*", r"(?:python|pypy)[\d.]*-(?!minimal|venv|dev|pip|distutils|libs).+"),
    "Perl": (r"perl[\d.]*", r"lib.+-perl|perl-(?!base|modules|interpreter|libs).+"),
    "Ruby": (r"ruby[\d.]*", r"ruby[\d.]*-(?!dev|libs).+|rubygem-.+"),
    "PHP": (r"php(?:-fpm|-cgi)?[\d.]*", r"php[\d.]*-(?!fpm|cli|cgi|common|json|opcache|readline).+"),
}
"""Language -> names of its interpreters, and of packages of its libraries."""
_SUFFIXES = {"py": "Python", "pl": "Perl", "rb": "Ruby", "php": "PHP"}
_UNPACKAGED = ("/opt/", "/srv/", "/home/", "/usr/local/")
"""Where no package of a distribution puts anything."""
_SHELL = re.compile(r"(?:/usr)?(?:/bin/)?(?:ba|da|a)?sh")
_BASE = re.compile(
    r"awk|basename|cat|chgrp|chmod|chown|cp|cut|date|dd|df|dirname|du|echo|env|expr|false|find|grep|gunzip|gzip|head|id"
    r"|install|kill|link|ln|ls|mkdir|mkfifo|mktemp|mv|nice|nohup|od|paste|printenv|printf|pwd|readlink|realpath|rm|rmdir"
    r"|sed|seq|sleep|sort|split|stat|sync|tail|tar|tee|test|timeout|touch|tr|true|truncate|tty|uname|uniq|wc|xargs|zcat"
)
"""Programs that the image of any system has: POSIX's, and those of coreutils, grep, sed, gzip and tar."""


class Unprovided(NamedTuple):
    """What the image is not known to have."""

    program: str = ""
    """A program that it starts; empty where each one comes from somewhere."""
    language: str = ""
    """The language whose libraries were not observed; empty where they come with what is copied, or it has none."""


def unprovided(service: Workload, copies: Sequence[str]) -> Unprovided:
    """What of the command comes from nowhere. `copies` are the folders and files that get into the image."""
    first = service.first
    words = [part for word in service.command for part in word.split()]
    program = next((one for one in _programs(service, words) if not _comes(one, first, copies)), "")
    return Unprovided(program or _script(first, copies) or _language(first), _libraries(first, words, copies))


def is_in(path: str, folders: Iterable[str]) -> bool:
    """Whether a path is one of the folders, or below one."""
    return any(path == folder or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _programs(service: Workload, words: Sequence[str]) -> Iterator[str]:
    """What is started, and the file behind the link that names it: both have to be there."""
    yield from words[:1]
    if service.first.executable:
        yield service.first.executable


def _comes(program: str, profile: ServiceProfile, copies: Sequence[str]) -> bool:
    """A package that somebody has named for the service is believed to bring its program."""
    packaged = bool(profile.packages) and not program.startswith(_UNPACKAGED)
    return (
        packaged
        or is_in(program, copies)
        or _SHELL.fullmatch(program) is not None
        or _BASE.fullmatch(basename(program)) is not None
    )


def _script(profile: ServiceProfile, copies: Sequence[str]) -> str:
    """The script that an interpreter is given, where it is outside of packages and of what is copied."""
    if not _interprets(profile):
        return ""
    script = next((word for word in profile.command[1:] if not word.startswith("-")), "")
    return script if script.startswith(_UNPACKAGED) and not is_in(script, copies) else ""


def _interprets(profile: ServiceProfile) -> str:
    """The language of the interpreter that runs; empty where none does."""
    names = {basename(word) for word in (profile.executable, *profile.command[:1], profile.runtime.name)}
    return next((one for one, (names_of, _) in _LANGUAGES.items() if any(re.fullmatch(names_of, n) for n in names)), "")


def _language(profile: ServiceProfile) -> str:
    """An interpreter that a script of the shell goes on to: something that was read is written for it."""
    if profile.runtime.name not in {"shell", "command"}:
        return ""
    for path in profile.config:
        language = _SUFFIXES.get(path.rpartition(".")[2], "")
        if language and not any(re.match(_LANGUAGES[language][0], one) for one in profile.packages):
            return f"{language} (for {path})"
    return ""


def _libraries(profile: ServiceProfile, words: Iterable[str], copies: Sequence[str]) -> str:
    """An interpreter, or a program in a `bin` beside one, that is copied brings the libraries that it stands with."""
    language = _interprets(profile)
    if not language:
        return ""
    interpreter, libraries = _LANGUAGES[language]
    started = [
        profile.executable,
        *(one for one in words if re.fullmatch(interpreter, basename(one)) or "/bin/" in one),
    ]
    if any(is_in(one, copies) for one in started):
        return ""
    return "" if any(re.fullmatch(libraries, one.partition("=")[0]) for one in profile.packages) else language
