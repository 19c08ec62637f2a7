//! Kill -9 while a package is put together: another one begins again, and what can be fetched is whole.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::build::packages::asked_for;
use crate::harness::build::work::{claim, plan};
use crate::harness::build::{
    ACCESS_PACKAGE, COMPLETE_TASK, LINK_ACCESS_PACKAGE, REGISTER_SYSTEM, input,
};
use crate::harness::poll::eventually;
use crate::harness::process::Process;
use crate::harness::survey::Survey;
use crate::harness::{Actor, Database, send};

/// How large the file of the system is: it takes a while to be packed.
const SIZE: usize = 6_000_000;

/// Something that does not get smaller.
fn content() -> Vec<u8> {
    let mut state = 11_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(SIZE).collect()
}

/// Somebody asks for data, and a system exports a large file of them; gives the item.
async fn exported(owner: &Actor) -> String {
    let viewer = owner.ask("{ viewer { integration { id } } }").await;
    let system = json!({ "name": "panel", "integrationId": viewer.get("viewer.integration.id") });
    owner.run(REGISTER_SYSTEM, input(&system)).await.ok();
    let request = json!({ "channel": "EMAIL", "receivedAt": "2026-11-20T09:00:00Z" });
    let [item, _] = asked_for(owner, &request).await;
    plan(owner, &item, "panel", "EXPORT").await;
    let (lease, tasks) = claim(owner, "panel").await;
    let path = format!("/tasks/{}/attachments", tasks[0]);
    let upload = owner
        .request(Method::POST, &path)
        .header("privops-lease", &lease)
        .header("privops-file-name", "panel.tar")
        .header("content-type", "application/x-tar")
        .body(content());
    assert_eq!(send(upload).await.unwrap().status, 201);
    let done = json!({ "taskId": tasks[0], "lease": lease, "outcome": "DONE" });
    owner.run(COMPLETE_TASK, input(&done)).await.ok();
    item
}

async fn package(owner: &Actor, id: &Value) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on AccessPackage { id status attempts size sha256 } } }";
    owner
        .run(query, json!({ "id": id }))
        .await
        .get("node")
        .clone()
}

#[tokio::test]
async fn a_package_is_whole_however_often_its_builder_dies() {
    let database = Database::new().await;
    let (mut process, token) = Process::first(&database, &[]).await;
    let item = exported(&process.actor(&token)).await;
    let order = json!({ "itemId": item, "idempotencyKey": "one" });
    let ordered = process
        .actor(&token)
        .run(ACCESS_PACKAGE, input(&order))
        .await;
    let id = ordered.get("accessPackage.package.id").clone();
    // It dies as soon as it has begun; whoever follows takes it for dead after a while, and dies, too.
    for attempt in 1..=2 {
        let actor = process.actor(&token);
        let begun = async || (package(&actor, &id).await["attempts"] == attempt).then_some(());
        eventually(Duration::from_secs(60), "a package is begun", begun).await;
        process.kill();
        process = Process::again(&database, &[]).await;
    }
    let actor = process.actor(&token);
    let look = async || {
        let package = package(&actor, &id).await;
        (package["status"] != "PLANNED").then_some(package)
    };
    let ready = eventually(Duration::from_secs(60), "a package is built", look).await;
    assert_eq!(ready["status"], "READY", "{ready}");
    let link = input(&json!({ "packageId": id }));
    let link = actor.run(LINK_ACCESS_PACKAGE, link).await;
    let path = link.text_at("linkAccessPackage.path");
    let fetched = actor.request(Method::POST, &path).send().await.unwrap();
    let bytes = fetched.bytes().await.unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let digest = data_encoding::HEXLOWER.encode(digest.as_ref());
    assert_eq!(
        (&ready["size"], &ready["sha256"]),
        (&json!(bytes.len()), &json!(digest))
    );
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    let mut found = Vec::new();
    let mut file = archive.by_name("files/panel/1-panel.tar").unwrap();
    std::io::Read::read_to_end(&mut file, &mut found).unwrap();
    assert!(found == content(), "the file is another");
    process.kill();
    let survey = Survey::of(&database).await;
    survey.assert_whole().await;
    survey.close().await;
    database.remove().await;
}
