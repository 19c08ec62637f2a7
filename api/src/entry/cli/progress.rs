//! How far long work is, on standard error: a bar for a person at a terminal, now and then a line for a log.

use std::cell::Cell;
use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How long it is between two lines.
const BETWEEN_LINES: Duration = Duration::from_secs(5);

/// How far something is.
pub(super) enum Progress {
    /// Nobody looks.
    Hidden,
    /// Somebody looks at a terminal.
    Bar(ProgressBar),
    /// Somebody reads it later.
    Lines {
        what: &'static str,
        unit: &'static str,
        began: Instant,
        told: Cell<Instant>,
    },
}

impl Progress {
    /// Of some work, in units. `asked` says whether somebody wants to see it where there is no terminal.
    pub(super) fn new(what: &'static str, unit: &'static str, asked: bool) -> Self {
        if io::stderr().is_terminal() {
            let template = format!(
                "{{msg}} {{human_pos}} of {{human_len}} {unit}, {{per_sec}}, {{eta}} left {{wide_bar}}"
            );
            let style = ProgressStyle::with_template(&template);
            let style = style.unwrap_or_else(|_never| ProgressStyle::default_bar());
            return Self::Bar(ProgressBar::new(0).with_style(style).with_message(what));
        }
        if !asked {
            return Self::Hidden;
        }
        let began = Instant::now();
        Self::Lines {
            what,
            unit,
            began,
            told: Cell::new(began),
        }
    }

    /// So many of so many are done.
    pub(super) fn at(&self, done: u64, total: u64) {
        match self {
            Self::Hidden => {}
            Self::Bar(bar) => {
                bar.set_length(total);
                bar.set_position(done);
            }
            Self::Lines {
                what,
                unit,
                began,
                told,
            } => {
                if done == total || told.get().elapsed() >= BETWEEN_LINES {
                    told.set(Instant::now());
                    tell(what, unit, (done, total), began.elapsed());
                }
            }
        }
    }

    /// There is no more to show.
    pub(super) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish();
        }
    }
}

fn tell(what: &str, unit: &str, (done, total): (u64, u64), since: Duration) {
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let rate = done.saturating_mul(1_000) / millis.max(1);
    let line = format!("{what} {done} of {total} {unit}, {rate} a second");
    if writeln!(io::stderr(), "{line}").is_err() {
        tracing::debug!("nobody reads standard error");
    }
}
