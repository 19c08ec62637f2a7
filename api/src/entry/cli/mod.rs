//! The command line: the only place that writes to standard output.

mod demo;
mod doctor;
mod progress;
mod schema;
mod transfer;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use entity::enums::Role;
use entity::id::{ControllerId, TokenId};
use tokio::signal::unix::{SignalKind, signal};

use crate::auth::service::{self, Bearer};
use crate::context::Once;
use crate::entry::instance::{FirstToken, Instance, StartError};
use crate::platform::clock::Clock;
use crate::platform::config::{Config, Sources};
use crate::platform::page::PageRequest;
use crate::platform::telemetry;

/// Privacy operations for web-hosting providers: a GraphQL API.
#[derive(Parser)]
#[command(name = "privops", version, arg_required_else_help = false)]
struct Arguments {
    /// Settings file (TOML). What can be set, and to what: `privops config`.
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    /// Sets one key, as in `--set http.listen=127.0.0.1:9000`. May be given several times.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve (the default): makes what is missing, migrates, listens.
    Serve,
    /// Bring the database to this version, and end.
    Migrate,
    /// Print the GraphQL schema.
    Schema {
        /// Write it to schema.graphql instead.
        #[arg(long, conflicts_with = "check")]
        write: bool,
        /// Fail if schema.graphql differs.
        #[arg(long)]
        check: bool,
    },
    /// Print every setting with its default and meaning.
    Config,
    /// Controllers: the legal entities that data is kept for.
    Controller {
        #[command(subcommand)]
        command: ControllerCommand,
    },
    /// Tokens of integrations.
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// Make a controller that shows a whole provider: brands, customers, resellers, shared addresses, ten years of
    /// payments, abuse reports. It prints an OWNER token. The same seed makes the same provider.
    Demo {
        /// How many customers: 1 to 5000000.
        #[arg(long, default_value_t = 1_000)]
        customers: u64,
        /// Another number makes another provider.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Write everything of a controller out, as it is now.
    ///
    /// WARNING: what is written is personal data in the clear, also what a gag order hides. A file is readable by its
    /// owner only (mode 0600); whoever copies it has all of it. Tokens, idempotency records, snapshots and keys are
    /// not in it.
    Export(transfer::ExportArguments),
    /// Read what `export --format ndjson` wrote, as a controller that is not here yet. All ids, leaves and numbers
    /// stay, so that the same questions have the same answers; the content is encrypted under new keys.
    ///
    /// All of the file is checked before anything is written. An import that is interrupted is finished by the same
    /// command; until then the controller has no logs, and nobody should be let in.
    Import(transfer::ImportArguments),
    /// Check the installation, and say what to do about what is wrong.
    Doctor,
}

#[derive(Subcommand)]
enum ControllerCommand {
    /// Make a controller.
    Create {
        /// Its name, 1 to 200 characters.
        name: String,
    },
    /// List the controllers.
    List,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Issue a token for a new integration. It is shown once.
    Issue {
        /// The controller; may be left out where there is only one.
        #[arg(long, value_name = "ID")]
        controller: Option<ControllerId>,
        /// Name of the integration, unique within the controller.
        #[arg(long)]
        name: String,
        /// What it may do: OWNER, PRIVACY_OFFICER, LEGAL, BILLING, SUPPORT, MAIL, ABUSE, PROVISIONING, DASHBOARD, AUDITOR.
        #[arg(long, value_parser = role)]
        role: Role,
        /// After how many days it stops working.
        #[arg(long)]
        days: Option<u32>,
    },
    /// List integrations and their live tokens.
    List {
        /// The controller; may be left out where there is only one.
        #[arg(long, value_name = "ID")]
        controller: Option<ControllerId>,
    },
    /// Revoke a token.
    Revoke {
        /// The controller; may be left out where there is only one.
        #[arg(long, value_name = "ID")]
        controller: Option<ControllerId>,
        /// The token's id.
        token: TokenId,
    },
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_text(&text.to_ascii_uppercase()).ok_or_else(|| {
        let all: Vec<_> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("expected one of {}", all.join(", "))
    })
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // What a panic says may be personal: where it happened is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        tracing::error!(place, "panicked at");
    }));
    let arguments = Arguments::parse();
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| StartError::because("cannot start threads", source))
        .and_then(|runtime| runtime.block_on(run(arguments)));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

#[expect(
    clippy::print_stderr,
    reason = "the last words of a process that could not do its work"
)]
fn complain(error: &StartError) {
    eprintln!("privops: {error}");
}

/// Writes a line to standard output. A reader that has gone away is not an error.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("nobody reads standard output");
    }
}

async fn run(arguments: Arguments) -> Result<ExitCode, StartError> {
    let command = arguments.command.unwrap_or(Command::Serve);
    match command {
        Command::Schema { write, check } => return schema::run(write, check),
        Command::Config => {
            say(crate::platform::config::DEFAULTS.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    let sources = Sources::from_process(arguments.config, arguments.set);
    let config = sources
        .and_then(|sources| Config::load(&sources))
        .map_err(|error| StartError::new(error.to_string()))?;
    telemetry::init(&config.log);
    if rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .is_err()
    {
        tracing::debug!("a TLS provider is installed already");
    }
    match command {
        Command::Serve => serve(config).await,
        Command::Doctor => doctor::run(config).await,
        Command::Migrate => {
            Instance::open(config, Clock::System).await?.close().await;
            say("the database is at this version");
            Ok(ExitCode::SUCCESS)
        }
        Command::Controller { command } => {
            with(config, async |instance| {
                controllers(instance, command).await
            })
            .await
        }
        Command::Token { command } => {
            with(config, async |instance| tokens(instance, command).await).await
        }
        Command::Demo { customers, seed } => {
            with(config, async |instance| {
                demo::run(instance, customers, seed).await
            })
            .await
        }
        Command::Export(arguments) => {
            with(config, async |instance| {
                transfer::export(instance, arguments).await
            })
            .await
        }
        Command::Import(arguments) => {
            with(config, async |instance| {
                transfer::import(instance, arguments).await
            })
            .await
        }
        Command::Schema { .. } | Command::Config => Ok(ExitCode::SUCCESS),
    }
}

/// Opens an instance for one command, and closes it after.
async fn with(
    config: Config,
    work: impl AsyncFnOnce(&Instance) -> Result<(), StartError>,
) -> Result<ExitCode, StartError> {
    let instance = Instance::open(config, Clock::System).await?;
    let outcome = work(&instance).await;
    instance.close().await;
    outcome.map(|()| ExitCode::SUCCESS)
}

async fn serve(config: Config) -> Result<ExitCode, StartError> {
    let stopped = |source| StartError::because("cannot listen for signals", source);
    let mut terminate = signal(SignalKind::terminate()).map_err(stopped)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(stopped)?;
    let instance = Instance::open(config, Clock::System).await?;
    // Before the first token is made: one that could not be shown would be lost.
    let listener = instance.listen().await?;
    let first = instance.bootstrap().await?;
    let running = instance.serve(listener).await?;
    let address = running.address();
    say(&format!("privops listening on http://{address}"));
    if let Some(first) = first {
        say(&welcome(&first, &address.to_string()));
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What the first start says, once.
fn welcome(first: &FirstToken, address: &str) -> String {
    format!(
        "\nThis is the first start. Controller {}; keep its OWNER token, it is not shown again:\n\n\
         token: {}\n\n\
         Try it:\n\n\
         curl -s http://{address}/graphql -H 'Content-Type: application/json' \\\n  \
         -H 'Authorization: Bearer {}' \\\n  \
         -d '{{\"query\": \"{{ viewer {{ controller {{ name }} integration {{ name role }} }} }}\"}}'\n",
        first.controller, first.token, first.token,
    )
}

async fn controllers(instance: &Instance, command: ControllerCommand) -> Result<(), StartError> {
    match command {
        ControllerCommand::Create { name } => {
            say(&instance.create_controller(&name).await?.to_string());
        }
        ControllerCommand::List => {
            for row in service::controllers(&instance.app).await? {
                say(&format!("{}  {}  {}", row.id, row.created_at, row.name));
            }
        }
    }
    Ok(())
}

async fn tokens(instance: &Instance, command: TokenCommand) -> Result<(), StartError> {
    match command {
        TokenCommand::Issue {
            controller,
            name,
            role,
            days,
        } => {
            let ctx = instance.operator(only(instance, controller).await?).await?;
            let bearer = Bearer::New { name, role };
            let issued = service::issue_token(&ctx, bearer, days, Once::none()).await?;
            say(&issued.secret.unwrap_or_default());
        }
        TokenCommand::List { controller } => {
            list_tokens(instance, only(instance, controller).await?).await?;
        }
        TokenCommand::Revoke { controller, token } => {
            let ctx = instance.operator(only(instance, controller).await?).await?;
            service::revoke_token(&ctx, token, Once::none()).await?;
            say("revoked");
        }
    }
    Ok(())
}

async fn list_tokens(instance: &Instance, controller: ControllerId) -> Result<(), StartError> {
    let ctx = instance.operator(controller).await?;
    let mut after = None;
    loop {
        let page = service::integrations(
            &ctx,
            PageRequest {
                first: Some(100),
                after,
            },
        )
        .await?;
        let ids: Vec<_> = page.rows.iter().map(|(_, row)| row.id).collect();
        let tokens = service::live_tokens(&ctx, &ids).await?;
        for (_, row) in &page.rows {
            let used = row
                .last_used_at
                .map_or_else(|| "never".to_owned(), |at| at.to_string());
            say(&format!(
                "{}  {}  {}  last used {used}",
                row.id, row.role, row.name
            ));
            for token in tokens.get(&row.id).into_iter().flatten() {
                say(&format!("    {}  expires {}", token.id, token.expires_at));
            }
        }
        after = page.rows.last().map(|(cursor, _)| cursor.clone());
        if !page.has_next {
            return Ok(());
        }
    }
}

/// The controller that is meant.
async fn only(
    instance: &Instance,
    named: Option<ControllerId>,
) -> Result<ControllerId, StartError> {
    if let Some(id) = named {
        return Ok(id);
    }
    match service::controllers(&instance.app).await?.as_slice() {
        [one] => Ok(one.id),
        [] => Err(StartError::new(
            "there is no controller yet; `privops serve` makes the first",
        )),
        _ => Err(StartError::new(
            "there are several controllers: say which one with --controller",
        )),
    }
}
