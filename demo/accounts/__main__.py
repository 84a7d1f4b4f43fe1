"""`python -m demo.accounts`: disable an account of a deployment, and end its logins."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from ..auth import Settings
from ..builtin.registers import open_registers
from ..serving import Plan
from ..storage import best, check_urls
from . import Accounts


@click.command()
@click.argument("action", type=click.Choice(["disable", "enable"]))
@click.argument("name")
@click.option("--scheme", "mounts", multiple=True, required=True, help="As the nodes serve it.")
@click.option("--site", is_flag=True, help="If the nodes serve a single scheme as a site.")
@click.option(
    "--store-url",
    "store_urls",
    multiple=True,
    required=True,
    envvar="DEMO_STORE_URL",
    help="The stores of the nodes.  [env: DEMO_STORE_URL]",
)
@click.option(
    "--keys-file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="DEMO_KEYS_FILE",
    help="The signing keys of the nodes.  [env: DEMO_KEYS_FILE]",
)
def main(
    action: str,
    name: str,
    mounts: tuple[str, ...],
    site: bool,
    store_urls: tuple[str, ...],
    keys_file: Path | None,
) -> None:
    """Disable or enable the account NAME of the nodes that share these stores (ASVS 5.0 7.4.2)."""
    settings = Settings(store_url=" ".join(store_urls), keys_file=keys_file)
    try:
        check_urls(settings)
        if best(settings) == "memory":
            raise ValueError("accounts in memory are their process's own: end that process")
        named = {
            alias or scheme: scheme for alias, _, scheme in (m.rpartition("=") for m in mounts)
        }
        schemes = Plan(named, settings, site=site or len(named) > 1).schemes()
        with closing(open_registers(settings)) as registers:
            if Accounts(registers).disable(name, action == "disable") is None:
                raise ValueError(f"there is no account {name!r}")
        for alias, scheme in schemes.items():
            if action == "disable" and scheme.mechanism is not None:
                described = scheme.mechanism.revoke_all(name).describe()
                click.echo(f"{alias}: logins of {name} ended, {described['strength']}")
            scheme.close()
    except ValueError as exc:
        click.echo(f"demo: {exc}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main(prog_name="python -m demo.accounts")
