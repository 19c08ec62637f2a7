//! Unsubscribing from messages: by mail programs (RFC 8058), by the page at a link, and by what providers report.

mod clicks;
mod feedback;

use entity::enums::Role;
use entity::id::CustomerId;
use privops::entry::instance::Instance;
use privops::platform::clock::Clock;
use reqwest::Method;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::harness::build::{self, input};
use crate::harness::survey::Survey;
use crate::harness::{Actor, Answer, App, BEGINNING, PUBLIC_URL, config, send, serve};

const NEWS: &str = "marketing.communications.email";
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const FORM: &str = "application/x-www-form-urlencoded";

/// A company with two brands, in a country where advertising needs no consent, and the system that sends its mail.
struct House {
    app: App,
    owner: Actor,
    mail: Actor,
    person: Actor,
    brands: [String; 2],
}

impl House {
    async fn open() -> Self {
        let app = App::start().await;
        let owner = app.owner();
        let mut brands = [const { String::new() }; 2];
        for (brand, name) in brands.iter_mut().zip(["Jaguar & Sons", "Puma Cloud"]) {
            let name = input(&json!({ "name": name }));
            let registered = owner.run(build::REGISTER_BRAND, name).await;
            *brand = registered.text_at("registerBrand.brand.id");
        }
        let rule = input(&json!({ "basis": "LEGITIMATE_INTERESTS" }));
        owner.run(build::SET_CONTACT_RULE, rule).await.ok();
        Self {
            mail: app.actor(Role::Mail).await,
            person: app.stranger(),
            owner,
            brands,
            app,
        }
    }

    async fn client(&self, client: &str, email: &str) -> String {
        let customer =
            json!({ "externalIds": [{ "system": "whmcs", "id": client }], "emails": [email] });
        let registered = self
            .owner
            .run(build::REGISTER_CUSTOMER, input(&customer))
            .await;
        registered.text_at("registerCustomer.customer.id")
    }

    /// The path of a new link for the newsletter.
    async fn link(&self, of: Value) -> String {
        let mut link = json!({ "purpose": NEWS });
        for (field, value) in of.as_object().unwrap() {
            link[field] = value.clone();
        }
        let answer = mint(&self.mail, &json!([link])).await;
        let url = answer.text_at("mintUnsubscribeLinks.results.0.link.url");
        url.strip_prefix(PUBLIC_URL).unwrap().to_owned()
    }

    /// Why the newsletter may go to an address, or may not.
    async fn news(&self, email: &str, brand: Option<&str>) -> String {
        may(&self.mail, email, brand).await
    }

    /// Everything that was said, the latest first.
    async fn all_said(&self) -> Vec<Value> {
        let query = "{ preferences(first: 50) { nodes { status method purpose optOut channel note brand { name }
            customer { id } recordedBy { id } occurredAt } } }";
        let found = self.owner.ask(query).await;
        found.get("preferences.nodes").as_array().unwrap().clone()
    }

    async fn close(self) {
        let survey = Survey::of(self.app.database()).await;
        survey.assert_whole().await;
        survey.close().await;
        self.app.stop().await;
    }
}

async fn mint(by: &Actor, links: &Value) -> Answer {
    let variables = input(&json!({ "links": links }));
    by.run(build::MINT_UNSUBSCRIBE_LINKS, variables).await
}

async fn may(by: &Actor, email: &str, brand: Option<&str>) -> String {
    let question = json!({ "address": { "email": email }, "purpose": NEWS, "channel": "EMAIL", "brandId": brand });
    let answer = by
        .run(build::CONTACT_PERMISSION, json!({ "question": question }))
        .await;
    answer.text_at("contactPermission.reason")
}

/// What somebody without a token gets at a path.
async fn visit(person: &Actor, method: Method, path: &str) -> Answer {
    send(person.request(method, path)).await.unwrap()
}

/// What somebody posts to a link.
async fn post(person: &Actor, path: &str, kind: &str, body: &str) -> Answer {
    let request = person.request(Method::POST, path);
    let request = request.header("content-type", kind).body(body.to_owned());
    send(request).await.unwrap()
}

/// Leaves a customer as an erasure does: without keys, and found by nothing.
async fn erase(house: &House, customer: &str) {
    let customer: CustomerId = customer.parse().unwrap();
    let db = house.app.database().look().await;
    for sql in [
        "delete from blind_index where target_id in (select id from identifier where customer_id = $1)",
        "delete from data_key where owner_id = $1",
    ] {
        let statement = Statement::from_sql_and_values(
            db.get_database_backend(),
            sql,
            [customer.uuid().into()],
        );
        db.execute_raw(statement).await.unwrap();
    }
    db.close().await.unwrap();
}

fn lacks(answer: &Answer, header: &str) -> bool {
    answer.headers.iter().all(|(name, _)| name != header)
}

fn at(email: &str) -> Value {
    json!({ "address": { "email": email } })
}

fn client(number: &str) -> Value {
    json!({ "customer": { "externalId": { "system": "whmcs", "id": number } } })
}

#[tokio::test]
async fn a_mail_program_unsubscribes_with_one_click_and_every_instance_knows_it_at_once() {
    let house = House::open().await;
    let customer = house.client("42", "ada@example.org").await;
    let clock = Clock::standing_at(BEGINNING.parse().unwrap());
    let second = Instance::open(config(house.app.database(), &[]), clock)
        .await
        .unwrap();
    let second = serve(second).await;
    let there = Actor::new(second.address(), Some(house.mail.token().to_owned()));
    let [jaguar, puma] = house.brands.clone();

    let of = json!({ "purpose": NEWS, "brandId": jaguar, "messageId": "<1@host.example>",
        "address": { "email": "Ada@Example.org" } });
    let minted = mint(&house.mail, &json!([of])).await;
    let link = minted.get("mintUnsubscribeLinks.results.0.link");
    let url = link["url"].as_str().unwrap();
    assert_eq!(link["listUnsubscribe"], format!("<{url}>"));
    assert!(
        url.len() < 900,
        "a line of a header has 998 characters: {}",
        url.len()
    );
    assert_eq!(link["listUnsubscribePost"], ONE_CLICK);
    assert!(!url.contains("ada") && !url.contains(&customer), "{url}");
    let path = url.strip_prefix(PUBLIC_URL).unwrap();

    // Looking changes nothing, and shows whose messages they are.
    for method in [Method::GET, Method::HEAD] {
        let page = visit(&house.person, method.clone(), path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(lacks(&page, "set-cookie"));
        if method == Method::GET {
            assert!(
                page.text.contains("Jaguar &amp; Sons") && page.text.contains("<button"),
                "{}",
                page.text
            );
            assert!(!page.text.to_lowercase().contains("ada"), "{}", page.text);
        }
    }
    assert_eq!(
        may(&there, "ada@example.org", Some(&jaguar)).await,
        "NOT_OBJECTED"
    );

    let done = post(&house.person, path, FORM, ONE_CLICK).await;
    assert_eq!(done.status, 200);
    assert!(lacks(&done, "set-cookie") && lacks(&done, "location"));
    assert!(done.text.contains("You are unsubscribed"), "{}", done.text);
    assert_eq!(
        may(&there, "ada@example.org", Some(&jaguar)).await,
        "OPTED_OUT"
    );
    assert_eq!(
        may(&there, "ada@example.org", Some(&puma)).await,
        "NOT_OBJECTED",
        "the newsletter is the brand's"
    );

    // Mail programs try again.
    post(&house.person, path, FORM, ONE_CLICK).await;
    let all = house.all_said().await;
    assert_eq!(
        json!(all),
        json!([{ "status": "WITHDRAWN", "method": "LIST_UNSUBSCRIBE", "purpose": NEWS, "optOut": null,
            "channel": "EMAIL", "note": "<1@host.example>", "brand": { "name": "Jaguar & Sons" },
            "customer": { "id": customer }, "recordedBy": null, "occurredAt": BEGINNING }])
    );
    second.stop().await;
    house.close().await;
}

#[tokio::test]
async fn forms_come_in_parts_too_and_what_is_no_form_changes_nothing() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let path = house.link(client("42")).await;
    let parts = "multipart/form-data; boundary=line";
    for (kind, body) in [
        (FORM, ""),
        (FORM, "List-Unsubscribe=Two-Clicks"),
        (FORM, "List-Unsubscribe=One-Click-Too"),
        (FORM, "confirm=no"),
        (
            parts,
            "--line\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nNo\r\n--line--\r\n",
        ),
        (parts, "no parts at all"),
        ("application/json", "{\"List-Unsubscribe\":\"One-Click\"}"),
        (FORM, &format!("{ONE_CLICK}&x={}", "x".repeat(5_000))),
    ] {
        let answer = post(&house.person, &path, kind, body).await;
        assert_eq!(
            answer.status,
            400,
            "{kind} {}",
            body.chars().take(60).collect::<String>()
        );
    }
    for odd in ["wrong", "AQ", "%00%ff", &"A".repeat(3_000)] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(
                visit(&house.person, method, &format!("/unsubscribe/{odd}"))
                    .await
                    .status,
                404
            );
        }
        let answer = post(
            &house.person,
            &format!("/unsubscribe/{odd}"),
            FORM,
            ONE_CLICK,
        )
        .await;
        assert_eq!(answer.status, 404);
    }
    assert_eq!(visit(&house.person, Method::PUT, &path).await.status, 405);
    // The last characters are another's.
    let cut = path.get(..path.len() - 4).unwrap();
    assert_eq!(
        post(&house.person, &format!("{cut}AAAA"), FORM, ONE_CLICK)
            .await
            .status,
        404
    );
    assert_eq!(house.all_said().await, Vec::<Value>::new());

    let body = "--line\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--line--\r\n";
    assert_eq!(post(&house.person, &path, parts, body).await.status, 200);
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.close().await;
}

#[tokio::test]
async fn who_subscribes_again_can_use_an_old_link_again() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let path = house.link(client("42")).await;
    // With the button.
    assert_eq!(
        post(&house.person, &path, FORM, "confirm=yes").await.status,
        200
    );
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    house.app.set_clock("2026-11-20T11:00:00Z");
    let again = json!({ "customer": { "email": "ada@example.org" }, "purpose": NEWS, "channel": "EMAIL",
        "status": "GIVEN", "method": "BUTTON" });
    house
        .owner
        .run(build::RECORD_PREFERENCE, input(&again))
        .await
        .ok();
    assert_eq!(house.news("ada@example.org", None).await, "CONSENTED");
    house.app.set_clock("2026-11-20T12:00:00Z");
    assert_eq!(
        post(&house.person, &path, FORM, "confirm=yes").await.status,
        200
    );
    assert_eq!(house.news("ada@example.org", None).await, "OPTED_OUT");
    let methods: Vec<_> = house
        .all_said()
        .await
        .iter()
        .map(|one| one["method"].clone())
        .collect();
    assert_eq!(methods, ["UNSUBSCRIBE_LINK", "BUTTON", "UNSUBSCRIBE_LINK"]);
    house.close().await;
}

/// Whoever was erased before they used the link stays out when a list brings them back.
#[tokio::test]
async fn a_link_works_when_the_customer_is_gone() {
    let house = House::open().await;
    let customer = house.client("42", "ada@example.org").await;
    let path = house.link(client("42")).await;
    let stranger = house.link(at("eve@example.org")).await;
    erase(&house, &customer).await;
    for path in [&path, &stranger] {
        assert_eq!(post(&house.person, path, FORM, ONE_CLICK).await.status, 200);
    }
    house.client("4200", "ada@example.org").await;
    for email in ["ada@example.org", "eve@example.org"] {
        assert_eq!(house.news(email, None).await, "OPTED_OUT", "{email}");
    }
    house.app.stop().await;
}

#[tokio::test]
async fn links_are_made_for_what_can_be_stopped() {
    let house = House::open().await;
    house.client("42", "ada@example.org").await;
    let template = json!({ "name": "Puma News", "purpose": NEWS, "brandId": house.brands[1] });
    house
        .owner
        .run(build::SET_MESSAGE_TEMPLATE, input(&template))
        .await
        .ok();
    let nowhere = "brd_01h2xcejqtf2nbrexx3vqjhp41";
    let links = json!([
        { "address": { "email": "eve@example.org" }, "template": "Puma News" },
        { "address": { "email": "eve@example.org" }, "template": "unheard of" },
        { "address": { "email": "eve@example.org" }, "purpose": "essential.service.security" },
        { "address": { "phone": "+49 30 123456" }, "purpose": NEWS },
        { "address": { "email": "not an address" }, "purpose": NEWS },
        { "customer": { "externalId": { "system": "whmcs", "id": "4711" } }, "purpose": NEWS },
        { "customer": { "email": "ada@example.org" }, "purpose": NEWS, "brandId": nowhere },
        { "customer": { "email": "ada@example.org" }, "purpose": NEWS, "messageId": "x".repeat(201) },
        { "purpose": NEWS },
        { "customer": { "email": "ada@example.org" }, "purpose": "marketing" },
    ]);
    let minted = mint(&house.owner, &links).await;
    let results = minted
        .get("mintUnsubscribeLinks.results")
        .as_array()
        .unwrap()
        .clone();
    let short = |result: &Value| match &result["error"] {
        Value::Null => "made".to_owned(),
        error => format!(
            "{} {}",
            error["code"].as_str().unwrap(),
            error["field"].as_str().unwrap()
        ),
    };
    assert_eq!(
        results.iter().map(short).collect::<Vec<_>>(),
        [
            "made",
            "NOT_FOUND links[1].template",
            "BAD_USER_INPUT links[2].purpose",
            "BAD_USER_INPUT links[3].address.phone",
            "BAD_USER_INPUT links[4].address.email",
            "NOT_FOUND links[5].customer",
            "NOT_FOUND links[6].brandId",
            "BAD_USER_INPUT links[7].messageId",
            "BAD_USER_INPUT links[8].customer",
            "made",
        ]
    );
    let url = results[0]["link"]["url"].as_str().unwrap();
    let page = visit(
        &house.person,
        Method::GET,
        url.strip_prefix(PUBLIC_URL).unwrap(),
    )
    .await;
    assert!(
        page.text.contains("Puma Cloud"),
        "the template's brand: {}",
        page.text
    );
    for count in [0, 501] {
        let links: Vec<_> = std::iter::repeat_n(links[0].clone(), count).collect();
        let refused = mint(&house.owner, &json!(links)).await;
        assert_eq!(
            refused.refused(400, "BAD_USER_INPUT")["extensions"]["field"],
            "links"
        );
    }
    let abuse = house.app.actor(Role::Abuse).await;
    mint(&abuse, &links).await.refused(403, "FORBIDDEN");
    house.close().await;
    let app = App::start_with(&[("http.public_url", "")]).await;
    let link = json!([{ "address": { "email": "eve@example.org" }, "purpose": NEWS }]);
    mint(&app.owner(), &link)
        .await
        .refused(422, "NOT_CONFIGURED");
    app.stop().await;
}
