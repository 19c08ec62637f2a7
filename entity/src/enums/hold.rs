//! Words for legal holds.

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
