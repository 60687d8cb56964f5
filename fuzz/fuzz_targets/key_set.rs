//! The key set machine: any order of calls, answers, shared caches' copies, failures, dropped fetches and pauses, under these promises:
//! nothing forged is accepted, a good token is never refused while its key is held, keys past the hard ceiling serve nobody,
//! at most two fetches run at once, each failure is followed by a pause, and fetches stay rare however many forged tokens come.
#![no_main]

use arbitrary::Arbitrary;
use core::time::Duration;
use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use strongroom::jose::Algorithm;
use strongroom::jose::base64url::encode;
use strongroom::time::Timestamp;
use strongroom::verify::{Call, KeyCopy, KeySet, MAX_KEYS, Policy, Step, Ticket, TokenError, Verifier};
use strongroom_fuzz::{AUDIENCE, ISSUER, NOW, Signer, now};

/// How long keys may serve without a fetch that succeeds.
const CEILING: Duration = Duration::from_secs(24 * 60 * 60);

/// The shortest pause after a failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A fetch that was dropped is given up after this.
const LEASE: Duration = Duration::from_secs(6);

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Document {
    Old,
    New,
    Both,
    NoKeys,
    Rubbish,
    Unusable,
}

#[derive(Arbitrary, Debug)]
enum Event {
    Milliseconds(u16),
    Seconds(u16),
    /// A call with a good token.
    Good(Signer),
    /// A call with a forged one.
    Forged(u8),
    ForgedUnderTrueId,
    ForgedWithoutId,
    /// The oldest fetch under way is answered.
    Answered(Document, Option<u16>),
    /// A shared cache has a copy of that age for it.
    Copied(Document, Option<u16>, u32),
    /// The key server has failed, and a shared cache has a copy of that age.
    FellBack(Document, u32),
    Failed,
    /// Its request was dropped: nobody will hear of it.
    Dropped,
    Background,
    Synchronous(Signer),
}

struct World {
    keys: KeySet,
    verifier: Verifier,
    now: Timestamp,
    under_way: Vec<(Ticket, Timestamp)>,
    fetches: u64,
    failures: u64,
    dropped: u64,
    copies: u64,
    /// The latest ticket whose answer could be used: an earlier one's is ignored.
    answered: u32,
    /// No fetch may begin before, since the last one failed.
    paused_until: Timestamp,
    /// The keys of the last answer that could be used, and when it came.
    held: Option<(Vec<Signer>, Timestamp)>,
}

fuzz_target!(|events: Vec<Event>| {
    let mut world = World {
        keys: KeySet::remote(MAX_KEYS),
        verifier: Verifier::new(Policy::new(ISSUER, [AUDIENCE], &[Algorithm::EdDsa]).unwrap()),
        now: now(),
        under_way: Vec::new(),
        fetches: 0,
        failures: 0,
        dropped: 0,
        copies: 0,
        answered: 0,
        paused_until: Timestamp::default(),
        held: None,
    };
    for event in events.iter().take(400) {
        world.happen(event);
        world.check_rate();
    }
});

impl World {
    fn happen(&mut self, event: &Event) {
        match event {
            Event::Milliseconds(time) => self.now = self.now + Duration::from_millis((*time).into()),
            Event::Seconds(time) => self.now = self.now + Duration::from_secs((*time).into()),
            Event::Good(signer) => self.good(*signer),
            Event::Forged(id) => self.forged(Some(&format!("forged-{id}"))),
            Event::ForgedUnderTrueId => self.forged(Some("ec")),
            Event::ForgedWithoutId => self.forged(None),
            Event::Answered(document, max_age) => self.answered(*document, *max_age),
            Event::Copied(document, max_age, age) => self.copied(*document, *max_age, *age),
            Event::FellBack(document, age) => self.fell_back(*document, *age),
            Event::Failed => {
                if let Some(ticket) = self.take() {
                    self.failed(ticket);
                    self.keys.failed(self.now, ticket, 0.5);
                }
            }
            Event::Dropped => self.dropped += u64::from(self.take().is_some()),
            Event::Background => {
                if let Some(ticket) = self.keys.refresh_due(self.now) {
                    self.began(ticket);
                }
            }
            Event::Synchronous(signer) => {
                let verdict = self.keys.verify_held(&self.verifier, self.now, token(*signer));
                match verdict {
                    Ok(_) => assert!(self.may_serve(*signer), "served by keys that are not held"),
                    Err(error) => assert!(!self.must_serve(*signer), "{error}"),
                }
            }
        }
    }

    fn good(&mut self, signer: Signer) {
        let call = self.keys.call(self.now);
        match self.ask(token(signer), call) {
            Step::Done(Ok(())) => assert!(self.may_serve(signer), "served by keys that are not held"),
            Step::Done(Err(error)) => {
                assert!(!self.must_serve(signer), "a good token was refused: {error}");
            }
            // One call may be asked to fetch first, if what is held is stale; no call is made to wait.
            Step::Fetch(_) => {}
            Step::Wait(time) => {
                assert!(!self.must_serve(signer), "a call waits although its key is held");
                assert!(!self.under_way.is_empty() || self.dropped > 0, "a call waits for nothing");
                assert!(time > Duration::ZERO && time <= Duration::from_secs(1));
            }
        }
    }

    fn forged(&mut self, kid: Option<&str>) {
        let kid = kid.map(|kid| format!(r#","kid":"{kid}""#)).unwrap_or_default();
        let header = encode(format!(r#"{{"alg":"EdDSA"{kid}}}"#).as_bytes());
        let signature = token(Signer::New).rsplit('.').next().unwrap_or_default();
        let token = format!("{header}.{}.{signature}", encode(claims().as_bytes()));
        let call = self.keys.call(self.now);
        assert!(!matches!(self.ask(&token, call), Step::Done(Ok(()))), "a forgery was accepted");
        assert!(self.keys.verify_held(&self.verifier, self.now, &token).is_err());
    }

    fn ask(&mut self, token: &str, call: Call) -> Step<Result<(), TokenError>> {
        match self.keys.verify(&self.verifier, self.now, token, call) {
            Step::Done(verdict) => Step::Done(verdict.map(|_| ())),
            Step::Wait(time) => Step::Wait(time),
            Step::Fetch(ticket) => {
                self.began(ticket);
                Step::Fetch(ticket)
            }
        }
    }

    fn answered(&mut self, document: Document, max_age: Option<u16>) {
        let Some(ticket) = self.take() else { return };
        let (body, signers) = of(document);
        let cache_control = max_age.map(|seconds| format!("public, max-age={seconds}"));
        let held = self.keys.fetched(self.now, ticket, body.as_bytes(), cache_control.as_deref(), 0.5);
        let is_news = ticket.0 > self.answered;
        assert_eq!(
            held,
            is_news && !signers.is_empty(),
            "an answer is held that must not be, or the other way round"
        );
        if held {
            self.answered = ticket.0;
            self.paused_until = Timestamp::default();
            self.held = Some((signers, self.now));
        } else {
            self.failed(ticket);
        }
    }

    fn copied(&mut self, document: Document, max_age: Option<u16>, age: u32) {
        let Some((ticket, _)) = self.under_way.first().copied() else { return };
        let (body, signers) = of(document);
        let cache_control = max_age.map(|seconds| format!("max-age={seconds}"));
        let age = Duration::from_secs(age.into());
        let copy = KeyCopy { body: body.as_bytes(), cache_control: cache_control.as_deref(), age };
        if self.keys.copied(self.now, ticket, &copy, 0.5) {
            assert!(ticket.0 > self.answered && !signers.is_empty() && age < CEILING);
            let since = self.now - age;
            assert!(
                self.held.as_ref().is_none_or(|(_, held)| *held < since),
                "an older copy replaces newer keys"
            );
            self.take();
            self.copies += 1;
            self.answered = ticket.0;
            self.paused_until = Timestamp::default();
            self.held = Some((signers, since));
        }
    }

    fn fell_back(&mut self, document: Document, age: u32) {
        let (body, signers) = of(document);
        let age = Duration::from_secs(age.into());
        let copy = KeyCopy { body: body.as_bytes(), cache_control: None, age };
        self.keys.fall_back(self.now, &copy, 0.5);
        let is_dead = self.held.as_ref().is_none_or(|(_, since)| self.now - *since >= CEILING);
        if is_dead && !signers.is_empty() && age < CEILING {
            // Fresh ones save a fetch, and are due for the next one at any time.
            self.copies += 1;
            self.held = Some((signers, self.now - age));
        }
    }

    fn failed(&mut self, ticket: Ticket) {
        self.failures += 1;
        if ticket.0 > self.answered {
            self.paused_until = self.now + FIRST_PAUSE;
        }
    }

    fn began(&mut self, ticket: Ticket) {
        assert!(self.now >= self.paused_until, "a fetch begins as soon as another has failed");
        assert_ne!(ticket, Ticket(0), "0 is no ticket");
        self.under_way.retain(|(_, since)| self.now - *since < LEASE);
        self.under_way.push((ticket, self.now));
        assert!(self.under_way.len() <= 2, "more than two fetches at once");
        self.fetches += 1;
    }

    fn take(&mut self) -> Option<Ticket> {
        (!self.under_way.is_empty()).then(|| self.under_way.remove(0).0)
    }

    /// Whether the keys that are held can have verified it.
    fn may_serve(&self, signer: Signer) -> bool {
        let holds = |(signers, since): &(Vec<Signer>, Timestamp)| {
            signers.contains(&signer) && self.now - *since < CEILING
        };
        self.held.as_ref().is_some_and(holds)
    }

    /// Whether a refusal would be wrong.
    fn must_serve(&self, signer: Signer) -> bool {
        self.may_serve(signer)
    }

    /// Three at once, one for each 30 s, one for each refresh; failures cost one each, and their pauses make them rare.
    fn check_rate(&self) {
        let seconds = (self.now - now()).as_secs();
        let bound = 5 + seconds / 30 + seconds / 45 + self.failures + self.dropped + self.copies;
        assert!(
            self.fetches <= bound + self.under_way.len() as u64,
            "{} fetches in {seconds} s",
            self.fetches
        );
    }
}

/// Good for longer than all pauses together.
fn claims() -> String {
    format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{}}}"#, NOW + 400 * u64::from(u16::MAX) + 600)
}

/// The signer's token and its key: signed once, and by Ed25519. ECDSA took ten times
/// as long as the machine that is looked at here.
static SIGNED: LazyLock<[(String, String); 2]> = LazyLock::new(|| {
    [(Signer::Old, [7; 32]), (Signer::New, [9; 32])].map(|(signer, seed)| {
        let (key, kid) = (SigningKey::from_bytes(&seed), signer.kid());
        let header = encode(format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#).as_bytes());
        let message = format!("{header}.{}", encode(claims().as_bytes()));
        let token = format!("{message}.{}", encode(&key.sign(message.as_bytes()).to_bytes()));
        let x = encode(key.verifying_key().as_bytes());
        (token, format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}","kid":"{kid}","alg":"EdDSA"}}"#))
    })
});

fn token(signer: Signer) -> &'static str {
    &SIGNED[signer as usize].0
}

fn jwks(signers: &[Signer]) -> String {
    let keys: Vec<&str> = signers.iter().map(|signer| SIGNED[*signer as usize].1.as_str()).collect();
    format!(r#"{{"keys":[{}]}}"#, keys.join(","))
}

fn of(document: Document) -> (String, Vec<Signer>) {
    match document {
        Document::Old => (jwks(&[Signer::Old]), vec![Signer::Old]),
        Document::New => (jwks(&[Signer::New]), vec![Signer::New]),
        Document::Both => (jwks(&[Signer::Old, Signer::New]), vec![Signer::Old, Signer::New]),
        Document::NoKeys => (r#"{"keys":[]}"#.to_owned(), Vec::new()),
        Document::Rubbish => ("<html>".to_owned(), Vec::new()),
        Document::Unusable => (r#"{"keys":[{"kty":"RSA","n":"AQ","e":"AQ"}]}"#.to_owned(), Vec::new()),
    }
}
