//! Incidents: what happened, who is affected, by when who is to be told, and what was said of that; in systems, for whom
//! what they hold is processed; tasks that tell customers.

crate::sql_migration!(
    "create table incident (
        controller_id {uuid} not null references controller (id),
        id {uuid} not null,
        status text not null,
        status_at bigint not null,
        kinds text not null,
        cause text,
        risk text not null,
        significant boolean not null,
        confidential boolean not null,
        disclosure_id {uuid},
        systems text not null,
        categories text not null,
        began_at bigint,
        ended_at bigint,
        detected_at bigint,
        aware_at bigint,
        recorded_at bigint not null,
        frozen_at bigint,
        closed_at bigint,
        next_due_at bigint,
        persons bigint,
        records bigint,
        key_id {uuid} not null,
        title {bytes} not null,
        description {bytes},
        consequences {bytes},
        measures {bytes},
        last_reason {bytes},
        integration_id {uuid},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, disclosure_id) references disclosure (controller_id, id)
    );
    create index incident_recorded on incident (controller_id, recorded_at, id);
    create table incident_recipient (
        controller_id {uuid} not null,
        recipient_id {uuid} not null,
        incident_id {uuid} not null,
        primary key (controller_id, incident_id, recipient_id),
        foreign key (controller_id, incident_id) references incident (controller_id, id),
        foreign key (controller_id, recipient_id) references recipient (controller_id, id)
    );
    create table incident_customer (
        controller_id {uuid} not null,
        incident_id {uuid} not null,
        target text not null,
        customer_id {uuid} not null,
        country text,
        added_at bigint not null,
        primary key (controller_id, incident_id, target, customer_id),
        foreign key (controller_id, incident_id) references incident (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create table incident_clock (
        controller_id {uuid} not null,
        incident_id {uuid} not null,
        regime text not null,
        target text not null,
        phase text not null,
        since bigint not null,
        due_at bigint,
        met_at bigint,
        stopped_at bigint,
        source text not null,
        primary key (controller_id, incident_id, regime, target, phase),
        foreign key (controller_id, incident_id) references incident (controller_id, id)
    );
    create table incident_notification (
        controller_id {uuid} not null,
        id {uuid} not null,
        incident_id {uuid} not null,
        regime text,
        target text not null,
        phase text not null,
        status text not null,
        at bigint not null,
        recorded_at bigint not null,
        channel text,
        system text,
        planning boolean not null,
        withdrawn_at bigint,
        unreached bigint,
        plannings integer not null,
        key_id {uuid} not null,
        text {bytes},
        reference {bytes},
        reason {bytes},
        integration_id {uuid},
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, incident_id) references incident (controller_id, id)
    );
    create index incident_notification_incident on incident_notification (controller_id, incident_id, recorded_at, id);
    create index incident_notification_planning on incident_notification (controller_id, id) where planning;
    alter table system add column our_roles text not null default 'CONTROLLER';
    alter table task add column notification_id {uuid};
    create unique index task_notification on task (controller_id, notification_id, customer_id)
        where notification_id is not null;
    create index task_notification_status on task (controller_id, notification_id, status, id)
        where notification_id is not null;
    create index identifier_kind on identifier (controller_id, kind, system, customer_id)",
    // Those tasks have no place before this version.
    "drop index identifier_kind;
    delete from task where notification_id is not null;
    drop index task_notification_status; drop index task_notification;
    alter table task drop column notification_id;
    alter table system drop column our_roles;
    drop table incident_notification; drop table incident_clock; drop table incident_customer;
    drop table incident_recipient; drop table incident"
);
