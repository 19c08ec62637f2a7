//! Mutations of systems and of their tasks.

use entity::enums::EventType;
use serde_json::{Value, json};

use super::Case;
use crate::harness::build::work::evidence;
use crate::harness::build::{self, Ids};

const NO_ITEM: &str = "itm_01h2xcejqtf2nbrexx3vqjhp41";
const NO_TASK: &str = "tsk_01h2xcejqtf2nbrexx3vqjhp41";
const NO_INTEGRATION: &str = "int_01h2xcejqtf2nbrexx3vqjhp41";
const NO_ADDRESS: &str = "idn_01h2xcejqtf2nbrexx3vqjhp41";

/// The case of a mutation.
pub fn case(mutation: &str, ids: &Ids) -> Option<Case> {
    let (query, events, input, wrong) = planned(mutation, ids).or_else(|| held(mutation, ids))?;
    Some(Case {
        query,
        input,
        events,
        list: None,
        wrong,
    })
}

type Told = (&'static str, Vec<EventType>, Value, (Value, &'static str));

/// What people do.
fn planned(mutation: &str, ids: &Ids) -> Option<Told> {
    let case = match mutation {
        "registerSystem" => {
            let of = |integration: &str| {
                json!({ "name": "plesk", "integrationId": integration, "knownBy": ["EMAIL", "PHONE"],
                    "leavesBehind": ["backups for 14 days"] })
            };
            let (right, wrong) = (of(&ids.integration), of(NO_INTEGRATION));
            let events = vec![EventType::SystemRegistered];
            (build::REGISTER_SYSTEM, events, right, (wrong, "NOT_FOUND"))
        }
        "planTask" => {
            let of = |item: &str| {
                json!({ "itemId": item, "system": "newsletter", "kind": "STOP",
                    "instructions": "canary of instructions" })
            };
            let (right, wrong) = (of(&ids.worked_item), of(NO_ITEM));
            let events = vec![EventType::TaskPlanned];
            (build::PLAN_TASK, events, right, (wrong, "NOT_FOUND"))
        }
        "retryTask" => {
            let of = |task: &str| json!({ "taskId": task });
            let (right, wrong) = (of(&ids.failed_task), of(NO_TASK));
            let events = vec![EventType::TaskRetried];
            (build::RETRY_TASK, events, right, (wrong, "NOT_FOUND"))
        }
        "sendVerificationCode" => {
            let of = |address: &str| json!({ "requestId": ids.worked, "identifierId": address, "system": "postman" });
            let (right, wrong) = (of(&ids.address), of(NO_ADDRESS));
            // The one that was not sent yet is not sent any more.
            let events = vec![
                EventType::TaskCompleted,
                EventType::TaskPlanned,
                EventType::RequestCodeIssued,
            ];
            let query = build::SEND_VERIFICATION_CODE;
            (query, events, right, (wrong, "NOT_FOUND"))
        }
        _ => return None,
    };
    Some(case)
}

/// What those do who do the tasks.
fn held(mutation: &str, ids: &Ids) -> Option<Told> {
    let held = |said: &Value| {
        let mut of = said.clone();
        of["lease"] = json!(ids.lease);
        move |task: &str| {
            let mut of = of.clone();
            of["taskId"] = json!(task);
            of
        }
    };
    let [done, failed, postponed, kept_on] = ids.held.each_ref();
    let (query, events, said, task) = match mutation {
        "claimTasks" => {
            let of = |system: &str| json!({ "system": system, "limit": 1 });
            let (right, wrong) = (of("mailer"), of("not a system"));
            let wrong = (wrong, "BAD_USER_INPUT");
            return Some((build::CLAIM_TASKS, Vec::new(), right, wrong));
        }
        "heartbeatTask" => {
            let longer = json!({ "leaseSeconds": 3600 });
            (build::HEARTBEAT_TASK, Vec::new(), longer, kept_on)
        }
        "completeTask" => {
            let said = json!({ "outcome": "DONE", "evidence": evidence(), "note": "canary" });
            let events = vec![EventType::TaskCompleted];
            (build::COMPLETE_TASK, events, said, done)
        }
        "failTask" => {
            let events = vec![EventType::TaskFailed];
            let said = json!({ "reason": "canary" });
            (build::FAIL_TASK, events, said, failed)
        }
        "postponeTask" => {
            let events = vec![EventType::TaskPostponed];
            let said = json!({ "ground": "OPEN_CHARGEBACK", "note": "canary" });
            (build::POSTPONE_TASK, events, said, postponed)
        }
        _ => return None,
    };
    let of = held(&said);
    Some((query, events, of(task), (of(NO_TASK), "NOT_FOUND")))
}
