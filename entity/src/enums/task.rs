//! Words for tasks: what systems have to do.

text_enum! {
    /// What a system has to do.
    pub enum TaskKind {
        /// Hand over what it holds about the customer: for access and portability.
        Export = "EXPORT",
        /// Erase what it holds about the customer.
        Erase = "ERASE",
        /// Correct what it holds about the customer.
        Correct = "CORRECT",
        /// Keep what it holds, and do nothing else with it (GDPR Art. 18).
        Restrict = "RESTRICT",
        /// Stop using it for what the person objects to, opted out of or does not consent to any more.
        Stop = "STOP",
        /// Send a code to an address on record.
        SendCode = "SEND_CODE",
        /// Change what it holds so that it is about nobody any more.
        Anonymize = "ANONYMIZE",
        /// Change what it holds so that it takes something else to tell whom it is about.
        Pseudonymize = "PSEUDONYMIZE",
        /// Tell the customer of an incident.
        Notify = "NOTIFY",
        /// Have a person look at what it holds, and say whether it goes or stays.
        Review = "REVIEW",
    }
}

text_enum! {
    /// Where a task stands.
    pub enum TaskStatus {
        /// It waits to be claimed.
        Pending = "PENDING",
        /// It was handed out under a lease. When the lease lapses, it is handed out again.
        Claimed = "CLAIMED",
        /// It was done whole.
        Done = "DONE",
        /// It was done as far as it could be: something is kept, on a ground.
        Retained = "RETAINED",
        /// It failed and is not tried again of itself.
        Failed = "FAILED",
        /// There was nothing to be done, or it is not wanted any more.
        Skipped = "SKIPPED",
    }
}

text_enum! {
    /// Where a notice to a recipient stands (GDPR Art. 19).
    pub enum RecipientNoticeStatus {
        /// It is to be sent.
        Planned = "PLANNED",
        /// It was sent.
        Sent = "SENT",
        /// The recipient confirmed it.
        Acknowledged = "ACKNOWLEDGED",
        /// It could not be sent, or came back.
        Failed = "FAILED",
        /// It is impossible, or takes disproportionate effort: with a reason.
        NotNeeded = "NOT_NEEDED",
    }
}

text_enum! {
    /// Where a package of what is known of a person stands.
    pub enum AccessPackageStatus {
        /// It was ordered, and is being put together.
        Planned = "PLANNED",
        /// It can be fetched.
        Ready = "READY",
        /// It could not be put together; order another one.
        Failed = "FAILED",
        /// It is gone: its time is over, or another one took its place.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// Why a task was skipped.
    pub enum TaskSkipReason {
        /// The system holds nothing about the customer.
        NoData = "NO_DATA",
        /// What is asked for does not concern the system.
        NotApplicable = "NOT_APPLICABLE",
        /// It is not wanted any more: what it was for has ended otherwise.
        NotWanted = "NOT_WANTED",
        /// Something else, so that what is asked for is not fulfilled whole.
        Other = "OTHER",
    }
}

text_enum! {
    /// What kept data that was reported as gone all the same.
    pub enum Protection {
        /// A legal hold, a chargeback or an unpaid invoice, or an open request: the task was `held`.
        Hold = "HOLD",
        /// A protected retention rule that keeps something of the customer in that system.
        RetentionRule = "RETENTION_RULE",
    }
}

text_enum! {
    /// Why data is kept although its erasure was asked for.
    pub enum RetentionGround {
        /// The law says so: `source` names the statute (GDPR Art. 17(3)(b)).
        StatutoryRetention = "STATUTORY_RETENTION",
        /// A legal hold.
        LegalHold = "LEGAL_HOLD",
        /// A chargeback is not settled.
        OpenChargeback = "OPEN_CHARGEBACK",
        /// An invoice is not paid.
        UnpaidInvoice = "UNPAID_INVOICE",
        /// Legal claims are made, or defended against (GDPR Art. 17(3)(e)).
        LegalClaims = "LEGAL_CLAIMS",
        /// It is needed to answer a request.
        OpenRequest = "OPEN_REQUEST",
        /// Fraud or abuse is to be kept from happening again.
        FraudPrevention = "FRAUD_PREVENTION",
        /// Something else.
        Other = "OTHER",
    }
}
