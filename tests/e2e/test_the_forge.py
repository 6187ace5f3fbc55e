"""The forge does what a company's forge does: a protected branch takes pull requests, and those want approval."""

import httpx
import pytest

from tests.e2e.conftest import cloned
from tests.testbed import forge
from tests.testbed.parts import wait
from tests.testbed.shell import run

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def test_a_protected_branch_takes_pull_requests_only(walk, tmp_path):
    hosted = forge.current()
    git = cloned("guarded", tmp_path / "r")
    run(*git, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    # Gitea takes note of a push after it has answered, and opens no pull request in a repository that it holds for empty.
    wait("the forge knows of the push", lambda: not hosted.api("GET", "repos/platform/guarded")["empty"])
    hosted.protect("guarded", "main")
    (tmp_path / "r" / "phase").write_text("1\n")
    run(*git, "add", "phase")
    run(*git, "commit", "--quiet", "--message=Move one percent")
    with pytest.raises(RuntimeError, match="pre-receive hook declined"):
        run(*git, "push", "origin", "HEAD:refs/heads/main")
    options = ["-o", "topic=phase-1", "-o", "title=Move one percent"]
    run(*git, "push", "--quiet", "origin", "HEAD:refs/for/main", *options)
    (request,) = hosted.api("GET", "repos/platform/guarded/pulls")
    assert request["title"] == "Move one percent"
    with pytest.raises(httpx.HTTPStatusError, match="405"):
        hosted.api("POST", f"repos/platform/guarded/pulls/{request['number']}/merge", Do="merge")
