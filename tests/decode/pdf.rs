//! PDFs: one image a page, and everything else.

use pdf_writer::types::AnnotationType;
use pdf_writer::{Chunk, Filter, Finish, Name, Pdf, Rect, Ref};
use scanstrasse::model::{ColourMode, FaultKind, ImageCodec, QuarterTurn};
use scanstrasse::raster::{DecodeParams, turned};

use super::{TestFile, gradient, group4, jpeg, pattern};

const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const IMAGE: Ref = Ref::new(5);
const FONT: Ref = Ref::new(6);

/// A document of one page in points, with the content and the image given.
struct Document {
    size: (f32, f32),
    rotate: i32,
    content: String,
    image: Chunk,
    /// What `/Count` says.
    count: i32,
    stamp: bool,
}

impl Document {
    fn new(image: Chunk, content: &str) -> Self {
        Self { size: (144.0, 72.0), rotate: 0, content: content.into(), image, count: 1, stamp: false }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut pdf = Pdf::new();
        pdf.catalog(CATALOG).pages(TREE);
        pdf.pages(TREE).kids([PAGE]).count(self.count);
        let mut page = pdf.page(PAGE);
        page.parent(TREE).media_box(Rect::new(0.0, 0.0, self.size.0, self.size.1)).rotate(self.rotate);
        page.contents(CONTENT);
        let mut resources = page.resources();
        resources.x_objects().pair(Name(b"I"), IMAGE);
        resources.fonts().pair(Name(b"F"), FONT);
        resources.finish();
        if self.stamp {
            page.annotations([Ref::new(7)]);
        }
        page.finish();
        if self.stamp {
            let mut stamp = pdf.annotation(Ref::new(7));
            stamp.subtype(AnnotationType::Square).rect(Rect::new(0.0, 0.0, 9.0, 9.0));
            stamp.appearance().normal().stream(Ref::new(8));
            stamp.finish();
            pdf.form_xobject(Ref::new(8), b"0 0 9 9 re f").bbox(Rect::new(0.0, 0.0, 9.0, 9.0));
        }
        pdf.stream(CONTENT, self.content.as_bytes());
        pdf.extend(&self.image);
        pdf.type1_font(FONT).base_font(Name(b"Helvetica"));
        pdf.finish()
    }

    fn file(&self) -> TestFile {
        TestFile::new(self.bytes())
    }
}

/// An image XObject of 8 bits a component.
fn xobject(width: u32, height: u32, components: usize, filter: Option<Filter>, data: &[u8]) -> Chunk {
    let mut chunk = Chunk::new();
    let mut image = chunk.image_xobject(IMAGE, data);
    image.width(width as i32).height(height as i32).bits_per_component(8);
    if components == 1 {
        image.color_space().device_gray();
    } else {
        image.color_space().device_rgb();
    }
    if let Some(filter) = filter {
        image.filter(filter);
    }
    image.finish();
    chunk
}

fn fax_xobject(width: u32, height: u32, data: &[u8], black_is_1: bool, mask: bool) -> Chunk {
    let mut chunk = Chunk::new();
    let mut image = chunk.image_xobject(IMAGE, data);
    image.width(width as i32).height(height as i32).bits_per_component(1).filter(Filter::CcittFaxDecode);
    if mask {
        image.image_mask(true);
    } else {
        image.color_space().device_gray();
    }
    let mut parms = image.decode_parms();
    parms.k(-1).columns(width as i32).rows(height as i32).black_is_1(black_is_1);
    parms.finish();
    image.finish();
    chunk
}

const FULL: &str = "q 144 0 0 72 0 0 cm /I Do Q";

#[test]
fn a_page_that_is_one_jpeg_passes_it_through() {
    let data = jpeg(200, 100, 3, &[90; 60000]);
    let image = || xobject(200, 100, 3, Some(Filter::DctDecode), &data);
    // All of these look the same.
    let contents = [
        FULL.to_owned(),
        "q 144 0 0 72 0 0 cm /I Do Q BT /F 9 Tf 3 Tr 10 10 Td (hidden) Tj ET".to_owned(),
        "BT /F 9 Tf 10 10 Td (behind the image) Tj ET q 144 0 0 72 0 0 cm /I Do Q".to_owned(),
        "1 g 0 0 144 72 re f q 0 0 144 72 re W n 144 0 0 72 0 0 cm /I Do Q".to_owned(),
        "q 0.24 0 0 0.24 0 0 cm q 600 0 0 300 0 0 cm /I Do Q Q".to_owned(),
    ];
    for content in contents {
        let file = Document::new(image(), &content).file();
        let page = file.page(0).unwrap();
        assert!(page.picture.original, "{content}");
        assert_eq!(file.picture(&page), data, "{content}");
        assert_eq!((page.picture.codec, page.colour), (ImageCodec::Jpeg { components: 3 }, ColourMode::Colour));
        assert_eq!((page.resolution.x_dpi, page.resolution.y_dpi), (100.0, 100.0), "200 pixels on 2 inches");
    }
}

#[test]
fn everything_that_shows_besides_the_image_is_drawn() {
    let data = jpeg(200, 100, 3, &[90; 60000]);
    let image = || xobject(200, 100, 3, Some(Filter::DctDecode), &data);
    let contents = [
        "q 144 0 0 72 0 0 cm /I Do Q BT /F 9 Tf 10 10 Td (visible) Tj ET",
        "q 144 0 0 72 0 0 cm /I Do Q 0 0 9 9 re f",
        "q 72 0 0 72 0 0 cm /I Do Q q 72 0 0 72 72 0 cm /I Do Q",
        "q 72 0 0 36 0 0 cm /I Do Q",
        "q 30 0 60 30 re W n 144 0 0 72 0 0 cm /I Do Q 0 0 50 50 re W n",
        "q 140 30 -30 70 0 0 cm /I Do Q",
        "",
    ];
    for content in contents {
        let page = Document::new(image(), content).file().page(0).unwrap();
        assert!(!page.picture.original, "{content}");
        assert_eq!(page.grey.size(), (600, 300), "{content}: 144 by 72 points at 300 dpi");
    }
    let stamped = Document { stamp: true, ..Document::new(image(), FULL) };
    let page = stamped.file().page(0).unwrap();
    assert!(!page.picture.original && page.grey.pixels()[299 * 600] == 0, "the stamp is black");
}

#[test]
fn group4_passes_through_with_the_sense_of_its_black() {
    let (w, h) = (160, 80);
    let pixels = pattern(w, h);
    let data = group4(w, &pixels);
    // BlackIs1 turns DeviceGray round; a stencil paints where the sample is 0.
    for (black_is_1, mask, inverted) in [(false, false, false), (true, false, true), (false, true, false)] {
        let file = Document::new(fax_xobject(w, h, &data, black_is_1, mask), FULL).file();
        let page = file.page(0).unwrap();
        assert_eq!(page.picture.codec, ImageCodec::Group4 { inverted });
        assert_eq!((file.picture(&page), page.picture.original), (data.clone(), true));
        // The renderer sees the same, where something else makes it draw the page.
        let drawn = Document::new(fax_xobject(w, h, &data, black_is_1, mask), &format!("{FULL} 0 0 0.1 0.1 re f"));
        let params = DecodeParams { render_dpi: 100, ..DecodeParams::default() };
        let drawn = drawn.file().open_with(&params).unwrap().page(0).unwrap();
        let mean = |pixels: &[u8]| pixels.iter().map(|&p| f64::from(p)).sum::<f64>() / pixels.len() as f64;
        assert!((mean(drawn.grey.pixels()) - mean(page.grey.pixels())).abs() < 12.0, "{black_is_1} {mask}");
    }
}

#[test]
fn unpacked_images_are_encoded_anew_without_loss() {
    let pixels = gradient(200, 100);
    let file = Document::new(xobject(200, 100, 1, None, &pixels), FULL).file();
    let page = file.page(0).unwrap();
    assert_eq!(page.grey.pixels(), pixels);
    assert_eq!((page.picture.codec, page.picture.original), (ImageCodec::Flate { components: 1 }, false));
}

#[test]
fn deflated_rows_with_png_filters_pass_through() {
    use pdf_writer::types::Predictor;
    use scanstrasse::raster::encode;
    let pixels = gradient(200, 100);
    let rgb: Vec<u8> = pixels.iter().flat_map(|&p| [p, 255 - p, 40]).collect();
    for (components, data) in [(1u8, &pixels), (3, &rgb)] {
        let deflated = encode::flate(200, components, data);
        let mut chunk = Chunk::new();
        let mut image = chunk.image_xobject(IMAGE, &deflated);
        image.width(200).height(100).bits_per_component(8).filter(Filter::FlateDecode);
        if components == 1 {
            image.color_space().device_gray();
        } else {
            image.color_space().device_rgb();
        }
        image.decode_parms().predictor(Predictor::PngOptimum).colors(components.into()).columns(200);
        image.finish();
        let file = Document::new(chunk, FULL).file();
        let page = file.page(0).unwrap();
        assert_eq!(page.picture.codec, ImageCodec::Flate { components });
        assert_eq!((file.picture(&page), page.picture.original), (deflated, true));
        // The pixels are those that went in: grey as they were, colours by their luminance.
        let luma = |p: &[u8]| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]);
        for (i, &found) in page.grey.pixels().iter().enumerate() {
            let expected = if components == 1 { f64::from(pixels[i]) } else { luma(&rgb[3 * i..]) };
            assert!((f64::from(found) - expected).abs() <= 1.0, "pixel {i}: {found} instead of {expected}");
        }
    }
}

#[test]
fn every_matrix_and_rotation_is_told_as_the_renderer_turns_it() {
    let (w, h) = (80u32, 40u32);
    let pixels = pattern(w, h);
    // The image fills a page of 144 by 72 or 72 by 144 points in one of eight ways.
    let matrices: [(&str, bool); 8] = [
        ("144 0 0 72 0 0", false),
        ("-144 0 0 72 144 0", false),
        ("144 0 0 -72 0 72", false),
        ("-144 0 0 -72 144 72", false),
        ("0 144 72 0 0 0", true),
        ("0 -144 72 0 0 144", true),
        ("0 144 -72 0 72 0", true),
        ("0 -144 -72 0 72 144", true),
    ];
    for (matrix, upright) in matrices {
        for rotate in [0, 90, 180, 270] {
            let document = |extra: &str| Document {
                size: if upright { (72.0, 144.0) } else { (144.0, 72.0) },
                rotate,
                ..Document::new(xobject(w, h, 1, None, &pixels), &format!("q {matrix} cm /I Do Q {extra}"))
            };
            let plain = document("").file().page(0).unwrap();
            assert_eq!(plain.grey.pixels(), pixels, "as stored");
            let ours = turned(&plain.grey, plain.tagged);
            // A speck of paint in the corner makes it draw the page, here at 10 times the image's resolution.
            let params = DecodeParams { render_dpi: 400, ..DecodeParams::default() };
            let drawn = document("0 0 0.01 0.01 re f").file().open_with(&params).unwrap().page(0).unwrap();
            assert_eq!(drawn.grey.size(), (ours.width() * 10, ours.height() * 10), "{matrix} {rotate}");
            let wrong = (0..ours.height() * ours.width())
                .filter(|i| {
                    let (x, y) = (i % ours.width(), i / ours.width());
                    let there = drawn.grey.pixels()[((y * 10 + 5) * drawn.grey.width() + x * 10 + 5) as usize];
                    there.abs_diff(ours.pixels()[*i as usize]) > 100
                })
                .count();
            assert!(wrong < 20, "{matrix} rotate {rotate}: {wrong} pixels differ, {:?}", plain.tagged);
        }
    }
}

#[test]
fn rotate_alone_is_a_turn() {
    let data = jpeg(200, 100, 1, &[90; 20000]);
    for (rotate, turn) in [(90, QuarterTurn::Cw270), (180, QuarterTurn::Half), (270, QuarterTurn::Cw90)] {
        let document = Document { rotate, ..Document::new(xobject(200, 100, 1, Some(Filter::DctDecode), &data), FULL) };
        let page = document.file().page(0).unwrap();
        assert_eq!((page.tagged.turn, page.tagged.mirrored), (turn, false));
    }
}

#[test]
fn pages_that_cannot_be_reached_are_missed() {
    let image = || xobject(2, 1, 1, None, &[0, 255]);
    for (count, kind) in [(2, FaultKind::Corrupt), (0, FaultKind::Corrupt)] {
        let fault = Document { count, ..Document::new(image(), FULL) }.file().open().err().unwrap();
        assert_eq!(fault.kind, kind, "{}", fault.detail);
    }
    let mut empty = Pdf::new();
    empty.catalog(CATALOG).pages(TREE);
    empty.pages(TREE).kids([]).count(0);
    assert_eq!(TestFile::new(empty.finish()).open().err().unwrap().kind, FaultKind::NoPages);
}

#[test]
fn no_cut_is_taken_for_a_whole_file() {
    let bytes = Document::new(xobject(20, 10, 1, None, &gradient(20, 10)), FULL).bytes();
    let end_marker = bytes.windows(5).rposition(|w| w == b"%%EOF").unwrap();
    for end in (9..end_marker + 5).step_by(7) {
        let fault = TestFile::new(bytes[..end].to_vec()).open().err().expect("refused");
        assert_eq!(fault.kind, FaultKind::Truncated, "cut at {end}");
    }
}

#[test]
fn missing_and_broken_parts_are_faults_not_blank_pages() {
    let data = jpeg(200, 100, 1, &pattern(200, 100));
    let good = Document::new(xobject(200, 100, 1, Some(Filter::DctDecode), &data), FULL).bytes();
    // The image object under another number: the page draws what is not there.
    let text = |from: &[u8], to: &[u8]| {
        let at = good.windows(from.len()).position(|w| w == from).expect("part of the file");
        let mut bytes = good.clone();
        bytes[at..at + from.len()].copy_from_slice(to);
        TestFile::new(bytes)
    };
    assert_eq!(text(b"/I 5 0 R", b"/I 9 0 R").fault(), FaultKind::Corrupt);
    assert_eq!(text(b"/Contents 4 0 R", b"/Contents 9 0 R").fault(), FaultKind::Corrupt);
    // A deflated stream that ends early.
    let deflated = {
        use std::io::Write;
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&pattern(200, 100)).unwrap();
        encoder.finish().unwrap()
    };
    for content in [FULL.to_owned(), format!("{FULL} 0 0 9 9 re f")] {
        let short = xobject(200, 100, 1, Some(Filter::FlateDecode), &deflated[..deflated.len() / 2]);
        assert_eq!(Document::new(short, &content).file().fault(), FaultKind::Truncated, "{content}");
    }
}

#[test]
fn limits() {
    let image = || xobject(200_000, 200_000, 1, None, &[0]);
    assert_eq!(Document::new(image(), FULL).file().fault(), FaultKind::OverLimit);
    let document = Document { size: (14400.0, 14400.0), ..Document::new(image(), "") };
    let page = document.file().open_with(&DecodeParams { max_pixels: 1 << 20, ..DecodeParams::default() });
    assert!(page.unwrap().page(0).is_err(), "200 inches square do not fit into a million pixels");
}
