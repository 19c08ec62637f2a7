//! Words for legal holds, and for how long data is kept.

text_enum! {
    /// What a legal hold is for.
    pub enum HoldKind {
        /// A case in court, or one that is to be expected.
        Litigation = "LITIGATION",
        /// An authority asked to preserve data (18 USC 2703(f), Reg. (EU) 2023/1543 Art. 6).
        PreservationRequest = "PRESERVATION_REQUEST",
        /// A regulator asked, or looks into something.
        Regulatory = "REGULATORY",
        /// The controller looks into something itself.
        Investigation = "INVESTIGATION",
        /// A case of abuse.
        AbuseCase = "ABUSE_CASE",
        /// Evidence of a request that is open.
        OpenRequest = "OPEN_REQUEST",
    }
}

text_enum! {
    /// Where a legal hold stands.
    pub enum HoldStatus {
        /// Nothing that it covers is erased.
        Active = "ACTIVE",
        /// The same: it was extended.
        Extended = "EXTENDED",
        /// Somebody released it, with a reason.
        Released = "RELEASED",
        /// It ended of itself.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// What happened that the time for which data is kept counts from.
    pub enum RetentionAnchor {
        /// The account was made.
        AccountCreated = "ACCOUNT_CREATED",
        /// Somebody signed in last.
        LastLogin = "LAST_LOGIN",
        /// The customer paid last.
        LastPayment = "LAST_PAYMENT",
        /// An invoice bears this date.
        InvoiceDate = "INVOICE_DATE",
        /// A service ended. That the last one of a customer did, `closeCustomer` says.
        ServiceTerminated = "SERVICE_TERMINATED",
        /// The account was closed.
        AccountClosed = "ACCOUNT_CLOSED",
        /// A ticket was closed.
        TicketClosed = "TICKET_CLOSED",
        /// A record was made.
        RecordCreated = "RECORD_CREATED",
        /// A consent was withdrawn.
        ConsentWithdrawn = "CONSENT_WITHDRAWN",
        /// A case was closed, such as one of abuse.
        CaseClosed = "CASE_CLOSED",
    }
}

text_enum! {
    /// What is done with data when its time is over.
    pub enum RetentionAction {
        /// It is erased.
        Delete = "DELETE",
        /// It is changed so that it is about nobody any more.
        Anonymize = "ANONYMIZE",
        /// It is changed so that it takes something else to tell whom it is about (GDPR Art. 4(5)).
        Pseudonymize = "PSEUDONYMIZE",
        /// It is kept, and nothing else is done with it (GDPR Art. 18).
        Restrict = "RESTRICT",
        /// A person looks at it.
        Review = "REVIEW",
    }
}

text_enum! {
    /// What processing rests on (GDPR Art. 6(1)).
    pub enum LegalBasis {
        /// The person agreed: point (a).
        Consent = "CONSENT",
        /// A contract with the person needs it: point (b).
        Contract = "CONTRACT",
        /// A law obliges the controller: point (c).
        LegalObligation = "LEGAL_OBLIGATION",
        /// Somebody's life depends on it: point (d).
        VitalInterests = "VITAL_INTERESTS",
        /// A task in the public interest needs it: point (e).
        PublicTask = "PUBLIC_TASK",
        /// A legitimate interest outweighs the person's: point (f).
        LegitimateInterests = "LEGITIMATE_INTERESTS",
    }
}
