//! Words for disclosures: on what ground, of what, by what way.

text_enum! {
    /// On what ground data went to a recipient. What happened is always recordable, if necessary as
    /// `UNAUTHORISED`.
    pub enum DisclosureGround {
        /// To a processor that acts on the controller's documented instructions (GDPR Art. 28).
        ProcessorInstruction = "PROCESSOR_INSTRUCTION",
        /// To take or refund a payment.
        PaymentProcessing = "PAYMENT_PROCESSING",
        /// The person consented to this disclosure.
        Consent = "CONSENT",
        /// The customer chose a partner's product, which needs the data.
        PartnerChoice = "PARTNER_CHOICE",
        /// To perform the contract with the customer, where no closer ground is listed.
        Contract = "CONTRACT",
        /// To register, transfer or renew a domain.
        DomainRegistration = "DOMAIN_REGISTRATION",
        /// The person asked for the data to be sent there.
        SubjectRequest = "SUBJECT_REQUEST",
        /// To a lawyer, accountant or other adviser of the controller.
        ProfessionalAdvice = "PROFESSIONAL_ADVICE",
        /// To an auditor or assessor of the controller.
        Audit = "AUDIT",
        /// To have an order or a payment scored for fraud.
        FraudScreening = "FRAUD_SCREENING",
        /// To answer a chargeback.
        Chargeback = "CHARGEBACK",
        /// To have a debt collected.
        DebtCollection = "DEBT_COLLECTION",
        /// To have addresses recorded with a regional internet registry.
        RirRegistration = "RIR_REGISTRATION",

        /// Abuse was reported to the network or the person responsible for its source.
        AbuseReport = "ABUSE_REPORT",
        /// A source of abuse was reported to the operator of a blocklist.
        BlocklistReport = "BLOCKLIST_REPORT",
        /// To answer a claim of copyright infringement.
        CopyrightClaim = "COPYRIGHT_CLAIM",
        /// A customer's counter-notice was passed on to the party that had claimed infringement.
        CounterNotice = "COUNTER_NOTICE",
        /// A request for non-public registration data of a domain (ICANN registration data policy).
        RegistrationDataRequest = "REGISTRATION_DATA_REQUEST",
        /// A report was forwarded to the customer concerned: the data is the complainant's.
        CustomerAbuseForward = "CUSTOMER_ABUSE_FORWARD",

        /// A subpoena in a criminal matter.
        SubpoenaCriminal = "SUBPOENA_CRIMINAL",
        /// A subpoena in a civil suit. It never opens the tier `CONTENT`.
        SubpoenaCivil = "SUBPOENA_CIVIL",
        /// A subpoena of an administrative agency.
        SubpoenaAdministrative = "SUBPOENA_ADMINISTRATIVE",
        /// A subpoena by which a rights holder has an alleged infringer of copyright identified.
        SubpoenaDmca512h = "SUBPOENA_DMCA_512H",
        /// An order of a court, where no closer ground is listed.
        CourtOrder = "COURT_ORDER",
        /// A court's order for stored records about a customer, short of a search warrant.
        Order2703d = "ORDER_2703D",
        /// A search warrant.
        SearchWarrant = "SEARCH_WARRANT",
        /// An order to record, from now on, with whom and when a customer communicates, but not
        /// what.
        PenRegisterTrapTrace = "PEN_REGISTER_TRAP_TRACE",
        /// An order to intercept what a customer communicates, from now on.
        InterceptOrder = "INTERCEPT_ORDER",
        /// A demand for reasons of national security. Reports count these in bands only.
        NationalSecurity = "NATIONAL_SECURITY",
        /// A request under a mutual legal assistance treaty.
        Mlat = "MLAT",
        /// A European Production Order (Reg. 2023/1543 Art. 10): ten days, eight hours in an
        /// emergency.
        EuProductionOrder = "EU_PRODUCTION_ORDER",
        /// A European Preservation Order (Reg. 2023/1543 Art. 11): preserved for sixty days at
        /// first.
        EuPreservationOrder = "EU_PRESERVATION_ORDER",
        /// An order of an authority to provide information about a customer (DSA Art. 10).
        DsaInformationOrder = "DSA_INFORMATION_ORDER",
        /// A supervisory or regulatory authority asked within its powers.
        RegulatorRequest = "REGULATOR_REQUEST",
        /// A public body asked without legal compulsion.
        InformalGovernmentRequest = "INFORMAL_GOVERNMENT_REQUEST",
        /// A request to preserve records until legal process follows (18 USC 2703(f)). What went
        /// out is the confirmation; preserving discloses nothing.
        PreservationRequest = "PRESERVATION_REQUEST",

        /// To avert a danger to life or limb, before any legal process.
        Emergency = "EMERGENCY",
        /// Suspicion of a crime that threatens a life, told to the authorities (DSA Art. 18).
        Dsa18 = "DSA_18",
        /// A report to the NCMEC `CyberTipline`; what was reported is preserved for one year.
        NcmecReport = "NCMEC_REPORT",
        /// Evidence of a crime, found by accident, given to law enforcement.
        CrimeEvidence = "CRIME_EVIDENCE",
        /// To protect customers, staff or the network, where no closer ground is listed.
        Safety = "SAFETY",
        /// To establish, exercise or defend legal claims.
        LegalClaims = "LEGAL_CLAIMS",
        /// To a buyer, or a party examining a purchase, of the business or a part of it.
        MergerAcquisition = "MERGER_ACQUISITION",
        /// To tell of an incident someone who must know of it (GDPR Art. 33, Art. 34).
        IncidentNotice = "INCIDENT_NOTICE",

        /// The data should not have gone there. It is an incident, and recorded all the same.
        Unauthorised = "UNAUTHORISED",
    }
}

text_enum! {
    /// How deep the disclosed data reaches: tiers of European production orders (Reg. 2023/1543)
    /// and of the US Stored Communications Act, from the shallowest to the deepest. A disclosure
    /// has the tier of its deepest part.
    pub enum DataTier {
        /// Who the customer is: name, addresses, telephone, means of payment, services and their
        /// dates.
        Subscriber = "SUBSCRIBER",
        /// Addresses and access times that serve only to find out who a user is.
        Identification = "IDENTIFICATION",
        /// With whom, when, from where and how much was communicated, but not what.
        Traffic = "TRAFFIC",
        /// Any other record about a customer that is not content (18 USC 2702(c)).
        OtherRecords = "OTHER_RECORDS",
        /// What was written, said or stored: messages, files, databases, backups (18 USC 2702(b)).
        Content = "CONTENT",
    }
}

text_enum! {
    /// By what way the data went to the recipient.
    pub enum DisclosureMethod {
        /// By e-mail.
        Email = "EMAIL",
        /// Through a web portal, the recipient's or the controller's.
        Portal = "PORTAL",
        /// From system to system.
        Api = "API",
        /// On a storage medium.
        Media = "MEDIA",
        /// By post.
        Letter = "LETTER",
        /// Through a portal for law enforcement.
        LePortal = "LE_PORTAL",
        /// By telephone.
        Phone = "PHONE",
        /// In person.
        InPerson = "IN_PERSON",
    }
}

text_enum! {
    /// What came of looking for the customer that a disclosure's subject names.
    pub enum SubjectResolution {
        /// It leads to one customer.
        Resolved = "RESOLVED",
        /// It leads to no customer. The disclosure is recorded all the same.
        Nobody = "NOBODY",
        /// It leads to several customers, and nothing tells which of them is meant.
        Ambiguous = "AMBIGUOUS",
    }
}

text_enum! {
    /// How often data goes to a recipient. Terms of the W3C Data Privacy Vocabulary (`Frequency`).
    pub enum DisclosureFrequency {
        /// Once.
        Singular = "SINGULAR",
        /// Less than once a month, on average.
        Sporadic = "SPORADIC",
        /// At least once in 31 days, on average.
        Often = "OFTEN",
        /// At least once a day, on average.
        Continuous = "CONTINUOUS",
    }
}

text_enum! {
    /// Whether whoever reported something was named when their report was forwarded.
    pub enum ComplainantIdentity {
        /// The report went out without whose it is.
        Withheld = "WITHHELD",
        /// The recipient was told who reported.
        Disclosed = "DISCLOSED",
    }
}

text_enum! {
    /// Who may see a record.
    pub enum Visibility {
        /// Everyone whose role may read records of its kind.
        Open = "OPEN",
        /// Only those who may read what a gag order hides. To anyone else it does not exist.
        Sealed = "SEALED",
    }
}
