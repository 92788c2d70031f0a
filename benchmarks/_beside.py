"""What runs on the same machine while everybody signs in: a large PDF of slips, and an import of changed results."""
import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SLIPS = 2_000
CHANGED = 2_000
COLUMNS = ("series", "centre_number", "candidate_number", "qualification", "syllabus_code", "option_code", "grade",
           "second_grade", "endorsement", "percentage_uniform_mark")


def start(settings, entries):
    """Start both; `entries`: (centre number, candidate number, syllabus code, option code) whose result changes."""
    environment = {**os.environ, **settings, "ROLE": "worker"}
    changed = Path(settings["INSTANCE_PATH"]) / "changed.csv"
    with changed.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(("June 2026", centre, candidate, "IGCSE", code, option, "B", "", "", 75)
                       for centre, candidate, code, option in entries)
    commands = {
        f"{SLIPS:,} slips": [sys.executable, "-m", "benchmarks._beside"],
        f"import of {len(entries):,} results": [sys.executable, "-m", "flask", "--app", "app", "import", "results",
                                                str(changed)],
    }
    return {name: subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
            for name, command in commands.items()}


def finish(started):
    """{name: 'done' or what went wrong}; waits at most five minutes for each."""
    return {name: "done" if process.wait(300) == 0 else f"ended with {process.returncode}"
            for name, process in started.items()}


def print_slips():
    from documents.slips import Layout, Slip, write_slips

    slips = (Slip("AA000", "School 0", f"{n:04}", f"Candidate Number {n}", "June 2026", f"AA000-{n:04}-J26",
                  "497R-CH3Y-3MKM-G3NV", (("IGCSE", "Tue 11 Aug 2026, 10:00 (Asia/Karachi)"),),
                  ("Amal Raza", "+92 21 555 0100")) for n in range(SLIPS))
    with tempfile.TemporaryFile() as out:
        write_slips(slips, out, Layout())


if __name__ == "__main__":
    print_slips()
