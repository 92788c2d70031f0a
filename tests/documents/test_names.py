"""Names of every script in one document, drawn by lot, copied out of it by two readers."""
import random
import subprocess
import unicodedata
from dataclasses import replace

import pypdfium2
import pytest

from tests.documents.paper import SLIP, printed, text, text_by_pypdf
from tests.documents.test_statements import STATEMENT, stated

FIRST_AND_LAST = {
    "Arabic": ("محمد أحمد علي شامخ ميمون فاطمة مريم عائشة يوسف إبراهيم آمنة لؤي علاء لآلئ رؤى هدى ليلى سلمى ضياء "
               "بهاء عبدالله عبدالرحمن إسلام آلاء نجلاء", "معتوق الشامي الأنصاري القاضي مصطفى البغدادي الإسكندراني "
               "حسن سليمان المغربي ملا عثمان الطيب العلي"),
    "Arabic, marked": ("مُحَمَّد أَحْمَد عَلِيّ فَاطِمَة مَرْيَم عُمَر عُثْمَان رُقَيَّة سُمَيَّة حَسَّان خَدِيجَة لَيْلَىٰ هُدًى ضُحًى لَمَّا إِسْلَام "
                       "جَلَّاب", "الشَّيْخ الزَّهْرَاء القَاضِي الصِّدِّيق الطَّيِّب النَّجَّار الحَدَّاد الأَنْصَارِيّ المُعَلِّم الفُرَاتِيُّ"),
    "Persian and Urdu": ("علی‌رضا محمّدرضا پروین ژاله چنگیز گلناز فریبا یاسمین کوروش ثناء اللہ", "رضایی هاشمی‌نژاد "
                         "شیخ‌الاسلامی قریشی گیلانی ٹھاکر چودھری مرزا بھٹی ڈار"),
    "Hebrew": ("דוד שרה יוסף רבקה משה נועה איתי תמר", "כהן לוי בן־גוריון מזרחי פרץ ביטון שץ"),
    "Hebrew, pointed": ("דָּוִד שָׂרָה יוֹסֵף רִבְקָה מֹשֶׁה נֹעַ אִיתַי תָּמָר פָּז שָׁלוֹם", "כֹּהֵן לֵוִי מִזְרָחִי פֶּרֶץ בִּיטוֹן גּוּרִיּוֹן"),
    "Devanagari": ("अनन्या क्षितिज प्रिया कृष्ण ज्ञानेश श्रीनिवास विद्या रश्मि", "शर्मा त्रिपाठी श्रेष्ठ द्विवेदी सिंह बिष्ट"),
    "Bengali": ("অনন্যা শ্রী ঋত্বিক অর্ক র‍্যাব মৌসুমী", "সেন চট্টোপাধ্যায় মুখার্জি ভট্টাচার্য"),
    "Thai": ("น้ำทิพย์ สมชาย ปิ่น กิตติ ฐิติ ก้อง", "ใจดี ทองคำ ศรีสุข เจริญ"),
    "Tamil": ("மீனா கௌதம் ஸ்ரீராம் லக்ஷ்மி தமிழ் யாழினி", "குமார் சுப்பிரமணியம் ராஜா கண்ணன்"),
    "Latin and others": ("Zoë Łukasz Nguyễn Ọlá Ελένη Мария Ana José", "Phượng Ẹ̀kọ́ Παππά Иванова O’Neill D'Souza"),
    "Thaana": ("އަޙްމަދު މަރްޔަމް އިބްރާހީމް", "ޢަލީ ޙަސަން ރަޝީދު"),
    "Sinhala": ("ශ්‍රීමාලි කුමාර දිල්හානි", "ප්‍රියංකර විජේසිංහ"),
    "Burmese": ("ကျော်စွာ အောင် သန္တာ", "မြင့်မြတ် ထွန်း"),
    "Khmer": ("ស្រីមុំ សុភា វិចិត្រ", "ច័ន្ទតារា សុខ"),
    "Lao": ("ສົມພອນ ບຸນມີ", "ແກ້ວມະນີ ວົງສາ"),
    "Georgian and Armenian": ("გიორგი ნინო Արամ Անի", "ბერიძე Հակոբյան"),
    "Ethiopic": ("ትዕግሥት አበበ", "ኃይለማርያም ተስፋዬ"),
    "Gujarati": ("જ્ઞાનેશ પ્રિયા", "ત્રિવેદી શાહ"),
    "Gurmukhi": ("ਗੁਰਪ੍ਰੀਤ ਹਰਜੀਤ", "ਸਿੰਘ ਕੌਰ"),
    "Telugu": ("శ్రీలక్ష్మి వెంకట", "కృష్ణ రెడ్డి"),
    "Kannada": ("ಕೃಷ್ಣ ಲಕ್ಷ್ಮೀ", "ಶೆಟ್ಟಿ ರಾವ್"),
    "Malayalam": ("ശ്രീലക്ഷ്മി അഞ്ജലി", "കൃഷ്ണൻ നായർ"),
    "Tibetan": ("བསྟན་འཛིན པདྨ", "རྒྱ་མཚོ སྒྲོལ་མ"),
    "Both ways": ("Ana Lee דוד أمينة", "Cohen كوهين כהן Smith"),
}
CHINESE, JAPANESE, KOREAN = "王歐陽麗華李小明張婷", "山田花子渡邉高橋直美", "김민준이서윤박지후"


@pytest.fixture(scope="module")
def names():
    """Two thousand invented people, always the same."""
    chance = random.Random(20260701)
    return [one_name(chance) for _ in range(2000)]


def one_name(chance):
    script = chance.choice([*FIRST_AND_LAST, CHINESE, JAPANESE, KOREAN])
    if script not in FIRST_AND_LAST:
        return "".join(chance.sample(script, 3))
    firsts, lasts = (part.split() for part in FIRST_AND_LAST[script])
    name = " ".join([*chance.sample(firsts, chance.choice((1, 1, 2))), chance.choice(lasts)])
    return unicodedata.normalize("NFC", name)


@pytest.fixture(scope="module", params=["slips", "statements"])
def document(request, names):
    if request.param == "slips":
        return printed(*(replace(SLIP, candidate_name=name) for name in names))
    return stated(*(replace(STATEMENT, candidate_name=name) for name in names))


def runs_both_ways(name):
    """PDFium turns a whole line round as soon as it counts no fewer words from right to left than from left to right;
    poppler leaves out the blank between a word of each kind."""
    ways = {unicodedata.bidirectional(char).replace("AL", "R") for char in name}
    return {"L", "R"} <= ways


def ends_in_a_mark(name):
    """Poppler takes marks at the left end of a line for text from left to right, and puts them first."""
    return unicodedata.bidirectional(name[-1]) == "NSM" and unicodedata.bidirectional(name[0]) in ("R", "AL")


def test_every_name_is_copied_as_it_is(names, document):
    read = pypdfium2.PdfDocument(document)

    wrong = [name for page, name in enumerate(names)
             if name not in " ".join(read[page].get_textpage().get_text_bounded().split())]

    assert [name for name in wrong if not runs_both_ways(name)] == []
    assert 0 < len(wrong) < 40


def test_a_second_reader_copies_them_too(names, document):
    """It gives the marks of one letter in another order: the same text to Unicode, which compares composed (NFC)."""
    pages = subprocess.run(["pdftotext", "-", "-"], input=document, capture_output=True, check=True).stdout.decode()
    steering = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f"))
    pages = [" ".join(unicodedata.normalize("NFC", page.translate(steering)).split()) for page in pages.split("\f")]

    wrong = [name for page, name in zip(pages, names, strict=False) if name not in page]

    assert [name for name in wrong if not (runs_both_ways(name) or ends_in_a_mark(name))] == []


@pytest.mark.parametrize("one", ["ى", "ی", "ي", "ك", "ک", "ه", "ہ", "ە", "لى", "لی"])
def test_letters_that_look_alike_are_told_apart_in_one_document(one):
    pdf = printed(*(replace(SLIP, candidate_name=f"علا{letter} ب{letter}ت") for letter in ("ىیيكکهہە", one)))

    assert f"علا{one} ب{one}ت" in text(pdf, 1)


def test_joined_forms_typed_as_such_change_no_other_name():
    pdf = printed(replace(SLIP, candidate_name="ﺷﺎﻣﺦ"), replace(SLIP, candidate_name="شامخ"))

    assert "شامخ" in text_by_pypdf(pdf, 1)
