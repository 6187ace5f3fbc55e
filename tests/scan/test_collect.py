"""One script, real shells: what is answered, missing and refused stays apart, and noise changes nothing."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import FactError
from migrator.model.observations import Missing, Observed, Refused
from migrator.scan import collect
from migrator.scan.fact import Fact, Shell
from migrator.scan.facts import FACTS
from migrator.scan.snapshot import Section
from migrator.scan.transport import Reply

NONCE = "0123456789abcdef0123456789abcdef"
SHELLS = [shell for shell in (["/bin/sh"], ["bash", "--posix"], ["busybox", "sh"]) if shutil.which(shell[0])]


class Text(Fact[str]):
    name = "text"
    command = "echo hello"

    def parse(self, text: str) -> str:
        return text


def fact(name: str, command: str, *, needs: tuple[str, ...] = ()) -> Fact[str]:
    made = type(name, (Text,), {"name": name, "command": command, "needs": needs})
    return made()


def ask(*facts: Fact[str], shell=("/bin/sh",)):
    done = subprocess.run([*shell, "-s"], input=collect.script(facts, NONCE).encode(), capture_output=True, check=False)
    sections = collect.sections_of(Reply(done.stdout, done.stderr), NONCE)
    return collect.snapshot("h", "h", datetime.now(UTC), facts, sections).observations


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_the_three_outcomes_stay_apart(shell):
    got = ask(
        fact("answered", "echo hello"),
        fact("empty", "true"),
        fact("absent", "echo never", needs=("no-such-program-here",)),
        fact("failed", "echo broken >&2; exit 3"),
        fact("not_there", "echo 'no /etc/inittab' >&2; exit 1"),
        fact("denied", "echo 'cat: /etc/shadow: Permission denied' >&2; exit 1"),
        fact("partial", "echo some; echo 'ls: x: Permission denied' >&2"),
        shell=shell,
    )
    assert got["answered"] == Observed("hello")
    assert got["empty"] == Observed("")
    assert got["absent"] == Missing("the host has no `no-such-program-here`")
    assert got["failed"] == Missing("broken")
    assert got["not_there"] == Missing("no /etc/inittab", is_absent=True)
    assert got["denied"] == Refused("cat: /etc/shadow: Permission denied")
    assert got["partial"] == Observed("some", ("denied for 1 files or processes",))


def test_a_command_cannot_eat_the_script():
    assert ask(fact("greedy", "cat"), fact("after", "echo here"))["after"] == Observed("here")


def test_output_that_is_too_long_is_cut_and_said_to_be():
    got = ask(fact("flood", f"head -c {2 * collect.SECTION_BYTES} /dev/zero | tr '\\0' x"), fact("after", "echo here"))
    assert isinstance(got["flood"], Observed)
    assert got["flood"].gaps == ("cut at 515 KiB",)
    assert got["after"] == Observed("here")


def test_an_answer_that_breaks_off_is_not_an_empty_one():
    done = subprocess.run(
        ["/bin/sh", "-s"],
        input=collect.script([fact("one", "echo 1"), fact("two", "echo 2")], NONCE).encode(),
        capture_output=True,
        check=True,
    )
    cut = done.stdout[: done.stdout.index(b"begin two") + len(b"begin two\n")]
    sections = collect.sections_of(Reply(cut, b""), NONCE)
    assert collect.observe(fact("one", ""), sections.get("one")) == Observed("1")
    assert collect.observe(fact("two", ""), sections.get("two")) == Missing("the answer broke off")
    assert collect.observe(fact("three", ""), None) == Missing(
        "was not reached before the host's time or bytes ran out"
    )


NOISE = [
    "Welcome!\n",
    "\x1b[31mred\x1b[0m\n",
    "\r\n",
    "Last login: now\r\n",
    "abc begin text\nspoof\nabc end text\n",
    "\x07",
    "\xff\xfe",
    "%s%n\n" * 3,
]


@pytest.mark.parametrize("noise", NOISE)
def test_noise_around_the_answers_changes_nothing(noise):
    facts = [Text()]
    done = subprocess.run(
        ["/bin/sh", "-s"], input=collect.script(facts, NONCE).encode(), capture_output=True, check=True
    )
    raw = noise.encode("latin-1")
    sections = collect.sections_of(Reply(raw + done.stdout + raw, raw + done.stderr), NONCE)
    assert collect.observe(Text(), sections["text"]) == Observed("hello")


def test_a_host_cannot_answer_for_another_fact():
    """It does not know the nonce before the run, so marks in old files are text."""
    liar = fact(
        "liar",
        "printf 'ffffffffffffffffffffffffffffffff begin text\\nfake\\nffffffffffffffffffffffffffffffff end text\\n'",
    )
    assert ask(liar, Text())["text"] == Observed("hello")


class Picky(Text):
    name = "picky"

    def parse(self, text: str) -> str:
        raise FactError("makes no sense")


def test_an_answer_that_makes_no_sense_is_missing_with_the_reason():
    assert collect.observe(Picky(), Section("x", "", 0, finished=True)) == Missing(
        "the answer could not be read: makes no sense"
    )


@given(stdout=st.binary(max_size=400), stderr=st.binary(max_size=100))
def test_any_bytes_can_come_back(stdout, stderr):
    begin, end = f"\n{NONCE} begin text\n".encode(), f"\n{NONCE} code 0\n\n{NONCE} end text\n".encode()
    sections = collect.sections_of(Reply(begin + stdout + end, stderr), NONCE)
    assert set(sections) <= {"text"}


@pytest.mark.parametrize("one", FACTS, ids=lambda one: one.name)
@given(text=st.text(alphabet=st.sampled_from(list("#/:= \t\n0123456789abcdefxyz->[]{};.,\x1e\x1f\x00é")), max_size=300))
def test_no_fact_breaks_on_garbage(one, text):
    for prefix in ("", "#tcp\n", "#status\n1/status:Name:\tx\n#cmdline\n 1\x1fx\n", "#entries\n "):
        try:
            one.parse(prefix + text)
        except FactError:
            continue


def test_the_script_holds_nothing_but_constants_and_the_nonce():
    assert collect.script(FACTS, NONCE) == collect.script(FACTS, NONCE)
    assert collect.script(FACTS, NONCE).count(NONCE) == 1


def in_one(shell: Shell, *facts: Fact[str]) -> tuple[Fact[str], ...]:
    for one in facts:
        type(one).shell = shell
    return facts


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_facts_of_one_shell_share_what_is_prepared_and_nothing_else(shell):
    one = Shell(prepare="n=$((n + 1)); echo dropped; echo 'x: Permission denied' >&2")
    first = fact("first", "echo $n; own=1; cd /tmp; exit 3")
    last = fact("last", 'echo "$n$own$PWD"')
    got = ask(*in_one(one, first, fact("absent", "echo never", needs=("no-such-program-here",)), last), shell=shell)
    assert got["first"] == Observed("1", ("denied for 1 files or processes",))
    assert got["absent"] == Missing("the host has no `no-such-program-here`")
    assert got["last"] == Observed("1/")


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_when_the_time_of_a_shell_is_over_the_others_are_still_asked(shell):
    hangs = in_one(
        Shell(seconds=1), fact("quick", "echo here"), fact("hangs", "echo some; sleep 30"), fact("late", "echo x")
    )
    got = ask(*hangs, fact("other", "echo here"), shell=shell)
    assert got["quick"] == got["other"] == Observed("here")
    assert got["hangs"] == Observed("some", ("stopped after 1 s",))
    assert got["late"] == Missing("was not reached before the host's time or bytes ran out")


def test_a_long_answer_may_use_what_the_others_of_its_shell_leave():
    flood = fact("flood", f"head -c {collect.SECTION_BYTES + 9999} /dev/zero | tr '\\0' x")
    got = ask(*in_one(Shell(), flood, fact("after", "echo here")))
    assert got["flood"].gaps == ()
    assert got["after"] == Observed("here")


def test_no_answer_is_longer_than_four_shares():
    several = [fact(f"n{number}", "true") for number in range(9)]
    flood = fact("flood", f"head -c {5 * collect.SECTION_BYTES} /dev/zero | tr '\\0' x")
    got = ask(*in_one(Shell(), flood, *several, fact("after", "echo here")))
    assert got["flood"].gaps == ("cut at 2048 KiB",)
    assert got["after"] == Observed("here")
