//! What persons said about uses of their data: append-only, with what it comes to.

mod list;

use entity::enums::Role;
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App};

const NEWS: &str = "marketing.communications.email";

/// A company with two brands, and the systems that hear what clients want.
struct House {
    app: App,
    owner: Actor,
    billing: Actor,
    mail: Actor,
    brands: [String; 2],
}

impl House {
    async fn open() -> Self {
        let app = App::start().await;
        let owner = app.owner();
        let mut brands = [const { String::new() }; 2];
        for (brand, name) in brands.iter_mut().zip(["Jaguar Hosting", "Puma Cloud"]) {
            let registered = owner
                .run(build::REGISTER_BRAND, input(&json!({ "name": name })))
                .await;
            *brand = registered.text_at("registerBrand.brand.id");
        }
        Self {
            billing: app.actor(Role::Billing).await,
            mail: app.actor(Role::Mail).await,
            owner,
            brands,
            app,
        }
    }

    /// Registers a client, who is known by an address.
    async fn client(&self, client: &str) -> String {
        let customer = json!({ "externalIds": [{ "system": "whmcs", "id": client }],
            "emails": [format!("{client}@example.org")] });
        let registered = self
            .billing
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await;
        registered.text_at("registerCustomer.customer.id")
    }

    /// What a client wants, as pairs of what it is about and what it comes to, and what the client said.
    async fn known(&self, client: &str) -> (Value, Value) {
        let query = "query($by: CustomerLookupInput!) { customer(by: $by) {
            currentPreferences { status decidedBy { purpose optOut channel brand { name } status } }
            preferences(first: 100) { nodes { status method occurredAt source noticeVersion textDigest ipAddress
                userAgent note expiresAt recordedBy { role } event { type } } } } }";
        let found = self.owner.run(query, json!({ "by": whmcs(client) })).await;
        let current = found.get("customer.currentPreferences").clone();
        (current, found.get("customer.preferences.nodes").clone())
    }

    /// How much was ever said.
    async fn count(&self) -> usize {
        let survey = Survey::of(self.app.database()).await;
        let count = survey.count("preference").await;
        survey.close().await;
        usize::try_from(count).unwrap()
    }

    async fn close(self) {
        let survey = Survey::of(self.app.database()).await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

/// Something that a client said, with more.
fn said(client: &str, status: &str, at: &str, more: &Value) -> Value {
    let mut said = json!({ "customer": whmcs(client), "purpose": NEWS, "channel": "EMAIL", "status": status,
        "method": "FORM", "occurredAt": at });
    for (field, value) in more.as_object().into_iter().flatten() {
        said[field] = value.clone();
    }
    said
}

async fn record(by: &Actor, said: &Value) -> Answer {
    by.run(build::RECORD_PREFERENCE, input(said)).await
}

#[tokio::test]
async fn what_is_said_later_counts_and_everything_stays_on_record() {
    let house = House::open().await;
    house.client("42").await;
    let brand = json!({ "brandId": house.brands[0], "method": "CHECKBOX", "source": "WHMCS", "noticeVersion": "2026-1",
        "textDigest": build::DIGEST.to_uppercase(), "ipAddress": "203.0.113.7", "userAgent": "Browser 1", "note": "at checkout" });
    record(
        &house.billing,
        &said("42", "GIVEN", "2026-03-01T10:00:00Z", &brand),
    )
    .await
    .ok();
    // The mail program unsubscribes; the mail system knows an address only.
    let mut stop = said(
        "42",
        "WITHDRAWN",
        "2026-05-01T10:00:00Z",
        &json!({ "method": "LIST_UNSUBSCRIBE",
        "brandId": house.brands[0] }),
    );
    stop["customer"] = json!({ "email": "42@example.org" });
    record(&house.mail, &stop).await.ok();
    // Billing is late with what was said before that.
    let late = json!({ "brandId": house.brands[0] });
    record(
        &house.billing,
        &said("42", "GIVEN", "2026-04-01T10:00:00Z", &late),
    )
    .await
    .ok();
    // The other brand is another one.
    let other = json!({ "brandId": house.brands[1] });
    record(
        &house.billing,
        &said("42", "GIVEN", "2026-04-02T10:00:00Z", &other),
    )
    .await
    .ok();

    let (current, all) = house.known("42").await;
    let about = |brand: &str, status: &str| {
        json!({ "status": status, "decidedBy": { "purpose": NEWS, "optOut": null, "channel": "EMAIL",
            "brand": { "name": brand }, "status": status } })
    };
    assert_eq!(
        current,
        json!([
            about("Jaguar Hosting", "WITHDRAWN"),
            about("Puma Cloud", "GIVEN")
        ])
    );
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 4);
    let first = all.last().unwrap();
    assert_eq!(
        first,
        &json!({ "status": "GIVEN", "method": "CHECKBOX", "occurredAt": "2026-03-01T10:00:00.000Z", "source": "whmcs",
            "noticeVersion": "2026-1", "textDigest": build::DIGEST, "ipAddress": "203.0.113.7", "userAgent": "Browser 1",
            "note": "at checkout", "expiresAt": null, "recordedBy": { "role": "BILLING" },
            "event": { "type": "PREFERENCE_RECORDED" } })
    );
    assert_eq!(all[0]["recordedBy"]["role"], "MAIL");
    house.close().await;
}

#[tokio::test]
async fn a_consent_ends_and_that_nothing_is_known_is_no_refusal() {
    let house = House::open().await;
    house.client("42").await;
    let until = json!({ "expiresAt": "2026-06-01T00:00:00Z" });
    record(
        &house.billing,
        &said("42", "GIVEN", "2026-03-01T10:00:00Z", &until),
    )
    .await
    .ok();
    let (current, _) = house.known("42").await;
    assert_eq!(
        (&current[0]["status"], &current[0]["decidedBy"]["status"]),
        (&json!("EXPIRED"), &json!("GIVEN"))
    );
    record(
        &house.billing,
        &said("42", "UNKNOWN", "2026-07-01T10:00:00Z", &json!({})),
    )
    .await
    .ok();
    let (current, _) = house.known("42").await;
    assert_eq!(current[0]["status"], "UNKNOWN");
    let signal = json!({ "customer": whmcs("42"), "optOut": "SALE_OR_SHARING", "status": "WITHDRAWN", "method": "GPC" });
    record(&house.mail, &signal).await.ok();
    let query = r#"{ all: preferences { nodes { id } }
        signals: preferences(filter: { method: [GPC] }) { nodes { optOut purpose status } }
        news: preferences(filter: { purpose: "marketing.communications.email", status: [UNKNOWN] }) { nodes { status } }
        sold: preferences(filter: { optOut: SALE_OR_SHARING }) { nodes { method } } }"#;
    let found = house.owner.ask(query).await;
    assert_eq!(found.get("all.nodes").as_array().unwrap().len(), 3);
    assert_eq!(
        found.get("signals.nodes"),
        &json!([{ "optOut": "SALE_OR_SHARING", "purpose": null, "status": "WITHDRAWN" }])
    );
    assert_eq!(found.get("news.nodes"), &json!([{ "status": "UNKNOWN" }]));
    assert_eq!(found.get("sold.nodes"), &json!([{ "method": "GPC" }]));
    house.close().await;
}

/// Two accounts turn out to be of one person, who refused with one and consented later with the other.
#[tokio::test]
async fn a_merge_opens_no_door() {
    let house = House::open().await;
    let (old, new) = (house.client("42").await, house.client("43").await);
    record(
        &house.billing,
        &said("42", "REFUSED", "2026-03-01T10:00:00Z", &json!({})),
    )
    .await
    .ok();
    record(
        &house.billing,
        &said("43", "GIVEN", "2026-05-01T10:00:00Z", &json!({})),
    )
    .await
    .ok();
    let both = json!({ "from": { "id": old }, "into": { "id": new } });
    house
        .owner
        .run(build::MERGE_CUSTOMERS, input(&both))
        .await
        .ok();
    let (current, all) = house.known("43").await;
    assert_eq!(current.as_array().unwrap().len(), 1);
    assert_eq!(current[0]["status"], "REFUSED");
    assert_eq!(all.as_array().unwrap().len(), 2);
    house.close().await;
}

#[tokio::test]
async fn what_cannot_have_been_said_is_refused() {
    let house = House::open().await;
    house.client("42").await;
    let at = "2026-03-01T10:00:00Z";
    let brand = json!({ "brandId": house.brands[0] });
    for (status, more, field) in [
        (
            "GIVEN",
            json!({ "purpose": "essential.service.security" }),
            "purpose",
        ),
        (
            "GIVEN",
            json!({ "purpose": "marketing.communications.emial" }),
            "purpose",
        ),
        ("GIVEN", json!({ "purpose": null }), "purpose"),
        ("GIVEN", json!({ "optOut": "MARKETING" }), "purpose"),
        ("OBJECTED", brand.clone(), "brandId"),
        ("GIVEN", json!({ "method": "GPC" }), "method"),
        (
            "WITHDRAWN",
            json!({ "expiresAt": "2027-01-01T00:00:00Z" }),
            "expiresAt",
        ),
        ("GIVEN", json!({ "expiresAt": at }), "expiresAt"),
        (
            "GIVEN",
            json!({ "occurredAt": "2036-01-01T00:00:00Z" }),
            "occurredAt",
        ),
        (
            "GIVEN",
            json!({ "ipAddress": "203.0.113.256" }),
            "ipAddress",
        ),
        ("GIVEN", json!({ "textDigest": "abc" }), "textDigest"),
        ("GIVEN", json!({ "source": "not a system" }), "source"),
        ("GIVEN", json!({ "noticeVersion": " " }), "noticeVersion"),
        ("GIVEN", json!({ "note": "x".repeat(2_001) }), "note"),
        (
            "GIVEN",
            json!({ "userAgent": "x".repeat(501) }),
            "userAgent",
        ),
    ] {
        let refused = record(&house.billing, &said("42", status, at, &more)).await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], field, "{more}");
    }
    let nobody = record(&house.mail, &said("4711", "WITHDRAWN", at, &json!({}))).await;
    nobody.refused(404, "NOT_FOUND");
    let abuse = house.app.actor(Role::Abuse).await;
    record(&abuse, &said("42", "WITHDRAWN", at, &json!({})))
        .await
        .refused(403, "FORBIDDEN");
    let (_, all) = house.known("42").await;
    assert_eq!(all, json!([]), "nothing of it was recorded");
    house.close().await;
}

/// A list of consents with bad lines: the good ones in, the bad ones named, and sent again it is the same.
#[tokio::test]
async fn a_list_comes_in_but_for_its_bad_lines() {
    let house = House::open().await;
    for client in ["1", "2", "3"] {
        house.client(client).await;
    }
    let at = "2026-03-01T10:00:00Z";
    let import = json!({ "method": "IMPORT" });
    let mut lines: Vec<_> = ["1", "2", "3"]
        .map(|client| said(client, "GIVEN", at, &import))
        .into();
    lines.insert(1, said("4711", "GIVEN", at, &import));
    lines.push(said(
        "1",
        "GIVEN",
        at,
        &json!({ "purpose": "essential.service" }),
    ));
    let mut list =
        json!({ "preferences": lines, "errorPolicy": "REJECT_ALL", "idempotencyKey": "list 1" });
    let refused = house
        .billing
        .run(build::RECORD_PREFERENCES, input(&list))
        .await;
    let error = refused.refused(404, "NOT_FOUND");
    assert_eq!(error["extensions"]["field"], "preferences[1].customer");
    assert_eq!(house.known("1").await.1, json!([]), "all or nothing");

    list["errorPolicy"] = json!("REJECT_FAILED");
    list["idempotencyKey"] = json!("list 2");
    let recorded = house
        .billing
        .run(build::RECORD_PREFERENCES, input(&list))
        .await;
    let codes: Vec<_> = recorded
        .get("recordPreferences.results")
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["error"]["code"].clone())
        .collect();
    assert_eq!(
        codes,
        [
            json!(null),
            json!("NOT_FOUND"),
            json!(null),
            json!(null),
            json!("BAD_USER_INPUT")
        ]
    );
    let again = house
        .billing
        .run(build::RECORD_PREFERENCES, input(&list))
        .await;
    assert_eq!(again.ok(), recorded.ok());
    assert_eq!(house.known("1").await.1.as_array().unwrap().len(), 1);
    for count in [0, 501] {
        let many: Vec<_> = std::iter::repeat_n(said("1", "GIVEN", at, &import), count).collect();
        let refused = house
            .billing
            .run(
                build::RECORD_PREFERENCES,
                input(&json!({ "preferences": many })),
            )
            .await;
        let error = refused.refused(400, "BAD_USER_INPUT");
        assert_eq!(error["extensions"]["field"], "preferences");
    }
    house.close().await;
}

/// Whoever in the United States opted out of the sale of their data is left alone for a year.
#[tokio::test]
async fn who_opted_out_of_sale_is_not_asked_again_for_a_year() {
    let house = House::open().await;
    house.client("42").await;
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { id currentPreferences { askAgainFrom } } }";
    let by = json!({ "by": whmcs("42") });
    let opt_out = json!({ "purpose": null, "optOut": "SALE_OR_SHARING", "method": "GPC" });
    let said = said("42", "WITHDRAWN", "2026-03-01T10:00:00Z", &opt_out);
    house
        .billing
        .run(build::RECORD_PREFERENCE, input(&said))
        .await
        .ok();
    let found = house.owner.run(query, by.clone()).await;
    assert_eq!(
        found.get("customer.currentPreferences"),
        &json!([{ "askAgainFrom": null }])
    );
    let there = json!({ "customerId": found.text_at("customer.id"), "country": "US" });
    house
        .billing
        .run(build::UPDATE_CUSTOMER, input(&there))
        .await
        .ok();
    let found = house.owner.run(query, by).await;
    assert_eq!(
        found.get("customer.currentPreferences"),
        &json!([{ "askAgainFrom": "2027-03-01T10:00:00.000Z" }])
    );
    house.close().await;
}
