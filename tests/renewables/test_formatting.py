"""Tests of numbers as people read them: three significant digits, the unit that fits, nothing rounded to complete."""

import pytest

from renewables.formatting import energy, percent, power


@pytest.mark.parametrize(
    ("mw", "text"),
    [
        *((None, "–"), (0.0, "0 MW"), (40.4, "40 MW"), (999.4, "999 MW"), (999.6, "1.00 GW")),  # noqa: RUF001 (the dash is intended)
        *(
            (5_258.0, "5.26 GW"),
            (9_994.0, "9.99 GW"),
            (9_996.0, "10.0 GW"),
            (15_195.0, "15.2 GW"),
            (-1_500.0, "-1.50 GW"),
        ),
        (123_456.0, "123 GW"),
    ],
)
def test_a_power_is_in_the_unit_that_leaves_three_digits(mw: float | None, text: str) -> None:
    assert power(mw) == text


@pytest.mark.parametrize(
    ("mwh", "text"),
    [
        *((None, "–"), (0.0, "0.00 GWh"), (12_700.0, "12.7 GWh"), (411_000.0, "411 GWh"), (999_400.0, "999 GWh")),  # noqa: RUF001 (the dash is intended)
        *(
            (999_600.0, "1.00 TWh"),
            (2_908_000.0, "2.91 TWh"),
            (236_486_332.0, "236 TWh"),
            (1_234_567_890.0, "1,235 TWh"),
        ),
    ],
)
def test_an_energy_is_in_the_unit_that_leaves_three_digits(mwh: float | None, text: str) -> None:
    assert energy(mwh) == text


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100 %"), (0.99999, "99.99 %"), (0.955, "95.5 %"), (0.0, "0 %"), (0.4212, "42.12 %")]
)
def test_a_share_has_no_empty_decimals_and_is_100_percent_only_if_nothing_is_missing(share: float, text: str) -> None:
    assert percent(share) == text
