//! Policies: any configuration text, and the policy's verdict against a second, plain account of what it demands.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use core::time::Duration;
use libfuzzer_sys::fuzz_target;
use strongroom::jose::Algorithm;
use strongroom::verify::{Config, KeySet, Policy, Verifier, inspect};
use strongroom_fuzz::{AUDIENCE, GOOD, ISSUER, NOW, now, shared, tag};

/// A claim's value, by its kind.
#[derive(Arbitrary, Debug, Clone)]
enum Text {
    Absent,
    Right,
    RightInList,
    EmptyList,
    Wrong,
    WrongInList,
    MixedList,
    Null,
    Number,
}

#[derive(Arbitrary, Debug, Clone)]
enum Date {
    Absent,
    /// Seconds from now.
    At(i16),
    AtHalf(i16),
    Negative,
    TooFar,
    Text,
    Null,
    Bool,
}

#[derive(Arbitrary, Debug)]
struct Token {
    iss: Text,
    aud: Text,
    sub: Text,
    exp: Date,
    nbf: Date,
    iat: Date,
    scope: Text,
    typ: Text,
    kid: bool,
}

#[derive(Arbitrary, Debug)]
struct Demands {
    tolerance: Option<u16>,
    max_age: Option<u16>,
    typ: bool,
    required: bool,
    scope: bool,
    kids: Option<bool>,
}

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((b'{', _)) => configuration(data),
        Some((_, rest)) => {
            let mut bytes = Unstructured::new(rest);
            if let (Ok(token), Ok(demands)) = (Token::arbitrary(&mut bytes), Demands::arbitrary(&mut bytes)) {
                compare(&token, &demands);
            }
        }
        None => {}
    }
});

/// A configuration is refused, or it demands what it says.
fn configuration(text: &[u8]) {
    let Ok(text) = core::str::from_utf8(text) else { return };
    let Ok(Config { policy, mut keys }) = Config::from_json(text) else { return };
    let read: serde_json::Value = serde_json::from_str(text).expect("strict JSON is JSON");
    assert!(read["issuer"].as_str().is_some_and(|issuer| !issuer.is_empty()));
    assert!(read["audience"].as_array().is_some_and(|audiences| !audiences.is_empty()));
    assert!(read["algorithms"].as_array().is_some_and(|algorithms| !algorithms.is_empty()));
    let verifier = Verifier::new(policy);
    let call = keys.call(now());
    if let strongroom::verify::Step::Done(Ok(_)) = keys.verify(&verifier, now(), &GOOD, call) {
        assert_eq!(read["issuer"], ISSUER);
        assert!(read["audience"].as_array().unwrap().iter().any(|audience| audience == AUDIENCE));
        assert!(read["algorithms"].as_array().unwrap().iter().any(|algorithm| algorithm == "ES256"));
    }
}

fn compare(token: &Token, demands: &Demands) {
    let tolerance = demands.tolerance.unwrap_or(5);
    let mut policy = Policy::new(ISSUER, [AUDIENCE], &[Algorithm::Hs256]).unwrap();
    policy = match policy.clone().clock_tolerance(Duration::from_secs(tolerance.into())) {
        Ok(policy) => policy,
        Err(_) => return assert!(tolerance > 300),
    };
    if let Some(age) = demands.max_age {
        policy = match policy.clone().max_age(Duration::from_secs(age.into())) {
            Ok(policy) => policy,
            Err(_) => return assert_eq!(age, 0),
        };
    }
    if demands.typ {
        policy = policy.typ("at+jwt").unwrap();
    }
    if demands.required {
        policy = policy.required_claims(["sub"]).unwrap();
    }
    if demands.scope {
        policy = policy.required_scopes(["read"]).unwrap();
    }
    if let Some(right) = demands.kids {
        policy = policy.kids([if right { "hs" } else { "another" }]).unwrap();
    }
    let text = token.text();
    let expected = token.problems(demands, f64::from(tolerance));
    let verifier = Verifier::new(policy);
    let verdict = verifier.verify(now(), &text, &shared());
    match &verdict {
        Ok(_) => assert!(expected.is_empty(), "accepted in spite of {expected:?}"),
        Err(error) => assert!(expected.contains(&error.code()), "{} instead of {expected:?}", error.code()),
    }
    let found = inspect(now(), &text, Some((&verifier, &KeySet::fixed(shared()))));
    assert_eq!(found.problems.is_empty(), verdict.is_ok());
}

impl Text {
    fn json(&self, right: &str) -> Option<String> {
        Some(match self {
            Text::Absent => return None,
            Text::Right => format!("\"{right}\""),
            Text::RightInList => format!(r#"["other","{right}"]"#),
            Text::EmptyList => "[]".to_owned(),
            Text::Wrong => format!("\"{right}/\""),
            Text::WrongInList => format!(r#"["{right}/"]"#),
            Text::MixedList => format!(r#"["{right}",1]"#),
            Text::Null => "null".to_owned(),
            Text::Number => "1".to_owned(),
        })
    }

    fn is_text(&self) -> bool {
        matches!(self, Text::Right | Text::Wrong)
    }
}

impl Date {
    fn json(&self) -> Option<String> {
        Some(match self {
            Date::Absent => return None,
            Date::At(offset) => (NOW as i64 + i64::from(*offset)).to_string(),
            Date::AtHalf(offset) => format!("{}.5", NOW as i64 + i64::from(*offset)),
            Date::Negative => "-1".to_owned(),
            Date::TooFar => "1e300".to_owned(),
            Date::Text => format!("\"{}\"", NOW + 600),
            Date::Null => "null".to_owned(),
            Date::Bool => "true".to_owned(),
        })
    }

    /// Seconds from now: `Err` if it is no date.
    fn offset(&self) -> Result<Option<f64>, ()> {
        match self {
            Date::Absent => Ok(None),
            Date::At(offset) => Ok(Some(f64::from(*offset))),
            Date::AtHalf(offset) => Ok(Some(f64::from(*offset) + 0.5)),
            _ => Err(()),
        }
    }
}

impl Token {
    fn text(&self) -> String {
        let claims = [
            ("iss", self.iss.json(ISSUER)),
            ("aud", self.aud.json(AUDIENCE)),
            ("sub", self.sub.json("user-1")),
            ("exp", self.exp.json()),
            ("nbf", self.nbf.json()),
            ("iat", self.iat.json()),
            ("scope", self.scope.json("read")),
        ];
        let header = [
            ("alg", Some("\"HS256\"".to_owned())),
            ("typ", self.typ.json("at+jwt")),
            ("kid", self.kid.then(|| "\"hs\"".to_owned())),
        ];
        tag(object(&header).as_bytes(), object(&claims).as_bytes())
    }

    /// What is wrong with it, told a second time and without a word from the verifier.
    fn problems(&self, demands: &Demands, tolerance: f64) -> Vec<&'static str> {
        let mut problems = Vec::new();
        let mut wrong = |is_wrong: bool, code| {
            if is_wrong {
                problems.push(code);
            }
        };
        let typ_is_text = self.typ.is_text() || matches!(self.typ, Text::Absent);
        wrong(!typ_is_text, "header_invalid");
        wrong(demands.typ && !matches!(self.typ, Text::Right), "type_mismatch");
        wrong(demands.kids.is_some_and(|right| !right || !self.kid), "key_not_found");
        match self.iss {
            Text::Right => {}
            Text::Wrong => wrong(true, "issuer_mismatch"),
            Text::Absent => wrong(true, "claim_missing"),
            _ => wrong(true, "claim_invalid"),
        }
        match self.aud {
            Text::Right | Text::RightInList => {}
            Text::Wrong | Text::WrongInList => wrong(true, "audience_mismatch"),
            Text::Absent => wrong(true, "claim_missing"),
            _ => wrong(true, "claim_invalid"),
        }
        match self.exp.offset() {
            Err(()) => wrong(true, "claim_invalid"),
            Ok(None) => wrong(true, "claim_missing"),
            Ok(Some(exp)) => wrong(exp + tolerance <= 0.0, "token_expired"),
        }
        match self.nbf.offset() {
            Err(()) => wrong(true, "claim_invalid"),
            Ok(nbf) => wrong(nbf.is_some_and(|nbf| nbf > tolerance), "token_not_active"),
        }
        match self.iat.offset() {
            Err(()) => wrong(true, "claim_invalid"),
            Ok(None) => wrong(demands.max_age.is_some(), "claim_missing"),
            Ok(Some(iat)) => {
                wrong(iat > tolerance, "issued_in_future");
                let too_old = demands.max_age.is_some_and(|age| -iat > f64::from(age) + tolerance);
                wrong(too_old, "token_too_old");
            }
        }
        wrong(!self.sub.is_text() && !matches!(self.sub, Text::Absent), "claim_invalid");
        wrong(demands.required && matches!(self.sub, Text::Absent | Text::Null), "claim_missing");
        if demands.scope {
            match self.scope {
                Text::Right => {}
                Text::Wrong | Text::Absent => wrong(true, "scope_insufficient"),
                _ => wrong(true, "claim_invalid"),
            }
        }
        problems
    }
}

fn object(members: &[(&str, Option<String>)]) -> String {
    let members =
        members.iter().filter_map(|(name, value)| value.as_ref().map(|value| format!("\"{name}\":{value}")));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}
