//! What is really in a database, seen from beside the instance that serves it.

mod disclosures;
mod events;
mod gaps;
mod holds;
mod incidents;
mod map;
mod requests;
mod tasks;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use entity::id::{
    AccessPackageLinkId, ControllerId, IdentifierId, RecipientNoticeId, RequestClockId,
    RequestItemId, RequestMessageId, RequestVerificationId, SnapshotId, TokenId,
};
use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement, TryGetable};

use super::Database;

/// The tables that changes write to.
const TABLES: &[&str] = &[
    "access_package",
    "access_package_link",
    "assignment",
    "blind_index",
    "brand",
    "contact_rule",
    "customer",
    "customer_brand",
    "customer_merge",
    "customer_relation",
    "data_flow",
    "data_key",
    "deletion_block",
    "disclosure",
    "disclosure_category",
    "disclosure_subject",
    "disclosure_supersession",
    "event",
    "idempotency",
    "house_term",
    "identifier",
    "incident",
    "incident_clock",
    "incident_customer",
    "incident_notification",
    "incident_recipient",
    "instrument",
    "integration",
    "legal_hold",
    "legal_hold_category",
    "legal_hold_customer",
    "legal_hold_system",
    "message_template",
    "preference",
    "preference_address",
    "recipient",
    "recipient_customer",
    "recipient_engagement",
    "recipient_notice",
    "request",
    "request_clock",
    "request_code",
    "request_item",
    "request_message",
    "request_reference",
    "request_verification",
    "retention_anchor",
    "retention_rule",
    "snapshot",
    "snapshot_value",
    "subject_finding",
    "system",
    "task",
    "task_attachment",
    "task_attachment_chunk",
    "task_retention",
    "token",
];

/// What there must be none of. Each is half of something.
const HALVES: &[(&str, &str)] = &[
    (
        "customers without their key",
        "customer c where not exists (select 1 from data_key k where k.controller_id = c.controller_id
            and k.id = c.key_id and k.owner_id = c.id and k.class = 'PROFILE')",
    ),
    (
        "identifiers without their key",
        "identifier i where not exists (select 1 from data_key k
            where k.controller_id = i.controller_id and k.id = i.key_id)",
    ),
    (
        "identifiers without an index row",
        "identifier i where not exists (select 1 from blind_index b
            where b.controller_id = i.controller_id and b.target_id = i.id)",
    ),
    (
        "external ids that ended and keep others from having them",
        "identifier i join blind_index b on b.controller_id = i.controller_id and b.target_id = i.id
            where i.ended_at is not null and b.exclusive",
    ),
    (
        "external ids that do not keep others from having them",
        "identifier i join blind_index b on b.controller_id = i.controller_id and b.target_id = i.id
            where i.ended_at is null and i.kind = 'EXTERNAL_ID' and not b.exclusive",
    ),
    (
        "merges that lead to what was merged itself",
        "customer_merge m where m.customer_id = m.into_id or exists (select 1 from customer_merge r
            where r.controller_id = m.controller_id and r.customer_id = m.into_id)",
    ),
    (
        "relations without their event",
        "customer_relation r where r.customer_id = r.related_id or r.kind = 'END_CLIENT'
            or not exists (select 1 from event e where e.controller_id = r.controller_id
                and e.id = r.event_id and e.type = 'relation.recorded')",
    ),
    (
        "snapshots without the ids that they count",
        "snapshot s where s.received < 1 or s.received < s.unknown or s.received <> (
            select count(*) from snapshot_value v
            where v.controller_id = s.controller_id and v.snapshot_id = s.id)",
    ),
    (
        "snapshots without an event",
        "snapshot s where not exists (select 1 from event e where e.controller_id = s.controller_id
            and e.type = 'snapshot.reconciled')",
    ),
    (
        "assignments without their key",
        "assignment a where not exists (select 1 from data_key k
            where k.controller_id = a.controller_id and k.id = a.key_id)",
    ),
    (
        "assignments without an index row",
        "assignment a where not exists (select 1 from blind_index b
            where b.controller_id = a.controller_id and b.target_id = a.id)",
    ),
    (
        "recipients without their key",
        "recipient r where not exists (select 1 from data_key k where k.controller_id = r.controller_id
            and k.id = r.key_id and k.owner_id = r.id)",
    ),
    (
        "recipients without an index row that are no customers, and customers with one",
        "recipient r where exists (select 1 from blind_index b
                where b.controller_id = r.controller_id and b.target_id = r.id)
            = exists (select 1 from recipient_customer c
                where c.controller_id = r.controller_id and c.recipient_id = r.id)",
    ),
    (
        "recipients that are customers and say to be something else",
        "recipient_customer c where not exists (select 1 from recipient r
            where r.controller_id = c.controller_id and r.id = c.recipient_id
            and r.role = 'PRIVATE_PARTY' and r.category = 'CUSTOMER')",
    ),
    (
        "index rows that lead nowhere",
        "blind_index b where not exists (select 1 from identifier i where i.id = b.target_id)
            and not exists (select 1 from assignment a where a.id = b.target_id)
            and not exists (select 1 from recipient r where r.id = b.target_id)
            and not exists (select 1 from disclosure_subject s where s.id = b.target_id)
            and not exists (select 1 from request_reference q where q.id = b.target_id)
            and not exists (select 1 from retention_anchor n where n.id = b.target_id)",
    ),
    (
        "index rows that are not of the kind of what they lead to",
        "blind_index b where (b.field in ('subject.network', 'subject.domain'))
            <> exists (select 1 from disclosure_subject s
                where s.controller_id = b.controller_id and s.id = b.target_id)",
    ),
    (
        "keys of customers that are not there",
        "data_key k where k.owner_kind = 'CUSTOMER' and not exists (select 1 from customer c
            where c.controller_id = k.controller_id and c.id = k.owner_id)",
    ),
    (
        "keys of records that are not there",
        "data_key k where k.owner_kind = 'RECORD'
            and not exists (select 1 from controller c where c.id = k.owner_id)
            and not exists (select 1 from recipient r where r.id = k.owner_id)
            and not exists (select 1 from disclosure d where d.id = k.owner_id)
            and not exists (select 1 from request q where q.id = k.owner_id)
            and not exists (select 1 from preference p where p.id = k.owner_id)
            and not exists (select 1 from legal_hold h where h.id = k.owner_id)
            and not exists (select 1 from incident n where n.id = k.owner_id)",
    ),
    (
        "lines of the access log without their key, or about nobody",
        "access_log_entry a where not exists (select 1 from data_key k
            where k.controller_id = a.controller_id and k.id = a.key_id)
            or (a.customer_id is not null and not exists (select 1 from customer c
                where c.controller_id = a.controller_id and c.id = a.customer_id))
            or (a.fields <> '') <> (a.customer_id is not null or a.record_id is not null)",
    ),
    (
        "disclosures without their key",
        "disclosure d where not exists (select 1 from data_key k
            where k.controller_id = d.controller_id and k.id = d.key_id)",
    ),
    (
        "disclosures without the subjects that they count",
        "disclosure d where d.subject_count < 1 or d.subject_count <> (
            select count(*) from disclosure_subject s
            where s.controller_id = d.controller_id and s.disclosure_id = d.id)",
    ),
    (
        "disclosures without the unresolved subjects that they count",
        "disclosure d where d.unresolved_count <> (select count(*) from disclosure_subject s
            where s.controller_id = d.controller_id and s.disclosure_id = d.id
            and s.customer_id is null)",
    ),
    (
        "disclosures without a category",
        "disclosure d where not exists (select 1 from disclosure_category c
            where c.controller_id = d.controller_id and c.disclosure_id = d.id)",
    ),
    (
        "disclosures without their event",
        "disclosure d where not exists (select 1 from event e where e.controller_id = d.controller_id
            and e.id = d.event_id and e.type = 'disclosure.recorded')",
    ),
    (
        "subjects without their event",
        "disclosure_subject s where not exists (select 1 from event e
            where e.controller_id = s.controller_id and e.id = s.event_id)",
    ),
    (
        "subjects without their key",
        "disclosure_subject s where not exists (select 1 from data_key k
            where k.controller_id = s.controller_id and k.id = s.key_id)",
    ),
    (
        "subjects of several without a leaf of their own",
        "disclosure_subject s join disclosure d
            on d.controller_id = s.controller_id and d.id = s.disclosure_id
            where d.subject_count > 1 and s.customer_id is not null and s.event_id = d.event_id",
    ),
    (
        "subjects that were resolved later without an event that says so",
        "disclosure_subject s where s.resolution = 'RESOLVED' and s.candidate_count <> 1
            and not exists (select 1 from event e where e.controller_id = s.controller_id
                and e.id = s.event_id and e.type = 'disclosure.subject_resolved')",
    ),
    (
        "subjects that differ from their disclosure",
        "disclosure_subject s join disclosure d
            on d.controller_id = s.controller_id and d.id = s.disclosure_id
            where s.disclosed_at <> d.disclosed_at or s.occurrences <> d.occurrences
            or coalesce(s.disclosed_until, -1) <> coalesce(d.disclosed_until, -1)
            or s.visibility <> d.visibility",
    ),
    (
        "subjects that are resolved to nobody, or to somebody without being resolved",
        "disclosure_subject s where (s.resolution = 'RESOLVED') <> (s.customer_id is not null)",
    ),
    (
        "subjects that count although their disclosure is superseded, or do not although it is not",
        "disclosure_subject s where s.superseded <> exists (select 1 from disclosure_supersession r
            where r.controller_id = s.controller_id and r.old_id = s.disclosure_id)",
    ),
    (
        "supersessions without their key",
        "disclosure_supersession r where not exists (select 1 from data_key k
            where k.controller_id = r.controller_id and k.id = r.key_id)",
    ),
    (
        "supersessions without their event",
        "disclosure_supersession r where not exists (select 1 from event e
            where e.controller_id = r.controller_id and e.id = r.event_id
            and e.type = 'disclosure.superseded')",
    ),
    (
        "findings without their event",
        "subject_finding f where not exists (select 1 from event e
            where e.controller_id = f.controller_id and e.id = f.event_id
            and e.type = 'finding.raised')",
    ),
    (
        "findings about the subject of another disclosure",
        "subject_finding f where not exists (select 1 from disclosure_subject s
            where s.controller_id = f.controller_id and s.id = f.subject_id
            and s.disclosure_id = f.disclosure_id and s.visibility = f.visibility)",
    ),
    (
        "findings that say what is on record",
        "subject_finding f join disclosure_subject s
            on s.controller_id = f.controller_id and s.id = f.subject_id
            where f.settled_at is null and (s.superseded or s.customer_id = f.customer_id)",
    ),
    (
        "events without their key",
        "event e where not exists (select 1 from data_key k
            where k.controller_id = e.controller_id and k.id = e.key_id)",
    ),
];

/// Somebody who looks at a database. Close it before the database is removed.
pub struct Survey {
    db: DatabaseConnection,
}

impl Survey {
    /// Of this database.
    pub async fn of(database: &Database) -> Self {
        Self {
            db: database.look().await,
        }
    }

    /// Lets go of the database.
    pub async fn close(self) {
        self.db.close().await.unwrap();
    }

    /// How many there are: a table, with conditions where they are needed.
    pub async fn count(&self, of: &str) -> i64 {
        let rows = self.rows(&format!("select count(*) from {of}")).await;
        rows[0].try_get_by_index(0).unwrap()
    }

    /// How many rows each table has.
    pub async fn sizes(&self) -> BTreeMap<&'static str, i64> {
        let mut sizes = BTreeMap::new();
        for table in TABLES {
            sizes.insert(*table, self.count(table).await);
        }
        sizes
    }

    /// The only value of a statement, as text.
    pub async fn text(&self, sql: &str) -> String {
        self.rows(sql).await[0].try_get_by_index(0).unwrap()
    }

    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.db.get_database_backend(), sql);
        self.db.query_all_raw(statement).await.unwrap()
    }

    async fn column<T: TryGetable>(&self, sql: &str) -> Vec<T> {
        let rows = self.rows(sql).await;
        rows.iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect()
    }

    /// The ids of a table.
    async fn ids<T: TryGetable + ToString>(&self, table: &str) -> Vec<String> {
        let ids: Vec<T> = self.column(&format!("select id from {table}")).await;
        ids.iter().map(ToString::to_string).collect()
    }

    /// Asserts that nothing is half-written: every record has its key, its index rows, its parts and its events, and
    /// every event and every remembered result its object.
    pub async fn assert_whole(&self) {
        self.assert_no_halves().await;
        for (what, of) in tasks::HALVES_HERE {
            assert_eq!(self.count(of).await, 0, "{what}");
        }
        let expected = self.expected_events().await;
        let found = self.found_events().await;
        let missing: Vec<_> = expected
            .iter()
            .filter(|(of, n)| found.get(*of) != Some(*n))
            .collect();
        let surplus: Vec<_> = found
            .iter()
            .filter(|(of, n)| expected.get(*of) != Some(*n))
            .collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "wanted {missing:?}, found {surplus:?}"
        );
        let mut objects: BTreeSet<_> = expected.into_keys().map(|(_, object)| object).collect();
        objects.extend(self.ids::<TokenId>("token").await);
        objects.extend(self.ids::<IdentifierId>("identifier").await);
        objects.extend(self.ids::<SnapshotId>("snapshot").await);
        objects.extend(self.ids::<RequestItemId>("request_item").await);
        objects.extend(self.ids::<AccessPackageLinkId>("access_package_link").await);
        objects.extend(self.ids::<RecipientNoticeId>("recipient_notice").await);
        objects.extend(self.ids::<RequestClockId>("request_clock").await);
        objects.extend(self.ids::<RequestMessageId>("request_message").await);
        objects.extend(
            self.ids::<RequestVerificationId>("request_verification")
                .await,
        );
        objects.extend(self.ids::<ControllerId>("controller").await);
        let results: Vec<String> = self.column("select results from idempotency").await;
        for id in results
            .iter()
            .flat_map(|ids| ids.split(' '))
            // The code of an item that was not recorded, and which input it was about.
            .filter(|id| !id.contains('@') && id.chars().any(|c| c.is_ascii_lowercase()))
        {
            assert!(objects.contains(id), "remembered, but not there: {id}");
        }
    }

    /// Asserts that every record has its key, its index rows and its parts.
    pub async fn assert_no_halves(&self) {
        let more = [
            requests::HALVES,
            tasks::HALVES,
            holds::HALVES,
            incidents::HALVES,
            map::HALVES,
        ];
        for (what, of) in HALVES.iter().chain(more.into_iter().flatten()) {
            assert_eq!(self.count(of).await, 0, "{what}");
        }
    }

    /// Asserts that every event soon has its number, and that the numbers of each log have no gap.
    pub async fn assert_gapless(&self) {
        for _ in 0..1_000 {
            if self.count("event where idx is null").await == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        for (what, of) in gaps::GAPS {
            assert_eq!(self.count(of).await, 0, "{what}");
        }
        assert!(
            self.count("ledger_state where log = 'MAIN' and size > 0")
                .await
                > 0
        );
    }
}

fn read<T: TryGetable>(row: &QueryResult, column: usize) -> T {
    row.try_get_by_index(column).unwrap()
}
