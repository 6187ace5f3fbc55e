"""What a line of a crontab or a unit starts, behind everything that only stands before it. Pure.

`cd /opt/x && flock -n /run/x.lock nice -n 19 ./run.sh >>log 2>&1` starts `/opt/x/run.sh`. A line is taken apart as a
shell would do it, as far as that goes without running it. Sources: sh(1) and the manual page of each program here.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import basename, join, normpath

from migrator.scan.copies import sources_of
from migrator.scan.interpreters import SHELL, interpreter_of, runtime_of_file, script_in

__all__ = ["Started", "started", "to_shell"]

_MOST = 4000
"""Characters of a line that are looked at: a host may hold any text."""
_DEPTH = 5
"""How many shells within shells are looked into."""
_SYSTEM = ("/bin/", "/sbin/", "/lib/", "/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/")
_PUNCTUATION = frozenset("();<>|&")
_KEYWORD = re.compile(r"if|then|elif|else|fi|while|until|do|done|esac|[!{}]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_PATH_GIVEN = re.compile(r"(?:^|[\s;&(])([A-Za-z_]\w*)=[\"']?(/[\w./-]+)[\"']?(?=[\s;&)]|$)")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}$]*))?\}|(\w+))")
_HOME = re.compile(r"(?<![^\s=:;&|(])~(?=/|\s|$)")
_RUN_HERE = re.compile(r"-[a-z]*c|--command")
_FOR_ANOTHER = frozenset({"su", "runuser", "sg", "script"})
_GUARD = re.compile(r"cd|pushd|test|\[{1,2}|\.|source")
"""What they name is looked at, or gone to, and not worked on."""
_AROUND = re.compile(
    r"export|set|unset|umask|ulimit|shopt|trap|wait|read|shift|return|exit|for|case|sleep|echo|printf|true|false|:|which|"
    rf"type|hash|mkdir|touch|cat|date|logger|mailx?|{_GUARD.pattern}"
)
"""They surround the work of a line, and are it only where there is nothing else."""


@dataclass(frozen=True, slots=True)
class _Wrapper:
    """A program that starts another."""

    options: str = ""
    """Options that have a word of their own as value."""
    words: int = 0
    """How many words of its own stand before the other program."""


_WRAPPERS: Mapping[str, _Wrapper] = {
    **dict.fromkeys(
        [
            "exec",
            "command",
            "builtin",
            "nohup",
            "setsid",
            "chronic",
            "cronic",
            "cronlock",
            "run-one",
            "run-this-one",
            "keep-one-running",
            "unbuffer",
            "fghack",
            "pgrphack",
            "torsocks",
            "proxychains",
            "proxychains4",
            "lockrun",
            "busybox",
            "nocache",
            "eatmydata",
            "dbus-run-session",
        ],
        _Wrapper("-a --lockfile"),
    ),
    "env": _Wrapper("-u --unset -C --chdir"),
    "sudo": _Wrapper("-u --user -g --group -U -p -C -h --host -r -t -T -D --chdir -R"),
    "doas": _Wrapper("-u -C"),
    "runuser": _Wrapper("-u --user -g --group -G"),
    "gosu": _Wrapper(words=1),
    "su-exec": _Wrapper(words=1),
    "setpriv": _Wrapper("--reuid --regid --groups --inh-caps --bounding-set"),
    "flock": _Wrapper("-w --wait --timeout -E --conflict-exit-code", words=1),
    "setlock": _Wrapper(words=1),
    "lckdo": _Wrapper("-W -E", words=1),
    "with-lock-ex": _Wrapper(words=1),
    "timeout": _Wrapper("-k --kill-after -s --signal", words=1),
    "nice": _Wrapper("-n --adjustment"),
    "ionice": _Wrapper("-c --class -n --classdata"),
    "chrt": _Wrapper("-T -P -D", words=1),
    "taskset": _Wrapper(words=1),
    "cpulimit": _Wrapper("-l --limit -e -p -c"),
    "time": _Wrapper("-f --format -o --output"),
    "stdbuf": _Wrapper("-i -o -e --input --output --error"),
    "systemd-cat": _Wrapper("-t --identifier -p --priority"),
    "systemd-run": _Wrapper("-u --unit -p --property -E --setenv --uid --gid --slice --description -M --machine"),
    "systemd-inhibit": _Wrapper(),
    "chpst": _Wrapper("-u -U -b -e -d -m -o -p -f -c -t -r -l -L -n -/"),
    "envdir": _Wrapper(words=1),
    "setuidgid": _Wrapper(words=1),
    "envuidgid": _Wrapper(words=1),
    "softlimit": _Wrapper("-a -c -d -f -l -m -o -p -r -s -t"),
    "faketime": _Wrapper(words=1),
    "xvfb-run": _Wrapper("-e -f -n -p -s -w --server-args --server-num"),
    "bundle": _Wrapper(words=1),
    "poetry": _Wrapper(words=1),
    "pipenv": _Wrapper(words=1),
    "scl": _Wrapper(words=2),
}


@dataclass(frozen=True, slots=True)
class Started:
    """The program that does the work of a line, and what else the line says."""

    program: str
    """Its path where that is known, else its name; of an interpreter, what it is given to run."""
    runtime: str = "command"
    text: str = ""
    """The whole line, with the values of variables that are known."""
    works_on: str = ""
    """What programs are given and write, and the folders that they work in: no locks, no conditions, no programs."""
    copies: str = ""
    """What programs are given to copy from."""
    sourced: tuple[str, ...] = ()
    """Files that the shell reads first."""
    files: tuple[str, ...] = ()
    """What the shell writes to and reads from itself: files, and no folders."""


@dataclass(frozen=True, slots=True)
class _Simple:
    """One program with its words, without what stands before it."""

    words: tuple[str, ...]
    targets: tuple[str, ...] = ()
    """Files that what it says is written to, or that it reads."""
    piped: bool = False
    """It reads what another one says."""
    folder: str = ""
    """Where it runs; empty where that is not known."""

    @property
    def name(self) -> str:
        """What it is called, without its folder."""
        return basename(self.words[0])


def to_shell(command: str) -> str:
    r"""What cron gives to the shell: the command up to the first `%`, with `\%` for one. Source: crontab(5)."""
    return re.split(r"(?<!\\)%", command, maxsplit=1)[0].replace(r"\%", "%").strip()


def started(line: str, *, variables: Mapping[str, str] | None = None, folder: str = "") -> Started:
    """Find the program that does the work of a line. `variables` are those known; `folder` is where it begins."""
    line = line[:_MOST]
    text = _expanded(line, {**(variables or {}), **dict(_PATH_GIVEN.findall(line))})[:_MOST]
    simple = tuple(_placed(_simple(text), folder, (variables or {}).get("HOME", "")))
    if not simple:
        return Started("job", text=text)
    program, runtime = _program(_main(simple))
    files = tuple(_path(target, one.folder) for one in simple for target in one.targets)
    copied = [sources_of(one.words) for one in simple]
    copies = " ".join(
        word for one, words in zip(simple, copied, strict=True) for word in one.words[1:] if word in words
    )
    works_on = " ".join(_worked_on(simple, copied, folder, program))
    return Started(program, runtime, text, works_on, copies, tuple(_sourced(simple)), files)


def _worked_on(simple: Sequence[_Simple], copied: Sequence[frozenset[str]], begin: str, program: str) -> Iterator[str]:
    """What programs are given and write, not what they copy from; and where they work, unless they are there too."""
    programs = {_program(one)[0] for one in simple}
    for one, sources in zip(simple, copied, strict=True):
        if not _GUARD.fullmatch(one.name):
            given = (word for word in one.words[1:] if word not in sources)
            yield from (word for word in (*given, *one.targets) if _path(word, one.folder) != program)
            if one.folder != begin and not any(path.startswith(f"{one.folder}/") for path in programs):
                yield one.folder


def _expanded(line: str, variables: Mapping[str, str]) -> str:
    """`$NAME`, `${NAME}`, `${NAME:-default}` and `~`, where the value is known."""
    line = _HOME.sub(lambda match: variables.get("HOME", match[0]), line)
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[3], match[2] or match[0]), line)


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError:  # a quote that does not end: words as they stand are more than none
        return re.findall(r"[();<>|&]+|[^\s();<>|&'\"]+", line)


def _simple(line: str, depth: int = 0) -> Iterator[_Simple]:
    """Every program of a line in order, those of shells that it starts among them."""
    for one in _parts(_words(line)):
        inner = _unwrapped(one.words)
        if isinstance(inner, str):
            found = _simple(inner, depth + 1) if depth < _DEPTH else iter(())
            yield from (replace(each, targets=(*each.targets, *one.targets)) for each in found)
        elif inner:
            yield replace(one, words=inner)


def _parts(words: Sequence[str]) -> Iterator[_Simple]:
    """Cut at `;`, `&&`, `|` and the like; redirections are kept apart."""
    found: list[str] = []
    targets: list[str] = []
    piped = is_target = False
    for word in [*words, ";"]:
        marks = word if _PUNCTUATION.issuperset(word) else ""
        if is_target and not marks:
            targets.append(word)
        elif marks and not marks.strip("<>&") and marks.strip("&"):
            found = found[:-1] if found and re.fullmatch(r"\d", found[-1]) else found
        elif marks:
            if found or targets:
                yield _Simple(tuple(found) or (":",), tuple(targets), piped)
            found, targets, piped = [], [], marks == "|"
        elif found or not _KEYWORD.fullmatch(word):
            found.append(word)
        is_target = "<" in marks or ">" in marks


def _unwrapped(words: Sequence[str]) -> tuple[str, ...] | str:
    """Without the programs that only start another, and their words; a line of its own where a shell is given one."""
    while words:
        if _ASSIGNMENT.match(words[0]):
            words = words[1:]
            continue
        name = basename(words[0])
        inner = next((i for i, word in enumerate(words) if i and _RUN_HERE.fullmatch(word)), 0)
        if inner and (name in _FOR_ANOTHER or (SHELL.fullmatch(name) and not _script(words[1:inner]))):
            return " ".join(words[inner + 1 :])
        wrapper = _WRAPPERS.get(name)
        if wrapper is None or len(words) == 1:
            return tuple(words)
        words = _after_options(words[1:], wrapper.options)[wrapper.words :]
        if words and words[0] in {"-c", "--command"}:
            return " ".join(words[1:])
    return ()


def _script(words: Sequence[str]) -> bool:
    return bool(_after_options(words, "-o +o"))


def _after_options(words: Sequence[str], taking: str) -> Sequence[str]:
    values = frozenset(taking.split())
    while words and words[0][:1] in {"-", "+"} and words[0] != "-":
        if words[0] == "--":
            return words[1:]
        words = words[2 if words[0] in values else 1 :]
    return words


def _placed(simple: Iterator[_Simple], folder: str, home: str) -> Iterator[_Simple]:
    """Each with the folder that it runs in."""
    for one in simple:
        yield replace(one, folder=folder)
        if one.name in {"cd", "pushd"}:
            to = next((word for word in one.words[1:] if not word.startswith("-")), home)
            folder = _path(to, folder) if to.startswith("/") or folder else ""


def _path(word: str, folder: str) -> str:
    """`./x` and `bin/x` in the folder where it runs; a bare name is looked for elsewhere."""
    return normpath(join(folder, word)) if folder and word and not word.startswith(("/", "$", "-")) else word


def _main(simple: Sequence[_Simple]) -> _Simple:
    """What does the work: the first program that somebody put there, else the first that is more than a preparation."""
    work = [one for one in simple if not _AROUND.fullmatch(one.name)] or simple
    heads = [one for one in work if not one.piped] or work
    return next((one for one in heads if _is_own(_program(one)[0])), heads[0])


def _is_own(program: str) -> bool:
    return program.startswith("/") and not program.startswith(_SYSTEM)


def _program(one: _Simple) -> tuple[str, str]:
    """The program and its runtime."""
    known = interpreter_of(one.name)
    script = script_in(known, one.words[1:]) if known else ""
    if known and script:
        return _path(script, one.folder), runtime_of_file(script) or known.runtime
    program = _path(one.words[0], one.folder) if "/" in one.words[0] else one.words[0]
    return program, known.runtime if known else runtime_of_file(program) or "command"


def _sourced(simple: Sequence[_Simple]) -> Iterator[str]:
    for one in simple:
        if one.name in {".", "source"} and len(one.words) > 1:
            path = _path(one.words[1], one.folder)
            yield from (path,) if path.startswith("/") else ()
