//! What every part of the schema has to be like.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, DirectiveDefinition, FieldDefinition, InputValueDefinition, SchemaDefinition, Type,
    TypeDefinition, TypeKind, TypeSystemDefinition,
};

use super::lists::LISTS;

/// Mutations in bulk whose items each have a key of their own, with the input of an item.
const KEYED_BY_ITEM: &[(&str, &str)] = &[
    ("RecordDisclosureSeriesInput", "DisclosureObservationInput"),
    ("RecordDisclosuresInput", "DisclosureInput"),
];

/// Inputs of mutations that record nothing: a lease that nobody uses lapses, and a link says by itself what it stops.
const UNRECORDED: &[&str] = &[
    "ClaimTasksInput",
    "HeartbeatTaskInput",
    "MintUnsubscribeLinksInput",
];

const CONNECTION: [&str; 3] = ["edges", "nodes", "pageInfo"];

struct Schema {
    types: BTreeMap<String, TypeDefinition>,
    directives: Vec<DirectiveDefinition>,
    roots: Vec<String>,
    mutation: Option<String>,
}

impl Schema {
    fn parse(sdl: &str) -> Self {
        let document = parse_schema(sdl).expect("the schema can be parsed");
        let mut schema = Self {
            types: BTreeMap::new(),
            directives: Vec::new(),
            roots: Vec::new(),
            mutation: None,
        };
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => {
                    let name = definition.node.name.node.to_string();
                    schema.types.insert(name, definition.node);
                }
                TypeSystemDefinition::Directive(definition) => {
                    schema.directives.push(definition.node);
                }
                TypeSystemDefinition::Schema(definition) => schema.begin(&definition.node),
            }
        }
        schema
    }

    fn begin(&mut self, definition: &SchemaDefinition) {
        let roots = [
            &definition.query,
            &definition.mutation,
            &definition.subscription,
        ];
        self.roots.extend(
            roots
                .into_iter()
                .flatten()
                .map(|name| name.node.to_string()),
        );
        self.mutation = definition
            .mutation
            .as_ref()
            .map(|name| name.node.to_string());
    }

    fn fields(&self, name: &str) -> &[Positioned<FieldDefinition>] {
        self.types.get(name).map_or(&[], fields)
    }

    fn inputs(&self, name: &str) -> &[Positioned<InputValueDefinition>] {
        match self.types.get(name).map(|definition| &definition.kind) {
            Some(TypeKind::InputObject(input)) => &input.fields,
            _ => &[],
        }
    }

    /// Objects and interfaces with the fields that they have.
    fn all_fields(&self) -> impl Iterator<Item = (&str, &FieldDefinition)> {
        self.types.iter().flat_map(|(name, definition)| {
            fields(definition)
                .iter()
                .map(move |field| (name.as_str(), &field.node))
        })
    }

    /// An object with an identity of its own.
    fn is_entity(&self, name: &str) -> bool {
        self.fields(name)
            .iter()
            .any(|field| field.node.name.node == "id")
    }
}

fn fields(definition: &TypeDefinition) -> &[Positioned<FieldDefinition>] {
    match &definition.kind {
        TypeKind::Object(object) => &object.fields,
        TypeKind::Interface(interface) => &interface.fields,
        _ => &[],
    }
}

fn base(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(inner) => base(inner),
    }
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

/// Every broken rule in a schema.
pub fn check(sdl: &str) -> Vec<String> {
    let schema = Schema::parse(sdl);
    let mut findings = Vec::new();
    descriptions(&schema, &mut findings);
    lists(&schema, &mut findings);
    mutations(&schema, &mut findings);
    connections(&schema, &mut findings);
    reachable(&schema, &mut findings);
    findings
}

/// The lists that are allowed and not there.
pub fn unused_lists(sdl: &str) -> Vec<&'static str> {
    let schema = Schema::parse(sdl);
    let there: BTreeSet<_> = schema
        .all_fields()
        .filter(|(_, field)| is_list(&field.ty.node))
        .map(|(name, field)| format!("{name}.{}", field.name.node))
        .collect();
    LISTS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !there.contains(*name))
        .collect()
}

/// Root fields of the schema's mutation type.
pub fn mutation_names(sdl: &str) -> Vec<String> {
    let schema = Schema::parse(sdl);
    let mutation = schema.mutation.as_deref().unwrap_or_default();
    schema
        .fields(mutation)
        .iter()
        .map(|field| field.node.name.node.to_string())
        .collect()
}

fn descriptions(schema: &Schema, findings: &mut Vec<String>) {
    let mut need = |description: &Option<Positioned<String>>, name: &str| {
        if description
            .as_ref()
            .is_none_or(|text| text.node.trim().is_empty())
        {
            findings.push(format!("{name} has no description"));
        }
    };
    for (name, definition) in &schema.types {
        need(&definition.description, name);
        match &definition.kind {
            TypeKind::Enum(values) => {
                for value in &values.values {
                    need(
                        &value.node.description,
                        &format!("{name}.{}", value.node.value.node),
                    );
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    need(
                        &field.node.description,
                        &format!("{name}.{}", field.node.name.node),
                    );
                }
            }
            _ => {}
        }
        for field in fields(definition) {
            let field = &field.node;
            let name = format!("{name}.{}", field.name.node);
            need(&field.description, &name);
            for argument in &field.arguments {
                let argument = &argument.node;
                need(
                    &argument.description,
                    &format!("{name}({}:)", argument.name.node),
                );
            }
        }
    }
    for directive in &schema.directives {
        let name = &directive.name.node;
        need(&directive.description, &format!("@{name}"));
        // The engine does not write the descriptions of a directive's arguments: the directive's own says it all.
    }
}

fn lists(schema: &Schema, findings: &mut Vec<String>) {
    for (name, field) in schema
        .all_fields()
        .filter(|(_, field)| is_list(&field.ty.node))
    {
        let full = format!("{name}.{}", field.name.node);
        let allowed = LISTS.iter().any(|(known, _)| *known == full);
        if !name.ends_with("Connection") && !allowed {
            findings.push(format!(
                "{full} is a list: make it a connection, or say in tests/it/schema/rules.rs what bounds it"
            ));
        }
    }
}

fn mutations(schema: &Schema, findings: &mut Vec<String>) {
    let Some(mutation) = schema.mutation.as_deref() else {
        return;
    };
    for field in schema.fields(mutation) {
        let field = &field.node;
        let name = field.name.node.as_str();
        let is_verb_noun = name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.contains(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_verb_noun {
            findings.push(format!("{mutation}.{name} is not verbNoun"));
        }
        let mut letters = name.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        let noun: String = first.into_iter().chain(letters).collect();
        let (input, payload) = (format!("{noun}Input"), format!("{noun}Payload"));
        let takes: Vec<_> = field
            .arguments
            .iter()
            .map(|argument| format!("{}: {}", argument.node.name.node, argument.node.ty.node))
            .collect();
        if takes != [format!("input: {input}!")] {
            findings.push(format!(
                "{mutation}.{name} takes (input: {input}!), not {takes:?}"
            ));
        }
        if field.ty.node.to_string() != format!("{payload}!") {
            findings.push(format!(
                "{mutation}.{name} returns {payload}!, not {}",
                field.ty.node
            ));
        }
        for (wanted, ty) in [("idempotencyKey", "ID"), ("onBehalfOf", "OnBehalfOfInput")] {
            // The key of a list would say nothing about an item that was sent again in another one.
            let of_item = KEYED_BY_ITEM.iter().find(|(list, _)| *list == input);
            let of_item = of_item.filter(|_| wanted == "idempotencyKey");
            let input = of_item.map_or(input.as_str(), |(_, item)| *item);
            let has = schema
                .inputs(input)
                .iter()
                .any(|one| is(&one.node, wanted, ty));
            let needs = wanted != "idempotencyKey" || !UNRECORDED.contains(&input);
            if needs && !has {
                findings.push(format!("{input} has no {wanted}: {ty}"));
            }
        }
    }
    // What a payload shows was read back after the change: if that fails, the change still stands.
    for (name, field) in schema.all_fields() {
        let of_answer = name.ends_with("Payload") || name.ends_with("Result");
        let required = !is_list(&field.ty.node) && !field.ty.node.nullable;
        if of_answer && required && schema.is_entity(base(&field.ty.node)) {
            findings.push(format!("{name}.{} is not nullable", field.name.node));
        }
    }
}

fn is(input: &InputValueDefinition, name: &str, ty: &str) -> bool {
    input.name.node == name && input.ty.node.to_string() == ty
}

fn connections(schema: &Schema, findings: &mut Vec<String>) {
    for (name, field) in schema.all_fields() {
        if !base(&field.ty.node).ends_with("Connection") {
            continue;
        }
        for (wanted, ty) in [("first", "Int"), ("after", "String")] {
            if !field
                .arguments
                .iter()
                .any(|argument| is(&argument.node, wanted, ty))
            {
                findings.push(format!("{name}.{} has no {wanted}: {ty}", field.name.node));
            }
        }
    }
    for (name, definition) in &schema.types {
        for wanted in CONNECTION.iter().filter(|_| name.ends_with("Connection")) {
            if !fields(definition)
                .iter()
                .any(|field| field.node.name.node == *wanted)
            {
                findings.push(format!("{name} has no {wanted}"));
            }
        }
    }
}

/// Every type leads somewhere, above all the codes of errors, which clients are written against.
fn reachable(schema: &Schema, findings: &mut Vec<String>) {
    if !schema.types.contains_key("ErrorCode") {
        findings.push("ErrorCode is not there".to_owned());
    }
    let mut reached = BTreeSet::new();
    let mut next = schema.roots.clone();
    while let Some(name) = next.pop() {
        let Some(definition) = schema.types.get(&name) else {
            continue;
        };
        if !reached.insert(name.clone()) {
            continue;
        }
        for field in fields(definition) {
            next.push(base(&field.node.ty.node).to_owned());
            let arguments = field.node.arguments.iter();
            next.extend(arguments.map(|argument| base(&argument.node.ty.node).to_owned()));
        }
        next.extend(
            schema
                .inputs(&name)
                .iter()
                .map(|one| base(&one.node.ty.node).to_owned()),
        );
        if let TypeKind::Union(union) = &definition.kind {
            next.extend(union.members.iter().map(|member| member.node.to_string()));
        }
        for (other, object) in &schema.types {
            if let TypeKind::Object(object) = &object.kind {
                let implements = object
                    .implements
                    .iter()
                    .any(|one| one.node == name.as_str());
                next.extend(implements.then(|| other.clone()));
            }
        }
    }
    for name in schema.types.keys().filter(|name| !reached.contains(*name)) {
        findings.push(format!("{name} cannot be reached from a root"));
    }
}
