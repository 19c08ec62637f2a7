//! The history of the schema, and opening a database: there and back on both databases; several instances at once;
//! the keyring that belongs to the data and no other.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use privops::entry::instance::{FirstToken, Instance, Running};
use privops::platform::clock::Clock;
use privops::platform::config::{Config, Sources};
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, Statement};

use crate::harness::build::populate;
use crate::harness::poll::eventually;
use crate::harness::survey::Survey;
use crate::harness::{Actor, App, Database, config, is_postgres};

const PATIENCE: Duration = Duration::from_secs(60);

/// A database with nothing in it, and a connection to it.
async fn empty() -> (Database, DatabaseConnection) {
    let database = Database::new().await;
    if !is_postgres() {
        fs::create_dir_all(database.data_dir()).unwrap();
        File::create(database.data_dir().join("privops.db")).unwrap();
    }
    let connection = database.look().await;
    (database, connection)
}

/// Tables, indexes and constraints as the database itself describes them, without the list of migrations.
async fn structure(db: &DatabaseConnection) -> Vec<String> {
    let sql = if is_postgres() {
        "select 'column ' || table_name::text || ' ' || column_name::text || ' ' || data_type::text
            || ' ' || is_nullable::text from information_schema.columns where table_schema = 'public'
        union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
        union all select 'constraint ' || conrelid::regclass::text || ' ' || pg_get_constraintdef(oid)
            from pg_constraint where connamespace = 'public'::regnamespace
        order by 1"
    } else {
        "select type || ' ' || name || ' ' || coalesce(sql, '') from sqlite_master order by 1"
    };
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await;
    let rows = rows.unwrap();
    let parts = rows
        .iter()
        .map(|row| row.try_get_by_index::<String>(0).unwrap());
    parts
        .filter(|part| !part.contains("seaql_migrations"))
        .collect()
}

#[tokio::test]
async fn the_whole_history_leads_there_and_back_and_there_again() {
    let (database, db) = empty().await;
    Migrator::up(&db, None).await.unwrap();
    let there = structure(&db).await;
    assert!(
        there.iter().any(|part| part.contains("ledger_state")),
        "{there:?}"
    );
    Migrator::down(&db, None).await.unwrap();
    assert_eq!(structure(&db).await, Vec::<String>::new());
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(structure(&db).await, there);
    // Again, it has nothing to do.
    Migrator::up(&db, None).await.unwrap();
    assert_eq!(structure(&db).await, there);
    db.close().await.unwrap();
    database.remove().await;
}

#[tokio::test]
async fn each_step_of_the_history_can_be_undone() {
    let (database, db) = empty().await;
    for step in 0..Migrator::migrations().len() {
        let before = structure(&db).await;
        Migrator::up(&db, Some(1)).await.unwrap();
        let after = structure(&db).await;
        Migrator::down(&db, Some(1)).await.unwrap();
        assert_eq!(structure(&db).await, before, "step {step}");
        Migrator::up(&db, Some(1)).await.unwrap();
        assert_eq!(structure(&db).await, after, "step {step}");
    }
    let step_by_step = structure(&db).await;
    assert!(!step_by_step.is_empty());
    db.close().await.unwrap();
    database.remove().await;
}

/// Selects all columns of all rows of some tables, and gives the tables' names.
macro_rules! select_all {
    ($db:expr, $($table:ident)+) => {{
        $(
            let rows = entity::$table::Entity::find().all($db).await;
            assert!(rows.is_ok(), "{}: {:?}", stringify!($table), rows.err());
        )+
        [$(stringify!($table)),+]
    }};
}

/// Selects everything there is, and asserts that no table was left out.
async fn read_every_table(db: &DatabaseConnection) {
    let read = select_all!(db,
        access_log_entry access_package access_package_chunk access_package_link assignment blind_index brand contact_key contact_rule controller customer customer_brand customer_merge customer_relation data_flow data_key
        deletion_block disclosure disclosure_category disclosure_subject disclosure_supersession event follower house_term idempotency
        identifier incident incident_clock incident_customer incident_notification incident_recipient instrument integration keyring_epoch ledger_state legal_hold legal_hold_category legal_hold_customer
        legal_hold_system message_template preference preference_address recipient recipient_customer recipient_engagement recipient_notice request request_clock
        request_code request_item request_message request_reference request_verification retention_anchor retention_rule snapshot snapshot_value
        subject_finding system task task_attachment task_attachment_chunk task_retention token);
    let read: BTreeSet<_> = read.into_iter().map(str::to_owned).collect();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity/src");
    let tables: BTreeSet<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .filter(|path| {
            fs::read_to_string(path)
                .unwrap()
                .contains("DeriveEntityModel")
        })
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(read, tables, "list every entity in tests/it/migrations.rs");
}

#[tokio::test]
async fn every_entity_fits_its_table() {
    let (database, db) = empty().await;
    Migrator::up(&db, None).await.unwrap();
    read_every_table(&db).await;
    db.close().await.unwrap();
    database.remove().await;

    let app = App::start().await;
    populate(&app.owner()).await;
    let db = app.database().look().await;
    read_every_table(&db).await;
    db.close().await.unwrap();
    app.stop().await;
}

/// Opens the database in an instance of its own.
async fn open(database: &Database, settings: &[(&str, &str)]) -> Result<Instance, String> {
    let opened = Instance::open(config(database, settings), Clock::System).await;
    opened.map_err(|error| error.to_string())
}

/// Makes an installation: database, keyring, first controller and its token.
async fn install(database: &Database) -> FirstToken {
    let instance = open(database, &[]).await.unwrap();
    let first = instance
        .bootstrap()
        .await
        .unwrap()
        .expect("an empty database");
    instance.close().await;
    first
}

/// Asserts that the installation is as it was: it opens, and the first token still works.
async fn assert_intact(database: &Database, first: &FirstToken) {
    let instance = open(database, &[]).await.unwrap();
    assert!(instance.bootstrap().await.unwrap().is_none());
    let running = serve(instance).await;
    assert_known(&running, first).await;
    running.stop().await;
}

async fn serve(instance: Instance) -> Running {
    let listener = instance.listen().await.unwrap();
    instance.serve(listener).await.unwrap()
}

async fn assert_known(running: &Running, first: &FirstToken) {
    let owner = Actor::new(running.address(), Some(first.token.clone()));
    let viewer = owner.ask("{ viewer { controller { id } } }").await;
    assert_eq!(
        viewer.text_at("viewer.controller.id"),
        first.controller.to_string()
    );
}

#[tokio::test]
async fn instances_that_open_an_empty_database_at_once_agree() {
    let database = Database::new().await;
    let starting = (0..4).map(async |_| {
        let instance = open(&database, &[]).await.unwrap();
        let first = instance.bootstrap().await.unwrap();
        (instance, first)
    });
    let started = futures_util::future::join_all(starting).await;
    let (instances, firsts): (Vec<_>, Vec<_>) = started.into_iter().unzip();
    let firsts: Vec<_> = firsts.into_iter().flatten().collect();
    assert_eq!(firsts.len(), 1, "one of them makes the first controller");
    let survey = Survey::of(&database).await;
    for (of, count) in [
        ("controller", 1),
        ("keyring_epoch", 1),
        ("token", 1),
        ("event", 2),
    ] {
        assert_eq!(survey.count(of).await, count, "{of}");
    }
    survey.close().await;
    // Each knows the token, so each has the same keyring.
    let mut all = Vec::new();
    for instance in instances {
        let running = serve(instance).await;
        assert_known(&running, &firsts[0]).await;
        all.push(running);
    }
    for running in all {
        running.stop().await;
    }
    database.remove().await;
}

/// A program of its own. Dropped, it is killed.
struct Server {
    child: Child,
    said: PathBuf,
    log: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn privops(database: &Database, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privops"));
    command
        .arg("serve")
        .env_clear()
        .stdin(Stdio::null())
        .current_dir(database.folder());
    let own = [("http.listen", "127.0.0.1:0"), ("log.format", "json")];
    let own = own
        .iter()
        .chain(settings)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    for (key, value) in database.settings().into_iter().chain(own) {
        command.env(
            format!("PRIVOPS_{}", key.to_uppercase().replace('.', "__")),
            value,
        );
    }
    command
}

impl Server {
    fn start(database: &Database, name: &str) -> Self {
        let said = database.folder().join(format!("{name}.out"));
        let log = database.folder().join(format!("{name}.log"));
        let mut command = privops(database, &[]);
        command
            .stdout(File::create(&said).unwrap())
            .stderr(File::create(&log).unwrap());
        let child = command.spawn().expect("the program starts");
        Self { child, said, log }
    }

    /// The rest of a whole line that begins like this.
    fn line_after(&self, start: &str) -> Option<String> {
        let said = fs::read_to_string(&self.said).unwrap();
        let mut lines = said
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'));
        lines.find_map(|line| line.strip_prefix(start).map(str::to_owned))
    }

    async fn actor(&self, token: &str) -> Actor {
        let look = async || self.line_after("privops listening on http://");
        let address = eventually(PATIENCE, "it listens", look).await;
        Actor::new(address.parse().unwrap(), Some(token.to_owned()))
    }

    async fn stop(mut self) {
        let command = format!("kill -TERM {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &command])
                .status()
                .unwrap()
                .success()
        );
        let child = std::cell::RefCell::new(&mut self.child);
        let look = async || child.borrow_mut().try_wait().unwrap();
        let status = eventually(PATIENCE, "it ends", look).await;
        let log = fs::read_to_string(&self.log).unwrap();
        assert!(status.success(), "{status}: {log}");
        assert!(!log.contains(r#""level":"ERROR""#), "{log}");
    }
}

#[tokio::test]
async fn processes_that_start_on_an_empty_database_at_once_agree() {
    let database = Database::new().await;
    let servers = ["one", "two"].map(|name| Server::start(&database, name));
    let look = async || {
        servers
            .iter()
            .find_map(|server| server.line_after("token: "))
    };
    let token = eventually(PATIENCE, "one of them prints the token", look).await;
    for server in &servers {
        let viewer = server
            .actor(&token)
            .await
            .ask("{ viewer { integration { role } } }")
            .await;
        assert_eq!(viewer.text_at("viewer.integration.role"), "OWNER");
    }
    let said: Vec<_> = servers.iter().map(|server| server.said.clone()).collect();
    for server in servers {
        server.stop().await;
    }
    let said: String = said
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert_eq!(
        said.matches("\ntoken: ").count(),
        1,
        "the token is shown once"
    );
    let survey = Survey::of(&database).await;
    for (of, count) in [("controller", 1), ("keyring_epoch", 1), ("token", 1)] {
        assert_eq!(survey.count(of).await, count, "{of}");
    }
    survey.close().await;
    database.remove().await;
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn another_keyring_is_refused() {
    let (database, other) = (Database::new().await, Database::new().await);
    let first = install(&database).await;
    install(&other).await;
    let foreign = other.keyring().display().to_string();
    let refused = open(&database, &[("keyring", &foreign)]).await.unwrap_err();
    assert!(
        refused.contains("is not the keyring of this database"),
        "{refused}"
    );
    assert!(refused.contains(&foreign), "{refused}");

    let nonsense = database.folder().join("nonsense.json");
    fs::write(&nonsense, "{}").unwrap();
    set_mode(&nonsense, 0o600);
    let nonsense = nonsense.display().to_string();
    let refused = open(&database, &[("keyring", &nonsense)])
        .await
        .unwrap_err();
    assert!(
        refused.contains(&format!("the keyring {nonsense} is not a keyring")),
        "{refused}"
    );

    assert_intact(&database, &first).await;
    database.remove().await;
    other.remove().await;
}

#[tokio::test]
async fn a_keyring_that_others_can_read_is_refused() {
    let database = Database::new().await;
    let first = install(&database).await;
    let keyring = database.keyring();
    let mode = fs::metadata(&keyring).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "it is made for its owner only");
    let fresh = Database::new().await;
    fs::copy(&keyring, fresh.keyring()).unwrap();
    for mode in [0o644, 0o640, 0o604, 0o660, 0o602] {
        for database in [&database, &fresh] {
            let keyring = database.keyring();
            set_mode(&keyring, mode);
            let refused = open(database, &[]).await.unwrap_err();
            let advice = format!("chmod 600 {}", keyring.display());
            assert!(
                refused.contains("can be read by others"),
                "{mode:o}: {refused}"
            );
            assert!(refused.contains(&advice), "{mode:o}: {refused}");
        }
    }
    set_mode(&keyring, 0o600);
    assert_intact(&database, &first).await;
    // An empty database takes a keyring that is there already.
    set_mode(&fresh.keyring(), 0o600);
    install(&fresh).await;
    assert_eq!(
        fs::read(&keyring).unwrap(),
        fs::read(fresh.keyring()).unwrap()
    );
    database.remove().await;
    fresh.remove().await;
}

#[tokio::test]
async fn a_database_without_its_keyring_is_refused_and_gets_no_new_one() {
    let database = Database::new().await;
    let first = install(&database).await;
    let (keyring, kept) = (database.keyring(), database.folder().join("kept.json"));
    fs::rename(&keyring, &kept).unwrap();
    let refused = open(&database, &[]).await.unwrap_err();
    assert!(
        refused.contains(&format!("the keyring {} cannot be read", keyring.display())),
        "{refused}"
    );
    assert!(
        refused.contains("this database was made with a keyring"),
        "{refused}"
    );
    assert!(
        !keyring.exists(),
        "a new keyring would hide the loss of the old one"
    );
    fs::rename(&kept, &keyring).unwrap();
    assert_intact(&database, &first).await;
    database.remove().await;
}

#[tokio::test]
async fn a_keyring_inside_the_data_directory_is_refused() {
    let database = Database::new().await;
    let inside = database.data_dir();
    for spelling in [
        "keyring.json",
        "deep/keyring.json",
        "./keyring.json",
        "../data/deep/../keyring.json",
    ] {
        let path = inside.join(spelling).display().to_string();
        let mut flags = database.settings();
        flags.push(("keyring".to_owned(), path.clone()));
        let refused = Config::load(&Sources {
            file: None,
            env: Vec::new(),
            flags,
        })
        .unwrap_err();
        let [problem] = refused.problems.as_slice() else {
            panic!("{refused}")
        };
        assert!(
            problem.starts_with("keyring: ") && problem.contains("is inside data_dir"),
            "{problem}"
        );

        let ended = privops(&database, &[("keyring", &path)]).output().unwrap();
        let said = String::from_utf8(ended.stderr).unwrap();
        assert!(
            !ended.status.success() && said.contains("is inside data_dir"),
            "{said}"
        );
    }
    assert!(!inside.exists(), "nothing was made");
    database.remove().await;
}
