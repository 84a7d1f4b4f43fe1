"""`start`: open a lab's shop for a browser, on this machine alone, and close it after a time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from ..shop.accounts import ATTACKER
from ..shop.serving import Shop
from .catalogue import Lab
from .folder import Folder
from .loading import BrokenPolicy, load, module_from

DEFAULT_PORT = 8400


def start(
    folder: Folder, lab: Lab, which: str, port: int, minutes: float, say: Callable[[str], None]
) -> None:
    """Serve until the time is over or Ctrl-C comes; BrokenPolicy if there is nothing to serve."""
    module = module_from(lab.file("attack.py"))
    if not hasattr(module, "open_shop"):
        raise BrokenPolicy(f"lab {lab.number} has no shop to open: it is about measurements")
    path = folder.policy(lab) if which == "mine" else lab.file(which, "policy.py")
    try:
        shop: Shop = module.open_shop(load(path), port=port, clock=time.time)
    except (OSError, SystemExit) as exc:
        raise BrokenPolicy(
            f"port {port} is taken: WORKSHOP_PORT=8401 python -m workshop start {lab.number}"
        ) from exc
    with shop:
        for line in _about(lab, shop, minutes):
            say(line)
        stopped = threading.Event()
        try:
            stopped.wait(minutes * 60)
            say(f"Stopped after {minutes:g} minutes.")
        except KeyboardInterrupt:
            say("Stopped.")


def _about(lab: Lab, shop: Shop, minutes: float) -> list[str]:
    marker = shop.policy.marker
    what = f"UNSAFE ON PURPOSE ({marker})" if marker else "defended"
    lines = [
        f"Lab {lab.number}, {what}. For this machine alone; it stops after {minutes:g} minutes.",
        f"The shop:     http://shop.localhost:{shop.port}/",
        f"The attacker: http://evil.localhost:{shop.port}/",
        f"    and also  http://evil.shop.localhost:{shop.port}/",
        "Users, made for this start:",
    ]
    lines += [f"  {name} {password}" for name, password in shop.accounts.passwords.items()]
    return [*lines, f"({ATTACKER} is the attacker.) Ctrl-C stops it."]
