//! Words for who may do what, and for the keys that protect content.
//!
//! Which role holds which action is decided by the authorization rules, not here.

text_enum! {
    /// The role of an integration: which actions its tokens allow.
    pub enum Role {
        /// Administers the controller's integrations and their tokens. At least one must be able to
        /// act.
        Owner = "OWNER",
        /// The privacy officer and the tools of that office.
        PrivacyOfficer = "PRIVACY_OFFICER",
        /// Legal staff, who alone see what a gag order hides.
        Legal = "LEGAL",
        /// A billing system such as WHMCS: customers, their identifiers, disclosures for payment.
        Billing = "BILLING",
        /// A ticket or chat system.
        Support = "SUPPORT",
        /// A mail system.
        Mail = "MAIL",
        /// An abuse desk and its tools: who held an address, disclosures to complainants and
        /// blocklists.
        Abuse = "ABUSE",
        /// Provisioning and address management: who holds which resource from when to when.
        Provisioning = "PROVISIONING",
        /// A dashboard: counts and states; never a personal field.
        Dashboard = "DASHBOARD",
        /// An auditor: reads records and the ledger, changes nothing.
        Auditor = "AUDITOR",
    }
}

text_enum! {
    /// What a role may allow. Every use case asks for one of these.
    pub enum Action {
        /// Register a customer.
        RegisterCustomer = "REGISTER_CUSTOMER",
        /// Register somebody who complained, as a customer of the category `COMPLAINANT`.
        RegisterComplainant = "REGISTER_COMPLAINANT",
        /// Add an identifier to a customer.
        AddIdentifier = "ADD_IDENTIFIER",
        /// Change what is known of a customer, and close it.
        UpdateCustomer = "UPDATE_CUSTOMER",
        /// Record what one customer is to another.
        RelateCustomers = "RELATE_CUSTOMERS",
        /// Merge one customer into another.
        MergeCustomers = "MERGE_CUSTOMERS",
        /// End an identifier of a customer.
        EndIdentifier = "END_IDENTIFIER",
        /// Record that an identifier was verified.
        VerifyIdentifier = "VERIFY_IDENTIFIER",
        /// Import customers in bulk, and compare a system's ids with what is on record.
        ImportCustomers = "IMPORT_CUSTOMERS",
        /// Register a brand.
        RegisterBrand = "REGISTER_BRAND",
        /// Read customers: ids, kinds, categories and dates, without personal fields.
        ReadCustomers = "READ_CUSTOMERS",
        /// Find a customer by an identifier or by a resource held at a time.
        LookUpCustomers = "LOOK_UP_CUSTOMERS",
        /// See personal fields. Without this they are null.
        ReadPersonalData = "READ_PERSONAL_DATA",
        /// Read what people typed about a disclosure: reference, authority, note, and what the reporter
        /// knew of the subject.
        ReadCaseDetails = "READ_CASE_DETAILS",
        /// Record who holds a resource, and until when.
        RecordAssignments = "RECORD_ASSIGNMENTS",
        /// Register a recipient.
        RegisterRecipient = "REGISTER_RECIPIENT",
        /// Change what is known of a recipient.
        UpdateRecipient = "UPDATE_RECIPIENT",
        /// Record agreements with recipients, and what allows that data goes to them.
        RecordAgreements = "RECORD_AGREEMENTS",
        /// Read recipients, the agreements with them, and what allows that data goes to them.
        ReadRecipients = "READ_RECIPIENTS",
        /// Record a disclosure, on the grounds that are the role's.
        RecordDisclosure = "RECORD_DISCLOSURE",
        /// Supersede a disclosure by another.
        SupersedeDisclosure = "SUPERSEDE_DISCLOSURE",
        /// Say which customer a subject was that a look-up could not find.
        ResolveDisclosureSubject = "RESOLVE_DISCLOSURE_SUBJECT",
        /// Read disclosures that no gag order hides.
        ReadDisclosures = "READ_DISCLOSURES",
        /// See what a gag order hides.
        ReadSealed = "READ_SEALED",
        /// Open a request.
        OpenRequest = "OPEN_REQUEST",
        /// Move requests on, change their clocks, record correspondence, link tickets.
        HandleRequest = "HANDLE_REQUEST",
        /// Read requests: types, states and dates, without personal fields.
        ReadRequests = "READ_REQUESTS",
        /// Register systems, and say who does their tasks.
        RegisterSystem = "REGISTER_SYSTEM",
        /// Say where data goes.
        DeclareDataFlows = "DECLARE_DATA_FLOWS",
        /// Read which systems there are, and where data goes.
        ReadSystems = "READ_SYSTEMS",
        /// Claim tasks of the systems that the integration serves, and report on them.
        WorkOnTasks = "WORK_ON_TASKS",
        /// Claim tasks of systems that the integration does not serve: a person does them by hand.
        WorkByHand = "WORK_BY_HAND",
        /// Read the files that systems upload for tasks.
        ReadAttachments = "READ_ATTACHMENTS",
        /// Put together what is known of a person, and hand it out.
        HandOutPackages = "HAND_OUT_PACKAGES",
        /// Place, extend and release legal holds.
        PlaceLegalHold = "PLACE_LEGAL_HOLD",
        /// Read who read which customer's personal fields.
        ReadAccessLog = "READ_ACCESS_LOG",
        /// Read legal holds, with what people typed about them.
        ReadLegalHolds = "READ_LEGAL_HOLDS",
        /// Record what keeps a customer's data from being erased, and that it is over.
        RecordDeletionBlock = "RECORD_DELETION_BLOCK",
        /// Set for how long data is kept.
        SetRetentionRules = "SET_RETENTION_RULES",
        /// Read for how long data is kept, and what is due.
        ReadRetention = "READ_RETENTION",
        /// Record what the time for which data is kept counts from, as far as the role sees it.
        RecordAnchors = "RECORD_ANCHORS",
        /// See what would be erased of a customer, and what is in the way.
        PlanDeletion = "PLAN_DELETION",
        /// Report an incident.
        ReportIncident = "REPORT_INCIDENT",
        /// Read incidents that are not kept from view, without what people typed.
        ReadIncidents = "READ_INCIDENTS",
        /// Judge incidents, record who was told, and see those that are kept from view.
        HandleIncidents = "HANDLE_INCIDENTS",
        /// Say where the controller is established, and which terms it has promised.
        UpdateController = "UPDATE_CONTROLLER",
        /// Record what persons said about uses of their data.
        RecordPreferences = "RECORD_PREFERENCES",
        /// Read what persons said about uses of their data.
        ReadPreferences = "READ_PREFERENCES",
        /// Ask whether somebody may be contacted.
        AskContactPermission = "ASK_CONTACT_PERMISSION",
        /// Set what advertising rests on, and what templates of messages are for.
        SetContactRules = "SET_CONTACT_RULES",
        /// Read the feed of events.
        ReadEvents = "READ_EVENTS",
        /// Issue a token for an integration.
        IssueToken = "ISSUE_TOKEN",
        /// Revoke a token.
        RevokeToken = "REVOKE_TOKEN",
        /// Read integrations and what is remembered of their tokens.
        ReadIntegrations = "READ_INTEGRATIONS",
    }
}

text_enum! {
    /// The retention class of a data key. Content of one class can be made unreadable while that of
    /// another stays.
    pub enum DataClass {
        /// Who a customer is: names and identifiers, and what was assigned.
        Profile = "PROFILE",
        /// What a customer asked for, and how it was answered.
        Request = "REQUEST",
        /// What was disclosed about a customer.
        Disclosure = "DISCLOSURE",
        /// What a customer consented or objected to.
        Preference = "PREFERENCE",
        /// Content about no known customer, under its own record's key, so that it too can be
        /// erased.
        Record = "RECORD",
    }
}

text_enum! {
    /// What kind of thing a data key belongs to.
    pub enum KeyOwnerKind {
        /// A customer, who has one key per class.
        Customer = "CUSTOMER",
        /// A record that is about no known customer, or about several.
        Record = "RECORD",
    }
}
