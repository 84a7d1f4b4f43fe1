"""The order of the mounts of a node: where in its memory an arm lies must not go with the arm."""

from __future__ import annotations

from bench.machines.serving import mounts_in_turn
from bench.records import Arm

ARMS = [
    Arm(name="control", scheme="control"),
    Arm(name="control-again", scheme="control"),
    Arm(name="session-cookie-redis", scheme="session-cookie-redis"),
]
MOUNTS = {"control", "control-again=control", "session-cookie-redis"}


def test_every_arm_is_mounted_once_in_an_order_of_the_seed() -> None:
    orders = [mounts_in_turn(ARMS, [7, block]) for block in range(60)]
    for place in range(len(ARMS)):
        assert {order[place] for order in orders} == MOUNTS
    assert all(set(order) == MOUNTS and len(order) == len(ARMS) for order in orders)
    assert mounts_in_turn(ARMS, [7, 3]) == orders[3]
