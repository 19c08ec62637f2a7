//! Legal holds with what they cover, and what systems must keep of customers.

crate::sql_migration!(
    "create table legal_hold (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        kind text not null,
        all_customers boolean not null,
        all_systems boolean not null,
        placed_at bigint not null,
        recorded_at bigint not null,
        expires_at bigint,
        extended_at bigint,
        released_at bigint,
        key_id {uuid} not null,
        reason {bytes} not null,
        authority {bytes},
        last_reason {bytes},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id)
    );
    create index legal_hold_active on legal_hold (controller_id, id) where released_at is null;
    create table legal_hold_customer (
        controller_id {uuid} not null,
        hold_id {uuid} not null,
        customer_id {uuid} not null,
        primary key (controller_id, hold_id, customer_id),
        foreign key (controller_id, hold_id) references legal_hold (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index legal_hold_customer_customer on legal_hold_customer (controller_id, customer_id);
    create table legal_hold_system (
        controller_id {uuid} not null,
        hold_id {uuid} not null,
        system text not null,
        primary key (controller_id, hold_id, system),
        foreign key (controller_id, hold_id) references legal_hold (controller_id, id)
    );
    create table legal_hold_category (
        controller_id {uuid} not null,
        hold_id {uuid} not null,
        category text not null,
        primary key (controller_id, hold_id, category),
        foreign key (controller_id, hold_id) references legal_hold (controller_id, id)
    );
    create table deletion_block (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        system text not null,
        ground text not null,
        until text,
        source text,
        since bigint not null,
        recorded_at bigint not null,
        settled_at bigint,
        integration_id {uuid},
        key_id {uuid} not null,
        what {bytes} not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index deletion_block_customer on deletion_block (controller_id, customer_id, recorded_at, id)",
    "drop table deletion_block; drop table legal_hold_category; drop table legal_hold_system;
    drop table legal_hold_customer; drop table legal_hold"
);
