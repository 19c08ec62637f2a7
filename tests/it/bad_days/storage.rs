//! Bad days of the embedded database: somebody else holds it, or the disk is full.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Hold, REGISTER, UNTHROTTLED, find, register};
use crate::harness::process::Process;
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, Database, is_postgres};

/// How long a change waits for the database, in these stories.
const IMPATIENT: &[(&str, &str)] = &[("database.acquire_timeout_seconds", "1")];

#[tokio::test]
async fn a_locked_database_refuses_changes_for_as_long_as_it_is_locked() {
    if is_postgres() {
        return;
    }
    let app = App::start_with(IMPATIENT).await;
    let owner = app.owner();
    register(&owner, "before").await.ok();
    let hold = Hold::on(app.database()).await;

    register(&owner, "meanwhile")
        .await
        .refused(503, "UNAVAILABLE");

    assert!(find(&owner, "before").await.is_some());
    assert_eq!(find(&owner, "meanwhile").await, None);
    hold.release().await;
    register(&owner, "meanwhile").await.ok();
    register(&owner, "after").await.ok();
    let survey = Survey::of(app.database()).await;
    assert_eq!(survey.count("customer").await, 3);
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
    app.stop().await;
}

/// However many wait, each is told after the time that `database.acquire_timeout_seconds` promises: a second for its
/// turn and a second for the lock, and some for a slow machine.
#[tokio::test]
async fn nobody_waits_for_a_locked_database_longer_than_is_promised() {
    if is_postgres() {
        return;
    }
    let app = App::start_with(IMPATIENT).await;
    let hold = Hold::on(app.database()).await;
    let began = Instant::now();
    let waiting: Vec<_> = (0..12)
        .map(|n| (app.owner(), format!("waiting {n}")))
        .map(|(owner, client)| tokio::spawn(async move { register(&owner, &client).await }))
        .collect();
    for answer in waiting {
        answer.await.unwrap().refused(503, "UNAVAILABLE");
    }
    let waited = began.elapsed();
    hold.release().await;
    register(&app.owner(), "after").await.ok();
    app.stop().await;
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}

/// A disk of a few megabytes, unmounted when dropped.
struct SmallDisk {
    place: PathBuf,
}

impl SmallDisk {
    /// None where this process may not mount.
    fn mount(place: &Path) -> Option<Self> {
        std::fs::create_dir_all(place).unwrap();
        let mut mount = Command::new("mount");
        // The journal alone takes four megabytes before it is used again from its start.
        mount
            .args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"])
            .arg(place);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self {
            place: place.to_owned(),
        })
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Writes until nothing more goes in.
    fn fill(&self) {
        let mut file = File::create(self.ballast()).unwrap();
        let full = loop {
            if let Err(error) = file.write_all(&[0; 4_096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("-l").arg(&self.place).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("cannot unmount {}", self.place.display());
        }
    }
}

/// Registers clients until `enough` of them were refused; answers who was registered and who was refused.
async fn register_until_refused(actor: &Actor, enough: usize) -> (Vec<String>, Vec<String>) {
    let (mut registered, mut refused) = (Vec::new(), Vec::new());
    for n in 0..500 {
        let client = format!("on a full disk {n}");
        let answer = register(actor, &client).await;
        if answer.status == 200 {
            registered.push(client);
        } else {
            answer.refused(503, "UNAVAILABLE");
            refused.push(client);
        }
        if refused.len() == enough {
            break;
        }
    }
    (registered, refused)
}

async fn assert_found(actor: &Actor, clients: &[String]) {
    let mut lost = Vec::new();
    for client in clients {
        if find(actor, client).await.is_none() {
            lost.push(client);
        }
    }
    assert!(
        lost.is_empty(),
        "acknowledged, but not there: {lost:?} of {}",
        clients.len()
    );
}

#[tokio::test]
async fn a_full_disk_refuses_changes_and_loses_none() {
    if is_postgres() {
        return;
    }
    let database = Database::new().await;
    let Some(disk) = SmallDisk::mount(&database.data_dir()) else {
        eprintln!(
            "SKIPPED a_full_disk_refuses_changes_and_loses_none: only root may mount a small disk"
        );
        database.remove().await;
        return;
    };
    let (mut process, token) = Process::first(&database, UNTHROTTLED).await;
    let actor = process.actor(&token);
    let mut kept: Vec<_> = (0..20).map(|n| format!("before {n}")).collect();
    for client in &kept {
        register(&actor, client).await.ok();
    }

    disk.fill();
    let (registered, refused) = register_until_refused(&actor, 10).await;
    kept.extend(registered);
    // What was acknowledged is there before anything else: a wrong success is worse than a wrong refusal.
    assert_found(&actor, &kept).await;
    assert_eq!(refused.len(), 10, "changes go on although the disk is full");
    assert!(process.is_alive(), "{}", process.log());
    for client in &refused {
        assert_eq!(
            find(&actor, client).await,
            None,
            "refused, but there: {client}"
        );
    }

    disk.free();
    for client in refused {
        register(&actor, &client).await.ok();
        kept.push(client);
    }
    work_as_before(&actor, &mut kept).await;
    check(&database, &actor, &kept).await;
    process.kill();
    let process = Process::again(&database, UNTHROTTLED).await;
    check(&database, &process.actor(&token), &kept).await;
    let log = process.log();
    process.ask_to_stop();
    assert!(process.ended().await.success(), "{log}");
    assert!(!log.contains("panicked at"), "{log}");
    drop(disk);
    database.remove().await;
}

/// Changes that succeed, among such as do not and are undone.
async fn work_as_before(actor: &Actor, kept: &mut Vec<String>) {
    for n in 0..10 {
        let client = format!("after {n}");
        register(actor, &client).await.ok();
        register(actor, &client).await.ok();
        let external_ids = json!([{ "system": "whmcs", "id": client }]);
        let taken = json!({ "input": { "externalIds": external_ids } });
        actor.run(REGISTER, taken).await.refused(409, "CONFLICT");
        kept.push(client);
    }
}

async fn check(database: &Database, actor: &Actor, kept: &[String]) {
    assert_found(actor, kept).await;
    let survey = Survey::of(database).await;
    assert_eq!(
        usize::try_from(survey.count("customer").await).unwrap(),
        kept.len()
    );
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
}
