"""What is looked at from beside while something runs: the memory of this process and its children, and how long a
database is held."""
import re
import sqlite3
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace

EVERY, SELDOM = 0.005, 0.1  # seconds; seldom what costs the watched one work


@contextmanager
def memory():
    """`peak`: MB of this process and its children, each at its highest; 0 where there is no /proc (not Linux)."""
    children, found = {}, SimpleNamespace(peak=0)
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")  # the highest begins anew
    with _again_and_again(lambda: children.update((child, took) for child in _children() if (took := _highest(child))),
                          SELDOM / 5):
        yield found
    found.peak = (_highest("self") + sum(children.values())) / 1024


def _children():
    for listed in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            yield from listed.read_text().split()


def _highest(process):
    """kB, 0 once it has ended. What a child had before it became another program is overwritten by the next look."""
    with suppress(OSError):
        if told := re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text()):
            return int(told[1])
    return 0


@contextmanager
def hold(url):
    """`longest`: the most seconds on end that nobody else could write (SQLite) or one transaction took (PostgreSQL)."""
    is_sqlite = url.startswith("sqlite")
    found = SimpleNamespace(longest=0, what="held the database for" if is_sqlite else "its longest transaction took")
    line, look, seconds = (_sqlite if is_sqlite else _postgresql)(url)
    with _again_and_again(lambda: setattr(found, "longest", max(found.longest, look())), seconds):
        yield found
    line.close()


def _sqlite(url):
    line = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None, check_same_thread=False)
    last = SimpleNamespace(free=time.monotonic())

    def look():
        with suppress(sqlite3.OperationalError):
            line.execute("BEGIN IMMEDIATE")
            line.execute("ROLLBACK")
            last.free = time.monotonic()
        return time.monotonic() - last.free

    return line, look, EVERY


def _postgresql(url):
    import psycopg

    line = psycopg.connect(url, autocommit=True)
    oldest = ("SELECT COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
              " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()")
    return line, lambda: float(line.execute(oldest).fetchone()[0]), SELDOM


@contextmanager
def _again_and_again(look, seconds):
    ended = threading.Event()

    def go_on():
        while not ended.wait(seconds):
            look()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
