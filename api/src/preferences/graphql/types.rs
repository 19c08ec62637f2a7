//! What the schema shows of preferences.

use async_graphql::{Context, Object};
use entity::enums::{ContactChannel, OptOutScope, PreferenceMethod, PreferenceStatus};
use entity::id::PreferenceId;
use entity::time::Timestamp;

use crate::auth::graphql::Integration;
use crate::customers::Customer;
use crate::customers::graphql::Brand;
use crate::graphql::{Nullable, load, open, personal};
use crate::ledger::graphql::EventNode;
use crate::preferences::service::{Current, Preference};

/// What a person said about a use of their data. It is never changed.
#[Object]
impl Preference {
    /// Identity.
    pub(crate) async fn id(&self) -> PreferenceId {
        self.row.id
    }

    /// Who said it; null where it was said of an address that led to no customer, or to several.
    async fn customer(&self, context: &Context<'_>) -> Nullable<Customer> {
        load(context, self.row.customer_id?).await.transpose()
    }

    /// To which brand; null where it is to the controller, whatever its brands.
    async fn brand(&self, context: &Context<'_>) -> Nullable<Brand> {
        load(context, self.row.brand_id?).await.transpose()
    }

    /// About which use of data: a key of the taxonomy; null where it is about `optOut`.
    async fn purpose(&self) -> Option<&str> {
        self.row.purpose.as_deref()
    }

    /// About what persons opt out of; null where it is about `purpose`.
    async fn opt_out(&self) -> Option<OptOutScope> {
        self.row.scope
    }

    /// On which channel; null where it is on all.
    async fn channel(&self) -> Option<ContactChannel> {
        self.row.channel
    }

    /// What was said.
    async fn status(&self) -> PreferenceStatus {
        self.row.status
    }

    /// When it was said.
    async fn occurred_at(&self) -> Timestamp {
        self.row.at
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> Timestamp {
        self.row.recorded_at
    }

    /// Until when a consent counts; null where that has no end.
    async fn expires_at(&self) -> Option<Timestamp> {
        self.row.expires_at
    }

    /// How it was said.
    async fn method(&self) -> PreferenceMethod {
        self.row.method
    }

    /// In which system.
    async fn source(&self) -> Option<&str> {
        self.row.source.as_deref()
    }

    /// Which version of the notice was shown.
    async fn notice_version(&self) -> Option<&str> {
        self.row.notice_version.as_deref()
    }

    /// SHA-256 of the text that was shown, in hexadecimal digits.
    async fn text_digest(&self) -> Option<&str> {
        self.row.text_digest.as_deref()
    }

    /// From which address of the network. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    async fn ip_address(&self) -> Nullable<String> {
        open(self.ip.as_ref()).transpose()
    }

    /// By which program. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(
        name = "userAgent",
        directive = personal::apply("user.device".to_owned())
    )]
    async fn program(&self) -> Nullable<String> {
        open(self.user_agent.as_ref()).transpose()
    }

    /// Anything else. Null for a role without `READ_PERSONAL_DATA`, and after erasure.
    #[graphql(name = "note", directive = personal::apply("user.content.private".to_owned()))]
    async fn said_beside(&self) -> Nullable<String> {
        open(self.note.as_ref()).transpose()
    }

    /// Who recorded it; null for the command line.
    async fn recorded_by(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.row.integration_id?).await.transpose()
    }

    /// Its leaf in the ledger.
    async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
        load(context, self.row.event_id).await.transpose()
    }
}

/// What a customer wants now, about one use of their data or one thing to opt out of, on one channel or all, to one brand
/// or the controller.
#[Object(name = "CurrentPreference")]
impl Current {
    /// What it comes to: what was said last, or `EXPIRED` where a consent was given for a time that is over.
    #[graphql(name = "status")]
    async fn comes_to(&self) -> PreferenceStatus {
        self.status
    }

    /// Because of what. A refusal stands until the person consents later, to the same or to a part of it; a consent to
    /// more lifts no refusal of a part. Where customers were merged, what one of them refused stays refused until they
    /// consent as one.
    async fn decided_by(&self) -> &Preference {
        &self.decides
    }

    /// From when on they may be asked again to consent, where a law says so: twelve months after an opt-out of sale or
    /// sharing, or of the use of sensitive data, for customers in the United States (Cal. Civ. Code 1798.135(c)(4)). Null where
    /// no law has a term.
    #[graphql(name = "askAgainFrom")]
    async fn may_be_asked_from(&self) -> Option<Timestamp> {
        self.ask_again_from
    }
}
