//! Words for where data goes.

text_enum! {
    /// What a place on the data map is.
    pub enum DataMapNodeKind {
        /// The customers themselves, and other persons: where data comes from.
        Customer = "CUSTOMER",
        /// A system of the controller.
        System = "SYSTEM",
        /// A recipient.
        Recipient = "RECIPIENT",
    }
}

text_enum! {
    /// In which form a diagram is given.
    pub enum DiagramFormat {
        /// A flowchart for Mermaid.
        Mermaid = "MERMAID",
        /// A directed graph for Graphviz.
        Dot = "DOT",
        /// A picture.
        Svg = "SVG",
    }
}
