"""The command line: options in, one function called, result out. Errors become one line and an exit code here only.

Nothing heavy is imported before a command runs, so that `migrate --help` costs click only.
"""

import importlib
import os
import resource
import sys
from pathlib import PurePath

import click

from migrator import __version__
from migrator.errors import ExitCode, MigrateError

__all__ = ["main", "migrate"]

COMMANDS = {
    "scan": ("migrator.cli.scan", "Ask hosts what runs on them and write it down for review."),
    "explain": ("migrator.cli.explain", "Show why a profile says what it says, field by field."),
    "assess": ("migrator.cli.assess", "Judge how well each service fits the cluster, and how much work its move is."),
    "report": ("migrator.cli.report", "Write one document of it all: a page for people, or data for other tools."),
    "generate": ("migrator.cli.generate", "Turn reviewed profiles into manifests in a Git repository."),
    "cutover": ("migrator.cli.cutover", "Plan waves and move traffic phase by phase, each phase one commit."),
    "drift": ("migrator.cli.drift", "Scan again and name what changed since the manifests were made."),
    "quickstart": ("migrator.cli.quickstart", "Walk a recorded estate through all three verbs, here and now."),
    "completion": ("migrator.cli.completion", "Print the completion script of a shell."),
}
"""Command -> module that holds it under the same name, and its line in the help."""


class LazyGroup(click.Group):
    """Imports a command's module when the command is used, not when its name is listed."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Names in the order in which they are used."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[name][0]), name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MIGRATE"})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Show the traceback when something unforeseen breaks.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours (NO_COLOR counts too)."
)
def migrate(verbose: bool, color: str) -> None:  # noqa: ARG001 - `verbose` is read by run()
    """Move services from legacy VMs to Kubernetes, with Git as the only place where anything is decided."""
    if color == "never":
        os.environ["NO_COLOR"] = "1"
    elif color == "always":
        os.environ["FORCE_COLOR"] = "1"


_UNFORESEEN = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, AssertionError)
"""What only a bug raises; `-v` shows where. Everything else is explained in one line, also with `-v`."""


def main() -> None:
    """Entry point of `migrate` and `kubectl migrate`."""
    resource.setrlimit(
        resource.RLIMIT_CORE, (0, 0)
    )  # the memory of a process holds private keys: core(5) would be a copy
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    try:
        code = migrate.main(arguments, prog_name=_called(sys.argv[0]), standalone_mode=False)
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.ClickException as problem:
        problem.show()
        return problem.exit_code
    except BaseException as problem:
        message, code = _explained(problem)
        if not message:
            raise
        if isinstance(problem, _UNFORESEEN) and {"-v", "--verbose"} & set(arguments):
            _complain(_trace(problem))
        _complain(message)
    return int(code or 0)


def _explained(problem: BaseException) -> tuple[str, int]:
    """What to say of an error, and the exit code. No message: let it through as it is."""
    if isinstance(problem, click.Abort | KeyboardInterrupt):
        return "interrupted; what was written is whole", ExitCode.INTERRUPTED
    if isinstance(problem, MigrateError):
        return f"error: {problem}", problem.exit_code
    if isinstance(problem, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return "output was cut off by its reader", ExitCode.FAILED
    if isinstance(problem, OSError):
        return f"error: {problem.filename or 'the system'}: {problem.strerror or problem}", ExitCode.FAILED
    if isinstance(problem, Exception):
        said = f"{type(problem).__name__}: {problem}"
        return f"error: this is a bug in migrate: {said}; `migrate -v ...` shows where", ExitCode.FAILED
    return "", ExitCode.FAILED


def _trace(problem: BaseException) -> str:
    """Where it happened: lines of the program and the error's own words, never the values that were at hand."""
    import traceback

    return "".join(traceback.format_exception(problem)).rstrip("\n")


def _called(path: str) -> str:
    """`kubectl-migrate` is a plug-in and is called `kubectl migrate`."""
    return "kubectl migrate" if PurePath(path).name == "kubectl-migrate" else "migrate"


def _complain(text: str) -> None:
    from migrator.cli.output import say

    say(text)
