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
        /// It is not known what they want. That is no refusal.
        Unknown = "UNKNOWN",
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
        /// The choice of a product or a platform.
        PurchaseChoice = "PURCHASE_CHOICE",
        /// It came with a list from another system.
        Import = "IMPORT",
        /// Somebody of the staff entered it.
        Staff = "STAFF",
    }
}
