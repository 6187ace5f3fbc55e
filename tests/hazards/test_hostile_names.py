"""C-1, C-2, C-6, C-7: names and texts from hosts are values in everything that is generated, and files stay in their folder."""

import json
import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.generate.run import generate
from migrator.generate.templates import Templates
from migrator.model.names import dns_label, is_dns_label
from migrator.testing import MemoryRepository
from tests.generate.builders import SHOP, scan
from tests.hazards.counts import count

NASTY = [
    "{{ 7*7 }}", "{% raw %}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__.os }}", "{#", "${PATH}",
    "$(touch /tmp/x)", "`id`", "; rm -rf /", "| cat", "&& id", "a\nb: c", "a: b", "- a", "&anchor", "*alias", "!!python/object:os.system",
    "!tag x", "%YAML 1.1", "---", "...", "# comment", " # comment", "'", '"', "\\", "\\x41", "yes", "no", "on", "off", "null", "~", "true",
    "1e3", "0x1F", "0o17", "1:20", "012", "1_000", ".inf", "=", "<<", "[a]", "{a: b}", "[", "{", "]", "}", ",", "?", "? a", ":", "@a", "%a", "\t",
    " lead", "trail ", "", "é", "\u2028", "\u202eevil", "\x1b[31m", "\x85", "\ufeff", "日本", "🙂", "a" * 5000, "<script>alert(1)</script>",
    "](javascript:x)", "-rf", "--help", "../../etc/passwd", "/etc/passwd", "CON", "a/../b", ".git", ".git/hooks/pre-commit", "a\x7fb",
]  # fmt: skip
NAMES = [*NASTY, *(name.upper() for name in NASTY), *(f"x{name}" for name in NASTY)]
_PATH = re.compile(r"[A-Za-z0-9._/-]+")
_KEEPS = st.characters(exclude_categories=["Cs", "Cc"])


def made(profile):
    repository = MemoryRepository()
    generate(scan(profile), repository, Templates())
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


def test_names_do_not_meet():
    """Those that mean the same thing under another sign, as `a_b` and `a.b`, are the only ones that may."""
    by_label = {}
    for name in NAMES:
        by_label.setdefault(dns_label(name), set()).add(re.sub(r"[._/@ ]", "-", name.lower()))
    assert {label: names for label, names in by_label.items() if len(names) > 1} == {}


@settings(max_examples=count(200, 100_000), deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_no_two_texts_share_a_label(one, other):
    assert is_dns_label(dns_label(one))
    if re.sub(r"[._/@ ]", "-", one.lower()) != re.sub(r"[._/@ ]", "-", other.lower()):
        assert dns_label(one) != dns_label(other)
