//! The directive that marks where personal data is, so that a reader of the schema, or a linter, sees it.

use async_graphql::TypeDirective;

/// Carries personal data of this fideslang category. A field that has it is null for a role without
/// `READ_PERSONAL_DATA` (or `READ_CASE_DETAILS`, where the field's description says so), and after erasure.
#[TypeDirective(
    location = "FieldDefinition",
    location = "InputFieldDefinition",
    location = "ArgumentDefinition"
)]
pub(crate) fn personal(
    #[graphql(desc = "The fideslang category, or one of our extensions.")] category: String,
) {
}
