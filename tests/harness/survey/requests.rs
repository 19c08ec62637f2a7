//! What there must be of requests, and what there must be none of.

/// What there must be none of.
pub const HALVES: &[(&str, &str)] = &[
    (
        "requests without their event",
        "request r where not exists (select 1 from event e where e.controller_id = r.controller_id
            and e.id = r.event_id and e.type = 'request.opened')",
    ),
    (
        "requests without their key",
        "request r where not exists (select 1 from data_key k where k.controller_id = r.controller_id
            and k.id = r.key_id and k.owner_id = coalesce(r.customer_id, r.id))",
    ),
    (
        "requests that ask for nothing",
        "request r where not exists (select 1 from request_item i
            where i.controller_id = r.controller_id and i.request_id = r.id)",
    ),
    (
        "items without a clock to answer in",
        "request_item i where not exists (select 1 from request_clock c
            where c.controller_id = i.controller_id and c.item_id = i.id and c.duty = 'ANSWER')",
    ),
    (
        "items without the event of their last step",
        "request_item i where not exists (select 1 from event e where e.controller_id = i.controller_id
            and e.id = i.event_id and e.type = case i.version when 1 then 'request.opened'
                else 'request.item_moved' end)",
    ),
    (
        "clocks that run on after the end of their item",
        "request_clock c join request_item i on i.controller_id = c.controller_id and i.id = c.item_id
            where c.met_at is null and c.stopped_at is null and i.status in ('FULFILLED',
                'PARTIALLY_FULFILLED', 'DENIED', 'REDIRECTED', 'WITHDRAWN', 'EXPIRED', 'DUPLICATE')",
    ),
    (
        "requests that are due at another instant than the first of their running clocks",
        "request r where coalesce(r.next_due_at, 0) <> coalesce((select min(c.due_at) from request_clock c
            where c.controller_id = r.controller_id and c.request_id = r.id and c.met_at is null
                and c.stopped_at is null and c.paused_at is null), 0)",
    ),
    (
        "requests that are closed and have an open item, or the other way round",
        "request r where (r.closed_at is null) <> exists (select 1 from request_item i
            where i.controller_id = r.controller_id and i.request_id = r.id and i.status not in ('FULFILLED',
                'PARTIALLY_FULFILLED', 'DENIED', 'REDIRECTED', 'WITHDRAWN', 'EXPIRED', 'DUPLICATE'))",
    ),
    (
        "references without an index row",
        "request_reference r where not exists (select 1 from blind_index b
            where b.controller_id = r.controller_id and b.target_id = r.id and b.field = 'request.reference')",
    ),
    (
        "messages without their event",
        "request_message m where not exists (select 1 from event e where e.controller_id = m.controller_id
            and e.id = m.event_id and e.type = case m.version when 1 then 'request.corresponded'
                else 'request.delivery_reported' end)",
    ),
    (
        "messages that came in and were delivered, or of which it is not said since when",
        "request_message m where (m.delivery is null) <> (m.delivery_at is null)
            or (m.version = 1) <> (m.delivery is null)
            or (m.delivery is not null and m.direction = 'INCOMING') or m.delivery_at < m.at",
    ),
    (
        "bodies to which something goes on that is no complaint",
        "request_item i where i.escalation_body is not null and i.kind <> 'COMPLAINT'",
    ),
];

/// How many events of a type each request must have.
pub const EVENTS: &[(&str, &str)] = &[
    (
        "request.opened",
        "select id, count(*) from request group by id",
    ),
    (
        "request.item_moved",
        "select request_id, cast(sum(version - 1) as bigint) from request_item group by request_id",
    ),
    (
        "request.verified",
        "select request_id, count(*) from request_verification group by request_id",
    ),
    (
        "request.corresponded",
        "select request_id, count(*) from request_message group by request_id",
    ),
    (
        "request.delivery_reported",
        "select request_id, cast(sum(version - 1) as bigint) from request_message where version > 1
            group by request_id",
    ),
    (
        "request.code_issued",
        "select request_id, count(*) from request_code group by request_id",
    ),
];
