"""A league of machines: what each one measured, side by side; docs/league.md."""
