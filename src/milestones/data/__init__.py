"""Data: a catalogue, a resolver that finds or downloads what it lists, and validating loaders."""

from milestones.data import loaders
from milestones.data.catalog import Dataset, Download, load_catalog
from milestones.data.errors import DataError
from milestones.data.loaders import *  # noqa: F403  (each loader is listed once, in its own file)
from milestones.data.resolver import fetch, locate, resolve

__all__ = ["DataError", "Dataset", "Download", "fetch", "load_catalog", "locate", "resolve"]
__all__ += loaders.__all__
