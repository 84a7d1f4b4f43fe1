"""An independent generator is asked, and what it says stands beside ours."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from bench.driving.crosscheck import Agreement, cross_check
from bench.processes.children import BenchError
from bench.processes.placement import Placement
from bench.services import Services
from tests.needed import needed


def test_both_see_every_request(services: Services) -> None:
    """At one rate, against one server; how far they agree is measured on a quiet machine."""
    needed(shutil.which("h2load"), "h2load", "apt-get install nghttp2-client")
    agreement = cross_check(services, Placement(), turn_s=0.5, turns=1)
    assert len(agreement.ours_ms) == len(agreement.h2load_ms) == 40
    figures = agreement.figures()
    names = ("ours_ms_p50", "ours_ms_mean", "h2load_ms_p50", "h2load_ms_mean")
    assert set(figures) == {"rate", *names}
    assert all(0.05 < figures[name] < 500 for name in names)


def test_without_h2load_the_remedy_is_named(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BenchError, match="nghttp2-client"):
        cross_check(services, Placement())


def test_how_far_they_disagree_is_said_in_words() -> None:
    agreement = Agreement(400.0, np.array([0.33, 0.35, 0.37]), np.array([0.31, 0.32, 0.33]))
    assert "0.350 ms and h2load 0.320 ms at the median: +30 us, +9.4 %" in agreement.sentence()
