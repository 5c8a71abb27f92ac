#!/usr/bin/env python3
"""Draws the scans of testdata/ and writes down what is on them. Run by `make testdata`; its output is committed.

backlog/<case>/<file>       four cases of a town hall, all sound
broken/<case>/<file>        one case with damaged files among good ones
truth/<case>/<file>.json    what was drawn: per page the words with their boxes on the upright sheet, the affine `M` from
                            there to the scan's pixels, turn, skew, blank, document type; for damaged files: why held

The truth comes from the drawing, never from the program under test. The same Pillow and fonts give the same bytes.
"""

import json
import shutil
import subprocess
from pathlib import Path

from generator import letters
from generator.scanner import Look, ScanPage, jpeg_bytes, scan, write_pdf, write_tiff
from generator.sheet import Sheet

HERE = Path(__file__).resolve().parent


class Case:
    """A case folder being written."""

    def __init__(self, root: str, name: str):
        self.name = name
        self.folder = HERE / root / name
        self.truths = HERE / "truth" / name
        self.folder.mkdir(parents=True)
        self.truths.mkdir(parents=True)

    def page(self, draw, kind: str | None, dpi: int, punched: bool = False, **look) -> ScanPage:
        """One scanned page; `draw` is a function of letters.py, or None for a blank back."""
        sheet = Sheet(dpi)
        if draw:
            draw(sheet)
        if punched:
            sheet.punch(back=draw is None)
        seed = f"{self.name}/{draw.__name__ if draw else 'blank'}/{dpi}/{sorted(look.items())}"
        return scan(sheet, Look(**look), kind, seed)

    def truth(self, file: str, pages: list[ScanPage], **facts):
        """Writes down what `file` holds, one word a line."""
        facts = {"file": file, "type": pages[0].kind if pages else None, **facts}
        texts = []
        for number, page in enumerate(pages, 1):
            truth = page.truth(number)
            words = ",\n".join("   " + dump(word) for word in truth.pop("words"))
            texts.append(f'  {dump(truth)[:-1]}, "words": [\n{words}\n  ]}}')
        body = ",\n".join(texts)
        (self.truths / f"{file}.json").write_text(f'{dump(facts)[:-1]}, "pages": [\n{body}\n]}}\n', encoding="utf8")

    def tiff(self, file: str, pages: list[ScanPage], compression: str = "group4", one_strip: bool = True):
        write_tiff(self.folder / file, pages, compression, one_strip)
        self.truth(file, pages)

    def jpeg(self, file: str, page: ScanPage, orientation: int | None = None):
        (self.folder / file).write_bytes(jpeg_bytes(page, orientation=orientation))
        self.truth(file, [page])

    def png(self, file: str, page: ScanPage):
        page.image.save(self.folder / file, "PNG", dpi=(page.dpi, page.dpi), optimize=True)
        self.truth(file, [page])

    def pdf(self, file: str, pages: list[ScanPage], rotate: list[int] | None = None):
        write_pdf(self.folder / file, pages, rotate)
        self.truth(file, pages)

    def damaged(self, file: str, content: bytes, held: list[str]):
        """A file that must be held, for one of the reasons `held`."""
        (self.folder / file).write_bytes(content)
        self.truth(file, [], held=held)


def dump(value) -> str:
    return json.dumps(value, ensure_ascii=False)


def beispiel():
    """Residence permit: form with blank backs in one G4 file, colour notice, certificate fed upside down."""
    case = Case("backlog", "AZ-2024-000123_Beispiel")
    case.tiff("0001_antrag.tif", [
        case.page(letters.antrag_erste_seite, "Antrag Aufenthaltstitel", 300, skew_deg=1.3, specks=20, punched=True),
        case.page(None, None, 300, specks=40, punched=True),
        case.page(letters.antrag_zweite_seite, "Antrag Aufenthaltstitel", 300, skew_deg=-0.8, specks=20),
        case.page(None, None, 300, specks=25),
    ])
    case.pdf("0002_bescheid.pdf", [
        case.page(letters.bescheid_erste_seite, "Bescheid", 200, mode="colour", skew_deg=-1.5, noise=2.0, clip_white=238),
        case.page(letters.bescheid_zweite_seite, "Bescheid", 300, skew_deg=0.4, specks=12),
    ])
    case.tiff("0003_meldebescheinigung.tif", [
        case.page(letters.meldebescheinigung, "Meldebescheinigung", 300, turn=180, skew_deg=0.6, specks=15),
    ], one_strip=False)


def oeger():
    """Tenancy: a scanned PDF of mixed streams with a sideways page, a two-column leaflet fed sideways. Umlaut in the name."""
    case = Case("backlog", "AZ-2023-004711_Öger")
    case.pdf("scan_20230904_0815.pdf", [
        case.page(letters.mietvertrag_erste_seite, "Mietvertrag", 200, mode="grey", skew_deg=2.0, noise=2.0, clip_white=240),
        case.page(letters.mietvertrag_zweite_seite, "Mietvertrag", 200, turn=270, skew_deg=-0.5),
    ], rotate=[0, 90])
    case.tiff("wohnungsgeber.tif", [
        case.page(letters.wohnungsgeberbestaetigung, "Wohnungsgeberbestätigung", 200, skew_deg=-2.4, specks=10),
    ], compression="tiff_lzw")
    case.tiff("merkblatt.tif", [
        case.page(letters.merkblatt_zweispaltig, "Merkblatt", 300, turn=90, skew_deg=0.9, specks=15),
    ])


def kowalczyk():
    """Money: tables with and without rules, a lossless grey PNG, a blank back with paper noise."""
    case = Case("backlog", "AZ-2022-000789_Kowalczyk")
    case.png("rechnung.png", case.page(letters.rechnung, "Rechnung", 200, mode="grey", noise=1.2, blur=0.4, clip_white=232))
    case.jpeg("rechnung_rueckseite.jpg", case.page(None, None, 200, mode="grey", noise=4.0, paper=232))
    case.tiff("kontoauszug.tif", [
        case.page(letters.kontoauszug, "Kontoauszug", 300, skew_deg=2.5, specks=20),
    ])
    case.jpeg("zahlungsaufstellung.jpg", case.page(
        letters.zahlungsaufstellung, "Auszahlungsbeleg", 200, mode="colour", turn=270, skew_deg=-1.1, noise=2.0,
        clip_white=238))


def nguyen():
    """Correspondence: note, e-mail and letter in one G4 file, one of them upside down; a JPEG with an EXIF orientation."""
    case = Case("backlog", "AZ-2021-001002_Nguyen-Lindner")
    case.tiff("0001.tif", [
        case.page(letters.vermerk, "Vermerk", 200, skew_deg=0.7, contrast=0.85, specks=10),
        case.page(None, None, 200, specks=12),
    ])
    case.tiff("0002.tif", [
        case.page(letters.email, "E-Mail", 200, turn=180, specks=8),
    ], compression="tiff_adobe_deflate")
    # Orientation 6: the viewer turns the pixels 90 degrees clockwise, so the page lies turned 270 degrees in them.
    case.jpeg("0003.jpg", case.page(
        letters.anhoerung, "Brief", 200, mode="grey", turn=270, skew_deg=1.8, noise=3.0, paper=236), orientation=6)


def stoerfall():
    """Damage of every common kind between two sound files."""
    case = Case("broken", "AZ-2020-000042_Störfall")
    good = case.page(letters.vermerk, "Vermerk", 200, skew_deg=-0.6)
    case.tiff("0001_gut.tif", [good])

    pages = [case.page(letters.email, "E-Mail", 200), case.page(letters.anhoerung, "Brief", 200)]
    whole = case.folder / "whole"
    write_tiff(whole, pages, "group4")
    content = whole.read_bytes()
    case.damaged("0002_abgeschnitten.tif", content[:len(content) * 6 // 10], ["truncated", "corrupt"])
    write_pdf(whole, pages)
    content = whole.read_bytes()
    case.damaged("0003_abgeschnitten.pdf", content[:len(content) * 6 // 10], ["truncated", "corrupt"])
    sound = whole.with_suffix(".pdf")
    sound.write_bytes(content)
    # The switches --static-* make the bytes the same each time; they are for tests only, says qpdf.
    subprocess.run(["qpdf", "--encrypt", "geheim", "geheim", "128", "--use-aes=y", "--", "--static-id", "--static-aes-iv",
                    sound, whole], check=True)
    case.damaged("0004_kennwort.pdf", whole.read_bytes(), ["encrypted"])
    grey = case.page(letters.anhoerung, "Brief", 200, mode="grey", noise=1.0, clip_white=232)
    content = jpeg_bytes(grey)
    case.damaged("0005_abgeschnitten.jpg", content[:len(content) * 4 // 10], ["truncated", "corrupt"])
    case.damaged("0006_leer.tif", b"", ["empty"])
    case.damaged("0007_text.tif", "Dies ist kein Bild, sondern ein Vermerk im falschen Kleid.\n".encode(), ["unknown_format"])
    subprocess.run(["qpdf", "--empty", "--static-id", whole], check=True)
    case.damaged("0008_ohne_seiten.pdf", whole.read_bytes(), ["no_pages"])
    whole.unlink()
    sound.unlink()

    case.tiff("0009_gut.tif", [case.page(letters.email, "E-Mail", 200, skew_deg=0.5)])


def main():
    for folder in ("backlog", "broken", "truth"):
        shutil.rmtree(HERE / folder, ignore_errors=True)
    for case in (beispiel, oeger, kowalczyk, nguyen, stoerfall):
        case()


if __name__ == "__main__":
    main()
