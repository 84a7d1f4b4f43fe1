from __future__ import annotations

from bench.plan import EXPERIMENTS, PLANS, SMOKE, STANDARD


def test_every_plan_fits_its_time() -> None:
    """A smoke run ends within 75 seconds and a standard one within nine minutes, by forecast."""
    schemes = 10
    assert SMOKE.forecast_s(schemes) < 75
    assert STANDARD.forecast_s(schemes) < 9 * 60


def test_the_forecast_is_the_sum_of_its_experiments() -> None:
    parts = SMOKE.forecasts_s(10)
    assert set(EXPERIMENTS) == set(parts)
    whole, none = SMOKE.forecast_s(10), SMOKE.forecast_s(10, ())
    assert abs(whole - none - sum(parts.values())) < 1e-9


def test_an_experiment_left_out_takes_no_time() -> None:
    assert list(SMOKE.forecasts_s(10, ["payload"])) == ["payload"]
    assert SMOKE.forecast_s(10, ["payload"]) < SMOKE.forecast_s(10)


def test_more_schemes_take_more_time() -> None:
    for plan in PLANS.values():
        assert plan.forecast_s(4) < plan.forecast_s(8)
