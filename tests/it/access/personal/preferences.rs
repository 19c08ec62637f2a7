//! Ways to personal fields along what persons said about uses of their data.

use super::{Way, way};
use crate::access::nothing;
use crate::access::preferences::{asking, listing, reporting, saying};

pub const WAYS: &[Way] = &[
    way(
        "Preference.note",
        "preferences.nodes.note",
        "{ preferences(first: 5) { nodes { note } } }",
        nothing,
    ),
    way(
        "Preference.userAgent",
        "preferences.nodes.userAgent",
        "{ preferences(first: 5) { nodes { userAgent } } }",
        nothing,
    ),
    way(
        "Preference.ipAddress",
        "recordPreference.preference.ipAddress",
        "mutation($input: RecordPreferenceInput!) { recordPreference(input: $input) { preference { ipAddress } } }",
        saying,
    ),
    way(
        "Preference.note",
        "recordPreferences.results.preference.note",
        "mutation($input: RecordPreferencesInput!) { recordPreferences(input: $input) { results { preference { note } } } }",
        listing,
    ),
    way(
        "Preference.note",
        "recordMailFeedback.results.preference.note",
        "mutation($input: RecordMailFeedbackInput!) { recordMailFeedback(input: $input) { results { preference { note } } } }",
        reporting,
    ),
    way(
        "Preference.note",
        "contactPermission.decidedBy.note",
        "query($question: ContactQuestionInput!) { contactPermission(question: $question) { decidedBy { note } } }",
        asking,
    ),
    way(
        "Preference.note",
        "contactPermissions.permission.decidedBy.note",
        "query($question: ContactQuestionInput!) { contactPermissions(questions: [$question]) {
            permission { decidedBy { note } } } }",
        asking,
    ),
    way(
        "Preference.note",
        "customers.nodes.preferences.nodes.note",
        "{ customers(first: 5) { nodes { preferences(first: 5) { nodes { note } } } } }",
        nothing,
    ),
    way(
        "Preference.note",
        "customers.nodes.currentPreferences.decidedBy.note",
        "{ customers(first: 5) { nodes { currentPreferences { decidedBy { note } } } } }",
        nothing,
    ),
];
