"""Writing files so that a crash leaves the old content or the new one, never half of it."""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

__all__ = ["write_text"]


def write_text(path: Path, text: str | Iterable[str]) -> None:
    """Write UTF-8 text, whole or in pieces, in one step; folders are made. Raises OSError as the system says it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as out:
            out.writelines([text] if isinstance(text, str) else text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
