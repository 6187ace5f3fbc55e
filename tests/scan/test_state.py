"""How large the places are where a service keeps data, and how well that is known."""

from datetime import UTC, datetime

import pytest

from migrator.model.observations import Observed
from migrator.model.services import Evidence, State
from migrator.scan.facts.data_sizes import DataSizes
from migrator.scan.facts.mounts import Mount, Mounts
from migrator.scan.snapshot import Snapshot
from migrator.scan.state import state_of

WHY = Evidence("processes", "shopd --data", "pid 7")
ROOT = Mount("/", "/dev/vda1", "ext4", 41188, 258000)
DATA = Mount("/data", "/dev/vdb1", "xfs", 2048, 100000)
OWN = Mount("/data/shop", "/dev/vdc1", "xfs", 300, 100000)
DEAD = Mount("/data", "nas01:/export", "nfs")


@pytest.mark.parametrize(
    ("mounts", "measured", "want"),
    [
        ((ROOT,), {}, (41188, False, "/")),
        ((ROOT, DATA), {}, (2048, False, "/data")),
        ((ROOT, DATA, OWN), {}, (300, True, "")),
        ((ROOT, DEAD), {}, (None, False, "")),
        ((), {}, (None, False, "")),
        ((ROOT,), {"/data/shop": 12}, (12, True, "")),
    ],
    ids=["on the root's", "on another", "its own", "no answer", "no mounts", "measured"],
)
def test_a_size_is_exact_or_says_of_what_it_is(mounts, measured, want):
    facts = {Mounts.name: Observed((mounts, ())), DataSizes.name: Observed(measured)}
    snapshot = Snapshot("h", "192.0.2.1", datetime(2026, 11, 26, tzinfo=UTC), facts)
    (found,) = state_of(snapshot, None, [("/data/shop", WHY)], ())
    assert found == State("/data/shop", *want, evidence=(WHY,))
