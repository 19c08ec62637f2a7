//! What the company has promised beyond the law, and its clocks.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{Host, asking, with};
use crate::harness::Answer;
use crate::harness::build::{self, input};

impl Host {
    async fn promise(&self, more: Value) -> Answer {
        let mut term = json!({ "duty": "ANSWER", "length": { "count": 30, "unit": "DAYS" },
            "source": "privacy notice of 2026, section 9" });
        for (field, value) in more.as_object().unwrap() {
            term[field] = value.clone();
        }
        self.officer.run(build::ADD_HOUSE_TERM, input(&term)).await
    }

    async fn clocks(&self, request: Value) -> Vec<Value> {
        let opened = self.open(&request).await;
        let clocks = opened["clocks"].as_array().unwrap().clone();
        let brief = |clock: Value| {
            json!([
                clock["regime"],
                clock["duty"],
                clock["dueAt"],
                clock["source"]
            ])
        };
        clocks.into_iter().map(brief).collect()
    }
}

/// A company in Texas answers residents of the European Economic Area within thirty days, as its notice says.
#[tokio::test]
async fn a_promise_has_its_own_clock_beside_that_of_the_law() {
    let host = Host::start().await;
    let place = json!({ "establishment": "US-TX", "timeZone": "America/Chicago" });
    host.officer
        .run(build::UPDATE_CONTROLLER, input(&place))
        .await
        .ok();
    let added = host
        .promise(json!({ "residences": ["EEA", "CH"], "types": ["DELETION", "ACCESS"] }))
        .await;
    let term = added.text_at("addHouseTerm.term.id");
    let of = |residence: &str, kind: &str| with(asking(&[kind]), "residence", json!(residence));

    let german = host.clocks(of("DE", "ACCESS")).await;
    assert_eq!(
        german,
        [
            json!(["GDPR", "ANSWER", "2026-07-11T04:59:59.999Z", german[0][3]]),
            json!([
                "HOUSE",
                "ANSWER",
                "2026-07-11T04:59:59.999Z",
                "privacy notice of 2026, section 9"
            ]),
        ]
    );
    let swiss = host.clocks(of("CH", "DELETION")).await;
    assert_eq!(swiss.len(), 2);
    let texan = host.clocks(of("US-TX", "ACCESS")).await;
    assert!(texan.iter().all(|clock| clock[0] != "HOUSE"), "{texan:?}");
    let other = host.clocks(of("DE", "RESTRICTION")).await;
    assert_eq!(other.len(), 1);
    // Where somebody says which rules apply, the promise is among them or not.
    let said = |regimes: Value| {
        let request = with(of("DE", "ACCESS"), "regimes", regimes);
        with(request, "regimesReason", json!("the person moved"))
    };
    assert_eq!(host.clocks(said(json!(["GDPR"]))).await.len(), 1);
    assert_eq!(host.clocks(said(json!(["GDPR", "HOUSE"]))).await.len(), 2);

    // Of two promises, the sooner one counts.
    host.promise(
        json!({ "length": { "count": 10, "unit": "BUSINESS_DAYS" }, "source": "a campaign" }),
    )
    .await
    .ok();
    let both = host.clocks(of("DE", "ACCESS")).await;
    assert_eq!(both.len(), 2);
    assert_eq!(both[0][3], "a campaign");
    host.promise(json!({ "duty": "ACKNOWLEDGE", "length": { "count": 2, "unit": "DAYS" }, "source": "support" })).await.ok();
    let told = host.clocks(of("DE", "ACCESS")).await;
    assert_eq!((&told[0][1], told.len()), (&json!("ACKNOWLEDGE"), 3));

    let end = input(&json!({ "termId": term }));
    host.officer
        .run(build::END_HOUSE_TERM, end.clone())
        .await
        .ok();
    host.officer
        .run(build::END_HOUSE_TERM, end)
        .await
        .refused(409, "CONFLICT");
    let list = "{ houseTerms { nodes { source residences types endedAt } } }";
    let seen = host.support.ask(list).await;
    assert_eq!(
        seen.get("houseTerms.nodes.0"),
        &json!({ "source": "privacy notice of 2026, section 9", "residences": ["CH", "EEA"],
            "types": ["ACCESS", "DELETION"], "endedAt": "2026-06-11T08:00:00.000Z" })
    );
    host.stop().await;
}

/// A promise may be extended and paused as far as it says so, by the same operations as any clock.
#[tokio::test]
async fn a_promise_is_extended_as_far_as_it_says() {
    let host = Host::start().await;
    host.promise(json!({ "extendsTo": { "count": 45, "unit": "DAYS" } }))
        .await
        .ok();
    let opened = host.open(&asking(&["POLICY_INQUIRY"])).await;
    let [clock] = opened["clocks"]
        .as_array()
        .unwrap()
        .clone()
        .try_into()
        .unwrap();
    assert_eq!(
        (&clock["regime"], &clock["canBePaused"]),
        (&json!("HOUSE"), &json!(false))
    );
    let extend =
        json!({ "clockId": clock["id"], "reason": "VOLUME", "notifiedAt": "2026-06-11T08:00:00Z" });
    let extended = host
        .support
        .run(build::EXTEND_DEADLINE, input(&extend))
        .await;
    assert_eq!(
        extended.text_at("extendDeadline.clock.dueAt"),
        "2026-07-25T20:59:59.999Z"
    );
    host.stop().await;
}

#[tokio::test]
async fn odd_promises_are_refused() {
    let host = Host::start().await;
    for (more, field) in [
        (
            json!({ "length": { "count": 0, "unit": "DAYS" } }),
            "length",
        ),
        (
            json!({ "length": { "count": 367, "unit": "DAYS" } }),
            "length",
        ),
        (
            json!({ "extendsTo": { "count": -1, "unit": "DAYS" } }),
            "extendsTo",
        ),
        (json!({ "residences": ["Europe"] }), "residences[0]"),
        (json!({ "residences": vec!["DE"; 101] }), "residences"),
        (json!({ "source": " " }), "source"),
        (
            json!({ "duty": "ACKNOWLEDGE", "pauses": true }),
            "extendsTo",
        ),
    ] {
        let refused = host.promise(more).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            field
        );
    }
    for role in [Role::Support, Role::Billing, Role::Legal] {
        let term =
            json!({ "duty": "ANSWER", "length": { "count": 1, "unit": "DAYS" }, "source": "x" });
        let actor = host.app.actor(role).await;
        actor
            .run(build::ADD_HOUSE_TERM, input(&term))
            .await
            .refused(403, "FORBIDDEN");
    }
    let none = host.support.ask("{ houseTerms { nodes { id } } }").await;
    assert_eq!(none.get("houseTerms.nodes"), &json!([]));
    host.stop().await;
}
