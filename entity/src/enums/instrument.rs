//! Words for what makes it lawful that a recipient has data.

text_enum! {
    /// What kind of agreement there is with a recipient.
    pub enum AgreementKind {
        /// That they process data on our instructions only: a data processing agreement (GDPR Art. 28(3)).
        DataProcessing = "DATA_PROCESSING",
        /// Who of those who decide together does what (GDPR Art. 26(1)).
        JointControllers = "JOINT_CONTROLLERS",
        /// What one controller may do with data of the other.
        DataSharing = "DATA_SHARING",
        /// That nothing is passed on.
        Confidentiality = "CONFIDENTIALITY",
        /// Their terms of service, or another contract that says what becomes of data.
        Service = "SERVICE",
        /// None of the others.
        Other = "OTHER",
    }
}

text_enum! {
    /// What allows that data leaves the European Economic Area (GDPR chapter V). Terms of the W3C Data Privacy Vocabulary.
    pub enum TransferMechanismKind {
        /// The Commission has decided that protection there is adequate (GDPR Art. 45): `scheme` names the framework, where
        /// only those are covered who take part in one.
        AdequacyDecision = "ADEQUACY_DECISION",
        /// Standard clauses of the Commission or of an authority (GDPR Art. 46(2)(c) and (d)).
        StandardContractualClauses = "STANDARD_CONTRACTUAL_CLAUSES",
        /// Rules of a group of companies that an authority approved (GDPR Art. 46(2)(b), 47).
        BindingCorporateRules = "BINDING_CORPORATE_RULES",
        /// An approved code of conduct (GDPR Art. 46(2)(e)).
        CodeOfConduct = "CODE_OF_CONDUCT",
        /// An approved certification (GDPR Art. 46(2)(f)).
        Certification = "CERTIFICATION",
        /// A binding instrument between public authorities (GDPR Art. 46(2)(a)).
        PublicAuthorityInstrument = "PUBLIC_AUTHORITY_INSTRUMENT",
        /// Clauses of our own that an authority authorised (GDPR Art. 46(3)(a)).
        AdHocClauses = "AD_HOC_CLAUSES",
        /// An exception for particular situations (GDPR Art. 49(1)): `derogation` says which.
        Derogation = "DEROGATION",
        /// None is needed: whoever recorded it says so.
        NoneRequired = "NONE_REQUIRED",
    }
}

text_enum! {
    /// A framework that a recipient takes part in, so that an adequacy decision covers it.
    pub enum TransferScheme {
        /// EU-US Data Privacy Framework: Implementing Decision (EU) 2023/1795.
        EuUsDataPrivacyFramework = "EU_US_DATA_PRIVACY_FRAMEWORK",
        /// UK Extension to the EU-US Data Privacy Framework.
        UkUsDataBridge = "UK_US_DATA_BRIDGE",
        /// Swiss-US Data Privacy Framework.
        SwissUsDataPrivacyFramework = "SWISS_US_DATA_PRIVACY_FRAMEWORK",
        /// EU-US Privacy Shield: invalid since 2020-07-16 (CJEU, C-311/18).
        PrivacyShield = "PRIVACY_SHIELD",
        /// Safe Harbor: invalid since 2015-10-06 (CJEU, C-362/14).
        SafeHarbor = "SAFE_HARBOR",
    }
}

text_enum! {
    /// Which exception for particular situations (GDPR Art. 49(1)).
    pub enum TransferDerogation {
        /// The person has agreed, and knew the risks: (a).
        ExplicitConsent = "EXPLICIT_CONSENT",
        /// For a contract with the person: (b).
        Contract = "CONTRACT",
        /// For a contract in the interest of the person: (c).
        ContractInInterest = "CONTRACT_IN_INTEREST",
        /// For important reasons of public interest: (d).
        PublicInterest = "PUBLIC_INTEREST",
        /// For legal claims: (e).
        LegalClaims = "LEGAL_CLAIMS",
        /// For vital interests, where the person cannot agree: (f).
        VitalInterests = "VITAL_INTERESTS",
        /// From a public register: (g).
        PublicRegister = "PUBLIC_REGISTER",
        /// Compelling legitimate interests, not repetitive, few persons, the authority told: second subparagraph.
        CompellingInterests = "COMPELLING_INTERESTS",
    }
}

text_enum! {
    /// Whether an agreement or a transfer mechanism counts on a day.
    pub enum ValidityState {
        /// It begins later.
        Future = "FUTURE",
        /// It counts.
        Valid = "VALID",
        /// It is over: its last day was reached, or it was ended.
        Lapsed = "LAPSED",
        /// A court has ended the scheme that it rests on.
        Invalidated = "INVALIDATED",
    }
}
