"""Mallory does nothing but ask, a moment after Alice has logged in."""

from workshop.attacks.target import Outcome
from workshop.shop.small import Page, open_small_shop


def handler(policy, passwords):
    """A server with two addresses: /login remembers, /me recalls."""
    memory = {}

    def answer(request):
        page = Page()
        if request.path == "/login":
            name = request.form.get("username")
            if passwords.get(name) != request.form.get("password"):
                return Page(status=401)
            cookie = policy.remember(request, memory, name)
            if cookie is not None:
                page.set_cookie(cookie)
            page.fields = {"welcome": name}
            return page
        name = policy.recall(request, memory)
        page.status = 200 if name else 401
        page.fields = {"subject": name}
        return page

    return answer


def open_shop(policy, port=0, clock=None):
    """The shop of this lab."""
    passwords = {}
    shop = open_small_shop(handler(policy, passwords), policy.marker, clock, port=port)
    passwords.update(shop.accounts.passwords)
    return shop


def run(policy, seed):
    """Alice logs in, Mallory asks who she is."""
    with open_shop(policy) as shop:
        alice, mallory = shop.browser("alice"), shop.browser("mallory")
        story = [f"mallory asks who she is: {mallory.me()}"]
        story.append(f"alice logs in: {alice.log_in().status}")
        seen = mallory.me()
        story.append(f"mallory asks again, and carries nothing: {seen}")
        if seen == "alice":
            return Outcome("works", "The server takes whoever asks for Alice.", story)
        return Outcome("blocked", "The server does not know Mallory.", story)
