//! What becomes of customers, before anybody asks for it.

use serde_json::json;

use crate::harness::Actor;
use crate::harness::build::{self, input};

/// What has become of customers.
pub struct Lives {
    pub closed: String,
    pub brand: String,
    pub relation: String,
    pub snapshot: String,
}

impl Lives {
    /// A customer who has left is a contact of the one given, who is served under a brand and stands for another.
    pub async fn make(owner: &Actor, customer: &str) -> Self {
        let brand = input(&json!({ "name": "A brand" }));
        let brand = owner.run(build::REGISTER_BRAND, brand).await;
        let brand = brand.text_at("registerBrand.brand.id");
        let served = json!({ "customerId": customer, "brandId": brand });
        owner.run(build::UPDATE_CUSTOMER, input(&served)).await.ok();
        let client = |id: &str| json!({ "system": "whmcs", "id": id });
        let long_ago = "2020-01-01T00:00:00Z";
        let left = json!({ "externalId": client("canary-closed"), "name": "Canary Closed", "registeredAt": long_ago,
            "servicesEndedAt": "2026-01-01T00:00:00Z" });
        let twin = json!({ "externalId": client("canary-twin"), "name": "Canary Twin", "registeredAt": long_ago });
        let imported = input(&json!({ "customers": [left, twin] }));
        let imported = owner.run(build::IMPORT_CUSTOMERS, imported).await;
        let closed = imported.text_at("importCustomers.results.0.customer.id");
        let both =
            json!({ "from": { "externalId": client("canary-twin") }, "into": { "id": customer } });
        owner.run(build::MERGE_CUSTOMERS, input(&both)).await.ok();
        let relation = json!({ "customer": { "id": closed }, "kind": "CONTACT", "relatedCustomer": { "id": customer } });
        let relation = owner.run(build::RELATE_CUSTOMERS, input(&relation)).await;
        let part = json!({ "system": "whmcs", "ids": ["canary-other"], "complete": true });
        let snapshot = owner.run(build::RECONCILE_SNAPSHOT, input(&part)).await;
        Self {
            closed,
            brand,
            relation: relation.text_at("relateCustomers.relation.id"),
            snapshot: snapshot.text_at("reconcileSnapshot.snapshot.id"),
        }
    }
}
