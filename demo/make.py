"""Make the demo data anew: `python demo/make.py` writes the four CSV files beside itself. All of it is fictional."""
import csv
import random
from pathlib import Path

HERE = Path(__file__).parent
CENTRES = (  # number, name, Associate, country, zone, which names
    ("NC100", "Northlight Schools Council", "", "Pakistan", "Asia/Karachi", ""),
    ("NC101", "Harbour View Secondary School", "NC100", "Pakistan", "Asia/Karachi", "arabic latin"),
    ("NC102", "Colegio del Mar Azul", "NC100", "Peru", "America/Lima", "spanish"),
    ("NC103", "Acacia Hill Academy", "NC100", "Kenya", "Africa/Nairobi", "latin african"),
    ("NC104", "Snowline School", "NC100", "Nepal", "Asia/Kathmandu", "devanagari"),
    ("NC105", "Olive Grove Gymnasium", "NC100", "Greece", "Europe/Athens", "greek"),
    ("NC106", "Blue Lake Lyceum", "NC100", "Kazakhstan", "Asia/Almaty", "cyrillic"),
    ("NC107", "Nile Gate International School", "NC100", "Egypt", "Africa/Cairo", "arabic"),
    ("NC108", "Riverbend High School", "NC100", "Bangladesh", "Asia/Dhaka", "bengali"),
    ("NC109", "Palm Coast School", "NC100", "India", "Asia/Kolkata", "tamil devanagari"),
    ("NC110", "Long Cloud College", "NC100", "New Zealand", "Pacific/Auckland", "latin"),
    ("NC111", "Jade Garden School", "NC100", "China", "Asia/Shanghai", "chinese"),
    ("NC112", "Three Rivers School", "NC100", "Thailand", "Asia/Bangkok", "thai korean japanese"),
    ("NL500", "Lighthouse Bay School", "", "Israel", "Asia/Jerusalem", "hebrew polish vietnamese"),
)
NAMES = {  # given names | family names
    "latin": ("Zoë Amelia Björn Chloé Daniël Freya Noah Ines Tomáš Saoirse", "Ångström Baker Dvořák Mackay Øster Quinn "
              "Rossi Şahin Whitlock Żak"),
    "spanish": ("Begoña Iñaki José Lucía Ñusta Sofía Tomás Úrsula", "Ibáñez Quispe Muñoz Yupanqui Núñez Güell Zárate"),
    "african": ("Adébáyọ̀ Wanjirũ Ọlá Thandiwe Kwame Ẹniọlá", "Ọkọ̀nkwọ́ Mwangĩ Dlamini Òjó Achieng"),
    "polish": ("Łukasz Małgorzata Żaneta Jędrzej Świętosława", "Wójcik Dąbrowska Źrebiec Kołodziejczyk"),
    "vietnamese": ("Ánh Phượng Đức Huyền Tuấn", "Nguyễn Trần Phạm Đặng Vũ"),
    "greek": ("Ελένη Γιώργος Δήμητρα Οδυσσέας Ζωή Νίκος", "Παπαδοπούλου Αλεξίου Ξενάκης Γεωργίου"),
    "cyrillic": ("Юлия Ғалым Әсел Дмитрий Жанна Айгүл", "Щербакова Қасымов Өтеген Ёлкин Нұрланқызы"),
    "arabic": ("زهراء يوسف ليلى عمرو فاطمة كريم نور", "القاضي رصاص الهاشمي بدران عثمان"),
    "hebrew": ("נועה אריאל תמר יונתן", "לוי פרידמן אלון ברק"),
    "devanagari": ("अर्जुन प्रिया सृष्टि कृष्ण निशा", "त्रिवेदी श्रेष्ठ शर्मा ज्ञवाली"),
    "bengali": ("মিলন শ্রেয়া অনন্যা রুদ্র", "মন্ডল চৌধুরী বন্দ্যোপাধ্যায়"),
    "tamil": ("எழில் கவிதா தமிழ்ச்செல்வி மணி", "மணிவண்ணன் இந்திராணி சுப்பிரமணியன்"),
    "thai": ("สมชาย ณัฐวุฒิ พิมพ์ใจ กิตติ", "ศรีสุข ทองคำ วงศ์ใหญ่"),
    "chinese": ("王 李 張 陳 杨", "晓明 雨婷 国强 美玲 子轩"),
    "japanese": ("佐藤 鈴木 高橋 田中", "陽菜 さくら 健太 ケンジ"),
    "korean": ("김 이 박 최", "민준 서연 지우 하은"),
}
SYLLABUSES = {
    "IGCSE": (("0580", "Mathematics"), ("0510", "English as a Second Language"), ("0610", "Biology"),
              ("0530", "Spanish"), ("0450", "Business Studies"), ("0654", "Co-ordinated Sciences (Double Award)")),
    "IGCSE (9-1)": (("0980", "Mathematics"), ("0970", "Biology")),
    "O Level": (("4024", "Mathematics D"), ("5070", "Chemistry")),
    "AS Level": (("9702", "Physics"), ("9708", "Economics")),
    "A Level": (("9709", "Mathematics"), ("9701", "Chemistry"), ("9093", "English Language")),
}
GRADES = {
    "IGCSE": ("A*", "A", "B", "C", "D", "E", "F", "G"), "O Level": ("A*", "A", "B", "C", "D", "E"),
    "A Level": ("A*", "A", "B", "C", "D", "E"), "AS Level": ("a", "b", "c", "d", "e"),
    "IGCSE (9-1)": ("9", "8", "7", "6", "5", "4", "3"),
}
FLOORS = {"A*": 90, "A": 80, "B": 70, "C": 60, "D": 50, "E": 40, "F": 30, "G": 20,
          "a": 80, "b": 70, "c": 60, "d": 50, "e": 40}
RELEASES = (  # in the order of a file
    ("March 2026", "2026-05-12T05:00:00Z", "2026-05-12T05:00:00Z"),
    ("June 2026", "2026-08-11T05:00:00Z", "2026-08-18T05:00:00Z"),
    ("November 2026", "2027-01-07T06:00:00Z", "2027-01-14T06:00:00Z"),
)
SIZES = {"March 2026": 3, "June 2026": 26, "November 2026": 14}


def name_of(scripts, chance):
    script = chance.choice(scripts.split())
    given, family = (part.split() for part in NAMES[script])
    first, last = chance.choice(given), chance.choice(family)
    return first + last if script in ("chinese", "korean") else f"{first} {last}"


def results_of(entry, chance):
    """grade, second grade, endorsement, mark of one entry."""
    series, qualification, code = entry[0], entry[5], entry[6]
    draw = chance.random()
    if draw < 0.07:
        return chance.choice("XQYU"), "", "", ""
    place = min(int(chance.expovariate(0.5)), len(GRADES[qualification]) - 1)
    grade = GRADES[qualification][place]
    mark = "" if grade.isdigit() else min(FLOORS[grade] + chance.randrange(10), 100)
    second = GRADES[qualification][min(place + 1, len(GRADES[qualification]) - 1)] if code == "0654" else ""
    spoken = str(chance.randint(1, 5)) if code == "0530" else ""
    return grade, second, spoken, mark if series else ""


def write(name, header, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])


def main():
    chance = random.Random(2026)  # noqa: S311 (the same files every time)
    entries, results = [], []
    for number, _name, _associate, _country, _zone, scripts in CENTRES:
        for series, size in SIZES.items():
            for place in range(1, (size if scripts else 0) + 1):
                uci = f"{number}{series[0]}{place:04}"
                person = [series, number, f"{place:04}", name_of(scripts, chance), uci]
                levels = chance.choice((("IGCSE",), ("IGCSE",), ("A Level", "AS Level"), ("A Level", "IGCSE"),
                                        ("O Level",), ("IGCSE (9-1)", "IGCSE")))
                for level in levels:
                    offered = SYLLABUSES[level]
                    for code, title in chance.sample(offered, min(len(offered), chance.randint(1, 3))):
                        status = "withdrawn" if chance.random() < 0.02 else "entered"
                        entry = [*person, level, code, chance.choice(("AX", "BX", "BY")), title, status]
                        entries.append(entry)
                        if status == "entered":
                            results.append([*person[:3], level, code, entry[7], *results_of(entry, chance)])
    write("centres.csv", "centre_number,centre_name,kind,associate_number,country,time_zone,email",
          [(number, name, "associate" if number == "NC100" else "centre", associate, country, zone,
            f"exams@{number.lower()}.example") for number, name, associate, country, zone, _names in CENTRES])
    write("entries.csv", "series,centre_number,candidate_number,candidate_name,uci,qualification,syllabus_code,"
          "option_code,syllabus_title,status", entries)
    write("results.csv", "series,centre_number,candidate_number,qualification,syllabus_code,option_code,grade,"
          "second_grade,endorsement,percentage_uniform_mark", results)
    write("releases.csv", "series,qualification,released_at",
          [(series, level, advanced if level in ("A Level", "AS Level") else other)
           for series, advanced, other in RELEASES for level in SYLLABUSES])


if __name__ == "__main__":
    main()
