//! Diagrams of the map as text that other tools draw.

use entity::enums::DataMapNodeKind;

/// A place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Box {
    /// What it is.
    pub(crate) kind: DataMapNodeKind,
    /// What it is called.
    pub(crate) label: String,
}

/// That data goes from one place to another: numbers of boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrow {
    /// From where.
    pub(crate) from: usize,
    /// To where.
    pub(crate) to: usize,
    /// What for.
    pub(crate) label: String,
    /// Whether no flow goes: the one place runs the other, or engages it.
    pub(crate) is_tie: bool,
}

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drawing {
    /// The places.
    pub(crate) boxes: Vec<Box>,
    /// What goes between them.
    pub(crate) arrows: Vec<Arrow>,
}

impl Drawing {
    /// As a flowchart for Mermaid, from the left to the right.
    pub(crate) fn mermaid(&self) -> String {
        let mut lines = vec!["flowchart LR".to_owned()];
        for (n, place) in self.boxes.iter().enumerate() {
            let (open, close) = match place.kind {
                DataMapNodeKind::Customer => ("([", "])"),
                DataMapNodeKind::System => ("[", "]"),
                DataMapNodeKind::Recipient => ("{{", "}}"),
            };
            let label = mermaid_text(&place.label);
            lines.push(format!("    n{n}{open}\"{label}\"{close}"));
        }
        for arrow in &self.arrows {
            let (from, to, label) = (arrow.from, arrow.to, mermaid_text(&arrow.label));
            let shaft = if arrow.is_tie { "-.->" } else { "-->" };
            lines.push(format!("    n{from} {shaft}|\"{label}\"| n{to}"));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// As a directed graph for Graphviz, from the left to the right.
    pub(crate) fn dot(&self) -> String {
        let mut lines = vec![
            "digraph data_map {".to_owned(),
            "    rankdir=LR;".to_owned(),
            "    node [fontname=\"sans-serif\"];".to_owned(),
        ];
        for (n, place) in self.boxes.iter().enumerate() {
            let shape = match place.kind {
                DataMapNodeKind::Customer => "ellipse",
                DataMapNodeKind::System => "box",
                DataMapNodeKind::Recipient => "hexagon",
            };
            let label = dot_text(&place.label);
            lines.push(format!("    n{n} [label=\"{label}\", shape={shape}];"));
        }
        for arrow in &self.arrows {
            let (from, to, label) = (arrow.from, arrow.to, dot_text(&arrow.label));
            let style = if arrow.is_tie { ", style=dashed" } else { "" };
            lines.push(format!("    n{from} -> n{to} [label=\"{label}\"{style}];"));
        }
        lines.push("}\n".to_owned());
        lines.join("\n")
    }
}

/// Text between quotes in Mermaid, which reads entities there.
fn mermaid_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => safe.push_str("#quot;"),
            // Two of them begin a comment, or a directive, also between quotes.
            '%' => safe.push_str("#37;"),
            '#' => safe.push_str("#35;"),
            '<' => safe.push_str("#lt;"),
            '>' => safe.push_str("#gt;"),
            '&' => safe.push_str("#amp;"),
            '`' => safe.push_str("#96;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

/// Text between quotes in DOT.
fn dot_text(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '\\' => safe.extend(['\\', c]),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(label: &str) -> Drawing {
        let place = |kind, label: &str| Box {
            kind,
            label: label.to_owned(),
        };
        Drawing {
            boxes: vec![
                place(DataMapNodeKind::Customer, "Customers"),
                place(DataMapNodeKind::System, "whmcs"),
                place(DataMapNodeKind::Recipient, label),
            ],
            arrows: vec![
                Arrow {
                    from: 0,
                    to: 1,
                    label: "essential.service".to_owned(),
                    is_tie: false,
                },
                Arrow {
                    from: 1,
                    to: 2,
                    label: "runs it".to_owned(),
                    is_tie: true,
                },
            ],
        }
    }

    #[test]
    fn a_drawing_is_written_in_both_languages() {
        let drawing = drawing("Stripe");
        assert_eq!(
            drawing.mermaid(),
            "flowchart LR\n    n0([\"Customers\"])\n    n1[\"whmcs\"]\n    n2{{\"Stripe\"}}\n    \
             n0 -->|\"essential.service\"| n1\n    n1 -.->|\"runs it\"| n2\n"
        );
        assert_eq!(
            drawing.dot(),
            "digraph data_map {\n    rankdir=LR;\n    node [fontname=\"sans-serif\"];\n    \
             n0 [label=\"Customers\", shape=ellipse];\n    n1 [label=\"whmcs\", shape=box];\n    \
             n2 [label=\"Stripe\", shape=hexagon];\n    n0 -> n1 [label=\"essential.service\"];\n    \
             n1 -> n2 [label=\"runs it\", style=dashed];\n}\n"
        );
    }

    #[test]
    fn what_somebody_is_called_ends_no_text() {
        let drawing = drawing("a\"]; b --> c <script> \\ \n #x %%{init: {}}%%");
        assert!(drawing.mermaid().contains(
            "n2{{\"a#quot;]; b --#gt; c #lt;script#gt; \\   #35;x #37;#37;{init: {}}#37;#37;\"}}"
        ));
        assert!(
            drawing
                .dot()
                .contains("[label=\"a\\\"]; b --> c <script> \\\\   #x %%{init: {}}%%\", shape")
        );
    }
}
