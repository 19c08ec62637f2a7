//! Tokens that nobody issued: taken apart, changed, and put together again.

use std::path::Path;

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::Value;

/// A forger, who has a token and even the key that it was signed with: so each forgery is wrong in one point only.
pub struct Forge {
    /// The header of the token.
    pub header: Value,
    /// Its claims.
    pub claims: Value,
    /// Its signature.
    pub signature: String,
    key: Ed25519KeyPair,
    public: Vec<u8>,
}

impl Forge {
    /// Takes a token apart.
    pub fn new(token: &str, keyring: &Path) -> Self {
        let parts: Vec<_> = token.split('.').collect();
        let open = |part: &str| -> Value {
            let json = BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
            serde_json::from_slice(&json).unwrap()
        };
        let keyring: Value = serde_json::from_slice(&std::fs::read(keyring).unwrap()).unwrap();
        let key = |name: &str| {
            let text = keyring["token_key"][name].as_str().expect("a key");
            BASE64.decode(text.as_bytes()).unwrap()
        };
        Self {
            header: open(parts[0]),
            claims: open(parts[1]),
            signature: parts[2].to_owned(),
            key: Ed25519KeyPair::from_pkcs8(&key("pkcs8")).unwrap(),
            public: key("public"),
        }
    }

    /// A token signed with the right key.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        sign_with(&self.key, header, claims)
    }

    /// A token signed as if the public key were a secret of the two parties.
    pub fn sign_hs256(&self, header: &Value, claims: &Value) -> String {
        let content = content(header, claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.public);
        let signature = hmac::sign(&key, content.as_bytes());
        format!("{content}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }

    /// A token with the signature of the first one.
    pub fn with_old_signature(&self, header: &Value, claims: &Value) -> String {
        format!("{}.{}", content(header, claims), self.signature)
    }

    /// A claim as text.
    pub fn claim(&self, name: &str) -> &str {
        self.claims[name].as_str().expect("a claim")
    }
}

/// A token signed with a key that is made on the way.
pub fn sign_with_another_key(header: &Value, claims: &Value) -> String {
    sign_with(&Ed25519KeyPair::generate().unwrap(), header, claims)
}

/// A token without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.", content(header, claims))
}

/// The same object with another member.
pub fn with(object: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut changed = object.clone();
    changed[name] = value.into();
    changed
}

/// The same object without a member.
pub fn without(object: &Value, name: &str) -> Value {
    let mut changed = object.clone();
    changed
        .as_object_mut()
        .expect("an object")
        .remove(name)
        .expect("the member");
    changed
}

fn sign_with(key: &Ed25519KeyPair, header: &Value, claims: &Value) -> String {
    let content = content(header, claims);
    let signature = key.sign(content.as_bytes());
    format!("{content}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
}

fn content(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}
