//! Recording the provider of a demonstration, a part of its customers at a time.

use entity::enums::{
    AssignmentSharing, CustomerKind, DataTier, DisclosureGround, DisclosureMethod, ErrorPolicy,
    RecipientCategory, RecipientRole, RelationKind,
};
use entity::id::BrandId;

use super::Part;
use super::world::{BRANDS, Client, Outgoing, World};
use crate::context::{Ctx, Once};
use crate::customers::Lookup;
use crate::customers::service::{
    self, CustomerChanges, CustomerImport, NewAssignment, NewIdentifier, NewRelation, NewResource,
    ResourceLookup,
};
use crate::disclosures::service::{NewDisclosure, record_many};
use crate::error::{Error, Result};
use crate::platform::patch::Patch;
use crate::platform::personal::Personal;
use crate::recipients::RecipientRef;
use crate::recipients::service::NewRecipient;

/// The billing system that knows all customers.
const BILLING: &str = "whmcs";
/// How many items one use case takes.
const MOST_ITEMS: usize = 500;

/// Registers the brands.
pub(super) async fn brands(ctx: &Ctx) -> Result<Vec<BrandId>> {
    let mut ids = Vec::new();
    for name in BRANDS {
        ids.push(service::register_brand(ctx, name, Once::none()).await?);
    }
    Ok(ids)
}

/// Imports customers; answers how many.
pub(super) async fn customers(
    ctx: &Ctx,
    world: World,
    part: Part,
    brands: &[BrandId],
) -> Result<u64> {
    let items: Vec<_> = part
        .map(|number| customer(world.client(number), brands))
        .collect();
    let count = items.len();
    service::import(ctx, items, ErrorPolicy::RejectAll, Once::none()).await?;
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

fn customer(client: Client, brands: &[BrandId]) -> CustomerImport {
    let kind = if client.is_firm() {
        CustomerKind::Organisation
    } else {
        CustomerKind::Person
    };
    CustomerImport {
        external_id: NewIdentifier::ExternalId {
            system: BILLING.to_owned(),
            id: Personal::new(client.number.to_string()),
        },
        changes: CustomerChanges {
            kind: Patch::Set(kind),
            category: Patch::Keep,
            country: Patch::Set(client.country().to_owned()),
            name: Patch::Set(Personal::new(client.name())),
            brand: brands
                .get(client.brand())
                .copied()
                .map_or(Patch::Keep, Patch::Set),
            services_ended_at: client.until().map_or(Patch::Keep, Patch::Set),
            registered_at: Patch::Set(client.since()),
        },
        emails: Some(vec![Personal::new(client.email())]),
        phones: client.phone().map(|phone| vec![Personal::new(phone)]),
        external_ids: Vec::new(),
    }
}

fn by_number(number: u64) -> Lookup {
    Lookup::ExternalId {
        system: BILLING.to_owned(),
        id: Personal::new(number.to_string()),
    }
}

/// Relates clients to their resellers; answers how many.
pub(super) async fn relations(ctx: &Ctx, world: World, part: Part) -> Result<u64> {
    let mut count = 0;
    for client in part.map(|number| world.client(number)) {
        let Some(reseller) = client.reseller() else {
            continue;
        };
        let from = client.since().max(reseller.since());
        // Gone before the reseller came.
        if client.until().is_some_and(|until| until <= from) {
            continue;
        }
        let relation = NewRelation {
            customer: by_number(reseller.number),
            kind: RelationKind::Reseller,
            related: by_number(client.number),
            from: Some(from),
            until: client.until().map_or(Patch::Keep, Patch::Set),
        };
        service::relate(ctx, relation, Once::none()).await?;
        count += 1;
    }
    Ok(count)
}

/// Records who holds what; answers how many.
pub(super) async fn assignments(ctx: &Ctx, world: World, part: Part) -> Result<u64> {
    let mut items = Vec::new();
    for client in part.map(|number| world.client(number)) {
        let assignment = |resource, sharing, from, until: Option<_>| NewAssignment {
            customer: by_number(client.number),
            resource,
            sharing: Some(sharing),
            from,
            until: until.map_or(Patch::Keep, Patch::Set),
        };
        for (network, shared, from, until) in client.networks() {
            let sharing = if shared {
                AssignmentSharing::Shared
            } else {
                AssignmentSharing::Exclusive
            };
            let network = NewResource::IpPrefix(Personal::new(network));
            items.push(assignment(network, sharing, from, until));
        }
        let domain = NewResource::Domain(Personal::new(client.domain()));
        let alone = AssignmentSharing::Exclusive;
        items.push(assignment(domain, alone, client.since(), None));
    }
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    while !items.is_empty() {
        let part = items.drain(..items.len().min(MOST_ITEMS));
        let part = part.map(Ok).collect();
        let policy = ErrorPolicy::RejectAll;
        service::record_assignments(ctx, part, policy, Once::none()).await?;
    }
    Ok(count)
}

/// Records what went out; answers how many records.
pub(super) async fn disclosures(ctx: &Ctx, world: World, part: Part) -> Result<u64> {
    let clients = part.map(|number| world.client(number));
    let mut items: Vec<_> = clients
        .flat_map(|client| client.outgoing().into_iter().map(move |one| (client, one)))
        .map(|(client, outgoing)| (Ok(disclosure(client, outgoing)), Once::none()))
        .collect();
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    while !items.is_empty() {
        let part: Vec<_> = items.drain(..items.len().min(MOST_ITEMS)).collect();
        let recorded = record_many(ctx, part, ErrorPolicy::RejectAll, "disclosures").await?;
        recorded.into_iter().collect::<Result<Vec<_>, Error>>()?;
    }
    Ok(count)
}

fn recipient(name: &str, role: RecipientRole, category: RecipientCategory) -> RecipientRef {
    RecipientRef::Named(NewRecipient {
        name: Personal::new(name.to_owned()),
        role,
        category,
        country: Some("US".to_owned()),
        contacts: Vec::new(),
        notice_url: None,
        engaged_by: None,
    })
}

fn disclosure(client: Client, outgoing: Outgoing) -> NewDisclosure {
    match outgoing {
        Outgoing::Payments {
            processor,
            period: (from, to),
            count,
        } => NewDisclosure {
            repeated: Some((to, i64::try_from(count).unwrap_or(i64::MAX))),
            ..about(
                client,
                recipient(
                    processor,
                    RecipientRole::IndependentController,
                    RecipientCategory::Payment,
                ),
                DisclosureGround::PaymentProcessing,
                "essential.service.payment_processing",
                &["user.name", "user.payment"],
                from,
            )
        },
        Outgoing::Registration(at) => about(
            client,
            recipient(
                "Example Registry",
                RecipientRole::IndependentController,
                RecipientCategory::RegistrarRegistry,
            ),
            DisclosureGround::DomainRegistration,
            "essential.service",
            &["user.contact.registrant"],
            at,
        ),
        Outgoing::Blocklist(at) => NewDisclosure {
            method: Some(DisclosureMethod::Email),
            subjects: vec![Lookup::Resource(ResourceLookup {
                address: client.address(at).map(Personal::new),
                port: None,
                domain: Some(Personal::new(client.domain())),
                mailbox: None,
                at,
            })],
            ..about(
                client,
                recipient(
                    "Example Blocklist",
                    RecipientRole::PrivateParty,
                    RecipientCategory::BlocklistOperator,
                ),
                DisclosureGround::BlocklistReport,
                "essential.service.abuse_handling",
                &["user.device.ip_address"],
                at,
            )
        },
        Outgoing::CourtOrder(at) => NewDisclosure {
            method: Some(DisclosureMethod::Letter),
            authority: Some(Personal::new(format!("Case {}", client.number))),
            ..about(
                client,
                recipient(
                    "Example District Court",
                    RecipientRole::PublicAuthority,
                    RecipientCategory::Court,
                ),
                DisclosureGround::CourtOrder,
                "third_party_sharing.legal_obligation",
                &["user.name", "user.contact.address"],
                at,
            )
        },
    }
}

fn about(
    client: Client,
    recipient: RecipientRef,
    ground: DisclosureGround,
    purpose: &str,
    data: &[&str],
    at: entity::time::Timestamp,
) -> NewDisclosure {
    NewDisclosure {
        recipient,
        ground,
        purpose: purpose.to_owned(),
        data_categories: data.iter().map(|key| (*key).to_owned()).collect(),
        complainant: None,
        tier: DataTier::Subscriber,
        disclosed_at: at,
        repeated: None,
        method: Some(DisclosureMethod::Api),
        reference: None,
        authority: None,
        note: None,
        subjects: vec![by_number(client.number)],
    }
}
