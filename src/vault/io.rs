//! The machine's two doors: what it is told, and what it says to do.

use super::attempt::Attempt;
use super::origin::Target;
use super::refresh::{Call, Trouble};
use super::reply::Http;
use core::time::Duration;

/// The headers that a page must not set itself, in lower case.
pub const FORBIDDEN_HEADERS: [&str; 3] = ["authorization", "cookie", "dpop"];

/// The most requests and sockets of one page that may be open at once.
pub const REQUEST_LIMIT: usize = 4096;

/// What happened.
#[derive(Debug)]
pub enum Input<'a> {
    /// The vault has just started.
    Start,
    /// Time has passed.
    Tick,
    /// The page asks for a request.
    Fetch {
        /// The page's number for it, not in use at present.
        id: u32,
        /// Where it goes.
        target: Target<'a>,
        /// Whether it carries one of the [`FORBIDDEN_HEADERS`].
        forbidden_header: bool,
        /// Whether its body can be sent twice.
        replayable: bool,
    },
    /// The page asks for a socket.
    Socket {
        /// The page's number for it, not in use at present.
        id: u32,
        /// Where it goes, under the scheme of the same origin's requests: `https:` for `wss:`, `http:` for `ws:`.
        target: Target<'a>,
        /// What it shall say first: the resource's own template. `None`: it takes a ticket.
        message: Option<&'a str>,
    },
    /// A socket's connection is there.
    Opened {
        /// The page's number.
        id: u32,
    },
    /// The page gave a request or a socket up, or it failed on the network, or the connection is closed.
    Gone {
        /// The page's number.
        id: u32,
    },
    /// The head of a response to a page's request, or to a socket's request for a ticket, has come.
    Response {
        /// The page's number.
        id: u32,
        /// Its status code.
        status: u16,
        /// Its `WWW-Authenticate` header, where visible.
        challenge: Option<&'a str>,
    },
    /// A request to the endpoints has ended.
    Answer {
        /// Its name.
        call: CallId,
        /// How it ended.
        http: Http<'a>,
    },
    /// The page asks for a log-out.
    Logout {
        /// The page's number for it.
        id: u32,
        /// In all browsers, not in this one alone.
        everywhere: bool,
    },
    /// The browser is online again, the page is visible or has been brought back.
    Awake,
    /// Another tab told what session it sees: its public id, or nothing when it saw it end.
    Heard {
        /// The public id.
        session: &'a str,
    },
}

/// What to do.
#[derive(Debug, PartialEq)]
pub enum Output<'a> {
    /// Make the page's request, or the socket's request for a ticket.
    Send {
        /// The page's number.
        id: u32,
        /// The `authorization` header. It goes nowhere else.
        authorization: &'a str,
        /// Whether redirects may be followed.
        follow: bool,
    },
    /// Drop the response that has come for the page's request; the request will be made again at once.
    Discard {
        /// The page's number.
        id: u32,
    },
    /// Hand the response that has come to the page, or open the socket with the ticket in it.
    Deliver {
        /// The page's number.
        id: u32,
    },
    /// Open the socket's connection; it takes no ticket.
    Connect {
        /// The page's number.
        id: u32,
    },
    /// Send this over the socket's open connection, at once and as it is.
    Greet {
        /// The page's number.
        id: u32,
        /// The resource's template with the token in it. It goes nowhere else.
        message: &'a str,
    },
    /// Close the socket's connection.
    HangUp {
        /// The page's number.
        id: u32,
        /// Why.
        cause: HangUp,
    },
    /// Tell the page that its request or its log-out has failed.
    Fail {
        /// The page's number.
        id: u32,
        /// Why.
        failure: Failure,
        /// The stable `code` that the endpoints gave for it, or nothing.
        reason: &'a str,
    },
    /// Make a request to the endpoints: POST, JSON.
    Call {
        /// Its name, to be given back.
        call: CallId,
        /// Which endpoint.
        route: Route,
        /// The `strongroom-attempt` header.
        attempt: Attempt,
        /// The body.
        body: &'a str,
    },
    /// Abort a request to the endpoints.
    Abort {
        /// Its name.
        call: CallId,
    },
    /// The log-out is done.
    LoggedOut {
        /// The page's number.
        id: u32,
        /// Where the provider's own log-out begins, if it has one.
        url: Option<String>,
    },
    /// The session's state has changed: tell the page.
    State {
        /// Whether someone is signed in.
        status: Status,
        /// Who, as JSON text.
        session: Option<&'a str>,
    },
    /// Tell the other tabs what session this one sees.
    Tell {
        /// Its public id, or nothing when it has ended.
        session: &'a str,
    },
    /// Nothing more to do until the next input; if nothing else comes, [`Input::Tick`] after this time.
    Wait(Option<Duration>),
}

/// Names a request to the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId {
    pub(super) slot: u16,
    pub(super) call: Call,
}

/// One of the endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// Who is signed in.
    Session,
    /// A token for one (audience, scope).
    Refresh,
    /// The end of the session.
    Logout,
}

/// Whether someone is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not known yet.
    Starting,
    /// Yes.
    SignedIn,
    /// No.
    SignedOut,
    /// The endpoints cannot be reached, and no token is left.
    Unreachable,
}

/// Why a socket is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HangUp {
    /// The session it belonged to is over.
    SessionOver,
    /// The token that it was opened with has expired or has been replaced, and it cannot be told another one.
    TokenOver,
}

/// Why a request of the page is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No resource covers it.
    ResourceNotAllowed,
    /// Neither https nor loopback.
    InsecureUrl,
    /// It carries a header that is the vault's to set.
    HeaderForbidden,
    /// Nobody is signed in.
    SignedOut,
    /// The session ended while it waited, or before all of the user's sessions could be ended with it.
    SessionEnded,
    /// The endpoints refuse to give a token.
    RefreshFailed,
    /// The endpoints cannot be reached.
    Unreachable,
    /// Too many are open.
    RequestLimit,
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unreachable => Failure::Unreachable,
            Trouble::Refused => Failure::RefreshFailed,
        }
    }
}
