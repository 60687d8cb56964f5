//! Rows as a table and as JSON.

use crate::run::Row;
use crate::scenario::Expect;

/// A share in per cent, with as many digits as it needs.
pub fn percent(part: u64, whole: u64) -> String {
    let share = 100.0 * part as f64 / whole.max(1) as f64;
    match part {
        0 => "0.000 %".to_owned(),
        _ if share < 0.1 => format!("{share:.5} %"),
        _ => format!("{share:.2} %"),
    }
}

fn minutes(millis: u64, count: u64) -> f64 {
    millis as f64 / 60_000.0 / count.max(1) as f64
}

impl Row {
    /// Whether the row shows what it must, and how that reads.
    pub fn meets(&self, expect: Expect) -> (bool, String) {
        let thefts = &self.thefts;
        let caught = percent(thefts.caught, self.sessions);
        let (met, text) = match expect {
            Expect::NoLogout => (self.logouts == 0, "honest log-outs 0".to_owned()),
            Expect::Report => (true, "reported".to_owned()),
            Expect::Caught => (
                thefts.escaped == 0 && thefts.served > 0,
                format!("all caught within 3 token lives ({caught})"),
            ),
            Expect::AtMostOneToken(share) => {
                let got = thefts.served as f64 / self.sessions.max(1) as f64;
                let met = got <= share && thefts.lives[1] == 0 && thefts.served > 0;
                (met, format!("at most {:.1} % get one token, none two", share * 100.0))
            }
        };
        (met && self.broken == 0, text)
    }

    /// The row of the table.
    pub fn line(&self) -> String {
        let mut line = format!(
            "{:<18} {:<22} {:>9} {:>11}",
            self.scenario,
            self.policy,
            self.sessions,
            percent(self.logouts, self.sessions)
        );
        let thefts = &self.thefts;
        if thefts.served + thefts.caught > 0 {
            line += &format!(
                "  caught {:>8}, late {:>8}; served {:>8}, twice {:>8}; {:.2} tokens; {:.1} min to revocation (most {:.1}); {:.1} min of living token",
                percent(thefts.caught, self.sessions),
                percent(thefts.escaped, self.sessions),
                percent(thefts.served, self.sessions),
                percent(thefts.lives[1], self.sessions),
                thefts.tokens as f64 / self.sessions.max(1) as f64,
                minutes(thefts.window, thefts.caught),
                minutes(thefts.longest, 1),
                minutes(thefts.access, self.sessions),
            );
        }
        line
    }

    /// The row as a JSON object.
    pub fn json(&self) -> String {
        let thefts = &self.thefts;
        let list = |counts: &[u64]| counts.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        format!(
            concat!(
                "{{\"scenario\":\"{}\",\"policy\":\"{}\",\"sessions\":{},\"logouts\":{},\"logoutRules\":[{}],",
                "\"broken\":{},\"requests\":{},\"rules\":[{}],\"served\":{},\"caught\":{},\"escaped\":{},",
                "\"oneLife\":{},\"moreLives\":{},\"tokens\":{},\"windowMinutes\":{:.3},\"longestMinutes\":{:.3},",
                "\"accessMinutes\":{:.3},\"seconds\":{:.1}}}"
            ),
            self.scenario,
            self.policy,
            self.sessions,
            self.logouts,
            list(&self.logout_rules),
            self.broken,
            self.requests,
            list(&self.rules),
            thefts.served,
            thefts.caught,
            thefts.escaped,
            thefts.lives[0],
            thefts.lives[1],
            thefts.tokens,
            minutes(thefts.window, thefts.caught),
            minutes(thefts.longest, 1),
            minutes(thefts.access, self.sessions),
            self.seconds,
        )
    }
}

/// All rows as a JSON document.
pub fn json(rows: &[Row]) -> String {
    let rows: Vec<String> = rows.iter().map(Row::json).collect();
    format!("[\n{}\n]\n", rows.join(",\n"))
}
