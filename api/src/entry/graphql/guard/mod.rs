//! The document guard: what a GraphQL document may look like before the engine sees it.
//!
//! Owns the limits and the reasons for a refusal. A document passes three gates: a lexical scan
//! (`lex`), the parser, and a budget over the expanded document (`budget`). The engine's own limits
//! stop neither deeply nested literals nor fragments that double at every level, because they
//! recurse or expand first and count afterwards. Must not know the schema, and never puts text of
//! the document into an error: documents carry personal data.

mod budget;
pub(super) mod fragments;
mod lex;

use std::fmt;

use async_graphql::Pos;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::{self, parse_query};

/// The largest document that is accepted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Length of the document in bytes of UTF-8.
    pub(crate) bytes: usize,
    /// Lexical tokens; a number with a sign, a point or an exponent counts as several.
    pub(crate) tokens: usize,
    /// Brackets of any kind that are open at the same time.
    pub(crate) nesting: usize,
    /// Fields and fragment spreads of the whole document, after expansion.
    pub(crate) fields: u64,
    /// Fields inside each other, after expansion.
    pub(crate) depth: u32,
    /// Aliased fields of the whole document, after expansion.
    pub(crate) aliases: u64,
    /// Directives of the whole document, after expansion.
    pub(crate) directives: u64,
    /// Fields at the root of one operation, after expansion, without `__typename`.
    pub(crate) root_fields: u64,
    /// Lists of introspection inside each other, after expansion.
    pub(crate) schema_lists: u32,
}

impl Limits {
    /// Room for any query a person or a code generator writes, the standard introspection query
    /// included.
    pub(crate) const DEFAULT: Self = Self {
        bytes: 32 * 1024,
        tokens: 5000,
        nesting: 32,
        fields: 1000,
        depth: 15,
        aliases: 50,
        directives: 50,
        root_fields: 20,
        schema_lists: 3,
    };
}

/// Why a document was not accepted. Its text is meant for the client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Rejection {
    /// Too long.
    #[error("the document is larger than {limit} bytes")]
    Bytes {
        /// The limit in bytes.
        limit: usize,
    },
    /// Too many lexical tokens.
    #[error("the document has more than {limit} tokens")]
    Tokens {
        /// The limit in tokens.
        limit: usize,
    },
    /// Too many brackets open at the same time.
    #[error("the document nests brackets more than {limit} levels deep")]
    Nesting {
        /// The limit in levels.
        limit: usize,
    },
    /// Not a GraphQL document.
    #[error("{0}")]
    Syntax(SyntaxFault),
    /// A fragment that contains itself.
    #[error("a fragment spreads itself, directly or through other fragments")]
    FragmentCycle,
    /// Too many fields.
    #[error("the document selects more than {limit} fields after its fragments are expanded")]
    Fields {
        /// The limit in fields.
        limit: u64,
    },
    /// Fields too deep inside each other.
    #[error("the document nests fields more than {limit} levels deep")]
    Depth {
        /// The limit in levels.
        limit: u32,
    },
    /// Too many aliases.
    #[error("the document has more than {limit} aliases after its fragments are expanded")]
    Aliases {
        /// The limit in aliases.
        limit: u64,
    },
    /// Too many directives.
    #[error("the document has more than {limit} directives after its fragments are expanded")]
    Directives {
        /// The limit in directives.
        limit: u64,
    },
    /// Too many fields at the root of an operation.
    #[error("an operation selects more than {limit} fields at its root")]
    RootFields {
        /// The limit in fields.
        limit: u64,
    },
    /// Lists of introspection too deep inside each other.
    #[error("the document nests lists of the schema more than {limit} levels deep")]
    SchemaLists {
        /// The limit in levels.
        limit: u32,
    },
    /// More than one root field in a mutation.
    #[error("a mutation may have only 1 root field, so that a failure never hides a success")]
    SeveralMutations,
}

impl Rejection {
    /// The value of `extensions.code`.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Bytes { .. } | Self::Tokens { .. } => "DOCUMENT_TOO_LARGE",
            Self::Syntax(_) => "GRAPHQL_PARSE_FAILED",
            Self::FragmentCycle | Self::SeveralMutations => "GRAPHQL_VALIDATION_FAILED",
            Self::Nesting { .. }
            | Self::Fields { .. }
            | Self::Depth { .. }
            | Self::Aliases { .. }
            | Self::Directives { .. }
            | Self::RootFields { .. }
            | Self::SchemaLists { .. } => "QUERY_TOO_COMPLEX",
        }
    }

    /// Where in the document the fault is, if it is at one place.
    pub(crate) fn position(&self) -> Option<Pos> {
        match self {
            Self::Syntax(fault) => fault.position,
            _ => None,
        }
    }
}

/// What the parser objected to, without a word of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    /// A fixed sentence.
    message: &'static str,
    /// Line and column, both from 1.
    position: Option<Pos>,
}

impl SyntaxFault {
    /// A fault of the grammar at `position`.
    fn at(position: Pos) -> Self {
        Self {
            message: "syntax error",
            position: Some(position),
        }
    }
}

impl From<&parser::Error> for SyntaxFault {
    fn from(error: &parser::Error) -> Self {
        // The parser's own message quotes the line in which it stopped.
        let message = match error {
            parser::Error::MultipleOperations { .. } => {
                "an operation without a name must be the only one of its document"
            }
            parser::Error::OperationDuplicated { .. } => "two operations have the same name",
            parser::Error::FragmentDuplicated { .. } => "two fragments have the same name",
            parser::Error::MissingOperation => "the document has no operation",
            parser::Error::RecursionLimitExceeded => "selection sets are nested too deeply",
            _ => "syntax error",
        };
        Self {
            message,
            position: error.positions().next(),
        }
    }
}

impl fmt::Display for SyntaxFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)?;
        match self.position {
            Some(Pos { line, column }) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

/// Parses a document that is within the limits. Takes time linear in its length, whatever it says.
pub(crate) fn check(document: &str, limits: &Limits) -> Result<ExecutableDocument, Rejection> {
    lex::scan(document, limits)?;
    let document =
        parse_query(document).map_err(|error| Rejection::Syntax(SyntaxFault::from(&error)))?;
    budget::check(&document, limits)?;
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(document: &str) -> Rejection {
        check(document, &Limits::DEFAULT).unwrap_err()
    }

    #[test]
    fn everyday_documents_pass() {
        for document in [
            "{ version }",
            "query Q($id: ID!) { customer(id: $id) { name: displayName @include(if: true) } }",
            "mutation { renameCustomer(input: {id: \"cus_1\", name: \"a \\\" {[(\"}) { customer { id } } }",
            "{ ...A } fragment A on Query { customers(first: 20) { nodes { id } pageInfo { hasNextPage } } }",
        ] {
            assert!(check(document, &Limits::DEFAULT).is_ok(), "{document}");
        }
    }

    /// The query that tools send to learn a schema, with nine levels of `ofType` and every option.
    #[test]
    fn standard_introspection_passes() {
        let of_type = format!(
            "{}kind name{}",
            "kind name ofType { ".repeat(9),
            " }".repeat(9)
        );
        let document = "query IntrospectionQuery { __schema { description
              queryType { name kind } mutationType { name kind } subscriptionType { name kind }
              types { ...FullType }
              directives { name description isRepeatable locations
                args(includeDeprecated: true) { ...InputValue } } } }
            fragment FullType on __Type { kind name description specifiedByURL isOneOf
              fields(includeDeprecated: true) { name description
                args(includeDeprecated: true) { ...InputValue }
                type { ...TypeRef } isDeprecated deprecationReason }
              inputFields(includeDeprecated: true) { ...InputValue }
              interfaces { ...TypeRef }
              enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
              possibleTypes { ...TypeRef } }
            fragment InputValue on __InputValue { name description type { ...TypeRef }
              defaultValue isDeprecated deprecationReason }
            fragment TypeRef on __Type { OF_TYPE }"
            .replace("OF_TYPE", &of_type);
        check(&document, &Limits::DEFAULT).unwrap();
    }

    #[test]
    fn every_rejection_has_its_code_and_names_its_limit() {
        let cases = [
            (Rejection::Bytes { limit: 77 }, "DOCUMENT_TOO_LARGE", "77"),
            (Rejection::Tokens { limit: 77 }, "DOCUMENT_TOO_LARGE", "77"),
            (Rejection::Nesting { limit: 77 }, "QUERY_TOO_COMPLEX", "77"),
            (
                Rejection::FragmentCycle,
                "GRAPHQL_VALIDATION_FAILED",
                "itself",
            ),
            (Rejection::Fields { limit: 77 }, "QUERY_TOO_COMPLEX", "77"),
            (Rejection::Depth { limit: 77 }, "QUERY_TOO_COMPLEX", "77"),
            (Rejection::Aliases { limit: 77 }, "QUERY_TOO_COMPLEX", "77"),
            (
                Rejection::Directives { limit: 77 },
                "QUERY_TOO_COMPLEX",
                "77",
            ),
            (
                Rejection::RootFields { limit: 77 },
                "QUERY_TOO_COMPLEX",
                "77",
            ),
            (
                Rejection::SeveralMutations,
                "GRAPHQL_VALIDATION_FAILED",
                "only 1",
            ),
        ];
        for (rejection, code, part) in cases {
            assert_eq!(rejection.code(), code);
            assert!(rejection.to_string().contains(part), "{rejection}");
            assert_eq!(rejection.position(), None);
        }
    }

    #[test]
    fn syntax_errors_say_where_and_quote_nothing() {
        let rejection = refused("{\n  customer(email: \"alice@example.org\" alice) { id }\n}");
        assert_eq!(rejection.code(), "GRAPHQL_PARSE_FAILED");
        assert_eq!(rejection.position().unwrap().line, 2);
        assert!(
            rejection
                .to_string()
                .starts_with("syntax error at line 2, column ")
        );
        assert!(!rejection.to_string().contains("alice"));
        assert!(!format!("{rejection:?}").contains("alice"));
    }

    #[test]
    fn parse_faults_have_their_own_sentences_without_names() {
        for (document, text) in [
            ("{ a } { b }", "without a name"),
            ("query Alice { a } query Alice { b }", "two operations"),
            (
                "{ a } fragment Alice on T { a } fragment Alice on T { a }",
                "two fragments",
            ),
            ("fragment Alice on T { a }", "no operation"),
            ("", "syntax error"),
            ("{", "syntax error"),
            ("{ }", "syntax error"),
        ] {
            let rejection = refused(document);
            assert_eq!(rejection.code(), "GRAPHQL_PARSE_FAILED", "{document}");
            assert!(
                rejection.to_string().contains(text),
                "{document}: {rejection}"
            );
            assert!(!rejection.to_string().contains("Alice"), "{rejection}");
        }
    }

    #[test]
    fn size_is_judged_before_anything_is_parsed() {
        let limit = Limits::DEFAULT.bytes;
        let padded = |length: usize| format!("{{a}}{}", " ".repeat(length - 3));
        assert!(check(&padded(limit), &Limits::DEFAULT).is_ok());
        assert_eq!(refused(&padded(limit + 1)), Rejection::Bytes { limit });
        assert_eq!(
            refused(&"a ".repeat(5001)),
            Rejection::Tokens { limit: 5000 }
        );
    }

    #[test]
    fn nested_values_selections_and_types_are_refused_before_the_parser_recurses() {
        let nested = |head: &str, open: &str, close: &str, tail: &str| {
            format!("{head}{}1{}{tail}", open.repeat(2000), close.repeat(2000))
        };
        let limit = Limits::DEFAULT.nesting;
        for document in [
            nested("{f(x:", "[", "]", ")}"),
            nested("{f(x:", "{a:", "}", ")}"),
            nested("query($x:", "[", "]", "){f}"),
            nested("query($x:T=", "[", "]", "){f}"),
            nested("{f @d(x:", "[", "]", ")}"),
            nested("", "{a", "}", ""),
            nested("{", "...{", "}", "}"),
        ] {
            assert_eq!(refused(&document), Rejection::Nesting { limit });
        }
    }
}
