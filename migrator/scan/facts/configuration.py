import re
import shlex
from dataclasses import replace

from migrator.model.secret_forms import CLIENTS, FOREIGN, HARMLESS_KEYS, PLACES, foreign_form
from migrator.scan.awk import ENDPOINTS, program
from migrator.scan.fact import Fact
from migrator.scan.mentions import Mention, MentionKind, mentions_in
from migrator.scan.shells import FILES

__all__ = ["MENTIONS", "Configuration"]

_SHORT = 5
"""Up to this length a foreign word for a password is the begin of others (`hasLocation`), and counts by itself alone."""


def _forms() -> str:
    """What of the forms of secrets the program looks for: clients by a word of their name, the name, and what follows it."""
    rows = [(word, name, f"[ `]({before}){value}") for words, name, before, value in CLIENTS if value for word in words]
    sets = [
        f'client_word[{i}] = "{word}"\nclient[{i}] = "{_in_awk(name)}"\nclient_value[{i}] = "{_in_awk(value)}"'
        for i, (word, name, value) in enumerate(rows, 1)
    ]
    foreign = "|".join(foreign_form(word) for word in FOREIGN if len(word) > _SHORT)
    short = "|".join(("mdp", *(word for word in FOREIGN if len(word) <= _SHORT)))
    words = (f'harmless = "{HARMLESS_KEYS}"', f'foreign = "({foreign})"', f'short = "({short})"')
    known = (f"clients_known = {len(rows)}", *words, f'place = "{_in_awk(PLACES)}"')
    return "\n".join(("BEGIN {", *sets, *known, "}"))


def _in_awk(form: str) -> str:
    """A regular expression as a string of awk, where single quotes are `q`; mawk has no bounds."""
    plain = re.sub(r"\{(\d),\d+\}", lambda bound: "*" if bound[1] == "0" else "+", form)
    return plain.replace('"', '\\"').replace("'", '" q "').replace("~", "").replace("`", "\\t")


_PARTS = ("examples", "secrets", "keys", "elements", "paths", "blocks", "languages", "tunnels", "uses", "configuration")
MENTIONS = f"{_forms()}\n{program(*ENDPOINTS, *_PARTS)}"
"""The program of awk that reads a file on the host. It prints what is on the allow-list of `Configuration`, and no more."""


class Configuration(Fact[tuple[Mention, ...]]):
    """What configuration says about upstreams, data folders, health checks and variables.

    An allow-list works on the host: only URLs without user, path and query, `name:port` pairs, settings whose key speaks of
    hosts, servers, addresses, brokers or ports, the host and port that a client program is called with, paths of programs
    that are started and of files that are read in turn, ports and paths that are listened on, socket paths, data folders, checks, paths of certificates, rules that pin a client
    to one server, and *names* of variables ever leave it, of those that a script uses only what a file of settings sets. Lines
    that speak of users or passwords yield URLs and host settings only, and the *name* under which a secret stands there. Of a file without an extension, or of one that is called after secrets and has no extension of settings (`sasl_passwd`), only the names of its secrets are told, because it may be any text; of an example (`.env.example`) only hosts, and those only where the file beside it may not be read; `.env`, `.profile`, a `Procfile` and their like are settings. A file
    without an extension below /etc is read where a file that is read names it and it is no script, and of what looks like accounts with
    passwords in it only the place is told. Lines with control characters are data and say nothing. What is a socket is told
    by the kernel's own list. Of places of data that are named it is told which are not there, and where links lead. Of an account's password files and private keys the path alone is told. Comments are skipped. Bounded in depth, size of
    files and length of lines.
    """

    name = "configuration"
    shell = FILES
    command = f"""
for f in $(chosen k); do echo " kept ${{f%/*}}:1:$f"; done
set -- $(readable s)
[ "$#" -eq 0 ] || for f in $(grep -l -e '-----BEGIN [A-Z ]*PRIVATE KEY-----' "$@" /dev/null); do echo " key ${{f%/*}}:1:$f"; done
set -- $(readable ce)
[ "$#" -eq 0 ] || awk -v q="'" -v look=1 -v resolver="${{GETENT:-}}" {shlex.quote(MENTIONS)} "$@"
"""

    def parse(self, text: str) -> tuple[Mention, ...]:
        """Read the mentions, in the order of file and line. What does not have the form of its kind is dropped."""
        return tuple(_in_place(mention) for mention in mentions_in(text))


def _in_place(mention: Mention) -> Mention:
    """A file that is nothing but a secret is told under its folder: its own name (`.pgpass:1:`) looks like one."""
    whole = mention.kind in {MentionKind.KEY, MentionKind.KEPT} and mention.path.rpartition("/")[0] == mention.file
    return replace(mention, file=mention.path) if whole else mention
