//! Which events there must be, and which there are.

use std::collections::BTreeMap;

use entity::id::{
    AccessPackageId, AssignmentId, BrandId, ContactRuleId, CustomerId, DataFlowId, DeletionBlockId,
    DisclosureId, HouseTermId, IncidentId, IncidentNotificationId, InstrumentId, IntegrationId,
    LegalHoldId, MessageTemplateId, PreferenceId, RecipientId, RelationId, RequestId,
    RetentionAnchorId, RetentionRuleId, SystemId, TaskId,
};

use super::{Survey, disclosures, holds, read, requests};

/// How many events there are, by type and object.
type Events = BTreeMap<(String, String), i64>;

impl Survey {
    /// How many events each object must have, by type and object.
    pub(super) async fn expected_events(&self) -> Events {
        let mut events = Events::new();
        let mut expect = |kind: &str, object: String, count: i64| {
            if count > 0 {
                events.insert((kind.to_owned(), object), count);
            }
        };
        for row in self.rows("select id, version from customer").await {
            let (id, version): (CustomerId, i32) = (read(&row, 0), read(&row, 1));
            expect("customer.registered", id.to_string(), 1);
            // A change is a version and an event.
            expect("customer changed", id.to_string(), i64::from(version) - 1);
        }
        let merged = "select customer_id from customer_merge";
        for id in self.column::<CustomerId>(merged).await {
            expect("customer.merged", id.to_string(), 1);
        }
        for row in self.rows("select id, version from customer_relation").await {
            let (id, version): (RelationId, i32) = (read(&row, 0), read(&row, 1));
            expect("relation.recorded", id.to_string(), i64::from(version));
        }
        for id in self.column::<BrandId>("select id from brand").await {
            expect("brand.registered", id.to_string(), 1);
        }
        for row in self.rows("select id, version from recipient").await {
            let (id, version): (RecipientId, i32) = (read(&row, 0), read(&row, 1));
            expect("recipient.registered", id.to_string(), 1);
            expect("recipient.updated", id.to_string(), i64::from(version) - 1);
        }
        for row in self.rows("select id, version from assignment").await {
            let (id, version): (AssignmentId, i32) = (read(&row, 0), read(&row, 1));
            // A correction is a version and an event.
            expect("assignment.recorded", id.to_string(), i64::from(version));
        }
        // A subject that was resolved later has the event of that.
        let sql = "select d.id, count(distinct e.id) from disclosure d
            left join disclosure_subject s on s.controller_id = d.controller_id
                and s.disclosure_id = d.id and s.event_id <> d.event_id
            left join event e on e.controller_id = s.controller_id and e.id = s.event_id
                and e.type <> 'disclosure.subject_resolved'
            group by d.id";
        for row in self.rows(sql).await {
            let (id, subjects): (DisclosureId, i64) = (read(&row, 0), read(&row, 1));
            expect("disclosure.recorded", id.to_string(), 1);
            expect("disclosure.subject_recorded", id.to_string(), subjects);
        }
        for (kind, sql) in disclosures::EVENTS {
            for row in self.rows(sql).await {
                let (id, count): (DisclosureId, i64) = (read(&row, 0), read(&row, 1));
                expect(kind, id.to_string(), count);
            }
        }
        for (kind, sql) in requests::EVENTS.iter().chain(holds::EVENTS) {
            for row in self.rows(sql).await {
                let (id, count): (RequestId, i64) = (read(&row, 0), read(&row, 1));
                expect(kind, id.to_string(), count);
            }
        }
        self.expected_of_work(&mut events).await;
        events
    }

    /// The same of systems and tasks, of what must not be erased, and of tokens.
    async fn expected_of_work(&self, events: &mut Events) {
        let mut expect = |kind: &str, object: String, count: i64| {
            if count > 0 {
                events.insert((kind.to_owned(), object), count);
            }
        };
        for row in self.rows("select id, version from system").await {
            let (id, version): (SystemId, i32) = (read(&row, 0), read(&row, 1));
            // A change is a version and an event.
            expect("system.registered", id.to_string(), i64::from(version));
        }
        for row in self.rows("select id, version from task").await {
            let (id, version): (TaskId, i32) = (read(&row, 0), read(&row, 1));
            expect("task changed", id.to_string(), i64::from(version));
        }
        for id in self
            .column::<PreferenceId>("select id from preference")
            .await
        {
            expect("preference.recorded", id.to_string(), 1);
        }
        for row in self.rows("select id, version from contact_rule").await {
            let (id, version): (ContactRuleId, i32) = (read(&row, 0), read(&row, 1));
            expect("contact_rule.set", id.to_string(), i64::from(version));
        }
        for row in self.rows("select id, version from message_template").await {
            let (id, version): (MessageTemplateId, i32) = (read(&row, 0), read(&row, 1));
            expect("message_template.set", id.to_string(), i64::from(version));
        }
        for row in self.rows("select id, version from access_package").await {
            let (id, version): (AccessPackageId, i32) = (read(&row, 0), read(&row, 1));
            expect("package.ordered", id.to_string(), 1);
            // That it is ready, that it failed, and that it is gone.
            expect("package changed", id.to_string(), i64::from(version) - 1);
        }
        let sql = "select package_id, count(*), count(used_at) from access_package_link group by package_id";
        for row in self.rows(sql).await {
            let id: AccessPackageId = read(&row, 0);
            expect("package.linked", id.to_string(), read(&row, 1));
            expect("package.downloaded", id.to_string(), read(&row, 2));
        }
        let sql = "select integration_id, count(*) from token group by integration_id";
        for row in self.rows(sql).await {
            let (id, tokens): (IntegrationId, i64) = (read(&row, 0), read(&row, 1));
            expect("token.issued", id.to_string(), tokens);
        }
        for row in self.rows("select id, version from legal_hold").await {
            let (id, version): (LegalHoldId, i32) = (read(&row, 0), read(&row, 1));
            expect("legal_hold.placed", id.to_string(), 1);
            // A change is a version and an event.
            expect("legal_hold changed", id.to_string(), i64::from(version) - 1);
        }
        for row in self.rows("select id, version from retention_rule").await {
            let (id, version): (RetentionRuleId, i32) = (read(&row, 0), read(&row, 1));
            expect("retention_rule.set", id.to_string(), i64::from(version));
        }
        for row in self.rows("select id, version from retention_anchor").await {
            let (id, version): (RetentionAnchorId, i32) = (read(&row, 0), read(&row, 1));
            let kind = "retention_anchor.recorded";
            expect(kind, id.to_string(), i64::from(version));
        }
        let sql = "select i.id, i.version - (select count(*) from incident_notification n
            where n.controller_id = i.controller_id and n.incident_id = i.id) from incident i";
        for row in self.rows(sql).await {
            let (id, assessed): (IncidentId, i64) = (read(&row, 0), read(&row, 1));
            expect("incident.reported", id.to_string(), 1);
            // A change is a version and an event, and so is what is said of who is told.
            expect("incident.assessed", id.to_string(), assessed - 1);
        }
        let sql = "select id, cast(plannings as bigint) from incident_notification";
        for row in self.rows(sql).await {
            let (id, planned): (IncidentNotificationId, i64) = (read(&row, 0), read(&row, 1));
            expect("incident.notification_recorded", id.to_string(), 1);
            expect("incident.notices_planned", id.to_string(), planned);
        }
        for row in self.rows("select id, version from instrument").await {
            let (id, version): (InstrumentId, i32) = (read(&row, 0), read(&row, 1));
            expect("instrument.added", id.to_string(), 1);
            expect("instrument.ended", id.to_string(), i64::from(version) - 1);
        }
        for row in self.rows("select id, version from data_flow").await {
            let (id, version): (DataFlowId, i32) = (read(&row, 0), read(&row, 1));
            expect("data_flow.declared", id.to_string(), 1);
            expect("data_flow.retired", id.to_string(), i64::from(version) - 1);
        }
        for row in self.rows("select id, version from house_term").await {
            let (id, version): (HouseTermId, i32) = (read(&row, 0), read(&row, 1));
            expect("house_term.added", id.to_string(), 1);
            expect("house_term.ended", id.to_string(), i64::from(version) - 1);
        }
        for row in self.rows("select id, version from deletion_block").await {
            let (id, version): (DeletionBlockId, i32) = (read(&row, 0), read(&row, 1));
            expect("deletion_block.recorded", id.to_string(), 1);
            expect(
                "deletion_block.settled",
                id.to_string(),
                i64::from(version) - 1,
            );
        }
    }

    pub(super) async fn found_events(&self) -> Events {
        let sql = "select kind, object, count(*) from (
                select object, case when type in ('customer.updated', 'customer.closed')
                    then 'customer changed' when type in ('task.planned', 'task.completed', 'task.failed',
                    'task.postponed', 'task.retried') then 'task changed'
                    when type in ('legal_hold.extended', 'legal_hold.released') then 'legal_hold changed'
                    when type in ('package.ready', 'package.failed', 'package.expired') then 'package changed'
                    else type end as kind from event
                where type in ('house_term.added', 'house_term.ended', 'customer.registered', 'customer.updated', 'customer.closed',
                    'customer.merged', 'relation.recorded', 'brand.registered',
                    'recipient.registered', 'recipient.updated', 'assignment.recorded', 'disclosure.recorded',
                    'disclosure.subject_recorded', 'disclosure.unauthorised', 'disclosure.superseded',
                    'finding.raised', 'request.opened', 'request.item_moved',
                    'request.corresponded', 'request.delivery_reported', 'request.verified', 'request.code_issued', 'system.registered',
                    'task.planned', 'task.completed', 'task.failed', 'task.postponed', 'task.retried',
                    'legal_hold.placed', 'legal_hold.extended', 'legal_hold.released', 'deletion_block.recorded',
                    'deletion_block.settled', 'incident.reported', 'incident.assessed', 'incident.notification_recorded',
                    'incident.notices_planned', 'instrument.added', 'instrument.ended', 'data_flow.declared', 'data_flow.retired', 'retention_rule.set', 'retention_anchor.recorded', 'preference.recorded', 'contact_rule.set', 'message_template.set', 'package.ordered', 'package.ready', 'package.failed', 'package.expired',
                    'package.linked', 'package.downloaded', 'recipient_notice.planned', 'recipient_notice.moved', 'token.issued')
            ) as found group by kind, object";
        let rows = self.rows(sql).await;
        rows.iter()
            .map(|row| ((read(row, 0), read(row, 1)), read(row, 2)))
            .collect()
    }
}
