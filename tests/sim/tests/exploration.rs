//! Every order of events in small configurations: nothing is found, unless a rule or the compare-and-swap is missing.
//!
//! Run with `cargo test --release -p strongroom-sim --test exploration -- --nocapture`: it prints the states covered.
// Without optimisation it would take minutes: `cargo xtask test simulation` builds it with.
#![cfg(not(debug_assertions))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of a test may panic like the test itself"
)]
#![allow(clippy::print_stdout, reason = "the states covered and the counter-examples are part of the result")]

use stateright::{Checker, Model, Property};
use strongroom::session::{Rule, Timing};
use strongroom_sim::explore::{Action, Bounds, Small, State};
use strongroom_sim::policy::Shipped;

struct Explored(Small);

impl Model for Explored {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.0.first()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.0.actions(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        Some(self.0.next(last, action))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("the invariants hold", |_, state| Small::broken(state).is_none())]
    }
}

const HONEST: Bounds = Bounds { rotations: 3, sends: 3, waits: 3, thefts: 0 };
const THEFT: Bounds = Bounds { rotations: 3, sends: 3, waits: 2, thefts: 2 };
/// One step of time less and one request more: enough for a thief and an owner to live on side by side.
const SIDE_BY_SIDE: Bounds = Bounds { rotations: 3, sends: 4, waits: 1, thefts: 2 };

/// Explores, and gives the states covered and the shortest counter-example.
fn explore(without: &[Rule], bounds: Bounds, swap: bool) -> (usize, Option<Vec<String>>) {
    let policy = Shipped::new(Timing::DEFAULT).unwrap().without(without);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let started = std::time::Instant::now();
    let checker = Explored(Small::new(policy, bounds, swap)).checker().threads(threads).spawn_bfs().join();
    let found = checker.discovery("the invariants hold").map(|path| {
        let last = Small::broken(path.last_state()).map(|broken| format!("broken: {broken}"));
        path.into_actions().iter().map(|action| format!("{action:?}")).chain(last).collect()
    });
    println!(
        "{bounds:?}, without {without:?}, swap {swap}: {} states, {:.1} s",
        checker.unique_state_count(),
        started.elapsed().as_secs_f64()
    );
    (checker.unique_state_count(), found)
}

fn counter_example(without: &[Rule], bounds: Bounds, swap: bool) -> Vec<String> {
    let (_, found) = explore(without, bounds, swap);
    let steps = found.expect("a counter-example");
    steps.iter().for_each(|step| println!("    {step}"));
    steps
}

#[test]
fn two_tabs_find_nothing() {
    let (states, found) = explore(&[], HONEST, true);
    assert_eq!(found, None);
    assert!(states > 10_000, "{states}");
}

#[test]
fn two_tabs_and_a_thief_find_nothing() {
    for bounds in [THEFT, SIDE_BY_SIDE] {
        let (states, found) = explore(&[], bounds, true);
        assert_eq!(found, None);
        assert!(states > 100_000, "{states}");
    }
}

#[test]
fn without_rule_3_two_jars_live_on() {
    let steps = counter_example(&[Rule::Siblings], SIDE_BY_SIDE, true);
    assert!(steps.last().is_some_and(|step| step.contains("both jars presented")));
}

#[test]
fn without_rule_12_a_late_request_logs_out() {
    let steps = counter_example(&[Rule::Late], HONEST, true);
    assert!(steps.last().is_some_and(|step| step.contains("reuse without a thief")));
}

#[test]
fn without_the_swap_a_handle_is_rotated_twice() {
    let steps = counter_example(&[], HONEST, false);
    assert!(steps.last().is_some_and(|step| step.contains("rotated twice")));
}
