//! Words for requests: what a person may ask for, by what way, and what becomes of it.

text_enum! {
    /// What is asked for.
    pub enum RequestType {
        /// To see the data, and with it purposes, sources and recipients (GDPR Art. 15; CCPA right to know).
        Access = "ACCESS",
        /// To have data corrected (GDPR Art. 16).
        Correction = "CORRECTION",
        /// To have data deleted (GDPR Art. 17).
        Deletion = "DELETION",
        /// To get data in a form that another provider can read (GDPR Art. 20).
        Portability = "PORTABILITY",
        /// To have processing restricted (GDPR Art. 18).
        Restriction = "RESTRICTION",
        /// To object to processing (GDPR Art. 21).
        Objection = "OBJECTION",
        /// To opt out; the scope says of what.
        OptOut = "OPT_OUT",
        /// To withdraw consent (GDPR Art. 7(3)).
        ConsentWithdrawal = "CONSENT_WITHDRAWAL",
        /// To be told to whom data was disclosed, when and why (as 45 CFR 164.528).
        AccountingOfDisclosures = "ACCOUNTING_OF_DISCLOSURES",
        /// To complain (GDPR Art. 77; Data Protection Act 2018 s. 164A).
        Complaint = "COMPLAINT",
        /// To have a denial looked at again.
        Appeal = "APPEAL",
        /// To have a person decide what a machine has decided (GDPR Art. 22(3)).
        HumanReview = "HUMAN_REVIEW",
        /// A question about the privacy policy.
        PolicyInquiry = "POLICY_INQUIRY",
    }
}

text_enum! {
    /// What a person opts out of.
    pub enum OptOutScope {
        /// Advertising by message.
        Marketing = "MARKETING",
        /// Sale of data, and sharing for advertising across contexts (CCPA).
        SaleOrSharing = "SALE_OR_SHARING",
        /// Use of sensitive data beyond what the service needs (CCPA).
        SensitiveDataUse = "SENSITIVE_DATA_USE",
        /// Decisions by machines alone.
        AutomatedDecision = "AUTOMATED_DECISION",
        /// Profiling.
        Profiling = "PROFILING",
        /// Sharing with partners.
        PartnerSharing = "PARTNER_SHARING",
    }
}

text_enum! {
    /// By what way a request came.
    pub enum RequestChannel {
        /// The customer portal.
        Portal = "PORTAL",
        /// E-mail.
        Email = "EMAIL",
        /// A ticket.
        Ticket = "TICKET",
        /// A chat.
        Chat = "CHAT",
        /// A call.
        Phone = "PHONE",
        /// A letter.
        Letter = "LETTER",
        /// A fax.
        Fax = "FAX",
        /// An interface for machines.
        Api = "API",
        /// A signal of the browser, as Global Privacy Control.
        BrowserSignal = "BROWSER_SIGNAL",
        /// The Data Rights Protocol.
        AgentProtocol = "AGENT_PROTOCOL",
        /// In person.
        InPerson = "IN_PERSON",
        /// A registered agent of the company.
        RegisteredAgent = "REGISTERED_AGENT",
    }
}

text_enum! {
    /// Who asks.
    pub enum RequesterKind {
        /// The person whose data it is.
        DataSubject = "DATA_SUBJECT",
        /// Somebody whom the person has authorised.
        AuthorisedAgent = "AUTHORISED_AGENT",
        /// A parent or guardian.
        Guardian = "GUARDIAN",
        /// A user of a customer's site, whose data the customer controls.
        EndUser = "END_USER",
        /// An authority, on behalf of the person.
        Authority = "AUTHORITY",
    }
}

text_enum! {
    /// How it is made sure who asks. None of them asks for more than is needed to tell the person apart.
    pub enum RequesterVerification {
        /// They were logged in to the customer portal.
        PortalLogin = "PORTAL_LOGIN",
        /// They answered with a code that went to an address on record.
        OneTimeCode = "ONE_TIME_CODE",
        /// They knew their support PIN.
        SupportPin = "SUPPORT_PIN",
        /// They were called back at a number on record.
        Callback = "CALLBACK",
        /// They knew several things that are on record (11 CCR 7062).
        MatchingData = "MATCHING_DATA",
        /// They showed a document.
        IdentityDocument = "IDENTITY_DOCUMENT",
        /// They came in person.
        InPerson = "IN_PERSON",
        /// A lawyer vouches for them.
        Counsel = "COUNSEL",
        /// They wrote from the domain of an authority.
        OfficialDomain = "OFFICIAL_DOMAIN",
    }
}

text_enum! {
    /// What came of an attempt to make sure who asks.
    pub enum VerificationVerdict {
        /// It is the person, or who may ask for them.
        Passed = "PASSED",
        /// It could not be made sure.
        Failed = "FAILED",
    }
}

text_enum! {
    /// Where a request, or one thing that it asks for, stands. Acknowledgement and extension are events, not states.
    pub enum RequestStatus {
        /// It came in; nobody has looked at it.
        Received = "RECEIVED",
        /// It has to be made sure who asks.
        AwaitingVerification = "AWAITING_VERIFICATION",
        /// Somebody looks at it.
        InReview = "IN_REVIEW",
        /// The person has to say more.
        AwaitingInformation = "AWAITING_INFORMATION",
        /// It waits until something that blocks it is over.
        OnHold = "ON_HOLD",
        /// It will be done.
        Approved = "APPROVED",
        /// It is being done.
        InProgress = "IN_PROGRESS",
        /// It was done.
        Fulfilled = "FULFILLED",
        /// It was done as far as it may be.
        PartiallyFulfilled = "PARTIALLY_FULFILLED",
        /// It was denied, with a reason.
        Denied = "DENIED",
        /// It was passed to the customer who controls the data: the controller is only its processor.
        Redirected = "REDIRECTED",
        /// Whoever asked has withdrawn it.
        Withdrawn = "WITHDRAWN",
        /// Whoever asked did not answer.
        Expired = "EXPIRED",
        /// It repeats another one.
        Duplicate = "DUPLICATE",
    }
}

text_enum! {
    /// Why a request is denied (GDPR Art. 12(4): the person is told, with the ways to complain).
    pub enum DenialReason {
        /// It could not be made sure who asks.
        IdentityNotVerified = "IDENTITY_NOT_VERIFIED",
        /// It seems to be fraud.
        SuspectedFraud = "SUSPECTED_FRAUD",
        /// No data of the person was found.
        NoMatch = "NO_MATCH",
        /// The law that it rests on does not cover it.
        NotCovered = "NOT_COVERED",
        /// Another law is that of the person.
        OutsideJurisdiction = "OUTSIDE_JURISDICTION",
        /// It was asked, and answered, a short while ago.
        RepeatedRequest = "REPEATED_REQUEST",
        /// It is manifestly unfounded (GDPR Art. 12(5)).
        ManifestlyUnfounded = "MANIFESTLY_UNFOUNDED",
        /// It is excessive (GDPR Art. 12(5)).
        Excessive = "EXCESSIVE",
        /// A law says that the data is kept.
        LegalObligation = "LEGAL_OBLIGATION",
        /// The data is needed for legal claims.
        LegalClaims = "LEGAL_CLAIMS",
        /// The data is under a legal hold.
        LegalHold = "LEGAL_HOLD",
        /// The contract needs the data.
        ContractNecessity = "CONTRACT_NECESSITY",
        /// A legitimate interest overrides (GDPR Art. 21(1)).
        OverridingLegitimateInterest = "OVERRIDING_LEGITIMATE_INTEREST",
        /// It would harm others (GDPR Art. 15(4)).
        ThirdPartyRights = "THIRD_PARTY_RIGHTS",
        /// The data is confidential.
        Confidentiality = "CONFIDENTIALITY",
        /// It would harm security.
        Security = "SECURITY",
        /// It would harm the investigation of a crime.
        CrimeInvestigation = "CRIME_INVESTIGATION",
        /// The effort would be out of proportion.
        DisproportionateEffort = "DISPROPORTIONATE_EFFORT",
        /// It cannot be done.
        Impossible = "IMPOSSIBLE",
        /// The person knows already.
        AlreadyInformed = "ALREADY_INFORMED",
        /// Something else, which the note says.
        Other = "OTHER",
    }
}

text_enum! {
    /// Why an answer takes longer.
    pub enum DelayReason {
        /// The request is complex.
        Complexity = "COMPLEXITY",
        /// There are many requests.
        Volume = "VOLUME",
        /// It has to be made sure who asks.
        IdentityVerification = "IDENTITY_VERIFICATION",
        /// The person has to say more.
        InformationRequired = "INFORMATION_REQUIRED",
    }
}

text_enum! {
    /// The rules that a clock follows.
    pub enum Regime {
        /// The General Data Protection Regulation of the European Union, Regulation (EU) 2016/679.
        Gdpr = "GDPR",
        /// The same as kept in the law of the United Kingdom, with the Data Protection Act 2018.
        UkGdpr = "UK_GDPR",
        /// The California Consumer Privacy Act with its regulations, 11 CCR 7000 and following.
        Ccpa = "CCPA",
        /// What the controller has promised, or does where no law says anything.
        House = "HOUSE",
    }
}

text_enum! {
    /// What has to happen before a clock runs out.
    pub enum ClockDuty {
        /// To confirm that the request was received.
        Acknowledge = "ACKNOWLEDGE",
        /// To do, or to deny, what is asked for, and to say so.
        Answer = "ANSWER",
    }
}

text_enum! {
    /// Where a clock stands.
    pub enum ClockState {
        /// It runs.
        Running = "RUNNING",
        /// It stands still.
        Paused = "PAUSED",
        /// It ran out, and what it is for has not happened.
        Overdue = "OVERDUE",
        /// What it is for happened in time.
        Met = "MET",
        /// What it is for happened too late.
        MetLate = "MET_LATE",
        /// What it was for is not owed any more.
        Stopped = "STOPPED",
    }
}

text_enum! {
    /// In what a term is counted.
    pub enum TermUnit {
        /// Calendar months. Where the last one has no such day, its last day.
        Months = "MONTHS",
        /// Calendar days; the day of the beginning does not count.
        Days = "DAYS",
        /// Days without Saturdays, Sundays and public holidays; the day of the beginning does not count.
        BusinessDays = "BUSINESS_DAYS",
    }
}

text_enum! {
    /// What a message about a request says.
    pub enum CorrespondenceKind {
        /// That the request was received.
        Acknowledgement = "ACKNOWLEDGEMENT",
        /// A question to the person.
        Question = "QUESTION",
        /// What the person says to a question.
        Information = "INFORMATION",
        /// That the answer takes longer, and why.
        ExtensionNotice = "EXTENSION_NOTICE",
        /// The answer.
        Answer = "ANSWER",
        /// Something else.
        Other = "OTHER",
    }
}

text_enum! {
    /// From whom a message comes.
    pub enum CorrespondenceDirection {
        /// From the person.
        Incoming = "INCOMING",
        /// To the person.
        Outgoing = "OUTGOING",
    }
}

text_enum! {
    /// Whether a message reached the person.
    pub enum DeliveryStatus {
        /// It did: a receipt, the server of the addressee, or the post says so.
        Delivered = "DELIVERED",
        /// It did not: it was refused, it came back, or the number answers no more.
        Failed = "FAILED",
    }
}

text_enum! {
    /// A vocabulary for the states of requests that others speak.
    pub enum StatusStandard {
        /// The Data Rights Protocol 0.9: status, and after a slash the reason where there is one.
        DataRightsProtocol = "DATA_RIGHTS_PROTOCOL",
        /// The Data Privacy Vocabulary 2.
        Dpv = "DPV",
        /// `OpenDSR` 2: `request_status`.
        OpenDsr = "OPEN_DSR",
    }
}
