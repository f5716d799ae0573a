"""The limits of a workbook, and the messages about one that is damaged or exceeds them.

Belongs here: limits, and reading a part of an archive within them. The child process that reads workbooks imports this
module: the standard library only.
"""

import zipfile
from collections.abc import Iterator
from typing import IO

from pipeline_assets.errors import UnreadableFile

MOST_ROWS = 50_000
"The most rows of an import, in CSV and workbooks alike."
MOST_COLUMNS = 1_000
MOST_BYTES = 20 * 2**20
"The largest size of an uploaded file."
MOST_UNPACKED_BYTES = 150 * 2**20
"The most unpacked bytes that are read of a workbook; 50,000 projects with all their columns need half of it."
MOST_CHARACTERS = 50_000_000
"The most characters in all cells that are read: a million cells can share one stored text."
MOST_CELLS = 1_500_000
"The most cells of a sheet that are not blank; also the most shared texts."
MOST_MERGED_CELLS = 100_000
MOST_PARTS = 10_000
MEMORY_BYTES = 2**30
SECONDS = 20
"The limits of time and memory of the child process."

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"The last row and column of a sheet of Excel."


class WorkbookArchive:
    """The parts of a workbook, with the sum of what was unpacked so far. Raises UnreadableFile beyond the limits."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._unpacked = archive, 0
        self._parts = {info.filename.casefold().lstrip("/"): info for info in archive.infolist()}
        if len(self._parts) > MOST_PARTS:
            raise UnreadableFile(f"The workbook has {len(self._parts):,} parts, which no list of projects needs.")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield the content of a part; its declared size is checked first, and its actual size while it is read."""
        part = self._parts.get(name.casefold())
        if part is None:
            raise UnreadableFile(f"The workbook is damaged: its part {name!r} is missing. Save it again from Excel.")
        self._unpacked += part.file_size
        if self._unpacked > MOST_UNPACKED_BYTES:
            raise UnreadableFile(
                f"The workbook unpacks to more than {MOST_UNPACKED_BYTES // 2**20} MB: keep only the sheet that is to "
                "be imported, clear the formats of its empty rows, or save it as “CSV UTF-8”."
            )
        with self._archive.open(part) as stream:
            yield from _bounded_chunks(stream, part.file_size)


def _bounded_chunks(stream: IO[bytes], size: int) -> Iterator[bytes]:
    remaining = size
    while chunk := stream.read(2**16):
        remaining -= len(chunk)
        if remaining < 0:
            raise UnreadableFile("The workbook is damaged: a part is larger than it says. Save it again from Excel.")
        yield chunk
