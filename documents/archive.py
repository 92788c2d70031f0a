"""Slips of many centres as one ZIP of PDFs, streamed: no PDF is ever whole in memory or in a file of its own."""
from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import BinaryIO

from documents.slips import Layout, Slip, write_slips


def write_archive(files: Iterable[tuple[str, Iterable[Slip]]], out: BinaryIO, layout: Layout, *,
                  languages: Mapping[str, str] | None = None, password: str | None = None,
                  progress: Callable[[str, int], None] | None = None) -> int:
    """Write each (file name, slips) as a PDF into one ZIP and answer the number of pages. `languages`: by file name,
    of files that are not in the layout's.

    Stored, not deflated: the PDFs are deflated already. `progress` is told the name and pages after each file.
    """
    total = 0
    made = layout.printed_at.timetuple()[:6] if layout.printed_at else (1980, 1, 1, 0, 0, 0)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, slips in files:
            with archive.open(zipfile.ZipInfo(name, made), "w", force_zip64=True) as file:
                its_own = replace(layout, language=(languages or {}).get(name, layout.language))
                pages = write_slips(slips, file, its_own, password=password)
            total += pages
            if progress:
                progress(name, pages)
    return total
