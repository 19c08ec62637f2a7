//! The cost of an operation before it runs, in points: what the rate limit and the ceiling per
//! request count in.
//!
//! Owns the prices. What the schema says is learned once from its SDL (`schema`), a request is
//! added up in one walk over its document (`walk`). The engine's own complexity is not used: it
//! skips fields below interfaces, adds up all operations of a document and can overflow. Must not
//! judge validity: what the schema does not know is free here and refused by validation.

mod schema;
mod walk;

use std::collections::HashMap;

use async_graphql::Variables;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};

use schema::FieldFacts;

/// A field that returns an object, an interface or a union; scalars are free.
const COMPOSITE: u64 = 1;
/// `totalCount`, on top: a count over everything that matches.
const TOTAL_COUNT: u64 = 50;
/// A root field of a mutation, on top.
const MUTATION: u64 = 10;
/// `__schema` and `__type`, whatever they select.
const INTROSPECTION: u64 = 100;
/// Items of a list that is not paged.
const ASSUMED_LIST: u64 = 10;
/// Items of a page when neither `first` nor `last` is given.
const DEFAULT_PAGE: u64 = 20;
/// Items of a page that are counted at most. More, and anything that is no number of items, is
/// refused later.
const MAX_PAGE: u64 = 100;

/// What the fields of a schema cost.
#[derive(Debug)]
pub(crate) struct CostModel {
    /// Fields by the name of their object or interface type, then by their own.
    types: HashMap<String, HashMap<String, FieldFacts>>,
    roots: schema::Roots,
}

impl CostModel {
    /// Learns from a schema's text. Fails with a sentence if it is not a schema or has no query
    /// type.
    pub(crate) fn from_sdl(sdl: &str) -> Result<Self, String> {
        schema::learn(sdl)
    }

    /// The cost in points of the operation that `operation` names, or of the document's only one.
    ///
    /// 0 if there is no such operation. Takes time linear in the document and saturates at
    /// `u64::MAX`, which is also the cost of a document with a fragment that contains itself.
    pub(crate) fn cost(
        &self,
        document: &ExecutableDocument,
        operation: Option<&str>,
        variables: &Variables,
    ) -> u64 {
        let Some(operation) = chosen(document, operation) else {
            return 0;
        };
        let Some(root) = self.root(operation.ty) else {
            return 0;
        };
        walk::total(self, document, operation, root, variables)
    }

    /// Whether the schema has such a root field.
    pub(crate) fn knows_root(&self, ty: OperationType, field: &str) -> bool {
        self.root(ty)
            .is_some_and(|root| self.field(root, field).is_some())
    }

    fn field(&self, parent: &str, name: &str) -> Option<&FieldFacts> {
        self.types.get(parent)?.get(name)
    }

    fn root(&self, ty: OperationType) -> Option<&str> {
        match ty {
            OperationType::Query => self.roots.query.as_deref(),
            OperationType::Mutation => self.roots.mutation.as_deref(),
            OperationType::Subscription => self.roots.subscription.as_deref(),
        }
    }
}

fn chosen<'doc>(
    document: &'doc ExecutableDocument,
    name: Option<&str>,
) -> Option<&'doc OperationDefinition> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(operation),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name),
        (DocumentOperations::Multiple(operations), None) if operations.len() == 1 => {
            operations.values().next()
        }
        (DocumentOperations::Multiple(_), None) => None,
    };
    operation.map(|operation| &operation.node)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::{Value, value};

    use super::*;

    const SDL: &str = r#"
        "A party." interface Party implements Node { id: ID! requests(first: Int, last: Int): RequestConnection! }
        interface Node { id: ID! }
        type Customer implements Party & Node {
            id: ID!
            name: String
            manager: Staff
            tags: [Tag!]!
            requests(first: Int, after: String, last: Int, before: String): RequestConnection!
        }
        type Staff implements Node { id: ID! name: String! }
        type Tag { key: String! }
        union Hit = Customer | Staff
        type Request implements Node { id: ID! customer: Customer! }
        type PageInfo { hasNextPage: Boolean! }
        type CustomerEdge { cursor: String! node: Customer! }
        type CustomerConnection {
            edges: [CustomerEdge!]! nodes: [Customer!]! pageInfo: PageInfo! totalCount: Int!
        }
        type RequestConnection { nodes: [Request!]! pageInfo: PageInfo! totalCount: Int! }
        enum State { OPEN DONE }
        input RenameInput { id: ID! name: String! = "x" @tag }
        scalar Date @specifiedBy(url: "https://example.org/date")
        directive @tag on INPUT_FIELD_DEFINITION
        type Payload { customer: Customer }
        type Query {
            version: String!
            customer(id: ID!): Customer
            customers(first: Int, after: String, last: Int, states: [State!]): CustomerConnection!
            node(id: ID!): Node
            nodes(ids: [ID!]!): [Node]!
            party: Party
            search(text: String!): [Hit!]!
        }
        type Mutation { rename(input: RenameInput!): Payload! ping: Boolean! }
        schema { query: Query mutation: Mutation }
    "#;

    fn cost_of(document: &str, operation: Option<&str>, variables: Value) -> u64 {
        let model = CostModel::from_sdl(SDL).unwrap();
        let document = parse_query(document).unwrap();
        model.cost(&document, operation, &Variables::from_value(variables))
    }

    fn cost(document: &str) -> u64 {
        cost_of(document, None, Value::Null)
    }

    #[test]
    fn composites_cost_one_and_scalars_nothing() {
        for (document, expected) in [
            ("{ version }", 0),
            ("{ __typename }", 0),
            ("{ customer(id: 1) { id name __typename } }", 1),
            (
                "{ a: customer(id: 1) { id } b: customer(id: 2) { manager { name } } }",
                3,
            ),
            ("{ customer(id: 1) { tags { key } } }", 2),
            (
                "{ search(text: \"x\") { ... on Customer { manager { id } } ... on Staff { id } } }",
                11,
            ),
        ] {
            assert_eq!(cost(document), expected, "{document}");
        }
    }

    #[test]
    fn what_the_schema_does_not_know_is_free() {
        for (document, expected) in [
            ("{ nonsense { customer(id: 1) { id } } }", 0),
            ("{ customer(id: 1) { nonsense { manager { id } } } }", 1),
            (
                "{ ...Missing ... on Nonsense { customer(id: 1) { id } } }",
                0,
            ),
            ("{ version { customer { id } } }", 0),
            ("subscription { customers { nodes { id } } }", 0),
        ] {
            assert_eq!(cost(document), expected, "{document}");
        }
    }

    #[test]
    fn pages_multiply_their_items_once() {
        for (document, expected) in [
            ("{ customers(first: 10) { nodes { name } } }", 11),
            ("{ customers(last: 10) { nodes { name } } }", 11),
            (
                "{ customers(first: 3) { edges { cursor node { name } } } }",
                7,
            ),
            (
                "{ customers(first: 3) { edges { node { id } } nodes { id } } }",
                10,
            ),
            ("{ customers { nodes { name } } }", 21),
            ("{ customers(states: [OPEN, DONE]) { nodes { name } } }", 21),
            ("{ customers(first: 2, last: 7) { nodes { id } } }", 8),
            ("{ customers(first: 0) { nodes { id } } }", 1),
            ("{ customers(first: null) { nodes { id } } }", 21),
            ("{ customers(first: 1000) { nodes { id } } }", 101),
            ("{ customers(first: -1) { nodes { id } } }", 101),
            ("{ customers(first: 2.5) { nodes { id } } }", 101),
            ("{ customers(first: \"2\") { nodes { id } } }", 101),
            ("{ customers(first: [2]) { nodes { id } } }", 101),
            (
                "{ customers(first: 99999999999999999999999) { nodes { id } } }",
                101,
            ),
        ] {
            assert_eq!(cost(document), expected, "{document}");
        }
    }

    #[test]
    fn page_info_and_total_count_are_not_multiplied() {
        let page = "pageInfo { hasNextPage } totalCount";
        assert_eq!(
            cost(&format!("{{ customers(first: 10) {{ {page} }} }}")),
            52
        );
        assert_eq!(cost("{ customers(first: 0) { n: totalCount } }"), 51);
        let in_fragment = format!(
            "{{ customers(first: 10) {{ ...P ... {{ nodes {{ id }} }} }} }}
             fragment P on CustomerConnection {{ {page} }}"
        );
        assert_eq!(cost(&in_fragment), 62);
        let nested = format!("{{ customers(first: 4) {{ nodes {{ requests {{ {page} }} }} }} }}");
        assert_eq!(cost(&nested), 1 + 4 * (1 + 1 + 51));
    }

    #[test]
    fn nested_connections_take_variables_and_their_defaults() {
        let document = "query ($n: Int = 5, $m: Int) {
            customers(first: $n) { nodes { requests(first: $m) { nodes { id } } } } }";
        for (variables, customers, requests) in [
            (value!({}), 5, 20),
            (value!({"n": 2, "m": 3}), 2, 3),
            (value!({"n": 2, "m": null}), 2, 20),
            (value!({"n": null, "m": 1}), 20, 1),
            (value!({"n": 2, "m": -1}), 2, 100),
            (value!({"n": 2, "m": "many"}), 2, 100),
            (value!({"n": 2, "m": 100_000}), 2, 100),
            (value!({"n": 2, "other": 7}), 2, 20),
        ] {
            let expected = 1 + customers * (1 + 1 + requests);
            assert_eq!(
                cost_of(document, None, variables.clone()),
                expected,
                "{variables}"
            );
        }
    }

    #[test]
    fn lists_of_ids_multiply_by_their_length() {
        for (document, expected) in [
            ("{ nodes(ids: [1, 2, 3]) { id } }", 1),
            (
                "{ nodes(ids: [1, 2, 3]) { ... on Customer { manager { id } } } }",
                4,
            ),
            (
                "{ nodes(ids: 1) { ... on Customer { manager { id } } } }",
                2,
            ),
            (
                "{ nodes(ids: []) { ... on Customer { manager { id } } } }",
                1,
            ),
            ("{ nodes { ... on Customer { manager { id } } } }", 2),
            (
                "query ($a: ID) { nodes(ids: [$a, $a]) { ... on Customer { manager { id } } } }",
                3,
            ),
            (
                "query ($x: [ID!] = [1, 2]) { nodes(ids: $x) { ... on Customer { manager { id } } } }",
                3,
            ),
        ] {
            assert_eq!(cost(document), expected, "{document}");
        }
        let document =
            "query ($x: [ID!]!) { nodes(ids: $x) { ... on Customer { manager { id } } } }";
        assert_eq!(
            cost_of(document, None, value!({"x": ["a", "b", "c", "d"]})),
            5
        );
        assert_eq!(cost_of(document, None, value!({"x": "a"})), 2);
        assert_eq!(cost_of(document, None, value!({})), 2);
    }

    #[test]
    fn a_type_condition_selects_the_type() {
        for (document, expected) in [
            ("{ party { requests(first: 2) { nodes { id } } } }", 4),
            ("{ node(id: 1) { requests(first: 2) { nodes { id } } } }", 1),
            (
                "{ node(id: 1) { ... on Party { requests(first: 2) { nodes { id } } } } }",
                4,
            ),
            (
                "{ node(id: 1) { ... @d { ... on Customer { manager { id } } } } }",
                2,
            ),
            (
                "{ node(id: 1) { ...F } party { ...F } } fragment F on Customer { manager { id } }",
                4,
            ),
        ] {
            assert_eq!(cost(document), expected, "{document}");
        }
    }

    #[test]
    fn fragments_count_wherever_they_are_spread() {
        let document = "{ customers(first: 3) { nodes { ...F } } customer(id: 1) { ...F ...F } }
             fragment F on Customer { manager { id } requests(first: 5) { ...R } }
             fragment R on RequestConnection { nodes { id } }";
        let fragment = 1 + (1 + 5);
        assert_eq!(cost(document), 1 + 3 * (1 + fragment) + 1 + 2 * fragment);
    }

    #[test]
    fn a_mutation_costs_more_even_inside_a_fragment() {
        let rename = "rename(input: {id: 1}) { customer { name } }";
        assert_eq!(cost(&format!("mutation {{ {rename} }}")), 12);
        assert_eq!(cost("mutation { ping }"), 10);
        let hidden =
            format!("mutation {{ ...F }} fragment F on Mutation {{ {rename} __typename }}");
        assert_eq!(cost(&hidden), 12);
    }

    #[test]
    fn introspection_has_one_price() {
        assert_eq!(cost("{ __schema { types { fields { name } } } }"), 100);
        let document = "{ ...F s: __schema { queryType { name } } customer(id: 1) { id } }
             fragment F on Query { __type(name: \"Query\") { name } }";
        assert_eq!(cost(document), 201);
    }

    #[test]
    fn only_the_chosen_operation_counts() {
        let document = "query A($n: Int = 1) { customers(first: $n) { nodes { id } } }
             query B($n: Int = 2) { customers(first: $n) { nodes { id } } }";
        assert_eq!(cost_of(document, Some("A"), Value::Null), 2);
        assert_eq!(cost_of(document, Some("B"), Value::Null), 3);
        assert_eq!(cost_of(document, Some("C"), Value::Null), 0);
        assert_eq!(cost(document), 0);
        assert_eq!(cost("query Only { customer(id: 1) { id } }"), 1);
    }

    /// Fragments that go round from a customer to its requests and back, and spread the next one
    /// twice.
    fn doubling(levels: usize, first: usize) -> String {
        let links: Vec<String> = (0..levels)
            .map(|level| {
                let next = level + 1;
                format!(
                    "fragment F{level} on Customer {{
                       requests(first: {first}) {{ nodes {{ customer {{ ...F{next} ...F{next} }} }} }} }}"
                )
            })
            .collect();
        format!(
            "{{ customer(id: 1) {{ ...F0 }} }} {} fragment F{levels} on Customer {{ name }}",
            links.join(" ")
        )
    }

    #[test]
    fn doubling_fragments_are_added_up_once() {
        assert_eq!(cost(&doubling(1, 1)), 4);
        assert_eq!(cost(&doubling(2, 1)), 1 + 3 * (1 + 2));
        assert_eq!(cost(&doubling(30, 1)), 1 + 3 * ((1 << 30) - 1));
    }

    #[test]
    fn sums_saturate() {
        assert_eq!(cost(&doubling(100, 100)), u64::MAX);
        let in_page = doubling(100, 1).replace(
            "{ customer(id: 1) { ...F0 } }",
            "{ customers { nodes { ...F0 } } }",
        );
        assert_eq!(cost(&in_page), u64::MAX);
    }

    #[test]
    fn fragments_that_contain_themselves_cost_everything() {
        for document in [
            "{ ...A } fragment A on Query { ...B version } fragment B on Query { ...A }",
            "{ customers(first: 0) { ...A } } fragment A on CustomerConnection { nodes { id } ...A }",
        ] {
            assert_eq!(cost(document), u64::MAX, "{document}");
        }
    }

    #[test]
    fn a_long_chain_of_fragments_needs_no_stack() {
        let links: Vec<String> = (0..10_000)
            .map(|level| format!("fragment F{level} on Query {{ ...F{} }}", level + 1))
            .collect();
        let document = format!(
            "{{ ...F0 }} {} fragment F10000 on Query {{ customer(id: 1) {{ id }} }}",
            links.join(" ")
        );
        assert_eq!(cost(&document), 1);
    }
}
