"""The last look before a commit."""

from dataclasses import replace

import pytest

from migrator.errors import InputError, MigrateError
from migrator.generate.run import generate
from migrator.generate.secrets_gate import check
from migrator.generate.templates import Templates
from migrator.testing import MemoryRepository
from tests.generate.builders import SHOP, scan

SECRETS = [
    "jdbc: postgresql://app:hunter2@db01:5432/shop",
    "url: https://:tok3n@host/x",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----",
    "--db.password=hunter2",
    "DB_PASSWORD='hunter2'",
    'requirePass="x"\nMYSQL_PASSWD=s3cret',
    "api_key=abcdef",
    "password: hunter2",
    "  - db_password: 'hunter2'  # of the test database",
    '  "spring.datasource.password": "hunter2",',
    "DB_PASSWORD: hunter2",
    "password: pa#ss",
    "AKIAABCDEFGHIJKLMNOP",
    "ghp_" + "a" * 36,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w",
]
HARMLESS = [
    "postgresql://app:***@db01/shop",
    "postgresql://app@db01:5432/shop",
    "https://example.com:8080/@user",
    "--password=***",
    "--password=$DB_PASSWORD",
    "--password-file=/run/secrets/db",
    "- name: DB_PASSWORD",
    '- "passwd=1:4.13+dfsg1-1"',
    "password=${DB}",
    "password: ***",
    "password: ${DB_PASSWORD}",
    "password: <set it>",
    "password: null",
    "requirePassword: true",
    "passwordKey: db",
    "password: ask the owner of the service",
    "password:",
    "password: |",
    "# password: see the handbook",
    "-----BEGIN CERTIFICATE-----",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_stops_the_run_without_being_repeated(secret: str) -> None:
    with pytest.raises(InputError) as caught:
        check({"fine.yaml": "a: 1\n", "apps/x.yaml": f"kind: X\n{secret}\n"})
    message = str(caught.value)
    assert message.startswith(("apps/x.yaml:2: ", "apps/x.yaml:3: "))
    assert "hunter2" not in message
    assert secret.rsplit("=", maxsplit=1)[-1].strip("'") not in message


@pytest.mark.parametrize("text", HARMLESS)
def test_a_reference_is_no_secret(text: str) -> None:
    check({"a": text})


def test_text_that_cannot_be_written_is_named() -> None:
    with pytest.raises(InputError, match=r"^a:2: is not Unicode"):
        check({"a": "x\n\ud800"})


def test_nothing_is_written_when_a_profile_holds_a_secret() -> None:
    repository = MemoryRepository()
    with pytest.raises(MigrateError, match=r"^\S+:\d+: looks like a password"):
        generate(scan(replace(SHOP, command=("/bin/x", "--password=hunter2"))), repository, Templates())
    assert not repository.tree()
