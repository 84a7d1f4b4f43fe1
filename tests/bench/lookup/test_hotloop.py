from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from bench.lookup.counting import count_calls
from bench.lookup.hotbench import HIT_RATES
from bench.lookup.hotloop import HotJob, HotResult, measure
from bench.services import Services
from demo.auth import Settings

SCHEMES = {
    "session-cookie-memory": (1.0, 0.0, 0.0),
    "session-cookie-sqlite": (1.0, 0.0, 0.0),
    "session-cookie-redis": (1.0, 0.0, 0.0),
    "token-bearer-hs256-expiry": (0.0, 0.0, 1.0),
    "token-bearer-es256-expiry": (0.0, 0.0, 1.0),
    "token-bearer-rs256-expiry": (0.0, 0.0, 1.0),
    "token-bearer-ps256-expiry": (0.0, 0.0, 1.0),
    "token-bearer-eddsa-expiry": (0.0, 0.0, 1.0),
    "token-bearer-hs256-denylist-redis": (1.0, 0.0, 1.0),
    "token-bearer-hs256-denylist-sqlite": (1.0, 0.0, 1.0),
    "token-bearer-hs256-generation-redis": (1.0, 0.0, 1.0),
    "token-bearer-hs256-snapshot-redis": (0.0, 0.0, 1.0),
    "token-bearer-hs256-filter-redis": (0.0, 0.0, 1.0),
    "token-bearer-hs256-statuslist-redis": (0.0, 0.0, 1.0),
    "session-cookie-redis-cached": (0.0, 0.0, 0.0),
    "session-cookie-postgres": (1.0, 0.0, 0.0),
    "token-bearer-hs256-denylist-postgres": (1.0, 0.0, 1.0),
}

ASKABLE = ("redis", "postgres", "cached")


def _job(services: Services, scheme: str, folder: Path, urls: Sequence[str] = ()) -> HotJob:
    return HotJob(
        scheme=scheme,
        store_urls=[*services.store_urls, *urls],
        keys_file=str(services.keys_file),
        pool=150,
        calls=100,
        seed=[1, 2],
        result=str(folder / scheme),
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_kind_of_scheme_is_timed_beside_its_floor(
    services: Services, postgres_url: str, tmp_path: Path, scheme: str
) -> None:
    """Counts are exact, and there is a time of each for each; what they are is for a bench."""
    result, arrays = measure(_job(services, scheme, tmp_path, [postgres_url]))
    names = ("store_reads", "store_writes", "signature_checks")
    assert tuple(result.figures[name] for name in names) == SCHEMES[scheme]
    assert result.correct
    assert result.population == 150
    assert len(arrays["verify_ns"]) == len(arrays["floor_ns"]) == 100
    assert min(arrays["floor_ns"].min(), arrays["verify_ns"].min()) > 0


@pytest.mark.parametrize("scheme", [each for each in SCHEMES if each.endswith(ASKABLE)])
def test_the_server_counts_what_the_scheme_counts(
    services: Services, postgres_url: str, tmp_path: Path, scheme: str
) -> None:
    """One call where a store is asked, and none where the node knows or trusts."""
    urls = " ".join([*services.store_urls, postgres_url])
    seen = count_calls(scheme, Settings(store_url=urls, keys_file=tmp_path / "keys.json"))
    assert seen["server_calls"] == seen["store_reads"] == SCHEMES[scheme][0]


@pytest.mark.parametrize("hit_rate", HIT_RATES)
def test_a_cache_is_measured_at_the_hit_rate_that_is_stated(
    services: Services, tmp_path: Path, hit_rate: float
) -> None:
    """What misses asks the store, or checks a signature; the timed loop itself counts it."""
    for scheme, what in (
        ("session-cookie-redis-cached", "store_reads"),
        ("token-bearer-es256-expiry-cached", "signature_checks"),
    ):
        job = replace(_job(services, scheme, tmp_path), hit_rate=hit_rate, pool=250)
        result, arrays = measure(job)
        assert result.figures[what] == pytest.approx(1 - hit_rate, abs=0.011)
        assert len(arrays["verify_ns"]) == 100
        assert result.correct


def test_a_block_is_a_process_of_its_own(services: Services, tmp_path: Path) -> None:
    jobs = [_job(services, scheme, tmp_path) for scheme in list(SCHEMES)[:2]]
    path = tmp_path / "jobs"
    path.write_bytes(msgspec.json.encode(jobs))
    subprocess.run([sys.executable, "-m", "bench.lookup.hotloop", path], check=True, timeout=60)
    for job in jobs:
        result = msgspec.json.decode(Path(f"{job.result}.json").read_bytes(), type=HotResult)
        assert result.correct
        with np.load(f"{job.result}.npz") as archive:
            assert set(archive.files) == {"verify_ns", "floor_ns"}


def test_a_scheme_that_cannot_be_measured_is_named(services: Services, tmp_path: Path) -> None:
    path = tmp_path / "jobs"
    path.write_bytes(msgspec.json.encode([_job(services, "control", tmp_path)]))
    done = subprocess.run(
        [sys.executable, "-m", "bench.lookup.hotloop", path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("control could not be measured: control has no mechanism")
