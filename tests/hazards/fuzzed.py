"""One fact's reader under a fuzzer that is guided by what code it reaches: `python -m tests.hazards.fuzzed FACT SECONDS`.

Ends with 0 when nothing but FactError was raised. Needs atheris (the dependency group `fuzz`). Begins with the recorded answers.
"""

import contextlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["migrator.scan.facts", "migrator.scan.certificate", "migrator.scan.shell"]):
    from migrator.scan.facts import FACTS

import migrator
from migrator.errors import FactError
from migrator.scan.collect import observe, sections_of
from migrator.scan.recording import load_recordings
from migrator.scan.transport import Reply

NONCE = "0" * 32


def main() -> None:
    name, seconds = sys.argv[1:]
    (fact,) = [one for one in FACTS if one.name == name]

    def once(data: bytes) -> None:
        """Bytes as a host sends them, through the same steps."""
        begin, end = f"\n{NONCE} begin {name}\n".encode(), f"\n{NONCE} code 0\n\n{NONCE} end {name}\n".encode()
        section = sections_of(Reply(begin + data + end, data[:200]), NONCE).get(name)
        observe(fact, section)
        with contextlib.suppress(FactError):
            fact.parse(section.stdout if section else "")

    with tempfile.TemporaryDirectory() as folder:
        for number, answer in enumerate(load_recordings(Path(migrator.__file__).parent / "quickstart" / "estate")):
            if name in answer.sections:
                Path(folder, str(number)).write_text(answer.sections[name].stdout[:50_000])
        options = [
            "-max_len=60000",
            f"-max_total_time={seconds}",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        atheris.Setup(["fuzzed", *options, f"-artifact_prefix={folder}/", folder], once)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
