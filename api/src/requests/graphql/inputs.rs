//! What callers say of requests.

use async_graphql::{ID, InputObject};
use entity::date::Date;
use entity::enums::{
    CorrespondenceDirection, CorrespondenceKind, DelayReason, DeliveryStatus, DenialReason,
    OptOutScope, Regime, RequestChannel, RequestStatus, RequestType, RequesterKind,
    RequesterVerification, VerificationVerdict,
};
use entity::id::{RequestClockId, RequestId, RequestItemId, RequestMessageId};
use entity::time::Timestamp;

use crate::customers::graphql::{CustomerLookupInput, ExternalIdInput};
use crate::error::{Error, Result};
use crate::graphql::{OnBehalfOfInput, personal};
use crate::platform::personal::Personal;
use crate::requests::service::{
    ClockExtension, ClockPause, Delivery, Denial, NewItem, NewMessage, NewRequest, NewRequester,
    NewVerification, Said, Transition,
};

/// Who asks.
#[derive(Default, InputObject)]
pub(crate) struct RequesterInput {
    /// What they are to the person whose data it is; the person, when absent.
    kind: Option<RequesterKind>,
    /// What they are called, at most 200 characters.
    #[graphql(directive = personal::apply("user.name".to_owned()))]
    name: Option<Personal>,
    /// How to reach them, at most 500 characters.
    #[graphql(directive = personal::apply("user.contact".to_owned()))]
    contact: Option<Personal>,
    /// Why they may ask for another: which authority they have, and until when. At most 2000 characters; needed for
    /// anybody but the person.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    proof: Option<Personal>,
    /// The last day on which they may, where that is known: nothing is approved after it.
    authority_until: Option<Date>,
}

/// One thing that is asked for.
#[derive(InputObject)]
pub(crate) struct RequestItemInput {
    /// What.
    #[graphql(name = "type")]
    kind: RequestType,
    /// Of what the person opts out: with `OPT_OUT`, and only there.
    scope: Option<OptOutScope>,
    /// To which body the person may turn, or has turned, such as a supervisory authority: with `COMPLAINT`, and only there. At
    /// most 200 characters.
    escalation_body: Option<String>,
}

/// A request to be opened.
#[derive(InputObject)]
pub(crate) struct OpenRequestInput {
    /// By what way it came.
    channel: RequestChannel,
    /// When the person's message came in, not when somebody saw it: clocks start there.
    received_at: Timestamp,
    /// Who asks; the person, when absent.
    requester: Option<RequesterInput>,
    /// The customer whose data it is about. One that leads to nobody, or to several, is kept as it is.
    customer: Option<CustomerLookupInput>,
    /// Where the person lives: a country (ISO 3166-1), as `DE`, or a part of one (ISO 3166-2), as `US-CA`. When absent,
    /// the customer's country.
    residence: Option<String>,
    /// The regimes that apply. When absent, those of where the controller is established and of where the person lives.
    regimes: Option<Vec<Regime>>,
    /// Why other regimes apply than those that follow from the places, at most 2000 characters: with `regimes`.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    regimes_reason: Option<Personal>,
    /// What is asked for: 1 to 20 things, each once.
    items: Vec<RequestItemInput>,
    /// What the person wrote, at most 50000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    text: Option<Personal>,
    /// What outside systems call it, such as the number of a ticket: at most 20.
    external_references: Option<Vec<ExternalIdInput>>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl OpenRequestInput {
    /// The person behind the integration, and the request.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewRequest) {
        let requester = self.requester.unwrap_or_default();
        let requester = NewRequester {
            kind: requester.kind.unwrap_or(RequesterKind::DataSubject),
            name: requester.name,
            contact: requester.contact,
            proof: requester.proof,
            authority_until: requester.authority_until,
        };
        let items = self.items.into_iter().map(|item| NewItem {
            kind: item.kind,
            scope: item.scope,
            escalation_body: item.escalation_body,
        });
        let references = self.external_references.unwrap_or_default().into_iter();
        let new = NewRequest {
            channel: self.channel,
            received_at: self.received_at,
            requester,
            customer: self.customer.map(Into::into),
            residence: self.residence,
            // A reason alone is a mistake that the check finds: there are no regimes then.
            regimes: match (self.regimes, self.regimes_reason) {
                (None, None) => None,
                (regimes, reason) => Some((regimes.unwrap_or_default(), reason)),
            },
            items: items.collect(),
            body: self.text,
            references: references.map(ExternalIdInput::split).collect(),
        };
        (self.on_behalf_of, new)
    }
}

/// A step of an item.
#[derive(InputObject)]
pub(crate) struct TransitionItemInput {
    /// Of which item.
    item_id: RequestItemId,
    /// To which state: one of `allowedTransitions`. `DENIED` has `denyItem`, `WITHDRAWN` has `withdrawRequest`.
    to: RequestStatus,
    /// Since when: not before the last step, and not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// When whoever asks was told, where the state answers them (`FULFILLED`, `PARTIALLY_FULFILLED`, `REDIRECTED`): that
    /// instant counts for the clock. Absent: since when.
    answered_at: Option<Timestamp>,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// What the systems must know that have to do something, at most 2000 characters: with `IN_PROGRESS`, where tasks are
    /// planned; needed for a correction.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    instructions: Option<Personal>,
    /// What it repeats: with `DUPLICATE`, and only there. A request of the same customer that came in before, and of which
    /// the same is open.
    duplicate_of_id: Option<RequestId>,
    /// To which body the person may turn, or has turned, where it is a complaint: at most 200 characters. Absent: unchanged.
    escalation_body: Option<String>,
    /// The version of the item that the caller has seen. Where it is another by now, nothing is changed.
    expected_version: Option<i32>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl TransitionItemInput {
    /// The person behind the integration, and the step.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Transition) {
        let change = Transition {
            item: self.item_id,
            to: self.to,
            at: self.occurred_at,
            answered_at: self.answered_at,
            note: self.note,
            instructions: self.instructions,
            duplicate_of: self.duplicate_of_id,
            escalation_body: self.escalation_body,
            expected_version: self.expected_version,
        };
        (self.on_behalf_of, change)
    }
}

/// An attempt to make sure who asks.
#[derive(InputObject)]
pub(crate) struct VerifyRequesterInput {
    /// Of which request.
    request_id: RequestId,
    /// How it was tried.
    method: RequesterVerification,
    /// What came of it: with every method but `ONE_TIME_CODE`.
    verdict: Option<VerificationVerdict>,
    /// The code that whoever asks answered with: with `ONE_TIME_CODE`. Whether it is right is decided here.
    #[graphql(directive = personal::apply("user.authorization".to_owned()))]
    code: Option<Personal>,
    /// When: not before the request, and not in the future; now, with a code. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The last day on which whoever asks for another may do so, as was seen: not in the past. Only where it succeeded.
    authority_until: Option<Date>,
    /// For how many days it counts, 1 to 365; 30 when absent. Only where it succeeded.
    valid_days: Option<i32>,
    /// SHA-256 of the evidence, in 64 hexadecimal digits. The evidence itself is not taken.
    #[graphql(directive = personal::apply("user.government_id".to_owned()))]
    evidence_digest: Option<Personal>,
    /// Why it was no more than was needed (GDPR Art. 12(6)), at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl VerifyRequesterInput {
    /// The person behind the integration, and the attempt.
    ///
    /// # Errors
    /// Invalid where not one of verdict and code is said.
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, NewVerification)> {
        let said = match (self.verdict, self.code) {
            (Some(verdict), None) => Said::Verdict(verdict),
            (None, Some(code)) => Said::Code(code),
            _ => {
                let problem = "must be said, or else the code, with ONE_TIME_CODE";
                return Err(Error::invalid("verdict", problem));
            }
        };
        let new = NewVerification {
            request: self.request_id,
            method: self.method,
            said,
            at: self.occurred_at,
            authority_until: self.authority_until,
            valid_days: self.valid_days,
            evidence: self.evidence_digest,
            note: self.note,
        };
        Ok((self.on_behalf_of, new))
    }
}

/// A denial of what an item asks for.
#[derive(InputObject)]
pub(crate) struct DenyItemInput {
    /// Of which item.
    item_id: RequestItemId,
    /// Why.
    reason: DenialReason,
    /// What is to be said about it, at most 2000 characters; needed for `OTHER`.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// When: not before the last step, and not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// When whoever asks was told: that instant counts for the clock. Absent: when it was denied.
    answered_at: Option<Timestamp>,
    /// The version of the item that the caller has seen. Where it is another by now, nothing is changed.
    expected_version: Option<i32>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl DenyItemInput {
    /// The person behind the integration, and the denial.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Denial) {
        let denial = Denial {
            item: self.item_id,
            reason: self.reason,
            note: self.note,
            at: self.occurred_at,
            answered_at: self.answered_at,
            expected_version: self.expected_version,
        };
        (self.on_behalf_of, denial)
    }
}

/// A withdrawal by whoever asked.
#[derive(InputObject)]
pub(crate) struct WithdrawRequestInput {
    /// Of which request.
    pub(super) request_id: RequestId,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    pub(super) note: Option<Personal>,
    /// When: not before the last step, and not in the future. Absent: now.
    pub(super) occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

/// More time for what is owed.
#[derive(InputObject)]
pub(crate) struct ExtendDeadlineInput {
    /// Of which clock.
    clock_id: RequestClockId,
    /// Why.
    reason: DelayReason,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// When whoever asks was told of the extension and its reason: before the clock runs out.
    notified_at: Timestamp,
    /// The new last instant. Absent: as late as the rule allows.
    due_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl ExtendDeadlineInput {
    /// The person behind the integration, and the extension.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, ClockExtension) {
        let change = ClockExtension {
            clock: self.clock_id,
            reason: self.reason,
            note: self.note,
            notified_at: self.notified_at,
            due_at: self.due_at,
        };
        (self.on_behalf_of, change)
    }
}

/// A pause of a clock.
#[derive(InputObject)]
pub(crate) struct PauseClockInput {
    /// Of which clock.
    clock_id: RequestClockId,
    /// Why: `IDENTITY_VERIFICATION` while the item is `AWAITING_VERIFICATION`, `INFORMATION_REQUIRED` while it is
    /// `AWAITING_INFORMATION`. When the item goes on, so does the clock.
    reason: DelayReason,
    /// What is to be said about it, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
    /// Since when: not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl PauseClockInput {
    /// The person behind the integration, and the pause.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, ClockPause) {
        let change = ClockPause {
            clock: self.clock_id,
            reason: self.reason,
            note: self.note,
            at: self.occurred_at,
        };
        (self.on_behalf_of, change)
    }
}

/// The end of a pause.
#[derive(InputObject)]
pub(crate) struct ResumeClockInput {
    /// Of which clock.
    pub(super) clock_id: RequestClockId,
    /// Since when it goes on: not in the future. Absent: now.
    pub(super) occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

/// A message that was sent or came in.
#[derive(InputObject)]
pub(crate) struct RecordCorrespondenceInput {
    /// About which request.
    request_id: RequestId,
    /// What it says. An acknowledgement ends the clocks that wait for one.
    kind: CorrespondenceKind,
    /// From whom it is.
    direction: CorrespondenceDirection,
    /// By what way it went.
    channel: RequestChannel,
    /// When it was sent, or came in: not before the request, and not in the future.
    occurred_at: Timestamp,
    /// Its text, at most 50000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    text: Option<Personal>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordCorrespondenceInput {
    /// The person behind the integration, and the message.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, NewMessage) {
        let new = NewMessage {
            request: self.request_id,
            kind: self.kind,
            direction: self.direction,
            channel: self.channel,
            at: self.occurred_at,
            body: self.text,
        };
        (self.on_behalf_of, new)
    }
}

/// Whether a message arrived.
#[derive(InputObject)]
pub(crate) struct RecordDeliveryInput {
    /// Which message: one that was sent.
    message_id: RequestMessageId,
    /// Whether it did.
    status: DeliveryStatus,
    /// When: not before it was sent, and not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordDeliveryInput {
    /// The person behind the integration, and what is reported.
    pub(super) fn split(self) -> (Option<OnBehalfOfInput>, Delivery) {
        let said = Delivery {
            message: self.message_id,
            status: self.status,
            at: self.occurred_at,
        };
        (self.on_behalf_of, said)
    }
}

/// Another number that an outside system has for requests.
#[derive(InputObject)]
pub(crate) struct RelinkExternalReferenceInput {
    /// The system.
    pub(super) system: String,
    /// The number by which they are found now.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    pub(super) from: ID,
    /// The number by which they are to be found, too: of the ticket that the other went into, or that was split off.
    #[graphql(directive = personal::apply("user.unique_id".to_owned()))]
    pub(super) to: ID,
    /// Only this one of them. Absent: all.
    pub(super) request_id: Option<RequestId>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}
