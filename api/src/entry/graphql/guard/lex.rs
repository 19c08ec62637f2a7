//! The lexical gate: bytes, tokens and bracket nesting of a document, before any parser recurses
//! into it.
//!
//! One pass from left to right, no recursion, nothing kept. It must see strings and comments
//! exactly where the parser sees them, or brackets could hide from it in what it takes for a
//! string. What it cannot place for certain it refuses.

use async_graphql::Pos;

use super::{Limits, Rejection, SyntaxFault};

/// What the limits need to know about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Plain,
    /// A string without an end.
    Unterminated,
}

/// Checks the limits that need no parser.
pub(super) fn scan(document: &str, limits: &Limits) -> Result<(), Rejection> {
    if document.len() > limits.bytes {
        return Err(Rejection::Bytes {
            limit: limits.bytes,
        });
    }
    let mut rest = skip_ignored(document.as_bytes());
    let mut tokens = 0_usize;
    let mut open = 0_usize;
    while let Some((token, tail)) = next_token(rest) {
        tokens += 1;
        if tokens > limits.tokens {
            return Err(Rejection::Tokens {
                limit: limits.tokens,
            });
        }
        match token {
            Token::Open if open >= limits.nesting => {
                return Err(Rejection::Nesting {
                    limit: limits.nesting,
                });
            }
            Token::Open => open += 1,
            // A bracket too many stops the parser here, so that what follows it cannot matter.
            Token::Close => open = open.saturating_sub(1),
            Token::Plain => {}
            Token::Unterminated => {
                let position = position_before(document, rest.len());
                return Err(Rejection::Syntax(SyntaxFault::at(position)));
            }
        }
        rest = skip_ignored(tail);
    }
    Ok(())
}

/// The first token of `rest` and what follows it.
fn next_token(rest: &[u8]) -> Option<(Token, &[u8])> {
    Some(match rest {
        [] => return None,
        [b'"', b'"', b'"', tail @ ..] => string_token(after_block_string(tail)),
        [b'"', tail @ ..] => string_token(after_string(tail)),
        [b'{' | b'[' | b'(', tail @ ..] => (Token::Open, tail),
        [b'}' | b']' | b')', tail @ ..] => (Token::Close, tail),
        [b'.', b'.', b'.', tail @ ..] => (Token::Plain, tail),
        [first, tail @ ..] if is_name_byte(*first) => {
            (Token::Plain, skip_while(tail, is_name_byte))
        }
        [_, tail @ ..] => (Token::Plain, tail),
    })
}

fn string_token(tail: Option<&[u8]>) -> (Token, &[u8]) {
    let Some(tail) = tail else {
        return (Token::Unterminated, &[]);
    };
    (Token::Plain, tail)
}

/// What follows a block string, given what follows its opening quotes.
///
/// Without closing quotes the parser reads the opening ones as an empty string and the beginning of
/// another, which is why a missing end must not be taken for a string up to the end of the
/// document.
fn after_block_string(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        rest = match rest {
            [b'"', b'"', b'"', tail @ ..] => return Some(tail),
            [b'\\', b'"', b'"', b'"', tail @ ..] | [_, tail @ ..] => tail,
            [] => return None,
        };
    }
}

/// What follows a string, given what follows its opening quote. A string ends on its line.
fn after_string(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        rest = match rest {
            [b'"', tail @ ..] => return Some(tail),
            [] | [b'\n' | b'\r', ..] | [b'\\', b'\n' | b'\r', ..] => return None,
            [b'\\', _, tail @ ..] | [_, tail @ ..] => tail,
        };
    }
}

/// Skips white space, commas, byte order marks and comments.
fn skip_ignored(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b' ' | b'\t' | b'\n' | b'\r' | b',', tail @ ..] | [0xEF, 0xBB, 0xBF, tail @ ..] => {
                tail
            }
            [b'#', tail @ ..] => skip_while(tail, |byte| !matches!(byte, b'\n' | b'\r')),
            _ => return rest,
        };
    }
}

fn skip_while(mut rest: &[u8], skipped: impl Fn(u8) -> bool) -> &[u8] {
    while let [first, tail @ ..] = rest
        && skipped(*first)
    {
        rest = tail;
    }
    rest
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Line and column, from 1, of the place where `remaining` bytes are left.
fn position_before(document: &str, remaining: usize) -> Pos {
    let before = document
        .get(..document.len().saturating_sub(remaining))
        .unwrap_or(document);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Room for `tokens` tokens and `nesting` open brackets.
    fn limits(tokens: usize, nesting: usize) -> Limits {
        Limits {
            tokens,
            nesting,
            ..Limits::DEFAULT
        }
    }

    /// The number of tokens and the deepest nesting, by trying the limits from below.
    fn measure(document: &str) -> (usize, usize) {
        let fits = |tokens, nesting| scan(document, &limits(tokens, nesting)).is_ok();
        let tokens = (0..1000).find(|tokens| fits(*tokens, 1000)).unwrap();
        let nesting = (0..1000).find(|nesting| fits(1000, *nesting)).unwrap();
        (tokens, nesting)
    }

    #[test]
    fn tokens_and_nesting_are_counted() {
        for (document, expected) in [
            ("", (0, 0)),
            (" \t\r\n,,\u{feff}", (0, 0)),
            ("{ version }", (3, 1)),
            ("{a(b:[1,2]){c}}", (14, 3)),
            ("{ ...F } # }{[(", (4, 1)),
            ("# {[(\r{a}", (3, 1)),
            ("{a(b: -1.5)}", (11, 2)),
            ("$x_1 @y ! | &", (7, 0)),
        ] {
            assert_eq!(measure(document), expected, "{document:?}");
        }
    }

    #[test]
    fn brackets_in_strings_do_not_count_and_brackets_after_them_do() {
        for (document, expected) in [
            (r#""{[(""#, (1, 0)),
            (r#""\"{" ["#, (2, 1)),
            (r#""\\" [["#, (3, 2)),
            (r#""" ["#, (2, 1)),
            (r#""""""" ["#, (2, 1)),
            (r#""""{"{""{ \""" [ """ ["#, (2, 1)),
            ("\"\"\"{\n# {\r\n(\"\"\" [", (2, 1)),
            (r##""# not a comment" ["##, (2, 1)),
            ("# \"not a string\n[[", (2, 2)),
            ("\"ünï {\" [", (2, 1)),
        ] {
            assert_eq!(measure(document), expected, "{document:?}");
        }
    }

    #[test]
    fn strings_without_an_end_are_refused_at_their_beginning() {
        for (document, line, column) in [
            ("{a(b: \"x", 1, 7),
            ("{a(b:\n \"x\n\")}", 2, 2),
            ("{a(b:\r\n\"x\r\")}", 2, 1),
            ("\"x\\\n\"", 1, 1),
            ("\"x\\", 1, 1),
            ("ü \"\"\"x\"\" {", 1, 3),
            (r#"""""x\""""#, 1, 1),
            (r#""""x\\""""#, 1, 1),
        ] {
            let expected = Rejection::Syntax(SyntaxFault::at(Pos { line, column }));
            assert_eq!(
                scan(document, &Limits::DEFAULT),
                Err(expected),
                "{document:?}"
            );
        }
    }

    /// The parser reads these three quotes as an empty string and the beginning of another one.
    #[test]
    fn an_open_block_string_hides_no_brackets() {
        let document = format!(
            r#"{{f(x:[""" " {}1{}])}}"#,
            "[".repeat(2000),
            "]".repeat(2000)
        );
        assert_eq!(
            scan(&document, &Limits::DEFAULT).map_err(|rejection| rejection.code()),
            Err("GRAPHQL_PARSE_FAILED")
        );
    }

    #[test]
    fn closing_brackets_too_many_do_not_make_room() {
        assert_eq!(
            scan("}}}}[[[", &limits(100, 2)),
            Err(Rejection::Nesting { limit: 2 })
        );
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(text in "[{}\\[\\]()\"\\\\#.:$@!,a0é \r\n]{0,120}") {
            let answer = super::super::check(&text, &Limits::DEFAULT);
            prop_assert!(answer.map_or_else(|rejection| !rejection.code().is_empty(), |_| true));
        }

        #[test]
        fn any_string_literal_is_one_token(content in "([^\"\\\\\r\n]|\\\\[\"\\\\/bfnrt]){0,40}") {
            let document = format!("\"{content}\" [");
            prop_assert_eq!(measure(&document), (2, 1));
        }

        #[test]
        fn any_block_string_is_one_token(content in "([^\"\\\\]|\\\\\"\"\"){0,40}") {
            let document = format!("\"\"\"{content}\"\"\" [");
            prop_assert_eq!(measure(&document), (2, 1));
        }
    }
}
