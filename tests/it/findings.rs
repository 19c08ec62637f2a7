//! What is learned late: past disclosures are looked at again when it changes who held what. Nobody's record is changed
//! by that.

mod names;
mod settled;

use serde_json::{Value, json};

use crate::harness::host::{Host, at_ip, during, held};
use crate::harness::poll::feed;
use crate::harness::survey::Survey;

/// Ids of the disclosures with an open finding.
async fn questioned(host: &Host) -> Vec<String> {
    let query =
        "{ disclosures(first: 100, filter: { questioned: true }) { totalCount nodes { id } } }";
    let found = host.owner.ask(query).await;
    let nodes = found.get("disclosures.nodes").as_array().unwrap();
    let ids: Vec<_> = nodes
        .iter()
        .map(|node| node["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(found.get("disclosures.totalCount"), &json!(ids.len()));
    ids
}

/// How many findings were ever raised about a disclosure, as the feed tells.
async fn raised(host: &Host, disclosure: &str) -> usize {
    let survey = Survey::of(host.app.database()).await;
    survey.assert_gapless().await;
    survey.close().await;
    let query = "{ events(first: 100, types: [FINDING_RAISED]) { nodes { objectId } } }";
    let found = host.abuse.ask(query).await;
    let events = found.get("events.nodes").as_array().unwrap();
    events
        .iter()
        .filter(|event| event["objectId"] == disclosure)
        .count()
}

fn id_of(disclosure: &Value) -> &str {
    disclosure["id"].as_str().unwrap()
}

/// The same record without what was found out about it.
fn recorded(disclosure: &Value) -> Value {
    let mut recorded = disclosure.clone();
    recorded["subjects"][0]["finding"].take();
    recorded
}

/// Who held an address, the narrowest first.
async fn holders(host: &Host, at: &str) -> Vec<String> {
    let query =
        "query($of: ResourceLookupInput!) { holders(of: $of) { nodes { customer { id } } } }";
    let of = json!({ "of": at_ip("198.51.100.66", at) });
    let found = host.owner.run(query, of).await;
    let nodes = found.get("holders.nodes").as_array().unwrap();
    let id = |node: &Value| node["customer"]["id"].as_str().unwrap().to_owned();
    nodes.iter().map(id).collect()
}

/// What the address management delivers two days late: 42's network ended at 10:00, and became 77's at 14:00.
fn late() -> [Value; 2] {
    let network = |client: &str| held(client, "ipPrefix", json!("198.51.100.64/29"));
    [
        during(
            network("42"),
            "2026-01-01T00:00:00Z",
            Some("2026-11-03T10:00:00Z"),
        ),
        during(network("77"), "2026-11-03T14:00:00Z", None),
    ]
}

/// A reseller with a network, of which a client has a part.
async fn reselling() -> (Host, [String; 3]) {
    let host = Host::start().await;
    let clients = [
        host.client("R").await,
        host.client("42").await,
        host.client("77").await,
    ];
    host.hold(&[
        held("R", "ipPrefix", json!("198.51.100.0/24")),
        held("42", "ipPrefix", json!("198.51.100.64/29")),
    ])
    .await;
    (host, clients)
}

#[tokio::test]
async fn a_network_that_changed_hands_two_days_ago_questions_what_was_recorded_since() {
    let (host, [reseller, former, present]) = reselling().await;
    let at = |hour: &str| at_ip("198.51.100.66", &format!("2026-11-03T{hour}:00Z"));
    let before = host.disclose(&at("09:59")).await;
    let after = host.disclose(&at("15:00")).await;
    let beside = host
        .disclose(&at_ip("198.51.100.72", "2026-11-03T15:00:00Z"))
        .await;
    for (disclosure, customer) in [(&before, &former), (&after, &former), (&beside, &reseller)] {
        assert_eq!(
            disclosure["subjects"][0]["customer"]["id"],
            customer.as_str()
        );
    }

    host.hold(&late()).await;

    for (at, expected) in [
        ("2026-11-03T09:59:00Z", vec![&former, &reseller]),
        ("2026-11-03T09:59:59.999Z", vec![&former, &reseller]),
        ("2026-11-03T10:00:00Z", vec![&reseller]),
        ("2026-11-03T12:00:00Z", vec![&reseller]),
        ("2026-11-03T14:00:00Z", vec![&present, &reseller]),
        ("2026-11-03T14:01:00Z", vec![&present, &reseller]),
    ] {
        assert_eq!(
            holders(&host, at).await.iter().collect::<Vec<_>>(),
            expected,
            "{at}"
        );
    }
    let now = host
        .found(id_of(&after), |finding| !finding.is_null())
        .await;
    let finding = &now["subjects"][0]["finding"];
    assert_eq!(
        (
            &finding["resolution"],
            &finding["candidateCount"],
            &finding["customer"]["id"]
        ),
        (&json!("RESOLVED"), &json!(1), &json!(present))
    );
    let event = json!({ "type": "FINDING_RAISED", "objectId": after["id"] });
    assert_eq!(finding["event"], event);
    assert_eq!(recorded(&now), recorded(&after), "the record is as it was");
    host.looked_again().await;
    let open: Vec<_> = questioned(&host).await;
    // The other one is that by which it is known that all was looked at again.
    assert_eq!(open.iter().filter(|id| *id == id_of(&after)).count(), 1);
    assert_eq!(open.len(), 2, "{open:?}");
    assert_eq!(host.disclosure(id_of(&before)).await, before);
    assert_eq!(host.disclosure(id_of(&beside)).await, beside);
    let events = feed(&host.billing, |events| {
        events.iter().any(|event| event["type"] == "FINDING_RAISED")
    })
    .await;
    let told = events
        .iter()
        .find(|event| event["type"] == "FINDING_RAISED")
        .unwrap();
    assert_eq!(told["objectId"], after["id"]);
    assert_eq!(told["customerId"], json!(null), "whom it is about is open");
    host.stop().await;
}

/// In between nobody but the reseller had it: that is somebody else, too.
#[tokio::test]
async fn what_led_to_a_client_and_leads_up_the_chain_now_is_questioned() {
    let (host, [reseller, ..]) = reselling().await;
    let between = host
        .disclose(&at_ip("198.51.100.66", "2026-11-03T12:00:00Z"))
        .await;
    host.hold(&late()).await;
    let now = host
        .found(id_of(&between), |finding| !finding.is_null())
        .await;
    assert_eq!(
        now["subjects"][0]["finding"]["customer"]["id"],
        reseller.as_str()
    );
    host.stop().await;
}

#[tokio::test]
async fn what_led_to_nobody_and_leads_to_a_client_now_is_questioned() {
    let host = Host::start().await;
    let client = host.client("42").await;
    let unknown = host
        .disclose(&at_ip("192.0.2.9", "2026-11-03T12:00:00Z"))
        .await;
    assert_eq!(unknown["subjects"][0]["resolution"], "NOBODY");
    host.hold(&[held("42", "ipPrefix", json!("192.0.2.0/28"))])
        .await;
    let now = host
        .found(id_of(&unknown), |finding| !finding.is_null())
        .await;
    assert_eq!(
        now["subjects"][0]["finding"]["customer"]["id"],
        client.as_str()
    );
    assert_eq!(
        recorded(&now),
        recorded(&unknown),
        "the record is as it was"
    );
    assert_eq!(questioned(&host).await, [id_of(&unknown)]);
    assert_eq!(raised(&host, id_of(&unknown)).await, 1);
    // It is not the client's until somebody says so.
    let query =
        "query($id: ID!) { node(id: $id) { ... on Customer { disclosures { totalCount } } } }";
    let own = host.owner.run(query, json!({ "id": client })).await;
    assert_eq!(own.get("node.disclosures.totalCount"), &json!(0));
    host.stop().await;
}

#[tokio::test]
async fn an_address_that_many_had_questions_what_led_to_one() {
    let host = Host::start().await;
    for client in ["1", "2", "3"] {
        host.client(client).await;
    }
    host.hold(&[held("1", "ipPrefix", json!("203.0.113.7"))])
        .await;
    let one = host
        .disclose(&at_ip("203.0.113.7", "2026-11-03T12:00:00Z"))
        .await;
    host.hold(&["2", "3"].map(|client| held(client, "ipPrefix", json!("203.0.113.7"))))
        .await;
    let now = host.found(id_of(&one), |finding| !finding.is_null()).await;
    let finding = &now["subjects"][0]["finding"];
    assert_eq!(
        (
            &finding["resolution"],
            &finding["candidateCount"],
            &finding["customer"]
        ),
        (&json!("AMBIGUOUS"), &json!(3), &json!(null))
    );
    host.stop().await;
}

/// The same at last, however it came: one finding, that says what is so.
#[tokio::test]
async fn events_in_another_order_raise_no_second_finding() {
    let (host, [_, _, present]) = reselling().await;
    let after = host
        .disclose(&at_ip("198.51.100.66", "2026-11-03T15:00:00Z"))
        .await;
    let [ended, began] = late();
    host.hold(&[began.clone(), ended.clone()]).await;
    host.found(id_of(&after), |finding| {
        finding["customer"]["id"] == present.as_str()
    })
    .await;
    // Delivered again, alone and in any order, and with news that change nothing about it.
    host.hold(std::slice::from_ref(&ended)).await;
    host.hold(&[began]).await;
    host.hold(&[ended, held("R", "ipPrefix", json!("198.51.0.0/16"))])
        .await;
    host.looked_again().await;
    assert_eq!(raised(&host, id_of(&after)).await, 1);
    let now = host.disclosure(id_of(&after)).await;
    assert_eq!(
        now["subjects"][0]["finding"]["customer"]["id"],
        present.as_str()
    );
    host.stop().await;
}

/// One after the other, with time between them: both seem to have it for a while. What is open says what is so.
#[tokio::test]
async fn a_finding_that_is_overtaken_makes_way_for_the_next() {
    let (host, [_, _, present]) = reselling().await;
    let after = host
        .disclose(&at_ip("198.51.100.66", "2026-11-03T15:00:00Z"))
        .await;
    let [ended, began] = late();
    host.hold(&[began]).await;
    let both = host
        .found(id_of(&after), |finding| {
            finding["resolution"] == "AMBIGUOUS"
        })
        .await;
    host.hold(&[ended]).await;
    let now = host
        .found(id_of(&after), |finding| {
            finding["customer"]["id"] == present.as_str()
        })
        .await;
    let id = |disclosure: &Value| disclosure["subjects"][0]["finding"]["id"].clone();
    assert_ne!(id(&now), id(&both));
    assert_eq!(questioned(&host).await, [id_of(&after)]);
    host.stop().await;
}
