"""Every page in a real Chromium: nothing for axe to find, no scrolling sideways on a phone, no request elsewhere."""
from pathlib import Path

import pytest

from models.rules.languages import LANGUAGES

AXE = Path(__file__).parent / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
XA100, XA101 = "/centres/XA100", "/centres/XA101"
SERIES = "candidate-results/june-2026"
PAGES = {
    "associates_officer": (
        XA100, f"{XA100}/officers", f"{XA100}/results", f"{XA100}/files",
        f"{XA100}/results/all-centres", f"{XA100}/results/all-centres?by=syllabus",
        f"{XA100}/candidate-results", f"{XA100}/{SERIES}",
        f"{XA100}/{SERIES}/attached-centres", f"{XA100}/{SERIES}/attached-centres/history", f"{XA100}/{SERIES}/to-do",
        f"{XA100}/{SERIES}/today",
        f"{XA101}/{SERIES}", f"{XA100}/{SERIES}/checklist", "/help/associates",
        "/jobs/JOB", "/account", "/account/second-factor", "/account/password-again"),
    "karachi_officer": (
        f"{XA101}/{SERIES}", f"{XA101}/{SERIES}/status",
        f"{XA101}/{SERIES}/today", f"{XA101}/{SERIES}/credentials", f"{XA101}/results",
        f"{XA101}/{SERIES}/checklist", "/help/", "/help/centres",
        f"{XA101}/{SERIES}/credentials/BATCH", f"{XA101}/{SERIES}/preview", f"{XA101}/{SERIES}/preview?state=after"),
    "board": (
        "/board/centres", "/board/centres/XA101", "/board/centres/XA101/move", "/board/officers",
        "/board/officers/kiran@xa101.example", "/board/series", "/board/series/june-2026",
        "/board/series/june-2026/today",
        "/board/next-steps", "/board/imports", "/board/statements?number=0011223344556677", "/board/audit",
        "/board/queue", "/help/board", "/never"),
    None: ("/sign-in", "/welcome", "/privacy", "/verify", "/results/en/sign-in", "/results/en/sample",
           *(f"/results/{language}/{page}" for language in LANGUAGES if language != "en"
             for page in ("sign-in", "sample", "signed-out", "help")),
           *(f"/{page}/{language}" for language in LANGUAGES if language != "en" for page in ("privacy", "verify"))),
}


def complaints(page, look):
    page.add_script_tag(path=AXE)
    found = page.evaluate("options => axe.run(document, options)", RULES)["violations"]
    told = [(look, v["id"], v["nodes"][0]["html"][:160]) for v in found]
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return told + ([(look, "scrolls sideways", overflow)] if overflow > 0 else [])


@pytest.mark.parametrize("who", list(PAGES))
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(peopled, open_page, signed_in, live, who, width, scheme):
    options = {"width": width, "color_scheme": scheme, "bypass_csp": True, "reduced_motion": "reduce"}
    page = signed_in(getattr(peopled, who), **options) if who else open_page(**options)
    elsewhere, errors = [], []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(
        (live, "data:")) else None)
    page.on("pageerror", lambda error: errors.append(str(error)))

    found = []
    for address in PAGES[who]:
        page.goto(address)
        found += complaints(page, address)

    assert (found, elsewhere, errors) == ([], [], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_can_be_read_on_its_dark_band(peopled, signed_in, scheme):
    """axe does not look through the watermark."""
    page = signed_in(peopled.karachi_officer, color_scheme=scheme)
    page.goto(f"{XA101}/{SERIES}/preview")

    colours = page.locator(".hero, .hero > *").evaluate_all("(all) => all.map((one) => getComputedStyle(one).color)")
    left = page.locator(".preview .panel .meta, .preview .panel button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().left)")

    assert len(colours) > 3
    assert len(set(colours)) == 1
    assert len(set(left[:3])) == 1


def test_the_candidates_own_pages_too(peopled, open_page):
    logins = peopled.confirm(peopled.karachi, peopled.karachi_officer)
    for width, scheme in ((360, "dark"), (1280, "light")):
        page = open_page(width=width, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
        page.goto("/results/en/sign-in")
        page.get_by_label("Username").fill("XA101-0001-J26")
        page.get_by_label("Password").fill(logins["0001"])
        page.get_by_role("button", name="Sign in").click()
        page.locator(".grade").first.wait_for()

        assert complaints(page, "results") == []
