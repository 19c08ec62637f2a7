//! Personal values and secrets stay in their places: the real program runs with everything logged; a canary is sent
//! in every field that a person can fill, and in everything that can be wrong with a request. Then no file of the
//! data directory, no column, no log line, no metric and no error holds one of them, in any form.

mod access;
mod asked;
mod birds;
mod errors;
mod fields;
mod holds;
mod incidents;
mod packages;
mod places;
mod preferences;
mod requests;
mod search;
mod work;

use birds::Canaries;
use data_encoding::BASE64;
use errors::LOOK_UP;
use fields::{KEPT, Person, Step};
use reqwest::Method;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use search::{Place, Search};
use serde_json::{Value, json};

use crate::harness::build::{REGISTER_CUSTOMER, REGISTER_RECIPIENT, input};
use crate::harness::process::Process;
use crate::harness::{Actor, Answer, Database, is_postgres, send};

const SETTINGS: &[(&str, &str)] = &[
    ("log.level", "trace"),
    ("log.format", "json"),
    ("http.allow_get", "true"),
    // So that a file can be too large.
    ("http.max_attachment_bytes", "262144"),
    ("http.public_url", "https://privacy.host.example"),
];

/// A running program, who calls it, what they sent, and what was answered.
struct Story {
    owner: Actor,
    canaries: Canaries,
    /// Every answer: keys must be in none of them.
    answers: Vec<Place>,
    /// Those that must not repeat what was sent.
    errors: Vec<Place>,
}

impl Story {
    fn keep(&mut self, what: &str, answer: &Answer, is_error: bool) {
        let place = format!("the answer to {what}");
        let text = format!("{:?}\n{}", answer.headers, answer.text).into_bytes();
        if is_error {
            assert!(
                answer.status < 500,
                "{what}: {} {}",
                answer.status,
                answer.text
            );
            self.errors.push((place.clone(), text.clone()));
        }
        self.answers.push((place, text));
    }

    async fn does(&mut self, query: &str, variables: Value) -> Answer {
        let answer = self.owner.run(query, variables).await;
        answer.ok();
        self.keep("what succeeds", &answer, false);
        answer
    }

    async fn step(&mut self, (query, of): Step) -> Answer {
        self.does(query, input(&of)).await
    }

    async fn fails(&mut self, actor: &Actor, query: &str, variables: Value, code: &str) {
        let answer = actor.run(query, variables.clone()).await;
        assert_eq!(
            answer.code(),
            code,
            "{query} {variables}: {} {}",
            answer.status,
            answer.text
        );
        self.keep(&format!("{query} {variables}"), &answer, true);
    }
}

/// Fills every field that takes something personal, reads it back, and gives a token that was issued on the way, and what
/// a system holds.
async fn everything_goes_well(story: &mut Story) -> (String, work::Held, String) {
    let person = Person::new(&mut story.canaries);
    for step in fields::customers(&mut story.canaries, &person) {
        story.step(step).await;
    }
    let by = json!({ "externalId": { "system": "whmcs", "id": person.id } });
    let customer = story
        .does(LOOK_UP, json!({ "by": by }))
        .await
        .text_at("customer.id");
    let step = fields::identifier(&mut story.canaries, &person, &customer);
    story.step(step).await;
    let (step, imported) = fields::import(&mut story.canaries);
    story.step(step).await;
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { id identifiers { id } } }";
    let found = story.does(query, json!({ "by": imported })).await;
    let (id, identifier) = (
        found.text_at("customer.id"),
        found.text_at("customer.identifiers.3.id"),
    );
    for step in fields::lives(&mut story.canaries, &person, &imported, &id, &identifier) {
        story.step(step).await;
    }
    for step in fields::disclosures(&mut story.canaries, &person) {
        story.step(step).await;
    }
    let known = json!({ "name": "A court", "role": "PUBLIC_AUTHORITY" });
    let known = story.step((REGISTER_RECIPIENT, known)).await;
    let known = known.text_at("registerRecipient.recipient.id");
    let step = fields::recipient(&mut story.canaries, &known);
    story.step(step).await;
    for step in fields::lists(&mut story.canaries, &person) {
        story.step(step).await;
    }
    let query = "{ of: disclosures(filter: { ground: [BLOCKLIST_REPORT] }) { nodes { id } }
        about: disclosures(filter: { unresolved: true }) { nodes { subjects { id resolution } } } }";
    let found = story.does(query, json!({})).await;
    let (old, subjects) = (
        found.text_at("of.nodes.0.id"),
        found.get("about.nodes.0.subjects").as_array().unwrap(),
    );
    let nobody = subjects.iter().find(|one| one["resolution"] == "NOBODY");
    let nobody = nobody.unwrap()["id"].as_str().unwrap();
    for step in fields::changes(&mut story.canaries, &person, &old, nobody) {
        story.step(step).await;
    }
    ask(story, &person).await;
    let (held, files) = work::done(story, &person).await;
    for by in person.look_ups() {
        let found = story
            .does(LOOK_UP, json!({ "by": by }))
            .await
            .text_at("customer.id");
        assert_eq!(found, customer, "{by}");
    }
    let query =
        "{ customers { nodes { name mergedFrom { nodes { name } } identifiers { value } assignments { nodes { resource ipPrefix } } } }
        recipients { nodes { name contacts { value note } noticeUrl } }
        disclosures { nodes { reference authority note subjects { lookup } supersededBy { reason } } }
        requests { nodes { lookup text regimesReason requester { name contact proof } items { note } clocks { note pauseNote }
            externalReferences { reference } correspondence { nodes { text } }
            verifications { nodes { evidenceDigest note } } } } }";
    // What is held is shown in its one spelling, in lower case.
    packages::done(story).await;
    preferences::done(story, &person).await;
    access::done(story, &person).await;
    let (alarm, told) = incidents::done(story, &person).await;
    let read = story.does(query, json!({})).await.text;
    let read = format!("{read}{files}{told}").to_lowercase();
    let more = [asked::KEPT, work::KEPT, holds::KEPT, incidents::KEPT];
    for what in KEPT.iter().chain(more.into_iter().flatten()) {
        let canary = story
            .canaries
            .all
            .iter()
            .find(|canary| canary.what == *what)
            .unwrap();
        let text = canary.text.to_lowercase();
        assert!(read.contains(&text), "{what} can be read: {read}");
    }
    let step = fields::token(&mut story.canaries);
    let token = story.step(step).await.text_at("issueToken.secret");
    (token, held, alarm)
}

/// Asks for something, and handles it.
async fn ask(story: &mut Story, person: &Person) {
    let (step, ticket) = asked::opening(&mut story.canaries, person);
    let opened = story.step(step).await;
    let at = |path: String| opened.text_at(&format!("openRequest.request.{path}"));
    let items: Vec<_> = (0..3).map(|n| at(format!("items.{n}.id"))).collect();
    let clocks: Vec<_> = items
        .iter()
        .map(|item| {
            let of = (0..3).find(|n| at(format!("clocks.{n}.item.id")) == *item);
            at(format!("clocks.{}.id", of.unwrap()))
        })
        .collect();
    let request = at("id".to_owned());
    for step in asked::handling(&mut story.canaries, &ticket, &request, &items, &clocks) {
        story.step(step).await;
    }
}

/// Sends everything that can be wrong.
async fn everything_goes_wrong(
    story: &mut Story,
    process: &Process,
    abuse_token: &str,
    held: &work::Held,
    alarm: &str,
) {
    let owner = story.owner.clone();
    let mut failing = errors::values(&mut story.canaries);
    failing.extend(work::wrong(&mut story.canaries, held));
    failing.extend(errors::disclosures(&mut story.canaries));
    failing.extend(errors::changes(&mut story.canaries));
    failing.extend(errors::shapes(&mut story.canaries));
    failing.extend(asked::wrong(&mut story.canaries));
    failing.extend(preferences::wrong(&mut story.canaries));
    failing.extend(incidents::wrong(&mut story.canaries, alarm));
    failing.extend(errors::documents(&mut story.canaries));
    for one in failing {
        story
            .fails(&owner, &one.query, one.variables, one.code)
            .await;
    }
    let sent = |what: &str| {
        story
            .canaries
            .all
            .iter()
            .find(|one| one.what == what)
            .unwrap()
            .text
            .clone()
    };
    let shared = json!({ "by": { "email": sent("shared e-mail") } });
    let taken = json!({ "externalIds": [{ "system": "whmcs", "id": sent("external id") }] });
    let known = json!({ "name": sent("complainant"), "role": "PRIVATE_PARTY" });
    let key = sent("key of a customer");
    let again = json!({ "name": story.canaries.text("changed name"), "idempotencyKey": key });
    let foreign = json!({ "name": story.canaries.text("name from an abuse desk") });
    story.fails(&owner, LOOK_UP, shared, "AMBIGUOUS").await;
    story
        .fails(&owner, REGISTER_CUSTOMER, input(&taken), "CONFLICT")
        .await;
    story
        .fails(&owner, REGISTER_RECIPIENT, input(&known), "CONFLICT")
        .await;
    story
        .fails(
            &owner,
            REGISTER_CUSTOMER,
            input(&again),
            "IDEMPOTENCY_KEY_REUSED",
        )
        .await;
    let abuse = process.actor(abuse_token);
    story
        .fails(&abuse, REGISTER_CUSTOMER, input(&foreign), "FORBIDDEN")
        .await;

    let stranger = Actor::new(process.address(), None);
    let mut odd = requests::bodies(&owner, &mut story.canaries);
    odd.extend(requests::heads(&owner, &stranger, &mut story.canaries));
    let files = work::files(&owner, &stranger, &abuse, &mut story.canaries, held);
    odd.extend(files);
    odd.extend(packages::odd(&stranger, &mut story.canaries));
    odd.extend(preferences::odd(&stranger, &mut story.canaries));
    odd.extend(access::odd(&owner, &mut story.canaries));
    for (what, request, status) in odd {
        let answer = send(request).await.unwrap();
        assert_eq!(answer.status, status, "{what}: {}", answer.text);
        story.keep(what, &answer, true);
    }
    let answer = requests::not_http(process.address(), &story.canaries.text("no HTTP"));
    story.errors.push((
        "the answer to what is not HTTP".to_owned(),
        answer.into_bytes(),
    ));
}

/// The keys in a keyring, all of which are secret but the public ones.
fn keys(database: &Database) -> Search {
    let text = std::fs::read_to_string(database.keyring()).unwrap();
    let keyring: Value = serde_json::from_str(&text).unwrap();
    let mut search = Search::default();
    for place in ["/current/wrapping", "/current/index", "/token_key/pkcs8"] {
        let key = keyring.pointer(place).and_then(Value::as_str).expect(place);
        let key = BASE64.decode(key.as_bytes()).unwrap();
        search.bytes(place, &key);
        // RFC 5958: the private key proper, without the frame around it.
        if place.ends_with("pkcs8") {
            search.bytes("/token_key, without its frame", &key[16..48]);
        }
    }
    search
}

/// Every place where data is kept.
async fn kept(database: &Database, db: &DatabaseConnection, since: Option<&str>) -> Vec<Place> {
    let mut places = places::columns(db).await;
    places.extend(places::files(&database.data_dir()));
    places.extend(places::server_files(db, since).await);
    let has_file = places
        .iter()
        .any(|(place, _)| place.ends_with("privops.db"));
    assert!(
        has_file || is_postgres(),
        "the database is among what is searched"
    );
    places
}

#[tokio::test]
async fn nothing_personal_and_no_secret_leaves_its_place() {
    let database = Database::new().await;
    let (process, owner_token) = Process::first(&database, SETTINGS).await;
    let db = database.look().await;
    let since = places::write_ahead(&db).await;
    let owner = process.actor(&owner_token);
    let (canaries, answers, errors) = (Canaries::default(), Vec::new(), Vec::new());
    let mut story = Story {
        owner,
        canaries,
        answers,
        errors,
    };
    let (abuse_token, held, alarm) = everything_goes_well(&mut story).await;
    everything_goes_wrong(&mut story, &process, &abuse_token, &held, &alarm).await;
    let metrics = send(story.owner.request(Method::GET, "/metrics"))
        .await
        .unwrap();
    assert!(
        metrics.text.contains("registerCustomer"),
        "{}",
        metrics.text
    );

    // While it runs, and after it stopped.
    let mut searched = kept(&database, &db, since.as_deref()).await;
    process.ask_to_stop();
    let log = database.folder().join("log");
    assert!(process.ended().await.success());
    searched.extend(kept(&database, &db, since.as_deref()).await);
    let log = std::fs::read(log).unwrap();
    let text = String::from_utf8_lossy(&log);
    assert!(
        text.contains(r#""level":"DEBUG""#) && text.contains("answered"),
        "everything is logged"
    );
    searched.push(("the log".to_owned(), log.clone()));
    searched.push(("the metrics".to_owned(), metrics.text.into_bytes()));

    let (personal, keys) = (story.canaries.search(true), keys(&database));
    let mut tokens = Search::default();
    tokens.text("the owner's token", &owner_token);
    tokens.text("the abuse desk's token", &abuse_token);
    let mut found = [&personal, &keys, &tokens]
        .map(|search| search.findings(&searched))
        .concat();
    found.extend(story.canaries.search(false).findings(&story.errors));
    found.extend(tokens.findings(&story.errors));
    found.extend(keys.findings(&story.answers));
    assert!(
        found.is_empty(),
        "found where they do not belong:\n{}",
        found.join("\n")
    );

    // Reading its files has undone the locks of this connection: what it wrote now could be lost.
    db.close().await.unwrap();
    let db = database.look().await;
    planted_canaries_are_found(&database, &db, since.as_deref()).await;
    db.close().await.unwrap();
    database.remove().await;
}

/// The search above would have found something: in a column, in the database's files, in the data directory.
async fn planted_canaries_are_found(
    database: &Database,
    db: &DatabaseConnection,
    since: Option<&str>,
) {
    let mut canaries = Canaries::default();
    let (name, text) = (canaries.email("column"), canaries.text("file"));
    db.execute_unprepared(&format!("update controller set name = '{name}'"))
        .await
        .unwrap();
    std::fs::create_dir_all(database.data_dir().join("deep")).unwrap();
    std::fs::write(
        database.data_dir().join("deep/planted"),
        text.to_lowercase(),
    )
    .unwrap();
    let places = kept(database, db, since).await;
    let found = canaries.search(true).findings(&places);
    let has = |place: &str, what: &str| {
        found
            .iter()
            .any(|found| found.contains(place) && found.ends_with(&format!(": {what}")))
    };
    assert!(has("column controller.name", "column"), "{found:?}");
    assert!(has("deep/planted", "file"), "{found:?}");
    if !is_postgres() {
        assert!(has("privops.db", "column"), "{found:?}");
    } else if places.iter().any(|(place, _)| place.contains("pg_wal")) {
        assert!(
            has("/base/", "column") && has("/pg_wal/", "column"),
            "{found:?}"
        );
    }
}
