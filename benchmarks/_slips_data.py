"""Invented candidates for the measurements: the same ones each time."""
import random
from collections.abc import Iterator

from documents.slips import Layout, Slip

LAYOUT = Layout(board_name="Northern Examinations Board", site_address="results.example",
                printed_text="1 July 2026, 09:00 UTC")
_FIRST = ("Amara", "Zoë", "Łukasz", "Mei", "José", "Ngọc", "Ömer", "Ana", "Oluwaseun", "Fatima", "Søren", "Chloé")
_MIXED = ("أمينة الرحمن", "דוד כהן", "王小明", "山田 花子", "김민준", "अनन्या शर्मा", "অনন্যা সেন", "மீனா குமார்",
          "สมชาย ใจดี", "Ελένη Παππά", "Мария Иванова", "Nguyễn Thị Ánh")
_SYMBOLS = "23456789BCDFGHJKLMNPQRSTVWXYZ"


def candidates(count: int, mixed: bool = False, centre: str = "XA101") -> list[Slip]:
    chance = random.Random(f"{centre} {count} {mixed}")
    return [_slip(chance, number, mixed, centre) for number in range(1, count + 1)]


def centres() -> Iterator[tuple[str, list[Slip]]]:
    """An Associate's 750 centres with 110,000 candidates."""
    left = 110_000
    for index in range(750):
        count = min(9999, left // (750 - index))
        left -= count
        centre = f"X{chr(65 + index // 100)}{index % 100 + 100}"
        yield f"{centre}.pdf", candidates(count, centre=centre)


def _slip(chance: random.Random, number: int, mixed: bool, centre: str) -> Slip:
    symbols = chance.choices(_SYMBOLS, k=16)
    first = chance.choice(_MIXED if mixed else _FIRST)
    last = "" if mixed else " " + "".join(chance.choices("abcdefghijklmnoprstuvwyz", k=8)).title()
    return Slip(
        centre, "Harbour View Secondary School", f"{number % 10_000:04}", first + last, "June 2026",
        f"{centre}-{number % 10_000:04}-J26", "-".join("".join(symbols[at:at + 4]) for at in range(0, 16, 4)),
        (("A Level, AS Level", "Tue 11 Aug 2026, 10:00 (Asia/Karachi)"),
         ("IGCSE, O Level", "Tue 18 Aug 2026, 10:00 (Asia/Karachi)")),
        ("Ms Amina Rahman, Exams officer", "+92 21 555 0100", "exams@harbourview.example"))
