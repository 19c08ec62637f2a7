//! What a controller that was filled has.

/// Ids of one record of every kind of a controller.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    /// The controller.
    pub controller: String,
    /// An integration, which is not the owner.
    pub integration: String,
    /// Its token.
    pub token: String,
    /// A customer.
    pub customer: String,
    /// Another one, who shares the e-mail address of the first.
    pub other_customer: String,
    /// An identifier.
    pub identifier: String,
    /// An assignment.
    pub assignment: String,
    /// A recipient.
    pub recipient: String,
    /// A disclosure.
    pub disclosure: String,
    /// Another one, about the same customers.
    pub other_disclosure: String,
    /// The subject of the first.
    pub subject: String,
    /// Its event.
    pub event: String,
    /// A brand, under which the customer is served.
    pub brand: String,
    /// What the other customer is to the customer.
    pub relation: String,
    /// A complete snapshot of `whmcs`. No list shows it.
    pub snapshot: String,
    /// One that waits for more.
    pub open_snapshot: String,
    /// A disclosure about whoever held an address: about nobody, as it seemed, and about the customer, as is known now.
    pub questioned: String,
    /// Another one.
    pub other_questioned: String,
    /// Its subject.
    pub unresolved: String,
    /// What was found out about that.
    pub finding: String,
    /// A request of the customer for access and deletion, known as ticket 4712.
    pub request: String,
    /// Its first item, of which nothing was heard since.
    pub item: String,
    /// Its second item, which is looked at.
    pub reviewed: String,
    /// The clock of its first item.
    pub clock: String,
    /// The clock of its third item, which stands still while that waits for information.
    pub paused_clock: String,
    /// The clock of its fourth item, which waits for information.
    pub waiting_clock: String,
    /// Another one, known as ticket 4711.
    pub other_request: String,
    /// Its first item.
    pub other_item: String,
    /// A third one, which is being worked on.
    pub worked: String,
    /// Its item.
    pub worked_item: String,
    /// An e-mail address of the customer that was made sure of.
    pub address: String,
    /// The system `whmcs`, whose tasks the owner's integration does.
    pub system: String,
    /// A task that waits, in `mailer`.
    pub task: String,
    /// One of `whmcs` that failed.
    pub failed_task: String,
    /// One that could not erase everything.
    pub retained_task: String,
    /// Those that are held.
    pub held: [String; 4],
    /// Under which lease. No list shows it.
    pub lease: String,
    /// A file that was uploaded for the first of them.
    pub attachment: String,
    /// A request of the customer that was fulfilled, so that recipients are told of it.
    pub told: String,
    /// Its item.
    pub told_item: String,
    /// A notice about it that is to be sent.
    pub notice: String,
    /// Another one, which was sent.
    pub sent_notice: String,
    /// Client 46.
    pub held_customer: String,
    /// A legal hold over it that ends of itself.
    pub hold: String,
    /// Another one, which somebody has to release.
    pub other_hold: String,
    /// What a system must keep of it.
    pub block: String,
    /// For how long billing keeps invoices.
    pub rule: String,
    /// That it has one.
    pub anchor: String,
    /// Something that happened, which was confirmed.
    pub incident: String,
    /// Something that may have happened at the recipient.
    pub suspicion: String,
    /// A disclosure that nobody allowed, of which an incident was reported.
    pub breach: String,
    /// That customers are told of the first by a system. No list shows it but that of the incident.
    pub told_customers: String,
    /// That the authority was told of the first.
    pub notification: String,
    /// An agreement with the recipient.
    pub agreement: String,
    /// What allowed that data goes to it, once.
    pub mechanism: String,
    /// That data goes to it from billing.
    pub flow: String,
    /// A recipient under contract.
    pub processor: String,
    /// One that works for it.
    pub sub_processor: String,
    /// Something that the customer said about a use of their data.
    pub preference: String,
    /// Something that was said of an address that no customer has.
    pub other_preference: String,
    /// That the customer's name was read, by the integration. Reading lists makes more of the kind.
    pub access: String,
    /// A package of what is known of the customer, which is ready.
    pub package: String,
    /// The thing that was asked for with it.
    pub packed_item: String,
    /// Another thing, of which there is no package yet.
    pub unpacked_item: String,
    /// A message that was sent.
    pub message: String,
    /// A term that was promised to those who live where nobody of these stories does.
    pub house_term: String,
}

impl Ids {
    /// All of them that a list shows.
    pub fn all(&self) -> Vec<&str> {
        vec![
            &self.controller,
            &self.house_term,
            &self.message,
            &self.package,
            &self.preference,
            &self.other_preference,
            &self.packed_item,
            &self.unpacked_item,
            &self.integration,
            &self.token,
            &self.customer,
            &self.other_customer,
            &self.identifier,
            &self.assignment,
            &self.recipient,
            &self.disclosure,
            &self.other_disclosure,
            &self.subject,
            &self.event,
            &self.brand,
            &self.relation,
            &self.questioned,
            &self.unresolved,
            &self.finding,
            &self.request,
            &self.item,
            &self.reviewed,
            &self.clock,
            &self.paused_clock,
            &self.waiting_clock,
            &self.other_request,
            &self.other_item,
            &self.worked,
            &self.worked_item,
            &self.address,
            &self.system,
            &self.task,
            &self.failed_task,
            &self.retained_task,
            &self.held[0],
            &self.held[1],
            &self.held[2],
            &self.held[3],
            &self.attachment,
            &self.told,
            &self.told_item,
            &self.notice,
            &self.sent_notice,
            &self.held_customer,
            &self.hold,
            &self.other_hold,
            &self.block,
            &self.rule,
            &self.anchor,
            &self.incident,
            &self.suspicion,
            &self.breach,
            &self.told_customers,
            &self.notification,
            &self.agreement,
            &self.mechanism,
            &self.flow,
            &self.processor,
            &self.sub_processor,
        ]
    }
}
