from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import fitting
from documents import slips as engine
from tests.documents.paper import LAYOUT

NAMES = st.text(st.sampled_from("abcdefghijklmnoprstuvwyzABCDEFGHIJKLMWÄÖÜŁÅçéñ -’'"), min_size=1, max_size=80)


@pytest.mark.parametrize("per_page", [1, 4])
@given(name=NAMES)
@settings(max_examples=200, deadline=None)
def test_any_name_of_eighty_letters_stays_in_its_room_and_loses_nothing(per_page, name):
    plan = engine._plan(replace(LAYOUT, per_page=per_page).slip_design, 2, 3, False)
    slot = next(slot for slot in plan.slots if slot.value == 0)

    lines = fitting.place(slot, name)

    assert "".join(line.text for line in lines).replace(" ", "") == name.replace(" ", "")
    for line in lines:
        assert slot.left - 0.01 <= line.x
        assert line.x + line.line.width <= slot.right + 0.02
    size = float(lines[0].line.show.split()[1])
    top, bottom = lines[0].baseline + 0.75 * size, lines[-1].baseline - 0.25 * size
    assert top <= slot.baseline + slot.above + 0.75 * slot.style.size + 0.02
    assert bottom >= slot.baseline - slot.below - 0.25 * slot.style.size - 0.02
