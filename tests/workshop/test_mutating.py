"""Steps away from a program: each small change once, and none in what is said to people."""

from __future__ import annotations

from workshop.runner.mutating import steps

PROGRAM = '''
"""A docstring."""

def verify(claims, now):
    """Another docstring."""
    if now >= claims["exp"]:
        raise Refused("expired; late")
    return not claims
'''


def test_each_change_is_made_once() -> None:
    """The condition, the branch, the key, the result; docstrings and messages stay."""
    found = [step.change.splitlines()[0] for step in steps(PROGRAM)]
    assert sorted(found) == [
        "'exp' -> 'expx'",
        "if now >= claims['exp']:",
        "if now >= claims['exp']:",
        "not claims -> claims",
        "now >= claims['exp'] -> now < claims['exp']",
        "now >= claims['exp'] -> now > claims['exp']",
        "return not claims -> return",
    ]


def test_a_step_is_a_program_with_one_change() -> None:
    """The rest is as it was."""
    (step,) = [step for step in steps("def f(a):\n    return a + 1\n") if "a - 1" in step.change]
    assert step.source == "def f(a):\n    return a - 1"


def test_a_cookie_loses_each_attribute() -> None:
    """One attribute a step."""
    found = [step.source for step in steps('x = "a=b; Secure; HttpOnly"')]
    assert found == ["x = 'a=b; HttpOnly'", "x = 'a=b; Secure'"]
