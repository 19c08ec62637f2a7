//! Preferences of addresses that no customer has, and what a mail system asks before it sends: digests of addresses that
//! outlast their customers, which templates serve which use, and where advertising needs a consent.

crate::sql_migration!(
    "alter table preference rename to preference_before;
    drop index preference_customer;
    drop index preference_recorded;
    create table preference (
        controller_id {uuid} not null,
        id {uuid} not null,
        customer_id {uuid},
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
        constraint preference_key primary key (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id),
        foreign key (controller_id, brand_id) references brand (controller_id, id),
        foreign key (controller_id, integration_id) references integration (controller_id, id),
        constraint preference_use check ((purpose is null) <> (scope is null))
    );
    insert into preference (controller_id, id, customer_id, brand_id, purpose, scope, channel, status, at, recorded_at,
        expires_at, method, source, notice_version, text_digest, integration_id, event_id, key_id, ip, user_agent, note)
    select controller_id, id, customer_id, brand_id, purpose, scope, channel, status, at, recorded_at,
        expires_at, method, source, notice_version, text_digest, integration_id, event_id, key_id, ip, user_agent, note
    from preference_before;
    drop table preference_before;
    create index preference_customer on preference (controller_id, customer_id, at, id);
    create index preference_recorded on preference (controller_id, recorded_at, id);
    create table contact_key (
        controller_id {uuid} not null primary key references controller (id),
        id {uuid} not null,
        key_id {uuid} not null,
        secret {bytes} not null,
        created_at bigint not null
    );
    create table preference_address (
        controller_id {uuid} not null,
        digest {bytes} not null,
        preference_id {uuid} not null,
        primary key (controller_id, digest, preference_id),
        foreign key (controller_id, preference_id) references preference (controller_id, id)
    );
    create index preference_address_preference on preference_address (controller_id, preference_id);
    create table contact_rule (
        controller_id {uuid} not null,
        id {uuid} not null,
        place text not null,
        brand_id {uuid},
        country text,
        channel text,
        basis text,
        recorded_at bigint not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, brand_id) references brand (controller_id, id),
        constraint contact_rule_place unique (controller_id, place)
    );
    create table message_template (
        controller_id {uuid} not null,
        id {uuid} not null,
        integration_id {uuid} not null,
        name text not null,
        purpose text,
        brand_id {uuid},
        recorded_at bigint not null,
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, integration_id) references integration (controller_id, id),
        foreign key (controller_id, brand_id) references brand (controller_id, id),
        constraint message_template_name unique (controller_id, integration_id, name)
    )",
    "drop table message_template;
    drop table contact_rule;
    drop table preference_address;
    drop table contact_key;
    delete from preference where customer_id is null;
    alter table preference rename to preference_after;
    drop index preference_customer;
    drop index preference_recorded;
    create table preference (
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
    insert into preference (controller_id, id, customer_id, brand_id, purpose, scope, channel, status, at, recorded_at,
        expires_at, method, source, notice_version, text_digest, integration_id, event_id, key_id, ip, user_agent, note)
    select controller_id, id, customer_id, brand_id, purpose, scope, channel, status, at, recorded_at,
        expires_at, method, source, notice_version, text_digest, integration_id, event_id, key_id, ip, user_agent, note
    from preference_after;
    drop table preference_after;
    create index preference_customer on preference (controller_id, customer_id, at, id);
    create index preference_recorded on preference (controller_id, recorded_at, id)"
);
