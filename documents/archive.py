"""Slips of many centres as one ZIP of PDFs, streamed: no PDF is ever whole in memory or in a file of its own."""
from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from typing import BinaryIO

from documents.slips import Layout, Slip, write_slips


def write_archive(files: Iterable[tuple[str, Iterable[Slip], Layout]], out: BinaryIO, *, password: str | None = None,
                  progress: Callable[[str, int], None] | None = None) -> int:
    """Write each (file name, slips, layout) as a PDF into one ZIP and answer the number of pages.

    Stored, not deflated: the PDFs are deflated already. `progress` is told the name and pages after each file.
    """
    total = 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, slips, layout in files:
            made = layout.printed_at.timetuple()[:6] if layout.printed_at else (1980, 1, 1, 0, 0, 0)
            with archive.open(zipfile.ZipInfo(name, made), "w", force_zip64=True) as file:
                pages = write_slips(slips, file, layout, password=password)
            total += pages
            if progress:
                progress(name, pages)
    return total
