//! Sending load: as fast as answers come (closed loop), or at a given rate (open loop). Every answer is checked.
//!
//! Knows nothing of what is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::Outcome;
use crate::client::{Answer, Connection, Target};
use crate::settings::{PATIENCE, Settings, WARM_UP};

/// A kind of request, and what its right answer looks like.
pub(crate) struct Workload {
    target: Target,
    body: Box<dyn Fn(u64) -> String + Send + Sync>,
    begins: &'static str,
    next: AtomicU64,
}

/// What one run showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Requests in a second.
    pub(crate) rate: f64,
    /// Half of them took no longer.
    pub(crate) p50: Duration,
    /// 99 of 100 took no longer.
    pub(crate) p99: Duration,
}

/// An id that was answered, and when.
pub(crate) struct Acknowledged {
    /// The id.
    pub(crate) id: String,
    /// When its answer was there.
    pub(crate) at: Instant,
}

impl Workload {
    /// Requests whose bodies follow from their numbers, and whose right answers begin with `begins`.
    pub(crate) fn new(
        target: &Target,
        begins: &'static str,
        body: impl Fn(u64) -> String + Send + Sync + 'static,
    ) -> Arc<Self> {
        let (target, body, next) = (target.clone(), Box::new(body), AtomicU64::new(0));
        Arc::new(Self {
            target,
            body,
            begins,
            next,
        })
    }

    fn request(&self) -> Vec<u8> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.target.post(&(self.body)(number))
    }

    fn check(&self, answer: &Answer<'_>, shortest: usize) -> Outcome<()> {
        let body = answer.body;
        if answer.status == 200
            && body.len() >= shortest
            && body.starts_with(self.begins.as_bytes())
        {
            return Ok(());
        }
        let text: String = String::from_utf8_lossy(body).chars().take(500).collect();
        Err(format!("a wrong answer, status {}: {text}", answer.status).into())
    }

    /// Reads one answer in full, and says how long an answer must be at least. While measuring, an answer that
    /// lacks something is told by its length, because parsing each would cost more than sending it.
    async fn shortest(&self) -> Outcome<usize> {
        let mut connection = Connection::open(self.target.address).await?;
        let answer = connection.exchange(&self.request()).await?;
        self.check(&answer, 0)?;
        parsed(&answer)?;
        Ok(answer.body.len() * 9 / 10)
    }
}

/// An answer as JSON, if nothing in it failed.
pub(crate) fn parsed(answer: &Answer<'_>) -> Outcome<Value> {
    let value: Value = serde_json::from_slice(answer.body)?;
    if answer.status == 200 && value.get("errors").is_none() {
        return Ok(value);
    }
    Err(format!("status {}: {value}", answer.status).into())
}

/// The run with the median rate.
pub(crate) async fn median(
    workload: &Arc<Workload>,
    connections: usize,
    settings: &Settings,
) -> Outcome<Sample> {
    let mut samples = Vec::new();
    for _ in 0..settings.runs {
        samples.push(closed(workload, connections, settings.length).await?);
    }
    middle(samples)
}

/// The sample with the median rate.
pub(crate) fn middle(mut samples: Vec<Sample>) -> Outcome<Sample> {
    samples.sort_by(|one, other| one.rate.total_cmp(&other.rate));
    samples
        .get(samples.len() / 2)
        .copied()
        .ok_or_else(|| "nothing was measured".into())
}

/// As many requests as the server answers.
async fn closed(workload: &Arc<Workload>, connections: usize, length: Duration) -> Outcome<Sample> {
    let run = async {
        let shortest = workload.shortest().await?;
        let start = Arc::new(Barrier::new(connections));
        let mut workers = JoinSet::new();
        for _ in 0..connections {
            let (workload, start) = (Arc::clone(workload), Arc::clone(&start));
            let warm_up = WARM_UP.div_ceil(connections);
            workers.spawn(async move {
                let mut connection = Connection::open(workload.target.address).await?;
                for _ in 0..warm_up {
                    let answer = connection.exchange(&workload.request()).await?;
                    workload.check(&answer, shortest)?;
                }
                start.wait().await;
                work(&workload, &mut connection, shortest, length).await
            });
        }
        let (mut begun, mut ended, mut times) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(done) = workers.join_next().await {
            let part = done??;
            begun.push(part.begun);
            ended.push(part.ended);
            times.extend(part.times);
        }
        match (begun.into_iter().min(), ended.into_iter().max()) {
            (Some(begun), Some(ended)) => {
                Outcome::Ok(Sample::of(rate(times.len(), ended - begun), times))
            }
            _ => Err("nobody sent anything".into()),
        }
    };
    tokio::time::timeout(length + PATIENCE, run).await?
}

/// One worker's part.
struct Part {
    begun: Instant,
    ended: Instant,
    /// How long each of its requests took.
    times: Vec<Duration>,
}

async fn work(
    workload: &Workload,
    connection: &mut Connection,
    shortest: usize,
    length: Duration,
) -> Outcome<Part> {
    let begun = Instant::now();
    let (mut ended, mut times) = (begun, Vec::new());
    while ended - begun < length {
        let request = workload.request();
        let sent = Instant::now();
        let answer = connection.exchange(&request).await?;
        ended = Instant::now();
        times.push(ended - sent);
        workload.check(&answer, shortest)?;
    }
    Ok(Part {
        begun,
        ended,
        times,
    })
}

/// So many requests a second, whether answers come or not, as long as a connection is free; gives how many went
/// out in a second, and the id with which each answer goes on after what it must begin with.
pub(crate) async fn at_rate(
    workload: &Arc<Workload>,
    connections: usize,
    per_second: u32,
    length: Duration,
) -> Outcome<(f64, Vec<Acknowledged>)> {
    let pause = Duration::from_secs(1) / per_second;
    let next = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (workload, next) = (Arc::clone(workload), Arc::clone(&next));
        workers.spawn(async move {
            let mut connection = Connection::open(workload.target.address).await?;
            let mut answered = Vec::new();
            loop {
                let number = u32::try_from(next.fetch_add(1, Ordering::Relaxed))?;
                let due = begun + pause * number;
                if due.max(Instant::now()) >= begun + length {
                    return Outcome::Ok(answered);
                }
                tokio::time::sleep_until(due.into()).await;
                let answer = connection.exchange(&workload.request()).await?;
                let at = Instant::now();
                workload.check(&answer, 0)?;
                answered.push(Acknowledged {
                    id: id_after(workload.begins, answer.body)?,
                    at,
                });
            }
        });
    }
    let collect = async {
        let mut all = Vec::new();
        while let Some(done) = workers.join_next().await {
            all.extend(done??);
        }
        Outcome::Ok(all)
    };
    let all = tokio::time::timeout(length + PATIENCE, collect).await??;
    Ok((rate(all.len(), begun.elapsed()), all))
}

fn id_after(begins: &str, body: &[u8]) -> Outcome<String> {
    let rest = body.strip_prefix(begins.as_bytes()).unwrap_or_default();
    let id = rest.split(|byte| *byte == b'"').next().unwrap_or_default();
    Ok(std::str::from_utf8(id)?.to_owned())
}

/// Sends `count` requests over several connections, once each; gives the answers in the order of their numbers.
pub(crate) async fn each(
    target: &Target,
    connections: usize,
    count: u64,
    body: impl Fn(u64) -> String + Send + Sync + 'static,
) -> Outcome<Vec<Value>> {
    let (next, body) = (Arc::new(AtomicU64::new(0)), Arc::new(body));
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (target, next, body) = (target.clone(), Arc::clone(&next), Arc::clone(&body));
        workers.spawn(async move {
            let mut connection = Connection::open(target.address).await?;
            let mut answers = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Outcome::Ok(answers);
                }
                let request = target.post(&body(number));
                let answer =
                    tokio::time::timeout(PATIENCE, connection.exchange(&request)).await??;
                answers.push((number, parsed(&answer)?));
            }
        });
    }
    let mut answers = Vec::new();
    while let Some(done) = workers.join_next().await {
        answers.extend(done??);
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

/// Sends `count` requests over several connections, once each, and keeps no answer but those that failed.
pub(crate) async fn every(
    target: &Target,
    connections: usize,
    count: u64,
    body: impl Fn(u64) -> String + Send + Sync + 'static,
) -> Outcome<()> {
    let (next, body) = (Arc::new(AtomicU64::new(0)), Arc::new(body));
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        let (target, next, body) = (target.clone(), Arc::clone(&next), Arc::clone(&body));
        workers.spawn(async move {
            let mut connection = Connection::open(target.address).await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Outcome::Ok(());
                }
                let request = target.post(&body(number));
                let answer =
                    tokio::time::timeout(PATIENCE, connection.exchange(&request)).await??;
                parsed(&answer)?;
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}

impl Sample {
    /// A rate, with what these times show.
    pub(crate) fn of(rate: f64, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
            times.get(place).copied().unwrap_or_default()
        };
        Self {
            rate,
            p50: at(50),
            p99: at(99),
        }
    }
}

/// So many in so long, as a number a second.
pub(crate) fn rate(count: usize, whole: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / whole.as_secs_f64()
}
