"""Replay: a copy of the credential is used after its owner has logged out."""

from __future__ import annotations

from .target import Outcome, Target

NAME = "replay-after-logout"
TITLE = "Replay after logout"
HOW = "The attacker copies the credential; the owner logs out; the attacker uses the copy."
TIMES = 20


def run(target: Target) -> Outcome:
    """Use the copy twenty times, spread over the nodes, as soon as the logout was answered."""
    victim = target.browser("alice")
    victim.log_in()
    copy = victim.holds() or ""
    thieves = [target.thief(copy, node) for node in range(target.nodes)]
    before = [thief.me() for thief in thieves]
    if set(before) != {"alice"}:
        raise ValueError(f"{target.name} refuses the copy before the logout: nothing is replayed")
    story = [f"mallory copies alice's credential; it says {before[0]} at {len(before)} node(s)"]
    victim.post("/logout")
    accepted = sum(thieves[i % len(thieves)].me() == "alice" for i in range(TIMES))
    story.append(f"alice logs out; {accepted} of {TIMES} replays are accepted")
    if target.strength == "within":
        # How many of them are accepted is a matter of phase: the bound is what can be said.
        text = f"A copy may work for up to {target.bound_s:g} s elsewhere, as the scheme claims."
        return Outcome("limited", text, story)
    if not accepted:
        return Outcome("blocked", f"0 of {TIMES} replays are accepted.", story)
    if target.strength == "at-expiry":
        text = f"{accepted} of {TIMES} replays: it works until it expires, as the logout says."
        return Outcome("limited", text, story)
    return Outcome("works", f"{accepted} of {TIMES} replays are accepted.", story)
