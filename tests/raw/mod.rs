//! sled by itself, as the engine configures it, for tests that change a store behind its back: its mark of
//! a clean end stands.

use std::path::Path;
use std::time::Duration;

/// Makes a change in the closed store of `folder`. What opens it next finds nobody there: sled's threads
/// let go of its lock a little later than its last handle.
pub(crate) fn with_sled<T>(folder: &Path, change: impl FnOnce(&::sled::Db) -> T) -> T {
    let config = ::sled::Config::new()
        .path(folder.join("db"))
        .segment_size(512 * 1024)
        .use_compression(false)
        .flush_every_ms(None);
    let db = config.open().unwrap();
    let made = change(&db);
    db.flush().unwrap();
    drop(db);
    let file = std::fs::File::open(folder.join("db/db")).unwrap();
    for _ in 0..2_000 {
        if file.try_lock().is_ok() {
            return made;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("sled did not let go of {}", folder.display())
}
