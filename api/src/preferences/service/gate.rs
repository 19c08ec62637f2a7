//! May this be sent to them? What a mail system asks before each message.
//!
//! Every answer is read from the database: an opt-out counts from the moment on in which it was acknowledged, on every
//! instance. What makes that quick is that whoever asks at the same time is answered together.

use std::collections::HashMap;
use std::sync::Arc;

use entity::enums::{Action, ContactChannel, UnansweredAction};
use entity::id::{BrandId, ControllerId, CustomerId, PreferenceId};

use entity::time::Timestamp;

use super::address::{self, NewAddress};
use super::behind::{At, Behind, Known};
use super::settings::{self, Settings};
use crate::context::Ctx;
use crate::customers::service::{self as customers, Address};
use crate::customers::{Lookup, Match};
use crate::data_map::Tree;
use crate::error::{Error, Result};
use crate::platform::together::{Limits, Together};
use crate::preferences::rules::{self, Answer, Question};

/// How many questions are answered in one go, unless one call alone asks more.
const MOST_AT_ONCE: usize = 500;
/// How many goes may be under way, of one controller.
const GOES_AT_ONCE: usize = 2;

/// For what a message is.
#[derive(Debug, Clone)]
pub(crate) enum For {
    /// For a use of data: a key of the taxonomy.
    Purpose(String),
    /// For what a template of the caller is for.
    Template(String),
}

/// To whom a message would go.
#[derive(Debug, Clone)]
pub(crate) enum Whom {
    /// A customer, at any address.
    Customer(Lookup),
    /// Whoever has an address.
    Address(NewAddress),
}

impl For {
    /// What a message is for, of which exactly one thing is said.
    ///
    /// # Errors
    /// Invalid.
    pub(crate) fn of(purpose: Option<String>, template: Option<String>) -> Result<Self> {
        match (purpose, template) {
            (Some(purpose), None) => Ok(Self::Purpose(purpose)),
            (None, Some(template)) => Ok(Self::Template(template)),
            _ => Err(Error::invalid("purpose", "say either purpose or template")),
        }
    }

    /// Whether it is for the service itself, as far as it says.
    fn is_essential(&self) -> bool {
        matches!(self, Self::Purpose(purpose) if rules::is_essential(purpose))
    }
}

impl Whom {
    /// To whom a message would go, of which exactly one thing is said.
    ///
    /// # Errors
    /// Invalid.
    pub(crate) fn of(customer: Option<Lookup>, address: Option<NewAddress>) -> Result<Self> {
        match (customer, address) {
            (Some(customer), None) => Ok(Self::Customer(customer)),
            (None, Some(address)) => Ok(Self::Address(address)),
            _ => Err(Error::invalid("customer", "say either customer or address")),
        }
    }
}

/// What somebody wants to send.
#[derive(Debug, Clone)]
pub(crate) struct NewQuestion {
    /// To whom.
    pub(crate) whom: Whom,
    /// For what.
    pub(crate) what: For,
    /// On which channel.
    pub(crate) channel: ContactChannel,
    /// In the name of which brand.
    pub(crate) brand: Option<BrandId>,
    /// Where they are, where no customer says so.
    pub(crate) country: Option<&'static str>,
}

/// Whether it may be sent.
#[derive(Debug, Clone)]
pub(crate) struct Permission {
    /// The question as it was understood.
    pub(in crate::preferences) question: Question,
    /// The answer.
    pub(in crate::preferences) answer: Answer,
    /// Everything that was acknowledged before this counts in the answer.
    pub(crate) at: Timestamp,
}

impl Permission {
    /// What decided it, where something that was said did.
    pub(crate) fn decides(&self) -> Option<PreferenceId> {
        self.answer.decides
    }

    /// What to do when nobody answers such a question.
    pub(crate) fn unanswered(&self) -> UnansweredAction {
        self.question.unanswered()
    }
}

/// To whom, in the form in which it can be asked.
#[derive(Clone)]
enum Party {
    Person(CustomerId),
    Address(Address),
}

/// A question in the form in which it can be asked.
struct Asked {
    party: Party,
    question: Question,
    country: Option<&'static str>,
    settings: Arc<Settings>,
}

/// Answers those who ask at the same time together.
#[derive(Clone, Default)]
pub(crate) struct Gate(Together<ControllerId, Asked, Result<Permission>>);

/// What to do with messages of this use when nobody answers.
pub(crate) fn unanswered(purpose: &str) -> UnansweredAction {
    rules::unanswered(purpose)
}

/// Whether each of some messages may be sent; an error where a question cannot be asked.
///
/// # Errors
/// Forbidden; Invalid for a list of no or more than 500 questions; Unavailable.
pub(crate) async fn permissions(
    ctx: &Ctx,
    questions: Vec<Result<NewQuestion>>,
) -> Result<Vec<Result<Permission>>> {
    ctx.authorize(Action::AskContactPermission)?;
    if questions.is_empty() || questions.len() > rules::MOST_AT_ONCE {
        return Err(Error::invalid("questions", "must have 1 to 500 items"));
    }
    ask(ctx, questions).await
}

/// Whether a message may be sent.
///
/// # Errors
/// Forbidden; Invalid; `NotFound` for customer, brand and template; Ambiguous; Unavailable.
pub(crate) async fn permission(ctx: &Ctx, question: NewQuestion) -> Result<Permission> {
    ctx.authorize(Action::AskContactPermission)?;
    let answers = ask(ctx, vec![Ok(question)]).await?;
    let missing = Err(Error::NotFound { what: "answer" });
    answers.into_iter().next().unwrap_or(missing)
}

async fn ask(ctx: &Ctx, questions: Vec<Result<NewQuestion>>) -> Result<Vec<Result<Permission>>> {
    // What the service needs goes out, whatever else cannot be known.
    let settings = if questions
        .iter()
        .flatten()
        .all(|new| new.what.is_essential())
    {
        Arc::default()
    } else {
        settings::known(ctx).await?
    };
    let understood = questions.into_iter().map(|new| {
        let new = new?;
        let question = understand(ctx, &settings, &new)?;
        Ok((new, question))
    });
    let understood: Vec<Result<_>> = understood.collect();
    // What the service needs is not kept waiting for anything.
    let obvious = |(_, question): &(NewQuestion, Question)| {
        let answer = question.obvious()?;
        Some(answered(question, answer, ctx.now()))
    };
    let (mut outcome, mut open) = (Vec::new(), Vec::new());
    for one in understood {
        outcome.push(match one {
            Ok(one) => match obvious(&one) {
                Some(permission) => Some(Ok(permission)),
                None => {
                    open.push(one);
                    None
                }
            },
            Err(error) => Some(Err(error)),
        });
    }
    let mut answers = look(ctx, &settings, open).await?.into_iter();
    let missing = || Err(Error::NotFound { what: "answer" });
    let answer = |known: Option<_>| known.or_else(|| answers.next()).unwrap_or_else(missing);
    Ok(outcome.into_iter().map(answer).collect())
}

fn answered(question: &Question, answer: Answer, at: Timestamp) -> Permission {
    let question = question.clone();
    Permission {
        question,
        answer,
        at,
    }
}

/// What somebody wants to send, in the words of the rules.
fn understand(ctx: &Ctx, settings: &Settings, new: &NewQuestion) -> Result<Question> {
    let (purpose, brand) = purpose_of(ctx, settings, &new.what)?;
    Ok(Question {
        purpose,
        channel: new.channel,
        brand: new.brand.or(brand),
    })
}

/// For which use a message is, and in whose name where that is always the same.
pub(super) fn purpose_of(
    ctx: &Ctx,
    settings: &Settings,
    what: &For,
) -> Result<(&'static str, Option<BrandId>)> {
    match what {
        For::Purpose(key) => Ok((Tree::Use.checked(key, "purpose")?, None)),
        For::Template(name) => settings
            .template(ctx.actor.integration, name.trim())
            .ok_or(Error::NotFound { what: "template" }.at("template")),
    }
}

/// Answers questions by a look at what was said; those of others who ask at the same time as well.
async fn look(
    ctx: &Ctx,
    settings: &Arc<Settings>,
    open: Vec<(NewQuestion, Question)>,
) -> Result<Vec<Result<Permission>>> {
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let (mut outcome, mut waiting) = (Vec::new(), Vec::new());
    let parties = parties(ctx, &open).await?;
    for ((new, question), party) in open.into_iter().zip(parties) {
        outcome.push(party.map(|party| {
            waiting.push(Asked {
                party,
                question,
                country: new.country,
                settings: Arc::clone(settings),
            });
        }));
    }
    let mut answers = together(ctx, waiting).await?.into_iter();
    let missing = || Err(Error::NotFound { what: "answer" });
    let answer = |asked: Result<()>| asked.and_then(|()| answers.next().unwrap_or_else(missing));
    Ok(outcome.into_iter().map(answer).collect())
}

/// To whom each of some messages would go, checked.
async fn parties(ctx: &Ctx, open: &[(NewQuestion, Question)]) -> Result<Vec<Result<Party>>> {
    let now = ctx.now();
    let lookups = open.iter().filter_map(|(new, _)| match &new.whom {
        Whom::Customer(lookup) => Some((lookup, now)),
        Whom::Address(_) => None,
    });
    let lookups: Vec<_> = lookups.collect();
    let found = customers::resolve_each(ctx, &lookups, |_| "customer".to_owned()).await?;
    let mut found = found.into_iter();
    let mut brands: Vec<_> = open.iter().filter_map(|(new, _)| new.brand).collect();
    brands.sort_unstable();
    brands.dedup();
    let brands = customers::existing_brands(ctx, &brands).await?;
    let party = |(new, _): &(NewQuestion, Question)| {
        let party = match &new.whom {
            Whom::Customer(_) => {
                let customer = found.next().unwrap_or(Ok(Match::Nobody))?;
                let customer = customer.sole().map_err(|error| error.at("customer"))?;
                Party::Person(customer)
            }
            Whom::Address(address) => {
                let address = address.normal("address")?;
                address::check_fits(&address, Some(new.channel))?;
                Party::Address(address)
            }
        };
        if new.brand.is_some_and(|brand| !brands.contains(&brand)) {
            return Err(Error::NotFound { what: "brand" }.at("brandId"));
        }
        Ok(party)
    };
    Ok(open.iter().map(party).collect())
}

/// Asks, with whoever asks at the same time.
async fn together(ctx: &Ctx, asked: Vec<Asked>) -> Result<Vec<Result<Permission>>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let limits = Limits {
        workers: GOES_AT_ONCE,
        weight: MOST_AT_ONCE,
    };
    // The answers are nobody's alone: they are found when this caller hangs up, too.
    let own = Ctx::new(Arc::clone(&ctx.app), ctx.actor.clone());
    let work = move |asked: Vec<Asked>| {
        let own = own.clone();
        async move {
            match answer(&own, &asked).await {
                Ok(answers) => answers,
                Err(error) => asked.iter().map(|_| Err(error.clone())).collect(),
            }
        }
    };
    let gate = ctx.app.parts.get::<Gate>().cloned().unwrap_or_default();
    let weight = asked.len();
    let (key, tasks) = (ctx.controller(), &ctx.app.mutations);
    gate.0.ask(key, limits, (asked, weight), tasks, work).await
}

/// Answers questions, in one statement for each kind of thing that must be known.
async fn answer(ctx: &Ctx, asked: &[Asked]) -> Result<Vec<Result<Permission>>> {
    let asked_at = ctx.now();
    let parties = parties_of(ctx, asked).await?;
    let known = Known::load(ctx, parties.iter().flatten()).await?;
    // After everything was read: a consent that ended meanwhile has ended.
    let now = ctx.now();
    let answers = asked.iter().zip(parties).map(|(asked, behind)| {
        let behind = behind?;
        let countries: Vec<_> = match behind.persons.as_slice() {
            [] => vec![asked.country],
            persons => persons
                .iter()
                .map(|person| person.country.as_deref().or(asked.country))
                .collect(),
        };
        let (ways, rules) = (known.ways(&behind), &asked.settings.rules);
        let answer = rules::decide(&asked.question, &ways, rules, &countries, now);
        Ok(answered(&asked.question, answer, asked_at))
    });
    Ok(answers.collect())
}

/// Who is behind each question, or why that cannot be told.
async fn parties_of(ctx: &Ctx, asked: &[Asked]) -> Result<Vec<Result<Behind>>> {
    let (mut customers, mut addresses) = (Vec::new(), Vec::new());
    for one in asked {
        match &one.party {
            Party::Person(customer) => customers.push(*customer),
            Party::Address(address) => addresses.push(address),
        }
    }
    customers.sort_unstable();
    customers.dedup();
    let mut owners = customers::owners(ctx, &addresses).await?.into_iter();
    let persons = customers::persons(ctx, &customers).await?;
    let key = address::known_key(ctx).await?;
    let reached = match &key {
        Some(_) => {
            let mut roots: Vec<_> = persons.values().map(|person| person.root).collect();
            roots.sort_unstable();
            roots.dedup();
            customers::addresses(ctx, &roots).await?
        }
        // Nothing was ever said of an address.
        None => HashMap::new(),
    };
    let digest = |address: &Address| Some(address::digest(key.as_ref()?, address));
    let behind = asked.iter().map(|one| match &one.party {
        Party::Address(address) => {
            let owners = owners.next().unwrap_or_default();
            let persons = owners.into_iter().map(|owner| owner.person).collect();
            Ok(Behind::at(persons, digest(address)))
        }
        Party::Person(customer) => {
            let gone = Error::NotFound { what: "customer" }.at("customer");
            let person = persons.get(customer).cloned().ok_or(gone)?;
            let none = Ok(Vec::new());
            let reached = reached.get(&person.root).unwrap_or(&none);
            let reached = reached.as_ref().map_err(Error::clone)?.iter();
            let reached =
                reached.filter(|way| address::fits(&way.address, Some(one.question.channel)));
            // One that was theirs once says nothing of them.
            let at = reached.filter(|way| way.is_current).filter_map(|way| {
                Some(At {
                    digest: digest(&way.address)?,
                    is_verified: way.is_verified,
                })
            });
            let (persons, at) = (vec![person], at.collect());
            Ok(Behind { persons, at })
        }
    });
    Ok(behind.collect())
}
