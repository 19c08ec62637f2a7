//! The ledger: events are leaves, numbered after their transaction committed.

crate::sql_migration!(
    "create table ledger_state (
        controller_id {uuid} not null references controller (id),
        log text not null,
        size bigint not null,
        primary key (controller_id, log)
    );
    create table event (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        log text not null,
        idx bigint,
        type text not null,
        at bigint not null,
        integration_id {uuid},
        object text not null,
        customer_id {uuid},
        body text not null,
        leaf_hash {bytes} not null,
        key_id {uuid} not null,
        opening {bytes} not null,
        primary key (controller_id, id),
        constraint event_idx unique (controller_id, log, idx)
    );
    create index event_pending on event (controller_id, log, id) where idx is null;
    create index event_type on event (controller_id, log, type, idx)",
    "drop table event; drop table ledger_state"
);
