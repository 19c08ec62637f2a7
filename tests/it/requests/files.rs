//! Files that systems hand over: they come whole or not at all, and few read them.

use entity::enums::Role;
use reqwest::Method;
use serde_json::{Value, json};

use super::Host;
use super::work::{Given, claim, done, report, upload};
use crate::harness::poll::feed;
use crate::harness::send;
use crate::harness::{Actor, Answer, build};

async fn export(host: &Host) -> (Value, Given) {
    host.client("42", None).await;
    let opened = host.working("42", &["ACCESS"]).await;
    let [export] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    (opened, export)
}

async fn download(by: &Actor, id: &Value) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let path = format!("/attachments/{}", id.as_str().unwrap());
    let response = by.request(Method::GET, &path).send().await.unwrap();
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers = headers.collect();
    (status, headers, response.bytes().await.unwrap().to_vec())
}

/// Larger than a part of it, and of bytes that are no text.
fn large() -> Vec<u8> {
    (0..500_000_u32).flat_map(|n| n.to_be_bytes()).collect()
}

#[tokio::test]
async fn a_file_comes_back_as_it_was_sent_to_those_who_may_read_it() {
    let host = Host::start().await;
    let (opened, task) = export(&host).await;
    let content = large();
    let sent = upload(
        &host.officer,
        &task,
        "Kundenakte%20M%C3%BCller.zip",
        content.clone(),
    )
    .await;
    assert_eq!(sent.status, 201, "{}", sent.text);
    assert_eq!(sent.body["size"], 2_000_000);
    assert_eq!(sent.header("cache-control"), "no-store");
    // The answer was lost: sent again, it is there once.
    let again = upload(
        &host.officer,
        &task,
        "Kundenakte%20M%C3%BCller.zip",
        content.clone(),
    )
    .await;
    assert_eq!(again.body["id"], sent.body["id"]);
    done(&host.officer, &task).await.ok();

    let files = host.tasks(&opened).await[0]["attachments"].clone();
    assert_eq!(
        files,
        json!([{ "id": sent.body["id"], "name": "Kundenakte Müller.zip", "mediaType": "application/json",
            "size": 2_000_000, "sha256": sent.body["sha256"] }])
    );
    let (status, headers, found) = download(&host.officer, &sent.body["id"]).await;
    assert_eq!((status, found == content), (200, true));
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    assert_eq!(
        header("content-disposition"),
        "attachment; filename*=UTF-8''Kundenakte%20M%C3%BCller%2Ezip"
    );
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("content-length"), "2000000");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    // Whoever handles tickets or bills does not read what other systems hold.
    for role in [Role::Support, Role::Billing, Role::Mail, Role::Auditor] {
        let actor = host.app.actor(role).await;
        assert_eq!(download(&actor, &sent.body["id"]).await.0, 403, "{role}");
    }
    assert_eq!(
        download(&host.app.stranger(), &sent.body["id"]).await.0,
        401
    );
    let read = |seen: &[Value]| {
        seen.iter()
            .filter(|event| event["type"] == "ATTACHMENT_READ")
            .count()
    };
    let seen = feed(&host.officer, |seen| read(seen) > 0).await;
    assert_eq!(read(&seen), 1);
    host.stop().await;
}

#[tokio::test]
async fn what_is_no_file_or_too_large_leaves_nothing_behind() {
    let host = Host::start().await;
    let (opened, task) = export(&host).await;
    let post = |headers: Vec<(&'static str, &'static str)>, body: Vec<u8>| {
        let path = format!("/tasks/{}/attachments", task.id);
        let mut request = host.officer.request(Method::POST, &path);
        let all = [
            ("privops-lease", task.lease.as_str()),
            ("privops-file-name", "x.json"),
            ("content-type", "application/json"),
        ];
        for (name, value) in all {
            let other = headers.iter().find(|(known, _)| *known == name);
            let value = other.map_or(value, |(_, value)| *value);
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        request.body(body)
    };
    let some = || b"{}".to_vec();
    for (request, status, field) in [
        (
            post(vec![("privops-lease", "")], some()),
            400,
            "Privops-Lease",
        ),
        (
            post(vec![("privops-lease", "lse_1")], some()),
            400,
            "Privops-Lease",
        ),
        (
            post(vec![("privops-file-name", "")], some()),
            400,
            "Privops-File-Name",
        ),
        (
            post(vec![("privops-file-name", "%FF")], some()),
            400,
            "Privops-File-Name",
        ),
        (
            post(vec![("privops-file-name", "a%2F..%2Fb")], some()),
            400,
            "name",
        ),
        (
            post(vec![("privops-file-name", "%20")], some()),
            400,
            "name",
        ),
        (
            post(vec![("content-type", "text; charset=utf-8")], some()),
            400,
            "mediaType",
        ),
        (post(vec![], Vec::new()), 400, "body"),
        (
            post(
                vec![("privops-lease", "lse_01h2xcejqtf2nbrexx3vqjhp41")],
                some(),
            ),
            422,
            "",
        ),
        (
            host.officer
                .request(Method::POST, "/tasks/tsk_1/attachments")
                .body(some()),
            404,
            "taskId",
        ),
        (
            host.officer.request(Method::GET, "/attachments/att_1"),
            404,
            "id",
        ),
        (
            host.officer
                .request(Method::GET, "/attachments/att_01h2xcejqtf2nbrexx3vqjhp41"),
            404,
            "",
        ),
        (
            host.officer.request(Method::DELETE, "/attachments/att_1"),
            405,
            "",
        ),
        (
            host.officer
                .request(Method::GET, "/tasks/tsk_1/attachments"),
            405,
            "",
        ),
    ] {
        let answer: Answer = send(request).await.unwrap();
        assert_eq!(answer.status, status, "{field}: {}", answer.text);
        if !field.is_empty() {
            assert_eq!(
                answer.body["errors"][0]["extensions"]["field"], field,
                "{}",
                answer.text
            );
        }
    }
    let large = upload(&host.officer, &task, "large.bin", vec![7; 26_214_401]).await;
    assert_eq!(large.status, 413, "{}", large.text);
    assert_eq!(host.tasks(&opened).await[0]["attachments"], json!([]));
    done(&host.officer, &task)
        .await
        .refused(400, "BAD_USER_INPUT");
    for n in 0..20 {
        let sent = upload(&host.officer, &task, &format!("{n}.json"), some()).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
    }
    let one_more = upload(&host.officer, &task, "20.json", some()).await;
    assert_eq!(one_more.status, 400, "{}", one_more.text);
    host.stop().await;
}

/// What somebody uploaded who did not come to the end is a part at the most.
#[tokio::test]
async fn an_export_is_what_the_last_worker_uploaded() {
    let host = Host::start().await;
    let (opened, first) = export(&host).await;
    upload(
        &host.officer,
        &first,
        "part 1 of 2.json".replace(' ', "%20").as_str(),
        b"{}".to_vec(),
    )
    .await;
    let failed = json!({ "reason": "the disk is full" });
    host.officer
        .run(build::FAIL_TASK, report(&first, failed))
        .await
        .ok();
    host.app.set_clock("2026-06-11T08:05:00Z");
    let [second] = claim(&host.officer, "whmcs", 1).await.try_into().unwrap();
    done(&host.officer, &second)
        .await
        .refused(400, "BAD_USER_INPUT");
    upload(
        &host.officer,
        &second,
        "whole.json",
        b"{\"all\":1}".to_vec(),
    )
    .await;
    done(&host.officer, &second).await.ok();
    let files = &host.tasks(&opened).await[0]["attachments"];
    assert_eq!(files.as_array().unwrap().len(), 1);
    assert_eq!(files[0]["name"], "whole.json");
    host.stop().await;
}
