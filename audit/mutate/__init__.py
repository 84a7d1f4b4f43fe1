"""Errors put into an instrument on purpose: each must be caught by a self-check that is named."""
