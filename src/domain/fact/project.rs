//! Types 21 and 26–28: projects.

use super::{Fact, See, Seen, Value, maybe, maybe_name, name, reason};
use crate::domain::event::{
    Funding, ProjectApproved, ProjectClosedOut, ProjectCompleted, ProjectTerminated,
};
use crate::domain::rejection::{Rejection, Thing};

impl Fact for ProjectApproved {
    fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
        let Self {
            code,
            title,
            title_zh,
            purpose,
            district,
            programme,
            start,
            end,
            ceiling,
            funding,
            duplicates,
            duplicates_reason,
            filing,
        } = self;
        let known = |thing| move |code| Value::Known(thing, code);
        see.see("code", Value::New(Thing::Project, code))?;
        see.see("title", name(title))?;
        see.see("title_zh", maybe_name(title_zh.as_ref()))?;
        see.see("purpose", Value::Purpose(purpose))?;
        see.see("programme", maybe(programme.as_ref(), known(Thing::Programme)))?;
        see.see("duplicates", Value::List(duplicates.len()))?;
        for duplicate in duplicates {
            see.see("duplicates", Value::Known(Thing::Project, duplicate))?;
        }
        see.see("duplicates_reason", reason(duplicates_reason.as_ref()))?;
        see.see("district", maybe(district.as_ref(), known(Thing::District)))?;
        see.see("start", maybe(*start, Value::Day))?;
        see.see("end", maybe(*end, Value::Day))?;
        see.see("ceiling", maybe(*ceiling, Value::Amount))?;
        see.see("funding", Value::List(funding.len()))?;
        for (i, part) in funding.iter().enumerate() {
            let Funding { line, amount } = part;
            see.see("funding.line", Value::Line(line))?;
            see.see("funding.amount", Value::Amount(*amount))?;
            see.form(|_| {
                if funding.iter().take(i).any(|other| other.line == *line) {
                    let (line, project) = (line.clone(), Some(code.clone()));
                    return Err(Rejection::SplitTwice { line, project });
                }
                Ok(())
            })?;
        }
        filing.fields(see)
    }
}

/// Events that say of a project that it is over, and perhaps why.
macro_rules! ends {
    ($($name:ident)+) => {$(
        impl Fact for $name {
            fn fields<'e, S: See<'e>>(&'e self, see: &mut S) -> Seen {
                let Self { code, reason, filing } = self;
                see.see("code", Value::Known(Thing::Project, code))?;
                see.see("reason", self::reason(reason.as_ref()))?;
                filing.fields(see)
            }
        }
    )+};
}
ends!(ProjectCompleted ProjectTerminated ProjectClosedOut);
