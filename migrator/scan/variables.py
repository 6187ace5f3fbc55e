"""Which environment variables are a service's own, told from those that login, init or a process manager add. Pure."""

import re
from collections.abc import Iterable

from migrator.model.services import Variable
from migrator.scan.detector import Detection
from migrator.scan.facts.environment import Environment
from migrator.scan.mentions import Mention, MentionKind
from migrator.scan.redact import looks_secret
from migrator.scan.snapshot import Snapshot
from migrator.scan.workload import Workload

__all__ = ["variables_of"]

_INHERITED = frozenset(
    re.findall(
        r"\w+",
        """
    HOME LANG LANGUAGE LC_ALL LOGNAME MAIL OLDPWD PATH PWD SHELL SHLVL TERM USER CACHE_DIRECTORY
    CONFIGURATION_DIRECTORY CREDENTIALS_DIRECTORY FDSTORE INVOCATION_ID JOURNAL_STREAM LISTEN_FDNAMES LISTEN_FDS
    LISTEN_PID LOGS_DIRECTORY MAINPID MANAGERPID MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE NOTIFY_SOCKET
    RUNTIME_DIRECTORY STATE_DIRECTORY SYSTEMD_EXEC_PID WATCHDOG_PID WATCHDOG_USEC CONSOLE
    DBUS_SESSION_BUS_ADDRESS INIT_VERSION LS_COLORS PREVLEVEL RUNLEVEL SSH_CLIENT SSH_CONNECTION SSH_TTY STY
    TERMCAP WINDOW XDG_RUNTIME_DIR XDG_SESSION_ID
    """,
    )
)
"""Variables that come from login, init or terminal and say nothing about the service."""

_ADDED_BY_MANAGER = {
    "pm2": frozenset(
        re.findall(
            r"\w+",
            """
    NODE_APP_INSTANCE NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE PIDFILE PM2_HOME PM2_INTERACTOR_PROCESSING
    PM2_JSON_PROCESSING PM2_PROGRAMMATIC PM2_USAGE automation autorestart autostart axm_actions axm_dynamic axm_monitor
    axm_options created_at cron_restart cwd env error_file exec_interpreter exec_mode exit_code filter_env
    instance_var instances kill_retry_time km_link max_memory_restart merge_logs name namespace node_args
    node_version out_file pm_cwd pm_err_log_path pm_exec_path pm_id pm_out_log_path pm_pid_path pm_uptime pmx
    prev_restart_delay restart_time status treekill unique_id unstable_restarts username vizion vizion_running watch
    windowsHide
    """,
        )
    ),
    "supervisor": frozenset(
        ["SUPERVISOR_ENABLED", "SUPERVISOR_GROUP_NAME", "SUPERVISOR_PROCESS_NAME", "SUPERVISOR_SERVER_URL"]
    ),
}
"""Measured on pm2 5.4.3, whose children get its whole description of them; supervisord's from its manual."""


def variables_of(
    snapshot: Snapshot, workload: Workload, detection: Detection, mentions: Iterable[Mention]
) -> tuple[Variable, ...]:
    """Names from the processes that last and from configuration, without those that every process inherits."""
    known = snapshot.value(Environment, {})
    files = {m.key: m.file for m in mentions if m.kind is MentionKind.VARIABLE and _is_environment(workload, m.file)}
    running = {name for process in workload.lasting for name in known.get(process.pid, ())}
    names = sorted((running | set(files)) - _INHERITED - _of_manager(workload, detection))
    return tuple(Variable(name, looks_secret(name), files.get(name, "process")) for name in names)


def _of_manager(workload: Workload, detection: Detection) -> frozenset[str]:
    """What a process manager tells its children about themselves; pm2 also sets the name of the application."""
    added = _ADDED_BY_MANAGER.get(workload.origin, frozenset())
    return added | {detection.name} if added else added


def _is_environment(workload: Workload, file: str) -> bool:
    return bool(workload.unit and file in workload.unit.environment_files) or file.endswith(".env")
