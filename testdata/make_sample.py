#!/usr/bin/env python3
"""Makes testdata/types/: a few page JSONs of three types, for tests of training. Run by `make testdata`; committed."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TYPES = ["Rechnung", "Widerspruch", "Vollmacht", "unbekannt"]


def main():
    target = HERE / "types"
    shutil.rmtree(target, ignore_errors=True)
    for split, count in [("train", 8), ("eval", 4)]:
        subprocess.run(
            [
                sys.executable,
                HERE / "make_pages.py",
                "--output",
                target / split,
                "--pipeline",
                "posteingang",
                "--split",
                split,
                "--count",
                str(count),
                "--unknown",
                str(count),
                "--seed",
                "5",
                *(f"--type={name}" for name in TYPES),
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
