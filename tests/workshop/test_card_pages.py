"""The pages of the cards: the button, the switch, one's own policy, and who may ask at all."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.app import create_app, create_site
from demo.auth import Settings
from demo.schemes import build
from workshop.cards.deck import deck
from workshop.cards.serving import open_cards
from workshop.cards.table import Table
from workshop.runner.catalogue import find
from workshop.runner.folder import Folder, Frozen
from workshop.shop.client import over_loopback
from workshop.shop.policy import SECURE
from workshop.shop.serving import open_session_shop

from .cards import Ask, asking, card_of, own_policy, words
from .conftest import run_workshop


@pytest.fixture
def table(folder: Folder) -> Table:
    return Table(folder)


@pytest.fixture
def ask(table: Table) -> Iterator[Ask]:
    with asking(table) as send:
        yield send


def test_the_first_page_leads_to_every_card(ask: Ask) -> None:
    """By its name, and a lab also by its number."""
    page = ask("/lab").body.decode()
    assert re.findall(r'href="/lab/([^"]+)"', page) == [card.name for card in deck()]
    for card in deck():
        answer = ask(f"/lab/{card.name}")
        assert answer.status == 200
        assert f"<h1>{card.title}</h1>" in answer.body.decode()
    assert ask("/lab/4").body == ask("/lab/04-fixation").body


def test_a_run_fills_the_card_side_by_side(ask: Ask) -> None:
    """The button answers with a way back to the card, which then has both outcomes and a switch."""
    assert "Nothing was run yet" in words(ask("/lab/csrf"))
    answer = ask("/lab/csrf/run?defence=reference", "POST", Sec_Fetch_Site="same-origin")
    assert (answer.status, answer.header("Location")) == (303, "/lab/csrf?defence=reference")
    page = ask("/lab/csrf?defence=naive")
    assert "✗ the attack works" in words(page)
    assert "✓ the attack is blocked" in words(page)
    assert "from evil.localhost" in words(page)
    assert 'href="?defence=naive" aria-current="true"' in page.body.decode()
    assert "Defence on." in words(ask("/lab/csrf?defence=reference"))
    assert "naive ✗ the attack works reference ✓ the attack is blocked" in words(ask("/lab"))


def test_my_own_policy_is_a_third_column(ask: Ask, folder: Folder) -> None:
    """Where there is one; looking does not put one there."""
    assert "my policy" not in words(ask("/lab/4"))
    assert not folder.path.exists()
    own_policy(folder, find("4").file("reference", "policy.py").read_text())
    ask("/lab/4/run?defence=mine", "POST")
    page = words(ask("/lab/4?defence=mine"))
    assert "step naive reference my policy" in page
    assert page.count("✓ the attack is blocked") == 2
    assert "my policy" not in words(ask("/lab/csrf"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("def credential_at_login(sessions, held, subject):\n    return nobody\n", "line 2"),
        ("def credential_at_login(:\n", "line 1"),
        ("x = 1\n", "has no credential_at_login"),
        ("import os\nos._exit(3)\n", "ended early"),
    ],
)
def test_a_policy_that_raises_is_said_with_a_remedy(
    ask: Ask, folder: Folder, text: str, why: str
) -> None:
    """In one line and with no traceback; the other two are played all the same."""
    own_policy(folder, text)
    assert ask("/lab/4/run?defence=mine", "POST").status == 303
    page = words(ask("/lab/4?defence=mine"))
    assert why in page
    assert "python -m workshop reset 4" in page
    assert "Traceback" not in page
    assert "could not be used" in page
    assert "✗ the attack works" in page
    assert "✓ the attack is blocked" in page


def test_one_attack_at_a_time(ask: Ask, table: Table) -> None:
    """The second is told to wait."""
    with table.playing():
        answer = ask("/lab/csrf/run", "POST")
    assert answer.status == 409
    assert "wait until the other is over" in words(answer)
    assert ask("/lab/csrf/run", "POST").status == 303


def test_a_run_fixes_the_predictions_of_its_lab(ask: Ask, folder: Folder) -> None:
    """As any other result does; and until then the card asks for them."""
    lab = find("9")
    assert "Predict first" in words(ask("/lab/oversized-cookie"))
    folder.predict(lab, {"too-large": "shows an error"})
    ask("/lab/oversized-cookie/run", "POST")
    with pytest.raises(Frozen):
        folder.predict(lab, {"too-large": "cuts it off"})
    assert "Predict first" not in words(ask("/lab/9"))


@pytest.mark.parametrize("path", ["/lab", "/lab/csrf", "/lab/nowhere", "/static/cards.css"])
def test_every_answer_is_marked_and_strict(ask: Ask, path: str) -> None:
    """The header of the lab on all, the banner and the demo's own policy on pages."""
    client = create_app(build("session-cookie-memory", Settings())).test_client()
    demos = client.get("/wire", headers={"Accept": "text/html"}).headers
    answer = ask(path)
    assert answer.header("X-Insecure-Lab") == "cards"
    assert answer.header("X-Content-Type-Options") == "nosniff"
    if not path.startswith("/static"):
        assert "UNSAFE ON PURPOSE" in words(answer)
        assert answer.header("Content-Security-Policy") == demos["Content-Security-Policy"]


def test_it_answers_to_its_own_names_alone(ask: Ask) -> None:
    """As the shop does: a page elsewhere whose name is pointed at this machine gets nothing."""
    for host in ("localhost", "example.org", "shop.localhost.example.org"):
        assert ask("/lab", Host=host).status == 421, host
    assert ask("/lab", Host="[::1]:8410").status == 200


def test_no_other_site_presses_the_button(ask: Ask, table: Table) -> None:
    """Nor does a link: whatever changes something is a POST of the card's own."""
    for headers in ({"Sec_Fetch_Site": "same-site"}, {"Origin": "http://evil.localhost:8400"}):
        answer = ask("/lab/csrf/run", "POST", **headers)
        assert answer.status == 403
        assert "use the button on the card" in words(answer)
    assert ask("/lab/csrf/run").status == 303
    assert not table.last(card_of("csrf"))
    assert ask("/lab/csrf", "DELETE").status == 405
    assert ask("/lab/nowhere/run", "POST").status == 404
    for path in ("/lab/nowhere", "/static/../pages.py", "/static/nothing", "/lab/4/5/6"):
        assert ask(path).status == 404, path
    assert ask("/").header("Location") == "/lab"


def test_the_demo_and_the_shops_have_no_cards() -> None:
    """They are the workshop's alone, on a port of their own."""
    scheme = build("session-cookie-memory", Settings())
    assert create_app(scheme).test_client().get("/lab").status_code == 404
    site = create_site({"a": scheme})
    status: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/lab", "SERVER_NAME": "a"}
    environ |= {"SERVER_PORT": "80", "wsgi.url_scheme": "http"}
    list(site(environ, lambda code, _headers, _exc=None: status.append(code)))  # type: ignore[arg-type]
    assert status == ["404 NOT FOUND"]
    with open_session_shop(SECURE) as shop:
        headers = {"Host": "shop.localhost", "Accept": "text/html"}
        assert over_loopback(shop.port)("GET", "/lab", headers, b"").status == 404


def test_they_stop_by_themselves(tmp_path: Path) -> None:
    """After the time they have said; and they said where they are, on loopback."""
    done = run_workshop("cards", "--port", "0", "--minutes", "0.005", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    first, _, last = done.stdout.splitlines()
    found = re.fullmatch(r"29 cards: (http://127\.0\.0\.1:\d+/lab)", first)
    assert found is not None
    assert last == "Stopped after 0.005 minutes."
    connection = http.client.HTTPConnection(urlsplit(found[1]).netloc, timeout=1)
    with pytest.raises(ConnectionRefusedError):
        connection.request("GET", "/lab")


def test_a_port_that_is_taken_is_one_line(table: Table, tmp_path: Path) -> None:
    """With the way round it, and no traceback."""
    with open_cards(table, 0) as port:
        done = run_workshop("cards", "--port", str(port), folder=tmp_path)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "python -m workshop cards --port 8411" in done.stderr
