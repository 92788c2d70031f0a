"""The preview: before and after the release, with invented grades and no real one near."""
from datetime import timedelta

from models.tables.exams import Release
from tests.visitor import text_of

AT = "/centres/XA101/candidate-results/june-2026/preview"


def test_before_the_release_it_counts_down_and_afterwards_shows_invented_grades(cast, plain):
    visitor = plain(cast.karachi_officer)

    before, after = visitor.get(AT), visitor.get(f"{AT}?state=after")

    assert "PREVIEW" in before.text
    assert "PREVIEW" in after.text
    assert "Your results are not out yet" in before.text
    assert "A Level: results come out on" in [text_of(heading) for heading in before.all("h2")]
    assert [text_of(h) for h in after.all("h3")][:2] == ["Invented Mathematics", "Invented Physics"]
    assert "A*(a*)" in after.text.replace(" ", "")
    assert "Invented" not in before.text


def test_whatever_is_pressed_on_it_leads_back_to_it(cast, visit):
    visitor = visit(cast.karachi_officer)

    for address in (AT, f"{AT}?state=after"):
        page = visitor.get(address)
        found = [form.get("action") for form in page.all("form") if form.get("data-countdown")]
        found += [href for text, href in page.links().items() if text.startswith("Statement")]
        assert [visitor.get(link).status for link in found] == [200]


def test_no_real_grade_comes_near_it_even_after_the_real_release(cast, plain):
    candidate = cast.candidates["XA101"][0]
    cast.result(candidate, "0580", "G", 21)
    cast.result(candidate, "9709", "E", 41)
    Release.update(released_at=cast.now - timedelta(days=30)).execute()

    page = plain(cast.karachi_officer).get(f"{AT}?state=after")

    assert "Zoë" not in page.text
    assert "PUM 21" not in page.text
    assert "PUM 41" not in page.text
