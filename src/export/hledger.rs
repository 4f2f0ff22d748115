//! A journal for hledger: the leaves as accounts, so that another program, which nobody here wrote,
//! adds up the same balances.
//!
//! A leaf is the account `stage:FUND:YEAR[:ORIGIN[:CLASS]][:project=CODE][:commitment=CODE]`, for
//! example `reserved:PD-INFO:2001:project=CARD`. No code contains `:` or `=`, so that each account is
//! one leaf; [`leaf`] reads it back. What hledger's grammar would read as something else (`;` begins
//! a comment, two spaces or a wide one end a name) is written as `%` and two hexadecimal digits for
//! each byte of its UTF-8, and so is `%` itself. A transaction is dated `occurred_on`, its code is the
//! entry's index (`(@123)`); events that move nothing have none.

use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::money::Currency;
use crate::domain::posting::{Leaf, postings};
use crate::projection::Recorded;
use crate::report::table::Header;
use std::fmt::Write;

/// What stands before the first transaction: where it is from, and how amounts are to be read.
#[must_use]
pub fn front(header: &Header) -> String {
    let (head, currency) = (&header.head, header.currency);
    let as_of = header.as_of.map_or_else(String::new, |day| format!(", as of {day}"));
    let zeros = "0".repeat(usize::from(currency.exponent));
    format!(
        "; earmark {} {}: {} entries, head {}{as_of}\ndecimal-mark .\ncommodity 1,000.{zeros} {currency}\n",
        escaped(&header.name),
        escaped(&header.ledger),
        head.size,
        head.hash,
    )
}

/// The transaction of an entry; empty where it moves nothing.
#[must_use]
pub fn transaction(recorded: &Recorded<'_>, currency: Currency) -> String {
    // An amount without an opposite cannot have been admitted.
    let postings = postings(recorded.moves).unwrap_or_default();
    if postings.is_empty() {
        return String::new();
    }
    let event = recorded.event;
    let mut out = format!("\n{} (@{}) {}", event.occurred_on, recorded.index, recorded.kind());
    if let Some(number) = &event.body.filing().document_no {
        let _ = write!(out, " | {}", escaped(number.as_str()).replace('|', "%7C"));
    }
    let _ = writeln!(out, "\n    ; id:{}", recorded.id);
    for posting in postings {
        let _ = writeln!(
            out,
            "    {}  {} {currency}",
            account(&posting.leaf),
            currency.plain(posting.amount)
        );
    }
    out
}

/// The account of a leaf.
#[must_use]
pub fn account(leaf: &Leaf) -> String {
    let line = &leaf.line;
    let mut out = format!("{}:{}:{}", leaf.stage, escaped(line.fund.as_str()), line.year);
    let has_class = !line.class.as_str().is_empty();
    if line.origin != line.year || has_class {
        let _ = write!(out, ":{}", line.origin);
    }
    if has_class {
        let _ = write!(out, ":{}", escaped(line.class.as_str()));
    }
    for (name, code) in [("project", &leaf.project), ("commitment", &leaf.commitment)] {
        if let Some(code) = code {
            let _ = write!(out, ":{name}={}", escaped(code.as_str()));
        }
    }
    out
}

/// The leaf of an account, if it is one.
#[must_use]
pub fn leaf(account: &str) -> Option<Leaf> {
    let mut parts = account.split(':').peekable();
    let stage = Stage::from_text(parts.next()?)?;
    let fund = Code::new(&unescaped(parts.next()?)?);
    let year = parts.next()?.parse().ok()?;
    let origin = match parts.next_if(|part| !part.contains('=')) {
        Some(origin) => origin.parse().ok()?,
        None => year,
    };
    let class = match parts.next_if(|part| !part.contains('=')) {
        Some(class) => Code::new(&unescaped(class)?),
        None => Code::default(),
    };
    let mut named = |name: &str| {
        let part = parts.next_if(|part| part.split_once('=').is_some_and(|(n, _)| n == name));
        part.and_then(|part| part.split_once('=')).map(|(_, code)| unescaped(code))
    };
    let project = named("project");
    let commitment = named("commitment");
    if parts.next().is_some() {
        return None;
    }
    let code = |text: Option<Option<String>>| match text {
        Some(text) => text.map(|text| Some(Code::new(&text))),
        None => Some(None),
    };
    let line = LineKey { fund, year, origin, class };
    Some(Leaf { line, stage, project: code(project)?, commitment: code(commitment)? })
}

/// Text in which nothing means anything to hledger.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let is_inner = before != ' ' && rest.peek().is_some();
        let is_plain = match c {
            ' ' => is_inner,
            '%' | ';' | ':' => false,
            _ => !c.is_whitespace() && !c.is_control(),
        };
        if is_plain {
            out.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        before = c;
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok().filter(|d| !d.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_back_as_their_leaves() {
        let lines = ["PD-INFO:2001", "PD:2002:2001", "PD:2002:2002:设备", "50% ; x:2001:2000:a b"];
        let codes =
            [None, Some("CARD"), Some("2001"), Some("a;b"), Some("全\u{3000}角"), Some("100%")];
        for line in lines {
            for project in codes {
                for commitment in codes {
                    let leaf_in = Leaf {
                        line: LineKey::parse(line).unwrap(),
                        stage: Stage::Committed,
                        project: project.map(Code::new),
                        commitment: commitment.map(Code::new),
                    };
                    let account = account(&leaf_in);
                    assert_eq!(leaf(&account).as_ref(), Some(&leaf_in), "{account}");
                }
            }
        }
        let fund = LineKey::parse("PD-INFO:2001").unwrap();
        let reserved = Leaf::new(&fund, Stage::Reserved, Some(&Code::new("CARD")), None);
        assert_eq!(account(&reserved), "reserved:PD-INFO:2001:project=CARD");
        for wrong in
            ["", "reserved", "held:PD:2001", "paid:PD:x", "paid:PD:2001:2001:c:d", "paid:%4:2001"]
        {
            assert_eq!(leaf(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_means_something_to_hledger_is_escaped() {
        for (text, escaped_text) in [
            ("a b", "a b"),
            ("a;b", "a%3Bb"),
            ("a  b", "a %20b"),
            (" a ", "%20a%20"),
            ("a\u{3000}b", "a%E3%80%80b"),
            ("50%", "50%25"),
            ("(a) *!|\"", "(a) *!|\""),
        ] {
            assert_eq!(escaped(text), escaped_text);
            assert_eq!(unescaped(escaped_text).as_deref(), Some(text));
        }
    }
}
