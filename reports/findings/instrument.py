"""Whether the instrument found a truth that was put in."""

from __future__ import annotations

from collections.abc import Iterator

from ..results import Results
from ..wording import measured, quantity
from .sentence import Finding


def instrument(results: Results) -> Iterator[Finding]:
    found = results.find("recovered_delay_us", layer="span")
    noise = results.noise_us("span")
    if found is None or noise is None:
        return
    injected = results.find("injected_delay_us", found.scheme, layer="span")
    assert injected is not None
    yield Finding(
        "Instrument",
        f"The instrument was checked in the same run: a known delay of {quantity(injected)} was "
        f"measured as {measured(found)}, and no difference under twice the noise floor of "
        f"{quantity(noise)} is claimed.",
        (found, injected, noise),
        "trust",
    )
