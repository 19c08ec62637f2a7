//! What can be wrong with what is said of systems, of what they have to do, and with their files.

use reqwest::Method;
use serde_json::json;

use super::{Held, named};
use crate::canaries::birds::Canaries;
use crate::canaries::errors::{Failing, failing};
use crate::canaries::holds;
use crate::canaries::requests::Odd;
use crate::harness::Actor;
use crate::harness::build::{self, input};

const NO_ITEM: &str = "itm_01h2xcejqtf2nbrexx3vqjhp41";
const NO_LEASE: &str = "lse_01h2xcejqtf2nbrexx3vqjhp41";
const NOBODY: &str = "tsk_01h2xcejqtf2nbrexx3vqjhp41";
/// What is said wrongly of systems and of what they have to do.
pub fn wrong(c: &mut Canaries, held: &Held) -> Vec<Failing> {
    let bad = "BAD_USER_INPUT";
    let mut all = Vec::new();
    for system in [
        json!({ "name": c.text("name of a system that is none") + " " }),
        json!({ "name": "plesk", "integrationId": c.text("integration that is none") }),
        json!({ "name": "plesk", "leavesBehind": [c.text("left behind too long").repeat(5)] }),
        json!({ "name": "plesk", "leavesBehind": [c.text("left behind in two lines") + "\n"] }),
    ] {
        all.push(failing(build::REGISTER_SYSTEM, input(&system), bad));
    }
    let kinds = json!({ "name": "plesk", "knownBy": [c.echoed_word("kind that is none")] });
    all.push(failing(
        build::REGISTER_SYSTEM,
        input(&kinds),
        "GRAPHQL_VALIDATION_FAILED",
    ));
    for (query, of, code) in [
        (
            build::PLAN_TASK,
            json!({ "itemId": NO_ITEM, "system": "whmcs", "instructions": c.text("instructions for nothing") }),
            "NOT_FOUND",
        ),
        (
            build::PLAN_TASK,
            json!({ "itemId": NO_ITEM, "system": "whmcs", "instructions": c.text("instructions too long").repeat(50) }),
            bad,
        ),
        (
            build::PLAN_TASK,
            json!({ "itemId": c.text("item that is none"), "system": "whmcs" }),
            bad,
        ),
        (
            build::PLAN_TASK,
            json!({ "itemId": NO_ITEM, "system": c.text("system of a plan") + " " }),
            bad,
        ),
        (
            build::RETRY_TASK,
            json!({ "taskId": c.text("task to be tried that is none") }),
            bad,
        ),
        (
            build::CLAIM_TASKS,
            json!({ "system": c.text("system of a claim") + " " }),
            bad,
        ),
        (
            build::HEARTBEAT_TASK,
            json!({ "taskId": held.task, "lease": c.text("lease of a heartbeat") }),
            bad,
        ),
        (
            build::SEND_VERIFICATION_CODE,
            json!({ "requestId": held.request, "identifierId": c.text("address that is none"), "system": "plesk" }),
            bad,
        ),
        (
            build::SEND_VERIFICATION_CODE,
            json!({ "requestId": held.request, "identifierId": "idn_01h2xcejqtf2nbrexx3vqjhp41",
                "system": c.text("sender that is none") + " " }),
            bad,
        ),
        (
            build::VERIFY_REQUESTER,
            json!({ "requestId": held.request, "method": "ONE_TIME_CODE", "code": c.text("code too long") }),
            bad,
        ),
        (
            build::VERIFY_REQUESTER,
            json!({ "requestId": held.request, "method": "CALLBACK", "code": c.code("code of a callback") }),
            bad,
        ),
        (
            build::VERIFY_REQUESTER,
            json!({ "requestId": held.request, "method": "ONE_TIME_CODE", "code": c.code("code after all were used") }),
            bad,
        ),
    ] {
        all.push(failing(query, input(&of), code));
    }
    let filter = json!({ "filter": { "system": c.text("system that is asked for") + " " } });
    let tasks = "query($filter: TaskFilterInput) { tasks(filter: $filter) { nodes { id } } }";
    all.push(failing(tasks, filter, bad));
    all.extend(wrong_reports(c, held));
    all.extend(holds::wrong(c, &held.over));
    all
}

/// What is said wrongly of a task: of what is held, of what is held by nobody, and of what is not there.
fn wrong_reports(c: &mut Canaries, held: &Held) -> Vec<Failing> {
    let bad = "BAD_USER_INPUT";
    let kept = |what: String, until: String, source: String| {
        json!({ "outcome": "RETAINED", "retained": [{ "what": what, "ground": "STATUTORY_RETENTION",
            "until": until, "source": source }] })
    };
    let (until, source) = ("2099-12-31".to_owned(), "a statute".to_owned());
    let long = "source that is too long";
    let mut reports = vec![
        (
            build::COMPLETE_TASK,
            kept(
                c.text("kept too long").repeat(12),
                until.clone(),
                source.clone(),
            ),
            bad,
        ),
        (
            build::COMPLETE_TASK,
            kept(
                c.text("kept until never"),
                c.text("day that is none"),
                source.clone(),
            ),
            bad,
        ),
        (
            build::COMPLETE_TASK,
            kept(c.text("kept in the past"), "2020-01-01".to_owned(), source),
            bad,
        ),
        (
            build::COMPLETE_TASK,
            kept(c.text("kept by what"), until, c.text(long).repeat(12)),
            bad,
        ),
        (
            build::POSTPONE_TASK,
            json!({ "ground": "OTHER", "until": c.text("instant that is none") }),
            bad,
        ),
    ];
    for (field, value) in [
        ("note", json!(c.text("note of an end too long").repeat(50))),
        (
            "evidence",
            json!({ "remoteResult": c.text("result too long").repeat(500) }),
        ),
        (
            "evidence",
            json!({ "flags": [c.text("flag too long").repeat(12)] }),
        ),
        (
            "evidence",
            json!({ "residuals": [c.text("residual too long").repeat(12)] }),
        ),
        ("evidence", json!(c.text("text where evidence belongs"))),
    ] {
        let mut report = json!({ "outcome": "DONE" });
        report[field] = value;
        reports.push((build::COMPLETE_TASK, report, bad));
    }
    let mut all = Vec::new();
    for (query, mut report, code) in reports {
        report["taskId"] = json!(held.task);
        report["lease"] = json!(held.lease);
        all.push(failing(query, input(&report), code));
    }
    for (task, lease, code) in [
        (NOBODY, held.lease.as_str(), "NOT_FOUND"),
        (&held.task, NO_LEASE, "LEASE_LOST"),
    ] {
        for (query, said) in [
            (
                build::COMPLETE_TASK,
                json!({ "outcome": "DONE", "note": c.text("note of another end"),
                "evidence": { "remoteResult": c.text("result of another end") } }),
            ),
            (
                build::FAIL_TASK,
                json!({ "reason": c.text("reason of another end") }),
            ),
            (
                build::POSTPONE_TASK,
                json!({ "ground": "OTHER", "note": c.text("note of another wait") }),
            ),
        ] {
            let mut report = said;
            report["taskId"] = json!(task);
            report["lease"] = json!(lease);
            report["idempotencyKey"] = json!(c.text("key of another report"));
            all.push(failing(query, input(&report), code));
        }
    }
    let malformed = json!({ "taskId": c.text("task that is none"), "lease": c.text("lease that is none"),
        "reason": c.text("reason of no task") });
    all.push(failing(build::FAIL_TASK, input(&malformed), bad));
    let long = json!({ "taskId": held.task, "lease": held.lease, "reason": c.text("reason too long").repeat(50) });
    all.push(failing(build::FAIL_TASK, input(&long), bad));
    all
}

/// Files that are not taken, and none that are asked for: what is wrong with each, and the status of the answer.
pub fn files(
    owner: &Actor,
    stranger: &Actor,
    abuse: &Actor,
    c: &mut Canaries,
    held: &Held,
) -> Vec<Odd> {
    let (task, lease) = (held.task.as_str(), held.lease.as_str());
    let posts = |actor: &Actor, path: String| {
        let request = actor
            .request(Method::POST, &path)
            .header("privops-lease", lease);
        request.header("content-type", "text/plain")
    };
    let get = |path: String| owner.request(Method::GET, &path);
    let long = c.text("name of a file that is too long").repeat(6);
    let name = c.text("name of a file that is not taken");
    let body = |c: &mut Canaries| c.text("content of a file that is not taken");
    let file_of = |name: &str| named(owner, task, lease, name);
    vec![
        ("a long name of a file", file_of(&long).body(body(c)), 400),
        (
            "a name in two lines",
            file_of(&format!("{name}%0A")).body(body(c)),
            400,
        ),
        (
            "a name that is no text",
            file_of(&format!("{name}%FF")).body(body(c)),
            400,
        ),
        (
            "a name that is no ASCII",
            posts(owner, format!("/tasks/{task}/attachments"))
                .header("privops-file-name", format!("{name}é").into_bytes())
                .body(body(c)),
            400,
        ),
        (
            "no name of a file",
            posts(owner, format!("/tasks/{task}/attachments")).body(body(c)),
            400,
        ),
        ("an empty file", file_of(&name), 400),
        (
            "a large file",
            file_of(&name).body(body(c).repeat(8_000)),
            413,
        ),
        (
            "a media type that is none",
            owner
                .request(Method::POST, &format!("/tasks/{task}/attachments"))
                .header("privops-lease", lease)
                .header("privops-file-name", &name)
                .header("content-type", c.text("media type"))
                .body(body(c)),
            400,
        ),
        (
            "a lease that is none",
            named(owner, task, &c.text("lease of a file"), &name).body(body(c)),
            400,
        ),
        (
            "a lease of nobody",
            named(owner, task, NO_LEASE, &name).body(body(c)),
            422,
        ),
        (
            "a file for no task",
            named(owner, NOBODY, lease, &name).body(body(c)),
            404,
        ),
        (
            "a file for what is none",
            named(owner, &c.text("task of a file that is none"), lease, &name).body(body(c)),
            404,
        ),
        (
            "a file with more to its address",
            posts(
                owner,
                format!(
                    "/tasks/{NOBODY}/attachments?{}",
                    c.text("query string of a file")
                ),
            )
            .header("privops-file-name", &name)
            .body(body(c)),
            404,
        ),
        (
            "a file of a stranger",
            named(stranger, task, lease, &name).body(body(c)),
            401,
        ),
        (
            "a file of somebody else",
            named(abuse, task, lease, &name)
                .header("idempotency-key", c.text("key of a file that is not taken"))
                .body(body(c)),
            422,
        ),
        (
            "a file that is put",
            owner
                .request(
                    Method::PUT,
                    &format!("/attachments/{}", c.text("file that is put")),
                )
                .body(body(c)),
            405,
        ),
        (
            "a file that is none",
            get(format!("/attachments/{}", c.text("file that is none"))),
            404,
        ),
        (
            "a file that is none, with more",
            get(format!(
                "/attachments/{NOBODY}?{}",
                c.text("query string of no file")
            )),
            404,
        ),
        (
            "a file by another way",
            get(format!("/tasks/{}/attachments", c.text("task of files"))),
            405,
        ),
        (
            "a file for the abuse desk",
            abuse.request(
                Method::GET,
                &format!("/attachments/{}", c.text("file for the abuse desk")),
            ),
            404,
        ),
    ]
}
