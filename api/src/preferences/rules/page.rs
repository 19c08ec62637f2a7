//! Pages for persons who get messages and want no more of them.

use maud::html;

use crate::platform::html::{framed, notice};

/// What messages of a use are about, in words of those who get them.
fn about(purpose: &str) -> &'static str {
    let first = purpose.split('.').next().unwrap_or_default();
    match first {
        "marketing" => "news and offers",
        "analytics" => "surveys",
        "personalize" => "recommendations",
        _ => "messages of this kind",
    }
}

/// The page that asks; nothing has happened yet.
pub(in crate::preferences) fn asking(sender: &str, purpose: &str) -> String {
    let about = about(purpose);
    let content = html! {
        h1 { "Unsubscribe" }
        p.lead { "Do you want no more " (about) " by e-mail from " (sender) "?" }
        form method="post" {
            input type="hidden" name="confirm" value="yes";
            button type="submit" { "Unsubscribe" }
        }
        p.quiet {
            "What you need for your services, such as invoices and notices about security, still comes."
        }
    };
    framed(&format!("Unsubscribe from {sender}"), &content)
}

/// The page that says that it is done.
pub(in crate::preferences) fn done(sender: &str, purpose: &str) -> String {
    let text = format!(
        "You get no more {} by e-mail from {sender}. A message that is on its way already may still arrive.",
        about(purpose)
    );
    notice("You are unsubscribed", &text)
}

/// The page where there is nothing.
pub(in crate::preferences) fn no_such_link() -> String {
    notice(
        "This link does not work",
        "It is not complete, or it was never one. Open it once more from the message, or write to whoever sent that.",
    )
}

/// The page for what nobody meant.
pub(in crate::preferences) fn not_understood() -> String {
    notice(
        "This was not understood",
        "Nothing was changed. Open the link in the message, and press the button there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_is_called_is_text_and_nothing_else() {
        let page = asking("<b>Jaguar & Co</b>", "marketing.communications.email");
        assert!(page.contains("&lt;b&gt;Jaguar &amp; Co&lt;/b&gt;") && !page.contains("<b>"));
        assert!(page.contains("news and offers") && page.contains("method=\"post\""));
        assert!(done("Jaguar", "analytics.reporting").contains("surveys"));
    }
}
