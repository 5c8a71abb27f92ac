//! Links the system's libtiff.

use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    // 4.5 brought error handlers of one file instead of the whole process.
    match pkg_config::Config::new().atleast_version("4.5").probe("libtiff-4") {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            println!(
                "cargo::error=libtiff 4.5 or newer was not found: install `libtiff-dev` and `pkg-config` ({error})"
            );
            ExitCode::FAILURE
        }
    }
}
