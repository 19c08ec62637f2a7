//! Links to unsubscribe: one for each message, which says by itself what it stops, so that making a million of them writes
//! nothing; and what happens when somebody uses one.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use entity::enums::{
    Action, ContactChannel, ErrorPolicy, IdentifierKind, PreferenceMethod, PreferenceStatus,
};
use entity::id::{BrandId, CustomerId};
use serde::{Deserialize, Serialize};

use super::address::{self, NewAddress};
use super::behind::{Behind, Reported, are_known};
use super::gate::{For, Whom, purpose_of};
use super::record::{About as NewAbout, NewPreference, Who, record_all};
use super::settings;
use crate::auth;
use crate::context::{App, Ctx, Once};
use crate::customers::service::{self as customers, Address, Addresses, Reached};
use crate::customers::{Lookup, Match};
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::platform::personal::Personal;
use crate::preferences::rules::{self, About};
use crate::vault::{ClosedLink, ContactKey};

/// Longest id of a message, in bytes: links get longer with it.
const LONGEST_MESSAGE: usize = 200;
/// Longest line of a head, without its end (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;
/// How many addresses of a customer a link knows, so that it works when the customer is gone.
const MOST_DIGESTS: usize = 4;

/// A link that somebody needs for a message.
#[derive(Debug, Clone)]
pub(crate) struct NewLink {
    /// To whom the message goes.
    pub(crate) whom: Whom,
    /// For what.
    pub(crate) what: For,
    /// In the name of which brand.
    pub(crate) brand: Option<BrandId>,
    /// What the message is called, as evidence.
    pub(crate) message: Option<Personal>,
}

/// What a link says. Short names: it is part of a header of each message.
#[derive(Serialize, Deserialize)]
struct Says {
    #[serde(rename = "c", skip_serializing_if = "Option::is_none")]
    customer: Option<CustomerId>,
    #[serde(rename = "d")]
    digests: Vec<String>,
    #[serde(rename = "b", skip_serializing_if = "Option::is_none")]
    brand: Option<BrandId>,
    #[serde(rename = "p")]
    purpose: String,
    #[serde(rename = "m", skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Says {
    fn about(&self) -> About<'_> {
        About {
            brand: self.brand,
            purpose: Some(&self.purpose),
            scope: None,
            channel: Some(ContactChannel::Email),
        }
    }

    fn digests(&self) -> Vec<Vec<u8>> {
        let digests = self.digests.iter();
        let digests = digests.map(|digest| BASE64URL_NOPAD.decode(digest.as_bytes()));
        digests.flatten().collect()
    }
}

/// Makes a link for each of some messages: its address.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 items; Refused where nobody has set where this server is reached.
/// Of an item: Invalid; `NotFound` for customer, brand and template; Ambiguous.
pub(crate) async fn mint(ctx: &Ctx, links: Vec<Result<NewLink>>) -> Result<Vec<Result<String>>> {
    ctx.authorize(Action::RecordPreferences)?;
    if links.is_empty() || links.len() > rules::MOST_AT_ONCE {
        return Err(Error::invalid("links", "must have 1 to 500 items"));
    }
    let base = ctx.app.config.http.public_url.trim_end_matches('/');
    if base.is_empty() {
        return Err(Error::Refused {
            code: entity::enums::ErrorCode::NotConfigured,
            reason: "the setting http.public_url does not say where this server is reached"
                .to_owned(),
        });
    }
    let key = address::key(ctx).await?;
    let minted = says(ctx, links, &key).await?.into_iter().map(|says| {
        let text = serde_json::to_string(&says?);
        let text = text.map_err(|cause| Error::internal("writing a link", cause))?;
        let token = key.close_link(ctx.controller(), &text)?;
        let url = format!("{base}/unsubscribe/{token}");
        if "List-Unsubscribe: <>".len() + url.len() > LONGEST_LINE {
            let problem = "makes the link longer than a line of a message's head may be: 998 bytes";
            return Err(Error::invalid("messageId", problem));
        }
        Ok(url)
    });
    Ok(minted.collect())
}

/// What each link is to say, checked.
async fn says(
    ctx: &Ctx,
    links: Vec<Result<NewLink>>,
    key: &ContactKey,
) -> Result<Vec<Result<Says>>> {
    let settings = settings::known(ctx).await?;
    let mut brands: Vec<_> = links.iter().flatten().filter_map(|new| new.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    let brands = customers::existing_brands(ctx, &brands).await?;
    let readers = readers(ctx, &links, key).await?;
    let says = links.into_iter().zip(readers).map(|(new, reader)| {
        let new = new?;
        let (purpose, of_template) = purpose_of(ctx, &settings, &new.what)?;
        if rules::is_essential(purpose) {
            let problem = "is needed for the service: nobody unsubscribes from it";
            return Err(Error::invalid("purpose", problem));
        }
        if new.brand.is_some_and(|brand| !brands.contains(&brand)) {
            return Err(Error::NotFound { what: "brand" }.at("brandId"));
        }
        check_message(new.message.as_ref())?;
        let Reader { customer, digests } = reader?;
        Ok(Says {
            customer,
            digests: digests
                .iter()
                .map(|digest| BASE64URL_NOPAD.encode(digest))
                .collect(),
            brand: new.brand.or(of_template),
            purpose: purpose.to_owned(),
            message: new.message.map(|message| message.expose().to_owned()),
        })
    });
    Ok(says.collect())
}

fn check_message(message: Option<&Personal>) -> Result<()> {
    let is_odd = |text: &str| text.len() > LONGEST_MESSAGE || text.contains(char::is_control);
    if message.is_some_and(|message| message.is_blank() || is_odd(message.expose())) {
        let problem = "must be one line of 1 to 200 bytes";
        return Err(Error::invalid("messageId", problem));
    }
    Ok(())
}

/// Who gets a message.
#[derive(Default)]
struct Reader {
    customer: Option<CustomerId>,
    digests: Vec<Vec<u8>>,
}

/// Who gets each message: an address, and the customer whose alone it is; or a customer, with their addresses.
async fn readers(
    ctx: &Ctx,
    links: &[Result<NewLink>],
    key: &ContactKey,
) -> Result<Vec<Result<Reader>>> {
    let now = ctx.now();
    let lookup = |new: &NewLink| match &new.whom {
        Whom::Customer(lookup) => Some((lookup.clone(), now)),
        Whom::Address(_) => None,
    };
    let lookups: Vec<(Lookup, _)> = links.iter().flatten().filter_map(lookup).collect();
    let lookups: Vec<_> = lookups.iter().map(|(lookup, at)| (lookup, *at)).collect();
    let found = customers::resolve_each(ctx, &lookups, |_| "customer".to_owned()).await?;
    let sole = found.iter().flatten().filter_map(|found| match found {
        Match::One(customer) => Some(*customer),
        Match::Nobody | Match::Several(_) => None,
    });
    let sole: Vec<_> = sole.collect();
    let known = customers::addresses(ctx, &sole).await?;
    let asked = links.iter().flatten().filter_map(|new| match &new.whom {
        Whom::Address(NewAddress::Email(email)) => Some(Address::email(email, "address.email")),
        Whom::Address(NewAddress::Phone(_)) => {
            let problem = "must be an e-mail address: links are for messages by e-mail";
            Some(Err(Error::invalid("address.phone", problem)))
        }
        Whom::Customer(_) => None,
    });
    let asked: Vec<Result<Address>> = asked.collect();
    let addresses: Vec<_> = asked.iter().flatten().collect();
    let mut owners = customers::owners(ctx, &addresses).await?.into_iter();
    let (mut found, mut asked) = (found.into_iter(), asked.into_iter());
    let readers = links.iter().map(|new| {
        let Ok(new) = new else {
            return Ok(Reader::default());
        };
        if let Whom::Customer(_) = new.whom {
            let customer = found.next().unwrap_or(Ok(Match::Nobody))?;
            let customer = customer.sole().map_err(|error| error.at("customer"))?;
            let known = known.get(&customer).map(Addresses::as_ref).transpose();
            let known = known.map_err(Error::clone)?.into_iter().flatten();
            return Ok(Reader {
                customer: Some(customer),
                digests: digests(known, key),
            });
        }
        let missing = || Err(Error::NotFound { what: "address" });
        let address = asked.next().unwrap_or_else(missing)?;
        let customer = match owners.next().unwrap_or_default().as_slice() {
            [one] => Some(one.person.root),
            _ => None,
        };
        let digests = vec![address::digest(key, &address)];
        Ok(Reader { customer, digests })
    });
    Ok(readers.collect())
}

/// Digests of the e-mail addresses of a customer, as many as a link knows: those of now first, the newest before others.
fn digests<'a>(known: impl Iterator<Item = &'a Reached>, key: &ContactKey) -> Vec<Vec<u8>> {
    let emails = known.filter(|one| one.address.kind == IdentifierKind::Email);
    let mut emails: Vec<_> = emails.collect();
    emails.reverse();
    emails.sort_by_key(|one| !one.is_current);
    let mut digests = Vec::new();
    for one in emails {
        let digest = address::digest(key, &one.address);
        if !digests.contains(&digest) {
            digests.push(digest);
        }
    }
    digests.truncate(MOST_DIGESTS);
    digests
}

/// A link that was made here.
struct Opened {
    ctx: Ctx,
    says: Says,
    sender: String,
}

/// What a token says, and whose it is. Whatever is in the way, the answer is the same: nothing.
async fn open(app: &Arc<App>, token: &str) -> Result<Option<Opened>> {
    let Some(closed) = ClosedLink::read(token) else {
        return Ok(None);
    };
    let Some((own, ctx)) = auth::service::operator_over(app, closed.controller).await? else {
        return Ok(None);
    };
    let Some(says) = read(&ctx, &closed).await? else {
        return Ok(None);
    };
    let brands = customers::brands_by_id(&ctx, says.brand.as_slice()).await?;
    let brand = says.brand.and_then(|brand| brands.get(&brand));
    let sender = brand.map_or(own.name, |brand| brand.name.clone());
    Ok(Some(Opened { ctx, says, sender }))
}

async fn read(ctx: &Ctx, closed: &ClosedLink) -> Result<Option<Says>> {
    let key = address::known_key(ctx).await?;
    let text = key.and_then(|key| closed.open(&key));
    let says: Option<Says> = text.and_then(|text| serde_json::from_str(text.expose()).ok());
    Ok(says.map(|says| {
        let purpose = known_use(&says.purpose).to_owned();
        Says { purpose, ..says }
    }))
}

/// A use as the taxonomy has it now: where it does not know it any more, the nearest above it, so that links work for ever.
fn known_use(purpose: &str) -> &str {
    let above = std::iter::successors(Some(purpose), |key| Some(key.rsplit_once('.')?.0));
    let mut known = above.filter(|key| Tree::Use.check(key).is_ok());
    known.next().unwrap_or("marketing")
}

/// The page at a link, which asks. Nothing, where there is no such link.
///
/// # Errors
/// As every statement.
pub(crate) async fn unsubscribe_page(app: &Arc<App>, token: &str) -> Result<Option<String>> {
    let opened = open(app, token).await?;
    Ok(opened.map(|opened| rules::asking(&opened.sender, &opened.says.purpose)))
}

/// Records that whoever has a link wants no more, unless they said so just now; gives the page that says so. Nothing, where
/// there is no such link. It goes on when whoever asked hangs up.
///
/// # Errors
/// As every statement.
pub(crate) async fn unsubscribe(
    app: &Arc<App>,
    token: &str,
    method: PreferenceMethod,
) -> Result<Option<String>> {
    let work = withdraw(Arc::clone(app), token.to_owned(), method);
    let ended = app.mutations.spawn(work).await;
    ended.map_err(|cause| Error::internal("unsubscribing", cause))?
}

async fn withdraw(
    app: Arc<App>,
    token: String,
    method: PreferenceMethod,
) -> Result<Option<String>> {
    let Some(Opened { ctx, says, sender }) = open(&app, &token).await? else {
        return Ok(None);
    };
    if !is_known(&ctx, &says).await? {
        let new = withdrawal(&says, method);
        let name = |_: usize, error: Error| error;
        let once = Once::always("unsubscribe");
        record_all(&ctx, vec![Ok(new)], ErrorPolicy::RejectAll, once, name).await?;
    }
    Ok(Some(rules::done(&sender, &says.purpose)))
}

/// The page where there is no such link.
pub(crate) fn no_such_link() -> String {
    rules::no_such_link()
}

/// The page for what nobody meant.
pub(crate) fn not_understood() -> String {
    rules::not_understood()
}

async fn is_known(ctx: &Ctx, says: &Says) -> Result<bool> {
    let reported = Reported {
        behind: behind(ctx, says.customer, says.digests()).await?,
        about: says.about(),
        is_unreachable: false,
        at: ctx.now(),
    };
    let known = are_known(ctx, &[reported]).await?;
    Ok(known.contains(&true))
}

/// Who has a link, as the gate knows them.
async fn behind(ctx: &Ctx, customer: Option<CustomerId>, digests: Vec<Vec<u8>>) -> Result<Behind> {
    let lookup = customer.map(Lookup::Id);
    let lookups: Vec<_> = lookup.iter().map(|lookup| (lookup, ctx.now())).collect();
    let found = customers::resolve(ctx, &lookups, |_| "customer".to_owned()).await?;
    let roots: Vec<_> = found
        .into_iter()
        .filter_map(|found| found.sole().ok())
        .collect();
    let persons = customers::persons(ctx, &roots).await?;
    Ok(Behind::at(persons.into_values().collect(), digests))
}

fn withdrawal(says: &Says, method: PreferenceMethod) -> NewPreference {
    let who = Who::Link(says.customer, says.digests());
    let about = NewAbout::Purpose(says.purpose.clone());
    NewPreference {
        brand: says.brand,
        channel: Some(ContactChannel::Email),
        note: says.message.clone().map(Personal::new),
        ..NewPreference::of(who, about, PreferenceStatus::Withdrawn, method)
    }
}

/// What it comes to when somebody says of a message that had a link that they want no more of what the link stops. Nothing,
/// where the link is not this controller's.
///
/// # Errors
/// As every statement.
pub(super) async fn by_link(
    ctx: &Ctx,
    token: &str,
    method: PreferenceMethod,
) -> Result<Option<NewPreference>> {
    let Some(closed) = ClosedLink::read(token) else {
        return Ok(None);
    };
    if closed.controller != ctx.controller() {
        return Ok(None);
    }
    let says = read(ctx, &closed).await?;
    Ok(says.map(|says| withdrawal(&says, method)))
}

#[cfg(test)]
mod tests {
    use super::known_use;

    #[test]
    fn a_use_that_is_gone_is_the_one_above_it() {
        for (said, known) in [
            (
                "marketing.communications.email",
                "marketing.communications.email",
            ),
            (
                "marketing.communications.pigeon",
                "marketing.communications",
            ),
            ("pigeons", "marketing"),
        ] {
            assert_eq!(known_use(said), known);
        }
    }
}
