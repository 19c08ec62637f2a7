//! Messages and their parts, as far as reports need them.
//!
//! Only heads are parsed, of the message, of its parts and of the message that is inside: who sends a report can nest messages
//! as deep as a megabyte allows.

use entity::time::Timestamp;
use mail_parser::{Message, MessageParser, MimeHeaders as _};

/// How many parts of a report are looked at: it has three.
const MOST_PARTS: usize = 10;

/// A message or a part of one: what its head says, and what follows.
pub(super) struct Part<'a> {
    head: Message<'a>,
    /// What follows the head.
    pub(super) body: &'a str,
}

impl<'a> Part<'a> {
    /// Reads a part, of which the lines end in `\n`.
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.trim_start_matches('\n');
        let end = text.find("\n\n").map_or(text.len(), |end| end + 1);
        let (head, body) = text.split_at(end);
        let head = MessageParser::default().parse_headers(head.as_bytes())?;
        Some(Self { head, body })
    }

    /// Whether it is of a media type.
    pub(super) fn is(&self, kind: &str, subkind: &str) -> bool {
        self.head.content_type().is_some_and(|found| {
            let of = found.subtype().unwrap_or_default();
            found.ctype().eq_ignore_ascii_case(kind) && of.eq_ignore_ascii_case(subkind)
        })
    }

    /// What it consists of (RFC 2046, 5.1.1); nothing, where it is one piece.
    pub(super) fn parts(&self) -> Vec<Part<'a>> {
        let kind = self.head.content_type();
        let boundary = kind.and_then(|kind| kind.attribute("boundary"));
        let Some(boundary) = boundary.filter(|boundary| !boundary.is_empty()) else {
            return Vec::new();
        };
        let line = format!("\n--{boundary}");
        let between = self.body.split(&line).skip(1).take(MOST_PARTS);
        // What follows on the same line is blank, or two hyphens after the last part.
        let parts = between.filter_map(|part| part.split_once('\n'));
        parts.filter_map(|(_, part)| Part::read(part)).collect()
    }

    /// The values of a field.
    pub(super) fn texts(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let headers = self.head.headers().iter();
        let named = headers.filter(move |header| header.name().eq_ignore_ascii_case(name));
        named.filter_map(|header| header.value().as_text())
    }

    /// To whom it went, where that is one.
    pub(super) fn sole_recipient(&self) -> Option<String> {
        let mut to = self.head.to()?.iter();
        let one = to.next()?.address()?.to_owned();
        to.next().is_none().then_some(one)
    }

    /// The value of a field as it is written.
    pub(super) fn raw(&self, name: &'static str) -> Option<&str> {
        self.head.header_raw(name)
    }

    /// When it says that it was sent.
    pub(super) fn at(&self) -> Option<Timestamp> {
        let seconds = self.head.date()?.to_timestamp();
        Some(Timestamp::from_millis(seconds.checked_mul(1_000)?))
    }

    /// What it is called.
    pub(super) fn id(&self) -> Option<String> {
        self.head.message_id().map(str::to_owned)
    }
}

/// A message of which each line ends in `\n`.
pub(super) fn with_plain_ends(message: &str) -> String {
    message.replace("\r\n", "\n")
}

/// An address without its angle brackets and its type (`rfc822;`).
pub(super) fn bare(value: &str) -> String {
    let value = value.rsplit_once(';').map_or(value, |(_, value)| value);
    let value = value.rsplit_once('<').map_or(value, |(_, value)| value);
    let value = value.split('>').next().unwrap_or_default();
    value.trim().to_owned()
}
