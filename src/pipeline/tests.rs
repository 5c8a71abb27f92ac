#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

#[test]
fn probe() {
    for text in [
        "[line]\nnam = \"x\"\nworkers = \nlanguage = 'deu\nstate = 1\n[ocr]\nengin = ppocr\nlanguages = \"deu\"\nline_width = 2\nline_width=3\ndeskew=true\n[line]\n[lin]\na=1\n[[type]]\nname=\"a/b\"\nworkers = \"4\"\n[separate]\nby = \"page\"\n[image]\njpeg_quality = 1\n[blank]\nmax_ink_share=inf\n[intake]\nlayout=\"file\"\nextensions=[\".tif\",1]\n[separte]\n[type2]\n[limits]\nattempts = \"4\"\nmax_pages = 99999999999999999999\n",
    ] {
        for p in parse("post", text).unwrap_err() {
            println!("{p}");
        }
    }
}
