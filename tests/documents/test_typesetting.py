"""Names in every script: the right glyphs, in the right order, from the right face, and copied as they were typed."""
import unicodedata
from functools import cache
from itertools import combinations

import pytest
import uharfbuzz
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFont

from documents.engine import lettering, typesetting, unprintable
from documents.engine.typesetting import Face, plain_face, shape
from documents.fonts import recipe
from tests.documents.paper import named, printed, text, text_by_pypdf

EVERY_SCRIPT = {
    "Arabic": "أمينة بنت علاء الدين", "Hebrew": "דוד בן־גוריון", "Devanagari": "क्षितिज शर्मा",
    "Bengali": "অনন্যা সেন", "Tamil": "மீனா குமார்", "Thai": "น้ำทิพย์ ใจดี", "Chinese": "王小明",
    "Taiwan": "歐陽麗華", "Japanese": "山田 花子 ジュン", "Korean": "김민준", "Vietnamese": "Nguyễn Thị Phượng",
    "Yoruba": "Ọlá Ẹ̀kọ́", "Armenian": "Արամ Հակոբյան", "Ethiopian": "ትዕግሥት ኃይለማርያም", "Georgian": "გიორგი ბერიძე",
    "Gujarati": "જ્ઞાનેશ ત્રિવેદી", "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "Kannada": "ಕೃಷ್ಣ ಲಕ್ಷ್ಮೀ", "Khmer": "ស្រីមុំ ច័ន្ទតារា",
    "Lao": "ສົມພອນ ແກ້ວມະນີ",
    "Malayalam": "ശ്രീലക്ഷ്മി കൃഷ്ണൻ", "Burmese": "ကျော်စွာ မြင့်မြတ်", "Sinhala": "ශ්‍රීමාලි ප්‍රියංකර", "Telugu": "శ్రీలక్ష్మి కృష్ణ",
    "Maldivian": "އަޙްމަދު ޢަލީ", "Tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ", "Mixed": "Ana أمينة 王 Lee",
}
ALPHABETS = {
    "Vietnamese": "ăâđêôơư ĂÂĐÊÔƠƯ àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ ẤỀỌỰỸ",
    "Polish": "ąćęłńóśźż ĄĆĘŁŃÓŚŹŻ",
    "Turkish": "çğıöşü ÇĞİÖŞÜ",
    "Azerbaijani": "əğçşöüı ƏĞÇŞÖÜİ",
    "Yoruba": "ẹ́ẹ̀ọ́ọ̀ṣńǹm̀ Ẹ́Ẹ̀Ọ́Ọ̀ṢŃǸM̀",
    "Igbo": "ịọụṅ ỊỌỤṄ",
    "Hausa": "ɓɗƙƴ ƁƊƘƳ ʼ",
    "Akan and Ewe": "ɛɔɖƒɣŋʋ ƐƆƉƑƔŊƲ",
    "Kikuyu": "ĩũ ĨŨ",
    "Romanian": "ăâîșț ĂÂÎȘȚ şţ",
    "Hungarian": "őű ŐŰ",
    "Czech": "ďěňřšťůž ĎĚŇŘŠŤŮŽ",
    "Baltic": "āčēģīķļņšūž ėįųū",
    "Icelandic": "ðþæö ÐÞÆÖ",
    "Maltese": "ċġħż ĊĠĦŻ",
    "Welsh": "ŵŷẁẃẅ ŴŶ",
    "Polynesian": "āēīōū ʻokina",
    "Sámi": "áčđŋšŧž ǥǧǩǯʒ",
    "Quotes": "O’Neill D'Souza Jean‑Paul–Ng",
    "Greek": "άέήίόύώϊΐϋΰ ΆΈΉΊΌΎΏ ἀχιλλεύς Ὀδυσσεύς",
    "Russian": "ёйъыэюя ЁЙЪЫЭЮЯ",
    "Serbian": "ђјљњћџ ЂЈЉЊЋЏ",
    "Ukrainian": "ґєії ҐЄІЇ",
    "Kazakh": "әғқңөұүһі ӘҒҚҢӨҰҮҺІ",
    "Tajik": "ғӣқӯҳҷ ҒӢҚӮҲҶ",
    "Persian": "پچژگکی علی‌رضا",
    "Urdu": "ٹڈڑںھہےۂۃۓ محمّد",
    "Pashto": "ټځڅډړږښګڼۀېۍ",
    "Sindhi": "ٻڀٺٿٽڄڃڇڌڏڊڍڙڦڪڱڻ",
    "Hebrew letters": "אבגדהוזחטיךכלםמןנסעףפץצקרשת שָׁלוֹם כֹּהֵן",
    "Hindi": "अआइईउऊऋएऐओऔ कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह ज़फ़ड़ढ़ ँंः श्री ज्ञ त्र क्ष्म्य",
    "Bengali letters": "ঋৎংঃঁ ড়ঢ়য় র‍্যাব শ্রী",
    "Tamil letters": "ஸ்ரீ க்ஷ ஜஷஹ கௌதம்",
    "Thai letters": "ก็ฐิติ ปิ่น ฤๅ ๆ ฯ",
    "Surnames of Japan": "髙橋 山﨑 渡邉 濵田 々〆ヶーゔ",
    "Given names of China": "阿·卜杜拉（李）玥喆堃珺昀旻",
    "Hangul": "힣봄뷔슬긔 똘이 믜",
}
STEERING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
PASSWORD = "23456789BCDFGHJKLMNPQRSTVWXYZ"


def drawn(text: str, direction: str | None = None) -> str:
    """What is seen from left to right, glyph by glyph, read back through the faces' own tables."""
    return "".join(_meanings(run.face)[glyph] for run in shape(text, base_direction=direction) for glyph in run.ids)


@cache
def _meanings(face: Face) -> dict[int, str]:
    return {face.font.get_nominal_glyph(ord(char)): char for char in sorted(face.characters, reverse=True)}


def harfbuzz(run: typesetting.Glyphs, direction: str):
    """What HarfBuzz by itself makes of a run's text: glyphs, advances, offsets."""
    buffer = uharfbuzz.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = direction
    buffer.flags |= uharfbuzz.BufferFlags.REMOVE_DEFAULT_IGNORABLES
    uharfbuzz.shape(uharfbuzz.Font(uharfbuzz.Face(run.face.path.read_bytes())), buffer)
    at = buffer.glyph_positions
    return (tuple(info.codepoint for info in buffer.glyph_infos), tuple(glyph.x_advance for glyph in at),
            tuple((glyph.x_offset, glyph.y_offset) for glyph in at))


# -- what is printed


@pytest.mark.parametrize("name", EVERY_SCRIPT.values(), ids=EVERY_SCRIPT)
def test_a_name_in_any_script_is_copied_as_it_was_typed(name):
    assert unprintable(name) == []
    assert unicodedata.normalize("NFC", name) in text(printed(named(name)))


@pytest.mark.parametrize("name", [*EVERY_SCRIPT.values(), "Łukasz Őry Ñandú"],
                         ids=[*EVERY_SCRIPT, "Latin"])
def test_a_name_typed_in_pieces_is_printed_composed(name):
    """As some keyboards give it; the faces have composed Hangul only."""
    assert unicodedata.normalize("NFC", name) in text(printed(named(unicodedata.normalize("NFD", name))))


@pytest.mark.parametrize("script", ["Arabic", "Chinese", "Japanese", "Korean", "Thai", "Tamil", "Mixed"])
def test_a_reader_that_knows_no_actual_text_copies_it_too(script):
    assert EVERY_SCRIPT[script] in text_by_pypdf(printed(named(EVERY_SCRIPT[script])))


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("letters", ALPHABETS.values(), ids=ALPHABETS)
def test_every_letter_of_a_language_is_there(letters, bold):
    assert unprintable(letters) == []
    assert all(0 not in run.ids for run in shape(letters, bold=bold))


@pytest.mark.parametrize(("codec", "rows"), [
    ("gb2312", range(0xB0, 0xF8)), ("big5", range(0xA4, 0xC7)), ("euc_jp", range(0xA4, 0xA6)),
    ("euc_jp", range(0xB0, 0xF5)), ("euc_kr", range(0xB0, 0xC9)),
], ids=["Simplified Chinese", "Traditional Chinese", "kana", "kanji", "hangul"])
def test_the_common_characters_of_east_asia_are_there(codec, rows):
    pairs = (bytes((row, cell)) for row in rows for cell in range(0x40, 0xFF))
    letters = "".join(pair.decode(codec, "ignore") for pair in pairs if pair[1] not in range(0x7F, 0xA1))

    assert len(letters) > 160
    assert [char for char in unprintable(letters) if not char.isascii()] == []


@pytest.mark.parametrize(("typed", "named"), [
    ("Ann 𓀀", "𓀀"), ("龘龘", "龘"), ("\ue000", "\ue000"), ("A\u202eB", "\u202e"), ("A\u2066B\u2069", "\u2066\u2069"),
    ("A\nB\x00", "\n\x00"), ("A\ud800", "\ud800"), ("A\u2028", "\u2028"), ("Zoë 😀👍", "😀👍"),
], ids=ascii)
def test_what_no_face_has_and_what_steers_is_named_in_order_and_never_set(typed, named):
    assert unprintable(typed) == list(named)
    with pytest.raises(ValueError, match="No face can print"):
        shape(typed)


def test_every_printable_character_leaves_ink_and_none_steers():
    for char in typesetting._printable() - typesetting._UNDRAWN:
        glyphs = [(run.face.font, glyph) for run in shape(char) for glyph in run.ids]
        assert char.isspace() or any(font.get_glyph_extents(glyph).width for font, glyph in glyphs), ascii(char)
        assert unicodedata.category(char) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"), ascii(char)
        assert unicodedata.bidirectional(char) not in STEERING, ascii(char)


@given(st.text(st.sampled_from(sorted(typesetting._printable())), max_size=20), st.booleans(), st.booleans())
def test_no_text_of_printable_characters_has_a_box_or_loses_a_letter(typed, bold, mono):
    runs = shape(typed, bold=bold, mono=mono)

    assert all(0 not in run.ids for run in runs)
    assert len("".join(run.text for run in runs)) >= sum(char not in typesetting._UNDRAWN for char in typed)


# -- the right glyphs


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("name", [*EVERY_SCRIPT.values(), *ALPHABETS.values()], ids=[*EVERY_SCRIPT, *ALPHABETS])
def test_glyphs_and_places_are_the_ones_that_harfbuzz_chooses(name, bold):
    for run in shape(name, bold=bold):
        rtl = any(unicodedata.bidirectional(char) in ("R", "AL") for char in run.text)
        assert (run.ids, run.advances, run.offsets) == harfbuzz(run, "rtl" if rtl else "ltr")


def test_joined_letters_are_not_the_letters_alone():
    joined, = shape("بيت")
    alone = [shape(letter)[0].ids[0] for letter in "بيت"]

    assert joined.ids != tuple(reversed(alone))


def test_joiners_steer_their_neighbours_and_leave_no_glyph():
    parted, joined = shape("علی\u200cرضا"), shape("علیرضا")
    half, whole = shape("क्\u200dष"), shape("क्ष")

    assert len(parted) == len(joined) == 1
    assert parted[0].ids != joined[0].ids
    assert len(parted[0].ids) == len(joined[0].ids) == 6
    assert half[0].ids != whole[0].ids


def test_a_letter_is_drawn_as_no_single_country_has_it():
    """HarfBuzz takes the process's locale for the language where nobody says one: a slip would depend on it."""
    regular, = shape("б")
    buffer = uharfbuzz.Buffer()
    buffer.add_str("б")
    buffer.guess_segment_properties()
    buffer.language = "sr"
    uharfbuzz.shape(plain_face().font, buffer)

    assert regular.ids != tuple(info.codepoint for info in buffer.glyph_infos)


def test_what_only_steers_is_no_run_of_its_own():
    assert [run.text for run in shape("דוד\u200e12", base_direction="rtl")] == ["12", "דוד"]


@pytest.mark.parametrize(("bold", "mono"), [(False, False), (True, False), (False, True)])
def test_each_plain_letter_is_its_own_glyph(bold, mono):
    plain = lettering.alphabet(bold=bold, mono=mono)

    for char in plain.glyphs:
        run, = shape(char, bold=bold, mono=mono)
        assert (run.ids, run.advances) == ((plain.glyphs[char],), (plain.widths[char],)), char


@pytest.mark.parametrize(("bold", "mono"), [(False, False), (True, False), (False, True)])
@given(st.data())
def test_plain_text_without_shaping_is_what_harfbuzz_shapes(bold, mono, data):
    plain = lettering.alphabet(bold=bold, mono=mono)
    letters = data.draw(st.text(st.sampled_from(sorted(plain.glyphs)), min_size=1, max_size=30))

    runs = shape(letters, bold=bold, mono=mono, base_direction="ltr")

    assert {run.face for run in runs} == {plain_face(bold, mono)}
    assert [glyph for run in runs for glyph in run.ids] == [plain.glyphs[char] for char in letters]
    width = sum(sum(run.advances) * 11 / run.face.upem for run in runs)
    assert width == pytest.approx(plain.width(letters) * 11)


# -- the right order


@pytest.mark.parametrize(("typed", "direction", "seen"), [
    ("Ana דוד Lee", "ltr", "Ana דוד Lee".replace("דוד", "דוד"[::-1])),
    ("Ana דוד Lee", "rtl", "Lee " + "דוד"[::-1] + " Ana"),
    ("כהן דוד", None, "כהן דוד"[::-1]),
    ("דוד (Dave) 3", None, "3 (Dave) " + "דוד"[::-1]),
    ("Lee (דוד כהן) 12", None, "Lee (" + "דוד כהן"[::-1] + ") 12"),
    ("דוד (כהן)", None, "(" + "כהן"[::-1] + ") " + "דוד"[::-1]),
    ("דוד 12-34 כהן", None, "כהן"[::-1] + " 12-34 " + "דוד"[::-1]),
    ("Ana 12 דוד 34 Lee", "ltr", "Ana 12 34 " + "דוד"[::-1] + " Lee"),
    ("0555 ٠١٢ 12", "rtl", "12 ٠١٢ 0555"),
    ("王 דוד 明", None, "王 " + "דוד"[::-1] + " 明"),
    ("ד. כהן", None, "כהן"[::-1] + " .ד"),
])
def test_mixed_directions_are_seen_as_a_reader_expects(typed, direction, seen):
    assert drawn(typed, direction) == seen


@pytest.mark.parametrize(("typed", "direction", "words"), [
    ("فاطمة Lee بنت", "rtl", ["بنت", "Lee", "فاطمة"]), ("Lee فاطمة (Ana)", "ltr", ["Lee", "فاطمة", "(Ana)"]),
])
def test_arabic_and_latin_parts_stand_in_the_order_of_the_line(typed, direction, words):
    assert [run.text.strip() for run in shape(typed, base_direction=direction) if not run.text.isspace()] == words


# -- the right face


@pytest.mark.parametrize(("name", "face"), [
    ("王小明（李）", "SC"), ("赵婷", "SC"), ("歐陽麗華", "TC"), ("陳怡君", "TC"), ("渡辺 直美", "JP"),
    ("直子さん", "JP"), ("ジュン", "JP"), ("김민준", "KR"), ("김 民俊", "SC"),
])
def test_ideographs_are_drawn_as_where_the_name_comes_from(name, face):
    assert f"NotoSans{face}-Medium" in {run.face.name for run in shape(name)}


def test_one_character_is_drawn_in_three_ways():
    faces = [shape(name)[0].face for name in ("骨", "骨陳", "骨さん")]

    assert len({outline(face, "骨") for face in faces}) == 3


def outline(face: Face, char: str) -> str:
    font = TTFont(face.path)
    return str(font["glyf"][font.getBestCmap()[ord(char)]].coordinates)


@pytest.mark.parametrize("name", ["Ẹ̀kọ́", "שָׁלוֹם", "محمَّد", "क्षि", "র‍্যাব", "ปิ่น"])
def test_marks_stay_with_the_letter_that_they_sit_on(name):
    run, = shape(name)

    assert run.text == name


@pytest.mark.parametrize("letter", ["ẹ́", "m\u0300", "m\u200d\u0300"], ids=ascii)
def test_a_letter_whose_mark_the_even_face_has_not_goes_with_it(letter):
    even, other = shape(f"a{letter}", mono=True)

    assert (even.face, even.text) == (plain_face(mono=True), "a")
    assert (other.face, other.text) == (plain_face(), letter)


def test_bold_names_are_bold_and_ideographs_a_little_less():
    faces = {run.face.name for name in EVERY_SCRIPT.values() for run in shape(name, bold=True)}

    assert {name.partition("-")[2] for name in faces - {"NotoSerifTibetan-Regular"}} == {"Bold", "Medium"}


def test_bold_faces_have_what_the_regular_ones_have():
    typesetting._rarer()
    faces = {face.name: face for face in typesetting.FACES if face.name.startswith("NotoSans")}  # not the board’s own
    bold = [name for name in faces if name.endswith("Bold")]

    assert len(bold) == 20
    assert all(faces[name].characters == faces[name.replace("Bold", "Regular")].characters for name in bold)


def test_the_files_hold_what_their_recipe_says():
    typesetting._rarer()
    for name, _, points, _ in recipe.faces():
        face, = (face for face in typesetting.FACES if face.name == name)
        assert set(map(ord, face.characters)) <= points
        assert {"glyf", "cmap", "hmtx"} <= set(face.font.face.table_tags)
        assert {"CFF ", "fvar"}.isdisjoint(face.font.face.table_tags)


# -- the password


def test_no_two_signs_of_a_password_look_alike_in_small_print():
    """At 10 points and 150 dots an inch, as a poor printer has it; a sign may stand one dot off. The faces of names
    would not do: they draw I and l alike."""
    face = plain_face(mono=True)
    pictures = {sign: small(face, sign) for sign in PASSWORD}

    assert len({shape(sign, mono=True)[0].advances for sign in PASSWORD}) == 1
    assert min(dots_apart(pictures[one], pictures[other]) for one, other in combinations(PASSWORD, 2)) > 16
    assert dots_apart(small(plain_face(), "I"), small(plain_face(), "l")) < 10


def small(face: Face, sign: str) -> Image.Image:
    picture = Image.new("L", (40, 40), 255)
    font = ImageFont.truetype(str(face.path), 10 * 150 / 72)
    ImageDraw.Draw(picture).text((10, 30), sign, font=font, fill=0, anchor="ls")
    return picture


def dots_apart(one: Image.Image, other: Image.Image) -> float:
    """By how many black dots two signs differ at least, wherever one is laid over the other."""
    over = (ImageChops.offset(other, right, down) for right in (-1, 0, 1) for down in (-1, 0, 1))
    return min(sum(grey * count for grey, count in enumerate(ImageChops.difference(one, moved).histogram())) / 255
               for moved in over)
