"""A stand-in for Elexon's API that answers with given rows, so that tests land them through the product's own landing.

Belongs here: serving rows of any endpoint over HTTP. Not here: made-up data (`elexon_assets/simulator`).
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from elexon_assets.client import SOURCE_HEADER, ElexonClient
from elexon_assets.datasets import BY_NAME
from elexon_assets.ingest import ingest_several
from elexon_assets.quality.flagging import update_flags
from elexon_assets.settlement import HALF_HOUR, first_start_utc, settlement_of
from elexon_assets.windows import Window
from warehouse.connection import writing
from warehouse.settings import Settings

Rows = Sequence[Mapping[str, Any]]
"Rows as Elexon sends them, ordered by `startTime`, which is text such as 2024-01-01T00:00:00Z."


@contextmanager
def serving(rows: Mapping[str, Rows], source: str) -> Iterator[str]:
    """Serve the rows by path and yield the address; a path in the template's braces is one per settlement date."""
    starts = {path: [str(row["startTime"]) for row in answer] for path, answer in rows.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(url.query).items()}
            path = next(path for path in rows if url.path.startswith(path))
            if url.path != path:
                asked = dict.fromkeys(("settlementDateFrom", "settlementDateTo"), url.path.rsplit("/", 1)[1])
            answer = list(
                rows[path][bisect_left(starts[path], _start(asked)) : bisect_right(starts[path], _end(asked))]
            )
            content = json.dumps({"data": answer}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header(SOURCE_HEADER, source)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def land_rows(home: Path, rows: Mapping[str, Rows], span: Window, *, source: str = "recorded") -> None:
    """Land the rows of each dataset, by its name, in a home, and flag them; publish a snapshot."""
    datasets = [BY_NAME[name] for name in rows]
    paths = {dataset.path.split("/{")[0]: rows[dataset.name] for dataset in datasets}
    with serving(paths, source) as address:
        settings = Settings(renewables_home=home, elexon_base_url=address)  # type: ignore[arg-type]  # pydantic reads the URL

        def opened() -> Any:
            return writing(home / "warehouse.duckdb")

        with ElexonClient(settings) as client:
            reports = ingest_several(datasets, span, client=client, run_id="test", open_warehouse=opened)
        assert not [failure for report in reports for failure in report.failed]
        update_flags(opened)


def row_of(start: datetime, **fields: Any) -> dict[str, Any]:
    """Return a row of a half-hour with its settlement labels."""
    day, period = settlement_of(start)
    return {"startTime": _text(start), "settlementDate": day.isoformat(), "settlementPeriod": period, **fields}


def _text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _start(asked: Mapping[str, str]) -> str:
    if "from" in asked:
        return _text(datetime.fromisoformat(asked["from"]))
    return _text(first_start_utc(date.fromisoformat(asked["settlementDateFrom"])))


def _end(asked: Mapping[str, str]) -> str:
    if "to" in asked:
        return _text(datetime.fromisoformat(asked["to"]))
    return _text(first_start_utc(date.fromisoformat(asked["settlementDateTo"]) + timedelta(days=1)) - HALF_HOUR)
