//! Forms about what is booked already.

use super::{FieldSpec, Form, REASON, fields, flag, form, place, said};
use crate::domain::command::Command;
use crate::domain::event::{
    BreachAcknowledged, ConfidentialErased, DocumentAttached, EntryReversed,
};
use crate::form::build::missing;
use crate::form::field::{Act, Field, Kind};

const ENTRY: FieldSpec = place(
    "ENTRY",
    Field::Entry,
    Kind::Entry,
    "The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER",
    "条目：@序号、UUID 或 FUND/YEAR/VOUCHER",
);

pub(super) static REVERSE: Form = form(
    Act::Reverse,
    said(
        "Undo an entry by its exact inverse; both stay in the ledger",
        "冲销条目；两者都留在账簿中",
    ),
    &[
        "reverse @41 --reason \"wrong payee\"",
        "reverse @41 --reason \"wrong contract\" --with-dependents --dry-run",
    ],
    fields! {
        ENTRY,
        REASON.needed(),
        flag(Field::WithDependents, Kind::Flag, "Reverse first what has to be reversed before it, last first, in the same command", "先冲销须先冲销的条目，由后往前，作为同一笔业务"),
    },
    |f| {
        let (entry, reason) = (f.entry(Field::Entry)?, f.text(Field::Reason)?);
        let reversal = EntryReversed { entry, reason, filing: f.filing() };
        Ok(if f.has_flag(Field::WithDependents) {
            Command::ReverseWithDependents(reversal)
        } else {
            Command::ReverseEntry(reversal)
        })
    },
);

pub(super) static ACKNOWLEDGE: Form = form(
    Act::BreachAcknowledge,
    said(
        "Say how a command against the rules came in; the ledger is written to again, and names it for ever",
        "说明违反规则的命令的来历；账簿此后可继续记账，并永远写明它",
    ),
    &["breach acknowledge @41 --reason \"paid twice by a program of our own; refund asked for\""],
    fields! {
        place("ENTRY", Field::Breach, Kind::Breach, "The entry: @INDEX, its UUID, or FUND/YEAR/VOUCHER; any of the command", "条目：@序号、UUID 或 FUND/YEAR/VOUCHER；该命令中的任一条"),
        REASON.needed(),
    },
    |f| {
        let (first, rule) = f.breach()?;
        let (reason, filing) = (f.text(Field::Reason)?, f.filing());
        Ok(Command::AcknowledgeBreach(BreachAcknowledged { first, rule, reason, filing }))
    },
)
.with_more(
    "By an administrator who was one before it, and who did not sign it where another is there. `earmark verify` names the entry and the rule, before and after; with --accept-breaches it goes on past what is acknowledged. A command id that was used twice is acknowledged likewise.",
    "须由在此之前就是管理员、且（另有管理员时）未签署该命令的人确认。`earmark verify` 在确认前后都会写明条目和规则；加 --accept-breaches 则越过已确认者。重复使用的操作编号同样确认。",
);

pub(super) static ATTACH: Form = form(
    Act::Attach,
    said("Attach a document to an entry, by its SHA-256", "为条目登记附件的 SHA-256"),
    &["attach @41 acceptance.pdf:acceptance"],
    fields! {
        ENTRY,
        place("FILE[:KIND]", Field::Document, Kind::Document, "The document, with its kind after a colon", "附件，冒号后写种类"),
    },
    |f| {
        let entry = f.entry(Field::Entry)?;
        let mut documents =
            f.values.documents(Field::Document).ok_or_else(|| missing(Field::Document))?;
        let mut filing = f.filing();
        documents.append(&mut filing.documents);
        filing.documents = documents;
        Ok(Command::AttachDocument(DocumentAttached { entry, filing }))
    },
)
.with_more(
    "The file stays with you; the ledger keeps its hash and its name, so that anyone can check it with `sha256sum`.",
    "文件由本单位保存；账簿只记其摘要和名称，任何人都可用 `sha256sum` 核对。",
);

pub(super) static ERASE: Form = form(
    Act::ConfidentialErase,
    said(
        "Erase the confidential fields of an entry, for ever; the log stays whole",
        "永久清除条目的保密内容；日志保持完整",
    ),
    &["confidential erase @12 --legal-basis \"个人信息保护法第47条, request of 2003-02-11\""],
    fields! {
        ENTRY,
        flag(Field::LegalBasis, Kind::LongText, "The law, decision or request that asks for it", "法律依据：法律、决定或申请").needed(),
    },
    |f| {
        let (entry, legal_basis) = (f.entry(Field::Entry)?, f.text(Field::LegalBasis)?);
        Ok(Command::EraseConfidential(ConfidentialErased {
            entry,
            legal_basis,
            filing: f.filing(),
        }))
    },
)
.with_more(
    "Records who erased them, when and on what legal basis; then removes the sealed file and its key. Copies and backups of the folder `confidential` are yours to erase.",
    "登记由谁、何时、依据什么清除，然后删除封存的文件及其密钥。文件夹 `confidential` 的副本和备份由本单位自行清除。",
);
