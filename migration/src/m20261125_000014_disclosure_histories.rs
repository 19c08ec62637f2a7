//! What becomes of disclosures: one is superseded by another; what is on record now says that one was about
//! somebody else. And how far those who follow the ledger have read.

crate::sql_migration!(
    "create table disclosure_supersession (
        controller_id {uuid} not null,
        old_id {uuid} not null,
        new_id {uuid} not null,
        key_id {uuid} not null,
        reason {bytes} not null,
        recorded_at bigint not null,
        event_id {uuid} not null,
        primary key (controller_id, old_id),
        constraint disclosure_supersession_new unique (controller_id, new_id),
        foreign key (controller_id, old_id) references disclosure (controller_id, id),
        foreign key (controller_id, new_id) references disclosure (controller_id, id)
    );
    create table subject_finding (
        controller_id {uuid} not null,
        id {uuid} not null,
        subject_id {uuid} not null,
        disclosure_id {uuid} not null,
        resolution text not null,
        customer_id {uuid},
        candidate_count integer not null,
        visibility text not null,
        raised_at bigint not null,
        event_id {uuid} not null,
        settled_at bigint,
        dismissed boolean not null default false,
        primary key (controller_id, id),
        foreign key (controller_id, subject_id) references disclosure_subject (controller_id, id),
        foreign key (controller_id, disclosure_id) references disclosure (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create unique index subject_finding_open on subject_finding (controller_id, subject_id)
        where settled_at is null;
    create index subject_finding_disclosure on subject_finding (controller_id, disclosure_id);
    create table follower (
        controller_id {uuid} not null references controller (id),
        name text not null,
        idx bigint not null,
        primary key (controller_id, name)
    )",
    "drop table follower; drop table subject_finding; drop table disclosure_supersession"
);
