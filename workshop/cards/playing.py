"""Run one attack on one shop, in a process of its own, which a loop without an end cannot hold up.

`python -m workshop.cards.playing CARD DEFENCE [POLICY]` writes what came of it as JSON.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from demo.children import child_environment

from ..attacks import ATTACKS
from ..attacks.shops import defended, session_target, token_target
from ..attacks.target import Outcome, Result
from ..naive import POLICIES
from ..runner.attacking import run_attack
from ..runner.judge import LIMIT_S
from ..runner.loading import BrokenPolicy
from ..shop.policy import SECURE, Policy
from ..shop.serving import opened
from ..shop.sight import short
from .deck import Card, Defence, find_card
from .victim import Scene, scenes

MOST_STEPS = 12
DECIDED_BY_TOKENS = ("verify", "log_out", "accepts", "refresh", "role_of", "sign_with", "secret")
"""What a policy says about tokens; whatever else it says is about the shop under sessions."""


class Played(msgspec.Struct, frozen=True, tag=True):
    """What came of one attack on one shop."""

    result: Result
    text: str
    steps: Sequence[str]
    scenes: Sequence[Scene]

    @property
    def worked(self) -> bool:
        """Whether the attacker has what she came for, if only for a while."""
        return self.result in ("works", "limited")


class Broken(msgspec.Struct, frozen=True, tag=True):
    """Why there is no outcome."""

    why: str


def play(card: Card, defence: Defence, path: Path | None) -> Played:
    """Attack in this process; BrokenPolicy with what the policy in *path* stumbled over."""
    with (
        opened() as shops,
        open(os.devnull, "w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
    ):
        outcome = run_attack(card.lab, path) if path else _run_named(card, defence)
    steps = [short(step, 300) for step in outcome.story[:MOST_STEPS]]
    return Played(outcome.result, short(outcome.text, 300), steps, scenes(shops))


def play_apart(card: Card, defence: Defence, path: Path | None) -> Played | Broken:
    """The same in a process of its own, for so many seconds at most."""
    command = [sys.executable, "-m", "workshop.cards.playing", card.name, defence]
    command += [str(path)] if path else []
    # A session of its own: what a policy starts ends with it.
    with subprocess.Popen(  # noqa: S603 - our own module, and the learner's own file
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=child_environment(),
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=LIMIT_S)
        except subprocess.TimeoutExpired:
            why = f"the attack did not end within {LIMIT_S:.0f} s: is there a loop in your code?"
            return Broken(why)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    return _answer(said) or Broken("the attack ended early, without an outcome")


def _run_named(card: Card, defence: Defence) -> Outcome:
    naive = POLICIES[card.fault]
    target = token_target if _is_about_tokens(naive) else session_target
    with target(naive if defence == "naive" else defended(naive)) as attacked:
        outcome: Outcome = ATTACKS[card.attack].run(attacked)
        return outcome


def _is_about_tokens(policy: Policy) -> bool:
    return any(getattr(policy, name) != getattr(SECURE, name) for name in DECIDED_BY_TOKENS)


def _answer(text: str) -> Played | Broken | None:
    try:
        found: Played | Broken = msgspec.json.decode(text, type=Played | Broken)
        return found
    except msgspec.DecodeError:
        return None


def _main(name: str, defence: Defence, path: str = "") -> None:
    # Whatever becomes of the server that asked: nothing here outlives its time.
    signal.alarm(int(LIMIT_S) + 5)
    # What the app says of a learner's mistake is said better on the card.
    logging.disable(logging.CRITICAL)
    card = find_card(name)
    assert card is not None
    answer: Played | Broken
    try:
        answer = play(card, defence, Path(path) if path else None)
    except BrokenPolicy as exc:
        answer = Broken(short(str(exc), 500))
    sys.stdout.write(msgspec.json.encode(answer).decode())


if __name__ == "__main__":
    _main(*sys.argv[1:])  # type: ignore[arg-type]  # as play_apart gives them
