"""The code that carries the results: what it holds, who else can check it, and what the server says of it."""
import json
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.acts import erasing, releasing, statements
from models.database import Refused
from models.rules.results import Result
from models.rules.statement_codes import Line
from models.rules.statement_messages import BITS, HEADS, content_of, message, number_of
from models.signing import Certified, Signer, made_for_demonstration, signer
from models.tables.exams import Entry, Release, Series
from models.tables.statements import IssuedStatement, SigningKey, WithdrawnStatement
from tests.candidates.conftest import OURS
from tests.checker import VECTOR, VECTOR_KEY, checked

ADDRESS = "https://results.example/verify"
AT = datetime(2026, 8, 12, 8, tzinfo=UTC)
CENTRE, ZOE = ("XA101", "Harbour View School"), ("0007", "Zoë Ångström")
LINES = (Line("A Level", "9709", "Mathematics", "B", "", "", 78),
         Line("IGCSE", "0580", "Mathematics", "A*", "", "", 94),
         Line("IGCSE", "0654", "Co-ordinated Sciences", "A", "B", "", None))
CONTENT = {"1": list(CENTRE), "2": list(ZOE), "3": "June 2026", "4": [
    ["A Level", ["9709", "Mathematics", "B(b)", 78]],
    ["IGCSE", ["0580", "Mathematics", "A*(a*)", 94], ["0654", "Co-ordinated Sciences", "A(a)", None, "B(b)"]]]}


def key_of(certified, **more):
    return {"kty": "EC", "crv": "P-256", **certified.point, "kid": certified.kid, "name": certified.name,
            "nbf": int(AT.timestamp()) - 9, "exp": int(AT.timestamp()) + 9} | more


def made(lines=LINES, candidate=ZOE, at=AT):
    return message("XA101-0007-J26", CENTRE, candidate, "June 2026", lines, at, ADDRESS)


def digits_of(made_message):
    return made_message.address.partition("#")[2]


@pytest.fixture
def issued(cast, zoe, release):
    """Zoë's statement, of her A Level that is out."""
    release("A Level", hours=-2)
    cast.result(cast.candidates["XA101"][0], "9709", "B", 78)
    assert zoe.get("/results/en/statement.pdf", htmx=False).status == 200
    return IssuedStatement.get()


def state(guest, issued, digest=None):
    answer = guest().post("/verify/state", {"number": issued.number, "digest": digest or issued.digest}, csrf=False,
                          htmx=False, headers=OURS, lint=False)
    return json.loads(answer.body)


# --- the format


def test_another_program_reads_the_vector_of_the_documents(tmp_path):
    found, = checked([VECTOR], [VECTOR_KEY], tmp_path)

    assert (found["number"], found["at"], found["by"]) == ("0011223344556677", 1786525200, "Test Board")
    assert found["digest"] == "dd12822a2f3931fe4416f599622d796eebfda2c2a20f06179cd36fabf4bc8fff"


def test_another_program_reads_what_is_made_here(app, tmp_path):
    one = made()

    found, = checked([one.address], [key_of(signer.certified)], tmp_path)

    assert found["content"] == CONTENT
    assert (found["number"], found["digest"], found["at"]) == (one.number, one.digest, int(AT.timestamp()))
    assert one.address.startswith(f"{ADDRESS}#33867")
    assert made() == one  # deterministic


def test_no_altered_code_is_accepted(app, tmp_path):
    """10,000: a digit changed, lost, put in, swapped; bytes and bits; cut short; another statement's signature."""
    draw = random.Random(7)
    right = [digits_of(made(LINES[:count])) for count in (1, 2, 3)]
    right.append(digits_of(made(LINES, ("0008", "Amal"))))
    altered = set()
    while len(altered) < 10_000:
        code = draw.choice(right)
        at, digit = draw.randrange(len(code)), str(draw.randrange(10))
        other = draw.choice(right)
        altered.add(draw.choice((
            lambda c=code, a=at, d=digit: c[:a] + d + c[a + 1:], lambda c=code, a=at: c[:a] + c[a + 1:],
            lambda c=code, a=at, d=digit: c[:a] + d + c[a:], lambda c=code, a=at: c[:a] + c[a:][::-1],
            lambda c=code, a=at: c[:a], lambda c=code, o=other, a=at: c[:a] + o[a:]))())
    altered -= set(right)

    found = checked(sorted(altered), [key_of(signer.certified)], tmp_path)

    accepted = [one for one in found if "refused" not in one]
    assert accepted == []
    assert len(checked(right, [key_of(signer.certified)], tmp_path)) == 4


@given(st.integers(0, 40), st.sampled_from(["Zoë Ångström", "محمد بن عبد الله آل سعود", "欧阳娜娜", "N" * 200]))
def test_every_code_is_made_that_a_scan_can_tell_apart(app, count, name):
    lines = [Line("IGCSE", f"{number:04}", f"Subject {number} of many", "A*", "", "", 90)
             for number in range(1 + count)]

    one = made(lines, ("0007", name))

    bits = HEADS + 8 * len(f"{ADDRESS}#") + -(-len(digits_of(one)) * 10 // 3)
    assert bits <= BITS[one.level] or count > 30
    assert count > 11 or one.level == "M"


def test_the_same_content_has_the_same_number_and_nobody_elses(app):
    content = content_of(CENTRE, ZOE, "June 2026", LINES)
    assert content == content_of(CENTRE, ZOE, "June 2026", LINES[::-1])

    numbers = [number_of(username, content_of(CENTRE, ZOE, "June 2026", lines))
               for username in ("XA101-0007-J26", "XA101-0008-J26") for lines in (LINES, LINES[:2])]

    assert len(set(numbers)) == 4


# --- what the server says


def test_a_statement_is_current_until_something_on_it_changes(guest, cast, issued, zoe):
    assert state(guest, issued) == {"state": "current", "kept": ["June 2026"]}
    zoe.get("/results/ar/statement.pdf", htmx=False)
    assert IssuedStatement.select().count() == 1  # the same content, in another language
    Result.update(grade="A").execute()

    assert state(guest, issued)["state"] == "changed"
    zoe.get("/results/en/statement.pdf", htmx=False)
    assert IssuedStatement.select().count() == 2


def test_a_result_that_is_not_out_changes_nothing(guest, cast, issued):
    cast.result(cast.candidates["XA101"][0], "0580", "C")

    assert state(guest, issued)["state"] == "current"


def test_a_withdrawn_entry_is_a_change(guest, issued):
    Entry.update(status="withdrawn").where(Entry.syllabus_code == "9709").execute()

    assert state(guest, issued)["state"] == "changed"


@pytest.mark.parametrize("hide", [{"held_at": 1}, {"released_at": 2**33}])
def test_what_is_not_out_any_more_is_hidden(guest, issued, hide):
    Release.update(**hide).where(Release.qualification == "A Level").execute()

    assert state(guest, issued)["state"] == "hidden"


def test_a_number_with_another_digest_is_unmatched_and_an_unknown_one_unknown(guest, issued):
    assert state(guest, issued, "0" * 64)["state"] == "unmatched"
    issued.number = "f" * 16

    assert state(guest, issued) == {"state": "unknown", "kept": ["June 2026"]}


def test_a_withdrawn_statement_stays_withdrawn_when_its_series_is_erased(cast, guest, issued, tmp_path):
    statements.withdraw(issued.number, "board", cast.now)
    assert state(guest, issued)["state"] == "withdrawn"

    erase(cast, tmp_path)

    assert IssuedStatement.select().count() == 0
    assert state(guest, issued)["state"] == "withdrawn"
    statements.restore(issued.number, "board", cast.now)
    assert state(guest, issued) == {"state": "unknown", "kept": []}
    with pytest.raises(Refused, match="not withdrawn"):
        statements.restore(issued.number, "board", cast.now)


def test_after_erasure_a_typed_code_is_never_called_changed(cast, guest, issued, zoe, tmp_path):
    from tests.candidates.test_statement import code_on

    code = code_on(zoe.get("/results/en/statement.pdf", htmx=False))
    erase(cast, tmp_path)

    page = guest().post("/verify/en", {"code": code}, csrf=False, htmx=False, headers=OURS)

    assert "This statement was issued by the exam board. Its results are no longer kept here" in page.text
    assert "changed since then. Ask" not in page.text


def erase(cast, folder):
    Series.update(closes_at=cast.now - timedelta(days=1)).execute()
    releasing.destroy_key(Series.get(), "board", cast.now)
    erasing.erase(Series.get(), "board", cast.now, folder)


@pytest.mark.parametrize("form", [{}, {"number": "x" * 16, "digest": "0" * 64}, {"number": "0" * 16},
                                  {"number": "0" * 16, "digest": "0" * 63}, {"number": "0" * 17, "digest": "0" * 64}])
def test_what_is_no_number_and_digest_is_refused(guest, form):
    assert guest().post("/verify/state", form, csrf=False, htmx=False, headers=OURS, lint=False).status == 422


def test_the_board_finds_a_statement_and_withdraws_it(cast, visit, issued):
    board = visit(cast.board)

    page = board.get(f"/board/statements?number={issued.number[:8]}-{issued.number[8:]}")

    assert "Zoë Ångström (0001)" in page.text
    assert "As issued" in page.text
    board.post("/board/statements", {"act": "withdraw", "number": issued.number})
    assert WithdrawnStatement.get().number == issued.number
    assert "Withdrawn on" in board.get(f"/board/statements?number={issued.number}").text


# --- keys


def published(guest, name):
    answer = guest().get(f"/.well-known/statement-{name}.json", htmx=False, lint=False)
    return answer, json.loads(answer.body)


def test_the_keys_are_published_for_any_program(guest, issued):
    answer, content = published(guest, "keys")

    key, = content["keys"]
    assert key["kid"] == signer.certified.kid
    assert (key["demonstration"], key["alg"], key["use"], len(key["x5c"])) == (True, "ES256", "sig", 1)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
    assert answer.headers["ETag"]


def test_what_is_withdrawn_is_published_and_signed(guest, cast, issued):
    from base64 import urlsafe_b64decode

    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    statements.withdraw(issued.number, "board", cast.now)
    _answer, listed = published(guest, "withdrawn")

    part = {name: urlsafe_b64decode(text + "==") for name, text in listed.items()}
    assert json.loads(part["payload"])["withdrawn"] == [issued.number]
    assert json.loads(part["protected"]) == {
        "alg": "ES256", "kid": signer.certified.kid, "typ": "statement-withdrawn+jws"}
    r, s = (int.from_bytes(part["signature"][at:at + 32]) for at in (0, 32))
    signed = f"{listed['protected']}.{listed['payload']}".encode()
    signer.certified.public.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


def test_a_new_key_ends_the_old_one_of_its_tier_and_both_stay_published(cast, guest, issued, monkeypatch, tmp_path):
    old = signer.certified
    fresh = Signer()
    pem = made_for_demonstration("Meridian", cast.now)
    fresh.load(pem, pem, "portal", cast.now)
    first = made(at=cast.now)
    for name in ("certified", "key"):
        monkeypatch.setattr(signer, name, getattr(fresh, name))
    statements.issue(CENTRE, "june-2026", [], cast.now, ADDRESS)

    keys = published(guest, "keys")[1]["keys"]

    assert [key["kid"] for key in keys] == [old.kid, fresh.certified.kid]
    second, late = made(at=cast.now), made(at=cast.now + timedelta(days=3))
    assert keys[0]["exp"] == int((cast.now + timedelta(days=1)).timestamp())
    monkeypatch.setattr(signer, "certified", old)
    found = checked([first.address, second.address, late.address], keys, tmp_path)
    assert [one.get("refused") for one in found] == [None, None, None]
    aged = [key | {"exp": int(cast.now.timestamp()) - 1} if key["kid"] == old.kid else key for key in keys]
    assert checked([first.address], aged, tmp_path) == [{"refused": "key not in force"}]


def test_a_revoked_key_is_published_as_such_once(cast, guest, issued):
    statements.revoke_key(signer.certified.kid, "stolen", "operator", cast.now)

    key, = published(guest, "keys")[1]["keys"]

    assert key["revoked"]["reason"] == "stolen"
    with pytest.raises(Refused, match="no key"):
        statements.revoke_key(signer.certified.kid, "stolen", "operator", cast.now)


def test_the_candidate_tier_cannot_make_its_own_key_known(cast, zoe, release, monkeypatch):
    release("A Level", hours=-2)
    cast.result(cast.candidates["XA101"][0], "9709", "B", 78)
    monkeypatch.setattr(signer, "tier", "candidate")

    assert zoe.get("/results/en/statement.pdf", htmx=False).status == 422
    assert SigningKey.select().count() == IssuedStatement.select().count() == 0
    monkeypatch.setattr(signer, "tier", "portal")
    statements.add_key(signer.certified.pem, "operator", cast.now)
    monkeypatch.setattr(signer, "tier", "candidate")
    assert zoe.get("/results/en/statement.pdf", htmx=False).status == 200
    assert SigningKey.get().tier == "candidate"


@pytest.mark.parametrize("spoil", ["curve", "pair", "time", "text"])
def test_a_key_that_cannot_sign_is_refused(cast, spoil):
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem, other = (made_for_demonstration("Meridian", cast.now) for _ in range(2))
    curve = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    given = {"curve": (curve, pem, cast.now), "pair": (other, pem, cast.now),
             "time": (pem, pem, cast.now + timedelta(days=9999)), "text": ("/nowhere", pem, cast.now)}
    key, certificate, now = given[spoil]

    with pytest.raises(ValueError, match="SIGNING"):
        Signer().load(key, certificate, "portal", now)


def test_a_demonstration_says_so(app, cast):
    assert Certified(signer.certified.pem).is_demonstration
    assert signer.certified.leaf.issuer != signer.certified.leaf.subject


def test_signing_can_be_left_off(cast, zoe, release, monkeypatch):
    release("A Level", hours=-2)
    cast.result(cast.candidates["XA101"][0], "9709", "B", 78)
    monkeypatch.setattr(signer, "certified", None)

    pdf = zoe.get("/results/en/statement.pdf", htmx=False).body

    assert b"/ByteRange" not in pdf
    assert IssuedStatement.select().count() == 0


def test_a_key_that_was_given_up_signs_nothing_more_and_a_former_one_holds_again(cast, zoe, issued, monkeypatch):
    own = SigningKey.get()
    SigningKey.update(valid_until=cast.now - timedelta(days=1)).execute()

    assert zoe.get("/results/en/statement.pdf", htmx=False).status == 200
    assert SigningKey.get().valid_until == own.valid_until
    statements.revoke_key(own.kid, "stolen", "operator", cast.now)
    assert zoe.get("/results/en/statement.pdf", htmx=False).status == 422
