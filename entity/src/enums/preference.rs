//! What persons want to be used for, and on which channel.

text_enum! {
    /// By what way somebody is contacted.
    pub enum ContactChannel {
        /// E-mail.
        Email = "EMAIL",
        /// Text message.
        Sms = "SMS",
        /// A person calls.
        Phone = "PHONE",
        /// A machine calls.
        AutomatedCall = "AUTOMATED_CALL",
        /// Letters.
        Post = "POST",
        /// In the portal or the app.
        InApp = "IN_APP",
    }
}

text_enum! {
    /// What a person said about a use of their data.
    pub enum PreferenceStatus {
        /// They consent, or opted in again.
        Given = "GIVEN",
        /// They were asked, and said no.
        Refused = "REFUSED",
        /// They took their consent back, or opted out.
        Withdrawn = "WITHDRAWN",
        /// They object (GDPR Art. 21): that is to the controller, whatever its brands.
        Objected = "OBJECTED",
        /// Their consent was given for a time that is over, or for what is not so any more.
        Expired = "EXPIRED",
        /// It is not known what they want. That is no refusal. Said of an address, it also ends that it is `UNREACHABLE`.
        Unknown = "UNKNOWN",
        /// A message to the address came back for good. Nobody said that: it counts for the address, not for a customer, and for
        /// every use that the service does not need, until a consent is given there or it is `UNKNOWN` again.
        Unreachable = "UNREACHABLE",
    }
}

text_enum! {
    /// How a person said so.
    pub enum PreferenceMethod {
        /// A form that was filled in.
        Form = "FORM",
        /// A box that was ticked, or unticked.
        Checkbox = "CHECKBOX",
        /// A button.
        Button = "BUTTON",
        /// A link in a message.
        UnsubscribeLink = "UNSUBSCRIBE_LINK",
        /// What a mail program did (RFC 8058).
        ListUnsubscribe = "LIST_UNSUBSCRIBE",
        /// A signal of the browser: Global Privacy Control.
        Gpc = "GPC",
        /// A ticket.
        Ticket = "TICKET",
        /// A telephone call.
        Phone = "PHONE",
        /// A letter.
        Letter = "LETTER",
        /// A complaint to the mailbox provider: a message was marked as spam.
        Complaint = "COMPLAINT",
        /// A message that came back.
        Bounce = "BOUNCE",
        /// The choice of a product or a platform.
        PurchaseChoice = "PURCHASE_CHOICE",
        /// It came with a list from another system. A consent of a list lifts no refusal.
        Import = "IMPORT",
        /// Somebody of the staff entered it.
        Staff = "STAFF",
    }
}

text_enum! {
    /// What advertising rests on.
    pub enum ContactBasis {
        /// On consent: it is sent to those who gave it.
        Consent = "CONSENT",
        /// On legitimate interests: it is sent to those who did not object.
        LegitimateInterests = "LEGITIMATE_INTERESTS",
    }
}

text_enum! {
    /// Why somebody may be contacted, or may not.
    pub enum ContactReason {
        /// The service needs it, whatever they said about advertising.
        Essential = "ESSENTIAL",
        /// They consented.
        Consented = "CONSENTED",
        /// No consent is needed here, and they did not object.
        NotObjected = "NOT_OBJECTED",
        /// They refused, took their consent back, opted out or objected.
        OptedOut = "OPTED_OUT",
        /// A consent is needed here, and there is none that counts.
        NoConsent = "NO_CONSENT",
        /// A message to the address came back for good.
        Unreachable = "UNREACHABLE",
    }
}

text_enum! {
    /// Who reports what became of messages, and so in which form.
    pub enum MailFeedbackFormat {
        /// A report of a mailbox provider, as it came by mail (RFC 5965).
        Arf = "ARF",
        /// A notification of a mail server that a message came back, as it came by mail (RFC 3464). Addresses that do not exist
        /// and mailboxes that were closed count; full ones, and what was refused as spam, do not.
        Dsn = "DSN",
        /// A notification of Amazon SES, alone or in an envelope of Amazon SNS: JSON.
        Ses = "SES",
        /// Events of Twilio `SendGrid`: JSON.
        Sendgrid = "SENDGRID",
    }
}

text_enum! {
    /// What became of a report about a message.
    pub enum MailFeedbackOutcome {
        /// It was recorded.
        Recorded = "RECORDED",
        /// The same was on record already.
        Known = "KNOWN",
        /// It says nothing that counts: a delivery, or a message that may arrive later.
        Ignored = "IGNORED",
        /// It does not say whom it is about, or in a way that nobody can read.
        Unmatched = "UNMATCHED",
    }
}

text_enum! {
    /// What to do with a message when nobody answers whether it may be sent.
    pub enum UnansweredAction {
        /// Send it.
        Send = "SEND",
        /// Keep it, and ask again.
        Wait = "WAIT",
    }
}
