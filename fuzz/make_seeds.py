"""Draws the small inputs that the fuzz targets start from (fuzz/seeds/). They are committed; run it after a change.

python3 with Pillow. Nothing here is random: the same inputs come out again.
"""

import io
import json
import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw

SEEDS = Path(__file__).parent / "seeds"


def picture(mode, size=(37, 29)):
    grey = Image.new("L", size, 255)
    draw = ImageDraw.Draw(grey)
    draw.rectangle((4, 4, 20, 8), fill=0)
    draw.line((2, 25, 33, 12), fill=90, width=2)
    return grey.convert("1") if mode == "1" else grey.convert("RGB").convert(mode)


def put(target, name, data):
    (SEEDS / target).mkdir(parents=True, exist_ok=True)
    (SEEDS / target / name).write_bytes(data)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def tiffs():
    for compression in ["raw", "group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw", "tiff_adobe_deflate"]:
        put("tiff", f"bitonal_{compression}.tif", saved(picture("1"), "TIFF", compression=compression))
    for mode in ["L", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16"]:
        image = Image.new("I;16", (37, 29), 999) if mode == "I;16" else picture(mode if mode != "LAB" else "RGB")
        for compression in ["raw", "tiff_lzw"]:
            put("tiff", f"{mode.replace(';', '')}_{compression}.tif", saved(image, "TIFF", compression=compression))
    for mode in ["L", "RGB"]:
        put("tiff", f"{mode}_jpeg.tif", saved(picture(mode), "TIFF", compression="jpeg"))
    pages = dict(save_all=True, append_images=[picture("1"), picture("L")], compression="tiff_lzw", dpi=(200, 200))
    put("tiff", "pages.tif", saved(picture("1"), "TIFF", **pages))
    put("tiff", "tiled.tif", tile())
    put("tiff", "turned.tif", saved(picture("L"), "TIFF", tiffinfo={274: 6}))


def tile():
    """A big-endian TIFF of two 16 x 16 tiles."""
    tags = [(256, 4, 1, 32), (257, 4, 1, 16), (258, 3, 1, 8 << 16), (259, 3, 1, 1 << 16), (262, 3, 1, 1 << 16),
            (277, 3, 1, 1 << 16), (322, 4, 1, 16), (323, 4, 1, 16), (324, 4, 2, 150), (325, 4, 2, 158)]
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags))
    head += b"".join(struct.pack(">HHII", *tag) for tag in tags) + struct.pack(">I", 0)
    head = head.ljust(150, b"\0") + struct.pack(">IIII", 170, 426, 256, 256)
    return head.ljust(170, b"\0") + bytes(range(256)) * 2


def jpegs():
    for name, mode, options in [
        ("grey", "L", {}), ("colour", "RGB", {"subsampling": 2}), ("progressive", "RGB", {"progressive": True}),
        ("cmyk", "CMYK", {}), ("restart", "L", {"restart_marker_blocks": 2}), ("plain444", "RGB", {"subsampling": 0}),
    ]:
        put("jpeg", f"{name}.jpg", saved(picture(mode), "JPEG", quality=60, dpi=(300, 300), **options))
    exif = Image.Exif()
    exif[0x0112], exif[0x011A], exif[0x011B], exif[0x0128] = 6, 300.0, 300.0, 2
    put("jpeg", "exif.jpg", saved(picture("L"), "JPEG", exif=exif))
    put("exif", "exif.bin", exif.tobytes()[6:])
    put("exif", "big.bin", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0\0\0\0\0")


def pngs():
    for mode in ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]:
        image = Image.new("I;16", (9, 7), 999) if mode == "I;16" else picture(mode, (19, 13))
        put("png", f"{mode.replace(';', '')}.png", saved(image, "PNG", dpi=(200, 200)))
    put("png", "transparent.png", saved(picture("P", (19, 13)), "PNG", transparency=0))


def pdf(objects, trailer=b"<</Root 1 0 R>>"):
    out, at = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        at.append(len(out))
        out += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in at)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(at) + 1) + table
    return out + b"trailer" + trailer[:-2] + b"/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(at) + 1, start)


def stream(data, words=b""):
    return b"<</Length %d%s>>stream\n" % (len(data), words) + data + b"\nendstream "


def one_image(words, data, content=b"q 72 0 0 72 0 0 cm /I Do Q"):
    head = b"/Type/XObject/Subtype/Image/Width 37/Height 29"
    return pdf([
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        stream(content), stream(data, head + words),
    ])


def pdfs():
    grey = picture("L").tobytes()
    rgb = picture("RGB").tobytes()
    bits = picture("1").tobytes()
    rows = b"".join(b"\x02" + grey[37 * y: 37 * (y + 1)] for y in range(29))
    predictor = b"/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 37>>"
    fax = saved(picture("1"), "TIFF", compression="group4")
    strip = Image.open(io.BytesIO(fax)).tag_v2
    fax = fax[strip[273][0]: strip[273][0] + strip[279][0]]
    kinds = {
        "raw": (b"/BitsPerComponent 8/ColorSpace/DeviceGray", grey),
        "flate": (b"/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/FlateDecode", zlib.compress(rgb)),
        "predictor": (b"/BitsPerComponent 8/ColorSpace/DeviceGray" + predictor, zlib.compress(rows)),
        "bits": (b"/BitsPerComponent 1/ColorSpace/DeviceGray/Decode[1 0]", bits),
        "stencil": (b"/ImageMask true", bits),
        "indexed": (b"/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]", grey),
        "dct": (b"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode", saved(picture("L"), "JPEG")),
        "fax": (b"/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 37>>", fax),
        "jpx": (b"/Filter/JPXDecode", saved(picture("L"), "JPEG2000", no_jp2=True)),
        "lzw": (b"/BitsPerComponent 8/ColorSpace/DeviceGray/Filter[/ASCIIHexDecode]", grey.hex().encode() + b">"),
    }
    for name, (words, data) in kinds.items():
        put("pdf", f"{name}.pdf", one_image(words, data))
        put("pdf_image", f"{name}.bin", b"/Width 37/Height 29" + words + b"\0" + data)
    content = b"q 1 0 0 1 0 0 cm 0 g 10 10 20 20 re W n BT /T 12 Tf 3 Tr (a) Tj ET 1 1 1 rg 0 0 72 72 re f Q /F Do /I Do"
    put("pdf_content", "content.bin", content)
    put("pdf_content", "image.bin", b"q 72 0 0 72 0 0 cm /I Do Q")
    put("pdf_content", "inline.bin", b"q 72 0 0 72 0 0 cm BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI Q /G gs /OC /X BDC EMC")
    put("pdf", "text.pdf", one_image(*kinds["raw"], content=content))
    for kind, head in [("g4", b"\0\x25\0\x1d\x02")]:
        put("fax", f"{kind}.bin", head + fax)
    put("fax", "g3.bin", b"\0\x25\0\x1d\x08" + b"\0\x1a\x35\x40" * 9)


def account():
    """A sound account of two scans, three pages."""
    page = lambda scan, index, number: {
        **({"page": number} if number else {}), "scan": scan * 64, "file": f"{scan}.tif", "index": index, "turn_deg": 0,
        "skew_deg": 0.5, "blank": not number, "ink_share": 0.1, "image_sha256": "9" * 64 if number else None}
    why = {"stage": "ocr", "kind": "engine", "detail": "d", "remedy": "r"}
    document = {"number": 1, "type": "x", "confidence": 0.5, "file": "0001_x.pdf", "sha256": "8" * 64, "bytes": 9,
                "created": "1970-01-01T00:00:05Z", "fields": [], "pages": [page("a", 0, 1), page("b", 0, 2) | {"unread": why}]}
    scan = lambda name, pages: {"batch": "K", "file": f"{name}.tif", "sha256": name * 64, "bytes": 9, "pages": pages}
    duplicate = {"batch": "K", "file": "c.tif", "sha256": "a" * 64, "bytes": 9, "of": {"case": "K", "file": "a.tif"},
                 "action": "link", "documents": ["K/0001_x.pdf"]}
    return {"format": "scanstrasse case 1", "case": "K/1", "scans": [scan("a", 3), scan("b", 1), scan("d", None)],
            "documents": [document], "blanks_removed": [page("a", 1, 0)], "separators": [],
            "held": [{"scan": "a" * 64, "file": "a.tif", "index": 2} | why | {"discarded": {"reason": "a", "by": "b", "at": "c"}},
                     {"scan": "d" * 64, "file": "d.tif", "index": None} | why],
            "duplicates": [duplicate],
            "balance": {"received": 4, "delivered": 2, "blanks": 1, "separators": 0, "held": 1}}


def others():
    put("account", "account.json", json.dumps(account(), separators=(",", ":")).encode())
    for name, data in [("tiff.bin", b"II*\0\x08\0\0\0"), ("zero.bin", bytes(9)), ("pdf.bin", b"\n%PDF-1.4"), ("zip.bin", b"PK\3\4")]:
        put("scan", name, data)
    put("measures", "bars.bin", bytes([36, 1, 20]) + picture("L").tobytes())
    put("measures", "white.bin", bytes([15, 6, 30]) + b"\xff" * 256)
    put("names", "usual.bin", "Müller & Söhne (2).tif".encode())
    put("names", "odd.bin", b"~$a\\\xff\x01CON .pdf ")
    put("index", "kodak.bin", b'\x00"I05u";"01";"0000000001";"C12345";;"12201997"\r\n')
    put("index", "kodak_range.bin", b'\x00"I02r";"01";"0000000001";"0000000001";"0000000004";"a ""b"""\r\n')
    put("index", "kofax.bin", b'\x01"Akten","AZ","4711","Name","M\xfcller","x:\\5.tif"\r\n')
    put("index", "crosscap.bin", b"\x024711;D:\\export\\4711_0001.pdf\r\n")
    put("index", "schleupen.bin", b'\x03<datei name="a &amp; b.tif"/>')
    for name, text in [
        ("ready.bin", '"Ready"'),
        ("opened.bin", '{"Done":{"opened":{"pages":3}}}'),
        ("fault.bin", '{"Failed":{"stage":"decode","kind":"corrupt","detail":"x"}}'),
    ]:
        put("frame", name, struct.pack("<I", len(text)) + text.encode())
    for path in (Path(__file__).parent.parent / "pipelines").glob("*.toml"):
        lines = [line.lstrip("#") for line in path.read_text().splitlines() if "=" in line or line.startswith("[")]
        put("pipeline", path.name, "\n".join(line for line in lines if not line.startswith(" ")).encode())


def wholes():
    for name in ["tiff/pages.tif", "tiff/tiled.tif", "jpeg/exif.jpg", "png/1.png", "pdf/text.pdf"]:
        put("whole", Path(name).name, (SEEDS / name).read_bytes())


for make in [tiffs, jpegs, pngs, pdfs, others, wholes]:
    make()
