//! Random histories: whatever the rules admit, of funds with names that mean something to one format
//! or another.

use super::*;

/// Codes that are allowed and mean something to one format or another.
pub const HOSTILE: &[&str] = &[
    "PD-INFO",
    "a;b",
    "; comment",
    "say \"x\"",
    "a|b",
    "(a)",
    "[a]",
    "*a",
    "! b",
    "50% off",
    "社保卡（二期）",
    "全\u{3000}角",
    "nb\u{a0}\u{a0}sp",
    "שלום",
    "مرحبا",
    "2001",
    "~ x",
    "include y",
    "{a}",
    "#c",
    "'q",
    "a.b,c",
];

/// A small generator of numbers, so that a history can be told again from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(n).unwrap()).unwrap()
    }

    fn amount(&mut self) -> i128 {
        i128::try_from(self.below(500_000)).unwrap()
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A random history: wishes are thrown at the rules, and what they admit is booked.
pub fn random(seed: u64) -> Book {
    let mut dice = Dice(seed);
    let policy = Policy { control: Control::Warn, project_required: false, ..Policy::default() };
    let mut book = Book::open(policy);
    let at = |fund: &str, year: i16| LineKey::new(Code::new(fund), year);
    for name in HOSTILE {
        book.on("2001-01-01", fund(name, None));
        book.on("2001-01-01", payee(name));
        let filing = Filing { document_no: Some(Text::new(name)), ..Filing::default() };
        let class = if dice.below(3) == 0 { Code::new(dice.of(HOSTILE)) } else { Code::default() };
        let line = LineKey { class, ..at(name, 2001) };
        let amount = Amount(1_000_000 + dice.amount());
        book.on("2001-01-02", AllocationRecorded { line, amount, filing, ..allocate("x:2001", 0) });
    }
    for _ in 0..400 {
        let lines: Vec<LineKey> = book.state.lines.keys().cloned().collect();
        let (line, other) =
            (lines[dice.below(lines.len())].clone(), lines[dice.below(lines.len())].clone());
        let (code, amount) = (Code::new(dice.of(HOSTILE)), Amount(dice.amount()));
        let known: Vec<Code> = book.state.projects.keys().cloned().collect();
        let project = known.get(dice.below(known.len() + 1)).cloned();
        let splits = vec![Split { line: line.clone(), project: project.clone(), amount }];
        let entry = u64::try_from(dice.below(book.entries.len())).unwrap();
        let date = if line.year == 2001 { "2001-06-30" } else { "2002-06-30" };
        let body: Body = match dice.below(12) {
            0 => AllocationAdjusted { line, amount, ..adjust("x:2001", Direction::Supplement, 0) }
                .into(),
            1 => AllocationAdjusted { line, amount, ..adjust("x:2001", Direction::Reduction, 0) }
                .into(),
            2 => {
                let (from, to) = (line, Some(other));
                AllocationTransferred { from, to, amount, ..transfer("x:2001", "y:2001", 0) }.into()
            }
            3 => {
                let funding = vec![Funding { line, amount }];
                ProjectApproved { code, funding, ..project_of("x") }.into()
            }
            4 => CommitmentMade { contract: code, splits, ..commitment("x", None, Vec::new()) }
                .into(),
            5 | 6 => {
                let series = (line.fund.clone(), line.year);
                let voucher = book.state.vouchers.get(&series).copied().unwrap_or_default() + 1;
                let contract = book.state.commitments.contains_key(&code).then(|| code.clone());
                let payment = pay(voucher, None, None, splits);
                DisbursementRecorded { commitment: contract, payee: Some(code), ..payment }.into()
            }
            7 => refund(entry, dice.below(2) == 0, splits_of(&book, entry)).into(),
            8 | 9 => reverse(entry).into(),
            10 => lapse_of(line, amount).into(),
            _ => {
                let to = LineKey { year: 2002, ..line.clone() };
                let carried = carry("x:2001", "x:2002", Stage::Unreserved, (None, None), 0);
                BalanceCarriedForward { from: line, to, amount, ..carried }.into()
            }
        };
        let _admitted = book.attempt(day(date), false, body).is_ok();
    }
    book
}

fn project_of(code: &str) -> ProjectApproved {
    project(code, None, None, &[])
}

fn lapse_of(line: LineKey, amount: Amount) -> BalanceLapsed {
    BalanceLapsed { line, amount, ..lapse("x:2001", 0) }
}

fn splits_of(book: &Book, entry: u64) -> Vec<Split> {
    match &book.entries[usize::try_from(entry).unwrap()].event.body {
        Body::DisbursementRecorded(payment) => payment.splits.clone(),
        _ => Vec::new(),
    }
}
