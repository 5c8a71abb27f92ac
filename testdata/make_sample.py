#!/usr/bin/env python3
"""Makes testdata/types/: a document of every third type of each pipeline, in wordings that neither rules nor models were made
with, to test what is shipped. Run by `make testdata`; committed."""

import shutil
import subprocess
import sys
from pathlib import Path

from generator.catalogue import PIPELINES

HERE = Path(__file__).resolve().parent


def main():
    target = HERE / "types"
    shutil.rmtree(target, ignore_errors=True)
    for name, pipeline in PIPELINES.items():
        types = [*list(pipeline.types)[::3], "unbekannt"]
        command = [sys.executable, HERE / "make_pages.py", "--output", target, "--pipeline", name, "--split", "probe"]
        command += ["--count", "1", "--unknown", "1", "--seed", "7", *(f"--type={kind}" for kind in types)]
        subprocess.run(command, check=True)
        (target / "truth.jsonl").rename(target / name / "truth.jsonl")


if __name__ == "__main__":
    main()
