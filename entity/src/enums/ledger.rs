//! Words for events and the logs they enter.

text_enum! {
    /// One of the two logs that each controller has.
    pub enum Log {
        /// What everyone with access to events may read.
        Main = "MAIN",
        /// Events about what a gag order hides. The main log takes a salted digest of its state
        /// every hour, grown or not, so that neither gaps nor sizes betray a seal.
        Sealed = "SEALED",
    }
}

text_enum! {
    /// What happened.
    pub enum EventType {
        /// A controller was created.
        ControllerCreated = "controller.created" as "CONTROLLER_CREATED",
        /// A token was issued for an integration.
        TokenIssued = "token.issued" as "TOKEN_ISSUED",
        /// A token was revoked.
        TokenRevoked = "token.revoked" as "TOKEN_REVOKED",
        /// A customer was registered.
        CustomerRegistered = "customer.registered" as "CUSTOMER_REGISTERED",
        /// An identifier was added to a customer.
        IdentifierAdded = "identifier.added" as "IDENTIFIER_ADDED",
        /// It was recorded who holds a resource, from when or until when.
        AssignmentRecorded = "assignment.recorded" as "ASSIGNMENT_RECORDED",
        /// What is known of a customer was changed.
        CustomerUpdated = "customer.updated" as "CUSTOMER_UPDATED",
        /// A customer's services ended.
        CustomerClosed = "customer.closed" as "CUSTOMER_CLOSED",
        /// A customer was merged into another: the object is the one that went in.
        CustomerMerged = "customer.merged" as "CUSTOMER_MERGED",
        /// It was recorded what one customer is to another, from when or until when.
        RelationRecorded = "relation.recorded" as "RELATION_RECORDED",
        /// An identifier leads to its customer no more.
        IdentifierEnded = "identifier.ended" as "IDENTIFIER_ENDED",
        /// It was made sure that an identifier is its customer's.
        IdentifierVerified = "identifier.verified" as "IDENTIFIER_VERIFIED",
        /// A brand was registered.
        BrandRegistered = "brand.registered" as "BRAND_REGISTERED",
        /// The ids that an outside system has were compared with what is on record.
        SnapshotReconciled = "snapshot.reconciled" as "SNAPSHOT_RECONCILED",
        /// A recipient was registered.
        RecipientRegistered = "recipient.registered" as "RECIPIENT_REGISTERED",
        /// What is known of a recipient was changed.
        RecipientUpdated = "recipient.updated" as "RECIPIENT_UPDATED",
        /// A disclosure was recorded. If it is about several customers, this is the summary.
        DisclosureRecorded = "disclosure.recorded" as "DISCLOSURE_RECORDED",
        /// One customer's part of a disclosure about several was recorded.
        DisclosureSubjectRecorded =
            "disclosure.subject_recorded" as "DISCLOSURE_SUBJECT_RECORDED",
        /// A disclosure on the ground `UNAUTHORISED` was recorded: beside its other events, so that it stands out.
        DisclosureUnauthorised = "disclosure.unauthorised" as "DISCLOSURE_UNAUTHORISED",
        /// A disclosure was superseded by another: the object is the one that counts no more.
        DisclosureSuperseded = "disclosure.superseded" as "DISCLOSURE_SUPERSEDED",
        /// A subject that led to nobody, or to several, was found to be a customer.
        DisclosureSubjectResolved =
            "disclosure.subject_resolved" as "DISCLOSURE_SUBJECT_RESOLVED",
        /// A finding: what is on record now says that a past disclosure was about somebody else.
        FindingRaised = "finding.raised" as "FINDING_RAISED",
        /// What is known of a controller was changed.
        ControllerUpdated = "controller.updated" as "CONTROLLER_UPDATED",
        /// A request came in.
        RequestOpened = "request.opened" as "REQUEST_OPENED",
        /// Something that a request asks for came to another state.
        RequestItemMoved = "request.item_moved" as "REQUEST_ITEM_MOVED",
        /// A clock of a request got more time.
        RequestClockExtended = "request.clock_extended" as "REQUEST_CLOCK_EXTENDED",
        /// A clock of a request stands still.
        RequestClockPaused = "request.clock_paused" as "REQUEST_CLOCK_PAUSED",
        /// A clock of a request goes on.
        RequestClockResumed = "request.clock_resumed" as "REQUEST_CLOCK_RESUMED",
        /// It was tried to make sure who asks.
        RequestVerified = "request.verified" as "REQUEST_VERIFIED",
        /// A message about a request was sent, or came in.
        RequestCorresponded = "request.corresponded" as "REQUEST_CORRESPONDED",
        /// It was reported whether a message reached the person.
        RequestDeliveryReported = "request.delivery_reported" as "REQUEST_DELIVERY_REPORTED",
        /// An outside system calls a request by another number, too.
        RequestRelinked = "request.relinked" as "REQUEST_RELINKED",
        /// A code was made that whoever asks is to answer with.
        RequestCodeIssued = "request.code_issued" as "REQUEST_CODE_ISSUED",
        /// A system was registered, or what is known of it was changed.
        SystemRegistered = "system.registered" as "SYSTEM_REGISTERED",
        /// A system has something to do.
        TaskPlanned = "task.planned" as "TASK_PLANNED",
        /// A task came to an end: done, as far as it could be, or skipped.
        TaskCompleted = "task.completed" as "TASK_COMPLETED",
        /// A task failed, or whoever held it did not report in time.
        TaskFailed = "task.failed" as "TASK_FAILED",
        /// A task has to wait for something.
        TaskPostponed = "task.postponed" as "TASK_POSTPONED",
        /// A task that had ended is to be done again.
        TaskRetried = "task.retried" as "TASK_RETRIED",
        /// A file was uploaded for a task.
        AttachmentAdded = "attachment.added" as "ATTACHMENT_ADDED",
        /// Such a file was read.
        AttachmentRead = "attachment.read" as "ATTACHMENT_READ",
        /// What is known of a person is to be put together.
        PackageOrdered = "package.ordered" as "PACKAGE_ORDERED",
        /// It was put together.
        PackageReady = "package.ready" as "PACKAGE_READY",
        /// It could not be put together.
        PackageFailed = "package.failed" as "PACKAGE_FAILED",
        /// A link to it was made, which works once.
        PackageLinked = "package.linked" as "PACKAGE_LINKED",
        /// It was fetched.
        PackageDownloaded = "package.downloaded" as "PACKAGE_DOWNLOADED",
        /// It is gone.
        PackageExpired = "package.expired" as "PACKAGE_EXPIRED",
        /// Somebody said something about a use of their data.
        PreferenceRecorded = "preference.recorded" as "PREFERENCE_RECORDED",
        /// It was set what advertising rests on, somewhere.
        ContactRuleSet = "contact_rule.set" as "CONTACT_RULE_SET",
        /// It was set what a template of messages is for.
        MessageTemplateSet = "message_template.set" as "MESSAGE_TEMPLATE_SET",
        /// A legal hold was placed.
        LegalHoldPlaced = "legal_hold.placed" as "LEGAL_HOLD_PLACED",
        /// A legal hold was extended.
        LegalHoldExtended = "legal_hold.extended" as "LEGAL_HOLD_EXTENDED",
        /// A legal hold was released.
        LegalHoldReleased = "legal_hold.released" as "LEGAL_HOLD_RELEASED",
        /// A system must keep data of a customer for a time.
        DeletionBlockRecorded = "deletion_block.recorded" as "DELETION_BLOCK_RECORDED",
        /// It need not keep it any more.
        DeletionBlockSettled = "deletion_block.settled" as "DELETION_BLOCK_SETTLED",
        /// It was set for how long data is kept.
        RetentionRuleSet = "retention_rule.set" as "RETENTION_RULE_SET",
        /// Something happened that the time for which data is kept counts from, or is not so any more.
        RetentionAnchorRecorded = "retention_anchor.recorded" as "RETENTION_ANCHOR_RECORDED",
        /// A recipient is to be told what became of data that it has.
        RecipientNoticePlanned = "recipient_notice.planned" as "RECIPIENT_NOTICE_PLANNED",
        /// A notice to a recipient was sent, confirmed, failed, or is not needed.
        RecipientNoticeMoved = "recipient_notice.moved" as "RECIPIENT_NOTICE_MOVED",
        /// A term was promised for the answers to requests.
        HouseTermAdded = "house_term.added" as "HOUSE_TERM_ADDED",
        /// Such a term is promised no more.
        HouseTermEnded = "house_term.ended" as "HOUSE_TERM_ENDED",
        /// An incident was reported.
        IncidentReported = "incident.reported" as "INCIDENT_REPORTED",
        /// What is known of an incident was changed, or where it stands.
        IncidentAssessed = "incident.assessed" as "INCIDENT_ASSESSED",
        /// Somebody was told of an incident, is to be, or need not be.
        IncidentNotificationRecorded = "incident.notification_recorded" as "INCIDENT_NOTIFICATION_RECORDED",
        /// Notices of an incident to customers were all planned.
        IncidentNoticesPlanned = "incident.notices_planned" as "INCIDENT_NOTICES_PLANNED",
        /// It was declared that data goes from one place to another.
        DataFlowDeclared = "data_flow.declared" as "DATA_FLOW_DECLARED",
        /// It was said until when it does.
        DataFlowRetired = "data_flow.retired" as "DATA_FLOW_RETIRED",
        /// An agreement with a recipient was added, or what allows that data goes to it.
        InstrumentAdded = "instrument.added" as "INSTRUMENT_ADDED",
        /// It was said when that ends.
        InstrumentEnded = "instrument.ended" as "INSTRUMENT_ENDED",
        /// A rule refused what a caller asked for; nothing else was recorded.
        RefusalRecorded = "refusal.recorded" as "REFUSAL_RECORDED",
    }
}
