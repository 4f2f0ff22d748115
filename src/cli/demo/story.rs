//! The story that the demo plays: Pudong's special fund for informatization, 2001 to 2003.
//!
//! Every step is a line of the command line, so each can be typed as it stands. The fund of 10,000,000
//! a year, the districts and the projects' names are those of the essay 上海区县信息化建设的实践与思考;
//! contracts, payees and their amounts are samples and say so (示例).

/// A part of the story: its title, what happens in it, and the lines that make it happen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chapter {
    /// The year, or what comes before or after it, in both languages.
    pub(super) title: [&'static str; 2],
    /// What happens, in English …
    pub(super) en: &'static str,
    /// … and in Chinese.
    pub(super) zh: &'static str,
    /// The lines, without `earmark`. Empty ones and those that begin with `#` are left out.
    pub(super) lines: &'static str,
}

/// All of it.
pub(super) const STORY: &[Chapter] = &[
    Chapter {
        title: ["names", "名录"],
        en: "the city and its districts, four city programmes, three payees, one special fund",
        zh: "全市及区县、四项市级工程、三家收款单位、一项专项基金",
        lines: NAMES,
    },
    Chapter {
        title: ["2001", "2001年"],
        en: "10 million; three projects, three contracts; a payment booked twice and reversed; a refund used again",
        zh: "拨付1000万元；三个项目、三份合同；一笔重复支付已冲销；一笔退款恢复额度",
        lines: YEAR_2001,
    },
    Chapter {
        title: ["year end", "年末"],
        en: "what is unfinished goes over into 2002; a surplus of 1.2 million lapses",
        zh: "未完事项结转2002年；结余120万元收回",
        lines: YEAR_END,
    },
    Chapter {
        title: ["2002", "2002年"],
        en: "10 million and a supplement; the card project is closed out; a late refund goes to the treasury; the rest goes over into 2003",
        zh: "拨付1000万元并追加；社保卡项目决算；跨年退款缴回国库；余下结转2003年",
        lines: YEAR_2002,
    },
    Chapter {
        title: ["2003", "2003年"],
        en: "10 million, reduced; a call centre; an investor withdraws the rest of a promise",
        zh: "拨付1000万元并追减；呼叫中心；一家企业撤回未到位投资",
        lines: YEAR_2003,
    },
];

const NAMES: &str = r#"
district register 310000 --name Shanghai --name-zh 上海市 --level city --on 2001-01-02
district register 310115 --name Pudong --name-zh 浦东新区 --level district --parent 310000 --on 2001-01-02
district register 310101 --name Huangpu --name-zh 黄浦区 --level district --parent 310000 --on 2001-01-02
district register 310103 --name Luwan --name-zh 卢湾区 --level district --parent 310000 --on 2001-01-02
district register 310104 --name Xuhui --name-zh 徐汇区 --level district --parent 310000 --on 2001-01-02
district register 310105 --name Changning --name-zh 长宁区 --level district --parent 310000 --on 2001-01-02
district register 310106 --name "Jing'an" --name-zh 静安区 --level district --parent 310000 --on 2001-01-02
district register 310109 --name Hongkou --name-zh 虹口区 --level district --parent 310000 --on 2001-01-02
district register 310116 --name Jinshan --name-zh 金山区 --level district --parent 310000 --on 2001-01-02
district register 310119 --name Nanhui --name-zh 南汇区 --level district --parent 310000 --on 2001-01-02
district register 310230 --name Chongming --name-zh 崇明县 --level district --parent 310000 --on 2001-01-02
programme register SOCIAL-CARD --name "Social security card" --name-zh 社保卡 --on 2001-01-02
programme register SCHOOL-NET --name "School network" --name-zh 校校通 --on 2001-01-02
programme register COMMUNITY-IT --name "Community informatization" --name-zh 社区信息化试点 --on 2001-01-02
programme register PORTALS --name "District portals" --name-zh 区县门户网站 --on 2001-01-02
payee register SOFT-A --name "Sample software enterprise A" --name-zh 示例软件企业甲 --on 2001-01-02
payee register NET-B --name "Sample network enterprise B" --name-zh 示例网络企业乙 --on 2001-01-02
payee register SYS-C --name "Sample systems enterprise C" --name-zh 示例系统集成企业丙 --on 2001-01-02
fund establish PD-INFO --name "Pudong informatization fund" --name-zh 浦东新区信息化建设专项基金 --kind special --purpose it --district 310115 --on 2001-01-02
"#;

const YEAR_2001: &str = r#"
allocate PD-INFO 2001 1000万 --on 2001-01-08
project approve CARD --title "Social security card in Pudong" --title-zh 社保卡 --purpose it/social-card --district 310115 --programme SOCIAL-CARD --ceiling 300万 --from PD-INFO:2001=300万 --on 2001-02-20
project approve SCHOOLS --title "School network in Pudong" --title-zh 校校通 --purpose it/schools --district 310115 --programme SCHOOL-NET --ceiling 500万 --from PD-INFO:2001=250万 --on 2001-03-05
project approve COMMUNITY --title "Community informatization pilot" --title-zh 社区信息化 --purpose it/community --district 310115 --programme COMMUNITY-IT --ceiling 200万 --from PD-INFO:2001=200万 --on 2001-03-12
commit HT-2001-01 --project CARD --payee SOFT-A --amount 240万 --document DEMO/HT-2001-01.txt:contract --on 2001-04-10
commit HT-2001-02 --project SCHOOLS --payee NET-B --amount 220万 --on 2001-05-15
follow-on pledge INV-01 --project CARD --investor 示例软件企业甲 --kind enterprise_build --amount 600万 --on 2001-05-22
commit HT-2001-03 --project COMMUNITY --payee SYS-C --amount 160万 --on 2001-06-20
disburse 72万 --commitment HT-2001-01 --on 2001-06-28
disburse 132万 --commitment HT-2001-02 --on 2001-07-31
follow-on pledge INV-02 --project SCHOOLS --investor 示例网络企业乙 --kind private --amount 400万 --on 2001-08-20
follow-on pay-in INV-01 250万 --on 2001-09-12
disburse 60万 --commitment HT-2001-03 --on 2001-09-14
disburse 60万 --commitment HT-2001-03 --on 2001-09-17
reverse PD-INFO/2001/4 --reason "booked twice" --on 2001-09-18
refund 3万 --disbursement PD-INFO/2001/3 --reason "two devices returned" --on 2001-10-12
disburse 120万 --commitment HT-2001-01 --on 2001-12-10
disburse 60万 --commitment HT-2001-03 --on 2001-12-12
follow-on pledge INV-03 --project COMMUNITY --investor 街道办事处（示例） --kind other_public --amount 80万 --on 2001-12-14
"#;

const YEAR_END: &str = r#"
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage committed --project CARD --commitment HT-2001-01 --amount 48万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage committed --project SCHOOLS --commitment HT-2001-02 --amount 88万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage committed --project COMMUNITY --commitment HT-2001-03 --amount 40万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage reserved --project CARD --amount 60万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage reserved --project SCHOOLS --amount 30万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage reserved --project COMMUNITY --amount 43万 --class carry-over --on 2001-12-31
allocation carry PD-INFO:2001 PD-INFO:2002:2001 --stage unreserved --amount 130万 --class surplus --on 2001-12-31
allocation lapse PD-INFO:2001 120万 --reason "goal met; unspent money goes back" --on 2001-12-31
"#;

const YEAR_2002: &str = r#"
allocate PD-INFO 2002 1000万 --on 2002-01-10
project approve GOV-NET --title "Government network in Pudong" --title-zh 公务网 --purpose it/government-network --district 310115 --ceiling 400万 --from PD-INFO:2002=400万 --on 2002-01-28
project approve PORTAL --title "Pudong portal" --title-zh 门户网站 --purpose it/portal --district 310115 --programme PORTALS --ceiling 150万 --from PD-INFO:2002=150万 --on 2002-02-04
reservation make SCHOOLS --from PD-INFO:2002=200万 --on 2002-02-25
commit HT-2002-01 --project PORTAL --payee NET-B --amount 98万 --on 2002-03-15
commit HT-2002-02 --project GOV-NET --payee SYS-C --amount 380万 --on 2002-03-22
disburse 48万 --commitment HT-2001-01 --on 2002-03-28
follow-on pay-in INV-01 350万 --on 2002-04-16
project complete CARD --on 2002-04-30
disburse 152万 --commitment HT-2002-02 --on 2002-05-14
disburse 88万 --commitment HT-2001-02 --on 2002-05-20
commitment increase HT-2001-02 110万 --project SCHOOLS --from PD-INFO:2002=110万 --reason "twelve more schools" --on 2002-06-18
allocation supplement PD-INFO 2002 50万 --reason "portal, second stage" --on 2002-07-05
refund 2万 --disbursement PD-INFO/2001/2 --reason "price corrected after audit" --on 2002-08-16
disburse 49万 --commitment HT-2002-01 --on 2002-09-27
follow-on pay-in INV-02 150万 --on 2002-10-22
disburse 40万 --commitment HT-2001-03 --on 2002-11-08
disburse 190万 --commitment HT-2002-02 --on 2002-11-21
project close-out CARD --reason "accepted and settled" --on 2002-11-29
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage committed --project SCHOOLS --commitment HT-2001-02 --amount 110万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage committed --project PORTAL --commitment HT-2002-01 --amount 49万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage committed --project GOV-NET --commitment HT-2002-02 --amount 38万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --project SCHOOLS --amount 90万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --project GOV-NET --amount 20万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage reserved --project PORTAL --amount 52万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002 PD-INFO:2003:2002 --stage unreserved --amount 300万 --class surplus --on 2002-12-31
allocation carry PD-INFO:2002:2001 PD-INFO:2003:2001 --stage reserved --project SCHOOLS --amount 30万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002:2001 PD-INFO:2003:2001 --stage reserved --project COMMUNITY --amount 43万 --class carry-over --on 2002-12-31
allocation carry PD-INFO:2002:2001 PD-INFO:2003:2001 --stage unreserved --amount 190万 --class surplus --on 2002-12-31
"#;

const YEAR_2003: &str = r#"
allocate PD-INFO 2003 1000万 --on 2003-01-09
allocation reduce PD-INFO 2003 60万 --reason "revised budget" --on 2003-02-14
project approve CALL --title "Citizens' call centre" --title-zh 市民咨询服务呼叫中心 --purpose it/call-centre --district 310115 --ceiling 260万 --from PD-INFO:2003=260万 --on 2003-02-26
project approve VOICE --title "Rapid response to what citizens say" --title-zh 社情民意快速反应信息系统 --purpose it/citizens-voice --district 310115 --ceiling 320万 --from PD-INFO:2003=320万 --on 2003-03-04
commit HT-2003-01 --project CALL --payee SYS-C --amount 228万 --on 2003-03-18
commit HT-2003-02 --project VOICE --payee SOFT-A --amount 300万 --on 2003-04-02
disburse 110万 --commitment HT-2001-02 --on 2003-04-15
disburse 38万 --commitment HT-2002-02 --on 2003-04-22
disburse 49万 --commitment HT-2002-01 --on 2003-05-30
commitment close HT-2002-01 --reason "accepted and paid" --on 2003-06-02
disburse 114万 --commitment HT-2003-01 --on 2003-06-24
disburse 90万 --commitment HT-2003-02 --on 2003-06-27
follow-on withdraw INV-02 --reason "second stage given up" --on 2003-07-10
follow-on pay-in INV-03 80万 --on 2003-07-18
"#;
