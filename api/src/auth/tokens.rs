//! Signing and verifying tokens: JWT, `EdDSA` only, one algorithm for each key.
//!
//! What a signature says is remembered for a minute, because verifying one costs more than many a query.
//! Whether the token still works is read from the database at least twice a second.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use entity::id::{ControllerId, IntegrationId, TokenId};
use entity::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::store::TokenState;
use crate::error::{Error, Result};
use crate::platform::config::Auth;
use crate::vault::Keyring;

/// No token of ours is longer.
const LONGEST_TOKEN: usize = 2_048;
/// RFC 9068: says that this is an access token and nothing else that is signed with the same key.
const TOKEN_TYPE: &str = "at+jwt";

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: String,
    /// The integration.
    pub(super) sub: IntegrationId,
    /// The controller that it calls for.
    pub(super) controller: ControllerId,
    /// Its role when the token was issued: for readers of the token; the database decides.
    role: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// The token.
    pub(super) jti: TokenId,
}

/// What a new token is to say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub(super) integration: IntegrationId,
    pub(super) controller: ControllerId,
    pub(super) role: entity::enums::Role,
    pub(super) token: TokenId,
    pub(super) issued_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Tokens that were verified lately, and what the database said of them.
#[derive(Debug)]
pub(crate) struct Tokens {
    verified: moka::sync::Cache<[u8; 32], Arc<Claims>>,
    states: moka::future::Cache<(ControllerId, TokenId), Option<TokenState>>,
    uses: Mutex<LastUses>,
}

/// When integrations called last, since it was last written down.
pub(super) type LastUses = HashMap<(ControllerId, IntegrationId), Timestamp>;

impl Default for Tokens {
    fn default() -> Self {
        let minute = Duration::from_mins(1);
        Self {
            verified: moka::sync::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(minute)
                .build(),
            // A revocation takes effect on every instance within a second.
            states: moka::future::Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_millis(500))
                .build(),
            uses: Mutex::default(),
        }
    }
}

impl Tokens {
    /// What the database says of a token, read again when that is half a second old.
    pub(super) async fn state(
        &self,
        token: (ControllerId, TokenId),
        read: impl Future<Output = Result<Option<TokenState>>>,
    ) -> Result<Option<TokenState>> {
        let outcome = self.states.try_get_with(token, read).await;
        outcome.map_err(Arc::unwrap_or_clone)
    }

    /// Remembers that an integration called, until that is written down.
    pub(super) fn note_use(
        &self,
        controller: ControllerId,
        integration: IntegrationId,
        at: Timestamp,
    ) {
        let mut uses = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        uses.insert((controller, integration), at);
    }

    /// What is to be written down.
    pub(super) fn take_uses(&self) -> LastUses {
        std::mem::take(&mut *self.uses.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what the database said of a token.
    pub(super) async fn forget(&self, token: (ControllerId, TokenId)) {
        self.states.invalidate(&token).await;
    }

    /// Checks signature, issuer, audience and times.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], saying what is wrong and nothing of what the token holds.
    pub(super) fn verify(
        &self,
        keyring: &Keyring,
        config: &Auth,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Claims>> {
        if token.len() > LONGEST_TOKEN {
            return Err(Error::Unauthenticated(
                "this is not a token of this service",
            ));
        }
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        let claims = match self.verified.get(&fingerprint) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(decode(keyring, config, token)?);
                self.verified.insert(fingerprint, Arc::clone(&claims));
                claims
            }
        };
        let seconds = now.as_millis().div_euclid(1_000);
        let leeway = i64::try_from(config.leeway().as_secs()).unwrap_or(0);
        if claims.exp + leeway <= seconds {
            return Err(Error::Unauthenticated("the token has expired"));
        }
        if claims.nbf - leeway > seconds {
            return Err(Error::Unauthenticated("the token is not valid yet"));
        }
        Ok(claims)
    }
}

/// Signs a new token.
///
/// # Errors
/// [`Error::Internal`] when the key cannot be used.
pub(super) fn sign(keyring: &Keyring, config: &Auth, grant: Grant) -> Result<String> {
    let key = keyring.signing_key();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TOKEN_TYPE.to_owned());
    header.kid = Some(key.kid.clone());
    let issued = grant.issued_at.as_millis().div_euclid(1_000);
    let claims = Claims {
        iss: config.issuer.clone(),
        aud: config.audience.clone(),
        sub: grant.integration,
        controller: grant.controller,
        role: grant.role.to_string(),
        iat: issued,
        nbf: issued,
        exp: grant.expires_at.as_millis().div_euclid(1_000),
        jti: grant.token,
    };
    let private = EncodingKey::from_ed_der(&key.private()?);
    jsonwebtoken::encode(&header, &claims, &private)
        .map_err(|cause| Error::internal("signing a token", cause))
}

fn decode(keyring: &Keyring, config: &Auth, token: &str) -> Result<Claims> {
    const FOREIGN: Error = Error::Unauthenticated("this is not a token of this service");
    let Ok(header) = jsonwebtoken::decode_header(token) else {
        return Err(FOREIGN);
    };
    // The key decides the algorithm, never the token.
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TOKEN_TYPE) {
        return Err(FOREIGN);
    }
    let Some(key) = keyring
        .token_keys()
        .find(|key| header.kid.as_deref() == Some(&key.kid))
    else {
        return Err(FOREIGN);
    };
    let public = DecodingKey::from_ed_der(&key.public()?);
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&config.issuer]);
    validation.set_audience(&[&config.audience]);
    // Times are checked by our own clock, at each use.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    match jsonwebtoken::decode::<Claims>(token, &public, &validation) {
        Ok(decoded) => Ok(decoded.claims),
        Err(_invalid) => Err(FOREIGN),
    }
}
