"""What stands on our paper, as 30 keyboards and habits bring it back: one reader for all of it."""
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import passwords
from models.acts import candidate_sign_in
from models.codes import ALPHABET, as_typed, grouped
from models.contacts import Contact
from models.delay import parse_delay
from models.rules import statement_codes
from models.tables.slips import Credential, username_as_typed
from tests.candidates.conftest import USERNAME


def digits(zero):
    """A keyboard with these ten digits, of which `zero` is the first."""
    return lambda text: "".join(chr(ord(zero) + int(char)) if char in "0123456789" else char for char in text)


def wide(text):
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def letters(ours, theirs):
    return lambda text: text.translate(str.maketrans(ours, theirs))


HABITS = {
    "small letters": str.lower, "full-width": wide, "full-width and small": lambda t: wide(t).lower(),
    **{name: digits(zero) for name, zero in {
        "Arabic": "٠", "Persian": "۰", "Hindi": "०", "Bengali": "০", "Tamil": "௦", "Thai": "๐", "Burmese": "၀",
        "Khmer": "០", "Lao": "໐", "Gujarati": "૦", "bold": "𝟎"}.items()},
    "Cyrillic": letters("BCHKMPTXY", "ВСНКМРТХУ"), "Greek": letters("BHKMNPTXZY", "ΒΗΚΜΝΡΤΧΖΥ"),
    "Greek, small": lambda t: letters("BHKMNPTXZY", "ΒΗΚΜΝΡΤΧΖΥ")(t).lower(),
    "letters in circles": lambda t: "".join(chr(0x24B6 + ord(c) - 65) if "A" <= c <= "Z" else c for c in t),
    "no dashes": letters("-", " "), "dashes to blanks": lambda t: t.replace("-", ""),
    "en dash": letters("-", "–"), "no-break dash": letters("-", "‑"), "minus": letters("-", "−"),
    "Japanese long vowel": letters("-", "ー"), "half-width long vowel": letters("-", "ｰ"),
    "Chinese one": letters("-", "一"), "Korean vowel": letters("-", "ㅡ"), "middle dot": letters("-", "·"),
    "slashes": letters("-", "/"), "dots": letters("-", "."), "underscores": letters("-", "_"),
    "quotes": lambda t: f"“{t}”.", "a line of a message": lambda t: f"\u200f{t}\u200e\n",
    "blanks everywhere": lambda t: "\u2009".join(t), "no-break blanks": lambda t: f"\u00a0{t}\u00a0",
    "zero-width": lambda t: "\u200b".join(t), "soft hyphens": lambda t: "\u00ad".join(t),
}
symbols = st.text(ALPHABET, min_size=16, max_size=16)
usernames = st.from_regex(r"[A-Z]{2}[0-9]{3}-[0-9]{4}-(J26|MA26|JU26|JUL26|[MJN][0-9]{2})", fullmatch=True)


@pytest.mark.parametrize("habit", HABITS)
@given(symbols=symbols, username=usernames)
def test_every_printed_value_comes_back(habit, symbols, username):
    typed = HABITS[habit]

    assert as_typed(typed(grouped(symbols))) == symbols
    assert username_as_typed(typed(username)) == username


@pytest.mark.parametrize("habit", [*HABITS, "letters for digits"])
@settings(deadline=None, max_examples=25)  # the database is asked
@given(username=usernames)
def test_every_code_of_a_statement_comes_back(app, habit, username):
    """Its signature is right, and no such series is kept."""
    slipped = lambda code: f"{code[:2]}{code[2:10].translate(str.maketrans('01', 'OI'))}{code[10:]}"  # noqa: E731
    code = statement_codes.code_of(username, "Zoë", ())

    assert statement_codes.check(HABITS.get(habit, slipped)(code), datetime.now(UTC)).state == statement_codes.NOT_KEPT


@given(usernames)
def test_letters_where_only_digits_can_stand_are_digits(username):
    centre, number, series = username.split("-")
    slipped = str.maketrans("01258", "OlZSB")
    wrong = f"{centre}-{number.translate(slipped)}-{series[:-2]}{series[-2:].translate(slipped)}"

    assert username_as_typed(wrong) == username


@pytest.mark.parametrize("typed", ["XA1O1-OOOl-J26", "xalol 0001 j26", "XAI0I-0001-J26"])
def test_a_centres_number_is_tried_with_digits_where_there_is_none_as_typed(guest, slips, typed):
    assert guest().sign_in_with(typed, slips["0001"]).status == 303


def test_a_number_that_there_is_as_typed_goes_before_what_was_perhaps_meant(guest, slips):
    """Somebody else's has the O."""
    other = USERNAME.replace("0", "O", 1)
    Credential.update(username=other).where(Credential.username == "XA101-0002-J26").execute()

    assert candidate_sign_in.WRONG in guest().sign_in_with(other, slips["0001"]).text
    assert guest().sign_in_with(other, slips["0002"]).status == 303
    assert guest().sign_in_with(USERNAME, slips["0001"]).status == 303


@pytest.mark.parametrize("boxes", [
    lambda name, password: (password, name), lambda name, password: (f"{name} {password}", ""),
    lambda name, password: ("", f"{name}\n{password}"), lambda name, password: (f"{password} {name}", "x"),
    lambda name, password: (f"{name} {password}", f"{name} {password}"),
    lambda name, password: (name, f"{name}{password}"), lambda name, password: (name, f"{password} {password}"),
    lambda name, password: (f"Username: {name} Password: {password}", ""),
    lambda name, password: (f"Username: {name}", f"Password: {password}"),
    lambda name, password: (f"用户名：{name}密码：{password}", "用户名"),
    lambda name, password: (" ".join(f"{name} {password}"), ""),
    lambda name, password: ("", f"Contraseña = {' '.join(password)} . . Nombre de usuario = {' '.join(name)}"),
    lambda name, password: ("", f"اسم المستخدم: {name}، كلمة المرور: {password}."),
])
def test_boxes_exchanged_or_both_in_one_are_taken_apart(guest, slips, boxes):
    assert guest().sign_in_with(*boxes(USERNAME, grouped(slips["0001"]))).status == 303


def test_a_username_of_no_such_shape_is_told_so(guest, slips):
    """It costs the same as any other (portal/test_enumeration.py)."""
    answer = guest().sign_in_with("Zoë", slips["0001"])

    assert answer.status == 422
    assert "A username looks like XA101-0007-J26" in answer.text


def test_a_valid_pair_is_never_taken_apart():
    one, other = (passwords.derive(b"k" * 32, "XA101", "0001", n, "00") for n in (1, 2))

    assert candidate_sign_in._taken_apart(one, other) == (one, other)


@pytest.mark.parametrize(("boxes", "said"), [
    (lambda password: (f"{password[:-1]}O", USERNAME), "Character 16 of the password is O."),
    (lambda password: (password[:-1], USERNAME.lower()), "Number you typed: 15."),
    (lambda password: (password, password), candidate_sign_in.NO_USERNAME),
    (lambda password: (grouped(password), f"{password} {password}"), candidate_sign_in.NO_USERNAME),
    (lambda password: (f"{password[:-1]}O", f"{password[:-1]}O"), candidate_sign_in.NO_USERNAME),
])
def test_the_fault_is_named_that_there_is(guest, slips, boxes, said):
    answer = guest().sign_in_with(*boxes(slips["0001"]))

    assert answer.status == 422
    assert said in answer.text


@pytest.mark.parametrize(("typed", "minutes"), [("٢٤", 1440), ("１ｄ　６ｈ", 1800), ("۱٫۵h", 90), ("९०m", 90)])
def test_a_delay_is_read_in_any_digits(typed, minutes):
    assert parse_delay(typed) == minutes


@pytest.mark.parametrize(("written", "called"), [
    ("+92 21 555 0100", "+92215550100"), ("+54 11 5555-0199 ext. 4471", "+541155550199;ext=4471"),
    ("(02) 555 0100 x7", "025550100;ext=7"), ("٠٢ ٥٥٥ ٠١٠٠", "025550100"), ("＋９２ ２１", "+9221"),
    ("+92 (0) 21 / 555#12", "+92021555;ext=12"), ("", ""), ("by letter", "")])
def test_a_telephone_of_any_script_can_be_called(written, called):
    assert Contact("", written).dialled == called
