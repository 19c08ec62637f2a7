//! What a person gets who asks for their data: who may have it put together, what is in it, and how it is handed out.

mod content;
mod links;

use std::io::Read as _;
use std::time::Duration;

use data_encoding::HEXLOWER;
use reqwest::Method;
use serde_json::{Value, json};

use super::Host;
use crate::harness::build::{self, input};
use crate::harness::poll::eventually;
use crate::harness::{Actor, Answer, send};

const SHOWN: &str = "query($id: ID!) { node(id: $id) { ... on AccessPackage { id status recordedAt readyAt expiresAt
    attempts size files sha256 version request { id } item { id } customer { id }
    links { id expiresAt usedAt recordedBy { role } } event { type } } } }";

impl Host {
    /// Orders a package of an item.
    async fn order(&self, item: &Value) -> Answer {
        let order = input(&json!({ "itemId": item }));
        self.officer.run(build::ACCESS_PACKAGE, order).await
    }

    /// A package as it is shown.
    async fn package(&self, id: &str) -> Value {
        let found = self.officer.run(SHOWN, json!({ "id": id })).await;
        found.get("node").clone()
    }

    /// Orders a package of an item, and waits until it is ready.
    async fn ready(&self, item: &Value) -> Value {
        let ordered = self.order(item).await;
        let id = ordered.text_at("accessPackage.package.id");
        let look = async || {
            let package = self.package(&id).await;
            (package["status"] != "PLANNED").then_some(package)
        };
        let package = eventually(Duration::from_secs(30), "a package is built", look).await;
        assert_eq!(package["status"], "READY", "{package}");
        package
    }

    /// Makes a link to a package, until an instant.
    async fn link(&self, package: &Value, until: Option<&str>) -> Answer {
        let link = json!({ "packageId": package["id"], "expiresAt": until });
        self.officer
            .run(build::LINK_ACCESS_PACKAGE, input(&link))
            .await
    }

    /// The path of a new link to a package.
    async fn path(&self, package: &Value) -> String {
        self.link(package, None)
            .await
            .text_at("linkAccessPackage.path")
    }
}

/// What is at a path, for somebody without a token.
async fn visit(somebody: &Actor, method: Method, path: &str) -> Answer {
    send(somebody.request(method, path)).await.unwrap()
}

/// A package that was fetched.
struct Fetched {
    headers: Vec<(String, String)>,
    bytes: Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

impl Fetched {
    /// Presses the button at a link.
    async fn by(somebody: &Actor, path: &str) -> Self {
        let answer = somebody.request(Method::POST, path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value)));
        let headers = headers.collect();
        let bytes = answer.bytes().await.unwrap().to_vec();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
        let mut files = Vec::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            files.push((file.name().unwrap().into_owned(), content));
        }
        Self {
            headers,
            bytes,
            files,
        }
    }

    fn names(&self) -> Vec<&str> {
        self.files.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn file(&self, name: &str) -> &[u8] {
        let found = self.files.iter().find(|(known, _)| known == name);
        let (_, content) = found.unwrap_or_else(|| panic!("{name} in {:?}", self.names()));
        content
    }

    /// `data.json`, which keeps to the schema beside it.
    fn data(&self) -> Value {
        let data: Value = serde_json::from_slice(self.file("data.json")).unwrap();
        let schema: Value = serde_json::from_slice(self.file("schema.json")).unwrap();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&data)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        data
    }

    fn page(&self) -> &str {
        std::str::from_utf8(self.file("index.html")).unwrap()
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    HEXLOWER.encode(digest.as_ref())
}
