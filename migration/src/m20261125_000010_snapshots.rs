//! Snapshots: the ids that an outside system says it has, compared with what is on record. The index
//! of index rows by what they lead to has their values, too: `SQLite` would otherwise read the whole index of a
//! controller, because that has all columns that the comparison needs.

crate::sql_migration!(
    "create table snapshot (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        system text not null,
        received bigint not null,
        unknown bigint not null,
        completed_at bigint,
        recorded_at bigint not null,
        integration_id {uuid},
        primary key (controller_id, id)
    );
    create index snapshot_recorded on snapshot (recorded_at);
    create table snapshot_value (
        controller_id {uuid} not null,
        snapshot_id {uuid} not null,
        value {bytes} not null,
        primary key (controller_id, snapshot_id, value),
        foreign key (controller_id, snapshot_id) references snapshot (controller_id, id)
    );
    create index identifier_system on identifier (controller_id, system, customer_id)
        where system is not null;
    drop index blind_index_target;
    create index blind_index_target on blind_index (controller_id, target_id, value)",
    "drop index blind_index_target;
    create index blind_index_target on blind_index (controller_id, target_id);
    drop index identifier_system; drop table snapshot_value; drop table snapshot"
);
