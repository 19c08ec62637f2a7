//! What every story needs: a running instance over a fresh database, and actors who call it.
//!
//! The instance is the real one, on a loopback port; its clock stands still until a story moves it. The
//! database is SQLite, or a new one on the server that `TEST_DATABASE_URL` names.

mod actor;
pub mod build;
mod database;
pub mod forge;
pub mod golden;
pub mod host;
pub mod poll;
pub mod process;
pub mod schema;
pub mod survey;

use std::net::SocketAddr;

use entity::enums::Role;
use entity::id::ControllerId;
use entity::time::Timestamp;
use privops::entry::instance::{Instance, Running};
use privops::platform::clock::Clock;
use privops::platform::config::{Config, Sources};

pub use actor::{Actor, Answer, send};
pub use database::{Database, is_postgres};

/// When stories begin: 2026-11-20 10:00 UTC.
pub const BEGINNING: &str = "2026-11-20T10:00:00.000Z";

/// Where persons reach the instances of stories, as they are told.
pub const PUBLIC_URL: &str = "https://privacy.host.example/p";

/// A running instance.
pub struct App {
    running: Running,
    clock: Clock,
    database: Database,
    /// The first controller.
    pub controller: ControllerId,
    owner_token: String,
}

impl App {
    /// Starts an instance over a fresh database.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same with some settings changed.
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let database = Database::new().await;
        Self::start_over(database, settings).await
    }

    /// Starts an instance over a database that is there already, or fresh.
    pub async fn start_over(database: Database, settings: &[(&str, &str)]) -> Self {
        let clock = Clock::standing_at(BEGINNING.parse().unwrap());
        let instance = Instance::open(config(&database, settings), clock.clone())
            .await
            .unwrap();
        let first = instance
            .bootstrap()
            .await
            .unwrap()
            .expect("a fresh database");
        let running = serve(instance).await;
        Self {
            running,
            clock,
            database,
            controller: first.controller,
            owner_token: first.token,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Its database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The first actor of the first controller: role OWNER.
    pub fn owner(&self) -> Actor {
        Actor::new(self.address(), Some(self.owner_token.clone()))
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.address(), None)
    }

    /// Somebody with this token, whatever it is.
    pub fn bearer(&self, token: &str) -> Actor {
        Actor::new(self.address(), Some(token.to_owned()))
    }

    /// An actor of the first controller.
    pub async fn actor(&self, role: Role) -> Actor {
        self.actor_of(self.controller, role).await
    }

    /// An actor of another controller, which is made on the way.
    pub async fn foreigner(&self, role: Role) -> Actor {
        let controller = self
            .running
            .instance()
            .create_controller("Another host")
            .await
            .unwrap();
        self.actor_of(controller, role).await
    }

    /// An actor of any controller.
    pub async fn actor_of(&self, controller: ControllerId, role: Role) -> Actor {
        let name = format!("{} {}", role.as_str(), uuid::Uuid::new_v4());
        let token = self
            .running
            .instance()
            .issue_token(controller, &name, role)
            .await
            .unwrap();
        Actor::new(self.address(), Some(token))
    }

    /// Moves the clock to an instant.
    pub fn set_clock(&self, at: &str) {
        self.clock.set(at.parse::<Timestamp>().unwrap());
    }

    /// Stops the instance and removes its database.
    pub async fn stop(self) {
        self.running.stop().await;
        self.database.remove().await;
    }
}

/// Lets an instance listen and serve.
pub async fn serve(instance: Instance) -> Running {
    let listener = instance.listen().await.unwrap();
    instance.serve(listener).await.unwrap()
}

/// The settings of a test instance.
pub fn config(database: &Database, settings: &[(&str, &str)]) -> Config {
    let mut flags = database.settings();
    flags.extend([
        ("http.listen".to_owned(), "127.0.0.1:0".to_owned()),
        ("http.public_url".to_owned(), PUBLIC_URL.to_owned()),
        ("ledger.sequence_interval_ms".to_owned(), "10".to_owned()),
        ("database.max_connections".to_owned(), "8".to_owned()),
    ]);
    flags.extend(
        settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    Config::load(&Sources {
        file: None,
        env: Vec::new(),
        flags,
    })
    .unwrap()
}
