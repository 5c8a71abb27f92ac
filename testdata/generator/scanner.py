"""What a scanner does to a sheet: lays it askew, turns it, blurs it, adds noise; and how it writes files.

Everything is deterministic: noise comes from `random.Random` with a seed, never from the machine.
"""

import io
import math
import random
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from .sheet import Sheet

# A clockwise turn as Pillow calls it: by counter-clockwise angle.
TURNS = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}


@dataclass
class Look:
    """How the page comes out of the scanner."""

    mode: str = "bitonal"  # bitonal, grey or colour
    skew_deg: float = 0.0  # counter-clockwise positive, as the upright page is seen
    turn: int = 0  # clockwise, degrees: how the upright page lies in the scan
    noise: float = 3.0  # standard deviation in grey levels before thresholding or coding
    blur: float = 0.5  # radius in pixels
    paper: int = 244  # grey level of the paper
    contrast: float = 1.0  # share of the ink's darkness that is left
    threshold: int = 150  # below it, a bitonal pixel is ink
    specks: int = 0  # grains of dust
    clip_white: int = 256  # from this level on the scanner writes white


@dataclass
class ScanPage:
    """A scanned page and the truth about it."""

    image: Image.Image
    dpi: int
    look: Look
    kind: str | None
    blank: bool
    affine: list[list[float]] = field(default_factory=list)
    words: list = field(default_factory=list)

    def truth(self, number: int) -> dict:
        width, height = self.image.size
        return {
            "page": number,
            "width_px": width,
            "height_px": height,
            "dpi": self.dpi,
            "orientation_deg": self.look.turn,
            "skew_deg": self.look.skew_deg,
            "blank": self.blank,
            "type": self.kind,
            "M": [[round(v, 8) for v in row] for row in self.affine],
            "words": self.words,
        }


def _noise(size: tuple[int, int], sigma: float, rng: random.Random) -> Image.Image:
    """Triangular noise around 128 with the given standard deviation."""
    count = size[0] * size[1]
    first, second = (Image.frombytes("L", size, rng.randbytes(count)) for _ in range(2))
    # The mean of two uniform bytes deviates by 256 / sqrt(24), about 52.3.
    gain = sigma / 52.3
    return Image.blend(first, second, 0.5).point([round(128 + (v - 127.5) * gain) for v in range(256)])


def _skew(image: Image.Image, degrees: float, paper) -> tuple[Image.Image, list[list[float]]]:
    """Turns counter-clockwise about the middle. Returns the image and the map from old to new pixels."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    cx, cy = image.width / 2, image.height / 2
    forward = [[cos, sin, cx - cos * cx - sin * cy], [-sin, cos, cy + sin * cx - cos * cy]]
    if degrees == 0:
        return image, forward
    backward = (cos, -sin, cx - cos * cx + sin * cy, sin, cos, cy - sin * cx - cos * cy)
    turned = image.transform(image.size, Image.Transform.AFFINE, backward, Image.Resampling.BICUBIC, fillcolor=paper)
    return turned, forward


def _turn(affine: list[list[float]], turn: int, size: tuple[int, int]) -> list[list[float]]:
    """`affine` followed by a clockwise turn of an upright page of `size`."""
    (a, b, c), (d, e, f) = affine
    width, height = size
    return {
        0: [[a, b, c], [d, e, f]],
        90: [[-d, -e, height - f], [a, b, c]],
        180: [[-a, -b, width - c], [-d, -e, height - f]],
        270: [[d, e, f], [-a, -b, width - c]],
    }[turn]


def scan(sheet: Sheet, look: Look, kind: str | None, seed: str) -> ScanPage:
    """The sheet as the scanner delivers it. A sheet without words is a blank one."""
    rng = random.Random(seed)
    image = sheet.image if look.mode == "colour" else sheet.image.convert("L")
    dim = [round(look.paper - (255 - v) * look.contrast * look.paper / 255) for v in range(256)]
    image = image.point(dim * len(image.getbands()))
    image, affine = _skew(image, look.skew_deg, (look.paper,) * len(image.getbands()))
    affine = _turn(affine, look.turn, image.size)
    if look.turn:
        image = image.transpose(TURNS[look.turn])
    image = image.filter(ImageFilter.GaussianBlur(look.blur))
    # The lamp is a little brighter in the middle than at the lower edge.
    shade = Image.linear_gradient("L").resize(image.size).point([128 - v // 40 for v in range(256)])
    grain = ImageChops.add(_noise(image.size, look.noise, rng), shade, scale=1, offset=-128)
    bands = [ImageChops.add(band, grain, scale=1, offset=-128) for band in image.split()]
    image = Image.merge(image.mode, bands)
    if look.clip_white < 256:
        clip = [255 if v >= look.clip_white else round(v * 255 / look.clip_white) for v in range(256)]
        image = image.point(clip * len(bands))
    if look.mode == "bitonal":
        image = image.point([0 if v < look.threshold else 255 for v in range(256)]).convert("1", dither=Image.Dither.NONE)
    for _ in range(look.specks):
        x, y = rng.randrange(image.width - 2), rng.randrange(image.height - 2)
        image.paste(0 if image.mode in "1L" else (70, 66, 60), (x, y, x + rng.randint(1, 2), y + rng.randint(1, 2)))
    return ScanPage(image, sheet.dpi, look, kind, not sheet.words, affine, sheet.words)


def jpeg_bytes(page: ScanPage, quality: int = 75, orientation: int | None = None) -> bytes:
    out = io.BytesIO()
    options = {}
    if orientation:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    page.image.save(out, "JPEG", quality=quality, optimize=True, dpi=(page.dpi, page.dpi), **options)
    return out.getvalue()


def write_tiff(path: Path, pages: list[ScanPage], compression: str, one_strip: bool = True):
    """A TIFF as scanners write it: min-is-white, one strip a page unless told otherwise."""
    first, *rest = (page.image for page in pages)
    first.save(path, "TIFF", save_all=True, append_images=rest, compression=compression, dpi=(pages[0].dpi,) * 2,
               strip_size=1 << 30 if one_strip else 1 << 15, tiffinfo={262: 0} if first.mode == "1" else {})


def g4_bytes(page: ScanPage) -> bytes:
    """The bare Group 4 stream: the only strip of a TIFF."""
    out = io.BytesIO()
    page.image.save(out, "TIFF", compression="group4", strip_size=1 << 30, tiffinfo={262: 0})
    with Image.open(out) as tiff:
        (offset,), (length,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return out.getvalue()[offset:offset + length]


def write_pdf(path: Path, pages: list[ScanPage], rotate: list[int] | None = None):
    """A PDF as scanners write it: a page is one image. `rotate` gives each page's /Rotate."""
    objects: list[bytes] = [b"", b""]

    def add(head: str, stream: bytes | None = None) -> int:
        if stream is not None:
            head = head.replace("<<", f"<< /Length {len(stream)}", 1)
        objects.append(head.encode() + (b"\nstream\n" + stream + b"\nendstream" if stream is not None else b""))
        return len(objects)

    kids = []
    for number, page in enumerate(pages):
        width, height = page.image.size
        size = f"/Type /XObject /Subtype /Image /Width {width} /Height {height}"
        if page.image.mode == "1":
            image = add(f"<< {size} /ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode "
                        f"/DecodeParms << /K -1 /Columns {width} /Rows {height} >> >>", g4_bytes(page))
        else:
            space = "/DeviceGray" if page.image.mode == "L" else "/DeviceRGB"
            image = add(f"<< {size} /ColorSpace {space} /BitsPerComponent 8 /Filter /DCTDecode >>", jpeg_bytes(page))
        wide, high = width * 72 / page.dpi, height * 72 / page.dpi
        content = add("<< >>", f"q {wide:.2f} 0 0 {high:.2f} 0 0 cm /Im0 Do Q".encode())
        turned = f" /Rotate {rotate[number]}" if rotate and rotate[number] else ""
        kids.append(add(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {wide:.2f} {high:.2f}]{turned} "
                        f"/Resources << /XObject << /Im0 {image} 0 R >> >> /Contents {content} 0 R >>"))
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()

    out, offsets = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    path.write_bytes(out)
