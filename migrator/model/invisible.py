"""Characters that nobody sees and that change what a reader takes the text around them for."""

__all__ = ["INVISIBLE"]

INVISIBLE = "\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff"
"""For a class of a regular expression: C1 controls, bidirectional marks and overrides, zero-width signs, tags.

Source: Unicode 15, categories Cc, Cf, Zl and Zp; "Trojan Source" (CVE-2021-42574).
"""
