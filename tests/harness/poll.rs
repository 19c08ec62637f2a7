//! Waiting for what happens by itself, within a bound.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

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

/// The events that an actor can read, as soon as they are `enough`.
pub async fn feed(actor: &Actor, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let look = async || {
        let query = "query($after: String) { events(first: 100, after: $after) {
            nodes { id idx type objectId customerId leaf } pageInfo { hasNextPage endCursor } } }";
        let mut events = Vec::new();
        let mut after = Value::Null;
        loop {
            let page = actor.run(query, json!({ "after": after })).await;
            events.extend(page.get("events.nodes").as_array().unwrap().iter().cloned());
            if page.get("events.pageInfo.hasNextPage") != &json!(true) {
                break;
            }
            after = page.get("events.pageInfo.endCursor").clone();
        }
        enough(&events).then_some(events)
    };
    eventually(Duration::from_secs(5), "the feed shows everything", look).await
}
