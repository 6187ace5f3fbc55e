"""Commands that the test-bed runs to their end."""

import subprocess
from collections.abc import Mapping

__all__ = ["run"]


def run(
    *command: str, text: str | None = None, environment: Mapping[str, str] | None = None, seconds: float = 300
) -> str:
    """What a command prints. Raises RuntimeError with its complaint when it fails."""
    feed = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=seconds, env=environment, **feed
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}: {(done.stderr or done.stdout).strip()}")
    return done.stdout
