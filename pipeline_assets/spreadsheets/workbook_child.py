"""`python -m pipeline_assets.spreadsheets.workbook_child`: reads one workbook within bounds, for `workbook_process.py`.

The input is a line of JSON with the header names, then the file; the output is JSON with the table, or a sentence that
explains why there is no table. Every import of a workbook pays for what is imported here: the standard library only.
"""

import json
import sys

from pipeline_assets.errors import UnreadableFile
from pipeline_assets.spreadsheets.header_row import HeaderNames
from pipeline_assets.spreadsheets.workbook import read_workbook
from pipeline_assets.spreadsheets.workbook_limits import MEMORY_BYTES, SECONDS

TOO_MUCH_MEMORY = (
    f"The workbook needs more than {MEMORY_BYTES // 2**30} GB of memory to read: keep only the sheet that is to be "
    "imported, or save it as “CSV UTF-8”."
)


def main() -> None:
    """Read the request from standard input and write the table, or the reason against it, to standard output."""
    _limit_resources()
    request = json.loads(sys.stdin.buffer.readline())
    names = HeaderNames(frozenset(request["known"]), frozenset(request["identifying"]))
    try:
        answer = {"table": read_workbook(sys.stdin.buffer.read(), names).as_json()}
        output = json.dumps(answer)
    except UnreadableFile as error:
        output = json.dumps({"error": str(error)})
    except (MemoryError, RecursionError):
        output = json.dumps({"error": TOO_MUCH_MEMORY})
    sys.stdout.write(output)


def _limit_resources() -> None:
    """Limit memory and processor time; on a system without such limits only the parent's timeout applies."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        return


if __name__ == "__main__":
    main()
