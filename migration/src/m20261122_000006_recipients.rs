//! Recipients: whoever receives data.

crate::sql_migration!(
    "create table recipient (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        role text not null,
        category text not null,
        country text,
        key_id {uuid} not null,
        name {bytes} not null,
        recorded_at bigint not null,
        primary key (controller_id, id)
    )",
    "drop table recipient"
);
