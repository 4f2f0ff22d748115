//! Places for connections: a fixed number, and none of them is anybody's for keeping still.
//!
//! A newcomer always gets a place. Where all are taken, a connection that is not being answered gives up
//! its own: one of the address that has most of them, and of those the one that has done nothing for the
//! longest time. So half requests, slow senders and idle connections, however many, put out each other.
//! A request that is there whole is answered first; where every place is one, the newcomer waits.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// All places.
#[derive(Debug, Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    /// Of the next connection, and of the next thing that one does.
    next: u64,
    held: BTreeMap<u64, Held>,
}

/// A place that is taken.
#[derive(Debug)]
struct Held {
    whose: IpAddr,
    /// When it did something last, as a number that grows.
    since: u64,
    /// Its request is there whole.
    is_answered: bool,
    /// Tells the connection to go; taken once it is told.
    out: Option<oneshot::Sender<()>>,
}

/// A connection's place, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    number: u64,
    places: Places,
    told: oneshot::Receiver<()>,
    _permit: OwnedSemaphorePermit,
}

/// The connection that a request came by.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    number: u64,
    places: Places,
}

/// While it is there, the connection keeps its place.
#[derive(Debug)]
pub(super) struct Answering(Peer);

impl Places {
    pub(super) fn new(count: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(count)), taken: Arc::default() }
    }

    /// A place for a connection from this address.
    pub(super) async fn take(&self, from: SocketAddr) -> Option<Place> {
        if self.free.available_permits() == 0 {
            self.taken().put_out();
        }
        let permit = Arc::clone(&self.free).acquire_owned().await.ok()?;
        let (out, told) = oneshot::channel();
        let mut taken = self.taken();
        let number = taken.number();
        let held =
            Held { whose: whose(from.ip()), since: number, is_answered: false, out: Some(out) };
        taken.held.insert(number, held);
        drop(taken);
        Some(Place { number, places: self.clone(), told, _permit: permit })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Who has an address: of version 6 everybody has as many as they like.
fn whose(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        },
    }
}

impl Taken {
    fn number(&mut self) -> u64 {
        self.next = self.next.saturating_add(1);
        self.next
    }

    /// Tells one connection to go that keeps a place and is not being answered.
    fn put_out(&mut self) {
        let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for held in self.held.values() {
            let count = counts.entry(held.whose).or_default();
            *count = count.saturating_add(1);
        }
        let waits = |held: &&mut Held| !held.is_answered && held.out.is_some();
        let most =
            self.held.values_mut().filter(waits).max_by_key(|held| {
                (counts.get(&held.whose).copied(), std::cmp::Reverse(held.since))
            });
        if let Some(out) = most.and_then(|held| held.out.take()) {
            // One that is gone has given its place back.
            out.send(()).ok();
        }
    }
}

impl Place {
    /// Ready once the connection has to go; its task is woken for it.
    pub(super) fn poll_out(&mut self, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.told).poll(context).map(drop)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().held.remove(&self.number);
    }
}

impl Peer {
    pub(super) fn of(place: &Place) -> Self {
        Self { number: place.number, places: place.places.clone() }
    }

    /// Its request is there whole, and is answered.
    pub(super) fn answering(&self) -> Answering {
        self.set(true);
        Answering(self.clone())
    }

    fn set(&self, is_answered: bool) {
        let mut taken = self.places.taken();
        let since = taken.number();
        if let Some(held) = taken.held.get_mut(&self.number) {
            (held.is_answered, held.since) = (is_answered, since);
        }
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn address(text: &str) -> SocketAddr {
        SocketAddr::new(text.parse().unwrap(), 1)
    }

    fn is_out(place: &mut Place) -> bool {
        place.poll_out(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    fn take(places: &Places, from: &str) -> Place {
        let mut taking = Box::pin(places.take(address(from)));
        match taking.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(place) => place.unwrap(),
            Poll::Pending => panic!("no place"),
        }
    }

    /// Asks for a place where there is none.
    fn ask(places: &Places, from: &str) {
        let mut taking = Box::pin(places.take(address(from)));
        assert!(taking.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }

    #[test]
    fn the_one_that_keeps_still_the_longest_of_the_most_goes() {
        let places = Places::new(4);
        let mut alone = take(&places, "10.0.0.1");
        let mut many: Vec<Place> = (0..3).map(|_| take(&places, "10.0.0.2")).collect();
        // The first has just been answered, so the second one is the oldest.
        drop(Peer::of(&many[0]).answering());
        ask(&places, "10.0.0.3");
        let out: Vec<bool> = many.iter_mut().map(is_out).collect();
        assert_eq!((is_out(&mut alone), out), (false, vec![false, true, false]));
        // The one that was told is not told again while it goes.
        ask(&places, "10.0.0.3");
        assert!(is_out(&mut many[2]) && !is_out(&mut many[0]));
        drop(many);
        drop(take(&places, "10.0.0.3"));
        drop(alone);
        assert!(places.taken().held.is_empty());
        assert_eq!(places.free.available_permits(), 4);
    }

    #[test]
    fn what_is_being_answered_stays() {
        let places = Places::new(2);
        let mut both = [take(&places, "::1"), take(&places, "::1")];
        let answering: Vec<Answering> =
            both.iter().map(|place| Peer::of(place).answering()).collect();
        ask(&places, "::1");
        assert!(!both.iter_mut().any(is_out));
        drop(answering);
        ask(&places, "::1");
        assert!(is_out(&mut both[0]));
    }

    #[test]
    fn a_network_of_version_6_is_one_and_a_mapped_address_is_of_version_4() {
        let whose = |text: &str| whose(text.parse().unwrap());
        assert_eq!(whose("2001:db8::1"), whose("2001:db8::ffff:1"));
        assert_ne!(whose("2001:db8::1"), whose("2001:db8:0:1::1"));
        assert_eq!(whose("::ffff:10.0.0.1"), whose("10.0.0.1"));
    }
}
