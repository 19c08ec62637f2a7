//! How a finding comes to its end: by a correction, by whoever confirms what is on record, by another record.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{id_of, late, questioned, raised, recorded, reselling};
use crate::harness::build::{self, RESOLVE_DISCLOSURE_SUBJECT, SUPERSEDE_DISCLOSURE, input, item};
use crate::harness::host::{Host, at_ip, during, held};
use crate::harness::survey::Survey;

/// A disclosure about 42, of which it is known now that it was about 77.
async fn in_question() -> (Host, [String; 3], Value) {
    let (host, clients) = reselling().await;
    let disclosure = host
        .disclose(&at_ip("198.51.100.66", "2026-11-03T15:00:00Z"))
        .await;
    host.hold(&late()).await;
    let found = host
        .found(id_of(&disclosure), |finding| !finding.is_null())
        .await;
    (host, clients, found)
}

/// Nothing is open about a disclosure, however long one waits.
async fn is_settled(host: &Host, disclosure: &str) {
    host.looked_again().await;
    assert!(!questioned(host).await.iter().any(|id| id == disclosure));
    let now = host.disclosure(disclosure).await;
    assert_eq!(now["subjects"][0]["finding"], json!(null));
    let survey = Survey::of(host.app.database()).await;
    survey.assert_whole().await;
    survey.close().await;
}

#[tokio::test]
async fn a_correction_back_settles_it() {
    let (host, _, disclosure) = in_question().await;
    let network = |client: &str| held(client, "ipPrefix", json!("198.51.100.64/29"));
    host.hold(&[
        during(network("42"), "2026-01-01T00:00:00Z", None),
        during(
            network("77"),
            "2026-11-03T14:00:00Z",
            Some("2026-11-03T14:00:01Z"),
        ),
    ])
    .await;
    is_settled(&host, id_of(&disclosure)).await;
    assert_eq!(raised(&host, id_of(&disclosure)).await, 1);
    // And forth again: that is news.
    host.hold(&late()).await;
    host.found(id_of(&disclosure), |finding| !finding.is_null())
        .await;
    assert_eq!(raised(&host, id_of(&disclosure)).await, 2);
    host.stop().await;
}

#[tokio::test]
async fn whoever_confirms_what_is_on_record_settles_it() {
    let (host, [reseller, former, present], disclosure) = in_question().await;
    let confirm = |customer: &str| {
        input(&json!({
            "subjectId": disclosure["subjects"][0]["id"],
            "customer": { "id": customer },
            "reason": "the web log of that hour",
        }))
    };
    // Whom the finding names is not on record: the record is superseded, not changed.
    let other = host
        .abuse
        .run(RESOLVE_DISCLOSURE_SUBJECT, confirm(&present))
        .await;
    other.refused(422, "SUBJECT_RESOLVED");
    host.found(id_of(&disclosure), |finding| !finding.is_null())
        .await;

    host.abuse
        .run(RESOLVE_DISCLOSURE_SUBJECT, confirm(&former))
        .await
        .ok();

    is_settled(&host, id_of(&disclosure)).await;
    let now = host.disclosure(id_of(&disclosure)).await;
    assert_eq!(
        recorded(&now),
        recorded(&disclosure),
        "the record is as it was"
    );
    // Whoever confirmed it is not asked the same again, whatever is learned around it.
    host.hold(&[held("R", "ipPrefix", json!("198.51.0.0/16"))])
        .await;
    is_settled(&host, id_of(&disclosure)).await;
    assert_eq!(raised(&host, id_of(&disclosure)).await, 1);
    // That it was a third one is news.
    host.hold(&[held("R", "ipPrefix", json!("198.51.100.66"))])
        .await;
    let found = host
        .found(id_of(&disclosure), |finding| !finding.is_null())
        .await;
    let named = &found["subjects"][0]["finding"]["customer"]["id"];
    assert_eq!(named, reseller.as_str());
    host.stop().await;
}

#[tokio::test]
async fn what_takes_the_place_of_the_record_settles_it() {
    let (host, [_, former, present], disclosure) = in_question().await;
    let spamhaus = json!({ "name": "Spamhaus", "role": "PRIVATE_PARTY" });
    let about = at_ip("198.51.100.66", "2026-11-03T15:00:00Z");
    let mut by = item(build::disclosure(&spamhaus, &[about]));
    by["ground"] = json!("BLOCKLIST_REPORT");
    let change =
        json!({ "disclosureId": disclosure["id"], "by": by, "reason": "the network was 77's" });

    let superseded = host.abuse.run(SUPERSEDE_DISCLOSURE, input(&change)).await;

    let new = superseded.text_at("supersedeDisclosure.disclosure.id");
    is_settled(&host, id_of(&disclosure)).await;
    let new = host.disclosure(&new).await;
    assert_eq!(new["subjects"][0]["customer"]["id"], present.as_str());
    assert_eq!(new["subjects"][0]["finding"], json!(null));
    // What counts no more is not looked at again.
    let network = held("42", "ipPrefix", json!("198.51.100.64/30"));
    host.hold(&[network]).await;
    let found = host.found(id_of(&new), |finding| !finding.is_null()).await;
    assert_eq!(
        found["subjects"][0]["finding"]["customer"]["id"],
        former.as_str()
    );
    assert_eq!(raised(&host, id_of(&disclosure)).await, 1);
    host.stop().await;
}

/// The other host has an address of the same private network: who held ours says nothing about theirs.
#[tokio::test]
async fn nothing_is_found_out_about_disclosures_of_another_controller() {
    let host = Host::start().await;
    let foreigner = host.app.foreigner(Role::Owner).await;
    host.client("42").await;
    let theirs = {
        let spamhaus = json!({ "name": "Another list", "role": "PRIVATE_PARTY" });
        let about = at_ip("10.0.0.9", "2026-11-03T15:00:00Z");
        let variables = build::disclosure(&spamhaus, &[about]);
        let recorded = foreigner.run(build::RECORD_DISCLOSURE, variables).await;
        recorded.text_at("recordDisclosure.disclosure.id")
    };
    let ours = host
        .disclose(&at_ip("10.0.0.9", "2026-11-03T15:00:00Z"))
        .await;
    host.hold(&[held("42", "ipPrefix", json!("10.0.0.0/24"))])
        .await;
    host.found(id_of(&ours), |finding| !finding.is_null()).await;
    // Theirs has been looked at again when something of their own has.
    let ids = build::populate(&foreigner).await;
    let query = "{ disclosures(first: 100, filter: { questioned: true }) { nodes { id } } }";
    let found = foreigner.ask(query).await;
    assert!(found.text.contains(&ids.questioned), "{}", found.text);
    assert!(!found.text.contains(&theirs), "{}", found.text);
    let query = "{ events(first: 100, types: [FINDING_RAISED]) { nodes { objectId } } }";
    let told = foreigner.ask(query).await;
    for id in [theirs.as_str(), id_of(&ours)] {
        assert!(!told.text.contains(id), "{}", told.text);
    }
    host.stop().await;
}
