//! A look-up in the form in which it can be asked, and what the database answers to many of them.

use std::collections::{HashMap, HashSet};

use entity::id::CustomerId;
use entity::time::Timestamp;

use super::lookup::{Lookup, distinct};
use super::resource::{Asked, Covering};
use crate::context::Ctx;
use crate::customers::rules::{self, Holders, Match};
use crate::customers::store::{self, Wanted, WantedHolder};
use crate::error::{Error, Result};
use crate::platform::page::{CheckedPage, Page};
use crate::vault::{Field, normalise};

/// A look-up in the form in which it can be asked.
#[derive(Clone)]
pub(super) enum Question {
    /// By our own id.
    Id(CustomerId),
    /// By index values of an identifier, at an instant.
    Identifier(Field, Vec<Vec<u8>>, Timestamp),
    /// By what covers something that was held.
    Resource(Box<Asked>, Vec<Covering>),
}

impl Question {
    /// Checks a look-up; `field` names its input in errors.
    ///
    /// # Errors
    /// Invalid.
    pub(super) fn new(ctx: &Ctx, lookup: &Lookup, at: Timestamp, field: &str) -> Result<Self> {
        let invalid = |part: &str, expected: normalise::NotNormal| {
            Error::invalid(format!("{field}.{part}"), expected.to_string())
        };
        let identifier = |kind: Field, normal: &str| -> Result<Self> {
            let values = ctx.vault().index(ctx.controller(), kind, normal)?;
            let values = values.into_iter().map(|value| value.bytes).collect();
            Ok(Self::Identifier(kind, values, at))
        };
        match lookup {
            Lookup::Id(id) => Ok(Self::Id(*id)),
            Lookup::Email(email) => {
                let normal = normalise::email(email.expose())
                    .map_err(|expected| invalid("email", expected))?;
                identifier(Field::CustomerEmail, &normal)
            }
            Lookup::Phone(phone) => {
                let normal = normalise::phone(phone.expose(), None)
                    .map_err(|expected| invalid("phone", expected))?;
                identifier(Field::CustomerPhone, &normal)
            }
            Lookup::ExternalId { system, id } => {
                let system = normalise::external_system(system)
                    .map_err(|expected| invalid("externalId.system", expected))?;
                let normal = normalise::external_id(&system, id.expose())
                    .map_err(|expected| invalid("externalId.id", expected))?;
                identifier(Field::CustomerExternalId, &normal)
            }
            Lookup::Resource(resource) => {
                let asked = resource.check(&format!("{field}.{}", resource.input_field()))?;
                let covering = asked.covering(ctx)?;
                Ok(Self::Resource(Box::new(asked), covering))
            }
        }
    }

    /// Names the question for cursors of its candidates; index values are not personal.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Id(_) => "id".to_owned(),
            Self::Identifier(_, values, _) => format!("{values:?}"),
            Self::Resource(asked, covering) => {
                format!("{:?} {:?} {covering:?}", asked.at(), asked.port())
            }
        }
    }

    /// What is to be found in the index: an identifier, or what covers a place or a name, the narrowest kind first.
    pub(super) fn wanted(&self, number: usize) -> Vec<Wanted> {
        let wanted = |field, values: &Vec<_>, at, port| Wanted {
            number: number_of(number),
            field,
            values: values.clone(),
            at,
            port,
        };
        match self {
            Self::Id(_) => Vec::new(),
            Self::Identifier(field, values, at) => vec![wanted(*field, values, *at, None)],
            Self::Resource(asked, covering) => covering
                .iter()
                .map(|one| wanted(one.field, &one.values, asked.at(), asked.port()))
                .collect(),
        }
    }
}

/// Which of these customers held the place, or had it from a reseller who did, or who had it from another.
async fn fitting(ctx: &Ctx, mut doubtful: Vec<WantedHolder>) -> Result<HashSet<i64>> {
    let mut fitting = store::held_by(ctx.db(), ctx.scope(), &doubtful).await?;
    doubtful.retain(|one| !fitting.contains(&one.place.number));
    let above = resellers(ctx, &doubtful).await?;
    fitting.extend(store::held_by(ctx.db(), ctx.scope(), &above).await?);
    Ok(fitting)
}

/// Those above some customers, as holders of the same places.
async fn resellers(ctx: &Ctx, clients: &[WantedHolder]) -> Result<Vec<WantedHolder>> {
    let mut above = Vec::new();
    let mut seen = HashSet::new();
    let mut level: Vec<_> = clients
        .iter()
        .map(|client| (client, client.customer))
        .collect();
    for _ in 0..rules::MOST_RESELLERS {
        let ids: Vec<_> = level.iter().map(|(_, customer)| *customer).collect();
        let mut known: HashMap<CustomerId, Vec<store::Resold>> = HashMap::new();
        for resold in store::resellers(ctx.db(), ctx.scope(), &distinct(&ids)).await? {
            known.entry(resold.client_id).or_default().push(resold);
        }
        let mut next = Vec::new();
        for (client, customer) in level {
            let resellers = known.get(&customer).map_or(&[][..], Vec::as_slice);
            for resold in resellers.iter().filter(|resold| resold.at(client.place.at)) {
                if seen.insert((client.place.number, resold.reseller_id)) {
                    next.push((client, resold.reseller_id));
                }
            }
        }
        if next.is_empty() {
            break;
        }
        above.extend(next.iter().map(|(client, customer)| WantedHolder {
            customer: *customer,
            ..(*client).clone()
        }));
        level = next;
    }
    Ok(above)
}

fn number_of(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// What the database knows about a list of questions.
pub(super) struct Found<'a> {
    questions: &'a [Question],
    known: HashMap<CustomerId, CustomerId>,
    identified: store::Identified,
    holders: store::AllHolders,
    /// Questions whose sole holder of the name held the place too.
    fitting: HashSet<i64>,
}

impl<'a> Found<'a> {
    pub(super) async fn load(ctx: &Ctx, questions: &'a [Question]) -> Result<Self> {
        let (db, scope) = (ctx.db(), ctx.scope());
        let (mut ids, mut identifiers, mut resources) = (Vec::new(), Vec::new(), Vec::new());
        for (number, question) in questions.iter().enumerate() {
            match question {
                Question::Id(id) => ids.push(*id),
                Question::Identifier(..) => identifiers.extend(question.wanted(number)),
                Question::Resource(..) => resources.extend(question.wanted(number)),
            }
        }
        let mut found = Self {
            questions,
            known: store::known(db, scope, &distinct(&ids)).await?,
            identified: store::identified(db, scope, &identifiers).await?,
            holders: store::holders(db, scope, &resources).await?,
            fitting: HashSet::new(),
        };
        let doubtful = (0..questions.len())
            .filter_map(|number| found.doubtful(number))
            .collect();
        found.fitting = fitting(ctx, doubtful).await?;
        Ok(found)
    }

    fn narrowest(&self, number: usize, field: Field) -> Option<Holders> {
        let holders = self.holders.get(&(number_of(number), field))?;
        rules::narrowest(holders)
    }

    /// Who held the name: the mailbox, or else its domain.
    fn name(&self, number: usize) -> Option<Holders> {
        self.narrowest(number, Field::AssignmentMailbox)
            .or_else(|| self.narrowest(number, Field::AssignmentDomain))
    }

    /// Who held the place: the port of the address, or else the address.
    fn place(&self, number: usize) -> Option<(Field, Holders)> {
        [Field::AssignmentPorts, Field::AssignmentPrefix]
            .into_iter()
            .find_map(|field| Some((field, self.narrowest(number, field)?)))
    }

    /// The sole holder of a name on a place that somebody held: does one fit the other?
    fn doubtful(&self, number: usize) -> Option<WantedHolder> {
        let Match::One(customer) = self.name(number)?.decide() else {
            return None;
        };
        let (field, place) = self.place(number)?;
        Some(WantedHolder {
            place: self.wanted(number, field)?,
            length: place.length,
            customer,
        })
    }

    fn wanted(&self, number: usize, field: Field) -> Option<Wanted> {
        let all = self.questions.get(number)?.wanted(number);
        all.into_iter().find(|one| one.field == field)
    }

    /// Who a question leads to.
    pub(super) fn answer(&self, number: usize) -> Match {
        match self.questions.get(number) {
            None => Match::Nobody,
            Some(Question::Id(id)) => {
                let root = self.known.get(id);
                root.map_or(Match::Nobody, |root| Match::One(*root))
            }
            Some(Question::Identifier(field, ..)) => {
                match self.identified.get(&number_of(number)) {
                    None => Match::Nobody,
                    // An id of an outside system that went on to another customer meant, at that instant, the
                    // one for whom it ended first after it.
                    Some((_, first)) if *field == Field::CustomerExternalId => Match::One(*first),
                    Some((count, first)) => Match::of(*count, Some(*first)),
                }
            }
            Some(Question::Resource(..)) => {
                let place = self.place(number).map(|(_, place)| place);
                let fits = self.fitting.contains(&number_of(number));
                rules::narrow(self.name(number), place, fits)
            }
        }
    }

    /// A page of the customers that the only question may mean, where they are several.
    pub(super) async fn candidates(
        &self,
        ctx: &Ctx,
        page: &CheckedPage,
    ) -> Result<Page<CustomerId>> {
        let (db, scope) = (ctx.db(), ctx.scope());
        let nobody = || Page::of(Vec::new(), page, |id| store::place(*id));
        match self.questions.first() {
            Some(Question::Identifier(field, ..)) => match self.wanted(0, *field) {
                Some(wanted) => store::candidates_by_identifier(db, scope, &wanted, page).await,
                None => Ok(nobody()),
            },
            Some(Question::Resource(..)) => {
                // A name that several hold; or those of the place, and whoever alone holds a name that does not fit.
                let (field, holders, and) = match (self.name(0), self.place(0)) {
                    (Some(name), _) if !matches!(name.decide(), Match::One(_)) => {
                        (self.name_field(), name, None)
                    }
                    (name, Some((field, place))) => (field, place, name.map(|name| name.first)),
                    (Some(name), None) => (self.name_field(), name, None),
                    (None, None) => return Ok(nobody()),
                };
                match self.wanted(0, field) {
                    Some(wanted) => {
                        let length = holders.length;
                        store::candidates_by_resource(db, scope, &wanted, length, and, page).await
                    }
                    None => Ok(nobody()),
                }
            }
            Some(Question::Id(_)) | None => Ok(nobody()),
        }
    }

    fn name_field(&self) -> Field {
        match self.narrowest(0, Field::AssignmentMailbox) {
            Some(_) => Field::AssignmentMailbox,
            None => Field::AssignmentDomain,
        }
    }
}
