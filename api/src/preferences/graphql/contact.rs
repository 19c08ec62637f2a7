//! Whether a message may be sent, and the settings behind that, in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{ContactBasis, ContactChannel, ContactReason, UnansweredAction};
use entity::id::{BrandId, IntegrationId};
use entity::time::Timestamp;
use entity::{contact_rule, message_template};

use super::inputs::ContactAddressInput;
use crate::auth::graphql::Integration;
use crate::customers::graphql::{Brand, CustomerLookupInput, ErrorItem};
use crate::error::{Error, Result};
use crate::graphql::{CountryCode, Nullable, OnBehalfOfInput, ctx, ctx_for, load, once};
use crate::preferences::service::{
    self, For, NewQuestion, NewRule, NewTemplate, Permission, Preference, Settings, Whom,
};

/// What somebody wants to send, and to whom.
#[derive(InputObject)]
pub(crate) struct ContactQuestionInput {
    /// To a customer, at any of their addresses: what was said of one of them counts, the strictest of several. Either this
    /// or `address`.
    customer: Option<CustomerLookupInput>,
    /// To whoever has this address: one customer, several, or nobody who is known.
    address: Option<ContactAddressInput>,
    /// For which use of data: a key of the taxonomy of data uses, as `marketing.communications.email`. Either this or
    /// `template`.
    purpose: Option<String>,
    /// By which template, as `setMessageTemplate` has it for the integration that asks.
    template: Option<String>,
    /// On which channel.
    channel: ContactChannel,
    /// In the name of which brand. Absent: the template's; where that has none either, what was said to any brand forbids.
    brand_id: Option<BrandId>,
    /// Where the person is, if no customer on record says so.
    country: Option<CountryCode>,
}

impl TryFrom<ContactQuestionInput> for NewQuestion {
    type Error = Error;

    fn try_from(input: ContactQuestionInput) -> Result<Self> {
        let whom = Whom::of(
            input.customer.map(Into::into),
            input.address.map(Into::into),
        )?;
        Ok(Self {
            whom,
            what: For::of(input.purpose, input.template)?,
            channel: input.channel,
            brand: input.brand_id,
            country: input.country.map(CountryCode::as_str),
        })
    }
}

/// Whether a message may be sent.
#[Object(name = "ContactPermission")]
impl Permission {
    /// Whether it may.
    async fn allowed(&self) -> bool {
        self.answer.is_allowed()
    }

    /// Why, or why not.
    async fn reason(&self) -> ContactReason {
        self.answer.reason
    }

    /// For which use of data the message was taken to be.
    async fn purpose(&self) -> &str {
        self.question.purpose
    }

    /// What decided it, where something that was said did. Null for `ESSENTIAL`, and where nobody said anything.
    async fn decided_by(&self, context: &Context<'_>) -> Nullable<Preference> {
        load(context, self.decides()?).await.transpose()
    }

    /// What to do with such a message when this server does not answer.
    async fn when_unanswered(&self) -> UnansweredAction {
        self.unanswered()
    }

    /// When the answer was read from the database: whatever was acknowledged before counts in it. It is not to be kept.
    async fn answered_at(&self) -> Timestamp {
        self.at
    }
}

/// What became of one question of a list: an answer or an error.
#[derive(SimpleObject)]
pub(crate) struct ContactPermissionResult {
    /// The answer; null when the question could not be answered.
    permission: Option<Permission>,
    /// Why it could not be answered.
    error: Option<ErrorItem>,
}

/// What advertising rests on: for a brand, in a country, on a channel.
pub(crate) struct ContactRule(contact_rule::Model);

/// What advertising rests on: for a brand, in a country, on a channel.
#[Object]
impl ContactRule {
    /// For which brand; null where it is for all.
    async fn brand(&self, context: &Context<'_>) -> Nullable<Brand> {
        load(context, self.0.brand_id?).await.transpose()
    }

    /// In which country; null where it is in all.
    async fn country(&self) -> Option<CountryCode> {
        CountryCode::parse(self.0.country.as_deref()?)
    }

    /// On which channel; null where it is on all.
    async fn channel(&self) -> Option<ContactChannel> {
        self.0.channel
    }

    /// On what it rests.
    async fn basis(&self) -> Option<ContactBasis> {
        self.0.basis
    }
}

/// What a template of an integration is for.
pub(crate) struct MessageTemplate(message_template::Model);

/// What a template of an integration is for.
#[Object]
impl MessageTemplate {
    /// Who sends it.
    async fn integration(&self, context: &Context<'_>) -> Nullable<Integration> {
        load(context, self.0.integration_id).await.transpose()
    }

    /// What it is called there.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// For which use of data.
    async fn purpose(&self) -> Option<&str> {
        self.0.purpose.as_deref()
    }

    /// In the name of which brand; null where that differs.
    async fn brand(&self, context: &Context<'_>) -> Nullable<Brand> {
        load(context, self.0.brand_id?).await.transpose()
    }

    /// What to do with such a message when this server does not answer.
    async fn when_unanswered(&self) -> Option<UnansweredAction> {
        Some(service::unanswered(self.0.purpose.as_deref()?))
    }
}

/// What is set about messages.
#[Object(name = "ContactSettings")]
impl Settings {
    /// What advertising rests on. Of the rules that fit, one for the country counts more than any other, and one for the
    /// channel more than one for the brand. Where none fits it is consent.
    #[graphql(name = "rules")]
    async fn all_rules(&self) -> Vec<ContactRule> {
        self.rules().iter().cloned().map(ContactRule).collect()
    }

    /// What templates are for, by integration and name.
    #[graphql(name = "templates")]
    async fn all_templates(&self) -> Vec<MessageTemplate> {
        self.templates
            .iter()
            .cloned()
            .map(MessageTemplate)
            .collect()
    }
}

/// Questions of those who send messages.
#[derive(Default)]
pub(crate) struct ContactQuery;

#[Object]
impl ContactQuery {
    /// Whether a message may be sent to somebody. What the service needs, such as invoices, notices about security and
    /// resets of passwords (uses below `essential`), is always allowed, whatever was said about advertising. For everything
    /// else, what was refused stands, and where `contactSettings` says so a consent is needed. When this server does not
    /// answer: send what is `essential`, keep everything else and ask again. The answer is read from the database each
    /// time: an opt-out counts as soon as it is acknowledged. Errors: NOT_FOUND and AMBIGUOUS for the customer; NOT_FOUND
    /// for brand and template; BAD_USER_INPUT for an address that the channel does not go to.
    async fn contact_permission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be sent, and to whom.")] question: ContactQuestionInput,
    ) -> Result<Permission> {
        service::permission(ctx(context)?, question.try_into()?).await
    }

    /// Whether each of up to 500 messages may be sent. Errors of an item: as of `contactPermission`.
    async fn contact_permissions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be sent, and to whom: 1 to 500 items.")] questions: Vec<
            ContactQuestionInput,
        >,
    ) -> Result<Vec<ContactPermissionResult>> {
        let questions = questions.into_iter().map(TryInto::try_into).collect();
        let answers = service::permissions(ctx(context)?, questions).await?;
        let results = answers.into_iter().enumerate().map(|(number, answer)| {
            let named = answer.map_err(|error| error.at(&format!("questions[{number}]")));
            let (permission, error) = match named {
                Ok(permission) => (Some(permission), None),
                Err(error) => (None, Some(error.into())),
            };
            ContactPermissionResult { permission, error }
        });
        Ok(results.collect())
    }

    /// What is set about messages: what advertising rests on, and what templates are for.
    async fn contact_settings(&self, context: &Context<'_>) -> Result<Settings> {
        service::settings(ctx(context)?).await
    }
}

/// What advertising rests on, somewhere.
#[derive(InputObject)]
pub(crate) struct SetContactRuleInput {
    /// For which brand. Absent: for all.
    brand_id: Option<BrandId>,
    /// In which country. Absent: in all.
    country: Option<CountryCode>,
    /// On which channel. Absent: on all.
    channel: Option<ContactChannel>,
    /// On what. Absent: on whatever wider rules say, so that the rule is taken back.
    basis: Option<ContactBasis>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// What `setContactRule` answers.
#[derive(SimpleObject)]
pub(crate) struct SetContactRulePayload {
    /// What is set now; null when it could not be read.
    settings: Option<Settings>,
}

/// What a template is for.
#[derive(InputObject)]
pub(crate) struct SetMessageTemplateInput {
    /// Who sends it. Absent: the integration that calls.
    integration_id: Option<IntegrationId>,
    /// What it is called there, at most 200 characters; case matters.
    name: String,
    /// For which use of data: a key of the taxonomy of data uses. Absent: for nothing that is known any more.
    purpose: Option<String>,
    /// In the name of which brand, where that is always the same.
    brand_id: Option<BrandId>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// What `setMessageTemplate` answers.
#[derive(SimpleObject)]
pub(crate) struct SetMessageTemplatePayload {
    /// What is set now; null when it could not be read.
    settings: Option<Settings>,
}

/// Changes to what is set about messages.
#[derive(Default)]
pub(crate) struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Sets what advertising rests on, for a brand, in a country, on a channel: on consent, as most laws of the European
    /// Union ask for e-mail (Directive 2002/58/EC Art. 13(1)), or on legitimate interests with objection, as to one's own
    /// customers (Art. 13(2)) and in the United States (15 U.S.C. 7704). A rule for the country counts most, then one for the
    /// channel, then one for the brand; without a rule it is consent, and so it is for whoever lives nobody knows where while a
    /// rule asks for consent in any country. Instances know it within a second. Errors: NOT_FOUND for the brand; CONFLICT when the same is set at the same time; BAD_USER_INPUT beyond 500 rules.
    async fn set_contact_rule(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What it rests on, and where.")] input: SetContactRuleInput,
    ) -> Result<SetContactRulePayload> {
        let once = once("setContactRule", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewRule {
            brand: input.brand_id,
            country: input.country.map(CountryCode::as_str),
            channel: input.channel,
            basis: input.basis,
        };
        service::set_rule(&ctx, new, once).await?;
        let settings = service::settings(&ctx).await.ok();
        Ok(SetContactRulePayload { settings })
    }

    /// Sets what a template of an integration is for, so that it can ask by the name of the template. Instances know it
    /// within a second. Errors: NOT_FOUND for integration and brand; CONFLICT when the same is set at the same time;
    /// BAD_USER_INPUT for a use that is none, and beyond 2000 templates.
    async fn set_message_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template, and what it is for.")] input: SetMessageTemplateInput,
    ) -> Result<SetMessageTemplatePayload> {
        let once = once("setMessageTemplate", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let new = NewTemplate {
            integration: input.integration_id,
            name: input.name,
            purpose: input.purpose,
            brand: input.brand_id,
        };
        service::set_template(&ctx, new, once).await?;
        let settings = service::settings(&ctx).await.ok();
        Ok(SetMessageTemplatePayload { settings })
    }
}
