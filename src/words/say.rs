//! How a figure or a closed word of the domain is said inside a sentence.

use super::Lang;
use crate::domain::calendar::{Date, instant_text};
use crate::domain::ids::{Code, LineKey, Tag, Text};
use crate::domain::kinds::{ProjectStatus, Role};
use crate::domain::money::Money;
use crate::domain::posting::Leaf;
use crate::domain::rejection::{Named, PossibleLine};

/// What can stand in a sentence.
pub(super) trait Say {
    /// In a language.
    fn say(&self, lang: Lang) -> String;
}

/// The same in both.
macro_rules! as_is {
    ($($figure:ty),+) => {$(
        impl Say for $figure {
            fn say(&self, _: Lang) -> String {
                self.to_string()
            }
        }
    )+};
}
as_is!(u32, u64, usize, Date, Code, Text, Tag, LineKey, String);

/// A moment, in microseconds.
impl Say for i64 {
    fn say(&self, _: Lang) -> String {
        instant_text(*self)
    }
}

impl Say for char {
    fn say(&self, _: Lang) -> String {
        format!("U+{:04X}", u32::from(*self))
    }
}

/// `CNY 450,000.00`, or `450,000.00 元`.
impl Say for Money {
    fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.to_string(),
            Lang::Zh => {
                let code = self.currency.to_string();
                let unit = if code == "CNY" { "元" } else { &code };
                format!("{} {unit}", self.currency.grouped(self.amount))
            }
        }
    }
}

/// An end of a time that may have none.
impl Say for Option<Date> {
    fn say(&self, lang: Lang) -> String {
        self.map_or_else(|| lang.choose("open", "不限").to_owned(), |date| date.to_string())
    }
}

/// Several of one kind.
impl<T: Say> Say for Vec<T> {
    fn say(&self, lang: Lang) -> String {
        let all: Vec<String> = self.iter().map(|one| one.say(lang)).collect();
        all.join(lang.choose(", ", "、"))
    }
}

impl<T: Say> Say for Box<T> {
    fn say(&self, lang: Lang) -> String {
        self.as_ref().say(lang)
    }
}

impl Say for Role {
    fn say(&self, lang: Lang) -> String {
        let zh = match self {
            Self::Maker => "经办",
            Self::Approver => "审批",
            Self::Auditor => "审计",
            Self::Administrator => "管理",
        };
        lang.choose(self.text(), zh).to_owned()
    }
}

impl Say for ProjectStatus {
    fn say(&self, lang: Lang) -> String {
        lang.choose(self.text(), Lang::Zh.word(self.text())).to_owned()
    }
}

/// One of them.
impl Say for &'static [ProjectStatus] {
    fn say(&self, lang: Lang) -> String {
        let all: Vec<String> = self.iter().map(|one| one.say(lang)).collect();
        all.join(lang.choose(" or ", "或"))
    }
}

impl Say for Leaf {
    fn say(&self, lang: Lang) -> String {
        if lang == Lang::En {
            return self.to_string();
        }
        let mut out = format!("指标 {}", self.line);
        if let Some(project) = &self.project {
            out.push_str(&format!("、项目 {project}"));
        }
        if let Some(contract) = &self.commitment {
            out.push_str(&format!("、合同 {contract}"));
        }
        out.push_str(&format!(" 的{}", lang.word(self.stage.text())));
        out
    }
}

impl Say for PossibleLine {
    fn say(&self, lang: Lang) -> String {
        let (line, available) = (&self.line, self.available.say(lang));
        match (&self.project, lang) {
            (Some(project), Lang::En) => format!("{line} for project {project} ({available})"),
            (Some(project), Lang::Zh) => format!("{line}（项目 {project}，{available}）"),
            (None, Lang::En) => format!("{line} ({available})"),
            (None, Lang::Zh) => format!("{line}（{available}）"),
        }
    }
}

impl Say for Named {
    fn say(&self, lang: Lang) -> String {
        match self {
            Self::As(name) => lang.choose(name.clone(), format!(" {name}")),
            Self::Number(number) => {
                lang.choose(format!("number {number}"), format!("（编号 {number}）"))
            }
            Self::Key(key) => lang.choose(format!("with the key {key}"), format!("（公钥 {key}）")),
        }
    }
}
