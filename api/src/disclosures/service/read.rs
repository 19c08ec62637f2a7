//! Reading disclosures, as far as the caller may.

use std::collections::HashMap;

use entity::enums::{Action, DisclosureGround, Visibility};
use entity::id::{CustomerId, DataKeyId, DisclosureId, DisclosureSubjectId, RecipientId};
use entity::{disclosure, disclosure_subject, disclosure_supersession, subject_finding};

use super::ready::describe;
use crate::context::Ctx;
use crate::customers::{self, Lookup};
use crate::data_map::Tree;
use crate::disclosures::store;
use crate::error::{Error, Result};
use crate::platform::db::Scope;
use crate::platform::page::{InstantRange, Page, PageRequest};
use crate::platform::personal::Personal;
use crate::vault::{CellKeys, Locked};

/// A disclosure as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Disclosure {
    /// Its row.
    pub(crate) row: disclosure::Model,
    /// What the recipient or the reporter calls it, for those who may read case details.
    pub(crate) reference: Option<Locked>,
    /// On what authority, likewise.
    pub(crate) authority: Option<Locked>,
    /// Anything else, likewise.
    pub(crate) note: Option<Locked>,
}

/// A subject of a disclosure as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// Its row.
    pub(crate) row: disclosure_subject::Model,
    /// What was known of the person, for those who may read case details.
    pub(crate) lookup: Option<Locked>,
}

impl Subject {
    /// What was known of the person, as text for people.
    ///
    /// # Errors
    /// Internal, when it was tampered with.
    pub(crate) fn lookup_text(&self) -> Result<Option<Personal>> {
        let Some(lookup) = &self.lookup else {
            return Ok(None);
        };
        let text = lookup.open()?;
        let lookups = Lookup::kept(&text);
        Ok(Some(if lookups.is_empty() {
            text
        } else {
            describe(lookups.iter())
        }))
    }
}

/// Which disclosures are asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct DisclosureFilter {
    /// About one of these customers; about any, when empty.
    pub(crate) customers: Vec<CustomerId>,
    /// To this recipient.
    pub(crate) recipient: Option<RecipientId>,
    /// On one of these grounds; on any, when empty.
    pub(crate) grounds: Vec<DisclosureGround>,
    /// Of data of this category or one below it.
    pub(crate) category: Option<String>,
    /// That went out within this range.
    pub(crate) disclosed: InstantRange,
    /// With a subject that is not resolved, or without one.
    pub(crate) unresolved: Option<bool>,
    /// Whose place another has taken, or not.
    pub(crate) superseded: Option<bool>,
    /// With an open finding about who a subject was, or without one.
    pub(crate) questioned: Option<bool>,
}

/// What a list of disclosures is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DisclosureOrder {
    /// By when they were recorded, not by when data went out.
    pub(crate) recorded: bool,
    /// The latest first.
    pub(crate) descending: bool,
}

/// A page of disclosures.
///
/// # Errors
/// Forbidden; Invalid for a category that does not exist or a page that cannot be given.
pub(crate) async fn list(
    ctx: &Ctx,
    filter: &DisclosureFilter,
    order: DisclosureOrder,
    page: PageRequest,
) -> Result<Page<Disclosure>> {
    ctx.authorize(Action::ReadDisclosures)?;
    check_category(filter)?;
    let page = page.check(&format!("disclosures {order:?} {filter:?}"))?;
    let page = store::page(ctx.db(), ctx.scope(), filter, order, &page).await?;
    let keys = Keys::load(ctx, page.rows.iter().map(|(_, row)| row.key_id)).await?;
    Ok(page.map(|row| keys.disclosure(row)))
}

/// How many disclosures there are, as far as it pays to count.
///
/// # Errors
/// As [`list`].
pub(crate) async fn count(ctx: &Ctx, filter: &DisclosureFilter) -> Result<i64> {
    ctx.authorize(Action::ReadDisclosures)?;
    check_category(filter)?;
    let clusters = customers::service::clusters(ctx, &filter.customers).await?;
    let filter = DisclosureFilter {
        customers: clusters.all(),
        ..filter.clone()
    };
    store::count(ctx.db(), ctx.scope(), &filter).await
}

fn check_category(filter: &DisclosureFilter) -> Result<()> {
    match filter
        .category
        .as_deref()
        .map(|key| Tree::Category.check(key))
    {
        Some(Err(unknown)) => Err(Error::Invalid {
            field: "filter.dataCategory".to_owned(),
            suggestion: unknown.suggestion,
            problem: unknown.to_string(),
        }),
        _ => Ok(()),
    }
}

/// Disclosures by id.
///
/// # Errors
/// Forbidden.
pub(crate) async fn by_ids(
    ctx: &Ctx,
    ids: &[DisclosureId],
) -> Result<HashMap<DisclosureId, Disclosure>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let rows = store::by_ids(ctx.db(), ctx.scope(), ids.iter().copied()).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.disclosure(row)))
        .collect())
}

/// Disclosures that were recorded this moment, without reading them again; nothing, for those who may not read them.
pub(super) async fn fresh(
    ctx: &Ctx,
    rows: Vec<disclosure::Model>,
) -> Result<HashMap<DisclosureId, Disclosure>> {
    if rows.is_empty() || !ctx.may(Action::ReadDisclosures) {
        return Ok(HashMap::new());
    }
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, keys.disclosure(row)))
        .collect())
}

/// A page of the disclosures about each of some customers, the latest first.
///
/// # Errors
/// Forbidden; Invalid for a page that cannot be given.
pub(crate) async fn of_customers(
    ctx: &Ctx,
    customers: &[CustomerId],
    page: PageRequest,
) -> Result<HashMap<CustomerId, Page<Disclosure>>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let page = page.check("customer.disclosures")?;
    let clusters = customers::service::clusters(ctx, customers).await?;
    let found = store::of_customers(ctx.db(), ctx.scope(), &clusters, &page).await?;
    let mut ids = Vec::new();
    for page in found.values() {
        ids.extend(page.rows.iter().map(|(_, row)| row.key_id));
    }
    let keys = Keys::load(ctx, ids).await?;
    Ok(found
        .into_iter()
        .map(|(customer, page)| (customer, page.map(|row| keys.disclosure(row))))
        .collect())
}

/// The subjects of disclosures, in the order in which they were named.
///
/// # Errors
/// Forbidden.
pub(crate) async fn subjects(
    ctx: &Ctx,
    disclosures: &[DisclosureId],
) -> Result<HashMap<DisclosureId, Vec<Subject>>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let rows = store::subjects(ctx.db(), ctx.scope(), disclosures).await?;
    let keys = Keys::load(ctx, rows.iter().map(|row| row.key_id)).await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found
            .entry(row.disclosure_id)
            .or_default()
            .push(keys.subject(row));
    }
    Ok(found)
}

/// How one disclosure took the place of another, as a caller may see it.
#[derive(Debug, Clone)]
pub(crate) struct Supersession {
    /// Its row.
    pub(crate) row: disclosure_supersession::Model,
    /// Why, for those who may read case details.
    pub(crate) reason: Option<Locked>,
}

/// By what some disclosures were superseded.
///
/// # Errors
/// Forbidden.
pub(crate) async fn superseded_by(
    ctx: &Ctx,
    ids: &[DisclosureId],
) -> Result<HashMap<DisclosureId, Supersession>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let found = store::superseded_by(ctx.db(), ctx.scope(), ids).await?;
    supersessions(ctx, found).await
}

/// What some disclosures took the place of.
///
/// # Errors
/// Forbidden.
pub(crate) async fn supersedes(
    ctx: &Ctx,
    ids: &[DisclosureId],
) -> Result<HashMap<DisclosureId, Supersession>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let found = store::supersedes(ctx.db(), ctx.scope(), ids).await?;
    supersessions(ctx, found).await
}

async fn supersessions(
    ctx: &Ctx,
    found: HashMap<DisclosureId, disclosure_supersession::Model>,
) -> Result<HashMap<DisclosureId, Supersession>> {
    let keys = Keys::load(ctx, found.values().map(|row| row.key_id)).await?;
    let shown = |(id, row): (DisclosureId, disclosure_supersession::Model)| {
        let place = row.old_id.uuid();
        let reason = keys
            .cells
            .lock(row.key_id, store::REASON, place, Some(&row.reason));
        (id, Supersession { row, reason })
    };
    Ok(found.into_iter().map(shown).collect())
}

/// An open finding about who a subject was.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    /// Its row.
    pub(crate) row: subject_finding::Model,
}

/// The open findings about some subjects.
///
/// # Errors
/// Forbidden.
pub(crate) async fn findings(
    ctx: &Ctx,
    subjects: &[DisclosureSubjectId],
) -> Result<HashMap<DisclosureSubjectId, Finding>> {
    ctx.authorize(Action::ReadDisclosures)?;
    let found = store::open_findings(ctx.db(), ctx.scope(), subjects).await?;
    Ok(found
        .into_iter()
        .map(|(id, row)| (id, Finding { row }))
        .collect())
}

/// The keys to what people typed; none, for those who may not read it.
struct Keys {
    cells: CellKeys,
    names_persons: bool,
}

impl Keys {
    async fn load(ctx: &Ctx, ids: impl IntoIterator<Item = DataKeyId>) -> Result<Self> {
        let cells = ctx.cell_keys(Action::ReadCaseDetails, ids).await?;
        let names_persons = ctx.may(Action::ReadPersonalData);
        Ok(Self {
            cells,
            names_persons,
        })
    }

    fn disclosure(&self, row: disclosure::Model) -> Disclosure {
        let is_sealed = row.visibility == Visibility::Sealed;
        let lock = |column, value: &Option<Vec<u8>>| {
            let cells = &self.cells;
            let locked = cells.lock(row.key_id, column, row.id.uuid(), value.as_ref());
            locked.map(|locked| locked.of_sealed(is_sealed))
        };
        Disclosure {
            reference: lock(store::REFERENCE, &row.reference),
            authority: lock(store::AUTHORITY, &row.authority),
            note: lock(store::NOTE, &row.note),
            row,
        }
    }

    fn subject(&self, row: disclosure_subject::Model) -> Subject {
        // It names the person: case details alone do not open it.
        let lookup = self
            .cells
            .lock(row.key_id, store::LOOKUP, row.id.uuid(), Some(&row.lookup));
        let is_sealed = row.visibility == Visibility::Sealed;
        let lookup = lookup.filter(|_| self.names_persons);
        Subject {
            row,
            lookup: lookup.map(|lookup| lookup.of_sealed(is_sealed)),
        }
    }
}

/// Whom data of some customers who are one went to, each once. It authorises nothing: the use case that asks has done so.
///
/// # Errors
/// As every statement.
pub(crate) async fn recipients_of(ctx: &Ctx, customers: &[CustomerId]) -> Result<Vec<RecipientId>> {
    // Whoever is planned for by this is shown to others: never whom a gag order hides.
    let scope = Scope {
        sealed: false,
        ..ctx.scope()
    };
    store::recipients_of(ctx.db(), scope, customers).await
}
