"""Who executes the pages that a web server serves: the server itself, or the manager that it hands them to. Pure."""

import re
from collections.abc import Iterable, Iterator

from migrator.model.services import Evidence
from migrator.scan.facts.configuration import Configuration
from migrator.scan.facts.sockets import Listener
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.ownership import work_root
from migrator.scan.snapshot import Snapshot
from migrator.scan.version import package_of

__all__ = ["WEB_ROOT", "hands_on", "is_page", "page_folders", "pages_of_others"]

WEB_ROOT = "/var/www"
"""Where distributions keep pages."""
_PAGE = (".php", ".php5", ".phtml", ".inc")
_IN_PROCESS = r"libapache2-mod-php[\d.]*|mod_php\w*|ea-apache24-mod_php\w*"
"""Packages by which Apache executes PHP itself."""
_MANAGER = re.compile(r".*/(?:[^/]*(?:php|fpm)[^/]*|php[^/]*/[^/]+)\.sock")
_HANDED_TO = frozenset({"fcgi", "fastcgi"})


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


def page_folders(
    snapshot: Snapshot, listeners: Iterable[tuple[Listener, Evidence]], sockets: Iterable[tuple[str, Evidence]]
) -> Iterator[str]:
    """Folders whose pages web servers of the host send to one of these sockets: those of the sites that name it."""
    ports, paths = {one.port for one, _ in listeners}, {_in_run(path) for path, _ in sockets}
    said = [m for m in snapshot.value(Configuration, ()) if m.file.startswith("/etc/")]
    sites = {m.file for m in said if _in_run(m.path) in paths or _leads_to(m, ports)}
    for one in said:
        pages = one.kind is MentionKind.FOLDER and one.key.endswith("root")
        if one.file in sites and pages and (root := work_root(one.path)):
            yield root


def _leads_to(mention: Mention, ports: set[int]) -> bool:
    here = mention.host in {"localhost", "127.0.0.1"}
    return mention.port in ports and here and mention.kind in {MentionKind.URL, MentionKind.ADDRESS}


def _in_run(path: str) -> str:
    return path.removeprefix("/var") if path.startswith("/var/run/") else path
