//! Samples for what systems have to do, and the files that they upload.

use entity::enums::Role;
use serde_json::{Value, json};

use super::requests::canary;
use super::{NODE, Sample, Turn, World, nothing, outcome, sample};
use crate::harness::build::work::{
    CONTENT, claim, download, evidence, file, kept, plan, register, upload,
};
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;
use crate::harness::{Actor, App, golden, send};

/// A task of a rule is planned within this time.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A lease that nobody has.
const NO_LEASE: &str = "lse_01h2xcejqtf2nbrexx3vqjhp41";

pub const SAMPLES: &[Sample] = &[
    sample("Query.systems", "{ systems { nodes { id } } }", nothing),
    sample(
        "Query.node of a system",
        NODE,
        |turn| json!({ "id": turn.world.work.system_id }),
    ),
    sample("Query.tasks", "{ tasks { nodes { id } } }", nothing),
    sample(
        "Query.node of a task",
        NODE,
        |turn| json!({ "id": turn.world.work.held[0] }),
    ),
    sample("Mutation.registerSystem", build::REGISTER_SYSTEM, |turn| {
        input(&json!({ "name": format!("system-{}", turn.number) }))
    }),
    sample("Mutation.planTask", build::PLAN_TASK, planning),
    sample("Mutation.retryTask", build::RETRY_TASK, |turn| {
        input(&json!({ "taskId": turn.work.failed }))
    }),
    sample(
        "Mutation.sendVerificationCode",
        build::SEND_VERIFICATION_CODE,
        |turn| sending(turn.work, &turn.work.post),
    ),
    sample("Mutation.claimTasks", build::CLAIM_TASKS, claiming),
    sample("Mutation.heartbeatTask", build::HEARTBEAT_TASK, |turn| {
        input(&json!({ "taskId": turn.work.held[3], "lease": turn.work.lease }))
    }),
    sample("Mutation.completeTask", build::COMPLETE_TASK, |turn| {
        completing(turn.work)
    }),
    sample("Mutation.failTask", build::FAIL_TASK, failing),
    sample("Mutation.postponeTask", build::POSTPONE_TASK, postponing),
];

/// Variables that plan a task where nobody else looks.
pub fn planning(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "itemId": turn.work.item, "system": "canary-by-hand", "kind": "STOP",
        "instructions": "canary instructions" }),
    )
}

/// Variables that claim a task of a system that the caller serves.
pub fn claiming(turn: &Turn<'_>) -> Value {
    input(&json!({ "system": turn.work.system }))
}

/// Variables that end a task. Sent again, they end nothing more, and are answered as before.
pub fn completing(work: &Work) -> Value {
    input(
        &json!({ "taskId": work.held[0], "lease": work.lease, "outcome": "RETAINED",
        "retained": [kept()], "evidence": evidence(), "note": "canary note" }),
    )
}

/// Variables that let a task fail.
pub fn failing(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "taskId": turn.work.held[1], "lease": turn.work.lease, "reason": "canary reason" }),
    )
}

/// Variables that let a task wait.
pub fn postponing(turn: &Turn<'_>) -> Value {
    input(
        &json!({ "taskId": turn.work.held[2], "lease": turn.work.lease, "ground": "LEGAL_HOLD",
        "note": "canary note" }),
    )
}

/// Variables that have a code sent by a system.
fn sending(work: &Work, system: &str) -> Value {
    input(&json!({ "requestId": work.request, "identifierId": work.address, "system": system }))
}

/// Systems that somebody serves, and what they have to do for a customer whom nobody else will touch.
pub struct Work {
    pub system: String,
    system_id: String,
    /// One that sends codes; one waits there.
    pub codes: String,
    /// Another one, which somebody else serves: nobody sends a code to themselves.
    post: String,
    address: String,
    pub request: String,
    pub item: String,
    /// What they hold, to be done, to fail, to wait and to be held for longer; whoever may not, holds nothing.
    pub held: Vec<String>,
    pub lease: String,
    failed: String,
    /// One that does what a rule wants; a task waits there.
    pub ruled: String,
    /// One that tells the customer of an incident.
    pub telling: String,
    pub customer: String,
    /// The rule, and what the time counts from.
    pub rule: String,
    pub anchor: String,
}

impl Work {
    /// What somebody has to do who serves systems of this name; `holds` says whether they may.
    pub async fn make(app: &App, server: &Actor, name: &str, holds: bool) -> Self {
        let owner = app.owner();
        let name = name.to_lowercase().replace('_', "-");
        let (system, codes) = (format!("canary-{name}"), format!("codes-{name}"));
        let system_id = register(&owner, server, &system, &[]).await;
        register(&owner, server, &codes, &[]).await;
        let (other, post) = (app.actor(Role::Support).await, format!("post-{name}"));
        register(&owner, &other, &post, &[]).await;
        // Long ago, so that lists begin with the others.
        let customer = json!({ "name": format!("Canary {name}"), "registeredAt": "2020-01-01T00:00:00Z",
            "externalIds": [{ "system": system, "id": "canary-1" }],
            "emails": [format!("{name}@canary.example")] });
        let registered = owner.run(build::REGISTER_CUSTOMER, input(&customer)).await;
        let at = |path: &str| registered.text_at(&format!("registerCustomer.customer.{path}"));
        let (customer, address) = (at("id"), at("identifiers.1.id"));
        let verified = json!({ "identifierId": address, "method": "CALLBACK" });
        let verified = input(&verified);
        owner.run(build::VERIFY_IDENTIFIER, verified).await.ok();
        let mut request = canary(&customer, &format!("canary work {name}"));
        request["receivedAt"] = json!("2026-11-01T09:00:00Z");
        request["items"] = json!([{ "type": "DELETION" }]);
        let opened = owner.run(build::OPEN_REQUEST, input(&request)).await;
        let request = opened.text_at("openRequest.request.id");
        let item = opened.text_at("openRequest.request.items.0.id");
        for to in ["IN_REVIEW", "APPROVED", "IN_PROGRESS"] {
            let mut step = json!({ "itemId": item, "to": to, "note": "canary note" });
            if to == "IN_PROGRESS" {
                step["instructions"] = json!("canary instructions");
            }
            owner.run(build::TRANSITION_ITEM, input(&step)).await.ok();
        }
        for _ in 0..4 {
            plan(&owner, &item, &system, "ERASE").await;
        }
        let (lease, mut held) = (NO_LEASE.to_owned(), Vec::new());
        let mut work = Self {
            system,
            system_id,
            codes,
            post,
            address,
            request,
            item,
            held,
            lease,
            failed: String::new(),
            ruled: format!("ruled-{name}"),
            telling: format!("telling-{name}"),
            customer: customer.clone(),
            rule: String::new(),
            anchor: String::new(),
        };
        work.follow_rule(app, server, &customer).await;
        register(&owner, server, &work.telling, &[]).await;
        let known = json!({ "externalId": { "system": work.telling, "id": "canary-3" } });
        let known = json!({ "customerId": customer, "identifier": known });
        owner.run(build::ADD_IDENTIFIER, input(&known)).await.ok();
        if holds {
            (work.lease, held) = claim(server, &work.system).await;
            work.failed = held.pop().unwrap();
            let failed = json!({ "taskId": work.failed, "lease": work.lease, "reason": "canary", "retry": false });
            server.run(build::FAIL_TASK, input(&failed)).await.ok();
        } else {
            let filter = json!({ "system": work.system });
            let query =
                "query($filter: TaskFilterInput) { tasks(filter: $filter) { nodes { id } } }";
            let tasks = owner.run(query, json!({ "filter": filter })).await;
            held = (0..5)
                .map(|n| tasks.text_at(&format!("tasks.nodes.{n}.id")))
                .collect();
            work.failed = held.pop().unwrap();
        }
        work.held = held;
        // What is claimed later.
        for _ in 0..4 {
            plan(&owner, &work.item, &work.system, "ERASE").await;
        }
        let code = sending(&work, &work.codes);
        other.run(build::SEND_VERIFICATION_CODE, code).await.ok();
        work
    }

    /// Has a rule want something of the customer.
    async fn follow_rule(&mut self, app: &App, server: &Actor, customer: &str) {
        let owner = app.owner();
        register(&owner, server, &self.ruled, &[]).await;
        let known = json!({ "externalId": { "system": self.ruled, "id": "canary-2" } });
        let known = json!({ "customerId": customer, "identifier": known });
        owner.run(build::ADD_IDENTIFIER, input(&known)).await.ok();
        let anchor = json!({ "customer": { "id": customer }, "anchor": "TICKET_CLOSED", "at": "2026-11-01T10:00:00Z",
            "system": self.ruled, "reference": "canary ticket" });
        let recorded = owner.run(build::RECORD_ANCHOR, input(&anchor)).await;
        self.anchor = recorded.text_at("recordAnchor.record.id");
        let rule = json!({ "name": self.ruled, "systems": [self.ruled], "anchor": "TICKET_CLOSED", "period": "P7D",
            "action": "REVIEW" });
        let set = owner.run(build::SET_RETENTION_RULE, input(&rule)).await;
        self.rule = set.text_at("setRetentionRule.rule.id");
        let query = "query($id: ID) { tasks(filter: { retentionRuleId: $id }) { nodes { id } } }";
        eventually(PATIENCE, "the task of a rule", async || {
            let tasks = owner.run(query, json!({ "id": self.rule })).await;
            (!tasks.get("tasks.nodes").as_array()?.is_empty()).then_some(())
        })
        .await;
    }

    /// The same, with a task that kept something, and a file.
    pub async fn done(app: &App) -> Self {
        let owner = app.owner();
        let work = Self::make(app, &owner, "world", true).await;
        upload(&owner, &work.held[0], &work.lease).await;
        let done = completing(&work);
        owner.run(build::COMPLETE_TASK, done).await.ok();
        work
    }
}

/// The two routes of files, as every role.
#[tokio::test]
async fn files_are_taken_from_and_given_to_the_agreed_roles_only() {
    let app = App::start().await;
    let world = World::make(&app).await;
    let query = "query($id: ID!) { node(id: $id) { ... on Task { attachments { id } } } }";
    let of = json!({ "id": world.work.held[0] });
    let known = app.owner().run(query, of).await;
    let known = known.text_at("node.attachments.0.id");
    let mut rows = vec![world.head(&[""])];
    let mut sent = vec!["POST /tasks/{id}/attachments".to_owned()];
    let mut read = vec!["GET /attachments/{id}".to_owned()];
    for caller in &world.callers {
        let upload = file(&caller.actor, &caller.work.held[3], &caller.work.lease);
        let answer = send(upload.body(CONTENT)).await.unwrap();
        sent.push(match answer.status {
            201 => "CREATED".to_owned(),
            _ => outcome(&answer).to_owned(),
        });
        let answer = download(&caller.actor, &known).await;
        let given = (answer.status, answer.text.as_str()) == (200, CONTENT);
        if !given {
            assert!(
                !answer.text.contains("canary"),
                "{}: {}",
                caller.name,
                answer.text
            );
        }
        let headers = format!("{:?}", answer.headers);
        assert_eq!(
            headers.contains("canary"),
            given,
            "{}: {headers}",
            caller.name
        );
        read.push(if given {
            "OK".to_owned()
        } else {
            outcome(&answer).to_owned()
        });
    }
    for (row, well) in [(&sent, "CREATED"), (&read, "OK")] {
        let stranger = row.last().unwrap();
        assert_eq!(stranger, "UNAUTHENTICATED", "{row:?}");
        let others = &row[1..row.len() - 1];
        let agreed = others.iter().all(|one| one == well || one == "FORBIDDEN");
        assert!(agreed, "{row:?}");
    }
    rows.extend([sent, read]);
    golden::compare("files.txt", &golden::table(&rows));
    app.stop().await;
}

/// Whoever may not read requests sees the tasks of the systems that they serve, and no others.
#[tokio::test]
async fn a_system_sees_what_it_has_to_do() {
    let app = App::start().await;
    let world = World::make(&app).await;
    let query =
        "query($other: ID!, $own: ID!) { other: node(id: $other) { id } own: node(id: $own) { id }
        tasks(first: 100) { nodes { system } } }";
    let (mut few, mut all) = (Vec::new(), Vec::new());
    for caller in &world.callers {
        if caller.name == "stranger" {
            continue;
        }
        let (other, own) = (&world.work.held[0], &caller.work.held[0]);
        let variables = json!({ "other": other, "own": own });
        let seen = caller.actor.run(query, variables).await;
        let tasks = seen.get("tasks.nodes").as_array().unwrap();
        let is_own = |task: &Value| {
            let Work {
                system,
                codes,
                ruled,
                telling,
                ..
            } = &caller.work;
            let own = [system, codes, ruled, telling];
            own.iter().any(|own| task["system"] == **own)
        };
        let only_own = tasks.iter().all(is_own);
        assert_eq!(seen.get("own"), &json!({ "id": own }), "{}", caller.name);
        assert!(tasks.iter().any(is_own), "{}", caller.name);
        if only_own {
            assert_eq!(seen.get("other"), &Value::Null, "{}", caller.name);
            few.push(caller.name);
        } else {
            assert_eq!(
                seen.get("other"),
                &json!({ "id": other }),
                "{}",
                caller.name
            );
            all.push(caller.name);
        }
    }
    assert_eq!(few, ["MAIL", "ABUSE", "PROVISIONING"]);
    assert_eq!(all.len(), world.callers.len() - 1 - few.len());
    app.stop().await;
}
