//! From when until when a token passes the checks that depend on the time: what a cache of verified tokens goes by.

use super::claims::date;
use super::policy::Policy;
use crate::jose::json::Object;
use crate::time::Timestamp;
use core::time::Duration;

/// Every moment in `from..until` is one at which expiry, not-before, issue and maximum age all pass. It is at most a millisecond
/// shorter at either end than what the checks themselves accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub until: Timestamp,
}

impl Window {
    /// Of claims that have passed.
    pub(super) fn of(policy: &Policy, claims: &Object) -> Window {
        let date = |claim| date(claims, claim).ok().flatten();
        let (issued, tolerance) = (date("iat"), policy.tolerance);
        let starts = [date("nbf"), issued].into_iter().flatten().map(|start| ceil(start) - tolerance);
        let expiry = date("exp").map(|expiry| floor(expiry) + tolerance);
        let age = issued.zip(policy.max_age).map(|(issued, age)| floor(issued) + age + tolerance);
        Window {
            from: starts.max().unwrap_or_default(),
            // Without a usable expiry nothing passes, and nothing is kept.
            until: expiry.into_iter().chain(age).min().unwrap_or_default(),
        }
    }
}

fn floor(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1000.0) as u64)
}

fn ceil(seconds: f64) -> Timestamp {
    floor(seconds) + Duration::from_millis(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::Algorithm;
    use crate::jose::json;

    fn window(claims: &str, policy: impl FnOnce(Policy) -> Policy) -> (u64, u64) {
        let fixed = Policy::new("i", ["a"], &[Algorithm::Es256]).unwrap();
        let window = Window::of(&policy(fixed), &json::parse_object(claims.as_bytes()).unwrap());
        (window.from.as_millis(), window.until.as_millis())
    }

    #[test]
    fn each_date_and_the_tolerance_bound_it() {
        let same = |policy| policy;
        assert_eq!(window(r#"{"exp":1000}"#, same), (0, 1_005_000));
        assert_eq!(window(r#"{"exp":1000,"nbf":500}"#, same), (495_001, 1_005_000));
        assert_eq!(window(r#"{"exp":1000,"iat":600}"#, same), (595_001, 1_005_000));
        assert_eq!(window(r#"{"exp":1000,"nbf":500,"iat":600}"#, same), (595_001, 1_005_000));
        let aged = |policy: Policy| policy.max_age(Duration::from_secs(60)).unwrap();
        assert_eq!(window(r#"{"exp":1000,"iat":600}"#, aged), (595_001, 665_000));
        assert_eq!(window(r#"{"exp":640,"iat":600}"#, aged), (595_001, 645_000));
        let exact = |policy: Policy| policy.clock_tolerance(Duration::ZERO).unwrap();
        assert_eq!(window(r#"{"exp":1000.5,"nbf":500.25}"#, exact), (500_251, 1_000_500));
    }

    #[test]
    fn without_an_expiry_it_is_empty() {
        assert_eq!(window(r#"{"iat":600}"#, |policy| policy), (595_001, 0));
    }
}
