//! The refresh machine: one rule a test, then random schedules against its invariants.

use std::time::Duration;
use strongroom::time::Timestamp;
use strongroom::vault::refresh::{
    Access, Answer, BACKOFF_CAP, Clock, Effect, Entropy, News, Refresh, Send, TIMEOUT, Trouble,
};

const LIFE: Duration = Duration::from_secs(600);
const TOKEN: Answer = Answer::Token { expires_in: LIFE };
const SECOND: Duration = Duration::from_secs(1);

/// A machine with a clock of its own and a stream of entropy.
struct Bench {
    now: Clock,
    seed: u64,
    refresh: Refresh,
}

impl Bench {
    fn new(seed: u64) -> Self {
        Bench { now: Clock::from(Timestamp::from_secs(1_000_000)), seed, refresh: Refresh::new() }
    }

    fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn entropy(&mut self) -> Entropy {
        let mut bytes = [0; Entropy::LEN];
        bytes
            .chunks_mut(8)
            .for_each(|chunk| chunk.copy_from_slice(&self.random().to_le_bytes()[..chunk.len()]));
        Entropy(bytes)
    }

    fn pass(&mut self, time: Duration) {
        self.now = Clock { wall: self.now.wall + time, monotonic: self.now.monotonic + time };
    }

    fn want(&mut self) -> (Access, Effect) {
        let entropy = self.entropy();
        self.refresh.want(self.now, entropy)
    }

    fn tick(&mut self) -> Effect {
        let entropy = self.entropy();
        self.refresh.tick(self.now, entropy)
    }

    fn answer(&mut self, send: Send, answer: Answer) -> Effect {
        let entropy = self.entropy();
        self.refresh.answer(self.now, send.call, answer, entropy)
    }

    fn reject(&mut self, serial: u32) -> (Access, Effect) {
        let entropy = self.entropy();
        self.refresh.reject(self.now, serial, entropy)
    }

    /// Lets time pass until the machine wants to be woken, and wakes it.
    fn sleep(&mut self) -> Effect {
        let wake = self.refresh.wake(self.now).expect("nothing to wait for");
        self.pass(wake);
        self.tick()
    }

    /// Starts the first refresh and answers it with a token.
    fn signed_in(seed: u64) -> Self {
        let mut bench = Bench::new(seed);
        let send = bench.want().1.send.expect("a first refresh");
        assert_eq!(bench.answer(send, TOKEN).news, News::Fresh);
        bench
    }
}

#[test]
fn one_refresh_serves_all_who_wait() {
    let mut bench = Bench::new(1);
    let (access, first) = bench.want();
    assert_eq!(access, Access::Wait);
    for _ in 0..100 {
        assert_eq!(bench.want(), (Access::Wait, Effect::default()));
    }
    assert_eq!(bench.answer(first.send.unwrap(), TOKEN).news, News::Fresh);
    assert_eq!(bench.want(), (Access::Ready, Effect::default()));
}

#[test]
fn a_token_in_use_is_renewed_at_about_eighty_per_cent() {
    let mut earliest = LIFE;
    let mut latest = Duration::ZERO;
    for seed in 0..200 {
        let mut bench = Bench::signed_in(seed);
        assert_eq!(bench.want(), (Access::Ready, Effect::default()));
        let wake = bench.refresh.wake(bench.now).unwrap();
        (earliest, latest) = (earliest.min(wake), latest.max(wake));
        assert!(bench.sleep().send.is_some());
        assert_eq!(bench.want(), (Access::Ready, Effect::default()), "the old token serves meanwhile");
    }
    assert!(earliest >= LIFE * 75 / 100 && latest <= LIFE * 85 / 100, "{earliest:?} to {latest:?}");
    assert!(latest - earliest > LIFE / 20, "the jitter spreads: {earliest:?} to {latest:?}");
}

#[test]
fn an_idle_tab_does_not_refresh_until_the_next_use() {
    let mut bench = Bench::signed_in(2);
    assert_eq!(bench.sleep(), Effect::default());
    assert!(!bench.refresh.alive(), "what it woke for is the token's end");
    assert_eq!(bench.refresh.wake(bench.now), None);
    assert!(bench.want().1.send.is_some());
}

#[test]
fn a_token_ends_before_its_expiry_and_counts_from_the_question() {
    let mut bench = Bench::new(3);
    let send = bench.want().1.send.unwrap();
    bench.pass(9 * SECOND);
    assert_eq!(bench.answer(send, TOKEN).news, News::Fresh);
    bench.pass(LIFE - 20 * SECOND);
    assert_eq!(bench.want().0, Access::Ready);
    bench.pass(2 * SECOND);
    assert_eq!(bench.want().0, Access::Wait);
}

#[test]
fn an_answer_later_than_the_time_out_is_ignored_and_the_attempt_sent_again() {
    assert_eq!(TIMEOUT, 10 * SECOND, "the server's rotation windows rest on it");
    let mut bench = Bench::new(4);
    let first = bench.want().1.send.unwrap();
    bench.pass(TIMEOUT);
    let effect = bench.answer(first, TOKEN);
    assert_eq!((effect.abort, effect.news), (Some(first.call), News::None));
    assert!(!bench.refresh.alive());
    let again = bench.sleep().send.unwrap();
    assert_eq!(again.attempt, first.attempt, "a retry is the same attempt");
    assert_ne!(again.call, first.call);
    assert_eq!(bench.answer(first, TOKEN), Effect::default(), "and the first call stays dead");
    assert_eq!(bench.answer(again, TOKEN).news, News::Fresh);
}

#[test]
fn a_duplicate_leads_to_a_new_attempt_at_once_but_not_for_ever() {
    let mut bench = Bench::new(5);
    let mut send = bench.want().1.send.unwrap();
    for _ in 0..3 {
        let next = bench.answer(send, Answer::Duplicate).send.unwrap();
        assert_ne!(next.attempt, send.attempt);
        send = next;
    }
    assert_eq!(bench.answer(send, Answer::Duplicate).send, None);
    let next = bench.sleep().send.unwrap();
    assert_ne!(next.attempt, send.attempt);
}

#[test]
fn only_session_ended_means_signed_out() {
    for answer in [Answer::Failed, Answer::Busy { retry_after: None }, Answer::Refused, Answer::Duplicate] {
        let mut bench = Bench::new(6);
        let mut send = bench.want().1.send.unwrap();
        for _ in 0..50 {
            let effect = bench.answer(send, answer);
            assert_ne!(effect.news, News::Ended);
            send = match effect.send {
                Some(send) => send,
                None => {
                    assert_ne!(bench.want().0, Access::Ended);
                    bench.sleep().send.unwrap()
                }
            };
        }
        assert_eq!(bench.answer(send, TOKEN).news, News::Fresh);
    }
    let mut bench = Bench::new(7);
    let send = bench.want().1.send.unwrap();
    assert_eq!(bench.answer(send, Answer::Ended).news, News::Ended);
    assert_eq!(bench.want(), (Access::Ended, Effect::default()));
    assert_eq!(bench.refresh.wake(bench.now), None);
}

#[test]
fn those_who_wait_are_told_after_the_third_failure_and_trying_goes_on() {
    let mut bench = Bench::new(8);
    let mut send = bench.want().1.send.unwrap();
    assert_eq!(bench.answer(send, Answer::Failed).news, News::None);
    send = bench.sleep().send.unwrap();
    assert_eq!(bench.answer(send, Answer::Failed).news, News::None);
    send = bench.sleep().send.unwrap();
    assert_eq!(bench.answer(send, Answer::Failed).news, News::Failing(Trouble::Unreachable));
    assert_eq!(bench.want(), (Access::Failing(Trouble::Unreachable), Effect::default()));
    send = bench.sleep().send.unwrap();
    assert_eq!(bench.want(), (Access::Wait, Effect::default()));
    assert_eq!(bench.answer(send, TOKEN).news, News::Fresh);
}

#[test]
fn pauses_grow_with_jitter_up_to_the_cap() {
    let mut bench = Bench::new(9);
    let mut send = bench.want().1.send.unwrap();
    for round in 0..20 {
        let _ = bench.answer(send, Answer::Failed);
        let full = (Duration::from_millis(500) * (1 << round.min(6))).min(BACKOFF_CAP);
        let wake = bench.refresh.wake(bench.now).unwrap();
        assert!(wake >= full / 2 && wake <= full, "round {round}: {wake:?}");
        send = bench.sleep().send.unwrap();
    }
}

#[test]
fn retry_after_is_honoured_and_not_cut_short() {
    let mut bench = Bench::new(10);
    let send = bench.want().1.send.unwrap();
    let _ = bench.answer(send, Answer::Busy { retry_after: Some(60 * SECOND) });
    let entropy = bench.entropy();
    bench.refresh.nudge(bench.now, entropy);
    assert!(bench.refresh.wake(bench.now).unwrap() >= 60 * SECOND);
    let send = bench.sleep().send.unwrap();
    let _ = bench.answer(send, Answer::Busy { retry_after: Some(Duration::MAX) });
    assert!(bench.refresh.wake(bench.now).unwrap() <= 330 * SECOND);
}

#[test]
fn being_online_again_cuts_a_pause_short() {
    let mut bench = Bench::new(11);
    let mut send = bench.want().1.send.unwrap();
    for _ in 0..8 {
        let _ = bench.answer(send, Answer::Failed);
        send = bench.sleep().send.unwrap();
    }
    let _ = bench.answer(send, Answer::Failed);
    let entropy = bench.entropy();
    bench.refresh.nudge(bench.now, entropy);
    assert!(bench.refresh.wake(bench.now).unwrap() <= SECOND / 2);
}

#[test]
fn log_in_and_log_out_begin_a_new_epoch() {
    let mut bench = Bench::signed_in(12);
    bench.pass(LIFE);
    let send = bench.want().1.send.unwrap();
    assert_eq!(bench.refresh.end(), Some(send.call));
    assert_eq!(bench.answer(send, TOKEN), Effect::default(), "an answer of the old epoch is dropped");
    assert_eq!(bench.want(), (Access::Ended, Effect::default()));
    assert_eq!(bench.refresh.restart(), None);
    let next = bench.want().1.send.unwrap();
    assert_eq!(next.call.epoch, send.call.epoch + 2);
    assert_eq!(bench.answer(send, Answer::Ended), Effect::default());
    assert_eq!(bench.answer(next, TOKEN).news, News::Fresh);
}

#[test]
fn a_rejected_token_is_replaced_once_and_not_while_it_is_new() {
    let mut bench = Bench::signed_in(13);
    let serial = bench.refresh.serial();
    assert_eq!(bench.reject(serial).0, Access::Failing(Trouble::Refused), "it has only just come");
    bench.pass(3 * SECOND);
    let (access, effect) = bench.reject(serial);
    assert_eq!(access, Access::Wait);
    assert_eq!(bench.reject(serial), (Access::Wait, Effect::default()), "a second one joins");
    assert_eq!(bench.answer(effect.send.unwrap(), TOKEN).news, News::Fresh);
    assert_eq!(bench.reject(serial).0, Access::Ready, "the newer token is there already");
}

#[test]
fn sleep_ends_a_token_although_the_monotonic_clock_stood_still() {
    let mut bench = Bench::signed_in(14);
    bench.now.wall = bench.now.wall + LIFE;
    assert_eq!(bench.want().0, Access::Wait);
    let mut bench = Bench::signed_in(15);
    bench.now = Clock { wall: Timestamp::from_secs(5), monotonic: bench.now.monotonic + LIFE };
    assert_eq!(bench.want().0, Access::Wait);
}

/// Random schedules: use, answers of every kind, lost and late answers, log-in and log-out, sleep, early and late ticks.
#[test]
fn random_schedules_keep_the_invariants() {
    for seed in 0..3_000 {
        let mut bench = Bench::new(seed);
        let mut sent: Vec<(Send, Clock)> = Vec::new();
        let mut live: Option<Send> = None;
        for _ in 0..200 {
            let before = live;
            let effect = match bench.random() % 10 {
                0..=2 => bench.want().1,
                3..=5 if !sent.is_empty() => {
                    let pick = (bench.random() as usize) % sent.len();
                    let (send, at) = sent[pick];
                    let answer = match bench.random() % 12 {
                        0 => Answer::Ended,
                        1 => Answer::Duplicate,
                        2 => {
                            Answer::Busy { retry_after: Some(Duration::from_millis(bench.random() % 90_000)) }
                        }
                        3..=5 => Answer::Failed,
                        6 => Answer::Refused,
                        _ => Answer::Token { expires_in: Duration::from_millis(bench.random() % 900_000) },
                    };
                    let effect = bench.answer(send, answer);
                    if effect.news == News::Fresh {
                        assert_eq!(
                            Some(send),
                            before,
                            "seed {seed}: only the call in flight can bring a token"
                        );
                        assert!(bench.now.wall - at.wall < TIMEOUT, "seed {seed}: and only in time");
                    }
                    if effect.news == News::Ended {
                        assert_eq!(answer, Answer::Ended, "seed {seed}: only session_ended ends a session");
                    }
                    effect
                }
                6 => {
                    let abort = if bench.random().is_multiple_of(3) {
                        bench.refresh.end()
                    } else {
                        bench.refresh.restart()
                    };
                    assert_eq!(
                        abort,
                        before.map(|send| send.call),
                        "seed {seed}: a new epoch aborts what is in flight"
                    );
                    live = None;
                    Effect::default()
                }
                7 => {
                    let far = Duration::from_millis(bench.random() % 1_000_000);
                    if bench.random().is_multiple_of(2) {
                        bench.now.wall = bench.now.wall + far; // asleep
                    } else {
                        bench.pass(far);
                    }
                    Effect::default()
                }
                _ => {
                    let near = Duration::from_millis(bench.random() % 8_000);
                    bench.pass(near);
                    bench.tick()
                }
            };
            if let Some(call) = effect.abort {
                assert_eq!(
                    Some(call),
                    live.map(|send| send.call),
                    "seed {seed}: only what is in flight is aborted"
                );
                live = None;
            }
            if live.is_some() && bench.refresh.in_flight() != live.map(|send| send.call) {
                live = None;
            }
            if let Some(send) = effect.send {
                assert_eq!(live, None, "seed {seed}: at most one refresh in flight");
                assert!(
                    sent.iter().all(|(old, _)| old.call != send.call),
                    "seed {seed}: call names are unique"
                );
                sent.push((send, bench.now));
                live = Some(send);
            }
            assert_eq!(bench.refresh.in_flight(), live.map(|send| send.call), "seed {seed}");
            if live.is_some() {
                assert!(
                    bench.refresh.wake(bench.now).unwrap() <= TIMEOUT,
                    "seed {seed}: an attempt cannot hang"
                );
            }
        }
        let _ = bench.refresh.restart();
        let send = bench.want().1.send.expect("a new epoch always begins with a refresh");
        assert_eq!(bench.answer(send, TOKEN).news, News::Fresh, "seed {seed}: and recovers");
    }
}
