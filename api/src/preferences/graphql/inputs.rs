//! What callers say of preferences.

use async_graphql::{ID, InputObject, OneofObject};
use entity::enums::{ContactChannel, ErrorPolicy, OptOutScope, PreferenceMethod, PreferenceStatus};
use entity::id::BrandId;
use entity::time::Timestamp;

use crate::customers::graphql::CustomerLookupInput;
use crate::error::{Error, Result};
use crate::graphql::{OnBehalfOfInput, personal};
use crate::platform::personal::Personal;
use crate::preferences::service::{About, NewAddress, NewPreference, PreferenceFilter, Whom};

/// An address by which somebody is contacted: exactly one of these.
#[derive(Clone, OneofObject)]
pub(crate) enum ContactAddressInput {
    /// An e-mail address; case does not matter.
    #[graphql(directive = personal::apply("user.contact.email".to_owned()))]
    Email(Personal),
    /// A phone number in international form, such as `+49 30 123456`.
    #[graphql(directive = personal::apply("user.contact.phone_number".to_owned()))]
    Phone(Personal),
}

impl From<ContactAddressInput> for NewAddress {
    fn from(input: ContactAddressInput) -> Self {
        match input {
            ContactAddressInput::Email(value) => Self::Email(value),
            ContactAddressInput::Phone(value) => Self::Phone(value),
        }
    }
}

/// What a person said about a use of their data.
#[derive(InputObject)]
pub(crate) struct PreferenceInput {
    /// Who said it. Either this or `address`.
    customer: Option<CustomerLookupInput>,
    /// Of which address it was said. Where it leads to one customer alone, that customer said it; a consent only where it was
    /// made sure that the address is theirs.
    address: Option<ContactAddressInput>,
    /// To which brand. Absent: to the controller, whatever its brands.
    brand_id: Option<BrandId>,
    /// About which use of data: a key of the taxonomy of data uses, as `marketing.communications.email`. Either this or
    /// `optOut`.
    purpose: Option<String>,
    /// About what persons opt out of.
    opt_out: Option<OptOutScope>,
    /// On which channel. Absent: on all.
    channel: Option<ContactChannel>,
    /// What was said.
    status: PreferenceStatus,
    /// When: not in the future. Absent: now.
    occurred_at: Option<Timestamp>,
    /// Until when a consent counts: with `GIVEN` only.
    expires_at: Option<Timestamp>,
    /// How it was said.
    method: PreferenceMethod,
    /// In which system, named as in external ids.
    source: Option<String>,
    /// Which version of the notice was shown, at most 100 characters.
    notice_version: Option<String>,
    /// SHA-256 of the text that was shown, in hexadecimal digits.
    text_digest: Option<String>,
    /// From which address of the network, where that is kept as evidence.
    #[graphql(directive = personal::apply("user.device.ip_address".to_owned()))]
    ip_address: Option<Personal>,
    /// By which program, at most 500 characters.
    #[graphql(directive = personal::apply("user.device".to_owned()))]
    user_agent: Option<Personal>,
    /// Anything else, at most 2000 characters.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    note: Option<Personal>,
}

impl TryFrom<PreferenceInput> for NewPreference {
    type Error = Error;

    fn try_from(input: PreferenceInput) -> Result<Self> {
        let about = match (input.purpose, input.opt_out) {
            (Some(purpose), None) => About::Purpose(purpose),
            (None, Some(scope)) => About::OptOut(scope),
            _ => return Err(Error::invalid("purpose", "say either purpose or optOut")),
        };
        Ok(Self {
            who: Whom::of(
                input.customer.map(Into::into),
                input.address.map(Into::into),
            )?
            .into(),
            brand: input.brand_id,
            about,
            channel: input.channel,
            status: input.status,
            at: input.occurred_at,
            expires_at: input.expires_at,
            method: input.method,
            source: input.source,
            notice_version: input.notice_version,
            text_digest: input.text_digest,
            ip: input.ip_address,
            user_agent: input.user_agent,
            note: input.note,
        })
    }
}

/// What a person said about a use of their data.
#[derive(InputObject)]
pub(crate) struct RecordPreferenceInput {
    #[graphql(flatten)]
    preference: PreferenceInput,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    pub(super) idempotency_key: Option<ID>,
}

impl RecordPreferenceInput {
    /// The person behind the integration, and what was said.
    pub(super) fn split(self) -> Result<(Option<OnBehalfOfInput>, NewPreference)> {
        Ok((self.on_behalf_of, self.preference.try_into()?))
    }
}

/// What several persons said.
#[derive(InputObject)]
pub(crate) struct RecordPreferencesInput {
    /// 1 to 500 of them.
    pub(super) preferences: Vec<PreferenceInput>,
    /// What happens to the others when one cannot be recorded; `REJECT_ALL` when absent.
    pub(super) error_policy: Option<ErrorPolicy>,
    /// The person behind the integration.
    pub(super) on_behalf_of: Option<OnBehalfOfInput>,
    /// Sent again with the same input, the call answers as before and changes nothing.
    pub(super) idempotency_key: Option<ID>,
}

/// Which preferences are asked for; what is absent does not restrict.
#[derive(Default, InputObject)]
pub(crate) struct PreferenceFilterInput {
    /// That say one of these.
    status: Option<Vec<PreferenceStatus>>,
    /// That were said in one of these ways.
    method: Option<Vec<PreferenceMethod>>,
    /// About this use of data.
    purpose: Option<String>,
    /// About this that persons opt out of.
    opt_out: Option<OptOutScope>,
    /// That count for this address, whoever said it. Asking needs the action `LOOK_UP_CUSTOMERS`.
    address: Option<ContactAddressInput>,
}

impl From<PreferenceFilterInput> for PreferenceFilter {
    fn from(input: PreferenceFilterInput) -> Self {
        Self {
            statuses: input.status.unwrap_or_default(),
            methods: input.method.unwrap_or_default(),
            purpose: input.purpose,
            scope: input.opt_out,
            address: input.address.map(NewAddress::from),
            digest: None,
        }
    }
}
