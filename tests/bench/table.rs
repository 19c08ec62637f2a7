//! What is printed: one table of rows and goals, the machine's limits below it.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use crate::Outcome;
use crate::limits::Limits;
use crate::load::Sample;
use crate::process::Memory;
use crate::settings::Settings;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Row {
    Typename,
    Viewer,
    NestedRead,
    ByExternalId,
    ByIp,
    Accounting,
    Gate16,
    Gate64,
    GateBatch,
    Write16,
    Write64,
    Batch,
    Filled,
    AccountingMany,
    Feed,
    Start,
    Idle,
    Loaded,
    Peak,
}

impl Row {
    const ALL: [Self; 19] = [
        Self::Typename,
        Self::Viewer,
        Self::NestedRead,
        Self::ByExternalId,
        Self::ByIp,
        Self::Accounting,
        Self::Gate16,
        Self::Gate64,
        Self::GateBatch,
        Self::Write16,
        Self::Write64,
        Self::Batch,
        Self::Filled,
        Self::AccountingMany,
        Self::Feed,
        Self::Start,
        Self::Idle,
        Self::Loaded,
        Self::Peak,
    ];

    /// What it is called in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Typename => "`{ __typename }`",
            Self::Viewer => "`{viewer{actions}}`",
            Self::NestedRead => "nested read, 20 customers with 10 disclosures: 220 objects",
            Self::ByExternalId => "`customer` by external id",
            Self::ByIp => "`customer` by IP address and time",
            Self::Accounting => "first page of one customer's accounting, 10 disclosures each",
            Self::Gate16 => "`contactPermission` by address, 16 connections",
            Self::Gate64 => "`contactPermission` by address, 64 connections",
            Self::GateBatch => "`contactPermissions` by address, answers in batches of 100",
            Self::Write16 => "`recordDisclosure`, durable, 16 connections",
            Self::Write64 => "`recordDisclosure`, durable, 64 connections",
            Self::Batch => "`recordDisclosures`, durable, disclosures in batches of 100",
            Self::Filled => "disclosures in the database for the next row",
            Self::AccountingMany => "first page of one customer's accounting, with so many",
            Self::Feed => "event in the feed after commit, at a steady rate of writes",
            Self::Start => "start to ready on an empty directory",
            Self::Idle => "memory after start",
            Self::Loaded => "memory after the load",
            Self::Peak => "memory at its peak",
        }
    }

    fn goal(self) -> &'static str {
        match self {
            Self::NestedRead => "PostgreSQL at least 5 x PostGraphile",
            Self::Accounting => "under 10 ms",
            Self::Gate16 | Self::Gate64 | Self::GateBatch => "at least 15,000/s, p99 under 10 ms",
            Self::Write16 => "PostgreSQL at least 10 x PostGraphile's one-row create",
            Self::Write64 => "the same; SQLite at least 3,000/s, p99 under 50 ms",
            Self::Batch => "at least 20,000 disclosures/s",
            Self::AccountingMany => {
                "under 10 ms with 10 million, and no slower than with 100 thousand"
            }
            Self::Feed => "p99 under 1 s at 1,000/s",
            Self::Start => "under 1 s",
            Self::Idle => "under 60 MB",
            Self::Typename
            | Self::Viewer
            | Self::ByExternalId
            | Self::ByIp
            | Self::Filled
            | Self::Loaded
            | Self::Peak => "",
        }
    }
}

/// A column of the table.
#[derive(Default)]
pub(crate) struct Figures {
    texts: HashMap<Row, String>,
    rates: HashMap<Row, f64>,
}

impl Figures {
    /// A rate with its times.
    pub(crate) fn sample(&mut self, row: Row, sample: Sample) {
        let times = format!("p50 {}, p99 {}", millis(sample.p50), millis(sample.p99));
        self.texts
            .insert(row, format!("{}/s, {times}", whole(sample.rate)));
        self.rates.insert(row, sample.rate);
    }

    /// The same where each request does the work of several.
    pub(crate) fn batches(&mut self, row: Row, sample: Sample, size: u32) {
        let rate = sample.rate * f64::from(size);
        self.sample(row, Sample { rate, ..sample });
    }

    /// A count.
    pub(crate) fn count(&mut self, row: Row, count: u64) {
        self.texts.insert(row, count.to_string());
    }

    /// The median of what starting took.
    pub(crate) fn start(&mut self, mut times: Vec<Duration>) {
        times.sort_unstable();
        if let Some(time) = times.get(times.len() / 2) {
            self.texts.insert(Row::Start, millis(*time));
        }
    }

    /// Memory at rest after the start.
    pub(crate) fn idle(&mut self, memory: Option<Memory>) {
        if let Some(memory) = memory {
            self.texts.insert(Row::Idle, megabytes(memory.resident));
        }
    }

    /// Memory after the load.
    pub(crate) fn loaded(&mut self, memory: Option<Memory>) {
        if let Some(memory) = memory {
            self.texts.insert(Row::Loaded, megabytes(memory.resident));
            self.texts.insert(Row::Peak, megabytes(memory.peak));
        }
    }

    fn text(&self, row: Row) -> &str {
        self.texts.get(&row).map_or("", String::as_str)
    }

    /// How many times as much as the others', where both were measured.
    fn ratio(&self, others: &Self, row: Row) -> String {
        match (self.rates.get(&row), others.rates.get(&row)) {
            (Some(mine), Some(theirs)) => format!("{:.1} x", mine / theirs),
            _ => String::new(),
        }
    }
}

/// Everything that was measured.
pub(crate) struct Report<'run> {
    pub(crate) settings: &'run Settings,
    pub(crate) limits: Limits,
    pub(crate) sqlite: Figures,
    pub(crate) postgres: Figures,
    pub(crate) postgraphile: Figures,
}

impl Report<'_> {
    /// The report as Markdown.
    pub(crate) fn text(&self) -> Outcome<String> {
        let mut text = String::new();
        self.table(&mut text)?;
        self.conditions(&mut text)?;
        self.machine(&mut text)?;
        self.shares(&mut text)?;
        Ok(text)
    }

    fn table(&self, text: &mut String) -> Outcome<()> {
        let (sqlite, postgres, peer) = (&self.sqlite, &self.postgres, &self.postgraphile);
        writeln!(
            text,
            "| measured | SQLite | PostgreSQL | PostGraphile on the same PostgreSQL | goal \
             | SQLite : PostGraphile | PostgreSQL : PostGraphile |\n|---|---|---|---|---|---|---|"
        )?;
        for row in Row::ALL {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                row.title(),
                sqlite.text(row),
                postgres.text(row),
                peer.text(row),
                row.goal(),
                sqlite.ratio(peer, row),
                postgres.ratio(peer, row),
            )?;
        }
        Ok(())
    }

    fn conditions(&self, text: &mut String) -> Outcome<()> {
        let Settings {
            length,
            runs,
            customers,
            rate,
            ..
        } = self.settings;
        writeln!(
            text,
            "\nMedian of {runs} runs of {} s; {customers} customers with 10 disclosures each at the start; 16 \
             connections where none are named; {rate} writes/s while the feed is followed.",
            length.as_secs()
        )?;
        Ok(())
    }

    fn machine(&self, text: &mut String) -> Outcome<()> {
        let limits = &self.limits;
        writeln!(text, "\nThe machine's limits, in the same run:")?;
        writeln!(
            text,
            "- {} cores, for the server, its database and the load",
            limits.cores
        )?;
        writeln!(
            text,
            "- fdatasync after 8 KiB, where the data is: {}/s",
            whole(limits.syncs)
        )?;
        writeln!(
            text,
            "- bare poem handler in the client's process: {}/s, p99 {}",
            whole(limits.bare.rate),
            millis(limits.bare.p99)
        )?;
        writeln!(
            text,
            "- SQLite, one-row insert and commit by one connection: {}/s",
            whole(limits.sqlite)
        )?;
        for (clients, rate) in &limits.pgbench {
            writeln!(
                text,
                "- pgbench, one-row insert by {clients} clients: {}/s",
                whole(*rate)
            )?;
        }
        Ok(())
    }

    /// Shares of the limits that the writes reach: what is quoted, as the machine itself varies.
    fn shares(&self, text: &mut String) -> Outcome<()> {
        for (row, clients) in [(Row::Write16, 16), (Row::Write64, 64)] {
            let pgbench = self.limits.pgbench.iter().find(|(of, _)| *of == clients);
            for (name, rates, limit, of) in [
                (
                    "SQLite",
                    &self.sqlite.rates,
                    Some(self.limits.sqlite),
                    "plain inserts",
                ),
                (
                    "PostgreSQL",
                    &self.postgres.rates,
                    pgbench.map(|(_, rate)| *rate),
                    "pgbench",
                ),
            ] {
                if let (Some(rate), Some(limit)) = (rates.get(&row), limit) {
                    let share = rate / limit;
                    writeln!(text, "- {} on {name}: {share:.2} x {of}", row.title())?;
                }
            }
        }
        Ok(())
    }
}

fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 10.0 {
        format!("{millis:.2} ms")
    } else {
        format!("{millis:.0} ms")
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

/// A number without fraction, its thousands apart.
fn whole(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
