//! The accounts that events move money between.

use crate::domain::ids::{Code, LineKey};
use crate::domain::kinds::Stage;
use crate::domain::known;
use crate::domain::posting::Leaf;
use crate::domain::rejection::{Rejection, Thing};
use crate::domain::state::{Commitment, State};

pub(super) fn unreserved(line: &LineKey) -> Leaf {
    Leaf::of(line, Stage::Unreserved)
}

pub(super) fn reserved(line: &LineKey, project: &Code) -> Leaf {
    Leaf::new(line, Stage::Reserved, Some(project), None)
}

pub(super) fn authority(line: &LineKey) -> Leaf {
    Leaf::of(line, Stage::Authority)
}

/// Reserved money of the project where `from_reserved`, else the line's unreserved money.
pub(super) fn source(line: &LineKey, project: Option<&Code>, from_reserved: bool) -> Leaf {
    match project {
        Some(project) if from_reserved => reserved(line, project),
        Some(_) | None => unreserved(line),
    }
}

pub(super) fn is_funded(state: &State, line: &LineKey, project: Option<&Code>) -> bool {
    project
        .and_then(|project| state.projects.get(project))
        .is_some_and(|project| project.is_funded_on(line))
}

pub(super) fn commitment<'d>(
    state: &'d State,
    contract: &Code,
) -> Result<&'d Commitment, Rejection> {
    state.commitments.get(contract).ok_or_else(|| known::unknown(Thing::Commitment, contract))
}
