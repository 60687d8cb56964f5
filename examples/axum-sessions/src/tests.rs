//! The endpoints inside axum, over the store in memory, whose clock these tests turn.

use crate::app;
use crate::memory::Memory;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, ORIGIN, RETRY_AFTER, SET_COOKIE,
};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use strongroom::endpoints::{Config, Endpoints, MAX_BODY, Refreshed, Row, Store};
use strongroom::session::{Alert, Family, KeyRing, Outcome, Shard};
use strongroom::time::Timestamp;
use tower::ServiceExt;

const APP: &str = "https://app.example";
const PASSWORD: &str = "correct horse battery staple";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    told: Option<Refreshed>,
    body: Value,
}

impl Answer {
    fn outcome(&self) -> &str {
        self.headers.get("strongroom-outcome").map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["code"].as_str().unwrap_or_default())
    }
}

/// One cookie jar.
#[derive(Clone)]
struct Browser {
    app: Router,
    cookie: Option<String>,
}

fn attempt() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    // 16 bytes as base64url: 22 characters, of which the last has two bits.
    format!("{:0>21}A", COUNT.fetch_add(1, Ordering::Relaxed))
}

impl Browser {
    fn new(store: &Memory) -> Browser {
        Browser { app: app(APP, store.clone()).unwrap(), cookie: None }
    }

    async fn send(&mut self, request: Request) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let told = response.extensions().get().cloned();
        if let Some(set) = headers.get(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            let is_cleared = pair.ends_with('=');
            self.cookie = (!is_cleared).then(|| pair.to_owned());
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, told, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
    }

    fn post(&self, path: &str, attempt: &str) -> axum::http::request::Builder {
        let mut request = Request::builder().method("POST").uri(path);
        request = request
            .header(ORIGIN, APP)
            .header(CONTENT_TYPE, "application/json")
            .header("strongroom-attempt", attempt);
        match &self.cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        }
    }

    async fn call(&mut self, path: &str, body: &Value) -> Answer {
        self.call_as(path, body, &attempt()).await
    }

    async fn call_as(&mut self, path: &str, body: &Value, attempt: &str) -> Answer {
        let body = body.to_string();
        let request = self.post(path, attempt).body(Body::from(body)).unwrap();
        self.send(request).await
    }

    async fn sign_in(&mut self, name: &str) -> Answer {
        self.call("/login", &json!({ "name": name, "password": PASSWORD })).await
    }

    async fn refresh(&mut self) -> Answer {
        self.call("/auth/refresh", &json!({})).await
    }
}

fn later(store: &Memory, seconds: u64) {
    *store.ahead.lock().unwrap() += Duration::from_secs(seconds);
}

#[tokio::test]
async fn a_session_opens_rotates_serves_the_api_and_ends() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    assert_eq!(browser.refresh().await.body["reason"], json!("missing"));
    let wrong = browser.call("/login", &json!({ "name": "ada", "password": "guess" })).await;
    assert_eq!((wrong.status, &browser.cookie), (StatusCode::UNAUTHORIZED, &None));
    assert_eq!(browser.sign_in("ada").await.status, StatusCode::OK);
    let first = browser.cookie.clone();

    let young = browser.refresh().await;
    assert_eq!((young.outcome(), &browser.cookie), ("no_rotate", &first));
    later(&store, 480);
    let rotated = browser.refresh().await;
    assert_eq!(rotated.outcome(), "rotated");
    assert_ne!(browser.cookie, first);
    let set = rotated.headers[SET_COOKIE].to_str().unwrap();
    assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"), "{set}");
    assert_eq!(rotated.headers[CACHE_CONTROL], "no-store");
    let body = &rotated.body;
    assert_eq!(
        (&body["token_type"], &body["scope"], &body["expires_in"]),
        (&json!("Bearer"), &json!("account"), &json!(600))
    );
    assert_eq!(body["session"]["subject"], json!("ada"));

    let token = format!("Bearer {}", body["access_token"].as_str().unwrap());
    let me = Request::builder().uri("/me").header(AUTHORIZATION, token).body(Body::empty()).unwrap();
    assert_eq!(browser.send(me).await.body, json!({ "hello": "ada", "sessions": 1 }));

    let session = browser.call("/auth/session", &json!({})).await;
    assert_eq!(session.body["session"], body["session"]);
    assert_eq!(session.body.get("access_token"), None);

    assert_eq!(browser.call("/auth/logout", &json!({})).await.status, StatusCode::OK);
    assert_eq!(browser.cookie, None);
    assert!(store.list("ada").is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_fifty_refreshes_at_once_one_rotates() {
    for _ in 0..20 {
        let store = Memory::default();
        let mut browser = Browser::new(&store);
        browser.sign_in("ada").await;
        later(&store, 480);
        let tabs = (0..50).map(|_| {
            let mut tab = browser.clone();
            tokio::spawn(async move {
                let answer = tab.refresh().await;
                assert!(answer.body["access_token"].is_string(), "{:?}", answer.code());
                assert_eq!(answer.headers.contains_key(SET_COOKIE), answer.outcome() == "rotated");
                answer.outcome().to_owned()
            })
        });
        let mut outcomes = Vec::new();
        for tab in tabs.collect::<Vec<_>>() {
            outcomes.push(tab.await.unwrap());
        }
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "rotated").count(), 1);
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "coalesced").count(), 49);
    }
}

#[tokio::test]
async fn a_lost_answer_is_given_again_and_a_copied_jar_ends_the_session() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    later(&store, 480);
    let mut thief = browser.clone();
    let lost = browser.cookie.clone();
    let attempt = attempt();
    browser.call_as("/auth/refresh", &json!({}), &attempt).await;
    let given = browser.cookie.clone();
    browser.cookie = lost;
    let again = browser.call_as("/auth/refresh", &json!({}), &attempt).await;
    assert_eq!((again.outcome(), &browser.cookie), ("replay", &given));

    later(&store, 480);
    assert_eq!(browser.refresh().await.outcome(), "rotated");
    later(&store, 480);
    let stolen = thief.refresh().await;
    assert_eq!(
        (stolen.outcome(), stolen.code(), &stolen.body["reason"]),
        ("reuse", (401, "session_ended"), &json!("reuse"))
    );
    assert!(!stolen.headers.contains_key(SET_COOKIE));
    let told = stolen.told.unwrap();
    assert_eq!((told.outcome, told.alert), (Outcome::Reuse, Some(Alert::Reuse)));
    assert_eq!(browser.refresh().await.body["reason"], json!("revoked"));
}

#[tokio::test]
async fn what_no_page_of_ours_could_send_is_refused_and_touches_nothing() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    let cookie = browser.cookie.clone().unwrap();
    let rows = store.list("ada");
    for path in ["/auth/refresh", "/auth/session", "/auth/logout", "/login"] {
        let base = || Request::builder().method("POST").uri(path).header(COOKIE, &cookie);
        let json = |request: axum::http::request::Builder| request.header(CONTENT_TYPE, "application/json");
        let tried = |request: axum::http::request::Builder| request.header("strongroom-attempt", attempt());
        let cases = [
            (tried(json(base())), 403, "origin_refused"),
            (tried(json(base().header(ORIGIN, "https://evil.example"))), 403, "origin_refused"),
            (tried(json(base().header(ORIGIN, "null"))), 403, "origin_refused"),
            (tried(json(base().header(ORIGIN, APP).header(ORIGIN, APP))), 403, "origin_refused"),
            (
                tried(json(base().header(ORIGIN, APP).header("sec-fetch-site", "same-site"))),
                403,
                "fetch_site_refused",
            ),
            (
                tried(base().header(ORIGIN, APP).header(CONTENT_TYPE, "text/plain")),
                415,
                "content_type_refused",
            ),
            (json(base().header(ORIGIN, APP)), 400, "attempt_missing"),
        ];
        for (request, status, code) in cases {
            let answer = browser.send(request.body(Body::from("{}")).unwrap()).await;
            assert_eq!((path, answer.code()), (path, (status, code)));
            assert!(!answer.headers.contains_key(SET_COOKIE), "{path}: {code}");
        }
    }
    let get = Request::builder().uri("/auth/refresh").body(Body::empty()).unwrap();
    let answer = browser.send(get).await;
    assert_eq!(
        (answer.code(), answer.headers[ALLOW].to_str().unwrap()),
        ((405, "method_not_allowed"), "POST")
    );
    for body in ["", "[]", "{\"audience\":7}", "{} {}", &format!("{{\"scope\":\"{}\"}}", "a".repeat(5000))] {
        let request = browser.post("/auth/refresh", &attempt());
        let answer = browser.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert_eq!(answer.code(), (400, "request_invalid"));
    }
    let asked = [
        (json!({ "audience": "https://evil.example" }), "resource_unknown"),
        (json!({ "scope": "admin" }), "scope_refused"),
    ];
    for (asked, code) in asked {
        assert_eq!(browser.call("/auth/refresh", &asked).await.code(), (400, code));
    }
    assert_eq!(store.list("ada"), rows, "a refused request has written");
    assert_eq!(browser.call("/auth/nothing", &json!({})).await.status, StatusCode::NOT_FOUND);
}

/// A server that reads whole bodies, whatever their size, is held to the limit all the same.
#[tokio::test]
async fn a_large_body_is_refused_whoever_reads_it() {
    let keys = KeyRing::new([[1; 32]]).unwrap();
    let endpoints =
        Endpoints::new(Config::new([APP]), keys, Memory::default(), crate::issuer::Issuer).unwrap();
    for (size, code) in [(MAX_BODY, "session_ended"), (MAX_BODY + 1, "request_invalid")] {
        let body = format!("{{{}}}", " ".repeat(size - 2));
        let request = Request::builder()
            .method("POST")
            .uri("/auth/refresh")
            .header(ORIGIN, APP)
            .header(CONTENT_TYPE, "application/json")
            .header("strongroom-attempt", attempt())
            .body(body)
            .unwrap();
        let answer: Value = serde_json::from_str(endpoints.handle(&request).await.body()).unwrap();
        assert_eq!(answer["code"], json!(code));
    }
}

#[tokio::test]
async fn forged_cookies_are_noise() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    let good = browser.cookie.clone().unwrap();
    let (name, handle) = good.split_once('=').unwrap();
    let last = if handle.ends_with('A') { 'B' } else { 'A' };
    for (forged, reason) in [
        (format!("{name}={}{last}", &handle[..handle.len() - 1]), "unknown"),
        (format!("{name}=x"), "malformed"),
        (format!("{good}; {good}"), "malformed"),
        (format!("x{good}"), "missing"),
    ] {
        browser.cookie = Some(forged);
        let answer = browser.refresh().await;
        assert_eq!(answer.code(), (401, "session_ended"));
        // A last character may also spell bits that no handle has.
        let found = answer.body["reason"].as_str().unwrap();
        assert!(found == reason || (reason, found) == ("unknown", "malformed"), "{found}");
    }
    browser.cookie = Some(good);
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_store_that_is_away_logs_nobody_out() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    later(&store, 480);
    *store.away_after.lock().unwrap() = Some(0);
    for path in ["/auth/refresh", "/auth/session"] {
        let answer = browser.call(path, &json!({})).await;
        assert_eq!(answer.code(), (503, "store_unavailable"));
        assert!(answer.headers.contains_key(RETRY_AFTER) && !answer.headers.contains_key(SET_COOKIE));
    }
    *store.away_after.lock().unwrap() = None;
    assert_eq!(browser.refresh().await.outcome(), "rotated");
}

#[tokio::test(start_paused = true)]
async fn a_login_replaces_what_was_in_the_jar_and_waits_for_what_is_under_way() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("mallory").await;
    let planted = browser.cookie.clone();
    let mut thief = browser.clone();
    // While an answer with the successor is on its way to this jar.
    later(&store, 480);
    thief.refresh().await;
    let began = tokio::time::Instant::now();
    browser.sign_in("ada").await;
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_ne!(browser.cookie, planted);
    assert_eq!(browser.refresh().await.body["session"]["subject"], json!("ada"));
    assert_eq!(thief.refresh().await.body["reason"], json!("revoked"));
    // Presented since, so that nothing is under way: no wait.
    let began = tokio::time::Instant::now();
    browser.sign_in("ada").await;
    assert_eq!(began.elapsed().as_secs(), 0);
}

#[tokio::test]
async fn log_out_everywhere_takes_a_good_handle() {
    let store = Memory::default();
    let (mut phone, mut laptop) = (Browser::new(&store), Browser::new(&store));
    phone.sign_in("ada").await;
    laptop.sign_in("ada").await;
    later(&store, 480);
    let mut stale = phone.clone();
    phone.refresh().await;
    later(&store, 480);
    phone.refresh().await;
    later(&store, 480);
    // An old handle ends its own session, as evidence of a second jar would, and no other.
    assert_eq!(
        stale.call("/auth/logout", &json!({ "everywhere": true })).await.code(),
        (401, "session_ended")
    );
    assert_eq!(stale.cookie, None);
    assert_eq!(store.list("ada").len(), 1);
    laptop.call("/auth/logout", &json!({ "everywhere": true })).await;
    assert!(store.list("ada").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_login_that_the_store_cuts_short_signs_nobody_out() {
    for calls in 0.. {
        let store = Memory::default();
        let mut browser = Browser::new(&store);
        browser.sign_in("ada").await;
        let before = browser.cookie.clone();
        *store.away_after.lock().unwrap() = Some(calls);
        let answer = browser.sign_in("ada").await;
        *store.away_after.lock().unwrap() = None;
        if answer.status.is_success() {
            assert!(calls > 3 && store.list("ada").len() == 1);
            return;
        }
        assert_eq!(browser.cookie, before);
        assert_eq!(browser.refresh().await.status, StatusCode::OK, "after {calls} calls");
    }
}

#[tokio::test]
async fn log_out_everywhere_says_so_only_when_it_is() {
    for calls in 0.. {
        let store = Memory::default();
        let (mut phone, mut laptop) = (Browser::new(&store), Browser::new(&store));
        phone.sign_in("ada").await;
        laptop.sign_in("ada").await;
        let mut again = phone.clone();
        *store.away_after.lock().unwrap() = Some(calls);
        let answer = phone.call("/auth/logout", &json!({ "everywhere": true })).await;
        *store.away_after.lock().unwrap() = None;
        if answer.status.is_success() {
            assert!(calls > 1 && store.list("ada").is_empty());
            return;
        }
        assert_eq!(answer.code(), (503, "store_unavailable"));
        let answer = phone.call("/auth/logout", &json!({ "everywhere": true })).await;
        assert_eq!(answer.code(), (401, "session_ended"), "nobody is signed in here any more");
        // The request again, as it was: nothing stands in its way.
        again.call("/auth/logout", &json!({ "everywhere": true })).await;
        assert!(store.list("ada").is_empty(), "after {calls} calls");
    }
}

#[tokio::test]
async fn a_log_out_that_cannot_be_understood_changes_nothing() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    let request = browser.post("/auth/logout", &attempt()).body(Body::from("[]")).unwrap();
    let answer = browser.send(request).await;
    assert_eq!(answer.code(), (400, "request_invalid"));
    assert!(!answer.headers.contains_key(SET_COOKIE));
    assert_eq!(browser.refresh().await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_earlier_revocation_takes_nothing_back() {
    let store = Memory::default();
    let mut browser = Browser::new(&store);
    browser.sign_in("ada").await;
    let (shard, row) = (Shard::SINGLE, store.list("ada").remove(0));
    store.revoke_subject(shard, "ada", row.created_at).await.unwrap();
    store.revoke_subject(shard, "ada", Timestamp::from_millis(0)).await.unwrap();
    store.create(Row { family: Family([7; 16]), revoked: false, ..row }).await.unwrap();
    assert!(store.list("ada").is_empty());
}

#[tokio::test]
async fn ending_all_sessions_ends_a_login_whose_proof_is_being_looked_at() {
    let (store, keys) = (Memory::default(), KeyRing::new([[1; 32]]).unwrap());
    let sessions = Endpoints::new(Config::new([APP]), keys, store.clone(), crate::issuer::Issuer).unwrap();
    let (nothing, minute) = (HeaderMap::new(), Duration::from_secs(60));
    // The proof comes in; a minute later the user ends everything; a minute later it is found good.
    let ended = store.now(Shard::SINGLE).await.unwrap() + minute;
    store.revoke_subject(Shard::SINGLE, "ada", ended).await.unwrap();
    later(&store, 120);
    sessions.open(&nothing, "ada", None, 2 * minute).await.unwrap();
    assert!(store.list("ada").is_empty());
    // One whose proof came after that lives; and what is older than time itself is no error.
    sessions.open(&nothing, "ada", None, Duration::ZERO).await.unwrap();
    assert_eq!(store.list("ada").len(), 1);
    sessions.open(&nothing, "grace", None, Duration::MAX).await.unwrap();
    assert_eq!(store.list("grace").len(), 1);
}

#[test]
fn a_configuration_that_is_not_safe_is_refused() {
    for origin in ["*", "http://app.example", "https://app.example/", "https://*.example"] {
        let keys = KeyRing::new([[1; 32]]).unwrap();
        assert!(
            Endpoints::new(Config::new([origin]), keys, Memory::default(), crate::issuer::Issuer).is_err()
        );
    }
}
