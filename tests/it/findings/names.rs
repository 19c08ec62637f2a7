//! The same for domains, mailboxes and ports, alone and on an address.

use serde_json::{Value, json};

use super::{id_of, questioned, recorded};
use crate::harness::host::{
    Host, INCIDENT, at_domain, at_ip, at_ip_with, at_mailbox, during, held, shared,
};

/// Discloses about whoever a look-up means, learns something, and gives what is found out about the disclosure.
async fn learn(host: &Host, by: &Value, late: &[Value]) -> Value {
    let disclosure = host.disclose(by).await;
    host.hold(late).await;
    let now = host
        .found(id_of(&disclosure), |finding| !finding.is_null())
        .await;
    assert_eq!(
        recorded(&now),
        recorded(&disclosure),
        "the record is as it was"
    );
    let finding = &now["subjects"][0]["finding"];
    json!([
        finding["resolution"],
        finding["candidateCount"],
        finding["customer"]["id"]
    ])
}

async fn three() -> (Host, [String; 3]) {
    let host = Host::start().await;
    let clients = [
        host.client("1").await,
        host.client("2").await,
        host.client("3").await,
    ];
    (host, clients)
}

fn gone(client: &str, kind: &str, resource: Value) -> Value {
    during(
        held(client, kind, resource),
        "2026-01-01T00:00:00Z",
        Some("2026-06-01T00:00:00Z"),
    )
}

#[tokio::test]
async fn a_domain_that_was_transferred_questions_what_was_below_it() {
    let (host, [_, second, third]) = three().await;
    let domain = || json!("shop.example");
    host.hold(&[held("1", "domain", domain())]).await;
    let by = at_domain("www.shop.example", INCIDENT);
    let late = [gone("1", "domain", domain()), held("2", "domain", domain())];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, second])
    );
    let by = at_domain("www.shop.example", INCIDENT);
    let late = [held("3", "domain", json!("www.shop.example"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, third])
    );
    // A neighbour under the same name questions nothing.
    let beside = host
        .disclose(&at_domain("pay.shop.example", INCIDENT))
        .await;
    host.hold(&[held("3", "domain", json!("mail.shop.example"))])
        .await;
    host.looked_again().await;
    assert!(!questioned(&host).await.contains(&id_of(&beside).to_owned()));
    host.stop().await;
}

#[tokio::test]
async fn a_mailbox_questions_what_its_domain_told_and_a_domain_what_nothing_told() {
    let (host, [first, second, _]) = three().await;
    host.hold(&[held("1", "domain", json!("shop.example"))])
        .await;
    let by = at_mailbox("Clerk@shop.example", INCIDENT);
    let late = [held("2", "mailbox", json!("clerk@shop.example"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, second])
    );
    let by = at_mailbox("post@other.example", INCIDENT);
    let late = [held("1", "domain", json!("other.example"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, first])
    );
    host.stop().await;
}

#[tokio::test]
async fn a_domain_tells_who_was_meant_on_an_address_of_many() {
    let (host, [first, ..]) = three().await;
    host.hold(
        &["1", "2", "3"].map(|client| shared(held(client, "ipPrefix", json!("203.0.113.7")))),
    )
    .await;
    let by = at_ip_with("203.0.113.7", "domain", json!("www.shop.example"));
    let late = [held("1", "domain", json!("shop.example"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, first])
    );
    let by = at_ip_with("203.0.113.7", "mailbox", json!("post@other.example"));
    let late = [held("1", "mailbox", json!("post@other.example"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, first])
    );
    // It left the address: now it could be any of the two who stayed, or the one who has the domain.
    let by = at_ip_with("203.0.113.7", "domain", json!("www.shop.example"));
    let late = [gone("1", "ipPrefix", json!("203.0.113.7"))];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["AMBIGUOUS", 3, null])
    );
    host.stop().await;
}

#[tokio::test]
async fn a_range_of_ports_questions_what_the_address_told() {
    let (host, [_, second, _]) = three().await;
    host.hold(&[held("1", "ipPrefix", json!("100.64.0.0/16"))])
        .await;
    let beside = host
        .disclose(&at_ip_with("100.64.0.9", "port", json!(80)))
        .await;
    let without = host.disclose(&at_ip("100.64.0.9", INCIDENT)).await;
    let by = at_ip_with("100.64.0.9", "port", json!(1_500));
    let ports = json!({ "address": "100.64.0.9", "first": 1_024, "last": 2_047 });
    let late = [held("2", "portRange", ports)];
    assert_eq!(
        learn(&host, &by, &late).await,
        json!(["RESOLVED", 1, second])
    );
    host.looked_again().await;
    let open = questioned(&host).await;
    for other in [&beside, &without] {
        assert!(!open.contains(&id_of(other).to_owned()), "{other}");
    }
    host.stop().await;
}

/// Networks of any size, of both families: what is near is found through an index of neighbourhoods.
#[tokio::test]
async fn a_network_of_any_size_questions_what_is_inside_it() {
    let (host, [first, ..]) = three().await;
    for (address, network) in [
        ("198.18.7.9", "198.18.7.9/32"),
        ("198.18.8.9", "198.18.8.0/25"),
        ("198.19.9.9", "198.19.0.0/16"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("2001:db8:9::1", "2001:db8:9::1/128"),
        ("2001:db9:9::1", "2001:db9::/32"),
        ("2600::1", "2600::/16"),
    ] {
        let late = [held("1", "ipPrefix", json!(network))];
        let found = learn(&host, &at_ip(address, INCIDENT), &late).await;
        assert_eq!(found, json!(["RESOLVED", 1, first]), "{network}");
    }
    host.stop().await;
}
