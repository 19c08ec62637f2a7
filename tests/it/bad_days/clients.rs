//! Clients that hang up, and a server that is asked to stop: what has begun is carried out, once.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::json;

use super::{Hold, REGISTER, UNTHROTTLED, find, register, try_register};
use crate::harness::process::Process;
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, Database};

/// A connection of somebody who speaks HTTP by hand. It blocks: in the process of the server only beside it.
pub struct Wire(pub TcpStream);

impl Wire {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        Self(stream)
    }

    /// Itself, after saying something.
    pub fn said(mut self, text: &str) -> Self {
        self.0.write_all(text.as_bytes()).unwrap();
        self
    }

    /// One answer: its head and its body.
    pub fn hear(&mut self) -> io::Result<String> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            head.extend(byte);
        }
        let mut text = String::from_utf8(head).unwrap();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let length = name
                .eq_ignore_ascii_case("content-length")
                .then_some(value)?;
            length.trim().parse::<usize>().ok()
        });
        let mut body = vec![0; length.unwrap_or(0)];
        self.0.read_exact(&mut body)?;
        text.push_str(std::str::from_utf8(&body).unwrap());
        Ok(text)
    }
}

#[tokio::test]
async fn a_mutation_whose_client_hangs_up_and_asks_again_has_one_effect() {
    let app = App::start_with(UNTHROTTLED).await;
    let clients: Vec<_> = (0..100).map(|n| format!("hasty {n}")).collect();
    for client in &clients {
        // Whoever hangs up closes the connection, so each has its own.
        let (owner, client) = (app.owner(), client.clone());
        let asking = tokio::spawn(async move { try_register(&owner, &client).await });
        tokio::time::sleep(Duration::from_millis(1)).await;
        asking.abort();
    }

    let owner = app.owner();
    for client in &clients {
        let id = register(&owner, client)
            .await
            .text_at("registerCustomer.customer.id");
        assert_eq!(find(&owner, client).await, Some(id), "{client}");
    }

    let survey = Survey::of(app.database()).await;
    assert_eq!(survey.count("customer").await, 100);
    assert_eq!(
        survey
            .count("event where type = 'customer.registered'")
            .await,
        100
    );
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    app.stop().await;
}

/// Hangs up on a mutation that cannot go on, and lets it go on: whether it is carried out.
async fn is_carried_out(app: &App, client: &str, patience: Duration) -> bool {
    let owner = app.owner();
    let hold = Hold::on(app.database()).await;
    let (hasty, name) = (app.owner(), client.to_owned());
    let asking = tokio::spawn(async move { try_register(&hasty, &name).await });
    tokio::time::sleep(patience).await;
    asking.abort();
    assert!(asking.await.unwrap_err().is_cancelled(), "it was not held");
    hold.release().await;
    for _ in 0..200 {
        if find(&owner, client).await.is_some() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

#[tokio::test]
async fn a_mutation_that_has_begun_runs_to_its_end_without_its_client() {
    let app = App::start().await;
    let mut client = String::new();
    // Nobody sees from outside when a mutation has begun, so the client waits longer each time.
    for millis in [100, 500, 2_000, 5_000] {
        client = format!("hasty {millis}");
        if is_carried_out(&app, &client, Duration::from_millis(millis)).await {
            break;
        }
    }
    let id = find(&app.owner(), &client)
        .await
        .expect("it was carried out");
    let again = register(&app.owner(), &client).await;
    assert_eq!(again.text_at("registerCustomer.customer.id"), id);
    app.stop().await;
}

/// A request that has begun: its head is with the server, which waits for the body.
fn begin_registering(process: &Process, token: &str, client: &str) -> (Wire, String) {
    let input = json!({ "externalIds": [{ "system": "whmcs", "id": client }] });
    let body = json!({ "query": REGISTER, "variables": { "input": input } }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: privops\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    let mut wire = Wire::open(process.address()).said(&head);
    let answer = wire.hear().unwrap();
    assert!(answer.starts_with("HTTP/1.1 100"), "{answer}");
    (wire, body)
}

#[tokio::test]
async fn a_server_asked_to_stop_answers_what_has_begun() {
    let database = Database::new().await;
    let (process, token) = Process::first(&database, UNTHROTTLED).await;
    let clients: Vec<_> = (0..5).map(|n| format!("late {n}")).collect();
    let begun: Vec<_> = clients
        .iter()
        .map(|client| begin_registering(&process, &token, client))
        .collect();

    process.ask_to_stop();
    refuses_connections(&process).await;

    for (wire, body) in begun {
        let answer = wire.said(&body).hear().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(r#""customer":{"id":"cus_"#), "{answer}");
    }
    let log = process.log();
    assert!(process.ended().await.success(), "{log}");
    assert!(!log.contains("panicked at"), "{log}");
    let survey = Survey::of(&database).await;
    assert_eq!(survey.count("customer").await, 5);
    let waiting = survey.count("event where idx is null").await;
    assert_eq!(
        waiting, 0,
        "events that wait for the next start to get their number"
    );
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    database.remove().await;
}

/// Waits until nobody new is let in.
async fn refuses_connections(process: &Process) {
    for _ in 0..1_000 {
        if TcpStream::connect(process.address()).is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it goes on to accept connections");
}

/// Under load, a stop cuts nothing short: each call is answered, or was never taken.
#[tokio::test]
async fn a_server_that_stops_under_load_loses_nothing_that_it_acknowledged() {
    let database = Database::new().await;
    let (process, token) = Process::first(&database, UNTHROTTLED).await;
    let writers: Vec<_> = (0..8)
        .map(|writer| tokio::spawn(write_until_it_stops(process.actor(&token), writer)))
        .collect();
    let survey = Survey::of(&database).await;
    for _ in 0..4_000 {
        if survey.count("customer").await >= 20 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }

    process.ask_to_stop();

    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await.unwrap();
    }
    let log = process.log();
    assert!(process.ended().await.success(), "{log}");
    assert!(!log.contains("panicked at"), "{log}");
    assert!(acknowledged >= 20, "{acknowledged}");
    // A connection that was idle may be closed just when a call is sent: then the call was not taken.
    assert_eq!(survey.count("customer").await, acknowledged);
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    database.remove().await;
}

/// How many calls were answered.
async fn write_until_it_stops(actor: Actor, writer: usize) -> i64 {
    let mut answered = 0;
    while let Ok(answer) = try_register(&actor, &format!("{writer} {answered}")).await {
        answer.ok();
        answered += 1;
    }
    answered
}
