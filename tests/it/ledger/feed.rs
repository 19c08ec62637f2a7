//! The feed: readers see each event once, in order, while others write; each log counts for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use entity::enums::{Log, Role};
use entity::{event, ledger_state};
use privops::entry::instance::{Instance, Running};
use privops::platform::clock::Clock;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

use crate::harness::build::{REGISTER_CUSTOMER, REGISTER_RECIPIENT, input, populate};
use crate::harness::poll::eventually;
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, BEGINNING, config, is_postgres};

const PATIENCE: Duration = Duration::from_secs(60);

/// Reading goes on all the time here: the rate limit is not what is looked at.
const GENEROUS: &[(&str, &str)] = &[
    ("limits.points_per_second", "1000000"),
    ("limits.burst_points", "100000000"),
];

/// Waits until every event has its number.
pub async fn numbered(survey: &Survey) {
    let look = async || (survey.count("event where idx is null").await == 0).then_some(());
    eventually(PATIENCE, "every event has its number", look).await;
}

/// All edges of the feed after a cursor, of some types or all, page by page.
pub async fn read(actor: &Actor, after: Value, types: Value, first: usize) -> Vec<Value> {
    let query = "query($after: String, $types: [EventType!], $first: Int) {
        events(after: $after, types: $types, first: $first) { pageInfo { hasNextPage }
            edges { cursor node { id idx type at log leaf leafHash objectId } } } }";
    let (mut edges, mut after) = (Vec::new(), after);
    loop {
        let variables = json!({ "after": after, "types": types, "first": first });
        let page = actor.run(query, variables).await;
        edges.extend(page.get("events.edges").as_array().unwrap().iter().cloned());
        if page.get("events.pageInfo.hasNextPage") != &json!(true) {
            return edges;
        }
        after = edges.last().unwrap()["cursor"].clone();
    }
}

fn numbers(edges: &[Value]) -> Vec<i64> {
    edges
        .iter()
        .map(|edge| edge["node"]["idx"].as_i64().unwrap())
        .collect()
}

/// Follows the feed from its beginning, as an integration does, until it has seen this many events.
async fn follow(actor: Actor, first: usize, until: usize) -> Vec<Value> {
    let began = Instant::now();
    let mut seen: Vec<Value> = Vec::new();
    while seen.len() < until {
        let after = seen
            .last()
            .map_or(Value::Null, |edge: &Value| edge["cursor"].clone());
        let more = read(&actor, after, Value::Null, first).await;
        if more.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        seen.extend(more);
        assert!(began.elapsed() < PATIENCE, "saw {} of {until}", seen.len());
    }
    seen
}

async fn write(actor: Actor, writer: usize, count: usize) {
    for n in 0..count {
        let name = format!("{writer} {n}");
        let (query, of) = if n % 2 == 0 {
            (REGISTER_CUSTOMER, json!({ "name": name }))
        } else {
            (
                REGISTER_RECIPIENT,
                json!({ "name": name, "role": "PROCESSOR" }),
            )
        };
        actor.run(query, input(&of)).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_see_every_event_once_and_in_order_while_others_write() {
    const WRITERS: usize = 20;
    const EACH: usize = 10;
    let app = App::start_with(GENEROUS).await;
    let owner = app.owner();
    // PostgreSQL may be shared: then another instance writes and numbers as well.
    let other = if is_postgres() {
        Some(another_instance(&app).await)
    } else {
        None
    };
    let there = other.as_ref().map_or(app.address(), Running::address);
    let there = Actor::new(there, Some(owner.token().to_owned()));
    let survey = Survey::of(app.database()).await;
    let before = usize::try_from(survey.count("event").await).unwrap();
    let total = before + WRITERS * EACH;

    let readers = [(&owner, 1), (&there, 7), (&owner, 100)];
    let readers = readers.map(|(actor, first)| tokio::spawn(follow(actor.clone(), first, total)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let actor = if writer % 2 == 0 { &owner } else { &there };
            tokio::spawn(write(actor.clone(), writer, EACH))
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let gapless: Vec<_> = (0..i64::try_from(total).unwrap()).collect();
    let all = read_to_the_end(&owner, &survey).await;
    assert_eq!(numbers(&all), gapless);
    for reader in readers {
        assert_eq!(
            reader.await.unwrap(),
            all,
            "the order of the feed never changes"
        );
    }
    let ids: BTreeSet<_> = all
        .iter()
        .map(|edge| edge["node"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), total);
    // From any point on, the rest follows.
    for at in (0..total).step_by(23).chain([total - 1]) {
        let rest = read(&there, all[at]["cursor"].clone(), Value::Null, 50).await;
        assert_eq!(rest, all[at + 1..], "after {at}");
    }
    survey.assert_gapless().await;
    survey.close().await;
    if let Some(other) = other {
        other.stop().await;
    }
    app.stop().await;
}

/// Another instance over the same database.
async fn another_instance(app: &App) -> Running {
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let settings = config(app.database(), GENEROUS);
    let instance = Instance::open(settings, clock).await.unwrap();
    let listener = instance.listen().await.unwrap();
    instance.serve(listener).await.unwrap()
}

async fn read_to_the_end(actor: &Actor, survey: &Survey) -> Vec<Value> {
    numbered(survey).await;
    read(actor, Value::Null, Value::Null, 100).await
}

#[tokio::test]
async fn the_feed_can_be_narrowed_to_types_and_widened_again() {
    let app = App::start_with(GENEROUS).await;
    let owner = app.owner();
    populate(&owner).await;
    let survey = Survey::of(app.database()).await;
    let all = read_to_the_end(&owner, &survey).await;
    let of = |types: &[&str]| -> Vec<Value> {
        let wanted = |edge: &&Value| types.contains(&edge["node"]["type"].as_str().unwrap());
        all.iter().filter(wanted).cloned().collect()
    };
    let types: BTreeSet<_> = all
        .iter()
        .map(|edge| edge["node"]["type"].as_str().unwrap())
        .collect();
    assert!(types.len() >= 7, "{types:?}");
    for kind in &types {
        let narrowed = read(&owner, Value::Null, json!([kind]), 2).await;
        assert_eq!(narrowed, of(&[*kind]), "{kind}");
    }
    let two = ["CUSTOMER_REGISTERED", "DISCLOSURE_RECORDED"];
    let narrowed = read(&owner, Value::Null, json!(two), 1).await;
    assert_eq!(narrowed, of(&two));
    assert_eq!(
        read(&owner, Value::Null, json!([]), 100).await,
        all,
        "no type means all"
    );
    let none = read(&owner, Value::Null, json!(["TOKEN_REVOKED"]), 100).await;
    assert!(none.is_empty(), "{none:?}");
    // A reader changes what it follows, and goes on where it was.
    let at = numbers(&narrowed)[1];
    let cursor = narrowed[1]["cursor"].clone();
    let after = |edges: Vec<Value>| -> Vec<i64> {
        numbers(&edges)
            .into_iter()
            .filter(|idx| *idx > at)
            .collect()
    };
    let wider = read(&owner, cursor.clone(), Value::Null, 100).await;
    assert_eq!(numbers(&wider), after(all.clone()));
    let other = read(&owner, cursor, json!(["ASSIGNMENT_RECORDED"]), 100).await;
    assert_eq!(numbers(&other), after(of(&["ASSIGNMENT_RECORDED"])));
    survey.close().await;
    app.stop().await;
}

#[tokio::test]
async fn each_log_counts_for_itself_and_no_number_is_given_twice() {
    let app = App::start().await;
    let owner = app.owner();
    let foreigner = app.foreigner(Role::Owner).await;
    populate(&owner).await;
    populate(&foreigner).await;
    let survey = Survey::of(app.database()).await;
    numbered(&survey).await;
    let db = app.database().look().await;

    let mut logs: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for row in event::Entity::find().all(&db).await.unwrap() {
        logs.entry((row.controller_id, row.log))
            .or_default()
            .push(row.idx.unwrap());
    }
    assert_eq!(
        logs.len(),
        2,
        "nothing is sealed yet, so no sealed log has an event"
    );
    for numbers in logs.values_mut() {
        numbers.sort_unstable();
        let gapless: Vec<_> = (0..i64::try_from(numbers.len()).unwrap()).collect();
        assert_eq!(*numbers, gapless);
    }
    let states = ledger_state::Entity::find().all(&db).await.unwrap();
    assert_eq!(states.len(), 4, "two logs for each of two controllers");
    for state in states {
        let size = logs
            .get(&(state.controller_id, state.log))
            .map_or(0, Vec::len);
        assert_eq!(state.size, i64::try_from(size).unwrap());
        assert_eq!(state.size == 0, state.log == Log::Sealed);
    }
    // Even a fault of ours could not give a number twice.
    assert!(
        db.execute_unprepared("update event set idx = 0 where idx = 1")
            .await
            .is_err()
    );
    survey.assert_gapless().await;
    survey.close().await;
    db.close().await.unwrap();
    app.stop().await;
}
