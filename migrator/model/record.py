"""The common ground of every value that is written to a file people read or edit."""

from typing import Any, ClassVar

__all__ = ["Record", "camel"]


def camel(name: str) -> str:
    """Turn a Python field name into the key that stands in the file: `memory_mib` -> `memoryMib`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


class Record:
    """Marks a frozen dataclass that has a file form.

    The class attribute is read by pydantic (see `migrator.records`), which then refuses keys that do not exist and
    uses camelCase in files. It is plain data, so that the model needs no third-party import.
    """

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid", "alias_generator": camel}
