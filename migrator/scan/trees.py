"""Which of the process trees below one unit are services of their own, as where a script starts all of a host. Pure.

Many a daemon is made of several trees on purpose (Postfix, Dovecot, Cyrus, Erlang with its port mapper), so trees count
as one service unless their programs stand in different folders that somebody put there, or are unpacked programs of
different accounts, or instances of one such program with a folder each, and nothing but the unit holds them together.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrator.scan.facts.processes import Process
from migrator.scan.interpreters import is_interpreter
from migrator.scan.ownership import applications_in, is_of_system, paths_in

__all__ = ["Tree", "apart", "instance_of", "together"]

_PASSING = re.compile(r"(?:.*/)?(?:run|pids?|tmp|temp|logs?|sockets?)(?:/.*)?")
"""Folders in which each worker of one service may well have its own."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A process that does the work, with all that it comes from and that comes from it."""

    main: Process
    processes: tuple[Process, ...]
    listens: bool = False
    """Whether one of them accepts connections."""
    may_listen: bool = False
    """Whether one of them does, or it is not visible which of several does."""

    @property
    def places(self) -> frozenset[str]:
        """Folders of applications that it is executed in, works in, or is told of; that of its interpreter is none.

        What a distribution's own program is told of are its data, whoever keeps them there.
        """
        main = self.main
        if is_interpreter(main.program):
            words = main.arguments[is_interpreter(main.arguments[0].rsplit("/", 1)[-1]) :]
            return applications_in(words, [main.cwd]) - applications_in([main.exe], [])
        packaged = is_of_system(main.exe or main.arguments[0])
        return frozenset() if packaged else applications_in([*main.arguments, main.exe], [main.cwd])

    @property
    def kind(self) -> tuple[int, str, frozenset[str]]:
        """What several processes of one program have in common."""
        return self.main.uid, self.main.program, self.places


def apart(trees: Sequence[Tree]) -> tuple[tuple[Tree, ...], ...]:
    """The trees of one unit by the service that they are of; one group where nothing shows that they are several."""
    groups: list[list[Tree]] = []
    for tree in (tree for tree in trees if tree.places):
        same = [group for group in groups if not all(_differ(tree, other) for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append([*(one for group in same for one in group), tree])
    for rest in together(tree for tree in trees if not tree.places):
        _put(rest, groups)
    return tuple(tuple(group) for group in groups)


def together(trees: Iterable[Tree]) -> tuple[tuple[Tree, ...], ...]:
    """Trees of one program, account and folder."""
    kinds: dict[tuple[int, str, frozenset[str]], list[Tree]] = {}
    for tree in trees:
        kinds.setdefault(tree.kind, []).append(tree)
    return tuple(tuple(group) for group in kinds.values())


def _differ(one: Tree, other: Tree) -> bool:
    """Whether two that stand in somebody's folders are services of their own."""
    strangers, both = one.main.uid != other.main.uid, one.listens and other.listens
    if not one.places & other.places:
        return strangers or both
    if one.may_listen and other.may_listen and instance_of(one, [other]):
        return True
    unpacked = not (is_of_system(one.main.exe) or is_of_system(other.main.exe))
    return unpacked and strangers and both and one.main.program != other.main.program


def instance_of(tree: Tree, others: Iterable[Tree]) -> str:
    """The folder that only it is told of, where each of the others that run its program has one beside that."""
    same = [other for other in others if other.main.program == tree.main.program and other.places & tree.places]
    theirs = [_folders(other.main) for other in same]
    own = _folders(tree.main).difference(*theirs)
    beside = [folder for folder in own if all(_has_beside(folder, other - own) for other in theirs)]
    return min(beside, key=len) if same and beside else ""


def _folders(process: Process) -> frozenset[str]:
    """Folders above all that a command line names, and that in which it works."""
    named = (path.rpartition("/")[0] for path in paths_in(process.arguments))
    below = (folder.split("/") for folder in (*named, process.cwd) if folder and not is_of_system(folder))
    found = ("/".join(parts[:depth]) for parts in below for depth in range(3, len(parts) + 1))
    return frozenset(folder for folder in found if not _PASSING.fullmatch(folder))


def _has_beside(folder: str, folders: Iterable[str]) -> bool:
    parent = folder.rpartition("/")[0]
    return any(other != folder and other.rpartition("/")[0] == parent for other in folders)


def _put(rest: Sequence[Tree], groups: list[list[Tree]]) -> None:
    """A program of the distribution belongs to the others of its account, and is alone only if all shows that."""
    own = next((group for group in groups if any(one.main.uid == rest[0].main.uid for one in group)), None)
    listen = any(tree.listens for tree in rest) and all(any(one.listens for one in group) for group in groups)
    if own is not None:
        own.extend(rest)
    elif not groups or len(groups) > 1 or (listen and groups[0][0].places):
        groups.append([*rest])
    else:
        groups[0].extend(rest)
