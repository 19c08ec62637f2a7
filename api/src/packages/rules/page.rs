//! What is in a package, as a page to read: one file without anything from elsewhere, to be opened, printed and kept.
//! And the page at a link, which hands the package out.

use maud::{Markup, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::document::{
    Access, Document, Identifier, Kept, PastRequest, Person, Preference, Recipient, System,
};
use super::words::{bytes, day, words};
use crate::platform::html::framed;

/// What must be escaped in a path of a link.
const IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// The page of a package.
pub(in crate::packages) fn page(document: &Document) -> String {
    let content = html! {
        h1 { "Your data at " (document.controller) }
        p.lead {
            "This is what " (document.controller) " holds about you, where it came from, who received it and what has to be "
            "kept. It answers your request " (document.request_id) " and was put together on " (day(&document.created_at)) "."
        }
        p.quiet {
            "Everything on this page is also in " a href="data.json" { "data.json" } " for other programs; "
            a href="schema.json" { "schema.json" } " describes it. Times are in UTC."
        }
        nav aria-label="Contents" {
            a href="#you" { "You" } a href="#files" { "Files" } a href="#recipients" { "Who received data" }
            a href="#preferences" { "Your choices" } a href="#requests" { "Your requests" } a href="#accesses" { "Who read it" } a href="#kept" { "What is kept" } a href="#rights" { "Your rights" }
        }
        (person(document.person.as_ref()))
        (systems(&document.systems))
        (recipients(&document.recipients))
        (preferences(&document.preferences))
        (requests(&document.requests, &document.request_id))
        (accesses(&document.accesses))
        (kept(&document.kept))
        h2 #rights { "Your rights" }
        p {
            "You may ask " (document.controller) " to correct or erase data, to restrict its use, to hand it to another "
            "provider, or object to its use. You may complain to a data-protection authority, such as that of the country "
            "where you live."
        }
    };
    framed(&format!("Your data at {}", document.controller), &content)
}

fn or_dash(text: Option<&str>) -> &str {
    text.unwrap_or("–")
}

fn person(person: Option<&Person>) -> Markup {
    html! {
        h2 #you { "What is known of you" }
        @if let Some(person) = person {
            table {
                tr { th scope="row" { "Name" } td { (or_dash(person.name.as_deref())) } }
                tr { th scope="row" { "Customer" } td { (words(&person.kind)) ", " (words(&person.category)) } }
                tr { th scope="row" { "Country" } td { (or_dash(person.country.as_deref())) } }
                tr { th scope="row" { "Served as" } td { (or_dash(person.brand.as_deref())) } }
                tr { th scope="row" { "Known since" } td { (day(&person.known_since)) } }
                @if let Some(ended) = &person.services_ended_at {
                    tr { th scope="row" { "Services ended" } td { (day(ended)) } }
                }
            }
            (identifiers(&person.identifiers))
            @if !person.resources.is_empty() {
                h3 { "Addresses, domains and mailboxes that you held" }
                table {
                    thead { tr { th { "Kind" } th { "Which" } th { "From" } th { "Until" } } }
                    @for one in &person.resources {
                        tr {
                            td { (words(&one.kind)) } td { (or_dash(one.value.as_deref())) } td { (day(&one.from)) }
                            td { (one.until.as_deref().map_or("today", day)) }
                        }
                    }
                }
            }
            @if !person.relations.is_empty() {
                h3 { "Other customers" }
                table {
                    thead { tr { th { "Relation" } th { "From" } th { "Until" } } }
                    @for one in &person.relations {
                        tr {
                            td {
                                @if one.is_the_person { "you are " (words(&one.kind)) " of another customer" }
                                @else { "another customer is " (words(&one.kind)) " of yours" }
                            }
                            td { (day(&one.from)) } td { (one.until.as_deref().map_or("today", day)) }
                        }
                    }
                }
                p.quiet { "They are not named: it is their data, too." }
            }
        } @else {
            p { "You are not on record as a customer, or it was not known which one. What systems found is below." }
        }
    }
}

fn identifiers(identifiers: &[Identifier]) -> Markup {
    html! {
        @if !identifiers.is_empty() {
            h3 { "What you are known by" }
            table {
                thead { tr { th { "Kind" } th { "Value" } th { "Since" } th { "Until" } th { "Source" } } }
                @for one in identifiers {
                    tr {
                        td { (words(&one.kind)) @if let Some(system) = &one.system { " (" (system) ")" } }
                        td { (or_dash(one.value.as_deref())) }
                        td { (day(&one.recorded_at)) } td { (one.ended_at.as_deref().map_or("today", day)) }
                        td { (one.source.as_deref().unwrap_or("–")) }
                    }
                }
            }
        }
    }
}

fn systems(systems: &[System]) -> Markup {
    html! {
        h2 #files { "Files from our systems" }
        @if systems.is_empty() { p { "No system was asked for files." } } @else {
            table {
                thead { tr { th { "System" } th { "Result" } th { "Files" } } }
                @for one in systems {
                    tr {
                        td { (one.name) }
                        td {
                            (words(&one.outcome))
                            @if let Some(skipped) = &one.skipped { ": " (words(skipped)) }
                        }
                        td {
                            @for file in &one.files {
                                div {
                                    a href=(utf8_percent_encode(&file.path, IN_PATH)) { (file.name) }
                                    " (" (file.media_type) ", " (bytes(file.size)) ")"
                                }
                            }
                            @if one.files.is_empty() { "–" }
                        }
                    }
                }
            }
        }
    }
}

fn recipients(recipients: &[Recipient]) -> Markup {
    html! {
        h2 #recipients { "Who received data of yours" }
        @if recipients.is_empty() { p { "Nobody is listed." } } @else {
            table {
                thead { tr { th { "Recipient" } th { "Why" } th { "Which data" } th { "When" } } }
                @for one in recipients {
                    tr {
                        td {
                            @match &one.name {
                                Some(name) => strong { (name) },
                                None => "a person, who is not named",
                            }
                            div.quiet {
                                (words(&one.category)) @if let Some(country) = &one.country { ", " (country) }
                                @if let Some(notice) = &one.privacy_notice { br; (notice) }
                            }
                        }
                        td { (words(&one.ground)) div.quiet { (words(&one.purpose)) } }
                        td { (one.data_categories.iter().map(|key| words(key)).collect::<Vec<_>>().join(", ")) }
                        td {
                            (day(&one.first_at))
                            @if one.count > 1 {
                                " to " (day(&one.last_at)) div.quiet { (one.count) " times, " (words(&one.frequency)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn preferences(preferences: &[Preference]) -> Markup {
    html! {
        h2 #preferences { "Your choices" }
        @if preferences.is_empty() { p { "Nothing is listed." } } @else {
            table {
                thead { tr { th { "About" } th { "You said" } th { "When" } th { "How" } th { "Counts now" } } }
                @for one in preferences {
                    tr {
                        td {
                            (words(&one.about))
                            div.quiet {
                                (one.channel.as_deref().map_or_else(|| "all channels".to_owned(), words))
                                @if let Some(brand) = &one.brand { ", " (brand) }
                            }
                        }
                        td { (words(&one.status)) }
                        td { (day(&one.at)) @if let Some(end) = &one.expires_at { div.quiet { "until " (day(end)) } } }
                        td { (words(&one.method)) @if let Some(source) = &one.source { div.quiet { (source) } } }
                        td { @if one.counts { "yes" } @else { "no" } }
                    }
                }
            }
        }
    }
}

fn accesses(accesses: &[Access]) -> Markup {
    html! {
        h2 #accesses { "Who read your data" }
        @if accesses.is_empty() { p { "Nothing is listed." } } @else {
            table {
                thead { tr { th { "Day" } th { "Read by" } th { "What" } } }
                @for one in accesses {
                    tr {
                        td { (day(&one.day)) }
                        td {
                            (one.by.as_deref().unwrap_or("an administrator"))
                            @if let Some(purpose) = &one.purpose { div.quiet { (words(purpose)) } }
                        }
                        td { @if one.fields.is_empty() { "everything" } (one.fields.iter().map(|field| words(field)).collect::<Vec<_>>().join(", ")) }
                    }
                }
            }
        }
    }
}

fn requests(requests: &[PastRequest], this: &str) -> Markup {
    html! {
        h2 #requests { "Your requests" }
        @for one in requests {
            h3 {
                (day(&one.received_at)) " by " (words(&one.channel))
                @if one.id == this { " – this request" }
            }
            p.quiet { (one.id) }
            table {
                thead { tr { th { "Asked for" } th { "Result" } th { "Since" } } }
                @for ask in &one.asks {
                    tr { td { (words(&ask.kind)) } td { (words(&ask.status)) } td { (day(&ask.status_at)) } }
                }
            }
            @if let Some(text) = &one.text { blockquote { (text) } }
            @for message in &one.messages {
                p.quiet { (day(&message.at)) ": " (words(&message.kind)) ", " (words(&message.direction)) " by " (words(&message.channel)) }
                @if let Some(text) = &message.text { blockquote { (text) } }
            }
        }
    }
}

fn kept(kept: &[Kept]) -> Markup {
    html! {
        h2 #kept { "What has to be kept" }
        @if kept.is_empty() { p { "Nothing is listed." } } @else {
            table {
                thead { tr { th { "What" } th { "Where" } th { "Why" } th { "Until" } } }
                @for one in kept {
                    tr {
                        td { (or_dash(one.what.as_deref())) } td { (one.system) }
                        td { (words(&one.ground)) @if let Some(source) = &one.source { div.quiet { (source) } } }
                        td { (one.until.as_deref().unwrap_or("it is settled")) }
                    }
                }
            }
        }
    }
}

/// The page at a link: a person presses its button, which a mail scanner that follows links does not.
pub(in crate::packages) fn door(controller: &str, size: i64, until: &str) -> String {
    let content = html! {
        h1 { "Your data at " (controller) }
        p.lead { "A file with your data is ready: " (bytes(size)) ", a ZIP archive. Open index.html in it to read it." }
        p { "This link works once, until " (until) ". Save the file where only you can read it." }
        form method="post" { button type="submit" { "Download" } }
        p.quiet { "Should the download break off, ask for another link." }
    };
    framed(&format!("Your data at {controller}"), &content)
}
