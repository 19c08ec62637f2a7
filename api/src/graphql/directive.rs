//! The directive that marks where personal data is, so that a reader of the schema, or a linter, sees it.

use async_graphql::TypeDirective;

/// Carries personal data of this fideslang category. Who may read such a field, its description says; for the others
/// it is null, and for all of them after erasure.
#[TypeDirective(
    location = "FieldDefinition",
    location = "InputFieldDefinition",
    location = "ArgumentDefinition"
)]
pub(crate) fn personal(
    #[graphql(desc = "The fideslang category, or one of our extensions.")] category: String,
) {
}
