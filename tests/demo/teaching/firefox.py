"""A stock Firefox, driven over WebDriver BiDi, which it speaks by itself.

Playwright drives a Firefox of its own making, and a stock one only in a version newer than the one
that Debian has; geckodriver is no package of Debian. What the facts need is these few commands of
https://www.w3.org/TR/webdriver-bidi/.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import websocket

from .engines import ELSEWHERE, PATIENCE_S

PREFERENCES = {
    "network.dns.localDomains": ELSEWHERE,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Firefox:
    """Runs while it is entered."""

    engine = "firefox"

    def __init__(self, path: str, folder: Path) -> None:
        self._command = [path, "--headless", "--no-remote", "--remote-debugging-port", "0"]
        # The browser's own remarks on a page are no events of BiDi: its console has to be read.
        self._command.append("--remote-allow-system-access")
        self._folder = folder
        self._numbers = itertools.count(1)

    def __enter__(self) -> Firefox:
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in PREFERENCES.items()]
        (self._folder / "user.js").write_text("\n".join(lines))
        address = self._folder / "WebDriverBiDiServer.json"
        address.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [*self._command, "--profile", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until(lambda: address.is_file() and address.read_text().endswith("}"))
            port = json.loads(address.read_text())["ws_port"]
            self._socket = websocket.create_connection(
                f"ws://127.0.0.1:{port}/session", timeout=PATIENCE_S, suppress_origin=True
            )
            found = self.send("session.new", capabilities={})["capabilities"]
            self.version = f"Firefox {found['browserVersion']}"
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            self.send("browser.close")
            self._process.wait(PATIENCE_S)
        finally:
            self._socket.close()
            self._process.kill()
            self._process.wait()

    def send(self, method: str, **params: Any) -> Any:
        """Give the result of a command."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def in_the_browser(self, expression: str) -> Any:
        """Give what a script of the browser itself, not of a page, comes to."""
        chrome = self.send("browsingContext.getTree", **{"moz:scope": "chrome"})
        return self.evaluate(expression, chrome["contexts"][0]["context"])

    def evaluate(self, expression: str, context: str) -> Any:
        target = {"context": context}
        found = self.send(
            "script.evaluate", expression=expression, target=target, awaitPromise=True
        )
        assert found["type"] == "success", found
        return found["result"].get("value")

    @contextmanager
    def tab(self, forget: bool = True) -> Iterator[FirefoxTab]:
        if forget:
            self.send("storage.deleteCookies")
            self.in_the_browser("Services.console.reset()")
        context = self.send("browsingContext.create", type="tab")["context"]
        try:
            yield FirefoxTab(self, context)
        finally:
            self.send("browsingContext.close", context=context)


class FirefoxTab:
    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser = browser
        self._context = context

    @property
    def said(self) -> list[str]:
        text = "each => each instanceof Ci.nsIScriptError ? each.errorMessage : each.message"
        texts = f"JSON.stringify(Services.console.getMessageArray().map({text}))"
        found: list[str] = json.loads(self._browser.in_the_browser(texts))
        return found

    def goto(self, url: str) -> None:
        self._send("browsingContext.navigate", url=url, wait="complete")

    def click(self, selector: str) -> None:
        found = self._send(
            "browsingContext.locateNodes", locator={"type": "css", "value": selector}
        )
        origin = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        steps = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        mouse = {"type": "pointer", "id": "mouse", "actions": steps}
        self._send("input.performActions", actions=[mouse])

    def evaluate(self, expression: str) -> object:
        found: object = self._browser.evaluate(expression, self._context)
        return found

    def wait_for(self, ending: str) -> None:
        _until(lambda: self._address().endswith(ending))

    def _address(self) -> str:
        found = self._browser.send("browsingContext.getTree", root=self._context)
        return str(found["contexts"][0]["url"])

    def _send(self, method: str, **params: Any) -> Any:
        return self._browser.send(method, context=self._context, **params)


def _until(is_so: Callable[[], bool]) -> None:
    last = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < last, "Firefox does not get there"
        time.sleep(0.02)
