//! Tokens that this installation did not issue, each wrong in one point only.

use entity::enums::Role;
use serde_json::{Value, json};

use super::{WHO, turned_away};
use crate::harness::forge::{self, Forge, with, without};
use crate::harness::{Answer, App, send};

/// A forgery, with what is wrong with it.
type Forgery = (&'static str, String);

/// What is no token at all, or one in pieces.
fn broken(forge: &Forge) -> Vec<Forgery> {
    let (header, claims) = (&forge.header, &forge.claims);
    let token = forge.sign(header, claims);
    let (_, headless) = token.split_once('.').unwrap();
    let (unsigned, _) = token.rsplit_once('.').unwrap();
    let padded = with(claims, "pad", "x".repeat(10_240));
    let half = token.chars().take(token.len() - 43).collect();
    vec![
        ("nothing", String::new()),
        ("a word", "token".to_owned()),
        ("dots", "..".to_owned()),
        ("two parts", unsigned.to_owned()),
        ("four parts", format!("{token}.e30")),
        ("half a signature", half),
        ("no signature", format!("{unsigned}.")),
        ("a header that is no JSON", format!("bm9uZQ.{headless}")),
        ("ten kilobytes", "x".repeat(10_240)),
        ("ten kilobytes, signed", forge.sign(header, &padded)),
    ]
}

/// What the header can say wrong.
fn headers(forge: &Forge) -> Vec<Forgery> {
    let (header, claims) = (&forge.header, &forge.claims);
    let alg = |name: &str| with(header, "alg", name);
    let signed = |header: &Value| forge.sign(header, claims);
    let changed = forge.with_old_signature(&with(header, "jku", "x"), claims);
    vec![
        ("a header that was changed", changed),
        ("alg none", forge::unsigned(&alg("none"), claims)),
        ("alg none, signed", signed(&alg("none"))),
        ("alg HS256", forge.sign_hs256(&alg("HS256"), claims)),
        ("alg HS256, signed", signed(&alg("HS256"))),
        ("HS256 as EdDSA", forge.sign_hs256(header, claims)),
        ("alg ES256, signed", signed(&alg("ES256"))),
        ("alg missing", signed(&without(header, "alg"))),
        (
            "kid unknown",
            signed(&with(header, "kid", "AAAAAAAAAAAAAAAA")),
        ),
        ("kid missing", signed(&without(header, "kid"))),
        ("typ missing", signed(&without(header, "typ"))),
        ("typ of another kind", signed(&with(header, "typ", "JWT"))),
        ("another key", forge::sign_with_another_key(header, claims)),
    ]
}

/// What the claims can say wrong, given another integration and another controller that exist.
fn claims(forge: &Forge, integration: &str, controller: &str) -> Vec<Forgery> {
    let (header, claims) = (&forge.header, &forge.claims);
    let other = |name: &str, value: &str| forge.sign(header, &with(claims, name, value));
    let missing = |name: &str| forge.sign(header, &without(claims, name));
    let owner = forge.with_old_signature(header, &with(claims, "role", "OWNER"));
    vec![
        ("claims that were changed", owner),
        ("another issuer", other("iss", "elsewhere")),
        ("another audience", other("aud", "elsewhere")),
        ("another integration", other("sub", integration)),
        ("another controller", other("controller", controller)),
        ("id unknown", other("jti", "tok_00000000000000000000000000")),
        ("end that is a text", other("exp", "9999999999")),
        ("issuer missing", missing("iss")),
        ("audience missing", missing("aud")),
        ("integration missing", missing("sub")),
        ("controller missing", missing("controller")),
        ("id missing", missing("jti")),
        ("end missing", missing("exp")),
    ]
}

#[tokio::test]
async fn a_forged_token_is_turned_away_and_told_nothing() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let other = app.owner().ask(WHO).await.text_at("viewer.integration.id");
    let foreign = app.foreigner(Role::Owner).await.ask(WHO).await;
    let foreign = foreign.text_at("viewer.controller.id");
    let forge = Forge::new(billing.token(), &app.database().keyring());
    let secrets = [
        forge.claim("sub"),
        forge.claim("controller"),
        forge.claim("jti"),
    ];

    // The forger knows the trade: what is signed again unchanged is believed, and so is the role of the database
    // and not that of the token.
    let integration = json!(forge.claim("sub"));
    for claims in [forge.claims.clone(), with(&forge.claims, "role", "OWNER")] {
        let who = app
            .bearer(&forge.sign(&forge.header, &claims))
            .ask(WHO)
            .await;
        assert_eq!(who.get("viewer.integration.id"), &integration);
        assert_eq!(who.get("viewer.integration.role"), &json!("BILLING"));
    }
    let mut forgeries = broken(&forge);
    forgeries.extend(headers(&forge));
    forgeries.extend(claims(&forge, &other, &foreign));
    for (what, token) in forgeries {
        // Just before and just after, the true token works: what is remembered of it helps no forger, and what is
        // remembered of the forgery does not hurt.
        billing.ask(WHO).await.ok();
        let answer = app.bearer(&token).ask(WHO).await;
        turned_away(what, &answer, &secrets);
        billing.ask(WHO).await.ok();
    }
    app.stop().await;
}

#[tokio::test]
async fn a_token_of_another_installation_is_turned_away() {
    let (app, elsewhere) = (App::start().await, App::start().await);
    let (own, foreign) = (
        app.actor(Role::Owner).await,
        elsewhere.actor(Role::Owner).await,
    );
    foreign.ask(WHO).await.ok();
    let ours = Forge::new(own.token(), &app.database().keyring());
    let theirs = Forge::new(foreign.token(), &elsewhere.database().keyring());
    assert_ne!(ours.header["kid"], theirs.header["kid"]);

    // As it is; with our ids; with our ids and the name of our key.
    for token in [
        foreign.token().to_owned(),
        theirs.sign(&theirs.header, &ours.claims),
        theirs.sign(&ours.header, &ours.claims),
    ] {
        let answer = app.bearer(&token).ask(WHO).await;
        turned_away(
            "a foreign token",
            &answer,
            &[ours.claim("sub"), theirs.claim("sub")],
        );
    }
    app.stop().await;
    elsewhere.stop().await;
}

async fn authorised_by(app: &App, authorization: &str) -> Answer {
    let request = app
        .stranger()
        .post()
        .header("authorization", authorization)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(json!({ "query": WHO }).to_string());
    send(request).await.unwrap()
}

#[tokio::test]
async fn only_the_bearer_scheme_is_understood() {
    let app = App::start().await;
    let billing = app.actor(Role::Billing).await;
    let token = billing.token();
    for good in [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("BEARER  {token}"),
    ] {
        authorised_by(&app, &good).await.ok();
    }
    for bad in [
        format!("Basic {token}"),
        "Basic b3duZXI6c2VjcmV0".to_owned(),
        format!("Token {token}"),
        format!("Bearer{token}"),
        format!("Bearer: {token}"),
        format!("Bearer {token}, Bearer {token}"),
        token.to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
    ] {
        let answer = authorised_by(&app, &bad).await;
        turned_away("another scheme", &answer, &[token, "b3duZXI6c2VjcmV0"]);
    }
    let nothing = app.stranger().ask(WHO).await;
    turned_away("no token", &nothing, &[]);
    assert_eq!(nothing.body.get("data"), None);
    app.stop().await;
}
