//! How long after its commit an event is to be seen in the feed, while writes come at a steady rate.
//!
//! Commit is taken to be the moment at which the answer to the write is there, which is a little later.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;
use crate::client::{Connection, Target};
use crate::load::{self, Acknowledged, Sample, Workload};
use crate::settings::{PATIENCE, Settings};

const CONNECTIONS: usize = 64;
/// A reader at the end of the feed asks again after this time.
const PAUSE: Duration = Duration::from_millis(5);
/// The feed is at rest when nothing new came for so long.
const QUIET: Duration = Duration::from_secs(1);

const EVENTS: &str = "query($after: String) { events(after: $after, first: 100) {
    nodes { objectId } pageInfo { endCursor hasNextPage } } }";

/// Half and 99 of 100 events were visible no later than this after their commit; the rate is that of the writes.
pub(crate) async fn lag(
    target: &Target,
    writes: &Arc<Workload>,
    settings: &Settings,
) -> Outcome<Sample> {
    let mut reader = Reader {
        target: target.clone(),
        connection: Connection::open(target.address).await?,
        after: None,
        seen: HashMap::new(),
    };
    // No connection may be idle for so long that the server closes it.
    let connections = CONNECTIONS.min(usize::try_from(settings.rate)?);
    let mut samples = Vec::new();
    for _ in 0..settings.runs {
        // Many pages, where much was written before.
        tokio::time::timeout(PATIENCE * 10, reader.catch_up()).await??;
        let (writes, rate, length) = (Arc::clone(writes), settings.rate, settings.length);
        let writing =
            tokio::spawn(async move { load::at_rate(&writes, connections, rate, length).await });
        while !writing.is_finished() {
            reader.follow().await?;
        }
        let (rate, written) = writing.await??;
        tokio::time::timeout(PATIENCE, reader.until_seen(&written)).await??;
        samples.push(Sample::of(rate, reader.delays(&written)));
    }
    load::middle(samples)
}

/// An integration that follows the feed.
struct Reader {
    target: Target,
    connection: Connection,
    after: Option<String>,
    /// What events are about, and when they were seen.
    seen: HashMap<String, Instant>,
}

impl Reader {
    /// Goes on to the end, and stays until nothing comes any more.
    async fn catch_up(&mut self) -> Outcome<()> {
        let mut last = Instant::now();
        while last.elapsed() < QUIET {
            if self.follow().await? {
                last = Instant::now();
            }
        }
        self.seen.clear();
        Ok(())
    }

    async fn until_seen(&mut self, written: &[Acknowledged]) -> Outcome<()> {
        while written
            .iter()
            .any(|write| !self.seen.contains_key(&write.id))
        {
            self.follow().await?;
        }
        Ok(())
    }

    fn delays(&self, written: &[Acknowledged]) -> Vec<Duration> {
        let delay = |write: &Acknowledged| {
            // It may well be seen before the answer arrives: then there was no delay.
            let seen = self.seen.get(&write.id)?;
            Some(seen.saturating_duration_since(write.at))
        };
        written.iter().filter_map(delay).collect()
    }

    /// Reads a page, and rests if there is no more; says whether there was anything.
    async fn follow(&mut self) -> Outcome<bool> {
        let body = json!({ "query": EVENTS, "variables": { "after": self.after } }).to_string();
        let request = self.target.post(&body);
        let asked = self.connection.exchange(&request);
        let answer = tokio::time::timeout(PATIENCE, asked).await??;
        let now = Instant::now();
        let page = load::parsed(&answer)?;
        let nodes = page.pointer("/data/events/nodes").and_then(Value::as_array);
        let nodes = nodes.ok_or("a page of events without nodes")?;
        for node in nodes {
            let object = node
                .get("objectId")
                .and_then(Value::as_str)
                .unwrap_or_default();
            self.seen.entry(object.to_owned()).or_insert(now);
        }
        if let Some(cursor) = page
            .pointer("/data/events/pageInfo/endCursor")
            .and_then(Value::as_str)
        {
            self.after = Some(cursor.to_owned());
        }
        if page.pointer("/data/events/pageInfo/hasNextPage") != Some(&Value::Bool(true)) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(!nodes.is_empty())
    }
}
