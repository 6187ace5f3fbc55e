"""Programs that run the text, or the archive, that they are given: their own name says nothing of what they do. Pure.

One row for each; sources are their manual pages and the file lists of their packages in Debian and Red Hat.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["INTERPRETERS", "SHELL", "Interpreter", "interpreter_of", "is_interpreter", "runtime_of_file", "script_in"]

SHELL = re.compile(r"(?:ba|da|a|k|mk|z|c|tc|fi|rba)?sh[\d.]*|ksh93")
"""Whole name of a shell."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One of them."""

    runtime: str
    programs: str
    """Pattern of the whole name of its program."""
    endings: str = ""
    """What its files end in."""
    options: str = ""
    """Options that have a word of their own as value."""
    inline: str = ""
    """Options that the program's text or the name of a module follows: there is no file."""
    file: str = ""
    """Options that the file follows; with `only`, nothing else is a file."""
    only: bool = False
    commands: str = ""
    """Words that stand before the file."""
    package: str = ""
    """Pattern of the whole names of packages that provide it."""


_CLASSES = "-cp -classpath --class-path -p --module-path -m --module"
INTERPRETERS: tuple[Interpreter, ...] = (
    Interpreter("python", r"(?:python|pypy)[\d.]*[mw]?", "py", "-W -X", "-c -m"),
    Interpreter("php", r"php[\d.]*(?:-cli)?", "php", "-d -c -z -t", "-r", "-f --file"),
    Interpreter("perl", r"perl[\d.]*", "pl", "", "-e -E -ne -pe"),
    Interpreter("ruby", r"j?ruby[\d.]*", "rb", "-I -r -C", "-e"),
    Interpreter("node", r"node(?:js)?", "js", "-r --require", "-e -p --eval"),
    Interpreter("deno", r"deno", "ts", "-c --config --import-map", "eval repl", commands="run serve", package=r"deno"),
    Interpreter("bun", r"bun", "", "-c --config --cwd", "-e", commands="run", package=r"bun"),
    Interpreter("java", r"java|jsvc", "jar", "", _CLASSES, "-jar", only=True),
    Interpreter("dotnet", r"dotnet", "", "", "exec run"),
    Interpreter("lua", r"lua(?:jit)?[\d.-]*(?:beta\d)?", "lua", "-l", "-e", package=r"lua(?:jit)?[\d.]*"),
    Interpreter("tcl", r"(?:tclsh|wish|itclsh|jimsh)[\d.]*", "tcl", "-encoding", package=r"tcl[\d.]*|tk[\d.]*|jimsh"),
    Interpreter("expect", r"expect|expectk", "exp", "", "-c", "-f", package=r"expect"),
    Interpreter("mono", r"mono(?:-sgen|-boehm)?[\d.]*", "exe", "--config", package=r"mono-runtime.*|mono-core"),
    Interpreter("erlang", r"beam(?:\.smp)?|erlexec|erl|escript", "escript", package=r"erlang-(?:base.*|erts)|erlang"),
    Interpreter("r", r"Rscript|R", "R", "-g --gui --encoding", "-e CMD", "-f --file", package=r"r-base-core|R-core"),
    Interpreter("guile", r"guile[\d.-]*", "scm", "-L -C -x -l", "-c", "-s", package=r"guile-[\d.]+|guile\d*"),
    Interpreter("lisp", r"sbcl|clisp|ecl", "lisp", "--core --eval", "", "--script --load", package=r"sbcl|clisp|ecl"),
    Interpreter("octave", r"octave(?:-cli)?[\d.-]*", "", "", "--eval", package=r"octave(?:-cli)?"),
    Interpreter("shell", rf"{SHELL.pattern}|busybox", "sh", "-o +o -O +O --rcfile --init-file", "-s"),
)  # fmt: skip
_BY_ENDING = {ending: one.runtime for one in INTERPRETERS for ending in one.endings.split()}
_NAMELESS = frozenset({"binary", *(one.runtime for one in INTERPRETERS)})
"""Runtimes, some of which are not called like their program."""


@lru_cache(maxsize=4096)
def interpreter_of(program: str) -> Interpreter | None:
    """The row of a program, by its name without a folder."""
    return next((one for one in INTERPRETERS if re.fullmatch(one.programs, program)), None)


def is_interpreter(name: str) -> bool:
    """Whether the name of a program or runtime says nothing of what it does: /etc/php is everybody's who runs PHP."""
    return name in _NAMELESS or interpreter_of(name) is not None


def runtime_of_file(path: str) -> str:
    """What runs a file, by how its name ends; empty where that tells nothing."""
    return _BY_ENDING.get(path.rsplit("/", 1)[-1].rpartition(".")[2], "")


def script_in(known: Interpreter, words: Sequence[str]) -> str:
    """What an interpreter is given to run, of the words behind it; empty where that is no file."""
    options, inline, file = known.options.split(), known.inline.split(), known.file.split()
    rest = iter(words[1:] if words and words[0] in known.commands.split() else words)
    for word in rest:
        if word in inline:
            return ""
        if word.partition("=")[0] in file and "=" in word:
            return word.partition("=")[2]
        if word in file or not word.startswith(("-", "+")):
            return next(rest, "") if word in file else "" if known.only else word
        if word in options:
            next(rest, "")
    return ""
