//! What persons said about uses of their data.

crate::sql_migration!(
    "create table preference (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid} not null,
        brand_id {uuid},
        purpose text,
        scope text,
        channel text,
        status text not null,
        at bigint not null,
        recorded_at bigint not null,
        expires_at bigint,
        method text not null,
        source text,
        notice_version text,
        text_digest text,
        integration_id {uuid},
        event_id {uuid} not null,
        key_id {uuid} not null,
        ip {bytes},
        user_agent {bytes},
        note {bytes},
        primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, brand_id) references brand (controller_id, id),
        foreign key (controller_id, integration_id) references integration (controller_id, id),
        constraint preference_about check ((purpose is null) <> (scope is null))
    );
    create index preference_customer on preference (controller_id, customer_id, at, id);
    create index preference_recorded on preference (controller_id, recorded_at, id)",
    "drop table preference"
);
