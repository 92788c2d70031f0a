"""Real server processes on loopback, and the processor time that they take."""
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
THROUGH = ("nginx", "granian", "embedded")
STARTED_WITHIN = 30  # seconds
WAITRESS = ("import sys, waitress; from app import create_app; waitress.serve(create_app(), host='127.0.0.1', "
            "port=int(sys.argv[1]), threads=8, connection_limit=4000, channel_timeout=60, asyncore_use_poll=True)")


@dataclass(frozen=True)
class Site:
    """A served candidate site. `name`: its host's where it is reached by TLS; `believes`: what `X-Request-Start` says.

    `processes`: (program, id) whose processor time is the site's, with their children's.
    """

    port: int
    processes: tuple
    name: str = ""
    believes: bool = False

    @property
    def host(self):
        return self.name or f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def running(settings, workers=2, through="granian"):
    """The candidate site as a `Site`: granian's (waitress's where that is not installed), nginx's in front of it, or
    that of the embedded server.

    `settings`: environment of the servers. They end with the block, their children too.
    """
    port, settings = free_port(), {"ROLE": "candidate", **settings}
    if through == "embedded":
        with _process([sys.executable, "app.py"], {"PORT": str(port), **settings}, port) as embedded:
            yield Site(port, (("embedded", embedded),))
        return
    settings = {"TRUSTED_PROXIES": "1", **settings}
    if through == "granian":
        with _process(_web(port, workers), settings, port) as web:
            yield Site(port, ((server_name(), web),), believes=True)
        return
    from benchmarks import _nginx

    behind = free_port()
    settings |= {"PRODUCTION": "1", "CANDIDATE_HOST": _nginx.NAME, "SIGNING": "off"}
    nginx = _nginx.command(Path(settings["INSTANCE_PATH"], "nginx"), port, behind, free_port())
    with _process(_web(behind, workers), settings, behind) as web, _process(nginx, {}, port) as front:
        yield Site(port, (("nginx", front), (server_name(), web)), name=_nginx.NAME)


def server_name():
    return "granian" if _granian().exists() else "waitress"


def cpu_seconds(processes):
    """{program: processor time so far} of (program, id) with all children, from /proc; 0 where there is none."""
    ticks, children = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            process = int(stat.parent.name)
            children.setdefault(int(fields[1]), []).append(process)
            ticks[process] = sum(map(int, fields[11:15]))  # its own, and of children that have ended

    def of(process):
        return ticks.get(process, 0) + sum(map(of, children.get(process, ())))

    return {program: of(process) / os.sysconf("SC_CLK_TCK") for program, process in processes}


@contextlib.contextmanager
def _process(command, settings, port):
    """The id of a process that serves on this port until the block ends."""
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **settings}, start_new_session=True,
                               stdout=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield process.pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _web(port, workers):
    if not _granian().exists():
        return [sys.executable, "-c", WAITRESS, str(port)]
    return [str(_granian()), "--interface", "wsgi", "--factory", "--host", "127.0.0.1", "--port", str(port),
            "--workers", str(workers), "--blocking-threads", "4", "--backlog", "16384", "--log-level", "error",
            "app:create_app"]


def _granian():
    return Path(sys.executable).with_name("granian")


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
