//! One keep-alive connection that speaks just enough HTTP/1.1: the client shares the cores with the server under
//! test, so it may cost little.

use std::io::ErrorKind;
use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::Outcome;

const READ_BYTES: usize = 65_536;

/// Who is called, and as whom.
#[derive(Clone)]
pub(crate) struct Target {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The token, where one is needed.
    pub(crate) token: Option<String>,
}

impl Target {
    /// A GraphQL request, to be sent as it is.
    pub(crate) fn post(&self, body: &str) -> Vec<u8> {
        let authorization = match &self.token {
            Some(token) => format!("Authorization: Bearer {token}\r\n"),
            None => String::new(),
        };
        format!(
            "POST /graphql HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Accept: application/graphql-response+json\r\n{authorization}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len(),
        )
        .into_bytes()
    }

    /// A request for another path.
    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.address).into_bytes()
    }
}

/// What was answered.
pub(crate) struct Answer<'connection> {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: &'connection [u8],
}

/// An open connection.
pub(crate) struct Connection {
    stream: TcpStream,
    scratch: Vec<u8>,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            scratch: vec![0; READ_BYTES],
            received: Vec::with_capacity(READ_BYTES),
        })
    }

    /// Sends a request and waits for its answer. There is no time limit: callers have one for the whole.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Outcome<Answer<'_>> {
        self.send(request).await?;
        self.received.clear();
        let head = loop {
            if let Some(head) = Head::of(&self.received)? {
                break head;
            }
            self.receive().await?;
        };
        let end = head.length + head.body_length;
        while self.received.len() < end {
            self.receive().await?;
        }
        let body = self.received.get(head.length..end).unwrap_or_default();
        Ok(Answer {
            status: head.status,
            body,
        })
    }

    async fn send(&self, mut rest: &[u8]) -> Outcome<()> {
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(sent) => rest = rest.get(sent..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.stream.writable().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn receive(&mut self) -> Outcome<()> {
        loop {
            match self.stream.try_read(&mut self.scratch) {
                Ok(0) => return Err("the server closed the connection".into()),
                Ok(count) => {
                    let new = self.scratch.get(..count).unwrap_or_default();
                    self.received.extend_from_slice(new);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.stream.readable().await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// What is needed of the head of an answer.
struct Head {
    status: u16,
    /// With the empty line.
    length: usize,
    body_length: usize,
}

impl Head {
    /// The head, once all of it is there.
    fn of(received: &[u8]) -> Outcome<Option<Self>> {
        const END: &[u8] = b"\r\n\r\n";
        let Some(end) = received.windows(END.len()).position(|four| four == END) else {
            return Ok(None);
        };
        let text = std::str::from_utf8(received.get(..end).unwrap_or_default())?;
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim())
        });
        match (status, length) {
            (Some(status), Some(length)) => Ok(Some(Self {
                status: status.parse()?,
                length: end + END.len(),
                body_length: length.parse()?,
            })),
            _ => Err("an answer without status or Content-Length".into()),
        }
    }
}
