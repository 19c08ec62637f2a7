\set customer random(1, 1000)
insert into plain.disclosure (customer_id, disclosed_at, ground, purpose, tier, reference)
values (lpad(to_hex(:customer::bigint), 32, '0')::uuid, '2026-01-05T09:00:00Z', 'BLOCKLIST_REPORT',
    'essential.service.abuse_handling', 'SUBSCRIBER', 'SBL654321')
returning id;
