"""K-3: what people wrote into profiles and templates is stopped at the last moment, and clean files are not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrator.errors import InputError
from migrator.generate.run import generate, read_folder
from migrator.generate.secrets_gate import check
from migrator.generate.templates import Templates
from migrator.scan.estate import assemble
from migrator.scan.reading import looked
from migrator.scan.recording import load_recordings
from migrator.scan.run import questions
from migrator.scan.write import write_scan
from migrator.testing import MemoryRepository
from tests.hazards import canaries

ROOT = Path(__file__).parents[2]
UNKNOWABLE = {"variable: PLAIN", "variable: TWICE"}
"""A value without a name that says secret. No gate can tell it from any other."""
CLEAN = [
    "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef: {name: shop, key: password}\n",
    "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  secretStoreRef: {name: vault, kind: SecretStore}\n  data:\n  - secretKey: password\n    remoteRef: {key: shop/db, property: password}\n",
    "spec:\n  encryptedData:\n    password: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq\n",
    "auth:\n  existingSecret: shop-db\n  secretKeys:\n    adminPasswordKey: postgres-password\n",
    "spec:\n  tls:\n  - hosts: [shop.example]\n    secretName: shop-tls\n  issuerRef: {name: letsencrypt}\n",
    "volumes:\n- name: token\n  projected:\n    sources:\n    - serviceAccountToken: {path: token, expirationSeconds: 3600}\n",
    'args: ["--db=postgres://db01:5432/shop", "--password-file=/run/secrets/db", "--token-ttl", "3600"]\n',
    "command: [mysqldump, --defaults-extra-file=/run/secrets/my.cnf, -h, db01, shop]\n",
    "command: [curl, -fsS, http://localhost:8080/health]\n",
    "image: registry.example:5000/shop@sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n",
    "annotations:\n  reloader.stakater.com/auto: 'true'\n  checksum/config: 8f1b2d6c0a9e4f73b58f1b2d6c0a9e4f73b5aa01\n",
    "sops:\n  age:\n  - recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p\n",
    "url: http://app01:8080/a/b@2x.png\nfeed: https://example.com:8443/@shop\n",
    "# On the host: libc6=2.36-9, passwd=1:4.13+dfsg1-1+b1, python3=3.11.2-1\n",
    "schedule: 0 3 * * *\ncommand: [/bin/sh, -c, 'pg_dump \"$DATABASE_URL\" | gzip -9 >/backup/shop.gz']\n",
    "# Ask the owner for the password; it belongs into the Secret `shop`.\npasswordSecretRef: shop\n",
    "session:\n  secret: ${SESSION_SECRET}\n  cookieSecret: '{{ .Values.secret }}'\n",
    'args: ["--key", "/etc/tls/tls.key", "--cert=tls.crt", "--sort-key", "name", "-p", "8080", "--user", "1000:1000"]\n',
    "args: [--tls-key=/etc/a, --salt, $(SALT), -u, www-data, --auth-url=http://auth:80, --pin=${PIN}]\n",
    "- --cookie-secure\n- --key\n- /etc/tls/a.pem\n- name: key\n- key: value\n",
    "mkdir -m 755 -p shop && docker compose -p shop up\napi -p 8080 -p db01:5432 -p /run/x.pid -p $PORT\n",
    "docker run -p 8080:80 shop\nzip -r out.zip /srv/shop\nopenssl x509 -in /etc/ssl/shop.pem -noout\nredis-cli -h cache01 PING\n",
]  # fmt: skip
"""Manifests and notes as people write them, with every harmless word that a rule might take for something else."""


@pytest.mark.parametrize("name", [name for name in canaries.forms() if name not in UNKNOWABLE])
def test_a_secret_in_the_output_stops_the_run(name):
    text = canaries.forms()[name]
    with pytest.raises(InputError) as caught:
        check({"apps/shop/base/deployment.yaml": f"kind: Deployment\n{text}\n"})
    assert not canaries.found_in(str(caught.value).encode())


def test_the_forms_are_as_many_as_promised():
    """38 of 40 is the promise: 95 of 100."""
    forms = canaries.forms()
    assert len(forms) >= 40
    assert len(UNKNOWABLE) / len(forms) <= 0.05


ARGUMENTS = [
    ["--pw", "x1"],
    ["--db.pw=x1"],
    ["--key", "x1"],
    ["--pin", "4827"],
    ["-u", "a:x1"],
    ["--basic-auth=a:x1"],
    ["--password", "x1"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
@pytest.mark.parametrize("form", ["  - {}\n", '"{}", ', "'{}' "], ids=["list", "flow", "words"])
def test_an_argument_is_stopped_however_yaml_has_it(arguments, form):
    with pytest.raises(InputError, match="looks like a password"):
        check({"x.yaml": "args: [\n" + "".join(form.format(argument) for argument in ("api", *arguments, "-v"))})


@pytest.mark.parametrize("text", CLEAN)
def test_a_clean_manifest_passes(text):
    check({"apps/shop/base/x.yaml": text})


def test_nothing_that_we_generate_is_taken_for_a_secret(tmp_path):
    """Every golden file, and a whole repository made from the recorded estate."""
    golden = [file for file in (ROOT / "tests").rglob("want/**/*") if file.is_file()]
    made = MemoryRepository()
    answers = load_recordings(ROOT / "migrator" / "quickstart" / "estate")
    facts = questions(deep=True)
    write_scan(tmp_path, assemble([looked(a, facts) for a in answers], now=datetime(2026, 11, 23, tzinfo=UTC)))
    generate(read_folder(tmp_path), made, Templates())
    corpus = {str(file): file.read_text() for file in golden} | dict(made.tree())
    assert len(corpus) > 500
    stopped = []
    for path, text in corpus.items():
        try:
            check({path: text})
        except InputError as error:
            stopped.append(str(error))
    assert stopped == []
