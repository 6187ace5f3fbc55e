"""Options of a Java virtual machine that stand in variables: who reads them in a Pod. Pure.

`JAVA_OPTS` and the like are read by start scripts, and by nothing else. Java itself reads `JAVA_TOOL_OPTIONS`.
Sources: java(1); the scripts of Tomcat, Jetty, WildFly, WebLogic, Kafka, ZooKeeper, ActiveMQ and Solr.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from migrator.model.services import Variable

__all__ = ["Options", "is_java", "options"]

_OF_SCRIPTS = re.compile(
    r"(?:(?:DEFAULT|PREPEND|JBOSS)_)?(?:JAVA|JVM)_(?:OPTS|ARGS|OPTIONS)|(?:CATALINA|KAFKA(?:_\w+)?|ACTIVEMQ|SOLR)_OPTS"
    r"|(?:SERVER_)?JVMFLAGS|(?:USER_)?MEM_ARGS"
)
_OF_JAVA = "JAVA_TOOL_OPTIONS"


@dataclass(frozen=True, slots=True)
class Options:
    """What becomes of a service's variables and of its command line."""

    variables: tuple[Variable, ...]
    command: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    """Variables whose work the command line has in it already."""
    renamed: tuple[str, ...] = ()
    """Variables whose values Java has to be given another way."""


def is_java(program: str) -> bool:
    """Whether a program is a Java virtual machine itself, and no script that starts one."""
    return PurePosixPath(program).name in {"java", "jsvc"}


def options(variables: Sequence[Variable], command: tuple[str, ...], *, running: bool) -> Options:
    """Settle who reads each variable of a start script, where the image starts Java without one.

    `running`: the command line is that of a process. Then the script, or the unit, had put in already what it read.
    Otherwise it is what a file says: nobody has put it in, and nobody in the Pod would.
    """
    names = tuple(one.name for one in variables if _OF_SCRIPTS.fullmatch(one.name))
    if not names or not command or not is_java(command[0]):
        return Options(tuple(variables), command)
    others = tuple(one for one in variables if one.name not in names)
    if running:
        return Options(others, command, left_out=names)
    told = [one for one in variables if one.name in names]
    return Options(_with_java(others, told), _without(command, names), renamed=names)


def _with_java(others: Iterable[Variable], told: Sequence[Variable]) -> tuple[Variable, ...]:
    kept = [one for one in others if one.name != _OF_JAVA]
    places = " and ".join(f"{one.name} in {one.source or 'process'}" for one in told)
    added = Variable(_OF_JAVA, secret=any(one.secret for one in told), source=places)
    return tuple(sorted([*kept, added], key=lambda one: one.name))


def _without(command: tuple[str, ...], names: Iterable[str]) -> tuple[str, ...]:
    """Without the words that a shell or systemd would have replaced by a variable's value; an image has neither."""
    words = {form for name in names for form in (f"${name}", f"${{{name}}}")}
    return tuple(word for word in command if word not in words)
