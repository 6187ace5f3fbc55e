"""Inventories of every kind, and what is said of bad ones: one line with the place."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.errors import InventoryError
from migrator.inventory import load_inventory
from migrator.inventory.names import checked
from migrator.inventory.variables import host_of
from migrator.model.hosts import Connection, Host

ROOT = Path(__file__).parents[2]


def load(tmp_path, text, name="hosts.yml", **options):
    file = tmp_path / name
    file.write_text(text)
    return load_inventory([str(file)], **options)


def names(inventory):
    return [host.name for host in inventory.hosts]


def test_own_format_with_defaults(tmp_path):
    got = load(
        tmp_path,
        "defaults: {user: scan, become: true, jump: 'a@b1, b2:2222', groups: [all-of-them]}\n"
        "hosts:\n  web01: {address: 192.0.2.1, port: 2222, groups: [web]}\n  db01: {become: false, jump: ''}\n  old01:\n",
    )
    web, db, old = got.hosts
    assert (web.address, web.port, web.user, web.become, web.jump) == (
        "192.0.2.1",
        2222,
        "scan",
        True,
        ("a@b1", "b2:2222"),
    )
    assert web.groups == ("all-of-them", "web")
    assert (db.become, db.jump, db.user) == (False, (), "scan")
    assert (old.address, old.connection) == (None, Connection.SSH)
    assert web.source.endswith("hosts.yml:3")


ANSIBLE = """
all:
  vars: {ansible_user: everyone, ansible_port: 22}
  children:
    web:
      vars: {ansible_user: web}
      hosts:
        web[01:03]:
        web02: {ansible_user: special}
      children:
        edge:
          hosts: {web01: {}}
          vars: {ansible_user: edge}
    db:
      hosts:
        db-[a:b]: {ansible_host: 192.0.2.9, ansible_connection: ssh, ansible_become: yes}
"""


def test_ansible_precedence_is_all_parent_child_host(tmp_path):
    got = {host.name: host for host in load(tmp_path, ANSIBLE).hosts}
    assert sorted(got) == ["db-a", "db-b", "web01", "web02", "web03"]
    assert {name: host.user for name, host in got.items()} == {
        "web01": "edge", "web02": "special", "web03": "web", "db-a": "everyone", "db-b": "everyone",
    }  # fmt: skip
    assert (got["db-a"].address, got["db-a"].become, got["db-a"].port) == ("192.0.2.9", True, 22)
    assert got["web01"].groups == ("all", "web", "edge")


def test_variables_beside_the_inventory(tmp_path):
    (tmp_path / "group_vars" / "web").mkdir(parents=True)
    (tmp_path / "group_vars" / "web" / "10.yml").write_text("ansible_user: from_folder\n")
    (tmp_path / "group_vars" / "all.yml").write_text(
        "ansible_ssh_common_args: -o ProxyJump=j@bastion:22 -o Ciphers=x\n"
    )
    (tmp_path / "host_vars").mkdir()
    (tmp_path / "host_vars" / "web01.yaml").write_text("ansible_port: 2200\n")
    got = load(tmp_path, "web:\n  hosts: {web01: {}, web02: {}}\n")
    first, second = got.hosts
    assert (first.user, first.port, second.port) == ("from_folder", 2200, None)
    assert first.jump == ("j@bastion:22",)
    assert any(
        "ssh argument not used: -o Ciphers=x (say `migrate_allow_legacy_crypto: true`)" in said for said in got.warnings
    )


ARGUMENTS = {
    "-J bastion": ("jump", ("bastion",)),
    "-Ja,b": ("jump", ("a", "b")),
    "-o ProxyJump=me@a:22,b": ("jump", ("me@a:22", "b")),
    "-oProxyJump=a": ("jump", ("a",)),
    "-o 'ProxyJump a'": ("jump", ("a",)),
    """-o ProxyCommand="ssh -W %h:%p -q me@bastion" """: ("jump", ("me@bastion",)),
    """-o 'ProxyCommand="ssh -W %h:%p -p 23 -l me bastion"'""": ("jump", ("me@bastion:23",)),
    "-p 2200": ("port", 2200),
    "-o Port=2200": ("port", 2200),
    "-l me": ("user", "me"),
    "-i ~/mine": ("key", "~/mine"),
    "-o IdentityFile=mine": ("key", "mine"),
    "-qA -o ControlMaster=auto -o ControlPersist=60s -o ForwardAgent=yes -o ConnectTimeout=5": ("jump", ()),
}


@pytest.mark.parametrize("key", ["ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args"])
@pytest.mark.parametrize("text", ARGUMENTS)
def test_ssh_arguments_that_say_how_a_host_is_reached(text, key):
    host, warnings = host_of("a", {key: text}, (), "hosts.yml:1")
    field, expected = ARGUMENTS[text]
    assert (getattr(host, field), warnings) == (expected, [])


def test_a_variable_counts_more_than_an_ssh_argument():
    host, _ = host_of("a", {"ansible_ssh_common_args": "-l x -p 1", "ansible_user": "me", "ansible_port": 22}, (), "h")
    assert (host.user, host.port) == ("me", 22)


@pytest.mark.parametrize("command", ["nc %h %p", "ssh -W %h:%p -i k b; id"])
def test_a_way_that_is_a_command_is_kept_as_one_that_is_not_gone(command):
    """And not dropped: the host would be asked past its bastion."""
    host, warnings = host_of("a", {"ansible_ssh_common_args": f"-o ProxyCommand='{command}'"}, (), "hosts.yml:1")
    assert (host.proxy_command, host.jump, warnings) == (command, (), [])
    host, _ = host_of("a", {"ansible_ssh_common_args": f"-J b -o ProxyCommand='{command}'"}, (), "hosts.yml:1")
    assert (host.proxy_command, host.jump) == ("", ("b",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-o StrictHostKeyChecking=no", "-o StrictHostKeyChecking=no (say --host-key-checking)"),
        ("-o HostKeyAlgorithms=+ssh-rsa", "-o HostKeyAlgorithms=+ssh-rsa (say `migrate_allow_legacy_crypto: true`)"),
        ("-F other", "-F other (put it into your SSH configuration)"),
        ("-o ProxyUseFdpass=yes", "-o ProxyUseFdpass=yes (put it into your SSH configuration)"),
        ("stray", "stray (put it into your SSH configuration)"),
    ],
)
def test_ssh_arguments_that_are_not_used_are_named_with_what_to_do(text, expected):
    host, (warning,) = host_of("a", {"ansible_ssh_common_args": text}, (), "hosts.yml:1")
    assert warning.startswith(f"hosts.yml:1: a: ssh argument not used: {expected}")
    assert host.jump == ()


def test_quotes_that_do_not_match_are_an_error():
    with pytest.raises(
        InventoryError, match=r"^hosts.yml:1: a: the ssh arguments cannot be read: No closing quotation"
    ):
        host_of("a", {"ansible_ssh_common_args": "-o 'x"}, (), "hosts.yml:1")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, (Connection.SSH, None)),
        ({"ansible_connection": "ansible.builtin.ssh"}, (Connection.SSH, None)),
        ({"ansible_connection": "paramiko"}, (Connection.PARAMIKO, None)),
        ({"migrate_connection": "openssh", "ansible_connection": "ssh"}, (Connection.OPENSSH, None)),
        ({"migrate_allow_legacy_crypto": True}, (Connection.SSH, True)),
        ({"migrate_allow_legacy_crypto": "no"}, (Connection.SSH, False)),
    ],
)
def test_how_ssh_is_spoken_is_said_for_hosts_and_groups(variables, expected):
    host, warnings = host_of("a", variables, (), "h")
    assert (host.connection, host.allow_legacy_crypto, warnings) == (*expected, [])


def test_variables_that_have_another_word_here_are_told_which():
    _, warnings = host_of("a", {"ansible_ssh_executable": "/opt/ssh", "migrate_speed": 1}, (), "h")
    assert warnings == [
        "h: a: `ansible_ssh_executable` is not understood and was ignored; the `ssh` on your PATH is used",
        "h: a: `migrate_speed` is not understood and was ignored",
    ]


def test_our_own_format_says_it_for_all_and_for_one(tmp_path):
    text = "defaults: {allowLegacyCrypto: true, connection: openssh}\nhosts: {a: {}, b: {allowLegacyCrypto: false}}\n"
    a, b = load(tmp_path, text).hosts
    assert (a.allow_legacy_crypto, b.allow_legacy_crypto, a.connection) == (True, False, Connection.OPENSSH)


def test_unknown_connection_variables_are_reported_and_others_are_not(tmp_path):
    got = load(tmp_path, "all: {hosts: {a: {ansible_pipelining: true, my_app_port: 1}}}\n")
    assert [warning.split(": ", 1)[1] for warning in got.warnings] == [
        "a: `ansible_pipelining` is not understood and was ignored"
    ]


def test_lists_and_this_machine():
    assert names(load_inventory(["web01,web02,"])) == ["web01", "web02"]
    assert load_inventory(["localhost"]).hosts[0].connection is Connection.LOCAL


def test_a_folder_is_all_its_inventories(tmp_path):
    (tmp_path / "10-a.yml").write_text("hosts: {a: {}}\n")
    (tmp_path / "20-b.yml").write_text("all: {hosts: {b: {}}}\n")
    (tmp_path / "group_vars").mkdir()
    assert names(load_inventory([str(tmp_path)])) == ["a", "b"]


@pytest.mark.parametrize(
    ("limit", "want"),
    [
        ("web01", ["web01"]),
        ("web", ["web01", "web02"]),
        ("web:&prod", ["web02"]),
        ("all:!db", ["web01", "web02"]),
        ("!db", ["web01", "web02"]),
        ("web0?,db01", ["web01", "web02", "db01"]),
    ],
)
def test_limit(tmp_path, limit, want):
    text = "hosts: {web01: {groups: [web]}, web02: {groups: [web, prod]}, db01: {groups: [db, prod]}}\n"
    assert names(load(tmp_path, text, limit=limit)) == want


def test_limit_from_a_retry_file(tmp_path):
    (tmp_path / "scan.retry").write_text("# failed\ndb01\n")
    text = "hosts: {web01: {}, db01: {}}\n"
    assert names(load(tmp_path, text, limit=f"@{tmp_path / 'scan.retry'}")) == ["db01"]


BAD = [
    ("hosts: {a: {port: many}}\n", ":1: `hosts.a.port`: input should be a valid integer"),
    ("hosts:\n  a:\n    adress: 1.2.3.4\n", ":3: unknown key `hosts.a.adress`"),
    ("hosts: {a: {}}\ndefaults:\n  address: 192.0.2.7\n", ":3: unknown key `defaults.address`"),
    ("hosts:\n  a: {}\n\tb: {}\n", ":3: a tab indents this line; YAML allows spaces only"),
    ("hosts:\n  a: {}\n  b: {}\n  a: {}\n", ":4: `a` stands twice, first in line 2"),
    ("hosts: [a, b]\n", ":1: `hosts`: input should be a mapping"),
    ("", ": is empty"),
    ("just text\n", ":1: should be a mapping"),
    ("hosts: {a: {\n", ": "),
    ("hosts: {'-oProxyCommand=x': {}}\n", ":1: host name '-oProxyCommand=x' has characters"),
    ("hosts: {a: {user: 'x;id'}}\n", ":1: user 'x;id' has characters"),
    ("hosts: {a: {jump: '-J x'}}\n", ":1: jump host '-J x' has characters"),
    ("hosts: {a: {port: 99999}}\n", ":1: port 99999 is not between"),
    ("all:\n  hosts:\n    a: {ansible_password: hunter2}\n", ":3: a: `ansible_password` is a password"),
    (
        "all:\n  hosts:\n    a: {ansible_host: \"{{ lookup('pipe', 'id') }}\"}\n",
        ":3: a: `ansible_host` holds a template",
    ),
    ("all:\n  hosts:\n    a: {ansible_connection: winrm}\n", ":3: a: `ansible_connection: winrm` is not supported"),
    ("all:\n  hosts:\n    a: {ansible_become_method: doas}\n", ":3: a: only `ansible_become_method: sudo`"),
    ("all:\n  hosts: [a]\n", ":2: `hosts` should be a mapping"),
    ("all:\n  host: {a: {}}\n", ":2: unknown key `host` in group `all`"),
    ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", ":1: is encrypted with Ansible Vault"),
    ("hosts: {}\n", ": names no host"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_bad_inventories_say_where_and_what_in_one_line(tmp_path, text, said):
    with pytest.raises(InventoryError) as caught:
        load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'hosts.yml'}{said}") or said in message
    assert "\n" not in message
    assert "hunter2" not in message


def test_missing_file_limit_and_encoding(tmp_path):
    with pytest.raises(InventoryError, match=r"nowhere\.yml: no such file"):
        load_inventory([str(tmp_path / "nowhere.yml")])
    with pytest.raises(InventoryError, match="no host matches --limit zz"):
        load(tmp_path, "hosts: {a: {}}\n", limit="zz")
    (tmp_path / "x.yml").write_bytes(b"hosts: {\xff: {}}")
    with pytest.raises(InventoryError, match="is not UTF-8"):
        load_inventory([str(tmp_path / "x.yml")])


def test_one_host_in_two_inventories_is_a_contradiction(tmp_path):
    (tmp_path / "a.yml").write_text("hosts: {x: {}}\n")
    (tmp_path / "b.yml").write_text("hosts:\n  x: {port: 1}\n")
    with pytest.raises(InventoryError, match=r"b.yml:2: host `x` stands twice, first in .*a.yml:1"):
        load_inventory([str(tmp_path / "a.yml"), str(tmp_path / "b.yml")])


def test_two_names_for_one_address_are_a_warning(tmp_path):
    got = load(tmp_path, "hosts:\n  a: {address: 192.0.2.1}\n  b: {address: 192.0.2.1}\n")
    assert len(got.hosts) == 2
    assert "`b` has the same address as `a`" in got.warnings[0]


def test_ini_needs_ansible_and_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InventoryError, match="pip install ansible-core"):
        load(tmp_path, "[web]\nweb01\n", name="hosts.ini")


ANSIBLE_INVENTORY = shutil.which("ansible-inventory")
BEHIND_ANSIBLE = {
    "hosts.ini": """\
[web]
web01 ansible_port=2200
web02
[db]
db01 ansible_user=of_host
[shop:children]
web
db
[web:vars]
ansible_user=of_web
ansible_host=192.0.2.9
[shop:vars]
ansible_user=of_shop
ansible_become=true
[all:vars]
ansible_user=of_all
ansible_ssh_private_key_file=/keys/all
""",
    "group_vars/all.yml": "ansible_host: of_all_beside\nansible_ssh_common_args: -J bastion\n",
    "group_vars/web/deep/10.yml": "ansible_port: 2201\n",
    "group_vars/web/read.me": "not: [variables\n",
    "host_vars/web02.yaml": "ansible_port: 2202\n",
}
ANSWER_OF_ANSIBLE = {
    "_meta": {
        "hostvars": {
            name: {
                "ansible_become": "true",
                "ansible_host": "of_all_beside",
                "ansible_ssh_common_args": "-J bastion",
                "ansible_ssh_private_key_file": "/keys/all",
                **rest,
            }
            for name, rest in {
                "db01": {"ansible_user": "of_host"},
                "web01": {"ansible_port": 2201, "ansible_user": "of_web"},
                "web02": {"ansible_port": 2202, "ansible_user": "of_web"},
            }.items()
        },
        "profile": "inventory_legacy",
    },
    "all": {"children": ["ungrouped", "shop"]},
    "db": {"hosts": ["db01"]},
    "shop": {"children": ["web", "db"]},
    "web": {"hosts": ["web01", "web02"]},
}
"""Captured from ansible-core 2.19.14 with `--list`; with `--export` nothing of a group stands under `hostvars`."""


def put(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def stand_in(tmp_path, monkeypatch, body):
    """A program of that name, where Ansible is not installed."""
    program = tmp_path / "bin" / "ansible-inventory"
    put(tmp_path, {"bin/ansible-inventory": f"#!/bin/sh\n{body}\n"})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


@pytest.fixture(params=["captured", "real"])
def ansible(request, tmp_path, monkeypatch):
    """The files behind an answer of Ansible, and its program or a stand-in that gives the answer it gave."""
    put(tmp_path, BEHIND_ANSIBLE)
    if request.param == "captured":
        put(tmp_path, {"answer.json": json.dumps(ANSWER_OF_ANSIBLE)})
        stand_in(tmp_path, monkeypatch, f'[ "$3" = --list ] && [ $# = 3 ] && cat {tmp_path}/answer.json')
    elif not ANSIBLE_INVENTORY:
        pytest.skip("ansible-inventory is not installed")
    return tmp_path / "hosts.ini"


def test_variables_of_groups_reach_the_hosts_of_an_ini_inventory(ansible):
    db, web1, web2 = load_inventory([str(ansible)]).hosts
    assert [host.become for host in (db, web1, web2)] == [True, True, True]
    assert [host.user for host in (db, web1, web2)] == ["of_host", "of_web", "of_web"]
    assert {(host.key, host.jump, host.address) for host in (db, web1, web2)} == {
        ("/keys/all", ("bastion",), "of_all_beside")
    }


def test_limit_knows_the_groups_of_groups_of_an_ini_inventory(ansible):
    assert names(load_inventory([str(ansible)], limit="shop:!db")) == ["web01", "web02"]


@pytest.mark.skipif(not ANSIBLE_INVENTORY, reason="ansible-inventory is not installed")
def test_what_we_read_ourselves_is_what_ansible_reads(tmp_path):
    """A YAML inventory beside such files: our reader, and Ansible's program, which takes `.ini` for anything."""
    put(tmp_path, BEHIND_ANSIBLE)
    host = {"web01": {"ansible_port": 2200}, "web02": None}
    web = {"hosts": host, "vars": {"ansible_user": "of_web", "ansible_host": "192.0.2.9"}}
    db = {"hosts": {"db01": {"ansible_user": "of_host"}}}
    shop = {"children": {"web": web, "db": db}, "vars": {"ansible_user": "of_shop", "ansible_become": True}}
    file = {"shop": shop, "all": {"vars": {"ansible_user": "of_all", "ansible_ssh_private_key_file": "/keys/all"}}}
    put(tmp_path, {"hosts.yml": json.dumps(file)})
    ours, theirs = (
        {h.name: h for h in load_inventory([str(tmp_path / f"hosts.{end}")]).hosts} for end in ("yml", "ini")
    )
    assert {n: replace(h, source="", groups=()) for n, h in ours.items()} == {
        n: replace(h, source="", groups=()) for n, h in theirs.items()
    }


SAID_BY_ANSIBLE = """\
[WARNING]: Failed to parse inventory with 'ini' plugin: Failed to parse inventory:
Section [al:vars] not valid for undefined group 'al'.

1 a line of the inventory, with hunter2 in it

[DEPRECATION WARNING]: this goes away.
[ERROR]: Completely failed to parse inventory source hosts.ini
"""


@pytest.mark.parametrize("program", ["captured", "real"])
def test_a_slip_in_an_ini_inventory_is_told_with_ansibles_reason(tmp_path, monkeypatch, program):
    if program == "captured":
        put(tmp_path, {"said": SAID_BY_ANSIBLE})
        stand_in(tmp_path, monkeypatch, f"cat {tmp_path}/said >&2; exit 1")
    elif not ANSIBLE_INVENTORY:
        pytest.skip("ansible-inventory is not installed")
    with pytest.raises(InventoryError) as caught:
        load(tmp_path, "[al:vars]\nansible_user=hunter2\n[web]\nweb01\n", name="hosts.ini", limit="web")
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'hosts.ini'}: ansible-inventory failed: ")
    assert "Section [al:vars] not valid for undefined group 'al'" in said
    assert "\n" not in said
    assert "hunter2" not in said
    assert "goes away" not in said


def test_what_ansible_warns_of_is_passed_on_and_bounded(tmp_path, monkeypatch):
    put(tmp_path, {"said": f"[WARNING]: Found both group\nand host web01\n[WARNING]: {'x' * 5000}\n"})
    stand_in(tmp_path, monkeypatch, f'cat {tmp_path}/said >&2; printf \'{{"web": {{"hosts": ["web01"]}}}}\'')
    first, second = load(tmp_path, "[web]\nweb01\n", name="hosts.ini").warnings
    assert first == f"{tmp_path / 'hosts.ini'}: Ansible says: Found both group and host web01"
    assert len(second) < 1000


@pytest.mark.parametrize("name", ["hosts.ini", "hosts.yml"])
def test_a_connection_setting_in_a_vault_is_refused_and_not_shown(tmp_path, monkeypatch, name):
    sealed = "$ANSIBLE_VAULT;1.1;AES256\n36326632"
    answer = {"_meta": {"hostvars": {"a": {"ansible_user": {"__ansible_vault": sealed}}}}, "all": {"hosts": ["a"]}}
    put(tmp_path, {"answer": json.dumps(answer), "group_vars/all.yml": "ansible_user: !vault |\n  " + sealed.replace("\n", "\n  ")})  # fmt: skip
    stand_in(tmp_path, monkeypatch, f"cat {tmp_path}/answer")
    with pytest.raises(InventoryError, match="a: `ansible_user` is encrypted with Ansible Vault") as caught:
        load(tmp_path, "all: {hosts: {a: {}}}\n", name=name)
    assert "36326632" not in str(caught.value)


@given(name=st.text(min_size=1, max_size=20))
def test_no_name_with_shell_or_option_characters_gets_through(name):
    try:
        checked(Host(name))
    except InventoryError:
        return
    assert not name.startswith("-")
    assert not set(name) & set(" \t\n'\"`$;&|<>()\\{}*?!#~/")


@pytest.mark.parametrize("example", ["example.yml", "testbed.yml", "ansible-example"])
def test_the_examples_that_we_ship_can_be_read(example):
    assert load_inventory([str(ROOT / "inventories" / example)]).hosts


@pytest.mark.parametrize(
    ("one", "other"), [("db_1", "db-1"), ("web.example", "web-example"), ("App", "app"), ("10.1.0.2", "ip-10-1-0-2")]
)
def test_two_names_that_would_share_a_folder_are_refused(tmp_path, one, other):
    """The second would write over the profiles of the first, and remove what the first has and it has not."""
    with pytest.raises(InventoryError, match=rf"hosts.yml:3: `{other}` and `{one}` would share one folder"):
        load(tmp_path, f"hosts:\n  {one}: {{address: 192.0.2.1}}\n  {other}: {{address: 192.0.2.2}}\n")
