//! The routes of a witness: `POST /add-checkpoint`, `GET /<hex of SHA-256 of the origin>/checkpoint`.

use super::listen::{Bound, Tell};
use super::places::Peer;
use crate::error::{Error, Result};
use crate::witness::{Cosigned, MAX_SUBMISSION_BYTES, Refusal, Witness};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

const TEXT: &str = "text/plain; charset=utf-8";
/// The type of the body that tells a size (C2SP tlog-witness).
const SIZE: &str = "text/x.tlog.size";

/// Serves a witness at a place until the program is told to stop; tells of each request.
///
/// # Errors
/// `cannot_serve` (`Kind::Io`).
pub fn serve(place: Bound, witness: Witness, tell: Tell) -> Result<()> {
    let served = Arc::new(Served { witness, tell });
    let router = Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin_hash}/checkpoint", get(latest))
        .with_state(served);
    place.serve(router)
}

struct Served {
    witness: Witness,
    tell: Tell,
}

/// Status, type of the body, body, and what is told of it.
struct Answer {
    status: StatusCode,
    kind: &'static str,
    body: String,
    told: String,
}

async fn add_checkpoint(
    State(served): State<Arc<Served>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    body: Body,
) -> Response {
    let answer = match to_bytes(body, MAX_SUBMISSION_BYTES).await {
        Err(_) => {
            let fault = format!("the body is cut short, or has over {MAX_SUBMISSION_BYTES} bytes");
            Answer::plain(StatusCode::PAYLOAD_TOO_LARGE, fault)
        }
        Ok(bytes) => {
            let _answering = peer.answering();
            let served = Arc::clone(&served);
            // It waits for the disk.
            let added = tokio::task::spawn_blocking(move || served.witness.add_checkpoint(&bytes));
            added.await.map_or_else(|_| Answer::lost(), Answer::of)
        }
    };
    answer.tell("POST /add-checkpoint", &served.tell)
}

async fn latest(State(served): State<Arc<Served>>, Path(origin_hash): Path<String>) -> Response {
    let answer = match served.witness.latest(&origin_hash) {
        Ok(Some(body)) => Answer {
            status: StatusCode::OK,
            kind: TEXT,
            told: body.lines().take(2).collect::<Vec<_>>().join(" at "),
            body,
        },
        Ok(None) => Answer::plain(StatusCode::NOT_FOUND, "no checkpoint is held".to_owned()),
        Err(error) => Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &error),
    };
    answer.tell("GET checkpoint", &served.tell)
}

impl Answer {
    fn of(added: Result<Cosigned, Refusal>) -> Self {
        match added {
            Ok(Cosigned { line, checkpoint }) => Self {
                status: StatusCode::OK,
                kind: TEXT,
                body: format!("{line}\n"),
                told: format!("{} cosigned at {}", checkpoint.origin, checkpoint.size),
            },
            Err(Refusal::SizeDiffers(size)) => Self {
                status: StatusCode::CONFLICT,
                kind: SIZE,
                body: format!("{size}\n"),
                told: format!("the head held has size {size}"),
            },
            Err(Refusal::Malformed(error)) => Self::error(StatusCode::BAD_REQUEST, &error),
            Err(Refusal::UnknownOrigin(error)) => Self::error(StatusCode::NOT_FOUND, &error),
            Err(Refusal::Unsigned(error)) => Self::error(StatusCode::FORBIDDEN, &error),
            Err(Refusal::Inconsistent(error)) => {
                Self::error(StatusCode::UNPROCESSABLE_ENTITY, &error)
            }
            Err(Refusal::Failed(error)) => Self::error(StatusCode::INTERNAL_SERVER_ERROR, &error),
        }
    }

    fn plain(status: StatusCode, told: String) -> Self {
        Self { status, kind: TEXT, body: format!("{told}\n"), told }
    }

    fn error(status: StatusCode, error: &Error) -> Self {
        Self::plain(status, format!("{}: {}", error.code(), error.message()))
    }

    /// The thread that was to answer is gone; it may have been in the middle of a write.
    fn lost() -> Self {
        Self::plain(StatusCode::INTERNAL_SERVER_ERROR, "the request was not finished".to_owned())
    }

    fn tell(self, request: &str, tell: &Tell) -> Response {
        tell(&format!("{} {request}: {}", self.status.as_u16(), self.told));
        let headers = [(header::CONTENT_TYPE, self.kind), (header::CACHE_CONTROL, "no-store")];
        (self.status, headers, self.body).into_response()
    }
}
