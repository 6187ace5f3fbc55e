"""Validators for the forms of a report, with the schemas of their makers."""

import json
from importlib.resources import files
from pathlib import Path

from jsonschema_rs import Draft4Validator, Draft7Validator, Registry

__all__ = ["BACKSTAGE", "CYCLONEDX", "SARIF", "problems"]

HERE = Path(__file__).parent
KINDS = ("System", "Component", "Resource")
CYCLONEDX_PARTS = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")


def cyclonedx():
    folder = files("cyclonedx.schema") / "_res"
    parts = [
        (f"http://cyclonedx.org/schema/{name}", json.loads((folder / name).read_text())) for name in CYCLONEDX_PARTS
    ]
    whole = json.loads((folder / "bom-1.6.SNAPSHOT.schema.json").read_text())
    return Draft7Validator(whole, registry=Registry(parts), validate_formats=True)


def sarif():
    return Draft4Validator(json.loads((HERE / "sarif-2.1.0.json").read_text()), validate_formats=True)


def backstage():
    contents = [json.loads(path.read_text()) for path in (HERE / "backstage").glob("*.json")]
    registry = Registry([(one["$id"], one) for one in contents])
    return {
        kind: Draft7Validator(next(one for one in contents if one["$id"] == f"{kind}V1alpha1"), registry=registry)
        for kind in KINDS
    }


CYCLONEDX, SARIF, BACKSTAGE = cyclonedx(), sarif(), backstage()


def problems(validator, data):
    """What is wrong, shortened: the data may be hostile and long."""
    return [f"{list(one.instance_path)}: {one.message[-300:]}" for one in validator.iter_errors(data)]
