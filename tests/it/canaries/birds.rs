//! The canaries: values that occur nowhere else, each sent in one place.

use std::net::Ipv6Addr;

use uuid::Uuid;

use super::search::Search;

/// A value that must not show up where it does not belong.
pub struct Canary {
    /// Where it was sent.
    pub what: &'static str,
    pub text: String,
    /// Whether an error may repeat it to the caller: names of the caller's own document, and texts in the form of a
    /// taxonomy key. No personal input is among them.
    pub echo: bool,
}

/// All canaries of a story.
#[derive(Default)]
pub struct Canaries {
    pub all: Vec<Canary>,
}

impl Canaries {
    fn add(&mut self, what: &'static str, text: String, echo: bool) -> String {
        self.all.push(Canary {
            what,
            text: text.clone(),
            echo,
        });
        text
    }

    /// Some text.
    pub fn text(&mut self, what: &'static str) -> String {
        self.add(what, format!("CANARY-{}", Uuid::new_v4()), false)
    }

    /// Some text that is as long as an answer with a code may be.
    pub fn code(&mut self, what: &'static str) -> String {
        let number = Uuid::new_v4().as_u64_pair().1 >> 8;
        self.add(what, format!("CANARY{number:014x}"), false)
    }

    /// A value that the server chose.
    pub fn told(&mut self, what: &'static str, text: &str) {
        self.add(what, text.to_owned(), false);
    }

    /// A name that a document may give, which an error may not repeat.
    pub fn word(&mut self, what: &'static str) -> String {
        self.add(what, format!("CANARY_{}", Uuid::new_v4().simple()), false)
    }

    /// A name in a document that GraphQL itself has errors and answers repeat.
    pub fn echoed_word(&mut self, what: &'static str) -> String {
        self.add(what, format!("CANARY_{}", Uuid::new_v4().simple()), true)
    }

    /// Something in the form of a taxonomy key, which an error repeats beside what was meant.
    pub fn echoed_key(&mut self, what: &'static str) -> String {
        self.add(what, format!("canary.{}", Uuid::new_v4().simple()), true)
    }

    /// An e-mail address.
    pub fn email(&mut self, what: &'static str) -> String {
        self.add(
            what,
            format!("Canary-{}@example.org", Uuid::new_v4()),
            false,
        )
    }

    /// A domain.
    pub fn domain(&mut self, what: &'static str) -> String {
        self.add(
            what,
            format!("Canary-{}.example.org", Uuid::new_v4()),
            false,
        )
    }

    /// A telephone number in Berlin.
    pub fn phone(&mut self, what: &'static str) -> String {
        let digits = format!("302{:07}", Uuid::new_v4().as_u128() % 10_000_000);
        // In any spelling, these digits stand together.
        self.add(what, digits.clone(), false);
        format!("+49{digits}")
    }

    /// An address of the networks for benchmarks (RFC 2544).
    pub fn ipv4(&mut self, what: &'static str) -> String {
        let [a, b, c, ..] = Uuid::new_v4().into_bytes();
        self.add(
            what,
            format!("198.{}.{}.{}", 18 + a % 2, 100 + b % 100, 100 + c % 100),
            false,
        )
    }

    /// An address of the networks for documentation (RFC 3849), in its one spelling.
    pub fn ipv6(&mut self, what: &'static str) -> String {
        let parts = Uuid::new_v4().into_bytes();
        let part = |n: usize| 0x1000 | u16::from_be_bytes([parts[n], parts[n + 1]]);
        let address = Ipv6Addr::new(
            0x2001,
            0xdb8,
            part(0),
            part(2),
            part(4),
            part(10),
            part(12),
            part(14),
        );
        self.add(what, address.to_string(), false)
    }

    /// A search for all of them, or for those only that no error may repeat.
    pub fn search(&self, with_echo: bool) -> Search {
        let mut search = Search::default();
        for canary in self.all.iter().filter(|canary| with_echo || !canary.echo) {
            search.text(canary.what, &canary.text);
            if let Ok(address) = canary.text.parse::<Ipv6Addr>() {
                search.bytes(canary.what, &address.octets());
            }
        }
        search
    }
}
