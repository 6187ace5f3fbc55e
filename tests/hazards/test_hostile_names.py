"""C-2, C-3, C-7: names and texts from hosts are values in everything that is generated, and names are names everywhere."""

import json
import random
import re
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.generate.kind import NO_SUBSTITUTION
from migrator.generate.run import generate
from migrator.generate.templates import Templates
from migrator.model.names import dns_label, is_dns_label
from migrator.model.settings import Settings
from migrator.testing import MemoryRepository
from tests.generate.builders import SHOP, scan
from tests.hazards import hostile
from tests.hazards.counts import count
from tests.hazards.payloads import NAMES, NASTY, TEMPLATES

OURS = Templates()
"""Read once: that takes longer than all that is made with them."""
_PATH = re.compile(r"[A-Za-z0-9._/-]+")
_KEEPS = st.characters(exclude_categories=["Cs", "Cc"])


def made(profile):
    repository = MemoryRepository()
    generate(scan(profile), repository, OURS)
    return repository.tree()


def entrypoint(files):
    """What the image runs, as the builder of images reads it. Every manifest is readable, too."""
    for path, text in files.items():
        if path.endswith(".yaml"):
            list(yaml.safe_load_all(text))
    lines = files["apps/shop/image/Containerfile"].split("\n")
    (line,) = [line for line in lines if line.startswith("ENTRYPOINT ")]
    return json.loads(line.removeprefix("ENTRYPOINT "))


@pytest.mark.parametrize("text", NASTY[:: count(2, 1)])
def test_an_argument_arrives_as_it_was(text):
    files = made(replace(SHOP, command=("/usr/bin/gunicorn", "--", text, "shop.wsgi")))
    assert entrypoint(files) == ["/usr/bin/gunicorn", "--", text, "shop.wsgi"]
    assert all(_PATH.fullmatch(path) for path in files)


@settings(max_examples=count(15, 10_000), deadline=None)
@given(st.text(_KEEPS, max_size=60))
def test_any_argument_arrives_as_it_was(text):
    files = made(replace(SHOP, command=("/usr/bin/gunicorn", "--", text)))
    assert entrypoint(files)[-1] == text


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_label_and_no_path(name):
    label = dns_label(name)
    assert is_dns_label(label)
    assert len(label) <= 63
    assert PurePosixPath(label).parts == (label,)


def meant(name):
    """What is left of a name without the signs and the case that a label cannot have."""
    return re.sub(r"[._/@ ]", "-", name.lower()) if name.isascii() else name


def test_names_do_not_meet():
    """Those that mean the same thing under another sign, as `a_b` and `a.b`, are the only ones that may.

    Two hosts like that are refused, and two services of a host like that are numbered.
    """
    by_label = {}
    for name in NAMES:
        by_label.setdefault(dns_label(name), set()).add(meant(name))
    assert {label: names for label, names in by_label.items() if len(names) > 1} == {}
    assert len(NAMES) >= 200


_SIGNS = "abcxyzABZ0189-_.@:/ %äßK漢🙂\u200b\u202e\x00\n~$({})"
_RFC_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
"""As the API server has it for a Service. Source: apimachinery, IsDNS1035Label."""


def test_a_hundred_thousand_names_are_labels_and_none_is_another():
    chance, found = random.Random(7), {}
    for _ in range(count(20_000, 100_000)):
        name = "".join(chance.choices(_SIGNS, k=chance.randint(0, 80)))
        label = dns_label(name)
        assert _RFC_1035.fullmatch(label), name
        assert len(label) <= 63, name
        assert label == dns_label(name)
        assert found.setdefault(label, meant(name)) == meant(name), (label, name)


@settings(max_examples=count(200, 100_000), deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_two_texts_share_a_label(one, other):
    assert is_dns_label(dns_label(one))
    if meant(one) != meant(other):
        assert dns_label(one) != dns_label(other)


def strings(data):
    """Every text in a document, keys too."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(data, list):
        for one in data:
            yield from strings(one)
    elif isinstance(data, str):
        yield data


@pytest.mark.parametrize("payload", TEMPLATES[:: count(5, 1)])
def test_a_template_in_a_text_stays_a_text(payload):
    """C-2: in thirty fields at once. What is made of it is what is made of a harmless text, with the payload in its place."""
    found = everything(payload)
    times = [text for _, text in _texts(found)].count(payload)
    assert times == _times_of_a_harmless_text() > 20
    assert entrypoint(found) == ["/usr/bin/gunicorn", payload, f"--{payload}", f"x{payload}"]


def everything(text):
    repository = MemoryRepository()
    generate(scan(hostile.everywhere(text), hostile.job(text)), repository, OURS)
    return repository.tree()


def _texts(files):
    pages = ((path, text) for path, text in files.items() if path.endswith(".yaml"))
    return [(path, text) for path, page in pages for data in yaml.safe_load_all(page) for text in strings(data)]


@cache
def _times_of_a_harmless_text():
    harmless = "zq (no name of a variable)"
    return [text for _, text in _texts(everything(harmless))].count(harmless)


FLUX = ["${x}", "${HOME}", "$${x}", "${x:-y}", "${x:=y}", "${x:1:2}", "${x//a/b}", "a${b}c${d}", "$x", "${"]


@pytest.mark.parametrize("text", FLUX[:: count(5, 1)])
@pytest.mark.parametrize("mesh", ["kuma", "none"])
def test_flux_leaves_alone_what_came_from_a_host(text, mesh):
    """C-3: every manifest with `$` in it says so to Flux, which then replaces nothing in it."""
    repository = MemoryRepository()
    chosen = replace(Settings(), mesh=replace(Settings().mesh, provider=mesh))
    generate(scan(hostile.everywhere(text), hostile.job(text), settings=chosen), repository, OURS)
    applied = {
        path: page
        for path, page in repository.tree().items()
        if path.endswith(".yaml") and path.startswith(("apps/", "clusters/", "mesh/", "gateway/", "namespaces/"))
    }
    seen = 0
    for path, page in applied.items():
        for data in yaml.safe_load_all(page):
            if not (isinstance(data, dict) and "metadata" in data and any("$" in one for one in strings(data))):
                continue
            seen += 1
            metadata = data["metadata"]
            said = {**metadata.get("labels", {}), **metadata.get("annotations", {})}
            assert said.get(NO_SUBSTITUTION) == "disabled", (path, data["kind"])
    assert seen >= 2
