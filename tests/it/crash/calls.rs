//! The calls of writers: what each asks for, and what it makes.

mod holds;
mod incidents;

use serde_json::{Value, json};

use super::Writer;
use crate::harness::build::incidents::{
    ASSESS_INCIDENT, RECORD_INCIDENT_NOTIFICATION, REPORT_INCIDENT,
};
use crate::harness::build::work::{evidence, file};
use crate::harness::build::{
    CLAIM_TASKS, COMPLETE_TASK, EXTEND_LEGAL_HOLD, FAIL_TASK, OPEN_REQUEST, PLACE_LEGAL_HOLD,
    PLAN_TASK, RECORD_ANCHOR, RECORD_DELETION_BLOCK, RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES,
    RECORD_RECIPIENT_NOTICE, RELINK_EXTERNAL_REFERENCE, SETTLE_DELETION_BLOCK, TRANSITION_ITEM,
    input, observation,
};
use crate::harness::{Actor, Answer, send};

const REGISTER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id } } }";
const ASSIGN: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) { results { assignment { id } error { code } } } }";
const DISCLOSE: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id } } }";
const FULFIL: &str = "mutation($input: TransitionItemInput!) {
    transitionItem(input: $input) { item { id recipientNotices { nodes { id } } } } }";
/// How many disclosures go into one list; a list of observations has one more.
pub const LIST: usize = 3;
/// Files that came to their end; of those that did not, something may be there for a day.
pub const WHOLE_FILES: &str = "task_attachment where completed_at is not null";

/// What a call asks for. They take turns in this order, so that each can rely on those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Registers a customer with an external id.
    Customer,
    /// Gives the customer an address.
    Assignment,
    /// Records a disclosure about the customer and, by address, the one before.
    ByExternalId,
    /// Records a disclosure about whoever held the address.
    ByAddress,
    /// Records several disclosures about the customer, all of them or none.
    List,
    /// Records what else went out about the customer in some months, each month for itself.
    Series,
    /// Opens a request of the customer by ticket.
    Request,
    /// Says that the ticket has another number, too.
    Relink,
    /// Has somebody look at what is asked for first.
    Review,
    /// Agrees to it.
    Approve,
    /// Begins to do it: the billing system has something to export.
    Start,
    /// Plans something in a system of the writer's own, and something else.
    Plan,
    PlanMore,
    /// Claims both. What was claimed without an acknowledgement is nobody's until its lease ends.
    Claim,
    /// Uploads a file for one of them.
    Upload,
    /// Says that this one is done.
    Complete,
    /// Says that the other failed.
    Fail,
    /// Holds what a system of the writer's own has of the customer.
    Hold,
    /// Holds it for longer.
    Extend,
    /// Says that it must be kept, too.
    Block,
    /// Says that this is over.
    Settle,
    /// Says when a ticket of the customer was closed.
    Anchor,
    /// Reports something that happened to the customer's data.
    Report,
    /// Says that it is so, and who is affected.
    Confirm,
    /// Says that the authority was told.
    Warn,
    /// Registers a customer whom no system knows.
    Ghost,
    /// Discloses something about that one.
    Tell,
    /// Opens a request of that one for restriction.
    Restrict,
    /// The steps of that; with the last, the recipient is to be told.
    Look,
    Agree,
    Begin,
    Fulfil,
    /// Says that the recipient was told.
    Notify,
}

impl Kind {
    pub const ALL: [Self; 33] = [
        Self::Customer,
        Self::Assignment,
        Self::ByExternalId,
        Self::ByAddress,
        Self::List,
        Self::Series,
        Self::Request,
        Self::Relink,
        Self::Review,
        Self::Approve,
        Self::Start,
        Self::Plan,
        Self::PlanMore,
        Self::Claim,
        Self::Upload,
        Self::Complete,
        Self::Fail,
        Self::Hold,
        Self::Extend,
        Self::Block,
        Self::Settle,
        Self::Anchor,
        Self::Report,
        Self::Confirm,
        Self::Warn,
        Self::Ghost,
        Self::Tell,
        Self::Restrict,
        Self::Look,
        Self::Agree,
        Self::Begin,
        Self::Fulfil,
        Self::Notify,
    ];

    /// Whether the same call at any later time answers the same. Who claims again gets what is left, and nobody uploads
    /// anything for a task that is done.
    pub fn repeats(self) -> bool {
        !matches!(self, Self::Claim | Self::Upload)
    }

    /// Whether it is about what must not be erased, or about who is told of what was done.
    fn is_of_holds(self) -> bool {
        let place = |kind| Self::ALL.iter().position(|one| *one == kind);
        place(self) >= place(Self::Hold)
    }

    /// Whether it needs a task that was claimed.
    fn needs_lease(self) -> bool {
        matches!(self, Self::Upload | Self::Complete | Self::Fail)
    }
}

/// The call of a writer that has this number.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub writer: usize,
    pub number: usize,
}

impl Call {
    pub fn kind(self) -> Kind {
        Kind::ALL[self.number % Kind::ALL.len()]
    }

    /// Which of the writer's customers it is about.
    pub fn customer(self) -> usize {
        self.number / Kind::ALL.len()
    }

    pub fn external_id(self) -> Value {
        json!({ "system": "whmcs", "id": format!("{}-{}", self.writer, self.customer()) })
    }

    pub fn name(self) -> String {
        format!("Client {} of writer {}", self.customer(), self.writer)
    }

    pub fn reference(self) -> String {
        format!("report {} of writer {}", self.number, self.writer)
    }

    /// The number of the customer's ticket.
    pub fn ticket(self) -> String {
        format!("ticket {}-{}", self.writer, self.customer())
    }

    /// The system that does what the writer's customers ask for.
    pub fn system(self) -> String {
        format!("worker-{}", self.writer)
    }

    /// The system that must keep what it has of the writer's customers.
    pub fn archive(self) -> String {
        format!("archive-{}", self.writer)
    }

    /// What is in the file that is uploaded: more than one part of it.
    pub fn content(self) -> String {
        format!("{}\n", self.reference()).repeat(10_000)
    }

    /// Sends it. Where nothing is held, there is nothing to say of it.
    pub async fn send(self, actor: &Actor, writer: &Writer) -> Result<Answer, reqwest::Error> {
        let held = writer.held(self.customer());
        match (self.kind(), held) {
            (kind, None) if kind.needs_lease() => {
                actor.try_run("{ viewer { tokenId } }", json!({})).await
            }
            (Kind::Upload, Some((tasks, lease))) => {
                send(file(actor, &tasks[0], &lease).body(self.content())).await
            }
            _ => actor.try_run(self.query(), self.variables(writer)).await,
        }
    }

    fn query(self) -> &'static str {
        match self.kind() {
            Kind::Customer | Kind::Ghost => REGISTER,
            Kind::Assignment => ASSIGN,
            Kind::ByExternalId | Kind::ByAddress | Kind::Tell => DISCLOSE,
            Kind::List => RECORD_DISCLOSURES,
            Kind::Series => RECORD_DISCLOSURE_SERIES,
            Kind::Request | Kind::Restrict => OPEN_REQUEST,
            Kind::Relink => RELINK_EXTERNAL_REFERENCE,
            Kind::Review | Kind::Approve | Kind::Start => TRANSITION_ITEM,
            Kind::Look | Kind::Agree | Kind::Begin => TRANSITION_ITEM,
            Kind::Fulfil => FULFIL,
            Kind::Notify => RECORD_RECIPIENT_NOTICE,
            Kind::Hold => PLACE_LEGAL_HOLD,
            Kind::Extend => EXTEND_LEGAL_HOLD,
            Kind::Block => RECORD_DELETION_BLOCK,
            Kind::Settle => SETTLE_DELETION_BLOCK,
            Kind::Anchor => RECORD_ANCHOR,
            Kind::Report => REPORT_INCIDENT,
            Kind::Confirm => ASSESS_INCIDENT,
            Kind::Warn => RECORD_INCIDENT_NOTIFICATION,
            Kind::Plan | Kind::PlanMore => PLAN_TASK,
            Kind::Claim => CLAIM_TASKS,
            Kind::Complete => COMPLETE_TASK,
            Kind::Fail => FAIL_TASK,
            Kind::Upload => unreachable!("it is no GraphQL"),
        }
    }

    /// How many rows of a table it makes.
    pub fn rows(self, table: &str) -> usize {
        let disclosures = match self.kind() {
            Kind::ByExternalId | Kind::ByAddress | Kind::Tell => 1,
            Kind::List => LIST,
            Kind::Series => LIST + 1,
            _ => 0,
        };
        let plans = matches!(self.kind(), Kind::Start | Kind::Plan | Kind::PlanMore);
        match table {
            "customer" => usize::from(matches!(self.kind(), Kind::Customer | Kind::Ghost)),
            "identifier" => usize::from(self.kind() == Kind::Customer),
            "assignment" => usize::from(self.kind() == Kind::Assignment),
            "disclosure" => disclosures,
            "request" => usize::from(matches!(self.kind(), Kind::Request | Kind::Restrict)),
            "request_item" => match self.kind() {
                Kind::Request => 2,
                other => usize::from(other == Kind::Restrict),
            },
            "request_reference" => usize::from(matches!(self.kind(), Kind::Request | Kind::Relink)),
            "task" => usize::from(plans),
            "legal_hold" | "legal_hold_customer" | "legal_hold_system" => {
                usize::from(self.kind() == Kind::Hold)
            }
            "legal_hold_category" => 2 * usize::from(self.kind() == Kind::Hold),
            "deletion_block" => usize::from(self.kind() == Kind::Block),
            "retention_anchor" => usize::from(self.kind() == Kind::Anchor),
            "incident" | "incident_customer" => usize::from(self.kind() == Kind::Report),
            "incident_clock" => usize::from(self.kind() == Kind::Confirm),
            "incident_notification" => usize::from(self.kind() == Kind::Warn),
            "recipient_notice" => usize::from(self.kind() == Kind::Fulfil),
            WHOLE_FILES => usize::from(self.kind() == Kind::Upload),
            // Each item of a list has a key of its own.
            _ => disclosures.max(usize::from(self.kind().repeats())),
        }
    }

    fn variables(self, writer: &Writer) -> Value {
        if matches!(self.kind(), Kind::Report | Kind::Confirm | Kind::Warn) {
            return self.of_incident(writer);
        }
        if self.kind().is_of_holds() {
            return self.of_hold(writer);
        }
        let mut of = match self.kind() {
            Kind::Review
            | Kind::Approve
            | Kind::Start
            | Kind::Plan
            | Kind::PlanMore
            | Kind::Claim
            | Kind::Upload
            | Kind::Complete
            | Kind::Fail => return self.of_task(writer),
            Kind::Customer => json!({ "name": self.name(), "externalIds": [self.external_id()] }),
            Kind::Assignment => json!({ "assignments": [{
                "customer": { "externalId": self.external_id() },
                "ipPrefix": address(self.writer, self.customer()),
                "from": "2024-01-01T00:00:00Z",
            }] }),
            Kind::ByExternalId => self.disclosure(&self.two_subjects()),
            Kind::ByAddress => self.disclosure(&[by_address(self.writer, self.customer())]),
            Kind::List => {
                return input(&json!({ "disclosures": self.items(), "errorPolicy": "REJECT_ALL" }));
            }
            Kind::Request => json!({
                "channel": "TICKET",
                "receivedAt": "2024-06-02T00:00:00Z",
                "customer": { "externalId": self.external_id() },
                "items": [{ "type": "ACCESS" }, { "type": "DELETION" }],
                "text": self.reference(),
                "externalReferences": [{ "system": "otrs", "id": self.ticket() }],
            }),
            Kind::Relink => json!({ "system": "otrs", "from": self.ticket(),
                "to": format!("later {}", self.ticket()) }),
            Kind::Series => {
                let months: Vec<_> = self.items().into_iter().map(observation).collect();
                return input(&json!({ "observations": months, "errorPolicy": "REJECT_FAILED" }));
            }
            other => unreachable!("{other:?} has variables of its own"),
        };
        of["idempotencyKey"] = json!(format!("crash-{}-{}", self.writer, self.number));
        input(&of)
    }

    /// What is to be done for the customer, and what is said of it.
    fn of_task(self, writer: &Writer) -> Value {
        let item = writer.item(self.customer());
        let to = |to: &str| json!({ "itemId": item, "to": to });
        let report = |n: usize, said: Value| {
            let (tasks, lease) = writer.held(self.customer()).expect("it is held");
            let mut report = said;
            report["taskId"] = json!(tasks[n]);
            report["lease"] = json!(lease);
            report
        };
        let mut of = match self.kind() {
            Kind::Review => to("IN_REVIEW"),
            Kind::Approve => to("APPROVED"),
            Kind::Start => to("IN_PROGRESS"),
            Kind::Complete => report(
                0,
                json!({ "outcome": "DONE", "evidence": evidence(), "note": self.reference() }),
            ),
            Kind::Fail => report(1, json!({ "reason": self.reference(), "retry": false })),
            Kind::Claim => {
                return input(
                    &json!({ "system": self.system(), "limit": 2, "leaseSeconds": 3600 }),
                );
            }
            _ => json!({ "itemId": item, "system": self.system(), "kind": "STOP",
                "instructions": self.reference() }),
        };
        of["idempotencyKey"] = json!(format!("crash-{}-{}", self.writer, self.number));
        input(&of)
    }

    /// Disclosures about the customer, each with a key.
    fn items(self) -> Vec<Value> {
        let about = json!({ "by": { "externalId": self.external_id() } });
        let item = |n: usize| {
            let mut item = self.disclosure(std::slice::from_ref(&about));
            item["ground"] = json!("PAYMENT_PROCESSING");
            item["tier"] = json!(if self.kind() == Kind::List {
                "SUBSCRIBER"
            } else {
                "TRAFFIC"
            });
            item["idempotencyKey"] = json!(format!("crash-{}-{}-{n}", self.writer, self.number));
            item
        };
        (0..self.rows("disclosure")).map(item).collect()
    }

    fn two_subjects(self) -> Vec<Value> {
        let own = json!({ "by": { "externalId": self.external_id() } });
        match self.customer().checked_sub(1) {
            Some(before) => vec![own, by_address(self.writer, before)],
            None => vec![own],
        }
    }

    fn disclosure(self, subjects: &[Value]) -> Value {
        json!({
            // All writers name the same new recipient at about the same time.
            "recipient": { "name": format!("Recipient {}", self.customer()), "role": "PRIVATE_PARTY" },
            "ground": "ABUSE_REPORT",
            "purpose": "essential.service.abuse_handling",
            "dataCategories": ["user.contact.email", "user.device.ip_address"],
            "tier": "SUBSCRIBER",
            "disclosedAt": "2024-06-02T00:00:00Z",
            "reference": self.reference(),
            "subjects": subjects,
        })
    }

    /// The id of what it made; the ids, with spaces between them, of a list; of a request, with that of its first item; of
    /// what was fulfilled, with that of its notice; of what was claimed, with the lease. Nothing, where nothing was held.
    #[track_caller]
    pub fn id(self, answer: &Answer) -> String {
        if self.kind().needs_lease() && answer.body["data"]["viewer"].is_object() {
            return String::new();
        }
        let list = match self.kind() {
            Kind::Customer | Kind::Ghost => {
                return answer.text_at("registerCustomer.customer.id");
            }
            Kind::Assignment => return answer.text_at("recordAssignments.results.0.assignment.id"),
            Kind::ByExternalId | Kind::ByAddress | Kind::Tell => {
                return answer.text_at("recordDisclosure.disclosure.id");
            }
            Kind::Request | Kind::Restrict => {
                let request = answer.text_at("openRequest.request.id");
                let item = answer.text_at("openRequest.request.items.0.id");
                return format!("{request} {item}");
            }
            Kind::Relink => return answer.text_at("relinkExternalReference.requests.0.id"),
            Kind::Fulfil => {
                let item = answer.text_at("transitionItem.item.id");
                let notice = answer.text_at("transitionItem.item.recipientNotices.nodes.0.id");
                return format!("{item} {notice}");
            }
            Kind::Notify => return answer.text_at("recordRecipientNotice.notice.id"),
            Kind::Hold => return answer.text_at("placeLegalHold.hold.id"),
            Kind::Extend => return answer.text_at("extendLegalHold.hold.id"),
            Kind::Block => return answer.text_at("recordDeletionBlock.block.id"),
            Kind::Settle => return answer.text_at("settleDeletionBlock.block.id"),
            Kind::Anchor => return answer.text_at("recordAnchor.record.id"),
            Kind::Report => return answer.text_at("reportIncident.incident.id"),
            Kind::Confirm => return answer.text_at("assessIncident.incident.id"),
            Kind::Warn => {
                return answer.text_at("recordIncidentNotification.notification.id");
            }
            Kind::Review | Kind::Approve | Kind::Start | Kind::Look | Kind::Agree | Kind::Begin => {
                return answer.text_at("transitionItem.item.id");
            }
            Kind::Plan | Kind::PlanMore => return answer.text_at("planTask.task.id"),
            Kind::Claim => return claimed(answer),
            Kind::Complete => return answer.text_at("completeTask.task.id"),
            Kind::Fail => return answer.text_at("failTask.task.id"),
            Kind::Upload => {
                assert_eq!(answer.status, 201, "{}", answer.text);
                return answer.body["id"].as_str().unwrap().to_owned();
            }
            Kind::List => "recordDisclosures",
            Kind::Series => "recordDisclosureSeries",
        };
        let id = |n: usize| answer.text_at(&format!("{list}.results.{n}.disclosure.id"));
        let ids: Vec<_> = (0..self.rows("disclosure")).map(id).collect();
        ids.join(" ")
    }
}

/// The two tasks that were claimed, in the order of their ids, and the lease; nothing, where there were none.
#[track_caller]
fn claimed(answer: &Answer) -> String {
    let tasks = answer.get("claimTasks.tasks").as_array().unwrap();
    if tasks.is_empty() {
        return String::new();
    }
    assert_eq!(tasks.len(), 2, "both or none: {}", answer.text);
    let id = |n: usize| answer.text_at(&format!("claimTasks.tasks.{n}.task.id"));
    let mut ids = [id(0), id(1)];
    ids.sort_unstable();
    let lease = answer.text_at("claimTasks.tasks.0.lease");
    format!("{} {} {lease}", ids[0], ids[1])
}

/// The address of a writer's customer.
pub fn address(writer: usize, customer: usize) -> String {
    format!("10.{writer}.{}.{}", customer / 250, customer % 250)
}

fn by_address(writer: usize, customer: usize) -> Value {
    json!({ "by": { "ip": { "address": address(writer, customer), "at": "2024-06-01T00:00:00Z" } } })
}
