//! Snapshots: the ids that an outside system says it has, compared with what is on record.

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
        where system is not null",
    "drop index identifier_system; drop table snapshot_value; drop table snapshot"
);
