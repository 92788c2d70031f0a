"""What nobody asked for, beside the honest: made-up usernames, wrong passwords, addresses that there are not."""
import asyncio
import itertools
import time
from urllib.parse import urlencode

from benchmarks._browser import Line
from benchmarks._crowd import FORM, NOBODYS, PATIENCE, SIGN_IN

ADDRESSES = ("/wp-login.php", "/results/en/{}", "/{}", "/static/{}.js", "/results/xx/sign-in", "/sign-in?next={}")


async def disturb(site, usernames, rate, answers):
    """`rate` a second on a connection each, a third of every kind, until cancelled. Counts in `answers` {what: n}."""
    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for place in itertools.count():
            await asyncio.sleep(max(0, start + place / rate - time.monotonic()))
            group.create_task(_one(site, place, usernames, answers))


async def _one(site, place, usernames, answers):
    line = Line(site)
    try:
        async with asyncio.timeout(PATIENCE):
            what = (await line.ask(*_request(place, usernames))).status
    except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
        what = type(error).__name__
    finally:
        line.close()
    answers[what] = answers.get(what, 0) + 1


def _request(place, usernames):
    """(method, path, headers, body) of the n-th."""
    turn, kind = divmod(place, 3)
    if kind == 0:
        return "GET", ADDRESSES[turn % len(ADDRESSES)].format(f"{turn:x}"), "", ""
    made_up = f"ZZ{turn // 10_000 % 1000:03}-{turn % 10_000:04}-J26"
    username = made_up if kind == 1 else usernames[turn % len(usernames)]
    return "POST", SIGN_IN, FORM, urlencode({"username": username, "password": NOBODYS})
