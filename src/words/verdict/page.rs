//! A verdict as a page for people: self-contained, printable, without script.

use super::html::{escaped, figures_row, figures_table, html, row, table, terms, text};
use super::meaning;
use super::{BUDGET, Came, Figure, Verdict, asked};
use crate::projection::figures::Figures as Budget;
use crate::verify::{Fault, Figures, Outcome};
use crate::words::Lang;
use crate::words::shown::grouped;

const STYLE: &str = include_str!("page.css");
/// Faults that are told one by one.
const TOLD: usize = 200;

/// The verdict as a page. `made_at`: when, microseconds since 1970; nothing where the same log must give the same
/// page. `note`: the signed checkpoint, shown as it is.
pub fn page(verdict: &Verdict<'_>, lang: Lang, made_at: Option<i64>, note: &[u8]) -> String {
    let page = Page { verdict, lang };
    let body = [
        page.header(made_at),
        page.banner(),
        page.sums(),
        page.faults(),
        page.checked(),
        page.identity(),
        page.officers(),
        page.funds(),
        page.not_checked(),
        page.evidence(note),
        page.footer(),
    ]
    .concat();
    let title = format!("{} · {}", page.title(), page.name());
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n{}<style>\n{STYLE}</style>\n</head>\n\
         <body>\n{body}</body>\n</html>\n",
        lang.choose("en", "zh-CN"),
        text("title", "", &title),
    )
}

struct Page<'a> {
    verdict: &'a Verdict<'a>,
    lang: Lang,
}

impl Page<'_> {
    fn say<'b>(&self, en: &'b str, zh: &'b str) -> &'b str {
        self.lang.choose(en, zh)
    }

    fn figures(&self) -> &Figures {
        &self.verdict.report.figures
    }

    fn title(&self) -> &'static str {
        self.lang.choose("Report of a verification", "核验报告")
    }

    fn name(&self) -> String {
        let name = self.figures().name.as_ref().map(ToString::to_string);
        name.unwrap_or_else(|| self.verdict.report.origin.clone())
    }

    fn section(&self, en: &str, zh: &str, content: &str) -> String {
        html("section", "", &format!("{}{content}", text("h2", "", self.say(en, zh))))
    }

    fn header(&self, made_at: Option<i64>) -> String {
        let origin = &self.verdict.report.origin;
        let made = made_at.map(meaning::minute).map_or_else(String::new, |at| match self.lang {
            Lang::En => format!(" · made {at}"),
            Lang::Zh => format!(" · {at} 制"),
        });
        let above = text("p", "", self.title());
        let below = text("p", "", &format!("{origin}{made}"));
        html("header", "", &format!("{above}{}{below}", text("h1", "", &self.name())))
    }

    fn banner(&self) -> String {
        let came = self.verdict.came();
        let class = match came {
            Came::Verified => "verdict",
            Came::WholeAsAsked | Came::WholeInItself => "verdict unsure",
            Came::Broken => "verdict broken",
        };
        let word = text("strong", "", meaning::came(self.lang, came));
        html(
            "div",
            class,
            &format!("{word}{}", text("p", "", meaning::came_means(self.lang, came))),
        )
    }

    fn sums(&self) -> String {
        let report = self.verdict.report;
        let number = |count: u64| grouped(&count.to_string());
        let officers = u64::try_from(self.figures().officers.len()).unwrap_or(u64::MAX);
        let funds = u64::try_from(self.figures().funds.len()).unwrap_or(u64::MAX);
        let period = self.figures().occurred_on.map(|(first, last)| match self.lang {
            Lang::En => format!("{first} to {last}"),
            Lang::Zh => format!("{first} 至 {last}"),
        });
        let mut sums = vec![
            (number(report.size), self.say("entries", "条目")),
            (number(report.commands), self.say("commands, each signed", "命令，各有签名")),
        ];
        // Where nobody counted them, none are told.
        let counted =
            [(officers, self.say("officers", "经办人")), (funds, self.say("funds", "资金"))];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        sums.extend(counted.map(|(count, of)| (number(count), of)));
        sums.extend(period.map(|period| (period, self.say("what happened", "业务日期"))));
        let sum = |(figure, of): &(String, &str)| {
            html("div", "", &format!("{}{}", text("b", "", figure), text("span", "", of)))
        };
        html("div", "sums", &sums.iter().map(sum).collect::<String>())
    }

    fn faults(&self) -> String {
        let accepted = self.accepted();
        let mut faults = self.verdict.faults().peekable();
        if faults.peek().is_none() {
            return accepted;
        }
        let mut told: String = faults.by_ref().take(TOLD).map(|fault| self.fault(fault)).collect();
        let more = faults.count();
        if more > 0 {
            let words = match self.lang {
                Lang::En => format!("… and {more} more; earmark verify -O json lists all of them."),
                Lang::Zh => format!("… 另有 {more} 处；earmark verify -O json 可列出全部。"),
            };
            told.push_str(&text("p", "soft", &words));
        }
        let advice = self.say(
            "What was found stays found whichever copy is right. Keep this copy as it is, take another one (a mirror, a backup, a witness), and verify that too.",
            "无论哪份副本正确，这里发现的不符都成立。请原样保留这份副本，另取一份（镜像、备份或见证方）再核验。",
        );
        told.push_str(&text("p", "", advice));
        let told =
            self.section("What does not hold, and what that means", "不符之处及其含义", &told);
        format!("{told}{accepted}")
    }

    /// What an administrator acknowledged: gone on past, and named.
    fn accepted(&self) -> String {
        let accepted = &self.verdict.report.accepted;
        if accepted.is_empty() {
            return String::new();
        }
        let told: String = accepted.iter().map(|fault| self.fault(fault)).collect();
        self.section("Against the rules, and acknowledged", "违反规则、已确认之处", &told)
    }

    fn fault(&self, fault: &Fault) -> String {
        let mut place = meaning::tier(self.lang, fault.tier).to_owned();
        if let Some(index) = fault.index {
            place.push_str(&match self.lang {
                Lang::En => format!(", entry {index}"),
                Lang::Zh => format!("，第 {index} 条"),
            });
        }
        if !fault.likely.is_empty() {
            let likely = meaning::likely(self.lang, &fault.likely);
            place.push_str(&match self.lang {
                Lang::En => format!(": {likely}"),
                Lang::Zh => format!("：{likely}"),
            });
        }
        let mut facts = Vec::new();
        if let Some(file) = &fault.file {
            facts.push((self.say("file", "文件"), file.clone(), true));
        }
        facts.push((self.say("what", "字段"), fault.field.clone(), false));
        facts.push((self.say("expected", "应为"), fault.expected.clone(), true));
        facts.push((self.say("found", "实为"), fault.found.clone(), true));
        if let Some(by) = fault.acknowledged {
            facts.push((self.say("acknowledged at", "确认条目"), by.to_string(), true));
        }
        let means = text("p", "", meaning::likely_means(self.lang, &fault.likely));
        html("article", "", &format!("{}{}{means}", text("h3", "", &place), terms(&facts)))
    }

    fn checked(&self) -> String {
        let rows: String = asked(self.verdict.report)
            .map(|(tier, outcome)| {
                let class = match outcome {
                    Outcome::Passed => "good",
                    Outcome::Broken | Outcome::NotCheckedFrom(_) => "bad",
                    Outcome::NotAsked | Outcome::Nothing => "soft w",
                };
                row(
                    "td",
                    &[
                        ("w", meaning::tier(self.lang, tier).to_owned()),
                        ("", meaning::tier_asks(self.lang, tier).to_owned()),
                        (class, meaning::outcome(self.lang, outcome)),
                    ],
                )
            })
            .collect();
        let head = [
            ("", self.say("Part", "部分").to_owned()),
            ("", self.say("What was looked at", "核对内容").to_owned()),
            ("", self.say("Outcome", "结果").to_owned()),
        ];
        let mut content = table(&head, &rows);
        let read = self.verdict.read(self.lang).join(self.say(", ", "、"));
        let words = match self.lang {
            Lang::En => format!("Copies that were read: {read}."),
            Lang::Zh => format!("已读副本：{read}。"),
        };
        content.push_str(&text("p", "", &words));
        for against in self.verdict.against {
            let held = super::text::against_text(self.lang, against);
            let words = match self.lang {
                Lang::En => format!("Held against an older state, {held}."),
                Lang::Zh => format!("比对旧志 {held}。"),
            };
            content.push_str(&text("p", "", &words));
        }
        if let Some(resumed) = self.verdict.resumed(self.lang) {
            let words = match self.lang {
                Lang::En => format!("Resumed: {resumed}."),
                Lang::Zh => format!("续核：{resumed}。"),
            };
            content.push_str(&text("p", "", &words));
        }
        let findings = self.verdict.report.findings;
        if findings > 0 {
            let words = super::text::findings(self.lang, findings);
            content.push_str(&text("p", "", &words));
        }
        if let Some(words) = super::text::clocks(self.lang, self.verdict.report.clocks) {
            content.push_str(&text("p", "", &words));
        }
        self.section("What was checked", "核对了什么", &content)
    }

    fn identity(&self) -> String {
        let report = self.verdict.report;
        let mut facts = vec![
            (self.say("known as", "名称"), report.origin.clone(), false),
            (self.say("how it is known", "凭据"), self.verdict.identity(self.lang), false),
        ];
        if let Some(witnesses) = self.verdict.witnesses(self.lang) {
            facts.push((self.say("witnesses", "见证人"), witnesses, false));
        }
        let code = |value: Option<String>| value.unwrap_or_else(|| "—".to_owned());
        let key = report.claimed_key.as_ref().map(ToString::to_string);
        facts.push((
            self.say("log key, as the ledger names it", "账本自称的日志公钥"),
            code(key),
            true,
        ));
        let ledger = report.ledger.map(|id| id.to_string());
        facts.push((self.say("ledger id", "账本编号"), code(ledger), true));
        let genesis = report.genesis.map(|hash| hash.to_string());
        facts.push((self.say("fingerprint of the first entry", "首条指纹"), code(genesis), true));
        let warning = self.say(
            "A key that is found in a ledger or in a package proves nothing: whoever made it could have put it there. Compare with what its keeper gave you by another way.",
            "账本或资料包里附带的公钥不能证明任何事：制作者可以随意放入。请与保管人通过其他途径给你的公钥比对。",
        );
        let content = format!("{}{}", terms(&facts), text("p", "soft", warning));
        self.section("Whose ledger it is", "这是谁的账本", &content)
    }

    fn officers(&self) -> String {
        let rows: String = (self.figures().officers.iter())
            .map(|officer| {
                row(
                    "td",
                    &[
                        ("w", officer.name.to_string()),
                        ("k", officer.key.to_string()),
                        ("n", grouped(&officer.commands.to_string())),
                    ],
                )
            })
            .collect();
        let head = [
            ("", self.say("Officer", "经办人").to_owned()),
            ("", self.say("Public key", "公钥").to_owned()),
            ("n", self.say("Commands", "命令数").to_owned()),
        ];
        self.section("Who signed", "谁签的名", &table(&head, &rows))
    }

    fn funds(&self) -> String {
        let figures = self.figures();
        let Some(currency) = figures.currency.filter(|_| !figures.funds.is_empty()) else {
            return String::new();
        };
        // A column that is empty everywhere says nothing; those of the budget are always there.
        let budgets = || figures.funds.iter().map(|fund| fund.budget.as_ref());
        let is_shown = |(key, figure): &&(&str, Figure)| {
            let used = |budget: Option<&Budget>| {
                !budget.and_then(figure).is_some_and(|amount| amount.is_zero())
            };
            ALWAYS.contains(key) || budgets().any(used)
        };
        let columns: Vec<_> = BUDGET.iter().filter(is_shown).collect();
        let labels: Vec<&str> = columns.iter().map(|(key, _)| self.lang.label(key)).collect();
        let mut head = vec![("", self.say("Fund", "资金").to_owned())];
        head.extend(labels.iter().map(|label| ("n", (*label).to_owned())));
        let figures_of = |budget: Option<&Budget>| {
            let amounts = columns.iter().map(|(_, figure)| budget.and_then(figure));
            let shown = |amount: Option<_>| {
                amount.map_or_else(|| "—".to_owned(), |amount| currency.grouped(amount))
            };
            amounts.map(shown).collect::<Vec<_>>()
        };
        let rows: String = (figures.funds.iter())
            .map(|fund| {
                let name = fund.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
                let name = format!("{}{name}", fund.code);
                figures_row(&name, &figures_of(fund.budget.as_ref()), &labels)
            })
            .collect();
        let total = self.say("Total", "合计");
        let foot = figures_row(total, &figures_of(figures.total.as_ref()), &labels);
        let mut content = figures_table(&head, &rows, &foot);
        let words = match self.lang {
            Lang::En => format!(
                "In {currency}. Added up from the postings alone: the columns after the final budget are the \
                 final budget, to the last unit. What was carried from one year to another within a row is in \
                 neither column of it."
            ),
            Lang::Zh => format!(
                "单位：{currency}。仅由记账分录加总而得：调整后预算数之后各栏之和恰等于调整后预算数。同一行内年度间结转的\
                 金额不计入其结转各栏。"
            ),
        };
        content.push_str(&text("p", "soft", &words));
        self.section("Where the money stands", "资金现状", &content)
    }

    fn not_checked(&self) -> String {
        let mut items: Vec<String> = (self.verdict.report.tiers.iter())
            .filter(|(_, outcome)| *outcome == Outcome::NotAsked)
            .map(|(tier, _)| match self.lang {
                Lang::En => format!("{}: not asked for", tier.text()),
                Lang::Zh => format!("{}：未要求", meaning::tier(self.lang, *tier)),
            })
            .collect();
        let copies = self.verdict.not_read().join(self.say(", ", "、"));
        if !copies.is_empty() {
            items.push(match self.lang {
                Lang::En => format!("Copies that were not read: {copies}"),
                Lang::Zh => format!("未读的副本：{copies}"),
            });
        }
        let always = [
            (
                "Whether what was recorded is true: a payment to the right payee for work that was done is for people to look into.",
                "所记是否属实：款项是否付给应付之人、工作是否完成，仍须由人查证。",
            ),
            (
                "The documents themselves. The ledger holds their fingerprints; hold a file against its fingerprint to see that it is the one.",
                "原始单据本身。账本只存其指纹；将文件与指纹比对即知是否原件。",
            ),
            (
                "Whether a later and longer log exists, or another one under the same key: keep the checkpoint below, and compare next time.",
                "是否另有更新更长的日志，或同一公钥下的另一份日志：请保存下面的检查点，下次比对。",
            ),
        ];
        items.extend(always.iter().map(|(en, zh)| self.say(en, zh).to_owned()));
        let list: String = items.iter().map(|item| text("li", "", item)).collect();
        self.section("What was not checked", "没有核对什么", &html("ul", "", &list))
    }

    fn evidence(&self, note: &[u8]) -> String {
        let report = self.verdict.report;
        let recorded = self.figures().recorded_microseconds;
        let mut facts = vec![
            (self.say("size", "条数"), report.size.to_string(), false),
            (self.say("hash of the last entry", "末条指纹"), report.head.hash.to_string(), true),
            (self.say("root of the tree", "树根"), report.root.to_base64(), true),
        ];
        if let Some((first, last)) = recorded {
            let period = format!("{} – {}", meaning::minute(first), meaning::minute(last));
            facts.push((self.say("recorded", "记账时间"), period, false));
        }
        let note = String::from_utf8_lossy(note);
        let lead = text(
            "p",
            "",
            self.say("The signed checkpoint, as it was read:", "所读到的已签名检查点："),
        );
        let content = format!("{}{lead}{}", terms(&facts), html("pre", "", &escaped(&note)));
        self.section("The evidence", "凭据原文", &content)
    }

    fn footer(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let words = match self.lang {
            Lang::En => format!(
                "Made by earmark {version}. Anyone can repeat it: earmark verify --from COPY --log-key KEY, or the Python verifier that was written apart from it."
            ),
            Lang::Zh => format!(
                "由 earmark {version} 生成。任何人都可重做：earmark verify --from 副本 --log-key 公钥，或用另行编写的 Python 核验程序。"
            ),
        };
        text("footer", "", &words)
    }
}

/// The columns of the funds that are there even where they are empty.
const ALWAYS: [&str; 5] = ["budget_final", "reserved", "committed", "paid_net", "available"];
