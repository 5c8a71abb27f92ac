"""Where layouts register themselves."""

from collections.abc import Callable

from ..compose import Document
from ..flow import Book

Draw = Callable[[Document, Book], None]
# By split and genre: name and function.
LAYOUTS: dict[str, dict[str, list[tuple[str, Draw]]]] = {"train": {}, "eval": {}, "probe": {}}


def layout(split: str, genres: str, name: str, weight: int = 1) -> Callable[[Draw], Draw]:
    """Registers a layout of `split` for some genres; `weight` says how often it is taken."""

    def register(draw: Draw) -> Draw:
        for genre in genres.split():
            LAYOUTS[split].setdefault(genre, []).extend([(name, draw)] * weight)
        return draw

    return register
