//! Too much of everything: calls, connections, patience.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use entity::enums::Role;

use super::clients::Wire;
use crate::harness::{Actor, Answer, App};

const VIEWER: &str = "{ viewer { tokenId } }";

/// The first answer that is not a success, of many.
async fn first_refusal(actor: &Actor) -> Answer {
    for _ in 0..1_000 {
        let answer = actor.ask(VIEWER).await;
        if answer.status != 200 {
            return answer;
        }
    }
    panic!("there is no limit");
}

#[tokio::test]
async fn who_asks_too_much_is_told_when_to_come_again_and_disturbs_nobody() {
    let app = App::start_with(&[
        ("limits.query_cost", "20"),
        ("limits.points_per_second", "1"),
        ("limits.burst_points", "20"),
    ])
    .await;
    let (busy, quiet) = (
        app.actor(Role::Dashboard).await,
        app.actor(Role::Dashboard).await,
    );

    let refusal = first_refusal(&busy).await;

    let error = refusal.refused(429, "RATE_LIMITED");
    let seconds = error["extensions"]["retryAfterSeconds"].as_u64().unwrap();
    assert!((1..=20).contains(&seconds), "{}", refusal.text);
    assert_eq!(
        refusal.header("retry-after"),
        seconds.to_string(),
        "{:?}",
        refusal.headers
    );
    quiet.ask(VIEWER).await.ok();
    app.owner().ask(VIEWER).await.ok();
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    busy.ask(VIEWER).await.ok();
    app.stop().await;
}

/// Somebody who begins requests and does not go on loses the places after a second, and holds up nobody meanwhile.
#[tokio::test]
async fn a_client_that_is_too_slow_is_let_go() {
    let app = App::start_with(&[("http.header_timeout_seconds", "1")]).await;
    let address = app.address();
    let slow = tokio::task::spawn_blocking(move || {
        let begin =
            |_| Wire::open(address).said("POST /graphql HTTP/1.1\r\nHost: privops\r\nAuthori");
        (0..5).map(begin).collect::<Vec<_>>()
    });
    let slow = slow.await.unwrap();

    app.owner().ask(VIEWER).await.ok();

    let closed = tokio::task::spawn_blocking(move || {
        for mut wire in slow {
            let mut rest = Vec::new();
            // An answer may come before the end; what matters is that the end comes.
            if let Err(error) = wire.0.read_to_end(&mut rest) {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
            }
        }
    });
    closed.await.unwrap();
    app.owner().ask(VIEWER).await.ok();
    app.stop().await;
}

#[tokio::test]
async fn one_connection_too_many_waits_until_another_is_closed() {
    let app = App::start_with(&[
        ("http.max_connections", "4"),
        ("http.header_timeout_seconds", "60"),
    ])
    .await;
    let address = app.address();
    let story = tokio::task::spawn_blocking(move || {
        let request = "GET /healthz HTTP/1.1\r\nHost: privops\r\n\r\n";
        let mut idle: Vec<_> = (0..4).map(|_| Wire::open(address).said(request)).collect();
        for wire in &mut idle {
            assert!(wire.hear().unwrap().starts_with("HTTP/1.1 200"));
        }

        let mut fifth = Wire::open(address).said(request);
        fifth
            .0
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let early = fifth.hear().unwrap_err();
        assert!(
            matches!(early.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{early}"
        );

        drop(idle.pop());
        fifth
            .0
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        assert!(fifth.hear().unwrap().starts_with("HTTP/1.1 200"));
    });
    story.await.unwrap();
    app.stop().await;
}
