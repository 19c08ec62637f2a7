//! Operations and inputs, filled with what a story does not care about.

use std::time::Duration;

use serde_json::{Value, json};

use super::Actor;
use super::poll::eventually;

/// Registers a customer.
pub const REGISTER_CUSTOMER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id identifiers { id } } } }";
/// Adds an identifier.
pub const ADD_IDENTIFIER: &str = "mutation($input: AddIdentifierInput!) {
    addIdentifier(input: $input) { customer { id } } }";
/// Records assignments.
pub const RECORD_ASSIGNMENTS: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) { results { assignment { id } error { code } } } }";
/// Registers a recipient.
pub const REGISTER_RECIPIENT: &str = "mutation($input: RegisterRecipientInput!) {
    registerRecipient(input: $input) { recipient { id } } }";
/// Records a disclosure.
pub const RECORD_DISCLOSURE: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id subjects { id } event { id } } } }";
/// Records disclosures.
pub const RECORD_DISCLOSURES: &str = "mutation($input: RecordDisclosuresInput!) {
    recordDisclosures(input: $input) { results { disclosure { id } error { code field } } } }";
/// Records observations of routine disclosures.
pub const RECORD_DISCLOSURE_SERIES: &str = "mutation($input: RecordDisclosureSeriesInput!) {
    recordDisclosureSeries(input: $input) { results { disclosure { id } error { code field } } } }";
/// Supersedes a disclosure.
pub const SUPERSEDE_DISCLOSURE: &str = "mutation($input: SupersedeDisclosureInput!) {
    supersedeDisclosure(input: $input) { disclosure { id } } }";
/// Says who a subject was.
pub const RESOLVE_DISCLOSURE_SUBJECT: &str = "mutation($input: ResolveDisclosureSubjectInput!) {
    resolveDisclosureSubject(input: $input) { disclosure { id } } }";
/// Issues a token.
pub const ISSUE_TOKEN: &str = "mutation($input: IssueTokenInput!) {
    issueToken(input: $input) { secret token { id expiresAt } integration { id name role } } }";
/// Revokes a token.
pub const REVOKE_TOKEN: &str = "mutation($input: RevokeTokenInput!) {
    revokeToken(input: $input) { integration { id } } }";

/// Variables with this input.
pub fn input(input: &Value) -> Value {
    json!({ "input": input })
}

/// Variables of `recordAssignments`: one prefix, since the beginning of the year.
pub fn assignment(customer: &Value, prefix: &str) -> Value {
    let item = json!({ "customer": customer, "ipPrefix": prefix, "from": "2026-01-01T00:00:00Z" });
    input(&json!({ "assignments": [item] }))
}

/// Variables of `recordDisclosure`: an abuse report about whoever the look-ups mean.
pub fn disclosure(recipient: &Value, subjects: &[Value]) -> Value {
    let subjects: Vec<_> = subjects.iter().map(|by| json!({ "by": by })).collect();
    input(&json!({
        "recipient": recipient,
        "ground": "ABUSE_REPORT",
        "purpose": "essential.service.abuse_handling",
        "dataCategories": ["user.contact.email", "user.device.ip_address"],
        "tier": "SUBSCRIBER",
        "disclosedAt": "2026-11-20T09:00:00Z",
        "reference": "canary reference",
        "authority": "canary authority",
        "note": "canary note",
        "subjects": subjects,
    }))
}

/// The disclosure of some variables, to be one item of a list or to take the place of another.
pub fn item(mut variables: Value) -> Value {
    variables["input"].take()
}

/// Some variables as those of a list with this one item.
pub fn list(name: &str, item: &Value) -> Value {
    input(&json!({ name: [item] }))
}

/// A disclosure as an observation of a series: twelve times in the year before.
pub fn observation(mut disclosure: Value) -> Value {
    let fields = disclosure.as_object_mut().expect("an input");
    fields.remove("disclosedAt");
    disclosure["from"] = json!("2025-12-01T00:00:00Z");
    disclosure["to"] = json!("2026-11-01T00:00:00Z");
    disclosure["count"] = json!(12);
    disclosure
}

/// Ids of one record of every kind of a controller.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    /// The controller.
    pub controller: String,
    /// An integration, which is not the owner.
    pub integration: String,
    /// Its token.
    pub token: String,
    /// A customer.
    pub customer: String,
    /// Another one, who shares the e-mail address of the first.
    pub other_customer: String,
    /// An identifier.
    pub identifier: String,
    /// An assignment.
    pub assignment: String,
    /// A recipient.
    pub recipient: String,
    /// A disclosure.
    pub disclosure: String,
    /// Another one, about the same customers.
    pub other_disclosure: String,
    /// The subject of the first.
    pub subject: String,
    /// Its event.
    pub event: String,
    /// A disclosure about whoever held an address: about nobody, as it seemed, and about the customer, as is known now.
    pub questioned: String,
    /// Its subject.
    pub unresolved: String,
    /// What was found out about that.
    pub finding: String,
}

impl Ids {
    /// All of them.
    pub fn all(&self) -> [&str; 15] {
        [
            &self.controller,
            &self.integration,
            &self.token,
            &self.customer,
            &self.other_customer,
            &self.identifier,
            &self.assignment,
            &self.recipient,
            &self.disclosure,
            &self.other_disclosure,
            &self.subject,
            &self.event,
            &self.questioned,
            &self.unresolved,
            &self.finding,
        ]
    }
}

/// Fills the owner's controller with two of every kind, the same for every controller: clients 42 and 43 of
/// `whmcs` share an e-mail address; 42 has a phone and held 203.0.113.0/24 and shop.example with a mailbox, and, as was
/// found out after disclosures about them, two more addresses.
pub async fn populate(owner: &Actor) -> Ids {
    let mut ids = Ids {
        controller: owner
            .ask("{ viewer { controller { id } } }")
            .await
            .text_at("viewer.controller.id"),
        ..Ids::default()
    };
    for (client, phones) in [("43", json!([])), ("42", json!(["+49 30 123456"]))] {
        let customer = json!({
            "name": format!("Client {client}"),
            "externalIds": [{ "system": "whmcs", "id": client }],
            "emails": ["shared@example.org"],
            "phones": phones,
        });
        let registered = owner.run(REGISTER_CUSTOMER, input(&customer)).await;
        ids.other_customer = std::mem::take(&mut ids.customer);
        ids.customer = registered.text_at("registerCustomer.customer.id");
        ids.identifier = registered.text_at("registerCustomer.customer.identifiers.0.id");
    }
    for resource in [
        json!({ "domain": "shop.example" }),
        json!({ "mailbox": "post@shop.example" }),
    ] {
        let mut variables = assignment(&json!({ "id": ids.customer }), "");
        let held = &mut variables["input"]["assignments"][0];
        held["ipPrefix"].take();
        for (kind, value) in resource.as_object().expect("a resource") {
            held[kind] = value.clone();
        }
        owner.run(RECORD_ASSIGNMENTS, variables).await.ok();
    }
    for (customer, prefix) in [
        (&ids.other_customer, "192.0.2.0/25"),
        (&ids.other_customer, "192.0.2.128/25"),
        (&ids.customer, "198.51.100.0/24"),
        (&ids.customer, "203.0.113.0/24"),
    ] {
        let variables = assignment(&json!({ "id": customer }), prefix);
        let recorded = owner.run(RECORD_ASSIGNMENTS, variables).await;
        ids.assignment = recorded.text_at("recordAssignments.results.0.assignment.id");
    }
    for (name, role) in [("Jane Doe", "DATA_SUBJECT"), ("Spamhaus", "PRIVATE_PARTY")] {
        let variables = input(&json!({ "name": name, "role": role }));
        let registered = owner.run(REGISTER_RECIPIENT, variables).await;
        ids.recipient = registered.text_at("registerRecipient.recipient.id");
    }
    // Different ones, so that they are two lines of an accounting.
    for ground in ["COPYRIGHT_CLAIM", "ABUSE_REPORT"] {
        let subjects = [
            json!({ "id": ids.customer }),
            json!({ "id": ids.other_customer }),
        ];
        let mut variables = disclosure(&json!({ "id": ids.recipient }), &subjects);
        variables["input"]["ground"] = json!(ground);
        let recorded = owner.run(RECORD_DISCLOSURE, variables).await;
        ids.other_disclosure = std::mem::take(&mut ids.disclosure);
        ids.disclosure = recorded.text_at("recordDisclosure.disclosure.id");
        ids.subject = recorded.text_at("recordDisclosure.disclosure.subjects.0.id");
        ids.event = recorded.text_at("recordDisclosure.disclosure.event.id");
    }
    find_out(owner, &mut ids).await;
    let billing = input(&json!({ "name": "billing", "role": "BILLING" }));
    let issued = owner.run(ISSUE_TOKEN, billing).await;
    ids.integration = issued.text_at("issueToken.integration.id");
    ids.token = issued.text_at("issueToken.token.id");
    ids
}

/// Discloses something about two addresses, and learns later who held them.
async fn find_out(owner: &Actor, ids: &mut Ids) {
    for address in ["192.0.3.1", "192.0.3.2"] {
        let about = json!({ "ip": { "address": address, "at": "2026-06-01T00:00:00Z" } });
        let recipient = json!({ "id": ids.recipient });
        let variables = disclosure(&recipient, &[about]);
        let recorded = owner.run(RECORD_DISCLOSURE, variables).await;
        ids.questioned = recorded.text_at("recordDisclosure.disclosure.id");
        ids.unresolved = recorded.text_at("recordDisclosure.disclosure.subjects.0.id");
        let held = assignment(&json!({ "id": ids.customer }), address);
        owner.run(RECORD_ASSIGNMENTS, held).await.ok();
    }
    ids.finding = finding(owner, &ids.questioned).await;
}

/// The id of the finding about the only subject of a disclosure, as soon as there is one.
pub async fn finding(actor: &Actor, disclosure: &str) -> String {
    let look = async || {
        let query = "query($id: ID!) { node(id: $id) { ... on Disclosure { subjects { finding { id } } } } }";
        let found = actor.run(query, json!({ "id": disclosure })).await;
        let id = found.get("node.subjects.0.finding.id").as_str();
        id.map(str::to_owned)
    };
    eventually(Duration::from_secs(30), "a finding is raised", look).await
}
