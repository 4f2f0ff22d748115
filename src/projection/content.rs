//! The body of an event as a value to write: serde in its human-readable form, one struct a type.
//! For rooms that show entries without knowing events.

use crate::domain::event::{Body, each_fact};
use serde::{Serialize, Serializer};

/// The body of an event.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a>(pub &'a Body);

macro_rules! serialize_each {
    ($($number:literal $version:literal $name:ident $word:literal $role:ident $end:ident,)+) => {
        impl Serialize for Content<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self.0 { $(Body::$name(body) => body.serialize(serializer),)+ }
            }
        }
    };
}
each_fact!(serialize_each);
