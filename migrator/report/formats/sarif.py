"""Findings for whatever shows those of linters: code scanning of a forge, editors, dashboards.

Every code is a rule, its remediation the rule's help. A finding stands in the file that it was read from, without a
line, because people move lines. Its fingerprint is made of code, subject and file, so that it stays the same finding
when its words change. Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0 Plus Errata 01".
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from migrator.model.finding_titles import TITLES
from migrator.model.findings import Severity
from migrator.report.format import Format
from migrator.report.found import Found, findings_of
from migrator.report.report import Report

__all__ = ["FORMAT"]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.UNKNOWN: "note", Severity.NOTE: "note"}
"""`unknown` is no failure: nothing was seen. Viewers hide what has the level `none`, so it is a note and not that."""


def render(report: Report) -> str:
    """One run with one result for each finding."""
    found = findings_of(report)
    first = {one.finding.code: one for one in reversed(found)}
    codes = sorted(first)
    run = {
        "tool": {
            "driver": {
                "name": "migrate",
                "version": report.migrate,
                "rules": [_rule(first[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "properties": {"scannedAt": report.estate.scanned_at},
        "results": list(_results(found, codes)),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(first: Found) -> dict[str, Any]:
    finding = first.finding
    return {
        "id": finding.code,
        "shortDescription": {"text": TITLES.get(finding.code) or finding.code},
        "help": {"text": _message(finding.remediation)},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
    }


def _results(found: Sequence[Found], codes: Sequence[str]) -> Iterator[dict[str, Any]]:
    seen: dict[tuple[str, str, str], int] = {}
    for one in found:
        identity = (one.finding.code, one.finding.subject, one.file)
        seen[identity] = seen.get(identity, 0) + 1
        yield _result(one, codes.index(one.finding.code), _fingerprint(*identity, seen[identity]))


def _result(one: Found, rule: int, fingerprint: str) -> dict[str, Any]:
    finding = one.finding
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": _message(f"{finding.subject}: {finding.message}")},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": quote(one.file), "uriBaseId": "%SRCROOT%"}},
                "logicalLocations": [{"fullyQualifiedName": finding.subject}],
            }
        ],
        "partialFingerprints": {"migrateFinding/v1": fingerprint},
        "properties": {
            "severity": str(finding.severity),
            "remediation": finding.remediation,
            "host": one.host,
            "service": one.service,
        },
    }


def _fingerprint(code: str, subject: str, file: str, number: int) -> str:
    """`number` tells those apart that share all else: two places of state in one service."""
    return hashlib.sha256(json.dumps([code, subject, file, number]).encode()).hexdigest()


def _message(text: str) -> str:
    """Text without placeholders and links: braces are doubled (section 3.11.5), `](` makes no link (3.11.6)."""
    return (text or " ").replace("{", "{{").replace("}", "}}").replace("](", "] (")


FORMAT = Format("application/sarif+json", ".sarif", "findings, for code scanning of a forge", render)
