//! A transparency log in public, standard formats (C2SP tlog-tiles, tlog-checkpoint, signed-note;
//! RFC 6962): pure functions over bytes.
