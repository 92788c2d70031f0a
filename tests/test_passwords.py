"""Passwords: derived the same again, verified in constant form, mistakes named before any look-up."""
import hashlib
import hmac
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import passwords
from models.codes import ALPHABET, as_typed, grouped
from models.passwords import LENGTH, Keys, MissingKey, derive, mistake, verifier
from models.tables.slips import username_as_typed

SALT = "00112233445566778899aabbccddeeff"
KEY = b"k" * 32
symbols = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


def password(generation=1, salt=SALT, key=KEY, candidate="0007"):
    return derive(key, "XA101", candidate, generation, salt)


def test_the_same_values_derive_the_same_password_and_any_other_a_different_one():
    others = {password(), password(generation=2), password(salt="ff" * 16), password(key=b"K" * 32),
              password(candidate="0008")}

    assert password() == password()
    assert len(others) == 5


def test_centre_and_candidate_cannot_be_shifted_into_one_another():
    assert derive(KEY, "XA101", "0007", 1, SALT) != derive(KEY, "XA1010", "007", 1, SALT)


@given(st.integers(1, 10_000), st.binary(min_size=16, max_size=16))
def test_every_derived_password_passes_its_own_check(generation, salt):
    assert mistake(password(generation, salt.hex())) is None


def test_no_symbol_is_a_vowel_or_looks_like_another():
    assert len(ALPHABET) == len(set(ALPHABET)) == 29
    assert set(ALPHABET).isdisjoint("AEIOU01")


def test_fifteen_random_symbols_are_more_than_64_bits():
    assert 29 ** (LENGTH - 1) > 2 ** 72


@given(st.integers(1, 99), st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_symbol_is_caught(generation, place, symbol):
    right = password(generation)
    typed = right[:place] + symbol + right[place + 1:]

    assert (mistake(typed) is None) == (typed == right)


@given(st.integers(1, 99), st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_every_swap_of_two_symbols_is_caught(generation, one, other):
    right = list(password(generation))
    typed = right.copy()
    typed[one], typed[other] = typed[other], typed[one]

    assert (mistake("".join(typed)) is None) == (typed == right)


@pytest.mark.parametrize(("typed", "kind"), [
    ("", "length"), ("497RCH3Y3MKMG3N", "length"), ("497RCH3Y3MKMG3NVV", "length"),
    ("497RCH3Y3MKMG3N0", "symbol"), ("AAAAAAAAAAAAAAAA", "symbol"), ("中97RCH3Y3MKMG3NV", "symbol"),
])
def test_the_kind_of_mistake_is_named(typed, kind):
    assert mistake(typed) == kind


@pytest.mark.parametrize("typed", [
    "497R-CH3Y-3MKM-G3NV", "497rch3y3mkmg3nv", "  497R CH3Y\u00a03MKM\tG3NV\n", "497R–CH3Y—3MKM‑G3NV",
    "\u200e497R-CH3Y-3MKM-G3NV\ufeff", "4 9 7 R C H 3 Y 3 M K M G 3 N V", "497R_CH3Y.3MKM-G3NV",
])
def test_case_blanks_and_dashes_are_forgiven(typed):
    assert as_typed(typed) == "497RCH3Y3MKMG3NV"


@pytest.mark.parametrize("typed", ["XA101-0007-J26", "xa1010007j26", " XA101 0007 J26 ", "XA101–0007–J26"])
def test_a_username_is_forgiven_likewise(typed):
    assert username_as_typed(typed) == "XA101-0007-J26"


def test_it_is_printed_in_groups_of_four():
    assert grouped("497RCH3Y3MKMG3NV") == "497R-CH3Y-3MKM-G3NV"


def test_the_verifier_is_a_peppered_pbkdf2():
    stretched = hashlib.pbkdf2_hmac("sha256", b"497RCH3Y3MKMG3NV", bytes.fromhex(SALT), 1000)

    assert verifier("497RCH3Y3MKMG3NV", SALT, b"pepper") == hmac.new(b"pepper", stretched, "sha256").hexdigest()


def test_a_series_key_needs_the_master_and_the_series_own_random_value():
    keys = Keys()
    keys.load("k2:" + "a" * 40 + ",k1:" + "b" * 40, "p1:" + "c" * 40)
    one, other = (SimpleNamespace(name="June 2026", key_random=random * 32) for random in ("ab", "cd"))

    derived = {keys.issue_key(series, key_id) for series in (one, other) for key_id in ("k1", "k2")}

    assert len(derived) == 4
    assert keys.master_id == "k2"


def test_a_destroyed_series_key_or_an_unknown_key_id_is_named():
    keys = Keys()
    keys.load("k1:" + "a" * 40, "")

    with pytest.raises(MissingKey, match="June 2026 has been destroyed"):
        keys.issue_key(SimpleNamespace(name="June 2026", key_random=None), "k1")
    with pytest.raises(MissingKey, match="lacks the key 'k9'"):
        keys.issue_key(SimpleNamespace(name="June 2026", key_random="ab" * 32), "k9")
    with pytest.raises(MissingKey, match="holds no PEPPER"):
        _ = keys.pepper_id


@pytest.mark.parametrize("setting", ["k1", "k1:short", ":" + "a" * 40, "k 1:" + "a" * 40])
def test_a_key_setting_that_is_no_key_is_refused(setting):
    with pytest.raises(ValueError, match="id:secret"):
        Keys().load(setting, "")


def test_hkdf_gives_the_bytes_of_rfc_5869():
    """Test case 1 of the RFC, its first 32 bytes."""
    made = passwords._hkdf(bytes([0x0b] * 22), bytes(range(13)), bytes(range(0xf0, 0xfa)))

    assert made.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
