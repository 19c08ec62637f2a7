//! Idempotency records: a call that is sent again answers as it did, and changes nothing.
//!
//! The record is inserted first in the transaction of the change. It holds keyed digests of the key and the
//! input and the ids of the result, never the answer: a replay reads again under the caller's present rights.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use entity::enums::ErrorCode;
use entity::idempotency;
use entity::time::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use uuid::Uuid;

use super::{App, Ctx, Tx};
use crate::error::{Error, Result};
use crate::platform::db::Scope;

/// Longest idempotency key, in characters.
const LONGEST_KEY: usize = 200;
/// How many expired records are deleted in one transaction: others must write in between.
const EXPIRED_AT_ONCE: u64 = 1_000;

/// A call that must have its effect once.
#[derive(Clone)]
pub(crate) struct Once {
    /// The mutation.
    pub(crate) mutation: &'static str,
    /// The key from the input; the request's header counts where it is absent.
    pub(crate) key: Option<String>,
    /// The whole input but the key, in a canonical form; only a keyed digest of it is stored.
    pub(crate) input: String,
    /// Whether it is one item of a list, which the request's header does not name.
    pub(crate) is_item: bool,
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Once({})", self.mutation)
    }
}

impl Once {
    /// A call that has its effect each time: of the operator at the command line.
    pub(crate) fn none() -> Self {
        Self::always("operator")
    }

    /// A call of this mutation that has its effect each time.
    pub(crate) fn always(mutation: &'static str) -> Self {
        Self {
            mutation,
            key: None,
            input: String::new(),
            is_item: true,
        }
    }
}

/// How a call with an idempotency key begins.
#[derive(Debug)]
pub(crate) enum Begun {
    /// It is new: go on.
    New(Box<Tx>),
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
        let Some(row) = self.record_of(once, results)? else {
            return Ok(Begun::New(Box::new(self.begin().await?)));
        };
        let mut tx = self.begin().await?;
        // A concurrent call with the same key is waited for here, until it commits or rolls back.
        if insert_all(tx.db(), &[&row]).await? == 0 {
            match earlier_of(tx.db(), tx.scope(), &[&row])
                .await?
                .remove(&name_of(&row))
            {
                Some(earlier) if earlier.expires_at > self.now() => {
                    return replay(&earlier, &row).map(Begun::Replay);
                }
                // It has expired and was not deleted yet, or was deleted this moment.
                _ => {
                    forget(tx.db(), tx.scope(), &[&row], self.now()).await?;
                    if insert_all(tx.db(), &[&row]).await? == 0 {
                        return Err(Error::Conflict("another call with this key is under way"));
                    }
                }
            }
        }
        tx.once = Some(row);
        Ok(Begun::New(Box::new(tx)))
    }

    /// The result of this call, if it was done before. For use cases whose checks may come out differently now:
    /// what succeeded once must answer as it did.
    ///
    /// # Errors
    /// [`Error::IdempotencyKeyReused`] when the key came with another input before.
    pub(crate) async fn done_before(&self, once: &Once) -> Result<Option<Vec<String>>> {
        let mut results = self.all_done_before(std::slice::from_ref(once)).await?;
        results.pop().unwrap_or(Ok(None))
    }

    /// The results of those of some calls that were done before, in one statement: an error where the key came with
    /// another input.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn all_done_before(
        &self,
        calls: &[Once],
    ) -> Result<Vec<Result<Option<Vec<String>>>>> {
        let rows: Vec<_> = calls.iter().map(|once| self.record_of(once, &[])).collect();
        let known: Vec<_> = rows.iter().flatten().flatten().collect();
        let found = earlier_of(self.db(), self.scope(), &known).await?;
        let result = |row: Result<Option<idempotency::Model>>| {
            let Some(row) = row? else {
                return Ok(None);
            };
            match found.get(&name_of(&row)) {
                Some(earlier) if earlier.expires_at > self.now() => replay(earlier, &row).map(Some),
                _ => Ok(None),
            }
        };
        Ok(rows.into_iter().map(result).collect())
    }

    /// The record of a call, where it has a key.
    ///
    /// # Errors
    /// Invalid for a key of no or more than 200 characters, and for two that differ.
    pub(crate) fn record_of(
        &self,
        once: &Once,
        results: &[String],
    ) -> Result<Option<idempotency::Model>> {
        let Some(key) = self.key_of(once)? else {
            return Ok(None);
        };
        let key = self.vault().digest(self.controller(), &key)?;
        let input = self.vault().digest(self.controller(), &once.input)?;
        let keep = self.app.config.idempotency.keep();
        let subject = self.actor.integration;
        Ok(Some(idempotency::Model {
            controller_id: self.controller(),
            subject: subject.map_or(self.controller().uuid(), entity::id::IntegrationId::uuid),
            mutation: once.mutation.to_owned(),
            key_digest: key.bytes,
            input_digest: input.bytes,
            epoch: key.epoch,
            results: results.join(" "),
            expires_at: self.now().saturating_add(keep),
        }))
    }

    /// The key of the request's header.
    pub(crate) fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    /// The key of a call.
    ///
    /// # Errors
    /// Invalid for a key of no or more than 200 characters, and for two that differ.
    fn key_of(&self, once: &Once) -> Result<Option<String>> {
        let header = self.idempotency_key().filter(|_| !once.is_item);
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

impl Tx {
    /// Sets the ids that this change produced, where they were not known when it began.
    ///
    /// # Errors
    /// As every statement.
    pub(crate) async fn answer_with(&self, results: &[String]) -> Result<()> {
        if let Some(row) = &self.once {
            idempotency::Entity::update_many()
                .col_expr(idempotency::Column::Results, results.join(" ").into())
                .filter(place_of(row))
                .exec(self.db())
                .await?;
        }
        Ok(())
    }
}

/// What the earlier call with the same key produced.
///
/// # Errors
/// [`Error::IdempotencyKeyReused`] when it came with another input.
pub(crate) fn replay(
    earlier: &idempotency::Model,
    row: &idempotency::Model,
) -> Result<Vec<String>> {
    if earlier.input_digest != row.input_digest {
        return Err(Error::IdempotencyKeyReused);
    }
    Ok(earlier.results.split(' ').map(str::to_owned).collect())
}

/// The id that a call with one result produced. `what` names it in the schema's words.
///
/// # Errors
/// [`Error::NotFound`] when the record holds none.
pub(crate) fn only_id<T: FromStr>(results: &[String], what: &'static str) -> Result<T> {
    let id = results.first().and_then(|id| id.parse().ok());
    id.ok_or(Error::NotFound { what })
}

/// What is kept of one item of a list: its id, or what is kept of its error.
pub(crate) fn result_of<T: fmt::Display>(outcome: &Result<T>) -> String {
    match outcome {
        Ok(id) => id.to_string(),
        Err(error) => error_of(error),
    }
}

/// What is kept of the error of an item: its code, and which input it is about. No path has a blank in it.
pub(crate) fn error_of(error: &Error) -> String {
    match error.field() {
        Some(field) => format!("{}@{field}", error.code()),
        None => error.code().to_string(),
    }
}

/// The error of an item when its call was first made, of which [`error_of`] was kept.
pub(crate) fn error_replayed(kept: &str) -> Error {
    let (code, field) = match kept.split_once('@') {
        Some((code, field)) => (code, Some(field)),
        None => (kept, None),
    };
    let error = Error::Refused {
        code: ErrorCode::from_text(code).unwrap_or(ErrorCode::Conflict),
        reason: "this item was not recorded when the call was first made".to_owned(),
    };
    match field {
        Some(field) => error.at(field),
        None => error,
    }
}

/// What the earlier call answered for each item of its list, of which [`result_of`] was kept.
pub(crate) fn each_replayed<T: FromStr>(results: &[String]) -> Vec<Result<T>> {
    let answer = |result: &String| result.parse().map_err(|_not_an_id| error_replayed(result));
    results.iter().map(answer).collect()
}

fn place_of(row: &idempotency::Model) -> Condition {
    Condition::all()
        .add(idempotency::Column::ControllerId.eq(row.controller_id))
        .add(idempotency::Column::Subject.eq(row.subject))
        .add(idempotency::Column::Mutation.eq(row.mutation.as_str()))
        .add(idempotency::Column::KeyDigest.eq(row.key_digest.clone()))
}

/// Where the records of some calls of one controller are. It names every column of the primary key, in whose order
/// the database finds them: by the digests alone it would read all records of the controller. A place where the
/// subject of one call meets the key of another is covered too.
fn places_of(rows: &[&idempotency::Model]) -> Condition {
    let subjects: BTreeSet<_> = rows.iter().map(|row| row.subject).collect();
    let mutations: BTreeSet<_> = rows.iter().map(|row| row.mutation.as_str()).collect();
    let keys = rows.iter().map(|row| row.key_digest.clone());
    Condition::all()
        .add(idempotency::Column::Subject.is_in(subjects))
        .add(idempotency::Column::Mutation.is_in(mutations))
        .add(idempotency::Column::KeyDigest.is_in(keys))
}

/// The earlier records of some calls of a controller, by mutation and key.
///
/// # Errors
/// As every statement.
pub(crate) async fn earlier_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    rows: &[&idempotency::Model],
) -> Result<HashMap<(Uuid, String, Vec<u8>), idempotency::Model>> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let select = scope.select::<idempotency::Entity>();
    let found = select.filter(places_of(rows)).all(db).await?;
    Ok(found.into_iter().map(|row| (name_of(&row), row)).collect())
}

/// What tells the record of a call from others of its controller.
pub(crate) fn name_of(row: &idempotency::Model) -> (Uuid, String, Vec<u8>) {
    (row.subject, row.mutation.clone(), row.key_digest.clone())
}

/// Inserts the records of several calls; answers how many were new. Concurrent calls with the same keys are waited
/// for here.
///
/// # Errors
/// As every statement.
pub(crate) async fn insert_all(
    db: &impl ConnectionTrait,
    rows: &[&idempotency::Model],
) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    // In one order, so that two calls cannot wait for each other.
    let mut rows = rows.to_vec();
    rows.sort_unstable_by_key(|row| name_of(row));
    let rows = rows
        .into_iter()
        .cloned()
        .map(IntoActiveModel::into_active_model);
    let inserted = idempotency::Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(inserted)
}

/// Deletes the records of calls that have expired, so that their keys can be used again. One that was replaced
/// meanwhile stays.
///
/// # Errors
/// As every statement.
pub(crate) async fn forget(
    db: &impl ConnectionTrait,
    scope: Scope,
    rows: &[&idempotency::Model],
    now: Timestamp,
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    idempotency::Entity::delete_many()
        .filter(idempotency::Column::ControllerId.eq(scope.controller))
        .filter(places_of(rows))
        .filter(idempotency::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes records that have expired, a part at a time.
///
/// # Errors
/// As [`crate::platform::db::Db::begin`].
pub(crate) async fn expire(app: &App, now: Timestamp) -> Result<()> {
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "records of all controllers expire"
        )]
        let bound: Option<Timestamp> = idempotency::Entity::find()
            .select_only()
            .column(idempotency::Column::ExpiresAt)
            .filter(idempotency::Column::ExpiresAt.lt(now))
            .order_by_asc(idempotency::Column::ExpiresAt)
            .offset(EXPIRED_AT_ONCE)
            .limit(1)
            .into_tuple()
            .one(app.db.reader())
            .await?;
        let tx = app.housekeeping().await?;
        idempotency::Entity::delete_many()
            .filter(idempotency::Column::ExpiresAt.lt(bound.unwrap_or(now)))
            .exec(tx.connection())
            .await?;
        tx.commit().await?;
        if bound.is_none() {
            return Ok(());
        }
    }
}
