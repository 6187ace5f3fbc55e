"""The HTML page as a text: one file, its policy names its own parts, data is data. What it does in a browser: test_page.py."""

import base64
import hashlib
import json
import re

import pytest

from migrator.report.formats import FORMATS
from migrator.report.page import page

from .estates import estate_report, hostile_report

REPORTS = pytest.mark.parametrize("report", [estate_report(10), hostile_report()], ids=["10", "bad"])
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
PROGRAM = re.compile(r"<script>(.*?)</script>", re.DOTALL)
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@REPORTS
def test_data_is_in_the_page_as_it_is(report):
    text = FORMATS["html"].render(report)
    (data,) = DATA.findall(text)
    assert json.loads(data) == json.loads(json.dumps(page(report)))
    assert not set("<>&") & set(data)


@REPORTS
def test_the_page_has_two_scripts_and_its_policy_names_the_program_and_the_style(report):
    text = FORMATS["html"].render(report)
    assert text.count("<script") == text.count("</script") == 2
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    for kind, part in (("script-src", PROGRAM), ("style-src", STYLE)):
        (found,) = part.findall(text)
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_the_frame_is_the_same_for_every_estate():
    """Nothing of a host is in the page but in its data."""
    frames = {DATA.sub("", FORMATS["html"].render(report)) for report in (estate_report(10), hostile_report())}
    assert len(frames) == 1


def test_the_page_names_no_address_of_a_network():
    frame = DATA.sub("", FORMATS["html"].render(estate_report(10)))
    assert set(re.findall(r"\b(?:https?|wss?)://[^\s\"']+", frame)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(
        r"(?<!-)\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function)", frame
    )
