//! The frame of pages that persons see: one file without anything from elsewhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif; color: #1c2430; background: #f4f6f8; margin: 0; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 2rem 4rem; background: #fff; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .4rem; padding-top: 1rem; border-top: 1px solid #d9dfe6; }
h3 { font-size: 1rem; margin: 1.2rem 0 .2rem; }
p { margin: .4rem 0; } .lead { color: #4b5868; } .quiet { color: #5f6c7b; font-size: .9rem; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
th { text-align: left; font-weight: 600; color: #4b5868; border-bottom: 2px solid #d9dfe6; padding: .35rem .8rem .35rem 0; }
th[scope=row] { width: 14rem; border-bottom: 1px solid #e8ecf0; }
td { vertical-align: top; border-bottom: 1px solid #e8ecf0; padding: .45rem .8rem .45rem 0; overflow-wrap: anywhere; }
blockquote { margin: .4rem 0; padding: .2rem 0 .2rem 1rem; border-left: 3px solid #c9d3de; white-space: pre-wrap; }
nav { margin: 1.2rem 0 0; } nav a { margin-right: 1.2rem; } a { color: #0b5cad; }
button { font: inherit; font-weight: 600; color: #fff; background: #0b5cad; border: 0; border-radius: .4rem;
  padding: .7rem 1.4rem; cursor: pointer; } button:focus-visible { outline: 3px solid #7db4ea; }
@media print { body { background: #fff; } main { padding: 0; } tr, blockquote { break-inside: avoid; } nav { display: none; } }
";

/// A whole page.
pub(crate) fn framed(title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (content) } }
        }
    };
    page.into_string()
}

/// A page that says one thing.
pub(crate) fn notice(title: &str, text: &str) -> String {
    framed(title, &html! { h1 { (title) } p.lead { (text) } })
}
