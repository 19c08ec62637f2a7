//! Where data goes, and what is known of systems: who answers for them, who runs them, where, and what they hold.

crate::sql_migration!(
    "alter table system add column owner text;
    alter table system add column host_id {uuid};
    alter table system add column country text;
    alter table system add column categories text not null default '';
    alter table system add column subjects text not null default '';
    create table data_flow (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        from_system {uuid},
        to_system {uuid},
        to_recipient {uuid},
        categories text not null,
        subjects text not null,
        purpose text not null,
        legal_basis text,
        our_role text not null,
        frequency text,
        agreement_id {uuid},
        mechanism_id {uuid},
        valid_from text not null,
        valid_until text,
        replaces {uuid},
        recorded_at bigint not null,
        integration_id {uuid},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, from_system) references system (controller_id, id),
        foreign key (controller_id, to_system) references system (controller_id, id),
        foreign key (controller_id, to_recipient) references recipient (controller_id, id),
        foreign key (controller_id, agreement_id) references instrument (controller_id, id),
        foreign key (controller_id, mechanism_id) references instrument (controller_id, id),
        foreign key (controller_id, replaces) references data_flow (controller_id, id)
    );
    create unique index data_flow_replaces on data_flow (controller_id, replaces) where replaces is not null;
    create index data_flow_from on data_flow (controller_id, from_system, id);
    create index data_flow_to_system on data_flow (controller_id, to_system, id) where to_system is not null;
    create index data_flow_to_recipient on data_flow (controller_id, to_recipient, id) where to_recipient is not null",
    "drop table data_flow;
    alter table system drop column subjects; alter table system drop column categories;
    alter table system drop column country; alter table system drop column host_id;
    alter table system drop column owner"
);
