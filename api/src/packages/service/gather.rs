//! Bringing together what is known of a person, of whom data went to whom, and of what is kept.

use entity::access_package;
use entity::date::Date;
use entity::enums::{PreferenceStatus, RequesterKind, RetentionGround, TaskKind, TaskStatus};
use entity::id::{AttachmentId, CustomerId, IntegrationId, RequestId};
use entity::time::Timestamp;

use crate::access_log;
use crate::auth;
use crate::context::Ctx;
use crate::customers;
use crate::disclosures::{self, service::AccountingPeriod};
use crate::error::{Error, Result};
use crate::packages::rules::{
    Access, Ask, Document, File, Identifier, Kept, Message, PastRequest, Person, Preference,
    Recipient, Relation, Resource, SCHEMA_PATH, System, is_told, path,
};
use crate::platform::page::{LARGEST_PAGE, PageRequest};
use crate::recipients::{self, service::Kind};
use crate::requests::service::{Answerable, Request, answerable};
use crate::retention;
use crate::tasks::{self, service::Task};
use crate::vault::Locked;

/// What goes into a package: the document, and the files that it names.
pub(super) struct Gathered {
    /// The document.
    pub(super) document: Document,
    /// The files of systems, in their order.
    pub(super) files: Vec<(AttachmentId, File)>,
}

/// All rows of a list that is given in pages of one parent.
macro_rules! every {
    ($page:ident => $load:expr, $parent:expr) => {{
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let first = i32::try_from(LARGEST_PAGE).ok();
            let $page = PageRequest { first, after };
            let Some(page) = $load.await?.remove(&$parent) else {
                break rows;
            };
            after = page.rows.last().map(|(cursor, _)| cursor.clone());
            rows.extend(page.rows.into_iter().map(|(_, row)| row));
            if !page.has_next {
                break rows;
            }
        }
    }};
}

/// Brings together what goes into a package.
///
/// # Errors
/// As [`answerable`]; as every statement.
pub(super) async fn gather(
    ctx: &Ctx,
    controller: &str,
    row: &access_package::Model,
) -> Result<Gathered> {
    let Answerable { request, item, .. } = answerable(ctx, row.item_id).await?;
    let tasks = every!(page => tasks::service::of_items(ctx, &[item.id], page), item.id);
    let (systems, files) = systems(ctx, tasks).await?;
    // Of a user of a customer's site, the customer is another person; an authority is told what it asks for by hand.
    let customer = request.customer_id.filter(|_| is_own(request.requester));
    let customer = match customer {
        // Merged since, they are part of another.
        Some(customer) => {
            let roots = customers::service::roots(ctx, &[customer]).await?;
            Some(roots.get(&customer).copied().unwrap_or(customer))
        }
        None => None,
    };
    let mut document = Document {
        schema: SCHEMA_PATH.to_owned(),
        package_id: row.id.to_string(),
        created_at: ctx.now().to_string(),
        controller: controller.to_owned(),
        request_id: request.id.to_string(),
        person: None,
        systems,
        recipients: Vec::new(),
        preferences: Vec::new(),
        requests: past(ctx, customer, request.id).await?,
        accesses: Vec::new(),
        kept: Vec::new(),
    };
    if let Some(customer) = customer {
        document.person = person(ctx, customer).await?;
        document.recipients = recipients(ctx, customer).await?;
        document.preferences = preferences(ctx, customer).await?;
        document.accesses = accesses(ctx, customer).await?;
        document.kept = kept(ctx, customer).await?;
    }
    Ok(Gathered { document, files })
}

/// Whether whoever asks is the person, or stands for them.
fn is_own(requester: RequesterKind) -> bool {
    matches!(
        requester,
        RequesterKind::DataSubject | RequesterKind::AuthorisedAgent | RequesterKind::Guardian
    )
}

fn opened(locked: Option<&Locked>) -> Result<Option<String>> {
    let text = locked.map(Locked::open).transpose()?;
    Ok(text.map(|text| text.expose().to_owned()))
}

fn instant(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_string())
}

async fn person(ctx: &Ctx, customer: CustomerId) -> Result<Option<Person>> {
    let found = customers::service::by_ids(ctx, &[customer])
        .await?
        .remove(&customer);
    let Some(found) = found else { return Ok(None) };
    let brands = customers::service::brands_of(ctx, &[customer]).await?;
    let brand = brands.get(&customer).copied();
    let brands = customers::service::brands_by_id(ctx, brand.as_slice()).await?;
    let row = &found.row;
    Ok(Some(Person {
        name: opened(found.name.as_ref())?,
        kind: row.kind.to_string(),
        category: row.category.to_string(),
        country: row.country.clone(),
        brand: brands.into_values().next().map(|brand| brand.name),
        known_since: row.registered_at.to_string(),
        services_ended_at: instant(row.services_ended_at),
        identifiers: identifiers(ctx, customer).await?,
        relations: relations(ctx, customer).await?,
        resources: resources(ctx, customer).await?,
    }))
}

async fn identifiers(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Identifier>> {
    let mut found = customers::service::identifiers(ctx, &[customer]).await?;
    let found = found.remove(&customer).unwrap_or_default();
    let mut told: Vec<IntegrationId> = found
        .iter()
        .filter_map(|one| one.row.integration_id)
        .collect();
    told.sort_unstable();
    told.dedup();
    let sources = auth::service::integrations_by_id(ctx, &told).await?;
    let shown = found.iter().map(|one| {
        let source = one.row.integration_id.and_then(|id| sources.get(&id));
        Ok(Identifier {
            kind: one.row.kind.to_string(),
            system: one.row.system.clone(),
            value: opened(one.value.as_ref())?,
            recorded_at: one.row.recorded_at.to_string(),
            source: source.map(|source| source.name.clone()),
            ended_at: instant(one.row.ended_at),
        })
    });
    shown.collect()
}

async fn relations(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Relation>> {
    let own = customers::service::clusters(ctx, &[customer]).await?.all();
    let rows = every!(page => customers::service::relations(ctx, &[customer], page), customer);
    let relation = |row: entity::customer_relation::Model| Relation {
        kind: row.kind.to_string(),
        is_the_person: own.contains(&row.customer_id),
        from: row.valid_from.to_string(),
        until: instant(row.valid_until),
    };
    Ok(rows.into_iter().map(relation).collect())
}

async fn resources(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Resource>> {
    let rows = every!(page => customers::service::assignments(ctx, &[customer], page), customer);
    let resource = |one: customers::service::Assignment| {
        Ok(Resource {
            kind: one.row.resource_kind.to_string(),
            value: opened(one.resource.as_ref())?,
            from: one.row.valid_from.to_string(),
            until: instant(one.row.valid_until),
        })
    };
    rows.into_iter().map(resource).collect()
}

/// What the person asked for, with the request that is answered. Of the others, only what was asked for and what became of
/// it: what was written may be somebody else's, who said that they are the person.
async fn past(
    ctx: &Ctx,
    customer: Option<CustomerId>,
    this: RequestId,
) -> Result<Vec<PastRequest>> {
    use crate::requests::service;
    let mut found = match customer {
        Some(customer) => every!(page => service::of_customers(ctx, &[customer], page), customer),
        None => Vec::new(),
    };
    found.retain(|one| is_own(one.row.requester) && one.row.id != this);
    found.splice(..0, service::by_ids(ctx, &[this]).await?.into_values());
    let mut shown = Vec::new();
    for one in &found {
        shown.push(past_request(ctx, one, one.row.id == this).await?);
    }
    Ok(shown)
}

async fn past_request(ctx: &Ctx, one: &Request, whole: bool) -> Result<PastRequest> {
    use crate::requests::service;
    let id = one.row.id;
    let items = service::items(ctx, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default();
    let messages = if whole {
        every!(page => service::messages(ctx, &[id], page), id)
    } else {
        Vec::new()
    };
    let ask = |item: service::Item| Ask {
        kind: item.row.kind.to_string(),
        status: item.row.status.to_string(),
        status_at: item.row.status_at.to_string(),
    };
    let message = |message: service::Message| {
        Ok(Message {
            at: message.row.at.to_string(),
            direction: message.row.direction.to_string(),
            kind: message.row.kind.to_string(),
            channel: message.row.channel.to_string(),
            text: opened(message.body.as_ref())?,
        })
    };
    Ok(PastRequest {
        id: id.to_string(),
        received_at: one.row.received_at.to_string(),
        channel: one.row.channel.to_string(),
        asks: items.into_iter().map(ask).collect(),
        text: opened(one.body.as_ref().filter(|_| whole))?,
        messages: messages.into_iter().map(message).collect::<Result<_>>()?,
    })
}

/// What systems gave, and the files that go into the package. A file that was uploaded again under another lease is
/// there once.
async fn systems(ctx: &Ctx, tasks: Vec<Task>) -> Result<(Vec<System>, Vec<(AttachmentId, File)>)> {
    let mut exports = tasks;
    exports.retain(|task| task.row.kind == TaskKind::Export);
    let ids: Vec<_> = exports.iter().map(|task| task.row.id).collect();
    let mut attachments = tasks::service::attachments(ctx, &ids).await?;
    let (mut systems, mut all) = (Vec::new(), Vec::new());
    for task in exports {
        let mut files: Vec<File> = Vec::new();
        let files_of = attachments.remove(&task.row.id).unwrap_or_default();
        // What was uploaded before it failed may be of somebody else, or half of it.
        let given = matches!(task.row.status, TaskStatus::Done | TaskStatus::Retained);
        for one in files_of.into_iter().filter(|_| given) {
            let erased = || Error::NotFound { what: "file" };
            let name = opened(one.name.as_ref())?.ok_or_else(erased)?;
            let sha256 = opened(one.digest.as_ref())?.ok_or_else(erased)?;
            if files
                .iter()
                .any(|file| file.name == name && file.sha256 == sha256)
            {
                continue;
            }
            let file = File {
                path: path(&task.row.system, all.len() + 1, &name),
                name,
                media_type: one.row.media_type,
                size: one.row.size,
                sha256,
            };
            files.push(file.clone());
            all.push((one.row.id, file));
        }
        systems.push(System {
            name: task.row.system,
            outcome: task.row.status.to_string(),
            skipped: task.row.skipped.map(|reason| reason.to_string()),
            files,
        });
    }
    Ok((systems, all))
}

/// Who really got data (CJEU C-154/21), by the accounting over all time; what is sealed is not in it.
async fn recipients(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Recipient>> {
    let period = AccountingPeriod {
        from: Some(Timestamp::MIN),
        to: None,
    };
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let first = i32::try_from(LARGEST_PAGE).ok();
        let page = PageRequest { first, after };
        let mut found = disclosures::service::accounting(ctx, &[customer], period, &page).await?;
        let Some((page, _)) = found.remove(&customer) else {
            break;
        };
        after = page.rows.last().map(|(cursor, _)| cursor.clone());
        let firsts: Vec<_> = page.rows.iter().map(|(_, line)| line.first).collect();
        let of = disclosures::service::by_ids(ctx, &firsts).await?;
        let to: Vec<_> = of.values().map(|one| one.row.recipient_id).collect();
        let to = recipients::service::by_ids(ctx, &to).await?;
        for (_, line) in page.rows {
            let Some(first) = of.get(&line.first) else {
                continue;
            };
            let Some(recipient) = to.get(&first.row.recipient_id) else {
                continue;
            };
            lines.push(recipient_of(recipient, &first.row, &line)?);
        }
        if !page.has_next {
            break;
        }
    }
    Ok(lines)
}

fn recipient_of(
    recipient: &recipients::service::Recipient,
    first: &entity::disclosure::Model,
    line: &disclosures::service::AccountingLine,
) -> Result<Recipient> {
    let person = recipient.kind() == Kind::Person;
    let open = |locked: Option<&Locked>| if person { Ok(None) } else { opened(locked) };
    let categories = first.data_categories.split_whitespace();
    Ok(Recipient {
        name: open(recipient.name.as_ref())?,
        role: recipient.row.role.to_string(),
        category: recipient.row.category.to_string(),
        country: recipient.row.country.clone(),
        privacy_notice: open(recipient.notice_url.as_ref())?,
        ground: first.ground.to_string(),
        purpose: first.purpose.clone(),
        data_categories: categories.map(str::to_owned).collect(),
        first_at: line.first_at.to_string(),
        last_at: line.last_at.to_string(),
        count: line.count,
        frequency: line.frequency().to_string(),
    })
}

/// On which days what was read of the person, and by which systems (CJEU C-579/21).
async fn accesses(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Access>> {
    let days = access_log::service::days_of(ctx, customer).await?;
    let access = |mut one: access_log::service::AccessDay| {
        let is_everything = one.fields.is_empty();
        one.fields.retain(|field| is_told(field));
        (is_everything || !one.fields.is_empty()).then(|| Access {
            day: one.day.to_string(),
            by: one.by.as_ref().map(|by| by.name.clone()),
            purpose: one.by.map(|by| by.role.to_string()),
            fields: one.fields,
        })
    };
    Ok(days.into_iter().filter_map(access).collect())
}

/// What the person said about uses of their data, or somebody at their addresses, with whatever counts now.
async fn preferences(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Preference>> {
    use crate::preferences::service;
    let said = every!(page => service::of_customers(ctx, &[customer], page), customer);
    let mut current = service::current_of(ctx, &[customer]).await?;
    let current = current.remove(&customer).unwrap_or_default();
    let lasting = current
        .iter()
        .filter(|one| one.status != PreferenceStatus::Expired);
    let count: Vec<_> = lasting.map(|one| one.decides.row.id).collect();
    let said = said.into_iter().map(|one| {
        let counts = count.contains(&one.row.id);
        (one, counts)
    });
    let at_addresses = service::said_at_addresses(ctx, customer).await?;
    let said: Vec<_> = said.chain(at_addresses).collect();
    let mut brands: Vec<_> = said
        .iter()
        .filter_map(|(one, _)| one.row.brand_id)
        .collect();
    brands.sort_unstable();
    brands.dedup();
    let brands = customers::service::brands_by_id(ctx, &brands).await?;
    let shown = said.into_iter().map(|(one, counts)| {
        let brand = one.row.brand_id.and_then(|id| brands.get(&id));
        let scope = one.row.scope.map(|scope| scope.to_string());
        Ok(Preference {
            about: one.row.purpose.or(scope).unwrap_or_default(),
            brand: brand.map(|brand| brand.name.clone()),
            channel: one.row.channel.map(|channel| channel.to_string()),
            status: one.row.status.to_string(),
            at: one.row.at.to_string(),
            expires_at: instant(one.row.expires_at),
            method: one.row.method.to_string(),
            source: one.row.source,
            notice_version: one.row.notice_version,
            ip_address: opened(one.ip.as_ref())?,
            user_agent: opened(one.user_agent.as_ref())?,
            counts,
        })
    });
    shown.collect()
}

/// Whether that something is kept on a ground could warn somebody who is under investigation.
fn is_silent(ground: RetentionGround) -> bool {
    matches!(
        ground,
        RetentionGround::LegalHold | RetentionGround::FraudPrevention
    )
}

/// What systems keep: what they reported when they erased, and what they must keep.
async fn kept(ctx: &Ctx, customer: CustomerId) -> Result<Vec<Kept>> {
    let own = customers::service::clusters(ctx, &[customer]).await?.all();
    let mut shown = Vec::new();
    let over = |until: Option<Date>| until.is_some_and(|until| until.end() <= ctx.now());
    for one in tasks::service::kept_of(ctx, &own).await? {
        if over(one.retention.row.until) || is_silent(one.retention.row.ground) {
            continue;
        }
        shown.push(Kept {
            system: one.system,
            what: opened(one.retention.what.as_ref())?,
            ground: one.retention.row.ground.to_string(),
            until: one.retention.row.until.map(|until| until.to_string()),
            source: one.retention.row.source,
        });
    }
    for one in retention::service::blocks_of(ctx, &own).await? {
        if is_silent(one.row.ground) {
            continue;
        }
        shown.push(Kept {
            what: opened(one.what.as_ref())?,
            ground: one.row.ground.to_string(),
            until: one.row.until.map(|until| until.to_string()),
            source: one.row.source,
            system: one.row.system,
        });
    }
    Ok(shown)
}
