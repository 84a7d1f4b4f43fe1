"""The sentences of the first screen, as templates that the page and the terminal both fill in.

No sentence is longer than 25 words once it is filled in; a test holds that.
"""

from __future__ import annotations

TEXTS = {
    # The headline: which is cheaper, then how long a stolen login works.
    "slower": "{A} adds {times} times as much to an answer as {b}: {cost_a} against {cost_b}.",
    "same": "{A} and {b} add about as much to an answer: {cost_a} and {cost_b}.",
    "unsure": "This run cannot tell which is cheaper, {a} or {b}.",
    "withheld": "This run withholds what each way adds, since one of its own checks failed.",
    "blurred": "This run was too disturbed to tell what each way adds: {reason}.",
    "uncosted": "This run did not measure what each way adds to an answer.",
    "one": "{A} adds {cost_a} to every answer.",
    "nothing": "This run measured too little to draw a conclusion.",
    "both_at_once": "Stolen and revoked, both end at once.",
    "both_later": "Stolen and revoked, both work for up to {time}.",
    "ends": "Stolen and revoked, {x} {how_x}; {y} {how_y}.",
    "one_ends": "Stolen and revoked, it {how_x}.",
    "at_once": "ends at once",
    "later": "works for up to {time}",
    "until": "works until it expires, up to {time}",
    "broke": "broke its guarantee in this run",
    # What is counted, does it matter, and when does the other win?
    "counted": (
        "These times are all that a scheme adds to the application's answer, and not the check "
        "alone."
    ),
    "matters": (
        "Does the speed matter to you? The difference is {gap}, {percent} of a request that "
        "takes {whole}."
    ),
    "trip": "Nearly all of it is the trip to the store.",
    "nearer": "{X} is cheaper only within {distance} of its store.",
    "never": "{X} is never cheaper, even with its store on the same machine.",
    "wins": "But {x} wins when a logout must take effect at once: then {y} costs {cost}.",
    "level": (
        "When a logout must take effect at once, {x} and {y} are too close to call, at {cost}."
    ),
    "still": "Even when a logout must take effect at once, {y} is cheaper, at {cost}.",
    # The advice.
    "assumed": "For a store {store}, tokens of {life} and logouts {need}: {title}.",
    "picked": "It adds {cost} to an answer and ends a stolen login {when}.",
    "when_at_once": "at once",
    "when_within": "within {time}",
    "tied": "Too close to tell from it: {names}.",
    "none": "No scheme of this run does all of that. Relax one of your needs.",
    "nearest": "{title} comes nearest, but {lack}.",
    "give_window": "A stolen login works for up to {time}.",
    "give_down": "While the store is down, people are locked out.",
    "give_back": "After some store failures, revoked logins work again.",
    "give_key": "Every server that checks tokens could also forge them.",
    "give_cheaper": "{title} would cost {cost} less, but {lack}.",
    "give_unknown": "This run did not measure what a store failure does to it.",
    "give_nothing": "Nothing that this run measured.",
    "lack_local": "it works on one machine only",
    "lack_broken": "it broke its guarantee in this run",
    "lack_late": "a stolen login works for up to {time}",
    "lack_down": "people are locked out while the store is down",
    "lack_back": "revoked logins work again after a store failure",
    # Two schemes, row by row.
    "row_cost": "Added to every answer",
    "row_ends": "A stolen login, once revoked",
    "row_bytes": "Travels with every request",
    "row_down": "While the store is down",
    "row_back": "After the store lost its data",
    "row_life": "Processor time, with renewals",
    "row_renew": "Renewals",
    "cost_cached": "{cost} on average; {hit} if seen in the last {time}, else {miss}",
    "cost_gap": "{gap} less for {x}",
    "cost_times": "{times} times as much, {low} to {high} by rounds; {gap} less for {x}",
    "cost_even": "too close to call",
    "ends_remark": "as long as you let tokens live",
    "tested": "by design; held in {count} trials",
    "untested": "by design; not tested in this run",
    "bytes": "{count} bytes",
    "bytes_gap": "{gap} bytes more for {x}",
    "stays_in": "everybody stays in",
    "shut_out": "nobody gets in",
    "some_out": "some people are locked out",
    "unchanged": "nothing changes",
    "logged_out": "everybody must log in again",
    "back_in": "revoked logins work again",
    "not_measured": "not measured",
    "no_store": "no store to lose",
    "renew_none": "none needed",
    "renew_one": "every request renews",
    "renew_some": "one request in {count} also renews",
    "renew_remark": "at one request every {every} by each user",
    # How sure is this?
    "sure_rounds": (
        "With the store beside it, {x} was cheaper in {count} of {rounds} rounds; two identical "
        "schemes differed by {noise} or less."
    ),
    "sure_no_noise": (
        "With the store beside it, {x} was cheaper in {count} of {rounds} rounds; how much is "
        "noise was not measured."
    ),
    "sure_ratio": (
        "There the session adds {times} times what the token adds, 95 % interval {low} to {high}."
    ),
    "sure_rough": "Rough, so intervals are twice as wide: {reason}.",
    "sure_once": "One round was measured, so this run cannot say how sure that is.",
    "sure_unknown": "Without costs there is no order to be sure of.",
    "sure_trust": "Trust the order and the ratio; the microseconds are those of this machine.",
    # The picture.
    "mark": "{title}: adds {cost}, stolen and revoked it {how}.",
    "mark_lacks": "Not for this system: {lack}.",
    "hint": "Point at a mark for its numbers; choose it to put it in the table.",
    "too_late": "too late for you",
    "at_once_axis": "at once",
    "axis_cost": "↑ added to every answer",
    "axis_ends": "once revoked, a stolen login still works for →",
    "axis_ends_short": "a revoked login still works for →",
    "rounds_said": "{count} rounds, from {low} to {high}",
    "copied": "Link copied",
    "copy": "Copy link",
    "your_store": "your store: {distance}",
    "your_store_beyond": "your store: {distance}, beyond this",
    # Units.
    "same_machine": "on the same machine",
    "away": "{distance} away",
}
