//! Links to unsubscribe, and what providers report of messages, in the schema.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::enums::{MailFeedbackFormat, MailFeedbackOutcome};
use entity::id::BrandId;

use super::inputs::ContactAddressInput;
use crate::customers::graphql::{CustomerLookupInput, ErrorItem};
use crate::error::{Error, Result};
use crate::graphql::{OnBehalfOfInput, ctx_for, load, once, personal};
use crate::platform::personal::Personal;
use crate::preferences::service::{self, For, NewLink, Preference, Whom};

/// A message that needs a link.
#[derive(InputObject)]
pub(crate) struct UnsubscribeLinkInput {
    /// To which customer it goes. Either this or `address`.
    customer: Option<CustomerLookupInput>,
    /// To which e-mail address it goes.
    address: Option<ContactAddressInput>,
    /// For which use of data it is: a key of the taxonomy of data uses. Either this or `template`.
    purpose: Option<String>,
    /// By which template of the integration that calls.
    template: Option<String>,
    /// In the name of which brand. Absent: the template's; where that has none either, the link stops what it is for
    /// whatever the brand.
    brand_id: Option<BrandId>,
    /// What the message is called, such as its Message-ID, one line of at most 200 bytes: it becomes the note of the preference.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    message_id: Option<Personal>,
}

impl TryFrom<UnsubscribeLinkInput> for NewLink {
    type Error = Error;

    fn try_from(input: UnsubscribeLinkInput) -> Result<Self> {
        let whom = Whom::of(
            input.customer.map(Into::into),
            input.address.map(Into::into),
        )?;
        Ok(Self {
            whom,
            what: For::of(input.purpose, input.template)?,
            brand: input.brand_id,
            message: input.message_id,
        })
    }
}

/// Messages that need links.
#[derive(InputObject)]
pub(crate) struct MintUnsubscribeLinksInput {
    /// 1 to 500 of them.
    links: Vec<UnsubscribeLinkInput>,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
}

/// A link to unsubscribe. Whoever has it can unsubscribe whom it was made for, and can do and read nothing else.
#[derive(SimpleObject)]
pub(crate) struct UnsubscribeLink {
    /// Its address: a `GET` shows a page with a button, a `POST` of `List-Unsubscribe=One-Click` unsubscribes. It works for
    /// ever.
    url: String,
    /// The value of the header `List-Unsubscribe` (RFC 2369).
    list_unsubscribe: String,
    /// The value of the header `List-Unsubscribe-Post` (RFC 8058). A DKIM signature must cover both headers.
    list_unsubscribe_post: &'static str,
}

/// What became of one item of a list: a link or an error.
#[derive(SimpleObject)]
pub(crate) struct UnsubscribeLinkResult {
    /// The link; null when none could be made.
    link: Option<UnsubscribeLink>,
    /// Why none could be made.
    error: Option<ErrorItem>,
}

/// What `mintUnsubscribeLinks` answers.
#[derive(SimpleObject)]
pub(crate) struct MintUnsubscribeLinksPayload {
    /// One result for each item, in the order of the input.
    results: Vec<UnsubscribeLinkResult>,
}

/// What a provider sent about messages.
#[derive(InputObject)]
pub(crate) struct RecordMailFeedbackInput {
    /// Who sent it, and so in which form it is.
    format: MailFeedbackFormat,
    /// It, as it came: a whole message, or JSON; at most 1,000,000 bytes, about at most 5000 messages. It is not kept.
    #[graphql(directive = personal::apply("user.content.private".to_owned()))]
    body: Personal,
    /// The person behind the integration.
    on_behalf_of: Option<OnBehalfOfInput>,
    /// Makes a repetition of this call have no further effect, at most 200 characters.
    idempotency_key: Option<ID>,
}

/// What became of a report about one message.
#[derive(SimpleObject)]
pub(crate) struct MailFeedbackResult {
    /// What.
    outcome: MailFeedbackOutcome,
    /// The preference that was recorded; null for every other outcome.
    preference: Option<Preference>,
}

/// What `recordMailFeedback` answers.
#[derive(SimpleObject)]
pub(crate) struct RecordMailFeedbackPayload {
    /// One result for each message that was reported, in order.
    results: Vec<MailFeedbackResult>,
}

/// Changes that come of messages.
#[derive(Default)]
pub(crate) struct MailMutation;

#[Object]
impl MailMutation {
    /// Makes links to unsubscribe, one for each of up to 500 messages, with the headers that mail programs look for. It
    /// records nothing: a link says by itself what it stops. Errors of an item: NOT_FOUND and AMBIGUOUS for the customer;
    /// NOT_FOUND for brand and template; BAD_USER_INPUT for a use that the service needs. NOT_CONFIGURED where the setting
    /// `http.public_url` does not say where this server is reached.
    async fn mint_unsubscribe_links(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the links are for.")] input: MintUnsubscribeLinksInput,
    ) -> Result<MintUnsubscribeLinksPayload> {
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let links = input.links.into_iter().map(TryInto::try_into).collect();
        let minted = service::mint(&ctx, links).await?;
        let results = minted.into_iter().enumerate().map(|(number, url)| {
            let named = url.map_err(|error| error.at(&format!("links[{number}]")));
            let (link, error) = match named {
                Ok(url) => (Some(UnsubscribeLink::of(url)), None),
                Err(error) => (None, Some(error.into())),
            };
            UnsubscribeLinkResult { link, error }
        });
        Ok(MintUnsubscribeLinksPayload {
            results: results.collect(),
        })
    }

    /// Records what a mail provider reports of messages. A complaint takes back what the message was for, where it had one of
    /// our links, and otherwise all advertising by e-mail to the address; a message that came back for good makes the
    /// address `UNREACHABLE`. Make sure first that it came from the provider: it is believed. Errors: BAD_USER_INPUT for what
    /// is not in the form, and beyond 5000 messages.
    async fn record_mail_feedback(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What the provider sent.")] input: RecordMailFeedbackInput,
    ) -> Result<RecordMailFeedbackPayload> {
        let once = once("recordMailFeedback", input.idempotency_key.as_ref(), &input)?;
        let ctx = ctx_for(context, input.on_behalf_of)?;
        let taken = service::take_feedback(&ctx, input.format, &input.body, once).await?;
        // Together, so that they are loaded in one statement.
        let results = taken.into_iter().map(async |one| MailFeedbackResult {
            outcome: one.outcome,
            preference: match one.preference {
                Some(id) => load(context, id).await.ok().flatten(),
                None => None,
            },
        });
        Ok(RecordMailFeedbackPayload {
            results: futures_util::future::join_all(results).await,
        })
    }
}

impl UnsubscribeLink {
    fn of(url: String) -> Self {
        Self {
            list_unsubscribe: format!("<{url}>"),
            list_unsubscribe_post: "List-Unsubscribe=One-Click",
            url,
        }
    }
}
