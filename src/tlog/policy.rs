//! Whom somebody trusts: logs, witnesses and how many of them must cosign (C2SP tlog-policy, draft).
//!
//! A policy comes from outside the ledger. It is lines of words; names are opaque bytes, so a file
//! in any encoding is read. Groups name only what stands above them, so a quorum is judged in one
//! pass. What it lacks on purpose: fetching anything from the URLs, and the file.

use super::checkpoint::Checkpoint;
use super::cosignature::WitnessKey;
use super::note::{Note, VerifierKey};
use crate::error::{Error, Kind, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// The most bytes of a policy that are read.
pub const MAX_POLICY_BYTES: usize = 65_536;

/// The word that asks for no cosignature.
const NONE: &[u8] = b"none";

/// A log that is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key, named by its origin.
    pub key: VerifierKey,
    /// Where it is, for those who fetch it.
    pub url: Option<String>,
}

/// A witness that may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: String,
    /// Its key.
    pub key: WitnessKey,
    /// Where it takes checkpoints.
    pub url: Option<String>,
}

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    /// `None`: no cosignature is asked for.
    quorum: Option<Member>,
}

/// Some witnesses and groups of them, of which some must have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    needed: usize,
    members: Vec<Member>,
}

/// A witness or a group, by its place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// What the witnesses of a policy say of one checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The quorum of the policy is met.
    pub is_met: bool,
    /// The name of the witness or group that the policy asks for; `none` if it asks for none.
    pub quorum: String,
    /// Witnesses that cosigned, as the policy calls them, and when, in seconds since 1970.
    pub signed: Vec<(String, u64)>,
    /// Witnesses that did not.
    pub missing: Vec<String>,
    /// The groups that are short of cosignatures: name, members that count, members needed.
    pub short: Vec<(String, usize, usize)>,
}

impl Policy {
    /// Reads a policy strictly.
    ///
    /// # Errors
    /// `policy_malformed` (`Kind::Usage`) names the line and its fault; `vkey_malformed` as a detail.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_POLICY_BYTES {
            return Err(unfit(&format!(
                "it has {} bytes, at most {MAX_POLICY_BYTES} are read",
                bytes.len()
            )));
        }
        let lines = bytes
            .strip_suffix(b"\n")
            .ok_or_else(|| unfit("its last line has no line feed: it may have been cut short"))?;
        let mut reading = Reading::default();
        for (number, line) in (1_u64..).zip(lines.split(|byte| *byte == b'\n')) {
            reading.read_line(line).map_err(|fault| unfit(&format!("line {number}: {fault}")))?;
        }
        let quorum = reading.quorum.ok_or_else(|| unfit("it has no quorum line"))?;
        let Reading { logs, witnesses, groups, .. } = reading;
        Ok(Self { logs, witnesses, groups, quorum })
    }

    /// The logs.
    #[must_use]
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The keys of one log, by its origin; more than one where its key has changed.
    #[must_use]
    pub fn log_keys(&self, origin: &str) -> Vec<VerifierKey> {
        let keys = self.logs.iter().map(|log| &log.key);
        keys.filter(|key| key.name() == origin).cloned().collect()
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// True if the policy asks for no cosignature.
    #[must_use]
    pub fn asks_for_none(&self) -> bool {
        self.quorum.is_none()
    }

    /// Verifies that a log of the policy signed a checkpoint, and tells who cosigned it.
    ///
    /// Whether that is enough is for the caller to see: [`Standing::check`].
    ///
    /// # Errors
    /// As [`Checkpoint::read`] and [`Note::verify`]; `log_not_in_policy` (`Kind::Break`); as
    /// [`Policy::standing`].
    pub fn verify(&self, bytes: &[u8]) -> Result<(Checkpoint, Standing)> {
        let note = Note::parse(bytes)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let keys = self.log_keys(&checkpoint.origin);
        if keys.is_empty() {
            let known: Vec<_> = self.logs.iter().map(|log| log.key.name()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Error::new(
                Kind::Break,
                "log_not_in_policy",
                format!("the policy has no log {}; its logs: {known}", checkpoint.origin),
            )
            .with_detail("expected", known)
            .with_detail("found", &checkpoint.origin)
            .with_hint("add a line `log VKEY` with the key that the log's owner gave you"));
        }
        note.verify(&keys)?;
        Ok((checkpoint, self.standing(&note)?))
    }

    /// Tells who of the witnesses cosigned a note, and whether they are enough.
    ///
    /// # Errors
    /// `cosignature_wrong` (`Kind::Break`) when a line of a witness of the policy does not verify.
    pub fn standing(&self, note: &Note) -> Result<Standing> {
        let times = self.witnesses.iter().map(|witness| witness.key.cosigned_at(note));
        let times = times.collect::<Result<Vec<Option<u64>>>>()?;
        let mut groups: Vec<(bool, usize)> = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            let counts = group.members.iter().filter(|member| counts(**member, &times, &groups));
            let count = counts.count();
            groups.push((count >= group.needed, count));
        }
        let named = |met: bool| {
            let all = self.witnesses.iter().zip(&times);
            all.filter(move |(_, time)| time.is_some() == met)
        };
        let short = self.groups.iter().zip(&groups).filter(|(_, (met, _))| !met);
        Ok(Standing {
            is_met: self.quorum.is_none_or(|member| counts(member, &times, &groups)),
            quorum: self.quorum_name(),
            signed: named(true).map(|(w, time)| (w.name.clone(), time.unwrap_or(0))).collect(),
            missing: named(false).map(|(witness, _)| witness.name.clone()).collect(),
            short: short.map(|(g, (_, count))| (g.name.clone(), *count, g.needed)).collect(),
        })
    }

    fn quorum_name(&self) -> String {
        let name = match self.quorum {
            None => None,
            Some(Member::Witness(place)) => self.witnesses.get(place).map(|w| w.name.clone()),
            Some(Member::Group(place)) => self.groups.get(place).map(|g| g.name.clone()),
        };
        name.unwrap_or_else(|| "none".to_owned())
    }
}

fn counts(member: Member, times: &[Option<u64>], groups: &[(bool, usize)]) -> bool {
    match member {
        Member::Witness(place) => times.get(place).is_some_and(Option::is_some),
        Member::Group(place) => groups.get(place).is_some_and(|(met, _)| *met),
    }
}

impl Standing {
    /// An error when the quorum is not met.
    ///
    /// # Errors
    /// `quorum_not_met` (`Kind::Break`) says who signed, who did not and what is short.
    pub fn check(&self) -> Result<()> {
        if self.is_met {
            return Ok(());
        }
        let missing = self.missing.join(", ");
        Err(Error::new(Kind::Break, "quorum_not_met", self.to_string())
            .with_detail("expected", &self.quorum)
            .with_detail("missing", missing)
            .with_hint(
                "ask the ledger's owner to run `earmark publish --policy` and take the log anew",
            ))
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed: Vec<_> = self.signed.iter().map(|(name, _)| name.as_str()).collect();
        let list = |names: &[&str]| match names {
            [] => "nobody".to_owned(),
            names => names.join(", "),
        };
        let met = if self.is_met { "met" } else { "not met" };
        write!(f, "the quorum {} is {met}: cosigned by {}", self.quorum, list(&signed))?;
        if !self.missing.is_empty() {
            write!(f, "; not by {}", self.missing.join(", "))?;
        }
        if !self.is_met {
            for (name, count, needed) in &self.short {
                write!(f, "; {name} has {count} of the {needed} it needs")?;
            }
        }
        Ok(())
    }
}

/// A policy as far as it was read.
#[derive(Default)]
struct Reading {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
    /// Names are opaque bytes; the shown form is for people.
    names: BTreeMap<Vec<u8>, Member>,
    /// What is a member of a group.
    grouped: BTreeSet<Member>,
    /// A public key has one purpose and one owner.
    keys: BTreeSet<[u8; 32]>,
}

type Fault<T> = Result<T, String>;

impl Reading {
    fn read_line(&mut self, line: &[u8]) -> Fault<()> {
        if let Some(byte) = line.iter().find(|b| (**b < 0x20 && **b != b'\t') || **b == 0x7f) {
            return Err(format!("byte {byte:#04x} is a control character"));
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        let (first, rest) = match words.split_first() {
            None => return Ok(()),
            Some((first, _)) if first.starts_with(b"#") => return Ok(()),
            Some((first, rest)) => (*first, rest),
        };
        match first {
            b"log" => self.read_log(rest),
            b"witness" => self.read_witness(rest),
            b"group" => self.read_group(rest),
            b"quorum" => self.read_quorum(rest),
            _ => Err(format!(
                "it begins with {:?}; expected log, witness, group, quorum or #",
                shown(first)
            )),
        }
    }

    fn read_log(&mut self, words: &[&[u8]]) -> Fault<()> {
        let (key, url) = match words {
            [key] => (key, None),
            [key, url] => (key, Some(shown(url))),
            _ => return Err(count("log VKEY [URL]", words)),
        };
        let key: VerifierKey = parse_key(key)?;
        self.take_key(key.public_key().to_bytes())?;
        self.logs.push(PolicyLog { key, url });
        Ok(())
    }

    fn read_witness(&mut self, words: &[&[u8]]) -> Fault<()> {
        let (name, key, url) = match words {
            [name, key] => (name, key, None),
            [name, key, url] => (name, key, Some(shown(url))),
            _ => return Err(count("witness NAME VKEY [URL]", words)),
        };
        let key: WitnessKey = parse_key(key)?;
        self.take_key(key.public_key().to_bytes())?;
        self.take_name(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(PolicyWitness { name: shown(name), key, url });
        Ok(())
    }

    fn read_group(&mut self, words: &[&[u8]]) -> Fault<()> {
        let (name, needed, names) = match words {
            [name, needed, names @ ..] if !names.is_empty() => (name, *needed, names),
            _ => return Err(count("group NAME all|any|K MEMBER...", words)),
        };
        let members = names.iter().map(|name| self.member(name)).collect::<Fault<Vec<_>>>()?;
        for (member, name) in members.iter().zip(names) {
            if !self.grouped.insert(*member) {
                return Err(format!("{:?} is a member of a group already", shown(name)));
            }
        }
        let needed = match needed {
            b"any" => 1,
            b"all" => members.len(),
            number => parse_needed(number, members.len())?,
        };
        self.take_name(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: shown(name), needed, members });
        Ok(())
    }

    fn read_quorum(&mut self, words: &[&[u8]]) -> Fault<()> {
        let [name] = words else { return Err(count("quorum NAME", words)) };
        if self.quorum.is_some() {
            return Err("there is a quorum line already".to_owned());
        }
        self.quorum = Some(if *name == NONE { None } else { Some(self.member(name)?) });
        Ok(())
    }

    fn member(&self, name: &[u8]) -> Fault<Member> {
        let fault = || format!("no line above defines {:?}", shown(name));
        self.names.get(name).copied().ok_or_else(fault)
    }

    fn take_name(&mut self, name: &[u8], member: Member) -> Fault<()> {
        if name == NONE {
            return Err("the name none means no witness at all".to_owned());
        }
        match self.names.insert(name.to_vec(), member) {
            None => Ok(()),
            Some(_) => Err(format!("the name {:?} is taken already", shown(name))),
        }
    }

    fn take_key(&mut self, key: [u8; 32]) -> Fault<()> {
        if self.keys.insert(key) {
            return Ok(());
        }
        Err("its public key stands on a line above; a key has one owner and one purpose".to_owned())
    }
}

fn parse_needed(number: &[u8], members: usize) -> Fault<usize> {
    let text = shown(number);
    let canonical = |n: &usize| n.to_string() == text && (1..=members).contains(n);
    text.parse().ok().filter(canonical).ok_or_else(|| {
        format!("{text:?} members are needed; expected all, any or a number from 1 to {members}")
    })
}

fn parse_key<K: FromStr<Err = Error>>(word: &[u8]) -> Fault<K> {
    let text = std::str::from_utf8(word).map_err(|_| "the key is not UTF-8".to_owned())?;
    text.parse().map_err(|error: Error| error.message().to_owned())
}

fn count(form: &str, words: &[&[u8]]) -> String {
    format!("expected `{form}`; found {} words after the first", words.len())
}

/// A word for people: what is not UTF-8 is replaced.
fn shown(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

fn unfit(fault: &str) -> Error {
    Error::new(Kind::Usage, "policy_malformed", format!("the policy cannot be read: {fault}"))
        .with_hint(
            "its form: log VKEY [URL] · witness NAME VKEY [URL] · group NAME all|any|K \
                    MEMBER... · quorum NAME|none, one a line",
        )
        .in_case("witnesses")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "test code")]
    use super::super::cosignature;
    use super::super::tree::sha256;
    use super::*;
    use crate::chain::signature::{SeedSigner, Signer};

    const ORIGIN: &str = "budget.example.gov.cn/pudong";

    fn signer(number: u8) -> SeedSigner {
        SeedSigner::new(&[number; 32])
    }

    fn log_line() -> String {
        let key = VerifierKey::new(ORIGIN, &signer(100).public_key()).unwrap();
        format!("log {key} https://budget.example.gov.cn/pudong/log\n")
    }

    fn witness_line(number: u8) -> String {
        let name = format!("w{number}.example");
        let key = WitnessKey::new(&name, &signer(number).public_key()).unwrap();
        format!("witness W{number} {key}\n")
    }

    fn witness_lines(count: u8) -> String {
        (1..=count).map(witness_line).collect()
    }

    fn cosigned(by: &[u8]) -> Note {
        let checkpoint = Checkpoint {
            origin: ORIGIN.to_owned(),
            size: 5,
            root: sha256(b"root"),
            extensions: Vec::new(),
        };
        let mut note = Note::parse(checkpoint.sign(&signer(100)).unwrap().as_bytes()).unwrap();
        for number in by {
            let name = format!("w{number}.example");
            let time = u64::from(*number) * 1_000;
            note.put(cosignature::cosign(&checkpoint, time, &name, &signer(*number)).unwrap());
        }
        note
    }

    fn parse(text: &str) -> Policy {
        Policy::parse(text.as_bytes()).unwrap()
    }

    fn fault(text: impl AsRef<[u8]>) -> String {
        let error = Policy::parse(text.as_ref()).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Usage, "policy_malformed"));
        error.message().replace("the policy cannot be read: ", "")
    }

    /// The shape of the draft's own example: two levels of groups.
    fn nested() -> Policy {
        parse(&format!(
            "# the example of the draft\n{}\n \t\n{}group X 2 W1 W2 W3\n{}group Y any W4 W5 W6\n\
             \tgroup  X-and-Y\tall X Y \nquorum X-and-Y\n",
            log_line(),
            witness_lines(3),
            (4..=6).map(witness_line).collect::<String>()
        ))
    }

    #[test]
    fn a_quorum_of_nested_groups_is_judged_for_every_set_of_witnesses() {
        let policy = nested();
        for set in 0_u8..64 {
            let by: Vec<u8> = (1..=6).filter(|n| set >> (n - 1) & 1 == 1).collect();
            let first = by.iter().filter(|n| **n <= 3).count();
            let expected = first >= 2 && by.len() > first;
            let standing = policy.standing(&cosigned(&by)).unwrap();
            assert_eq!(standing.is_met, expected, "{by:?}");
            assert_eq!(standing.signed.len() + standing.missing.len(), 6);
            assert_eq!(standing.check().is_ok(), expected);
        }
    }

    #[test]
    fn a_standing_says_who_signed_and_what_is_short() {
        let standing = nested().standing(&cosigned(&[1, 2])).unwrap();
        assert_eq!(standing.signed, [("W1".to_owned(), 1_000), ("W2".to_owned(), 2_000)]);
        let error = standing.check().unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Break, "quorum_not_met"));
        assert_eq!(
            error.message(),
            "the quorum X-and-Y is not met: cosigned by W1, W2; not by W3, W4, W5, W6; Y has 0 of \
             the 1 it needs; X-and-Y has 1 of the 2 it needs"
        );
        let met = nested().standing(&cosigned(&[1, 3, 4])).unwrap();
        assert_eq!(
            met.to_string(),
            "the quorum X-and-Y is met: cosigned by W1, W3, W4; not by W2, W5, W6"
        );
        let none = parse("quorum none\n").standing(&cosigned(&[])).unwrap();
        assert_eq!(none.to_string(), "the quorum none is met: cosigned by nobody");
    }

    #[test]
    fn a_checkpoint_is_verified_under_the_logs_of_the_policy() {
        let policy = parse(&format!("{}{}quorum W1\n", log_line(), witness_lines(2)));
        let (checkpoint, standing) = policy.verify(cosigned(&[1]).to_string().as_bytes()).unwrap();
        assert_eq!((checkpoint.size, standing.is_met, standing.quorum.as_str()), (5, true, "W1"));
        // A witness outside the quorum does not help.
        let (_, standing) = policy.verify(cosigned(&[2]).to_string().as_bytes()).unwrap();
        assert!(!standing.is_met);
        // Witnesses alone make no log.
        let bare = parse(&format!("{}quorum W1\n", witness_lines(2)));
        assert_eq!(
            bare.verify(cosigned(&[1]).to_string().as_bytes()).unwrap_err().message(),
            "the policy has no log budget.example.gov.cn/pudong; its logs: none"
        );
        // The same text signed by somebody else.
        let other = Checkpoint::parse(cosigned(&[]).text()).unwrap().sign(&signer(101)).unwrap();
        assert_eq!(policy.verify(other.as_bytes()).unwrap_err().code(), "note_unsigned");
    }

    #[test]
    fn a_line_of_a_known_witness_that_does_not_verify_spoils_the_note() {
        let policy = parse(&format!("{}{}quorum none\n", log_line(), witness_lines(1)));
        let mut note = cosigned(&[1]);
        let mut line = note.signatures()[1].clone();
        line.signature[70] ^= 1;
        note.put(line);
        assert_eq!(policy.standing(&note).unwrap_err().code(), "cosignature_wrong");
    }

    #[test]
    fn what_is_no_policy_is_refused_with_its_line() {
        let cut = "its last line has no line feed: it may have been cut short";
        for (text, words) in [
            ("", cut),
            ("quorum none", cut),
            ("\n", "it has no quorum line"),
            ("quorum none\r\n", "line 1: byte 0x0d is a control character"),
            ("quorum none\nquorum none\n", "line 2: there is a quorum line already"),
            ("quorum W1\n", "line 1: no line above defines \"W1\""),
            ("quorum\n", "line 1: expected `quorum NAME`; found 0 words after the first"),
            (
                "Log x\n",
                "line 1: it begins with \"Log\"; expected log, witness, group, quorum or #",
            ),
            ("log a b c\n", "line 1: expected `log VKEY [URL]`; found 3 words after the first"),
            (
                "witness a\n",
                "line 1: expected `witness NAME VKEY [URL]`; found 1 words after the first",
            ),
        ] {
            assert_eq!(fault(text), words, "{text}");
        }
        assert_eq!(fault(b"log \xff\nquorum none\n"), "line 1: the key is not UTF-8");
        assert_eq!(fault("#\n".repeat(40_000)), "it has 80000 bytes, at most 65536 are read");
    }

    #[test]
    fn groups_that_mean_nothing_are_refused() {
        let two = witness_lines(2);
        let needed = "members are needed; expected all, any or a number from 1 to";
        for (line, words) in [
            (
                "group G 1",
                "expected `group NAME all|any|K MEMBER...`; found 2 words after the first",
            ),
            ("group G 0 W1", &format!("\"0\" {needed} 1")),
            ("group G 3 W1 W2", &format!("\"3\" {needed} 2")),
            ("group G 01 W1", &format!("\"01\" {needed} 1")),
            ("group G any W1 W1", "\"W1\" is a member of a group already"),
            ("group G any G", "no line above defines \"G\""),
            ("group G any none", "no line above defines \"none\""),
            ("group W1 any W2", "the name \"W1\" is taken already"),
            ("group none any W2", "the name none means no witness at all"),
        ] {
            assert_eq!(fault(format!("{two}{line}\n")), format!("line 3: {words}"));
        }
        assert_eq!(
            fault(format!("{two}group G any W1\ngroup H any W1\n")),
            "line 4: \"W1\" is a member of a group already"
        );
        assert_eq!(fault(format!("quorum W1\n{two}")), "line 1: no line above defines \"W1\"");
        assert_eq!(fault(two), "it has no quorum line");
    }

    #[test]
    fn a_key_has_one_owner_and_one_purpose() {
        let one = witness_lines(1);
        let key = VerifierKey::new("w1.example", &signer(1).public_key()).unwrap();
        let twice = "line 2: its public key stands on a line above; a key has one owner and one \
                     purpose";
        for line in [one.clone(), one.replacen("W1", "W9", 1), format!("log {key}\n")] {
            assert_eq!(fault(format!("{one}{line}")), twice);
        }
        let of = "a {whose} must be <name>+<key id>+<base64 of type {type} and an Ed25519 key>";
        let log = of.replace("{whose}", "verifier key").replace("{type}", "01");
        let witness = of.replace("{whose}", "witness key").replace("{type}", "04");
        let witness_key = one.trim_end().rsplit(' ').next().unwrap();
        assert_eq!(
            fault(format!("log {witness_key}\n")),
            format!("line 1: {log}; found a key of type 0x04")
        );
        assert_eq!(
            fault(format!("witness W {key}\n")),
            format!("line 1: {witness}; found a key of type 0x01")
        );
    }

    #[test]
    fn names_are_opaque_bytes_and_a_long_chain_of_groups_is_no_danger() {
        let key = |line: &str| line.trim_end().rsplit(' ').next().unwrap().as_bytes().to_vec();
        let mut text = b"witness \xff ".to_vec();
        text.extend(key(&witness_line(1)));
        text.extend(b"\nwitness \xfe ");
        text.extend(key(&witness_line(2)));
        text.extend(b"\n# \xf0\nquorum \xfe\n");
        let policy = Policy::parse(&text).unwrap();
        assert!(policy.standing(&cosigned(&[2])).unwrap().is_met);
        assert!(!policy.standing(&cosigned(&[1])).unwrap().is_met);

        let mut text = format!("{}group g0 any W1\n", witness_lines(1));
        (1..3_000).for_each(|n| text.push_str(&format!("group g{n} any g{}\n", n - 1)));
        text.push_str("quorum g2999\n");
        assert!(parse(&text).standing(&cosigned(&[1])).unwrap().is_met);
    }
}
