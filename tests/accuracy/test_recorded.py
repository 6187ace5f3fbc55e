"""The recorded hosts are understood as well as ever: nothing is said that is not so, and what is missed is known."""

from pathlib import Path

import pytest

from tests.accuracy import recorded
from tests.accuracy.measure import Score, leaks, scores

ROOT, PLAIN = recorded.FOLDERS
UNSEEN = {
    "edges, all sources": {
        "invoicing-run postfix 25",  # from a file with mode 600; the job lives for less than a second
        "invoicing-run postgresql 5432",
        "portal notify 3000",  # from a file with mode 640; no connection stands
    },
    "state of a service or job": {"portal /var/lib/portal/uploads"},
    "files with a secret in them": {
        "app01 /etc/orders/orders.env",
        "app02 /etc/orders/orders.env",
        "app02 /etc/pricing/application.properties",
        "batch01 /home/jsmith/fx/.amqp",
        "batch01 /opt/billing/billing.conf",
        "lb01 /etc/haproxy/certs/shop.pem",
        "mq01 /etc/redis/redis.conf",
        "web01 /opt/portal/config/settings.ini",
    },
}
"""What a plain user may not read."""


def found(folder: Path) -> list[Score]:
    scan = recorded.scan(folder)
    one_source_alone = ("edges that stand", "edges, by configuration")
    said = scores(scan.estate, scan.profiles, recorded.truth())
    return [score for score in said if not score.what.startswith(one_source_alone)]


@pytest.mark.parametrize(("folder", "unseen"), [(ROOT, {}), (PLAIN, UNSEEN)], ids=["root", "plain"])
def test_nothing_is_made_up_and_nothing_more_is_missed(folder: Path, unseen: dict[str, set[str]]) -> None:
    said = found(folder)
    assert {score.what: score.wrong for score in said if score.wrong} == {}
    assert {score.what: set(score.missed) for score in said if score.missed} == unseen


@pytest.mark.parametrize("folder", [ROOT, PLAIN], ids=["root", "plain"])
def test_no_recording_holds_a_secret(folder: Path) -> None:
    assert leaks((file.read_bytes() for file in folder.rglob("*") if file.is_file()), recorded.truth()) == []
