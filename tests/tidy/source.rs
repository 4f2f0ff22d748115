//! Reads Rust source as far as the tidy rules need: tokens without comments and texts, the paths
//! that code names, and the modules and types that it declares. No grammar beyond that, and no macro
//! is expanded.

use std::iter::Peekable;
use std::slice::Iter;

/// A word, a `::`, or any other single character of the code, with its line from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// A path like `crate::chain::entry`, from an import or from the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPath {
    pub segments: Vec<String>,
    pub line: usize,
    pub imported: bool,
}

/// One Rust file.
#[derive(Debug)]
pub struct Source {
    /// All tokens.
    pub tokens: Vec<Token>,
    /// All texts between quotes, quotes included.
    pub texts: Vec<Token>,
    /// How many of the tokens ship: those before the `#[cfg(test)] mod tests {` at the end.
    pub shipped: usize,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let (tokens, texts) = tokens(text);
        let tests = test_modules(&tokens).find(|(_, name)| text_at(&tokens, name + 1) == "{");
        let shipped = tests.map_or(tokens.len(), |(start, _)| start);
        Self { tokens, texts, shipped }
    }

    /// The tokens that ship.
    pub fn shipped(&self) -> &[Token] {
        &self.tokens[..self.shipped]
    }

    /// The texts that ship.
    pub fn shipped_texts(&self) -> impl Iterator<Item = &Token> {
        let end = self.tests_line().unwrap_or(usize::MAX);
        self.texts.iter().filter(move |text| text.line < end)
    }

    /// The line on which the tests at the end begin, if there are any.
    pub fn tests_line(&self) -> Option<usize> {
        self.tokens.get(self.shipped).map(|token| token.line)
    }

    /// The first line after the tests' closing brace that has code.
    pub fn line_after_tests(&self) -> Option<usize> {
        let mut depth = 0_usize;
        let mut rest = self.tokens[self.shipped..].iter().skip_while(|token| token.text != "{");
        for token in rest.by_ref() {
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        rest.next().map(|token| token.line)
    }

    /// The modules in files of their own that it compiles for tests only.
    pub fn test_only(&self) -> Vec<&str> {
        let modules = test_modules(&self.tokens);
        let files = modules.filter(|(_, name)| text_at(&self.tokens, name + 1) == ";");
        files.map(|(_, name)| self.tokens[name].text.as_str()).collect()
    }

    /// Every path that the shipped code names, imports spelled out one by one.
    pub fn paths(&self) -> Vec<NamedPath> {
        let tokens = self.shipped();
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let text = |i: usize| text_at(tokens, i);
            let before = at.checked_sub(1).map_or("", text);
            let is_use = text(at) == "use" && text(at + 1) != "<";
            if is_use {
                let end = at + tokens[at..].iter().take_while(|token| token.text != ";").count();
                read_tree(&mut tokens[at + 1..end].iter().peekable(), &[], &mut found);
                at = end;
            } else if is_word(text(at)) && text(at + 1) == "::" && !matches!(before, "::" | ".") {
                let line = tokens[at].line;
                let mut segments = vec![text(at).to_owned()];
                while text(at + 1) == "::" && is_word(text(at + 2)) {
                    at += 2;
                    segments.push(text(at).to_owned());
                }
                found.push(NamedPath { segments, line, imported: false });
            } else if text(at) == "::" && !is_word(before) && before != ">" {
                let segments = vec![text(at + 1).to_owned()];
                found.push(NamedPath { segments, line: tokens[at].line, imported: false });
            }
            at += 1;
        }
        found
    }

    /// The modules (`mod`) or types (`struct`, `enum`, `trait`, `type`, `union`) that it declares.
    pub fn declared(&self, keywords: &[&str]) -> Vec<&Token> {
        let pairs = self.tokens.windows(2);
        pairs
            .filter(|pair| keywords.contains(&pair[0].text.as_str()) && is_word(&pair[1].text))
            .map(|pair| &pair[1])
            .collect()
    }
}

fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// Where each `#[cfg(test)] mod name` starts, and where its name stands.
fn test_modules(tokens: &[Token]) -> impl Iterator<Item = (usize, usize)> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let starts = (0..tokens.len()).filter(move |start| {
        mark.iter().enumerate().all(|(i, text)| text_at(tokens, start + i) == *text)
    });
    starts.filter_map(move |start| {
        let visibility = ["pub", "(", "crate", "super", ")"];
        let mut at = start + mark.len();
        while visibility.contains(&text_at(tokens, at)) {
            at += 1;
        }
        (text_at(tokens, at) == "mod").then_some((start, at + 1))
    })
}

/// Where `pattern`, tokens parted by spaces, first stands.
pub fn find(tokens: &[Token], pattern: &str) -> Option<usize> {
    let pattern: Vec<&str> = pattern.split(' ').collect();
    tokens
        .windows(pattern.len())
        .position(|window| window.iter().zip(&pattern).all(|(token, text)| token.text == *text))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// `a::{b, c as d}` → `a::b`, `a::c`; a `*` or `self` ends at what stands before it.
fn read_tree(tokens: &mut Peekable<Iter<'_, Token>>, front: &[String], out: &mut Vec<NamedPath>) {
    let mut segments = front.to_vec();
    let mut line = 0;
    while let Some(token) = tokens.peek() {
        line = token.line;
        match token.text.as_str() {
            "," | "}" => break,
            "{" => {
                tokens.next();
                while tokens.peek().is_some_and(|token| token.text != "}") {
                    read_tree(tokens, &segments, out);
                    if tokens.peek().is_some_and(|token| token.text == ",") {
                        tokens.next();
                    }
                }
                tokens.next();
                return;
            }
            "as" => {
                tokens.next();
            }
            "self" if !segments.is_empty() => {}
            word if is_word(word) => segments.push(word.to_owned()),
            _ => {}
        }
        tokens.next();
    }
    out.push(NamedPath { segments, line, imported: true });
}

/// Splits code into tokens and, apart from them, texts and characters; comments are left out.
fn tokens(text: &str) -> (Vec<Token>, Vec<Token>) {
    let mut reader = Reader { rest: text, line: 1 };
    let (mut out, mut texts) = (Vec::new(), Vec::new());
    while let Some(first) = reader.rest.chars().next() {
        let line = reader.line;
        if reader.skip_comment() {
            continue;
        }
        let rest = reader.rest;
        if reader.skip_text() {
            let text = rest[..rest.len() - reader.rest.len()].to_owned();
            texts.push(Token { text, line });
            continue;
        }
        let length = if first.is_alphanumeric() || first == '_' {
            let end = reader.rest.find(|c: char| !c.is_alphanumeric() && c != '_');
            end.unwrap_or(reader.rest.len())
        } else if reader.rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let taken = reader.take(length);
        if !first.is_whitespace() {
            out.push(Token { text: taken.to_owned(), line });
        }
    }
    (out, texts)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(bytes.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
        taken
    }

    fn skip_comment(&mut self) -> bool {
        if self.rest.starts_with("//") {
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            return true;
        }
        if !self.rest.starts_with("/*") {
            return false;
        }
        let mut depth = 0_usize;
        while !self.rest.is_empty() {
            let step = match self.rest.get(..2) {
                Some("/*") => {
                    depth += 1;
                    2
                }
                Some("*/") => {
                    depth -= 1;
                    2
                }
                _ => self.rest.chars().next().map_or(1, char::len_utf8),
            };
            self.take(step);
            if depth == 0 {
                break;
            }
        }
        true
    }

    /// Skips `"…"`, `r#"…"#`, `b"…"`, `'c'` and the quote of a `'lifetime`.
    fn skip_text(&mut self) -> bool {
        let start = self.rest.trim_start_matches(['b', 'c', 'r']);
        let letters = self.rest.len() - start.len();
        let hashes = start.len() - start.trim_start_matches('#').len();
        let raw = self.rest[..letters].ends_with('r');
        if letters <= 2 && raw && start[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = &start[hashes + 1..];
            let length = inside.find(&end).map_or(inside.len(), |at| at + end.len());
            self.take(letters + hashes + 1 + length);
            return true;
        }
        if letters <= 1 && start.starts_with('"') {
            self.take(letters + 1);
            self.skip_past_quote('"');
            return true;
        }
        if letters <= 1 && start.starts_with('\'') {
            let mut inside = start.chars().skip(1);
            let escaped = inside.next() == Some('\\');
            self.take(letters + 1);
            if escaped || inside.next() == Some('\'') {
                self.skip_past_quote('\'');
            }
            return true;
        }
        false
    }

    fn skip_past_quote(&mut self, quote: char) {
        while let Some(next) = self.rest.chars().next() {
            self.take(next.len_utf8());
            if next == '\\' {
                let escaped = self.rest.chars().next().map_or(0, char::len_utf8);
                self.take(escaped);
            } else if next == quote {
                return;
            }
        }
    }
}
