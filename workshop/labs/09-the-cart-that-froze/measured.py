"""Judge the learner's own run of lab 9: exact counts, equal on every machine."""

from workshop.runner.runs import figures, request_bytes_by_claims
from workshop.runner.verdict import Verdict

SESSION = "session-cookie-redis"
TOKEN = "token-cookie-hs256-expiry"


def judge(run, policy):
    """Which is smaller, and which grows."""
    verdict = Verdict()
    session, token = (request_bytes_by_claims(run, arm) for arm in (SESSION, TOKEN))
    if not session or not token:
        verdict.cannot_tell("the bytes", "the run has no counts of both", "measure again")
        return verdict
    verdict.measured(
        "the session's request is smaller",
        min(session.values()) < min(token.values()),
        f"{SESSION}: {min(session.values()):.0f} bytes over control; "
        f"{TOKEN}: {min(token.values()):.0f}",
        "Both are counted at the socket: look at the report.",
    )
    verdict.measured(
        "only the token grows with what it carries",
        max(session.values()) == min(session.values())
        and max(token.values()) > min(token.values()),
        f"with {max(token):.0f} claims the token's request has {token[max(token)]:.0f} bytes, "
        f"the session's {session[max(session)]:.0f}",
        "Look at the report: how many claims were measured?",
    )
    most = figures(run, TOKEN).get("claims_max")
    if most is not None:
        verdict.cost(f"{TOKEN} refuses to carry more than {most:.0f} claims")
    return verdict


def answers(run, policy):
    """What the run says to the predictions."""
    session, token = (request_bytes_by_claims(run, arm) for arm in (SESSION, TOKEN))
    if not session or not token:
        return {}
    return {"smaller": SESSION if min(session.values()) < min(token.values()) else TOKEN}
