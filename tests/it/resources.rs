//! Whose was it? Addresses that many share, ports, domains and mailboxes, each with its holders at an instant.

mod corrected;
mod input;
mod model;

use serde_json::{Value, json};

use crate::harness::host::{
    Host, INCIDENT, at_domain, at_ip, at_ip_with, at_mailbox, during, held, shared, whmcs,
};

/// The subject that is recorded for a look-up: what it found, how many it could be, and who it was.
async fn subject(host: &Host, by: &Value) -> Value {
    let recorded = host.disclose(by).await;
    let subject = &recorded["subjects"][0];
    json!([
        subject["resolution"],
        subject["candidateCount"],
        subject["customer"]["id"]
    ])
}

/// A look-up leads to this client, for those who ask and for those who record.
async fn leads_to(host: &Host, by: &Value, customer: &str) {
    assert_eq!(
        host.candidates(by).await,
        (1, vec![customer.to_owned()]),
        "{by}"
    );
    let one = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    let found = host.abuse.run(one, json!({ "by": by })).await;
    assert_eq!(found.get("customer.id"), customer, "{by}");
    assert_eq!(
        subject(host, by).await,
        json!(["RESOLVED", 1, customer]),
        "{by}"
    );
}

/// A look-up leads to nobody in particular: these, or so many, may be meant.
async fn leads_to_several(host: &Host, by: &Value, count: u64, among: &[&str]) {
    let (total, candidates) = host.candidates(by).await;
    assert_eq!(total, count, "{by}");
    for customer in among {
        assert!(
            candidates.iter().any(|one| one == customer),
            "{by}: {candidates:?}"
        );
    }
    let one = "query($by: CustomerLookupInput!) { customer(by: $by) { id } }";
    let asked = host.abuse.run(one, json!({ "by": by })).await;
    let error = asked.refused(409, "AMBIGUOUS");
    assert_eq!(
        error["extensions"]["candidates"],
        json!(count),
        "{}",
        asked.text
    );
    assert_eq!(
        subject(host, by).await,
        json!(["AMBIGUOUS", count, null]),
        "{by}"
    );
}

#[tokio::test]
async fn an_address_of_three_hundred_means_nobody_and_a_domain_on_it_means_one() {
    let host = Host::start().await;
    let (mut clients, mut assignments) = (Vec::new(), Vec::new());
    for n in 0..300 {
        let client = format!("{n}");
        clients.push(host.client(&client).await);
        assignments.push(shared(held(&client, "ipPrefix", json!("203.0.113.7"))));
    }
    host.hold(&assignments).await;
    host.hold(&[held("42", "domain", json!("Shop.Example."))])
        .await;

    leads_to_several(&host, &at_ip("203.0.113.7", INCIDENT), 300, &[]).await;
    for domain in ["shop.example", "www.shop.example", "a.b.shop.example"] {
        let by = at_ip_with("203.0.113.7", "domain", json!(domain));
        leads_to(&host, &by, &clients[42]).await;
        leads_to(&host, &at_domain(domain, INCIDENT), &clients[42]).await;
    }

    let seen = "query($by: CustomerLookupInput!) { customer(by: $by) { disclosures {
        totalCount nodes { subjects { lookup } } } } }";
    let seen = host.billing.run(seen, json!({ "by": whmcs("42") })).await;
    assert_eq!(seen.get("customer.disclosures.totalCount"), &json!(6));
    let lookup = seen.text_at("customer.disclosures.nodes.5.subjects.0.lookup");
    let expected = "ip 203.0.113.7 domain shop.example at 2026-11-19T22:14:00.000Z";
    assert_eq!(lookup, expected);
    // A domain that nobody has on record does not tell them apart, and one that only ends alike is another one.
    for domain in ["unknown.example", "myshop.example", "example"] {
        let by = at_ip_with("203.0.113.7", "domain", json!(format!("{domain}.test")));
        leads_to_several(&host, &by, 300, &[]).await;
    }
    host.stop().await;
}

/// Behind carrier-grade NAT the port tells, and only with the port.
#[tokio::test]
async fn a_range_of_ports_means_one_of_those_behind_an_address() {
    let host = Host::start().await;
    let (carrier, one, other) = (
        host.client("carrier").await,
        host.client("1").await,
        host.client("2").await,
    );
    let ports =
        |first: i32, last: i32| json!({ "address": "100.64.0.9", "first": first, "last": last });
    host.hold(&[
        held("carrier", "ipPrefix", json!("100.64.0.0/16")),
        held("1", "portRange", ports(1_024, 2_047)),
        held("2", "portRange", ports(2_048, 3_071)),
    ])
    .await;
    let at = |port: i32| at_ip_with("100.64.0.9", "port", json!(port));
    for (port, customer) in [
        (1_023, &carrier),
        (1_024, &one),
        (2_047, &one),
        (2_048, &other),
        (3_071, &other),
        (3_072, &carrier),
        (0, &carrier),
        (65_535, &carrier),
    ] {
        leads_to(&host, &at(port), customer).await;
    }
    leads_to(&host, &at_ip("100.64.0.9", INCIDENT), &carrier).await;
    leads_to(
        &host,
        &at_ip_with("100.64.0.8", "port", json!(1_024)),
        &carrier,
    )
    .await;
    // A range in which two have a part: nobody in particular where they meet.
    host.hold(&[held("carrier", "portRange", ports(2_000, 2_100))])
        .await;
    leads_to_several(&host, &at(2_010), 2, &[&one, &carrier]).await;
    leads_to(&host, &at(1_999), &one).await;
    host.stop().await;
}

/// Who sent it? The mailbox tells, or else its domain.
#[tokio::test]
async fn a_mailbox_means_its_holder_or_that_of_its_domain() {
    let host = Host::start().await;
    let (shop, clerk) = (host.client("shop").await, host.client("clerk").await);
    let (relay, relayed) = ("192.0.2.25", ["shop", "clerk", "third"]);
    host.client("third").await;
    host.hold(&relayed.map(|client| shared(held(client, "ipPrefix", json!(relay)))))
        .await;
    host.hold(&[
        held("shop", "domain", json!("shop.example")),
        held("clerk", "mailbox", json!("Clerk@Shop.example")),
    ])
    .await;
    for (mailbox, customer) in [
        ("clerk@shop.example", &clerk),
        ("CLERK@SHOP.EXAMPLE", &clerk),
        ("info@shop.example", &shop),
        ("info@lists.shop.example", &shop),
    ] {
        leads_to(&host, &at_mailbox(mailbox, INCIDENT), customer).await;
        let by = at_ip_with(relay, "mailbox", json!(mailbox));
        leads_to(&host, &by, customer).await;
    }
    assert_eq!(
        host.candidates(&at_mailbox("info@other.example", INCIDENT))
            .await
            .0,
        0
    );
    leads_to_several(
        &host,
        &at_ip_with(relay, "mailbox", json!("info@other.example")),
        3,
        &[],
    )
    .await;
    host.stop().await;
}

/// One of the two records is wrong: it could be any holder of the address, and the holder of the domain.
#[tokio::test]
async fn a_domain_that_is_not_of_the_address_means_nobody_in_particular() {
    let host = Host::start().await;
    let (sole, shop) = (host.client("sole").await, host.client("shop").await);
    let second = host.client("second").await;
    host.hold(&[
        held("sole", "ipPrefix", json!("203.0.113.8")),
        shared(held("sole", "ipPrefix", json!("203.0.113.9"))),
        shared(held("second", "ipPrefix", json!("203.0.113.9"))),
        held("shop", "domain", json!("shop.example")),
    ])
    .await;
    let domain = json!("shop.example");
    let by = at_ip_with("203.0.113.8", "domain", domain.clone());
    leads_to_several(&host, &by, 2, &[&sole, &shop]).await;
    let by = at_ip_with("203.0.113.9", "domain", domain.clone());
    leads_to_several(&host, &by, 3, &[&sole, &second, &shop]).await;
    // An address that nobody has on record says nothing against it.
    leads_to(
        &host,
        &at_ip_with("203.0.113.10", "domain", domain.clone()),
        &shop,
    )
    .await;
    // Before and after, the domain was nobody's, and the address tells.
    host.hold(&[during(
        held("shop", "domain", domain.clone()),
        "2026-01-01T00:00:00Z",
        Some("2026-11-19T22:14:00Z"),
    )])
    .await;
    leads_to(&host, &at_ip_with("203.0.113.8", "domain", domain), &sole).await;
    host.stop().await;
}

/// Whom did the holder have it from? The chain goes up, and a page at a time.
#[tokio::test]
async fn holders_shows_the_chain_from_the_narrowest() {
    let host = Host::start().await;
    for client in ["registry", "reseller", "client", "nat", "shop", "clerk"] {
        host.client(client).await;
    }
    let ports = json!({ "address": "198.51.100.66", "first": 1_000, "last": 2_000 });
    host.hold(&[
        held("registry", "ipPrefix", json!("198.51.0.0/16")),
        held("reseller", "ipPrefix", json!("198.51.100.0/24")),
        held("client", "ipPrefix", json!("198.51.100.64/29")),
        held("nat", "portRange", ports),
        held("shop", "domain", json!("shop.example")),
        held("reseller", "domain", json!("www.shop.example")),
        held("clerk", "mailbox", json!("post@www.shop.example")),
        // Of no account: it ended, or is beside.
        during(
            held("clerk", "ipPrefix", json!("198.51.100.64/30")),
            "2026-01-01T00:00:00Z",
            Some("2026-11-19T22:14:00Z"),
        ),
        held("clerk", "ipPrefix", json!("198.51.100.72/29")),
    ])
    .await;
    let query = "query($of: ResourceLookupInput!, $first: Int, $after: String) {
        holders(of: $of, first: $first, after: $after) {
            nodes { kind resource firstPort lastPort customer { identifiers { value } } }
            pageInfo { hasNextPage endCursor } } }";
    let ip = json!({ "address": "198.51.100.66", "port": 1_500, "domain": "a.www.shop.example",
        "mailbox": "post@www.shop.example", "at": INCIDENT });
    let whole = host.abuse.run(query, json!({ "of": { "ip": ip } })).await;
    let chain = |answer: &crate::harness::Answer| -> Vec<(String, String)> {
        let nodes = answer.get("holders.nodes").as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of = |node: &Value| {
            (
                text(&node["kind"]),
                text(&node["customer"]["identifiers"][0]["value"]),
            )
        };
        nodes.iter().map(of).collect()
    };
    // The abuse desk sees who in the chain is a customer, but no personal field.
    assert!(chain(&whole).iter().all(|(_, client)| client.is_empty()));
    let whole = host.owner.run(query, json!({ "of": { "ip": ip } })).await;
    let expected = [
        ("MAILBOX", "clerk"),
        ("DOMAIN", "reseller"),
        ("DOMAIN", "shop"),
        ("PORT_RANGE", "nat"),
        ("IP_PREFIX", "client"),
        ("IP_PREFIX", "reseller"),
        ("IP_PREFIX", "registry"),
    ]
    .map(|(kind, client)| (kind.to_owned(), client.to_owned()));
    assert_eq!(chain(&whole), expected);
    let nat = whole.get("holders.nodes.3");
    assert_eq!(
        (&nat["resource"], &nat["firstPort"], &nat["lastPort"]),
        (
            &json!("198.51.100.66 1000-2000"),
            &json!(1_000),
            &json!(2_000)
        )
    );

    let (mut paged, mut after) = (Vec::new(), Value::Null);
    for more in [true, true, true, false] {
        let page = json!({ "of": { "ip": ip }, "first": 2, "after": after });
        let page = host.owner.run(query, page).await;
        paged.extend(chain(&page));
        assert_eq!(page.get("holders.pageInfo.hasNextPage"), &json!(more));
        after = page.get("holders.pageInfo.endCursor").clone();
    }
    assert_eq!(paged, expected);
    // The cursor is of that question.
    let other = json!({ "address": "198.51.100.67", "at": INCIDENT });
    let page = json!({ "of": { "ip": other }, "after": after });
    host.owner
        .run(query, page)
        .await
        .refused(400, "BAD_USER_INPUT");
    let of = json!({ "of": { "mailbox": { "address": "x@shop.example", "at": INCIDENT } } });
    let found = host.owner.run(query, of).await;
    assert_eq!(chain(&found), [("DOMAIN".to_owned(), "shop".to_owned())]);
    host.stop().await;
}
