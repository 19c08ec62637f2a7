//! The calls of writers: what each asks for, and what it makes.

use serde_json::{Value, json};

use crate::harness::Answer;
use crate::harness::build::{
    OPEN_REQUEST, RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES, RELINK_EXTERNAL_REFERENCE, input,
    observation,
};

const REGISTER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id } } }";
const ASSIGN: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) { results { assignment { id } error { code } } } }";
const DISCLOSE: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id } } }";
/// How many disclosures go into one list; a list of observations has one more.
pub const LIST: usize = 3;

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
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Customer,
        Self::Assignment,
        Self::ByExternalId,
        Self::ByAddress,
        Self::List,
        Self::Series,
        Self::Request,
        Self::Relink,
    ];
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

    pub fn query(self) -> &'static str {
        match self.kind() {
            Kind::Customer => REGISTER,
            Kind::Assignment => ASSIGN,
            Kind::ByExternalId | Kind::ByAddress => DISCLOSE,
            Kind::List => RECORD_DISCLOSURES,
            Kind::Series => RECORD_DISCLOSURE_SERIES,
            Kind::Request => OPEN_REQUEST,
            Kind::Relink => RELINK_EXTERNAL_REFERENCE,
        }
    }

    /// How many rows of a table it makes.
    pub fn rows(self, table: &str) -> usize {
        let disclosures = match self.kind() {
            Kind::Customer | Kind::Assignment | Kind::Request | Kind::Relink => 0,
            Kind::ByExternalId | Kind::ByAddress => 1,
            Kind::List => LIST,
            Kind::Series => LIST + 1,
        };
        match table {
            "customer" | "identifier" => usize::from(self.kind() == Kind::Customer),
            "assignment" => usize::from(self.kind() == Kind::Assignment),
            "disclosure" => disclosures,
            "request" => usize::from(self.kind() == Kind::Request),
            "request_item" => 2 * usize::from(self.kind() == Kind::Request),
            "request_reference" => usize::from(matches!(self.kind(), Kind::Request | Kind::Relink)),
            // Each item of a list has a key of its own.
            _ => disclosures.max(1),
        }
    }

    pub fn variables(self) -> Value {
        let mut of = match self.kind() {
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

    /// The id of what it made; the ids, with spaces between them, of a list.
    #[track_caller]
    pub fn id(self, answer: &Answer) -> String {
        let list = match self.kind() {
            Kind::Customer => return answer.text_at("registerCustomer.customer.id"),
            Kind::Assignment => return answer.text_at("recordAssignments.results.0.assignment.id"),
            Kind::ByExternalId | Kind::ByAddress => {
                return answer.text_at("recordDisclosure.disclosure.id");
            }
            Kind::Request => return answer.text_at("openRequest.request.id"),
            Kind::Relink => return answer.text_at("relinkExternalReference.requests.0.id"),
            Kind::List => "recordDisclosures",
            Kind::Series => "recordDisclosureSeries",
        };
        let id = |n: usize| answer.text_at(&format!("{list}.results.{n}.disclosure.id"));
        let ids: Vec<_> = (0..self.rows("disclosure")).map(id).collect();
        ids.join(" ")
    }
}

/// The address of a writer's customer.
pub fn address(writer: usize, customer: usize) -> String {
    format!("10.{writer}.{}.{}", customer / 250, customer % 250)
}

fn by_address(writer: usize, customer: usize) -> Value {
    json!({ "by": { "ip": { "address": address(writer, customer), "at": "2024-06-01T00:00:00Z" } } })
}
