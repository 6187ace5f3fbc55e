"""C-7: what becomes of any name is a name to a real API server: of a Service, of a label's value, of a key."""

import json
import random

import pytest

from migrator.model.names import dns_label
from tests.hazards.counts import count
from tests.hazards.payloads import NAMES
from tests.testbed.control_plane import ControlPlane

pytestmark = [pytest.mark.apiserver, pytest.mark.timeout(600)]
SIGNS = "abcxyzABZ0189-_.@:/ %äßK漢\u200b\n~$({})"


def texts(number: int) -> list[str]:
    """The names that are meant to break something, and made ones up to the number."""
    chance = random.Random(7)
    made = ["".join(chance.choices(SIGNS, k=chance.randint(0, 80))) for _ in range(number)]
    return [*NAMES, *made][:number]


def test_the_api_server_takes_every_name(cluster: ControlPlane) -> None:
    refused = []
    for text in texts(count(60, 500)):
        label = dns_label(text)
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": label, "namespace": "default", "labels": {"app.kubernetes.io/name": label}},
            "spec": {"selector": {"app.kubernetes.io/name": label}, "ports": [{"port": 80}]},
        }
        answer = cluster.dry_run(json.dumps(service))
        if not answer.accepted:
            refused.append((text, answer.message))
    assert refused == []
