"""The seam of Kubernetes kinds: which file a kind gets, its template, and the view that fills it.

A new kind is one module in `kinds/` with a `KIND`, one template, and one line in `kinds.KINDS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from migrator.generate.inputs import Inputs, Service

__all__ = ["Kind", "View"]

View = Callable[[Service, Inputs], dict[str, Any] | None]
"""What a template needs for one service; None where the service needs no such document."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One Kubernetes kind in the folder `base/` of a service."""

    file: str
    template: str
    view: View
