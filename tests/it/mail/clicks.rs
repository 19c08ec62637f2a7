//! Clicks that must not be lost: of those who said something before, whose mailbox is gone, who have many addresses, and
//! whose mail program is odd.

use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use super::{FORM, House, NEWS, ONE_CLICK, at, client, mint, post, visit};
use crate::harness::build::{self, input};
use crate::harness::{Actor, BEGINNING, PUBLIC_URL, config, serve};

impl House {
    async fn say(&self, whom: Value, status: &str, more: Value) {
        let mut said = whom;
        for (field, value) in [
            ("purpose", json!(NEWS)),
            ("status", json!(status)),
            ("method", json!("FORM")),
        ] {
            said[field] = value;
        }
        for (field, value) in more.as_object().unwrap() {
            said[field] = value.clone();
        }
        self.owner
            .run(build::RECORD_PREFERENCE, input(&said))
            .await
            .ok();
    }

    async fn click(&self, path: &str) {
        let done = post(&self.person, path, FORM, ONE_CLICK).await;
        assert_eq!(done.status, 200);
    }
}

const GONE: &str = "UNREACHABLE";

/// That nothing arrives at an address is no opt-out: whoever clicks opts out all the same.
#[tokio::test]
async fn a_click_counts_where_nothing_seems_to_arrive() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let path = house.link(client("42")).await;
    let bounce = json!({ "method": "BOUNCE", "channel": "EMAIL" });
    house.say(at("ada@example.org"), GONE, bounce).await;
    assert_eq!(house.news("ada@example.org", None).await, GONE);
    house.click(&path).await;
    assert_eq!(
        house.news("ada@example.org", None).await,
        "OPTED_OUT",
        "that says more"
    );
    // The mailbox works again: it is not known any more that nothing arrives. The opt-out stays.
    house.app.set_clock("2026-11-21T10:00:00Z");
    let known = json!({ "method": "STAFF", "channel": "EMAIL" });
    house.say(at("ada@example.org"), "UNKNOWN", known).await;
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

/// Of a shared address, what another account refused is not what this one refuses.
#[tokio::test]
async fn a_click_counts_at_every_address_whatever_others_refused_at_one() {
    let house = House::open().await;
    house.client("43", "office@example.org").await;
    house.say(client("43"), "WITHDRAWN", json!({})).await;
    let both = json!({ "externalIds": [{ "system": "whmcs", "id": "42" }],
        "emails": ["office@example.org", "ada@example.org"] });
    house
        .owner
        .run(build::REGISTER_CUSTOMER, input(&both))
        .await
        .ok();
    let path = house.link(client("42")).await;
    assert_eq!(house.news("ada@example.org", None).await, "NOT_OBJECTED");
    house.click(&path).await;
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

/// A refusal, a consent of which nobody has heard yet, and a click: the click is the last word.
#[tokio::test]
async fn a_click_is_not_lost_to_a_consent_that_arrives_late() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let path = house.link(client("42")).await;
    house.say(client("42"), "WITHDRAWN", json!({})).await;
    house.app.set_clock("2026-11-20T12:00:00Z");
    house.click(&path).await;
    house.click(&path).await;
    assert_eq!(house.all_said().await.len(), 2, "programs try again");
    house.app.set_clock("2026-11-20T13:00:00Z");
    let late = json!({ "occurredAt": "2026-11-20T11:00:00Z" });
    house.say(client("42"), "GIVEN", late).await;
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

/// A link is made for the addresses that somebody has now, before those they had.
#[tokio::test]
async fn a_link_knows_the_address_that_the_message_goes_to() {
    let house = House::open().await;
    let customer = house.client("42", "old0@example.org").await;
    let query = "query($by: CustomerLookupInput!) { customer(by: $by) { identifiers { id kind endedAt } } }";
    for number in 1..=6 {
        let known = house
            .owner
            .run(query, json!({ "by": { "id": customer } }))
            .await;
        let known = known
            .get("customer.identifiers")
            .as_array()
            .unwrap()
            .clone();
        let now = known
            .iter()
            .find(|one| one["kind"] == "EMAIL" && one["endedAt"].is_null());
        let end = input(&json!({ "identifierId": now.unwrap()["id"] }));
        house.owner.run(build::END_IDENTIFIER, end).await.ok();
        let email = json!({ "email": format!("old{number}@example.org") });
        let new = input(&json!({ "customerId": customer, "identifier": email }));
        house.owner.run(build::ADD_IDENTIFIER, new).await.ok();
    }
    let path = house.link(client("42")).await;
    super::erase(&house, &customer).await;
    // An instance that never knew the customer's keys.
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let second = Instance::open(config(house.app.database(), &[]), clock)
        .await
        .unwrap();
    let second = serve(second).await;
    let person = Actor::new(second.address(), None);
    assert_eq!(post(&person, &path, FORM, ONE_CLICK).await.status, 200);
    second.stop().await;
    for (email, reason) in [
        ("old6@example.org", "OPTED_OUT"),
        ("old0@example.org", "NOT_OBJECTED"),
    ] {
        assert_eq!(house.news(email, None).await, reason, "{email}");
    }
    house.app.stop().await;
}

#[tokio::test]
async fn mail_programs_that_write_oddly_are_understood() {
    let house = House::open().await;
    let parts = "Multipart/Form-Data; boundary=line";
    let in_parts = "--line\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--line--\r\n";
    for (number, (kind, body)) in [
        (FORM, "List-Unsubscribe=One-Click\r\n"),
        (FORM, " List-Unsubscribe=One-Click "),
        ("text/plain", ONE_CLICK),
        (parts, in_parts),
        (parts, ONE_CLICK),
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            ONE_CLICK,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("client{number}@example.org");
        let path = house.link(at(&email)).await;
        let done = post(&house.person, &path, kind, body).await;
        assert_eq!(done.status, 200, "{kind} {body:?}");
        assert_eq!(house.news(&email, None).await, "OPTED_OUT");
    }
    house.close().await;
}

/// Whoever posts need not wait for the answer.
#[tokio::test]
async fn a_click_counts_when_the_program_hangs_up() {
    let house = House::open().await;
    let path = house.link(at("ada@example.org")).await;
    let mut stream = TcpStream::connect(house.app.address()).await.unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n{ONE_CLICK}",
        ONE_CLICK.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // As long as it takes to read it: what never arrived cannot count.
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    drop(stream);
    for _ in 0..200 {
        if house.news("ada@example.org", None).await == "OPTED_OUT" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

/// A header is one line, and cannot be folded inside an address.
#[tokio::test]
async fn links_fit_into_the_head_of_a_message() {
    let house = House::open().await;
    let emails: Vec<_> = (0..6).map(|n| format!("ada{n}@example.org")).collect();
    let many = json!({ "externalIds": [{ "system": "whmcs", "id": "42" }], "emails": emails });
    house
        .owner
        .run(build::REGISTER_CUSTOMER, input(&many))
        .await
        .ok();
    let of = |message: &str| {
        let mut link = client("42");
        link["purpose"] = json!("marketing.advertising.first_party.contextual");
        link["brandId"] = json!(house.brands[0]);
        link["messageId"] = json!(message);
        link
    };
    let long = "x".repeat(200);
    let (quotes, wide) = ("\"".repeat(200), "\u{20ac}".repeat(67));
    let links = json!([
        of(&long),
        of(&quotes),
        of(&wide),
        of("a\r\nBcc: eve@example.org"),
        of(" ")
    ]);
    let minted = mint(&house.mail, &links).await;
    let results = minted
        .get("mintUnsubscribeLinks.results")
        .as_array()
        .unwrap()
        .clone();
    let url = results[0]["link"]["url"].as_str().unwrap();
    let line = "List-Unsubscribe: <>".len() + url.len();
    assert!(line <= 998, "{line}");
    for wrong in &results[1..] {
        assert_eq!(wrong["error"]["code"], "BAD_USER_INPUT", "{wrong}");
    }
    let path = url.strip_prefix(PUBLIC_URL).unwrap();
    let page = visit(&house.person, Method::GET, path).await;
    assert_eq!(page.status, 200);
    for (header, part) in [
        ("content-security-policy", "frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
        ("x-robots-tag", "noindex"),
    ] {
        assert!(page.header(header).contains(part), "{header}");
    }
    house.click(path).await;
    house.close().await;
}
