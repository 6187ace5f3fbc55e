"""Names that only the host's resolver knows: what is asked for, and which answers count."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.scan.facts.configuration import MENTIONS, Configuration
from migrator.scan.facts.network import Network, NetworkFacts
from migrator.scan.look import _with_looked_up_names
from migrator.scan.mentions import MentionKind
from migrator.scan.snapshot import Snapshot

AWKS = [awk for awk in (["awk"], ["mawk"], ["gawk"], ["busybox", "awk"]) if shutil.which(awk[0])]
ZONE = {
    "db.corp.test": "10.0.0.5        db.corp.test",
    "mq.corp.test": "10.0.0.6        rabbit.corp.test mq.corp.test",
    "shelf": "10.0.0.7        nas.corp.test shelf.corp.test",
    "old": "10.0.0.8        old.elsewhere.test",
    "known": "10.9.9.9        known",
    "six.corp.test": "2001:db8::5     six.corp.test",
}
TEXT = """db_url = postgres://u:p@db.corp.test/x
mq_host = mq.corp.test
mount = nfs://shelf/x
log_host = old
cache = known:6379
six = six.corp.test:80
self = localhost:80
ip = 10.1.1.1:80
"""


@pytest.fixture(params=AWKS, ids=" ".join)
def looked_up(request, tmp_path):
    """What comes of a text where the resolver knows `zone`; the names that it was asked for go to the second list."""

    def ask(text, zone, name="app.conf"):
        lines = "\n".join(f'{one}) echo "{answer}" ;;' for one, answer in zone.items())
        (tmp_path / "getent").write_text(
            f'echo "$@" >{tmp_path}/asked\nshift\nfor n in "$@"; do case $n in\n{lines}\n*) ;; esac; done\n'
        )
        (tmp_path / "hosts").write_text("127.0.0.1 localhost\n10.0.0.1 known other # mq.corp.test\n")
        (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\nsearch corp.test\n")
        (tmp_path / name).write_text(text)
        program = MENTIONS.replace('"/etc/hosts"', f'"{tmp_path}/hosts"').replace(
            '"/etc/resolv.conf"', f'"{tmp_path}/resolv.conf"'
        )
        done = subprocess.run(
            [*request.param, "-v", "q='", "-v", f"resolver=/bin/sh {tmp_path}/getent hosts", program, tmp_path / name],
            capture_output=True,
            text=True,
            check=True,
        )
        asked = tmp_path / "asked"
        words = asked.read_text().split()[1:] if asked.exists() else []
        return {m.host: m.path for m in Configuration().parse(done.stdout) if m.kind is MentionKind.NAME}, words

    return ask


def test_names_without_a_line_in_etc_hosts_are_asked_for_at_once_and_an_alias_counts(looked_up):
    found, asked = looked_up(TEXT, ZONE)
    assert found == {
        "db.corp.test": "10.0.0.5",
        "mq.corp.test": "10.0.0.6",
        "shelf": "10.0.0.7",
        "six.corp.test": "2001:db8::5",
    }
    assert sorted(asked[1:]) == ["db.corp.test", "mq.corp.test", "old", "shelf", "six.corp.test"]


def test_a_domain_that_has_an_answer_for_every_name_says_nothing(looked_up):
    wild = {"no-host-has-this-name": "10.0.0.9 no-host-has-this-name.corp.test", "mq": "10.0.0.9 mq.corp.test"}
    assert looked_up("url = amqp://mq/\nb = redis://shelf/\n", {**wild, "shelf": ZONE["shelf"]})[0] == {
        "shelf": "10.0.0.7"
    }


def test_words_in_a_program_are_no_names_unless_they_stand_in_a_url(looked_up):
    _, asked = looked_up("host = 'config.item'\nurl = 'http://mq.corp.test/'\n", ZONE, "app.py")
    assert asked[1:] == ["mq.corp.test"]


@pytest.mark.parametrize("line", ["vhost = shop", "server_name = shop", "transport = all"])
def test_a_setting_of_another_kind_names_nobody(looked_up, line):
    assert looked_up(f"{line}\n", ZONE)[1] == []


def test_a_part_of_the_configuration_is_no_machine(looked_up):
    text = "upstream desk {\n  server mq.corp.test:80;\n}\nproxy_pass http://desk/;\n"
    assert looked_up(text, ZONE)[1][1:] == ["mq.corp.test"]


def test_where_nothing_is_named_nobody_is_asked(looked_up):
    assert looked_up("x = 1\n", ZONE) == ({}, [])


@pytest.mark.parametrize("name", ["$(touch x)", "a;b", "-v", "a`b`", "a|b", "x" * 300])
def test_only_what_is_a_name_reaches_a_shell(looked_up, name):
    _, asked = looked_up(f"db_host = {name}\nurl = http://{name}/\nb = {name}:80\n", ZONE)
    assert all(word.strip("abxtouch") == "" or word == "no-host-has-this-name" for word in asked)


def test_etc_hosts_comes_before_the_resolver():
    mentions = Configuration().parse(
        " name /etc/resolv.conf:1:mq 10.0.0.6\n name /etc/resolv.conf:1:db 10.0.0.5\n name /etc/resolv.conf:1:x y\n"
    )
    network = Observed(NetworkFacts(("10.0.0.1",), {"mq": "10.0.0.3"}))
    before = Snapshot("a", "a", datetime.now(UTC), {"configuration": Observed(mentions), "network": network})
    after = _with_looked_up_names(before).value(Network, NetworkFacts())
    assert after == replace(network.value, names={"mq": "10.0.0.3", "db": "10.0.0.5"})
