//! What is demanded of every token. A policy that exists is one that can be enforced.

use crate::jose::jws::{self, Spelling};
use crate::jose::{Algorithm, AlgorithmSet};
use core::fmt;
use core::time::Duration;

/// Issuer, audience and algorithms, always; the rest as asked for.
#[derive(Clone, Debug)]
pub struct Policy {
    pub(super) issuer: String,
    pub(super) audiences: Vec<String>,
    pub(super) algorithms: AlgorithmSet,
    pub(super) tolerance: Duration,
    pub(super) max_age: Option<Duration>,
    pub(super) typ: Option<String>,
    pub(super) required_claims: Vec<String>,
    pub(super) required_scopes: Vec<String>,
    pub(super) kids: Option<Vec<String>>,
    pub(super) max_token_size: usize,
    quirks: Vec<Quirk>,
}

/// A rule that a known issuer breaks, and that its policy may waive. Nothing else becomes laxer by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// Each segment ends in `=` up to a multiple of four characters, against RFC 7515 §2: AWS load balancers write their tokens
    /// so. Tokens without padding are refused then.
    PaddedBase64,
    /// A token without `aud` names its audience in `client_id`: the access tokens of Amazon Cognito. An `aud` that is there is what
    /// counts.
    AudienceInClientId,
}

impl Quirk {
    /// Every one.
    pub const ALL: [Quirk; 2] = [Quirk::PaddedBase64, Quirk::AudienceInClientId];

    /// Its name in options.
    pub const fn name(self) -> &'static str {
        match self {
            Quirk::PaddedBase64 => "padded_base64",
            Quirk::AudienceInClientId => "audience_in_client_id",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Quirk> {
        Quirk::ALL.into_iter().find(|quirk| quirk.name() == name)
    }
}

/// Why a policy cannot be built: which setting, and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyError(pub &'static str);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for PolicyError {}

/// Clocks may differ by this much unless set otherwise.
const DEFAULT_TOLERANCE: Duration = Duration::from_secs(5);

const MAX_TOLERANCE: Duration = Duration::from_secs(300);

impl Policy {
    /// A policy that accepts tokens of one issuer, for any of the audiences, signed with one of the algorithms.
    ///
    /// ```
    /// use strongroom::jose::Algorithm;
    /// use strongroom::verify::Policy;
    ///
    /// let policy = Policy::new("https://issuer.example", ["https://api.example"], &[Algorithm::Es256]).unwrap();
    /// assert!(Policy::new("https://issuer.example", [""; 0], &[Algorithm::Es256]).is_err());
    /// # let _ = policy;
    /// ```
    ///
    /// # Errors
    /// If one of them is empty.
    pub fn new<A: Into<String>>(
        issuer: impl Into<String>,
        audiences: impl IntoIterator<Item = A>,
        algorithms: &[Algorithm],
    ) -> Result<Policy, PolicyError> {
        let issuer = non_empty(issuer.into(), "issuer must be a non-empty string")?;
        let audiences = list(audiences, "audience must be one or more non-empty strings")?;
        let algorithms = AlgorithmSet::of(algorithms);
        if algorithms.is_empty() {
            return Err(PolicyError("algorithms must list what is allowed"));
        }
        Ok(Policy {
            issuer,
            audiences,
            algorithms,
            tolerance: DEFAULT_TOLERANCE,
            max_age: None,
            typ: None,
            required_claims: Vec::new(),
            required_scopes: Vec::new(),
            kids: None,
            max_token_size: jws::MAX_TOKEN_SIZE,
            quirks: Vec::new(),
        })
    }

    /// Clocks may differ by this much: default 5 s.
    ///
    /// # Errors
    /// If it is more than 300 s.
    pub fn clock_tolerance(mut self, tolerance: Duration) -> Result<Policy, PolicyError> {
        if tolerance > MAX_TOLERANCE {
            return Err(PolicyError("clockTolerance must be at most 300 seconds"));
        }
        self.tolerance = tolerance;
        Ok(self)
    }

    /// Refuses tokens issued longer ago, and those that do not say when.
    ///
    /// # Errors
    /// If it is zero.
    pub fn max_age(mut self, age: Duration) -> Result<Policy, PolicyError> {
        if age.is_zero() {
            return Err(PolicyError("maxTokenAge must be more than 0 seconds"));
        }
        self.max_age = Some(age);
        Ok(self)
    }

    /// Demands this `typ`, compared without case and without an `application/` prefix (RFC 7515 §4.1.9).
    ///
    /// # Errors
    /// If it is empty.
    pub fn typ(mut self, typ: impl Into<String>) -> Result<Policy, PolicyError> {
        self.typ = Some(non_empty(typ.into(), "type must be a non-empty string")?);
        Ok(self)
    }

    /// Demands these claims besides `iss`, `aud` and `exp`.
    ///
    /// # Errors
    /// If a name is empty.
    pub fn required_claims<C: Into<String>>(
        mut self,
        claims: impl IntoIterator<Item = C>,
    ) -> Result<Policy, PolicyError> {
        self.required_claims = list(claims, "requiredClaims must be one or more non-empty strings")?;
        Ok(self)
    }

    /// Demands an access token as RFC 9068 profiles it: `typ` is `at+jwt`, and `sub`, `client_id`, `iat` and `jti` are there (§2.1,
    /// §2.2, §4). Claims that are required otherwise stay so.
    #[must_use]
    pub fn rfc9068(mut self) -> Policy {
        self.typ = Some("at+jwt".to_owned());
        self.required_claims.extend(["sub", "client_id", "iat", "jti"].map(str::to_owned));
        self
    }

    /// Demands these scopes.
    ///
    /// # Errors
    /// If one is not a scope token (RFC 6749 §3.3).
    pub fn required_scopes<S: Into<String>>(
        mut self,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Policy, PolicyError> {
        const PROBLEM: &str = "requiredScopes must be one or more scope tokens (RFC 6749 §3.3)";
        self.required_scopes = list(scopes, PROBLEM)?;
        let is_scope = |scope: &String| scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e));
        if self.required_scopes.iter().all(is_scope) { Ok(self) } else { Err(PolicyError(PROBLEM)) }
    }

    /// Accepts these key ids only.
    ///
    /// # Errors
    /// If there is none.
    pub fn kids<K: Into<String>>(mut self, kids: impl IntoIterator<Item = K>) -> Result<Policy, PolicyError> {
        self.kids = Some(list(kids, "kids must be one or more non-empty strings")?);
        Ok(self)
    }

    /// The largest accepted token in bytes: default [`jws::MAX_TOKEN_SIZE`].
    ///
    /// # Errors
    /// If it is zero.
    pub fn max_token_size(mut self, bytes: usize) -> Result<Policy, PolicyError> {
        if bytes == 0 {
            return Err(PolicyError("maxTokenSize must be more than 0"));
        }
        self.max_token_size = bytes;
        Ok(self)
    }

    /// Waives rules that this issuer is known to break.
    #[must_use]
    pub fn quirks(mut self, quirks: &[Quirk]) -> Policy {
        self.quirks = quirks.to_vec();
        self
    }

    pub(super) fn waives(&self, quirk: Quirk) -> bool {
        self.quirks.contains(&quirk)
    }

    pub(super) fn spelling(&self) -> Spelling {
        if self.waives(Quirk::PaddedBase64) { Spelling::Padded } else { Spelling::Unpadded }
    }
}

fn non_empty(text: String, problem: &'static str) -> Result<String, PolicyError> {
    if text.is_empty() { Err(PolicyError(problem)) } else { Ok(text) }
}

fn list<T: Into<String>>(
    items: impl IntoIterator<Item = T>,
    problem: &'static str,
) -> Result<Vec<String>, PolicyError> {
    let items: Vec<String> = items.into_iter().map(Into::into).collect();
    if items.is_empty() || items.iter().any(String::is_empty) { Err(PolicyError(problem)) } else { Ok(items) }
}
