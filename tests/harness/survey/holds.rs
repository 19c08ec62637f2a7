//! What there must be of holds, blocks and notices to recipients, and what there must be none of.

/// What there must be none of.
pub const HALVES: &[(&str, &str)] = &[
    (
        "holds without their key",
        "legal_hold h where not exists (select 1 from data_key k where k.controller_id = h.controller_id
            and k.id = h.key_id and k.owner_id = h.id)",
    ),
    (
        "holds without the event of their last change",
        "legal_hold h where not exists (select 1 from event e where e.controller_id = h.controller_id
            and e.id = h.event_id and (
                (h.version = 1 and e.type = 'legal_hold.placed')
                or (h.version > 1 and h.released_at is not null and e.type = 'legal_hold.released')
                or (h.version > 1 and h.released_at is null and e.type = 'legal_hold.extended')))",
    ),
    (
        "holds that changed and do not say how and why, or the other way round",
        "legal_hold h where (h.version > 1) <> (h.last_reason is not null)
            or (h.version > 1) <> (h.released_at is not null or h.extended_at is not null)",
    ),
    (
        "holds over all customers that name some, or over some that name none",
        "legal_hold h where h.all_customers = exists (select 1 from legal_hold_customer c
            where c.controller_id = h.controller_id and c.hold_id = h.id)",
    ),
    (
        "holds over all systems that name some, or over some that name none",
        "legal_hold h where h.all_systems = exists (select 1 from legal_hold_system s
            where s.controller_id = h.controller_id and s.hold_id = h.id)",
    ),
    (
        "promised terms without the event of their last change",
        "house_term h where not exists (select 1 from event e where e.controller_id = h.controller_id
            and e.id = h.event_id and e.type = case when h.ended_at is null
                then 'house_term.added' else 'house_term.ended' end)",
    ),
    (
        "promised terms that can be extended and do not say in what, or to less than they are",
        "house_term h where (h.extended_length is null) <> (h.extended_unit is null) or h.length < 1
            or (h.version = 1) <> (h.ended_at is null)",
    ),
    (
        "blocks that are not under a key of their customer",
        "deletion_block b where not exists (select 1 from data_key k where k.controller_id = b.controller_id
            and k.id = b.key_id and k.owner_id = b.customer_id and k.class = 'REQUEST')",
    ),
    (
        "blocks without the event of their last change",
        "deletion_block b where not exists (select 1 from event e where e.controller_id = b.controller_id
            and e.id = b.event_id and e.type = case when b.settled_at is null
                then 'deletion_block.recorded' else 'deletion_block.settled' end)",
    ),
    (
        "blocks that were settled twice, or never and changed",
        "deletion_block b where b.version <> case when b.settled_at is null then 1 else 2 end",
    ),
    (
        "blocks by a statute that do not say which, and blocks that are holds",
        "deletion_block b where b.ground = 'LEGAL_HOLD'
            or (b.ground = 'STATUTORY_RETENTION' and (b.until is null or b.source is null))",
    ),
    (
        "rules without the event of their last change",
        "retention_rule r where not exists (select 1 from event e where e.controller_id = r.controller_id
            and e.id = r.event_id and e.type = 'retention_rule.set')",
    ),
    (
        "rules that are protected by nothing",
        "retention_rule r where r.protected and (r.statute is null or r.basis is null)",
    ),
    (
        "anchors that are not under a key of their customer",
        "retention_anchor a where not exists (select 1 from data_key k where k.controller_id = a.controller_id
            and k.id = a.key_id and k.owner_id = a.customer_id and k.class = 'REQUEST')",
    ),
    (
        "anchors without the event of their last change",
        "retention_anchor a where not exists (select 1 from event e where e.controller_id = a.controller_id
            and e.id = a.event_id and e.type = 'retention_anchor.recorded')",
    ),
    (
        "anchors of half a thing, or of a thing and not found by it",
        "retention_anchor a where (a.system is null) <> (a.reference is null)
            or (a.system is null) = exists (select 1 from blind_index b where b.controller_id = a.controller_id
                and b.target_id = a.id and b.field = 'anchor.reference' and b.exclusive)",
    ),
    (
        "ends of the last service that are said in two places",
        "retention_anchor a where a.system is null and a.anchor = 'SERVICE_TERMINATED'",
    ),
    (
        "notices that are not under the key of their request",
        "recipient_notice n where not exists (select 1 from request r where r.controller_id = n.controller_id
            and r.id = n.request_id and r.key_id = n.key_id)",
    ),
    (
        "notices about an item of another request, or one that was not fulfilled",
        "recipient_notice n where not exists (select 1 from request_item i where i.controller_id = n.controller_id
            and i.id = n.item_id and i.request_id = n.request_id
            and i.status in ('FULFILLED', 'PARTIALLY_FULFILLED')
            and i.kind in ('CORRECTION', 'DELETION', 'RESTRICTION'))",
    ),
    (
        "notices to whoever is not told",
        "recipient_notice n where not exists (select 1 from recipient r where r.controller_id = n.controller_id
            and r.id = n.recipient_id and r.role not in ('PUBLIC_AUTHORITY', 'DATA_SUBJECT', 'PUBLIC'))",
    ),
    (
        // Ids of events are in the order in which they were made.
        "recipients that had data of the customer before it was changed, and are not told",
        "request_item i join request r on r.controller_id = i.controller_id and r.id = i.request_id
            join disclosure_subject s on s.controller_id = r.controller_id and s.customer_id = r.customer_id
            join disclosure d on d.controller_id = s.controller_id and d.id = s.disclosure_id
            join recipient p on p.controller_id = d.controller_id and p.id = d.recipient_id
            where i.status in ('FULFILLED', 'PARTIALLY_FULFILLED') and s.event_id < i.event_id and not s.superseded
            and i.kind in ('CORRECTION', 'DELETION', 'RESTRICTION')
            and p.role not in ('PUBLIC_AUTHORITY', 'DATA_SUBJECT', 'PUBLIC')
            and not exists (select 1 from recipient_customer c where c.controller_id = p.controller_id
                and c.recipient_id = p.id)
            and not exists (select 1 from recipient_notice n where n.controller_id = i.controller_id
                and n.item_id = i.id and n.recipient_id = p.id)",
    ),
    (
        "notices without the event of their last change",
        "recipient_notice n where not exists (select 1 from event e where e.controller_id = n.controller_id
            and e.id = n.event_id and e.type = case n.version when 1 then 'recipient_notice.planned'
                else 'recipient_notice.moved' end)",
    ),
    (
        "notices that moved and are still planned, or the other way round",
        "recipient_notice n where (n.version = 1) <> (n.status = 'PLANNED')",
    ),
    (
        "notices that were sent and do not say how",
        "recipient_notice n where n.status in ('SENT', 'ACKNOWLEDGED') and n.channel is null",
    ),
    (
        "notices that nobody was sent and that do not say why",
        "recipient_notice n where n.status in ('FAILED', 'NOT_NEEDED') and n.note is null",
    ),
];

/// How many events of a type each request must have.
pub const EVENTS: &[(&str, &str)] = &[
    (
        "recipient_notice.planned",
        "select request_id, count(*) from recipient_notice group by request_id",
    ),
    (
        "recipient_notice.moved",
        "select request_id, cast(sum(version - 1) as bigint) from recipient_notice group by request_id",
    ),
];
