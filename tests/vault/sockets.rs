//! Sockets: who gets one, what it is told, and when it must end.

use crate::rig::{Done, GREETING, Rig, only_call, problem, token};
use std::time::Duration;
use strongroom::vault::{Failure, HangUp, Input, REQUEST_LIMIT, Target};

const LIVE: &str = "https://api.example.com/v1/live";

fn greeting(token: &str) -> String {
    GREETING.replace("{token}", token)
}

/// A vault with a token of 600 s, by a request that is done.
fn with_token(seed: u64, value: &str) -> Rig {
    let mut rig = Rig::signed_in(seed);
    let (call, ..) = only_call(&rig.fetch(1, LIVE));
    rig.answer(call, 200, &token(value, 600));
    rig.response(1, 200, None);
    rig
}

/// The same with an open socket, number 2, that has been told the token.
fn told(seed: u64) -> Rig {
    let mut rig = with_token(seed, "t1");
    assert_eq!(rig.socket(2, LIVE, Some(GREETING)), [Done::Connect(2)]);
    assert_eq!(rig.handle(Input::Opened { id: 2 }), [Done::Greet(2, greeting("t1"))]);
    rig
}

/// The same with one by ticket.
fn ticketed(seed: u64) -> Rig {
    let mut rig = with_token(seed, "t1");
    let sent = Done::Send { id: 2, authorization: "Bearer t1".into(), follow: false };
    assert_eq!(rig.socket(2, "https://api.example.com/v1/live", None), [sent]);
    assert_eq!(rig.response(2, 200, None), [Done::Deliver(2)]);
    assert_eq!(rig.handle(Input::Opened { id: 2 }), []);
    rig
}

#[test]
fn the_attach_rules_are_those_of_requests() {
    let mut rig = with_token(1, "t1");
    for message in [None, Some(GREETING)] {
        for (id, target) in [
            "https://api.example.com.evil.com/v1/live",
            "https://api.example.com:8443/v1/live",
            "https://api.example.com/v10",
            "https://app.example.com/auth/refresh",
            "https://id.example.com/token",
        ]
        .into_iter()
        .enumerate()
        {
            let id = id as u32 + 10;
            let fail = Done::Fail(id, Failure::ResourceNotAllowed, String::new());
            assert_eq!(rig.socket(id, target, message), [fail], "{target}");
        }
        let fail = Done::Fail(9, Failure::InsecureUrl, String::new());
        assert_eq!(rig.socket(9, "http://api.example.com/v1/live", message), [fail]);
        let target = Target { credentials: true, ..crate::rig::url(LIVE) };
        let fail = Done::Fail(9, Failure::ResourceNotAllowed, String::new());
        assert_eq!(rig.handle(Input::Socket { id: 9, target, message }), [fail]);
    }
    assert_eq!((rig.vault.open_requests(), rig.vault.open_sockets()), (0, 0));
}

#[test]
fn a_page_cannot_choose_what_the_token_is_said_in() {
    let mut rig = with_token(2, "t1");
    for template in ["{token}", r#"{"chat":"{token}"}"#, "", r#"{"auth":"{token}"} "#] {
        let fail = Done::Fail(2, Failure::ResourceNotAllowed, String::new());
        assert_eq!(rig.socket(2, LIVE, Some(template)), [fail], "{template}");
    }
    let fail = Done::Fail(2, Failure::ResourceNotAllowed, String::new());
    assert_eq!(
        rig.socket(2, "https://api.example.com/v2/live", Some(GREETING)),
        [fail],
        "another resource's"
    );
}

#[test]
fn templates_have_one_place_for_the_token() {
    let make = |template: &str| {
        crate::rig::resource("https://api.example.com", &[], "a")
            .with_socket_message(template.to_owned())
            .is_ok()
    };
    assert!(make("{token}"));
    for template in ["", "token", "{token", "{token}{token}"] {
        assert!(!make(template), "{template}");
    }
}

#[test]
fn a_socket_waits_for_a_token_and_is_told_the_present_one_once_it_is_open() {
    let mut rig = Rig::signed_in(3);
    let done = rig.socket(2, LIVE, Some(GREETING));
    let (call, _, body) = only_call(&done);
    assert_eq!(body, r#"{"audience":"one"}"#);
    assert_eq!(rig.answer(call, 200, &token("t1", 600)), [Done::Connect(2)]);
    assert_eq!((rig.vault.open_requests(), rig.vault.open_sockets()), (0, 1));
    rig.pass(Duration::from_secs(595));
    let (call, ..) = only_call(&rig.handle(Input::Opened { id: 2 }));
    assert_eq!(rig.answer(call, 200, &token("t2", 600)), [Done::Greet(2, greeting("t2"))]);
}

#[test]
fn an_open_socket_is_told_each_new_token_ahead_of_time() {
    let mut rig = told(4);
    for round in 2..5 {
        let (call, ..) = only_call(&rig.sleep());
        let next = format!("t{round}");
        assert_eq!(rig.answer(call, 200, &token(&next, 600)), [Done::Greet(2, greeting(&next))]);
    }
    rig.handle(Input::Gone { id: 2 });
    let (call, ..) = only_call(&rig.sleep());
    rig.answer(call, 200, &token("t5", 600));
    assert_eq!(rig.sleep(), [], "nobody has used that one");
}

#[test]
fn a_socket_that_cannot_be_told_another_token_is_closed_when_its_own_is_over() {
    let mut rig = told(5);
    let (mut call, ..) = only_call(&rig.sleep());
    let mut closed = Vec::new();
    for _ in 0..40 {
        let mut done = rig.answer(call, 503, &problem("store_unavailable"));
        for _ in 0..20 {
            closed.extend(done.iter().filter(|done| matches!(done, Done::HangUp(..))).cloned());
            if done.iter().any(|done| matches!(done, Done::Call { .. })) || rig.wait.is_none() {
                break;
            }
            done = rig.sleep();
        }
        if !closed.is_empty() {
            break;
        }
        (call, ..) = only_call(&done);
    }
    assert_eq!(closed, [Done::HangUp(2, HangUp::TokenOver)]);
    assert_eq!(rig.vault.open_sockets(), 0);
}

#[test]
fn a_socket_by_ticket_ends_with_the_token_it_was_opened_with() {
    let mut rig = ticketed(6);
    rig.pass(Duration::from_secs(590));
    assert_eq!(rig.handle(Input::Tick), [Done::HangUp(2, HangUp::TokenOver)], "expired");
    let mut rig = ticketed(7);
    let (call, ..) = only_call(&rig.sleep());
    let done = rig.answer(call, 200, &token("t2", 600));
    assert_eq!(done, [Done::HangUp(2, HangUp::TokenOver)], "replaced");
}

#[test]
fn a_ticket_is_asked_for_once_more_after_an_expired_token() {
    let mut rig = with_token(8, "t1");
    rig.pass(Duration::from_secs(5));
    rig.socket(2, LIVE, None);
    let done = rig.response(2, 401, Some(r#"Bearer error="invalid_token""#));
    let (call, ..) = only_call(&done);
    let sent = Done::Send { id: 2, authorization: "Bearer t2".into(), follow: false };
    assert_eq!(rig.answer(call, 200, &token("t2", 600)), [Done::Discard(2), sent]);
    assert_eq!(rig.response(2, 200, None), [Done::Deliver(2)]);
}

#[test]
fn every_socket_ends_with_the_session() {
    for make in [told, ticketed] {
        let over = Done::HangUp(2, HangUp::SessionOver);
        let mut rig = make(9);
        assert!(rig.handle(Input::Logout { id: 3, everywhere: false }).contains(&over));
        assert_eq!(rig.vault.open_sockets(), 0);

        let mut rig = make(10);
        let (call, ..) = only_call(&rig.handle(Input::Heard { session: "" }));
        assert!(rig.answer(call, 401, &problem("session_ended")).contains(&over));

        let mut rig = make(11);
        let (call, ..) = only_call(&rig.handle(Input::Heard { session: "s2" }));
        assert!(rig.answer(call, 200, &crate::rig::session("s2")).contains(&over), "somebody else's");
        assert_eq!(rig.vault.tokens_held(), 0);
    }
}

#[test]
fn one_number_is_one_socket() {
    let mut rig = told(12);
    assert_eq!(rig.socket(2, "https://files.example.com/live", None), [], "its token would reach the other");
    assert_eq!(rig.fetch(2, LIVE), []);
    assert_eq!(rig.handle(Input::Opened { id: 2 }), [], "told once");
    assert_eq!(rig.handle(Input::Opened { id: 77 }), []);
    assert_eq!(rig.vault.open_sockets(), 1);
}

#[test]
fn sockets_count_towards_the_limit() {
    let mut rig = told(13);
    for id in 10..10 + REQUEST_LIMIT as u32 - 1 {
        rig.fetch(id, LIVE);
    }
    for done in [rig.socket(3, LIVE, None), rig.socket(3, LIVE, Some(GREETING)), rig.fetch(3, LIVE)] {
        assert_eq!(done, [Done::Fail(3, Failure::RequestLimit, String::new())]);
    }
}
