"""Results morning in small, on real server processes; the long one is `python -m benchmarks morning`."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SMALL = ["--candidates", "400", "--rate", "25", "--minutes", "0.1", "--waiting", "40", "--workers", "2", "--no-steps"]


def morning(*options):
    return subprocess.run([sys.executable, "-m", "benchmarks", "morning", *SMALL, *options], cwd=ROOT,
                          capture_output=True, text=True, timeout=180)


def test_a_small_morning_is_green():
    """No grade early or late, no lost session, no error; with slips printed and results imported meanwhile."""
    done = morning()

    assert done.stdout.splitlines()[-1:] == ["green"], done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("fault", ["early", "late"])
def test_a_planted_fault_turns_it_red(fault):
    done = morning("--alone", "--plant", fault)

    assert done.stdout.splitlines()[-1:] == ["RED"], done.stdout + done.stderr
    assert done.returncode == 1
