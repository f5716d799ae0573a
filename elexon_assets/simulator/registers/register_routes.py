"""The routes of the registers: the answers of GOV.UK's content API and of NESO's CKAN, and the files they lead to.

Belongs here: from a request to a response. Not here: what a file holds (`planning_file.py`, `connection_file.py`).
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from elexon_assets.simulator.faults import Fault
from elexon_assets.simulator.half_hours import index_of
from elexon_assets.simulator.handlers import with_request_log
from elexon_assets.simulator.registers.issue_calendar import REPD, TEC, SimulatedRegister
from elexon_assets.simulator.service import PREFIX, Service
from elexon_assets.simulator.transport_faults import before_answer, break_answer

PAGE_PATH = "/api/content/government/publications/renewable-energy-planning-database-monthly-extract"
PACKAGE_PATH = "/api/3/action/package_show"
RESOURCE_PATH = "/api/3/action/resource_show"
PACKAGE = "transmission-entry-capacity-tec-register"
PACKAGE_ID, RESOURCE_ID = "00000000-5e6f-4000-8000-000000000001", "00000000-5e6f-4000-8000-000000000002"
CSV = "text/csv"


def register_routes(service: Service) -> list[Route]:
    """Return the routes of both registers."""

    def route(path: str, answer: Callable[[Request], Response]) -> Route:
        """Return a route with the transport faults; a fault with a span is of the half-hour of the answer."""

        async def respond(request: Request, faults: Sequence[Fault], target: str) -> Response:
            """Answer one request."""
            half_hour = index_of(service.now())
            broken = [
                fault
                for fault in faults
                if fault.is_transport and fault.hits_request(service.source.seed, target, (half_hour, half_hour))
            ]
            early = await before_answer(broken)
            return early if early is not None else break_answer(answer(request), broken)

        return Route(path, with_request_log(service, respond))

    return [
        route(PAGE_PATH, lambda request: _page(service, request)),
        route("/media/{token}/{file_name}", lambda request: _file(service, REPD, request)),
        route(PACKAGE_PATH, lambda request: _package(service, request)),
        route(RESOURCE_PATH, lambda request: _resource_answer(service, request)),
        route(
            "/dataset/{package}/resource/{resource}/download/{file_name}",
            lambda request: _file(service, TEC, request),
        ),
    ]


def register_addresses(base_url: str) -> dict[str, str]:
    """Return the settings that make the registers of a simulator the ones in use, by name.

    `base_url` is the simulator's address of Elexon's API.
    """
    root = base_url.removesuffix(PREFIX)
    return {"REPD_URL": root + PAGE_PATH, "TEC_URL": f"{root}{PACKAGE_PATH}?id={PACKAGE}"}


def file_path(register: SimulatedRegister, day: date) -> str:
    """Return the path of the file of one issue."""
    if register is REPD:
        return f"/media/{register.token(day)}/{register.file_name(day)}"
    return f"/dataset/{PACKAGE_ID}/resource/{RESOURCE_ID}/download/{register.file_name(day)}"


def _page(service: Service, request: Request) -> Response:
    """Answer as GOV.UK's content API: one workbook and one CSV, both of the newest issue."""
    days = REPD.issue_days(service.now(), 1)
    if not days:
        return JSONResponse({"message": "Not Found"}, 404)
    url = _root(request) + file_path(REPD, days[0])
    title = f"REPD Quarterly Extract: {days[0]:%B %Y}"
    kinds = ((f"{title} (Excel)", ".xlsx", "application/vnd.ms-excel"), (f"{title} (csv)", ".csv", CSV))
    attachments = [
        {
            "attachment_type": "file",
            "content_type": kind,
            "filename": REPD.file_name(days[0]).replace(".csv", ending),
            "title": name,
            "url": url.replace(".csv", ending),
            **({"file_size": len(REPD.file(service.source.seed, days[0]))} if kind == CSV else {}),
        }
        for name, ending, kind in kinds
    ]
    return JSONResponse(
        {
            "base_path": PAGE_PATH.removeprefix("/api/content"),
            "details": {"attachments": attachments},
            "public_updated_at": _instant(REPD, days[0]).isoformat().replace("+00:00", "Z"),
            "title": "Renewable Energy Planning Database: quarterly extract (SIMULATED)",
        }
    )


def _package(service: Service, request: Request) -> Response:
    if request.query_params.get("id") not in (PACKAGE, PACKAGE_ID):
        return _ckan_not_found()
    resource = _resource(service, request)
    resources = [] if resource is None else [resource]
    return JSONResponse({"success": True, "result": {"id": PACKAGE_ID, "name": PACKAGE, "resources": resources}})


def _resource_answer(service: Service, request: Request) -> Response:
    resource = _resource(service, request)
    if resource is None or request.query_params.get("id") != RESOURCE_ID:
        return _ckan_not_found()
    return JSONResponse({"success": True, "result": resource})


def _resource(service: Service, request: Request) -> dict[str, Any] | None:
    days = TEC.issue_days(service.now(), 1)
    if not days:
        return None
    return {
        "id": RESOURCE_ID,
        "package_id": PACKAGE_ID,
        "name": "TEC Register",
        "format": "CSV",
        "mimetype": CSV,
        "url": _root(request) + file_path(TEC, days[0]),
        "last_modified": _instant(TEC, days[0]).replace(tzinfo=None).isoformat(),
        "size": len(TEC.file(service.source.seed, days[0])),
    }


def _file(service: Service, register: SimulatedRegister, request: Request) -> Response:
    day = register.day_of(request.path_params["file_name"], service.now())
    if day is None:
        return Response("Not Found", 404)
    return Response(register.file(service.source.seed, day), media_type=CSV)


def _ckan_not_found() -> Response:
    return JSONResponse({"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}, 404)


def _instant(register: SimulatedRegister, day: date) -> datetime:
    return datetime.combine(day, time(register.at.hour, register.at.minute), UTC)


def _root(request: Request) -> str:
    return str(request.base_url).rstrip("/")
