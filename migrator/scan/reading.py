"""Answers to looks, in several processes where there are many: to read a host takes longer than to wait for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from migrator.scan.fact import Fact
from migrator.scan.look import Look, understood
from migrator.scan.run import Answer, questions, read_answer
from migrator.spread import spread

__all__ = ["looked", "looks"]


def looked(answer: Answer, facts: Sequence[Fact[Any]]) -> Look:
    """Read and understand what one host answered."""
    return understood(read_answer(answer, facts))


def looks(answers: Iterable[Answer], *, deep: bool) -> Iterator[Look]:
    """The same for all, each as it comes. `deep` as in `questions`."""
    facts = questions(deep=deep)
    answered: dict[tuple[str, ...], tuple[str, ...]] = {}
    for look in spread(partial(looked, answer, facts) for answer in answers):
        # What another process sends shares nothing with what came before; most hosts answer the same questions.
        observed = answered.setdefault(look.report.observed, look.report.observed)
        yield replace(look, report=replace(look.report, observed=observed))
