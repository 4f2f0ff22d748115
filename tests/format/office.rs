//! Bodies of keys, officers and the ledger's files.

use super::samples::Pen;
use earmark::domain::event::*;
use earmark::domain::ids::Text;
use earmark::domain::kinds::Role;
use earmark::domain::money::Amount;

/// The keys and signatures of the bodies that bring in keys.
pub struct Keys {
    pub log: [u8; 32],
    pub log_proof: [u8; 64],
    pub handover: Option<[u8; 64]>,
    pub officer: [u8; 32],
    pub officer_proof: [u8; 64],
}

/// A body of every type that keys, officers and the ledger's files change by, since 0.2.0.
pub fn bodies(full: bool, keys: &Keys) -> Vec<Body> {
    let pen = Pen { full };
    let filing = || pen.filing();
    let reason = || pen.opt(Text::new("the card reader was replaced"));
    vec![
        LogKeyRotated {
            key: Bytes32(keys.log),
            proof: Bytes64(keys.log_proof),
            handover: keys.handover.map(Bytes64),
            reason: reason(),
            filing: filing(),
        }
        .into(),
        OfficerRolesChanged {
            number: 1,
            roles: pen.list(vec![Role::Approver, Role::Auditor]),
            limit: pen.opt(Amount(30_000_000)),
            reason: reason(),
            filing: filing(),
        }
        .into(),
        OfficerKeyRotated {
            number: 1,
            key: Bytes32(keys.officer),
            proof: Bytes64(keys.officer_proof),
            reason: reason(),
            filing: filing(),
        }
        .into(),
        OfficerRevoked { number: 1, reason: Text::new("left the office"), filing: filing() }.into(),
        ConfidentialErased {
            entry: 65_536,
            legal_basis: Text::new("request of the person, 2026-07"),
            filing: filing(),
        }
        .into(),
        LedgerRestored {
            source: Text::new("https://example.org/pudong/log"),
            size: 65_537,
            head: Bytes32([0xcd; 32]),
            filing: filing(),
        }
        .into(),
        AnchorAdopted { size: 65_538, root: Bytes32([0xef; 32]), filing: filing() }.into(),
    ]
}
