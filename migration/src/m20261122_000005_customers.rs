//! Customers, their identifiers, and the resources assigned to them.

crate::sql_migration!(
    "create table customer (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        kind text not null,
        category text not null,
        country text,
        key_id {uuid} not null,
        name {bytes},
        registered_at bigint not null,
        recorded_at bigint not null,
        version integer not null,
        primary key (controller_id, id)
    );
    create index customer_registered on customer (controller_id, registered_at, id);
    create index customer_category on customer (controller_id, category, registered_at, id);
    create table identifier (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        kind text not null,
        system text,
        key_id {uuid} not null,
        value {bytes} not null,
        recorded_at bigint not null,
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index identifier_customer on identifier (controller_id, customer_id, id);
    create table assignment (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        resource_kind text not null,
        prefix_length smallint not null,
        sharing text not null,
        key_id {uuid} not null,
        resource {bytes} not null,
        valid_from bigint not null,
        valid_until bigint,
        recorded_at bigint not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index assignment_customer on assignment (controller_id, customer_id, valid_from, id)",
    "drop table assignment; drop table identifier; drop table customer"
);
