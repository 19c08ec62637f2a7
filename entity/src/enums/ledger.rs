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
        /// A recipient was registered.
        RecipientRegistered = "recipient.registered" as "RECIPIENT_REGISTERED",
        /// A disclosure was recorded. If it is about several customers, this is the summary.
        DisclosureRecorded = "disclosure.recorded" as "DISCLOSURE_RECORDED",
        /// One customer's part of a disclosure about several was recorded.
        DisclosureSubjectRecorded =
            "disclosure.subject_recorded" as "DISCLOSURE_SUBJECT_RECORDED",
        /// A rule refused what a caller asked for; nothing else was recorded.
        RefusalRecorded = "refusal.recorded" as "REFUSAL_RECORDED",
    }
}
