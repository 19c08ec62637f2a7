//! What is personal about a recipient.

use entity::enums::{RecipientCategory, RecipientRole};

/// Whether the recipient is itself a person whose name not everybody may read: someone who complained, or the
/// data subject. The name of a company or an authority is not.
pub(super) fn is_person(role: RecipientRole, category: RecipientCategory) -> bool {
    role == RecipientRole::DataSubject || category == RecipientCategory::Complainant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complainants_and_data_subjects_are_persons() {
        use RecipientCategory::{BlocklistOperator, Complainant, Other};
        assert!(is_person(RecipientRole::PrivateParty, Complainant));
        assert!(is_person(RecipientRole::DataSubject, Other));
        assert!(!is_person(RecipientRole::PrivateParty, BlocklistOperator));
        assert!(!is_person(RecipientRole::PublicAuthority, Other));
    }
}
