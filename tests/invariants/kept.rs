//! A state that is put down and read back part by part, again and again, beside the one in memory: it says the
//! same, and has the same bytes.

use earmark::chain::body::{self, Fetch, Parts, Place, open_state, write_state};
use earmark::domain::admit::{Context, admit};
use earmark::domain::event::Event;
use earmark::domain::rejection::Rejection;
use earmark::domain::state::State;
use earmark::error::Result;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Parts by their places, as a store keeps them.
#[derive(Debug, Default)]
struct Shelf(Mutex<BTreeMap<Place, Vec<u8>>>);

#[derive(Debug)]
struct Reading(Arc<Shelf>);

impl Fetch for Reading {
    fn fetch(&self, place: Place, length: u32) -> Result<Option<Vec<u8>>> {
        let found = self.0.0.lock().unwrap().get(&place).cloned();
        Ok(found.filter(|bytes| bytes.len() == length as usize))
    }
}

#[derive(Debug, Default)]
pub struct Kept {
    state: State,
    parts: Option<Arc<Parts>>,
    shelf: Arc<Shelf>,
    bookings: u64,
}

impl Kept {
    /// Judges what was judged on `before`, with `after` as the state that came of it.
    pub fn follow(
        &mut self,
        before: &State,
        events: &[Event],
        context: &Context<'_>,
        refused: Option<&Rejection>,
        after: &State,
    ) {
        if self.state.size != before.size {
            // The world was begun or changed in another way.
            *self = Self { state: before.clone(), ..Self::default() };
        }
        let found = admit(&mut self.state, events, context).err();
        assert_eq!(found.as_ref(), refused, "a state that is read by parts says the same");
        self.check_fault();
        self.bookings += 1;
        match self.bookings % 5 {
            // What was refused leaves parts that are as they were.
            0 | 3 => self.put_and_open(),
            1 => {
                let bytes = |state| body::encode_state(state).unwrap();
                assert_eq!(bytes(&self.state), bytes(after), "and has the same bytes");
                self.check_fault();
            }
            _ => {}
        }
    }

    fn check_fault(&self) {
        if let Some(parts) = &self.parts {
            parts.fault().unwrap();
        }
    }

    /// Puts down what changed; every other time the state is read anew after it.
    fn put_and_open(&mut self) {
        let mut written = write_state(&mut self.state, self.parts.as_deref()).unwrap();
        let top = written.top.clone();
        let mut shelf = self.shelf.0.lock().unwrap();
        shelf.extend(std::mem::take(&mut written.parts));
        drop(shelf);
        let fetch = || Arc::new(Reading(Arc::clone(&self.shelf)));
        let parts = if self.bookings.is_multiple_of(2) {
            let (state, parts) = open_state(&top, fetch()).unwrap();
            self.state = state;
            parts
        } else {
            written.mark_kept(&mut self.state, fetch())
        };
        assert_eq!(self.state.changed(), [0, 0]);
        self.parts = Some(parts);
    }
}
