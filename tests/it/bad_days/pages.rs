//! Pages that cannot be given, and cursors of other lists.

use entity::enums::Role;
use serde_json::json;

use super::input::Refusals;
use super::{find, register};
use crate::harness::Actor;

/// The first cursor of the customers.
async fn cursor(actor: &Actor) -> String {
    actor
        .ask("{ customers(first: 1) { edges { cursor } } }")
        .await
        .text_at("customers.edges.0.cursor")
}

#[tokio::test]
async fn a_page_of_none_or_of_more_than_a_hundred_is_refused() {
    let mut refusals = Refusals::start().await;
    for list in [
        "customers",
        "disclosures",
        "recipients",
        "events",
        "integrations",
        r#"customerCandidates(by: { email: "jane@example.org" })"#,
        r#"holders(of: { domain: { name: "shop.example", at: "2026-11-19T22:14:00Z" } })"#,
    ] {
        for first in [0, -1, 101, i32::MAX] {
            let field = match list.strip_suffix(')') {
                Some(arguments) => format!("{arguments}, first: {first})"),
                None => format!("{list}(first: {first})"),
            };
            let query = format!("{{ {field} {{ nodes {{ id }} }} }}");
            let answer = refusals.actor.ask(&query).await;
            refusals
                .note(&query, &answer, 400, "BAD_USER_INPUT", Some("first"))
                .await;
        }
    }
    let query = "query($first: Int) { customers { nodes {
        accountingOfDisclosures(first: $first) { nodes { count } } } } }";
    for first in [0, -1, 101, i32::MAX] {
        let answer = refusals.actor.run(query, json!({ "first": first })).await;
        // What is nested fails alone: the rest of the answer stands.
        let error = &answer.body["errors"][0]["extensions"];
        assert_eq!(
            (&error["code"], &error["field"]),
            (&json!("BAD_USER_INPUT"), &json!("first"))
        );
    }
    let id = find(&refusals.actor, "42").await.unwrap();
    for ids in [vec![], vec![id; 101]] {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
        let answer = refusals.actor.run(query, json!({ "ids": ids })).await;
        refusals
            .note("nodes", &answer, 400, "BAD_USER_INPUT", Some("ids"))
            .await;
    }
    refusals.end().await;
}

#[tokio::test]
async fn a_cursor_that_is_not_of_the_list_is_refused() {
    let mut refusals = Refusals::start().await;
    let cursor = cursor(&refusals.actor).await;
    let good = format!(r#"{{ customers(after: "{cursor}") {{ nodes {{ id }} }} }}"#);
    refusals.actor.ask(&good).await.ok();
    // The first characters say which form and which list.
    let another = |place: usize| -> String {
        let other = |(n, c): (usize, char)| match c {
            c if n != place => c,
            'A' => 'B',
            _ => 'A',
        };
        cursor.chars().enumerate().map(other).collect()
    };
    let mut fields = Vec::new();
    for tampered in [
        String::new(),
        "x".to_owned(),
        "%%%".to_owned(),
        "x".repeat(5_000),
        another(0),
        another(4),
        cursor.chars().skip(4).collect(),
        cursor.chars().take(cursor.len() - 4).collect(),
        format!("{cursor}AAAA"),
        cursor.to_lowercase(),
    ] {
        fields.push(format!(r#"customers(after: "{tampered}")"#));
    }
    for list in [
        "disclosures",
        "recipients",
        "events",
        "integrations",
        r#"customerCandidates(by: { email: "jane@example.org" })"#,
        r#"holders(of: { domain: { name: "shop.example", at: "2026-11-19T22:14:00Z" } })"#,
        "disclosures(filter: { questioned: true })",
        "customers(orderBy: { field: REGISTERED_AT, direction: ASC })",
        "customers(filter: { category: [CUSTOMER] })",
        r#"customers(filter: { registeredAt: { gte: "2026-01-01T00:00:00Z" } })"#,
    ] {
        fields.push(match list.strip_suffix(')') {
            Some(arguments) => format!(r#"{arguments}, after: "{cursor}")"#),
            None => format!(r#"{list}(after: "{cursor}")"#),
        });
    }
    for field in fields {
        let query = format!("{{ {field} {{ nodes {{ id }} }} }}");
        let answer = refusals.actor.ask(&query).await;
        refusals
            .note(&query, &answer, 400, "BAD_USER_INPUT", Some("after"))
            .await;
    }
    refusals.end().await;
}

/// A cursor is a place in an order, not a right: with another controller's, one sees one's own.
#[tokio::test]
async fn a_cursor_of_another_controller_shows_nothing_of_theirs() {
    let Refusals { app, actor, .. } = Refusals::start().await;
    let foreigner = app.foreigner(Role::Billing).await;
    for client in ["1", "2", "3"] {
        register(&foreigner, client).await.ok();
    }
    let own = find(&actor, "42").await.unwrap();

    let theirs = cursor(&foreigner).await;
    let query = format!(r#"{{ customers(after: "{theirs}") {{ nodes {{ id }} }} }}"#);
    let seen = actor.ask(&query).await;

    if seen.status == 400 {
        seen.refused(400, "BAD_USER_INPUT");
    } else {
        let nodes = seen.get("customers.nodes").as_array().unwrap();
        assert!(
            nodes.iter().all(|node| node["id"] == own.as_str()),
            "{}",
            seen.text
        );
    }
    app.stop().await;
}
