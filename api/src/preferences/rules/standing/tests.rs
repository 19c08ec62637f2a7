//! What stands after several things were said.

use entity::id::{ControllerId, DataKeyId, EventId, PreferenceId};
use uuid::Uuid;

use super::*;

const NEWS: &str = "marketing.communications.email";

/// Something that customer 1 said to the controller about everything, on every channel.
fn said(number: u128, at: i64, purpose: &str, status: Status) -> preference::Model {
    preference::Model {
        controller_id: ControllerId::from_uuid(Uuid::nil()),
        id: PreferenceId::from_uuid(Uuid::from_u128(number)),
        customer_id: Some(customer(1)),
        brand_id: None,
        purpose: Some(purpose.to_owned()),
        scope: None,
        channel: None,
        status,
        at: Timestamp::from_millis(at),
        recorded_at: Timestamp::from_millis(at),
        expires_at: None,
        method: PreferenceMethod::Form,
        source: None,
        notice_version: None,
        text_digest: None,
        integration_id: None,
        event_id: EventId::from_uuid(Uuid::nil()),
        key_id: DataKeyId::from_uuid(Uuid::nil()),
        ip: None,
        user_agent: None,
        note: None,
    }
}

fn customer(number: u128) -> CustomerId {
    CustomerId::from_uuid(Uuid::from_u128(number))
}

const JAGUAR: Option<BrandId> = Some(BrandId::from_uuid(Uuid::from_u128(7)));
const PUMA: Option<BrandId> = Some(BrandId::from_uuid(Uuid::from_u128(8)));

/// The newsletter of a brand, by e-mail.
fn news(of: Option<BrandId>) -> About<'static> {
    About {
        brand: of,
        purpose: Some(NEWS),
        scope: None,
        channel: Some(ContactChannel::Email),
    }
}

fn by(row: &preference::Model) -> Said<'_> {
    Said {
        row,
        root: row.customer_id,
        joined: None,
        is_of_address: row.customer_id.is_none(),
    }
}

/// The number of what decides, and how.
fn of(all: &[Said<'_>], about: About<'_>) -> (char, u128) {
    let number = |one: Said<'_>| one.row.id.uuid().as_u128();
    match verdict(all, about, Reading::Strict, Timestamp::from_millis(100)) {
        Verdict::Refused(no) => ('-', number(no)),
        Verdict::Consented(yes) => ('+', number(yes)),
        Verdict::Neither(last) => ('?', last.map(number).unwrap_or_default()),
    }
}

fn decided(rows: &[preference::Model], about: About<'_>) -> (char, u128) {
    let all: Vec<_> = rows.iter().map(by).collect();
    of(&all, about)
}

#[test]
fn a_wide_refusal_ends_narrow_consents_and_a_wide_consent_lifts_no_narrow_refusal() {
    let yes = said(1, 10, NEWS, Status::Given);
    let no = said(2, 20, "marketing", Status::Withdrawn);
    assert_eq!(decided(&[yes.clone(), no.clone()], news(None)), ('-', 2));
    let again = said(3, 30, NEWS, Status::Given);
    let all = [yes, no, again];
    assert_eq!(decided(&all, news(None)), ('+', 3));
    let texts = About {
        purpose: Some("marketing.communications.sms"),
        ..news(None)
    };
    assert_eq!(decided(&all, texts), ('-', 2));
    let narrow = said(1, 10, NEWS, Status::Refused);
    let wide = said(2, 20, "marketing", Status::Given);
    assert_eq!(decided(&[narrow, wide], news(None)), ('-', 1));
}

#[test]
fn words_for_opting_out_cover_their_uses() {
    let mut no = said(1, 10, NEWS, Status::Objected);
    (no.purpose, no.scope) = (None, Some(OptOutScope::Marketing));
    let no = [no];
    assert_eq!(decided(&no, news(None)), ('-', 1));
    let reports = About {
        purpose: Some("analytics.reporting"),
        ..news(None)
    };
    assert_eq!(decided(&no, reports), ('?', 0));
    let near = said(1, 10, "marketing.communications", Status::Refused);
    assert_eq!(decided(&[near], news(None)), ('-', 1));
    let like = said(1, 10, "marketing.comm", Status::Refused);
    assert_eq!(decided(&[like], news(None)), ('?', 0));
}

#[test]
fn a_brand_and_a_channel_are_their_own() {
    let mut no = said(1, 20, NEWS, Status::Withdrawn);
    no.brand_id = JAGUAR;
    let mut yes = said(2, 10, NEWS, Status::Given);
    yes.brand_id = PUMA;
    let all = [no.clone(), yes];
    assert_eq!(decided(&all, news(JAGUAR)), ('-', 1));
    assert_eq!(decided(&all, news(PUMA)), ('+', 2));
    // Nobody knows in whose name: the strictest counts.
    assert_eq!(decided(&all, news(None)), ('-', 1));
    no.brand_id = None;
    no.channel = Some(ContactChannel::Sms);
    assert_eq!(decided(&[no], news(None)), ('?', 0));
}

#[test]
fn what_is_not_known_and_what_is_over_lift_nothing_and_end_consents() {
    let no = said(1, 10, NEWS, Status::Refused);
    let unknown = said(2, 20, NEWS, Status::Unknown);
    assert_eq!(
        decided(&[no.clone(), unknown.clone()], news(None)),
        ('-', 1)
    );
    let yes = said(3, 10, NEWS, Status::Given);
    assert_eq!(decided(&[yes.clone(), unknown], news(None)), ('?', 2));
    let mut short = said(4, 20, NEWS, Status::Given);
    short.expires_at = Some(Timestamp::from_millis(100));
    assert_eq!(decided(&[no.clone(), short.clone()], news(None)), ('-', 1));
    assert_eq!(decided(&[short], news(None)), ('?', 4));
    // At the same instant, the refusal counts.
    assert_eq!(decided(&[no, yes], news(None)), ('-', 1));
}

#[test]
fn after_a_merge_only_what_is_said_from_then_on_lifts_what_another_account_refused() {
    let no = said(1, 10, NEWS, Status::Refused);
    let mut yes = said(2, 20, NEWS, Status::Given);
    yes.customer_id = Some(customer(2));
    let merged = |at| {
        let no = Said {
            root: Some(customer(2)),
            joined: Some(Timestamp::from_millis(at)),
            ..by(&no)
        };
        of(&[no, by(&yes)], news(None))
    };
    assert_eq!(merged(30), ('-', 1));
    assert_eq!(merged(15), ('+', 2));
    // Two accounts that share an address and nothing else.
    assert_eq!(of(&[by(&no), by(&yes)], news(None)), ('-', 1));
}

#[test]
fn what_was_said_of_an_address_is_lifted_by_what_is_said_of_it() {
    let mut no = said(1, 10, NEWS, Status::Withdrawn);
    no.customer_id = None;
    let yes = said(2, 20, NEWS, Status::Given);
    assert_eq!(of(&[by(&no), by(&yes)], news(None)), ('-', 1));
    let sure = Said {
        is_of_address: true,
        ..by(&yes)
    };
    assert_eq!(of(&[by(&no), sure], news(None)), ('+', 2));
}
#[test]
fn a_list_consents_but_lifts_nothing_and_nor_does_a_consent_that_is_over() {
    let no = said(1, 10, NEWS, Status::Withdrawn);
    let mut listed = said(2, 20, NEWS, Status::Given);
    listed.method = PreferenceMethod::Import;
    assert_eq!(decided(&[listed.clone()], news(None)), ('+', 2));
    assert_eq!(decided(&[no.clone(), listed], news(None)), ('-', 1));
    let yes = said(3, 20, NEWS, Status::Given);
    let over = said(4, 30, NEWS, Status::Expired);
    assert_eq!(decided(&[no, yes, over], news(None)), ('-', 1));
}

#[test]
fn what_was_refused_of_a_part_forbids_the_whole_until_that_part_is_consented_to() {
    let no = said(1, 10, NEWS, Status::Withdrawn);
    let whole = About {
        purpose: Some("marketing"),
        ..news(None)
    };
    let wide = said(2, 20, "marketing", Status::Given);
    assert_eq!(decided(&[no.clone(), wide.clone()], whole), ('-', 1));
    let same = said(3, 30, NEWS, Status::Given);
    assert_eq!(decided(&[no.clone(), wide, same], whole), ('+', 2));
    let all = [by(&no)];
    let exact = verdict(&all, whole, Reading::Exact, Timestamp::from_millis(100));
    assert!(matches!(exact, Verdict::Neither(None)));
}

#[test]
fn who_comes_back_to_a_brand_is_not_refused_for_ever_where_the_brand_is_not_known() {
    let mut no = said(1, 10, NEWS, Status::Withdrawn);
    let mut yes = said(2, 20, NEWS, Status::Given);
    (no.brand_id, yes.brand_id) = (JAGUAR, JAGUAR);
    assert_eq!(decided(&[no.clone(), yes], news(None)), ('?', 0));
    let mut other = said(3, 20, NEWS, Status::Given);
    other.brand_id = PUMA;
    assert_eq!(decided(&[no, other], news(None)), ('-', 1));
}

#[test]
fn an_address_that_does_not_exist_is_one_for_every_use_until_somebody_consents_there() {
    let mut gone = said(1, 10, "marketing", Status::Unreachable);
    (gone.customer_id, gone.channel) = (None, Some(ContactChannel::Email));
    let at = |row| Said {
        is_of_address: true,
        ..by(row)
    };
    let survey = About {
        purpose: Some("analytics.reporting"),
        ..news(None)
    };
    assert_eq!(of(&[at(&gone)], survey), ('-', 1));
    let texts = About {
        channel: Some(ContactChannel::Sms),
        ..survey
    };
    assert_eq!(of(&[at(&gone)], texts), ('?', 0));
    let yes = said(2, 20, NEWS, Status::Given);
    assert_eq!(of(&[at(&gone), by(&yes)], news(None)), ('-', 1));
    assert_eq!(of(&[at(&gone), at(&yes)], news(None)), ('+', 2));
    assert_eq!(of(&[at(&gone), at(&yes)], survey), ('?', 0));
    let mut unknown = said(4, 20, "marketing", Status::Unknown);
    unknown.channel = gone.channel;
    assert_eq!(of(&[at(&gone), at(&unknown)], survey), ('?', 0));
    // That somebody does not want it says more.
    let no = said(3, 5, NEWS, Status::Refused);
    assert_eq!(of(&[at(&gone), by(&no)], news(None)), ('-', 3));
}
#[test]
fn who_opted_out_of_sale_in_the_united_states_is_left_alone_for_a_year() {
    let mut no = said(1, 1_709_164_800_000, NEWS, Status::Withdrawn);
    assert_eq!(ask_again_from(&no, Some("US")), None);
    for (purpose, scope) in [
        (None, Some(OptOutScope::SaleOrSharing)),
        (None, Some(OptOutScope::SensitiveDataUse)),
        (Some("marketing.advertising.third_party.targeted"), None),
        (Some("marketing"), None),
    ] {
        (no.purpose, no.scope) = (purpose.map(str::to_owned), scope);
        // A leap day, a year on.
        let year = ask_again_from(&no, Some("US"));
        assert_eq!(year, "2025-02-28T00:00:00Z".parse().ok(), "{purpose:?}");
        assert_eq!(ask_again_from(&no, Some("DE")), None);
        assert_eq!(ask_again_from(&no, None), None);
    }
    no.status = Status::Given;
    assert_eq!(ask_again_from(&no, Some("US")), None);
}
