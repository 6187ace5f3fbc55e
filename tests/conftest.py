"""What all tests share: the option that rewrites golden files, and the way to reference data beside the repository."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
"""How long an example takes says something about the machine, and nothing about the code."""

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what the code makes now over the golden files; read the difference before committing it",
    )


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be rewritten in this run."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference data that is not part of the project: recorded hosts, CRDs. A test that needs it skips where it is absent."""
    path = Path(os.environ.get("MIGRATE_SHARED") or ROOT.parent / "shared").resolve()
    if not path.is_dir():
        pytest.skip("reference data is absent: put it beside the repository as ../shared, or set MIGRATE_SHARED")
    return path
