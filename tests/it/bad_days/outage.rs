//! Bad days of PostgreSQL: connections are cut under load, nobody is let in, the server restarts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Database as Connector, DatabaseConnection};

use super::{UNTHROTTLED, look_up, register, try_register};
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, Database, is_postgres, send};

/// Longer than this, and a call will not succeed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who administers the server, connected to another database.
struct Admin {
    db: DatabaseConnection,
    database: String,
}

impl Admin {
    async fn over(database: &Database) -> Self {
        let server = std::env::var("TEST_DATABASE_URL").unwrap();
        let settings = database.settings();
        let (_, url) = settings
            .iter()
            .find(|(key, _)| key == "database.url")
            .unwrap();
        let (_, database) = url.rsplit_once('/').unwrap();
        Self {
            db: Connector::connect(server).await.unwrap(),
            database: database.to_owned(),
        }
    }

    async fn run(&self, sql: &str) {
        self.db.execute_unprepared(sql).await.unwrap();
    }

    async fn cut_all_connections(&self) {
        let database = &self.database;
        let sql = format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'"
        );
        self.run(&sql).await;
    }

    async fn let_in(&self, whether: bool) {
        self.run(&format!(
            "alter database {} allow_connections {whether}",
            self.database
        ))
        .await;
    }
}

/// Writers that send each call again, with the same key, until it succeeds.
struct Load {
    stop: Arc<AtomicBool>,
    writers: Vec<tokio::task::JoinHandle<Vec<String>>>,
}

impl Load {
    fn on(app: &App) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let writers = (0..8)
            .map(|writer| tokio::spawn(write(app.owner(), writer, Arc::clone(&stop))))
            .collect();
        Self { stop, writers }
    }

    /// The clients that were registered.
    async fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        let mut all = Vec::new();
        for writer in self.writers {
            all.extend(writer.await.unwrap());
        }
        all
    }
}

async fn write(actor: Actor, writer: usize, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut registered = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let client = format!("{writer} {}", registered.len());
        register_at_last(&actor, &client).await;
        registered.push(client);
    }
    registered
}

/// Every answer is a success, or says that nothing is to be had right now.
async fn register_at_last(actor: &Actor, client: &str) {
    let began = Instant::now();
    loop {
        let answer = try_register(actor, client)
            .await
            .expect("the instance itself goes on");
        if answer.status == 200 {
            answer.ok();
            return;
        }
        answer.refused(503, "UNAVAILABLE");
        assert!(began.elapsed() < PATIENCE, "{client}: {}", answer.text);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a client is registered. Connections that were cut are found out one by one, so it asks again.
async fn is_there(actor: &Actor, client: &str) -> bool {
    let began = Instant::now();
    loop {
        let answer = look_up(actor, client).await;
        if answer.code().is_empty() {
            return answer.get("customer.id").is_string();
        }
        assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.text);
        assert!(began.elapsed() < PATIENCE, "{client}: {}", answer.text);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whatever was acknowledged is there, once, and nothing else.
async fn check(app: &App, registered: &[String]) {
    let owner = app.owner();
    for client in registered {
        assert!(
            is_there(&owner, client).await,
            "acknowledged, but not there: {client}"
        );
    }
    let survey = Survey::of(app.database()).await;
    assert_eq!(
        usize::try_from(survey.count("customer").await).unwrap(),
        registered.len()
    );
    assert_eq!(
        usize::try_from(survey.count("idempotency").await).unwrap(),
        registered.len()
    );
    survey.assert_gapless().await;
    survey.assert_whole().await;
    survey.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_under_load_lose_nothing_that_was_acknowledged() {
    if !is_postgres() {
        return;
    }
    let app = App::start_with(UNTHROTTLED).await;
    let admin = Admin::over(app.database()).await;
    let load = Load::on(&app);

    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        admin.cut_all_connections().await;
    }

    let registered = load.end().await;
    assert!(registered.len() > 20, "{}", registered.len());
    check(&app, &registered).await;
    admin.db.close().await.unwrap();
    app.stop().await;
}

/// Waits until the instance says whether it can do its work.
async fn wait_until_ready_is(actor: &Actor, status: u16) {
    let began = Instant::now();
    loop {
        let answer = send(actor.request(reqwest::Method::GET, "/readyz"))
            .await
            .unwrap();
        if answer.status == status {
            return;
        }
        assert!([200, 503].contains(&answer.status), "{}", answer.text);
        assert!(
            began.elapsed() < PATIENCE,
            "{} {}, not {status}",
            answer.status,
            answer.text
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_instance_whose_database_lets_nobody_in_says_so_until_it_does() {
    if !is_postgres() {
        return;
    }
    let app = App::start_with(&[("database.acquire_timeout_seconds", "2")]).await;
    let (admin, owner) = (Admin::over(app.database()).await, app.owner());
    register(&owner, "before").await.ok();
    wait_until_ready_is(&owner, 200).await;

    admin.let_in(false).await;
    admin.cut_all_connections().await;

    wait_until_ready_is(&owner, 503).await;
    register(&owner, "meanwhile")
        .await
        .refused(503, "UNAVAILABLE");
    let alive = send(owner.request(reqwest::Method::GET, "/healthz"))
        .await
        .unwrap();
    assert_eq!(alive.status, 200);

    admin.let_in(true).await;
    wait_until_ready_is(&owner, 200).await;
    register_at_last(&owner, "meanwhile").await;
    check(&app, &["before".to_owned(), "meanwhile".to_owned()]).await;
    admin.db.close().await.unwrap();
    app.stop().await;
}

/// A real restart, by the command that `PRIVOPS_TEST_PG_RESTART` names. All stories on the same server suffer from
/// it: run this one alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_restarted_under_load_loses_nothing_that_was_acknowledged() {
    let Ok(command) = std::env::var("PRIVOPS_TEST_PG_RESTART") else {
        return;
    };
    if !is_postgres() {
        return;
    }
    let app = App::start_with(UNTHROTTLED).await;
    let load = Load::on(&app);

    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let command = command.clone();
        let restart = move || {
            std::process::Command::new("sh")
                .args(["-c", &command])
                .status()
        };
        let restarted = tokio::task::spawn_blocking(restart).await.unwrap().unwrap();
        assert!(restarted.success(), "PRIVOPS_TEST_PG_RESTART failed");
    }

    let registered = load.end().await;
    assert!(registered.len() > 20, "{}", registered.len());
    check(&app, &registered).await;
    app.stop().await;
}
