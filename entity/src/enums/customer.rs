//! Words for customers, what is known about them, and what they hold.

text_enum! {
    /// In what relation to the controller a person stands whose data it holds. The values follow
    /// the data subjects of the fideslang taxonomy, with extensions for web hosting.
    pub enum DataSubjectCategory {
        /// Buys services or has bought them: fideslang `customer`.
        Customer = "CUSTOMER",
        /// Has asked about services or was approached, but has bought none: fideslang `prospect`.
        Prospect = "PROSPECT",
        /// Is named in a client's account, for example as its billing or technical contact:
        /// extension `account_contact`.
        AccountContact = "ACCOUNT_CONTACT",
        /// Uses what a client hosts, without a contract with the controller: extension `end_user`.
        EndUser = "END_USER",
        /// Is a holder or contact of a domain registration: extension `registrant`.
        Registrant = "REGISTRANT",
        /// Has reported abuse or made a claim about something hosted: extension `complainant`.
        Complainant = "COMPLAINANT",
        /// Visits the controller's own sites: fideslang `visitor`.
        Visitor = "VISITOR",
        /// Works for the controller or has worked for it: fideslang `employee`.
        Employee = "EMPLOYEE",
        /// Sells to the controller, or works for a firm that does: fideslang `supplier_vendor`.
        SupplierVendor = "SUPPLIER_VENDOR",
    }
}

text_enum! {
    /// What a customer is.
    pub enum CustomerKind {
        /// A natural person.
        Person = "PERSON",
        /// A company, association, authority or other body. Data about the people in it is personal
        /// data all the same.
        Organisation = "ORGANISATION",
    }
}

text_enum! {
    /// What an identifier is, by which an outside system knows a customer.
    pub enum IdentifierKind {
        /// An e-mail address. Several customers may share one.
        Email = "EMAIL",
        /// A telephone number in international form (E.164). Several customers may share one.
        Phone = "PHONE",
        /// The id that a named outside system gives the customer, such as a billing client id. It
        /// belongs to one customer.
        ExternalId = "EXTERNAL_ID",
    }
}

text_enum! {
    /// How it was made sure that an identifier is the customer's.
    pub enum IdentifierVerification {
        /// A code that was sent there came back.
        OneTimeCode = "ONE_TIME_CODE",
        /// The customer was signed in to the portal when giving it.
        PortalLogin = "PORTAL_LOGIN",
        /// The customer gave the PIN that is agreed on for support.
        SupportPin = "SUPPORT_PIN",
        /// A call to a number that was known before.
        Callback = "CALLBACK",
        /// The customer was there.
        InPerson = "IN_PERSON",
        /// The outside system says that it has verified it.
        System = "SYSTEM",
    }
}

text_enum! {
    /// What a customer is to another. Read it as: the first is the OWNER, USER, .. of the second.
    pub enum RelationKind {
        /// Owns the other's account: the person behind a client.
        Owner = "OWNER",
        /// May sign in to the other's account.
        User = "USER",
        /// Is named in the other's account, for example for invoices.
        Contact = "CONTACT",
        /// Sells the controller's services to the other.
        Reseller = "RESELLER",
        /// Is served by the other, who resells: the same relation as `RESELLER`, seen from below.
        EndClient = "END_CLIENT",
    }
}

text_enum! {
    /// What an import did with a customer.
    pub enum ImportOutcome {
        /// It was not known, and was registered.
        Created = "CREATED",
        /// It was known, and something about it is different now.
        Updated = "UPDATED",
        /// It was known as it is.
        Unchanged = "UNCHANGED",
    }
}

text_enum! {
    /// What can be assigned to a customer for a time.
    pub enum ResourceKind {
        /// An IPv4 or IPv6 network; a single address is a network of full length.
        IpPrefix = "IP_PREFIX",
        /// A domain with everything below it. It narrows a shared address.
        Domain = "DOMAIN",
        /// A range of ports of one address, as behind carrier-grade NAT. It narrows the address.
        PortRange = "PORT_RANGE",
        /// A mailbox. It narrows its domain.
        Mailbox = "MAILBOX",
    }
}

text_enum! {
    /// Whether others hold the same resource at the same time.
    pub enum AssignmentSharing {
        /// The customer alone holds it, apart from assignments nested inside it.
        Exclusive = "EXCLUSIVE",
        /// Many customers hold it together, as on an address for shared hosting: the address alone
        /// does not tell which of them is meant.
        Shared = "SHARED",
    }
}
