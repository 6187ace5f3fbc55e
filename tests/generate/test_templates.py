"""No value can break out of a template, and users' templates stand in front of ours."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from migrator import yamlio
from migrator.errors import TemplateError
from migrator.generate.templates import Templates, _code, _md, scalar
from migrator.shipped import templates

HEAD = "type: X\nname: x\n"
NASTY = [
    *("y", "n", "yes", "No", "on", "OFF", "true", "null", "~", "", " ", "0777", "0o17", "1.20", "1e3", "1E5", ".inf"),
    *(
        "a: b",
        "a:",
        "- a",
        "#",
        "a #b",
        "'",
        '"',
        "\\",
        "{{ 7*7 }}",
        "{% raw %}",
        "${HOME}",
        "$(id)",
        "`id`",
        "&a",
        "*a",
    ),
    *(
        "!tag",
        "%YAML",
        "@",
        "|",
        ">",
        "---",
        "...",
        "\n",
        "a\nb: c",
        "a\r\nb",
        "\t",
        "\x00",
        "\x1b[31m",
        "\x7f",
        "\x85",
    ),
    *("\u2028", "\ufeff", "2026-01-01", "12:30:45", "0x1F", "1_000", "=", "<<", "😀", "null\n", " a", "a "),
]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "kubernetes").mkdir()
    return tmp_path


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("text", NASTY, ids=ascii)
def test_a_nasty_string_comes_back_as_it_was(own: Path, text: str) -> None:
    _write(
        own, "x.yaml.j2", HEAD + "value: {{ value }}\nlist:\n  - {{ value }}\nwhole: {{ whole | block(2) }}\nend: 1\n"
    )
    made = Templates(own).render("x.yaml.j2", {"value": text, "whole": {text or "k": [text]}})
    want = {"type": "X", "name": "x", "value": text, "list": [text], "whole": {text or "k": [text]}, "end": 1}
    assert yaml.safe_load(made) == want


@given(st.text(st.characters(codec="utf-8"), max_size=30))
@settings(max_examples=100)
def test_every_string_is_one_line_of_yaml(text: str) -> None:
    written = scalar(text)
    assert "\n" not in written
    assert yamlio.load(f"value: {written}\n", file="x").data == {"value": text}


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, "null"), (True, "true"), (7, "7"), (["a", 1], "[a, 1]"), ({"a b": "y"}, '{"a b": "y"}'), ([], "[]")],
)
def test_other_values(value: object, written: str) -> None:
    assert scalar(value) == written


@pytest.mark.parametrize("text", ["a: b", "a b", "", "x\ny", '"', "{{", "#"])
def test_a_part_of_a_value_has_to_be_harmless(own: Path, text: str) -> None:
    _write(own, "x.yaml.j2", "kind: X\nimage: registry/{{ value }}:1\n")
    with pytest.raises(TemplateError, match="x.yaml.j2:2: .*part of a YAML value"):
        Templates(own).render("x.yaml.j2", {"value": text})


def test_a_harmless_part_is_put_in(own: Path) -> None:
    _write(own, "x.yaml.j2", HEAD + "image: registry/{{ value }}:1\n")
    assert Templates(own).render("x.yaml.j2", {"value": "shop.web"}) == HEAD + "image: registry/shop.web:1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: X\na: {{ missing }}\n", r"x.yaml.j2:2: 'missing' is undefined"),
        ("kind: X\na: {{ missing | block(2) }}\n", r"x.yaml.j2:2: 'missing' is undefined"),
        ("kind: X\n{% for %}\n", r"x.yaml.j2:2: "),
        ('{% include "gone.j2" %}', "there is no template `gone.j2`"),
        ("kind: X\na: {{ value.__class__.__mro__ }}\n", "x.yaml.j2:2: "),
        ("a: 1\n", "it has no `kind`"),
        ("- a\n", "it has no `kind`"),
        ("type: X\n", "it has no `name`"),
        ("kind: X\nmetadata:\n  name: x\n", "it has no `apiVersion`"),
        ("apiVersion: v1\nkind: X\n", "it has no `metadata.name`"),
        ("apiVersion: v1\nkind: X\nmetadata:\n  name: x\n---\napiVersion: v1\nkind: X\n", "no `metadata.name`"),
        ("kind: X\n a: 1\n", "in what the template made"),
        ("kind: X\na: {{ namespace }}\n", "'namespace' is undefined"),
    ],
)
def test_a_wrong_template_is_named_with_its_line(own: Path, text: str, message: str) -> None:
    _write(own, "x.yaml.j2", text)
    with pytest.raises(TemplateError, match=message):
        Templates(own).render("x.yaml.j2", {"value": "a"})


def test_a_user_extends_what_is_built_in(own: Path) -> None:
    text = '{% extends "default:kubernetes/service.yaml.j2" %}{% block more_spec %}  type: {{ kind }}\n{% endblock %}'
    _write(own, "kubernetes/service.yaml.j2", text)
    view = {"name": "a", "namespace": "b", "labels": {}, "annotations": {}, "selector": {}, "ports": [], "kind": "yes"}
    made = yaml.safe_load(Templates(own).render("kubernetes/service.yaml.j2", view))
    assert made["spec"] == {"selector": {}, "ports": [], "type": "yes"}


def test_an_extension_that_adds_nothing_changes_nothing(own: Path) -> None:
    text = '{% extends "default:kubernetes/service_account.yaml.j2" %}'
    _write(own, "kubernetes/service_account.yaml.j2", text)
    view = {"name": "a", "namespace": "b", "labels": {}, "annotations": {}}
    assert Templates(own).render("kubernetes/service_account.yaml.j2", view) == Templates().render(
        "kubernetes/service_account.yaml.j2", view
    )


def test_unknown_template() -> None:
    with pytest.raises(TemplateError, match="there is no template"):
        Templates().render("nothing.yaml.j2", {})


def test_the_built_in_templates_are_found() -> None:
    assert (templates() / "kubernetes" / "deployment.yaml.j2").is_file()


MARKDOWN = [
    *(
        "[click](http://evil.example)",
        "![x](http://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
        "[x]: http://e",
    ),
    *(
        "<http://evil.example>",
        "http://evil.example",
        "www.evil.example",
        "&lt;b&gt;",
        "**a**",
        "_a_",
        "~~a~~",
        "a\n# b",
    ),
    *("`", "``", "a`b", "`[x](y)", "\\`[x](y)`", "[x](y)`", "`a` [x](y) `b`", "a\\", "``` a ```", "DB_NAME is set"),
]
PAGE = (
    "# {{ value | md }}\n\n- {{ value | code }}\n- **M** ({{ value | md }}): {{ value | md }}. Set `this` and [that]\n"
)


def _markdown(folder: Path, value: str) -> list[str]:
    """The types of all tokens in a page that shows a value, and the texts of its code spans."""
    (folder / "page.md.j2").write_text(PAGE, encoding="utf-8")
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(Templates(folder).render("page.md.j2", {"value": value}))
    return [token.type for block in tokens for token in (block, *(block.children or ()))]


@pytest.mark.parametrize("text", [*MARKDOWN, *NASTY], ids=ascii)
def test_text_in_markdown_is_no_markup(own: Path, text: str) -> None:
    found = set(_markdown(own, text))
    assert not found & {"link_open", "image", "html_inline", "html_block", "em_open", "s_open", "table_open", "fence"}
    assert _markdown(own, text).count("heading_open") == 1


@given(st.text(st.sampled_from("`\\[]()!<>*_~&;x: "), min_size=1, max_size=20))
@settings(max_examples=100)
def test_no_mixture_of_marks_becomes_markup(text: str) -> None:
    page = f"- {_md(text)}. Set `this`\n- {_code(text)} [that]\n\n[that]: x\n"
    kinds = [
        child.type for block in MarkdownIt("gfm-like", {"linkify": False}).parse(page) for child in block.children or ()
    ]
    assert not set(kinds) & {"image", "html_inline", "em_open", "strong_open", "s_open"}
    assert kinds.count("link_open") == 1


def test_what_is_said_in_code_stays_code() -> None:
    assert _md("`sizeMib` of DB_NAME in [a]") == r"`sizeMib` of DB_NAME in \[a\]"
    assert _code("a`b") == "`` a`b ``"
