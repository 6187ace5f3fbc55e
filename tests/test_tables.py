"""Every implementation of a seam stands in the explicit table of its folder. There is no discovery by magic."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLES = {
    "migrator/scan/facts": "FACTS",
    "migrator/scan/detectors": "DETECTORS",
    "migrator/scan/transports": "TRANSPORTS",
    "migrator/generate/kinds": "KINDS",
    "migrator/meshes": "MESHES",
    "migrator/cutover/gates": "GATES",
    "migrator/cutover/sources": "SOURCES",
    "migrator/report/formats": "FORMATS",
}


def _forgotten(folder: Path, table: str) -> list[str]:
    """What a person has to add, one line for each module that the table does not reach."""
    tree = ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))
    parts = folder.parts
    package = ".".join(parts[len(parts) - parts[::-1].index("migrator") - 1 :])
    used = _reached(tree, package, table)
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return [
        f"add to {table} in {package} what `from {package}.{module} import …` brings"
        for module in sorted(modules - used)
    ]


def _reached(tree: ast.Module, package: str, table: str) -> set[str]:
    """Modules that the table names: imported, through a function that imports late, or as the text `package.module`."""
    origin = _imported_from(tree, package)
    functions = _functions(tree)
    parts = list(ast.walk(_value_of(tree, table)))
    late = [
        functions[name] for part in parts if isinstance(part, ast.expr) and (name := ast.unparse(part)) in functions
    ]
    reached = {origin[part.id] for part in parts if isinstance(part, ast.Name) and part.id in origin}
    reached |= {module for function in late for module in _imported_from(function, package).values()}
    return reached | {module for part in [*parts, *late] for module in _named_in(part, package)}


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    """Functions by name, methods by `Class.name`."""
    found = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{owner.name}.{node.name}": node for node in owner.body if isinstance(node, ast.FunctionDef)}
    return found


def _named_in(tree: ast.AST, package: str) -> set[str]:
    texts = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text.removeprefix(f"{package}.").split(":")[0] for text in texts if text.startswith(f"{package}.")}


def _imported_from(tree: ast.AST, package: str) -> dict[str, str]:
    """Name in the table's module -> module of the folder that it comes from."""
    origin = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            origin |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(f"{package}."):
            origin |= {alias.asname or alias.name: node.module.removeprefix(f"{package}.") for alias in node.names}
    return origin


def _value_of(tree: ast.Module, table: str) -> ast.AST:
    for node in ast.walk(tree):
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == table for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            return node.value or node
    raise AssertionError(f"has no table {table}")


@pytest.mark.parametrize("folder", TABLES)
def test_every_module_is_in_the_table(folder: str) -> None:
    assert _forgotten(ROOT / folder, TABLES[folder]) == []


def test_a_forgotten_module_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "migrator" / "meshes"
    folder.mkdir(parents=True)
    (folder / "kuma.py").touch()
    (folder / "linkerd.py").touch()
    (folder / "__init__.py").write_text("from migrator.meshes.kuma import Kuma\nMESHES = {'kuma': Kuma}\n")
    assert _forgotten(folder, "MESHES") == [
        "add to MESHES in migrator.meshes what `from migrator.meshes.linkerd import …` brings"
    ]


def test_an_import_alone_is_not_an_entry(tmp_path: Path) -> None:
    folder = tmp_path / "migrator" / "meshes"
    folder.mkdir(parents=True)
    (folder / "kuma.py").touch()
    (folder / "__init__.py").write_text("from migrator.meshes import kuma\nMESHES = {}\n")
    assert len(_forgotten(folder, "MESHES")) == 1
