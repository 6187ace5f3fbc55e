"""What belongs to the machine and stays on it, as one table of unit and program names."""

import re
from collections.abc import Collection

__all__ = ["PLATFORM", "platform_reason"]

PLATFORM: tuple[tuple[str, str], ...] = (
    (
        r"systemd-.*|systemd|\(sd-pam\)|sd-pam|init|dbus|dbus-broker|dbus-daemon|polkit|polkitd|udev|systemd-udevd|elogind",
        "the init system",
    ),
    (r"ssh|sshd|ssh@.*|sshd@.*|sshd?-(?:unix|vsock).*|dropbear|sftp-server", "remote login"),
    (r"cron|crond|cronie|CRON|CROND|fcron|anacron|incrond?|atd", "the scheduler; its jobs are listed on their own"),
    (r"r?syslogd?|syslog-ng|klogd|varnish(?:ncsa|log)|auditd|auditbeat|logrotate|systemd-journald", "the host's logs"),
    (r"getty|agetty|getty@.*|serial-getty@.*|console-getty|login|mingetty", "terminals"),
    (
        r"NetworkManager.*|networking|network|wpa_supplicant|dhclient.*|dhcpcd|ModemManager|systemd-resolved|nscd|resolvconf",
        "the host's network",
    ),
    (r"chronyd?|ntpd?|ntpsec|systemd-timesyncd|openntpd", "the host's clock"),
    (r"sssd.*|nslcd|winbindd?|gssproxy|accounts-daemon|oddjobd|realmd", "accounts"),
    (
        r"irqbalance|acpid|lvm2-.*|multipathd|mdmonitor|mdadm|smartd|smartmontools|tuned|thermald|upower|udisks2?.*|fwupd|mcelog|kdump|rngd?|rngd-.*|haveged|kmod.*|keyboard-setup|console-setup|plymouth.*|bolt",
        "the host's hardware",
    ),
    (r"firewalld|nftables|iptables|ip6tables|ufw|fail2ban.*|apparmor|selinux.*", "the host's firewall and confinement"),
    (
        r"unattended-upgrades|apt-.*|dpkg-.*|packagekit|PackageKit|yum-.*|dnf-.*|snapd.*|snap\..*|man-db|e2scrub.*|fstrim|rhsmcertd|subscription-manager.*",
        "package upkeep",
    ),
    (
        r"rpcbind|rpc-.*|rpc\..*|nfs-.*|nfs-client|blkmapd|autofs|automount|iscsid?|open-iscsi",
        "mounting of network storage",
    ),
    (
        r"qemu-guest-agent|qemu-ga|open-vm-tools|vmtoolsd|vgauth|VGAuthService|hv-.*|xe-daemon|cloud-.*|walinuxagent|waagent|google-.*|amazon-ssm-agent|amazon-cloudwatch-agent",
        "the hypervisor's or cloud's agent",
    ),
    (r"avahi-daemon|cups.*|bluetooth|whoopsie|apport.*|colord|rtkit-daemon|gdm.*|lightdm|Xorg", "desktop software"),
    (
        r"zabbix[-_]agent.*|nrpe|nagios-nrpe-server|node[-_]exporter|prometheus-node-exporter|telegraf|collectd|snmpd|datadog-agent.*|filebeat|metricbeat|fluent-?bit|td-agent|splunk.*|newrelic-.*|munin-node|netdata",
        "a monitoring agent; the cluster has its own",
    ),
    (r"puppet|puppet-agent|chef-client|salt-minion|cfengine3?", "configuration management of the host"),
    (r"containerd|containerd-shim.*|docker|dockerd|docker-proxy|podman|crio|kubelet", "a container engine"),
    (r"inetd|xinetd|openbsd-inetd|inetutils-inetd", "it starts services on demand; they are listed on their own"),
    (
        r"cockpit.*|pcscd|uuidd|libvirtd.*|virt(?:log|lock)d|dm-event|lvmetad|syslog|pulseaudio|pipewire.*|gpg-agent.*|dirmngr|gvfs.*|at-spi.*|xdg-.*",
        "management of the host",
    ),
    (r"epmd|epmd@.*", "the port mapper of Erlang; it moves with the Erlang service"),
    (
        r"rc[.-]local|user@.*|user-runtime-dir@.*|modprobe@.*|emergency|rescue|initrd-.*|ldconfig|tmp",
        "start-up of the host",
    ),
)
"""Pattern of the whole name (units without `.service`), and why it stays."""

_SERVES = {"tcp": re.compile(r"cupsd?|rsyslogd?|syslog-ng"), "udp": re.compile(r"rsyslogd?|syslog-ng")}
"""Programs that are of the machine only as long as no other host can reach them by that protocol: a print server and a
collector of logs are services. Such a port is nobody's default, as that of a clock is, and of cupsd and syslogd by UDP.
"""
_COMPILED = tuple((re.compile(pattern), reason) for pattern, reason in PLATFORM)


def platform_reason(name: str, *, reachable: Collection[str] = ()) -> str:
    """Why a unit or program stays on the host; empty if it may be a service of the business.

    `reachable`: `tcp` and `udp`, where it listens where other hosts can reach it.
    """
    plain = name.removesuffix(".service").removesuffix(".timer")
    if any(_SERVES[protocol].fullmatch(plain) for protocol in reachable):
        return ""
    return next((reason for pattern, reason in _COMPILED if pattern.fullmatch(plain)), "")
