//! Operations and inputs, filled with what a story does not care about.

mod ask;
pub mod holds;
mod ids;
pub mod incidents;
pub mod map;
pub mod packages;
pub mod work;

use std::time::Duration;

use serde_json::{Value, json};

use super::Actor;
use super::poll::eventually;
pub use ids::Ids;

/// Registers a customer.
pub const REGISTER_CUSTOMER: &str = "mutation($input: RegisterCustomerInput!) {
    registerCustomer(input: $input) { customer { id identifiers { id } } } }";
/// Adds an identifier.
pub const ADD_IDENTIFIER: &str = "mutation($input: AddIdentifierInput!) {
    addIdentifier(input: $input) { customer { id } } }";
/// Changes what is known of a customer.
pub const UPDATE_CUSTOMER: &str = "mutation($input: UpdateCustomerInput!) {
    updateCustomer(input: $input) { customer { id version servicesEndedAt } } }";
/// Closes a customer.
pub const CLOSE_CUSTOMER: &str = "mutation($input: CloseCustomerInput!) {
    closeCustomer(input: $input) { customer { id version servicesEndedAt } } }";
/// Merges customers.
pub const MERGE_CUSTOMERS: &str = "mutation($input: MergeCustomersInput!) {
    mergeCustomers(input: $input) { customer { id } merged { id } } }";
/// Relates customers.
pub const RELATE_CUSTOMERS: &str = "mutation($input: RelateCustomersInput!) {
    relateCustomers(input: $input) { relation { id from until version } } }";
/// Ends an identifier.
pub const END_IDENTIFIER: &str = "mutation($input: EndIdentifierInput!) {
    endIdentifier(input: $input) { identifier { id endedAt } } }";
/// Verifies an identifier.
pub const VERIFY_IDENTIFIER: &str = "mutation($input: VerifyIdentifierInput!) {
    verifyIdentifier(input: $input) { identifier { id verification verifiedAt } } }";
/// Imports customers.
pub const IMPORT_CUSTOMERS: &str = "mutation($input: ImportCustomersInput!) {
    importCustomers(input: $input) { results { customer { id } outcome error { code field } } } }";
/// Sends a part of a snapshot.
pub const RECONCILE_SNAPSHOT: &str = "mutation($input: ReconcileSnapshotInput!) {
    reconcileSnapshot(input: $input) { snapshot { id } unknown closed } }";
/// Registers a brand.
pub const REGISTER_BRAND: &str = "mutation($input: RegisterBrandInput!) {
    registerBrand(input: $input) { brand { id } } }";
/// Records assignments.
pub const RECORD_ASSIGNMENTS: &str = "mutation($input: RecordAssignmentsInput!) {
    recordAssignments(input: $input) { results { assignment { id } error { code } } } }";
/// Registers a recipient.
pub const REGISTER_RECIPIENT: &str = "mutation($input: RegisterRecipientInput!) {
    registerRecipient(input: $input) { recipient { id } } }";
/// Changes a recipient.
pub const UPDATE_RECIPIENT: &str = "mutation($input: UpdateRecipientInput!) {
    updateRecipient(input: $input) { recipient { id version } } }";
/// Records a disclosure.
pub const RECORD_DISCLOSURE: &str = "mutation($input: RecordDisclosureInput!) {
    recordDisclosure(input: $input) { disclosure { id subjects { id } event { id } } } }";
/// Records disclosures.
pub const RECORD_DISCLOSURES: &str = "mutation($input: RecordDisclosuresInput!) {
    recordDisclosures(input: $input) { results { disclosure { id } error { code field } } } }";
/// Records observations of routine disclosures.
pub const RECORD_DISCLOSURE_SERIES: &str = "mutation($input: RecordDisclosureSeriesInput!) {
    recordDisclosureSeries(input: $input) { results { disclosure { id } error { code field } } } }";
/// Supersedes a disclosure.
pub const SUPERSEDE_DISCLOSURE: &str = "mutation($input: SupersedeDisclosureInput!) {
    supersedeDisclosure(input: $input) { disclosure { id } } }";
/// Says who a subject was.
pub const RESOLVE_DISCLOSURE_SUBJECT: &str = "mutation($input: ResolveDisclosureSubjectInput!) {
    resolveDisclosureSubject(input: $input) { disclosure { id } } }";
/// Says where the controller is established.
pub const UPDATE_CONTROLLER: &str = "mutation($input: UpdateControllerInput!) {
    updateController(input: $input) { controller { establishment timeZone } } }";
/// Opens a request.
pub const OPEN_REQUEST: &str = "mutation($input: OpenRequestInput!) {
    openRequest(input: $input) { request { id items { id } clocks { id item { id } } } } }";
/// Moves something that a request asks for to another state.
pub const TRANSITION_ITEM: &str = "mutation($input: TransitionItemInput!) {
    transitionItem(input: $input) { item { id status version } } }";
/// Records an attempt to make sure who asks.
pub const VERIFY_REQUESTER: &str = "mutation($input: VerifyRequesterInput!) {
    verifyRequester(input: $input) { request { id items { status } } } }";
/// Denies something that a request asks for.
pub const DENY_ITEM: &str = "mutation($input: DenyItemInput!) {
    denyItem(input: $input) { item { id status denialReason } } }";
/// Withdraws a request.
pub const WITHDRAW_REQUEST: &str = "mutation($input: WithdrawRequestInput!) {
    withdrawRequest(input: $input) { request { id status } } }";
/// Gives a clock more time.
pub const EXTEND_DEADLINE: &str = "mutation($input: ExtendDeadlineInput!) {
    extendDeadline(input: $input) { clock { id state dueAt } } }";
/// Lets a clock stand still.
pub const PAUSE_CLOCK: &str = "mutation($input: PauseClockInput!) {
    pauseClock(input: $input) { clock { id state } } }";
/// Lets a clock go on.
pub const RESUME_CLOCK: &str = "mutation($input: ResumeClockInput!) {
    resumeClock(input: $input) { clock { id state dueAt pausedDays } } }";
/// Records a message about a request.
pub const RECORD_CORRESPONDENCE: &str = "mutation($input: RecordCorrespondenceInput!) {
    recordCorrespondence(input: $input) { request { id } message { id } } }";
/// Reports whether a message arrived.
pub const RECORD_DELIVERY: &str = "mutation($input: RecordDeliveryInput!) {
    recordDelivery(input: $input) { message { id delivery deliveryAt } } }";
/// Records what a person said about a use of their data.
pub const RECORD_PREFERENCE: &str = "mutation($input: RecordPreferenceInput!) {
    recordPreference(input: $input) { preference { id } } }";
/// Records what several said.
pub const RECORD_PREFERENCES: &str = "mutation($input: RecordPreferencesInput!) {
    recordPreferences(input: $input) { results { preference { id } error { code } } } }";
/// Asks whether a message may be sent.
pub const CONTACT_PERMISSION: &str =
    "query($question: ContactQuestionInput!) { contactPermission(question: $question) {
    allowed reason purpose whenUnanswered answeredAt decidedBy { id optOut purpose } } }";
/// Asks whether several may be sent.
pub const CONTACT_PERMISSIONS: &str = "query($questions: [ContactQuestionInput!]!) {
    contactPermissions(questions: $questions) { permission { allowed reason decidedBy { id } } error { code field } } }";
/// Sets what advertising rests on.
pub const SET_CONTACT_RULE: &str = "mutation($input: SetContactRuleInput!) {
    setContactRule(input: $input) { settings { rules { country channel basis brand { id } } } } }";
/// Sets what a template is for.
pub const SET_MESSAGE_TEMPLATE: &str = "mutation($input: SetMessageTemplateInput!) {
    setMessageTemplate(input: $input) { settings { templates { name purpose brand { id } integration { id } } } } }";
/// Makes links to unsubscribe.
pub const MINT_UNSUBSCRIBE_LINKS: &str = "mutation($input: MintUnsubscribeLinksInput!) {
    mintUnsubscribeLinks(input: $input) { results { link { url listUnsubscribe listUnsubscribePost }
        error { code field } } } }";
/// Records what a provider reports of messages.
pub const RECORD_MAIL_FEEDBACK: &str = "mutation($input: RecordMailFeedbackInput!) {
    recordMailFeedback(input: $input) { results { outcome preference { id } } } }";
/// Has what is known of a person put together.
pub const ACCESS_PACKAGE: &str = "mutation($input: AccessPackageInput!) {
    accessPackage(input: $input) { package { id status } } }";
/// Makes a link to it.
pub const LINK_ACCESS_PACKAGE: &str = "mutation($input: LinkAccessPackageInput!) {
    linkAccessPackage(input: $input) { path package { id } link { id expiresAt } } }";
/// Gives requests another number.
pub const RELINK_EXTERNAL_REFERENCE: &str = "mutation($input: RelinkExternalReferenceInput!) {
    relinkExternalReference(input: $input) { requests { id } } }";
/// Registers a system.
pub const REGISTER_SYSTEM: &str = "mutation($input: RegisterSystemInput!) {
    registerSystem(input: $input) { system { id name knownBy leavesBehind version integration { id } } } }";
/// Claims tasks.
pub const CLAIM_TASKS: &str = "mutation($input: ClaimTasksInput!) {
    claimTasks(input: $input) { tasks { lease leasedUntil instructions code identifiers { kind value shared }
        retentionRule { name categories } anchor { anchor at system reference } keep { until rule { name statute } }
        notice { incidentId target phase text }
        task { id kind system scope status attempts failures suspended } } } }";
/// Keeps a task for longer.
pub const HEARTBEAT_TASK: &str = "mutation($input: HeartbeatTaskInput!) {
    heartbeatTask(input: $input) { task { id leasedUntil suspended } } }";
/// Says how a task ended.
pub const COMPLETE_TASK: &str = "mutation($input: CompleteTaskInput!) {
    completeTask(input: $input) { task { id status notBefore skipReason retained { what ground until source }
        evidence { remoteResult flags residuals } } } }";
/// Says that a task failed.
pub const FAIL_TASK: &str = "mutation($input: FailTaskInput!) {
    failTask(input: $input) { task { id status notBefore failures note } } }";
/// Says that a task has to wait.
pub const POSTPONE_TASK: &str = "mutation($input: PostponeTaskInput!) {
    postponeTask(input: $input) { task { id status notBefore postponedFor } } }";
/// Plans a task by hand.
pub const PLAN_TASK: &str = "mutation($input: PlanTaskInput!) {
    planTask(input: $input) { task { id kind system status suspended instructions } } }";
/// Has a task done again.
pub const RETRY_TASK: &str = "mutation($input: RetryTaskInput!) {
    retryTask(input: $input) { task { id status } } }";
/// Has a code sent.
pub const SEND_VERIFICATION_CODE: &str = "mutation($input: SendVerificationCodeInput!) {
    sendVerificationCode(input: $input) { task { id kind system status } } }";
/// Places a legal hold.
pub const PLACE_LEGAL_HOLD: &str = "mutation($input: PlaceLegalHoldInput!) {
    placeLegalHold(input: $input) { hold { id status expiresAt allCustomers allSystems systems categories
        customers { id } } } }";
/// Extends a legal hold.
pub const EXTEND_LEGAL_HOLD: &str = "mutation($input: ExtendLegalHoldInput!) {
    extendLegalHold(input: $input) { hold { id status expiresAt } } }";
/// Releases a legal hold.
pub const RELEASE_LEGAL_HOLD: &str = "mutation($input: ReleaseLegalHoldInput!) {
    releaseLegalHold(input: $input) { hold { id status releasedAt lastReason } } }";
/// Sets for how long something is kept.
pub const SET_RETENTION_RULE: &str = "mutation($input: SetRetentionRuleInput!) {
    setRetentionRule(input: $input) { rule { id name systems period version endedAt event { id objectId } } } }";
/// Records what that counts from.
pub const RECORD_ANCHOR: &str = "mutation($input: RecordAnchorInput!) {
    recordAnchor(input: $input) { record { id anchor at system reference version event { id objectId } } } }";
/// Records what a system must keep.
pub const RECORD_DELETION_BLOCK: &str = "mutation($input: RecordDeletionBlockInput!) {
    recordDeletionBlock(input: $input) { block { id system ground until what } } }";
/// Records that it need not keep it any more.
pub const SETTLE_DELETION_BLOCK: &str = "mutation($input: SettleDeletionBlockInput!) {
    settleDeletionBlock(input: $input) { block { id settledAt } } }";
/// Records what became of a notice to a recipient.
pub const RECORD_RECIPIENT_NOTICE: &str = "mutation($input: RecordRecipientNoticeInput!) {
    recordRecipientNotice(input: $input) { notice { id status channel } } }";
/// Records that a recipient confirmed a notice.
pub const ACKNOWLEDGE_RECIPIENT_NOTICE: &str =
    "mutation($input: AcknowledgeRecipientNoticeInput!) {
    acknowledgeRecipientNotice(input: $input) { notice { id status } } }";
/// Promises a term.
pub const ADD_HOUSE_TERM: &str = "mutation($input: AddHouseTermInput!) {
    addHouseTerm(input: $input) { term { id source endedAt } } }";
/// Ends a term.
pub const END_HOUSE_TERM: &str = "mutation($input: EndHouseTermInput!) {
    endHouseTerm(input: $input) { term { id endedAt } } }";
/// Issues a token.
pub const ISSUE_TOKEN: &str = "mutation($input: IssueTokenInput!) {
    issueToken(input: $input) { secret token { id expiresAt } integration { id name role } } }";
/// Revokes a token.
pub const REVOKE_TOKEN: &str = "mutation($input: RevokeTokenInput!) {
    revokeToken(input: $input) { integration { id } } }";

/// Variables with this input.
pub fn input(input: &Value) -> Value {
    json!({ "input": input })
}

/// Variables of `recordAssignments`: one prefix, since the beginning of the year.
pub fn assignment(customer: &Value, prefix: &str) -> Value {
    let item = json!({ "customer": customer, "ipPrefix": prefix, "from": "2026-01-01T00:00:00Z" });
    input(&json!({ "assignments": [item] }))
}

/// Variables of `recordDisclosure`: an abuse report about whoever the look-ups mean.
pub fn disclosure(recipient: &Value, subjects: &[Value]) -> Value {
    let subjects: Vec<_> = subjects.iter().map(|by| json!({ "by": by })).collect();
    input(&json!({
        "recipient": recipient,
        "ground": "ABUSE_REPORT",
        "purpose": "essential.service.abuse_handling",
        "dataCategories": ["user.contact.email", "user.device.ip_address"],
        "tier": "SUBSCRIBER",
        "disclosedAt": "2026-11-20T09:00:00Z",
        "reference": "canary reference",
        "authority": "canary authority",
        "note": "canary note",
        "subjects": subjects,
    }))
}

/// The disclosure of some variables, to be one item of a list or to take the place of another.
pub fn item(mut variables: Value) -> Value {
    variables["input"].take()
}

/// Some variables as those of a list with this one item.
pub fn list(name: &str, item: &Value) -> Value {
    input(&json!({ name: [item] }))
}

/// A disclosure as an observation of a series: twelve times in the year before.
pub fn observation(mut disclosure: Value) -> Value {
    let fields = disclosure.as_object_mut().expect("an input");
    fields.remove("disclosedAt");
    disclosure["from"] = json!("2025-12-01T00:00:00Z");
    disclosure["to"] = json!("2026-11-01T00:00:00Z");
    disclosure["count"] = json!(12);
    disclosure
}

/// Fills the owner's controller with two of every kind, the same for every controller: clients 42 and 43 of
/// `whmcs` share an e-mail address; 42 has a phone and held 203.0.113.0/24 and shop.example with a mailbox, and, as was
/// found out after disclosures about them, two more addresses; clients 44 and 45 were merged into it; there is a
/// client 46. What 42 asks for is done in the systems `whmcs` and `mailer`, codes are sent by `postman`, and two
/// recipients are told of what was done; what `archive` has of 46 must not be erased.
pub async fn populate(owner: &Actor) -> Ids {
    let mut ids = Ids {
        controller: owner
            .ask("{ viewer { controller { id } } }")
            .await
            .text_at("viewer.controller.id"),
        ..Ids::default()
    };
    for name in ["Jaguar Hosting", "Puma Cloud"] {
        let brand = owner.run(REGISTER_BRAND, input(&json!({ "name": name })));
        ids.brand = brand.await.text_at("registerBrand.brand.id");
    }
    let clients =
        ["44", "45", "46"].map(|client| json!({ "externalId": whmcs(client)["externalId"] }));
    let imported = input(&json!({ "customers": clients }));
    owner.run(IMPORT_CUSTOMERS, imported).await.ok();
    for (client, phones) in [("43", json!([])), ("42", json!(["+49 30 123456"]))] {
        let customer = json!({
            "name": format!("Client {client}"),
            "brandId": ids.brand,
            "externalIds": [{ "system": "whmcs", "id": client }],
            "emails": ["shared@example.org"],
            "phones": phones,
        });
        let registered = owner.run(REGISTER_CUSTOMER, input(&customer)).await;
        ids.other_customer = std::mem::take(&mut ids.customer);
        ids.customer = registered.text_at("registerCustomer.customer.id");
        ids.identifier = registered.text_at("registerCustomer.customer.identifiers.0.id");
        ids.address = registered.text_at("registerCustomer.customer.identifiers.1.id");
    }
    for resource in [
        json!({ "domain": "shop.example" }),
        json!({ "mailbox": "post@shop.example" }),
    ] {
        let mut variables = assignment(&json!({ "id": ids.customer }), "");
        let held = &mut variables["input"]["assignments"][0];
        held["ipPrefix"].take();
        for (kind, value) in resource.as_object().expect("a resource") {
            held[kind] = value.clone();
        }
        owner.run(RECORD_ASSIGNMENTS, variables).await.ok();
    }
    for (customer, prefix) in [
        (&ids.other_customer, "192.0.2.0/25"),
        (&ids.other_customer, "192.0.2.128/25"),
        (&ids.customer, "198.51.100.0/24"),
        (&ids.customer, "203.0.113.0/24"),
    ] {
        let variables = assignment(&json!({ "id": customer }), prefix);
        let recorded = owner.run(RECORD_ASSIGNMENTS, variables).await;
        ids.assignment = recorded.text_at("recordAssignments.results.0.assignment.id");
    }
    for (name, role) in [
        ("Stripe", "PROCESSOR"),
        ("Postmark", "SUB_PROCESSOR"),
        ("Jane Doe", "DATA_SUBJECT"),
        ("Spamhaus", "PRIVATE_PARTY"),
    ] {
        let variables = input(&json!({ "name": name, "role": role }));
        let registered = owner.run(REGISTER_RECIPIENT, variables).await;
        ids.recipient = registered.text_at("registerRecipient.recipient.id");
    }
    // Different ones, so that they are two lines of an accounting.
    for ground in ["COPYRIGHT_CLAIM", "ABUSE_REPORT"] {
        let subjects = [
            json!({ "id": ids.customer }),
            json!({ "id": ids.other_customer }),
        ];
        let mut variables = disclosure(&json!({ "id": ids.recipient }), &subjects);
        variables["input"]["ground"] = json!(ground);
        let recorded = owner.run(RECORD_DISCLOSURE, variables).await;
        ids.other_disclosure = std::mem::take(&mut ids.disclosure);
        ids.disclosure = recorded.text_at("recordDisclosure.disclosure.id");
        ids.subject = recorded.text_at("recordDisclosure.disclosure.subjects.0.id");
        ids.event = recorded.text_at("recordDisclosure.disclosure.event.id");
    }
    let said = json!({ "customer": { "id": ids.customer }, "brandId": ids.brand,
        "purpose": "marketing.communications.email", "channel": "EMAIL", "status": "GIVEN", "method": "CHECKBOX",
        "occurredAt": "2026-11-20T09:00:00Z", "source": "whmcs", "noticeVersion": "2026-1", "textDigest": DIGEST,
        "ipAddress": "2001:db8::7", "userAgent": "Browser 1", "note": "canary of a preference" });
    let recorded = owner.run(RECORD_PREFERENCE, input(&said)).await;
    ids.preference = recorded.text_at("recordPreference.preference.id");
    let of_nobody = json!({ "address": { "email": "nobody@example.org" }, "purpose": "marketing",
        "status": "WITHDRAWN", "method": "UNSUBSCRIBE_LINK", "note": "canary of an address" });
    let recorded = owner.run(RECORD_PREFERENCE, input(&of_nobody)).await;
    ids.other_preference = recorded.text_at("recordPreference.preference.id");
    let rule = json!({ "brandId": ids.brand, "country": "DE", "basis": "LEGITIMATE_INTERESTS" });
    owner.run(SET_CONTACT_RULE, input(&rule)).await.ok();
    let template = json!({ "name": "Newsletter", "purpose": "marketing", "brandId": ids.brand });
    owner.run(SET_MESSAGE_TEMPLATE, input(&template)).await.ok();
    find_out(owner, &mut ids).await;
    become_of(owner, &mut ids).await;
    let billing = input(&json!({ "name": "billing", "role": "BILLING" }));
    let issued = owner.run(ISSUE_TOKEN, billing).await;
    ids.integration = issued.text_at("issueToken.integration.id");
    ids.token = issued.text_at("issueToken.token.id");
    ids.access = was_read(owner, &ids, &issued.text_at("issueToken.secret")).await;
    ask::asked(owner, &mut ids).await;
    holds::told(owner, &mut ids).await;
    packages::done(owner, &mut ids).await;
    work::done(owner, &mut ids).await;
    holds::kept(owner, &mut ids).await;
    holds::promised(owner, &mut ids).await;
    holds::ruled(owner, &mut ids).await;
    incidents::happened(owner, &mut ids).await;
    map::mapped(owner, &mut ids).await;
    ids
}

/// SHA-256 of some evidence.
pub const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// An id of the billing system, as a look-up.
fn whmcs(client: &str) -> Value {
    json!({ "externalId": { "system": "whmcs", "id": client } })
}

/// Has the integration read the customer's name; gives the id of the line that says so.
async fn was_read(owner: &Actor, ids: &Ids, token: &str) -> String {
    let of = json!({ "id": ids.customer });
    let query = "query($id: ID!) { customer(by: { id: $id }) { name } }";
    owner.other(token).run(query, of.clone()).await.ok();
    let query = "query($id: ID!) { accessLog(first: 1, filter: { customer: { id: $id } }) { nodes { id } } }";
    let found = owner.run(query, of).await;
    found.text_at("accessLog.nodes.0.id")
}

/// What becomes of the customers: they are related and merged, and compared with what billing has.
async fn become_of(owner: &Actor, ids: &mut Ids) {
    for kind in ["OWNER", "CONTACT"] {
        let relation =
            json!({ "customer": whmcs("43"), "kind": kind, "relatedCustomer": whmcs("42") });
        let related = owner.run(RELATE_CUSTOMERS, input(&relation)).await;
        ids.relation = related.text_at("relateCustomers.relation.id");
    }
    for client in ["44", "45"] {
        let both = json!({ "from": whmcs(client), "into": whmcs("42") });
        owner.run(MERGE_CUSTOMERS, input(&both)).await.ok();
    }
    for complete in [true, false] {
        let part = json!({ "system": "whmcs", "ids": ["1"], "complete": complete });
        let sent = owner.run(RECONCILE_SNAPSHOT, input(&part)).await;
        ids.snapshot = std::mem::take(&mut ids.open_snapshot);
        ids.open_snapshot = sent.text_at("reconcileSnapshot.snapshot.id");
    }
}

/// Discloses something about two addresses, and learns later who held them.
async fn find_out(owner: &Actor, ids: &mut Ids) {
    for address in ["192.0.3.1", "192.0.3.2"] {
        let about = json!({ "ip": { "address": address, "at": "2026-06-01T00:00:00Z" } });
        let recipient = json!({ "id": ids.recipient });
        let variables = disclosure(&recipient, &[about]);
        let recorded = owner.run(RECORD_DISCLOSURE, variables).await;
        ids.other_questioned = std::mem::take(&mut ids.questioned);
        ids.questioned = recorded.text_at("recordDisclosure.disclosure.id");
        ids.unresolved = recorded.text_at("recordDisclosure.disclosure.subjects.0.id");
        let held = assignment(&json!({ "id": ids.customer }), address);
        owner.run(RECORD_ASSIGNMENTS, held).await.ok();
    }
    ids.finding = finding(owner, &ids.questioned).await;
}

/// The id of the finding about the only subject of a disclosure, as soon as there is one.
pub async fn finding(actor: &Actor, disclosure: &str) -> String {
    let look = async || {
        let query = "query($id: ID!) { node(id: $id) { ... on Disclosure { subjects { finding { id } } } } }";
        let found = actor.run(query, json!({ "id": disclosure })).await;
        let id = found.get("node.subjects.0.finding.id").as_str();
        id.map(str::to_owned)
    };
    eventually(Duration::from_secs(30), "a finding is raised", look).await
}
