"""What a browser asks for and waits for: a real Chromium, the embedded server and nginx before granian.

Counted are requests and bytes on the wire, headers included; data: addresses ask nobody. A journey is the dearest of
those in each language. The slow line is a phone's
on a full mast: 50 kbit/s both ways, 500 ms until the first byte of each answer (GPRS as Chromium's own tools have it).

    python -m benchmarks pages [--check]
"""
import contextlib
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from playwright.sync_api import sync_playwright

from benchmarks import _country, _nginx
from benchmarks._servers import running
from benchmarks._stores import database_url
from benchmarks.morning import KEYS
from models.rules.languages import LANGUAGES
from tests import programs

PORTAL = "portal.example"  # in deploy/nginx.conf
PASSWORD = "a password for measuring"
SLOW = {"offline": False, "latency": 500, "downloadThroughput": 50_000 / 8, "uploadThroughput": 50_000 / 8}
PHONE = {"viewport": {"width": 360, "height": 740}, "ignore_https_errors": True}
SHIFTS = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((shift) => { sum += shift.value; }))
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 300);
})"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
FLOORS = {  # at most; kB are thousands of bytes
    "sign-in page, requests": 1, "sign-in page, kB": 10, "journey, requests": 3, "journey, kB": 16,
    "back again, files": 0, "slow: sign-in painted, s": 2.0, "slow: results painted, s": 1.5, "layout shift": 0,
    "portal's first page, kB": 60, "portal's next page, requests": 1, "portal's next page, kB": None,
    "waiting page, before it is painted": 1, "waiting page, later": 2,
}


def main(arguments):
    checks = arguments == ["--check"]
    if arguments and not checks:
        print(__doc__)
        return 2
    measured = {through: measure(through) for through in ("embedded", "nginx")}
    print(f"{'':38}{'at most':>9}" + "".join(f"{through:>11}" for through in measured))
    failed = False
    for name, most in FLOORS.items():
        values = [figures[name] for figures in measured.values()]
        over = most is not None and any(value > most for value in values)
        failed |= over
        print(f"  {name:36}{'' if most is None else most:>9}" + "".join(f"{value:>11.5g}" for value in values)
              + ("   too much" if over else ""))
    return 1 if checks and failed else 0


def measure(through):
    """{name of a floor: figure}, of the site served so."""
    with tempfile.TemporaryDirectory() as folder, database_url("sqlite", folder) as url:
        settings = {**KEYS, "DATABASE_URL": url, "INSTANCE_PATH": folder, "ROLE": "all",
                    "PORTAL_ADDRESS": f"https://{PORTAL}/", "SITE_ADDRESS": f"https://{_nginx.NAME}/results/"}
        people = _prepare(settings)
        with running(settings, 2, through) as site, _chromium(site) as browser:
            host = f"https://{site.name}" if site.name else f"http://{site.host}"
            portal = host.replace(_nginx.NAME, PORTAL)
            journeys = [_journey(browser, host, people, language) for language in LANGUAGES]
            dearest = {name: max(journey[name] for journey in journeys) for name in journeys[0]}
            return {**dearest, **_slowly(browser, host, people),
                    **_waiting(browser, host, people), **_officer(browser, portal)}


def _prepare(settings):
    """Three candidates' logins, and a series of which one qualification is out and another is to come."""
    from app import create_app
    from models.acts import officers
    from models.migrating import migrate
    from models.tables.exams import Candidate, Entry, Release
    from models.tables.people import BOARD_RIGHTS

    create_app(**settings)
    migrate()
    now = datetime.now(UTC).replace(microsecond=0)
    people = _country.populate(600, known=3, released_at=now - timedelta(hours=1))
    Release.create(series=1, qualification="A Level", released_at=now + timedelta(days=2))
    number = people[2][0].split("-")[1]
    last = Candidate.get(Candidate.number == number, Candidate.centre == 2 + 400 // _country.A_CENTRE)
    Candidate.update(qualifications="A Level").where(Candidate.id == last.id).execute()
    Entry.update(qualification="A Level").where(Entry.candidate == last).execute()
    officers.enlist("board@board.example", "Board", (), BOARD_RIGHTS, True, PASSWORD, officers.OPERATOR, now)
    return people


@contextlib.contextmanager
def _chromium(site):
    """A browser to whom both hosts of deploy/nginx.conf are this machine."""
    hosts = ", ".join(f"MAP {host} 127.0.0.1:{site.port}" for host in (_nginx.NAME, PORTAL))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=programs.chromium(), args=[
            *programs.BROWSER_ARGUMENTS, f"--host-resolver-rules={hosts}"])
        yield browser
        browser.close()


@dataclass
class Wire:
    """What went over the wire for a page: addresses asked for, bytes received."""

    asked: dict = field(default_factory=dict)  # address by the browser's name of the request
    received: int = 0

    def listen(self, context):
        page = context.new_page()
        line = context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.requestWillBeSent", self._ask)
        line.on("Network.requestServedFromCache", self._kept)
        line.on("Network.loadingFinished", self._receive)
        return page, line

    def _ask(self, told):
        if not told["request"]["url"].startswith("data:"):
            before = told.get("redirectResponse", {})
            self.asked[told["requestId"], len(before)] = told["request"]["url"]
            self.received += before.get("encodedDataLength", 0)

    def _kept(self, told):
        self.asked.pop((told["requestId"], 0), None)

    def _receive(self, told):
        self.received += told["encodedDataLength"]

    def read(self):
        """(addresses, kB) since the last time."""
        told = list(self.asked.values()), self.received / 1000
        self.asked, self.received = {}, 0
        return told


def _journey(browser, host, people, language):
    context, wire = browser.new_context(**PHONE), Wire()
    page, _line = wire.listen(context)
    page.goto(f"{host}/results/{language}/sign-in", wait_until="networkidle")
    shift, (first, first_kb) = page.evaluate(SHIFTS), wire.read()
    _sign_in(page, people[0])
    shift = max(shift, page.evaluate(SHIFTS))
    then, then_kb = wire.read()
    page.goto(f"{host}/results/{language}/sign-in", wait_until="networkidle")
    page.goto(f"{host}/results/{language}/", wait_until="networkidle")
    again, _kb = wire.read()
    context.close()
    return {"sign-in page, requests": len(first), "sign-in page, kB": first_kb,
            "journey, requests": len(first) + len(then), "journey, kB": first_kb + then_kb,
            "back again, files": sum("/static/" in address for address in again), "layout shift": shift}


def _slowly(browser, host, people):
    context = browser.new_context(**PHONE)
    page, line = Wire().listen(context)
    line.send("Network.emulateNetworkConditions", SLOW)
    page.goto(f"{host}/results/", wait_until="networkidle")
    signed_in = page.evaluate(PAINTED)
    _sign_in(page, people[1])
    results = page.evaluate(PAINTED)
    context.close()
    return {"slow: sign-in painted, s": signed_in / 1000, "slow: results painted, s": results / 1000}


def _waiting(browser, host, people):
    """A page with a countdown: what it asks for before it is painted, and what only then."""
    context, wire = browser.new_context(**PHONE), Wire()
    page, _line = wire.listen(context)
    page.goto(f"{host}/results/", wait_until="networkidle")
    _sign_in(page, people[2], shows=".countdown b")
    files = page.evaluate("""() => {
        const [painted] = performance.getEntriesByName("first-contentful-paint");
        return performance.getEntriesByType("resource").filter(({ name }) => !name.startsWith("data:"))
            .map(({ startTime }) => startTime >= (painted.paintTime || painted.startTime));
    }""")
    context.close()
    return {"waiting page, before it is painted": 1 + files.count(False), "waiting page, later": files.count(True)}


def _officer(browser, portal):
    context, wire = browser.new_context(ignore_https_errors=True), Wire()
    page, _line = wire.listen(context)
    page.goto(f"{portal}/sign-in", wait_until="networkidle")
    _asked, first_kb = wire.read()
    page.get_by_label("E-mail address").fill("board@board.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    page.wait_for_load_state("networkidle")
    wire.read()
    page.goto(f"{portal}/board/centres", wait_until="networkidle")
    asked, kb = wire.read()
    context.close()
    return {"portal's first page, kB": first_kb, "portal's next page, requests": len(asked),
            "portal's next page, kB": kb}


def _sign_in(page, person, shows=".results"):
    username, password = person
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(password)
    page.locator("form button").click()
    page.locator(shows).first.wait_for(timeout=30_000)
    page.wait_for_load_state("networkidle")
