//! Starting and stopping an instance: keyring, database, migrations, first controller, server, worker.

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use entity::enums::Role;
use entity::id::ControllerId;
use migration::{Migrator, MigratorTrait};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access_log;
use crate::auth::{self, Tokens};
use crate::context::{App, Ctx, Once};
use crate::disclosures;
use crate::entry::{http, worker};
use crate::error::{Error, Result};
use crate::platform::clock::Clock;
use crate::platform::config::Config;
use crate::platform::db::Db;
use crate::platform::telemetry::Metrics;
use crate::preferences;
use crate::retention;
use crate::vault::{Keyring, Vault, epochs};

/// Why an instance cannot start, for the operator at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{what}{}", source.as_ref().map(|source| format!(": {source}")).unwrap_or_default())]
pub struct StartError {
    what: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StartError {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }

    pub(crate) fn because(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            what: what.into(),
            source: Some(source.into()),
        }
    }
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        match &error {
            Error::Internal { doing, cause } => {
                let what = format!("{doing} failed");
                Self {
                    what,
                    source: Some(cause.to_string().into()),
                }
            }
            Error::Unavailable(cause) => {
                Self::because("the database does not answer", cause.to_string())
            }
            other => Self::new(other.to_string()),
        }
    }
}

/// What the first start made: shown once.
pub struct FirstToken {
    /// The first controller.
    pub controller: ControllerId,
    /// The token of its first integration, whose role is OWNER.
    pub token: String,
}

/// An instance whose database is open and migrated, not serving yet.
#[derive(Debug)]
pub struct Instance {
    pub(crate) app: Arc<App>,
}

impl Instance {
    /// Opens the database and the keyring, makes what is missing, and migrates. Two instances may do so at the same
    /// time.
    ///
    /// # Errors
    /// [`StartError`] when the database does not answer, or the keyring is missing, foreign or readable by others.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let mut folder = std::fs::DirBuilder::new();
        folder
            .recursive(true)
            .mode(0o700)
            .create(&config.data_dir)
            .map_err(|source| {
                let path = config.data_dir.display();
                StartError::because(format!("data_dir: cannot make {path}"), source)
            })?;
        let db = Db::connect(&config).await?;
        let keyring = db
            .alone(async {
                Migrator::up(&db.migrator(&config).await?, None).await?;
                Ok(open_keyring(&db, &config, clock.now()).await)
            })
            .await??;
        Ok(Self::over(config, clock, db, keyring))
    }

    fn over(config: Config, clock: Clock, db: Db, keyring: Keyring) -> Self {
        let app = App {
            config,
            db,
            vault: Vault::new(keyring),
            clock,
            metrics: Arc::new(Metrics::default()),
            tokens: Tokens::default(),
            recorded: Notify::new(),
            mutations: TaskTracker::new(),
            parts: parts(),
        };
        Self { app: Arc::new(app) }
    }

    /// Makes the first controller and a token for it, where there is no controller yet.
    ///
    /// # Errors
    /// [`StartError`] when the database does not answer.
    pub async fn bootstrap(&self) -> Result<Option<FirstToken>, StartError> {
        let work = async {
            if !auth::service::controllers(&self.app).await?.is_empty() {
                return Ok(None);
            }
            let name = &self.app.config.controller_name;
            let (controller, token) = auth::service::first_start(&self.app, name).await?;
            Ok(Some(FirstToken { controller, token }))
        };
        Ok(self.app.db.alone(work).await?)
    }

    /// Makes a controller.
    ///
    /// # Errors
    /// [`StartError`] for a name of no or more than 200 characters.
    pub async fn create_controller(&self, name: &str) -> Result<ControllerId, StartError> {
        Ok(auth::service::create_controller(&self.app, name).await?)
    }

    /// A context for the operator over one controller.
    ///
    /// # Errors
    /// [`StartError`] when there is no such controller.
    pub(crate) async fn operator(&self, controller: ControllerId) -> Result<Ctx, StartError> {
        let found = auth::service::operator_over(&self.app, controller).await?;
        let found = found.map(|(_, ctx)| ctx);
        found.ok_or_else(|| StartError::new("there is no such controller"))
    }

    /// Issues a token for a new integration; what the command line and tests do.
    ///
    /// # Errors
    /// [`StartError`] when the controller does not exist or the name is taken.
    pub async fn issue_token(
        &self,
        controller: ControllerId,
        name: &str,
        role: Role,
    ) -> Result<String, StartError> {
        let ctx = self.operator(controller).await?;
        let bearer = auth::service::Bearer::New {
            name: name.to_owned(),
            role,
        };
        let issued = auth::service::issue_token(&ctx, bearer, None, Once::none()).await?;
        issued
            .secret
            .ok_or_else(|| StartError::new("the token was not issued"))
    }

    /// Listens on the configured address, without serving yet.
    ///
    /// # Errors
    /// [`StartError`] when the address is taken.
    pub async fn listen(&self) -> Result<TcpListener, StartError> {
        let listen = self.app.config.http.listen;
        TcpListener::bind(listen).await.map_err(|source| {
            StartError::because(format!("http.listen: cannot listen on {listen}"), source)
        })
    }

    /// Serves until stopped.
    ///
    /// # Errors
    /// [`StartError`] when the system does not tell the address.
    pub async fn serve(self, listener: TcpListener) -> Result<Running, StartError> {
        let address = listener
            .local_addr()
            .map_err(|source| StartError::because("cannot tell the address", source))?;
        let stop = CancellationToken::new();
        let router = http::router(&self.app)?;
        let server = http::serve(Arc::clone(&self.app), router, listener, stop.clone());
        let server = tokio::spawn(server);
        // The worker ends last: what is recorded while requests end must be numbered too.
        let rest = CancellationToken::new();
        let worker = tokio::spawn(worker::run(Arc::clone(&self.app), rest.clone()));
        Ok(Running {
            instance: self,
            address,
            stop,
            rest,
            server,
            worker,
        })
    }

    /// Closes the database.
    pub async fn close(self) {
        self.app.db.close().await;
    }
}

/// What capabilities keep for the life of the instance.
fn parts() -> ::http::Extensions {
    let mut parts = ::http::Extensions::new();
    parts.insert(disclosures::service::Recorder::default());
    parts.insert(access_log::service::AccessLog::default());
    parts.insert(preferences::service::Gate::default());
    parts.insert(preferences::service::ContactKeys::default());
    parts.insert(preferences::service::KnownSettings::default());
    parts.insert(retention::service::Wake::default());
    parts
}

async fn open_keyring(
    db: &Db,
    config: &Config,
    now: entity::time::Timestamp,
) -> Result<Keyring, StartError> {
    let known = epochs::known(db.reader()).await?;
    let path = &config.keyring;
    if known.is_empty() {
        // An empty database: instances that start together agree on whoever came first.
        let keyring = if path.exists() {
            Keyring::read(path).map_err(|source| StartError::new(source.to_string()))?
        } else {
            Keyring::create(path)?
        };
        epochs::remember(db, keyring.current(), now).await?;
        return Ok(keyring);
    }
    let keyring = Keyring::read(path).map_err(|source| {
        StartError::new(format!(
            "{source}; this database was made with a keyring: put that one there, every instance needs the same"
        ))
    })?;
    fits(&known, &keyring, path)?;
    Ok(keyring)
}

/// Whether a keyring is the one of a database.
///
/// # Errors
/// [`StartError`] when it is not.
pub(crate) async fn fits_database(
    db: &Db,
    keyring: &Keyring,
    path: &Path,
) -> Result<(), StartError> {
    fits(&epochs::known(db.reader()).await?, keyring, path)
}

fn fits(known: &[(i32, Vec<u8>)], keyring: &Keyring, path: &Path) -> Result<(), StartError> {
    if !known
        .iter()
        .any(|(epoch, _)| *epoch == keyring.current().number)
    {
        return Err(foreign(path));
    }
    for (epoch, check) in known {
        let value = keyring
            .epoch(*epoch)
            .and_then(crate::vault::Epoch::check_value);
        if value.ok().as_ref() != Some(check) {
            return Err(foreign(path));
        }
    }
    Ok(())
}

fn foreign(path: &Path) -> StartError {
    StartError::new(format!(
        "keyring: {} is not the keyring of this database; with another one its data cannot be read",
        path.display()
    ))
}

/// A serving instance.
#[derive(Debug)]
pub struct Running {
    instance: Instance,
    address: SocketAddr,
    stop: CancellationToken,
    rest: CancellationToken,
    server: tokio::task::JoinHandle<()>,
    worker: tokio::task::JoinHandle<()>,
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The instance, for what the operator may do while it serves.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// Stops: no new connections, requests under way end, what is recorded is numbered, the database is closed.
    pub async fn stop(self) {
        self.stop.cancel();
        if self.server.await.is_err() {
            tracing::error!("the server ended badly");
        }
        // Changes whose callers have gone are finished too.
        let app = &self.instance.app;
        app.mutations.close();
        let patience = app.config.http.shutdown_timeout();
        if tokio::time::timeout(patience, app.mutations.wait())
            .await
            .is_err()
        {
            tracing::warn!("some changes did not end in time; they are undone");
        }
        self.rest.cancel();
        if self.worker.await.is_err() {
            tracing::error!("the worker ended badly");
        }
        self.instance.close().await;
    }
}
