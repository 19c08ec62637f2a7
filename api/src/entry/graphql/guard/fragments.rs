//! The fragments of a document, sorted so that each comes after those it spreads.
//!
//! Whoever adds something up over the expanded document works through this list and remembers one
//! sum per fragment: the work stays linear however often fragments spread each other. Chains of
//! fragments are followed without recursion, as their length is bounded by the document alone.

use std::collections::HashMap;

use async_graphql::parser::types::{
    ExecutableDocument, FragmentDefinition, Selection, SelectionSet,
};

/// The fragments of a document.
pub(crate) struct Sorted<'doc> {
    /// Names and definitions; each after the ones it spreads, except along a cycle.
    pub(crate) fragments: Vec<(&'doc str, &'doc FragmentDefinition)>,
    /// Whether a fragment contains itself.
    pub(crate) cyclic: bool,
}

/// Work that is still to be done.
enum Step<'doc> {
    Enter(&'doc str),
    Leave(&'doc str, &'doc FragmentDefinition),
}

/// How far a fragment is.
#[derive(Clone, Copy)]
enum State {
    Entered,
    Left,
}

/// Sorts the fragments of a document. Spreads of fragments that do not exist are passed over.
pub(crate) fn sort(document: &ExecutableDocument) -> Sorted<'_> {
    let mut sorted = Sorted {
        fragments: Vec::with_capacity(document.fragments.len()),
        cyclic: false,
    };
    let mut states = HashMap::with_capacity(document.fragments.len());
    let mut steps: Vec<Step<'_>> = document
        .fragments
        .keys()
        .map(|name| Step::Enter(name.as_str()))
        .collect();
    while let Some(step) = steps.pop() {
        match step {
            Step::Leave(name, definition) => {
                states.insert(name, State::Left);
                sorted.fragments.push((name, definition));
            }
            Step::Enter(name) => match states.get(name) {
                Some(State::Left) => {}
                // Its `Leave` is still below in the stack: this spread is inside of it.
                Some(State::Entered) => sorted.cyclic = true,
                None => {
                    if let Some(definition) = document.fragments.get(name) {
                        let definition = &definition.node;
                        states.insert(name, State::Entered);
                        steps.push(Step::Leave(name, definition));
                        push_spreads(&definition.selection_set.node, &mut steps);
                    }
                }
            },
        }
    }
    sorted
}

/// Recurses no deeper than the brackets of one definition, which the parser limits.
fn push_spreads<'doc>(selections: &'doc SelectionSet, steps: &mut Vec<Step<'doc>>) {
    for selection in &selections.items {
        match &selection.node {
            Selection::Field(field) => push_spreads(&field.node.selection_set.node, steps),
            Selection::InlineFragment(inline) => {
                push_spreads(&inline.node.selection_set.node, steps);
            }
            Selection::FragmentSpread(spread) => {
                steps.push(Step::Enter(spread.node.fragment_name.node.as_str()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn sorted(document: &str) -> (Vec<String>, bool) {
        let document = parse_query(document).unwrap();
        let sorted = sort(&document);
        let names = sorted.fragments.iter().map(|(name, _)| (*name).to_owned());
        (names.collect(), sorted.cyclic)
    }

    #[test]
    fn a_fragment_comes_after_what_it_spreads() {
        let (names, cyclic) = sorted(
            "{ ...A } fragment A on T { x { ...B } ... on T { ...C } }
             fragment B on T { ...C ...Missing } fragment C on T { y }",
        );
        assert_eq!(names, ["C", "B", "A"]);
        assert!(!cyclic);
    }

    #[test]
    fn spreading_a_fragment_twice_is_no_cycle() {
        let (names, cyclic) =
            sorted("{ a } fragment A on T { ...B ...B x { ...B } } fragment B on T { y }");
        assert_eq!(names, ["B", "A"]);
        assert!(!cyclic);
    }

    #[test]
    fn cycles_are_seen_wherever_they_are() {
        for document in [
            "{ a } fragment A on T { ...A }",
            "{ a } fragment A on T { x { ... { ...B } } } fragment B on T { ...C } fragment C on T { ...A }",
            "{ ...A } fragment A on T { ...B } fragment B on T { y ...B }",
        ] {
            assert!(sorted(document).1, "{document}");
        }
    }
}
