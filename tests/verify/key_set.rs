//! The key set machine under a key server that is slow, down, rotating or lying, and under forged tokens.

use crate::tokens::*;
use core::time::Duration;
use strongroom::jose::base64url::encode;
use strongroom::time::Timestamp;
use strongroom::verify::{Call, KeyCopy, KeySet, MAX_KEYS, Step, Ticket, Verifier};

const HOUR: u64 = 3600;

/// Another key under the tests' id, so that tokens of the right key do not verify with it.
const OTHER_KEYS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"ec"}]}"#;

/// A key server, a verifier and a clock.
struct World {
    keys: KeySet,
    verifier: Verifier,
    now: Timestamp,
    fetches: u32,
    document: Option<String>,
    cache_control: Option<&'static str>,
}

impl World {
    fn new() -> World {
        World {
            keys: KeySet::remote(MAX_KEYS),
            verifier: Verifier::new(policy()),
            now: now(),
            fetches: 0,
            document: Some(jwks()),
            cache_control: None,
        }
    }

    /// A world whose keys are held.
    fn warm() -> World {
        let mut world = World::new();
        assert_eq!(world.call(&good()), "accepted");
        assert_eq!(world.fetches, 1);
        world
    }

    fn pass(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    fn ask(&mut self, token: &str, call: Call) -> Result<&'static str, Step<()>> {
        match self.keys.verify(&self.verifier, self.now, token, call) {
            Step::Done(Ok(_)) => Ok("accepted"),
            Step::Done(Err(error)) => Ok(error.code()),
            Step::Fetch(ticket) => Err(Step::Fetch(ticket)),
            Step::Wait(time) => Err(Step::Wait(time)),
        }
    }

    fn answer(&mut self, ticket: Ticket) {
        self.fetches += 1;
        match self.document.clone() {
            Some(document) => {
                self.keys.fetched(self.now, ticket, document.as_bytes(), self.cache_control, 0.5);
            }
            None => self.keys.failed(self.now, ticket, 1.0),
        }
    }

    /// One call, with every fetch that it asks for.
    fn call(&mut self, token: &str) -> &'static str {
        let call = self.keys.call(self.now);
        for _ in 0..10 {
            match self.ask(token, call) {
                Ok(code) => return code,
                Err(Step::Fetch(ticket)) => self.answer(ticket),
                Err(step) => panic!("nobody else is fetching: {step:?}"),
            }
        }
        panic!("the call does not end")
    }

    /// A call with a token made just now.
    fn call_now(&mut self) -> &'static str {
        let token = token_at(self, "ec");
        self.call(&token)
    }

    fn refresh_in_background(&mut self) -> bool {
        let ticket = self.keys.refresh_due(self.now);
        if let Some(ticket) = ticket {
            self.answer(ticket);
        }
        ticket.is_some()
    }
}

/// A token that was made in time for the world's clock.
fn token_at(world: &World, kid: &str) -> String {
    let exp = (world.now.as_secs() + 600).to_string();
    es256(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#), claims_with(&[("exp", &exp), ("iat", "")]))
}

/// A token that names a key and was signed by nobody.
fn forged_token(kid: &str) -> String {
    let header = encode(format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#).as_bytes());
    format!("{header}.{}.{}", encode(CLAIMS.as_bytes()), "A".repeat(86))
}

#[test]
fn keys_are_fetched_once_and_then_held() {
    let mut world = World::warm();
    for _ in 0..100 {
        assert_eq!(world.call(&good()), "accepted");
    }
    assert_eq!(world.fetches, 1);
}

#[test]
fn a_token_that_no_key_could_save_causes_no_fetch() {
    let mut world = World::new();
    for token in ["", "a.b.c", &es256(r#"{"alg":"none"}"#, CLAIMS), &"a".repeat(20_000)] {
        world.call(token);
    }
    assert_eq!(world.fetches, 0);
}

#[test]
fn fifty_cold_calls_at_once_make_one_fetch() {
    let mut world = World::new();
    let call = world.keys.call(world.now);
    let mut tickets = Vec::new();
    for _ in 0..50 {
        match world.ask(&good(), call) {
            Err(Step::Fetch(ticket)) => tickets.push(ticket),
            Err(Step::Wait(time)) => assert!(time <= Duration::from_millis(50)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tickets.len(), 1);
    world.answer(tickets[0]);
    for _ in 0..49 {
        assert_eq!(world.ask(&good(), call).unwrap(), "accepted");
    }
}

#[test]
fn a_fetch_that_was_dropped_holds_nobody_up() {
    let mut world = World::new();
    let call = world.keys.call(world.now);
    assert!(matches!(world.ask(&good(), call), Err(Step::Fetch(_))));
    world.pass(1);
    // The first fetch is never heard of again; a second one starts beside it, and a third does not.
    let Err(Step::Fetch(second)) = world.ask(&good(), call) else { panic!("no second fetch") };
    assert!(matches!(world.ask(&good(), call), Err(Step::Wait(_))));
    world.answer(second);
    assert_eq!(world.ask(&good(), call).unwrap(), "accepted");
}

#[test]
fn a_key_server_that_is_down_gives_503_and_is_asked_less_and_less() {
    let mut world = World::new();
    world.document = None;
    for _ in 0..600 {
        assert_eq!(world.call(&good()), "keys_unavailable");
        world.pass(1);
    }
    // At 0, 1, 3, 7, 15, 31, 63 and then every 60 seconds.
    assert!(world.fetches <= 16, "{} fetches in ten minutes", world.fetches);
    world.document = Some(jwks());
    world.pass(60);
    let token = token_at(&world, "ec");
    assert_eq!(world.call(&token), "accepted");
}

#[test]
fn rubbish_from_the_key_server_never_replaces_good_keys() {
    for rubbish in
        ["", "<html>", "{}", r#"{"keys":[]}"#, r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#, "[1,2"]
    {
        let mut world = World::warm();
        world.document = Some(rubbish.to_owned());
        world.pass(700);
        let token = token_at(&world, "ec");
        assert_eq!(world.call(&token), "accepted", "{rubbish}");
        assert_eq!(world.fetches, 2, "{rubbish}");
    }
}

#[test]
fn keys_are_refreshed_in_the_background_before_they_are_stale() {
    let mut world = World::warm();
    world.pass(440);
    assert!(!world.refresh_in_background());
    world.pass(80);
    assert!(world.refresh_in_background());
    assert!(!world.refresh_in_background());
    assert_eq!(world.call(&good()), "accepted");
    assert_eq!(world.fetches, 2);
}

#[test]
fn stale_keys_are_refreshed_by_one_call_while_others_are_served() {
    let mut world = World::warm();
    world.pass(601);
    let token = token_at(&world, "ec");
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&token, call) else { panic!("stale keys are not refreshed") };
    for _ in 0..50 {
        assert_eq!(world.ask(&token, call).unwrap(), "accepted");
    }
    world.answer(ticket);
    assert_eq!(world.ask(&token, call).unwrap(), "accepted");
}

#[test]
fn stale_keys_serve_through_an_outage_up_to_the_hard_ceiling() {
    let mut world = World::warm();
    world.document = None;
    for _ in 0..23 {
        world.pass(HOUR);
        let token = token_at(&world, "ec");
        assert_eq!(world.call(&token), "accepted");
    }
    world.pass(HOUR);
    let token = token_at(&world, "ec");
    assert_eq!(world.call(&token), "keys_unavailable");
}

#[test]
fn a_removed_key_stops_verifying_once_the_keys_are_stale() {
    let mut world = World::warm();
    world.document = Some(OTHER_KEYS.to_owned());
    world.pass(601);
    let token = token_at(&world, "ec");
    assert_eq!(world.call(&token), "signature_invalid");
}

#[test]
fn cache_control_is_honoured_within_bounds() {
    for (cache_control, fresh_seconds) in [
        (None, 600),
        (Some("public, max-age=3600"), 3600),
        (Some("MAX-AGE=\"120\""), 120),
        (Some("max-age=0"), 60),
        (Some("no-store"), 60),
        (Some("max-age=999999999"), 24 * HOUR),
        (Some("max-age=18446744073709551616"), 600),
        (Some("max-age=soon, s-maxage=5"), 600),
    ] {
        let mut world = World::new();
        world.cache_control = cache_control;
        assert_eq!(world.call(&good()), "accepted");
        world.pass(fresh_seconds - 1);
        let token = token_at(&world, "ec");
        assert_eq!((world.call(&token), world.fetches), ("accepted", 1), "{cache_control:?}");
        world.pass(1);
        assert_eq!((world.call(&token), world.fetches), ("accepted", 2), "{cache_control:?}");
    }
}

#[test]
fn an_unknown_kid_brings_a_rotated_key_at_once() {
    let mut world = World::warm();
    world.document = Some(jwks().replace(r#""kid":"ec""#, r#""kid":"next""#));
    let token = token_at(&world, "next");
    assert_eq!(world.call(&token), "accepted");
    assert_eq!(world.fetches, 2);
}

#[test]
fn a_replaced_key_under_the_same_kid_is_fetched_once() {
    let mut world = World::new();
    world.document = Some(OTHER_KEYS.to_owned());
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&good(), call) else { panic!() };
    world.answer(ticket);
    world.document = Some(jwks());
    assert_eq!(world.call(&good()), "accepted");
    assert_eq!(world.fetches, 2);
}

#[test]
fn forged_kids_are_no_amplifier_and_do_not_hold_up_a_rotation() {
    let mut world = World::warm();
    for second in 0..600 {
        for forged in 0..20 {
            assert_eq!(world.call(&forged_token(&format!("forged-{second}-{forged}"))), "key_not_found");
        }
        world.pass(1);
    }
    let token = token_at(&world, "ec");
    assert_eq!(world.call(&token), "accepted");
    // One every 30 seconds, three more at the start, and the refreshes of stale keys.
    assert!((20..=26).contains(&world.fetches), "{} fetches", world.fetches);

    world.document = Some(jwks().replace(r#""kid":"ec""#, r#""kid":"next""#));
    let mut waited = 0;
    while world.call(&token_at(&world, "next")) != "accepted" {
        assert_eq!(world.call(&forged_token("forged")), "key_not_found");
        world.pass(1);
        waited += 1;
    }
    assert!(waited <= 30, "the rotation was held up for {waited} s");
}

#[test]
fn forged_signatures_are_no_amplifier() {
    let mut world = World::warm();
    let forged = forged_token("ec");
    for _ in 0..100 {
        assert_eq!(world.call(&forged), "signature_invalid");
    }
    assert_eq!(world.fetches, 1 + 3);
}

#[test]
fn one_unknown_kid_is_asked_for_once() {
    let mut world = World::warm();
    for _ in 0..100 {
        let token = token_at(&world, "forged");
        assert_eq!(world.call(&token), "key_not_found");
    }
    assert_eq!(world.fetches, 2);
}

#[test]
fn an_unknown_kid_during_an_outage_is_no_verdict() {
    let mut world = World::warm();
    world.document = None;
    let token = token_at(&world, "next");
    assert_eq!(world.call(&token), "keys_unavailable");
    assert_eq!(world.call(&good()), "accepted");
    assert_eq!(world.fetches, 2);
}

#[test]
fn a_huge_kid_is_never_worth_a_fetch() {
    let mut world = World::warm();
    let token = token_at(&world, &"k".repeat(1000));
    assert_eq!(world.call(&token), "key_not_found");
    assert_eq!(world.fetches, 1);
}

#[test]
fn a_synchronous_call_says_when_it_cannot_tell() {
    let mut world = World::new();
    let sync = |world: &World, token: &str| {
        world.keys.verify_held(&world.verifier, world.now, token).map_or_else(|e| e.code(), |_| "accepted")
    };
    assert_eq!(sync(&world, &good()), "async_required");
    assert_eq!(sync(&world, "a.b.c"), "token_malformed");
    world.call(&good());
    assert_eq!(sync(&world, &good()), "accepted");
    let unknown = token_at(&world, "unknown");
    assert_eq!(sync(&world, &unknown), "async_required");
    world.call(&unknown);
    assert_eq!(sync(&world, &unknown), "key_not_found");
    world.pass(24 * HOUR);
    assert_eq!(sync(&world, &token_at(&world, "ec")), "async_required");
}

#[test]
fn given_keys_are_never_fetched() {
    let mut world = World::new();
    world.keys = KeySet::fixed(keys());
    world.pass(1_000 * HOUR);
    let known = token_at(&world, "ec");
    assert_eq!(world.call(&known), "accepted");
    let unknown = token_at(&world, "unknown");
    assert_eq!(world.call(&unknown), "key_not_found");
    assert!(!world.refresh_in_background());
    assert_eq!(world.fetches, 0);
}

#[test]
fn a_late_answer_never_replaces_a_later_one() {
    let mut world = World::new();
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(first)) = world.ask(&good(), call) else { panic!() };
    world.pass(1);
    let Err(Step::Fetch(second)) = world.ask(&good(), call) else { panic!() };
    world.answer(second);
    world.document = Some(OTHER_KEYS.to_owned());
    world.answer(first);
    assert_eq!(world.call(&good()), "accepted");
    // Nor does one that nobody asked for, or one that is handed in twice.
    for ticket in [second, Ticket(0), Ticket(77)] {
        world.answer(ticket);
        assert_eq!(world.call(&good()), "accepted");
    }
    assert_eq!(world.keys.generation().0, 1);
}

/// Ten seconds after its first question no call is still waiting, whatever the others' fetches do.
#[test]
fn no_call_waits_for_ever_while_others_keep_fetching_in_vain() {
    let mut world = World::new();
    let call = world.keys.call(world.now);
    assert!(matches!(world.ask(&good(), call), Err(Step::Fetch(_))));
    for tenth in 0..100 {
        world.now = now() + Duration::from_millis(tenth * 100);
        let newcomer = world.keys.call(world.now);
        // Others come all the time, and what they fetch never ends.
        let _ = world.ask(&good(), newcomer);
        match world.ask(&good(), call) {
            Ok(code) => {
                assert_eq!(code, "keys_unavailable");
                assert!((50..=60).contains(&tenth), "after {tenth} tenths of a second");
                return;
            }
            Err(Step::Fetch(_)) => assert!(tenth < 20, "a fetch begun too late"),
            Err(_) => {}
        }
    }
    panic!("the call still waits")
}

#[test]
fn a_key_published_while_a_fetch_is_under_way_is_asked_for_again() {
    let mut world = World::warm();
    world.pass(1);
    let early = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&forged_token("forged"), early) else { panic!() };
    // The answer on its way was given before this call began.
    world.pass(1);
    let token = token_at(&world, "next");
    let late = world.keys.call(world.now);
    assert!(matches!(world.ask(&token, late), Err(Step::Wait(_))));
    world.answer(ticket);
    world.document = Some(jwks().replace(r#""kid":"ec""#, r#""kid":"next""#));
    let Err(Step::Fetch(ticket)) = world.ask(&token, late) else {
        panic!("an old answer is taken for the newest")
    };
    world.answer(ticket);
    assert_eq!(world.ask(&token, late).unwrap(), "accepted");
}

/// Keys that came under a clock far ahead would be fresh for as long as it was wrong.
#[test]
fn keys_do_not_outlive_a_clock_that_was_ahead() {
    for ahead in [61, HOUR, 1_000 * HOUR] {
        let mut world = World::new();
        world.pass(ahead);
        world.call_now();
        world.now = now();
        assert_eq!((world.call(&good()), world.fetches), ("accepted", 2), "{ahead}");
    }
}

#[test]
fn a_clock_that_fails_for_a_moment_does_no_lasting_harm() {
    for broken in [Timestamp::NEVER, Timestamp::default(), now() + Duration::from_secs(1_000_000)] {
        let mut world = World::new();
        world.now = broken;
        let call = world.keys.call(world.now);
        let _ = world.ask(&good(), call);
        world.document = None;
        world.answer(Ticket(1));
        world.now = now();
        world.document = Some(jwks());
        assert_eq!(world.call(&good()), "accepted", "{broken:?}");
    }
}

/// The keys that a shared cache has kept for so many seconds.
fn copy(document: &str, age: u64) -> KeyCopy<'_> {
    KeyCopy { body: document.as_bytes(), cache_control: Some("max-age=600"), age: Duration::from_secs(age) }
}

/// A cold call in a world whose shared cache has that copy, and the key server nothing: what comes of it, and whether the copy
/// was taken for a fetch.
fn cold_with_copy(copy: KeyCopy<'_>) -> (&'static str, bool) {
    let mut world = World::new();
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&good(), call) else { panic!() };
    assert!(world.keys.may_use_copy(ticket));
    let taken = world.keys.copied(world.now, ticket, &copy, 0.5);
    if !taken {
        world.keys.failed(world.now, ticket, 0.5);
        world.keys.fall_back(world.now, &copy, 0.5);
    }
    (world.ask(&good(), call).unwrap(), taken)
}

#[test]
fn a_fresh_copy_saves_the_fetch_and_a_stale_one_serves_through_an_outage() {
    let document = jwks();
    assert_eq!(cold_with_copy(copy(&document, 0)), ("accepted", true));
    assert_eq!(cold_with_copy(copy(&document, 400)), ("accepted", true));
    // From the time of a refresh on the issuer is asked first.
    for age in [560, 3600, 24 * HOUR - 1] {
        assert_eq!(cold_with_copy(copy(&document, age)), ("accepted", false), "{age}");
    }
}

#[test]
fn a_copy_obeys_the_rules_of_a_fetch() {
    let document = jwks();
    assert_eq!(cold_with_copy(copy(&document, 24 * HOUR)), ("keys_unavailable", false));
    let huge = document.replace('{', &format!("{{{}", " ".repeat(300_000)));
    for rubbish in ["", "[]", r#"{"keys":[]}"#, &huge] {
        assert_eq!(cold_with_copy(copy(rubbish, 0)), ("keys_unavailable", false));
    }
    // Its age counts from when the issuer gave it: a copy of 23 hours serves one more.
    let mut world = World::new();
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&good(), call) else { panic!() };
    world.keys.failed(world.now, ticket, 0.5);
    world.keys.fall_back(world.now, &copy(&document, 23 * HOUR), 0.5);
    world.document = None;
    world.pass(HOUR - 1);
    assert_eq!(world.call_now(), "accepted");
    world.pass(1);
    assert_eq!(world.call_now(), "keys_unavailable");
}

#[test]
fn a_copy_never_answers_for_an_unknown_kid_nor_takes_keys_back() {
    let mut world = World::warm();
    world.pass(10);
    let call = world.keys.call(world.now);
    let Err(Step::Fetch(ticket)) = world.ask(&forged_token("next"), call) else { panic!() };
    assert!(!world.keys.may_use_copy(ticket));
    assert!(!world.keys.copied(world.now, ticket, &copy(OTHER_KEYS, 1), 0.5));
    world.answer(ticket);
    // A refresh takes a copy only if it is younger than the keys that are held.
    world.pass(550);
    let ticket = world.keys.refresh_due(world.now).unwrap();
    assert!(!world.keys.copied(world.now, ticket, &copy(OTHER_KEYS, 560), 0.5));
    world.keys.failed(world.now, ticket, 0.5);
    world.keys.fall_back(world.now, &copy(OTHER_KEYS, 1), 0.5);
    let token = token_at(&world, "ec");
    assert_eq!(world.call(&token), "accepted");
    world.pass(2);
    let ticket = world.keys.refresh_due(world.now).unwrap();
    assert!(world.keys.copied(world.now, ticket, &copy(&jwks(), 100), 0.5));
    assert!(!world.refresh_in_background());
}
