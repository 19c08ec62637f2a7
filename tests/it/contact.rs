//! May this be sent to them? What a mail system asks before each message: by customer and by address, for uses and for
//! templates, with consent and with objection, after erasures and imports.

mod addresses;
mod standing;

use entity::enums::Role;
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App, BEGINNING, config, serve};

const NEWS: &str = "marketing.communications.email";

/// A company with two brands, its billing, and the system that sends its mail.
struct House {
    app: App,
    owner: Actor,
    billing: Actor,
    mail: Actor,
    brands: [String; 2],
}

impl House {
    async fn open() -> Self {
        let app = App::start().await;
        let owner = app.owner();
        let mut brands = [const { String::new() }; 2];
        for (brand, name) in brands.iter_mut().zip(["Jaguar Hosting", "Puma Cloud"]) {
            let name = input(&json!({ "name": name }));
            let registered = owner.run(build::REGISTER_BRAND, name).await;
            *brand = registered.text_at("registerBrand.brand.id");
        }
        Self {
            billing: app.actor(Role::Billing).await,
            mail: app.actor(Role::Mail).await,
            owner,
            brands,
            app,
        }
    }

    /// Registers a client of a country, who is known by these addresses.
    async fn client(&self, client: &str, country: &str, emails: &[&str]) -> String {
        let customer = json!({ "externalIds": [{ "system": "whmcs", "id": client }], "country": country,
            "emails": emails, "phones": ["+49 30 123456"] });
        let customer = input(&customer);
        let registered = self.billing.run(build::REGISTER_CUSTOMER, customer).await;
        registered.text_at("registerCustomer.customer.id")
    }

    async fn say(&self, said: Value) -> Answer {
        let mut whole =
            json!({ "purpose": NEWS, "status": "WITHDRAWN", "method": "UNSUBSCRIBE_LINK" });
        for (field, value) in said.as_object().unwrap() {
            whole[field] = value.clone();
        }
        self.mail.run(build::RECORD_PREFERENCE, input(&whole)).await
    }

    /// What advertising rests on in a country.
    async fn rule(&self, country: &str, basis: &str) {
        let rule = input(&json!({ "country": country, "basis": basis }));
        self.owner.run(build::SET_CONTACT_RULE, rule).await.ok();
    }

    /// Whether the newsletter may go there, and why.
    async fn news(&self, whom: Value) -> (bool, String) {
        may(&self.mail, question(whom, json!({}))).await
    }

    async fn close(self) {
        let survey = Survey::of(self.app.database()).await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

/// A question about the newsletter, with more.
fn question(mut whom: Value, more: Value) -> Value {
    whom["channel"] = json!("EMAIL");
    if more.get("template").is_none() {
        whom["purpose"] = json!(NEWS);
    }
    for (field, value) in more.as_object().unwrap() {
        whom[field] = value.clone();
    }
    json!({ "question": whom })
}

async fn may(by: &Actor, question: Value) -> (bool, String) {
    let answer = by.run(build::CONTACT_PERMISSION, question).await;
    let allowed = answer.get("contactPermission.allowed").as_bool().unwrap();
    (allowed, answer.text_at("contactPermission.reason"))
}

fn at(email: &str) -> Value {
    json!({ "address": { "email": email } })
}

fn client(number: &str) -> Value {
    json!({ "customer": { "externalId": { "system": "whmcs", "id": number } } })
}

fn yes(reason: &str) -> (bool, String) {
    (true, reason.to_owned())
}

fn no(reason: &str) -> (bool, String) {
    (false, reason.to_owned())
}

#[tokio::test]
async fn advertising_needs_a_consent_or_no_objection_and_what_the_service_needs_goes_out() {
    let house = House::open().await;
    house.client("42", "DE", &["ada@example.org"]).await;
    house.client("43", "US", &["bob@example.org"]).await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    assert_eq!(house.news(client("42")).await, no("NO_CONSENT"));
    assert_eq!(house.news(client("43")).await, yes("NOT_OBJECTED"));
    assert_eq!(house.news(at("BOB@Example.org")).await, yes("NOT_OBJECTED"));
    // Nobody known: whoever asks may know where they are.
    assert_eq!(house.news(at("eve@example.org")).await, no("NO_CONSENT"));
    let abroad = question(at("eve@example.org"), json!({ "country": "US" }));
    assert_eq!(may(&house.mail, abroad).await, yes("NOT_OBJECTED"));

    house.say(json!({ "customer": { "email": "ada@example.org" }, "status": "GIVEN", "method": "CHECKBOX" })).await.ok();
    assert_eq!(house.news(at("ada@example.org")).await, yes("CONSENTED"));
    let stop = json!({ "customer": { "email": "bob@example.org" }, "purpose": null, "optOut": "MARKETING" });
    house.say(stop).await.ok();
    for whom in [client("43"), at("bob@example.org")] {
        assert_eq!(house.news(whom.clone()).await, no("OPTED_OUT"));
        let reset = json!({ "purpose": "essential.service.authentication" });
        let answer = house
            .mail
            .run(build::CONTACT_PERMISSION, question(whom, reset))
            .await;
        let answer = answer.get("contactPermission");
        assert_eq!(answer["reason"], "ESSENTIAL");
        assert_eq!(
            (&answer["allowed"], &answer["whenUnanswered"]),
            (&json!(true), &json!("SEND"))
        );
        assert_eq!(answer["decidedBy"], Value::Null);
    }
    let answer = house
        .mail
        .run(build::CONTACT_PERMISSION, question(client("43"), json!({})))
        .await;
    let answer = answer.get("contactPermission");
    assert_eq!(answer["decidedBy"]["optOut"], "MARKETING");
    assert_eq!(answer["whenUnanswered"], "WAIT");
    // What the service needs goes to whoever it is for, known here or not.
    let invoice = json!({ "purpose": "essential.service.payment_processing" });
    assert_eq!(
        may(&house.mail, question(client("4711"), invoice)).await,
        yes("ESSENTIAL")
    );
    house.close().await;
}

#[tokio::test]
async fn a_newsletter_is_the_brands_and_an_objection_the_controllers() {
    let house = House::open().await;
    house.client("42", "US", &["ada@example.org"]).await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    let [jaguar, puma] = house.brands.clone();
    let ada = json!({ "email": "ada@example.org" });
    house
        .say(json!({ "customer": ada, "brandId": jaguar }))
        .await
        .ok();
    let of = |brand: &str| question(at("ada@example.org"), json!({ "brandId": brand }));
    assert_eq!(may(&house.mail, of(&jaguar)).await, no("OPTED_OUT"));
    assert_eq!(may(&house.mail, of(&puma)).await, yes("NOT_OBJECTED"));
    assert_eq!(
        house.news(at("ada@example.org")).await,
        no("OPTED_OUT"),
        "in whose name is not known"
    );
    // The other brand's template says in whose name it is.
    let template = json!({ "name": "Puma News", "purpose": NEWS, "brandId": puma });
    house
        .owner
        .run(build::SET_MESSAGE_TEMPLATE, input(&template))
        .await
        .ok();
    let by_template = json!({ "template": "Puma News" });
    let asked = question(at("ada@example.org"), by_template.clone());
    assert_eq!(may(&house.owner, asked.clone()).await, yes("NOT_OBJECTED"));
    let other = house
        .mail
        .run(build::CONTACT_PERMISSION, asked.clone())
        .await;
    let error = other.refused(404, "NOT_FOUND").clone();
    assert_eq!(
        error["extensions"]["field"], "template",
        "of another integration"
    );

    let objection = json!({ "customer": ada, "status": "OBJECTED", "method": "LETTER", "purpose": "marketing" });
    house.say(objection).await.ok();
    assert_eq!(may(&house.mail, of(&puma)).await, no("OPTED_OUT"));
    assert_eq!(may(&house.owner, asked.clone()).await, no("OPTED_OUT"));
    // A template for what the service needs, and then for nothing.
    for (purpose, expected) in [
        (json!("essential.service.security"), Some(yes("ESSENTIAL"))),
        (Value::Null, None),
    ] {
        let template = json!({ "name": "Puma News", "purpose": purpose });
        house
            .owner
            .run(build::SET_MESSAGE_TEMPLATE, input(&template))
            .await
            .ok();
        match expected {
            Some(expected) => assert_eq!(may(&house.owner, asked.clone()).await, expected),
            None => {
                let gone = house
                    .owner
                    .run(build::CONTACT_PERMISSION, asked.clone())
                    .await;
                gone.refused(404, "NOT_FOUND");
            }
        }
    }
    house.close().await;
}

#[tokio::test]
async fn many_are_asked_about_at_once_and_each_gets_an_answer_or_an_error() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    house.client("42", "US", &["ada@example.org"]).await;
    house.say(at("bob@example.org")).await.ok();
    let one = |whom: Value, more: Value| question(whom, more)["question"].take();
    let questions = json!([
        one(at("ada@example.org"), json!({})),
        one(at("bob@example.org"), json!({})),
        one(at("not an address"), json!({})),
        one(client("4711"), json!({})),
        one(
            client("42"),
            json!({ "purpose": "marketing.communications.emial" })
        ),
        one(
            json!({ "address": { "phone": "+49 30 123456" } }),
            json!({})
        ),
        one(
            json!({ "address": { "phone": "+49 30 123456" } }),
            json!({ "channel": "SMS" })
        ),
        one(client("42"), json!({ "template": "unheard of" })),
        one(
            client("42"),
            json!({ "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41" })
        ),
        one(json!({}), json!({})),
        one(
            client("42"),
            json!({ "purpose": "essential.service", "brandId": "brd_01h2xcejqtf2nbrexx3vqjhp41" })
        ),
        one(client("42"), json!({})),
    ]);
    let answer = house
        .mail
        .run(
            build::CONTACT_PERMISSIONS,
            json!({ "questions": questions }),
        )
        .await;
    let results = answer.get("contactPermissions").as_array().unwrap().clone();
    let short = |result: &Value| match &result["error"] {
        Value::Null => result["permission"]["reason"].as_str().unwrap().to_owned(),
        error => format!(
            "{} {}",
            error["code"].as_str().unwrap(),
            error["field"].as_str().unwrap()
        ),
    };
    let short: Vec<_> = results.iter().map(short).collect();
    assert_eq!(
        short,
        [
            "NOT_OBJECTED",
            "OPTED_OUT",
            "BAD_USER_INPUT questions[2].address.email",
            "NOT_FOUND questions[3].customer",
            "BAD_USER_INPUT questions[4].purpose",
            "BAD_USER_INPUT questions[5].channel",
            "NOT_OBJECTED",
            "NOT_FOUND questions[7].template",
            "NOT_FOUND questions[8].brandId",
            "BAD_USER_INPUT questions[9].customer",
            "ESSENTIAL",
            "NOT_OBJECTED",
        ]
    );
    for count in [0, 501] {
        let many: Vec<_> = std::iter::repeat_n(one(client("42"), json!({})), count).collect();
        let answer = house
            .mail
            .run(build::CONTACT_PERMISSIONS, json!({ "questions": many }))
            .await;
        assert_eq!(
            answer.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            "questions"
        );
    }
    for role in [Role::Abuse, Role::Dashboard, Role::Provisioning] {
        let other = house.app.actor(role).await;
        let answer = other
            .run(build::CONTACT_PERMISSION, question(client("42"), json!({})))
            .await;
        answer.refused(403, "FORBIDDEN");
    }
    house.close().await;
}

/// An opt-out that one instance acknowledged is known to the other at its next answer, however often it was asked before.
#[tokio::test]
async fn an_opt_out_counts_on_every_instance_as_soon_as_it_is_acknowledged() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    house.client("42", "US", &["ada@example.org"]).await;
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let second = Instance::open(config(house.app.database(), &[]), clock)
        .await
        .unwrap();
    let second = serve(second).await;
    let there = Actor::new(second.address(), Some(house.mail.token().to_owned()));
    let asked = question(at("ada@example.org"), json!({}));
    for _ in 0..20 {
        assert_eq!(may(&there, asked.clone()).await, yes("NOT_OBJECTED"));
    }
    house.say(at("ada@example.org")).await.ok();
    assert_eq!(may(&there, asked).await, no("OPTED_OUT"));
    second.stop().await;
    house.close().await;
}

/// Many ask at the same moment while others opt out: nobody gets another's answer.
#[tokio::test]
async fn whoever_asks_at_the_same_time_gets_their_own_answer() {
    let house = House::open().await;
    house.rule("US", "LEGITIMATE_INTERESTS").await;
    for number in 0_usize..20 {
        let email = format!("client{number}@example.org");
        house.client(&number.to_string(), "US", &[&email]).await;
        if number.is_multiple_of(3) {
            house.say(client(&number.to_string())).await.ok();
        }
    }
    let ask = |number: usize| {
        let number = number % 20;
        let whom = if number.is_multiple_of(2) {
            client(&number.to_string())
        } else {
            at(&format!("client{number}@example.org"))
        };
        let (mail, expected) = (
            &house.mail,
            if number.is_multiple_of(3) {
                "OPTED_OUT"
            } else {
                "NOT_OBJECTED"
            },
        );
        async move {
            assert_eq!(
                may(mail, question(whom, json!({}))).await.1,
                expected,
                "{number}"
            )
        }
    };
    futures_util::future::join_all((0..200).map(ask)).await;
    house.close().await;
}

#[tokio::test]
async fn what_cannot_be_set_is_refused_and_what_is_set_is_shown() {
    let house = House::open().await;
    let nowhere = "brd_01h2xcejqtf2nbrexx3vqjhp41";
    for (rule, status, code, field) in [
        (
            json!({ "country": "XX", "basis": "CONSENT" }),
            400,
            "BAD_USER_INPUT",
            Value::Null,
        ),
        (
            json!({ "brandId": nowhere, "basis": "CONSENT" }),
            404,
            "NOT_FOUND",
            json!("brandId"),
        ),
    ] {
        let refused = house.owner.run(build::SET_CONTACT_RULE, input(&rule)).await;
        let error = refused.refused(status, code);
        if field != Value::Null {
            assert_eq!(error["extensions"]["field"], field);
        }
    }
    for (template, status, code, field) in [
        (
            json!({ "name": " ", "purpose": NEWS }),
            400,
            "BAD_USER_INPUT",
            "name",
        ),
        (
            json!({ "name": "a\nb", "purpose": NEWS }),
            400,
            "BAD_USER_INPUT",
            "name",
        ),
        (
            json!({ "name": "x".repeat(201), "purpose": NEWS }),
            400,
            "BAD_USER_INPUT",
            "name",
        ),
        (
            json!({ "name": "News", "purpose": "marketing.news" }),
            400,
            "BAD_USER_INPUT",
            "purpose",
        ),
        (
            json!({ "name": "News", "purpose": NEWS, "brandId": nowhere }),
            404,
            "NOT_FOUND",
            "brandId",
        ),
        (
            json!({ "name": "News", "purpose": NEWS, "integrationId": "int_01h2xcejqtf2nbrexx3vqjhp41" }),
            404,
            "NOT_FOUND",
            "integrationId",
        ),
    ] {
        let refused = house
            .owner
            .run(build::SET_MESSAGE_TEMPLATE, input(&template))
            .await;
        let error = refused.refused(status, code);
        assert_eq!(error["extensions"]["field"], field, "{template}");
    }
    let rule = json!({ "country": "DE", "channel": "POST", "basis": "LEGITIMATE_INTERESTS", "idempotencyKey": "rule 1" });
    for by in [&house.billing, &house.mail] {
        by.run(build::SET_CONTACT_RULE, input(&rule))
            .await
            .refused(403, "FORBIDDEN");
        let template = json!({ "name": "News", "purpose": "essential.service" });
        by.run(build::SET_MESSAGE_TEMPLATE, input(&template))
            .await
            .refused(403, "FORBIDDEN");
    }
    let set = house.owner.run(build::SET_CONTACT_RULE, input(&rule)).await;
    assert_eq!(
        set.ok(),
        house
            .owner
            .run(build::SET_CONTACT_RULE, input(&rule))
            .await
            .ok()
    );
    let template = json!({ "name": " News ", "purpose": NEWS, "brandId": house.brands[0] });
    house
        .owner
        .run(build::SET_MESSAGE_TEMPLATE, input(&template))
        .await
        .ok();
    let shown = house
        .mail
        .ask(
            "{ contactSettings { rules { brand { id } country channel basis }
        templates { name purpose whenUnanswered brand { name } } } }",
        )
        .await;
    assert_eq!(
        shown.get("contactSettings"),
        &json!({
            "rules": [{ "brand": null, "country": "DE", "channel": "POST", "basis": "LEGITIMATE_INTERESTS" }],
            "templates": [{ "name": "News", "purpose": NEWS, "whenUnanswered": "WAIT", "brand": { "name": "Jaguar Hosting" } }],
        })
    );
    // Taken back.
    let back = json!({ "country": "DE", "channel": "POST" });
    let set = house.owner.run(build::SET_CONTACT_RULE, input(&back)).await;
    assert_eq!(set.get("setContactRule.settings.rules"), &json!([]));
    house.close().await;
}
