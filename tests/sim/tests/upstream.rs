//! Sessions of two hours with access tokens of ten minutes: no grant is lost but where the provider's answer itself was lost.
//! `STRONGROOM_SEEDS` sets how many of each weather.
#![allow(clippy::print_stdout, reason = "the table is what `--nocapture` is for")]

use strongroom_sim::upstream::{CALM, Ending, Missing, Weather, catalogue, run};

fn seeds() -> u64 {
    std::env::var("STRONGROOM_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

struct Sum {
    total: Ending,
    ended: u64,
    unexcused: u64,
}

fn sum(weather: Weather, missing: Missing) -> Sum {
    let mut sum = Sum { total: Ending::default(), ended: 0, unexcused: 0 };
    for seed in 0..seeds() {
        let ending = run(weather, missing, seed);
        sum.ended += u64::from(ending.ended);
        sum.unexcused += u64::from(ending.ended && ending.lost == 0);
        let total = &mut sum.total;
        total.served += ending.served;
        total.old += ending.old;
        total.unreachable += ending.unreachable;
        total.reauth += ending.reauth;
        total.uses += ending.uses;
        total.lost += ending.lost;
        total.broken += ending.broken;
    }
    sum
}

#[test]
fn no_grant_is_lost_by_us() {
    println!(
        "{:<36} {:>9} {:>9} {:>7} {:>8} {:>6} {:>6}",
        "weather", "requests", "uses", "old %", "again %", "lost", "ended"
    );
    for weather in catalogue() {
        let Sum { total, ended, unexcused } = sum(weather, Missing::Nothing);
        let requests = total.served + total.unreachable + total.reauth;
        let percent = |part: u64| 100.0 * part as f64 / requests as f64;
        println!(
            "{:<36} {requests:>9} {:>9} {:>7.3} {:>8.4} {:>6} {ended:>6}",
            weather.name,
            total.uses,
            percent(total.old),
            percent(total.unreachable),
            total.lost,
        );
        assert_eq!(total.broken, 0, "{}: an invariant does not hold", weather.name);
        assert_eq!(unexcused, 0, "{}: a grant ended though no answer was lost", weather.name);
        assert!(total.uses > 0 && total.served > 0, "{}", weather.name);
        if weather.promised {
            assert_eq!((ended, total.reauth), (0, 0), "{}", weather.name);
        } else {
            assert!(ended > 0, "{}: the simulation can end a grant", weather.name);
        }
    }
}

#[test]
fn one_seed_is_one_story() {
    let weather = catalogue()[6];
    assert_eq!(run(weather, Missing::Nothing, 7), run(weather, Missing::Nothing, 7));
    assert_ne!(run(weather, Missing::Nothing, 7), run(weather, Missing::Nothing, 8));
}

#[test]
fn whatever_is_taken_away_is_missed() {
    let herd = Weather { isolates: 32, gap: 5_000, ..CALM };
    for missing in [Missing::Swap, Missing::Lease, Missing::PersistFirst] {
        assert!(sum(herd, missing).ended > 0, "{missing:?}");
    }
    assert_eq!(sum(herd, Missing::Nothing).ended, 0);
}
