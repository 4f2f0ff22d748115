//! The one HTTP client: archives and witnesses by their URL.
//!
//! Every answer is read with a cap, before and after decompression; no request takes longer than a
//! minute, and all of a run no longer than its allowance; no redirect is followed, because it would let one host speak for another. Keys, not
//! hosts, are what is trusted: what comes is verified by whoever asked. What it lacks on purpose:
//! cookies, authentication, retries, and any method but GET and POST.

use super::clock::Stopwatch;
use crate::error::{Error, Kind, Result};
use flate2::read::GzDecoder;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use ureq::http::{Response, Uri, header};
use ureq::{Agent, Body};

/// How long a connection may take to come about.
const CONNECT_SECONDS: u64 = 10;
/// How long a request may take, to the last byte of its answer.
const WHOLE_SECONDS: u64 = 60;
/// The most bytes of the head of an answer.
const MAX_HEAD_BYTES: usize = 16_384;
const USER_AGENT: &str = concat!("earmark/", env!("CARGO_PKG_VERSION"));

/// An HTTP client. Connections are kept and used again by its clones.
#[derive(Debug, Clone)]
pub struct Http {
    agent: Agent,
    whole: Duration,
    allowance: Option<Arc<Allowance>>,
}

/// How long all requests of a run may take together, and what came in that time. A server that answers each
/// request in time, and late, is else waited for without an end.
#[derive(Debug)]
pub struct Allowance {
    since: Stopwatch,
    longest: Duration,
    files: AtomicU64,
    bytes: AtomicU64,
    is_used_up: AtomicBool,
}

impl Allowance {
    /// From now on.
    #[must_use]
    pub fn new(longest: Duration) -> Self {
        Self {
            since: Stopwatch::start(),
            longest,
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            is_used_up: AtomicBool::new(false),
        }
    }

    /// True once a request was not made, or not waited for, for want of time.
    #[must_use]
    pub fn is_used_up(&self) -> bool {
        self.is_used_up.load(Ordering::Relaxed)
    }

    /// What is left of it.
    fn left(&self) -> Result<Duration> {
        let left = self.longest.checked_sub(self.since.elapsed()).filter(|left| !left.is_zero());
        left.ok_or_else(|| self.used_up(""))
    }

    fn add(&self, bytes: &[u8]) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// `time_limit` (`Kind::Io`): how much came in that time, and `more` of it in words.
    pub fn used_up(&self, more: &str) -> Error {
        self.is_used_up.store(true, Ordering::Relaxed);
        let (files, bytes) =
            (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let seconds = self.longest.as_secs();
        let message = format!(
            "the server is too slow: in {seconds} seconds, which is the limit for all requests together, {files} \
             files of {bytes} bytes came{more}"
        );
        Error::new(Kind::Io, "time_limit", message)
            .with_detail("limit_seconds", seconds)
            .with_detail("files", files)
            .with_hint("try again later, take a copy by another way, or allow more time: --time-limit SECONDS").with_detail("bytes", bytes)
    }
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status: 200, 404, …
    pub status: u16,
    /// The type of the body without parameters, in lower case; empty if none is given.
    pub content_type: String,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Default for Http {
    fn default() -> Self {
        Self::new(Duration::from_secs(CONNECT_SECONDS), Duration::from_secs(WHOLE_SECONDS))
    }
}

impl Http {
    /// A client with its own timeouts: until connected, and for the whole of a request.
    #[must_use]
    pub fn new(connect: Duration, whole: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(connect))
            .timeout_global(Some(whole))
            .max_response_header_size(MAX_HEAD_BYTES)
            .user_agent(USER_AGENT)
            .accept_encoding("gzip");
        Self { agent: Agent::new_with_config(config.build()), whole, allowance: None }
    }

    /// A client whose requests all together have this much time.
    #[must_use]
    pub fn within(allowance: Arc<Allowance>) -> Self {
        Self { allowance: Some(allowance), ..Self::default() }
    }

    /// Fetches a resource of at most `cap_bytes`; `None` if the server has none there (404, 410).
    ///
    /// # Errors
    /// `url_malformed` (`Kind::Usage`); `unreachable`, `timed_out`, `too_large`,
    /// `redirect_refused`, `http_status` and `http_malformed` (`Kind::Io`); `time_limit`.
    pub fn get(&self, url: &str, cap_bytes: u64) -> Result<Option<Vec<u8>>> {
        let Some(allowance) = &self.allowance else {
            return self.fetch(url, self.whole, cap_bytes);
        };
        let left = allowance.left()?;
        let fetched = self.fetch(url, self.whole.min(left), cap_bytes);
        match fetched {
            Err(error) if error.code() == "timed_out" => {
                Err(allowance.left().err().unwrap_or(error))
            }
            Ok(Some(bytes)) => {
                allowance.add(&bytes);
                Ok(Some(bytes))
            }
            other => other,
        }
    }

    fn fetch(&self, url: &str, longest: Duration, cap_bytes: u64) -> Result<Option<Vec<u8>>> {
        let uri = parse_url(url)?;
        let mut request = self.agent.get(&uri).config().timeout_global(Some(longest)).build();
        if is_loopback(&uri) {
            request = request.config().proxy(None).build();
        }
        let answer = request.call().map_err(|error| failed(url, error))?;
        let answer = read_answer(url, answer, cap_bytes)?;
        match answer.status {
            200 => Ok(Some(answer.body)),
            404 | 410 => Ok(None),
            status => Err(Error::new(
                Kind::Io,
                "http_status",
                format!("{url} answered with status {status}, expected 200"),
            )
            .with_detail("expected", 200)
            .with_detail("found", status)
            .with_hint("look at what the server says there, for example with curl -i")
            .with_detail("url", url)),
        }
    }

    /// Posts a text; whatever the server answers, but a redirect, is the caller's to judge. At most
    /// `cap_bytes` of the answer are read.
    ///
    /// # Errors
    /// As [`Http::get`], without `http_status`.
    pub fn post(&self, url: &str, body: &[u8], cap_bytes: u64) -> Result<Answer> {
        let uri = parse_url(url)?;
        let mut request = self.agent.post(&uri).content_type("text/plain; charset=utf-8");
        if is_loopback(&uri) {
            request = request.config().proxy(None).build();
        }
        let answer = request.send(body).map_err(|error| failed(url, error))?;
        read_answer(url, answer, cap_bytes)
    }
}

/// Checks that something can be fetched from a URL: http or https, with a host, without user, query
/// and fragment.
///
/// # Errors
/// `url_malformed` (`Kind::Usage`).
pub fn check_url(url: &str) -> Result<()> {
    parse_url(url).map(drop)
}

fn parse_url(url: &str) -> Result<Uri> {
    let wrong = |fault: &str| {
        Error::new(Kind::Usage, "url_malformed", format!("{url:?} cannot be fetched: {fault}"))
            .with_hint("give a URL such as https://budget.example.gov.cn/pudong/log")
            .with_detail("url", url)
            .with_detail("why", fault)
    };
    let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("only http and https are spoken here"));
    }
    let authority = uri.authority().ok_or_else(|| wrong("it names no host"))?;
    if authority.host().is_empty() || authority.as_str().contains('@') {
        return Err(wrong("it must name a host, and no user"));
    }
    if uri.query().is_some() || url.contains('#') {
        return Err(wrong("it must have no query and no fragment"));
    }
    Ok(uri)
}

/// A server on this machine is never asked for through a proxy.
fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn read_answer(url: &str, answer: Response<Body>, cap_bytes: u64) -> Result<Answer> {
    let status = answer.status().as_u16();
    let text = |name| {
        let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().trim().to_ascii_lowercase()
    };
    if (300..400).contains(&status) {
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        return Err(redirected(url, status, to.unwrap_or("nowhere")));
    }
    let kind = text(header::CONTENT_TYPE);
    let content_type = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let encoding = text(header::CONTENT_ENCODING);
    let raw = read_capped(url, answer.into_body().into_reader(), cap_bytes)?;
    let body = match encoding.as_str() {
        "" | "identity" => raw,
        "gzip" | "x-gzip" => read_capped(url, GzDecoder::new(raw.as_slice()), cap_bytes)?,
        other => return Err(malformed(url, &format!("its encoding is {other:?}, expected gzip"))),
    };
    Ok(Answer { status, content_type, body })
}

fn read_capped(url: &str, from: impl Read, cap_bytes: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = from.take(cap_bytes.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| failed(url, error.into()))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= cap_bytes) {
        return Ok(bytes);
    }
    Err(Error::new(
        Kind::Io,
        "too_large",
        format!("{url} has more than the {cap_bytes} bytes that it may have"),
    )
    .with_detail("expected", format!("at most {cap_bytes} bytes"))
    .with_hint("see that the URL is the one of a log or a witness; nothing of it was used")
    .with_detail("url", url)
    .with_detail("most_bytes", cap_bytes))
}

fn redirected(url: &str, status: u16, to: &str) -> Error {
    Error::new(
        Kind::Io,
        "redirect_refused",
        format!("{url} answered with status {status} and sends us to {to:?}; that is not followed"),
    )
    .with_detail("found", to)
    .with_hint("if you trust the other place, give its URL")
    .with_detail("url", url)
    .with_detail("status", status)
}

fn malformed(url: &str, fault: &str) -> Error {
    Error::new(Kind::Io, "http_malformed", format!("the answer of {url} cannot be read: {fault}"))
        .with_hint("see that a web server answers there, for example with curl -i")
        .with_detail("url", url)
        .with_detail("why", fault)
}

fn failed(url: &str, error: ureq::Error) -> Error {
    let made = if let ureq::Error::Timeout(which) = &error {
        let message = format!("{url} did not answer in time: {which}");
        Error::new(Kind::Io, "timed_out", message)
            .with_hint("try again; ask who runs the server")
            .with_detail("url", url)
    } else if is_of_the_answer(&error) {
        malformed(url, &error.to_string())
    } else {
        let why = if let ureq::Error::Io(source) = &error {
            source.to_string()
        } else {
            error.to_string()
        };
        Error::new(Kind::Io, "unreachable", format!("{url} cannot be reached: {why}"))
            .with_hint("check the URL and that the server runs, then try again")
            .with_detail("url", url)
            .with_detail("why", &why)
    };
    made.with_source(error)
}

/// True for what a server sent and should not have; the rest never got so far.
fn is_of_the_answer(error: &ureq::Error) -> bool {
    use std::io::ErrorKind as E;
    let broken = |kind| matches!(kind, E::InvalidInput | E::InvalidData | E::UnexpectedEof);
    matches!(error, ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..))
        || matches!(error, ureq::Error::Io(source) if broken(source.kind()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::thread;

    /// A server for one request: gives its URL, and the request it got.
    fn serve(
        answer: impl FnOnce(&mut TcpStream) + Send + 'static,
    ) -> (String, thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/log/checkpoint", listener.local_addr().unwrap());
        let thread = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request = read_request(&mut stream);
            answer(&mut stream);
            let _closed = stream.shutdown(Shutdown::Both);
            request
        });
        (url, thread)
    }

    /// The head, and as much of a body as it announces.
    fn read_request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        let mut byte = [0];
        let announced = |text: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            line.map_or(0, |length| length.parse::<usize>().unwrap())
        };
        loop {
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && body.len() == announced(head)
            {
                return text;
            }
            stream.read_exact(&mut byte).unwrap();
            text.push(char::from(byte[0]));
        }
    }

    fn answer(head: &str, body: &[u8]) -> impl FnOnce(&mut TcpStream) + Send + 'static {
        let length = body.len();
        let head = format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n");
        let bytes = [head.as_bytes(), body].concat();
        move |stream| {
            // The client may hang up before it has taken everything.
            let _written = stream.write_all(&bytes);
        }
    }

    fn http() -> Http {
        Http::new(Duration::from_millis(500), Duration::from_millis(500))
    }

    fn got(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> Result<Option<Vec<u8>>> {
        let (url, server) = serve(answer);
        let got = http().get(&url, 100);
        server.join().unwrap();
        got.map_err(|error| {
            assert_eq!((error.kind(), error.hint().is_some()), (Kind::Io, true));
            let port = url.split(['/', ':']).nth(4).unwrap();
            Error::new(error.kind(), error.code(), error.message().replace(port, "PORT"))
        })
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_resource_is_fetched_and_the_program_says_who_it_is() {
        let (url, server) = serve(answer("200 OK", b"hello"));
        assert_eq!(http().get(&url, 5).unwrap().as_deref(), Some(&b"hello"[..]));
        let request = server.join().unwrap().to_ascii_lowercase();
        assert!(request.starts_with("get /log/checkpoint http/1.1\r\n"), "{request}");
        let agent = format!("user-agent: earmark/{}\r\n", env!("CARGO_PKG_VERSION"));
        assert!(request.contains(&agent), "{request}");
        assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    }

    #[test]
    fn what_is_not_there_is_none_and_other_statuses_are_errors() {
        assert_eq!(got(answer("404 Not Found", b"no")).unwrap(), None);
        assert_eq!(got(answer("410 Gone", b"")).unwrap(), None);
        assert_eq!(
            got(answer("500 Oh", b"")).unwrap_err().to_string(),
            "http_status: http://127.0.0.1:PORT/log/checkpoint answered with status 500, expected 200"
        );
    }

    #[test]
    fn a_compressed_answer_is_read_under_the_cap_before_and_after() {
        let sent = |body: &[u8]| got(answer("200 OK\r\nContent-Encoding: gzip", body));
        assert_eq!(sent(&gzip(b"hello")).unwrap().unwrap(), b"hello");
        let large = "too_large: http://127.0.0.1:PORT/log/checkpoint has more than the 100 bytes \
                     that it may have";
        assert_eq!(sent(&gzip(&[0; 101])).unwrap_err().to_string(), large);
        assert_eq!(sent(&gzip(&vec![0; 40_000_000])[..90]).unwrap_err().to_string(), large);
        // A head of gzip that never ends in content.
        let padded = [&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3][..], &[b'n'; 500]].concat();
        assert_eq!(sent(&padded).unwrap_err().to_string(), large);
        assert_eq!(sent(b"no gzip").unwrap_err().code(), "http_malformed");
        let other = got(answer("200 OK\r\nContent-Encoding: br", b"x")).unwrap_err();
        assert_eq!(
            other.message(),
            "the answer of http://127.0.0.1:PORT/log/checkpoint cannot be read: its encoding is \
             \"br\", expected gzip"
        );
    }

    #[test]
    fn an_endless_answer_stops_at_the_cap() {
        let endless = |stream: &mut TcpStream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").unwrap();
            while stream.write_all(&[b'x'; 1_000]).is_ok() {}
        };
        assert_eq!(got(endless).unwrap_err().code(), "too_large");
        let head = |stream: &mut TcpStream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").unwrap();
            while stream.write_all(b"X-More: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n").is_ok() {}
        };
        assert_eq!(got(head).unwrap_err().code(), "http_malformed");
    }

    #[test]
    fn a_server_that_does_not_answer_or_stops_half_way_is_left_in_time() {
        let silent = |stream: &mut TcpStream| {
            let _hung_up = stream.read(&mut [0]);
        };
        let error = got(silent).unwrap_err();
        assert_eq!(error.code(), "timed_out", "{error}");
        let stalled = |stream: &mut TcpStream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
            let _hung_up = stream.read(&mut [0]);
        };
        let error = got(stalled).unwrap_err();
        assert_eq!(error.code(), "timed_out", "{error}");
        let cut = |stream: &mut TcpStream| {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf").unwrap();
        };
        let error = got(cut).unwrap_err();
        assert_eq!(error.code(), "http_malformed", "{error}");
        let error = got(|stream| stream.write_all(b"SSH-2.0 hello\r\n").unwrap()).unwrap_err();
        assert_eq!(error.code(), "http_malformed", "{error}");
    }

    #[test]
    fn nobody_there_is_said() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let error = http().get(&url, 100).unwrap_err();
        assert_eq!((error.kind(), error.code()), (Kind::Io, "unreachable"));
        assert!(error.message().contains("refused"), "{error}");
    }

    #[test]
    fn no_redirect_is_followed_not_even_to_the_same_host() {
        for to in ["https://elsewhere.example/", "/log/other"] {
            let error = got(answer(&format!("302 Found\r\nLocation: {to}"), b"")).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "redirect_refused: http://127.0.0.1:PORT/log/checkpoint answered with status \
                     302 and sends us to {to:?}; that is not followed"
                )
            );
        }
        let (url, server) = serve(answer("307 Moved\r\nLocation: /", b""));
        assert_eq!(http().post(&url, b"x", 100).unwrap_err().code(), "redirect_refused");
        server.join().unwrap();
    }

    #[test]
    fn an_answer_to_a_post_is_the_callers_to_judge() {
        let head = "409 Conflict\r\nContent-Type: Text/X.Tlog.Size; charset=utf-8";
        let (url, server) = serve(answer(head, b"5\n"));
        let answer = http().post(&url, b"old 3\n", 100).unwrap();
        assert_eq!((answer.status, answer.content_type.as_str()), (409, "text/x.tlog.size"));
        assert_eq!(answer.body, b"5\n");
        let request = server.join().unwrap();
        assert!(request.starts_with("POST /log/checkpoint HTTP/1.1\r\n"), "{request}");
        assert!(request.ends_with("\r\n\r\nold 3\n"), "{request}");
    }

    #[test]
    fn urls_that_are_not_fetched_are_refused_in_words() {
        for (url, fault) in [
            ("ftp://a.example/", "only http and https are spoken here"),
            ("/log", "only http and https are spoken here"),
            ("http://user@a.example/", "it must name a host, and no user"),
            ("http://a.example/?x=1", "it must have no query and no fragment"),
            ("http://a.example/#x", "it must have no query and no fragment"),
        ] {
            let error = http().get(url, 1).unwrap_err();
            assert_eq!((error.kind(), error.code()), (Kind::Usage, "url_malformed"));
            assert_eq!(error.message(), format!("{url:?} cannot be fetched: {fault}"));
        }
        for url in ["", "http://", "http:///log", "file:///etc/passwd", "http://a b/"] {
            assert_eq!(http().get(url, 1).unwrap_err().code(), "url_malformed", "{url}");
        }
        assert!(is_loopback(&"http://localhost:1/".parse().unwrap()));
        assert!(is_loopback(&"http://127.3.0.1/".parse().unwrap()));
        assert!(is_loopback(&"http://[::1]:8/".parse().unwrap()));
        assert!(!is_loopback(&"http://127.0.0.1.example/".parse().unwrap()));
    }
}
