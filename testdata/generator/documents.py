"""Documents of a pipeline's types: made, laid out, read or scanned; and the truth about them."""

import random
from dataclasses import dataclass
from pathlib import Path

from .catalogue import PIPELINES, Pipeline
from .compose import Document, compose
from .layouts import lay
from .paper import Paper
from .reading import Faults, Place, read_page
from .scanner import Look
from .script import Kind, Wording

UNKNOWN = "unbekannt"


@dataclass
class Made:
    """A document on paper: its pages (`None` is a blank back), how each lies in the scanner, and what it is."""

    name: str
    kind: str
    document: Document
    layout: str
    pages: list[Paper | None]
    looks: list[Look]
    dpi: int
    rng: random.Random

    def json(self, errors: float, file: str) -> dict:
        """As `scanstrasse ocr --format json` writes it, with reading faults at about the rate `errors`."""
        size = next(page.size for page in self.pages if page)
        faults = Faults(errors * min(4.0, self.rng.lognormvariate(-0.3, 0.8)), self.rng)
        return {
            "file": file,
            "pages": [
                read_page(page, size, self.dpi, look, faults, file, number)
                for number, (page, look) in enumerate(zip(self.pages, self.looks), 1)
            ],
        }

    def truth(self, file: str, pipeline: str) -> dict:
        """A line of `truth.jsonl`."""
        document, fields, seen = self.document, [], set()
        for number, (page, look) in enumerate(zip(self.pages, self.looks), 1):
            for mark in page.marks if page else []:
                name, value = document.fields[mark.number]
                if name == "MRZ":
                    values = document.zone
                elif name in ("Absender", "Empfänger", "Datum") and number > 1:
                    values = []
                else:
                    values = [(name, value)]
                box = Place(page.size, look).box(mark.box)
                for entry in values:
                    if entry not in seen:
                        seen.add(entry)
                        fields.append({"name": entry[0], "value": entry[1], "page": number, "box": box})
        wording = document.wording
        return {
            "file": file,
            "pipeline": pipeline,
            "type": self.kind,
            "layout": self.layout,
            "wording": wording.name,
            "split": wording.split,
            "pages": len(self.pages),
            "fields": fields,
        }


def wordings(kinds: dict[str, Kind], pipeline: Pipeline, kind: str, splits: list[str]) -> list[Wording]:
    """The wordings of a pipeline's type; of the unknown: those of no type of the pipeline."""
    sources = pipeline.strangers if kind == UNKNOWN else pipeline.types[kind]
    return [wording for source in sources for wording in kinds[source].wordings if wording.split in splits]


def make(
    kinds: dict[str, Kind], pipeline_name: str, kind: str, splits: list[str], number: int, seed: int, draws: int | None
) -> Made:
    """Document `number` of a type. `draws` is the resolution at which it is drawn too, or None."""
    pipeline = PIPELINES[pipeline_name]
    key = f"{seed}/{pipeline_name}/{kind}/{'+'.join(splits)}/{number}"
    rng = random.Random(key)
    choices = wordings(kinds, pipeline, kind, splits)
    if not choices:
        raise LookupError(f"{pipeline_name}: no wording of {kind!r} for {splits}")
    # All wordings in turn, then by chance: a small sample has them all.
    wording = choices[number % len(choices)]
    document = compose(wording, rng.choice(pipeline.units[wording.side]), key)
    usual_dpi = rng.choice([200, 300, 300, 300])  # asked for in any case: drawing must not change what is drawn
    dpi = draws or usual_dpi
    book, layout = lay(document, dpi, draws is not None, rng)
    pages: list[Paper | None] = []
    with_backs = rng.random() < 0.2
    for page in book.pages:
        pages.append(page)
        if with_backs and rng.random() < 0.8:
            pages.append(None)
    looks = _looks(pages, rng)
    return Made(f"{number:04d}", kind, document, layout, pages, looks, dpi, rng)


def _looks(pages: list[Paper | None], rng: random.Random) -> list[Look]:
    """How the pages of one stack come out of the scanner."""
    mode = rng.choice(["bitonal", "bitonal", "grey", "colour"])
    turned = rng.random() < 0.04
    looks = []
    for page in pages:
        common = {"mode": mode, "skew_deg": round(rng.gauss(0, 0.7), 2), "specks": rng.choice([0, 0, 10, 25, 60])}
        if page and (turned or rng.random() < 0.02):
            common["turn"] = rng.choice([180, 180, 90, 270])
        if mode == "bitonal":
            look = Look(
                **common,
                noise=rng.choice([2.0, 3.0, 8.0]),
                blur=rng.choice([0.4, 0.6, 0.9]),
                contrast=rng.choice([1.0, 1.0, 0.8]),
            )
        else:
            look = Look(
                **common,
                noise=rng.uniform(1, 5),
                paper=rng.choice([248, 240, 228, 212]),
                clip_white=rng.choice([238, 256]),
                contrast=rng.choice([1.0, 0.85, 0.7]),
            )
        looks.append(look)
    return looks


def path_of(root: Path, pipeline: str, made: Made) -> Path:
    return root / pipeline / made.kind / made.name
