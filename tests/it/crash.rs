//! Kill -9 while writing: what was acknowledged is there, the rest is whole or absent, the ledger has no gap.
//!
//! The real program dies at random moments under concurrent writers. What it did not acknowledge is sent again with
//! the same idempotency key, as a careful client does, and must then succeed, whether it had been carried out or not.
//! `CRASH_ROUNDS` says how often it dies (100 when absent); `CRASH_SEED` repeats the moments of an earlier run.

mod calls;
mod holds;
mod incidents;
mod packages;
mod tasks;

use std::sync::Arc;
use std::time::Duration;

use calls::{Call, Kind, LIST, WHOLE_FILES, address};
use serde_json::json;
use tokio::sync::Notify;

use crate::harness::process::Process;
use crate::harness::survey::Survey;
use crate::harness::{Actor, Database, is_postgres};

const WRITERS: usize = 8;
/// Longer than this, and no answer will come.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many rounds go by between two looks at the database.
const ROUNDS_UNSEEN: u64 = 10;
/// A writer that is throttled tests nothing but the throttle.
const SETTINGS: &[(&str, &str)] = &[
    ("limits.points_per_second", "1000000"),
    ("limits.burst_points", "100000000"),
];

#[tokio::test]
async fn what_was_acknowledged_survives_a_hundred_kills() {
    let rounds = setting("CRASH_ROUNDS").unwrap_or(100);
    let seed = setting("CRASH_SEED").unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    eprintln!("CRASH_ROUNDS={rounds} CRASH_SEED={seed}");
    let mut random = Random(seed);
    let database = Database::new().await;
    let (mut process, token) = Process::first(&database, SETTINGS).await;
    let mut writers: Vec<_> = (0..WRITERS).map(Writer::new).collect();

    for round in 1..=rounds {
        // A file takes several writes, and whoever began one twenty times may not begin it again under the same lease.
        let (least, most) = match round % ROUNDS_UNSEEN {
            0 => (300_000, 600_000),
            _ => (1_000, 60_000),
        };
        let moment = Duration::from_micros(random.between(least, most));
        // Every other time it dies while what was interrupted before is sent again.
        let going = round % 2 == 0;
        writers = die_while_writing(process, writers, &token, (going, moment)).await;
        process = Process::again(&database, SETTINGS).await;
        if round % ROUNDS_UNSEEN == 0 {
            check(&database, &process.actor(&token), &mut writers, true).await;
        }
    }

    let actor = process.actor(&token);
    for writer in &mut writers {
        writer.write_one(&actor).await.expect("the server answers");
    }
    check(&database, &actor, &mut writers, false).await;
    repeat(&database, &actor, &writers).await;
    let acknowledged: usize = writers.iter().map(|writer| writer.done.len()).sum();
    let interrupted: usize = writers.iter().map(|writer| writer.interrupted.len()).sum();
    eprintln!("{acknowledged} calls acknowledged, {interrupted} interrupted on the way");
    let made = |kind: Kind| {
        let done = writers.iter().flat_map(|writer| &writer.done);
        done.filter(|done| done.call.kind() == kind && !done.id.is_empty())
            .count()
    };
    eprintln!(
        "{} files uploaded, {} tasks done, {} failed, {} holds placed, {} recipients told",
        made(Kind::Upload),
        made(Kind::Complete),
        made(Kind::Fail),
        made(Kind::Hold),
        made(Kind::Notify)
    );
    assert!(
        acknowledged > WRITERS && interrupted > 0,
        "nothing was written"
    );
    assert!(
        rounds < 50 || (made(Kind::Upload) > 0 && made(Kind::Fail) > 0 && made(Kind::Notify) > 0),
        "nobody held anything, or nobody was told of anything"
    );
    assert!(!process.log().contains("panicked at"), "{}", process.log());
    process.ask_to_stop();
    assert!(process.ended().await.success());
    integrity(&database).await;
    database.remove().await;
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a whole number")),
    )
}

/// Lets all write, and kills the process at that moment after the start, or after the first answer when they shall be
/// `going`.
async fn die_while_writing(
    process: Process,
    writers: Vec<Writer>,
    token: &str,
    (going, moment): (bool, Duration),
) -> Vec<Writer> {
    let answered = Arc::new(Notify::new());
    let tasks: Vec<_> = writers
        .into_iter()
        .map(|writer| tokio::spawn(writer.write(process.actor(token), Arc::clone(&answered))))
        .collect();
    if going {
        let first = tokio::time::timeout(PATIENCE, answered.notified()).await;
        first.expect("somebody is answered");
    }
    tokio::time::sleep(moment).await;
    process.kill();
    let mut writers = Vec::new();
    for task in tasks {
        writers.push(task.await.unwrap());
    }
    writers
}

/// Looks whether everything acknowledged is there, and nothing else but what may have been carried out without an
/// acknowledgement: at most the call that each writer was interrupted in.
async fn check(database: &Database, actor: &Actor, writers: &mut [Writer], interrupted: bool) {
    for writer in writers.iter_mut() {
        for done in writer.done.iter().skip(writer.checked) {
            done.check(actor, writer).await;
        }
        writer.checked = writer.done.len();
    }
    let survey = Survey::of(database).await;
    survey.assert_gapless().await;
    survey.assert_whole().await;
    for table in [
        "customer",
        "identifier",
        "assignment",
        "disclosure",
        "request",
        "request_item",
        "request_reference",
        "task",
        "legal_hold",
        "legal_hold_customer",
        "legal_hold_system",
        "legal_hold_category",
        "deletion_block",
        "retention_anchor",
        "incident",
        "incident_customer",
        "incident_clock",
        "incident_notification",
        "recipient_notice",
        WHOLE_FILES,
        "idempotency",
    ] {
        let done = writers.iter().flat_map(|writer| &writer.done);
        let least: usize = done.map(|done| done.rows(table)).sum();
        let next = writers.iter().map(|writer| writer.next().rows(table));
        let most = least + if interrupted { next.sum() } else { 0 };
        let found = usize::try_from(survey.count(table).await).unwrap();
        assert!(
            (least..=most).contains(&found),
            "{table}: {found}, not {least} to {most}"
        );
    }
    for writer in writers.iter() {
        writer.check_list(actor).await;
    }
    survey.close().await;
}

/// Sends again what was interrupted at any time: each answers as it did, and nothing changes.
async fn repeat(database: &Database, actor: &Actor, writers: &[Writer]) {
    let survey = Survey::of(database).await;
    let before = survey.sizes().await;
    for writer in writers {
        for number in &writer.interrupted {
            let Done { call, id } = &writer.done[*number];
            if call.kind().repeats() {
                let answer = call.send(actor, writer).await.unwrap();
                assert_eq!(call.id(&answer), *id, "{call:?}");
            }
        }
    }
    assert_eq!(survey.sizes().await, before);
    survey.close().await;
}

/// What the database itself says of its files, after an orderly stop.
async fn integrity(database: &Database) {
    if is_postgres() {
        return;
    }
    let survey = Survey::of(database).await;
    assert_eq!(survey.text("pragma integrity_check").await, "ok");
    assert_eq!(survey.count("pragma_foreign_key_check").await, 0);
    survey.close().await;
}

/// A call that was acknowledged.
struct Done {
    call: Call,
    id: String,
}

impl Done {
    /// How many rows of a table it made.
    fn rows(&self, table: &str) -> usize {
        if self.id.is_empty() && self.call.kind() != Kind::Claim {
            // It held nothing that it could have reported on.
            return 0;
        }
        self.call.rows(table)
    }

    /// Asks for it again in every way that leads to it.
    async fn check(&self, actor: &Actor, writer: &Writer) {
        let customer = writer.customer(self.call.customer());
        match self.call.kind() {
            Kind::Customer => self.check_customer(actor).await,
            Kind::Assignment => self.check_assignment(actor, customer).await,
            Kind::ByExternalId => {
                let before = self.call.customer().checked_sub(1);
                let before = before.map(|before| writer.customer(before));
                let subjects: Vec<_> = std::iter::once(customer).chain(before).collect();
                self.check_disclosure(actor, &subjects).await;
            }
            Kind::ByAddress => self.check_disclosure(actor, &[customer]).await,
            Kind::List | Kind::Series => self.check_list(actor, customer).await,
            Kind::Request => {
                self.check_request(actor, customer, &self.call.ticket())
                    .await
            }
            Kind::Relink => {
                let later = format!("later {}", self.call.ticket());
                self.check_request(actor, customer, &later).await;
            }
            Kind::Ghost | Kind::Tell | Kind::Restrict => {
                holds::check_ghost(self, actor, writer).await;
            }
            Kind::Report | Kind::Confirm | Kind::Warn => {
                incidents::check(self, actor, writer).await;
            }
            _ => {
                tasks::check(self, actor, writer).await;
                holds::check(self, actor, writer).await;
            }
        }
    }

    /// Each item is there, and together they are one series, in which none counts twice.
    async fn check_list(&self, actor: &Actor, customer: &str) {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Disclosure {
            reference event { objectId } subjects { customer { id } } series { count records } } } }";
        let ids: Vec<_> = self.id.split(' ').collect();
        let each = if self.call.kind() == Kind::Series {
            12
        } else {
            1
        };
        let expected = |id: &&str| {
            json!({
                "id": id,
                "reference": self.call.reference(),
                "event": { "objectId": id },
                "subjects": [{ "customer": { "id": customer } }],
                "series": { "count": each * ids.len(), "records": ids.len() },
            })
        };
        let found = actor.run(query, json!({ "ids": ids })).await;
        let expected: Vec<_> = ids.iter().map(expected).collect();
        assert_eq!(found.get("nodes"), &json!(expected));
    }

    /// By the number of its ticket it is found, with what it asks for.
    async fn check_request(&self, actor: &Actor, customer: &str, ticket: &str) {
        let query = "query($of: ExternalIdInput!) { request(by: { externalReference: $of }) {
            id customer { id } items { type } clocks { duty } event { objectId } } }";
        let of = json!({ "of": { "system": "otrs", "id": ticket } });
        let found = actor.run(query, of).await;
        let id = self.id.split(' ').next();
        let expected = json!({
            "id": id,
            "customer": { "id": customer },
            "items": [{ "type": "ACCESS" }, { "type": "DELETION" }],
            "clocks": [{ "duty": "ANSWER" }, { "duty": "ANSWER" }],
            "event": { "objectId": id },
        });
        assert_eq!(found.get("request"), &expected);
    }

    async fn check_customer(&self, actor: &Actor) {
        let query = "query($by: CustomerLookupInput!) {
            customer(by: $by) { id name identifiers { value } } }";
        let external_id = self.call.external_id();
        let by = json!({ "by": { "externalId": external_id } });
        let expected = json!({
            "id": self.id,
            "name": self.call.name(),
            "identifiers": [{ "value": external_id["id"] }],
        });
        assert_eq!(actor.run(query, by).await.get("customer"), &expected);
    }

    async fn check_assignment(&self, actor: &Actor, customer: &str) {
        let query = "query($by: CustomerLookupInput!) {
            customer(by: $by) { id assignments { nodes { id ipPrefix } } } }";
        let address = address(self.call.writer, self.call.customer());
        let by = json!({ "by": { "ip": { "address": address, "at": "2024-01-01T00:00:00Z" } } });
        let assignment = json!({ "id": self.id, "ipPrefix": format!("{address}/32") });
        let expected = json!({ "id": customer, "assignments": { "nodes": [assignment] } });
        assert_eq!(actor.run(query, by).await.get("customer"), &expected);
    }

    async fn check_disclosure(&self, actor: &Actor, customers: &[&str]) {
        let query = "query($id: ID!) { node(id: $id) { id ... on Disclosure {
            reference dataCategories event { objectId } subjects { resolution customer { id } } } } }";
        let subject = |id: &&str| json!({ "resolution": "RESOLVED", "customer": { "id": id } });
        let expected = json!({
            "id": self.id,
            "reference": self.call.reference(),
            "dataCategories": ["user.contact.email", "user.device.ip_address"],
            "event": { "objectId": self.id },
            "subjects": customers.iter().map(subject).collect::<Vec<_>>(),
        });
        let found = actor.run(query, json!({ "id": self.id })).await;
        assert_eq!(found.get("node"), &expected);
    }
}

/// Somebody who writes one call after the other, and each until it is acknowledged.
struct Writer {
    number: usize,
    done: Vec<Done>,
    /// How many of them were found again.
    checked: usize,
    /// Numbers of the calls in which the process died, once or several times.
    interrupted: Vec<usize>,
}

impl Writer {
    fn new(number: usize) -> Self {
        Self {
            number,
            done: Vec::new(),
            checked: 0,
            interrupted: Vec::new(),
        }
    }

    /// The first call that is not acknowledged.
    fn next(&self) -> Call {
        Call {
            writer: self.number,
            number: self.done.len(),
        }
    }

    /// The id of the customer that it registered as this one.
    fn customer(&self, customer: usize) -> &str {
        self.id(customer, Kind::Customer)
    }

    /// What a call of this kind made for a customer.
    fn id(&self, customer: usize, kind: Kind) -> &str {
        let place = Kind::ALL.iter().position(|one| *one == kind).unwrap();
        &self.done[customer * Kind::ALL.len() + place].id
    }

    /// The first thing that a customer asks for.
    fn item(&self, customer: usize) -> &str {
        self.id(customer, Kind::Request).split(' ').nth(1).unwrap()
    }

    /// The tasks that it holds for a customer, and under which lease; none before it claimed them, and where the answer
    /// to that was lost.
    fn held(&self, customer: usize) -> Option<([String; 2], String)> {
        let claim = self
            .done
            .iter()
            .find(|done| (done.call.kind(), done.call.customer()) == (Kind::Claim, customer))?;
        let parts: Vec<_> = claim.id.split(' ').map(str::to_owned).collect();
        let [one, other, lease] = parts.try_into().ok()?;
        Some(([one, other], lease))
    }

    /// Of a list that may have been interrupted, all is there or nothing.
    async fn check_list(&self, actor: &Actor) {
        let call = self.next();
        if call.kind() != Kind::List {
            return;
        }
        let query =
            "query($by: CustomerLookupInput!) { customer(by: $by) { disclosures { totalCount } } }";
        let by = json!({ "by": { "externalId": call.external_id() } });
        let found = actor.run(query, by).await;
        let found = found
            .get("customer.disclosures.totalCount")
            .as_u64()
            .unwrap();
        // One by the external id and one by the address come before.
        let found = usize::try_from(found).unwrap();
        assert!([2, 2 + LIST].contains(&found), "{call:?}: {found}");
    }

    async fn write(mut self, actor: Actor, answered: Arc<Notify>) -> Self {
        while self.write_one(&actor).await.is_ok() {
            answered.notify_one();
        }
        if self.interrupted.last() != Some(&self.done.len()) {
            self.interrupted.push(self.done.len());
        }
        self
    }

    /// Whoever answers, answers with success: nothing but the kill is in the way.
    async fn write_one(&mut self, actor: &Actor) -> Result<(), reqwest::Error> {
        let call = self.next();
        let answer = call.send(actor, self).await?;
        let id = call.id(&answer);
        self.done.push(Done { call, id });
        Ok(())
    }
}

/// Numbers that a seed repeats: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct Random(u64);

impl Random {
    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.draw() % (most - least + 1)
    }
}
