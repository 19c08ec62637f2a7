//! Lists that are no connections, each with what bounds it.

/// Lists that are not pages: nobody walks them, because something bounds them.
pub const LISTS: &[(&str, &str)] = &[
    ("DataFlow.categories", "100, which declareDataFlow keeps"),
    ("DataFlow.subjects", "100, which declareDataFlow keeps"),
    (
        "DataMap.flows",
        "the 20000 flows that there may be: the map is asked for whole",
    ),
    (
        "DataMap.recipients",
        "those of these flows, and the hosts of systems",
    ),
    ("DataMap.systems", "the 1000 systems that there may be"),
    (
        "DataMapDifference.added",
        "the 20000 flows that there may be",
    ),
    (
        "DataMapDifference.removed",
        "the 20000 flows that there may be",
    ),
    ("DataMapStep.flows", "those between two places, of 20000"),
    ("Query.dataCategories", "a fixed taxonomy"),
    ("Query.dataSubjects", "a fixed taxonomy"),
    ("Query.dataUses", "a fixed taxonomy"),
    (
        "Query.downstream",
        "the 1000 systems that there may be, and the recipients of 20000 flows",
    ),
    (
        "Query.upstream",
        "the 1000 systems that there may be, and the customers",
    ),
    ("System.categories", "100, which registerSystem keeps"),
    ("System.subjects", "100, which registerSystem keeps"),
    (
        "PersonRecipient.agreements",
        "100 with the transfer mechanisms, which addAgreement keeps",
    ),
    (
        "PersonRecipient.subProcessors",
        "100, which updateRecipient keeps",
    ),
    (
        "PersonRecipient.transferMechanisms",
        "100 with the agreements, which addTransferMechanism keeps",
    ),
    (
        "Processor.agreements",
        "100 with the transfer mechanisms, which addAgreement keeps",
    ),
    (
        "Processor.subProcessors",
        "100, which updateRecipient keeps",
    ),
    (
        "Processor.transferMechanisms",
        "100 with the agreements, which addTransferMechanism keeps",
    ),
    (
        "PublicAuthority.agreements",
        "100 with the transfer mechanisms, which addAgreement keeps",
    ),
    (
        "PublicAuthority.subProcessors",
        "100, which updateRecipient keeps",
    ),
    (
        "PublicAuthority.transferMechanisms",
        "100 with the agreements, which addTransferMechanism keeps",
    ),
    (
        "Recipient.agreements",
        "100 with the transfer mechanisms, which addAgreement keeps",
    ),
    (
        "Recipient.subProcessors",
        "100, which updateRecipient keeps",
    ),
    (
        "Recipient.transferMechanisms",
        "100 with the agreements, which addTransferMechanism keeps",
    ),
    (
        "ThirdParty.agreements",
        "100 with the transfer mechanisms, which addAgreement keeps",
    ),
    (
        "ThirdParty.subProcessors",
        "100, which updateRecipient keeps",
    ),
    (
        "ThirdParty.transferMechanisms",
        "100 with the agreements, which addTransferMechanism keeps",
    ),
    (
        "Customer.identifiers",
        "100 a customer, which addIdentifier keeps, of 100 customers, which mergeCustomers keeps",
    ),
    (
        "Disclosure.dataCategories",
        "100, which recordDisclosure keeps, of a fixed taxonomy",
    ),
    ("Disclosure.subjects", "500, which recordDisclosure keeps"),
    (
        "DeletionPlan.ownRecords",
        "the holds that count over one customer, and 100 open requests",
    ),
    (
        "DeletionPlan.systems",
        "those of one customer, with what 5000 blocks and 100 kept tasks name",
    ),
    (
        "DeletionPlanSystem.blocks",
        "the 500 holds that count, 5000 blocks, which the plan keeps, 50 each of 100 kept tasks, and 200 rules",
    ),
    ("DeletionPlanSystem.knownBy", "the values of the enum"),
    ("Incident.affectedCountries", "the countries that there are"),
    ("Incident.allowedTransitions", "the values of the enum"),
    ("Incident.categories", "100 a call, of a fixed taxonomy"),
    ("Incident.clocks", "what the laws want: nine duties"),
    ("Incident.kinds", "the values of the enum"),
    (
        "Incident.notifications",
        "200, which recordIncidentNotification keeps",
    ),
    (
        "Incident.recipients",
        "100 a call, which assessIncident keeps to 1000 in all",
    ),
    ("Incident.systems", "the 1000 systems that there may be"),
    ("IncidentNotification.taskCounts", "the values of the enum"),
    ("System.ourRoles", "the values of the enum"),
    ("ImportCustomersPayload.results", "500 items in the input"),
    ("Integration.tokens", "20, which issueToken keeps"),
    ("HouseTerm.residences", "100, which addHouseTerm keeps"),
    ("HouseTerm.types", "the values of the enum"),
    ("LegalHold.categories", "100, which placeLegalHold keeps"),
    ("LegalHold.customers", "500, which placeLegalHold keeps"),
    ("LegalHold.systems", "100, which placeLegalHold keeps"),
    (
        "PersonRecipient.contacts",
        "20, which registerRecipient and updateRecipient keep",
    ),
    (
        "Processor.contacts",
        "20, which registerRecipient and updateRecipient keep",
    ),
    (
        "PublicAuthority.contacts",
        "20, which registerRecipient and updateRecipient keep",
    ),
    ("Query.disclosureGrounds", "the values of the enum"),
    ("Query.nodes", "100 ids"),
    (
        "Query.previewRetentionRule",
        "the systems of two rules, which name 20 each",
    ),
    ("Query.retentionRules", "200, which setRetentionRule keeps"),
    ("ClaimedTask.keep", "the rules, of which there are 200"),
    ("RetentionPreview.examples", "5"),
    (
        "RetentionRule.categories",
        "20, which setRetentionRule keeps",
    ),
    ("RetentionRule.systems", "20, which setRetentionRule keeps"),
    (
        "Recipient.contacts",
        "20, which registerRecipient and updateRecipient keep",
    ),
    ("ReconcileSnapshotPayload.closed", "5000 ids in the input"),
    ("ReconcileSnapshotPayload.unknown", "5000 ids in the input"),
    ("RecordAssignmentsPayload.results", "500 items in the input"),
    (
        "RecordDisclosureSeriesPayload.results",
        "500 items in the input",
    ),
    ("RecordDisclosuresPayload.results", "500 items in the input"),
    (
        "ThirdParty.contacts",
        "20, which registerRecipient and updateRecipient keep",
    ),
    (
        "RelinkExternalReferencePayload.requests",
        "100, which relinkExternalReference keeps",
    ),
    (
        "Request.clocks",
        "those of 20 items under the regimes there are",
    ),
    (
        "Request.externalReferences",
        "100, which openRequest and relinkExternalReference keep",
    ),
    ("Request.items", "20, which openRequest keeps"),
    ("ClaimTasksPayload.tasks", "100, which the limit keeps"),
    (
        "ClaimedTask.identifiers",
        "those of one customer, which addIdentifier bounds",
    ),
    ("RequestItem.allowedTransitions", "the values of the enum"),
    (
        "RequestMetrics.lines",
        "types times scopes times regimes, of which there are few",
    ),
    ("System.knownBy", "the values of the enum"),
    ("System.leavesBehind", "50, which registerSystem keeps"),
    ("Task.attachments", "20, which uploads keep"),
    ("AccessPackage.links", "20, which linkAccessPackage keeps"),
    (
        "Customer.currentPreferences",
        "one for each use of the fixed taxonomy, brand and channel",
    ),
    ("RecordPreferencesPayload.results", "500 items in the input"),
    ("Query.contactPermissions", "500 items in the input"),
    (
        "MintUnsubscribeLinksPayload.results",
        "500 items in the input",
    ),
    (
        "RecordMailFeedbackPayload.results",
        "5000 messages in what is reported",
    ),
    ("ContactSettings.rules", "500, which setContactRule keeps"),
    (
        "ContactSettings.templates",
        "2000, which setMessageTemplate keeps",
    ),
    ("Task.retained", "50, which completeTask keeps"),
    ("TaskEvidence.flags", "50, which completeTask keeps"),
    (
        "TaskEvidence.residuals",
        "50, which completeTask keeps, and as many of the system",
    ),
    ("AccessLogEntry.fields", "the fields there are"),
    ("Viewer.actions", "the values of the enum"),
    ("Viewer.errorCodes", "the values of the enum"),
];
