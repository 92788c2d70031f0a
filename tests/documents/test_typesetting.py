import unicodedata

import pytest
import uharfbuzz

from documents import lettering, typesetting
from documents.slips import Refused, unprintable
from tests.documents.paper import named, printed, text, text_by_pypdf

EVERY_SCRIPT = {
    "Arabic": "أمينة بنت علاء الدين", "Hebrew": "דוד בן־גוריון", "Devanagari": "क्षितिज शर्मा",
    "Bengali": "অনন্যা সেন", "Tamil": "மீனா குமார்", "Thai": "น้ำทิพย์ ใจดี", "Chinese": "王小明",
    "Taiwan": "歐陽麗華", "Japanese": "山田 花子 ジュン", "Korean": "김민준", "Vietnamese": "Nguyễn Thị Phượng",
    "Yoruba": "Ọlá Ẹ̀kọ́", "Mixed": "Ana أمينة 王 Lee",
}


@pytest.mark.parametrize("name", EVERY_SCRIPT.values(), ids=EVERY_SCRIPT)
def test_a_name_in_any_script_is_copied_as_it_was_typed(name):
    assert unprintable(name) == []
    assert unicodedata.normalize("NFC", name) in text(printed(named(name)))


@pytest.mark.parametrize("script", ["Arabic", "Chinese", "Japanese", "Korean", "Thai", "Tamil", "Mixed"])
def test_a_reader_that_knows_no_actual_text_copies_it_too(script):
    assert EVERY_SCRIPT[script] in text_by_pypdf(printed(named(EVERY_SCRIPT[script])))


@pytest.mark.parametrize("script", ["Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Thai"])
def test_glyphs_are_the_ones_that_harfbuzz_chooses(script):
    word = EVERY_SCRIPT[script].split()[0]
    face = typesetting.script_face(script)
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    uharfbuzz.shape(uharfbuzz.Font(uharfbuzz.Face(face.path.read_bytes())), buffer)

    run, = typesetting.shape(word)

    assert run.ids == tuple(info.codepoint for info in buffer.glyph_infos)
    assert run.advances == tuple(position.x_advance for position in buffer.glyph_positions)
    assert run.face == face
    assert typesetting.width((run,), 10) == pytest.approx(sum(run.advances) * 10 / face.upem)


def test_joined_letters_are_not_the_letters_alone():
    joined, = typesetting.shape("بيت")
    alone = [typesetting.shape(letter)[0].ids[0] for letter in "بيت"]

    assert joined.ids != tuple(reversed(alone))


def test_mixed_directions_come_from_left_to_right():
    runs = typesetting.shape("Ana دود Lee", base_direction="ltr")
    turned = typesetting.shape("Ana دود Lee", base_direction="rtl")

    assert [run.text.strip() for run in runs if run.text.strip()] == ["Ana", "دود", "Lee"]
    assert [run.text.strip() for run in turned if run.text.strip()] == ["Lee", "دود", "Ana"]


def test_plain_letters_are_what_harfbuzz_shapes_without_kerning():
    plain = lettering.alphabet(bold=False, mono=False)
    for char in plain.glyphs:
        run, = typesetting.shape(char, base_direction="ltr")
        assert run.ids == (plain.glyphs[char],), char


@pytest.mark.parametrize("text", ["Ann 𓀀", "龘龘", "\ue000"])
def test_a_character_that_no_face_has_is_named_and_never_printed(text):
    missing = unprintable(text)

    assert missing == list(dict.fromkeys(char for char in text if char not in "An "))
    with pytest.raises(Refused):
        printed(named(text))


def test_no_two_signs_of_a_password_look_alike():
    face = lettering.alphabet(bold=False, mono=True)
    signs = "23456789BCDFGHJKLMNPQRSTVWXYZ"

    assert len({face.glyphs[sign] for sign in signs}) == len(signs)
    assert len({face.widths[sign] for sign in signs}) == 1
