"""Who executes the pages that a web server serves: the server itself, or the manager that it hands them to. Pure."""

import re
from collections.abc import Iterable

from migrator.model.services import Evidence
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.file_times import FileTimes
from migrator.scan.facts.processes import Process
from migrator.scan.facts.sockets import Listener
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import home_of, is_served, work_root
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import package_of

__all__ = [
    "WEB_ROOT",
    "executes_pages",
    "hands_on",
    "homes_with_pages",
    "is_page",
    "pages_in_process",
    "pages_of_others",
    "pages_sent_to",
    "settings_of",
]

WEB_ROOT = "/var/www"
"""Where distributions keep pages."""
_PAGE = (".php", ".php5", ".phtml", ".inc")
_IN_PROCESS = r"libapache2-mod-php[\d.]*|mod_php\w*|ea-apache24-mod_php\w*"
"""Packages by which Apache executes PHP itself."""
_MANAGER = re.compile(r".*/(?:[^/]*(?:php|fpm)[^/]*|php[^/]*/[^/]+)\.sock")
_HANDED_TO = frozenset({"fcgi", "fastcgi"})
_PROGRAMS = re.compile(r"php-cgi[\d.]*|php-fcgi")
_PACKAGED = re.compile(r"/(?:usr/share|var/lib)/([^/]+)/")
"""Where packages put applications that are made of pages."""


def hands_on(snapshot: Snapshot, mentions: Iterable[Mention]) -> bool:
    """Whether a web server sends pages to a manager by FastCGI and has nothing to execute them with itself."""
    said = (m for m in mentions if m.file.startswith("/etc/"))
    sent = any(m.scheme in _HANDED_TO or (m.kind is MentionKind.UNIX and _MANAGER.fullmatch(m.path)) for m in said)
    return sent and not package_of(snapshot, _IN_PROCESS).name


def is_page(file: str) -> bool:
    """Whether a file is one of those that are executed for who asks for them."""
    return file.endswith(_PAGE)


def pages_of_others(snapshot: Snapshot) -> frozenset[str]:
    """Files of applications that are made of pages, which the web server in front of them only hands on."""
    files = {m.file for m in snapshot.value(Configuration, ()) if not m.file.startswith("/etc/")}
    made = {root for file in files if is_page(file) and (root := work_root(file))}
    return frozenset(file for file in files if file.startswith(tuple(f"{root}/" for root in made)))


def executes_pages(processes: Iterable[Process]) -> bool:
    """Whether a web server has processes of its own for PHP."""
    return any(_PROGRAMS.fullmatch(process.program) for process in processes)


def pages_in_process(snapshot: Snapshot, runtime: str, mentions: Iterable[Mention]) -> list[str]:
    """Folders of the pages that Apache executes itself by a module, where such pages are known."""
    if runtime != "apache" or not package_of(snapshot, _IN_PROCESS).name:
        return []
    return [path for path in _served(mentions) if _has_pages(snapshot, path)]


def pages_sent_to(
    snapshot: Snapshot, listeners: Iterable[tuple[Listener, Evidence]], sockets: Iterable[tuple[str, Evidence]]
) -> list[str]:
    """Folders whose pages web servers of the host send to one of these sockets: those of the sites that name it.

    Where what names it is no site, it is for all that name no manager of their own.
    """
    ports, paths = {one.port for one, _ in listeners}, {_in_run(path) for path, _ in sockets}
    said = [m for m in snapshot.value(Configuration, ()) if m.file.startswith("/etc/")]
    naming = {m.file for m in said if _in_run(m.path) in paths or _leads_to(m, ports)}
    found = _served(m for m in said if m.file in naming)
    if found or not any(map(_is_handler, naming)):
        return found
    managed = {m.file for m in said if m.scheme in _HANDED_TO or _MANAGER.fullmatch(m.path)}
    left = _served(m for m in said if m.file not in managed)
    return [path for path in left if _has_pages(snapshot, path)]


def homes_with_pages(snapshot: Snapshot, processes: Iterable[Process]) -> list[str]:
    """Homes of accounts in which pages stand: each pool of a manager works for one."""
    homes = (home_of(snapshot, uid) for uid in sorted({process.uid for process in processes}))
    return [home for home in homes if work_root(home) and _has_pages(snapshot, home)]


def settings_of(snapshot: Snapshot, folders: Iterable[str]) -> frozenset[str]:
    """Settings of applications of the distribution, whose pages stand below /usr/share/NAME or /var/lib/NAME."""
    places = tuple(f"/etc/{match[1]}/" for folder in folders if (match := _PACKAGED.match(f"{folder}/")))
    known = {*(m.file for m in snapshot.value(Configuration, ())), *snapshot.denied(Configuration)} if places else ()
    return frozenset(file for file in known if is_page(file) and file.startswith(places))


def _served(mentions: Iterable[Mention]) -> list[str]:
    return list(dict.fromkeys(m.path for m in mentions if is_served(m)))


def _has_pages(snapshot: Snapshot, folder: str) -> bool:
    """Whether pages are known in the application that a folder is of, or in its settings where that is a package's."""
    root = work_root(folder)
    if not root or _PACKAGED.match(f"{folder}/"):
        return bool(settings_of(snapshot, [folder]))
    files = {*(m.file for m in snapshot.value(Configuration, ())), *snapshot.value(FileTimes, {})}
    return any(is_page(file) and file.startswith(f"{root}/") for file in files)


def _is_handler(file: str) -> bool:
    """Whether a file of Apache is for all sites."""
    return re.match(r"/etc/(?:apache2/(?:conf|mods)-[^/]+|httpd/conf(?:\.d)?)/|/etc/apache2/conf\.d/", file) is not None


def _leads_to(mention: Mention, ports: set[int]) -> bool:
    here = mention.host in {"localhost", "127.0.0.1"}
    return mention.port in ports and here and mention.kind in {MentionKind.URL, MentionKind.ADDRESS}


def _in_run(path: str) -> str:
    return path.removeprefix("/var") if path.startswith("/var/run/") else path
