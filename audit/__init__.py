"""Recomputes a report from its raw records; nothing here imports what rendered the report."""
