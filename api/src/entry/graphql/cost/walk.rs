//! Adds up the cost of one operation.
//!
//! Fragments are added up once each, in an order in which a fragment comes after those it spreads;
//! their cost depends on their type condition and the variables alone, never on where they are
//! spread. All arithmetic saturates.

use std::collections::HashMap;
use std::convert::Infallible;

use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Value, Variables};

use super::schema::{FieldFacts, PAGE_ARGUMENTS, Repeats};
use super::{CostModel, DEFAULT_PAGE, INTROSPECTION, MAX_PAGE};
use crate::entry::graphql::guard::fragments;

/// The cost of selections, in points.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    /// What repeats for each item, if the selections are those of a page.
    each: u64,
    /// What does not.
    once: u64,
}

impl Cost {
    const ENDLESS: Self = Self {
        each: u64::MAX,
        once: u64::MAX,
    };

    fn beside(self, other: Self) -> Self {
        Self {
            each: self.each.saturating_add(other.each),
            once: self.once.saturating_add(other.once),
        }
    }

    fn sum(self) -> u64 {
        self.each.saturating_add(self.once)
    }

    fn of_page(self, items: u64) -> u64 {
        self.each.saturating_mul(items).saturating_add(self.once)
    }
}

/// What was given for an argument, as far as it matters here.
#[derive(Debug, Clone, Copy)]
enum Given {
    /// Null or nothing.
    Nothing,
    Whole(u64),
    /// A list of so many items.
    List(usize),
    Other,
}

impl From<&Value> for Given {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Nothing,
            Value::Number(number) => number.as_u64().map_or(Self::Other, Self::Whole),
            Value::List(items) => Self::List(items.len()),
            _ => Self::Other,
        }
    }
}

struct Walk<'run> {
    model: &'run CostModel,
    document: &'run ExecutableDocument,
    variables: &'run Variables,
    /// The defaults that the operation declares for its variables.
    defaults: HashMap<&'run str, &'run Value>,
    /// The costs of the fragments that were added up.
    known: HashMap<&'run str, Cost>,
}

/// The cost of `operation`, which begins in the type `root`.
pub(super) fn total(
    model: &CostModel,
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    root: &str,
    variables: &Variables,
) -> u64 {
    let mut walk = Walk {
        model,
        document,
        variables,
        defaults: defaults(operation),
        known: HashMap::with_capacity(document.fragments.len()),
    };
    for (name, fragment) in fragments::sort(document).fragments {
        let parent = fragment.type_condition.node.on.node.as_str();
        let cost = walk.selections(&fragment.selection_set.node, parent);
        walk.known.insert(name, cost);
    }
    walk.selections(&operation.selection_set.node, root).sum()
}

fn defaults(operation: &OperationDefinition) -> HashMap<&str, &Value> {
    operation
        .variable_definitions
        .iter()
        .filter_map(|definition| {
            let default = definition.node.default_value.as_ref()?;
            Some((definition.node.name.node.as_str(), &default.node))
        })
        .collect()
}

impl Walk<'_> {
    /// Recurses no deeper than the brackets of one definition, which the parser limits.
    fn selections(&self, selections: &SelectionSet, parent: &str) -> Cost {
        selections
            .items
            .iter()
            .map(|selection| match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent),
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let parent = condition.map_or(parent, |on| on.node.on.node.as_str());
                    self.selections(&inline.node.selection_set.node, parent)
                }
                Selection::FragmentSpread(spread) => {
                    self.spread(spread.node.fragment_name.node.as_str())
                }
            })
            .fold(Cost::default(), Cost::beside)
    }

    fn spread(&self, name: &str) -> Cost {
        match self.known.get(name) {
            Some(cost) => *cost,
            // It exists and comes after one that spreads it, so that they go round in a circle.
            None if self.document.fragments.contains_key(name) => Cost::ENDLESS,
            None => Cost::default(),
        }
    }

    fn field(&self, field: &Field, parent: &str) -> Cost {
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            return Cost {
                each: INTROSPECTION,
                once: 0,
            };
        }
        let Some(facts) = self.model.field(parent, name) else {
            return Cost::default();
        };
        let below = self.below(field, facts);
        let points = facts.own.saturating_add(below);
        if facts.once_per_page {
            Cost {
                each: 0,
                once: points,
            }
        } else {
            Cost {
                each: points,
                once: 0,
            }
        }
    }

    fn below(&self, field: &Field, facts: &FieldFacts) -> u64 {
        let cost = self.selections(&field.selection_set.node, &facts.returns);
        match &facts.repeats {
            Repeats::Once => cost.sum(),
            Repeats::Page => cost.of_page(self.page_size(field)),
            Repeats::Assumed(size) => cost.sum().saturating_mul(*size),
            Repeats::Lists(names) => cost.sum().saturating_mul(self.longest(field, names)),
        }
    }

    fn page_size(&self, field: &Field) -> u64 {
        PAGE_ARGUMENTS
            .iter()
            .filter_map(|name| match self.given(field, name) {
                Given::Nothing => None,
                Given::Whole(size) => Some(size.min(MAX_PAGE)),
                Given::List(_) | Given::Other => Some(MAX_PAGE),
            })
            .max()
            .unwrap_or(DEFAULT_PAGE)
    }

    /// The items of the longest list given; one value stands for a list of one.
    fn longest(&self, field: &Field, names: &[String]) -> u64 {
        names
            .iter()
            .filter_map(|name| match self.given(field, name) {
                Given::Nothing => None,
                Given::List(items) => Some(u64::try_from(items).unwrap_or(u64::MAX)),
                Given::Whole(_) | Given::Other => Some(1),
            })
            .max()
            .unwrap_or(1)
    }

    fn given(&self, field: &Field, name: &str) -> Given {
        let Some(argument) = field.get_argument(name) else {
            return Given::Nothing;
        };
        // The parser's own value type has no public name: it is looked at as a constant. Variables
        // in it become null, as a copy of theirs could be large and only the outermost shape
        // matters.
        let mut variable = None;
        let constant = argument.node.clone().into_const_with(|name| {
            variable = Some(self.variable(name.as_str()));
            Ok::<_, Infallible>(Value::Null)
        });
        match (constant, variable) {
            (Ok(Value::Null), Some(given)) => given,
            (Ok(literal), _) => Given::from(&literal),
        }
    }

    fn variable(&self, name: &str) -> Given {
        self.variables
            .get(name)
            .or_else(|| self.defaults.get(name).copied())
            .map_or(Given::Nothing, Given::from)
    }
}
