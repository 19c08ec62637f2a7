//! `privops schema`: the schema as a document, and whether the file is current.

use std::path::Path;
use std::process::ExitCode;

use super::say;
use crate::entry::graphql::sdl;
use crate::entry::instance::StartError;

/// The file, in the root of the project.
const FILE: &str = "schema.graphql";

/// Prints the schema, writes it to the file, or compares the two.
///
/// # Errors
/// [`StartError`] when the file cannot be written, or differs.
pub(super) fn run(write: bool, check: bool) -> Result<ExitCode, StartError> {
    let sdl = sdl();
    if write {
        std::fs::write(FILE, sdl)
            .map_err(|source| StartError::because(format!("cannot write {FILE}"), source))?;
    } else if check {
        let written = std::fs::read_to_string(Path::new(FILE)).unwrap_or_default();
        if written != sdl {
            let advice = "run: cargo run -- schema --write";
            return Err(StartError::new(format!("{FILE} is not current; {advice}")));
        }
    } else {
        say(sdl.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}
