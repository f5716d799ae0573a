"""Tests of FUELHH: settlement dates, the labels before 14 July 2022, filters, and wind that agrees with AGWS."""

from collections import Counter

from tests.elexon_assets.simulator.conftest import Elexon, start_times

INTERCONNECTORS = ("INTELEC", "INTEW", "INTFR", "INTGRNL", "INTIFA2", "INTIRL", "INTNED", "INTNEM", "INTNSL", "INTVKL")
PLANTS = ("BIOMASS", "CCGT", "COAL", "NPSHYD", "NUCLEAR", "OCGT", "OIL", "OTHER", "PS", "WIND")


def test_both_ends_of_the_requested_settlement_dates_are_included(elexon: Elexon) -> None:
    rows = elexon.fuelhh("2024-06-01", "2024-06-02")
    times = start_times(rows)
    assert times[0] == "2024-06-02T22:30:00Z"
    assert times[-1] == "2024-05-31T23:00:00Z"
    assert len(times) == 96


def test_every_half_hour_has_the_twenty_fuel_types_as_whole_numbers(elexon: Elexon) -> None:
    rows = elexon.fuelhh("2024-10-27", "2024-10-27")
    assert Counter(row["fuelType"] for row in rows) == dict.fromkeys([*PLANTS, *INTERCONNECTORS], 50)
    assert all(isinstance(row["generation"], int) for row in rows)


def test_publish_time_is_the_end_of_the_period(elexon: Elexon) -> None:
    rows = elexon.get(
        "/datasets/FUELHH", publishDateTimeFrom="2024-01-08T05:00Z", publishDateTimeTo="2024-01-08T06:00Z"
    ).json()["data"]
    assert [(row["publishTime"], row["startTime"]) for row in rows[::20]] == [
        ("2024-01-08T06:00:00Z", "2024-01-08T05:30:00Z"),
        ("2024-01-08T05:30:00Z", "2024-01-08T05:00:00Z"),
        ("2024-01-08T05:00:00Z", "2024-01-08T04:30:00Z"),
    ]


def test_filters_may_be_repeated(elexon: Elexon) -> None:
    rows = elexon.fuelhh("2024-01-08", "2024-01-09", fuelType=["WIND", "CCGT"], settlementPeriod=["3", "4"])
    assert Counter((row["fuelType"], row["settlementPeriod"]) for row in rows) == {
        (fuel_type, period): 2 for fuel_type in ("WIND", "CCGT") for period in (3, 4)
    }


def test_until_july_2022_the_last_period_mostly_carries_the_next_settlement_date(elexon: Elexon) -> None:
    rows = elexon.fuelhh("2021-01-12", "2021-01-18", fuelType="WIND")
    strangers = [row for row in rows if str(row["startTime"]) < "2021-01-12T00:00:00Z"]
    assert [(row["startTime"], row["settlementDate"], row["settlementPeriod"]) for row in strangers] == [
        ("2021-01-11T23:30:00Z", "2021-01-12", 48)
    ]
    assert all("2021-01-12" <= str(row["settlementDate"]) <= "2021-01-18" for row in rows)
    year = [
        row
        for start in range(1, 29, 7)
        for row in elexon.fuelhh(f"2022-02-{start:02d}", f"2022-02-{start + 6:02d}", fuelType="WIND")
        if str(row["startTime"]).endswith("23:30:00Z")
    ]
    slipped = sum(str(row["startTime"])[:10] != row["settlementDate"] for row in year)
    assert 20 <= slipped <= 28


def test_from_july_2022_on_labels_are_correct(elexon: Elexon) -> None:
    rows = elexon.fuelhh("2022-07-14", "2022-07-16", fuelType="WIND")
    own = [row for row in rows if str(row["startTime"]) >= "2022-07-13T23:00:00Z"]
    assert len(own) == 144
    assert [row["settlementPeriod"] for row in own[:48]] == list(range(48, 0, -1))


def test_transmission_metered_wind_is_wind_less_most_of_the_embedded_share(elexon: Elexon) -> None:
    metered = {
        row["startTime"]: row["generation"] for row in elexon.fuelhh("2024-01-08", "2024-01-13", fuelType="WIND")
    }
    wind: dict[object, dict[object, float]] = {}
    for row in elexon.wind_and_solar("2024-01-08T00:00Z", "2024-01-13T23:30Z"):
        wind.setdefault(row["startTime"], {})[row["psrType"]] = float(str(row["quantity"]))
    assert metered.keys() == wind.keys()
    for start, of_type in wind.items():
        missing = 0.83 * 0.5 * of_type["Wind Onshore"]
        assert abs(of_type["Wind Onshore"] + of_type["Wind Offshore"] - missing - float(str(metered[start]))) <= 0.51
