//! Packages of what is known of a person, in parts, and the links under which they are handed out.

crate::sql_migration!(
    "create table access_package (
        controller_id {uuid} not null,
        id {uuid} not null,
        request_id {uuid} not null,
        item_id {uuid} not null,
        customer_id {uuid},
        status text not null,
        recorded_at bigint not null,
        ready_at bigint,
        expires_at bigint,
        attempts integer not null,
        not_before bigint not null,
        lease {uuid},
        size bigint not null,
        chunks integer not null,
        files integer not null,
        key_id {uuid} not null,
        digest {bytes},
        version integer not null,
        event_id {uuid} not null,
        primary key (controller_id, id),
        foreign key (controller_id, request_id) references request (controller_id, id),
        foreign key (controller_id, item_id) references request_item (controller_id, id),
        foreign key (controller_id, customer_id) references customer (controller_id, id)
    );
    create index access_package_item on access_package (controller_id, item_id, id);
    create unique index access_package_one on access_package (controller_id, item_id) where status = 'PLANNED';
    create index access_package_planned on access_package (not_before) where status = 'PLANNED';
    create index access_package_expiry on access_package (status, expires_at) where status <> 'PLANNED' and chunks > 0;
    create table access_package_chunk (
        controller_id {uuid} not null,
        id {uuid} not null,
        package_id {uuid} not null,
        position integer not null,
        key_id {uuid} not null,
        content {bytes} not null,
        primary key (controller_id, id),
        constraint access_package_chunk_once unique (controller_id, package_id, position),
        foreign key (controller_id, package_id) references access_package (controller_id, id)
    );
    create table access_package_link (
        controller_id {uuid} not null,
        id {uuid} not null,
        package_id {uuid} not null,
        token_digest {bytes} not null,
        recorded_at bigint not null,
        expires_at bigint not null,
        used_at bigint,
        integration_id {uuid},
        event_id {uuid} not null,
        primary key (controller_id, id),
        constraint access_package_link_token unique (token_digest),
        foreign key (controller_id, package_id) references access_package (controller_id, id),
        foreign key (controller_id, integration_id) references integration (controller_id, id)
    );
    create index access_package_link_package on access_package_link (controller_id, package_id, id)",
    "drop table access_package_link;
    drop table access_package_chunk;
    drop table access_package"
);
