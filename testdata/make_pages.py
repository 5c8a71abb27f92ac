#!/usr/bin/env python3
"""Makes documents of all types that the pipelines know, as page JSON and, if asked to, as scans; see README.md.

DIR/<pipeline>/<type>/<id>.json   the pages as `scanstrasse ocr --format json` writes them
DIR/<pipeline>/<type>/<id>.tif    the same document as a scan (or .png, .jpg), with --render
DIR/truth.jsonl                   a line for each document: type, layout, wording, index fields with their places
"""

import argparse
import json
from pathlib import Path

from generator import documents
from generator.catalogue import PIPELINES
from generator.script import SPLITS, read_banks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, required=True, metavar="DIR")
    parser.add_argument("--pipeline", default="all", choices=["all", *PIPELINES])
    parser.add_argument("--type", action="append", metavar="NAME", help="only these types")
    parser.add_argument("--split", required=True, nargs="+", choices=SPLITS, help="whose layouts and wordings")
    parser.add_argument("--count", type=int, default=20, metavar="N", help="documents of each type")
    parser.add_argument(
        "--unknown", type=int, metavar="N", help="documents of no type of the pipeline; else three times --count"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--render", type=int, metavar="DPI", help="draw scans, too")
    parser.add_argument(
        "--errors", type=float, default=0.01, metavar="RATE", help="share of letters that are misread, about"
    )
    arguments = parser.parse_args()

    kinds = read_banks()
    arguments.output.mkdir(parents=True, exist_ok=True)
    with open(arguments.output / "truth.jsonl", "w", encoding="utf8") as truths:
        for name in PIPELINES if arguments.pipeline == "all" else [arguments.pipeline]:
            unknown = arguments.unknown if arguments.unknown is not None else 3 * arguments.count
            for kind, count in [*((kind, arguments.count) for kind in PIPELINES[name].types), (documents.UNKNOWN, unknown)]:
                if arguments.type and kind not in arguments.type:
                    continue
                for number in range(count):
                    made = documents.make(kinds, name, kind, arguments.split, number, arguments.seed, arguments.render)
                    write(made, name, arguments, truths)


def write(made: documents.Made, pipeline: str, arguments, truths):
    path = documents.path_of(arguments.output, pipeline, made)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.with_suffix(".json")
    named = str(file.relative_to(arguments.output))
    if arguments.render:
        from generator.damage import scan_document

        named_scan = scan_document(made, path)
    else:
        named_scan = named
    pages = made.json(arguments.errors, named_scan)
    body = ",\n".join(json.dumps(page, ensure_ascii=False, separators=(",", ":")) for page in pages["pages"])
    file.write_text(f'{{"file":{json.dumps(pages["file"], ensure_ascii=False)},"pages":[\n{body}\n]}}\n', encoding="utf8")
    truths.write(json.dumps(made.truth(named, pipeline), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
