-- What PostGraphile and pgbench are compared on: two plain tables with the columns that the nested read
-- returns and an index that serves it. No encryption, no event, no idempotency record, no second controller.
create schema plain;

create table plain.customer (
    id uuid primary key,
    registered_at timestamptz not null
);
create index customer_registered on plain.customer (registered_at desc, id desc);

create table plain.disclosure (
    id uuid primary key default gen_random_uuid(),
    customer_id uuid not null references plain.customer (id),
    disclosed_at timestamptz not null,
    ground text not null,
    purpose text not null,
    tier text not null,
    reference text
);
create index disclosure_customer on plain.disclosure (customer_id, disclosed_at desc, id desc);

-- Ids that follow from a number, so that a client can name any of the thousand.
insert into plain.customer (id, registered_at)
select lpad(to_hex(n), 32, '0')::uuid, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second' from generate_series(1, 1000) n;

insert into plain.disclosure (customer_id, disclosed_at, ground, purpose, tier, reference)
select id, registered_at + n * interval '1 hour', 'BLOCKLIST_REPORT', 'essential.service.abuse_handling',
    'SUBSCRIBER', 'SBL' || n
from plain.customer, generate_series(1, 10) n;

analyze plain.customer;
analyze plain.disclosure;
