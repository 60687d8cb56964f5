//! What a vault may do, fixed when it starts.

use super::origin::{Origin, Target, path_covers};

/// A resource server that requests may carry a token to.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The only origin its tokens go to.
    pub origin: Origin,
    /// Path rules, each covering whole segments; none: the whole origin.
    pub paths: Vec<String>,
    /// The token's audience; `None`: the endpoints' default.
    pub audience: Option<String>,
    /// The token's scope; `None`: the endpoints' default.
    pub scope: Option<String>,
    /// Whether redirects are followed although paths are set. The browser hides where a redirect leads, so path rules
    /// cannot be held against it.
    pub redirects: bool,
    /// What a socket may say first, with [`PLACEHOLDER`] where the token goes; `None`: its sockets take tickets alone. It
    /// is fixed here because a page that chose it could have a server that repeats what it hears hand it the token.
    pub socket_message: Option<String>,
}

/// Where the token goes in a [`Resource::socket_message`].
pub const PLACEHOLDER: &str = "{token}";

impl Resource {
    /// The same resource, whose sockets may say this first.
    pub fn with_socket_message(mut self, template: String) -> Result<Self, ConfigError> {
        if around_token(&template).is_none() {
            return Err(ConfigError::SocketMessage);
        }
        self.socket_message = Some(template);
        Ok(self)
    }

    /// Whether a request to `target` may carry this resource's token.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        self.origin.covers(target)
            && (self.paths.is_empty() || self.paths.iter().any(|rule| path_covers(rule, target.path)))
    }

    /// Whether the browser may follow redirects. It drops the token itself when one leads to another origin.
    pub fn follows_redirects(&self) -> bool {
        self.redirects || self.paths.is_empty()
    }
}

/// Why a configuration is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// `endpoints` is not on the vault's own origin: its cookies and its guard would not work.
    EndpointsOrigin,
    /// A resource is neither https nor loopback.
    Insecure,
    /// A resource is the vault's own origin, where the endpoints live, or the provider's.
    Forbidden,
    /// A resource's `origin` has a path, a query or credentials.
    NotAnOrigin,
    /// A path rule does not start with a slash or has an encoded slash.
    Path,
    /// A socket's message has no place for the token, or more than one.
    SocketMessage,
    /// There are no resources, or more than a vault keeps tokens for.
    Count,
}

impl ConfigError {
    /// One sentence that names the option.
    pub const fn message(self) -> &'static str {
        match self {
            ConfigError::EndpointsOrigin => "`endpoints` must be on the vault's own origin",
            ConfigError::Insecure => "each `origin` in `resources` must be https, or http on loopback",
            ConfigError::Forbidden => {
                "`resources` must not list the vault's own origin, the endpoints' or the `provider`'s"
            }
            ConfigError::NotAnOrigin => {
                "each `origin` in `resources` must be an exact origin such as https://api.example.com"
            }
            ConfigError::Path => "each of `paths` must start with a slash and have no encoded slash",
            ConfigError::SocketMessage => "each `socketMessage` must contain {token} exactly once",
            ConfigError::Count => "`resources` must list between 1 and 64 resources",
        }
    }
}

/// What stands before and after the one place for the token. `None` if there is none, or more than one.
pub(super) fn around_token(template: &str) -> Option<(&str, &str)> {
    let place = |text: &str| {
        let mut windows = text.as_bytes().windows(PLACEHOLDER.len());
        windows.position(|window| window == PLACEHOLDER.as_bytes())
    };
    let at = place(template)?;
    let (before, after) = (template.get(..at)?, template.get(at + PLACEHOLDER.len()..)?);
    if place(after).is_some() { None } else { Some((before, after)) }
}

/// A configuration that has been checked. There is no way to change it.
#[derive(Clone, Debug)]
pub struct Config {
    resources: Vec<Resource>,
    own: Origin,
}

const RESOURCES: usize = 64;

impl Config {
    /// `own` is the worker's own origin, `endpoints` the URL under which the endpoints live, `provider` the OpenID
    /// provider's origin where known.
    pub fn new(
        own: &Target<'_>,
        endpoints: &Target<'_>,
        provider: Option<&Target<'_>>,
        resources: Vec<Resource>,
    ) -> Result<Self, ConfigError> {
        let own = Origin::of(own);
        if !own.covers(endpoints) || !endpoints.secure() || endpoints.credentials {
            return Err(ConfigError::EndpointsOrigin);
        }
        if resources.is_empty() || resources.len() > RESOURCES {
            return Err(ConfigError::Count);
        }
        let provider = provider.map(Origin::of);
        if resources
            .iter()
            .any(|resource| resource.origin == own || Some(&resource.origin) == provider.as_ref())
        {
            return Err(ConfigError::Forbidden);
        }
        Ok(Config { resources, own })
    }

    /// Checks one resource whose `origin` and `paths` a URL parser has taken apart. `bare` says that the parsed
    /// `origin` had neither query nor fragment.
    pub fn resource(
        origin: &Target<'_>,
        bare: bool,
        paths: Vec<String>,
        audience: Option<String>,
        scope: Option<String>,
        redirects: bool,
    ) -> Result<Resource, ConfigError> {
        if !origin.secure() {
            return Err(ConfigError::Insecure);
        }
        if !bare || origin.path != "/" || origin.credentials || origin.host.contains('*') {
            return Err(ConfigError::NotAnOrigin);
        }
        if paths.iter().any(|rule| !rule.starts_with('/') || !path_covers("/", rule)) {
            return Err(ConfigError::Path);
        }
        Ok(Resource { origin: Origin::of(origin), paths, audience, scope, redirects, socket_message: None })
    }

    /// The attach rule: the first resource that covers `target`, if any.
    pub fn find(&self, target: &Target<'_>) -> Option<usize> {
        if target.credentials || self.own.covers(target) {
            return None;
        }
        self.resources.iter().position(|resource| resource.covers(target))
    }

    /// All resources, in the order in which they are tried.
    pub fn resources(&self) -> &[Resource] {
        &self.resources
    }
}
