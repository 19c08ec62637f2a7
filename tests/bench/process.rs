//! A child process: what it said, how much memory it has, and its end.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::settings::PATIENCE;

/// A child that ends with this value.
pub(crate) struct Process {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// Memory of a process in bytes, as Linux counts it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) resident: u64,
    /// At most so far.
    pub(crate) peak: u64,
}

impl Process {
    /// Starts a child that writes into files of a folder.
    pub(crate) fn spawn(command: &mut Command, folder: &Path) -> Outcome<Self> {
        let (stdout, stderr) = (folder.join("stdout"), folder.join("stderr"));
        let child = command
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .spawn()?;
        Ok(Self {
            child,
            stdout,
            stderr,
        })
    }

    /// The rest of the first line that begins like this, once it was said.
    pub(crate) async fn line_after(&mut self, beginning: &str) -> Outcome<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let said = std::fs::read_to_string(&self.stdout)?;
            let mut lines = said
                .split_inclusive('\n')
                .filter_map(|line| line.strip_suffix('\n'));
            if let Some(rest) = lines.find_map(|line| line.strip_prefix(beginning)) {
                return Ok(rest.trim().to_owned());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(
                    format!("a server ended while starting, {status}: {}", self.log()).into(),
                );
            }
            if Instant::now() > deadline {
                return Err(format!("a server did not start: {}", self.log()).into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// The end of what it complained about.
    fn log(&self) -> String {
        let text = std::fs::read_to_string(&self.stderr).unwrap_or_default();
        let lines: Vec<_> = text.lines().rev().take(10).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Its memory; nothing where the system does not tell.
    pub(crate) fn memory(&self) -> Option<Memory> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let bytes = |key: &str| -> Option<u64> {
            let rest = status.lines().find_map(|line| line.strip_prefix(key))?;
            let kibibytes: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(kibibytes * 1024)
        };
        Some(Memory {
            resident: bytes("VmRSS:")?,
            peak: bytes("VmHWM:")?,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may be gone already, and nothing of it is kept: there is nothing to do about a failure.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a program to its end, within a time; gives its standard output.
pub(crate) async fn finish(
    command: &mut Command,
    folder: &Path,
    within: Duration,
) -> Outcome<String> {
    let deadline = Instant::now() + within;
    let mut process = Process::spawn(command, folder)?;
    loop {
        match process.child.try_wait()? {
            Some(status) if status.success() => {
                return Ok(std::fs::read_to_string(&process.stdout)?);
            }
            Some(status) => return Err(format!("{status}: {}", process.log()).into()),
            None if Instant::now() > deadline => return Err("a program took too long".into()),
            None => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
