"""Makes the hostile scans of testdata/hostile/: files that ask for more than they give.

python3 alone; nothing is random. The files are committed: run it only after a change. What is to become of each stands in
expected.json beside them; inputs that a fuzzer found lie in hostile/found/ and are not made here.
"""

import json
import struct
import zlib
from pathlib import Path

OUT = Path(__file__).parent / "hostile"
EXPECTED = {}


def put(name, data, *kinds):
    """`kinds`: how it may be held; "delivered" if it may be delivered."""
    (OUT / name).write_bytes(data)
    EXPECTED[name] = list(kinds)


# --- TIFF -----------------------------------------------------------------------------------------------------------


def ifd(tags, next_at):
    body = struct.pack("<H", len(tags))
    for tag, kind, count, value in sorted(tags):
        body += struct.pack("<HHI", tag, kind, count) + struct.pack("<I", value & 0xFFFFFFFF)
    return body + struct.pack("<I", next_at)


def page(width, height, strip_at, strip_len, compression=1, rows=None, **more):
    tags = {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 1), 259: (3, 1, compression), 262: (3, 1, 0),
            273: (4, 1, strip_at), 277: (3, 1, 1), 278: (4, 1, height if rows is None else rows), 279: (4, 1, strip_len)}
    tags.update({int(tag[1:]): value for tag, value in more.items()})
    return [(tag, *value) for tag, value in tags.items()]


def tiff(tags, data=b"", next_at=0):
    """One directory at 8, the data behind it at 512."""
    return (b"II*\0\x08\0\0\0" + ifd(tags, next_at)).ljust(512, b"\0") + data


def tiffs():
    rows = bytes([0x55]) * 8 * 64
    put("ifd_loop.tif", tiff(page(64, 64, 512, 512), rows, next_at=8), "corrupt", "delivered")
    two = bytearray(tiff(page(64, 64, 512, 512), rows, next_at=1024)) + ifd(page(64, 64, 512, 512), 8)
    put("ifd_loop_of_two.tif", bytes(two), "corrupt", "delivered")
    put("huge_sides.tif", tiff(page(0xFFFFFFFF, 0xFFFFFFFF, 512, 512), rows), "over_limit", "corrupt")
    put("huge_deflated.tif", tiff(page(65535, 65535, 512, 64, compression=8), zlib.compress(bytes(4096))), "over_limit")
    deflated = zlib.compress(bytes(1125 * 5000), 9)
    put("tall_claim.tif", tiff(page(9000, 10000, 512, len(deflated), compression=8), deflated), "corrupt", "truncated")
    put("zero_strip.tif", tiff(page(64, 64, 512, 0), rows), "corrupt", "truncated", "delivered")
    put("zero_sides.tif", tiff(page(0, 0, 512, 512), rows), "corrupt")
    put("zero_rows.tif", tiff(page(64, 64, 512, 512, rows=0), rows), "corrupt", "delivered")
    put("negative.tif", tiff(page(-64, -64, 512, 512, t256=(9, 1, -64), t257=(9, 1, -64)), rows), "corrupt", "over_limit")
    put("negative_strip.tif", tiff(page(64, 64, -512, -1), rows), "truncated", "corrupt")
    put("many_strips.tif", tiff(page(64, 64, 512, 512, rows=1, t273=(4, 0x7FFFFFFF, 512), t279=(4, 0x7FFFFFFF, 512)), rows),
        "corrupt", "truncated")
    put("many_samples.tif", tiff(page(64, 64, 512, 512, t277=(3, 1, 65535), t258=(3, 65535, 512)), rows),
        "corrupt", "truncated", "unsupported")
    put("sixty_four_bits.tif", tiff(page(64, 64, 512, 512, t258=(3, 1, 64)), rows), "corrupt", "truncated", "unsupported")
    put("g4_noise.tif", tiff(page(4096, 4096, 512, 512, compression=4), bytes(range(256)) * 2), "corrupt", "truncated")
    put("tag_far_away.tif", tiff(page(64, 64, 512, 512, t282=(5, 1, 0xFFFFFFF0), t283=(5, 0xFFFFFFF, 16)), rows),
        "corrupt", "delivered")
    tile = dict(t322=(4, 1, 0x7FFFFFF0), t323=(4, 1, 0x7FFFFFF0), t324=(4, 1, 512), t325=(4, 1, 512))
    put("huge_tile.tif", tiff(page(64, 64, 512, 512, **tile), rows), "corrupt", "over_limit", "truncated")
    chain, at = b"", 8
    for _ in range(10_001):
        at += 2 + 12 + 4
        chain += ifd([(256, 4, 1, 1)], at)
    put("pages_without_end.tif", b"II*\0\x08\0\0\0" + chain, "over_limit", "corrupt")


# --- JPEG -----------------------------------------------------------------------------------------------------------


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(width, height, scans=1, data=b"\x7F" * 32, sampling=0x11, extra=b"", frame=0xC0):
    table = segment(0xDB, b"\0" + b"\x01" * 64)
    dc = segment(0xC4, b"\x00" + bytes([0, 1] + [0] * 14) + b"\0")
    ac = segment(0xC4, b"\x10" + bytes([0, 1] + [0] * 14) + b"\0")
    head = segment(frame, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, sampling, 0]))
    scan = segment(0xDA, bytes([1, 1, 0, 0, 0 if frame == 0xC2 else 63, 0])) + data
    return b"\xFF\xD8" + table + dc + ac + head + extra + scan * scans + b"\xFF\xD9"


def jpegs():
    put("huge_sides.jpg", jpeg(65500, 65500), "over_limit", "truncated", "corrupt")
    put("no_height_and_dnl.jpg", jpeg(64, 0, data=b"\x7F" * 32 + segment(0xDC, b"\xFF\xFF")), "corrupt", "unsupported")
    put("zero_width.jpg", jpeg(0, 64), "corrupt")
    put("zero_sampling.jpg", jpeg(64, 64, sampling=0), "corrupt", "unsupported")
    restarts = b"".join(bytes([0x7F, 0xFF, 0xD0 + i % 8]) for i in range(20_000))
    put("restarts.jpg", jpeg(64, 64, data=restarts, extra=segment(0xDD, b"\0\x01")), "corrupt", "truncated", "unsupported")
    put("thousand_scans.jpg", jpeg(8000, 8000, scans=1000, frame=0xC2), "unsupported", "corrupt", "truncated")
    put("short_segment.jpg", b"\xFF\xD8" + segment(0xE0, b"JFIF")[:3] + b"\xFF" * 64, "truncated", "corrupt")
    loop = b"Exif\0\0II*\0\x08\0\0\0\xFF\xFF" + (b"\x1A\x01\x05\0\x01\0\0\0\xF8\xFF\xFF\xFF") * 40
    put("exif_loop.jpg", jpeg(64, 64, extra=segment(0xE1, loop)), "corrupt", "truncated", "delivered")
    codes = segment(0xC4, b"\x10" + bytes([255] * 16) + bytes(255 * 16))
    put("too_many_codes.jpg", jpeg(64, 64, extra=codes), "corrupt")


# --- PNG ------------------------------------------------------------------------------------------------------------


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, data, bits=1, colour=0, extra=b""):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1A\n" + head + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def pngs():
    put("huge_sides.png", png(0x7FFFFFFF, 0x7FFFFFFF, zlib.compress(b"\0")), "over_limit", "corrupt")
    put("zero_sides.png", png(0, 0, zlib.compress(b"\0")), "corrupt")
    put("more_than_it_says.png", png(8, 8, zlib.compress(bytes(64 << 20), 9)), "corrupt", "delivered")
    put("less_than_it_says.png", png(9000, 9000, zlib.compress(bytes(100))), "corrupt", "truncated")
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(256 << 20), 9))
    put("text_bomb.png", png(8, 8, zlib.compress(bytes(16)), extra=text), "delivered", "corrupt", "over_limit")
    profile = chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(256 << 20), 9))
    put("profile_bomb.png", png(8, 8, zlib.compress(bytes(16)), extra=profile), "delivered", "corrupt", "over_limit")
    put("chunk_without_end.png", png(8, 8, zlib.compress(bytes(16)))[:-12] + b"\xFF\xFF\xFF\xFFIDAT", "truncated", "corrupt")


# --- PDF ------------------------------------------------------------------------------------------------------------


def pdf(objects, trailer=b"/Root 1 0 R"):
    out, at = b"%PDF-1.4\n", {}
    for number, body in objects.items():
        at[number] = len(out)
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    out += b"".join(b"%d 1\n%010d 00000 n \n" % (number, offset) for number, offset in at.items())
    return out + b"trailer\n<<%s/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, max(at) + 1, start)


def stream(words, data, length=None):
    return b"<<%s/Length %d>>stream\n" % (words, len(data) if length is None else length) + data + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
LEAF = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<<%s>>>>"
DRAW = b"q 72 0 0 72 0 0 cm /I Do Q"
GREY = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceGray"


def sheet(content, resources=b"", **more):
    objects = {1: CATALOG, 2: PAGES, 3: LEAF % resources, 4: stream(b"", content)}
    objects.update({int(number[1:]): body for number, body in more.items()})
    return objects


def image(words, data, **more):
    return pdf(sheet(DRAW, b"/XObject<</I 5 0 R>>", o5=stream(GREY + words, data), **more))


def bomb(size):
    """`size` zero bytes, deflated piece by piece."""
    packer, out = zlib.compressobj(9), []
    for _ in range(size >> 20):
        out.append(packer.compress(bytes(1 << 20)))
    return b"".join(out) + packer.flush()


def pdfs():
    once = bomb(3 << 30)
    twice = zlib.compress(once, 9)
    double = b"/Filter[/FlateDecode/FlateDecode]"
    put("double_bomb_image.pdf", image(b"/Width 64/Height 64" + double, twice), "over_limit", "corrupt", "delivered")
    put("double_bomb_content.pdf", pdf({**sheet(b""), 4: stream(double, twice)}), "over_limit", "corrupt")
    head = b"/Type/ObjStm/N 1/First 4" + double
    put("double_bomb_objects.pdf", pdf({**sheet(DRAW), 9: stream(head, twice)}), "over_limit", "corrupt", "delivered")
    lzw = bytes([0x80, 0x0B, 0x60, 0x50, 0x22, 0x0C, 0x0C, 0x85, 0x01])
    put("lzw_noise.pdf", image(b"/Width 9000/Height 9000/Filter/LZWDecode", lzw), "corrupt", "truncated", "over_limit")
    runs = bytes([129, 0]) * 20_000 + b"\x80"
    put("run_lengths.pdf", image(b"/Width 64/Height 64/Filter/RunLengthDecode", runs), "corrupt", "delivered")
    put("huge_image.pdf", image(b"/Width 2000000000/Height 2000000000", b"x" * 99), "over_limit", "corrupt")
    put("negative_image.pdf", image(b"/Width -64/Height -64", b"x" * 99), "corrupt")
    put("negative_length.pdf", pdf({**sheet(DRAW), 4: stream(b"", DRAW, length=-7)}), "corrupt", "truncated", "delivered")
    put("tree_loop.pdf", pdf({**sheet(DRAW), 2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"}), "corrupt", "no_pages")
    put("claims_100000_pages.pdf", pdf({**sheet(DRAW), 2: b"<</Type/Pages/Kids[3 0 R]/Count 100000>>"}), "corrupt")
    kids = b"3 0 R " * 20_000
    put("same_page_20000_times.pdf", pdf({**sheet(b""), 2: b"<</Type/Pages/Count 20000/Kids[" + kids + b"]>>"}),
        "over_limit", "corrupt")
    put("deep_array.pdf", pdf({**sheet(DRAW), 3: LEAF % (b"/X" + b"[" * 50_000 + b"]" * 50_000)}), "corrupt", "delivered")
    put("deep_dictionary.pdf", pdf({**sheet(DRAW), 7: b"<</A" * 50_000 + b" 1" + b">>" * 50_000}), "corrupt", "delivered")
    put("deep_content.pdf", pdf(sheet(b"[" * 100_000 + b"]" * 100_000 + b" TJ")), "corrupt", "delivered")
    put("deep_states.pdf", pdf(sheet(b"q " * 200_000)), "corrupt", "delivered")
    form = stream(b"/Type/XObject/Subtype/Form/BBox[0 0 72 72]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do /F Do /F Do /F Do")
    put("form_loop.pdf", pdf(sheet(b"/F Do", b"/XObject<</F 5 0 R>>", o5=form)), "corrupt", "delivered")
    put("huge_sheet.pdf", pdf({**sheet(b"0 0 9 9 re f"), 3: LEAF.replace(b"72 72", b"1e9 1e9") % b""}), "over_limit", "corrupt")
    put("negative_sheet.pdf", pdf({**sheet(b"0 0 9 9 re f"), 3: LEAF.replace(b"72 72", b"-72 -72") % b""}), "corrupt", "delivered")
    put("flat_sheet.pdf", pdf({**sheet(b"0 0 9 9 re f"), 3: LEAF.replace(b"72 72", b"0 0") % b""}), "corrupt", "delivered")
    tile = stream(b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .0001/YStep .0001/Resources<<>>", b"0 0 1 1 re f")
    put("dense_pattern.pdf", pdf(sheet(b"/Pattern cs /P scn 0 0 72 72 re f", b"/Pattern<</P 5 0 R>>", o5=tile)), "corrupt", "delivered")
    put("many_dashes.pdf", pdf(sheet(b"[.00001] 0 d 1 w 0 0 m 72 72 l S")), "deadline", "crash", "over_limit", "delivered")
    put("previous_loop.pdf", pdf(sheet(DRAW), b"/Root 1 0 R/Prev 0/XRefStm 9"), "corrupt", "delivered")
    put("own_length.pdf", pdf({**sheet(DRAW), 4: b"<</Length 4 0 R>>stream\nq\nendstream"}), "corrupt", "delivered")
    jpx = b"\xFF\x4F\xFF\x51" + struct.pack(">HHIIIIIIIIHBBB", 41, 0, 2**31, 2**31, 0, 0, 1, 1, 0, 0, 1, 7, 1, 1)
    put("huge_jpx.pdf", image(b"/Width 64/Height 64/Filter/JPXDecode", jpx + b"\xFF\xD9"), "corrupt", "over_limit")
    jbig2 = struct.pack(">IBBBI", 0, 0x30, 0, 1, 19) + struct.pack(">IIIIBH", 2**31, 2**31, 0, 0, 0, 0)
    put("huge_jbig2.pdf", pdf(sheet(DRAW, b"/XObject<</I 5 0 R>>", o5=stream(
        b"/Type/XObject/Subtype/Image/Width 64/Height 64/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/JBIG2Decode",
        jbig2))), "corrupt", "over_limit")


OUT.mkdir(exist_ok=True)
for make in [tiffs, jpegs, pngs, pdfs]:
    make()
(OUT / "expected.json").write_text(json.dumps(EXPECTED, indent=1, sort_keys=True) + "\n")
