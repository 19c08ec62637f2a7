//! Idempotency records: a call that is sent again answers as it did, and changes nothing.
//!
//! The record is inserted first in the transaction of the change. It holds keyed digests of the key and the
//! input and the ids of the result, never the answer: a replay reads again under the caller's present rights.

use entity::idempotency;
use entity::time::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{App, Ctx, Tx};
use crate::error::{Error, Result};

/// Longest idempotency key, in characters.
const LONGEST_KEY: usize = 200;

/// A call that must have its effect once.
#[derive(Debug, Clone)]
pub(crate) struct Once {
    /// The mutation.
    pub(crate) mutation: &'static str,
    /// The key from the input; the request's header counts where it is absent.
    pub(crate) key: Option<String>,
    /// The whole input in a canonical form; only a keyed digest of it is stored.
    pub(crate) input: String,
}

/// How a call with an idempotency key begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It is new: go on.
    New(Tx),
    /// It was done before, with these ids as its result.
    Replay(Vec<String>),
}

impl Ctx {
    /// Begins a change that has its effect once. `results` are the ids that it will produce.
    ///
    /// # Errors
    /// [`Error::IdempotencyKeyReused`] when the key came with another input before; otherwise as
    /// [`Ctx::begin`].
    pub(crate) async fn begin_once(&self, once: &Once, results: &[String]) -> Result<Begun> {
        let Some(key) = self.key_of(once)? else {
            return Ok(Begun::New(self.begin().await?));
        };
        let now = self.now();
        let key = self.vault().digest(self.controller(), &key)?;
        let input = self.vault().digest(self.controller(), &once.input)?;
        let hours = self.app.config.idempotency.keep();
        let row = idempotency::Model {
            controller_id: self.controller(),
            subject: self
                .actor
                .integration
                .map_or(self.controller().uuid(), entity::id::IntegrationId::uuid),
            mutation: once.mutation.to_owned(),
            key_digest: key.bytes,
            input_digest: input.bytes,
            epoch: key.epoch,
            results: results.join(" "),
            expires_at: now.saturating_add(hours),
        };
        let tx = self.begin().await?;
        // A concurrent call with the same key is waited for here, until it commits or rolls back.
        let inserted = idempotency::Entity::insert_many([row.clone().into_active_model()])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
        if inserted == 1 {
            return Ok(Begun::New(tx));
        }
        let earlier = tx
            .scope()
            .select::<idempotency::Entity>()
            .filter(idempotency::Column::Subject.eq(row.subject))
            .filter(idempotency::Column::Mutation.eq(row.mutation))
            .filter(idempotency::Column::KeyDigest.eq(row.key_digest))
            .one(tx.db())
            .await?;
        match earlier {
            Some(earlier) if earlier.input_digest == row.input_digest => Ok(Begun::Replay(
                earlier.results.split(' ').map(str::to_owned).collect(),
            )),
            _ => Err(Error::IdempotencyKeyReused),
        }
    }

    fn key_of(&self, once: &Once) -> Result<Option<String>> {
        let header = self.idempotency_key.as_deref();
        let key = match (once.key.as_deref(), header) {
            (Some(input), Some(header)) if input != header => {
                let problem = "differs from the Idempotency-Key header";
                return Err(Error::invalid("idempotencyKey", problem));
            }
            (input, header) => input.or(header),
        };
        match key {
            Some(key) if key.trim().is_empty() || key.chars().count() > LONGEST_KEY => Err(
                Error::invalid("idempotencyKey", "must have 1 to 200 characters"),
            ),
            key => Ok(key.map(str::to_owned)),
        }
    }
}

/// Deletes records that have expired.
///
/// # Errors
/// As [`crate::platform::db::Db::begin`].
pub(crate) async fn expire(app: &App, now: Timestamp) -> Result<u64> {
    let tx = app.housekeeping().await?;
    let outcome = idempotency::Entity::delete_many()
        .filter(idempotency::Column::ExpiresAt.lt(now))
        .exec(tx.connection())
        .await?;
    tx.commit().await?;
    Ok(outcome.rows_affected)
}

impl Once {
    /// A call that has its effect each time: of the operator at the command line.
    pub(crate) fn none() -> Self {
        Self {
            mutation: "operator",
            key: None,
            input: String::new(),
        }
    }
}
