//! LibreOffice as another opinion of what a workbook says, where it is there: `EARMARK_SOFFICE=1`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Whether it is there; says so where it is not.
pub(crate) fn is_there() -> bool {
    let there = std::env::var_os("EARMARK_SOFFICE").is_some_and(|value| value == "1");
    if !there {
        println!("LEFT OUT: what LibreOffice saves, for EARMARK_SOFFICE is not 1");
    }
    there
}

/// Saves files of a folder in another format beside them, CSV read as UTF-8 in the ways of a language (a number
/// of Windows: 1033 is English of the United States, 1043 Dutch), and gives their paths.
pub(crate) fn saved(files: &[PathBuf], to: &str, language: u32) -> Vec<PathBuf> {
    let folder = files.first().unwrap().parent().unwrap();
    let ending = to.split(':').next().unwrap();
    let into = folder.join(format!("saved-{ending}"));
    let own = tempfile::tempdir().unwrap();
    let mut command = Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", own.path().display()));
    command.args(["--headless", "--convert-to", to, "--outdir"]).arg(&into);
    if files.iter().all(|file| file.extension().is_some_and(|ending| ending == "csv")) {
        command.arg(format!("--infilter=CSV:44,34,76,1,,{language},false,false"));
    }
    let output = command.args(files).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let saved: Vec<PathBuf> = files.iter().map(|file| into.join(renamed(file, ending))).collect();
    for file in &saved {
        assert!(file.is_file(), "LibreOffice did not save {}: {said}", file.display());
    }
    saved
}

fn renamed(file: &Path, ending: &str) -> String {
    format!("{}.{ending}", file.file_stem().unwrap().to_str().unwrap())
}
