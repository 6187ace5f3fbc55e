"""The Jinja2 environment: built-in templates, a folder of the user's before them, and quoting that cannot be forgotten.

The only importer of jinja2. In a template whose name ends in `.yaml.j2` every `{{ … }}` is either a whole YAML scalar
(behind `: ` or `- `, up to the end of the line), which is then quoted as needed, or a part of one, which must then be
made of harmless characters. So no value can become a key, a second document or another type. In all other templates
values are put in as they are, and say by a filter where they stand: `line`, `md`, `code`, `sh`, `json`.

`labels: {{ labels | block(4) }}` writes a mapping or list over several lines, indented by four.
"""

import itertools
import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import jinja2
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import ImmutableSandboxedEnvironment

from migrator import shipped, yamlio
from migrator.errors import InputError, TemplateError

__all__ = ["Templates", "scalar"]

_YAML = ".yaml.j2"
_PLAY = ".play.yaml.j2"
"""For Ansible: a list of plays, and no manifest."""
_NAMELESS = ("kustomize.config.k8s.io/", "migrate.dev/")
_WHOLE = re.compile(r"(?:^|\n)[^\n]*(?:: |- )$")
_DULL = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*")
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_HARMLESS = re.compile(r"[A-Za-z0-9_./@-]+")
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_BYTE, _PLANE = 0x100, 0x10000
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_MARKS = re.compile(r"[\\`*\[\]<~]|&(?=#?\w+;)|\b_|_\b|(?<=[a-zA-Z]):(?=//)|(?<=www)\.")
_TICKS = re.compile(r"`+")


def scalar(value: object) -> str:
    """Write a value as YAML on one line: a string comes back as the same string from every parser in use.

    Lists and mappings are written in flow style. Raises TypeError for any other type, ValueError for a string that is
    not Unicode text.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_string(str(key))}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(scalar(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no form in YAML")


@lru_cache(maxsize=1 << 16)
def _string(value: str) -> str:
    if _DULL.fullmatch(value) and value.lower() not in _WORDS:
        return value
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("the text is not Unicode")
    return '"' + "".join(_SHORT.get(char) or (char if char.isprintable() else _escape(char)) for char in value) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < _BYTE else f"\\u{code:04x}" if code < _PLANE else f"\\U{code:08x}"


class _Written(str):
    """Text that is YAML already."""

    __slots__ = ()


def _block(value: object, indent: int) -> str:
    """A mapping or list below its key; what is empty stays on the line of the key."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises UndefinedError with the name
    if not value:
        return _Written(" " + scalar(value))
    return _Written("".join(f"\n{' ' * indent}{line}" for line in _lines(value)))


def _lines(value: object) -> Iterator[str]:
    """A mapping or list in block style, every string on its line."""
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _entry(f"{_string(str(key))}:", item)
    elif isinstance(value, Sequence) and not isinstance(value, str) and value:
        for item in value:
            first, *others = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in others)
    else:
        yield scalar(value)


def _entry(key: str, item: object) -> Iterator[str]:
    if item and isinstance(item, Mapping | Sequence) and not isinstance(item, str):
        yield key
        yield from (f"  {line}" for line in _lines(item))
    else:
        yield f"{key} {scalar(item)}"


def _line(value: object) -> str:
    """Text that stays in its line, whatever was in it: a comment, a heading, a list item."""
    text = " ".join(str(value).split())
    return _Written("".join(char if char.isprintable() else "?" for char in text))


def _md(value: object) -> str:
    """Text in Markdown that shows what it is: code spans stay, and nothing else becomes a link, an image or HTML.

    Source: CommonMark 0.31, sections 2.4 and 6.1; GitHub's additions make links of `www.` and `://`.
    """
    text, at, out = _line(value), 0, []
    for span in _CODE.finditer(text):
        out += [_plain(text[at : span.start()]), span.group()]
        at = span.end()
    return _Written("".join([*out, _plain(text[at:])]))


def _plain(text: str) -> str:
    return _MARKS.sub(lambda mark: f"\\{mark.group()}", text)


def _code(value: object) -> str:
    """A code span in Markdown that the text itself cannot end."""
    text = _line(value)
    longest = max(map(len, _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    room = " " if longest or not text else ""
    return _Written(f"{fence}{room}{text}{room}{fence}")


def _json(value: object) -> str:
    """A JSON string or array, for the instructions of a Containerfile that take one."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def _sh(value: object) -> str:
    return shlex.quote(str(value))


def _whole(value: object) -> str:
    if isinstance(value, _Written):
        return value
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises UndefinedError with the name
    return scalar(value)


def _part(value: object) -> str:
    if isinstance(value, _Written):
        return value
    text = str(value)
    if isinstance(value, bool) or not _HARMLESS.fullmatch(text):
        raise ValueError(f"{text!r} cannot be a part of a YAML value; let the template put it there as a whole")
    return text


class _Quoting(Extension):
    """Adds `| whole` or `| part` to every variable of a YAML template, by what stands before and behind it."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterator[Token]:
        if not (stream.name or "").endswith(_YAML):
            return stream
        return _quoted(list(stream))


def _quoted(tokens: list[Token]) -> Iterator[Token]:
    name = "part"
    for position, token in enumerate(tokens):
        if token.type == "data" and _is_block(tokens, position + 1):
            yield Token(token.lineno, "data", token.value.rstrip(" "))
            continue
        if token.type == "variable_begin":
            name = "whole" if _is_whole(tokens, position) else "part"
            yield token
            yield Token(token.lineno, "lparen", "(")
        elif token.type == "variable_end":
            yield Token(token.lineno, "rparen", ")")
            yield Token(token.lineno, "pipe", "|")
            yield Token(token.lineno, "name", name)
            yield token
        else:
            yield token


def _is_whole(tokens: list[Token], begin: int) -> bool:
    end = next(place for place in range(begin, len(tokens)) if tokens[place].type == "variable_end")
    before = tokens[begin - 1] if begin else None
    behind = tokens[end + 1] if end + 1 < len(tokens) else None
    opens = before is not None and before.type == "data" and _WHOLE.search(before.value) is not None
    return opens and (behind is None or (behind.type == "data" and behind.value.startswith("\n")))


def _is_block(tokens: list[Token], begin: int) -> bool:
    """Whether the variable that begins there ends with `| block(…)`, which brings its own line break or space."""
    if begin >= len(tokens) or tokens[begin].type != "variable_begin":
        return False
    inside = itertools.takewhile(lambda token: token.type != "variable_end", tokens[begin:])
    return any(token.type == "name" and token.value == "block" for token in inside)


class Templates:
    """Renders templates by name, such as `kubernetes/deployment.yaml.j2`.

    A file of the same name in `folder` wins; it may begin with `{% extends "default:kubernetes/deployment.yaml.j2" %}`
    and fill the blocks `more_metadata` and `more_spec` with lines of its own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        built_in = jinja2.FileSystemLoader(shipped.templates())
        self._folder = folder
        own = [jinja2.FileSystemLoader(folder)] if folder else []
        named = jinja2.PrefixLoader({"default": built_in}, delimiter=":")
        self._environment = ImmutableSandboxedEnvironment(
            loader=jinja2.ChoiceLoader([*own, built_in, named]),
            undefined=jinja2.StrictUndefined,
            extensions=[_Quoting],
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.globals.clear()  # Jinja's `namespace` would stand in for one forgotten in a view
        filters = {"whole": _whole, "part": _part, "block": _block, "line": _line, "json": _json, "sh": _sh}
        self._environment.filters |= filters | {"md": _md, "code": _code}
        self._get = lru_cache(maxsize=None)(self._environment.get_template)

    def render(self, name: str, view: Mapping[str, object]) -> str:
        """Fill the template called `name`. Raises TemplateError with the template's name and line."""
        try:
            text = self._get(name).render(view)
        except jinja2.TemplateSyntaxError as problem:
            raise TemplateError(f"{problem.name or name}:{problem.lineno}: {problem.message}") from problem
        except jinja2.TemplateNotFound as problem:
            raise TemplateError(f"{name}: there is no template `{problem.name}`") from problem
        except (jinja2.TemplateError, TypeError, ValueError, AttributeError) as problem:
            raise TemplateError(f"{_place(problem.__traceback__) or name}: {problem}") from problem
        if self._is_own(name):
            _check(name, text)
        return text

    def _is_own(self, name: str) -> bool:
        return self._folder is not None and name.endswith(_YAML) and (self._folder / name).is_file()


def _place(trace: TracebackType | None) -> str:
    """`file:line` of the innermost frame that is a template."""
    found = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = f"{Path(file).parent.name}/{Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def _check(name: str, text: str) -> None:
    """A user's template may write anything; what comes out has to be manifests with a name, or the agent stops."""
    try:
        documents: list[Any] = [document.data for document in yamlio.load_all(text, file=name)]
    except InputError as problem:
        raise TemplateError(f"{problem} (in what the template made)") from problem
    for data in documents if not name.endswith(_PLAY) else ():
        missing = _missing(data)
        if missing:
            raise TemplateError(f"{name}: what the template made is no manifest: it has no `{missing}`")


def _missing(data: object) -> str:
    """The first key that a manifest needs and this has not. The mesh's universal form has `type` and `name`."""
    if not isinstance(data, Mapping) or not {"kind", "type"} & data.keys():
        return "kind"
    if "kind" not in data:
        return "" if data.get("name") else "name"
    version, metadata = str(data.get("apiVersion") or ""), data.get("metadata")
    if not version or version.startswith(_NAMELESS):
        return "" if version else "apiVersion"
    return "" if isinstance(metadata, Mapping) and metadata.get("name") else "metadata.name"
