//! The budget of a document: how much it selects after its fragments are expanded, without
//! expanding them.
//!
//! Each fragment is added up once and remembered. All sums saturate, so that fragments that double
//! at every level end at the largest number instead of wrapping around. Must not look at the schema
//! or at values.

use std::collections::HashMap;

use async_graphql::Positioned;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};

use super::{Limits, Rejection, fragments};

/// What a part of a document comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Budget {
    /// Fields, and fragment spreads: a spread of nothing is work for the engine, too.
    fields: u64,
    /// Fields inside each other.
    depth: u32,
    aliases: u64,
    directives: u64,
    /// Fields of the outermost level, without `__typename`.
    outermost: u64,
    /// Lists of the schema inside each other: each multiplies the answer by the size of the schema.
    lists: u32,
}

/// Fields of introspection that are lists of types, or lead to such lists. The standard introspection query puts
/// three inside each other.
const SCHEMA_LISTS: [&str; 6] = [
    "types",
    "fields",
    "inputFields",
    "interfaces",
    "possibleTypes",
    "args",
];

impl Budget {
    /// Both parts next to each other.
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            outermost: self.outermost.saturating_add(other.outermost),
            lists: self.lists.max(other.lists),
        }
    }

    /// The greater of both in each respect.
    fn or_greater(self, other: Self) -> Self {
        Self {
            fields: self.fields.max(other.fields),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.max(other.aliases),
            directives: self.directives.max(other.directives),
            outermost: self.outermost.max(other.outermost),
            lists: self.lists.max(other.lists),
        }
    }

    fn with_directives(mut self, directives: &[Positioned<Directive>]) -> Self {
        let count = u64::try_from(directives.len()).unwrap_or(u64::MAX);
        self.directives = self.directives.saturating_add(count);
        self
    }
}

/// The budgets of fragments by name.
type Known<'doc> = HashMap<&'doc str, Budget>;

/// Checks the limits that need the parsed document.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), Rejection> {
    let known = of_fragments(document)?;
    let operations: Vec<(OperationType, Budget)> = document
        .operations
        .iter()
        .map(|(_, operation)| (operation.node.ty, of_operation(&operation.node, &known)))
        .collect();
    // The engine validates all operations of a document, not only the one it runs: their sum
    // counts.
    let total = operations
        .iter()
        .fold(Budget::default(), |total, (_, budget)| {
            total.beside(*budget)
        });
    let greatest = known.values().copied().fold(total, Budget::or_greater);
    check_size(greatest, limits)?;
    if operations
        .iter()
        .any(|(_, budget)| budget.outermost > limits.root_fields)
    {
        return Err(Rejection::RootFields {
            limit: limits.root_fields,
        });
    }
    if operations
        .iter()
        .any(|(ty, budget)| *ty == OperationType::Mutation && budget.outermost > 1)
    {
        return Err(Rejection::SeveralMutations);
    }
    Ok(())
}

fn check_size(budget: Budget, limits: &Limits) -> Result<(), Rejection> {
    if budget.fields > limits.fields {
        let limit = limits.fields;
        return Err(Rejection::Fields { limit });
    }
    if budget.depth > limits.depth {
        let limit = limits.depth;
        return Err(Rejection::Depth { limit });
    }
    if budget.lists > limits.schema_lists {
        let limit = limits.schema_lists;
        return Err(Rejection::SchemaLists { limit });
    }
    if budget.aliases > limits.aliases {
        let limit = limits.aliases;
        return Err(Rejection::Aliases { limit });
    }
    if budget.directives > limits.directives {
        let limit = limits.directives;
        return Err(Rejection::Directives { limit });
    }
    Ok(())
}

fn of_fragments(document: &ExecutableDocument) -> Result<Known<'_>, Rejection> {
    let sorted = fragments::sort(document);
    if sorted.cyclic {
        return Err(Rejection::FragmentCycle);
    }
    let mut known = Known::with_capacity(sorted.fragments.len());
    for (name, definition) in sorted.fragments {
        let budget = of_selections(&definition.selection_set.node, &known)
            .with_directives(&definition.directives);
        known.insert(name, budget);
    }
    Ok(known)
}

fn of_operation(operation: &OperationDefinition, known: &Known<'_>) -> Budget {
    operation.variable_definitions.iter().fold(
        of_selections(&operation.selection_set.node, known).with_directives(&operation.directives),
        |budget, variable| budget.with_directives(&variable.node.directives),
    )
}

/// Recurses no deeper than the brackets of one definition, which the lexical gate limits.
fn of_selections(selections: &SelectionSet, known: &Known<'_>) -> Budget {
    selections
        .items
        .iter()
        .map(|selection| of_selection(&selection.node, known))
        .fold(Budget::default(), Budget::beside)
}

fn of_selection(selection: &Selection, known: &Known<'_>) -> Budget {
    let budget = match selection {
        Selection::Field(field) => of_field(&field.node, known),
        Selection::InlineFragment(inline) => of_selections(&inline.node.selection_set.node, known),
        Selection::FragmentSpread(spread) => {
            let name = spread.node.fragment_name.node.as_str();
            let expanded = known.get(name).copied().unwrap_or_default();
            Budget {
                fields: expanded.fields.saturating_add(1),
                ..expanded
            }
        }
    };
    budget.with_directives(selection.directives())
}

fn of_field(field: &Field, known: &Known<'_>) -> Budget {
    let inside = of_selections(&field.selection_set.node, known);
    Budget {
        fields: inside.fields.saturating_add(1),
        depth: inside.depth.saturating_add(1),
        aliases: inside
            .aliases
            .saturating_add(u64::from(field.alias.is_some())),
        directives: inside.directives,
        outermost: u64::from(field.name.node.as_str() != "__typename"),
        lists: inside
            .lists
            .saturating_add(u32::from(SCHEMA_LISTS.contains(&field.name.node.as_str()))),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use proptest::prelude::*;

    use super::*;

    /// Checks against the default limits, with room for documents that only a test writes.
    fn checked(document: &str) -> Result<(), Rejection> {
        check(&parse_query(document).unwrap(), &Limits::DEFAULT)
    }

    fn total(document: &str) -> Budget {
        let document = parse_query(document).unwrap();
        let known = of_fragments(&document).unwrap();
        document
            .operations
            .iter()
            .map(|(_, operation)| of_operation(&operation.node, &known))
            .fold(Budget::default(), Budget::beside)
    }

    /// A chain of fragments, each spreading the next one `times` times with an alias and a
    /// directive.
    fn chain(levels: usize, times: usize) -> String {
        let links: Vec<String> = (0..levels)
            .map(|level| {
                let spreads = format!("a: x @d ...F{} ", level + 1).repeat(times);
                format!("fragment F{level} on T {{ {spreads} }}")
            })
            .collect();
        format!(
            "{{ ...F0 }} {} fragment F{levels} on T {{ x }}",
            links.join(" ")
        )
    }

    #[test]
    fn everything_is_counted_after_expansion() {
        let budget = total(
            "query Q($v: Int @a) @b { p: x @c ...F @d ... on T @e { y { z } } __typename }
             fragment F on T @f { q: y { z @g } ...G } fragment G on U { r: x }",
        );
        let expected = Budget {
            fields: 9,
            depth: 2,
            aliases: 3,
            directives: 7,
            outermost: 4,
            lists: 0,
        };
        assert_eq!(budget, expected);
    }

    #[test]
    fn fragments_that_multiply_are_refused_at_once() {
        for (levels, times) in [(30, 2), (80, 3), (200, 8)] {
            let refused = checked(&chain(levels, times));
            assert_eq!(refused, Err(Rejection::Fields { limit: 1000 }));
        }
        let saturated = total(&chain(80, 3));
        assert_eq!(saturated.fields, u64::MAX);
        assert_eq!(saturated.aliases, u64::MAX);
        assert_eq!(saturated.directives, u64::MAX);
    }

    #[test]
    fn spreads_of_nothing_are_not_free() {
        let document = chain(30, 2)
            .replace("a: x @d", "")
            .replace("{ x }", "{ ...Missing }");
        assert_eq!(checked(&document), Err(Rejection::Fields { limit: 1000 }));
    }

    #[test]
    fn fragments_count_even_where_no_operation_spreads_them() {
        let document = chain(30, 2).replace("{ ...F0 }", "{ x }");
        assert_eq!(checked(&document), Err(Rejection::Fields { limit: 1000 }));
    }

    #[test]
    fn a_long_chain_of_fragments_needs_no_stack() {
        assert_eq!(total(&chain(10_000, 1)).fields, 20_002);
    }

    #[test]
    fn cycles_are_refused() {
        for document in [
            "{ ...A } fragment A on T { ...A }",
            "{ x } fragment A on T { y { ...B } } fragment B on T { ... { ...A } }",
        ] {
            assert_eq!(checked(document), Err(Rejection::FragmentCycle));
        }
    }

    #[test]
    fn each_limit_is_reached_before_it_is_passed() {
        let wide = |part: &str, times: usize| format!("{{ x {{ {} }} }}", part.repeat(times));
        let deep = |levels: usize| format!("{}{}", "{ x ".repeat(levels), " }".repeat(levels));
        let root = |times: usize| format!("{{ {} __typename }}", "x ".repeat(times));
        for (fits, refused, rejection) in [
            (
                wide("y ", 999),
                wide("y ", 1000),
                Rejection::Fields { limit: 1000 },
            ),
            (deep(15), deep(16), Rejection::Depth { limit: 15 }),
            (
                wide("a: y ", 50),
                wide("a: y ", 51),
                Rejection::Aliases { limit: 50 },
            ),
            (
                wide("y @d ", 50),
                wide("y @d ", 51),
                Rejection::Directives { limit: 50 },
            ),
            (root(20), root(21), Rejection::RootFields { limit: 20 }),
        ] {
            assert_eq!(checked(&fits), Ok(()));
            assert_eq!(checked(&refused), Err(rejection));
        }
    }

    #[test]
    fn directives_on_one_field_and_on_spreads_add_up() {
        let document = format!(
            "{{ x {} ...F {} }} fragment F on T {{ y }}",
            "@d ".repeat(26),
            "@d ".repeat(25)
        );
        assert_eq!(checked(&document), Err(Rejection::Directives { limit: 50 }));
    }

    #[test]
    fn root_fields_are_counted_through_fragments() {
        let document = format!(
            "{{ ...F ... {{ ...F }} }} fragment F on Query {{ {} }}",
            "x ".repeat(11)
        );
        assert_eq!(checked(&document), Err(Rejection::RootFields { limit: 20 }));
    }

    #[test]
    fn the_operations_of_a_document_share_its_budget() {
        let operation = |name: &str| format!("query {name} {{ x {{ {} }} }}", "y ".repeat(600));
        assert_eq!(checked(&operation("A")), Ok(()));
        let both = format!("{} {}", operation("A"), operation("B"));
        assert_eq!(checked(&both), Err(Rejection::Fields { limit: 1000 }));
    }

    #[test]
    fn a_mutation_has_one_root_field() {
        for document in [
            "mutation { a { id } }",
            "mutation { __typename a { id } t: __typename }",
            "mutation { ...F } fragment F on Mutation { a { id name } __typename }",
            "mutation A { a { id } } mutation B { b { id } } query C { x y }",
            "mutation { a { ...F ...G } } fragment F on T { x y } fragment G on T { z }",
        ] {
            assert_eq!(checked(document), Ok(()), "{document}");
        }
    }

    #[test]
    fn a_second_mutation_is_found_wherever_it_hides() {
        for document in [
            "mutation { a b }",
            "mutation { a(x: 1) b: a(x: 2) }",
            "mutation { a ...F } fragment F on Mutation { b }",
            "mutation { ...F } fragment F on Mutation { a ...G } fragment G on Mutation { ... { b } }",
            "mutation { ...F ...F } fragment F on Mutation { a }",
            "mutation { a ... on Mutation @include(if: true) { b } }",
            "query Q { x } mutation M { a b }",
        ] {
            assert_eq!(
                checked(document),
                Err(Rejection::SeveralMutations),
                "{document}"
            );
        }
    }

    /// A selection of a generated document.
    #[derive(Debug, Clone)]
    enum Item {
        Field {
            aliased: bool,
            inside: Vec<Item>,
        },
        Inline(Vec<Item>),
        /// Spreads the fragment that is so many definitions further on, which may not exist.
        Spread(usize),
    }

    /// Definitions of a generated document: one operation, then fragments.
    const DEFINITIONS: usize = 4;

    fn items() -> impl Strategy<Value = Vec<Item>> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(|aliased| Item::Field {
                aliased,
                inside: Vec::new()
            }),
            (1..DEFINITIONS).prop_map(Item::Spread),
        ];
        let item = leaf.prop_recursive(3, 12, 2, |inner| {
            let inside = prop::collection::vec(inner, 1..3);
            prop_oneof![
                (any::<bool>(), inside.clone())
                    .prop_map(|(aliased, inside)| Item::Field { aliased, inside }),
                inside.prop_map(Item::Inline),
            ]
        });
        prop::collection::vec(item, 1..4)
    }

    /// Writes the items of definition `at` as a selection set.
    fn text(items: &[Item], at: usize) -> String {
        let parts: Vec<String> = items
            .iter()
            .map(|item| match item {
                Item::Field { aliased, inside } => {
                    let name = if *aliased { "a: f" } else { "f" };
                    let inside = if inside.is_empty() {
                        String::new()
                    } else {
                        text(inside, at)
                    };
                    format!("{name} {inside}")
                }
                Item::Inline(inside) => format!("... on T {}", text(inside, at)),
                Item::Spread(step) => format!("...F{}", at + step),
            })
            .collect();
        format!("{{ {} }}", parts.join(" "))
    }

    /// Counts fields and spreads, and aliases, by walking into every spread again.
    fn expanded(items: &[Item], at: usize, definitions: &[Vec<Item>]) -> (u64, u64) {
        let counts = items.iter().map(|item| match item {
            Item::Field { aliased, inside } => {
                let (fields, aliases) = expanded(inside, at, definitions);
                (fields + 1, aliases + u64::from(*aliased))
            }
            Item::Inline(inside) => expanded(inside, at, definitions),
            Item::Spread(step) => {
                let target = at + step;
                let (fields, aliases) = definitions
                    .get(target)
                    .map_or((0, 0), |items| expanded(items, target, definitions));
                (fields + 1, aliases)
            }
        });
        counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1))
    }

    proptest! {
        #[test]
        fn the_budget_equals_naive_expansion(
            definitions in prop::collection::vec(items(), DEFINITIONS)
        ) {
            let parts: Vec<String> = definitions
                .iter()
                .enumerate()
                .map(|(at, items)| match at {
                    0 => format!("query {}", text(items, at)),
                    _ => format!("fragment F{at} on T {}", text(items, at)),
                })
                .collect();
            let budget = total(&parts.join(" "));
            let (fields, aliases) = expanded(&definitions[0], 0, &definitions);
            prop_assert_eq!((budget.fields, budget.aliases), (fields, aliases));
        }
    }
}
