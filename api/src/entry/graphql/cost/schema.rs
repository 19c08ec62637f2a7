//! What the walk needs to know of a schema, learned from its SDL.
//!
//! Must not know requests: everything here holds for the life of the process.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, SchemaDefinition, ServiceDocument, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};

use super::{ASSUMED_LIST, COMPOSITE, CostModel, MUTATION, TOTAL_COUNT};

/// The arguments that say how many items a page has.
pub(super) const PAGE_ARGUMENTS: [&str; 2] = ["first", "last"];

/// The fields of a connection that there is one of, however many items its page has.
const ONCE_PER_PAGE: [&str; 2] = ["pageInfo", "totalCount"];

/// The names of the types in which operations begin.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) query: Option<String>,
    pub(super) mutation: Option<String>,
    pub(super) subscription: Option<String>,
}

/// A field of an object or interface type.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldFacts {
    /// The cost in points of the field alone.
    pub(super) own: u64,
    /// The type it returns, without lists and non-null marks.
    pub(super) returns: String,
    /// How often what is selected below it is resolved.
    pub(super) repeats: Repeats,
    /// Whether the size of the page it is on does not matter to it.
    pub(super) once_per_page: bool,
}

/// How often what is selected below a field is resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repeats {
    /// As often as the field.
    Once,
    /// Once for each item of its page.
    Page,
    /// Once for each item of the longest of the lists given for these arguments.
    Lists(Vec<String>),
    /// Once for each item of a list that is not paged, of a size assumed.
    Assumed(u64),
}

/// Lists that are not paged and are longer than others: type, field, and of how many items one is thought.
const LONG_LISTS: [(&str, &str, u64); 8] = [
    ("DataMap", "flows", 500),
    ("DataMap", "recipients", 100),
    ("DataMap", "systems", 100),
    ("DataMapDifference", "added", 100),
    ("DataMapDifference", "removed", 100),
    ("DataMapStep", "flows", 20),
    ("Query", "downstream", 100),
    ("Query", "upstream", 100),
];

/// Reads the text of a schema.
pub(super) fn learn(sdl: &str) -> Result<CostModel, String> {
    let document = parse_schema(sdl).map_err(|error| error.to_string())?;
    let composites = composites(&document);
    let roots = roots(&document, &composites);
    if !roots
        .query
        .as_deref()
        .is_some_and(|query| composites.contains(query))
    {
        return Err("the schema has no query type".to_owned());
    }
    let mut types: HashMap<String, HashMap<String, FieldFacts>> = HashMap::new();
    for definition in type_definitions(&document) {
        let name = definition.name.node.as_str();
        let extra = if roots.mutation.as_deref() == Some(name) {
            MUTATION
        } else {
            0
        };
        let fields = fields_of(definition);
        let connection = fields
            .iter()
            .any(|field| field.node.name.node == "pageInfo");
        types
            .entry(name.to_owned())
            .or_default()
            .extend(fields.iter().map(|field| {
                let mut facts = facts(&field.node, &composites);
                let place = (name, field.node.name.node.as_str());
                let long = LONG_LISTS
                    .iter()
                    .find(|(of, list, _)| (*of, *list) == place);
                if let Some((_, _, size)) = long {
                    facts.repeats = Repeats::Assumed(*size);
                }
                facts.own += extra;
                facts.once_per_page &= connection;
                (owned(&field.node.name), facts)
            }));
    }
    Ok(CostModel { types, roots })
}

fn type_definitions(document: &ServiceDocument) -> impl Iterator<Item = &TypeDefinition> {
    document
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(&definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        })
}

/// The names of all object, interface and union types.
fn composites(document: &ServiceDocument) -> HashSet<&str> {
    type_definitions(document)
        .filter(|definition| {
            matches!(
                definition.kind,
                TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)
            )
        })
        .map(|definition| definition.name.node.as_str())
        .collect()
}

fn roots(document: &ServiceDocument, composites: &HashSet<&str>) -> Roots {
    let mut declared: Option<Roots> = None;
    for definition in &document.definitions {
        if let TypeSystemDefinition::Schema(schema) = definition {
            declared.get_or_insert_default().declare(&schema.node);
        }
    }
    // Without a schema definition the types that bear the names of the operations are the roots.
    let named = |name: &str| composites.contains(name).then(|| name.to_owned());
    declared.unwrap_or_else(|| Roots {
        query: named("Query"),
        mutation: named("Mutation"),
        subscription: named("Subscription"),
    })
}

impl Roots {
    fn declare(&mut self, schema: &SchemaDefinition) {
        for (root, name) in [
            (&mut self.query, &schema.query),
            (&mut self.mutation, &schema.mutation),
            (&mut self.subscription, &schema.subscription),
        ] {
            if let Some(name) = name {
                *root = Some(owned(name));
            }
        }
    }
}

fn fields_of(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => &[],
    }
}

fn facts(field: &FieldDefinition, composites: &HashSet<&str>) -> FieldFacts {
    let name = field.name.node.as_str();
    let returns = innermost(&field.ty.node);
    let composite = composites.contains(returns);
    let mut own = 0;
    if composite {
        own += COMPOSITE;
    }
    if name == "totalCount" {
        own += TOTAL_COUNT;
    }
    FieldFacts {
        own,
        returns: returns.to_owned(),
        repeats: repeats(field, composite),
        once_per_page: ONCE_PER_PAGE.contains(&name),
    }
}

fn repeats(field: &FieldDefinition, composite: bool) -> Repeats {
    let arguments = || field.arguments.iter().map(|argument| &argument.node);
    if arguments().any(|argument| PAGE_ARGUMENTS.contains(&argument.name.node.as_str())) {
        return Repeats::Page;
    }
    if !composite || !is_list(&field.ty.node) {
        return Repeats::Once;
    }
    let lists: Vec<String> = arguments()
        .filter(|argument| is_list(&argument.ty.node))
        .map(|argument| owned(&argument.name))
        .collect();
    if lists.is_empty() {
        // The rows of a connection are counted by its page.
        if matches!(field.name.node.as_str(), "nodes" | "edges") {
            Repeats::Once
        } else {
            Repeats::Assumed(ASSUMED_LIST)
        }
    } else {
        Repeats::Lists(lists)
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

/// The name inside all lists of a type.
fn innermost(mut ty: &Type) -> &str {
    loop {
        match &ty.base {
            BaseType::Named(name) => return name.as_str(),
            BaseType::List(inner) => ty = inner,
        }
    }
}

fn owned(name: &Positioned<Name>) -> String {
    name.node.as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_learned_from_objects_and_interfaces() {
        let model = learn(
            "type Query { a(first: Int): [T!]! b(last: Int!): Int c(ids: [[ID!]!]!, x: Int): [I]! d(ids: [ID]): T
               e(ids: [ID]): [Int] f: [U!]! totalCount: Int pageInfo: T }
             interface I { t(last: Int): T totalCount: Int! } type T { x: Int } union U = T",
        )
        .unwrap();
        let fact = |parent, name| model.field(parent, name).unwrap();
        let lists = Repeats::Lists(vec!["ids".to_owned()]);
        for (parent, name, own, returns, repeats, once_per_page) in [
            ("Query", "a", 1, "T", Repeats::Page, false),
            ("Query", "b", 0, "Int", Repeats::Page, false),
            ("Query", "c", 1, "I", lists, false),
            ("Query", "d", 1, "T", Repeats::Once, false),
            ("Query", "e", 0, "Int", Repeats::Once, false),
            ("Query", "f", 1, "U", Repeats::Assumed(ASSUMED_LIST), false),
            ("Query", "totalCount", 50, "Int", Repeats::Once, true),
            ("Query", "pageInfo", 1, "T", Repeats::Once, true),
            ("I", "t", 1, "T", Repeats::Page, false),
            ("I", "totalCount", 50, "Int", Repeats::Once, false),
            ("T", "x", 0, "Int", Repeats::Once, false),
        ] {
            let returns = returns.to_owned();
            let expected = FieldFacts {
                own,
                returns,
                repeats,
                once_per_page,
            };
            assert_eq!(fact(parent, name), &expected, "{parent}.{name}");
        }
        assert_eq!(model.field("U", "x"), None);
    }

    #[test]
    fn roots_are_declared_or_go_by_their_names() {
        let types =
            "type Query { a: Int } type Mutation { a: Int } type Q { a: Int } type M { a: Int }";
        let model = learn(types).unwrap();
        assert_eq!(model.roots.query.as_deref(), Some("Query"));
        assert_eq!(model.roots.mutation.as_deref(), Some("Mutation"));
        assert_eq!(model.roots.subscription, None);
        assert_eq!(model.field("Mutation", "a").unwrap().own, MUTATION);

        let model = learn(&format!("{types} schema {{ query: Q mutation: M }}")).unwrap();
        assert_eq!(model.roots.query.as_deref(), Some("Q"));
        assert_eq!(model.field("M", "a").unwrap().own, MUTATION);
        assert_eq!(model.field("Mutation", "a").unwrap().own, 0);
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        for sdl in [
            "",
            "type {",
            "scalar Date",
            "type T { a: Int }",
            "type Query { a: Int } schema { query: Missing }",
        ] {
            assert!(!learn(sdl).unwrap_err().is_empty(), "{sdl}");
        }
    }
}
