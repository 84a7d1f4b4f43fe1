"""Renders recorded runs. Knows the record format and nothing else of the project."""
