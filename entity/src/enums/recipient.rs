//! Words for whoever receives data.

text_enum! {
    /// In what legal role a recipient receives data. Terms of the W3C Data Privacy Vocabulary.
    pub enum RecipientRole {
        /// Processes data under contract for the controller (GDPR Art. 28).
        Processor = "PROCESSOR",
        /// Processes data under contract for one of the controller's processors (GDPR Art. 28).
        SubProcessor = "SUB_PROCESSOR",
        /// Decides together with the controller why and how the data is processed.
        JointController = "JOINT_CONTROLLER",
        /// Decides for itself why and how it processes the data it receives (GDPR Art. 4(7)).
        IndependentController = "INDEPENDENT_CONTROLLER",
        /// A court, police force, regulator or other authority. It is listed although GDPR Art.
        /// 4(9) does not call an authority in a particular inquiry a recipient.
        PublicAuthority = "PUBLIC_AUTHORITY",
        /// A private person or firm that is neither under contract nor an authority, for example a
        /// party to a civil suit.
        PrivateParty = "PRIVATE_PARTY",
        /// Takes over the business or a part of it, or examines it in order to do so.
        Acquirer = "ACQUIRER",
        /// The person whom the data is about.
        DataSubject = "DATA_SUBJECT",
        /// Everyone: the data was published.
        Public = "PUBLIC",
    }
}

text_enum! {
    /// What a recipient does: the kind that a notice would name.
    pub enum RecipientCategory {
        /// Takes payments: card processors, payment services.
        Payment = "PAYMENT",
        /// Issues invoices and keeps accounts.
        Billing = "BILLING",
        /// Answers customers: outsourced staff, ticket and chat services.
        Support = "SUPPORT",
        /// Delivers e-mail.
        EmailDelivery = "EMAIL_DELIVERY",
        /// Measures how sites and services are used.
        Analytics = "ANALYTICS",
        /// Places advertisements or matches audiences.
        Advertising = "ADVERTISING",
        /// Keeps customer relations: sales and contact management.
        Crm = "CRM",
        /// Delivers what was ordered from a third party.
        Fulfilment = "FULFILMENT",
        /// Registers domains, or runs a top-level domain.
        RegistrarRegistry = "REGISTRAR_REGISTRY",
        /// Houses or operates the servers.
        Datacenter = "DATACENTER",
        /// Publishes addresses or domains known for abuse, such as Spamhaus.
        BlocklistOperator = "BLOCKLIST_OPERATOR",
        /// Holds copyright, trademarks or similar rights, or acts for someone who does.
        RightsHolder = "RIGHTS_HOLDER",
        /// Police, prosecutors and other criminal investigators.
        LawEnforcement = "LAW_ENFORCEMENT",
        /// A court.
        Court = "COURT",
        /// A supervisory or regulatory authority, for example for data protection.
        Regulator = "REGULATOR",
        /// A tax authority.
        TaxAuthority = "TAX_AUTHORITY",
        /// A computer security incident response team.
        Csirt = "CSIRT",
        /// A lawyer or law firm that advises the controller.
        LegalCounsel = "LEGAL_COUNSEL",
        /// An insurer.
        Insurer = "INSURER",
        /// Audits the controller.
        Auditor = "AUDITOR",
        /// A platform whose product is sold together with the hosting, on the customer's choice.
        PlatformPartner = "PLATFORM_PARTNER",
        /// Takes over the business or a part of it.
        Acquirer = "ACQUIRER",
        /// Scores orders and payments for fraud.
        FraudPrevention = "FRAUD_PREVENTION",
        /// A regional internet registry, which records who holds addresses.
        Rir = "RIR",
        /// Issues certificates.
        CertificateAuthority = "CERTIFICATE_AUTHORITY",
        /// A bank, for example the one on the other side of a chargeback.
        Bank = "BANK",
        /// Collects unpaid debts.
        CollectionAgency = "COLLECTION_AGENCY",
        /// Reported abuse or made a claim, and was answered.
        Complainant = "COMPLAINANT",
        /// Is a customer of the controller, for example one to whom a report was forwarded.
        Customer = "CUSTOMER",
        /// None of the others.
        Other = "OTHER",
    }
}

text_enum! {
    /// What a contact of a recipient is.
    pub enum ContactKind {
        /// An e-mail address.
        Email = "EMAIL",
        /// A telephone number.
        Phone = "PHONE",
        /// A postal address: an accounting of disclosures gives it, if it is known (45 CFR
        /// 164.528(b)(2)(ii)).
        Address = "ADDRESS",
        /// A page or a form.
        Url = "URL",
        /// None of the others.
        Other = "OTHER",
    }
}
