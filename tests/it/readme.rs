//! The stories of the README, their lines as they are.

use std::collections::HashMap;

use crate::harness::{Actor, Answer, App, send};

const MARK: &str = "<!-- A test runs these lines as they are. -->";

/// The blocks of lines that follow the mark.
fn blocks() -> Vec<&'static str> {
    let readme = include_str!("../../README.md");
    let marked = readme.split(MARK).skip(1);
    marked
        .map(|lines| {
            let block = lines.trim_start().strip_prefix("```sh").unwrap();
            block.split_once("```").unwrap().0
        })
        .collect()
}

/// A line: what it asks, and under which name it keeps which kind of id.
fn parsed(line: &str) -> Option<(&str, Option<(&str, &str)>)> {
    if let Some(body) = line.strip_prefix("ask '") {
        return Some((body.strip_suffix('\'').unwrap(), None));
    }
    let (name, rest) = line.split_once("=$(ask '")?;
    let (body, kept) = rest.split_once("' | grep -o '").unwrap();
    let kind = kept.strip_suffix("[0-9a-z]*')").unwrap();
    Some((body, Some((name, kind))))
}

/// Says what a block says, one line after the other, and gives what was answered.
async fn run(owner: &Actor, block: &str) -> Vec<Answer> {
    let mut kept: HashMap<&str, String> = HashMap::new();
    let mut answers = Vec::new();
    for (body, keeps) in block.lines().filter_map(parsed) {
        let mut body = body.to_owned();
        for (name, value) in &kept {
            body = body.replace(&format!("'${name}'"), value);
        }
        assert!(!body.contains('$'), "{body}");
        let request = owner.post().header("content-type", "application/json");
        let answer = send(request.body(body)).await.unwrap();
        answer.ok();
        if let Some((name, kind)) = keeps {
            let start = answer.text.find(kind).unwrap();
            let id = answer.text.split_at(start).1.split('"').next().unwrap();
            kept.insert(name, id.to_owned());
        }
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn the_stories_of_the_readme_are_true() {
    let blocks = blocks();
    let app = App::start().await;
    let owner = app.owner();

    let main_job = run(&owner, blocks[0]).await;
    assert_eq!(main_job.len(), 5);
    let seen = main_job[3].get("customer.disclosures.nodes.0.recipient.name");
    assert_eq!(seen, "Spamhaus");
    // The feed shows an event as soon as it has its number.
    let feed = "{ events(first: 100) { nodes { type } } }";
    let mut shown = false;
    for _ in 0..500 {
        shown = owner.ask(feed).await.text.contains("DISCLOSURE_RECORDED");
        if shown {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(shown);

    app.set_clock("2026-11-21T09:00:00Z");
    let request = run(&owner, blocks[1]).await;
    assert_eq!(request.len(), 17);
    let due = request[3].text_at("openRequest.request.clocks.0.dueAt");
    assert_eq!(due, "2026-12-21T21:59:59.999Z", "20 December is a Sunday");
    let kept = request[14].get("completeTask.task");
    assert_eq!(kept["status"], "RETAINED");
    assert_eq!(
        kept["evidence"]["residuals"],
        serde_json::json!(["backups for 30 days"])
    );
    let end = request.last().unwrap();
    assert_eq!(end.get("request.status"), "PARTIALLY_FULFILLED");
    assert_eq!(end.get("request.clocks.0.state"), "MET");
    assert_eq!(end.get("agenda.nodes"), &serde_json::json!([]));
    assert_eq!(blocks.len(), 2);
    app.stop().await;
}
