//! Finding a value in bytes, whatever it was turned into on the way there.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// Shorter than this, and it would be found by chance.
const SHORTEST: usize = 8;

/// Values to be found, each under a name.
pub struct Search {
    needles: Vec<(String, Vec<u8>)>,
    /// The needles that begin with two bytes, by these.
    starts: Vec<Vec<usize>>,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            needles: Vec::new(),
            starts: vec![Vec::new(); 1 << 16],
        }
    }
}

impl Search {
    /// Looks for a text: as it is, in other letters, and in the forms of its bytes.
    pub fn text(&mut self, name: &str, text: &str) {
        for text in BTreeSet::from([text.to_owned(), text.to_lowercase(), text.to_uppercase()]) {
            self.bytes(name, text.as_bytes());
            let wide: Vec<_> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            self.add(name, wide);
        }
    }

    /// Looks for bytes: as they are, in hexadecimal, in base64, and as Rust prints them.
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.add(name, bytes.to_vec());
        self.add(name, HEXLOWER.encode(bytes).into_bytes());
        self.add(name, HEXUPPER.encode(bytes).into_bytes());
        for shift in 0..3 {
            self.add(name, inside(&BASE64_NOPAD, shift, bytes));
            self.add(name, inside(&BASE64URL_NOPAD, shift, bytes));
        }
        let numbers: Vec<_> = bytes.iter().map(u8::to_string).collect();
        self.add(name, numbers.join(", ").into_bytes());
        self.add(name, numbers.join(",").into_bytes());
    }

    fn add(&mut self, name: &str, needle: Vec<u8>) {
        assert!(
            needle.len() >= SHORTEST,
            "{name}: too short to be looked for"
        );
        let known = self.starts[start(&needle)]
            .iter()
            .any(|n| self.needles[*n].1 == needle);
        if !known {
            self.starts[start(&needle)].push(self.needles.len());
            self.needles.push((name.to_owned(), needle));
        }
    }

    /// The names of what is in there.
    pub fn find(&self, haystack: &[u8]) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        for (at, pair) in haystack.windows(2).enumerate() {
            for n in &self.starts[start(pair)] {
                let (name, needle) = &self.needles[*n];
                if haystack[at..].starts_with(needle) {
                    found.insert(name.as_str());
                }
            }
        }
        found
    }

    /// Which values are in which places: `place: name` for each.
    pub fn findings(&self, places: &[Place]) -> Vec<String> {
        let mut findings = Vec::new();
        for (place, bytes) in places {
            findings.extend(
                self.find(bytes)
                    .into_iter()
                    .map(|name| format!("{place}: {name}")),
            );
        }
        findings
    }
}

/// Something that is searched: where it was, and what is in it.
pub type Place = (String, Vec<u8>);

fn start(bytes: &[u8]) -> usize {
    (usize::from(bytes[0]) << 8) | usize::from(bytes[1])
}

/// What base64 makes of bytes that stand `shift` bytes behind a multiple of three, without the digits at the edges,
/// which depend on their neighbours.
fn inside(encoding: &Encoding, shift: usize, bytes: &[u8]) -> Vec<u8> {
    let shifted = [vec![0; shift], bytes.to_vec()].concat();
    let mut digits = encoding.encode(&shifted).into_bytes();
    digits.truncate(shifted.len() * 8 / 6);
    digits.split_off((shift * 8).div_ceil(6))
}

#[test]
fn what_is_planted_is_found_in_every_form() {
    let canary = "Canary-0a1B2c3d@example.org";
    let mut search = Search::default();
    search.text("canary", canary);
    search.text("other", "Canary-ffffffff@example.org");
    let near = |text: &str| format!("before, {text} and after").into_bytes();
    for (form, planted) in [
        ("plain", near(canary)),
        ("lower-case", near(&canary.to_lowercase())),
        ("upper-case", near(&canary.to_uppercase())),
        ("hexadecimal", near(&HEXLOWER.encode(canary.as_bytes()))),
        (
            "capital hexadecimal",
            near(&HEXUPPER.encode(canary.as_bytes())),
        ),
        ("bytes", near(&format!("{:?}", canary.as_bytes()))),
        ("base64", BASE64_NOPAD.encode(&near(canary)).into_bytes()),
        (
            "base64, one later",
            BASE64_NOPAD
                .encode(&[b"x".to_vec(), near(canary)].concat())
                .into_bytes(),
        ),
        (
            "base64url, two later",
            BASE64URL_NOPAD
                .encode(&[b"xy".to_vec(), near(canary)].concat())
                .into_bytes(),
        ),
        (
            "UTF-16",
            canary.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
    ] {
        assert_eq!(search.find(&planted), BTreeSet::from(["canary"]), "{form}");
    }
    let nothing = near("Canary-0a1B2c3e@example.org");
    assert_eq!(search.find(&nothing), BTreeSet::new());
    assert_eq!(search.find(b""), BTreeSet::new());
}

#[test]
fn what_is_planted_in_a_file_is_found_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("deep")).unwrap();
    std::fs::write(
        folder.path().join("deep/planted"),
        [&[0; 5000][..], b"CANARY-1234"].concat(),
    )
    .unwrap();
    std::fs::write(folder.path().join("innocent"), b"CANARY-1235").unwrap();
    let mut search = Search::default();
    search.text("canary", "canary-1234");
    let found = search.findings(&super::places::files(folder.path()));
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("deep/planted: canary"), "{found:?}");
}
