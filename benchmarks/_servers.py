"""Real server processes on loopback, and the processor time that they take."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

STARTED_WITHIN = 30  # seconds
WAITRESS = ("import sys, waitress; from app import create_app; waitress.serve(create_app(), host='127.0.0.1', "
            "port=int(sys.argv[1]), threads=8, connection_limit=4000, channel_timeout=60, asyncore_use_poll=True)")


@contextlib.contextmanager
def running(settings, workers=2):
    """(port, process group) of the candidate site served by granian, or waitress where that is not installed.

    `settings`: environment of the servers. They end with the block, their children too.
    """
    port = free_port()
    granian = Path(sys.executable).with_name("granian")
    command = [str(granian), "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
               "--workers", str(workers), "--blocking-threads", "4", "--backlog", "16384", "--log-level", "error",
               "app:create_app"]
    if not granian.exists():
        command = [sys.executable, "-c", WAITRESS, str(port)]
    process = subprocess.Popen(command, env={**os.environ, "ROLE": "candidate", "TRUSTED_PROXIES": "1",
                                             **settings}, start_new_session=True,
                               stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port, process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def server_name():
    return "granian" if Path(sys.executable).with_name("granian").exists() else "waitress"


def cpu_seconds(group):
    """Processor time so far of every process of this group, from /proc; 0 where there is none (not Linux)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_files(wanted):
    """Raise the limit of open files as far as it goes; give what is allowed."""
    import resource
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))
    return max(soft, allowed)


def wait_for(port, process):
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")
