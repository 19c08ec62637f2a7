//! The schema as a document, for tests that must know every field of it.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, ConstDirective, FieldDefinition, InputValueDefinition, Type, TypeDefinition,
    TypeKind, TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};

/// What `schema.graphql` says; that it is the server's schema, the drift test sees to.
const SDL: &str = include_str!("../../schema.graphql");

/// The types of the schema.
pub struct Schema {
    types: Vec<TypeDefinition>,
}

/// A field of an object, an interface or an input object.
pub struct Field {
    /// `Type.field`.
    pub place: String,
    /// Its own name.
    pub name: String,
    /// Its type, without lists and non-null marks.
    pub ty: String,
    /// Whether it carries `@personal`.
    pub personal: bool,
    /// Whether it is in the input.
    pub input: bool,
}

/// A place in the input where a caller can put an id.
pub struct Position {
    /// From the root field or another field with arguments: `Query.customer.by.id`.
    pub path: String,
    /// Where it is declared: `CustomerLookupInput.id`, or `Query.node.id` for an argument.
    pub place: String,
}

impl Schema {
    /// Reads the schema.
    pub fn read() -> Self {
        let document = parse_schema(SDL).expect("schema.graphql is a schema");
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
            });
        Self {
            types: types.collect(),
        }
    }

    /// Every field of every object, interface and input object.
    pub fn fields(&self) -> Vec<Field> {
        let outputs = self.outputs().map(|(owner, field)| {
            Field::new(owner, &field.name, &field.ty, &field.directives, false)
        });
        let inputs = self.inputs().map(|(owner, field)| {
            Field::new(owner, &field.name, &field.ty, &field.directives, true)
        });
        outputs.chain(inputs).collect()
    }

    /// Every way from the arguments of a field to an input of type `ID`.
    pub fn id_positions(&self) -> Vec<Position> {
        let mut found = Vec::new();
        for (owner, field) in self.outputs() {
            let root = format!("{owner}.{}", field.name.node);
            self.walk(&root, &root, &field.arguments, &mut Vec::new(), &mut found);
        }
        found
    }

    fn walk(
        &self,
        path: &str,
        owner: &str,
        values: &[Positioned<InputValueDefinition>],
        within: &mut Vec<String>,
        found: &mut Vec<Position>,
    ) {
        for value in values {
            let name = value.node.name.node.as_str();
            let ty = innermost(&value.node.ty.node);
            let path = format!("{path}.{name}");
            if ty == "ID" {
                found.push(Position {
                    path,
                    place: format!("{owner}.{name}"),
                });
            } else if !within.iter().any(|outer| outer == ty) {
                within.push(ty.to_owned());
                self.walk(&path, ty, self.input(ty), within, found);
                within.pop();
            }
        }
    }

    fn input(&self, name: &str) -> &[Positioned<InputValueDefinition>] {
        let found = self
            .types
            .iter()
            .find(|definition| definition.name.node.as_str() == name);
        match found.map(|definition| &definition.kind) {
            Some(TypeKind::InputObject(input)) => &input.fields,
            _ => &[],
        }
    }

    fn outputs(&self) -> impl Iterator<Item = (&str, &FieldDefinition)> {
        self.types.iter().flat_map(|definition| {
            let fields = match &definition.kind {
                TypeKind::Object(object) => object.fields.as_slice(),
                TypeKind::Interface(interface) => interface.fields.as_slice(),
                _ => &[],
            };
            fields
                .iter()
                .map(move |field| (definition.name.node.as_str(), &field.node))
        })
    }

    fn inputs(&self) -> impl Iterator<Item = (&str, &InputValueDefinition)> {
        self.types.iter().flat_map(|definition| {
            let fields = match &definition.kind {
                TypeKind::InputObject(input) => input.fields.as_slice(),
                _ => &[],
            };
            fields
                .iter()
                .map(move |field| (definition.name.node.as_str(), &field.node))
        })
    }
}

impl Field {
    fn new(
        owner: &str,
        name: &Positioned<Name>,
        ty: &Positioned<Type>,
        directives: &[Positioned<ConstDirective>],
        input: bool,
    ) -> Self {
        Self {
            place: format!("{owner}.{}", name.node),
            name: name.node.as_str().to_owned(),
            ty: innermost(&ty.node).to_owned(),
            personal: directives
                .iter()
                .any(|one| one.node.name.node.as_str() == "personal"),
            input,
        }
    }
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
