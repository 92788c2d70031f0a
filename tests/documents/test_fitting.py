import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import slips as engine
from documents.engine import Name, TooLong, fitting
from tests.documents.paper import LAYOUT

NAMES = st.text(st.sampled_from("abcdefghijklmnoprstuvwyzABCDEFGHIJKLMWÄÖÜŁÅçéñ -’'"), min_size=1, max_size=80)


def room_of_the_name(per_page):
    plan = engine.plan_of(LAYOUT.slip_design(per_page), 2, 3, False)
    return next(slot for slot in plan.slots if slot.value == 0)


@pytest.mark.parametrize("per_page", [1, 4])
@given(name=NAMES)
@settings(max_examples=200, deadline=None)
def test_any_name_of_eighty_letters_stays_in_its_room_and_loses_nothing(per_page, name):
    slot = room_of_the_name(per_page)

    lines = fitting.place(slot, name)

    assert "".join(line.text for line in lines).replace(" ", "") == name.replace(" ", "")
    for line in lines:
        assert slot.left - 0.01 <= line.x
        assert line.x + line.line.width <= slot.right + 0.02
    size = float(lines[0].line.show.split()[1])
    top, bottom = lines[0].baseline + 0.75 * size, lines[-1].baseline - 0.25 * size
    assert top <= slot.baseline + slot.above + 0.75 * slot.style.size + 0.02
    assert bottom >= slot.baseline - slot.below - 0.25 * slot.style.size - 0.02


@pytest.mark.parametrize("unit", ["W\u0323\u0302\u0301", "ẹ́", "क्षि", "र्‍यो", "ক্ষ্মী", "கோ", "น้ำ", "เปื้", "ก็", "한", "שָׁ"],
                         ids=ascii)
def test_what_is_read_as_one_letter_is_never_on_two_lines(unit):
    """A letter and its marks, consonants joined into one, a Thai consonant and the vowel around it."""
    slot = room_of_the_name(4)

    two_lines = next(count for count in range(10, 80) if len(fitting.place(slot, unit * count)) > 1)
    lines = [placed.text for more in range(8) for placed in fitting.place(slot, unit * (two_lines + more))]

    assert [line.replace(unit, "") for line in lines] == [""] * len(lines)


@pytest.mark.parametrize(("per_page", "name", "lines"), [
    (4, "Anna Wolfeschlegelsteinhausenbergerdorff-Wolkenstein", [
        "Anna Wolfeschlegelsteinhausenbergerdorff-", "Wolkenstein"]),
    (4, "Jean‐Baptiste–Marie Wolfeschlegelstein-hausenbergerdorff", [
        "Jean‐Baptiste–Marie Wolfeschlegelstein-", "hausenbergerdorff"]),
])
def test_a_double_name_breaks_at_its_hyphen(per_page, name, lines):
    assert [line.text for line in fitting.place(room_of_the_name(per_page), name)] == lines


def test_only_a_name_is_cut_where_there_is_no_room():
    slot = room_of_the_name(4)

    lines = [line.text for line in fitting.place(slot, Name("Wolke-" * 60))]

    assert (lines[-1][-1], fitting.fits(slot, "Wolke-" * 60)) == ("…", False)
    assert ("Wolke-" * 60).startswith("".join(lines)[:-1])
    assert all(line.x + line.line.width <= slot.right + 0.02 for line in fitting.place(slot, Name("Wolke-" * 60)))
    with pytest.raises(TooLong):
        fitting.place(slot, "Wolke-" * 60)


def test_even_forty_joined_consonants_stay_in_the_room():
    slot = room_of_the_name(4)

    lines = fitting.place(slot, "क्" * 40)

    assert "".join(line.text for line in lines) == "क्" * 40
    assert all(line.x + line.line.width <= slot.right + 0.02 for line in lines)


@pytest.mark.parametrize(("per_page", "name", "lines"), [
    *((per_page, "Maximiliana Wolkenstein-Mondragon-Featherstonehaugh", [
        "Maximiliana Wolkenstein-Mondragon-", "Featherstonehaugh"]) for per_page in (1, 4)),
    (4, "Wolfeschlegelsteinhausen-Featherstonehaugh", ["Wolfeschlegelsteinhausen-", "Featherstonehaugh"]),
    (4, "Wolfeschlegelsteinhausenbergerdorffwelche-Wolkenstein", [
        "Wolfeschlegelsteinhausenbergerdorffwelche-", "Wolkenstein"]),
])
def test_a_name_is_parted_between_its_words_rather_than_shrunk_or_cut_inside_one(per_page, name, lines):
    assert [line.text for line in fitting.place(room_of_the_name(per_page), name)] == lines


def test_an_ideograph_is_a_word():
    lines = fitting.place(room_of_the_name(4), "上海市第一外国语学校附属高级中学国际课程中心考试办公室")

    assert len(lines) == 2
    assert float(lines[0].line.show.split()[1]) >= 8.5
