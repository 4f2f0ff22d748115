//! The confidential fields of an entry: what became of them, and what they say to those who have the
//! sealed files.

use super::lang;
use crate::chain::confidential::{Field, name};
use crate::chain::entry::{self, LedgerId};
use crate::chain::hash::Hash;
use crate::cli::args::{ReadFlags, ShowConfidential};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::named;
use crate::desk::place::LedgerPlace;
use crate::desk::reading::Reading;
use crate::domain::calendar::Date;
use crate::domain::event::Body;
use crate::error::{Error, Kind, Result};
use crate::ledger::reader::sealed::{away, open_fields};
use crate::ledger::reader::shelf::Shelf;
use crate::words::Lang;
use crate::words::shown::for_terminal;
use serde_json::{Map, Value, json};

/// Where the confidential fields of an entry stand.
pub(super) struct Standing {
    /// The commitment to them.
    pub(super) commitment: Hash,
    /// Their erasure.
    pub(super) erased: Option<Erasure>,
}

/// How confidential fields were erased.
pub(super) struct Erasure {
    /// The entry that says so.
    pub(super) by: u64,
    /// The day it was recorded, at the ledger's offset.
    pub(super) on: Date,
    /// The officer's name.
    pub(super) officer: String,
    /// The law, decision or request.
    pub(super) legal_basis: String,
}

impl Standing {
    /// What is known of the confidential fields of an entry; nothing if it has none.
    pub(super) fn of(reading: &Reading, books: &Shelf<'_>, index: u64) -> Result<Option<Self>> {
        let commitment = reading.reader.event(index)?.and_then(|event| event.confidential);
        let Some(commitment) = commitment else { return Ok(None) };
        let sealed = books.state()?.confidential.get(&commitment);
        let erased = match sealed.and_then(|sealed| sealed.erased_by) {
            Some(by) => Some(Erasure::of(reading, books, by)?),
            None => None,
        };
        Ok(Some(Self { commitment: Hash(commitment.0), erased }))
    }

    /// As JSON.
    pub(super) fn json(&self) -> Value {
        let erased = self.erased.as_ref().map(|erased| {
            json!({
                "entry": erased.by,
                "on": erased.on.to_string(),
                "officer": erased.officer,
                "legal_basis": erased.legal_basis,
            })
        });
        let state = if erased.is_some() { "erased" } else { "sealed" };
        json!({"commitment": self.commitment.to_string(), "state": state, "erased": erased})
    }
}

impl Erasure {
    fn of(reading: &Reading, books: &Shelf<'_>, by: u64) -> Result<Self> {
        let sealed = reading.reader.archive().entry(by)?;
        let envelope = entry::parse(&sealed.bytes).ok();
        let at = envelope.as_ref().map_or(0, |envelope| envelope.recorded_at_microseconds);
        let number = envelope.map_or(0, |envelope| envelope.officer);
        let officer = books.names()?.officers.iter().find(|officer| officer.number == number);
        let event = reading.reader.event(by)?;
        let legal_basis = match event.as_ref().map(|event| &event.body) {
            Some(Body::ConfidentialErased(erased)) => erased.legal_basis.to_string(),
            Some(_) | None => String::new(),
        };
        Ok(Self {
            by,
            on: Date::at(at, reading.facts.utc_offset_minutes),
            officer: officer.map_or_else(|| number.to_string(), |officer| officer.name.to_string()),
            legal_basis,
        })
    }
}

/// A field's name in Chinese.
fn name_zh(number: u8) -> Option<&'static str> {
    let field = Field::ALL.into_iter().find(|field| field.number() == number)?;
    Some(match field {
        Field::BankAccount => "银行账号",
        Field::IdentityNumber => "证件号码",
        Field::Contact => "联系方式",
    })
}

/// Shows the fields.
pub(super) fn show(session: &Session, a: &ShowConfidential) -> Result<Exit> {
    let reading = super::open(session, &ReadFlags::default())?;
    let books = reading.books()?;
    let index = named::resolve_entry(&reading.reader, reading.size, &a.entry)?;
    let Some(standing) = Standing::of(&reading, &books, index)? else {
        let message = format!("@{index} has no confidential fields");
        return Err(Error::new(Kind::NotFound, "not_confidential", message)
            .with_hint(format!("see what it has: earmark show @{index}"))
            .with_detail("entry", format!("@{index}")));
    };
    if let Some(erased) = &standing.erased {
        let message = format!(
            "the confidential fields of @{index} were erased on {} by {} (@{}), on legal basis: {}",
            erased.on, erased.officer, erased.by, erased.legal_basis
        );
        return Err(Error::new(Kind::NotFound, "confidential_erased", message)
            .with_hint("nothing is left of them in the ledger")
            .with_detail("entry", format!("@{index}"))
            .with_detail("by", format!("@{}", erased.by))
            .with_detail("on", erased.on)
            .with_detail("officer", &erased.officer)
            .with_detail("legal_basis", &erased.legal_basis));
    }
    let (commitment, ledger) = (standing.commitment, LedgerId(reading.facts.id.0));
    let fields = match session.place()? {
        LedgerPlace::Own(folder) => open_fields(&folder, ledger, index, commitment),
        LedgerPlace::Copy(copy) => match copy.folder() {
            Some(folder) => open_fields(folder, ledger, index, commitment),
            None => Err(away(index, &format!("confidential/{commitment} and its .key"))),
        },
    }?;
    let lang = lang(session);
    let mut text = match lang {
        Lang::En => format!("@{index} · confidential, as committed to by the entry\n"),
        Lang::Zh => format!("@{index} · 保密内容，与条目的承诺相符\n"),
    };
    let mut map = Map::new();
    for (number, value) in fields.iter() {
        let shown = for_terminal(value);
        text.push_str(&match (lang, name_zh(number)) {
            (Lang::Zh, Some(name)) => format!("  {name}：{shown}\n"),
            (Lang::Zh | Lang::En, _) => format!("  {:<16} {shown}\n", format!("{}:", name(number))),
        });
        map.insert(name(number).replace(' ', "_"), value.into());
    }
    let commitment = commitment.to_string();
    let json = json!({"confidential": {"entry": index, "commitment": commitment, "fields": map}});
    session.console.clone().secret().receipt(&text, &json)?;
    Ok(Exit::Done)
}
