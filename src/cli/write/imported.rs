//! What an import did, told: as text in the language of the session, and as JSON.

use crate::chain::entry::Head;
use crate::cli::args::ImportRows;
use crate::domain::ids::LineKey;
use crate::domain::money::{Amount, Currency};
use crate::form::amount::exact::Exact;
use crate::import::run::Summary;
use crate::words::shown::{counted, for_terminal, grouped};
use crate::words::{Lang, money};
use serde_json::json;
use std::path::Path;
use unicode_width::UnicodeWidthStr;

/// Lines that a summary names.
const LINES_NAMED: usize = 10;
/// Where the figures of a summary begin, behind its labels.
const LABEL_WIDTH: usize = 12;

/// What an import did, to be told.
pub(super) struct Told<'a> {
    pub(super) a: &'a ImportRows,
    pub(super) source: &'a str,
    pub(super) lang: Lang,
    pub(super) currency: Currency,
    pub(super) rejects: Option<&'a Path>,
    pub(super) head: Head,
    pub(super) published: bool,
}

impl Told<'_> {
    pub(super) fn text(&self, summary: &Summary) -> String {
        let mut out = self.title();
        self.row(&mut out, ("rows", "行数"), summary.rows, "");
        let amount = summary.booked_amount.filter(|_| summary.booked > 0);
        let amount = amount.map_or_else(String::new, |amount| format!("{}  ", self.money(amount)));
        let entries = self.counted(summary.entries, ("entry", "entries"), "条分录");
        let commands = self.counted(summary.commands, ("command", "commands"), "笔命令");
        let made = match self.lang {
            Lang::En => format!("{amount}{entries} in {commands}"),
            Lang::Zh => format!("{amount}{entries}，{commands}"),
        };
        self.row(&mut out, ("booked", "已登记"), summary.booked, &made);
        for (count, label, why) in [
            (summary.known, ("known", "已有"), ("in the ledger already", "账簿中已登记过")),
            (
                summary.skipped,
                ("left out", "略去"),
                ("by the mapping's filters, or blank", "按映射的筛选，或为空行"),
            ),
            (
                summary.without_effect,
                ("no effect", "无影响"),
                ("nothing to book", "没有可登记的内容"),
            ),
        ] {
            if count > 0 {
                self.row(&mut out, label, count, self.lang.choose(why.0, why.1));
            }
        }
        self.known(summary, &mut out);
        self.rounded(summary, &mut out);
        self.findings(summary, &mut out);
        self.suspect(summary, &mut out);
        self.absent(summary, &mut out);
        self.refused(summary, &mut out);
        self.end(&mut out);
        out
    }

    fn title(&self) -> String {
        let file = for_terminal(&self.a.table.display().to_string());
        let source = for_terminal(self.source);
        match (self.lang, self.a.dry_run) {
            (Lang::En, true) => format!("Would import {file} as source {source}.\n"),
            (Lang::En, false) => format!("Imported {file} as source {source}.\n"),
            (Lang::Zh, true) => format!("将导入 {file}，来源 {source}。\n"),
            (Lang::Zh, false) => format!("已导入 {file}，来源 {source}。\n"),
        }
    }

    fn end(&self, out: &mut String) {
        let size = self.counted(self.head.size, ("entry", "entries"), "条分录");
        out.push_str(&match (self.lang, self.a.dry_run, self.published) {
            (Lang::En, true, _) => "  dry run: nothing was written\n".to_owned(),
            (Lang::En, false, true) => format!("  published; the ledger has {size}\n"),
            (Lang::En, false, false) => format!("  recorded; the ledger has {size}\n"),
            (Lang::Zh, true, _) => "  试运行：未写入任何内容\n".to_owned(),
            (Lang::Zh, false, true) => format!("  已发布；账簿共 {size}\n"),
            (Lang::Zh, false, false) => format!("  已记录；账簿共 {size}\n"),
        });
    }

    /// A label, a figure and what is said of it.
    fn row(&self, out: &mut String, label: (&str, &str), count: u64, words: &str) {
        let label = self.lang.choose(label.0, label.1);
        let blank = LABEL_WIDTH.saturating_sub(label.width());
        let line = format!("  {label}{:blank$}{:>10}  {words}", "", grouped(&count.to_string()));
        out.push_str(line.trim_end());
        out.push('\n');
    }

    /// As [`Told::row`], under the row before it.
    fn below(&self, out: &mut String, count: u64, words: &str) {
        self.row(out, ("", ""), count, words);
    }

    fn counted(&self, count: u64, (one, many): (&str, &str), zh: &str) -> String {
        match self.lang {
            Lang::En => counted(count, one, many),
            Lang::Zh => format!("{} {zh}", grouped(&count.to_string())),
        }
    }

    fn money(&self, amount: Amount) -> String {
        money(&self.currency.money(amount), self.lang)
    }

    fn known(&self, summary: &Summary, out: &mut String) {
        if !summary.known_first.is_empty() {
            let one = |(line, entry): &(u64, u64)| match self.lang {
                Lang::En => format!("line {line} is @{entry}"),
                Lang::Zh => format!("第 {line} 行即 @{entry}"),
            };
            let first: Vec<String> = summary.known_first.iter().map(one).collect();
            out.push_str(&match self.lang {
                Lang::En => format!("              known rows: {}\n", first.join(", ")),
                Lang::Zh => format!("              已有的行：{}\n", first.join("，")),
            });
        }
        if summary.known_of_other_mapping > 0 {
            let words = self.lang.choose(
                "of them are known from another mapping; what it adds is not booked",
                "行由另一份映射登记；本映射增加的内容不登记",
            );
            self.below(out, summary.known_of_other_mapping, words);
        }
    }

    fn rounded(&self, summary: &Summary, out: &mut String) {
        let rounded = summary.rounded;
        if rounded.count > 0 {
            let beyond = self.lang.choose("beyond 128 bits", "超出 128 位");
            let by = rounded.difference.map_or_else(|| beyond.to_owned(), signed);
            let words = match self.lang {
                Lang::En => format!(
                    "amounts, as the mapping says; booked less written: {} {by}",
                    self.currency
                ),
                Lang::Zh => format!("个金额按映射取整；登记数减原数：{} {by}", self.currency),
            };
            self.row(out, ("rounded", "取整"), rounded.count, &words);
        }
    }

    fn refused(&self, summary: &Summary, out: &mut String) {
        if summary.refused == 0 {
            return;
        }
        let amount = summary.refused_amount.filter(|_| summary.refused_read > 0);
        let amount = amount.map(|amount| self.money(amount));
        let unread = (summary.refused_unread > 0).then(|| {
            let count = grouped(&summary.refused_unread.to_string());
            match self.lang {
                Lang::En => format!("{count} whose amount cannot be read"),
                Lang::Zh => format!("{count} 行的金额无法读取"),
            }
        });
        let joint = self.lang.choose(", and ", "，另有 ");
        let words: Vec<String> = amount.into_iter().chain(unread).collect();
        self.row(out, ("refused", "被拒"), summary.refused, &words.join(joint));
        for (code, count) in &summary.refused_by_code {
            self.below(out, *count, code);
        }
        if let Some(path) = self.rejects {
            let path = for_terminal(&path.display().to_string());
            out.push_str(&match self.lang {
                Lang::En => format!(
                    "  see {path}: mend the rows there and import that file with the same mapping\n"
                ),
                Lang::Zh => format!("  见 {path}：在其中改正各行，再用同一映射导入该文件\n"),
            });
        }
    }

    fn findings(&self, summary: &Summary, out: &mut String) {
        let count = summary.findings.len();
        if count == 0 {
            return;
        }
        let words =
            self.lang.choose("booked; a soft rule looks at them", "已登记；有软性规则提请注意");
        self.row(out, ("findings", "疑点"), wide(count), words);
        for (code, of, found) in summary.findings.all().take(LINES_NAMED) {
            let amount =
                found.amount.map_or_else(String::new, |amount| format!("  {}", self.money(amount)));
            let (of, first) = (for_terminal(of), found.first_entry);
            let words = match self.lang {
                Lang::En => format!("{code}: {of}, from @{first} on{amount}"),
                Lang::Zh => format!("{code}：{of}，自 @{first} 起{amount}"),
            };
            self.below(out, found.count, &words);
        }
        if count > LINES_NAMED {
            out.push_str(self.lang.choose(
                "                          …: -O json lists all, `report findings` what stands below zero\n",
                "                          …：-O json 列出全部，`report findings` 列出余额为负的\n",
            ));
        }
    }

    /// Figures that look like those of a program that had no room for the true ones.
    fn suspect(&self, summary: &Summary, out: &mut String) {
        let count = summary.suspect.count;
        if count > 0 {
            let cells = summary.suspect.cells.join(", ");
            let more = if wide(summary.suspect.cells.len()) < count { ", …" } else { "" };
            let words = match self.lang {
                Lang::En => format!(
                    "figures that a program writes when one was too large for it: {cells}{more}"
                ),
                Lang::Zh => format!("个数等于程序整数的上限，原数可能更大：{cells}{more}"),
            };
            self.row(out, ("suspect", "可疑"), count, &words);
        }
    }

    /// Lines that a list of targets does not have any more.
    fn absent(&self, summary: &Summary, out: &mut String) {
        let kept = (
            "lines that this list no longer has keep what they have",
            "条指标不再见于本清单，保持原数",
        );
        let zeroed = (
            "lines that this list no longer has were brought to zero",
            "条指标不再见于本清单，已调为零",
        );
        for (lines, what) in [(&summary.absent_lines, kept), (&summary.zeroed_lines, zeroed)] {
            if !lines.is_empty() {
                let what = self.lang.choose(what.0, what.1);
                let joint = self.lang.choose(": ", "：");
                let words = format!("{what}{joint}{}", some_of(lines));
                self.row(out, ("absent", "未列"), wide(lines.len()), &words);
            }
        }
    }

    pub(super) fn json(&self, summary: &Summary) -> serde_json::Value {
        let state = if self.published { "published" } else { "recorded" };
        json!({"import": {
            "source": self.source,
            "rows": summary.rows,
            "booked": summary.booked,
            "known": summary.known,
            "known_first": summary.known_first.iter().map(|(line, entry)| json!({"line": line, "entry": entry})).collect::<Vec<_>>(),
            "known_of_other_mapping": summary.known_of_other_mapping,
            "skipped": summary.skipped,
            "suspect": summary.suspect.count,
            "suspect_cells": summary.suspect.cells,
            "absent_lines": summary.absent_lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "zeroed_lines": summary.zeroed_lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "without_effect": summary.without_effect,
            "refused": summary.refused,
            "booked_amount": summary.booked_amount.map(|amount| self.currency.plain(amount)),
            "refused_unread": summary.refused_unread,
            "refused_amount": summary.refused_amount.map(|amount| self.currency.plain(amount)),
            "rounded": json!({
                "amounts": summary.rounded.count,
                "difference": summary.rounded.difference.unwrap_or_default().to_string(),
            }),
            "refused_by_code": summary.refused_by_code,
            "rejects": self.rejects.as_ref().filter(|_| summary.refused > 0),
            "entries": summary.entries,
            "commands": summary.commands,
            "findings": summary.findings.len(),
            "findings_of": summary.findings.all().map(|(code, of, found)| json!({
                "code": code,
                "of": of,
                "count": found.count,
                "first_entry": found.first_entry,
                "amount": found.amount.map(|amount| self.currency.plain(amount)),
            })).collect::<Vec<_>>(),
            "size": self.head.size,
            "head": self.head.hash.to_string(),
            "state": if self.a.dry_run { None } else { Some(state) },
            "dry_run": self.a.dry_run,
        }})
    }
}

fn some_of(lines: &[LineKey]) -> String {
    let some = lines.iter().take(LINES_NAMED).map(|line| for_terminal(&line.to_string()));
    let more = if lines.len() > LINES_NAMED { ", …" } else { "" };
    format!("{}{more}", some.collect::<Vec<_>>().join(", "))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A difference with its sign.
fn signed(difference: Exact) -> String {
    if difference.is_negative() || difference.is_zero() {
        difference.to_string()
    } else {
        format!("+{difference}")
    }
}
