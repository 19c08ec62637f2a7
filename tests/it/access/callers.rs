//! Somebody of each role, and a stranger.

use entity::enums::Role;
use serde_json::json;

use super::disclosures::Spares;
use super::holds::Kept;
use super::requests::Asked;
use super::tasks::Work;
use crate::harness::build::{self, input};
use crate::harness::{Actor, App};

/// A caller, with what nobody else will touch.
pub struct Caller {
    pub name: &'static str,
    pub actor: Actor,
    /// A token that nobody else will revoke.
    pub spare: String,
    /// A customer that nobody else will merge.
    pub spare_customer: String,
    pub spares: Spares,
    pub asked: Asked,
    pub work: Work,
    pub kept: Kept,
}

impl Caller {
    /// Somebody of each role, and a stranger.
    pub async fn everybody(app: &App, recipients: &[String], customer: &str) -> Vec<Self> {
        let mut callers = Vec::new();
        for role in Role::ALL {
            callers.push((role.as_str(), app.actor(*role).await));
        }
        // Whoever has no token serves nothing.
        let nobody = app.owner();
        callers.push(("stranger", app.stranger()));
        let mut everybody = Vec::new();
        for (name, actor) in callers {
            let spare = input(&json!({ "name": format!("spare {name}"), "role": "MAIL" }));
            let issued = app.owner().run(build::ISSUE_TOKEN, spare).await;
            // Long ago, so that lists begin with the others.
            let spare =
                json!({ "name": format!("Canary {name}"), "registeredAt": "2020-01-01T00:00:00Z" });
            let registered = app
                .owner()
                .run(build::REGISTER_CUSTOMER, input(&spare))
                .await;
            let holds = !["DASHBOARD", "AUDITOR", "stranger"].contains(&name);
            let server = if name == "stranger" { &nobody } else { &actor };
            everybody.push(Self {
                name,
                work: Work::make(app, server, name, holds).await,
                actor,
                spare_customer: registered.text_at("registerCustomer.customer.id"),
                spare: issued.text_at("issueToken.token.id"),
                spares: Spares::make(app, &recipients[0], customer).await,
                asked: Asked::make(app, customer, name).await,
                kept: Kept::make(app, name, &recipients[1..3]).await,
            });
        }
        everybody
    }
}
