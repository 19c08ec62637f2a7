//! Requests with what they ask for, their clocks, what outside systems call them, the messages about them,
//! and the attempts to make sure who asks; and where
//! controllers are established.

crate::sql_migration!(
    "alter table controller add column establishment text;
    alter table controller add column time_zone text;
    create table request (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        channel text not null,
        received_at bigint not null,
        recorded_at bigint not null,
        requester text not null,
        customer_id {uuid},
        resolution text not null,
        candidate_count integer not null,
        residence text,
        status text not null,
        next_due_at bigint,
        closed_at bigint,
        duplicate_of {uuid},
        integration_id {uuid},
        version integer not null,
        event_id {uuid} not null,
        key_id {uuid} not null,
        lookup {bytes},
        requester_name {bytes},
        requester_contact {bytes},
        requester_proof {bytes},
        body {bytes},
        regime_note {bytes},
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, duplicate_of) references request (controller_id, id)
    );
    create index request_received on request (controller_id, received_at, id);
    create index request_status on request (controller_id, status, received_at, id);
    create index request_open on request (controller_id, received_at, id) where closed_at is null;
    create index request_due on request (controller_id, next_due_at, id) where next_due_at is not null;
    create index request_customer on request (controller_id, customer_id, received_at, id);
    create table request_item (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        position integer not null,
        kind text not null,
        scope text,
        status text not null,
        status_at bigint not null,
        denial text,
        duplicate_of {uuid},
        key_id {uuid} not null,
        note {bytes},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint request_item_once unique (controller_id, request_id, position),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, duplicate_of) references request (controller_id, id)
    );
    create index request_item_kind on request_item (controller_id, request_id, kind);
    create table request_clock (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        item_id {uuid} not null,
        regime text not null,
        duty text not null,
        source text not null,
        since bigint not null,
        due_at bigint not null,
        first_due_at bigint not null,
        length integer not null,
        unit text not null,
        extended_length integer,
        extended_unit text,
        rolls boolean not null,
        pauses boolean not null,
        zone text not null,
        country text,
        paused_at bigint,
        paused_ms bigint not null,
        resumed_at bigint,
        pause_reason text,
        pause_note {bytes},
        delay text,
        extended_at bigint,
        notified_at bigint,
        met_at bigint,
        stopped_at bigint,
        key_id {uuid} not null,
        note {bytes},
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint request_clock_once unique (controller_id, item_id, regime, duty),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, item_id) references request_item (controller_id, id)
    );
    create index request_clock_request on request_clock (controller_id, request_id);
    create index request_clock_running on request_clock (controller_id, due_at, id)
        where met_at is null and stopped_at is null and paused_at is null;
    create table request_reference (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        system text not null,
        key_id {uuid} not null,
        reference {bytes} not null,
        recorded_at bigint not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id)
    );
    create index request_reference_request on request_reference (controller_id, request_id);
    create table request_message (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        kind text not null,
        direction text not null,
        channel text not null,
        at bigint not null,
        recorded_at bigint not null,
        key_id {uuid} not null,
        body {bytes},
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id)
    );
    create table request_verification (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        method text not null,
        verdict text not null,
        at bigint not null,
        recorded_at bigint not null,
        valid_until bigint,
        key_id {uuid} not null,
        evidence {bytes},
        note {bytes},
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id)
    );
    create index request_verification_request on request_verification (controller_id, request_id, at, id);
    create index request_message_request on request_message (controller_id, request_id, at, id)",
    "drop table request_verification; drop table request_message; drop table request_reference; drop table request_clock; drop table request_item;
    drop table request;
    alter table controller drop column time_zone;
    alter table controller drop column establishment"
);
