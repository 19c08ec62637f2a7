//! `privops export` and `privops import`: files, and how far it is.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use entity::id::ControllerId;

use super::progress::Progress;
use super::{only, say};
use crate::context::Ctx;
use crate::entry::instance::{Instance, StartError};
use crate::transfer::service::{Export, Import, Lines, Tables};

/// What stands for standard output.
const STDOUT: &str = "-";

/// In which form an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// A line of JSON for each row: what `import` reads.
    Ndjson,
    /// A directory with a CSV file for each table: for people, it cannot be imported.
    Csv,
}

#[derive(Args)]
pub(super) struct ExportArguments {
    /// The controller; may be left out where there is only one.
    #[arg(long, value_name = "ID")]
    controller: Option<ControllerId>,
    /// In which form.
    #[arg(long, value_enum)]
    format: Format,
    /// A new file, or - for standard output; for csv, a new directory.
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// Show how far it is, also where standard error is no terminal.
    #[arg(long)]
    progress: bool,
}

#[derive(Args)]
pub(super) struct ImportArguments {
    /// What `export --format ndjson` wrote.
    path: PathBuf,
    /// What the controller is called here, where that is to be another name.
    #[arg(long, value_name = "NAME")]
    controller_name: Option<String>,
    /// Show how far it is, also where standard error is no terminal.
    #[arg(long)]
    progress: bool,
}

/// Writes everything of a controller out.
///
/// # Errors
/// [`StartError`] when the file is there already or cannot be written, and when something does not open.
pub(super) async fn export(
    instance: &Instance,
    arguments: ExportArguments,
) -> Result<(), StartError> {
    let controller = only(instance, arguments.controller).await?;
    let ctx = instance.operator(controller).await?;
    let export = Export::begin(&ctx).await?;
    let (out, total) = (arguments.out.as_path(), export.total());
    let progress = Progress::new("exporting", "rows", arguments.progress);
    let written = write(&ctx, export, arguments.format, out, &progress).await;
    progress.end();
    written?;
    if out != Path::new(STDOUT) {
        say(&format!("exported {total} rows of {controller}"));
    }
    Ok(())
}

async fn write(
    ctx: &Ctx,
    export: Export<'_>,
    format: Format,
    out: &Path,
    progress: &Progress,
) -> Result<(), StartError> {
    let total = export.total();
    let told = |done| progress.at(done, total);
    // What is not whole is of no use, and personal all the same.
    match format {
        Format::Ndjson => {
            let file = file(out)?;
            let mut lines = Lines::begin(ctx, file, total)?;
            let written = export.run(&mut lines, told).await;
            if written.is_err() && out != Path::new(STDOUT) {
                std::fs::remove_file(out).map_err(|source| cannot_remove(out, source))?;
            }
            Ok(written?)
        }
        Format::Csv => {
            let mut tables = tables(out)?;
            let written = export.run(&mut tables, told).await;
            if written.is_err() {
                std::fs::remove_dir_all(out).map_err(|source| cannot_remove(out, source))?;
            }
            Ok(written?)
        }
    }
}

/// A new file that only its owner reads, or standard output.
fn file(path: &Path) -> Result<BufWriter<Box<dyn Write>>, StartError> {
    if path == Path::new(STDOUT) {
        return Ok(BufWriter::new(Box::new(io::stdout())));
    }
    let file = create(path).map_err(|source| cannot_make(path, source))?;
    Ok(BufWriter::new(Box::new(file)))
}

/// A new directory that only its owner enters, with files that only its owner reads.
fn tables(folder: &Path) -> Result<Tables, StartError> {
    let mut builder = DirBuilder::new();
    let made = builder.mode(0o700).create(folder);
    made.map_err(|source| cannot_make(folder, source))?;
    let folder = folder.to_owned();
    Ok(Tables::begin(move |table| {
        let file = create(&folder.join(format!("{table}.csv")))?;
        Ok(Box::new(BufWriter::new(file)))
    }))
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

fn cannot_make(path: &Path, source: io::Error) -> StartError {
    StartError::because(format!("cannot make {}", path.display()), source)
}

fn cannot_remove(path: &Path, source: io::Error) -> StartError {
    let what = format!("the export failed, and its part stays: {}", path.display());
    StartError::because(what, source)
}

/// Reads an export into a controller that is not here yet.
///
/// # Errors
/// [`StartError`] for a file that is no whole export, and when its controller is here already.
pub(super) async fn import(
    instance: &Instance,
    arguments: ImportArguments,
) -> Result<(), StartError> {
    let checking = Progress::new("checking", "rows", arguments.progress);
    let import = Import::check(&arguments.path, |done, of| checking.at(done, of));
    checking.end();
    let import = import?;
    let (controller, total) = (import.controller(), import.total());
    let importing = Progress::new("importing", "rows", arguments.progress);
    let name = arguments.controller_name.as_deref();
    let told = |done, of| importing.at(done, of);
    let imported = import.run(&instance.app, name, told).await;
    importing.end();
    imported?;
    say(&format!(
        "imported {total} rows of {controller}; its tokens stayed behind, the first new one is: \
         privops token issue --controller {controller} --role OWNER --name NAME"
    ));
    Ok(())
}
