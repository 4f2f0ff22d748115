//! What a witness answers, holds and survives; 1,000 requests at once.

#![allow(clippy::arithmetic_side_effects, reason = "test code")]

use super::*;
use crate::chain::signature::SeedSigner;
use crate::edge::clock::FixedClock;
use crate::tlog::tree::{leaf_hash, root_of};
use std::path::PathBuf;

const ORIGIN: &str = "budget.example.gov.cn/pudong";
const NAME: &str = "city.example.gov.cn/witness";
/// Entries that both branches of the log have.
const SHARED: usize = 10;
const SECOND: i64 = 1_000_000;

/// A log that is willing to fork.
struct ForkedLog {
    signer: SeedSigner,
    branches: [Vec<Digest>; 2],
}

impl ForkedLog {
    fn new() -> Self {
        let branch = |number: usize| {
            let entry = |i: usize| if i < SHARED { (0, i) } else { (number, i) };
            (0..80).map(|i| leaf_hash(format!("{:?}", entry(i)).as_bytes())).collect()
        };
        Self { signer: SeedSigner::new(&[3; 32]), branches: [branch(1), branch(2)] }
    }

    fn key(&self) -> VerifierKey {
        VerifierKey::new(ORIGIN, &self.signer.public_key()).unwrap()
    }

    fn checkpoint(&self, branch: usize, size: usize) -> Checkpoint {
        Checkpoint {
            origin: ORIGIN.to_owned(),
            size: u64::try_from(size).unwrap(),
            root: root_of(&self.branches[branch][..size]),
            extensions: Vec::new(),
        }
    }

    fn note(&self, branch: usize, size: usize) -> Note {
        let note = self.checkpoint(branch, size).sign(&self.signer).unwrap();
        Note::parse(note.as_bytes()).unwrap()
    }

    /// What is posted to show that a branch at `size` extends itself at `old`.
    fn submission(&self, branch: usize, old: usize, size: usize) -> String {
        let leaves = &self.branches[branch][..size];
        let proof = if old == 0 { Vec::new() } else { proof(old, leaves, true) };
        let old_size = u64::try_from(old).unwrap();
        Submission { old_size, proof, note: self.note(branch, size) }.to_string()
    }
}

/// SUBPROOF of RFC 6962 §2.1.2, word by word.
fn proof(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root_of(leaves)] };
    }
    let split = 1_usize << (leaves.len() - 1).ilog2();
    let (left, right) = leaves.split_at(split);
    let (mut hashes, other) = if old <= split {
        (proof(old, left, whole), right)
    } else {
        (proof(old - split, right, false), left)
    };
    hashes.push(root_of(other));
    hashes
}

fn signer() -> SeedSigner {
    SeedSigner::new(&[9; 32])
}

fn key() -> WitnessKey {
    WitnessKey::new(NAME, &signer().public_key()).unwrap()
}

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join("witness")
    }

    fn head_file(&self) -> PathBuf {
        self.folder().join(sha256(ORIGIN.as_bytes()).to_string())
    }

    fn open_at(&self, seconds: i64, keys: &[VerifierKey]) -> Result<Witness> {
        let clock = Box::new(FixedClock::at(seconds * SECOND));
        Witness::open(&self.folder(), key(), Box::new(signer()), clock, keys)
    }

    fn open(&self) -> Witness {
        self.open_at(1_000, &[ForkedLog::new().key()]).unwrap()
    }
}

/// The class and code of a refusal; what was cosigned, as its size.
fn said(answer: Result<Cosigned, Refusal>) -> String {
    match answer {
        Ok(cosigned) => format!("cosigned {}", cosigned.checkpoint.size),
        Err(Refusal::Malformed(error)) => format!("malformed {}", error.code()),
        Err(Refusal::UnknownOrigin(error)) => format!("unknown {}", error.code()),
        Err(Refusal::Unsigned(error)) => format!("unsigned {}", error.code()),
        Err(Refusal::SizeDiffers(size)) => format!("held {size}"),
        Err(Refusal::Inconsistent(error)) => format!("inconsistent {}", error.code()),
        Err(Refusal::Failed(error)) => format!("failed {}", error.code()),
    }
}

#[test]
fn a_growing_log_is_cosigned_and_what_is_held_survives_the_program() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let witness = home.open();
    for (old, size) in [(0, 5), (5, 5), (5, 12), (12, 64), (64, 80)] {
        let cosigned = witness.add_checkpoint(log.submission(0, old, size).as_bytes()).unwrap();
        let mut note = log.note(0, size);
        note.put(cosigned.line);
        assert_eq!(key().cosigned_at(&note).unwrap(), Some(1_000));
        assert_eq!(cosigned.checkpoint, log.checkpoint(0, size));
    }
    // The reply to the last one never left: the program was killed.
    drop(witness);
    let witness = home.open();
    assert_eq!(witness.logs(), [(ORIGIN, Some(80))]);
    assert_eq!(said(witness.add_checkpoint(log.submission(0, 64, 80).as_bytes())), "held 80");
    assert_eq!(said(witness.add_checkpoint(log.submission(0, 80, 80).as_bytes())), "cosigned 80");
    let held = witness.latest(&sha256(ORIGIN.as_bytes()).to_string()).unwrap().unwrap();
    assert_eq!(Checkpoint::verify(held.as_bytes(), &log.key()).unwrap(), log.checkpoint(0, 80));
    assert_eq!(held, std::fs::read_to_string(home.head_file()).unwrap());
    assert_eq!(witness.latest("00").unwrap(), None);
}

#[test]
fn each_fault_has_its_own_answer_and_changes_nothing() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let witness = home.open();
    witness.add_checkpoint(log.submission(0, 0, 20).as_bytes()).unwrap();
    let other = SeedSigner::new(&[4; 32]);
    let signed_by = |signer: &SeedSigner, checkpoint: &Checkpoint| {
        Note::parse(checkpoint.sign(signer).unwrap().as_bytes()).unwrap()
    };
    let post = |old_size: u64, proof: &[Digest], note: Note| {
        Submission { old_size, proof: proof.to_vec(), note }.to_string()
    };
    let stranger = Checkpoint { origin: "another.example".to_owned(), ..log.checkpoint(0, 20) };
    let good = proof(20, &log.branches[0][..30], true);
    let mut cut = good.clone();
    cut.pop();
    let mut wrong_line = log.note(0, 30);
    let mut line = wrong_line.signatures()[0].clone();
    line.signature[0] ^= 1;
    wrong_line.put(line);
    let empty = log.submission(0, 0, 1).replacen("\n1\n", "\n0\n", 1);
    for (text, answer) in [
        ("old x\n\n".to_owned(), "malformed submission_malformed"),
        (
            log.submission(0, 30, 30).replacen("old 30", "old 31", 1),
            "malformed submission_malformed",
        ),
        (post(0, &[], signed_by(&other, &stranger)), "unknown origin_unknown"),
        (post(20, &good, signed_by(&other, &log.checkpoint(0, 30))), "unsigned note_unsigned"),
        (post(20, &good, wrong_line), "unsigned note_signature_wrong"),
        (log.submission(0, 0, 30), "held 20"),
        (log.submission(0, 19, 30), "held 20"),
        (log.submission(0, 21, 30), "held 20"),
        (log.submission(0, 15, 15), "held 20"),
        (post(20, &cut, log.note(0, 30)), "inconsistent proof_length"),
        (post(20, &[], log.note(0, 30)), "inconsistent proof_length"),
        (log.submission(1, 20, 30), "inconsistent proof_wrong"),
        (log.submission(1, 20, 20), "inconsistent proof_wrong"),
        (post(20, &good, log.note(0, 20)), "inconsistent proof_length"),
        (empty, "inconsistent checkpoint_malformed"),
    ] {
        assert_eq!(said(witness.add_checkpoint(text.as_bytes())), answer, "{text}");
        assert_eq!(witness.logs(), [(ORIGIN, Some(20))]);
    }
    // A proof where nothing is held yet.
    let (home, fresh) = (Home::new(), post(0, &good, log.note(0, 30)));
    let answer = said(home.open().add_checkpoint(fresh.as_bytes()));
    assert_eq!(answer, "inconsistent proof_length");
}

/// Tries to get a cosignature as a log does: first blind, then from what the witness holds.
fn submit(witness: &Witness, log: &ForkedLog, branch: usize, size: usize) -> Option<Checkpoint> {
    let mut old = 0;
    for _ in 0..3 {
        match witness.add_checkpoint(log.submission(branch, old, size).as_bytes()) {
            Ok(cosigned) => return Some(cosigned.checkpoint),
            Err(Refusal::SizeDiffers(held)) => old = usize::try_from(held).unwrap(),
            Err(_) => return None,
        }
        if old > size {
            return None;
        }
    }
    None
}

#[test]
fn a_thousand_requests_at_once_never_get_two_heads_that_fork() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let witness = home.open();
    let cosigned: Vec<Checkpoint> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..1_000)
            .map(|i| {
                let (witness, log) = (&witness, &log);
                let (branch, size) = (i % 2, SHARED + 1 + (i * 7) % 60);
                scope.spawn(move || submit(witness, log, branch, size))
            })
            .collect();
        asked.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(!cosigned.is_empty());
    let is_of = |branch: usize| {
        let at = |c: &Checkpoint| usize::try_from(c.size).unwrap();
        cosigned.iter().all(|c| *c == log.checkpoint(branch, at(c)))
    };
    assert!(is_of(0) != is_of(1), "{cosigned:?}");
    let largest = cosigned.iter().map(|checkpoint| checkpoint.size).max();
    assert_eq!(witness.logs(), [(ORIGIN, largest)]);
    drop(witness);
    assert_eq!(home.open().logs(), [(ORIGIN, largest)]);
}

#[test]
fn a_damaged_state_closes_its_log_and_no_other() {
    let (home, log) = (Home::new(), ForkedLog::new());
    home.open().add_checkpoint(log.submission(0, 0, 20).as_bytes()).unwrap();
    let whole = std::fs::read_to_string(home.head_file()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let other = SeedSigner::new(&[5; 32]);
    let other_key = VerifierKey::new("another.example", &other.public_key()).unwrap();
    let smaller = log.note(0, 12).to_string() + lines[5] + "\n";
    for (damaged, fault) in [
        (String::new(), "a signed note must have"),
        (whole[..whole.len() / 2].to_owned(), "a signed note must have"),
        (whole.replacen("\n20\n", "\n12\n", 1), "is not its cosignature"),
        (smaller, "is not its cosignature"),
        (whole.replace(lines[5], lines[4]), "it has no cosignature of"),
        (whole.replacen(ORIGIN, "another.example", 1), "it is of another.example"),
    ] {
        std::fs::write(home.head_file(), &damaged).unwrap();
        let witness = home.open_at(2_000, &[log.key(), other_key.clone()]).unwrap();
        let notes = witness.notes();
        assert!(notes.len() == 1 && notes[0].contains(fault), "{notes:?}");
        for old in [0, 12, 20] {
            let answer = said(witness.add_checkpoint(log.submission(0, old, 30).as_bytes()));
            assert_eq!(answer, "failed witness_state_unusable");
        }
        let hash = sha256(ORIGIN.as_bytes()).to_string();
        assert_eq!(witness.latest(&hash).unwrap_err().code(), "witness_state_unusable");
        let checkpoint =
            Checkpoint { origin: "another.example".to_owned(), ..log.checkpoint(0, 3) };
        let post = format!("old 0\n\n{}", checkpoint.sign(&other).unwrap());
        assert!(said(witness.add_checkpoint(post.as_bytes())).starts_with("cosigned 3"));
        assert_eq!(std::fs::read_to_string(home.head_file()).unwrap(), damaged);
        std::fs::remove_file(home.folder().join(sha256(b"another.example").to_string())).unwrap();
    }
    std::fs::write(home.head_file(), &whole).unwrap();
    assert_eq!(
        said(home.open().add_checkpoint(log.submission(0, 20, 30).as_bytes())),
        "cosigned 30"
    );
}

#[test]
fn after_a_disk_that_failed_nothing_is_cosigned_until_it_is_read_again() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let witness = home.open();
    witness.add_checkpoint(log.submission(0, 0, 20).as_bytes()).unwrap();
    // Nothing can be put under the name any more, as little as a full disk takes it.
    let head_file = std::fs::read(home.head_file()).unwrap();
    std::fs::remove_file(home.head_file()).unwrap();
    std::fs::create_dir_all(home.head_file().join("in the way")).unwrap();
    let answer = said(witness.add_checkpoint(log.submission(0, 20, 30).as_bytes()));
    assert!(answer.starts_with("failed "), "{answer}");
    std::fs::remove_dir_all(home.head_file()).unwrap();
    std::fs::write(home.head_file(), head_file).unwrap();
    let again = said(witness.add_checkpoint(log.submission(0, 20, 30).as_bytes()));
    assert_eq!(again, "failed witness_state_unusable");
    drop(witness);
    assert_eq!(
        said(home.open().add_checkpoint(log.submission(0, 20, 30).as_bytes())),
        "cosigned 30"
    );
}

#[test]
fn a_clock_that_was_set_back_makes_no_earlier_statement() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let at = |seconds, old, size| {
        let witness = home.open_at(seconds, &[log.key()]).unwrap();
        witness
            .add_checkpoint(log.submission(0, old, size).as_bytes())
            .map(|cosigned| key().check(log.note(0, size).text(), &cosigned.line).unwrap())
    };
    assert_eq!(at(2_000, 0, 20).unwrap(), 2_000);
    assert_eq!(at(1_500, 20, 30).unwrap(), 2_000);
    assert_eq!(at(3_000, 30, 30).unwrap(), 3_000);
    let Err(Refusal::Failed(error)) = at(-1, 30, 30) else { panic!("a time before 1970") };
    assert_eq!(error.code(), "time_unfit");
}

#[test]
fn a_log_may_have_two_keys_and_a_witness_one_program() {
    let (home, log) = (Home::new(), ForkedLog::new());
    let next = SeedSigner::new(&[6; 32]);
    let next_key = VerifierKey::new(ORIGIN, &next.public_key()).unwrap();
    let witness = home.open_at(1_000, &[log.key(), next_key]).unwrap();
    witness.add_checkpoint(log.submission(0, 0, 20).as_bytes()).unwrap();
    let proof = proof(20, &log.branches[0][..30], true);
    let note = log.checkpoint(0, 30).sign(&next).unwrap();
    let mut note = Note::parse(note.as_bytes()).unwrap();
    // What strangers wrote beside it is not kept.
    note.put(NoteSignature { name: "x".to_owned(), key_id: [0; 4], signature: vec![1] });
    let post = Submission { old_size: 20, proof, note }.to_string();
    assert_eq!(said(witness.add_checkpoint(post.as_bytes())), "cosigned 30");
    let held = std::fs::read_to_string(home.head_file()).unwrap();
    assert_eq!(Note::parse(held.as_bytes()).unwrap().signatures().len(), 2);

    let error = home.open_at(1_000, &[log.key()]).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Locked, "locked"));
    assert!(error.message().starts_with("the witness in "), "{error}");
    drop(witness);
    let clock = Box::new(FixedClock::at(0));
    let error = Witness::open(&home.folder(), key(), Box::new(next), clock, &[log.key()]);
    assert_eq!(error.unwrap_err().code(), "witness_key_differs");
}
