"""What secrets look like that have no name beside them: for the scan, and for the last look before a commit.

Regular expressions that Python and POSIX tools read alike.
"""

__all__ = [
    "ANYWHERE",
    "APART",
    "CLIENTS",
    "FOREIGN",
    "HARMLESS_KEYS",
    "NEEDLES_APART",
    "PLACES",
    "PROGRAMS_WITH_OTHER_P",
    "TOKENS",
    "foreign_form",
]

TOKENS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("a key of a cloud account", ("AKIA", "ASIA"), r"(AKIA|ASIA)[0-9A-Z]{16}"),
    ("a key of Google", ("AIza",), r"AIza[0-9A-Za-z_-]{30,45}"),
    (
        "an access token of GitHub",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"(gh[pousr]|github_pat)_[A-Za-z0-9_]{30,250}",
    ),
    ("an access token of GitLab", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20,250}"),
    ("an access token of Slack", ("xox",), r"xox[abeprs]-[A-Za-z0-9-]{10,250}"),
    ("a key of Stripe", ("k_live_",), r"[rs]k_live_[A-Za-z0-9]{10,250}"),
    ("a web token", ("eyJ",), r"eyJ[A-Za-z0-9_-]{8,2000}[.]eyJ[A-Za-z0-9_-]{8,2000}[.][A-Za-z0-9_-]{8,2000}"),
    (
        "the address of a webhook, which is its own password",
        ("hooks.slack.com", "discord", "api.telegram.org"),
        r"(hooks[.]slack[.]com/services|discord(app)?[.]com/api/webhooks|api[.]telegram[.]org/bot)[A-Za-z0-9/:_-]{10,250}",
    ),
)
"""What it is, texts of which one has to be there, and its form."""

_OPEN = "[^] `\\140\"'$%<>{}*|;&()/-]"
"""How a value begins that is written there, and is no variable, command, place or option."""
_ANY = f"[\"']?{_OPEN}"

CLIENTS: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (("mysql", "mariadb"), "mysql[a-z_]{0,20}|mariadb[a-z-]{0,20}", "-p", _ANY),
    (("sshpass ",), "sshpass", "-p[ `~]*", f"[\"']?[0-9]*{_OPEN.replace('^]', '^]0-9')}"),
    (("mongo", "7z", "rabbitmqadmin ", "cqlsh "), "mongo[a-z]{0,20}|7z[ar]?|rabbitmqadmin|cqlsh", "-p[ `~]*", _ANY),
    (("ftpput ", "ftpget "), "(nc)?ftp(put|get)", "-p[ `~]*", _ANY),
    ((" login ",), "(docker|podman|nerdctl|helm|oc)[ `~]+([a-z]+[ `~]+)?login", "-p[ `~]*", _ANY),
    (
        ("zip ", "sql", "bcp ", "mosquitto_", "ipmitool "),
        "(un)?zip|[iot]sql|sqlcmd|bcp|mosquitto_[a-z]{1,9}|ipmitool",
        "-P[ `~]*",
        _ANY,
    ),
    (("ldap",), "ldap[a-z]{1,20}", "-w[ `~]*", _ANY),
    (("-cli ",), "(redis|valkey)-cli", "(-a|--pass)[ `~]+", _ANY),
    (("curl ",), "curl", "(-u|-U|--user|--proxy-user)[ `~=]*", f"{_ANY}[^ `~\"':]*:{_OPEN}"),
    (("lftp ", "ncftp"), "lftp|ncftp[a-z]{0,9}", "-u[ `~]*", f"{_ANY}[^ `~\"',]*,{_OPEN}"),
    (("smb", "rpcclient ", "net "), "smbclient|smbget|rpcclient|net", "-U[ `~]*", f"{_ANY}[^ `~\"'%]*%{_OPEN}"),
    (("snmp",), "snmp[a-z]{1,20}", "-c[ `~]*", ""),
    (("snmp",), "snmp[a-z]{1,20}", "-[AX][ `~]*", _ANY),
    (("openssl ",), "openssl", "-pass(in|out)?[ `~]+", f"[\"']?pass:{_OPEN}"),
    (("openssl ",), "openssl", "(-k|-K)[ `~]+", _ANY),
    (("htpasswd ",), "htpasswd", "", ""),
    (("htpasswd ",), "htpasswd[ `~]+-[A-Za-z0-9]{0,9}b[A-Za-z0-9]{0,9}", "[^ `~]+[ `~]+[^ `~]+[ `~]+", _ANY),
    (("rabbitmqctl ",), "rabbitmqctl[ `~]+(add_user|change_password)", "", f"[^- `~]+[ `~]+{_ANY}"),
    (
        ("sqlplus ", "sqlldr ", "expdp ", "impdp ", "rman ", "exp ", "imp "),
        "sqlplus|sqlldr|rman|(exp|imp)(dp)?",
        r"(userid=)?[A-Za-z0-9_$#.]{1,60}/",
        f"{_OPEN}[^ `~\"'/]*@",
    ),
)
"""Programs that are given a password by a short option, or at a place: texts of which one has to be there, their names,
what stands before it, and how it begins where it is surely one: only then a scan says so, but it is hidden in any case.
`~` is U+001F, which stands between arguments that are known apart, a backquote is a tab, and `\\140` a backquote.
"""

FOREIGN = (
    "passwort", "motdepasse", "mot_de_passe", "kennwort", "losungswort", "geheim", "contrase", "senha", "wachtwoord",
    "salasana", "losenord", "adgangskode", "jelszo", "haslo", "heslo",
)  # fmt: skip
"""How a password is called elsewhere, or how its name begins."""


def foreign_form(word: str) -> str:
    """The form of such a word: a letter that ASCII lacks, as in `contraseña`, is one character or two bytes."""
    return f"{word}..?a" if word == "contrase" else word


ANYWHERE = "key|schluessel|salt|cookie|signature|psk"
"""How the name of an option ends whose value is secret, unless the value is the place of one."""
APART = "pin|pincode|sig|otp|mdp|clave|parola|parol|sifre"
"""The same where the word stands by itself: `--map-pin` is one, `--mapspin` is not."""
NEEDLES_APART = ("pin ", "pin=", "pincode", "sig ", "sig=", "otp", "mdp", "clave", "parol", "sifre")
"""What a text holds wherever one of `APART` has a value."""
HARMLESS_KEYS = (
    "cache|foreign|gen|gpg|group|grouping|host|index|join|lookup|map|message|new|object|order|partition|primary|pub|public|"
    "record|routing|row|shard|sort|unique"
)
"""Keys that are no secret: `--sort-key name`."""
PLACES = (
    "[/.$]|%[a-z]/|[a-z][a-z0-9+]{1,20}:/|(file|env|pkcs11):|"
    "[A-Za-z0-9_./-]{1,80}[.](pem|key|crt|cer|jks|p12|pfx|der|pub|gpg|asc|json|ya?ml|conf|txt)"
)
"""How the place of a secret begins, which is evidence and no secret."""
PROGRAMS_WITH_OTHER_P = (
    "cp|docker[ `~]+compose|docker-compose|git|install|iostat|journalctl|kill|ls|lsof|mkdir|modprobe|mount|mv|mvn|"
    "nginx|node|patch|perl|pg_ctl|pgrep|pidstat|postmulti|ps|python[0-9.]*|rsync|screen|scp|sftp|ssh|sysctl|systemctl|"
    "tar|tcpdump|tmux|touch|unzip|virtualenv"
)
"""To which `-p` means no password, as it does to many that nobody knows."""
