//! Waiting for what happens by itself, within a bound.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::Actor;

/// What `look` finds, as soon as it finds something.
pub async fn eventually<T>(within: Duration, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The first hundred events that an actor can read, as soon as they are `enough`.
pub async fn feed(actor: &Actor, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let look = async || {
        let query = "{ events(first: 100) { nodes { id idx type objectId customerId leaf } } }";
        let page = actor.ask(query).await;
        let events = page.get("events.nodes").as_array().unwrap().clone();
        enough(&events).then_some(events)
    };
    eventually(Duration::from_secs(5), "the feed shows everything", look).await
}
