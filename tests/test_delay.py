"""Delays: what the text box takes, and the form that it gives back."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import Refused
from models.delay import LONGEST, format_delay, parse_delay


@pytest.mark.parametrize(("typed", "minutes"), [
    ("", 0), ("   ", 0), (None, 0), ("0", 0), ("24", 1440), ("24h", 1440), ("1d 6h", 1800), ("90m", 90),
    ("1.5", 90), ("1,5h", 90), ("24 hours", 1440), ("2 days", 2880), ("90 min", 90), ("1d6h30m", 1830),
    ("24H", 1440), ("\u200e24", 1440), ("336", LONGEST), ("14d", LONGEST),
])
def test_hours_days_and_minutes_are_understood(typed, minutes):
    assert parse_delay(typed) == minutes


@pytest.mark.parametrize("typed", [
    "soon", "-1", "24x", "h", "1:30", "٢٤٪", "1e3", "24h24", "0.001h", "1/2", "--", "=24", "999999", "12 h h",
])
def test_what_is_no_delay_is_refused_with_what_was_typed(typed):
    with pytest.raises(Refused) as refusal:
        parse_delay(typed)

    assert refusal.value.fields["delay"] == (
        f"“{typed}” is not a delay. Type hours (24) or for example 1d 6h or 90m.")


@pytest.mark.parametrize("typed", ["336h 1m", "15d", "99999"])
def test_more_than_fourteen_days_is_refused(typed):
    with pytest.raises(Refused) as refusal:
        parse_delay(typed, field="default_delay")

    assert refusal.value.fields == {"default_delay": "A delay can be at most 14 days."}


@given(st.integers(0, LONGEST))
def test_what_is_shown_is_understood_as_the_same_delay(minutes):
    assert parse_delay(format_delay(minutes)) == minutes


@given(st.text(max_size=60))
def test_any_text_is_a_delay_or_refused(typed):
    try:
        minutes = parse_delay(typed)
    except Refused:
        return

    assert 0 <= minutes <= LONGEST
