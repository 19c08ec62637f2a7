//! The README's main job, its lines as they are.

use crate::harness::{App, send};

#[tokio::test]
async fn the_lines_of_the_readme_do_the_main_job() {
    let readme = include_str!("../../README.md");
    let (_, lines) = readme
        .split_once("<!-- A test runs these lines as they are. -->")
        .unwrap();
    let (block, _) = lines
        .trim_start()
        .strip_prefix("```sh")
        .unwrap()
        .split_once("```")
        .unwrap();
    let bodies: Vec<_> = block
        .lines()
        .filter_map(|line| line.strip_prefix("ask '")?.strip_suffix('\''))
        .collect();
    assert_eq!(bodies.len(), 5);
    let app = App::start().await;
    let owner = app.owner();
    let mut last = None;
    for body in &bodies {
        let sent = || owner.post().header("content-type", "application/json");
        let mut answer = send(sent().body((*body).to_owned())).await.unwrap();
        // The feed shows an event as soon as it has its number.
        for _ in 0..500 {
            if !body.contains("events(") || answer.text.contains("DISCLOSURE_RECORDED") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            answer = send(sent().body((*body).to_owned())).await.unwrap();
        }
        answer.ok();
        if body.contains("{ customer(by:") {
            let seen = answer.get("customer.disclosures.nodes.0.recipient.name");
            assert_eq!(seen, "Spamhaus");
        }
        last = Some(answer);
    }
    assert!(last.unwrap().text.contains("DISCLOSURE_RECORDED"));
    app.stop().await;
}
