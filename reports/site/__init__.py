"""The static site: the published example, the docs by reader, the league and the API reference."""

from .building import CannotBuild as CannotBuild
from .building import build as build
