"""The wheel and the sdist hold what they should, and what is installed from them works, without the repository at hand."""

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

import migrator

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*") if path.is_file()
)
WHERE = "from migrator.shipped import templates; print(templates())"

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(300)]


def _run(*command: str | Path, cwd: Path) -> str:
    """Run without anything that could make the repository importable by accident."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that was built from the sdist. Needs no network: the build backend is installed already."""
    out = tmp_path_factory.mktemp("built")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    return next(built.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel. Its dependencies are those of the environment that runs the tests."""
    home = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", str(wheel)]
    _run(sys.executable, "-m", "pip", "--python", python, *install, cwd=home)
    site = Path(_run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def test_wheel_holds_code_and_templates_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {f"migrator/_templates/{name}" for name in TEMPLATES} <= set(names)
    assert {"migrator/py.typed", "migrator/cli/__init__.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {"migrator", wheel.name.rsplit("-", 3)[0] + ".dist-info"}
    assert [name for name in names if "test_" in name or "__pycache__" in name] == []


def test_sdist_holds_what_a_packager_needs(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {f"templates/{name}" for name in TEMPLATES} <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "migrator/__init__.py"} <= names


@pytest.mark.parametrize("command", ["migrate", "kubectl-migrate"])
def test_installed_command_tells_its_version(installed: Path, command: str) -> None:
    assert migrator.__version__ in _run(installed / "bin" / command, "--version", cwd=installed)


def test_installed_package_finds_its_templates(installed: Path) -> None:
    root = Path(_run(installed / "bin" / "python", "-c", WHERE, cwd=installed))
    assert installed.resolve() in root.resolve().parents
    assert sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()) == TEMPLATES


def test_editable_install_finds_the_templates_of_the_repository(tmp_path: Path) -> None:
    where = Path(_run(sys.executable, "-c", "import migrator; print(migrator.__file__)", cwd=tmp_path))
    if where.resolve().parent != ROOT / "migrator":
        pytest.skip("the project is not installed in editable form here: run `make test`")
    assert Path(_run(sys.executable, "-c", WHERE, cwd=tmp_path)).resolve() == ROOT / "templates"
