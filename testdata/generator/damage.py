"""Scans of made documents: what happens to paper in an office, and the files that a scanner writes."""

from pathlib import Path


def scan_document(made, path: Path) -> str:
    raise NotImplementedError
