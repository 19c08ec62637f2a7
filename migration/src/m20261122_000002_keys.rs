//! Keys: the check value of each keyring epoch, wrapped data keys, blind indexes.

crate::sql_migration!(
    "create table keyring_epoch (
        epoch integer primary key,
        check_value {bytes} not null,
        created_at bigint not null
    );
    create table data_key (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        owner_kind text not null,
        owner_id {uuid} not null,
        class text not null,
        epoch integer not null,
        wrapped {bytes} not null,
        created_at bigint not null,
        primary key (controller_id, id),
        constraint data_key_owner unique (controller_id, owner_id, class)
    );
    create table blind_index (
        controller_id {uuid} not null references controller (id),
        field text not null,
        value {bytes} not null,
        target_id {uuid} not null,
        epoch integer not null,
        normaliser smallint not null,
        exclusive boolean not null,
        primary key (controller_id, field, value, target_id)
    );
    create unique index blind_index_exclusive on blind_index (controller_id, field, value) where exclusive;
    create index blind_index_target on blind_index (controller_id, target_id)",
    "drop table blind_index; drop table data_key; drop table keyring_epoch"
);
