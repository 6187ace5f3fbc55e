"""Commands as somebody types them: each on a terminal of its own, and what it sends there as a file.

`python -m tests.hazards.typed` reads commands from its standard input, one a line, and writes `sent/0`, `sent/1`, ….
The program is loaded once and forked for each command: starting it anew would take most of the time.
"""

import fcntl
import importlib
import os
import pty
import struct
import sys
import termios
from pathlib import Path

from migrator.cli import COMMANDS, run

COLUMNS, LINES = 200, 50


def sent_by(command: str) -> tuple[bytes, int]:
    """What a command sends to its terminal, its messages too; its exit code."""
    child, master = pty.fork()
    if not child:
        _become(command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    said = bytearray()
    while data := _read(master):
        said += data
    os.close(master)
    return bytes(said), os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _become(command: str) -> None:
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        while os.get_terminal_size(1).columns != COLUMNS:
            pass  # until the other side has set it
        code = run(command.split())
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # the other end is gone
        return b""


def main() -> None:
    for module, _ in COMMANDS.values():
        importlib.import_module(module)
    Path("sent").mkdir()
    for number, command in enumerate(sys.stdin.read().splitlines()):
        said, code = sent_by(command)
        Path("sent", str(number)).write_bytes(said)
        assert code in {0, 1, 3, 4, 6}, (command, code, said[-2000:])


if __name__ == "__main__":
    main()
