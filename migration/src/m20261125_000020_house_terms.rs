//! Terms that controllers have promised beyond the law.

crate::sql_migration!(
    "create table house_term (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        duty text not null,
        types text not null,
        residences text not null,
        length integer not null,
        unit text not null,
        extended_length integer,
        extended_unit text,
        rolls boolean not null,
        pauses boolean not null,
        source text not null,
        recorded_at bigint not null,
        ended_at bigint,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id)
    )",
    "drop table house_term"
);
