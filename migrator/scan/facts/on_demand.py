import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.scan.fact import Fact
from migrator.scan.redact import redact_arguments
from migrator.scan.shell import blocks, sections
from migrator.scan.shells import MANAGER

__all__ = ["Door", "OnDemand"]

_LISTEN = re.compile(r"(\S+) \((Stream|Datagram)\)")
_PORT = re.compile(r"(?:.*:)?(\d{1,5})")
_SERVICE = re.compile(r" (\S+)\s+(\d+)/(tcp|udp)")
_SETTING = re.compile(r"\s*(\w+)\s*[+-]?=\s*(.*?)\s*")


@dataclass(frozen=True, slots=True)
class Door:
    """A place where something listens for a service, and starts it when the first client comes."""

    name: str
    opener: str
    """Who listens: `systemd socket`, `inetd` or `xinetd`."""
    file: str = ""
    unit: str = ""
    """The unit that systemd starts."""
    ports: tuple[tuple[str, int], ...] = ()
    """Protocol, `tcp` or `udp`, and port."""
    paths: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    """Redacted; empty where a unit has it."""
    user: str = ""


class OnDemand(Fact[tuple[Door, ...]]):
    """Services that run only while somebody uses them: sockets of systemd, and what inetd and xinetd start.

    No process shows them. Sources: systemd.socket(5), inetd.conf(5), xinetd.conf(5); ports of services by name stand in
    services(5), of which the named ones alone are read.
    """

    name = "on_demand"
    shell = MANAGER
    command = r"""
if [ "$said" ]; then
  echo '#sockets'; of socket | sed 's/^/ /'
fi
set --
for f in /etc/xinetd.d/*; do [ -f "$f" ] && [ -r "$f" ] && set -- "$@" "$f"; done
if [ "$#" -gt 0 ]; then
  echo '#xinetd'; awk '!/^[ \t]*#/ && /[^ \t]/ { print " " FILENAME ":" $0 }' "$@" | hide
fi
if [ -r /etc/inetd.conf ]; then
  echo '#inetd'; sed -n '/^[ \t]*[^# \t]/s/^/ /p' /etc/inetd.conf | hide
  set -- "$@" /etc/inetd.conf
fi
if [ "$#" -gt 0 ] && [ -r /etc/services ]; then
  echo '#services'; awk 'FILENAME != "/etc/services" { for (i = 1; i < 4; i++) want[$i] } FILENAME == "/etc/services" && $1 in want { print " " $1 " " $2 }' "$@" /etc/services
fi
true
"""

    def parse(self, text: str) -> tuple[Door, ...]:
        """Read the three lists; what is switched off is left out."""
        parts = sections(text)
        found = filter(None, map(_SERVICE.match, parts.get("services", [])))
        named = {(match[1], match[3]): int(match[2]) for match in found}
        shown = "\n".join(
            line[1:] for line in re.sub(r"(?m)^ $", "", text.partition("#sockets\n")[2].partition("\n#")[0]).split("\n")
        )
        return (*_sockets(shown), *_xinetd(parts.get("xinetd", []), named), *_inetd(parts.get("inetd", []), named))


def _sockets(text: str) -> Iterator[Door]:
    for block in blocks(text):
        if block.get("ActiveState") != "active":
            continue
        places = [match for line in block.get("Listen", "").split("\n") if (match := _LISTEN.fullmatch(line))]
        ports = [
            ("tcp" if match[2] == "Stream" else "udp", int(port[1]))
            for match in places
            if (port := _PORT.fullmatch(match[1])) and not match[1].startswith("/")
        ]
        paths = tuple(match[1] for match in places if match[1].startswith("/"))
        unit = (block.get("Triggers", "").split() or [""])[0]
        name = block["Id"].removesuffix(".socket")
        yield Door(name, "systemd socket", block.get("FragmentPath", ""), unit, tuple(dict.fromkeys(ports)), paths)


def _xinetd(lines: list[str], named: dict[tuple[str, str], int]) -> Iterator[Door]:
    said: dict[str, str] = {}
    for line in lines:
        file, _, text = line.strip().partition(":")
        if text.strip().startswith("service "):
            said = {"name": text.split()[1], "file": file}
        elif match := _SETTING.fullmatch(text):
            said[match[1]] = match[2]
        elif text.strip() == "}" and said.get("disable", "no") != "yes" and "server" in said:
            yield _xinetd_door(said, named)


def _xinetd_door(said: dict[str, str], named: dict[tuple[str, str], int]) -> Door:
    protocol = said.get("protocol", "udp" if said.get("socket_type") == "dgram" else "tcp")
    port = int(said["port"]) if said.get("port", "").isdecimal() else named.get((said["name"], protocol))
    words = redact_arguments((said["server"], *said.get("server_args", "").split()))
    ports = ((protocol, port),) if port else ()
    return Door(said["name"], "xinetd", said["file"], ports=ports, command=words, user=said.get("user", ""))


def _inetd(lines: list[str], named: dict[tuple[str, str], int]) -> Iterator[Door]:
    """`service type protocol wait user program arguments`, where the arguments begin with the program's own name."""
    for line in lines:
        name, _, protocol, _, user, program, *words = [*line.split(), "", "", "", "", "", ""]
        protocol = protocol.rstrip("6")
        port = int(name) if name.isdecimal() else named.get((name, protocol))
        if program.startswith("/") and port:
            command = redact_arguments((program, *filter(None, words[1:])))
            yield Door(
                name,
                "inetd",
                "/etc/inetd.conf",
                ports=((protocol, port),),
                command=command,
                user=user.split(".", maxsplit=1)[0],
            )
