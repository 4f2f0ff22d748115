//! The raw limits: what the machine can do with our very bytes.

use earmark::chain::hash;
use earmark::tlog::tree::leaf_hash;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;

/// Seconds of `count` writes of `entry`, each followed by `fdatasync`, into a preallocated file.
pub(crate) fn fdatasync(folder: &Path, entry: &[u8], count: usize) -> Vec<f64> {
    let file = File::create(folder.join("raw")).unwrap();
    file.write_all_at(&vec![0; 8 << 20], 0).unwrap();
    file.sync_all().unwrap();
    let mut at = 0;
    (0..count)
        .map(|_| {
            let start = Instant::now();
            file.write_all_at(entry, at).unwrap();
            file.sync_data().unwrap();
            at += entry.len() as u64;
            start.elapsed().as_secs_f64()
        })
        .collect()
}

/// Entries a second through BLAKE3 (entry hash) and SHA-256 (leaf hash), on one core.
pub(crate) fn hashes(entry: &[u8]) -> (f64, f64) {
    const COUNT: u32 = 400_000;
    let time = |work: &dyn Fn(&[u8]) -> u8| {
        let start = Instant::now();
        let mut sum = 0_u8;
        for _ in 0..COUNT {
            sum ^= work(std::hint::black_box(entry));
        }
        std::hint::black_box(sum);
        f64::from(COUNT) / start.elapsed().as_secs_f64()
    };
    (time(&|entry| hash::entry(entry).0[0]), time(&|entry| leaf_hash(entry).0[0]))
}

/// Seconds of one signature and one strict verification.
pub(crate) fn signature() -> (f64, f64) {
    use earmark::chain::signature::{SeedSigner, Signer, VerifyingKey};
    const COUNT: u32 = 2_000;
    let signer = SeedSigner::new(&[3; 32]);
    let key = VerifyingKey::new(&signer.public_key()).unwrap();
    let start = Instant::now();
    let mut signature = [0; 64];
    for n in 0..COUNT {
        signature = signer.sign(&n.to_le_bytes());
    }
    let sign = start.elapsed().as_secs_f64() / f64::from(COUNT);
    let start = Instant::now();
    for _ in 0..COUNT {
        assert!(key.verify(&(COUNT - 1).to_le_bytes(), &signature));
    }
    (sign, start.elapsed().as_secs_f64() / f64::from(COUNT))
}
