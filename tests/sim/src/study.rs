//! What each constant costs and buys: the shipped rules with one constant moved, in the scenario that feels it most.

use crate::plot::{Chart, Series};
use crate::policy::Shipped;
use crate::run::{Row, run};
use crate::scenario::{Scenario, catalogue};
use core::time::Duration;
use strongroom::session::{KeyRingError, Rule, Timing};

/// One study: its rows and its chart.
pub struct Study {
    /// The file's name, without its ending.
    pub name: &'static str,
    /// What was run.
    pub rows: Vec<Row>,
    /// How it looks.
    pub chart: Chart,
}

/// How one curve is measured.
struct Curve {
    name: &'static str,
    scenario: Scenario,
    measure: fn(&Row) -> f64,
}

fn logouts(row: &Row) -> f64 {
    100.0 * row.logouts as f64 / row.sessions.max(1) as f64
}

fn served(row: &Row) -> f64 {
    100.0 * row.thefts.served as f64 / row.sessions.max(1) as f64
}

fn caught(row: &Row) -> f64 {
    100.0 * row.thefts.caught as f64 / row.sessions.max(1) as f64
}

fn window(row: &Row) -> f64 {
    row.thefts.window as f64 / 60_000.0 / row.thefts.caught.max(1) as f64
}

fn named(name: &str) -> Scenario {
    catalogue()
        .into_iter()
        .map(|(scenario, _)| scenario)
        .find(|scenario| scenario.name == name)
        .unwrap_or(Scenario::BASE)
}

/// All studies, with so many sessions a point.
pub fn studies(seeds: u64) -> Result<Vec<Study>, KeyRingError> {
    let seconds = Duration::from_secs;
    let busy = |name| Curve { name, scenario: named("late-busy"), measure: logouts };
    let late = |name| Curve { name, scenario: named("late-aligned"), measure: logouts };
    let reload = |name| Curve { name, scenario: named("late-reload"), measure: logouts };
    Ok(vec![
        study(
            "attempts",
            ["Served attempts remembered", "attempts in the record", "honest log-outs, % of sessions"],
            &[1, 2, 4, 6, 8, 10, 12, 16, 20],
            |attempts| Timing { attempts: attempts as usize, ..Timing::DEFAULT },
            vec![
                busy("8 busy tabs, up to 120 s late"),
                Curve {
                    name: "8 busy tabs, up to 240 s late",
                    scenario: named("very-late"),
                    measure: logouts,
                },
            ],
            seeds,
        )?,
        // Attempts and spent handles each cover most of what the other does: these two are measured alone.
        study(
            "late",
            [
                "L, the latest a request may arrive (attempts not remembered)",
                "seconds",
                "honest log-outs, % of sessions",
            ],
            &[40, 60, 80, 100, 120, 130, 140, 160, 180],
            |late| Timing { late: seconds(late), attempts: 1, ..Timing::DEFAULT },
            vec![busy("8 busy tabs"), late("4 tabs aligned"), reload("1 tab reloading")],
            seeds,
        )?,
        study(
            "spent",
            [
                "Spent handles remembered (attempts not)",
                "handles in the record",
                "honest log-outs, % of sessions",
            ],
            &[1, 2, 3, 4],
            |spent| Timing { spent: spent as usize, attempts: 1, ..Timing::DEFAULT },
            vec![busy("8 busy tabs"), reload("1 tab reloading")],
            seeds,
        )?,
        study(
            "overlap",
            ["δ, the overlap", "seconds", "%"],
            &[5, 10, 15, 20, 30, 45, 60],
            |overlap| Timing { overlap: seconds(overlap), ..Timing::DEFAULT },
            vec![
                late("honest log-outs"),
                Curve { name: "waiting thief served", scenario: named("waiting"), measure: served },
                Curve { name: "lockstep thief caught", scenario: named("lockstep"), measure: caught },
            ],
            seeds,
        )?,
        study(
            "rest",
            ["ρ, the rest of a young handle", "seconds", "minutes from first token to revocation"],
            &[30, 60, 120, 240, 400],
            |rest| Timing { rest: seconds(rest), ..Timing::DEFAULT },
            vec![
                Curve { name: "lockstep, aligned", scenario: named("lockstep"), measure: window },
                Curve { name: "lockstep, spread", scenario: named("lockstep-spread"), measure: window },
                Curve { name: "random", scenario: named("random"), measure: window },
            ],
            seeds,
        )?,
        trade_off(seeds)?,
    ])
}

fn study(
    name: &'static str,
    [title, across, upward]: [&str; 3],
    values: &[u64],
    timing: impl Fn(u64) -> Timing,
    curves: Vec<Curve>,
    seeds: u64,
) -> Result<Study, KeyRingError> {
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    for curve in curves {
        let mut points = Vec::new();
        for value in values {
            let policy = Shipped::new(timing(*value))?;
            let mut row = run(&policy, &curve.scenario, 0..seeds, false, &|_| ());
            row.policy = format!("{name} {value}");
            points.push((*value as f64, (curve.measure)(&row)));
            eprintln!("{name} {value}: {}", row.line());
            rows.push(row);
        }
        series.push(Series { name: curve.name.to_owned(), points });
    }
    let [title, across, upward] = [title, across, upward].map(str::to_owned);
    Ok(Study { name, rows, chart: Chart { title, across, upward, joined: true, series } })
}

/// Honest log-outs against detection, for the rules with one left out, and for what others do.
fn trade_off(seeds: u64) -> Result<Study, KeyRingError> {
    use crate::policy::{CurrentOrPrevious, ForkWindow, OneBehind, Strict};
    let shipped = || Shipped::new(Timing::DEFAULT);
    let old = [Rule::Closing, Rule::Siblings, Rule::KnownParent, Rule::StaleParent, Rule::Ahead, Rule::Late];
    let mut pairs = vec![
        ("all rules", pair(&shipped()?, seeds)),
        ("without rule 3", pair(&shipped()?.without(&[Rule::Siblings]), seeds)),
        ("without rule 9", pair(&shipped()?.without(&[Rule::StaleParent]), seeds)),
        ("without rule 12", pair(&shipped()?.without(&[Rule::Late]), seeds)),
        ("without attempts", pair(&Shipped::new(Timing { attempts: 1, ..Timing::DEFAULT })?, seeds)),
        ("rules 1 2 4-7 10 13", pair(&shipped()?.without(&old), seeds)),
    ];
    pairs.extend([
        ("strict", pair(&Strict, seeds)),
        ("60-s fork window", pair(&ForkWindow, seeds)),
        ("one behind", pair(&OneBehind, seeds)),
        ("current or previous", pair(&CurrentOrPrevious, seeds)),
    ]);
    let (mut rows, mut series) = (Vec::new(), Vec::new());
    for (name, mut pair) in pairs {
        pair.iter_mut().for_each(|row| row.policy = name.to_owned());
        let [honest, theft] = pair;
        eprintln!("{}\n{}", honest.line(), theft.line());
        series.push(Series { name: name.to_owned(), points: vec![(logouts(&honest), caught(&theft))] });
        rows.extend([honest, theft]);
    }
    let chart = Chart {
        title: "Detection against honest log-outs".to_owned(),
        across: "honest log-outs, % of sessions (4 tabs aligned, late requests)".to_owned(),
        upward: "lockstep thief beside one tab caught, %".to_owned(),
        joined: false,
        series,
    };
    Ok(Study { name: "trade-off", rows, chart })
}

fn pair<P: crate::policy::Policy>(policy: &P, seeds: u64) -> [Row; 2] {
    ["late-aligned", "lockstep-alone"].map(|name| run(policy, &named(name), 0..seeds, false, &|_| ()))
}
