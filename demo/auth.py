"""The interface between the app and whatever keeps a caller logged in.

A `Mechanism` is what `sessions.SessionManager` and `tokens.TokenManager` both are, without
importing this file: the match is structural. A `Scheme` is a mechanism, the transport that
carries its credential, and what it claims about revocation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import socket as Socket  # noqa: N812 - `socket` is an attribute here
from typing import Any, Literal, Protocol, get_args

MAX_FAILURES_ACCOUNT = 10
MAX_FAILURES_ADDRESS = 50
Kind = Literal["session", "token", "control"]
Verifier = Literal["", "store", "secret", "public-key"]
Strength = Literal["immediate", "within", "at-expiry"]
Carrier = Literal["cookie", "bearer", "url", "form", "none"]
"""How a credential travels; `url` and `form` are for teaching, and for this machine alone."""
TEACHING: frozenset[Carrier] = frozenset({"url", "form"})


@dataclass(frozen=True, slots=True)
class Client:
    """Who is asking, as far as the transport can tell: shown on the devices page."""

    address: str
    user_agent: str


class Grant(Protocol):
    """What a client receives when it is let in."""

    @property
    def credential(self) -> str:
        """Sent with every request: a session ID or an access token."""

    @property
    def renewal(self) -> str | None:
        """What `renew` takes; None where the credential itself is what renews it."""

    @property
    def expires_at(self) -> float:
        """When the credential ends unless renewed: seconds since the epoch, UTC."""

    @property
    def handle(self) -> str:
        """Names this login to its owner; never good for logging in."""


class Identity(Protocol):
    """A caller who was verified; there is no such object for one who was not."""

    @property
    def subject(self) -> str | None:
        """Who it is; None is an anonymous visitor who has a cart, say."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The user data kept for this login: plain JSON types."""

    @property
    def handle(self) -> str: ...

    @property
    def created_at(self) -> float:
        """When this login began; renewals do not move it."""

    @property
    def expires_at(self) -> float: ...


class Entry(Protocol):
    """One live login, as its owner sees it on the devices page."""

    @property
    def handle(self) -> str: ...

    @property
    def created_at(self) -> float: ...

    @property
    def last_seen_at(self) -> float:
        """A session: the last touch. A token family: the last rotation, since no server sees
        the requests in between."""

    @property
    def address(self) -> str: ...

    @property
    def user_agent(self) -> str: ...


class Revocation(Protocol):
    """What a revocation achieved: `Immediate`, `Within(seconds)` or `AtExpiry(at)`."""

    def describe(self) -> dict[str, str | float]:
        """`{"strength": "immediate" | "within" | "at-expiry", "within_seconds"?: s, "at"?: t}`."""


class Mechanism(Protocol):
    """Seven verbs that keep a caller logged in over stateless HTTP.

    A credential that is missing, damaged, unknown, expired or revoked raises `rejection`. A
    store that cannot be reached raises one of `outages`, which is never a rejection: the caller
    is neither let in nor logged out.
    """

    @property
    def rejection(self) -> type[Exception]:
        """What `verify`, `update`, `renew` and `revoke` raise for a credential they refuse."""

    @property
    def outages(self) -> tuple[type[Exception], ...]:
        """What the store's client raises when the store cannot answer; empty without one."""

    def issue(
        self,
        subject: str | None,
        data: Mapping[str, Any] | None = None,
        client: Client | None = None,
    ) -> Grant:
        """Begin. *subject* None is an anonymous visitor.

        Raises ValueError, naming the key, if *data* is too large or not plain data.
        """

    def verify(self, credential: str, fresh: bool = False) -> Identity:
        """Authentic *and* acceptable, or `rejection`. The hot path: one round trip at most.

        *fresh* is for what matters most: it asks the store, whatever this node remembers.
        """

    def update(self, credential: str, changes: Mapping[str, Any]) -> Grant | None:
        """Change user data key by key; None as a value removes the key.

        Gives a new grant if the credential had to change, else None. Raises ValueError, and
        changes nothing, if the data would become too large.
        """

    def renew(
        self, renewal: str, subject: str | None = None, client: Client | None = None
    ) -> Grant:
        """Replace the credential; user data stays, and the old one stops working.

        *renewal* is `Grant.renewal`, or the credential where that is None. At login the
        credential held before is given together with *subject*, which is bound to the new one:
        the defence against fixation (ASVS 5.0 7.2.4).
        """

    def revoke(self, credential: str) -> Revocation:
        """End this login. Revoking what is already gone raises `rejection`."""

    def revoke_entry(self, subject: str, handle: str) -> Revocation | None:
        """End the login *handle* if it is *subject*'s; None if there is no such login."""

    def revoke_all(self, subject: str, keep: str | None = None) -> Revocation:
        """End every login of *subject*, but for the handle *keep*."""

    def entries(self, subject: str) -> Sequence[Entry] | None:
        """What is live now, oldest first; None if this mechanism cannot tell."""


@dataclass(frozen=True)
class Settings:
    """What the app was started with; a scheme is built from it.

    Nodes of one deployment share *store_url* and *keys_file*.
    """

    store_url: str | None = None
    """`redis://host:port/db`, `unix:///path?db=0`, `sqlite:///path`; None: what the scheme can do
    without (memory), else ValueError with the remedy."""
    keys_file: Path | None = None
    """Signing keys, made on first use with mode 0600; None: keys of this process alone."""
    inactivity: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    touch: timedelta = timedelta(seconds=60)
    access: timedelta = timedelta(minutes=5)
    renewal: timedelta | None = None
    """How old a session ID may grow before it is replaced in mid-session; None: never."""
    max_sessions: int | None = None
    """How many logins a subject may have at a time; None: as many as it likes."""
    at_max: Literal["end-oldest", "refuse"] = "end-oldest"
    """What gives way to one login more."""
    mount: str = ""
    """The alias of the scheme on a site, whose mounts are strangers to each other: each has an
    audience, a prefix, a schema or a file of its own. Empty: it is alone, under its name."""
    max_failures_account: int = MAX_FAILURES_ACCOUNT
    """How many logins may fail for an account before none is taken for a while."""
    max_failures_address: int = MAX_FAILURES_ADDRESS
    """The same for an address, whatever the accounts."""
    light_hashes: bool = False
    """Whether passwords are hashed as lightly as possible: for measurements alone."""
    timing: bool = False
    """Whether to keep count of store operations and signature checks for Server-Timing."""


@dataclass(frozen=True)
class Measured:
    """What one request spent: filled by the scheme when `Settings.timing` is on."""

    store_reads: int = 0
    store_writes: int = 0
    store_ns: int = 0
    signature_checks: int = 0
    crypto_ns: int = 0


class Moment(Protocol):
    """Finds the moment at which a guarantee is weakest, for an adversary who can see the store."""

    @property
    def socket(self) -> Socket | None:
        """Becomes readable when there may be news; None if there is nothing to wait for."""

    def begin(self) -> None:
        """Every node has accepted the credential often enough: look for the moment from now on."""

    def is_due(self) -> bool:
        """Return whether the moment is now."""

    def close(self) -> None: ...


Floor = Callable[[int], object]
"""One bare call, the least that a check could cost; takes the number of the call."""


@dataclass(frozen=True)
class Scheme:
    """
    A mechanism, its transport, what it is made of and what it claims: one arm of a comparison.

    Everything that the bench, the report and the demo say of a scheme is read from these fields.
    Its name is a label: nothing is cut out of it.
    """

    name: str
    """Up to 80 letters, digits, dots, hyphens and underscores, as the entry point is called."""
    summary: str
    """One sentence for people who choose from a list."""
    mechanism: Mechanism | None
    """None is `control`: nobody is asked who they are."""
    transport: Carrier
    strength: Strength
    """The claimed strength of a revocation, which tests and the prober hold it to."""
    bound_s: float = 0.0
    """The claimed bound of the window after a revoke: 0 if immediate, else seconds."""
    shared: bool = True
    """Whether several nodes can serve it: state in process memory cannot be shared."""
    kind: Kind = "session"
    """`session`: the state is on the server; `token`: the client carries it, signed."""
    title: str = ""
    """The name that people read, such as `JWT + denylist in Redis`; empty: `name`."""
    family: str = ""
    """The name of all schemes that differ in transport, algorithm or store alone, such as
    `JWT + denylist`; empty: the title."""
    algorithm: str = ""
    """What signs the credential, such as `ES256`; empty if nothing does."""
    strategy: str = ""
    """How a credential is called back: `delete`, `expiry`, `denylist`, `generation`, `snapshot`,
    `pushed`, `statuslist`, `filter`, or a word of its own."""
    store: str = ""
    """Where its state is: `memory`, `sqlite`, `redis`, `postgres`, or a word of its own; empty if
    the client carries all of it. Of a token without revocation: where its refresh families are."""
    cached: bool = False
    """Whether a node remembers for a while what it looked up, or whose signature it found good."""
    verified_with: Verifier = ""
    """What a service needs to verify a credential: the store, the secret, or a public key."""
    library: str = ""
    """The library and its version, where the mechanism is not of this project."""
    configuration: str = ""
    """The address of the page that *library* is configured by."""
    beside: str = ""
    """The name of a scheme of this project that does the same work; its cost is put beside."""
    apart: str = ""
    """What of that work is not quite the same."""
    place: str = ""
    """The prefix of its keys, or the schema of its tables, in `store`: what it keeps can be
    counted there. Empty: nobody knows. A file is its own place."""
    delay_us: float = 0.0
    """The known delay that *work* is, where it is one: what measurements are checked against."""
    work: Callable[[], object] | None = None
    """What a control does in every check, in place of one."""
    work_outside: Callable[[], object] | None = None
    """What a control does after every check, outside it."""
    floor: Callable[[Sequence[str]], Floor | None] = lambda _: None
    """Return the floor of a check of the given credentials: the bare call, without the mechanism,
    to the same store or primitive. None where nobody knows one."""
    weakest: Callable[[Sequence[str]], Moment | None] = lambda _: None
    """Return what finds the moment at which a revocation is weakest, from the URLs of stores that
    are nobody else's; None if that is right after a node accepted the credential."""
    public_keys: Callable[[], Mapping[str, Any]] | None = None
    """The JWKS, where there are public keys."""
    status_list: Callable[[int], tuple[str, int]] | None = None
    """The signed status list of that number and for how many seconds it may be kept, where lists
    are published; raises one of the mechanism's outages if this node is out of touch."""
    probe: Callable[[], None] = lambda: None
    """Raises one of the mechanism's outages if the store does not answer."""
    reap: Callable[[], int] = lambda: 0
    """Clear away a bounded number of what has expired, and say how many there were."""
    take_measured: Callable[[], Measured] = Measured
    """What this thread spent since the last call, and start again from zero."""
    close: Callable[[], None] = lambda: None
    """Let go of connections and files."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", self.name):
            raise ValueError(
                f"a scheme cannot be named {self.name[:80]!r}: use up to 80 letters, digits, "
                "dots, hyphens and underscores"
            )
        for field, closed in _CLOSED.items():
            if (value := getattr(self, field)) not in closed:
                remedy = f"it is one of {', '.join(filter(None, closed))}"
                raise ValueError(f"scheme {self.name}: {field} cannot be {value!r}; {remedy}")
        if (self.kind == "control") != (self.mechanism is None):
            raise ValueError(
                f"scheme {self.name}: a control has no mechanism, and no other lacks one"
            )
        # A frozen dataclass has no other way to fill in what was left out.
        object.__setattr__(self, "title", self.title or self.name)
        object.__setattr__(self, "family", self.family or self.title)

    @property
    def asked_store(self) -> str:
        """The store that a verify depends on; empty if none does."""
        return "" if self.strategy == "expiry" else self.store

    @property
    def follows(self) -> bool:
        """Whether each node knows the denials by itself, and asks the store for none of them."""
        return self.strategy in FOLLOWING


ASKING = frozenset({"denylist", "generation"})
"""The strategies under which a verify asks the store."""
FOLLOWING = frozenset({"snapshot", "pushed", "statuslist", "filter"})
"""The strategies under which each node knows the denials, and a verify asks no store."""
_CLOSED: Mapping[str, tuple[str, ...]] = {
    "kind": get_args(Kind),
    "transport": get_args(Carrier),
    "strength": get_args(Strength),
    "verified_with": get_args(Verifier),
}

SchemeFactory = Callable[[Settings], Scheme]
"""What an entry point in the group `sessions_or_tokens.schemes` names."""
