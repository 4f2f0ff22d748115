//! A request to be enrolled: a small text file with a public key and a proof that its writer holds the private
//! one, for one ledger and one name. It holds no secret.

use crate::chain::entry::LedgerId;
use crate::chain::hash::from_hex;
use crate::chain::signature::{self, Signer, enrol_message};
use crate::error::{Error, Kind, Result};
use std::path::Path;

/// The first line of the file.
pub(crate) const HEADER: &str = "earmark-enrol-request-v1";

/// What an officer is enrolled by.
pub(crate) struct Request {
    /// The public key.
    pub(crate) key: [u8; 32],
    /// The proof that whoever asks holds the private key.
    pub(crate) proof: [u8; 64],
}

impl Request {
    /// A request signed by the key itself.
    pub(crate) fn signed(signer: &dyn Signer, ledger: LedgerId, name: &str) -> Result<Self> {
        let key = signer.public_key();
        let name = crate::domain::ids::Text::typed(name);
        let proof = signer.sign(&enrol_message(ledger, name.as_str(), &key));
        Ok(Self { key, proof })
    }
}

/// Reads a request made for this ledger and name, and checks its proof.
pub(crate) fn read_request(path: &Path, ledger: LedgerId, name: &str) -> Result<Request> {
    let text = crate::file::read_named_text(path).map_err(|e| Error::io("read", path, e))?;
    let refuse = |why: String| {
        let message = format!("{} is no request to be enrolled here: {why}", path.display());
        Error::new(Kind::Usage, "request_malformed", message)
            .with_hint(format!(
                "let {name} make one: earmark key request {name} --ledger-id {ledger}"
            ))
            .with_detail("path", path.display())
            .with_detail("why", why)
            .with_detail("officer", name)
            .with_detail("ledger", ledger)
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err(refuse(format!("its first line is not `{HEADER}`")));
    }
    let mut field = |word: &str| {
        let line = lines.next().unwrap_or_default();
        let value = line.strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
        value.map(str::to_owned).ok_or_else(|| refuse(format!("the line `{word} …` is missing")))
    };
    let (for_ledger, for_name) = (field("ledger")?, field("name")?);
    let (key, proof) = (field("key")?, field("proof")?);
    if for_ledger != ledger.to_string() {
        return Err(refuse(format!("it is for ledger {for_ledger}, not {ledger}")));
    }
    if for_name != name {
        return Err(refuse(format!("it is for the name {for_name}, not {name}")));
    }
    let key = from_hex(&key).and_then(|key| <[u8; 32]>::try_from(key).ok());
    let proof = from_hex(&proof).and_then(|proof| <[u8; 64]>::try_from(proof).ok());
    let (Some(key), Some(proof)) = (key, proof) else {
        return Err(refuse("key or proof is not hexadecimal of the right length".to_owned()));
    };
    let said = crate::domain::ids::Text::typed(name);
    if !signature::verify(&key, &enrol_message(ledger, said.as_str(), &key), &proof) {
        return Err(refuse("its proof does not verify under its key".to_owned()));
    }
    Ok(Request { key, proof })
}
