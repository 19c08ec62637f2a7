//! Disclosures, their subjects, and their data categories.

crate::sql_migration!(
    "create table disclosure (
        controller_id {uuid} not null,
        id {uuid} not null,
        recipient_id {uuid} not null,
        ground text not null,
        purpose text not null,
        tier text not null,
        method text,
        data_categories text not null,
        disclosed_at bigint not null,
        recorded_at bigint not null,
        visibility text not null,
        integration_id {uuid},
        event_id {uuid} not null,
        subject_count integer not null,
        unresolved_count integer not null,
        key_id {uuid} not null,
        reference {bytes},
        authority {bytes},
        note {bytes},
        primary key (controller_id, id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id)
    );
    create index disclosure_disclosed on disclosure (controller_id, disclosed_at, id);
    create index disclosure_ground on disclosure (controller_id, ground, disclosed_at, id);
    create index disclosure_unresolved on disclosure (controller_id, disclosed_at, id)
        where unresolved_count > 0;
    create index disclosure_recipient on disclosure (controller_id, recipient_id, disclosed_at, id);
    create table disclosure_category (
        controller_id {uuid} not null,
        category text not null,
        disclosure_id {uuid} not null,
        primary key (controller_id, category, disclosure_id),
        foreign key (controller_id, disclosure_id) references disclosure (controller_id, id)
    );
    create table disclosure_subject (
        controller_id {uuid} not null,
        id {uuid} not null,
        disclosure_id {uuid} not null,
        position integer not null,
        customer_id {uuid},
        resolution text not null,
        candidate_count integer not null,
        disclosed_at bigint not null,
        visibility text not null,
        event_id {uuid} not null,
        key_id {uuid} not null,
        lookup {bytes} not null,
        primary key (controller_id, id),
        foreign key (controller_id, disclosure_id) references disclosure (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index disclosure_subject_customer
        on disclosure_subject (controller_id, customer_id, disclosed_at, disclosure_id);
    create index disclosure_subject_disclosure on disclosure_subject (controller_id, disclosure_id, position)",
    "drop table disclosure_subject; drop table disclosure_category; drop table disclosure"
);
