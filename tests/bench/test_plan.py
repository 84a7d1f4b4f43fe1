from __future__ import annotations

from bench.context import arms_of, describe_schemes, wanted_schemes
from bench.plan import EXPERIMENTS
from bench.plans import FULL, PLANS, SMOKE, STANDARD
from demo.auth import Settings
from demo.schemes import names


def test_every_plan_fits_its_time() -> None:
    """A smoke run, a standard one and a full one, each with its own schemes, by forecast."""
    assert SMOKE.forecast_s(len(SMOKE.schemes)) < 80
    assert STANDARD.forecast_s(len(STANDARD.schemes)) < 10 * 60
    assert FULL.forecast_s(len(names())) < 90 * 60


def test_a_plan_names_schemes_that_there_are() -> None:
    for plan in PLANS.values():
        assert set(plan.schemes) - {"all", "rivals"} <= set(names()), plan.name
        assert {*plan.again, *plan.scale_schemes} <= set(names()), plan.name


def test_a_scheme_that_is_measured_twice_is_two_arms() -> None:
    """What two equal arms differ by is noise: of control, and of a scheme that asks a store."""
    schemes = describe_schemes(wanted_schemes(["session-cookie-memory"]), Settings())
    arms = arms_of(schemes, ["session-cookie-memory"])
    assert [(arm.name, arm.scheme) for arm in arms if arm.name != arm.scheme] == [
        ("control-again", "control"),
        ("session-cookie-memory-again", "session-cookie-memory"),
    ]


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
