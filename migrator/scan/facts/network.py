import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.scan.fact import Fact
from migrator.scan.shell import sections
from migrator.scan.shells import SMALL

__all__ = ["Network", "NetworkFacts"]

_LEAF = re.compile(r"\|-- (\d+\.\d+\.\d+\.\d+)")


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Addresses of the host without loopback, and what it calls other machines."""

    addresses: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """Name in lower case -> IP address. From /etc/hosts, where the first line that names it wins, as in hosts(5); else what
    the host's resolver had for a name that its configuration mentions."""
    search: tuple[str, ...] = ()
    """Search domains of the resolver."""


class Network(Fact[NetworkFacts]):
    """Own addresses, /etc/hosts and the resolver's search domains.

    Sources: /proc/net/fib_trie (`host LOCAL` entries) and /proc/net/if_inet6, which need no tool and are the same on
    every kernel since 2.6.39; hosts(5); resolv.conf(5).
    """

    name = "network"
    shell = SMALL
    command = r"""
set --
for f in /proc/net/fib_trie /proc/net/if_inet6 /etc/hosts /etc/resolv.conf; do [ -r "$f" ] && set -- "$@" "$f"; done
awk 'FNR == 1 { n = FILENAME; part = n ~ /trie/ ? "fib" : n ~ /inet6/ ? "inet6" : n ~ /resolv/ ? "resolv" : "hosts"; print "#" part }
  part == "fib" { if (/\|-- /) leaf = $0; else if (/host LOCAL/) { print " " leaf; print " " $0 } next }
  part == "resolv" { if (sub(/^(search|domain)[ \t]+/, " ")) print; next }
  { sub(/#.*/, ""); print " " $0 }' "$@"
"""

    def parse(self, text: str) -> NetworkFacts:
        """Read the four sections; lines that are no addresses are skipped."""
        parts = sections(text)
        found = [*_local_ipv4(parts.get("fib", [])), *_ipv6(parts.get("inet6", []))]
        search = [word for line in parts.get("resolv", []) for word in line.split()]
        return NetworkFacts(tuple(dict.fromkeys(found)), _names(parts.get("hosts", [])), tuple(dict.fromkeys(search)))


def _local_ipv4(lines: list[str]) -> list[str]:
    """`|-- 10.0.0.1` followed by `/32 host LOCAL` is an address of this host (kernel: net/ipv4/fib_trie.c)."""
    found, leaf = [], ""
    for line in lines:
        if match := _LEAF.search(line):
            leaf = match[1]
        elif "host LOCAL" in line and leaf and not leaf.startswith("127."):
            found.append(leaf)
    return found


def _ipv6(lines: list[str]) -> list[str]:
    found = []
    for line in lines:
        word = (line.split() or [""])[0]
        if re.fullmatch(r"[0-9a-f]{32}", word):
            address = ipaddress.IPv6Address(int(word, 16))
            if not address.is_loopback and not address.is_link_local:
                found.append(str(address))
    return found


def _names(lines: list[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for line in lines:
        address, *words = line.split() or [""]
        try:
            plain = str(ipaddress.ip_address(address))
        except ValueError:
            continue
        for word in words:
            names.setdefault(word.lower(), plain)
    return names
