"""Results morning as it will be: real servers, real connections, browsers, one release instant.

Candidates with countdown pages open, then new ones at a rate, each with their own account, connection and browser,
which fetches what its pages name; a large PDF of slips and an import of changed results run beside them, and junk if
asked for. Red are: one grade early, one grade late, one lost session, one error; beside junk also one honest answer to
come back later, and a p95 of 500 ms. On loopback only, and bounded: in candidates, rate and minutes.

    python -m benchmarks morning                                            a quick look, half a minute
    python -m benchmarks morning --candidates 100000 --rate 300 --minutes 5
    python -m benchmarks morning --through nginx --database postgresql      and what a second node would give
    python -m benchmarks morning --junk 100                                 beside made-up names and addresses
    python -m benchmarks morning --plant early                              must turn red; late likewise
"""
import argparse
import asyncio
import os
import secrets
import sys
import tempfile
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

from benchmarks import _beside, _country
from benchmarks._costs import Meter, say
from benchmarks._crowd import Crowd
from benchmarks._junk import disturb
from benchmarks._servers import THROUGH, open_files, running
from benchmarks._stores import STORES, database_url, server_processes
from models.database import database
from views.candidates.sheet import LONGEST, PAGES_A_SECOND, SHORTEST

CHANCE = secrets.token_urlsafe(32)  # production refuses what could be guessed
KEYS = {"CREDENTIAL_KEY": f"k1:{CHANCE}", "PEPPER": f"p1:{CHANCE}", "SECRET_KEY": CHANCE}
MOST = {"candidates": 1_000_000, "rate": 2_000, "minutes": 15.0, "waiting": 20_000, "junk": 2_000}
SLOW = 500  # ms of p95, at half of what is held and beside junk
STEP_SECONDS, OVERLOADED_SECONDS, HIGHER = 8, 20, 1.25
LEAD = 4  # seconds from the last countdown page to the release
PLANTED = 3  # seconds that a planted release is off


def main(arguments):
    chosen = _options().parse_args(arguments)
    for name, most in MOST.items():
        if getattr(chosen, name) > most:
            print(f"at most {most:,} {name}", file=sys.stderr)
            return 2
    open_files(65_536)
    with tempfile.TemporaryDirectory() as folder, database_url(chosen.database, folder) as url:
        settings = {**KEYS, "DATABASE_URL": url, "INSTANCE_PATH": folder}
        people = _prepare(settings, chosen)
        with running(settings, chosen.workers, chosen.through) as site:
            site = replace(site, processes=site.processes + server_processes(chosen.database, folder))
            return asyncio.run(_morning(chosen, settings, people, site))


def _options():
    options = argparse.ArgumentParser(prog="python -m benchmarks morning",
                                      description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--candidates", type=int, default=6_000)
    options.add_argument("--rate", type=int, default=100, help="sign-ins a second")
    options.add_argument("--minutes", type=float, default=0.2)
    options.add_argument("--waiting", type=int, default=500, help="countdown pages open at the release")
    options.add_argument("--through", choices=THROUGH, default="granian",
                         help="nginx with TLS in front of granian, granian alone, or the embedded server")
    options.add_argument("--workers", type=int, default=os.cpu_count(), help="of granian")
    options.add_argument("--junk", type=int, default=0, help="requests a second that nobody asked for")
    options.add_argument("--database", choices=STORES, default="sqlite")
    options.add_argument("--plant", choices=("early", "late"), help="a fault that must be found")
    options.add_argument("--alone", action="store_true", help="no slips and no import beside it")
    options.add_argument("--no-steps", action="store_true", help="do not look for the highest rate")
    options.add_argument("--check", action="store_true", help="exit 1 when red (it does so anyway)")
    return options


def _prepare(settings, chosen):
    """The country with its results loaded, released in a while; [(username, password)] of everybody needed."""
    from app import create_app
    from models.migrating import migrate

    create_app(**settings)
    migrate()
    database.connect(reuse_if_open=True)
    known = min(chosen.candidates, int(chosen.rate * chosen.minutes * 60) + chosen.waiting + 60 * chosen.rate)
    print(f"making {chosen.candidates:,} candidates, {known:,} of them with a slip …", flush=True)
    people = _country.populate(chosen.candidates, known=known, released_at=datetime.now(UTC) + _country.TOMORROW)
    database.close()
    return people


async def _morning(chosen, settings, people, site):
    waiting, arriving = people[:chosen.waiting], iter(people[chosen.waiting:])
    crowd = Crowd(site, release_at=time.time() + 3600)
    cookies = await crowd.open_sessions(waiting)
    crowd.seen.taken.clear()  # these had the servers to themselves
    crowd.release_at = _release(chosen.plant)
    print(f"{', '.join(program for program, _id in site.processes)}; {len(cookies):,} countdown pages are open; "
          f"the release is in {crowd.release_at - time.time():.0f} s", flush=True)
    await crowd.peep(cookies, crowd.release_at)

    changed = list(_country.entries(min(_beside.CHANGED, chosen.candidates)))
    beside = {} if chosen.alone else _beside.start(settings, changed)
    meter = Meter(site)
    spread = min(max(len(people) // PAGES_A_SECOND, SHORTEST), LONGEST, chosen.minutes * 60)
    open_pages = asyncio.create_task(crowd.wait_at(cookies, spread))
    async with _junk(chosen.junk, site, people) as junk:
        offered, lasted = await crowd.arrive(arriving, chosen.rate, chosen.minutes * 60)
        await open_pages
    taken, own = meter.read()
    red = _report(chosen, crowd.seen, offered, lasted, junk, _beside.finish(beside))
    say(crowd.seen, lasted, taken, own)
    if not chosen.no_steps and not chosen.plant:
        red |= await _steps(chosen, arriving, people, site)
    print("RED" if red else "green")
    return 1 if red else 0


def _release(plant):
    """Move the release to the next seconds; give the instant that everybody was told."""
    from models.tables.exams import Release

    told = int(time.time()) + LEAD
    actual = told + {"early": -PLANTED, "late": PLANTED, None: 0}[plant]
    database.connect(reuse_if_open=True)
    Release.update(released_at=actual).execute()
    database.close()
    return told


@asynccontextmanager
async def _junk(rate, site, people):
    """{answer: how many} of the junk that is sent meanwhile."""
    answers = {}
    sending = asyncio.create_task(disturb(site, [username for username, _ in people], rate, answers)) if rate else None
    yield answers
    if sending:
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


def _report(chosen, seen, offered, lasted, junk, finished):
    flows, (p50, p95, p99) = len(seen.flows), seen.percentiles()
    print(f"\n  offered         {seen.begun / offered:8.0f} sign-ins a second for {offered:.0f} s\n"
          f"  achieved        {flows / lasted:8.0f} a second; {flows:,} flows of {seen.begun:,}\n"
          f"  p50 p95 p99     {p50:8.1f} {p95:.1f} {p99:.1f} ms a page or form{', of the honest' if junk else ''}")
    for kind, taken in sorted(seen.taken.items()):
        ordered = sorted(taken)
        print(f"    {kind:14}{len(taken):8,} requests, p95 {ordered[int(len(ordered) * .95)] * 1000:8.1f} ms")
    print(f"  early, late     {seen.early:8} {seen.late}\n  lost sessions   {seen.lost:8}\n"
          f"  told to wait    {seen.sent_back:8}\n  errors          {sum(seen.errors.values()):8} {seen.errors or ''}\n"
          f"  beside it       {finished}")
    if junk:
        print(f"  junk            {sum(junk.values()) / lasted:8.0f} a second, answered {junk}")
    disturbed = chosen.junk and (seen.sent_back or p95 >= SLOW)
    return bool(disturbed or not seen.is_clean or any(said != "done" for said in finished.values()))


async def _steps(chosen, arriving, people, site):
    """Step the rate up to find what it holds; then half of that must be quick and twice of it orderly."""
    print("\n    rate    achieved     p95 ms    cores: servers, load")
    held, rate = 0, chosen.rate
    while rate < MOST["rate"]:
        seen, achieved = await _step(arriving, people, site, rate)
        if not seen.is_clean or achieved < 0.9 * rate or seen.percentiles()[1] > 1000:
            break
        held, rate = rate, int(rate * HIGHER)
    if not held:
        print("  it does not hold the rate that it was asked for")
        return True
    print(f"  holds {held} a second. At half of it, and at twice:")
    half, _achieved = await _step(arriving, people, site, max(1, held // 2))
    twice, _achieved = await _step(arriving, people, site, held * 2, OVERLOADED_SECONDS)
    p50, p95, longest = _seconds_of_flows(twice)
    print(f"  at twice: {twice.sent_back:,} answers said to come back; signed in and read after {p50:.1f} s (p50), "
          f"{p95:.1f} (p95), {longest:.1f} at most")
    slow = half.percentiles()[1] > SLOW
    if slow:
        print(f"  at half of capacity p95 is over {SLOW} ms")
    return slow or not half.is_clean or not twice.is_clean


def _seconds_of_flows(seen):
    """Seconds of whole flows: half of them, all but five in a hundred, the longest."""
    taken = sorted(seen.flows)
    return taken[len(taken) // 2], taken[len(taken) * 95 // 100], taken[-1]


async def _step(arriving, people, site, rate, seconds=STEP_SECONDS):
    crowd = Crowd(site, release_at=0, seed=rate)
    some = [person for person, _ in zip(arriving, range(rate * seconds), strict=False)]
    some += people[:rate * seconds - len(some)]  # accounts may sign in again
    meter = Meter(site)
    _offered, lasted = await crowd.arrive(some, rate, seconds)
    (taken, own), seen, achieved = meter.read(), crowd.seen, len(crowd.seen.flows) / lasted
    print(f"  {rate:6} {achieved:11.0f} {seen.percentiles()[1]:10.1f} {sum(taken.values()) / lasted:10.2f}"
          f" {own / lasted:10.2f}   {seen.errors or ''}{f'  {seen.lost} lost' if seen.lost else ''}",
          flush=True)
    return seen, achieved
