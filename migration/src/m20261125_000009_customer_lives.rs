//! What happens to customers: their services end, they merge, they are related to each other; and to what they
//! are known by: it ends, it is verified.

crate::sql_migration!(
    "alter table customer add column services_ended_at bigint;
    create index customer_closed on customer (controller_id, registered_at, id)
        where services_ended_at is not null;
    create table customer_merge (
        controller_id {uuid} not null,
        customer_id {uuid} not null,
        into_id {uuid} not null,
        merged_at bigint not null,
        event_id {uuid} not null,
        primary key (controller_id, customer_id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, into_id) references customer (controller_id, id)
    );
    create index customer_merge_into on customer_merge (controller_id, into_id, customer_id);
    create table customer_relation (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        kind text not null,
        related_id {uuid} not null,
        valid_from bigint not null,
        valid_until bigint,
        recorded_at bigint not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint customer_relation_once unique (controller_id, customer_id, kind, related_id, valid_from),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, related_id) references customer (controller_id, id)
    );
    create index customer_relation_related on customer_relation (controller_id, related_id, valid_from, id);
    create index customer_relation_customer on customer_relation (controller_id, customer_id, valid_from, id);
    alter table identifier add column ended_at bigint;
    alter table identifier add column verified_at bigint;
    alter table identifier add column verification text;
    alter table identifier add column integration_id {uuid}",
    "alter table identifier drop column integration_id;
    alter table identifier drop column verification;
    alter table identifier drop column verified_at;
    alter table identifier drop column ended_at;
    drop table customer_relation;
    drop table customer_merge;
    drop index customer_closed;
    alter table customer drop column services_ended_at"
);
