//! The ledger: every change is recorded by an event, and nothing else is; leaves have the form that proofs need.
//! What readers of the feed see is in `ledger/feed.rs`.

mod cases;
mod feed;

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use cases::Case;
use data_encoding::HEXLOWER;
use entity::enums::{EventType, Role, TaskStatus};
use entity::id::{EventId, TaskId};
use entity::{event, task};
use feed::{numbered, read};
use sea_orm::{DatabaseConnection, EntityTrait};
use serde_json::{Value, json};

use crate::harness::build::{REVOKE_TOKEN, input, populate};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};
use crate::schema::{SDL, mutation_names};

/// A database under observation.
struct Observed {
    db: DatabaseConnection,
    survey: Survey,
}

/// How much there is of everything, and who holds which task.
#[derive(Debug, PartialEq, Eq)]
struct State {
    events: BTreeMap<EventId, EventType>,
    sizes: BTreeMap<&'static str, i64>,
    tasks: BTreeMap<TaskId, task::Model>,
}

/// Mutations that record nothing, with the reason: they change who holds a task, or nothing at all. They take no idempotency
/// key.
const UNRECORDED: &[(&str, &str)] = &[
    (
        "claimTasks",
        "a lease that nobody uses lapses, and that is recorded then",
    ),
    ("heartbeatTask", "whoever lives says so every minute"),
    (
        "mintUnsubscribeLinks",
        "a link says by itself what it stops: nothing is kept until somebody uses it",
    ),
];

impl Observed {
    async fn of(app: &App) -> Self {
        Self {
            db: app.database().look().await,
            survey: Survey::of(app.database()).await,
        }
    }

    async fn state(&self) -> State {
        let events = event::Entity::find().all(&self.db).await.unwrap();
        let mut sizes = self.survey.sizes().await;
        // Keys are made before the change that uses them; one without a use says nothing.
        sizes.remove("data_key");
        sizes.remove("event");
        let tasks = task::Entity::find().all(&self.db).await.unwrap();
        State {
            tasks: tasks.into_iter().map(|row| (row.id, row)).collect(),
            // What was ordered is put together meanwhile, at its own time.
            events: events
                .into_iter()
                .filter(|row| row.r#type != EventType::PackageReady)
                .map(|row| (row.id, row.r#type))
                .collect(),
            sizes,
        }
    }

    async fn close(self) {
        self.db.close().await.unwrap();
        self.survey.close().await;
    }
}

impl State {
    /// The types of the events that are new since then.
    fn new_since(&self, before: &Self) -> Vec<EventType> {
        let new = self
            .events
            .iter()
            .filter(|(id, _)| !before.events.contains_key(*id));
        let mut types: Vec<_> = new.map(|(_, kind)| *kind).collect();
        types.sort_unstable();
        types
    }
}

fn with(of: &Value, key: &str, value: Value) -> Value {
    let mut of = of.clone();
    of[key] = value;
    input(&of)
}

#[tokio::test]
async fn every_mutation_records_its_events_once_and_a_failed_one_records_nothing() {
    let app = App::start().await;
    let (owner, stranger) = (app.owner(), app.stranger());
    let dashboard = app.actor(Role::Dashboard).await;
    let ids = populate(&owner).await;
    let observed = Observed::of(&app).await;
    let mutations = mutation_names(SDL);
    assert!(mutations.len() >= 7, "{mutations:?}");
    for (name, reason) in UNRECORDED {
        let known = mutations.iter().any(|mutation| mutation == name);
        assert!(
            known,
            "{name} ({reason}) is gone: remove it from UNRECORDED"
        );
    }
    for mutation in mutations {
        let case = cases::case(&mutation, &ids);
        let case = case.unwrap_or_else(|| {
            panic!("{mutation} has no case: add one to tests/it/ledger/cases.rs")
        });
        let before = observed.state().await;

        let nobody = json!({ "system": "not a system", "staffId": "1" });
        let wrong = case.wrong.1;
        let attempts: [(&Actor, Value, &str); 4] = [
            (&owner, input(&case.wrong.0), wrong),
            (
                &owner,
                with(&case.input, "onBehalfOf", nobody),
                "BAD_USER_INPUT",
            ),
            (&dashboard, input(&case.input), "FORBIDDEN"),
            (&stranger, input(&case.input), "UNAUTHENTICATED"),
        ];
        for (actor, variables, code) in attempts {
            let answer: Answer = actor.run(case.query, variables).await;
            assert_eq!(answer.code(), code, "{mutation}: {}", answer.text);
            assert_eq!(
                observed.state().await,
                before,
                "{mutation}: {code} changed nothing"
            );
        }

        if UNRECORDED.iter().any(|(name, _)| *name == mutation) {
            assert!(case.events.is_empty(), "{mutation} records nothing");
            if mutation == "mintUnsubscribeLinks" {
                owner.run(case.query, input(&case.input)).await.ok();
                assert_eq!(observed.state().await, before, "{mutation}");
            } else {
                changes_leases(&observed, &owner, (&mutation, &case), &before).await;
            }
        } else {
            assert!(!case.events.is_empty(), "{mutation} records something");
            records_once(&observed, &owner, (&mutation, &case), &before).await;
        }
    }
    observed.survey.assert_whole().await;
    observed.close().await;
    app.stop().await;
}

/// Done under a key, it records its events, and done again, nothing.
async fn records_once(
    observed: &Observed,
    owner: &Actor,
    (mutation, case): (&str, &Case),
    before: &State,
) {
    let once = case.keyed(&format!("key of {mutation}"));
    owner.run(case.query, once.clone()).await.ok();
    let after = observed.state().await;
    let mut expected = case.events.clone();
    expected.sort_unstable();
    assert_eq!(after.new_since(before), expected, "{mutation}");

    owner.run(case.query, once.clone()).await.ok();
    assert_eq!(
        observed.state().await,
        after,
        "{mutation}: a replay changed nothing"
    );
    owner
        .run(case.query, case.changed(&once))
        .await
        .refused(409, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(
        observed.state().await,
        after,
        "{mutation}: a reused key changed nothing"
    );
}

/// It changes who holds a task, or for how long, and leaves everything else as it was.
async fn changes_leases(
    observed: &Observed,
    owner: &Actor,
    (mutation, case): (&str, &Case),
    before: &State,
) {
    owner.run(case.query, input(&case.input)).await.ok();
    let after = observed.state().await;
    let of = |state: &State| (state.events.clone(), state.sizes.clone());
    assert_eq!(of(&after), of(before), "{mutation}");
    let changed = |id: &&TaskId| after.tasks[*id] != before.tasks[*id];
    let changed: Vec<_> = before.tasks.keys().filter(changed).collect();
    let [one] = changed.as_slice() else {
        panic!("{mutation}: {changed:?}");
    };
    let (old, new) = (&before.tasks[one], &after.tasks[one]);
    assert!(new.lease.is_some() && new.leased_until.is_some());
    let expected = task::Model {
        status: TaskStatus::Claimed,
        status_at: new.status_at,
        attempts: new.attempts,
        lease: new.lease,
        leased_to: new.leased_to,
        leased_until: new.leased_until,
        ..old.clone()
    };
    assert_eq!(new, &expected, "{mutation}");
    // Where there is nothing more to hold, and where the lease is as long already, nothing changes.
    owner.run(case.query, input(&case.input)).await.ok();
    assert_eq!(observed.state().await, after, "{mutation}: once more");
}

#[tokio::test]
async fn a_refusal_records_itself_and_nothing_else() {
    let app = App::start().await;
    let owner = app.owner();
    let own = owner
        .ask("{ viewer { tokenId } }")
        .await
        .text_at("viewer.tokenId");
    let observed = Observed::of(&app).await;
    let before = observed.state().await;
    let last = input(&json!({ "tokenId": own, "idempotencyKey": "the last one" }));
    owner
        .run(REVOKE_TOKEN, last)
        .await
        .refused(422, "LAST_OWNER_TOKEN");
    let after = observed.state().await;
    assert_eq!(after.new_since(&before), [EventType::RefusalRecorded]);
    assert_eq!(after.sizes, before.sizes, "a refusal leaves no other row");
    owner.ask("{ viewer { tokenId } }").await.ok();
    observed.close().await;
    app.stop().await;
}

#[tokio::test]
async fn a_leaf_has_the_form_that_proofs_need_and_tells_nothing() {
    let app = App::start().await;
    let owner = app.owner();
    populate(&owner).await;
    let survey = Survey::of(app.database()).await;
    numbered(&survey).await;
    let origin = owner.ask("{ viewer { controller { logOrigin } } }").await;
    let origin = origin.text_at("viewer.controller.logOrigin");
    let edges = read(&owner, Value::Null, Value::Null, 100).await;
    assert_eq!(
        i64::try_from(edges.len()).unwrap(),
        survey.count("event").await
    );
    let (mut digests, mut types) = (BTreeSet::new(), BTreeSet::new());
    for node in edges.iter().map(|edge| &edge["node"]) {
        let text = node["leaf"].as_str().unwrap();
        let leaf: BTreeMap<String, Value> = serde_json::from_str(text).unwrap();
        let keys: Vec<_> = leaf.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            ["_sd", "_sd_alg", "at", "id", "log", "type", "v"],
            "{text}"
        );
        assert_eq!(
            (&leaf["v"], &leaf["_sd_alg"]),
            (&json!(1), &json!("sha-256")),
            "{text}"
        );
        assert_eq!(
            (&leaf["id"], &leaf["at"]),
            (&node["id"], &node["at"]),
            "{text}"
        );
        assert_eq!(
            (&leaf["log"], &node["log"]),
            (&json!(format!("{origin}/main")), &json!("MAIN"))
        );
        let kind = leaf["type"].as_str().unwrap();
        assert_eq!(
            node["type"],
            kind.to_uppercase().replace('.', "_"),
            "{text}"
        );
        types.insert(kind.to_owned());

        let sd: Vec<_> = leaf["_sd"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one.as_str().unwrap())
            .collect();
        assert!(
            !sd.is_empty() && sd.is_sorted(),
            "their order tells nothing: {text}"
        );
        for one in sd {
            let bytes = data_encoding::BASE64URL_NOPAD
                .decode(one.as_bytes())
                .unwrap();
            assert_eq!(bytes.len(), 32, "{text}");
            assert!(
                digests.insert(one.to_owned()),
                "salted, so never the same twice: {text}"
            );
        }
        // RFC 6962, section 2.1.
        let hash = digest(&SHA256, &[&[0][..], text.as_bytes()].concat());
        assert_eq!(node["leafHash"], HEXLOWER.encode(hash.as_ref()), "{text}");
        for told in [
            "canary",
            "shared@example.org",
            "Client 4",
            "Jane Doe",
            "203.0.113",
            "123456",
        ] {
            assert!(!text.contains(told), "{text}");
        }
    }
    assert!(types.len() >= 7, "{types:?}");
    survey.close().await;
    app.stop().await;
}
