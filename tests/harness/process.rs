//! The real program as a process of its own: it can be killed, asked to stop, and started again.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::{Actor, Database};

/// Longer than this, and it will not come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running program. Dropped, it is killed.
pub struct Process {
    child: Child,
    lines: UnboundedReceiver<String>,
    log: PathBuf,
    address: SocketAddr,
}

impl Process {
    /// Starts it over a fresh database; with it comes the token that it prints, of role OWNER.
    pub async fn first(database: &Database, settings: &[(&str, &str)]) -> (Self, String) {
        let mut process = Self::again(database, settings).await;
        let token = process.line_after("token: ").await;
        (process, token)
    }

    /// Starts it over whatever is there.
    pub async fn again(database: &Database, settings: &[(&str, &str)]) -> Self {
        let log = database.folder().join("log");
        let errors = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let own = [
            ("http.listen", "127.0.0.1:0"),
            ("ledger.sequence_interval_ms", "10"),
        ];
        let given = database.settings();
        let given = given
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_privops"))
            .arg("serve")
            .env_clear()
            .envs(
                given
                    .chain(own)
                    .chain(settings.iter().copied())
                    .map(variable),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .expect("the program starts");
        let lines = lines_of(child.stdout.take().unwrap());
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut process = Self {
            child,
            lines,
            log,
            address,
        };
        let address = process.line_after("privops listening on http://").await;
        process.address = address.parse().unwrap();
        process
    }

    async fn line_after(&mut self, start: &str) -> String {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
            let Ok(Some(line)) = next else {
                panic!("it did not say {start:?}; its log: {}", self.log());
            };
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Somebody who calls it.
    pub fn actor(&self, token: &str) -> Actor {
        Actor::new(self.address, Some(token.to_owned()))
    }

    /// What it has logged, over all starts.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Whether it runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it: it has no chance to tidy up.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, as a supervisor does.
    pub fn ask_to_stop(&self) {
        let command = format!("kill -TERM {}", self.child.id());
        let sent = Command::new("sh").args(["-c", &command]).status().unwrap();
        assert!(sent.success(), "{command}");
    }

    /// How it ended. It must be about to.
    pub async fn ended(mut self) -> ExitStatus {
        let waited = async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waited)
            .await
            .expect("it ends")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Runs a command of the program over a database, to its end.
pub async fn command(database: &Database, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_privops"));
    let settings = database.settings();
    let settings = settings
        .iter()
        .map(|(key, value)| variable((key.as_str(), value.as_str())));
    command
        .args(arguments)
        .env_clear()
        .envs(settings)
        .stdin(Stdio::null());
    let run = tokio::task::spawn_blocking(move || command.output().expect("the program starts"));
    run.await.unwrap()
}

/// A setting as an environment variable.
fn variable((key, value): (&str, &str)) -> (String, String) {
    let name = key.to_uppercase().replace('.', "__");
    (format!("PRIVOPS_{name}"), value.to_owned())
}

/// The lines of an output, which is read to its end, so that the writer never waits.
fn lines_of(output: ChildStdout) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens once the process is given up.
            drop(sender.send(line));
        }
    });
    receiver
}
