//! Agreements with recipients, what allows that data goes to them, and which of them works for which.

crate::sql_migration!(
    "create table instrument (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        recipient_id {uuid} not null,
        agreement text,
        mechanism text,
        scheme text,
        derogation text,
        valid_from text,
        valid_until text,
        ends_on text,
        ended_at bigint,
        reference text,
        recorded_at bigint not null,
        integration_id {uuid},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id)
    );
    create index instrument_recipient on instrument (controller_id, recipient_id, id);
    create index instrument_ends on instrument (controller_id, ends_on, id) where ends_on is not null;
    create table recipient_engagement (
        controller_id {uuid} not null,
        recipient_id {uuid} not null,
        engaged_by {uuid} not null,
        primary key (controller_id, recipient_id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id),
        foreign key (controller_id, engaged_by) references recipient (controller_id, id)
    );
    create index recipient_engagement_by on recipient_engagement (controller_id, engaged_by, recipient_id)",
    "drop table recipient_engagement; drop table instrument"
);
