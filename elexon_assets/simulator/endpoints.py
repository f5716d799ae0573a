"""The endpoints of forecasts, demand and prices: their parameters, and their rows as Elexon's records.

Belongs here: one `Endpoint` for each path. Not here: values, routing, and the datasets whose texts are written for
speed (`serialization.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from starlette.datastructures import QueryParams
from starlette.requests import Request

from elexon_assets.dataset_model import BETWEEN_DIMENSIONS
from elexon_assets.datasets import DEMAND, MARKET_INDEX_PRICE
from elexon_assets.datasets import SYSTEM_PRICE as SYSTEM_PRICES
from elexon_assets.simulator import price_rows
from elexon_assets.simulator.answers import Answer
from elexon_assets.simulator.day_ahead import DGWS, DGWS_BY_START, PROCESSES
from elexon_assets.simulator.demand import DEMAND_OUTTURN, INDO, INDO_FIELD, ITSDO, ITSDO_FIELD
from elexon_assets.simulator.forecasts import WINDFOR, newest_issue_time
from elexon_assets.simulator.formats import as_text
from elexon_assets.simulator.half_hours import index_of, settlement_labels, text_of
from elexon_assets.simulator.parameters import (
    Asked,
    Query,
    Refused,
    one_settlement_date_asked,
    published_asked,
    settlement_dates_asked,
    start_times_asked,
)
from elexon_assets.simulator.price_rows import BUY, MID, SELL, SYSTEM_PRICE
from elexon_assets.simulator.rows import PSR_TYPES, Dataset, Row

DEMAND_CAP_DAYS = 28
"The most settlement dates of one request."
PUBLISH, START = "publishTime", "startTime"
LABELS = ("settlementDate", "settlementPeriod")
DOCUMENT = ("documentId", "documentRevisionNumber")
MID_FIELDS = (START, "dataProvider", *LABELS, "price", "volume")
SYSTEM_PRICE_FIELDS = (
    *(*LABELS, START, "createdDateTime", SELL, BUY, "bsadDefaulted", "priceDerivationCode", "reserveScarcityPrice"),
    *("netImbalanceVolume", "sellPriceAdjustment", "buyPriceAdjustment", "replacementPrice"),
    *("replacementPriceReferenceVolume", "totalAcceptedOfferVolume", "totalAcceptedBidVolume"),
    *("totalAdjustmentSellVolume", "totalAdjustmentBuyVolume", "totalSystemTaggedAcceptedOfferVolume"),
    *("totalSystemTaggedAcceptedBidVolume", "totalSystemTaggedAdjustmentSellVolume"),
    "totalSystemTaggedAdjustmentBuyVolume",
)


ROW_FIELDS = {
    PUBLISH: Row._fields.index("publish_time"),
    "createdDateTime": Row._fields.index("publish_time"),
    START: Row._fields.index("start_time"),
    "settlementDate": Row._fields.index("settlement_date"),
    "settlementPeriod": Row._fields.index("settlement_period"),
    "documentId": Row._fields.index("document_id"),
    "documentRevisionNumber": Row._fields.index("revision"),
}
"The positions in a row of what several endpoints publish."


class Shape(NamedTuple):
    """The names of a record, and the function that picks their values."""

    names: list[str]
    pick: Callable[[tuple[object, ...]], tuple[object, ...]]


@dataclass(frozen=True)
class Moment:
    """What a request is answered by, beside its parameters."""

    seed: int
    now: datetime


@dataclass(frozen=True)
class Endpoint:
    """One endpoint; `fields` are the names of a record in order, `values` those that hold the row's value."""

    path: str
    dataset: Dataset
    parse: Callable[[Request, Moment], Asked]
    fields: tuple[str, ...]
    values: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    "The fields that the parts of a row's series are in."
    sources: tuple[str, ...] = ()
    "The datasets that the metadata of the answer names; an answer without any has no metadata."
    is_stream: bool = False

    def write(self, _dataset: Dataset, answer: Answer, media_type: str) -> str:
        """Return the rows as text of the media type."""
        records = self._records(answer)
        has_nan = any(row.mw != row.mw for row in answer.rows)
        if self.is_stream:
            return as_text(records, media_type, has_nan=has_nan)
        metadata = {"metadata": {"datasets": list(self.sources)}} if self.sources else {}
        return as_text({**metadata, "data": records}, media_type, has_nan=has_nan)

    def _records(self, answer: Answer) -> list[dict[str, object]]:
        """Return each row as Elexon's record. Where its fields are is found once for all rows of the same shape."""
        shapes: dict[tuple[object, ...], Shape] = {}
        records: list[dict[str, object]] = []
        for row in answer.rows:
            parts = row.series.split(BETWEEN_DIMENSIONS)[: len(self.dimensions)]
            key = (*row.fields, len(parts), bool(row.document_id))
            shape = shapes.get(key)
            if shape is None:
                shape = shapes[key] = self._shape(row, len(parts), without_value=answer.without_value)
            values = shape.pick((*row, self.dataset.name, *parts, *row.fields.values()))
            records.append(dict(zip(shape.names, values, strict=True)))
        return records

    def _shape(self, row: Row, parts: int, *, without_value: bool) -> Shape:
        """Return the names of the row's record, and how they are picked from (*row, dataset, *parts, *fields)."""
        positions = {name: len(row) + 1 + parts + n for n, name in enumerate(row.fields)}
        positions |= ROW_FIELDS | {"dataset": len(row)}
        positions |= {name: len(row) + 1 + n for n, name in enumerate(self.dimensions[:parts])}
        positions |= dict.fromkeys(self.values, Row._fields.index("mw"))
        left_out = {*(self.values if without_value else ()), *(() if row.document_id else DOCUMENT)}
        names = [name for name in self.fields if name in positions and name not in left_out]
        return Shape(names, itemgetter(*(positions[name] for name in names)))


def market_endpoints() -> list[Endpoint]:
    """Return all endpoints of this module. A stream has the rows of its endpoint, and no cap."""
    windfor = Endpoint(
        "/datasets/WINDFOR", WINDFOR, _windfor_asked, ("dataset", PUBLISH, START, "generation"), ("generation",)
    )
    forecast_fields = (PUBLISH, "processType", "businessType", "psrType", "quantity", START, *LABELS)
    dgws = Endpoint(
        "/datasets/DGWS",
        DGWS,
        lambda request, _: published_asked(DGWS, request.query_params, stream=_is_stream(request)),
        ("dataset", *DOCUMENT, *forecast_fields),
        ("quantity",),
        ("psrType", "processType"),
    )
    mid = Endpoint("/datasets/MID", MID, _market_index_asked, ("dataset", *MID_FIELDS), ("price",), ("dataProvider",))
    outturn = Endpoint(
        DEMAND.path,
        DEMAND_OUTTURN,
        _demand_asked,
        (PUBLISH, START, *LABELS, INDO_FIELD, ITSDO_FIELD),
        (INDO_FIELD,),
        sources=("INDO", "ITSDO"),
    )
    with_stream = (windfor, dgws, mid, outturn)
    return [
        *with_stream,
        *(replace(each, path=f"{each.path}/stream", is_stream=True) for each in with_stream),
        Endpoint(
            "/forecast/generation/wind-and-solar/day-ahead",
            DGWS_BY_START,
            lambda request, _: _day_ahead_asked(request.query_params),
            forecast_fields,
            ("quantity",),
            ("psrType", "processType"),
            sources=("DGWS",),
        ),
        Endpoint(
            MARKET_INDEX_PRICE.path,
            MID,
            _market_index_asked,
            MID_FIELDS,
            ("price",),
            ("dataProvider",),
            sources=("MID",),
        ),
        Endpoint(
            SYSTEM_PRICES.path,
            SYSTEM_PRICE,
            lambda request, _: one_settlement_date_asked(request.path_params["settlementDate"], request.query_params),
            SYSTEM_PRICE_FIELDS,
            (SELL, BUY),
            sources=("DISEBSP",),
        ),
        *(
            Endpoint(
                f"/datasets/{dataset.name}",
                dataset,
                _newest_or_published(dataset),
                ("dataset", PUBLISH, START, *LABELS, "demand"),
                ("demand",),
            )
            for dataset in (INDO, ITSDO)
        ),
    ]


def _windfor_asked(request: Request, moment: Moment) -> Asked:
    """Parse the publish times. Without any, the newest issue is asked for. Raises Refused."""
    query = Query(request.query_params)
    if query.has("publishDateTimeFrom") or query.has("publishDateTimeTo"):
        return published_asked(WINDFOR, request.query_params, stream=_is_stream(request))
    query.check_format(stream=_is_stream(request))
    query.refuse_if_wrong()
    newest = newest_issue_time(moment.seed, moment.now)
    return Asked(index_of(newest), index_of(newest), published=(text_of(newest), text_of(newest)))


def _newest_or_published(dataset: Dataset) -> Callable[[Request, Moment], Asked]:
    def parse(request: Request, moment: Moment) -> Asked:
        """Parse the publish times. Without any, the newest half-hour is asked for. Raises Refused."""
        query = Query(request.query_params)
        if query.has("publishDateTimeFrom") or query.has("publishDateTimeTo"):
            return published_asked(dataset, request.query_params, stream=False)
        query.check_format(stream=False)
        query.refuse_if_wrong()
        newest = dataset.last_published(moment.now)
        return Asked(newest, newest)

    return parse


def _demand_asked(request: Request, moment: Moment) -> Asked:
    """Parse the settlement dates. Without any, the date of the newest half-hour is asked for. Raises Refused."""
    query = Query(request.query_params)
    stream = _is_stream(request)
    if query.has("settlementDateFrom") or query.has("settlementDateTo"):
        names = ("settlementDateFrom", "settlementDateTo", "settlementPeriod", "format")
        known = [(key, value) for key, value in request.query_params.multi_items() if key in names]
        return settlement_dates_asked(DEMAND_OUTTURN, QueryParams(known), stream=stream, cap_days=DEMAND_CAP_DAYS)
    newest = DEMAND_OUTTURN.last_published(moment.now)
    [day], _ = settlement_labels(newest, newest)
    return one_settlement_date_asked(day, request.query_params)


def _market_index_asked(request: Request, _moment: Moment) -> Asked:
    """Parse the start times and the providers. Raises Refused."""
    asked = start_times_asked(request.query_params, cap_days=36_500 if _is_stream(request) else 7)
    providers = frozenset(name.upper() for name in Query(request.query_params).all("dataProviders"))
    return replace(asked, series=providers & {*price_rows.PROVIDERS} or providers)


def _day_ahead_asked(values: QueryParams) -> Asked:
    """Parse the start times and the process, whose words are lower case here and not in the data. Raises Refused."""
    query = Query(values)
    words = {process.lower(): [process] for process in PROCESSES} | {"all": list(PROCESSES)}
    asked_words = query.all("processType")
    if not asked_words:
        query.complain_missing("processType")
    elif asked_words[0] not in words:
        query.complain("processType", f"The value '{asked_words[0]}' is not valid for ProcessType.")
    try:
        asked = start_times_asked(values)
    except Refused as refused:
        raise Refused({**query.errors, **refused.errors}) from None
    query.refuse_if_wrong()
    series = {f"{psr_type}{BETWEEN_DIMENSIONS}{process}" for psr_type in PSR_TYPES for process in words[asked_words[0]]}
    return replace(asked, series=frozenset(series))


def _is_stream(request: Request) -> bool:
    return request.url.path.endswith("/stream")
