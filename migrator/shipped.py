"""Where the files are that come with migrate and are no code."""

from pathlib import Path

__all__ = ["templates"]


def templates() -> Path:
    """The folder of the built-in templates: inside the package where it was installed, else beside it."""
    package = Path(__file__).resolve().parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"
