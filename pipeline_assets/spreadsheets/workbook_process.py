"""Reads a workbook in a separate process, because an unknown file must not take the dashboard down.

Belongs here: starting the child, and the message if it ends badly. Not here: the child itself (`workbook_child.py`).
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.header_row import HeaderNames
from pipeline_assets.spreadsheets.raw_table import RawTable
from pipeline_assets.spreadsheets.workbook_child import TOO_MUCH_MEMORY
from pipeline_assets.spreadsheets.workbook_limits import SECONDS

CHILD = "pipeline_assets.spreadsheets.workbook_child"


def read_workbook_safely(content: bytes, names: HeaderNames) -> RawTable:
    """Return the table of a workbook. Raises UnreadableFile whatever the file is or does."""
    request = json.dumps({"known": sorted(names.known), "identifying": sorted(names.identifying)}).encode()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path or str(Path.cwd()) for path in sys.path)}
    try:
        done = subprocess.run(  # noqa: S603 (this interpreter and our own module; the file goes to its input)
            [sys.executable, "-P", "-m", CHILD],
            input=request + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableFile(_too_slow()) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        if done.returncode == -signal.SIGXCPU:
            raise UnreadableFile(_too_slow()) from None
        if b"MemoryError" in done.stderr or done.returncode < 0:
            raise UnreadableFile(TOO_MUCH_MEMORY) from None
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise UnreadableFile(f"The workbook could not be read: {reason or 'its reader ended'}.") from None
    if "error" in answer:
        raise UnreadableFile(answer["error"])
    return RawTable.from_json(answer["table"])


def _too_slow() -> str:
    return (
        f"The workbook was not read within {SECONDS} seconds: keep only the sheet that is to be imported, or save it "
        "as “CSV UTF-8”."
    )
