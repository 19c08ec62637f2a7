//! Agreements and transfer mechanisms in the schema.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject, Object};
use entity::date::Date;
use entity::enums::{
    AgreementKind, TransferDerogation, TransferMechanismKind, TransferScheme, ValidityState,
};
use entity::id::{InstrumentId, RecipientId};
use entity::time::Timestamp;

use super::service::{self, End, Instrument, NewInstrument, Sort};
use crate::context::Ctx;
use crate::error::Result;
use crate::graphql::{
    Batch, Nullable, OnBehalfOfInput, connection, ctx, ctx_for, load, once, parts, payloads,
    read_back,
};
use crate::ledger::graphql::EventNode;
use crate::platform::page::PageRequest;
use crate::recipients::graphql::RecipientNode;

/// Declares what there is between the controller and a recipient: it has the days on which it counts, and a document.
macro_rules! instruments {
    ($($(#[$doc:meta])* $name:ident { $($own:tt)* })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub(crate) struct $name(Instrument);

        $(#[$doc])*
        #[Object]
        impl $name {
            /// Identity.
            pub(crate) async fn id(&self) -> InstrumentId {
                self.0.row.id
            }

            /// With whom.
            async fn recipient(&self, context: &Context<'_>) -> Nullable<RecipientNode> {
                load(context, self.0.row.recipient_id).await.transpose()
            }

            /// Its first day; null where nobody knows.
            async fn valid_from(&self) -> Option<Date> {
                self.0.row.valid_from
            }

            /// The last day that was agreed; null where there is none.
            async fn valid_until(&self) -> Option<Date> {
                self.0.row.valid_until
            }

            /// The last day that counts: `validUntil`, or the day on which it was ended before. Null where there is none.
            async fn ends_on(&self) -> Option<Date> {
                self.0.row.ends_on
            }

            /// When it was said that it ends before it would; null where nobody did.
            async fn ended_at(&self) -> Option<Timestamp> {
                self.0.row.ended_at
            }

            /// Where the document is, and which version it is.
            async fn reference(&self) -> Option<&str> {
                self.0.row.reference.as_deref()
            }

            /// When it was recorded.
            async fn recorded_at(&self) -> Timestamp {
                self.0.row.recorded_at
            }

            /// Counts changes.
            async fn version(&self) -> i32 {
                self.0.row.version
            }

            /// The leaf of the last change in the ledger.
            async fn event(&self, context: &Context<'_>) -> Nullable<EventNode> {
                load(context, self.0.row.event_id).await.transpose()
            }

            /// Whether it counts on a day.
            async fn state(
                &self,
                context: &Context<'_>,
                #[graphql(desc = "The day, in UTC; today when absent.")] on: Option<Date>,
            ) -> Result<ValidityState> {
                let today = Date::of(ctx(context)?.now());
                Ok(self.0.state(on.unwrap_or(today)))
            }

            $($own)*
        }
    )+};
}

instruments! {
    /// An agreement with a recipient: a data processing agreement and the like.
    Agreement {
        /// What kind it is.
        async fn kind(&self) -> AgreementKind {
            self.0.row.agreement.unwrap_or(AgreementKind::Other)
        }
    }
    /// What allows that data goes to a recipient outside of the European Economic Area (GDPR chapter V).
    TransferMechanism {
        /// What kind it is.
        async fn kind(&self) -> TransferMechanismKind {
            let kind = self.0.row.mechanism;
            kind.unwrap_or(TransferMechanismKind::NoneRequired)
        }

        /// The framework that it rests on.
        async fn scheme(&self) -> Option<TransferScheme> {
            self.0.row.scheme
        }

        /// The exception that it rests on.
        async fn derogation(&self) -> Option<TransferDerogation> {
            self.0.row.derogation
        }

        /// The first day on which its scheme counts no more; null where it does.
        async fn invalidated_on(&self) -> Option<Date> {
            Some(self.0.invalidation()?.0)
        }

        /// The judgment that ended its scheme; null where there is none.
        async fn invalidated_by(&self) -> Option<&str> {
            Some(self.0.invalidation()?.1)
        }
    }
}

/// What an instrument is to a reader.
#[derive(Clone)]
pub(crate) enum InstrumentNode {
    /// An agreement.
    Agreement(Agreement),
    /// A transfer mechanism.
    Mechanism(TransferMechanism),
}

impl InstrumentNode {
    fn new(instrument: Instrument) -> Self {
        if instrument.row.agreement.is_some() {
            Self::Agreement(Agreement(instrument))
        } else {
            Self::Mechanism(TransferMechanism(instrument))
        }
    }

    /// It as an agreement.
    pub(crate) fn agreement(self) -> Option<Agreement> {
        match self {
            Self::Agreement(agreement) => Some(agreement),
            Self::Mechanism(_) => None,
        }
    }

    /// It as a transfer mechanism.
    pub(crate) fn mechanism(self) -> Option<TransferMechanism> {
        match self {
            Self::Mechanism(mechanism) => Some(mechanism),
            Self::Agreement(_) => None,
        }
    }
}

impl Batch for InstrumentId {
    type Value = InstrumentNode;

    async fn load(ctx: &Ctx, keys: &[Self]) -> Result<HashMap<Self, InstrumentNode>> {
        let found = service::by_ids(ctx, keys).await?.into_iter();
        Ok(found
            .map(|(id, instrument)| (id, InstrumentNode::new(instrument)))
            .collect())
    }
}

parts! {
    /// The agreements and mechanisms of a recipient.
    InstrumentsOf(RecipientId): Vec<Instrument>, service::of_recipients;
}

async fn of_recipient(context: &Context<'_>, id: RecipientId) -> Result<Vec<InstrumentNode>> {
    let found = load(context, InstrumentsOf(id)).await?.unwrap_or_default();
    Ok(found.into_iter().map(InstrumentNode::new).collect())
}

/// The agreements with a recipient.
pub(crate) async fn agreements_of(
    context: &Context<'_>,
    id: RecipientId,
) -> Result<Vec<Agreement>> {
    let found = of_recipient(context, id).await?.into_iter();
    Ok(found.filter_map(InstrumentNode::agreement).collect())
}

/// What allows that data goes to a recipient.
pub(crate) async fn mechanisms_of(
    context: &Context<'_>,
    id: RecipientId,
) -> Result<Vec<TransferMechanism>> {
    let found = of_recipient(context, id).await?.into_iter();
    Ok(found.filter_map(InstrumentNode::mechanism).collect())
}

connection! {
    /// A page of agreements.
    AgreementConnection, AgreementEdge, Agreement
}

/// Queries over agreements.
#[derive(Default)]
pub(crate) struct AgreementsQuery;

#[Object]
impl AgreementsQuery {
    /// The agreements whose last day is one of the days from today on: those first that end first.
    async fn expiring_agreements(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many days ahead, counted in UTC: 0 to 3660, 90 when absent.")]
        within_days: Option<i32>,
        #[graphql(desc = "Page size: 1 to 100, 20 when absent.")] first: Option<i32>,
        #[graphql(desc = "The page after this cursor of the same list.")] after: Option<String>,
    ) -> Result<AgreementConnection> {
        let page = PageRequest { first, after };
        let page = service::expiring(ctx(context)?, within_days, page).await?;
        Ok(AgreementConnection::new(page.map(Agreement)))
    }
}

/// An agreement to be added.
#[derive(InputObject)]
pub(crate) struct AddAgreementInput {
    /// With whom.
    recipient_id: RecipientId,
    /// What kind it is.
    kind: AgreementKind,
    /// Its first day; absent where nobody knows.
    valid_from: Option<Date>,
    /// Its last day; absent where there is none.
    valid_until: Option<Date>,
    /// Where the document is, and which version it is: one line of 1 to 200 characters. Nothing personal belongs here.
    reference: Option<String>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// What allows that data goes to a recipient.
#[derive(InputObject)]
pub(crate) struct AddTransferMechanismInput {
    /// To whom.
    recipient_id: RecipientId,
    /// What kind it is.
    kind: TransferMechanismKind,
    /// The framework that it rests on: of an `ADEQUACY_DECISION` only.
    scheme: Option<TransferScheme>,
    /// The exception that it rests on: of a `DEROGATION`, and then it must be said.
    derogation: Option<TransferDerogation>,
    /// Its first day; absent where nobody knows.
    valid_from: Option<Date>,
    /// Its last day; absent where there is none.
    valid_until: Option<Date>,
    /// Where the document is, and which version it is: one line of 1 to 200 characters. Nothing personal belongs here.
    reference: Option<String>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// The end of an agreement.
#[derive(InputObject)]
pub(crate) struct EndAgreementInput {
    /// Which one.
    agreement_id: InstrumentId,
    /// Its last day: not before its first, and not after the one that was agreed.
    ends_on: Date,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

/// The end of what allows that data goes to a recipient.
#[derive(InputObject)]
pub(crate) struct EndTransferMechanismInput {
    /// Which one.
    transfer_mechanism_id: InstrumentId,
    /// Its last day: not before its first, and not after the one that was agreed.
    ends_on: Date,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    idempotency_key: Option<ID>,
}

payloads! {
    /// What `addAgreement` answers.
    AddAgreementPayload {
        /// The agreement; null when it was added but could not be read.
        agreement: Agreement
    }
    /// What `endAgreement` answers.
    EndAgreementPayload {
        /// The agreement as it is now; null when it was changed but could not be read.
        agreement: Agreement
    }
    /// What `addTransferMechanism` answers.
    AddTransferMechanismPayload {
        /// The mechanism; null when it was added but could not be read.
        transfer_mechanism: TransferMechanism
    }
    /// What `endTransferMechanism` answers.
    EndTransferMechanismPayload {
        /// The mechanism as it is now; null when it was changed but could not be read.
        transfer_mechanism: TransferMechanism
    }
}

/// Changes to agreements.
#[derive(Default)]
pub(crate) struct AgreementsMutation;

#[Object]
impl AgreementsMutation {
    /// Adds an agreement with a recipient. Errors: NOT_FOUND for the recipient.
    async fn add_agreement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The agreement.")] input: AddAgreementInput,
    ) -> Result<AddAgreementPayload> {
        let once = once("addAgreement", input.idempotency_key.as_ref(), &input)?;
        let new = NewInstrument {
            recipient: input.recipient_id,
            sort: Sort::Agreement(input.kind),
            valid_from: input.valid_from,
            valid_until: input.valid_until,
            reference: input.reference,
        };
        let id = service::add(&ctx_for(context, input.on_behalf_of)?, new, once).await?;
        let agreement = read_back(context, id)
            .await
            .and_then(InstrumentNode::agreement);
        Ok(AddAgreementPayload { agreement })
    }

    /// Says on which day an agreement ends, before it would of itself. Said again, the last word counts. Errors:
    /// NOT_FOUND; BAD_USER_INPUT for a day before its first or after the one that was agreed.
    async fn end_agreement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its end.")] input: EndAgreementInput,
    ) -> Result<EndAgreementPayload> {
        let once = once("endAgreement", input.idempotency_key.as_ref(), &input)?;
        let end = End {
            id: input.agreement_id,
            is_agreement: true,
            on: input.ends_on,
        };
        let id = service::end(&ctx_for(context, input.on_behalf_of)?, end, once).await?;
        let agreement = read_back(context, id)
            .await
            .and_then(InstrumentNode::agreement);
        Ok(EndAgreementPayload { agreement })
    }

    /// Records what allows that data goes to a recipient outside of the European Economic Area. Errors: NOT_FOUND for the
    /// recipient; BAD_USER_INPUT for a scheme or a derogation that does not belong to the kind. A scheme that is dead is
    /// recorded, and shows as `INVALIDATED`.
    async fn add_transfer_mechanism(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The mechanism.")] input: AddTransferMechanismInput,
    ) -> Result<AddTransferMechanismPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("addTransferMechanism", key, &input)?;
        let new = NewInstrument {
            recipient: input.recipient_id,
            sort: Sort::Mechanism {
                kind: input.kind,
                scheme: input.scheme,
                derogation: input.derogation,
            },
            valid_from: input.valid_from,
            valid_until: input.valid_until,
            reference: input.reference,
        };
        let id = service::add(&ctx_for(context, input.on_behalf_of)?, new, once).await?;
        let transfer_mechanism = read_back(context, id)
            .await
            .and_then(InstrumentNode::mechanism);
        Ok(AddTransferMechanismPayload { transfer_mechanism })
    }

    /// Says on which day a transfer mechanism ends, before it would of itself: a recipient left its scheme. Said again, the
    /// last word counts. Errors: NOT_FOUND; BAD_USER_INPUT for a day before its first or after the one that was agreed.
    async fn end_transfer_mechanism(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its end.")] input: EndTransferMechanismInput,
    ) -> Result<EndTransferMechanismPayload> {
        let key = input.idempotency_key.as_ref();
        let once = once("endTransferMechanism", key, &input)?;
        let end = End {
            id: input.transfer_mechanism_id,
            is_agreement: false,
            on: input.ends_on,
        };
        let id = service::end(&ctx_for(context, input.on_behalf_of)?, end, once).await?;
        let transfer_mechanism = read_back(context, id)
            .await
            .and_then(InstrumentNode::mechanism);
        Ok(EndTransferMechanismPayload { transfer_mechanism })
    }
}
