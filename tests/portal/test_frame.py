"""What stands around every page: its title, and the series in the order of their releases."""
import re
from datetime import timedelta

from models.tables.exams import Candidate, Release, Series

PAGES = "/centres/XA101/candidate-results"


def test_two_tabs_can_be_told_apart_by_their_titles(cast, plain):
    cast.give_access(cast.karachi)
    officer = plain(cast.karachi_officer)

    titles = [re.search("<title>(.*?)</title>", officer.get(path).html, re.DOTALL)[1].strip() for path in (
        f"{PAGES}/june-2026", f"{PAGES}/june-2026/status", "/centres/XA101")]

    assert titles == [f"{page} · XA101 – Meridian Direct" for page in (
        "Series details · June 2026", "Edit status · June 2026", "Administer exams")]


def test_series_stand_in_the_order_of_their_releases_and_the_next_one_is_chosen(cast, plain):
    zoe = cast.candidates["XA101"][0]
    for code, days in (("march-2026", -90), ("november-2025", -200), ("november-2026", 300)):
        series = Series.create(code=code, name=code, short=code[:3] + code[-2:])
        Release.create(series=series, qualification="IGCSE", released_at=cast.now + timedelta(days=days))
        Candidate.create(centre=zoe.centre, series=series, number="0001", name="Zoë", qualifications="IGCSE",
                         first_entered_at=cast.now)

    page = plain(cast.karachi_officer).get(PAGES)

    options = page.all("option")
    assert [one.get("value") for one in options] == ["november-2026", "june-2026", "march-2026", "november-2025"]
    assert [one.get("value") for one in options if one.get("selected") is not None] == ["june-2026"]
