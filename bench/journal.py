"""What was asked of a run, how it ended, and the record of both."""

from __future__ import annotations

import contextlib
import errno
import time
import traceback
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from .context import Context
from .machines.given import Machines
from .plan import EXPERIMENTS, Plan
from .processes.folders import point_latest_at
from .records import FILE, RecordError, Run, State, read_cells, read_run, write_run

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG}


@dataclass(frozen=True)
class Order:
    """What somebody asked to have measured."""

    plan: Plan
    seed: int
    out: Path
    """The folder that gets the run folder."""
    redis_url: str | None = None
    postgres_url: str | None = None
    schemes: Sequence[str] = ()
    """Empty: the usual ones, and those that other packages add; `all`: every installed one."""
    only: Collection[str] = EXPERIMENTS
    command: str = ""
    machines: Machines | None = None
    """Where load and nodes come from, if not from this machine alone."""
    resume: Path | None = None
    """The folder of an interrupted run that is to go on; it says all the rest."""


@dataclass(frozen=True)
class Ending:
    """How a run ended."""

    folder: Path
    state: State
    reason: str
    exit_code: int
    measured: bool
    """Whether there is anything to render."""


class Journal:
    """Keeps the record of the run true while it goes on."""

    def __init__(self, folder: Path, order: Order) -> None:
        self.folder = folder
        self.doing = ""
        self.context: Context | None = None
        if order.resume is not None:
            before = read_run(folder)
            again = [*before.resumed_at, time.time()]
            self._run = msgspec.structs.replace(
                before, state="running", reason="", ended_at=None, resumed_at=again
            )
            return
        self._run = Run(
            name=folder.name,
            plan=order.plan.name,
            seed=order.seed,
            started_at=time.time(),
            command=order.command,
            blocks=order.plan.blocks,
            arms=[],
            settings={
                "plan": asdict(order.plan),
                "experiments": list(order.only),
                **({"machines": asdict(order.machines)} if order.machines else {}),
            },
        )

    @property
    def run(self) -> Run:
        """The run as it is known now."""
        return self._run

    def begin(self, **changes: object) -> Run:
        """Write the run as it begins."""
        self._run = msgspec.structs.replace(self._run, **changes)
        write_run(self.folder, self._run)
        return self._run

    def end(self, state: State, reason: str, exit_code: int) -> Ending:
        """Write how it ended, as far as the disk lets us."""
        run_gates = self.context.gates if self.context else self._run.gates
        self._run = msgspec.structs.replace(
            self._run, state=state, reason=reason, ended_at=time.time(), gates=list(run_gates)
        )
        try:
            write_run(self.folder, self._run)
            if self.context:
                self.context.keep_unfinished()
        except OSError as exc:
            state, exit_code = "failed", exit_code or 1
            reason = reason or about_files(exc) or str(exc)
        measured = self._has_measured()
        if measured:
            point_latest_at(self.folder)
        return Ending(self.folder, state, reason, exit_code, measured)

    def _has_measured(self) -> bool:
        """Return whether there is anything to render; remove a folder without anything."""
        try:
            return any(cell.measure != "calibration" for cell in read_cells(self.folder))
        except RecordError:
            with contextlib.suppress(OSError):
                if not (self.folder / FILE).stat().st_size:
                    (self.folder / FILE).unlink()
            with contextlib.suppress(OSError):
                self.folder.rmdir()
            return False

    def keep_trace(self) -> None:
        """Keep the traceback of the exception being handled, for whoever mends it."""
        try:
            (self.folder / "failure.log").write_text(traceback.format_exc(), encoding="utf-8")
        except OSError:
            return


def about_files(exc: Exception) -> str:
    """What to tell a user whose disk did not take what was written; empty if *exc* is not that."""
    if not isinstance(exc, OSError) or exc.errno not in _DISK:
        return ""
    where = f"{exc.filename}: " if exc.filename else ""
    return f"{where}{exc.strerror}; make room, or choose another folder with --out"
