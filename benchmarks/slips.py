"""Slips against the ways one would write them: the same page through xhtml2pdf alone, and a hand-written canvas.

Every figure is CPU time of this process; contenders take turns, and the middle of the rounds counts. A naive batch
is timed on few pages and counted per page, which flatters it: its pages grow dearer with their number.
"""
import argparse
import gc
import io
import statistics
import time
import tracemalloc
from dataclasses import replace

from benchmarks import _signed, _slips_peers
from benchmarks._slips_data import LAYOUT, candidates, centres
from documents import slips as engine
from documents.archive import write_archive
from documents.engine import compiler, markup, sheets
from documents.slips import write_slips

TAGGED, PLAIN = LAYOUT, replace(LAYOUT, tagged=False)
ROUNDS, NAIVE_PAGES = 5, 20
FLOORS = {
    "one slip on demand": 100, "one slip on demand, tagged": 100, "200 slips, cold": 40, "2,000 slips": 250,
    "2,000 slips, tagged": 100, "one more page, against a canvas with a form": 2,
    "1,000 slips in mixed scripts": 40, "signing a statement, against pyHanko": 100,
}
CEILINGS = {"MB of memory for 1,000 pages more": 5, "CPU seconds for 110,000 slips in 750 files": 60,
            "CPU ms a statement in a signed file of 2,000": 4, "KB a statement in it": 4}


class Sink(io.RawIOBase):
    """Takes everything, keeps a count: what is measured is the making."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.size += len(data)
        return len(data)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks slips", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a figure misses its floor")
    parser.add_argument("--peers", action="store_true", help="also WeasyPrint, fpdf2 and Typst, where installed")
    options = parser.parse_args(arguments)
    ratios, costs, sizes = measure()
    missed = []
    print(f"{'':48}{'times faster':>14}{'floor':>8}")
    for name, ratio in ratios.items():
        print(f"{name:48}{ratio:14.1f}{FLOORS[name]:8}")
        missed += [name] if ratio < FLOORS[name] else []
    print(f"\n{'':48}{'measured':>14}{'limit':>8}")
    for name, cost in costs.items():
        print(f"{name:48}{cost:14.2f}{CEILINGS[name]:8}")
        missed += [name] if cost > CEILINGS[name] else []
    print()
    for name, size in sizes.items():
        print(f"{name:48}{size:14.0f}")
    if options.peers:
        _slips_peers.report()
    if missed:
        print("\nBelow the floor: " + "; ".join(missed))
    return 1 if missed and options.check else 0


def measure() -> tuple[dict, dict, dict]:
    one, some, many, mixed = candidates(1)[0], candidates(200), candidates(2000), candidates(1000, mixed=True)
    singles = candidates(300)
    write_slips(some, Sink(), PLAIN), write_slips(some, Sink(), TAGGED)
    times = turns({
        "naive one": lambda: naive([one]),
        "naive batch": lambda: naive(some[:NAIVE_PAGES]),
        "300 on demand": lambda: [write_slips([slip], Sink(), PLAIN) for slip in singles],
        "300 on demand, tagged": lambda: [write_slips([slip], Sink(), TAGGED) for slip in singles],
        "200 cold": lambda: (forget(), write_slips(some, Sink(), PLAIN)),
        "2,000": lambda: (forget(), write_slips(many, Sink(), PLAIN)),
        "2,000 tagged": lambda: (forget(), write_slips(many, Sink(), TAGGED)),
        "mixed": lambda: (forget(), write_slips(mixed, Sink(), PLAIN)),
        "1,000 warm": lambda: write_slips(many[:1000], Sink(), PLAIN),
        "2,000 warm": lambda: write_slips(many, Sink(), PLAIN),
        "canvas 200": lambda: _slips_peers.canvas(some),
        "canvas 1,200": lambda: _slips_peers.canvas(many[:1200]),
    })
    page = times["naive batch"] / NAIVE_PAGES
    signing, signed_page, signed_size, short_page = _signed.measure(cpu)
    more = (times["2,000 warm"] - times["1,000 warm"]) / 1000
    ratios = {
        "one slip on demand": times["naive one"] / (times["300 on demand"] / 300),
        "one slip on demand, tagged": times["naive one"] / (times["300 on demand, tagged"] / 300),
        "200 slips, cold": page * 200 / times["200 cold"],
        "2,000 slips": page * 2000 / times["2,000"],
        "2,000 slips, tagged": page * 2000 / times["2,000 tagged"],
        "one more page, against a canvas with a form":
            (times["canvas 1,200"] - times["canvas 200"]) / 1000 / more,
        "1,000 slips in mixed scripts": page * 1000 / times["mixed"],        # against naive pages in Latin alone
        "signing a statement, against pyHanko": signing,
    }
    costs = {
        "MB of memory for 1,000 pages more": (peak(many) - peak(many[:1000])) / 1e6,
        "CPU seconds for 110,000 slips in 750 files": cpu(lambda: write_archive(
            ((name, slips, TAGGED) for name, slips in centres()), Sink())),
        "CPU ms a statement in a signed file of 2,000": signed_page,
        "KB a statement in it": signed_size,
    }
    sizes = {
        "µs for one slip on demand": times["300 on demand"] / 300 * 1e6,
        "µs for a statement with a short code, unsigned": short_page * 1e3,
        "µs for one more page": more * 1e6,
        "µs for a naive page in a batch": page * 1e6,
        "µs for a naive slip alone": times["naive one"] * 1e6,
        "bytes a page": size(many, PLAIN) / 2000,
        "bytes a page, tagged": size(many, TAGGED) / 2000,
        "bytes of one slip alone, tagged": size([one], TAGGED),
    }
    return ratios, costs, sizes


def naive(slips: list) -> None:
    """What one would write first: the template for each slip, pages in one document, one call of CreatePDF."""
    design = PLAIN.slip_design(1)
    pages = [markup.read(design.html(compiler.with_images(engine.values_of(slip, PLAIN)))) for slip in slips]
    pdf = compiler.draw(pages[0].html(*pages[1:]), design.roots)
    assert pdf.startswith(b"%PDF")


def forget() -> None:
    """As if the process had just started: no plan, no sheet."""
    engine.plan_of.cache_clear()
    sheets.sheet.cache_clear()


def turns(contenders: dict) -> dict[str, float]:
    """CPU seconds of each contender, the middle of several rounds in which they take turns."""
    seconds = {name: [] for name in contenders}
    for round_ in range(ROUNDS):
        for name, run in contenders.items():
            if round_ < 3 or not name.startswith("naive"):
                seconds[name].append(cpu(run))
    return {name: statistics.median(measured) for name, measured in seconds.items()}


def cpu(run) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def peak(slips: list) -> int:
    """The most bytes that were in use while writing."""
    tracemalloc.start()
    write_slips(slips, Sink(), TAGGED)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def size(slips: list, layout) -> int:
    sink = Sink()
    write_slips(slips, sink, layout)
    return sink.size

