//! The machine's rules, one a test.

use crate::rig::{
    Done, GREETING, OWN, Rig, config, only_call, problem, resource, session, token, token_of, url,
};
use std::time::Duration;
use strongroom::vault::refresh::TIMEOUT;
use strongroom::vault::{Config, ConfigError, Failure, Input, REQUEST_LIMIT, Route, Status};

const EXPIRED: Option<&str> = Some(r#"Bearer error="invalid_token""#);

fn sent(id: u32, authorization: &str) -> Done {
    Done::Send { id, authorization: authorization.to_owned(), follow: false }
}

#[test]
fn a_token_goes_to_a_listed_origin_and_nowhere_else() {
    let mut rig = Rig::signed_in(1);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    assert_eq!(rig.answer(call, 200, &token("t1", 600)), [sent(1, "Bearer t1")]);
    for (id, target) in [
        "https://api.example.com.evil.com/v1/me",
        "https://evil.com/api.example.com/v1/me",
        "https://api.example.com:8443/v1/me",
        "https://example.com/v1/me",
        "https://api.example.com/v10",
        "https://api.example.com/",
        "https://api.example.com/v1/..%2fadmin",
        "https://app.example.com/auth/refresh",
        "https://id.example.com/token",
    ]
    .into_iter()
    .enumerate()
    {
        let id = id as u32 + 10;
        assert_eq!(
            rig.fetch(id, target),
            [Done::Fail(id, Failure::ResourceNotAllowed, String::new())],
            "{target}"
        );
    }
    for target in
        ["http://api.example.com/v1/me", "ftp://api.example.com/v1/me", "ws://api.example.com/v1/me"]
    {
        assert_eq!(rig.fetch(9, target), [Done::Fail(9, Failure::InsecureUrl, String::new())], "{target}");
    }
    let mut with_credentials = url("https://api.example.com/v1/me");
    with_credentials.credentials = true;
    let input = Input::Fetch { id: 8, target: with_credentials, forbidden_header: false, replayable: true };
    assert_eq!(rig.handle(input), [Done::Fail(8, Failure::ResourceNotAllowed, String::new())]);
    assert_eq!(rig.vault.open_requests(), 1);
}

#[test]
fn each_audience_has_a_token_of_its_own_and_resources_share_by_audience() {
    let mut rig = Rig::signed_in(2);
    let (one, _, body) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    assert_eq!(body, r#"{"audience":"one"}"#);
    let (two, _, body) = only_call(&rig.fetch(2, "https://api.example.com/v2/me"));
    assert_eq!(body, r#"{"audience":"two"}"#);
    assert_eq!(rig.fetch(3, "https://files.example.com/x"), [], "waits for the refresh that is under way");
    assert_eq!(rig.answer(two, 200, &token("t2", 600)), [sent(2, "Bearer t2")]);
    let follow = Done::Send { id: 3, authorization: "Bearer t1".into(), follow: true };
    assert_eq!(rig.answer(one, 200, &token("t1", 600)), [sent(1, "Bearer t1"), follow]);
}

#[test]
fn configurations_that_could_leak_are_refused() {
    let make = |origin: &str| {
        let resources = vec![resource(origin, &[], "a")];
        let provider = url("https://id.example.com/");
        Config::new(&url(OWN), &url("https://app.example.com/auth"), Some(&provider), resources).map(|_| ())
    };
    assert_eq!(make("https://api.example.com"), Ok(()));
    assert_eq!(make("https://app.example.com"), Err(ConfigError::Forbidden));
    assert_eq!(make("https://id.example.com"), Err(ConfigError::Forbidden));
    let listed = |text: &str, bare: bool, path: &str| {
        Config::resource(&url(text), bare, vec![path.to_owned()], None, None, false).map(|_| ())
    };
    assert_eq!(listed("https://api.example.com", true, "/v1/"), Ok(()));
    assert_eq!(listed("http://api.example.com", true, "/v1/"), Err(ConfigError::Insecure));
    assert_eq!(listed("http://localhost:3000", true, "/v1/"), Ok(()));
    assert_eq!(listed("https://api.example.com/v1", true, "/v1/"), Err(ConfigError::NotAnOrigin));
    assert_eq!(listed("https://api.example.com", false, "/v1/"), Err(ConfigError::NotAnOrigin));
    assert_eq!(listed("https://*.example.com", true, "/v1/"), Err(ConfigError::NotAnOrigin));
    assert_eq!(listed("https://api.example.com", true, "v1"), Err(ConfigError::Path));
    assert_eq!(listed("https://api.example.com", true, "/v1%2Fx"), Err(ConfigError::Path));
    let elsewhere = url("https://auth.example.com/auth");
    let resources = config().resources().to_vec();
    let refused = Config::new(&url(OWN), &elsewhere, None, resources).map(|_| ());
    assert_eq!(refused, Err(ConfigError::EndpointsOrigin));
    let empty = Config::new(&url(OWN), &url("https://app.example.com/auth"), None, Vec::new()).map(|_| ());
    assert_eq!(empty, Err(ConfigError::Count));
}

#[test]
fn the_vaults_own_headers_are_refused() {
    let mut rig = Rig::signed_in(3);
    let target = url("https://api.example.com/v1/me");
    let done = rig.handle(Input::Fetch { id: 1, target, forbidden_header: true, replayable: true });
    assert_eq!(done, [Done::Fail(1, Failure::HeaderForbidden, String::new())]);
}

#[test]
fn an_expired_token_challenge_leads_to_one_refresh_and_one_retry() {
    let mut rig = Rig::signed_in(4);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    rig.pass(Duration::from_secs(5));
    rig.fetch(2, "https://api.example.com/v1/me");
    let done = rig.response(1, 401, EXPIRED);
    let (call, route, _) = only_call(&done);
    assert_eq!((route, done.len()), (Route::Refresh, 1), "the answer is kept until there is another token");
    assert_eq!(rig.response(2, 401, EXPIRED), [], "the second one joins");
    let done = rig.answer(call, 200, &token("t2", 600));
    assert_eq!(done, [Done::Discard(1), sent(1, "Bearer t2"), Done::Discard(2), sent(2, "Bearer t2")]);
    rig.pass(Duration::from_secs(5));
    assert_eq!(rig.response(1, 401, EXPIRED), [Done::Deliver(1)], "only once");
    assert_eq!(rig.response(2, 200, None), [Done::Deliver(2)]);
    assert_eq!(rig.vault.open_requests(), 0);
}

#[test]
fn a_retry_takes_the_newer_token_if_there_is_one() {
    let mut rig = Rig::signed_in(5);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    rig.fetch(2, "https://api.example.com/v1/me");
    rig.pass(Duration::from_secs(5));
    let (call, ..) = only_call(&rig.response(1, 401, EXPIRED));
    rig.answer(call, 200, &token("t2", 600));
    assert_eq!(rig.response(2, 401, EXPIRED), [Done::Discard(2), sent(2, "Bearer t2")]);
}

#[test]
fn a_retry_is_never_made_with_the_very_same_token() {
    const ME: &str = "https://api.example.com/v1/me";
    let mut rig = Rig::signed_in(28);
    let (call, ..) = only_call(&rig.fetch(1, ME));
    rig.answer(call, 200, &token("t1", 600));
    rig.response(1, 200, None);
    for id in 2..5 {
        rig.fetch(id, ME);
    }
    rig.socket(5, "https://api.example.com/v1/live", Some(GREETING));
    rig.handle(Input::Opened { id: 5 });
    rig.socket(6, "https://api.example.com/v1/live", None);
    rig.pass(Duration::from_secs(5));
    let (call, ..) = only_call(&rig.response(2, 401, EXPIRED));
    assert_eq!(rig.response(3, 401, EXPIRED), []);
    assert_eq!(rig.response(6, 401, EXPIRED), [], "a ticket's request neither");
    assert_eq!(rig.fetch(7, ME), [], "it has not been sent with that token");
    // The endpoints have nothing else to give: the resource's answers are the page's.
    assert_eq!(
        rig.answer(call, 200, &token("t1", 600)),
        [Done::Deliver(2), Done::Deliver(3), Done::Deliver(6), sent(7, "Bearer t1")],
        "and the socket is not told again what it knows"
    );
    assert_eq!(rig.response(4, 401, EXPIRED), [Done::Deliver(4)], "one that comes back later neither");
    assert_eq!(rig.response(7, 200, None), [Done::Deliver(7)]);
    assert_eq!(rig.vault.open_requests(), 0);
    assert_eq!(rig.vault.open_sockets(), 2);
}

#[test]
fn who_waits_after_a_refused_token_is_told_when_there_is_none() {
    let mut rig = Rig::signed_in(29);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    rig.pass(Duration::from_secs(5));
    let (call, ..) = only_call(&rig.response(1, 401, EXPIRED));
    let done = rig.answer(call, 401, &problem("session_ended"));
    assert_eq!(done[0], Done::Fail(1, Failure::SessionEnded, String::new()));
    assert_eq!(rig.vault.open_requests(), 0);
}

#[test]
fn a_log_out_everywhere_that_nobody_could_ask_for_is_none() {
    let ended = problem("session_ended");
    for everywhere in [false, true] {
        let mut rig = Rig::signed_in(30);
        let (call, ..) = only_call(&rig.handle(Input::Logout { id: 1, everywhere }));
        let outcome = match everywhere {
            true => Done::Fail(1, Failure::SessionEnded, String::new()),
            false => Done::LoggedOut(1, None),
        };
        let out = Done::State(Status::SignedOut, None);
        assert_eq!(rig.answer(call, 401, &ended), [out, outcome, Done::Tell(String::new())]);
    }
}

#[test]
fn no_retry_without_a_challenge_or_with_a_body_that_is_gone() {
    for (status, challenge, replayable) in [
        (401, None, true),
        (401, Some(r#"Bearer error="insufficient_scope""#), true),
        (403, EXPIRED, true),
        (401, EXPIRED, false),
    ] {
        let mut rig = Rig::signed_in(6);
        let target = url("https://api.example.com/v1/me");
        let done = rig.handle(Input::Fetch { id: 1, target, forbidden_header: false, replayable });
        let (call, ..) = only_call(&done);
        rig.answer(call, 200, &token("t1", 600));
        rig.pass(Duration::from_secs(5));
        assert_eq!(rig.response(1, status, challenge), [Done::Deliver(1)]);
    }
}

#[test]
fn only_session_ended_signs_out() {
    for status in [500, 502, 503, 429, 400, 403, 404, 401] {
        let mut rig = Rig::signed_in(7);
        let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
        let mut done = rig.answer(call, status, &problem("provider_unreachable"));
        while rig.vault.open_requests() > 0 {
            done = rig.sleep();
            if let Some(Done::Call { call, .. }) = done.first() {
                let call = *call;
                done = rig.answer(call, status, &problem("provider_unreachable"));
            }
        }
        let failure = if status < 429 { Failure::RefreshFailed } else { Failure::Unreachable };
        assert!(done.contains(&Done::Fail(1, failure, "provider_unreachable".into())), "{status}: {done:?}");
        assert!(
            !done.iter().any(|done| matches!(done, Done::State(Status::SignedOut, _))),
            "{status}: {done:?}"
        );
    }
    let mut rig = Rig::signed_in(8);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    let done = rig.answer(call, 401, &problem("session_ended"));
    assert_eq!(
        done,
        [
            Done::Fail(1, Failure::SessionEnded, String::new()),
            Done::State(Status::SignedOut, None),
            Done::Tell(String::new())
        ]
    );
    let refused = [Done::Fail(2, Failure::SignedOut, String::new())];
    assert_eq!(rig.fetch(2, "https://api.example.com/v1/me"), refused);
}

#[test]
fn an_answer_that_broke_off_is_asked_for_again_with_the_same_attempt() {
    let attempt = |done: &[Done]| match done {
        [Done::Call { call, attempt, .. }] => (*call, attempt.clone()),
        _ => panic!("{done:?}"),
    };
    let whole = token("token-a", 600);
    let mut rig = Rig::signed_in(21);
    let (mut call, first) = attempt(&rig.fetch(1, "https://api.example.com/v1/me"));
    for end in [whole.len() - 1, 1] {
        assert_eq!(rig.answer(call, 200, &whole[..end]), [], "nobody is told of it");
        let (next, again) = attempt(&rig.sleep());
        assert_eq!(again, first, "so that the endpoints can repeat what they have answered");
        call = next;
    }
    assert_eq!(rig.answer(call, 200, &whole), [sent(1, "Bearer token-a")]);
}

#[test]
fn an_unreachable_server_is_said_and_recovered_from_without_a_hand() {
    let mut rig = Rig::new(9);
    let (mut call, ..) = only_call(&rig.handle(Input::Start));
    let mut done = rig.lost(call);
    for _ in 0..2 {
        (call, ..) = only_call(&rig.sleep());
        done = rig.lost(call);
    }
    assert_eq!(done, [Done::State(Status::Unreachable, None)]);
    (call, ..) = only_call(&rig.sleep());
    let done = rig.answer(call, 200, &session("s1"));
    assert!(matches!(done[0], Done::State(Status::SignedIn, Some(_))), "{done:?}");
}

#[test]
fn while_a_token_lives_a_failing_refresh_disturbs_nobody() {
    let mut rig = Rig::signed_in(10);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    rig.fetch(2, "https://api.example.com/v1/me");
    let mut failed = 0;
    while rig.now.wall.as_secs() < 1_000_000 + 550 {
        let done = rig.sleep();
        if let Some(Done::Call { call, .. }) = done.first() {
            let call = *call;
            assert_eq!(rig.lost(call), []);
            failed += 1;
        }
    }
    assert!(failed > 3);
    let id = 3;
    assert_eq!(rig.fetch(id, "https://api.example.com/v1/me"), [sent(id, "Bearer t1")]);
}

#[test]
fn log_out_wipes_aborts_tells_and_fails_those_who_wait() {
    let mut rig = Rig::signed_in(11);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    let done = rig.handle(Input::Logout { id: 2, everywhere: true });
    assert_eq!(done[..2], [Done::Abort(call), Done::Fail(1, Failure::SignedOut, String::new())]);
    let (logout, route, body) = only_call(&done);
    assert_eq!((route, body.as_str()), (Route::Logout, r#"{"everywhere":true}"#));
    assert_eq!(rig.answer(call, 200, &token("late", 600)), [], "a late answer of the old epoch is dropped");
    assert_eq!(
        rig.answer(logout, 200, r#"{"logout_url":"https://id.example.com/end?x=1"}"#),
        [
            Done::State(Status::SignedOut, None),
            Done::LoggedOut(2, Some("https://id.example.com/end?x=1".into())),
            Done::Tell(String::new())
        ]
    );
    assert!(!format!("{:?}", rig.vault).contains("late"));
}

#[test]
fn a_tokens_bytes_are_kept_no_longer_than_it_is_good() {
    let with_token = || {
        let mut rig = Rig::signed_in(17);
        let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
        rig.answer(call, 200, &token("t1", 600));
        assert_eq!(rig.vault.tokens_held(), 1);
        rig.pass(Duration::from_secs(5));
        rig
    };
    let mut signed_out = with_token();
    signed_out.handle(Input::Logout { id: 2, everywhere: false });
    assert_eq!(signed_out.vault.tokens_held(), 0);
    let mut rejected = with_token();
    rejected.response(1, 401, EXPIRED);
    assert_eq!(rejected.vault.tokens_held(), 0);
    let mut expired = with_token();
    expired.sleep();
    assert_eq!(expired.vault.tokens_held(), 0);
    let mut replaced = with_token();
    let (call, ..) = only_call(&replaced.handle(Input::Heard { session: "s2" }));
    replaced.answer(call, 200, &session("s2"));
    assert_eq!(replaced.vault.tokens_held(), 0);
}

#[test]
fn a_log_out_that_fails_claims_nothing_and_looks_again() {
    for lost in [true, false] {
        let mut rig = Rig::signed_in(12);
        let (logout, ..) = only_call(&rig.handle(Input::Logout { id: 2, everywhere: false }));
        let done = if lost {
            rig.lost(logout)
        } else {
            rig.pass(TIMEOUT);
            rig.handle(Input::Tick)
        };
        assert!(done.contains(&Done::Fail(2, Failure::Unreachable, String::new())), "{done:?}");
        let (call, route, _) = only_call(&done);
        assert_eq!(route, Route::Session);
        rig.answer(call, 200, &session("s1"));
        let (_, route, _) = only_call(&rig.fetch(3, "https://api.example.com/v1/me"));
        assert_eq!(route, Route::Refresh);
    }
}

#[test]
fn what_another_tab_says_is_looked_into_not_believed() {
    let mut rig = Rig::signed_in(13);
    assert_eq!(rig.handle(Input::Heard { session: "s1" }), [], "known already");
    let (call, route, _) = only_call(&rig.handle(Input::Heard { session: "" }));
    assert_eq!(route, Route::Session);
    assert_eq!(
        rig.answer(call, 200, &session("s1")),
        [Done::Tell("s1".into())],
        "the other one is set right"
    );
    let (call, ..) = only_call(&rig.handle(Input::Heard { session: "" }));
    let done = rig.answer(call, 401, &problem("session_ended"));
    assert_eq!(done[0], Done::State(Status::SignedOut, None));
    let (call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
    let done = rig.answer(call, 200, &session("s2"));
    assert!(matches!(&done[0], Done::State(Status::SignedIn, Some(text)) if text.contains("s2")), "{done:?}");
}

#[test]
fn tokens_of_another_session_are_dropped() {
    let mut rig = Rig::signed_in(14);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    let (session_call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
    let (refresh, ..) = only_call(&rig.fetch(2, "https://api.example.com/v2/me"));
    let done = rig.answer(session_call, 200, &session("s2"));
    assert!(done.contains(&Done::Abort(refresh)), "{done:?}");
    let (again, ..) = only_call(&done);
    assert_ne!(again, refresh);
    let (call, route, _) = only_call(&rig.fetch(3, "https://api.example.com/v1/me"));
    assert_eq!(route, Route::Refresh, "the old session's token is not used: {call:?}");
}

#[test]
fn open_requests_are_limited() {
    let mut rig = Rig::signed_in(15);
    for id in 0..REQUEST_LIMIT as u32 {
        rig.fetch(id, "https://api.example.com/v1/me");
    }
    let id = REQUEST_LIMIT as u32;
    let refused = [Done::Fail(id, Failure::RequestLimit, String::new())];
    assert_eq!(rig.fetch(id, "https://api.example.com/v1/me"), refused);
    rig.handle(Input::Gone { id: 0 });
    assert_eq!(rig.fetch(id, "https://api.example.com/v1/me"), []);
}

#[test]
fn attempts_of_different_tokens_have_different_ids() {
    let mut rig = Rig::signed_in(16);
    let (one, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    let (two, ..) = only_call(&rig.fetch(2, "https://api.example.com/v2/me"));
    rig.answer(one, 200, &token("t1", 600));
    rig.answer(two, 200, &token("t2", 600));
    rig.fetch(3, "https://api.example.com/v1/me");
    rig.fetch(4, "https://api.example.com/v2/me");
    rig.pass(Duration::from_secs(560));
    let done = rig.handle(Input::Tick);
    let attempts: Vec<_> = done
        .iter()
        .filter_map(|done| if let Done::Call { attempt, .. } = done { Some(attempt) } else { None })
        .collect();
    assert_eq!(attempts.len(), 2, "{done:?}");
    assert_ne!(attempts[0], attempts[1]);
}

#[test]
fn what_one_user_asked_for_is_not_done_as_another() {
    const ME: &str = "https://api.example.com/v1/me";
    let bobs = |seconds| token_of("s2", "bob", "bobs", seconds);
    let ended = Done::Fail(1, Failure::SessionEnded, String::new());
    // It waits, and the session says that somebody else is signed in.
    let mut rig = Rig::signed_in(18);
    rig.fetch(1, ME);
    let (call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
    let done = rig.answer(call, 200, r#"{"session":{"id":"s2","subject":"bob"}}"#);
    assert!(done.contains(&ended), "{done:?}");
    assert_eq!(rig.vault.open_requests(), 0);
    // It waits, and the token itself is somebody else's.
    let mut rig = Rig::signed_in(19);
    let (call, ..) = only_call(&rig.fetch(1, ME));
    let done = rig.answer(call, 200, &bobs(600));
    assert!(done.contains(&ended) && !format!("{done:?}").contains("Send"), "{done:?}");
    assert_eq!(
        rig.fetch(2, ME),
        [Done::Send { id: 2, authorization: "Bearer bobs".into(), follow: false }],
        "what is asked for afterwards is"
    );
    // It is on its way, and comes back for another token.
    for ends in [false, true] {
        let mut rig = Rig::signed_in(20);
        let (call, ..) = only_call(&rig.fetch(1, ME));
        rig.answer(call, 200, &token("t1", 600));
        rig.pass(Duration::from_secs(5));
        if ends {
            let (call, ..) = only_call(&rig.handle(Input::Heard { session: "" }));
            rig.answer(call, 401, &problem("session_ended"));
        }
        let (call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
        rig.answer(call, 200, r#"{"session":{"id":"s2","subject":"bob"}}"#);
        assert_eq!(rig.response(1, 401, EXPIRED), [Done::Deliver(1)], "it was ended before: {ends}");
    }
}

#[test]
fn another_session_of_the_same_user_goes_on_with_what_waits() {
    let mut rig = Rig::signed_in(22);
    rig.fetch(1, "https://api.example.com/v1/me");
    let (call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
    let (call, ..) = only_call(&rig.answer(call, 200, &session("s2")));
    let done = rig.answer(call, 200, &token_of("s2", "ada", "t2", 600));
    assert_eq!(done, [sent(1, "Bearer t2")]);
}

#[test]
fn a_refused_session_is_asked_for_again_ever_less_often() {
    for status in [400, 403, 404, 408, 421, 425] {
        let mut rig = Rig::new(23);
        let (mut call, ..) = only_call(&rig.handle(Input::Start));
        let mut pauses = Vec::new();
        for _ in 0..10 {
            rig.answer(call, status, "");
            pauses.push(rig.wait.expect("it goes on trying"));
            (call, ..) = only_call(&rig.sleep());
        }
        assert!(pauses[9] >= Duration::from_secs(15), "{status}: {pauses:?}");
        let done = rig.answer(call, 200, &session("s1"));
        assert!(matches!(done[0], Done::State(Status::SignedIn, Some(_))), "{status}: {done:?}");
    }
}

#[test]
fn a_token_that_is_dead_on_arrival_loses_no_request_and_turns_into_no_flood() {
    let mut rig = Rig::signed_in(24);
    let (call, ..) = only_call(&rig.fetch(1, "https://api.example.com/v1/me"));
    rig.answer(call, 200, &token("t1", 600));
    rig.response(1, 200, None);
    rig.socket(2, "https://api.example.com/v1/live", Some(GREETING));
    rig.handle(Input::Opened { id: 2 });
    rig.pass(Duration::from_secs(595));
    let (mut call, ..) = only_call(&rig.handle(Input::Tick));
    assert_eq!(rig.fetch(3, "https://api.example.com/v1/me"), []);
    for _ in 0..2 {
        assert_eq!(rig.answer(call, 200, &token("dead", 0)), [], "no other question at once");
        assert!(rig.wait.expect("another question later") >= Duration::from_millis(200));
        (call, ..) = only_call(&rig.sleep());
    }
    assert_eq!(
        rig.answer(call, 200, &token("t9", 600)).last(),
        Some(&Done::Greet(2, GREETING.replace("{token}", "t9")))
    );
    assert_eq!(rig.response(3, 200, None), [Done::Deliver(3)]);
}

#[test]
fn log_outs_at_once_are_one() {
    let out = |id| Done::LoggedOut(id, Some("https://id.example.com/end".into()));
    let answer = r#"{"logout_url":"https://id.example.com/end"}"#;
    let mut rig = Rig::signed_in(25);
    let (call, ..) = only_call(&rig.handle(Input::Logout { id: 1, everywhere: false }));
    assert_eq!(rig.handle(Input::Logout { id: 2, everywhere: false }), []);
    let done = rig.answer(call, 200, answer);
    assert_eq!(done[1..3], [out(1), out(2)]);
    // One that wants more is asked for in place of the first.
    let mut rig = Rig::signed_in(26);
    let (first, ..) = only_call(&rig.handle(Input::Logout { id: 1, everywhere: false }));
    let done = rig.handle(Input::Logout { id: 2, everywhere: true });
    let (second, _, body) = only_call(&done);
    assert_eq!((&done[0], body.as_str()), (&Done::Abort(first), r#"{"everywhere":true}"#));
    assert_eq!(rig.handle(Input::Logout { id: 3, everywhere: false }), []);
    assert_eq!(rig.answer(second, 200, answer)[1..4], [out(1), out(2), out(3)]);
    let mut rig = Rig::signed_in(27);
    let (call, ..) = only_call(&rig.handle(Input::Logout { id: 1, everywhere: true }));
    rig.handle(Input::Logout { id: 2, everywhere: false });
    let done = rig.lost(call);
    assert_eq!(done[..2], [1, 2].map(|id| Done::Fail(id, Failure::Unreachable, String::new())));
}
