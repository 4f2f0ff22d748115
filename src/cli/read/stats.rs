//! `stats`: what the ledger is, and how much is in it.

use super::card::Card;
use super::lang;
use crate::chain::entry::LedgerId;
use crate::cli::args::Stats;
use crate::cli::output::Exit;
use crate::cli::session::Session;
use crate::desk::reading::Reading;
use crate::domain::calendar::instant_text;
use crate::error::Result;
use crate::projection::Projection;
use crate::projection::names::Names;
use crate::words::Lang;
use crate::words::shown::grouped;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// What is counted.
#[derive(Default)]
struct Counted {
    names: Names,
    types: BTreeMap<u16, (&'static str, u64)>,
    commands: u64,
    last_command: Option<crate::chain::entry::CommandId>,
    lines: BTreeSet<crate::domain::ids::LineKey>,
    documents: u64,
    imported: u64,
    historical: u64,
    first_recorded_at: Option<i64>,
    last_recorded_at: Option<i64>,
}

/// Runs `stats`.
pub(super) fn stats(session: &Session, a: &Stats) -> Result<Exit> {
    let reading = super::open(session, &a.flags)?;
    let mut counted = Counted::default();
    reading.reader.fold(reading.size, &mut |recorded| {
        if reading.as_of.is_none_or(|day| recorded.event.occurred_on <= day) {
            counted.take(recorded);
        }
    })?;
    let told =
        Told { reading: &reading, counted: &counted, head: reading.head()?.hash.to_string() };
    session.console.value(&told.text(lang(session)), &told.json()).map(|()| Exit::Done)
}

impl Counted {
    fn take(&mut self, recorded: &crate::projection::Recorded<'_>) {
        fn more(count: &mut u64, by: u64) {
            *count = count.saturating_add(by);
        }
        self.names.apply(recorded);
        let body = &recorded.event.body;
        more(&mut self.types.entry(body.number()).or_insert((body.name(), 0)).1, 1);
        if self.last_command.replace(recorded.command) != Some(recorded.command) {
            more(&mut self.commands, 1);
        }
        let documents = u64::try_from(body.filing().documents.len()).unwrap_or(u64::MAX);
        more(&mut self.documents, documents);
        more(&mut self.imported, u64::from(recorded.row.is_some()));
        more(&mut self.historical, u64::from(recorded.event.historical));
        for leaf in recorded.moves.iter().flat_map(|m| [&m.from, &m.to]) {
            if !self.lines.contains(&leaf.line) {
                self.lines.insert(leaf.line.clone());
            }
        }
        let at = recorded.recorded_at_microseconds;
        self.first_recorded_at.get_or_insert(at);
        self.last_recorded_at = Some(at);
    }

    fn of(&self, name: &str) -> u64 {
        self.types.values().find(|(found, _)| *found == name).map_or(0, |(_, count)| *count)
    }
}

struct Told<'a> {
    reading: &'a Reading,
    counted: &'a Counted,
    head: String,
}

impl Told<'_> {
    fn things(&self) -> [(&'static str, &'static str, u64); 9] {
        let names = &self.counted.names;
        let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        [
            ("officers", "经办人员", wide(names.officers.len())),
            ("districts", "区划", wide(names.districts.len())),
            ("funds", "资金", wide(names.funds.len())),
            ("lines", "指标", wide(self.counted.lines.len())),
            ("projects", "项目", wide(names.projects.len())),
            ("payees", "收款单位", wide(names.payees.len())),
            ("commitments", "合同", wide(names.commitments.len())),
            ("disbursements", "支付", self.counted.of("DisbursementRecorded")),
            ("documents", "附件", self.counted.documents),
        ]
    }

    fn text(&self, lang: Lang) -> String {
        let (facts, counted) = (&self.reading.facts, self.counted);
        let say = |en: &'static str, zh: &'static str| match lang {
            Lang::En => en,
            Lang::Zh => zh,
        };
        let mut card = Card::default();
        card.add(say("ledger id", "账簿编号"), LedgerId(facts.id.0).to_string());
        card.add(say("origin", "日志名"), facts.origin.as_str());
        card.add(say("currency", "币种"), facts.currency().to_string());
        card.add(say("opened on", "开立日期"), facts.opened_on.to_string());
        card.add(say("UTC offset", "时区"), offset(facts.utc_offset_minutes));
        card.add(say("fiscal year", "财政年度"), say_month(lang, facts.fiscal_year_start_month));
        card.add(say("head", "头"), self.head.clone());
        let size = format!(
            "{} {} {} {}",
            grouped(&self.reading.size.to_string()),
            say("in", "，命令"),
            grouped(&counted.commands.to_string()),
            say("commands", "个")
        );
        card.add(say("entries", "条目"), size);
        for (en, zh, count) in self.things() {
            card.add(say(en, zh), grouped(&count.to_string()));
        }
        if counted.imported > 0 {
            card.add(say("imported", "导入"), grouped(&counted.imported.to_string()));
        }
        for (en, zh, at) in [
            ("first recorded", "首次记录", counted.first_recorded_at),
            ("last recorded", "末次记录", counted.last_recorded_at),
        ] {
            card.add(say(en, zh), at.map(instant_text).unwrap_or_default());
        }
        let types: Vec<String> = counted
            .types
            .values()
            .map(|(name, count)| format!("{:>10} {name}", grouped(&count.to_string())))
            .collect();
        card.add(say("by type", "按类型"), types.join("\n"));
        format!("{}\n{}", crate::words::shown::for_terminal(facts.name.as_str()), card.text())
    }

    fn json(&self) -> serde_json::Value {
        let (facts, counted) = (&self.reading.facts, self.counted);
        let things: serde_json::Map<String, serde_json::Value> = self
            .things()
            .iter()
            .map(|(name, _, count)| ((*name).to_owned(), json!(count)))
            .collect();
        let types: serde_json::Map<String, serde_json::Value> = counted
            .types
            .values()
            .map(|(name, count)| ((*name).to_owned(), json!(count)))
            .collect();
        json!({"stats": {
            "ledger": LedgerId(facts.id.0).to_string(),
            "name": facts.name.as_str(),
            "origin": facts.origin.as_str(),
            "currency": facts.currency().to_string(),
            "utc_offset": offset(facts.utc_offset_minutes),
            "fiscal_year_start_month": facts.fiscal_year_start_month,
            "opened_on": facts.opened_on,
            "size": self.reading.size,
            "head": self.head,
            "as_of": self.reading.as_of,
            "as_known_at": self.reading.known_at,
            "commands": counted.commands,
            "things": things,
            "imported": counted.imported,
            "historical": counted.historical,
            "first_recorded_at": counted.first_recorded_at.map(instant_text),
            "last_recorded_at": counted.last_recorded_at.map(instant_text),
            "types": types,
        }})
    }
}

fn say_month(lang: Lang, month: u8) -> String {
    match lang {
        Lang::En => format!("begins in month {month}"),
        Lang::Zh => format!("{month}月起"),
    }
}

/// Minutes from UTC as `+08:00`.
fn offset(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let all = minutes.unsigned_abs();
    format!("{sign}{:02}:{:02}", all / 60, all % 60)
}
