//! A fresh database for each story.

use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, Database as Connector, DatabaseConnection};
use tempfile::TempDir;

/// Whether stories run on PostgreSQL.
pub fn is_postgres() -> bool {
    server().is_some()
}

fn server() -> Option<String> {
    std::env::var("TEST_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

/// A database with its keyring, not migrated yet.
pub struct Database {
    folder: TempDir,
    postgres: Option<String>,
}

impl Database {
    /// A new one.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let postgres = match server() {
            None => None,
            Some(server) => {
                let name = format!("story_{}", uuid::Uuid::new_v4().simple());
                let admin = Connector::connect(&server)
                    .await
                    .expect("TEST_DATABASE_URL answers");
                admin
                    .execute_unprepared(&format!("create database {name}"))
                    .await
                    .unwrap();
                admin.close().await.unwrap();
                let (base, _) = server.rsplit_once('/').expect("a URL with a database name");
                Some(format!("{base}/{name}"))
            }
        };
        Self { folder, postgres }
    }

    /// The settings that lead an instance to it.
    pub fn settings(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.display().to_string();
        let mut settings = vec![
            ("data_dir".to_owned(), text(self.data_dir())),
            ("keyring".to_owned(), text(self.keyring())),
        ];
        if let Some(url) = &self.postgres {
            settings.push(("database.url".to_owned(), url.clone()));
        }
        settings
    }

    /// The data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The keyring.
    pub fn keyring(&self) -> PathBuf {
        self.folder.path().join("keyring.json")
    }

    /// A folder for whatever else a story needs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A connection beside the instance, to look at what is really there.
    pub async fn look(&self) -> DatabaseConnection {
        let url = match &self.postgres {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data_dir().join("privops.db").display()),
        };
        Connector::connect(url).await.unwrap()
    }

    /// Removes it. Without this call, a PostgreSQL database stays until its server goes.
    pub async fn remove(self) {
        if let (Some(server), Some(url)) = (server(), &self.postgres) {
            let (_, name) = url.rsplit_once('/').unwrap();
            let admin = Connector::connect(&server).await.unwrap();
            let drop = format!("drop database if exists {name} with (force)");
            admin.execute_unprepared(&drop).await.unwrap();
            admin.close().await.unwrap();
        }
    }
}
