//! An import to begin with, for one type of event: a mapping in which every field says what it is, and the
//! head of the list that it reads, for people who have no list yet.

use super::fields::{self, EventKind, Field, FieldSpec, Shape, is_required};
use crate::error::{Error, Kind, Result};
use crate::report::csv;
use crate::report::xlsx::list::{self, Holds, ListColumn};
use crate::words::Lang;
use std::io;

/// What to begin with.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    kind: EventKind,
    /// Only what a row must have is taken from a column.
    required: bool,
}

impl Template {
    /// Of a type such as `commitment.make`.
    ///
    /// ```
    /// use earmark::import::{mapping::Mapping, template::Template};
    /// use earmark::words::Lang;
    /// let template = Template::of("payee.register", false).unwrap();
    /// assert!(Mapping::parse(&template.mapping(Lang::En)).is_ok());
    /// assert_eq!(template.list(), "code,name,name_zh,credit_code,occurred_on,document_no\n");
    /// ```
    ///
    /// # Errors
    /// `unknown_event_type`, with the nearest known type.
    pub fn of(kind: &str, required: bool) -> Result<Self> {
        if let Some(kind) = fields::kind(kind) {
            return Ok(Self { kind, required });
        }
        let known: Vec<&str> = fields::kinds().map(EventKind::text).collect();
        let known = known.join(", ");
        let hint = match fields::nearest_kind(kind) {
            Some(near) => format!("did you mean {near}? Known are {known}"),
            None => format!("known are {known}"),
        };
        let message = format!("`{kind}` is no type of event that an import makes");
        Err(Error::new(Kind::Usage, "unknown_event_type", message)
            .with_hint(hint)
            .with_detail("found", kind)
            .with_detail("known", known))
    }

    /// Its type.
    #[must_use]
    pub fn kind(self) -> &'static str {
        self.kind.text()
    }

    /// The text of a mapping file: fields from columns of the same name, what a row need not have and is
    /// not asked for commented out.
    #[must_use]
    pub fn mapping(self, lang: Lang) -> String {
        let head = lang.choose(HEAD, HEAD_ZH);
        let mut out = format!("{head}\n[[event]]\ntype = \"{}\"\n", self.kind());
        for spec in fields::fields(self.kind) {
            out.push_str(&self.line(&spec, lang));
        }
        out
    }

    /// The head of a list as CSV: the columns that the mapping reads.
    #[must_use]
    pub fn list(self) -> String {
        let specs = fields::fields(self.kind).into_iter();
        let read = specs.filter(|spec| self.reads(spec) && !self.is_constant(spec));
        csv::line(read.map(|spec| spec.field.text().to_owned()))
    }

    /// The mapping that reads the list as a workbook: as [`Template::mapping`], with the sheet in the place of how
    /// text is written.
    #[must_use]
    pub fn mapping_of_workbook(self, lang: Lang) -> String {
        let mapping = self.mapping(lang);
        let lines = mapping.split_inclusive('\n').map(|line| {
            if line.starts_with("encoding ") {
                lang.choose(SHEET, SHEET_ZH)
            } else if line.starts_with("delimiter ") {
                ""
            } else {
                line
            }
        });
        lines.collect()
    }

    /// Writes the list as a workbook: the columns of [`Template::list`], ready to be filled in, and what each
    /// of them is.
    ///
    /// # Errors
    /// What `out` refuses; `sheet_not_kept`, within an I/O error.
    pub fn write_workbook(self, out: &mut dyn io::Write, lang: Lang) -> io::Result<()> {
        let specs = fields::fields(self.kind).into_iter();
        let read = specs.filter(|spec| self.reads(spec) && !self.is_constant(spec));
        let columns: Vec<ListColumn> = read.map(|spec| Self::column(&spec, lang)).collect();
        list::write(out, self.kind(), &columns, lang)
    }

    fn column(spec: &FieldSpec, lang: Lang) -> ListColumn {
        let holds = if spec.kind == Shape::Date {
            Holds::Day
        } else if spec.kind == Shape::Amount {
            Holds::Amount
        } else if spec.kind == Shape::Year {
            Holds::Number
        } else {
            Holds::Text
        };
        let kind = spec.kind.said();
        ListColumn {
            name: spec.field.text().to_owned(),
            holds,
            is_needed: is_required(spec),
            choices: if spec.kind.is_many() { &[] } else { spec.kind.choices() },
            kind: lang.choose(kind.en, kind.zh).to_owned(),
            meaning: Self::meaning(spec, lang),
        }
    }

    fn meaning(spec: &FieldSpec, lang: Lang) -> String {
        if spec.field == Field::OccurredOn {
            return lang.choose(DAY, DAY_ZH).to_owned();
        }
        let mut what = lang.choose(spec.help.en, spec.help.zh).to_owned();
        if spec.kind == Shape::Tags {
            what.push_str(lang.choose(SPLIT, SPLIT_ZH));
        }
        what
    }

    /// A row has a day, unless the mapping has one for all.
    fn reads(self, spec: &FieldSpec) -> bool {
        !self.required || is_required(spec) || spec.field == Field::OccurredOn
    }

    /// A word of a closed list is the same in most rows of most lists.
    fn is_constant(self, spec: &FieldSpec) -> bool {
        self.required && !spec.kind.choices().is_empty()
    }

    fn line(self, spec: &FieldSpec, lang: Lang) -> String {
        let name = spec.field.text();
        let mark = if self.reads(spec) { "" } else { "# " };
        let choices = spec.kind.choices();
        let mut what = Self::meaning(spec, lang);
        if !choices.is_empty() {
            let words = choices.join(", ");
            what = lang.choose(format!("one of {words}"), format!("可选：{words}"));
        }
        let value = match choices.first().filter(|_| self.is_constant(spec)) {
            Some(first) => format!("\"{first}\""),
            None => format!("{{ column = \"{name}\" }}"),
        };
        let target = self.kind == EventKind::AllocationRecord && spec.field == Field::Amount;
        let more = if target { lang.choose(TARGET, TARGET_ZH) } else { "" };
        let set = format!("{mark}{name} = {value}");
        format!("{set:<44} # {what}\n{more}")
    }
}

const SHEET: &str =
    "sheet = 1                         # the list; the other one says what each column is\n";
const SHEET_ZH: &str = "sheet = 1                         # 清单；另一张表说明各列\n";

const SPLIT: &str = "; purposes are split at ;";
const SPLIT_ZH: &str = "；多个用途以 ; 分隔";

const DAY: &str = "The day it happened [default: default_date above]";
const DAY_ZH: &str = "业务日期［默认：上面的 default_date］";

const TARGET: &str = "\
# amount_is = \"target\"   # the amount is what the line should have
# target = { as_of = \"2002-12-31\" }   # of which day the list is
";

const TARGET_ZH: &str = "\
# amount_is = \"target\"   # 金额为该指标应有的总额
# target = { as_of = \"2002-12-31\" }   # 该清单截至哪一天
";

const HEAD: &str = r#"# A mapping for `earmark import FILE --mapping THIS`; schemas/mapping.md explains every key.
source = "name-of-this-list"      # keep it for every later version of the same list
encoding = "utf-8"                # or gb18030, big5, windows-1252, …
delimiter = ","
header = 1                        # the line of the header row
historical = false                # true: dates before the policy's cut-over date
# default_date = "2002-01-01"     # where a row has no date

[numbers]
decimal = "."
thousands = ","
# currency = ["¥", "元"]
# negative = ["-", "()"]
# scale = 10000                   # amounts are in 万元

[dates]
formats = ["yyyy-mm-dd"]

# [[skip]]                        # total rows
# column = "name"
# starts_with = ["合计", "Total"]
"#;

const HEAD_ZH: &str = r#"# 映射文件，用于 `earmark import 文件 --mapping 本文件`；各键的说明见 schemas/mapping.md。
source = "name-of-this-list"      # 清单名称；同一清单的后续版本请沿用
encoding = "utf-8"                # 或 gb18030、big5、windows-1252 等
delimiter = ","
header = 1                        # 表头所在的行
historical = false                # true：早于制度启用日的历史数据
# default_date = "2002-01-01"     # 没有日期的行用此日期

[numbers]
decimal = "."
thousands = ","
# currency = ["¥", "元"]
# negative = ["-", "()"]
# scale = 10000                   # 金额以万元为单位

[dates]
formats = ["yyyy-mm-dd"]

# [[skip]]                        # 合计行
# column = "name"
# starts_with = ["合计", "Total"]
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::mapping::Mapping;
    use crate::import::plan::Plan;

    fn fits(text: &str, header: &str) {
        let header: Vec<String> = header.trim_end().split(',').map(str::to_owned).collect();
        let mapping = Mapping::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert!(Plan::new(&mapping, &header, 2).is_ok(), "{text}");
    }

    #[test]
    fn every_template_is_a_mapping_that_fits_its_own_list() {
        for kind in fields::kinds() {
            let whole = Template::of(kind.text(), false).unwrap();
            for lang in [Lang::En, Lang::Zh] {
                for required in [false, true] {
                    let template = Template::of(kind.text(), required).unwrap();
                    fits(&template.mapping(lang), &template.list());
                    let of_workbook = template.mapping_of_workbook(lang);
                    assert!(
                        of_workbook.contains("\nsheet = 1 ") && !of_workbook.contains("encoding")
                    );
                    fits(&of_workbook, &template.list());
                    // With every comment of a field taken off it is one too.
                    let text = template.mapping(lang);
                    let (head, event) = text.split_once("\n[[event]]\n").unwrap();
                    let text = format!("{head}\n[[event]]\n{}", event.replace("\n# ", "\n"));
                    fits(&text, &whole.list());
                }
            }
        }
    }

    #[test]
    fn an_unknown_type_is_answered_with_the_nearest() {
        let refused = |kind| Template::of(kind, false).unwrap_err();
        assert_eq!(
            refused("commitments.make").to_string(),
            "unknown_event_type: `commitments.make` is no type of event that an import makes\n  next: did you mean commitment.make? Known are district.register, district.retire, programme.register, payee.register, fund.establish, fund.amend, fund.close, allocation.record, allocation.supplement, allocation.reduce, allocation.transfer, allocation.carry, allocation.lapse, reservation.make, reservation.release, project.approve, project.complete, project.terminate, project.close-out, commitment.make, commitment.increase, commitment.reduce, commitment.close, disbursement.record, refund, follow-on.pledge, follow-on.pay-in, follow-on.withdraw"
        );
        assert!(refused("xyz").hint().unwrap().starts_with("known are "));
    }
}
