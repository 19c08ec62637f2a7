//! Brands: the trading names under which a controller serves its customers.

crate::sql_migration!(
    "create table brand (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        name text not null,
        normal_name text not null,
        recorded_at bigint not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint brand_name unique (controller_id, normal_name)
    );
    create table customer_brand (
        controller_id {uuid} not null,
        customer_id {uuid} not null,
        brand_id {uuid} not null,
        primary key (controller_id, customer_id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, brand_id) references brand (controller_id, id)
    );
    create index customer_brand_brand on customer_brand (controller_id, brand_id, customer_id)",
    "drop table customer_brand; drop table brand"
);
