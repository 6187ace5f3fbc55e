"""C-1: what we write as YAML is the same to the parser that Kubernetes has (sigs.k8s.io/yaml) as it is to us."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from migrator import yamlio
from migrator.errors import InputError
from migrator.generate.run import generate
from migrator.generate.templates import Templates, scalar
from migrator.model.settings import Settings
from migrator.records import dump_record
from migrator.testing import MemoryRepository
from tests.generate.builders import scan
from tests.hazards import hostile
from tests.hazards.counts import count
from tests.hazards.payloads import NASTY, TEMPLATES

pytestmark = pytest.mark.timeout(count(300, 3000))
PROGRAM = Path(__file__).parent / "kubernetes_yaml"
OURS = Templates()
AT_ONCE = 100
KEY = 256
"""No key of Kubernetes is longer; YAML itself wants keys below 1024 characters on one line."""
TEXTS = [*NASTY, *TEMPLATES, *(f" {text}" for text in NASTY), *(f"{text} " for text in NASTY), *(f"{text}:" for text in NASTY)]  # fmt: skip
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.fixture(scope="session")
def kubernetes(tmp_path_factory):
    """Documents to what Kubernetes reads in them. The parser is built once; its versions are pinned by go.sum."""
    go = shutil.which("go")
    if not go:
        pytest.skip("not installed: go (https://go.dev/dl)")
    program = tmp_path_factory.mktemp("go") / "kubernetes-yaml"
    done = subprocess.run(
        [go, "build", "-mod=readonly", "-o", str(program), "."],
        cwd=PROGRAM,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"sigs.k8s.io/yaml cannot be built here: {done.stderr[-200:]}")

    def read(documents):
        lines = "\n".join(json.dumps(text) for text in documents)
        answer = subprocess.run([str(program)], input=lines, capture_output=True, text=True, check=True)
        return json.loads(answer.stdout)

    return read


def test_the_parser_is_kubernetes_own(kubernetes):
    """It differs from ours where the two are known to differ, and refuses what is no YAML."""
    assert kubernetes(["a: no", "a: 0o17", "a: 1e3", "a: [", "a: 1\na: 2"])[:3] == [
        {"a": False},
        {"a": 15},
        {"a": 1000},
    ]
    assert [set(one) for one in kubernetes(["a: [", "a: 1\na: 2"])] == [{"error"}, {"error"}]


def written(text):
    """Each way in which we write a text: in a template, as an argument of a command line, in a file of records."""
    return [
        f"value: {scalar(text)}\nlist: {scalar([text])}\nmap: {scalar({text[:KEY]: text})}\n",
        yamlio.dump({"value": text, "list": [text], "map": {text[:KEY]: text}}),
    ]


def test_a_nasty_text_is_the_same_text(kubernetes):
    documents = [document for text in TEXTS for document in written(text)]
    want = [{"value": text, "list": [text], "map": {text[:KEY]: text}} for text in TEXTS for _ in range(2)]
    assert kubernetes(documents) == want


@settings(max_examples=count(3, 100), deadline=None)
@given(st.lists(ANY, min_size=AT_ONCE, max_size=AT_ONCE))
def test_any_text_is_the_same_text(kubernetes, texts):
    documents = [document for text in texts for document in written(text)]
    want = [{"value": text, "list": [text], "map": {text[:KEY]: text}} for text in texts for _ in range(2)]
    assert kubernetes(documents) == want


def pages(*profiles, mesh="kuma"):
    """Every YAML document that these profiles become, by file; without the records, which are read by us alone."""
    repository = MemoryRepository()
    chosen = Settings(mesh=replace(Settings().mesh, provider=mesh))
    generate(scan(*profiles, settings=chosen), repository, OURS)
    found = {path: text for path, text in repository.tree().items() if path.endswith((".yaml", ".yml"))}
    return {path: part for path, text in found.items() for part in re.split(r"^---\n", text, flags=re.MULTILINE)}


@pytest.mark.parametrize("mesh", ["kuma", "none"])
def test_every_manifest_is_read_as_we_read_it(kubernetes, mesh):
    """All templates, with a hostile text in every field at once."""
    texts = [*NASTY, *TEMPLATES][:: count(20, 1)]
    found = [
        (text, path, part)
        for text in texts
        for path, part in pages(hostile.everywhere(text), hostile.job(text), mesh=mesh).items()
    ]
    assert len(found) > 10 * len(texts)
    theirs = kubernetes([part for _, _, part in found])
    differ = [
        (text, path)
        for (text, path, part), their in zip(found, theirs, strict=True)
        if their != _plain(yaml.safe_load(part))
    ]
    assert differ == []


def _plain(data):
    return json.loads(json.dumps(data))


@settings(max_examples=count(3, 300), deadline=None)
@given(ANY)
def test_every_manifest_is_read_as_we_read_it_whatever_the_text(kubernetes, text):
    try:
        found = list(pages(hostile.everywhere(text), hostile.job(text)).values())
    except InputError as refused:  # `key` before another word is a password on a command line
        assert "nothing was written" in str(refused)  # noqa: PT017 - a text that is written is looked at below
        reject()
    assert kubernetes(found) == [_plain(yaml.safe_load(part)) for part in found]


def test_profiles_are_read_as_we_read_them(kubernetes):
    found = [dump_record(hostile.everywhere(text)) for text in TEXTS[:: count(9, 1)]]
    assert kubernetes(found) == [_plain(yaml.safe_load(part)) for part in found]
