"""The first screen: what a run answers for the reader's own system, in plain sentences."""

from __future__ import annotations

from .facts import known as known
from .saying import Answer as Answer
from .saying import answer as answer
from .saying import terminal as terminal
from .system import Known as Known
from .system import System as System
