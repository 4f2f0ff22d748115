//! `show`: one thing with its fields and balance; with `--explain` the entries behind them.

use super::beside::Beside;
use super::card::Card;
use super::confidential::{Erasure, Standing};
use super::{lang, style};
use crate::chain::entry;
use crate::cli::args::{FormatName, Show};
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::named::{Wanted, officer_number, resolve};
use crate::desk::reading::Reading;
use crate::domain::apply::Cited;
use crate::domain::fact::{cited_by, moved_at};
use crate::domain::ids::{Code, LineKey};
use crate::domain::money::Currency;
use crate::domain::state::State;
use crate::error::Result;
use crate::form::thing::ThingSort;
use crate::ledger::reader::shelf::Shelf;
use crate::projection::Recorded;
use crate::projection::filter::{Filter, Term};
use crate::projection::groups::{By, Selection};
use crate::projection::names::Names;
use crate::projection::register::{Register, Row};
use crate::report::table::{Cell, Table};
use crate::report::{self, balance, entry_json, master};
use crate::words::shown::grouped;
use crate::words::{self, Lang};
use serde_json::{Value, json};

/// Runs `show`.
pub(super) fn show(session: &Session, a: &Show) -> Result<Exit> {
    let reading = super::open(session, &a.flags)?;
    let books = reading.books()?;
    let wanted = resolve(&reading, &books, &a.name)?;
    let page = Page { reading: &reading, books: &books, lang: lang(session) };
    let shown = match &wanted {
        Wanted::Entry(index) => page.entry(*index, a.explain)?,
        Wanted::Line(line) => page.line(line, a.explain)?,
        Wanted::Thing(sort, code) => page.thing(*sort, code, a.explain)?,
    };
    if session.console.format == FormatName::Json {
        session.console.text(&format!("{:#}\n", json!({"show": shown.json})))?;
        return Ok(Exit::Done);
    }
    let mut text = format!("{}\n{}", shown.title, shown.card.text());
    for table in &shown.tables {
        let written = report::write(table, report::Format::Table, style(session, false));
        // The page has a title of its own: of a table's, its name is enough.
        let (_, grid) = written.split_once("\n\n").unwrap_or(("", &written));
        let title = page.lang.label(&format!("report:{}", table.report)).to_owned();
        text.push_str(&format!("\n{title}\n{grid}"));
    }
    session.console.text(&text).map(|()| Exit::Done)
}

/// What is printed.
struct Shown {
    title: String,
    card: Card,
    tables: Vec<Table>,
    json: Value,
}

struct Page<'a> {
    reading: &'a Reading,
    books: &'a Shelf<'a>,
    lang: Lang,
}

impl Page<'_> {
    fn names(&self) -> Result<&Names> {
        self.books.names()
    }

    /// The rows of the register that `wants` lets through.
    fn rows(&self, filter: Filter, wants: &dyn Fn(&Row) -> bool) -> Result<Table> {
        let header = self.reading.header(&filter)?;
        let reversals = self.reading.reversals_for(true)?;
        let mut register = Register::new(filter, self.reading.as_of).with_reversals(reversals);
        let mut cells = self.reading.rows()?;
        let mut rows = Vec::new();
        self.reading.reader.fold(self.reading.size, &mut |recorded| {
            cells.apply(recorded);
            rows.extend(register.rows_of(recorded).into_iter().filter(|row| wants(row)));
        })?;
        Ok(report::register::register(&rows, &mut cells, header))
    }

    fn balance(&self, filter: &Filter, by: By) -> Result<Table> {
        let selection = Selection { filter, years: &[] };
        let header = self.reading.header(filter)?;
        balance::balance(self.books.balances()?, self.names()?, selection, by, header)
    }

    fn entry(&self, index: u64, explain: bool) -> Result<Shown> {
        let currency = self.reading.facts.currency();
        let state = self.books.state()?;
        let (mut found, beside) = match self.told_later(index)? {
            Some(told) => told,
            None => self.followed(index)?,
        };
        let breach = self.breach(index, state);
        if state.void.contains_key(&index) {
            found = self.void(index)?;
        }
        let reversed_by = state.reversed.get(&index).copied();
        let mut card = Card::default();
        self.entry_fields(&mut card, &found)?;
        if let Some(words) = &breach {
            card.add(self.say("breach", "违规"), words.clone());
        }
        if let Some(by) = reversed_by {
            card.add(self.say("reversed by", "已被冲销于"), format!("@{by}"));
        }
        beside.add(&mut card, currency, self.lang);
        let standing = Standing::of(self.reading, self.books, index)?;
        if let Some(standing) = &standing {
            card.add(self.say("confidential", "保密内容"), self.confidential(standing));
        }
        let citing = explain.then(|| {
            self.rows(Filter::default(), &|row| row.entry == index || row.cited == Some(index))
        });
        let citing = citing.transpose()?;
        let kind = found.get("type").and_then(Value::as_str).unwrap_or_default();
        let title = format!("@{index} · {}", self.lang.word(kind));
        let json = json!({
            "kind": "entry",
            "entry": found,
            "breach": breach,
            "reversed_by": reversed_by,
            "reverses": beside.reverses(),
            "documents": beside.documents_json(),
            "refunds": beside.refunds_json(currency),
            "confidential": standing.as_ref().map(Standing::json),
            "entries": citing.as_ref().map(report::json::value),
        });
        Ok(Shown { title, card, tables: citing.into_iter().collect(), json })
    }

    /// An entry with what stands beside it, where the state tells what it moved: of the log only what says something
    /// of an earlier entry is read.
    fn told_later(&self, index: u64) -> Result<Option<(Value, Beside)>> {
        let reader = &self.reading.reader;
        let (Some(sealed), Some(event)) = (reader.entry(index)?, reader.event(index)?) else {
            return Ok(None);
        };
        let mut cited = Cited::new();
        if let Some(of) = cited_by(&event.body) {
            cited.extend(reader.event(of)?.map(|event| (of, event)));
        }
        let moves = moved_at(self.books.state()?, index, &event, &cited);
        let (Some(moves), Ok(envelope)) = (moves, entry::parse(&sealed.bytes)) else {
            return Ok(None);
        };
        let alone = Recorded::alone(&envelope, sealed.hash, &event);
        let recorded = Recorded { moves: &moves, cited: cited.values().next(), ..alone };
        let mut beside = Beside::of(index, self.reading.as_of);
        beside.apply(&recorded);
        let after = index.saturating_add(1)..self.reading.size;
        reader.citing(after, &mut |recorded| beside.apply(recorded))?;
        Ok(Some((entry_json(&recorded, self.reading.facts.currency()), beside)))
    }

    /// The same, with the whole log followed.
    fn followed(&self, index: u64) -> Result<(Value, Beside)> {
        let currency = self.reading.facts.currency();
        let (mut found, mut beside) = (Value::Null, Beside::of(index, self.reading.as_of));
        self.reading.reader.fold(self.reading.size, &mut |recorded| {
            beside.apply(recorded);
            if recorded.index == index {
                found = entry_json(recorded, currency);
            }
        })?;
        Ok((found, beside))
    }

    /// The fields of an entry as people read them: the officer by name, moves as arrows.
    /// What is to be said of an entry of a command that the rules refuse.
    fn breach(&self, index: u64, state: &State) -> Option<String> {
        let (first, breach) = state.breaches.range(..=index).next_back()?;
        if index >= first.saturating_add(breach.entries) {
            return None;
        }
        let is_void = state.void.contains_key(&index);
        Some(words::breach::entry((*first, breach), is_void, self.lang))
    }

    /// An entry that moved nothing, as it says itself.
    fn void(&self, index: u64) -> Result<Value> {
        let Some(sealed) = self.reading.reader.entry(index)? else { return Ok(Value::Null) };
        let Some(event) = self.reading.reader.event(index)? else { return Ok(Value::Null) };
        let currency = self.reading.facts.currency();
        Ok(entry::parse(&sealed.bytes).map_or(Value::Null, |envelope| {
            entry_json(&Recorded::alone(&envelope, sealed.hash, &event), currency)
        }))
    }

    fn entry_fields(&self, card: &mut Card, entry: &Value) -> Result<()> {
        let mut entry = entry.clone();
        let Some(map) = entry.as_object_mut() else { return Ok(()) };
        let moves = map.shift_remove("moves").unwrap_or_default();
        map.shift_remove("type_number");
        map.shift_remove("confidential");
        // They have a line of their own, with those that were attached later.
        if let Some(Value::Object(filing)) =
            map.get_mut("body").and_then(|body| body.get_mut("filing"))
        {
            filing.shift_remove("documents");
        }
        if let Some(number) = map.get("officer").and_then(Value::as_u64) {
            let officer = self.names()?.officers.iter().find(|o| u64::from(o.number) == number);
            if let Some(officer) = officer {
                map.insert("officer".to_owned(), Value::from(officer.name.as_str()));
            }
        }
        fields(card, "", &entry);
        let currency = self.reading.facts.currency();
        let moves: Vec<String> =
            moves.as_array().into_iter().flatten().map(|m| self.arrow(m, currency)).collect();
        card.add(self.say("moves", "资金走向"), moves.join("\n"));
        Ok(())
    }

    /// `PD-INFO:2001 committed HT-2001-03 COMMUNITY → paid, 600000.00`
    fn arrow(&self, m: &Value, currency: Currency) -> String {
        let text = |leaf: &Value, key: &str| {
            leaf.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let side = |name: &str| {
            let leaf = m.get(name).unwrap_or(&Value::Null);
            let stage = self.lang.word(&text(leaf, "stage")).to_owned();
            let parts =
                [text(leaf, "line"), stage, text(leaf, "project"), text(leaf, "commitment")];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        };
        let amount = grouped(&text(m, "amount"));
        format!("{} → {}, {currency} {amount}", side("from"), side("to"))
    }

    /// Sealed, or how they were erased.
    fn confidential(&self, standing: &Standing) -> String {
        let Some(Erasure { by, on, officer, legal_basis }) = &standing.erased else {
            return self.say("sealed beside the ledger", "封存于账簿之外").to_owned();
        };
        match self.lang {
            Lang::En => format!("erased on {on} by {officer} (@{by}), legal basis: {legal_basis}"),
            Lang::Zh => format!("已于 {on} 由 {officer} 清除（@{by}），法律依据：{legal_basis}"),
        }
    }

    fn say(&self, en: &'static str, zh: &'static str) -> &'static str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    fn line(&self, line: &LineKey, explain: bool) -> Result<Shown> {
        let mut filter = Filter::default();
        filter.add(Term::Fund(line.fund.clone()));
        let table = only_row(self.balance(&filter, By::Line)?, "line", &line.to_string());
        let on_line =
            |row: &Row| row.line.as_ref() == Some(line) || row.to_line.as_ref() == Some(line);
        let entries = explain.then(|| self.rows(filter, &on_line)).transpose()?;
        let (card, row) = self.card_of(&table);
        let title = format!("{} {line}", self.lang.label("line"));
        let json = json!({
            "kind": "line",
            "line": line.to_string(),
            "fields": row,
            "entries": entries.as_ref().map(report::json::value),
        });
        Ok(Shown { title, card, tables: entries.into_iter().collect(), json })
    }

    /// The fields of the only row of a report.
    fn card_of(&self, table: &Table) -> (Card, Value) {
        let mut card = Card::default();
        if let Some(row) = table.rows.first() {
            card.add_row(table, row, self.lang);
        }
        let row = report::json::value(table).pointer("/rows/0").cloned();
        (card, row.unwrap_or_default())
    }

    fn thing(&self, sort: ThingSort, code: &Code, explain: bool) -> Result<Shown> {
        let (balances, names) = (self.books.balances()?, self.names()?);
        let all = Filter::default();
        let header = self.reading.header(&all)?;
        let list = match sort {
            ThingSort::Fund => master::funds(names, balances, &all, header)?,
            ThingSort::Project => master::projects(names, balances, &all, header)?,
            ThingSort::Payee => master::payees(names, balances, &all, header)?,
            ThingSort::Commitment => master::commitments(names, balances, &all, header)?,
            ThingSort::District => master::districts(names, header),
            ThingSort::Programme => master::programmes(names, header),
            ThingSort::Officer => master::officers(names, header),
            ThingSort::FollowOn => return self.follow_on(code, explain),
        };
        let (card, row) = self.card_of(&only_row(list, sort.word(), code.as_str()));
        let balance = self.balance_of(sort, code)?;
        let entries = explain.then(|| self.entries_of(sort, code)).transpose()?;
        let title = format!("{} {code}", self.lang.label(sort.word()));
        let json = json!({
            "kind": sort.word(),
            "code": code.to_string(),
            "fields": row,
            "balance": balance.as_ref().map(report::json::value),
            "entries": entries.as_ref().map(report::json::value),
        });
        Ok(Shown { title, card, tables: balance.into_iter().chain(entries).collect(), json })
    }

    fn balance_of(&self, sort: ThingSort, code: &Code) -> Result<Option<Table>> {
        let mut filter = Filter::default();
        let (term, by) = match sort {
            ThingSort::Fund => (Term::Fund(code.clone()), By::Line),
            ThingSort::Project => (Term::Project(code.clone()), By::Line),
            ThingSort::District => (Term::District(code.clone()), By::Fund),
            ThingSort::Payee
            | ThingSort::Commitment
            | ThingSort::FollowOn
            | ThingSort::Programme
            | ThingSort::Officer => return Ok(None),
        };
        filter.add(term);
        self.balance(&filter, by).map(Some)
    }

    fn entries_of(&self, sort: ThingSort, code: &Code) -> Result<Table> {
        let mut filter = Filter::default();
        let officer = officer_number(self.names()?, code);
        match sort {
            ThingSort::Fund => filter.add(Term::Fund(code.clone())),
            ThingSort::Project => filter.add(Term::Project(code.clone())),
            ThingSort::Payee => filter.add(Term::Payee(code.clone())),
            ThingSort::District => filter.add(Term::District(code.clone())),
            ThingSort::Commitment
            | ThingSort::FollowOn
            | ThingSort::Programme
            | ThingSort::Officer => {}
        }
        let projects = &self.names()?.projects;
        let programme = |row: &Row| {
            let project = row.project.as_ref().and_then(|code| projects.get(code));
            project.and_then(|project| project.programme.as_ref()) == Some(code)
        };
        self.rows(filter, &|row| match sort {
            ThingSort::Commitment => row.commitment.as_ref() == Some(code),
            ThingSort::FollowOn => row.follow_on.as_ref() == Some(code),
            ThingSort::Programme => programme(row),
            ThingSort::Officer => Some(row.officer) == officer,
            ThingSort::Fund | ThingSort::Project | ThingSort::Payee | ThingSort::District => true,
        })
    }

    fn follow_on(&self, code: &Code, explain: bool) -> Result<Shown> {
        let currency = self.reading.facts.currency();
        let mut card = Card::default();
        let mut fields = Value::Null;
        if let Some(found) = self.books.state()?.follow_ons.get(code) {
            let rest = found.rest().unwrap_or_default();
            fields = json!({
                "follow_on": code.to_string(),
                "project": found.project.to_string(),
                "kind": found.kind.text(),
                "pledged": currency.plain(found.pledged),
                "paid_in": currency.plain(found.paid_in),
                "withdrawn": currency.plain(found.withdrawn),
                "not_paid_in_yet": currency.plain(rest),
            });
            card.add(self.lang.label("project"), found.project.to_string());
            card.add(self.lang.label("kind"), self.lang.word(found.kind.text()));
            for (label, amount) in [
                ("pledged", found.pledged),
                ("paid_in", found.paid_in),
                ("withdrawn", found.withdrawn),
                ("not_paid_in_yet", rest),
            ] {
                card.add(self.lang.label(label), words::money(&currency.money(amount), self.lang));
            }
        }
        let entries = explain.then(|| self.entries_of(ThingSort::FollowOn, code)).transpose()?;
        let title = format!("{} {code}", self.lang.label("follow_on"));
        let json = json!({
            "kind": "follow-on",
            "code": code.to_string(),
            "fields": fields,
            "entries": entries.as_ref().map(report::json::value),
        });
        Ok(Shown { title, card, tables: entries.into_iter().collect(), json })
    }
}

/// A report with the rows alone whose column `key` is `value`, and no total.
fn only_row(mut table: Table, key: &str, value: &str) -> Table {
    let place = table.place(key);
    let is_wanted = |row: &Vec<Cell>| match place.and_then(|place| row.get(place)) {
        Some(Cell::Text(text)) => text == value,
        Some(_) | None => false,
    };
    table.rows.retain(is_wanted);
    table.totals = None;
    table
}

/// The fields of an entry, one a line; what is nested gets the names above it.
pub(super) fn fields(card: &mut Card, above: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(map) => match line_of(map) {
            Some(line) => card.add(above, line),
            None => {
                for (key, value) in map {
                    let name = if above.is_empty() || above == "body" {
                        key.clone()
                    } else {
                        format!("{above}.{key}")
                    };
                    fields(card, &name, value);
                }
            }
        },
        Value::Array(items) => {
            let lines: Vec<String> = items.iter().map(inline).collect();
            card.add(above, lines.join("\n"));
        }
        Value::Bool(false) => {}
        Value::String(text) if is_amount(above) => card.add(above, grouped(text)),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => card.add(above, inline(value)),
    }
}

/// True for the fields that hold money, which `entry_json` writes as decimal text, and for its minor
/// units where the currency is not known.
fn is_amount(key: &str) -> bool {
    let last = key.rsplit('.').next().unwrap_or(key);
    matches!(last, "amount" | "ceiling" | "limit" | "minor_units")
}

/// A value on one line.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => items.iter().map(inline).collect::<Vec<_>>().join(", "),
        Value::Object(map) => match line_of(map) {
            Some(line) => line,
            None => {
                let filled = map.iter().filter(|(_, value)| !value.is_null());
                let parts = filled.map(|(key, value)| {
                    let amount = value.as_str().filter(|_| is_amount(key)).map(grouped);
                    format!("{key} {}", amount.unwrap_or_else(|| inline(value)))
                });
                parts.collect::<Vec<_>>().join(", ")
            }
        },
    }
}

/// A line, written as a line is.
fn line_of(map: &serde_json::Map<String, Value>) -> Option<String> {
    let fund = map.get("fund")?.as_str()?;
    let (year, origin) = (map.get("year")?.as_i64()?, map.get("origin")?.as_i64()?);
    let class = map.get("class")?.as_str()?;
    let key = LineKey {
        fund: Code::new(fund),
        year: i16::try_from(year).ok()?,
        origin: i16::try_from(origin).ok()?,
        class: Code::new(class),
    };
    (map.len() == 4).then(|| key.to_string())
}
