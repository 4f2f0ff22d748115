//! A verdict in lines, for a terminal.

use super::{Came, Verdict, meaning};
use crate::chain::clocks::Clocks;
use crate::verify::{Against, Fault, Identity, Resumption};
use crate::words::Lang;
use crate::words::shown::counted;
use unicode_width::UnicodeWidthStr;

/// Faults that are shown one by one; the rest is counted.
const SHOWN: usize = 20;

impl Verdict<'_> {
    fn title(&self, lang: Lang) -> String {
        let report = self.report;
        let size = meaning::entries(lang, report.size);
        let commands = meaning::commands(lang, report.commands);
        let origin = &report.origin;
        let (came, word) = (self.came(), meaning::came(lang, self.came()));
        match lang {
            Lang::En => {
                let what = format!("{size} in {commands} of {origin}");
                if came == Came::WholeInItself {
                    return format!("{word}: {what}; nothing outside says whose log it is.\n");
                }
                format!("{word}: {what}.\n")
            }
            Lang::Zh => {
                let what = format!("{origin}，{size}，{commands}");
                if came == Came::WholeInItself {
                    return format!("{word}：{what}；没有来自外部的凭据说明这是谁的日志。\n");
                }
                format!("{word}：{what}。\n")
            }
        }
    }

    /// The verdict as lines for a terminal.
    pub fn text(&self, lang: Lang) -> String {
        let mut out = self.title(lang);
        let say = |en: &'static str, zh: &'static str| lang.choose(en, zh);
        let mut faults = self.faults();
        for fault in faults.by_ref().take(SHOWN) {
            let label = say("break", "不符");
            out.push_str(&format!("  {label}: {}\n", fault_text(lang, fault)));
        }
        let more = faults.count();
        if more > 0 {
            match lang {
                Lang::En => out.push_str(&format!("  … and {more} more\n")),
                Lang::Zh => out.push_str(&format!("  … 另有 {more} 处\n")),
            }
        }
        for breach in &self.report.accepted {
            let label = say("accepted", "已接受");
            out.push_str(&format!("  {label}: {}\n", fault_text(lang, breach)));
        }
        let mut line = |name: &str, value: &str| out.push_str(&labelled(lang, name, value));
        for (tier, outcome) in &self.report.tiers {
            line(meaning::tier(lang, *tier), &meaning::outcome(lang, *outcome));
        }
        for (name, value) in self.facts(lang) {
            line(name, &value);
        }
        out
    }

    fn facts(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let report = self.report;
        let say = |en: &'static str, zh: &'static str| lang.choose(en, zh);
        let mut facts = Vec::new();
        if report.findings > 0 {
            facts.push((say("findings", "疑点"), findings(lang, report.findings)));
        }
        facts.extend(clocks(lang, report.clocks).map(|text| (say("clocks", "时钟"), text)));
        facts.extend(self.resumed(lang).map(|text| (say("resumed", "续核"), text)));
        let against = self.against.iter().map(|against| against_text(lang, against));
        facts.extend(against.map(|text| (say("against", "比对旧志"), text)));
        facts.push((say("identity", "身份"), self.identity(lang)));
        facts.extend(self.witnesses(lang).map(|value| (say("witnesses", "见证"), value)));
        if let Some(genesis) = report.genesis {
            facts.push((say("genesis", "首条指纹"), genesis.to_string()));
        }
        let head = match lang {
            Lang::En => format!("{} at size {}", report.head.hash, report.head.size),
            Lang::Zh => format!("{}，共 {} 条", report.head.hash, report.head.size),
        };
        facts.push((say("head", "末条指纹"), head));
        facts.push((say("read", "已读"), self.read(lang).join(say("; ", "；"))));
        for note in self.store.iter().flat_map(|store| &store.notes) {
            facts.push((say("note", "说明"), note.clone()));
        }
        if !self.not_read().is_empty() {
            facts.push((say("not read", "未读"), self.not_read().join(say("; ", "；"))));
        }
        facts
    }

    /// Whose log it is, and how that is known.
    pub(super) fn identity(&self, lang: Lang) -> String {
        let key = self.report.claimed_key.as_ref();
        let followed = self.followed(lang);
        match (self.report.identity, lang) {
            (Identity::Pinned, Lang::En) => format!("pinned on this machine{followed}"),
            (Identity::Pinned, Lang::Zh) => format!("与本机固定的公钥一致{followed}"),
            (Identity::KeyGiven, Lang::En) => {
                format!("signed by the log key that was given{followed}")
            }
            (Identity::KeyGiven, Lang::Zh) => format!("由所给的日志公钥签名{followed}"),
            (Identity::NotPinned, Lang::En) => {
                let claimed = key.map_or_else(String::new, |key| {
                    format!("; the ledger itself names the log key {key}")
                });
                format!(
                    "NOT PINNED{followed}{claimed}. Ask its keeper for the key and run verify --log-key, or accept \
                     that with --unpinned"
                )
            }
            (Identity::NotPinned, Lang::Zh) => {
                let claimed =
                    key.map_or_else(String::new, |key| format!("；账本自称的日志公钥为 {key}"));
                format!(
                    "NOT PINNED（未经外部确认）{followed}{claimed}。请向保管人索取公钥，用 verify --log-key \
                     核对；或用 --unpinned 表示接受"
                )
            }
        }
    }

    /// What was taken from an earlier run, or why nothing was.
    pub(super) fn resumed(&self, lang: Lang) -> Option<String> {
        match (self.report.resumption.as_ref()?, lang) {
            (Resumption::First, _) => None,
            (Resumption::From { size, at_microseconds }, _) => {
                let (count, at) =
                    (meaning::entries(lang, *size), meaning::minute(*at_microseconds));
                Some(match lang {
                    Lang::En => format!(
                        "what signatures and rules say of the first {count} is from the run of {at}; all \
                         bytes were read and hashed anew, and those are the same"
                    ),
                    Lang::Zh => format!(
                        "前 {count}的签名与规则沿用 {at} 的核验；全部字节已重新读取并计算哈希，与当时相同"
                    ),
                })
            }
            (Resumption::Anew(why), Lang::En) => {
                Some(format!("no, from the first entry on: {why}"))
            }
            (Resumption::Anew(why), Lang::Zh) => Some(format!("未沿用，自首条起核验：{why}")),
        }
    }

    /// Who cosigned how much of it, where a policy asks for that.
    pub(super) fn witnesses(&self, lang: Lang) -> Option<String> {
        let quorum = self.report.quorum.as_ref()?;
        let names: Vec<_> = quorum.standing.signed.iter().map(|(name, _)| name.as_str()).collect();
        let (size, not_yet) = (quorum.size, quorum.not_yet);
        let (count, rest) = (meaning::entries(lang, size), meaning::entries(lang, not_yet));
        Some(match (lang, names.is_empty(), not_yet) {
            (Lang::En, true, _) => "the policy asks for no cosignature".to_owned(),
            (Lang::Zh, true, _) => "策略不要求见证".to_owned(),
            (Lang::En, false, 0) => format!("all entries cosigned by {}", names.join(", ")),
            (Lang::Zh, false, 0) => format!("全部条目已由 {} 见证", names.join("、")),
            (Lang::En, false, _) => {
                format!("{count} cosigned by {}; {rest} not yet cosigned", names.join(", "))
            }
            (Lang::Zh, false, _) => {
                format!("{count}已由 {} 见证；{rest}尚未见证", names.join("、"))
            }
        })
    }

    /// What became of the log key that is trusted, if it signs no more.
    fn followed(&self, lang: Lang) -> String {
        let Some(succession) = &self.report.succession else { return String::new() };
        match lang {
            Lang::En => format!("; {succession}"),
            Lang::Zh => {
                let how =
                    if succession.handed_over { "已移交给" } else { "未经移交，改为" };
                let (trusted, now) = (&succession.trusted, &succession.now);
                format!("；所信的日志公钥 {trusted} 用到第 {} 条，{how} {now}", succession.until)
            }
        }
    }
}

/// Whether the log still begins with an older one.
pub(super) fn against_text(lang: Lang, against: &Against) -> String {
    let (name, entries) = (&against.name, meaning::entries(lang, against.size));
    match (against.proof_hashes, lang) {
        (None, Lang::En) if !against.compared => {
            format!("{name}: not compared, for it is not known to be of this log; it had {entries}")
        }
        (None, Lang::Zh) if !against.compared => {
            format!("{name}：未比对，无法确认它属于本日志；其{entries}")
        }
        (Some(count), Lang::En) => {
            format!("{name}: its {entries} are still the first ones (proof: {count} hashes)")
        }
        (Some(count), Lang::Zh) => format!("{name}：其{entries}仍居首（证明含 {count} 个哈希）"),
        (None, Lang::En) => format!("{name}: NOT the beginning of this log; it had {entries}"),
        (None, Lang::Zh) => format!("{name}：并非本日志的开头；其{entries}"),
    }
}

/// What a soft rule asks about.
pub(super) fn findings(lang: Lang, count: u64) -> String {
    match lang {
        Lang::En => format!(
            "{} to look at: booked, although a soft rule asks about them",
            counted(count, "finding", "findings")
        ),
        Lang::Zh => format!("{count} 项待查：已入账，但触及提示性规则"),
    }
}

/// Recorded times that say little.
pub(super) fn clocks(lang: Lang, clocks: Clocks) -> Option<String> {
    if clocks == Clocks::default() {
        return None;
    }
    let Clocks { ahead, behind } = clocks;
    Some(match lang {
        Lang::En => format!(
            "recorded on an officer's word: {ahead} more than 40 days after the entry before, {behind} under \
             a clock behind it; over such a stretch a time says nothing, a size does"
        ),
        Lang::Zh => format!(
            "凭经办人确认时钟而记账：晚于前条 40 天以上 {ahead} 条，时钟落后于前条 {behind} 条；\
             此段以条数（而非时间）为准"
        ),
    })
}

/// One thing that does not hold.
pub(super) fn fault_text(lang: Lang, fault: &Fault) -> String {
    if lang == Lang::En {
        return fault.to_string();
    }
    let mut out = meaning::tier(lang, fault.tier).to_owned();
    if let Some(index) = fault.index {
        out.push_str(&format!("，第 {index} 条"));
    }
    if let Some(file) = &fault.file {
        out.push_str(&format!("，文件 {file}"));
    }
    let Fault { field, expected, found, .. } = fault;
    out.push_str(&format!("，{field}：应为 {expected}，实为 {found}"));
    if !fault.likely.is_empty() {
        out.push_str(&format!("（可能{}）", meaning::likely(lang, &fault.likely)));
    }
    if let Some(by) = fault.acknowledged {
        out.push_str(&format!("，已在第 {by} 条确认"));
    }
    out
}

/// A line with its label; the values of all lines stand below each other.
fn labelled(lang: Lang, name: &str, value: &str) -> String {
    let (label, width) = match lang {
        Lang::En => (format!("{name}:"), 12),
        Lang::Zh => (format!("{name}："), 10),
    };
    let fill = usize::saturating_sub(width, label.width());
    format!("  {label}{} {value}\n", " ".repeat(fill))
}
