"""The pictures of the README and a contact sheet of every page and state, in every width and look: `make pictures`.

`python -m tests.pictures FOLDER` serves the demo data on loopback, takes the pictures into FOLDER and writes
`FOLDER/index.html`, which shows them side by side; `docs/*.png` are replaced. Nothing is checked here but that each
page answers: somebody is to look.
"""
import html
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright
from waitress.server import create_server

from app import create_app
from exchange import demo
from models.database import database
from models.migrating import migrate
from models.staff_passwords import DEMO_PASSWORD
from tests import programs
from tests.cast import KEYS

LOOKS = ((360, "light"), (360, "dark"), (768, "light"), (1280, "light"), (1280, "dark"))
NEXT, OUT, OVER = "november-2026", "june-2026", "march-2026"
A, C = "/centres/NC100", "/centres/NC101"
PAGES = {  # who: (page, address)
    "associate": [
        ("Dashboard", A), ("Your series", f"{A}/candidate-results"), ("Results", f"{A}/results"),
        ("File Exchange", f"{A}/files"), ("Officers", f"{A}/officers"), ("History", f"{A}/history"),
        ("Series details", f"{A}/candidate-results/{NEXT}"),
        ("Subcentre Management", f"{A}/candidate-results/{NEXT}/attached-centres"),
        ("Subcentre Management, nothing found", f"{A}/candidate-results/{NEXT}/attached-centres?find=nowhere"),
        ("History of changes", f"{A}/candidate-results/{NEXT}/attached-centres/history"),
        ("What needs doing", f"{A}/candidate-results/{NEXT}/to-do"),
        ("What needs doing, every centre", f"{A}/candidate-results/{NEXT}/to-do?need=every"),
        ("What needs doing, nothing found", f"{A}/candidate-results/{NEXT}/to-do?q=nowhere"),
        ("What needs doing, series closed", f"{A}/candidate-results/{OVER}/to-do"),
        ("Results day", f"{A}/candidate-results/{OUT}/today"), ("Checklist", f"{A}/candidate-results/{NEXT}/checklist"),
        ("A subcentre", f"{C}/candidate-results/{NEXT}"), ("Find a centre", "/change-centre/?number="),
        ("Help", "/help/associates"), ("Not there", "/never")],
    "centre": [
        ("Dashboard", C), ("Results", f"{C}/results"), ("File Exchange", f"{C}/files"), ("History", f"{C}/history"),
        ("Series details", f"{C}/candidate-results/{NEXT}"), ("Edit status", f"{C}/candidate-results/{NEXT}/status"),
        ("Candidates and slips", f"{C}/candidate-results/{NEXT}/credentials"),
        ("Candidates and slips, nothing found", f"{C}/candidate-results/{NEXT}/credentials?q=nobody"),
        ("Results day, before", f"{C}/candidate-results/{NEXT}/today"),
        ("Results day, after", f"{C}/candidate-results/{OUT}/today"),
        ("Series closed", f"{C}/candidate-results/{OVER}"),
        ("Preview, before", f"{C}/candidate-results/{NEXT}/preview"),
        ("Preview, after", f"{C}/candidate-results/{NEXT}/preview?state=after"), ("Help", "/help/centres"),
        ("Your account", "/account"), ("Password again", "/account/password-again")],
    "board": [
        ("Overview", "/board"), ("Centres", "/board/centres"), ("A centre", "/board/centres/NC101"),
        ("Officers", "/board/officers"), ("An officer", "/board/officers/centre@demo.example"),
        ("Series and releases", "/board/series"), ("A series", f"/board/series/{NEXT}"),
        ("Results day", f"/board/series/{OUT}/today"), ("Next steps", "/board/next-steps"),
        ("Statements", "/board/statements"), ("Imports", "/board/imports"), ("Audit trail", "/board/audit"),
        ("Queue", "/board/queue"), ("Help", "/help/board")],
    "": [("Sign in", "/sign-in"), ("Candidate: sign in", "/results/en/sign-in"),
         ("Candidate: sign in, Arabic", "/results/ar/sign-in"), ("Candidate: sample", "/results/en/sample"),
         ("Candidate: help", "/results/en/help"), ("Check a statement", "/verify/en"), ("Privacy", "/privacy/en")],
}
PRESSED = [  # who, page, address, what is pressed by its selector
    ("associate", "Subcentre Management, marked and changed", f"{A}/candidate-results/{NEXT}/attached-centres",
     ("#mark-NC101", "#mark-NC104", "#NC103-give_access")),
    ("associate", "What needs doing, marked", f"{A}/candidate-results/{NEXT}/to-do?need=every",
     ("#mark-NC104", "#mark-NC109")),
    ("centre", "Candidates and slips, marked", f"{C}/candidate-results/{NEXT}/credentials",
     ("#mark-0001", "#mark-0002")),
    ("centre", "Candidates and slips, refused", f"{C}/candidate-results/{NEXT}/credentials",
     ("#mark-0001", "#mark-0002", "button:text('New password for 2')")),
]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance:
        app = create_app(DATABASE_URL=f"sqlite:///{instance}/pictures.db", INSTANCE_PATH=instance, **KEYS)
        migrate()
        demo.load(datetime.now(UTC).replace(microsecond=0))
        logins = [login for _what, *login in demo.candidate_logins()]
        database.close()
        server = create_server(app, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=programs.chromium(), args=programs.BROWSER_ARGUMENTS)
            shown = take(browser, f"http://127.0.0.1:{server.effective_port}", folder, logins)
            browser.close()
        server.close()
    (folder / "index.html").write_text(sheet(shown), encoding="utf-8")
    print(f"{len(shown)} pictures: {folder / 'index.html'}")


def take(browser, base, folder, logins):
    """Take every picture; gives (page, look, file name) of each. Raises `RuntimeError` for a page that fails."""
    shown = []

    def picture(page, name, look, **more):
        file = f"{len(shown):03}.png"
        page.screenshot(path=folder / file, **more)
        shown.append((name, look, file))

    for width, scheme in LOOKS:
        for who, pages in PAGES.items():
            page = browser.new_context(base_url=base, viewport={"width": width, "height": 900}, color_scheme=scheme,
                                       reduced_motion="reduce").new_page()
            if who:
                page.goto("/sign-in")
                page.get_by_label("E-mail address").fill(f"{who}@demo.example")
                page.get_by_label("Password").fill(DEMO_PASSWORD)
                page.get_by_role("button", name="Sign in").click()
            for name, address in pages:
                if (answer := page.goto(address)).status >= 500:
                    raise RuntimeError(f"{address}: {answer.status}")
                picture(page, f"{who.title()} · {name}" if who else name, f"{width} {scheme}", full_page=True)
                if name == "Subcentre Management" and (width, scheme) == (1280, "light"):
                    page.screenshot(path=Path("docs/subcentre-management.png"))
                if name in ("Results day, after", "Checklist") and width == 1280:
                    page.emulate_media(media="print")
                    picture(page, f"{who.title()} · {name}", f"print {scheme}", full_page=True)
                    page.emulate_media(media="screen")
            for _who, name, address, selectors in (one for one in PRESSED if one[0] == who):
                page.goto(address)
                for selector in selectors:
                    control = page.locator(selector)
                    control.check() if selector.startswith("#") else control.click()  # marks are kept between looks
                    page.wait_for_load_state("networkidle")
                picture(page, f"{who.title()} · {name}", f"{width} {scheme}")
        for name, (username, password) in zip(("results", "countdown"), logins, strict=True):
            page = browser.new_context(base_url=base, viewport={"width": width, "height": 900},
                                       color_scheme=scheme).new_page()
            page.goto("/results/en/sign-in")
            page.locator("#username").fill(username)
            page.locator("#password").fill(password)
            page.locator("#password").press("Enter")
            page.wait_for_load_state("networkidle")
            picture(page, f"Candidate: {name}", f"{width} {scheme}", full_page=True)
            if name == "results" and (width, scheme) == (360, "light"):
                page.screenshot(path=Path("docs/results.png"))
    return shown


def sheet(shown):
    """The contact sheet: a row a page, its looks side by side."""
    rows = {}
    for name, look, file in shown:
        rows.setdefault(name, []).append(
            f'<figure><a href="{file}"><img src="{file}" alt="" loading="lazy"></a>'
            f'<figcaption>{look}</figcaption></figure>')
    body = "".join(f"<h2>{html.escape(name)}</h2><div>{''.join(figures)}</div>" for name, figures in rows.items())
    return ("<!doctype html><meta charset=utf-8><title>Contact sheet</title><style>"
            "body{font:16px sans-serif;margin:1rem}div{display:flex;gap:1rem;align-items:start;overflow-x:auto}"
            f"figure{{margin:0}}img{{height:22rem;border:1px solid #999}}</style><h1>Every page and state</h1>{body}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "instance/pictures"))
