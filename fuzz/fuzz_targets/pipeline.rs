//! Pipeline files: a pipeline, or problems that name places in the text.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| match scanstrasse::pipeline::parse("fuzz", text) {
    Ok(pipeline) => {
        assert!(pipeline.attempts >= 1);
        assert!(pipeline.recipe.decode.max_pixels >= 1);
    }
    Err(problems) => {
        assert!(!problems.is_empty(), "refused without a reason");
        let lines = text.split('\n').count();
        for problem in problems {
            assert!((1..=lines + 1).contains(&problem.line), "a problem on line {} of {lines}", problem.line);
            assert!(!problem.to_string().is_empty());
        }
    }
});
