//! Listening: at most so many connections at once, each for so long, until a signal says stop.

use super::places::{Peer, Place, Places};
use crate::error::{Error, Kind, Result};
use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Sleep, sleep};

/// Connections at once; for one more, one that is not being answered ends.
const MAX_CONNECTIONS: usize = 256;
/// How long a connection may last, whatever goes on in it.
const CONNECTION_SECONDS: u64 = 30;
/// How long to wait when the system gives no connection, for example for want of files.
const PAUSE: Duration = Duration::from_millis(100);

/// Who is told of each request, in one line.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// An address that is listened at.
#[derive(Debug)]
pub struct Bound {
    listener: std::net::TcpListener,
    /// The address; the port is the one that was given where port 0 was asked for.
    pub address: SocketAddr,
}

impl Bound {
    /// Takes an address. Connections wait there until it is served.
    ///
    /// # Errors
    /// `cannot_listen` (`Kind::Io`).
    pub fn take(address: SocketAddr) -> Result<Self> {
        let taken = std::net::TcpListener::bind(address).and_then(|listener| {
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Self { listener, address })
        });
        taken.map_err(|source| {
            let message = format!("cannot listen at {address}: {source}");
            Error::new(Kind::Io, "cannot_listen", message)
                .with_detail("address", address)
                .because_of(&source)
                .with_hint("choose another with --listen ADDRESS:PORT; port 0 takes a free one")
                .with_source(source)
        })
    }

    /// Answers requests until SIGTERM or SIGINT; those under way are answered first.
    ///
    /// # Errors
    /// `cannot_serve` (`Kind::Io`) when the machine gives no threads, signals or connections.
    pub(super) fn serve(self, router: Router) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(cannot_serve)?;
        let served = runtime.block_on(async {
            let stop = stop()?;
            let listener = TcpListener::from_std(self.listener)?;
            let places = Places::new(MAX_CONNECTIONS);
            let service = router.into_make_service_with_connect_info::<Peer>();
            axum::serve(LimitedListener { listener, places }, service)
                .with_graceful_shutdown(stop)
                .await
        });
        served.map_err(cannot_serve)
    }
}

fn cannot_serve(source: io::Error) -> Error {
    Error::new(Kind::Io, "cannot_serve", format!("the server stopped: {source}"))
        .because_of(&source)
        .with_hint("start it again")
        .with_source(source)
}

/// Ends at the first signal to stop.
fn stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Gives each connection a place.
pub(super) struct LimitedListener {
    listener: TcpListener,
    places: Places,
}

impl Connected<IncomingStream<'_, LimitedListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, LimitedListener>) -> Self {
        Self::of(stream.io().place())
    }
}

impl Listener for LimitedListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.listener.accept().await
                && let Some(place) = self.places.take(address).await
            {
                let end = Box::pin(sleep(Duration::from_secs(CONNECTION_SECONDS)));
                return (Connection { stream, end, place }, address);
            }
            sleep(PAUSE).await;
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// A connection that ends in time, or when its place is needed, and gives it back then.
pub(super) struct Connection {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    place: Place,
}

impl Connection {
    /// Its place.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The stream, while there is time and place.
    fn in_time(&mut self, context: &mut Context<'_>) -> io::Result<Pin<&mut TcpStream>> {
        if self.end.as_mut().poll(context).is_ready() || self.place.poll_out(context).is_ready() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(Pin::new(&mut self.stream))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.in_time(context)?.poll_read(context, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.in_time(context)?.poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.in_time(context)?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
