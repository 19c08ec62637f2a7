//! One trip for many: what several callers want at the same time is done in one go.
//!
//! Whoever comes while a worker is busy is taken along by the next go. An idle worker starts at once: nobody waits for
//! company.

use std::collections::HashMap;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use crate::error::{Error, Result};

/// How much is done in one go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// How many workers may be busy at the same time, for one key.
    pub(crate) workers: usize,
    /// How much weight one go takes, unless one call alone brings more.
    pub(crate) weight: usize,
}

/// What one caller wants.
struct Waiting<In, Out> {
    items: Vec<In>,
    weight: usize,
    reply: oneshot::Sender<Vec<Out>>,
}

struct Queue<In, Out> {
    waiting: Vec<Waiting<In, Out>>,
    workers: usize,
}

/// What waits, by key: items of different keys never share a go.
pub(crate) struct Together<Key, In, Out>(Arc<Mutex<HashMap<Key, Queue<In, Out>>>>);

impl<Key, In, Out> Clone for Together<Key, In, Out> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<Key, In, Out> Default for Together<Key, In, Out> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<Key, In, Out> Together<Key, In, Out>
where
    Key: Copy + Eq + Hash + Send + 'static,
    In: Send + 'static,
    Out: Send + 'static,
{
    /// Has items done, together with whatever else comes at the same time; answers for each, in order. `work` answers for
    /// each of its items; it goes on when whoever asked hangs up.
    ///
    /// # Errors
    /// Unavailable when the worker came to an end before it answered.
    pub(crate) async fn ask<Done>(
        &self,
        key: Key,
        limits: Limits,
        (items, weight): (Vec<In>, usize),
        tasks: &TaskTracker,
        work: impl Fn(Vec<In>) -> Done + Send + 'static,
    ) -> Result<Vec<Out>>
    where
        Done: Future<Output = Vec<Out>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting {
            items,
            weight,
            reply,
        };
        if self.join(key, limits.workers, waiting) {
            tasks.spawn(self.clone().work(key, limits.weight, work));
        }
        let lost = |cause: oneshot::error::RecvError| Error::Unavailable(Arc::new(cause));
        answer.await.map_err(lost)
    }

    fn with<T>(&self, key: Key, work: impl FnOnce(&mut Queue<In, Out>) -> T) -> T {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(queues.entry(key).or_insert_with(|| Queue {
            waiting: Vec::new(),
            workers: 0,
        }))
    }

    /// Queues up; answers whether another worker is needed.
    fn join(&self, key: Key, most: usize, waiting: Waiting<In, Out>) -> bool {
        self.with(key, |queue| {
            queue.waiting.push(waiting);
            let needed = queue.workers < most;
            queue.workers += usize::from(needed);
            needed
        })
    }

    /// Works until nobody waits.
    async fn work<Done>(self, key: Key, most: usize, work: impl Fn(Vec<In>) -> Done)
    where
        Done: Future<Output = Vec<Out>>,
    {
        while let Some(batch) = self.with(key, |queue| take(queue, most)) {
            let counts: Vec<_> = batch.iter().map(|one| one.items.len()).collect();
            let (items, replies): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|one| (one.items, one.reply)).unzip();
            let items = items.into_iter().flatten().collect();
            // Whoever waits must not be left alone by what went wrong with others.
            let done = AssertUnwindSafe(work(items)).catch_unwind();
            let Ok(answers) = done.await else {
                tracing::error!("what several callers wanted together panicked");
                continue;
            };
            let mut answers = answers.into_iter();
            for (reply, count) in replies.into_iter().zip(counts) {
                let own = answers.by_ref().take(count).collect();
                if reply.send(own).is_err() {
                    tracing::debug!("done for a caller who has gone");
                }
            }
        }
    }
}

/// Takes what is done together: who came first comes first. When nobody waits, the worker is counted off in the same
/// moment: whoever comes later needs another one.
fn take<In, Out>(queue: &mut Queue<In, Out>, most: usize) -> Option<Vec<Waiting<In, Out>>> {
    let mut weight = 0;
    let fits = |one: &&Waiting<In, Out>| {
        weight += one.weight;
        weight <= most
    };
    let part = queue.waiting.iter().take_while(fits).count().max(1);
    let part = part.min(queue.waiting.len());
    let batch: Vec<_> = queue.waiting.drain(..part).collect();
    if batch.is_empty() {
        queue.workers = queue.workers.saturating_sub(1);
        return None;
    }
    Some(batch)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    const LIMITS: Limits = Limits {
        workers: 1,
        weight: 10,
    };

    /// Doubles numbers; counts how often it is asked.
    fn doubling(goes: &Arc<AtomicUsize>) -> impl Fn(Vec<i32>) -> DoneSoon + Send + 'static {
        let goes = Arc::clone(goes);
        move |numbers| {
            goes.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                assert!(!numbers.contains(&-1), "a number that breaks");
                numbers.into_iter().map(|number| number * 2).collect()
            })
        }
    }

    type DoneSoon = std::pin::Pin<Box<dyn Future<Output = Vec<i32>> + Send>>;

    #[tokio::test]
    async fn each_caller_gets_its_own_answers_and_many_share_a_go() {
        let (together, tasks) = (Together::<u8, i32, i32>::default(), TaskTracker::new());
        let goes = Arc::default();
        let ask = |first: i32| {
            let items = (vec![first, first + 1], 2);
            together.ask(1, LIMITS, items, &tasks, doubling(&goes))
        };
        let answers = futures_util::future::join_all((0..10).map(|n| ask(n * 10))).await;
        for (n, answer) in (0..10).zip(answers) {
            assert_eq!(answer.unwrap(), vec![n * 20, n * 20 + 2]);
        }
        assert_eq!(goes.load(Ordering::SeqCst), 2, "five at a time");
    }

    #[tokio::test]
    async fn what_breaks_one_go_breaks_no_other() {
        let (together, tasks) = (Together::<u8, i32, i32>::default(), TaskTracker::new());
        let goes = Arc::default();
        let ask = |number: i32| {
            together.ask(
                1,
                Limits {
                    workers: 1,
                    weight: 1,
                },
                (vec![number], 1),
                &tasks,
                doubling(&goes),
            )
        };
        let (broken, whole) = tokio::join!(ask(-1), ask(4));
        assert!(matches!(broken, Err(Error::Unavailable(_))));
        assert_eq!(whole.unwrap(), vec![8]);
        assert_eq!(ask(5).await.unwrap(), vec![10]);
    }
}
