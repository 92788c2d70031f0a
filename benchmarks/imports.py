"""Board files come in: how fast, in how much memory, and what everybody who signs in meanwhile feels.

First in this process, against a bare `executemany` of the same rows into a table of the same columns: results from
CSV and from XLSX, read, checked, compared and published, and the CSV again with one row in a hundred changed. CPU and
memory are those of this process and its children; what a file of ten rows costs is start-up and taken off. Then
beside real servers, on SQLite and on PostgreSQL: sign-ins at a steady rate, each at its time whatever became of the
others, while a process of its own imports the results, and then the first entries of a country.

    python -m benchmarks imports --rows 20000                a quick look
    python -m benchmarks imports --only files                leave the sign-ins out; sqlite or postgresql: only these
"""
import argparse
import asyncio
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

from benchmarks import _country, _watching
from benchmarks._beside import COLUMNS as RESULTS
from benchmarks._board_files import ENTRIES, first_entries, results, write_csv, write_xlsx
from benchmarks._browser import Line
from benchmarks._crowd import Crowd
from benchmarks._servers import running, server_name
from benchmarks._stores import STORES, database_url
from benchmarks.morning import KEYS
from models.database import Refused, database

SLOWEST, GOAL = 70_000, 120_000  # rows of CSV a second of CPU
MOST_MEMORY = 250  # MB
LONGEST_P99 = 100  # ms of a sign-in beside an import, from its planned time
CHANGED = 0.01
FEW = 10  # rows of the file that shows what start-up costs
FIRST_CANDIDATES = 0.35  # of the first entries, for each row of results
KNOWN = 2_000  # candidates who sign in, in turn
ALONE = 10  # seconds of sign-ins with no import beside them


def main(arguments):
    options = argparse.ArgumentParser(prog="python -m benchmarks imports", description=__doc__,
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000, help="of results; everything else follows")
    options.add_argument("--rate", type=int, default=20, help="sign-ins a second")
    options.add_argument("--only", choices=("files", *STORES))
    options.add_argument("--check", action="store_true", help="exit 1 below a floor")
    chosen = options.parse_args(arguments)
    failures = []
    if chosen.only in ("files", None):
        failures += files(chosen.rows)
    for store in STORES:
        if chosen.only in (store, None):
            failures += sign_ins_beside(store, chosen.rows, chosen.rate)
    for failure in failures:
        print(f"TOO MUCH  {failure}", file=sys.stderr)
    return 1 if chosen.check and failures else 0


@contextmanager
def country(store, rows):
    """(settings, known people, folder) of a fresh country that is entered for so many results and has none; they come
    out in two days."""
    from app import create_app
    from models.migrating import migrate

    with tempfile.TemporaryDirectory() as folder, database_url(store, folder) as url:
        settings = {**KEYS, "DATABASE_URL": url, "INSTANCE_PATH": folder}
        create_app(**settings)
        migrate()
        database.connect(reuse_if_open=True)
        people = _country.populate(-(-rows // _country.ENTRIES), known=KNOWN, loaded=False,
                                   released_at=datetime.now(UTC) + timedelta(days=2))
        if store == "postgresql":
            _settle()
        try:
            yield settings, people, Path(folder)
        finally:
            database.close()


def _settle():
    """What PostgreSQL would know, had the rows come as others do: which ids are taken, how many rows there are."""
    for table in ("series", "candidate", "entry"):
        database.execute_sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) FROM {table}")
    database.execute_sql("ANALYZE")


# --- in this process -----------------------------------------------------------------------------------------


def files(rows):
    """Measure and print; gives sentences about what missed its floor."""
    bare = _bare(rows)
    print(f"\n{rows:,} results, a bare executemany of which takes {bare:.2f} s of CPU\n"
          f"  at least {SLOWEST:,} rows of CSV a second of CPU (the goal is {GOAL:,}), at most {MOST_MEMORY} MB",
          flush=True)
    with country("sqlite", rows) as (_settings, _people, folder):
        failures = _measure("CSV", write_csv, folder, rows, bare)
        failures += _measure(f"CSV, {CHANGED * 100:g} % changed", write_csv, folder, rows, bare, CHANGED)
    with country("sqlite", rows) as (_settings, _people, folder):
        return failures + _measure("XLSX", write_xlsx, folder, rows, bare)


def _bare(rows):
    """Seconds of CPU; making the rows is not counted."""
    names, made, spent = RESULTS, results(rows), 0
    with tempfile.TemporaryDirectory() as folder, closing(sqlite3.connect(f"{folder}/bare.db")) as line:
        line.execute(f"CREATE TABLE bare ({', '.join(names)})")
        while some := list(islice(made, _country.CHUNK)):
            began = time.process_time()
            line.executemany(f"INSERT INTO bare VALUES ({', '.join('?' * len(names))})", some)
            spent += time.process_time() - began
        began = time.process_time()
        line.commit()
        return spent + time.process_time() - began


def _measure(name, write, folder, rows, bare, changed=0.0):
    few = write(folder / "few", RESULTS, results(min(FEW, rows)))
    whole = write(folder / "whole", RESULTS, results(rows, changed))
    expected = rows if not changed else sum(
        was != will_be for was, will_be in zip(results(rows), results(rows, changed), strict=True))
    start_up, _peak, _wrong = _import(few, 0, dry_run=True)
    cpu, peak, wrong = _import(whole, expected)
    cpu -= start_up
    if wrong:
        print(f"  {name:18} {wrong}", flush=True)
        return [f"{name}: {wrong}"]
    print(f"  {name:18}{cpu:8.2f} s{cpu / bare:8.2f} ×{rows / cpu:12,.0f} rows a second{peak:8.0f} MB"
          f"   ({start_up:.2f} s of start-up apart)", flush=True)
    slow = [f"{name}: {rows / cpu:,.0f} rows a second of CPU, at least {SLOWEST:,}"]
    large = [f"{name}: {peak:.0f} MB, at most {MOST_MEMORY}"]
    return slow * (name != "XLSX" and rows / cpu < SLOWEST) + large * (peak > MOST_MEMORY)


def _import(path, expected, dry_run=False):
    """(seconds of CPU, MB at the highest, what went wrong). `expected`: how many results are new or changed."""
    from exchange import importing

    began, now, wrong = _cpu(), datetime.now(UTC).replace(microsecond=0), ""
    with _watching.memory() as taken, path.open("rb") as file:
        try:
            found = importing.run("results", file, "benchmark", now, dry_run=dry_run)
            if found.is_refused or not dry_run and found.counts["new"] + found.counts["changed"] != expected:
                wrong = f"{found.counts} where {expected:,} should be new or changed"
        except Refused as refusal:
            wrong = f"refused: {refusal}"
    return _cpu() - began, taken.peak, wrong


def _cpu():
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


# --- beside real servers ---------------------------------------------------------------------------------------


def sign_ins_beside(store, rows, rate):
    """Measure and print; gives sentences about what missed its floor."""
    with country(store, rows) as (settings, people, folder):
        database.close()
        candidates = int(rows * FIRST_CANDIDATES)
        centres = -(-rows // (_country.ENTRIES * _country.A_CENTRE))  # as populated
        loads = {"results": write_csv(folder / "results.csv", RESULTS, results(rows)),
                 "entries": write_csv(folder / "entries.csv", ENTRIES, first_entries(candidates, centres))}
        with running(settings) as site:
            print(f"\n{rate} sign-ins a second on {store}, {server_name()}; ms from the planned time, p99 below "
                  f"{LONGEST_P99}", flush=True)
            end = time.monotonic() + ALONE
            _seconds, waits, seen = asyncio.run(_arrive(site, people, rate, lambda: time.monotonic() < end))
            failures = _report("alone", waits, seen, at_most=float("inf"))  # how busy the machine is without us
            for kind, path in loads.items():
                failures += _beside(settings, site, people, rate, kind, path)
    return [f"{store}, {failure}" for failure in failures]


def _beside(settings, site, people, rate, kind, path):
    """An import in a process of its own, and sign-ins until it ends."""
    with path.open("rb") as file:
        rows = sum(1 for _line in file) - 1
    with _watching.hold(settings["DATABASE_URL"]) as held, subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "import", kind, str(path)],
            env={**os.environ, **settings, "ROLE": "worker"}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True) as process:
        took, waits, seen = asyncio.run(_arrive(site, people, rate, lambda: process.poll() is None))
        said = process.stderr.read().strip().rpartition("\n")[2]
    name = f"{rows:,} {kind}"
    failures = _report(name, waits, seen)
    print(f"    the import took {took:.1f} s; {held.what} {held.longest:.2f} s", flush=True)
    return failures + [f"{name}: {said}"] * (process.returncode != 0)


async def _arrive(site, people, rate, goes_on):
    """(seconds, [seconds from the planned time until signed in], what was seen) while `goes_on()`."""
    crowd, waits, tasks, start = Crowd(site, release_at=0), [], [], time.monotonic()

    async def sign_in(planned, person):
        line = Line(site)
        try:
            if await crowd.sign_in(line, *person, expected=303):
                waits.append(time.monotonic() - planned)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            crowd.seen.fail(type(error).__name__)
        finally:
            line.close()

    for place, person in enumerate(cycle(people)):
        planned = start + place / rate
        await asyncio.sleep(max(0, planned - time.monotonic()))
        if not goes_on():
            break
        tasks.append(asyncio.create_task(sign_in(planned, person)))
    lasted = time.monotonic() - start
    await asyncio.gather(*tasks)
    return lasted, waits, crowd.seen


def _report(name, waits, seen, at_most=LONGEST_P99):
    if len(waits) < 2:
        return [f"{name}: nobody signed in {seen.errors or ''}"]
    cuts = [seconds * 1000 for seconds in statistics.quantiles(waits, n=100, method="inclusive")]
    print(f"  {name:20} p50{cuts[49]:7.1f}   p99{cuts[98]:8.1f}   longest{max(waits) * 1000:8.1f}   of {len(waits):,}; "
          f"{seen.sent_back} told to come back {seen.errors or ''}", flush=True)
    return ([f"{name}: p99 {cuts[98]:.0f} ms, not below {at_most}"] * (cuts[98] >= at_most)
            + [f"{name}: {seen.errors}"] * bool(seen.errors))
