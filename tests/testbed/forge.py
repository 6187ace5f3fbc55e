"""Gitea in the cell: a real forge over HTTP, with accounts, tokens, protected branches and pull requests."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.testbed.cell import OPEN
from tests.testbed.parts import Part, start, wait
from tests.testbed.shell import run

__all__ = ["Forge", "current", "up"]

_USER_ID = 64_100
"""Gitea refuses to be root. No account has this number; none is needed."""
_PROGRAM = OPEN / "bin" / "gitea"
_WORK = OPEN / "run" / "gitea"
_TOKEN = _WORK.with_name("forge-token")
_ADDRESS = "127.0.0.1:3000"
_OWNER = "platform"

_CONFIGURATION = """\
APP_NAME = test-bed
RUN_MODE = prod
WORK_PATH = {work}
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = 3000
ROOT_URL = http://{address}/
STATIC_ROOT_PATH = {static}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {work}/gitea.db
[security]
INSTALL_LOCK = true
SECRET_KEY = {secret}
[service]
DISABLE_REGISTRATION = true
[log]
LEVEL = Warn
[cron]
ENABLED = false
"""


@dataclass(frozen=True)
class Forge:
    """A running forge, with its administrator's token."""

    token: str

    @property
    def part(self) -> Part:
        return Part("gitea")

    def url(self, repository: str, *, with_token: bool = False) -> str:
        """Where to clone from; with the token, where to push to."""
        login = f"{_OWNER}:{self.token}@" if with_token else ""
        return f"http://{login}{_ADDRESS}/{_OWNER}/{repository}.git"

    def make_repository(self, name: str) -> None:
        """An empty one that everybody may read."""
        self.api("POST", "user/repos", name=name, default_branch="main")

    def protect(self, repository: str, branch: str, approvals: int = 1) -> None:
        """Nobody pushes to the branch any more; changes come by pull requests with approvals."""
        rule = {"branch_name": branch, "enable_push": False, "required_approvals": approvals}
        self.api("POST", f"repos/{_OWNER}/{repository}/branch_protections", **rule)

    def refuse_pushes(self, repository: str, message: str) -> None:
        """From now on a hook of the repository fails every push with this message."""
        hook = self._hook(repository)
        hook.write_text(f"#!/bin/sh\necho {message!r} >&2\nexit 1\n")
        hook.chmod(0o755)

    def accept_pushes(self, repository: str) -> None:
        self._hook(repository).unlink(missing_ok=True)

    def api(self, method: str, path: str, **body: Any) -> Any:
        """One call of Gitea's API; raises httpx.HTTPStatusError for what is refused."""
        with httpx.Client(trust_env=False, timeout=30) as client:
            headers = {"Authorization": f"token {self.token}"}
            answer = client.request(method, f"http://{_ADDRESS}/api/v1/{path}", json=body or None, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _hook(self, repository: str) -> Path:
        folder = _WORK / "data" / "gitea-repositories" / _OWNER / f"{repository}.git" / "hooks"
        return folder / "pre-receive.d" / "refuse"


def up() -> Forge:
    """From nothing to a forge that answers, with one account."""
    _WORK.mkdir()
    configuration = _WORK / "app.ini"
    text = _CONFIGURATION.format(work=_WORK, static=OPEN / "gitea", address=_ADDRESS, secret=secrets.token_urlsafe(32))
    configuration.write_text(text)
    for path in (_WORK, configuration):
        path.chmod(0o700)
        os.chown(path, _USER_ID, _USER_ID)
    _gitea("migrate")
    password = secrets.token_urlsafe(16)
    account = ["--username", _OWNER, "--password", password, "--email", f"{_OWNER}@corp.test"]
    _gitea("admin", "user", "create", "--admin", "--must-change-password=false", *account)
    token = _gitea("admin", "user", "generate-access-token", "--raw", "--scopes", "all", "--username", _OWNER).split()[
        -1
    ]
    part = start("gitea", str(_PROGRAM), "--config", str(configuration), "web", environment=_ENVIRONMENT, user=_USER_ID)
    forge = Forge(token)
    _TOKEN.touch(mode=0o600)
    _TOKEN.write_text(token)
    wait("Gitea answers", lambda: _answers(forge), part)
    return forge


def current() -> Forge:
    """The forge that runs."""
    return Forge(_TOKEN.read_text())


_ENVIRONMENT = {"HOME": str(_WORK), "USER": "gitea", "GIT_CONFIG_NOSYSTEM": "1"}


def _gitea(*arguments: str) -> str:
    """One of its commands, as its user."""
    words = ["setpriv", f"--reuid={_USER_ID}", f"--regid={_USER_ID}", "--clear-groups"]
    variables = [f"{name}={value}" for name, value in _ENVIRONMENT.items()]
    return run("env", *variables, *words, str(_PROGRAM), "--config", str(_WORK / "app.ini"), *arguments)


def _answers(forge: Forge) -> bool:
    try:
        return bool(forge.api("GET", "version"))
    except httpx.TransportError:
        return False
