"""Layouts: how a document of some genre lies on paper. Each belongs to one split, as whole layouts are kept apart.

A layout is a function of (document, book) that draws all pages; `LAYOUTS` has them by split and genre.
"""

import random

from ..compose import Document
from ..flow import Book, stamp
from . import forms, letters, probe_forms, probe_letters, probe_sheets, sheets
from .registry import LAYOUTS

__all__ = ["LAYOUTS", "lay"]


def lay(document: Document, dpi: int, draws: bool, rng: random.Random) -> tuple[Book, str]:
    """Lays the document out in one of the layouts of its split that suit it. Returns its pages and the layout's name."""
    wording = document.wording
    choices = [entry for genre in wording.genres for entry in LAYOUTS[wording.side].get(genre, [])]
    assert choices, f"{wording.name}: no layout for {wording.genres}"
    name, draw = rng.choice(choices)
    book = Book(dpi, draws)
    draw(document, book)
    for lines in document.stamps:
        stamp(
            book.pages[0],
            rng,
            lines,
            rng.uniform(95, 140),
            rng.uniform(14, 34) if rng.random() < 0.5 else rng.uniform(200, 250),
        )
    return book, name


_ = forms, letters, probe_forms, probe_letters, probe_sheets, sheets
