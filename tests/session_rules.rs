//! Each rule of the rotation at its boundaries, through the public API alone.
#![cfg(feature = "session")]
#![allow(clippy::unwrap_used, reason = "a helper of a test may panic like the test itself")]

use core::time::Duration;
use strongroom::session::{
    self, Alert, Attempt, Decision, End, Handle, KeyRing, Outcome, Record, Rule, Sessions, Shard, Terms,
    Timing,
};
use strongroom::time::Timestamp;

const TIMING: Timing = Timing::DEFAULT;
const MILLI: Duration = Duration::from_millis(1);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn attempt(id: u8) -> Attempt {
    Attempt([id; 16])
}

/// A store of one record, and a clock.
struct World {
    record: Record,
    now: Timestamp,
    salt: u8,
}

impl World {
    fn open() -> (World, Handle) {
        World::with(Terms::DEFAULT)
    }

    fn with(terms: Terms) -> (World, Handle) {
        let sessions = Sessions::new(KeyRing::new([[1; 32]]).unwrap());
        let now = Timestamp::from_secs(1_800_000_000);
        let shard = Shard::parse(b"shard").unwrap();
        let (record, first) = sessions.open(shard, None, terms, now, now, &[0; 32]);
        (World { record, now, salt: 0 }, first)
    }

    fn wait(&mut self, duration: Duration) -> &mut Self {
        self.now = self.now + duration;
        self
    }

    /// Decides and commits. Checks what holds of every decision.
    fn present(&mut self, handle: &Handle, id: u8) -> Decision {
        self.salt += 1;
        let before = self.record.clone();
        let decision = session::decide(&self.record, handle, attempt(id), self.now, &TIMING, [self.salt; 8]);
        let serves = decision.outcome.serves();
        assert_eq!(decision.write.is_some(), serves || decision.outcome == Outcome::Reuse);
        assert!(serves || decision.cookie.is_none(), "losers get no cookie");
        assert_eq!(decision.outcome.problem().is_none(), serves);
        if let Some(write) = &decision.write {
            assert_eq!(Record::decode(write.encode().as_bytes()).as_ref(), Ok(write));
            assert_eq!(write.absolute_expiry(), before.absolute_expiry());
            self.record = write.clone();
        }
        decision
    }

    /// Rotates and gives the child.
    fn rotate(&mut self, handle: &Handle, id: u8) -> Handle {
        let decision = self.present(handle, id);
        assert_eq!(decision.outcome, Outcome::Rotated);
        decision.cookie.unwrap()
    }
}

fn verdict(decision: &Decision) -> (Rule, Outcome) {
    (decision.rule, decision.outcome)
}

#[test]
fn rule_1_another_familys_handle_is_noise() {
    let (mut world, _) = World::open();
    let sessions = Sessions::new(KeyRing::new([[1; 32]]).unwrap());
    let shard = Shard::parse(b"shard").unwrap();
    let (_, foreign) = sessions.open(shard, None, Terms::DEFAULT, world.now, world.now, &[9; 32]);
    let decision = world.present(&foreign, 1);
    assert_eq!(verdict(&decision), (Rule::Unknown, Outcome::Ended(End::Unknown)));
    assert_eq!((decision.write, decision.alert), (None, None));
}

#[test]
fn rule_2_revoked_and_expired_end() {
    let (mut world, first) = World::open();
    world.record.revoke();
    assert_eq!(verdict(&world.present(&first, 1)), (Rule::Ended, Outcome::Ended(End::Revoked)));

    let terms = Terms { idle: seconds(100), absolute: seconds(250) };
    let (mut world, first) = World::with(terms);
    world.wait(seconds(100) - MILLI);
    let second = world.rotate(&first, 1);
    world.wait(seconds(100));
    assert_eq!(verdict(&world.present(&second, 2)), (Rule::Ended, Outcome::Ended(End::Expired)));

    let (mut world, first) = World::with(terms);
    let second = world.wait(seconds(90)).rotate(&first, 1);
    let third = world.wait(seconds(90)).rotate(&second, 2);
    assert_eq!(world.record.idle_expiry(), world.record.absolute_expiry());
    world.wait(seconds(70));
    assert_eq!(verdict(&world.present(&third, 3)), (Rule::Ended, Outcome::Ended(End::Expired)));
}

#[test]
fn rule_2_closing_gives_tokens_and_no_cookie_for_ten_minutes() {
    let (mut world, first) = World::open();
    let second = world.wait(seconds(480)).rotate(&first, 1);
    world.record.close(&second, world.now, &TIMING);
    for (handle, wait) in [(&first, 5), (&second, 5), (&second, 400)] {
        let decision = world.wait(seconds(wait)).present(handle, 2);
        assert_eq!(verdict(&decision), (Rule::Closing, Outcome::NoRotate));
        assert_eq!(decision.cookie, None);
    }
    // An abandoned login is forgotten.
    let decision = world.wait(seconds(600 - 410)).present(&second, 3);
    assert_eq!(verdict(&decision), (Rule::Rotate, Outcome::Rotated));
}

#[test]
fn a_login_waits_for_the_cookies_that_are_under_way() {
    let (mut world, first) = World::open();
    let second = world.wait(seconds(480)).rotate(&first, 1);
    let settles = |record: &Record, now| record.settles_at(now, &TIMING);

    // The jar has the newest handle: nothing is under way.
    let mut settled = world.record.clone();
    settled.close(&second, world.now, &TIMING);
    assert_eq!(settles(&settled, world.now), None);

    // The login came with a handle whose successor may be on its way, until T after the mark.
    let marked = world.wait(seconds(29)).now;
    world.record.close(&first, marked, &TIMING);
    let until = marked + TIMING.timeout;
    assert_eq!(settles(&world.record, marked), Some(until));
    assert_eq!(settles(&world.record, marked + (TIMING.timeout - MILLI)), Some(until));
    assert_eq!(settles(&world.record, until), None);

    // A mark that has lapsed holds nothing back any more: a cookie may have left just now.
    let third = world.wait(seconds(601)).rotate(&second, 2);
    assert_eq!(settles(&world.record, world.now), Some(world.now + TIMING.timeout));
    // A child that is too old is not replayed, and a session that has ended gives nothing.
    assert_eq!(settles(&world.record, world.now + TIMING.overlap + TIMING.timeout), None);
    let mut revoked = world.record.clone();
    revoked.revoke();
    assert_eq!(settles(&revoked, world.now), None);
    world.present(&third, 3);
    assert_eq!(settles(&world.record, world.now), None);
}

#[test]
fn rule_2_closing_does_not_hide_evidence() {
    let (mut world, first) = World::open();
    let second = world.wait(seconds(480)).rotate(&first, 1);
    let third = world.wait(seconds(480)).rotate(&second, 2);
    world.present(&third, 3);
    world.wait(seconds(480));
    world.record.close(&third, world.now, &TIMING);
    assert_eq!(verdict(&world.present(&first, 4)), (Rule::Reuse, Outcome::Reuse));
}

#[test]
fn rule_2_a_thief_cannot_keep_a_family_closing() {
    // Whoever has a copy of the jar starts logins, so that nothing is ever rotated.
    for strategy in 0..4 {
        let (mut world, first) = World::open();
        let (mut thief, mut owner) = (first, first);
        let mut reuse = false;
        world.record.close(&first, world.now, &TIMING);
        for minute in 0..120 {
            // The thief moves on to what it is given, or stays and hides that there is something new.
            world.wait(seconds(15));
            let decision = world.present(&thief, if strategy == 1 { 201 } else { minute });
            reuse |= decision.outcome == Outcome::Reuse;
            let given = decision.cookie.unwrap_or(thief);
            if strategy < 2 {
                thief = given;
            }
            let handle = if strategy == 3 { thief } else { given };
            world.record.close(&handle, world.now, &TIMING);
            world.wait(seconds(45));
            if minute % 8 == 7 {
                let decision = world.present(&owner, 120 + minute / 2);
                reuse |= decision.outcome == Outcome::Reuse;
                owner = decision.cookie.unwrap_or(owner);
            }
        }
        assert!(reuse, "strategy {strategy}");
    }
}

#[test]
fn rule_2_every_login_of_an_honest_browser_closes() {
    let (mut world, first) = World::open();
    let mut handle = first;
    for id in 0..20 {
        // Logins are given up again and again; between them the vault refreshes.
        world.wait(seconds(200));
        world.record.close(&handle, world.now, &TIMING);
        assert_eq!(world.present(&handle, id).rule, Rule::Closing);
        handle = world.wait(seconds(601)).present(&handle, id + 100).cookie.unwrap_or(handle);
    }
    assert!(world.record.minted() > 15);
}

#[test]
fn rule_3_two_siblings_presented_are_two_jars() {
    let (mut world, first) = World::open();
    let one = world.rotate_after(seconds(480), &first, 1);
    let two = world.wait(TIMING.overlap + MILLI).present(&first, 2).cookie.unwrap();
    assert_eq!(world.present(&one, 3).outcome, Outcome::NoRotate);
    // A request that was served before is merely late.
    assert_eq!(verdict(&world.present(&two, 2)), (Rule::Siblings, Outcome::Duplicate));
    let decision = world.present(&two, 4);
    assert_eq!(verdict(&decision), (Rule::Siblings, Outcome::Reuse));
    assert_eq!(decision.alert, Some(Alert::Reuse));
    assert!(world.record.is_revoked());
    assert_eq!(world.present(&one, 5).outcome, Outcome::Ended(End::Revoked));
}

#[test]
fn rules_4_and_5_rest_until_rho_then_rotate() {
    let (mut world, first) = World::open();
    let decision = world.wait(TIMING.rest - MILLI).present(&first, 1);
    assert_eq!((verdict(&decision), decision.cookie), ((Rule::Rest, Outcome::NoRotate), None));
    let decision = world.wait(MILLI).present(&first, 2);
    assert_eq!(verdict(&decision), (Rule::Rotate, Outcome::Rotated));
    assert_eq!(decision.cookie.unwrap().mint().number, 2);
}

#[test]
fn rule_6_the_lost_answer_is_given_again() {
    let (mut world, first) = World::open();
    let second = world.rotate_after(seconds(480), &first, 1);
    let decision = world.wait(TIMING.overlap).present(&first, 1);
    assert_eq!(verdict(&decision), (Rule::Replay, Outcome::Replay));
    assert_eq!(decision.cookie, Some(second));
    assert_eq!(world.record.minted(), 2);
}

#[test]
fn rule_7_a_racing_tab_gets_a_token_and_the_winners_cookie_stays() {
    let (mut world, first) = World::open();
    world.rotate_after(seconds(480), &first, 1);
    let decision = world.wait(TIMING.overlap).present(&first, 2);
    assert_eq!((verdict(&decision), decision.cookie), ((Rule::Coalesce, Outcome::Coalesced), None));
    // Served, and so known, but not the attempt that won: still no cookie.
    let decision = world.present(&first, 2);
    assert_eq!((verdict(&decision), decision.cookie), ((Rule::Coalesce, Outcome::Coalesced), None));
}

#[test]
fn rule_8_a_served_attempt_is_late_once_the_overlap_is_over() {
    let (mut world, first) = World::open();
    world.rotate_after(seconds(480), &first, 1);
    let decision = world.wait(TIMING.overlap + MILLI).present(&first, 1);
    assert_eq!(verdict(&decision), (Rule::KnownParent, Outcome::Duplicate));
}

#[test]
fn rule_9_a_spent_parent_is_late_until_l_and_theft_after() {
    let (mut world, first) = World::open();
    let second = world.rotate_after(seconds(480), &first, 1);
    world.present(&second, 2);
    let decision = world.wait(TIMING.late).present(&first, 3);
    assert_eq!(verdict(&decision), (Rule::StaleParent, Outcome::Duplicate));
    let decision = world.wait(MILLI).present(&first, 4);
    assert_eq!(verdict(&decision), (Rule::StaleParent, Outcome::Reuse));
}

#[test]
fn rule_10_lost_answers_are_recovered_once_an_overlap() {
    let (mut world, first) = World::open();
    world.rotate_after(seconds(480), &first, 1);
    let mut children = Vec::new();
    for id in 2..8 {
        let decision = world.wait(TIMING.overlap + MILLI).present(&first, id);
        assert_eq!(verdict(&decision), (Rule::Recover, Outcome::Recovered));
        children.push(decision.cookie.unwrap());
        // Until δ is over again there is no further child.
        assert_eq!(world.wait(TIMING.overlap).present(&first, id + 100).outcome, Outcome::Coalesced);
        assert_eq!(world.present(&first, id).cookie, children.last().copied());
    }
    // Four children live, the oldest are evicted.
    world.wait(TIMING.rest);
    assert_eq!(world.record.minted(), 8);
    let mut other = World { record: world.record.clone(), now: world.now, salt: 50 };
    assert_eq!(other.present(&children[2], 60).outcome, Outcome::Rotated);
    assert_eq!(verdict(&world.present(&children[1], 61)), (Rule::Reuse, Outcome::Reuse));
}

#[test]
fn rule_10_forgets_children_that_the_jar_cannot_have() {
    let (mut world, first) = World::open();
    let lost = world.rotate_after(seconds(480), &first, 1);
    let mut late = World { record: world.record.clone(), now: world.now, salt: 50 };
    // At L the request may have been sent before the answer was due: both children live.
    assert_eq!(late.wait(TIMING.late).present(&first, 2).outcome, Outcome::Recovered);
    assert_eq!(late.wait(TIMING.rest).present(&lost, 3).outcome, Outcome::Rotated);
    // Beyond L it was not: whoever has that child is another jar.
    assert_eq!(world.wait(TIMING.late + MILLI).present(&first, 2).outcome, Outcome::Recovered);
    assert_eq!(verdict(&world.wait(TIMING.rest).present(&lost, 3)), (Rule::Reuse, Outcome::Reuse));
}

#[test]
fn rule_10_does_not_hide_a_thief_who_always_comes_first() {
    // It asks anew as soon as it may, so that the owner is always coalesced and never gets a cookie of its own.
    let (mut world, first) = World::open();
    world.wait(seconds(480)).rotate(&first, 0);
    let mut served = 0u32;
    for turn in 0.. {
        let decision = world.wait(TIMING.overlap + MILLI).present(&first, turn % 200 + 1);
        if decision.outcome == Outcome::Reuse {
            break;
        }
        assert_eq!(decision.outcome, Outcome::Recovered, "half an hour of lost answers alone ends nothing");
        served += 1;
        let owner = world.wait(MILLI).present(&first, 201);
        assert_eq!(owner.outcome, Outcome::Coalesced);
    }
    assert!((55..=60).contains(&served), "{served}");
    assert_eq!(world.present(&first, 202).outcome, Outcome::Ended(End::Revoked));
}

#[test]
fn rule_11_a_store_that_lost_writes_is_caught_up_with() {
    let (mut world, first) = World::open();
    let snapshot = world.record.clone();
    let second = world.rotate_after(seconds(480), &first, 1);
    let third = world.rotate_after(seconds(480), &second, 2);
    world.record = snapshot;
    let decision = world.wait(seconds(480)).present(&third, 3);
    assert_eq!(verdict(&decision), (Rule::Ahead, Outcome::Recovered));
    assert_eq!(decision.alert, Some(Alert::LostWrites));
    let fourth = decision.cookie.unwrap();
    assert_eq!((fourth.mint().incarnation, fourth.mint().number), (1, 4));
    // What was spent in the lost history is late at first, and evidence later.
    assert_eq!(verdict(&world.present(&second, 4)), (Rule::Late, Outcome::Duplicate));
    let fifth = world.rotate_after(seconds(480), &fourth, 5);
    assert_eq!(world.rotate_after(seconds(480), &fifth, 6).mint().incarnation, 1);
    assert_eq!(verdict(&world.present(&second, 7)), (Rule::Reuse, Outcome::Reuse));
}

#[test]
fn rule_11_sees_a_number_given_twice() {
    let (mut world, first) = World::open();
    let snapshot = world.record.clone();
    let second = world.rotate_after(seconds(480), &first, 1);
    world.record = snapshot;
    // A late request rotates in the new history before the jar's handle of the lost one is seen.
    let other = world.rotate_after(seconds(10), &first, 2);
    assert_eq!(other.mint().number, second.mint().number);
    assert_eq!(verdict(&world.present(&second, 3)), (Rule::Ahead, Outcome::Recovered));
}

#[test]
fn rule_11_a_late_request_does_not_take_the_jars_place() {
    let (mut world, first) = World::open();
    let snapshot = world.record.clone();
    let second = world.rotate_after(seconds(480), &first, 1);
    let third = world.rotate_after(seconds(480), &second, 2);
    world.record = snapshot;
    assert_eq!(world.present(&second, 3).rule, Rule::Ahead);
    assert_eq!(verdict(&world.wait(seconds(480)).present(&third, 4)), (Rule::Ahead, Outcome::Recovered));
}

#[test]
fn rule_12_served_or_lately_spent_is_late() {
    let (mut world, first) = World::open();
    let second = world.rotate_after(seconds(480), &first, 1);
    let third = world.rotate_after(TIMING.rest, &second, 2);
    world.present(&third, 3);
    // `first` was spent when `second` was minted.
    let decision = world.wait(TIMING.late - TIMING.rest).present(&first, 4);
    assert_eq!(verdict(&decision), (Rule::Late, Outcome::Duplicate));
    world.wait(MILLI);
    assert_eq!(verdict(&world.present(&first, 1)), (Rule::Late, Outcome::Duplicate), "known attempt");
    assert_eq!(verdict(&world.present(&first, 5)), (Rule::Reuse, Outcome::Reuse));
}

#[test]
fn rule_13_an_old_handle_is_theft() {
    let (mut world, first) = World::open();
    let mut handle = world.rotate_after(seconds(480), &first, 1);
    for id in 2..30 {
        handle = world.rotate_after(seconds(480), &handle, id);
    }
    let decision = world.present(&first, 99);
    assert_eq!(verdict(&decision), (Rule::Reuse, Outcome::Reuse));
    assert_eq!(decision.alert, Some(Alert::Reuse));
    assert!(decision.write.unwrap().is_revoked());
}

#[test]
fn sixteen_attempts_are_remembered() {
    let (mut world, first) = World::open();
    for id in 1..=17 {
        world.present(&first, id);
    }
    let child = world.rotate_after(seconds(480), &first, 18);
    world.rotate_after(seconds(480), &child, 19);
    assert_eq!(world.present(&first, 4).outcome, Outcome::Duplicate);
    assert_eq!(world.present(&first, 3).outcome, Outcome::Reuse);
}

#[test]
fn a_store_clock_that_steps_back_ends_nothing() {
    let (mut world, first) = World::open();
    let second = world.rotate_after(seconds(480), &first, 1);
    let idle = world.record.idle_expiry();
    world.now = world.now - seconds(3_600);
    assert_eq!(world.present(&second, 2).outcome, Outcome::NoRotate);
    assert_eq!(world.record.idle_expiry(), idle);
}

#[test]
fn rules_are_asked_in_the_order_of_their_numbers() {
    assert!(Rule::ALL.windows(2).all(|pair| pair[0] < pair[1] && pair[0].number() <= pair[1].number()));
    let numbers: Vec<u8> = Rule::ALL.iter().map(|rule| rule.number()).collect();
    assert!((1..=13).all(|number| numbers.contains(&number)));
}

impl World {
    fn rotate_after(&mut self, wait: Duration, handle: &Handle, id: u8) -> Handle {
        self.wait(wait).rotate(handle, id)
    }
}
