//! What a caller says of a request, checked.

use entity::date::Date;
use entity::enums::{OptOutScope, Regime, RequestChannel, RequestType, RequesterKind};
use entity::time::Timestamp;

use crate::context::Ctx;
use crate::customers::Lookup;
use crate::error::{Error, Result};
pub(super) use crate::platform::personal::check_text;
use crate::platform::personal::{Personal, check_length};
use crate::platform::place;
use crate::vault::normalise;

/// How many things a request may ask for: the list is shown whole.
const MOST_ITEMS: usize = 20;
/// How many references a request may come with.
pub(super) const MOST_REFERENCES: usize = 20;
/// Longest text of a request or a message, in characters.
pub(super) const LONGEST_TEXT: usize = 50_000;
/// Longest note, in characters.
pub(super) const LONGEST_NOTE: usize = 2_000;

/// A request to be opened.
#[derive(Debug, Clone)]
pub(crate) struct NewRequest {
    /// By what way it came.
    pub(crate) channel: RequestChannel,
    /// When the person's message came in.
    pub(crate) received_at: Timestamp,
    /// Who asks.
    pub(crate) requester: NewRequester,
    /// The customer whose data it is about.
    pub(crate) customer: Option<Lookup>,
    /// Where the person lives: ISO 3166-1, or ISO 3166-2; as the customer's country, when absent.
    pub(crate) residence: Option<String>,
    /// The regimes that apply, and why they are others than those that follow from the places.
    pub(crate) regimes: Option<(Vec<Regime>, Option<Personal>)>,
    /// What is asked for.
    pub(crate) items: Vec<NewItem>,
    /// What the person wrote.
    pub(crate) body: Option<Personal>,
    /// What outside systems call it: system and number.
    pub(crate) references: Vec<(String, Personal)>,
}

/// Longest name of a body to which complaints go on, in characters.
const LONGEST_ESCALATION: usize = 200;

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) struct NewRequester {
    /// What they are to the person.
    pub(crate) kind: RequesterKind,
    /// What they are called.
    pub(crate) name: Option<Personal>,
    /// How to reach them.
    pub(crate) contact: Option<Personal>,
    /// Why they may ask for another.
    pub(crate) proof: Option<Personal>,
    /// The last day on which they may.
    pub(crate) authority_until: Option<Date>,
}

/// One thing that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewItem {
    /// What.
    pub(crate) kind: RequestType,
    /// Of what, where it is an opt-out.
    pub(crate) scope: Option<OptOutScope>,
    /// To which body the person may turn, or has turned, where it is a complaint.
    pub(crate) escalation_body: Option<String>,
}

/// A reference in its one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NormalReference {
    pub(super) system: String,
    pub(super) number: Personal,
}

impl NormalReference {
    pub(super) fn new(field: &str, system: &str, number: &Personal) -> Result<Self> {
        let invalid = |part: &str, expected: normalise::NotNormal| {
            Error::invalid(format!("{field}.{part}"), expected.to_string())
        };
        let system =
            normalise::external_system(system).map_err(|expected| invalid("system", expected))?;
        normalise::external_id(&system, number.expose())
            .map_err(|expected| invalid("id", expected))?;
        Ok(Self {
            system,
            number: Personal::new(number.expose().trim().to_owned()),
        })
    }
}

impl NewRequest {
    /// Checks what can be checked without asking anybody; gives the references.
    pub(super) fn check(&self, ctx: &Ctx) -> Result<Vec<NormalReference>> {
        ctx.not_in_future("receivedAt", self.received_at)?;
        check_items(&self.items)?;
        let requester = &self.requester;
        for (field, text, longest) in [
            ("requester.name", &requester.name, 200),
            ("requester.contact", &requester.contact, 500),
            ("requester.proof", &requester.proof, LONGEST_NOTE),
            ("text", &self.body, LONGEST_TEXT),
        ] {
            check_text(field, text.as_ref(), longest)?;
        }
        if requester.kind != RequesterKind::DataSubject && requester.proof.is_none() {
            let problem = "must say why they may ask for another";
            return Err(Error::invalid("requester.proof", problem));
        }
        if let Some(until) = requester.authority_until {
            let problem = if requester.kind == RequesterKind::DataSubject {
                Some("is said of those who ask for another only")
            } else {
                (until.end() <= self.received_at).then_some("was over when the request came in")
            };
            if let Some(problem) = problem {
                return Err(Error::invalid("requester.authorityUntil", problem));
            }
        }
        if let Some(residence) = &self.residence
            && !place::is_place(residence)
        {
            return Err(Error::invalid("residence", place::EXPECTED));
        }
        if let Some((regimes, reason)) = &self.regimes {
            if regimes.is_empty() {
                return Err(Error::invalid("regimes", "must have an item"));
            }
            let problem = "must say why other regimes apply than those that follow from the places";
            let reason = reason.as_ref().filter(|reason| !reason.is_blank());
            let reason = reason.ok_or_else(|| Error::invalid("regimesReason", problem))?;
            check_text("regimesReason", Some(reason), LONGEST_NOTE)?;
        }
        if self.references.len() > MOST_REFERENCES {
            let problem = "must have at most 20 items";
            return Err(Error::invalid("externalReferences", problem));
        }
        let mut references: Vec<NormalReference> = Vec::new();
        for (n, (system, number)) in self.references.iter().enumerate() {
            let field = format!("externalReferences[{n}]");
            let reference = NormalReference::new(&field, system, number)?;
            if references.contains(&reference) {
                return Err(Error::invalid(field, "is given twice"));
            }
            references.push(reference);
        }
        Ok(references)
    }
}

fn check_items(items: &[NewItem]) -> Result<()> {
    if items.is_empty() || items.len() > MOST_ITEMS {
        return Err(Error::invalid("items", "must have 1 to 20 items"));
    }
    for (n, item) in items.iter().enumerate() {
        let problem = match (item.kind, item.scope) {
            (RequestType::OptOut, None) => Some("must say what the person opts out of"),
            (RequestType::OptOut, Some(_)) | (_, None) => None,
            (_, Some(_)) => Some("is said with an opt-out only"),
        };
        if let Some(problem) = problem {
            return Err(Error::invalid(format!("items[{n}].scope"), problem));
        }
        let field = format!("items[{n}].escalationBody");
        check_escalation(&field, item.kind, item.escalation_body.as_deref())?;
        let asks = |item: &NewItem| (item.kind, item.scope);
        if items.iter().take(n).any(|other| asks(other) == asks(item)) {
            return Err(Error::invalid(format!("items[{n}]"), "is given twice"));
        }
    }
    Ok(())
}

/// A body to which complaints go on, and nothing else does.
pub(super) fn check_escalation(field: &str, kind: RequestType, body: Option<&str>) -> Result<()> {
    let Some(body) = body else {
        return Ok(());
    };
    if kind != RequestType::Complaint {
        return Err(Error::invalid(field, "is said of a complaint only"));
    }
    check_length(field, body, LONGEST_ESCALATION)
}
