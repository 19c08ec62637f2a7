//! Words for incidents: breaches of personal data, and of the security of systems.

text_enum! {
    /// Where an incident stands.
    pub enum IncidentStatus {
        /// Somebody suspects it; nobody is sure.
        Suspected = "SUSPECTED",
        /// It happened: clocks run from the moment at which the controller became aware of it.
        Confirmed = "CONFIRMED",
        /// It goes no further.
        Contained = "CONTAINED",
        /// Its effects are dealt with.
        Mitigated = "MITIGATED",
        /// It is over, and everybody was told who had to be.
        Closed = "CLOSED",
        /// It nearly happened.
        NearMiss = "NEAR_MISS",
        /// It did not happen.
        FalseAlarm = "FALSE_ALARM",
    }
}

text_enum! {
    /// What was breached (EDPB Guidelines 9/2022, section 12).
    pub enum IncidentType {
        /// Data was disclosed to, or seen by, somebody who may not see it.
        Confidentiality = "CONFIDENTIALITY",
        /// Data was altered.
        Integrity = "INTEGRITY",
        /// Data was lost, or could not be got at.
        Availability = "AVAILABILITY",
    }
}

text_enum! {
    /// What happened to data (GDPR Art. 4(12)).
    pub enum IncidentCause {
        /// It was destroyed.
        Destruction = "DESTRUCTION",
        /// It was lost.
        Loss = "LOSS",
        /// It was altered.
        Alteration = "ALTERATION",
        /// It was disclosed to somebody who may not have it.
        UnauthorisedDisclosure = "UNAUTHORISED_DISCLOSURE",
        /// Somebody got at it who may not.
        UnauthorisedAccess = "UNAUTHORISED_ACCESS",
    }
}

text_enum! {
    /// What it means for the persons.
    pub enum RiskLevel {
        /// Nobody has judged it yet: the authority is told as if there were one.
        Unknown = "UNKNOWN",
        /// It is unlikely to result in a risk: the authority need not be told (GDPR Art. 33(1)).
        NoRisk = "NO_RISK",
        /// There is a risk: the authority is told.
        Risk = "RISK",
        /// The risk is high: the persons are told, too (GDPR Art. 34).
        HighRisk = "HIGH_RISK",
    }
}

text_enum! {
    /// Who is told of an incident.
    pub enum NotificationTarget {
        /// The supervisory authority.
        Authority = "AUTHORITY",
        /// Customers for whom the provider processes data: they are the controllers of what they host.
        Controller = "CONTROLLER",
        /// The persons whose data it is.
        Subject = "SUBJECT",
        /// The computer security incident response team, or whoever else the NIS 2 Directive names.
        Csirt = "CSIRT",
        /// The police.
        LawEnforcement = "LAW_ENFORCEMENT",
        /// An insurer.
        Insurer = "INSURER",
    }
}

text_enum! {
    /// Where a notification of an incident stands.
    pub enum NotificationStatus {
        /// It is to be sent.
        Planned = "PLANNED",
        /// It is being sent.
        Ongoing = "ONGOING",
        /// It was sent.
        Completed = "COMPLETED",
        /// It could not be sent.
        Failed = "FAILED",
        /// Nobody needs it: with a reason.
        NotNeeded = "NOT_NEEDED",
    }
}

text_enum! {
    /// What a notification of an incident is, among several to the same.
    pub enum NotificationPhase {
        /// The first word: what is known by then.
        Initial = "INITIAL",
        /// What is known more.
        FollowUp = "FOLLOW_UP",
        /// The whole of it.
        Final = "FINAL",
    }
}

text_enum! {
    /// Whose rule a clock of an incident is.
    pub enum IncidentRegime {
        /// The General Data Protection Regulation of the European Union, Regulation (EU) 2016/679.
        Gdpr = "GDPR",
        /// The same as kept in the law of the United Kingdom.
        UkGdpr = "UK_GDPR",
        /// The NIS 2 Directive of the European Union, Directive (EU) 2022/2555.
        Nis2 = "NIS2",
    }
}

text_enum! {
    /// For whom the provider processes what a system holds about a customer.
    pub enum ProcessingRole {
        /// For itself: as what it needs to do business with the customer.
        Controller = "CONTROLLER",
        /// For the customer: as what the customer hosts.
        Processor = "PROCESSOR",
    }
}
