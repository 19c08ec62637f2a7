//! An actor is a client with a role.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

/// Somebody who calls.
#[derive(Clone)]
pub struct Actor {
    client: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The JSON body; null where it is none.
    pub body: Value,
    /// The body as it came.
    pub text: String,
}

impl Actor {
    /// An actor who calls this address.
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        Self {
            client: reqwest::Client::new(),
            address,
            token,
        }
    }

    /// Somebody else, who calls the same address.
    pub fn other(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The token.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// Sends an operation without variables.
    pub async fn ask(&self, query: &str) -> Answer {
        self.run(query, json!({})).await
    }

    /// Sends an operation with variables.
    pub async fn run(&self, query: &str, variables: Value) -> Answer {
        self.try_run(query, variables)
            .await
            .expect("the server answers")
    }

    /// The same, where the server may be gone.
    pub async fn try_run(&self, query: &str, variables: Value) -> Result<Answer, reqwest::Error> {
        let body = json!({ "query": query, "variables": variables });
        let request = self
            .post()
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body.to_string());
        send(request).await
    }

    /// A request to be completed by the story: method, address and token are set.
    pub fn post(&self) -> reqwest::RequestBuilder {
        self.request(reqwest::Method::POST, "/graphql")
    }

    /// The same for another method or path.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .client
            .request(method, format!("http://{}{path}", self.address))
            .timeout(Duration::from_secs(30));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

/// Sends a request.
pub async fn send(request: reqwest::RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    let text = response.text().await?;
    let body = serde_json::from_str(&text).unwrap_or_default();
    Ok(Answer {
        status,
        headers,
        body,
        text,
    })
}

impl Answer {
    /// The data of an answer without errors.
    #[track_caller]
    pub fn ok(&self) -> &Value {
        assert!(
            self.body.get("errors").is_none(),
            "{} {}",
            self.status,
            self.text
        );
        assert_eq!(self.status, 200, "{}", self.text);
        &self.body["data"]
    }

    /// The value at a path of the data, such as `customers.nodes.0.id`.
    #[track_caller]
    pub fn get(&self, path: &str) -> &Value {
        path.split('.')
            .fold(self.ok(), |value, part| match part.parse::<usize>() {
                Ok(index) => &value[index],
                Err(_) => &value[part],
            })
    }

    /// The text at a path of the data.
    #[track_caller]
    pub fn text_at(&self, path: &str) -> String {
        let value = self.get(path);
        value
            .as_str()
            .unwrap_or_else(|| panic!("no text at {path}: {}", self.text))
            .to_owned()
    }

    /// The code of the first error; empty where there is none.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
    }

    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Asserts that the whole request failed with this code, and gives the first error.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> &Value {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        &self.body["errors"][0]
    }
}
