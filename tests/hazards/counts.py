"""How often a hazard is tried: few times by default, the full figures with `make hazards`."""

import os

__all__ = ["FULL", "count"]

FULL = os.environ.get("MIGRATE_HAZARDS") == "full"


def count(small: int, full: int) -> int:
    """`small` with every other test; `full` where MIGRATE_HAZARDS=full asks for it."""
    return full if FULL else small
