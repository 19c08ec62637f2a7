//! Statements over findings, and over what has to be looked at again.

use std::collections::{HashMap, HashSet};

use entity::enums::{EventType, Log};
use entity::id::{ControllerId, DisclosureId, DisclosureSubjectId};
use entity::time::Timestamp;
use entity::{disclosure_subject, event, follower, subject_finding};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoActiveModel,
    QueryFilter, QueryOrder, QuerySelect, Value,
};

use uuid::Uuid;

use crate::error::Result;
use crate::platform::db::{
    Scope, insert_rows, join_in_order, locked, placeholders, raw, rows, scoped,
};
use crate::vault::Field;

/// The open findings about some subjects.
pub(in crate::disclosures) async fn open_findings(
    db: &impl ConnectionTrait,
    scope: Scope,
    subjects: &[DisclosureSubjectId],
) -> Result<HashMap<DisclosureSubjectId, subject_finding::Model>> {
    let rows = scope
        .select::<subject_finding::Entity>()
        .filter(subject_finding::Column::SubjectId.is_in(subjects.iter().copied()))
        .filter(subject_finding::Column::SettledAt.is_null())
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.subject_id, row)).collect())
}

/// What was found about some subjects and is open, or was dismissed by a person, who will not be asked again.
pub(in crate::disclosures) async fn known_findings(
    db: &impl ConnectionTrait,
    scope: Scope,
    subjects: &[DisclosureSubjectId],
) -> Result<HashMap<DisclosureSubjectId, Vec<subject_finding::Model>>> {
    let open = Condition::any()
        .add(subject_finding::Column::SettledAt.is_null())
        .add(subject_finding::Column::Dismissed.eq(true));
    let rows = scope
        .select::<subject_finding::Entity>()
        .filter(subject_finding::Column::SubjectId.is_in(subjects.iter().copied()))
        .filter(open)
        .all(db)
        .await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.subject_id).or_default().push(row);
    }
    Ok(found)
}

/// Which of some subjects still count; they cannot be changed until the change ends.
pub(in crate::disclosures) async fn lock_current(
    db: &impl ConnectionTrait,
    scope: Scope,
    subjects: &[DisclosureSubjectId],
) -> Result<HashSet<DisclosureSubjectId>> {
    let select = scope
        .select::<disclosure_subject::Entity>()
        .select_only()
        .column(disclosure_subject::Column::Id)
        .filter(disclosure_subject::Column::Id.is_in(subjects.iter().copied()))
        .filter(disclosure_subject::Column::Superseded.eq(false))
        .order_by_asc(disclosure_subject::Column::Id);
    let rows: Vec<_> = locked(db, select).into_tuple().all(db).await?;
    Ok(rows.into_iter().collect())
}

/// Inserts findings.
pub(in crate::disclosures) async fn insert_findings(
    db: &impl ConnectionTrait,
    rows: Vec<subject_finding::Model>,
) -> Result<()> {
    insert_rows(db, rows).await
}

async fn settle(
    db: &impl ConnectionTrait,
    scope: Scope,
    of: sea_orm::sea_query::SimpleExpr,
    at: Timestamp,
    dismissed: bool,
) -> Result<()> {
    subject_finding::Entity::update_many()
        .col_expr(subject_finding::Column::SettledAt, Expr::val(at))
        .col_expr(subject_finding::Column::Dismissed, dismissed.into())
        .filter(subject_finding::Column::ControllerId.eq(scope.controller))
        .filter(subject_finding::Column::SettledAt.is_null())
        .filter(of)
        .exec(db)
        .await?;
    Ok(())
}

/// Settles what is open about some subjects; `dismissed` by a person, who says that what is on record is right.
pub(in crate::disclosures) async fn settle_findings(
    db: &impl ConnectionTrait,
    scope: Scope,
    subjects: &[DisclosureSubjectId],
    at: Timestamp,
    dismissed: bool,
) -> Result<()> {
    let of = subject_finding::Column::SubjectId.is_in(subjects.iter().copied());
    settle(db, scope, of, at, dismissed).await
}

/// Settles what is open about the subjects of a disclosure.
pub(super) async fn settle_findings_of(
    db: &impl ConnectionTrait,
    scope: Scope,
    disclosure: DisclosureId,
    at: Timestamp,
) -> Result<()> {
    let of = subject_finding::Column::DisclosureId.eq(disclosure);
    settle(db, scope, of, at, false).await
}

/// Who reads on in the ledger.
const FOLLOWER: &str = "disclosures";

/// Events about assignments of a controller that have not been read.
#[derive(Debug)]
pub(in crate::disclosures) struct Answered {
    /// The number of the last event that was read before.
    pub(in crate::disclosures) before: Option<i64>,
    /// The events, in order.
    pub(in crate::disclosures) events: Vec<event::Model>,
}

/// What a controller's follower has not read yet, as many as `limit`.
pub(in crate::disclosures) async fn unread(
    db: &impl ConnectionTrait,
    scope: Scope,
    limit: u64,
) -> Result<Answered> {
    let before: Option<i64> = scope
        .select::<follower::Entity>()
        .select_only()
        .column(follower::Column::Idx)
        .filter(follower::Column::Name.eq(FOLLOWER))
        .into_tuple()
        .one(db)
        .await?;
    let select = scope
        .select::<event::Entity>()
        .filter(event::Column::Log.eq(Log::Main))
        .filter(event::Column::Type.eq(EventType::AssignmentRecorded))
        .filter(event::Column::Idx.gt(before.unwrap_or(-1)))
        .order_by_asc(event::Column::Idx)
        .limit(limit);
    let events = rows(db, select).await?;
    Ok(Answered { before, events })
}

/// Remembers how far a controller's follower has read; answers no where another instance was faster.
pub(in crate::disclosures) async fn advance(
    db: &impl ConnectionTrait,
    controller: ControllerId,
    before: Option<i64>,
    to: i64,
) -> Result<bool> {
    let Some(before) = before else {
        let row = follower::Model {
            controller_id: controller,
            name: FOLLOWER.to_owned(),
            idx: to,
        };
        let inserted = follower::Entity::insert_many([row.into_active_model()])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(db)
            .await?;
        return Ok(inserted == 1);
    };
    let advanced = follower::Entity::update_many()
        .col_expr(follower::Column::Idx, to.into())
        .filter(follower::Column::ControllerId.eq(controller))
        .filter(follower::Column::Name.eq(FOLLOWER))
        .filter(follower::Column::Idx.eq(before))
        .exec(db)
        .await?;
    Ok(advanced.rows_affected == 1)
}

/// Where subjects may be that a change concerns.
#[derive(Debug)]
pub(in crate::disclosures) struct Nearby {
    /// The kind of neighbourhood.
    pub(in crate::disclosures) field: Field,
    /// Index values of the neighbourhoods; none where there are too many: then all of the kind are near.
    pub(in crate::disclosures) values: Option<Vec<Vec<u8>>>,
    /// The first instant that the change concerns.
    pub(in crate::disclosures) from: Timestamp,
    /// Subjects whose ids are not below this were looked up after the change.
    pub(in crate::disclosures) before: Uuid,
}

/// A page of the subjects that are near a change, after an id.
pub(in crate::disclosures) async fn nearby(
    db: &impl ConnectionTrait,
    scope: Scope,
    near: &Nearby,
    after: DisclosureSubjectId,
    limit: usize,
) -> Result<Vec<disclosure_subject::Model>> {
    // What a list of values takes, many times over, would not fit into one statement.
    const AT_ONCE: usize = 10_000;
    let Some(values) = &near.values else {
        return page(db, scope, near, &[], after, limit).await;
    };
    let mut found = Vec::new();
    for chunk in values.chunks(AT_ONCE) {
        found.extend(page(db, scope, near, chunk, after, limit).await?);
    }
    found.sort_by_key(|row| row.id);
    found.dedup_by_key(|row| row.id);
    found.truncate(limit);
    Ok(found)
}

async fn page(
    db: &impl ConnectionTrait,
    scope: Scope,
    near: &Nearby,
    values: &[Vec<u8>],
    after: DisclosureSubjectId,
    limit: usize,
) -> Result<Vec<disclosure_subject::Model>> {
    let among = match values.len() {
        0 => String::new(),
        count => format!("and b.value in ({})", placeholders(6, count)),
    };
    let sql = format!(
        "select distinct s.* from blind_index b
        {} disclosure_subject s on s.controller_id = b.controller_id and s.id = b.target_id
        where {} and b.field = $2 and b.target_id > $3 and b.target_id < $4 and s.lookup_at >= $5
            and not s.superseded {} {among}
        order by s.id limit {limit}",
        join_in_order(db.get_database_backend()),
        scoped("b", "$1"),
        super::seen(scope),
    );
    let mut binds: Vec<Value> = vec![
        scope.controller.into(),
        near.field.as_str().into(),
        after.into(),
        near.before.into(),
        near.from.into(),
    ];
    binds.extend(values.iter().cloned().map(Value::from));
    let statement = raw(db, &sql, binds);
    let rows = disclosure_subject::Model::find_by_statement(statement);
    Ok(rows.all(db).await?)
}
