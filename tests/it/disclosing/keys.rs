//! Lists that are sent again, in whole or in part: each item counts once.

use serde_json::{Value, json};

use super::{ids, keyed, record, report, results, whole, with};
use crate::harness::build::{RECORD_DISCLOSURES, input};
use crate::harness::host::Host;
use crate::harness::{Actor, Answer, send};

fn reused(of: &Answer) -> Vec<bool> {
    let results = results(of);
    let reused = results.iter().enumerate().map(|(number, one)| {
        let here = Some(format!("disclosures[{number}]"));
        *one == Err(("IDEMPOTENCY_KEY_REUSED".to_owned(), here))
    });
    reused.collect()
}

/// Sends a list under a key in the header.
async fn under(actor: &Actor, key: &str, items: &[Value]) -> Answer {
    let variables = input(&json!({ "disclosures": items, "errorPolicy": "REJECT_FAILED" }));
    let body = json!({ "query": RECORD_DISCLOSURES, "variables": variables });
    let request = actor
        .post()
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .header("idempotency-key", key)
        .body(body.to_string());
    send(request).await.unwrap()
}

#[tokio::test]
async fn an_item_in_a_later_list_answers_as_before() {
    let host = Host::start().await;
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|key| keyed(report(&["42"]), key));
    let first = ids(&record(
        &host.abuse,
        &[a.clone(), b.clone(), c.clone()],
        "REJECT_ALL",
    )
    .await);

    let later = ids(&record(&host.abuse, &[d, c.clone(), a.clone()], "REJECT_ALL").await);

    assert_eq!(later[1..], [first[2].clone(), first[0].clone()]);
    assert_eq!(whole(&host).await, 4);
    // A key is that of one integration, and of this mutation.
    let other = host.app.actor(entity::enums::Role::Abuse).await;
    assert_ne!(
        ids(&record(&other, std::slice::from_ref(&a), "REJECT_ALL").await)[0],
        first[0]
    );
    let single = host
        .abuse
        .run(crate::harness::build::RECORD_DISCLOSURE, input(&a))
        .await;
    assert_ne!(single.text_at("recordDisclosure.disclosure.id"), first[0]);
    assert_eq!(whole(&host).await, 6);
    // Without a key, each is another one.
    let anew = ids(&record(
        &host.abuse,
        &[report(&["42"]), report(&["42"])],
        "REJECT_ALL",
    )
    .await);
    assert_ne!(anew[0], anew[1]);
    host.stop().await;
}

/// A queue that has the same item twice, and hands both over.
#[tokio::test]
async fn an_item_that_is_twice_in_a_list_is_recorded_once() {
    let host = Host::start().await;
    let a = keyed(report(&["42"]), "a");
    let first = ids(&record(&host.abuse, std::slice::from_ref(&a), "REJECT_ALL").await);
    for (round, policy) in (1..).zip(["REJECT_ALL", "REJECT_FAILED"]) {
        let [b, c] = ["b", "c"].map(|key| keyed(report(&["42"]), format!("{key}{round}")));
        let items = [
            b.clone(),
            a.clone(),
            c.clone(),
            b.clone(),
            a.clone(),
            b.clone(),
        ];
        let twice = ids(&record(&host.abuse, &items, policy).await);
        assert_eq!([&twice[3], &twice[5]], [&twice[0], &twice[0]], "{policy}");
        assert_eq!([&twice[1], &twice[4]], [&first[0], &first[0]], "{policy}");
        assert_eq!(whole(&host).await, 1 + 2 * round, "{policy}");
        let changed = with(c.clone(), "note", json!("another"));
        let answer = record(&host.abuse, &[c.clone(), changed], policy).await;
        if policy == "REJECT_ALL" {
            answer.refused(409, "IDEMPOTENCY_KEY_REUSED");
        } else {
            assert_eq!(reused(&answer), [false, true]);
        }
        assert_eq!(whole(&host).await, 1 + 2 * round, "{policy}");
    }
    host.stop().await;
}

#[tokio::test]
async fn a_key_with_another_input_is_refused_for_its_item() {
    let host = Host::start().await;
    let a = keyed(report(&["42"]), "a");
    let first = ids(&record(&host.abuse, std::slice::from_ref(&a), "REJECT_ALL").await);
    let changed = with(a.clone(), "note", json!("another"));
    let impossible = with(a.clone(), "disclosedAt", json!("2999-01-01T00:00:00Z"));
    let missing = with(
        a.clone(),
        "subjects",
        json!([{ "by": { "id": "cus_01h2xcejqtf2nbrexx3vqjhp41" } }]),
    );
    let b = keyed(report(&["42"]), "b");

    let items = [
        changed.clone(),
        b.clone(),
        a.clone(),
        impossible.clone(),
        missing.clone(),
    ];
    let mixed = record(&host.abuse, &items, "REJECT_FAILED").await;

    assert_eq!(
        reused(&mixed),
        [true, false, false, true, true],
        "{}",
        mixed.text
    );
    assert_eq!(results(&mixed)[2], Ok(first[0].clone()));
    assert_eq!(whole(&host).await, 2);
    for bad in [changed, impossible, missing] {
        let c = keyed(report(&["42"]), "c");
        let answer = record(&host.abuse, &[c, bad], "REJECT_ALL").await;
        answer.refused(409, "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(whole(&host).await, 2);
    }
    // What was not recorded has left its key free.
    let c = keyed(report(&["77"]), "c");
    ids(&record(&host.abuse, &[c], "REJECT_ALL").await);
    host.stop().await;
}

/// What was recorded once is answered, even if it could not be recorded now.
#[tokio::test]
async fn an_item_that_could_not_be_recorded_any_more_answers_as_before() {
    let host = Host::start().await;
    host.app.set_clock("2026-11-20T12:00:00.000Z");
    let a = keyed(
        with(
            report(&["42"]),
            "disclosedAt",
            json!("2026-11-20T12:00:00Z"),
        ),
        "a",
    );
    let first = ids(&record(&host.abuse, std::slice::from_ref(&a), "REJECT_ALL").await);
    // The clock was wrong, and was set back.
    host.app.set_clock("2026-11-20T10:00:00.000Z");
    let future = report(&["42"]);
    let future = with(future, "disclosedAt", json!("2026-11-20T12:00:00Z"));
    let mixed = record(&host.abuse, &[a.clone(), future], "REJECT_FAILED").await;
    assert_eq!(results(&mixed)[0], Ok(first[0].clone()));
    assert!(results(&mixed)[1].is_err(), "{}", mixed.text);
    assert_eq!(ids(&record(&host.abuse, &[a], "REJECT_ALL").await), first);
    assert_eq!(whole(&host).await, 1);
    host.stop().await;
}

#[tokio::test]
async fn the_key_of_the_header_counts_for_each_item_by_its_number() {
    let host = Host::start().await;
    let items = [
        report(&["1"]),
        report(&["2"]),
        keyed(report(&["3"]), "its own"),
    ];
    let first = ids(&under(&host.abuse, "night 7", &items).await);
    assert_eq!(ids(&under(&host.abuse, "night 7", &items).await), first);
    assert_eq!(whole(&host).await, 3);
    // The item with a key of its own is that one anywhere; the others are those of this list.
    let other = [items[2].clone(), items[1].clone(), items[0].clone()];
    let moved = under(&host.abuse, "night 7", &other).await;
    assert_eq!(results(&moved)[0], Ok(first[2].clone()));
    assert_eq!(
        results(&moved)[1],
        Ok(first[1].clone()),
        "the same item in the same place"
    );
    assert!(
        results(&moved)[2].is_ok(),
        "no third item without a key came before"
    );
    assert_eq!(whole(&host).await, 4);
    let longer = [items[1].clone(), items[1].clone()];
    assert_eq!(
        reused(&under(&host.abuse, "night 7", &longer).await),
        [true, false]
    );
    ids(&under(&host.abuse, "night 8", &items[..2]).await);
    assert_eq!(whole(&host).await, 6);
    host.stop().await;
}
