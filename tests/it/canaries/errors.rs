//! Everything that can be wrong with a request, with a canary in it.

use serde_json::{Value, json};

use super::birds::Canaries;
use crate::harness::build::{
    self, RECORD_ASSIGNMENTS, RECORD_DISCLOSURE, RECORD_DISCLOSURE_SERIES, RECORD_DISCLOSURES,
    REGISTER_CUSTOMER, REGISTER_RECIPIENT, RESOLVE_DISCLOSURE_SUBJECT, SUPERSEDE_DISCLOSURE, input,
    list, observation,
};

/// An operation that fails, and with which code.
pub struct Failing {
    pub query: String,
    pub variables: Value,
    pub code: &'static str,
}

pub fn failing(query: &str, variables: Value, code: &'static str) -> Failing {
    Failing {
        query: query.to_owned(),
        variables,
        code,
    }
}

const BAD: &str = "BAD_USER_INPUT";
const AT: &str = "2024-05-01T00:00:00Z";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

/// Looks a customer up.
pub const LOOK_UP: &str = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";

/// Values that cannot be what they should be.
pub fn values(canaries: &mut Canaries) -> Vec<Failing> {
    let c = canaries;
    let customers = [
        json!({ "emails": [c.text("malformed e-mail address")] }),
        json!({ "phones": [c.text("malformed phone number")] }),
        json!({ "name": c.text("too long name").repeat(6) }),
        json!({ "externalIds": [{ "system": c.text("malformed system"), "id": "1" }] }),
        json!({ "externalIds": [{ "system": "whmcs", "id": c.text("malformed id") + "\u{7}" }] }),
        json!({ "country": c.text("malformed country") }),
        json!({ "registeredAt": c.text("malformed instant") }),
        json!({ "name": "x", "idempotencyKey": c.text("too long idempotency key").repeat(6) }),
        json!({ "onBehalfOf": { "system": c.text("malformed staff system"), "staffId": "1" } }),
        json!({ "onBehalfOf": { "system": "whmcs", "staffId": c.text("too long staff id").repeat(6) } }),
    ];
    let mut all: Vec<_> = customers
        .into_iter()
        .map(|customer| failing(REGISTER_CUSTOMER, input(&customer), BAD))
        .collect();
    let look_ups = [
        json!({ "email": c.text("malformed e-mail address looked up") }),
        json!({ "phone": c.text("malformed phone number looked up") }),
        json!({ "id": c.text("malformed customer id looked up") }),
        json!({ "externalId": { "system": c.text("malformed system looked up"), "id": "1" } }),
        json!({ "ip": { "address": c.text("malformed address looked up"), "at": "2024-05-01T00:00:00Z" } }),
        json!({ "ip": { "address": c.ipv4("address looked up"), "at": c.text("malformed instant looked up") } }),
        json!({ "ip": { "address": c.ipv4("address with a domain"), "domain": c.text("malformed domain of an address") + "/", "at": AT } }),
        json!({ "ip": { "address": c.ipv4("address with a mailbox"), "mailbox": c.text("malformed mailbox of an address"), "at": AT } }),
        json!({ "ip": { "address": c.ipv4("address with a port"), "port": 65_536, "at": AT } }),
        json!({ "domain": { "name": c.text("malformed domain looked up") + "/", "at": AT } }),
        json!({ "mailbox": { "address": c.text("malformed mailbox looked up"), "at": AT } }),
    ];
    all.extend(
        look_ups
            .into_iter()
            .map(|by| failing(LOOK_UP, json!({ "by": by }), BAD)),
    );
    all.extend(lives(c));
    let nameless = json!({ "name": c.text("malformed recipient") + "\u{7}", "role": "PROCESSOR" });
    all.push(failing(REGISTER_RECIPIENT, input(&nameless), BAD));
    for details in [
        json!({ "contacts": [{ "kind": "EMAIL", "value": c.text("malformed contact") }] }),
        json!({ "contacts": [{ "kind": "OTHER", "value": "1", "note": c.text("too long note of a contact").repeat(6) }] }),
        json!({ "noticeUrl": c.text("malformed URL") }),
    ] {
        let mut recipient = json!({ "name": c.text("unreachable recipient"), "role": "PROCESSOR" });
        for (field, value) in details.as_object().unwrap() {
            recipient[field] = value.clone();
        }
        all.push(failing(REGISTER_RECIPIENT, input(&recipient), BAD));
    }
    let prefix = json!({ "assignments": [{
        "customer": { "email": c.email("unknown holder") },
        "ipPrefix": c.ipv6("prefix of an unknown holder"),
        "from": "2024-05-01T00:00:00Z",
    }] });
    all.push(failing(RECORD_ASSIGNMENTS, input(&prefix), "NOT_FOUND"));
    let known = c.all.iter().find(|one| one.what == "e-mail");
    let known = json!({ "email": known.expect("it was sent").text });
    let unknown = json!({ "email": c.email("holder of nothing") });
    let ports =
        |address: String, first: i32| json!({ "address": address, "first": first, "last": 1 });
    for (kind, held, holder, code) in [
        ("ipPrefix", json!(c.text("malformed prefix")), &known, BAD),
        (
            "domain",
            json!(format!("*.{}", c.domain("wildcard domain"))),
            &known,
            BAD,
        ),
        ("domain", json!(c.text("domain of one label")), &known, BAD),
        ("mailbox", json!(c.text("malformed mailbox")), &known, BAD),
        (
            "portRange",
            ports(c.text("malformed address of ports"), 1),
            &known,
            BAD,
        ),
        (
            "portRange",
            ports(c.ipv4("address of ports in no order"), 2),
            &known,
            BAD,
        ),
        (
            "domain",
            json!(c.domain("domain of an unknown holder")),
            &unknown,
            "NOT_FOUND",
        ),
        (
            "mailbox",
            json!(c.email("mailbox of an unknown holder")),
            &unknown,
            "NOT_FOUND",
        ),
    ] {
        let item = json!({ "customer": holder, kind: held, "from": AT });
        let assignments = json!({ "assignments": [item] });
        all.push(failing(RECORD_ASSIGNMENTS, input(&assignments), code));
    }
    let two = json!({ "assignments": [{
        "customer": { "email": c.email("holder of two") },
        "domain": c.domain("one of two resources"),
        "mailbox": c.email("the other of two resources"),
        "from": AT,
    }] });
    all.push(failing(RECORD_ASSIGNMENTS, input(&two), BAD));
    let after = json!({ "after": c.text("malformed cursor") });
    all.push(failing(
        "query($after: String) { customers(after: $after) { nodes { id } } }",
        after,
        BAD,
    ));
    all
}

/// Changes to customers that cannot be.
fn lives(c: &mut Canaries) -> Vec<Failing> {
    let nobody = "cus_01h2xcejqtf2nbrexx3vqjhp41";
    let item = json!({ "system": "whmcs", "id": "import" });
    let imports = [
        json!({ "externalId": { "system": "whmcs", "id": c.text("malformed imported id") + "\u{7}" } }),
        json!({ "externalId": item, "name": c.text("too long imported name").repeat(6) }),
        json!({ "externalId": item, "emails": [c.text("malformed imported e-mail address")] }),
        json!({ "externalId": item, "phones": [c.text("malformed imported phone number")] }),
    ];
    let mut all: Vec<_> = imports
        .into_iter()
        .map(|item| {
            failing(
                build::IMPORT_CUSTOMERS,
                input(&json!({ "customers": [item] })),
                BAD,
            )
        })
        .collect();
    let malformed = json!({ "email": c.text("malformed e-mail address of one of two") });
    let merge = json!({ "from": malformed, "into": { "id": nobody } });
    let relate =
        json!({ "customer": malformed, "kind": "OWNER", "relatedCustomer": { "id": nobody } });
    let renamed = json!({ "customerId": nobody, "name": c.text("too long new name").repeat(6) });
    let part =
        json!({ "system": "whmcs", "ids": [c.text("malformed id in a snapshot") + "\u{7}"] });
    let brand = json!({ "name": c.text("malformed brand") + "\u{7}" });
    all.extend([
        failing(build::MERGE_CUSTOMERS, input(&merge), BAD),
        failing(build::RELATE_CUSTOMERS, input(&relate), BAD),
        failing(build::UPDATE_CUSTOMER, input(&renamed), BAD),
        failing(build::RECONCILE_SNAPSHOT, input(&part), BAD),
        failing(build::REGISTER_BRAND, input(&brand), BAD),
    ]);
    all
}

/// Disclosures that cannot be recorded.
pub fn disclosures(canaries: &mut Canaries) -> Vec<Failing> {
    let c = canaries;
    let changes = [
        ("dataCategories", json!([c.text("unknown category")]), BAD),
        (
            "dataCategories",
            json!([c.echoed_key("unknown category in the form of a key")]),
            BAD,
        ),
        ("purpose", json!(c.text("unknown purpose")), BAD),
        (
            "reference",
            json!(c.text("too long reference").repeat(6)),
            BAD,
        ),
        (
            "authority",
            json!(c.text("too long authority").repeat(6)),
            BAD,
        ),
        ("note", json!(c.text("too long note").repeat(100)), BAD),
        ("disclosedAt", json!("2999-01-01T00:00:00Z"), BAD),
        (
            "recipient",
            json!({ "id": c.text("malformed recipient id") }),
            BAD,
        ),
        (
            "recipient",
            json!({ "name": c.text("recipient without a role") }),
            BAD,
        ),
        (
            "subjects",
            json!([{ "by": { "id": "cus_01h2xcejqtf2nbrexx3vqjhp41" } }]),
            "NOT_FOUND",
        ),
        (
            "subjects",
            json!([{ "by": { "email": c.text("malformed subject") } }]),
            BAD,
        ),
    ];
    let mut all = Vec::new();
    for (field, value, code) in changes {
        let mut disclosure = json!({
            "recipient": { "name": c.text("recipient of what fails"), "role": "DATA_SUBJECT" },
            "ground": "ABUSE_REPORT",
            "purpose": "essential.service.abuse_handling",
            "dataCategories": ["user.contact.email"],
            "tier": "SUBSCRIBER",
            "disclosedAt": "2024-05-02T00:00:00Z",
            "reference": c.text("reference of what fails"),
            "authority": c.text("authority of what fails"),
            "note": c.text("note of what fails"),
            "subjects": [{ "by": { "email": c.email("subject of what fails") } }],
            "onBehalfOf": { "system": "whmcs", "staffId": c.text("staff id of what fails") },
            "idempotencyKey": c.text("idempotency key of what fails"),
        });
        disclosure[field] = value;
        all.push(failing(RECORD_DISCLOSURE, input(&disclosure), code));
    }
    all
}

/// Disclosures that cannot be recorded in a list, superseded or resolved.
pub fn changes(canaries: &mut Canaries) -> Vec<Failing> {
    let c = canaries;
    let mut of = |changed: &str, value: Value| {
        let mut disclosure = json!({
            "recipient": { "name": c.text("recipient of what fails in a list"), "role": "DATA_SUBJECT" },
            "ground": "ABUSE_REPORT",
            "purpose": "essential.service.abuse_handling",
            "dataCategories": ["user.contact.email"],
            "tier": "SUBSCRIBER",
            "disclosedAt": AT,
            "note": c.text("note of what fails in a list"),
            "subjects": [{ "by": { "email": c.email("subject of what fails in a list") } }],
            "idempotencyKey": c.text("key of what fails in a list"),
        });
        disclosure[changed] = value;
        disclosure
    };
    let good = of("method", json!("EMAIL"));
    let long = of("reference", json!("x".repeat(201)));
    let observed = observation(of("note", json!(null)));
    let missing = |kind: &str| format!("{kind}_01h2xcejqtf2nbrexx3vqjhp41");
    let mut named = of("method", json!("EMAIL"));
    named["ground"] = json!("CUSTOMER_ABUSE_FORWARD");
    let mut endless = observed.clone();
    endless["to"] = json!("2999-01-01T00:00:00Z");
    let mut by = good.clone();
    by.as_object_mut().unwrap().remove("idempotencyKey");
    let supersession =
        |old: String, reason: String| json!({ "disclosureId": old, "by": by, "reason": reason });
    let resolution = |subject: String, reason: String| json!({ "subjectId": subject, "customer": { "email": good["subjects"][0]["by"]["email"] }, "reason": reason });
    vec![
        failing(RECORD_DISCLOSURES, list("disclosures", &long), BAD),
        failing(RECORD_DISCLOSURES, list("disclosures", &named), BAD),
        failing(
            RECORD_DISCLOSURE_SERIES,
            list("observations", &endless),
            BAD,
        ),
        failing(
            SUPERSEDE_DISCLOSURE,
            input(&supersession(
                missing("dis"),
                c.text("why nothing was wrong"),
            )),
            "NOT_FOUND",
        ),
        failing(
            SUPERSEDE_DISCLOSURE,
            input(&supersession(
                missing("dis"),
                c.text("too long reason").repeat(100),
            )),
            BAD,
        ),
        failing(
            SUPERSEDE_DISCLOSURE,
            input(&supersession(
                c.text("malformed id of a disclosure"),
                "x".to_owned(),
            )),
            BAD,
        ),
        failing(
            RESOLVE_DISCLOSURE_SUBJECT,
            input(&resolution(
                missing("dsb"),
                c.text("how nobody was found out"),
            )),
            "NOT_FOUND",
        ),
        failing(
            RESOLVE_DISCLOSURE_SUBJECT,
            input(&resolution(
                c.text("malformed id of a subject"),
                "x".to_owned(),
            )),
            BAD,
        ),
    ]
}

/// Values of the wrong shape.
pub fn shapes(canaries: &mut Canaries) -> Vec<Failing> {
    let c = canaries;
    let key = c.text("key where a text belongs");
    let object = json!({ "name": { key: c.text("value where a text belongs") } });
    let role = json!({ "name": "Somebody", "role": c.echoed_word("unknown role") });
    let two =
        json!({ "by": { "email": c.email("one of two"), "phone": c.phone("the other of two") } });
    let subjects = json!({
        "recipient": { "name": "Somebody", "role": "PROCESSOR" },
        "ground": "ABUSE_REPORT",
        "purpose": "essential.service.abuse_handling",
        "dataCategories": ["user.contact.email"],
        "tier": "SUBSCRIBER",
        "disclosedAt": "2024-05-02T00:00:00Z",
        "subjects": [c.text("text where a subject belongs")],
    });
    let literal = c.text("text where a number belongs");
    vec![
        failing(REGISTER_CUSTOMER, input(&object), INVALID),
        failing(REGISTER_RECIPIENT, input(&role), INVALID),
        failing(LOOK_UP, two, INVALID),
        failing(
            REGISTER_CUSTOMER,
            json!({ "input": c.text("text where an input belongs") }),
            BAD,
        ),
        failing(
            LOOK_UP,
            json!({ "by": c.text("text where a look-up belongs") }),
            BAD,
        ),
        failing(RECORD_DISCLOSURE, input(&subjects), BAD),
        failing(
            &format!("{{ customers(first: \"{literal}\") {{ nodes {{ id }} }} }}"),
            json!({}),
            INVALID,
        ),
    ]
}

/// Documents that cannot be carried out, or whose names are odd.
pub fn documents(canaries: &mut Canaries) -> Vec<Failing> {
    let c = canaries;
    let look_up = "customer(by: { email: \"nothing\" }) { id }";
    let unused = (
        c.echoed_word("unused variable"),
        c.echoed_word("operation with an unused variable"),
    );
    let queries = [
        (
            format!(
                "{{ customer(by: {{ email: \"{}",
                c.text("unfinished document")
            ),
            "GRAPHQL_PARSE_FAILED",
        ),
        (
            format!("# {}\n{{ viewer {{ nothing }} }}", c.text("comment")),
            INVALID,
        ),
        (format!("{{ {} }}", c.echoed_word("unknown field")), INVALID),
        (
            format!(
                "query {}(${}: Int) {{ viewer {{ tokenId }} }}",
                unused.1, unused.0
            ),
            INVALID,
        ),
        (
            format!("query {} {{ {look_up} }}", c.word("operation name")),
            BAD,
        ),
        (format!("{{ {}: {look_up} }}", c.echoed_word("alias")), BAD),
        (
            format!(
                "{{ customer(by: {{ email: \"{}\" }}) {{ id }} }}",
                c.text("literal")
            ),
            BAD,
        ),
    ];
    queries
        .into_iter()
        .map(|(query, code)| failing(&query, json!({}), code))
        .collect()
}
