"""Lists of the pipeline's records as they are in the ledger now: one frame per kind, for pages and command line.

Belongs here: a row per record with its fields and its parts, and which rows contain a text. Not here: one record and
its parts (`records.py`), sums and charts of landed data (`pipeline.py`).
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipeline_assets.fields import fields_of
from pipeline_assets.names import name_key
from pipeline_assets.spreadsheets.portfolio_index import Portfolio
from pipeline_assets.tables import field_series
from pipeline_assets.vocabulary import ProjectRole

SEPARATORS = {"technologies": " + ", "effective_technologies": " + "}
"The separator between the items of a list column as text; a comma for any other."
_BY_NAME = pl.col("name").str.to_lowercase()


def project_list(portfolio: Portfolio, *, archived: bool = False) -> pl.DataFrame:
    """Return one row per project, ordered by name.

    Columns: id, every field of the model, capacity_mwp, technologies, the names of its facilities, counterparties and
    developers, and the position of the newest change of the project, its links and its facilities.
    """
    plants = (
        _plants(portfolio)
        .group_by("pipeline_id")
        .agg(
            pl.col("capacity_mwp").sum(),
            pl.col("technology").unique().sort().alias("technologies"),
            _unique_names().alias("facilities"),
            pl.max_horizontal("position", "link_position").max().alias("plants_position"),
        )
    )
    partners = _linked(portfolio, "pipeline_counterparties", "counterparty_id", "counterparties")
    companies = partners.group_by("pipeline_id").agg(
        _unique_names().alias("counterparties"),
        pl.col("name").filter(role=ProjectRole.DEVELOPER).unique().sort().alias("developers"),
        pl.col("link_position").max().alias("links_position"),
    )
    return _with_parts(records_frame(portfolio, "pipelines", archived=archived), "pipeline_id", plants, companies)


def counterparty_list(portfolio: Portfolio, *, archived: bool = False) -> pl.DataFrame:
    """Return one row per counterparty, ordered by name.

    Columns: id, every field of the model, roles in live projects, the names of those projects, project_count and
    capacity_mwp of them, contacts (name and role), and the position of the newest change of the counterparty, its
    contacts and their links.
    """
    capacities = _plants(portfolio).group_by("pipeline_id").agg(pl.col("capacity_mwp").sum())
    shared = _linked(portfolio, "pipeline_counterparties", "pipeline_id", "pipelines", with_archived=False).join(
        capacities, on="pipeline_id", how="left"
    )
    projects = shared.group_by("counterparty_id").agg(
        pl.col("role").unique().sort().alias("roles"),
        pl.col("name").unique().sort().alias("projects"),
        pl.col("pipeline_id").n_unique().cast(pl.Int64).alias("project_count"),
        pl.col("capacity_mwp").filter(pl.col("pipeline_id").is_first_distinct()).sum(),
    )
    people = _linked(portfolio, "counterparty_contacts", "contact_id", "contacts").sort(_BY_NAME, maintain_order=True)
    contacts = people.group_by("counterparty_id").agg(
        pl.struct("name", "role").alias("contacts"),
        pl.max_horizontal("position", "link_position").max().alias("contacts_position"),
    )
    return _with_parts(
        records_frame(portfolio, "counterparties", archived=archived), "counterparty_id", projects, contacts
    )


def information_point_list(portfolio: Portfolio, *, archived: bool = False) -> pl.DataFrame:
    """Return one row per information point, the highest rating first.

    Columns: id, every field of the model, the name of its project, its rating, effective_market and
    effective_technologies (its own, or else those of its project), counterparties, and the position of the newest
    change of the information point and its links.
    """
    points = records_frame(portfolio, "information_points", archived=archived)
    plants = _plants(portfolio).group_by("pipeline_id").agg(pl.col("technology").unique().sort().alias("of_plants"))
    projects = _all_records(portfolio, "pipelines").select(
        pl.col("id").alias("pipeline_id"), pl.col("name").alias("project"), pl.col("market").alias("of_project")
    )
    about = _linked(portfolio, "information_point_counterparties", "counterparty_id", "counterparties")
    companies = about.group_by("information_point_id").agg(
        _unique_names().alias("counterparties"), pl.col("link_position").max().alias("links_position")
    )
    scoped = (
        points.join(projects, on="pipeline_id", how="left", maintain_order="left")
        .join(plants, on="pipeline_id", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("project", "pipeline_id").alias("project"),
            (pl.col("impact") * pl.col("likelihood")).alias("rating"),
            pl.coalesce("market", "of_project").alias("effective_market"),
            pl.when(pl.col("technology").is_not_null())
            .then(pl.concat_list("technology"))
            .otherwise(pl.col("of_plants").fill_null(pl.lit([], dtype=pl.List(pl.String))))
            .alias("effective_technologies"),
        )
        .drop("of_project", "of_plants")
    )
    rows = _with_parts(scoped, "information_point_id", companies)
    return rows.sort("rating", descending=True, maintain_order=True)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with each list as one text, for tables and files; of contacts only the names."""
    texts = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.List):
            items = pl.col(name)
            if isinstance(dtype.inner, pl.Struct):
                items = items.list.eval(pl.element().struct.field("name").unique(maintain_order=True))
            texts.append(items.list.join(SEPARATORS.get(name, ", ")))
    return frame.with_columns(texts)


def rows_with_words(frame: pl.DataFrame, words: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Return the rows that match one of the words in each of these columns; a column without words filters nothing."""
    for name, wanted in words.items():
        if not wanted:
            continue
        if isinstance(frame.schema[name], pl.List):
            has_word = pl.col(name).list.set_intersection(list(wanted)).list.len() > 0
        else:
            has_word = pl.col(name).is_in(list(wanted))
        frame = frame.filter(has_word)
    return frame


def rows_with_text(frame: pl.DataFrame, text: str) -> pl.DataFrame:
    """Return the rows that contain every word anywhere, in any spelling."""
    words = name_key(text).split()
    if not words or frame.is_empty():
        return frame
    written = as_text(frame)
    texts = [pl.col(name).fill_null("") for name, dtype in written.schema.items() if dtype == pl.String]
    joined = written.select(pl.concat_str(texts, separator="\n")).to_series()
    keys = pl.Series([name_key(row) for row in joined], dtype=pl.String)
    return frame.filter(pl.all_horizontal([keys.str.contains(word, literal=True) for word in words]))


def _unique_names() -> pl.Expr:
    return pl.col("name").sort_by(_BY_NAME, maintain_order=True).unique(maintain_order=True)


def records_frame(portfolio: Portfolio, kind: str, *, archived: bool) -> pl.DataFrame:
    """Return the records of a kind with their fields and positions, ordered by name."""
    records = portfolio.of_kind(kind, archived=archived)
    return pl.DataFrame(
        [
            pl.Series("id", [record.id for record in records], pl.String),
            *(field_series(field, [record.fields[field.name] for record in records]) for field in fields_of(kind)),
            pl.Series("position", [record.position for record in records], pl.Int64),
        ]
    )


def _all_records(portfolio: Portfolio, kind: str) -> pl.DataFrame:
    return pl.concat([records_frame(portfolio, kind, archived=archived) for archived in (False, True)])


def _linked(portfolio: Portfolio, link_kind: str, field: str, kind: str, *, with_archived: bool = True) -> pl.DataFrame:
    """Return the live links of a kind with the fields of the records that `field` names; `link_position` is theirs."""
    links = records_frame(portfolio, link_kind, archived=False).drop("id").rename({"position": "link_position"})
    records = _all_records(portfolio, kind) if with_archived else records_frame(portfolio, kind, archived=False)
    return links.sort("link_position").join(
        records, left_on=field, right_on="id", how="inner", suffix="_of_record", maintain_order="left"
    )


def _plants(portfolio: Portfolio) -> pl.DataFrame:
    return _linked(portfolio, "pipeline_facilities", "facility_id", "facilities")


def _with_parts(records: pl.DataFrame, key: str, *parts: pl.DataFrame) -> pl.DataFrame:
    """Return the records with the columns of their parts: empty lists and zeros for records without parts.

    `key` is the column of the parts that names the record. Columns that end in "_position" go into `position`.
    """
    frame, positions = records, ["position"]
    for part in parts:
        added = {name: dtype for name, dtype in part.schema.items() if name != key}
        positions += [name for name in added if name.endswith("_position")]
        frame = frame.join(part, left_on="id", right_on=key, how="left", maintain_order="left").with_columns(
            pl.col(name).fill_null(pl.lit([], dtype=dtype) if dtype.is_nested() else 0) for name, dtype in added.items()
        )
    newest = pl.max_horizontal(positions).alias("position")
    return frame.select(*(name for name in frame.columns if name not in positions), newest)
