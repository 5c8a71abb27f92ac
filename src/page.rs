//! `process_page`: the recipe of one page, one screen.

use serde::{Deserialize, Serialize};

use crate::codes::{self, BarcodeKind, CodeParams, Standing};
use crate::infer::ModelFolder;
use crate::model::{
    Affine, Barcode, Blank, ColourMode, Degrees, Digest, Face, Fault, PageImage, PageRecord, PatchCode, PixelBox,
    Placement, Quad, QuarterTurn, Resolution, SheetOrder, TextLine,
};
use crate::ocr::{Engine, OcrParams, OrientNet, order};
use crate::raster::{BlankParams, DecodeParams, DecodedPage, SkewParams, blank, skew, turned};

/// Everything that decides what becomes of a page's bytes. The same page under the same recipe gives the same record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Decoding and the picture for the PDF.
    pub decode: DecodeParams,
    /// Whether the page's content, besides the file's tags, decides which side is up.
    pub orient_by_content: bool,
    /// Skew.
    pub skew: SkewParams,
    /// Blank measure.
    pub blank: BlankParams,
    /// Patch codes and barcodes.
    pub codes: CodeParams,
    /// Text.
    pub ocr: OcrParams,
}

impl Recipe {
    /// Names the recipe: equal digests, equal records.
    pub fn digest(&self) -> Digest {
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The engines a recipe needs, loaded once for each worker.
pub struct Readers {
    codes: bool,
    orient: Option<OrientNet>,
    engine: Option<Engine>,
}

impl Readers {
    /// Loads what `recipe` asks for.
    ///
    /// # Errors
    /// A model is missing or altered, or an engine does not start.
    pub fn open(recipe: &Recipe, models: &ModelFolder) -> Result<Self, Fault> {
        Ok(Self {
            codes: true,
            orient: recipe.orient_by_content.then(|| OrientNet::open(models)).transpose()?,
            engine: recipe.ocr.enabled.then(|| Engine::open(&recipe.ocr, models)).transpose()?,
        })
    }

    /// Reads nothing: for pages that a person or the pipeline lets go with their picture alone.
    pub fn none() -> Self {
        Self { codes: false, orient: None, engine: None }
    }

    /// Reads codes alone: for recipes that need no model.
    pub fn of_codes() -> Self {
        Self { codes: true, ..Self::none() }
    }
}

/// How sure the network must be of the turn for it to tell patch 1 from 6; a page without print gives 0.
const SURE_OF_TURN: f32 = 0.2;

/// What was found on a page: its record but for the picture.
pub struct Findings {
    size: (u32, u32),
    resolution: Resolution,
    colour: ColourMode,
    placement: Placement,
    skew: Degrees,
    blank: Blank,
    barcodes: Vec<Barcode>,
    patch_codes: Vec<PatchCode>,
    lines: Vec<TextLine>,
}

/// Which way up, how skewed, how empty, and what it says. Nothing is resampled; all places are scan pixels.
pub fn process_page(page: &DecodedPage, recipe: &Recipe, readers: &mut Readers) -> Result<Findings, Fault> {
    let as_tagged = turned(&page.grey, page.tagged);
    let blank = blank(&as_tagged, page.resolution, &recipe.blank);
    let (turn, sure) = match &mut readers.orient {
        Some(orient) if !blank.is_blank => orient.turn(&as_tagged)?,
        _ => (QuarterTurn::None, 0.0),
    };
    let upright = turned(&as_tagged, Placement { mirrored: false, turn });
    let placement = page.tagged.with_content_turn(turn);
    let (barcodes, patch_codes) = if readers.codes && !blank.is_blank {
        let standing = if sure >= SURE_OF_TURN { Standing::Upright } else { Standing::Unknown };
        codes::find(&upright, placement.upright_resolution(page.resolution), standing, &recipe.codes)?
    } else {
        Default::default()
    };
    let skew = if blank.is_blank { Degrees(0.0) } else { skew(&upright, &recipe.skew) };
    let lines = match &mut readers.engine {
        Some(engine) if !blank.is_blank => order(engine.read(&upright, page.resolution)?, upright.size(), skew),
        _ => Vec::new(),
    };
    let map = placement.to_scan(page.grey.size());
    let in_scan = |bounds: PixelBox| Quad::from_box(bounds).map(&map).bounds();
    Ok(Findings {
        size: page.grey.size(),
        resolution: page.resolution,
        colour: page.colour,
        placement,
        skew,
        blank,
        barcodes: barcodes.into_iter().map(|code| Barcode { bounds: in_scan(code.bounds), ..code }).collect(),
        patch_codes: patch_codes.into_iter().map(|code| PatchCode { bounds: in_scan(code.bounds), ..code }).collect(),
        lines: in_scan_pixels(lines, &map),
    })
}

/// What a page is to somebody who counts a batch: of its codes only those of our separator sheets are looked for.
pub fn face(page: &DecodedPage, recipe: &Recipe) -> Result<Face, Fault> {
    let as_tagged = turned(&page.grey, page.tagged);
    if blank(&as_tagged, page.resolution, &recipe.blank).is_blank {
        return Ok(Face::Blank);
    }
    let params = CodeParams { patch_codes: false, barcodes: vec![BarcodeKind::QrCode], ..recipe.codes.clone() };
    let resolution = page.tagged.upright_resolution(page.resolution);
    let (barcodes, _) = codes::find(&as_tagged, resolution, Standing::Unknown, &params)?;
    let order = barcodes.iter().find_map(|code| SheetOrder::parse(&code.value));
    Ok(order.map_or(Face::Page, |order| Face::Separator { pages: order.pages, sheets: order.sheets }))
}

/// Moves lines from upright pixels to scan pixels.
fn in_scan_pixels(mut lines: Vec<TextLine>, map: &Affine) -> Vec<TextLine> {
    for line in &mut lines {
        line.quad = line.quad.map(map);
        for word in &mut line.words {
            word.quad = word.quad.map(map);
        }
    }
    lines
}

impl Findings {
    /// The page's record, with its picture.
    pub fn record(self, image: PageImage) -> PageRecord {
        PageRecord {
            width_px: self.size.0,
            height_px: self.size.1,
            resolution: self.resolution,
            colour: self.colour,
            placement: self.placement,
            skew: self.skew,
            blank: self.blank,
            barcodes: self.barcodes,
            patch_codes: self.patch_codes,
            lines: self.lines,
            image,
        }
    }
}
