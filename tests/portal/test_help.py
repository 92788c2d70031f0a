"""The help: its names are those of the screens, each screen leads to its part, and paper says the same sentences."""
import pytest

from models.database import database
from models.rules.languages import LANGUAGES
from models.tables.exams import Release, Series
from models.tables.marks import Mark
from models.tables.slips import SlipBatch
from models.tables.subcentres import AttachedDraft
from tests.documents.paper import spoken, text
from tests.exchange.test_board_imports import send
from tests.exchange.test_importing import ENTRY, csv_of, with_
from tests.inside import Inside
from tests.test_locks import ASSOCIATE, BOARD, MANAGER, OFFICER, TABLE
from tests.visitor import text_of
from views import help as guides

XA100, XA101, SERIES = "/centres/XA100", "/centres/XA101", "candidate-results/june-2026"
NAMED = ("a", "button", "label", "legend", "h1", "h2", "th", "dt", "option", "summary")
SCREENS = {
    "centres": (("karachi_officer", ("/sign-in", XA101, f"{XA101}/candidate-results", f"{XA101}/{SERIES}",
                                     f"{XA101}/{SERIES}/status", f"{XA101}/{SERIES}/credentials",
                                     f"{XA101}/{SERIES}/credentials/BATCH", f"{XA101}/{SERIES}/to-do",
                                     f"{XA101}/files", f"{XA101}/results", "/account")),
                ("associates_officer", (XA101,))),  # who has 'Change centre'
    "associates": (("associates_officer", (XA100, f"{XA100}/candidate-results", f"{XA100}/{SERIES}",
                                           f"{XA100}/{SERIES}/attached-centres", f"{XA100}/{SERIES}/to-do",
                                           f"{XA101}/{SERIES}", f"{XA100}/officers", "/account", "/help/centres")),),
    "board": (("board", ("/board/centres", "/board/centres/XA101", "/board/officers", "/board/imports",
                         "/board/officers/kiran@xa101.example", "/board/series", "/board/series/june-2026",
                         "/board/next-steps", "/board/statements", "/board/audit", "/board/queue")),),
}


@pytest.fixture
def full(cast):
    """The cast, with a PDF file, a held release beside one that is out, and a series that has ended."""
    cast.give_access(cast.karachi)
    cast.confirm(cast.karachi, cast.karachi_officer)
    SlipBatch.update(public_id="BATCH").execute()
    Mark.create(officer=cast.karachi_officer, place="XA101/june-2026/credentials", row="0001", at=cast.now)
    AttachedDraft.create(officer=cast.associates_officer, associate=cast.associate, series=cast.june, row="XA102",
                         typed={"delay": "5"}, changed_at=cast.now)
    Release.update(held_at=cast.now).where(Release.qualification == "IGCSE").execute()
    Release.update(released_at=cast.now).where(Release.qualification == "A Level").execute()
    return cast


def names_on(answer):
    """What controls, headings and columns are called, without the hints in them."""
    found = set()
    for element in answer.tree.iter():
        if element.tag not in NAMED:
            continue
        hidden = [child for child in element.iter() if {"hint", "hide-visually", "meta", "count"} & set(
            child.get("class", "").split())]
        whole = text_of(element)
        for child in hidden:
            whole = whole.replace(text_of(child), "").strip()
        found.add(whole)
    return found


def guide(app, role):
    with app.test_request_context():
        return guides.guide_for(role)


def sentences(found):
    for _anchor, heading, blocks in found.sections:
        yield heading
        for block in blocks:
            runs = [block] if isinstance(block[0][0], str) else block
            yield from ("".join(piece for piece, _is_name in run) for run in runs)


def names(found):
    return {piece for _anchor, _heading, blocks in found.sections for block in blocks
            for run in ([block] if isinstance(block[0][0], str) else block) for piece, is_name in run if is_name}


@pytest.mark.parametrize("role", guides.ROLES)
def test_every_name_in_the_help_is_on_a_screen(full, app, role):
    seen = set()
    for who, addresses in SCREENS[role]:
        visitor = Inside(app, getattr(full, who))
        answers = [visitor.get(address, lint=False) for address in addresses]
        assert {answer.status for answer in answers} <= {200, 303}
        seen |= {name for answer in answers if answer.tree is not None for name in names_on(answer)}
    if role == "centres":
        seen |= names_on(Inside(app).get("/sign-in"))
    if role == "board":
        late = csv_of("entries", with_(ENTRY, candidate_number="0044", uci="U44"))
        looked_at = send(visitor, "entries", late).location
        Series.update(closes_at=full.now).execute()
        for answer in (visitor.get("/board/series/june-2026"), visitor.post("/board/series/june-2026/hold", {
                "qualification": "A Level", "act": "hold"}), visitor.get(looked_at)):
            seen |= names_on(answer)

    assert names(guide(app, role)) - seen == set()
    assert len(names(guide(app, role))) > 20


def test_each_screen_leads_to_a_section_that_there_is(cast, app):
    anchors = {role: {section[0] for section in guide(app, role).sections} for role in guides.ROLES}

    assert {role: set(held.values()) - anchors[role] for role, held in guides.ANCHORS.items()} == {
        role: set() for role in guides.ROLES}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods and TABLE[rule.endpoint] in (
        OFFICER, MANAGER, ASSOCIATE, BOARD)}
    helped = set().union(*guides.ANCHORS.values())
    assert {endpoint for endpoint in pages - helped if not endpoint.startswith("help.")} <= {
        "sign_in.password_again", "kept.show", "dashboard.change_centre", "checklist.calendar", "board_audit.trail",
        "board_centres.dashboard"}  # which are no screens
    with app.test_request_context():
        assert [guides.help_address(*what) for what in (
            ("status.status", cast.karachi), ("subcentres.index", cast.associate), ("files.index", cast.associate),
            ("board_imports.index",), ("account.account",), ("sign_in.welcome",))] == [
            "/help/centres?centre=XA101#confirm", "/help/associates?centre=XA100#access",
            "/help/centres?centre=XA100#files", "/help/board#imports", "/help/centres#account", "/help/"]


@pytest.mark.parametrize("role", guides.ROLES)
def test_page_and_paper_say_the_same_sentences(cast, app, role):
    visitor = Inside(app, cast.karachi_officer)
    page, pdf = visitor.get(f"/help/{role}"), visitor.get(f"/help/{role}.pdf").body

    heard, shown = "".join("".join(words.split()) for _kind, words in spoken(pdf)), " ".join(page.text.split())
    kinds = {kind for kind, _words in spoken(pdf)}
    for said in sentences(guide(app, role)):
        assert "".join(said.split()) in heard
        assert said in shown
    assert kinds == {"H1", "H2", "P", "LI"}
    assert "Sheet 1 of" in text(pdf)
    assert ("".join(page.one("h1").text.split()) in heard, "‘" in shown) == (True, False)


def test_steps_lead_to_the_officers_own_screens(cast, app):
    own, strangers = (Inside(app, officer).get("/help/centres", query_string={"centre": "XB201"}).links()
                      for officer in (cast.karachi_officer, cast.strangers_officer))

    assert own["Edit status"] == f"{XA101}/{SERIES}/status"
    assert strangers["Edit status"] == f"/centres/XB201/{SERIES}/status"
    associate = Inside(app, cast.associates_officer)
    assert associate.get("/help/associates").links()["Manage attached centres"] == f"{XA100}/{SERIES}/attached-centres"
    assert not any(address.startswith("/board/") for address in associate.get("/help/board").links().values())
    assert Inside(app, cast.board).get("/help/board").links()["Imports"] == "/board/imports"


def test_no_step_leads_where_the_officer_may_not_go(cast, app):
    cast.candidate(cast.stranger, "0009", "Solo", [])  # an Associate without a valid entry of its own
    for officer in (cast.without_right, cast.strangers_officer, cast.karachi_officer, cast.board):
        visitor = Inside(app, officer)
        for role in guides.ROLES:
            links = visitor.get(f"/help/{role}").links().values()
            addresses = {address for address in links if address.startswith(("/centres", "/board"))}
            assert {a: visitor.get(a, lint=False).status for a in addresses} == dict.fromkeys(addresses, 200)


def test_the_seeds_sentence_leads_to_the_guide_and_its_paper(cast, app):
    links = Inside(app, cast.associates_officer).get(f"{XA100}/{SERIES}/attached-centres").links()

    assert links["Administering the candidate results service"] == "/help/centres?centre=XA100"
    assert links["PDF"] == "/help/centres.pdf"


@pytest.mark.parametrize("language", LANGUAGES)
def test_candidates_have_help_in_their_language_without_the_database(app, language):
    visitor = Inside(app)
    database.close()

    page = visitor.get(f"/results/{language}/help", htmx=False)

    assert page.status == 200
    assert "NO RESULT" in page.text
    assert len(page.all("dt")) == 4
    assert f"/results/{language}/sign-in" in page.html
    assert f"/results/{language}/help" in visitor.get(f"/results/{language}/sign-in", htmx=False).html
    assert database.is_closed()
