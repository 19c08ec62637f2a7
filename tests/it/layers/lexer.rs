//! Splits a Rust source into words, marks and texts, without comments and without what is for tests only.

/// A word, a mark or the content of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Counts from 1.
    pub line: usize,
    pub text: String,
    /// Whether it is the content of a text.
    pub literal: bool,
}

impl Token {
    pub fn is_word(&self) -> bool {
        let first = self.text.chars().next().unwrap_or(' ');
        !self.literal && (first.is_alphabetic() || first == '_')
    }

    pub fn is(&self, text: &str) -> bool {
        !self.literal && self.text == text
    }
}

/// Whether the tokens from `at` on are these.
pub fn reads(tokens: &[Token], at: usize, texts: &[&str]) -> bool {
    texts
        .iter()
        .enumerate()
        .all(|(n, text)| tokens.get(at + n).is_some_and(|token| token.is(text)))
}

/// Splits a source into tokens. Comments and lifetimes are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    while let Some(c) = lexer.peek(0) {
        lexer.token(c);
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn skip(&mut self, count: usize) {
        for _ in 0..count {
            self.advance();
        }
    }

    fn push(&mut self, line: usize, text: String, literal: bool) {
        self.tokens.push(Token {
            line,
            text,
            literal,
        });
    }

    fn token(&mut self, c: char) {
        match (c, self.peek(1)) {
            ('/', Some('/')) => {
                while self.peek(0).is_some_and(|c| c != '\n') {
                    self.advance();
                }
            }
            ('/', Some('*')) => self.block_comment(),
            ('"', _) => self.quoted(),
            ('\'', _) => self.quote(),
            (':', Some(':')) => {
                self.push(self.line, "::".to_owned(), false);
                self.skip(2);
            }
            _ if c.is_whitespace() => self.skip(1),
            _ if c.is_alphanumeric() || c == '_' => self.word(),
            _ => {
                self.push(self.line, c.to_string(), false);
                self.skip(1);
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.skip(2);
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.skip(2);
                    if depth == 0 {
                        return;
                    }
                }
                (None, _) => return,
                _ => self.skip(1),
            }
        }
    }

    fn quoted(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.skip(1);
        while let Some(c) = self.advance() {
            match c {
                '"' => break,
                '\\' => text.extend(self.advance()),
                _ => text.push(c),
            }
        }
        self.push(line, text, true);
    }

    /// A character or a lifetime.
    fn quote(&mut self) {
        self.skip(1);
        if self.peek(0) == Some('\\') {
            self.skip(2);
            while self.advance().is_some_and(|c| c != '\'') {}
        } else if self.peek(1) == Some('\'') {
            self.skip(2);
        } else {
            while self
                .peek(0)
                .is_some_and(|c| c.is_alphanumeric() || c == '_')
            {
                self.skip(1);
            }
        }
    }

    fn word(&mut self) {
        let line = self.line;
        let mut word = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            word.push(c);
            self.skip(1);
        }
        let hashes = (0..).take_while(|n| self.peek(*n) == Some('#')).count();
        match (word.as_str(), self.peek(hashes)) {
            ("r" | "br" | "cr", Some('"')) => self.raw(line, hashes),
            ("b" | "c", Some('"')) if hashes == 0 => self.quoted(),
            ("b", Some('\'')) => self.quote(),
            // A raw identifier: the word behind it counts.
            ("r", Some(_)) if hashes == 1 => self.skip(1),
            _ => self.push(line, word, false),
        }
    }

    fn raw(&mut self, line: usize, hashes: usize) {
        let mut text = String::new();
        self.skip(hashes + 1);
        while let Some(c) = self.advance() {
            if c == '"' && (0..hashes).all(|n| self.peek(n) == Some('#')) {
                self.skip(hashes);
                break;
            }
            text.push(c);
        }
        self.push(line, text, true);
    }
}

/// Leaves out what is under `#[cfg(test)]`; also gives the names of modules that are in files of their own.
pub fn without_tests(tokens: Vec<Token>) -> (Vec<Token>, Vec<String>) {
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(token) = tokens.get(at) {
        if !reads(&tokens, at, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            kept.push(token.clone());
            at += 1;
            continue;
        }
        at += 7;
        while reads(&tokens, at, &["#", "["]) {
            at = closing(&tokens, at + 1);
        }
        let start = at;
        while tokens
            .get(at)
            .is_some_and(|token| !token.is(";") && !token.is("{"))
        {
            at += 1;
        }
        if tokens.get(at).is_some_and(|token| token.is("{")) {
            at = closing(&tokens, at);
        } else {
            if let (true, Some(name)) = (reads(&tokens, start, &["mod"]), tokens.get(start + 1)) {
                modules.push(name.text.clone());
            }
            at += 1;
        }
    }
    (kept, modules)
}

/// The place behind the bracket that closes the one at `at`.
fn closing(tokens: &[Token], at: usize) -> usize {
    let mut depth = 0_usize;
    for (n, token) in tokens.iter().enumerate().skip(at) {
        if ["(", "[", "{"].iter().any(|open| token.is(open)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|close| token.is(close)) {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return n + 1;
            }
        }
    }
    tokens.len()
}

#[test]
fn comments_texts_and_tests_are_not_code() {
    let text = r##"
        //! use poem;
        /* poem /* poem */ poem */
        const A: &str = "poem \" poem"; const B: &str = r#"a "poem" b"#;
        fn f<'poem>(c: char) -> bool { c == '"' || c == '\'' || b'"' == 1 }
        #[cfg(test)]
        #[expect(x)]
        mod tests { use poem::Route; fn g() { { } } }
        use other::poem_like;
    "##;
    let (tokens, _) = without_tests(tokens(text));
    assert!(!tokens.iter().any(|token| token.is("poem")), "{tokens:?}");
    let texts: Vec<_> = tokens.iter().filter(|token| token.literal).collect();
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[1].text, r#"a "poem" b"#);
    assert!(
        tokens
            .iter()
            .any(|token| token.is("poem_like") && token.line == 9)
    );
}
