"""`python -m bench`: measure and report, check what was measured, or lend a command its stores."""

from __future__ import annotations

import os
import sys

if (
    __name__ == "__main__"
    and not sys.flags.safe_path
    and sys.path[0] != os.path.dirname(os.path.dirname(__file__))
):
    # The folder one stands in comes first, and may have a demo.py or a numpy/ of its own.
    del sys.path[0]

import importlib
import io

import click

from .helpful import SETTINGS, Group

COMMANDS = {
    "check-history": "bench.revocation.command:check_history",
    "claims": "bench.lookup.claims:command",
    "cross-check": "bench.driving.crosscheck:command",
    "egress": "bench.payload.egress_command:egress",
    "probe": "bench.probe.command:probe",
    "run": "bench.commands.running:run",
    "league": "bench.league.command:league",
    "mistakes": "bench.mistakes.command:mistakes",
    "mutate": "audit.mutate.command:mutate",
    "verify": "audit.command:verify",
    "worker": "bench.machines.command:worker",
    "with-services": "bench.commands.lending:with_services",
}
"""By name, the module and the function; one is imported when it is asked for."""


EXAMPLES = {
    "run": "run --plan smoke --only lookup,payload",
    "check-history": "check-history latest",
    "claims": "claims latest",
    "cross-check": "cross-check",
    "egress": "egress latest --requests-per-s 200 --days 30",
    "probe": "probe --config docs/probe/demo-session.toml",
    "league": "league add latest --name my-server",
    "mistakes": "mistakes --only closed-loop",
    "mutate": "mutate latest",
    "verify": "verify latest",
    "worker": "worker --master-host 10.0.0.5",
    "with-services": "with-services --for session-cookie-redis -- env",
}


class Commands(Group):
    """The commands above; `run` need not wait for what `verify` imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = COMMANDS.get(cmd_name)
        if where is not None and cmd_name not in self.commands:
            module, _, function = where.partition(":")
            self.add_command(getattr(importlib.import_module(module), function), cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, examples=EXAMPLES, context_settings=SETTINGS)
def main() -> None:
    """Measure sessions and tokens."""


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a locale may lack a sign of ours
    main(prog_name="python -m bench")
