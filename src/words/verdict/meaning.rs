//! The words of a verdict in English and Chinese.

use super::Came;
use crate::domain::calendar::instant_text;
use crate::verify::{Outcome, Tier};
use crate::words::Lang;
use crate::words::shown::{counted, grouped};

/// A number of entries.
pub(super) fn entries(lang: Lang, count: u64) -> String {
    match lang {
        Lang::En => counted(count, "entry", "entries"),
        Lang::Zh => format!("{} 条", grouped(&count.to_string())),
    }
}

/// A number of commands.
pub(super) fn commands(lang: Lang, count: u64) -> String {
    match lang {
        Lang::En => counted(count, "command", "commands"),
        Lang::Zh => format!("{} 个命令", grouped(&count.to_string())),
    }
}

/// The name of a tier.
pub(super) fn tier(lang: Lang, tier: Tier) -> &'static str {
    let zh = match tier {
        Tier::Chain => "链",
        Tier::Signatures => "签名",
        Tier::Log => "日志",
        Tier::Rules => "规则",
        Tier::Projections => "缓存",
    };
    lang.choose(tier.text(), zh)
}

/// What a tier looks at.
pub(super) fn tier_asks(lang: Lang, tier: Tier) -> &'static str {
    let (en, zh) = match tier {
        Tier::Chain => (
            "Every byte of every entry: each entry names the fingerprint of the one before it, so none can be changed, left out or moved unnoticed.",
            "每条记录的每个字节：每条都写明前一条的指纹，改动、删去、调换任何一条都会被发现。",
        ),
        Tier::Signatures => (
            "Every command carries the signature of an officer who was enrolled at that point.",
            "每个命令都有当时已登记经办人的签名。",
        ),
        Tier::Log => (
            "The published files: entries, tree and the signed checkpoint agree to the last byte.",
            "公布的文件：条目、哈希树和已签名的检查点逐字节一致。",
        ),
        Tier::Rules => (
            "Every command was judged again by every rule of its time: no account went below what was allowed, every posting adds up to zero.",
            "每个命令按当时的全部规则重新判定：没有科目超出允许的额度，每笔记账借贷相等。",
        ),
        Tier::Projections => (
            "Stored summaries equal those worked out anew from the entries.",
            "已存的汇总与由条目重新算出的一致。",
        ),
    };
    lang.choose(en, zh)
}

/// What came of a tier.
pub(super) fn outcome(lang: Lang, outcome: Outcome) -> String {
    let (en, zh) = match outcome {
        Outcome::Passed => ("passed", "通过"),
        Outcome::Broken => ("BROKEN", "不符"),
        Outcome::NotAsked => ("not asked for", "未要求"),
        Outcome::Nothing => ("no caches", "无缓存"),
        Outcome::NotCheckedFrom(index) => {
            return match lang {
                Lang::En => format!("not checked from entry {index} on"),
                Lang::Zh => format!("自第 {index} 条起未核对"),
            };
        }
    };
    lang.choose(en, zh).to_owned()
}

/// The word for what probably happened.
pub(super) fn likely(lang: Lang, likely: &str) -> &str {
    let zh = match likely {
        "changed" => "被改动",
        "missing" => "缺失",
        "reordered" => "次序被调换",
        "truncated" => "被截短",
        "rewritten" => "被重写",
        "repeated" => "重复入账",
        "unreadable" => "读不出",
        "another log" => "另一份日志",
        "recorded against the rules" => "记录时违反规则",
        other => other,
    };
    lang.choose(likely, zh)
}

/// What that means, for somebody who has to act on it.
pub(super) fn likely_means(lang: Lang, likely: &str) -> &'static str {
    let (en, zh) = match likely {
        "changed" => (
            "Something was changed after it was signed. A failing disk does this as well as a hand: compare with another copy.",
            "签名之后内容有改动。磁盘故障和人为改动都会如此：请与另一份副本比对。",
        ),
        "missing" => (
            "Something that was promised is not there. Another copy may still have it.",
            "本应存在的内容不在了。另一份副本里也许还有。",
        ),
        "reordered" => (
            "An entry stands in the place of another. Disks do not do this.",
            "某一条占了另一条的位置。磁盘自己不会这样。",
        ),
        "truncated" => (
            "The end is missing: of an entry, of a command, or of the log.",
            "末尾缺失：可能是一条记录、一个命令或整个日志的末尾。",
        ),
        "repeated" => (
            "One order was recorded twice under one id. Compare the two entries, and reverse the later one if it was booked again.",
            "同一指令以同一编号入账两次。请核对两条记录；如属重复入账，冲销后一条。",
        ),
        "rewritten" => (
            "Somebody made what follows fit what was changed, or signed with another key. This is no accident: keep both copies and find out who holds the keys.",
            "有人使后面的内容与改动相合，或换了密钥签名。这不是故障：请保留两份副本，查明密钥在谁手中。",
        ),
        "another log" => (
            "This is not the log that is known here. Ask its keeper, and keep both.",
            "这不是本机所知的那份日志。请询问保管人，并保留两份。",
        ),
        "recorded against the rules" => (
            "It is signed, and the rules of its time refuse it. Ask the officer who signed it, and with which program.",
            "该条已签名，但当时的规则不允许。请询问签名的经办人，以及用的是哪个程序。",
        ),
        _ => (
            "It could not be read. Look at the disk, or take another copy.",
            "无法读取。请检查磁盘，或另取一份副本。",
        ),
    };
    lang.choose(en, zh)
}

/// What it comes to, in a word or two.
pub(super) fn came(lang: Lang, came: Came) -> &'static str {
    let (en, zh) = match came {
        Came::Verified => ("Verified", "已核验"),
        Came::WholeAsAsked => ("Whole as far as was asked for", "就所要求的范围完整"),
        Came::WholeInItself => ("Whole in itself", "自身完整"),
        Came::Broken => ("BROKEN", "不符"),
    };
    lang.choose(en, zh)
}

/// What that means.
pub(super) fn came_means(lang: Lang, came: Came) -> &'static str {
    let (en, zh) = match came {
        Came::Verified => (
            "Every entry, signature, file and rule that this report names was checked, and all of it holds. The log is the one whose key was given from outside the ledger.",
            "本报告所列的每条记录、签名、文件和规则都已核对，全部相符。该日志确属账本之外所给公钥的持有者。",
        ),
        Came::WholeAsAsked => (
            "What was asked for holds. The rest was not looked at, so nothing is said about it.",
            "所要求的部分相符。其余未查看，因此不作任何结论。",
        ),
        Came::WholeInItself => (
            "Nothing in it contradicts itself. But nobody outside says whose log this is: whoever made it could have made all of it. Ask its keeper for the log key and compare.",
            "内部没有矛盾之处。但没有来自外部的凭据说明这是谁的日志：制作者可能整个都是新造的。请向保管人索取日志公钥再比对。",
        ),
        Came::Broken => (
            "Something does not hold, or could not be followed to the end. What it is, and what it means, stands below.",
            "有不符之处，或无法一直查到末尾。具体内容及含义见下。",
        ),
    };
    lang.choose(en, zh)
}

/// An instant to the minute.
pub(super) fn minute(microseconds: i64) -> String {
    let text = instant_text(microseconds);
    text.get(..16).map_or(text.clone(), |minute| format!("{} UTC", minute.replace('T', " ")))
}
