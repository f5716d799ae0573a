"""The Starlette application: the routes of Elexon's Insights API and of the registers that the product needs.

Belongs here: which path has which rows. Not here: handlers, parameters, rows, faults.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.routing import Mount, Route

from elexon_assets.dataset_model import Dataset as Declaration
from elexon_assets.datasets import (
    DATASETS,
    DEMAND,
    GENERATION_BY_FUEL,
    INSTALLED_CAPACITY,
    MARKET_INDEX_PRICE,
    WIND_AND_SOLAR,
    WIND_AND_SOLAR_FORECAST,
    WIND_FORECAST,
)
from elexon_assets.datasets import SYSTEM_PRICE as SYSTEM_PRICES
from elexon_assets.simulator import capacities
from elexon_assets.simulator.answers import Source
from elexon_assets.simulator.day_ahead import DGWS
from elexon_assets.simulator.declared import DeclaredEndpoint
from elexon_assets.simulator.demand import DEMAND_OUTTURN
from elexon_assets.simulator.endpoints import Endpoint, Moment, market_endpoints
from elexon_assets.simulator.faults import parse_faults
from elexon_assets.simulator.forecasts import WINDFOR
from elexon_assets.simulator.fuels import FUEL_TYPES
from elexon_assets.simulator.handlers import (
    Write,
    capacities_handler,
    content_handler,
    rows_handler,
    write_dataset,
    write_per_type,
    write_stream,
)
from elexon_assets.simulator.market_recordings import MarketRecordings, read_market_recordings
from elexon_assets.simulator.parameters import Asked, published_asked, settlement_dates_asked, start_times_asked
from elexon_assets.simulator.price_rows import MID, SYSTEM_PRICE
from elexon_assets.simulator.problems import not_found
from elexon_assets.simulator.recordings import Recordings, read_recordings
from elexon_assets.simulator.registers.register_routes import register_routes
from elexon_assets.simulator.rows import AGWS, FUELHH, Dataset
from elexon_assets.simulator.service import PREFIX, Service

HEALTHY = {"entries": {"health": {"status": 2}}, "status": 2}
WITH_MODELS = (
    *(WIND_AND_SOLAR, GENERATION_BY_FUEL, INSTALLED_CAPACITY),
    *(WIND_FORECAST, WIND_AND_SOLAR_FORECAST, DEMAND, MARKET_INDEX_PRICE, SYSTEM_PRICES),
)
"The declarations whose rows follow a model; those of any other are made from it."
MODELS = (AGWS, FUELHH, WINDFOR, DGWS, DEMAND_OUTTURN, MID, SYSTEM_PRICE)


def create_app(
    *,
    seed: int = 0,
    latency_seconds: float = 0.0,
    faults: str = "",
    recordings: Path | None = None,
    now: Callable[[], datetime] | None = None,
    datasets: Sequence[Declaration] = DATASETS,
) -> Starlette:
    """Create the simulator.

    `now` decides what is already published. Raises ValueError for invalid faults or recordings.
    """
    recorded = Recordings() if recordings is None else read_recordings(recordings)
    market = MarketRecordings() if recordings is None else read_market_recordings(recordings)
    clock = now if now is not None else lambda: datetime.now(UTC)
    service = Service(Source(seed, recorded, market), latency_seconds, clock, parse_faults(faults))
    declared = [DeclaredEndpoint(dataset) for dataset in datasets if dataset not in WITH_MODELS]
    published = {dataset.name: dataset for dataset in (*MODELS, *(each.dataset for each in declared))}
    routes = [
        *(
            Route(each.declaration.path, rows_handler(service, each.dataset, _of_query(each.parse_query), each.write))
            for each in declared
        ),
        *_generation_routes(service),
        *(_market_route(service, each) for each in market_endpoints()),
        Route("/datasets/IGCA", capacities_handler(service, stream=False)),
        Route("/datasets/IGCA/stream", capacities_handler(service, stream=True)),
        Route(
            "/datasets/metadata/latest",
            content_handler(service, lambda: _latest_publications(service, published.values())),
        ),
        Route("/reference/fueltypes/all", content_handler(service, lambda: list(FUEL_TYPES))),
        Route("/health", content_handler(service, lambda: HEALTHY)),
    ]
    app = Starlette(
        routes=[Mount(PREFIX, routes=routes), *register_routes(service)], exception_handlers={404: not_found}
    )
    app.state.service = service
    app.state.requests = service.requests
    return app


def _generation_routes(service: Service) -> list[Route]:
    def route(path: str, dataset: Dataset, parse: Callable[[QueryParams], Asked], write: Write) -> Route:
        """Return the route of one endpoint of generation."""
        handler = rows_handler(service, dataset, _of_query(parse), write, stream=path.endswith("/stream"))
        return Route(path, handler)

    of_fuels = partial(settlement_dates_asked, FUELHH)
    return [
        route(WIND_AND_SOLAR.path, AGWS, start_times_asked, write_per_type),
        route("/datasets/AGWS", AGWS, partial(published_asked, AGWS, stream=False), write_dataset),
        route("/datasets/AGWS/stream", AGWS, partial(published_asked, AGWS, stream=True), write_stream),
        route("/datasets/FUELHH", FUELHH, partial(of_fuels, stream=False), write_dataset),
        route("/datasets/FUELHH/stream", FUELHH, partial(of_fuels, stream=True), write_stream),
    ]


def _market_route(service: Service, endpoint: Endpoint) -> Route:
    def parse(request: Request) -> Asked:
        """Parse the request at the moment at which it is answered."""
        return endpoint.parse(request, Moment(service.source.seed, service.now()))

    return Route(
        endpoint.path, rows_handler(service, endpoint.dataset, parse, endpoint.write, stream=endpoint.is_stream)
    )


def _of_query(parse: Callable[[QueryParams], Asked]) -> Callable[[Request], Asked]:
    return lambda request: parse(request.query_params)


def _latest_publications(service: Service, datasets: Iterable[Dataset]) -> dict[str, list[dict[str, str]]]:
    """Return the latest publication times of all datasets."""
    now = service.now()
    data = [
        {"dataset": dataset.name, "lastUpdated": dataset.last_updated(service.source.seed, now)} for dataset in datasets
    ]
    return {"data": [*data, {"dataset": capacities.NAME, "lastUpdated": capacities.last_published(now)}]}
