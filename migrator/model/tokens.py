"""What access tokens of well-known issuers look like. The scan and the last look before a commit both use it."""

__all__ = ["TOKENS"]

TOKENS: tuple[tuple[str, str, str], ...] = (
    ("a key of a cloud account", "IA", r"(AKIA|ASIA)[0-9A-Z]{16}"),
    ("a key of Google", "AIza", r"AIza[0-9A-Za-z_-]{30,45}"),
    ("an access token of GitHub", "gh", r"(gh[pousr]|github_pat)_[A-Za-z0-9_]{30,250}"),
    ("an access token of GitLab", "glpat-", r"glpat-[A-Za-z0-9_-]{20,250}"),
    ("an access token of Slack", "xox", r"xox[abeprs]-[A-Za-z0-9-]{10,250}"),
    ("a key of Stripe", "k_live_", r"[rs]k_live_[A-Za-z0-9]{10,250}"),
    ("a web token", "eyJ", r"eyJ[A-Za-z0-9_-]{8,2000}[.]eyJ[A-Za-z0-9_-]{8,2000}[.][A-Za-z0-9_-]{8,2000}"),
    (
        "the address of a webhook, which is its own password",
        "/",
        r"(hooks[.]slack[.]com/services|discord(app)?[.]com/api/webhooks|api[.]telegram[.]org/bot)[A-Za-z0-9/:_-]{10,250}",
    ),
)
"""What it is, a text without which it cannot be there, and its form, which POSIX tools read as Python does."""
