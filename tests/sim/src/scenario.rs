//! What a simulated session goes through: the browser, the network, the store, the thief.

/// A range of milliseconds.
pub type Span = (u64, u64);

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// One kind of session. Probabilities are per request unless said otherwise; times are milliseconds.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// One line for the table.
    pub about: &'static str,
    /// How long it lasts.
    pub length: u64,
    /// Tabs on one cookie jar.
    pub tabs: u8,
    /// Access tokens that each tab keeps (audiences).
    pub audiences: u8,
    /// Life of an access token.
    pub life: u64,
    /// How a tab's uses are spaced.
    pub uses: Uses,
    /// Every tab reloads at such intervals; each reload refreshes.
    pub reload: Option<Span>,
    /// What the network does.
    pub network: Network,
    /// What the store and the servers do.
    pub store: Store,
    /// Whether a client's giving up really keeps the answer's cookie out of the jar.
    pub timeout: bool,
    /// Probability, per use, that the tab freezes for [`Scenario::frozen`].
    pub freeze: f64,
    /// How long a frozen tab stays so.
    pub frozen: Span,
    /// The machine sleeps at such intervals…
    pub sleep: Option<Span>,
    /// …for so long.
    pub asleep: Span,
    /// The client's wall clock steps by up to this, either way, at every use.
    pub client_clock: u64,
    /// A new login at such intervals, in one tab.
    pub login: Option<Span>,
    /// Who steals the cookie.
    pub thief: Option<Thief>,
}

/// How a tab uses its tokens.
#[derive(Clone, Copy, Debug)]
pub enum Uses {
    /// All tabs at the same times, such a gap apart, within so much of each other.
    Aligned {
        /// Between two rounds.
        gap: u64,
        /// A round is spread over so long.
        spread: u64,
    },
    /// Each tab by itself.
    Apart(Span),
}

/// The network's faults.
#[derive(Clone, Copy, Debug)]
pub struct Network {
    /// A request, or its response, is lost: each with this probability.
    pub loss: f64,
    /// A response comes late.
    pub late_response: f64,
    /// A request comes late.
    pub late_request: f64,
    /// The latest that anything may come.
    pub latest: u64,
    /// A request arrives twice.
    pub duplicate: f64,
    /// Time on the way, each direction.
    pub time: Span,
}

/// The faults of store and servers.
#[derive(Clone, Copy, Debug)]
pub struct Store {
    /// Time the provider takes for an access token: between decision and compare-and-swap.
    pub provider: Span,
    /// The server dies between the two.
    pub crash: f64,
    /// A read gives the version before.
    pub stale: f64,
    /// The store's clock is off by up to this, either way, and steps at such a probability per request.
    pub clock: (u64, f64),
    /// At such intervals the store falls back to a snapshot of up to [`Store::lost`] ago.
    pub restore: Option<Span>,
    /// How old a snapshot is.
    pub lost: Span,
    /// Whether decision and write are one compare-and-swap. Only a demonstration says no.
    pub swap: bool,
}

/// A thief with a copy of the cookie.
#[derive(Clone, Copy, Debug)]
pub struct Thief {
    /// When it uses the copy.
    pub kind: ThiefKind,
    /// When the copy is made.
    pub theft: Span,
    /// Whether the owner goes on using the session.
    pub present: bool,
}

/// A thief's way of working.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThiefKind {
    /// Whenever the owner does, within seconds.
    Lockstep,
    /// At once, then once a token life.
    Early,
    /// A minute to five after the owner.
    Late,
    /// Knows the record. Waits until its handle is spent and δ is over, and presents it only if it is served.
    Waiting,
    /// Knows the record, and the moment its handle is spent: strikes within δ, once.
    Striking,
    /// Spends the stolen handle first, and presents it anew as soon as δ is over, so that the owner always finds it just
    /// spent and never gets a cookie that would tell them apart.
    Crowding,
    /// Every hour or two.
    Rare,
    /// At random, every ten minutes on average.
    Random,
}

impl Scenario {
    /// Four tabs, eight hours, ten-minute tokens, a network that loses 5 % each way and delays 1 % of the responses by
    /// up to 120 s. The figures of the design are of this one.
    pub const BASE: Scenario = Scenario {
        name: "aligned",
        about: "4 tabs aligned at 480 s, 5 % loss, 1 % late responses",
        length: 8 * HOUR,
        tabs: 4,
        audiences: 1,
        // A nominal ten minutes, so much shorter that the machine is due at every round (75 to 85 % of life).
        life: 560 * SECOND,
        uses: Uses::Aligned { gap: 480 * SECOND, spread: 5 * SECOND },
        reload: None,
        network: Network {
            loss: 0.05,
            late_response: 0.01,
            late_request: 0.0,
            latest: 120 * SECOND,
            duplicate: 0.0,
            time: (20, 150),
        },
        store: Store {
            provider: (30, 300),
            crash: 0.0,
            stale: 0.0,
            clock: (0, 0.0),
            restore: None,
            lost: (0, HOUR),
            swap: true,
        },
        timeout: true,
        freeze: 0.0,
        frozen: (15 * SECOND, 10 * MINUTE),
        sleep: None,
        asleep: (MINUTE, 90 * MINUTE),
        client_clock: 0,
        login: None,
        thief: None,
    };

    /// The same with late requests.
    fn late(self) -> Scenario {
        Scenario { network: Network { late_request: 0.01, ..self.network }, ..self }
    }
}

/// What a scenario's row must show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expect {
    /// No honest log-out at all.
    NoLogout,
    /// Reported only.
    Report,
    /// Every thief caught within three token lives of its first token.
    Caught,
    /// At most this share of thieves gets one token, and none a second.
    AtMostOneToken(f64),
}

/// The scenarios of the shipped rotation, and what each must show.
pub fn catalogue() -> Vec<(Scenario, Expect)> {
    let base = Scenario::BASE;
    let minutes = |from: u64, to: u64| (from * MINUTE, to * MINUTE);
    let chaos = Scenario {
        network: Network { duplicate: 0.02, late_request: 0.01, ..base.network },
        store: Store { crash: 0.01, stale: 0.05, clock: (500, 0.01), ..base.store },
        client_clock: 2 * HOUR,
        ..base.clone()
    };
    let thief = |name, about, kind, present| {
        let thief = Some(Thief { kind, theft: minutes(10, 120), present });
        Scenario { name, about, thief, ..base.clone() }
    };
    vec![
        (base.clone(), Expect::NoLogout),
        (
            Scenario {
                name: "late-aligned",
                about: "the same, and 1 % of requests up to 120 s late",
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "late-spread",
                about: "4 tabs apart at 280-800 s, late requests",
                uses: Uses::Apart((280 * SECOND, 800 * SECOND)),
                life: 320 * SECOND,
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "late-reload",
                about: "1 tab reloading every 65-120 s, late requests",
                tabs: 1,
                reload: Some((65 * SECOND, 120 * SECOND)),
                uses: Uses::Apart((480 * SECOND, 480 * SECOND)),
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "late-busy",
                about: "8 tabs apart at 61-300 s, late requests",
                tabs: 8,
                uses: Uses::Apart((61 * SECOND, 300 * SECOND)),
                life: 70 * SECOND,
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "natural",
                about: "3 tabs in steady use, the vault's own timing, 2 audiences",
                tabs: 3,
                audiences: 2,
                life: 600 * SECOND,
                uses: Uses::Apart((5 * SECOND, 120 * SECOND)),
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "chaos",
                about: "duplicates, crashes, stale reads, clock steps, late requests, 2 audiences",
                audiences: 2,
                uses: Uses::Apart((100 * SECOND, 900 * SECOND)),
                life: 300 * SECOND,
                ..chaos.clone()
            },
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "sleep",
                about: "a laptop that sleeps every 20-90 min, with reloads",
                sleep: Some(minutes(20, 90)),
                reload: Some(minutes(5, 60)),
                uses: Uses::Apart((20 * SECOND, 400 * SECOND)),
                ..chaos.clone()
            },
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "restore",
                about: "the store falls back by up to an hour, every 30-120 min",
                store: Store { restore: Some(minutes(30, 120)), ..base.store },
                uses: Uses::Apart((280 * SECOND, 800 * SECOND)),
                life: 320 * SECOND,
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "login",
                about: "a new login every 30-90 min while other tabs refresh",
                login: Some(minutes(30, 90)),
                uses: Uses::Apart((60 * SECOND, 300 * SECOND)),
                life: 70 * SECOND,
                ..base.clone()
            }
            .late(),
            Expect::NoLogout,
        ),
        (
            Scenario {
                name: "very-late",
                about: "8 busy tabs; late requests come up to 240 s late, beyond L",
                tabs: 8,
                uses: Uses::Apart((61 * SECOND, 300 * SECOND)),
                life: 70 * SECOND,
                network: Network { late_request: 0.01, latest: 240 * SECOND, ..base.network },
                ..base.clone()
            },
            Expect::Report,
        ),
        (
            Scenario {
                name: "no-timeout",
                about: "aligned; a late answer's cookie is taken after all",
                timeout: false,
                ..base.clone()
            },
            Expect::Report,
        ),
        (
            Scenario {
                name: "no-timeout-late",
                about: "the same with late requests",
                timeout: false,
                ..base.clone()
            }
            .late(),
            Expect::Report,
        ),
        (
            Scenario {
                name: "frozen",
                about: "1 % of uses freeze the tab: its abort comes too late",
                freeze: 0.01,
                ..base.clone()
            }
            .late(),
            Expect::Report,
        ),
        (thief("lockstep", "a thief within seconds of the owner", ThiefKind::Lockstep, true), Expect::Caught),
        (
            Scenario {
                uses: Uses::Apart((280 * SECOND, 800 * SECOND)),
                life: 320 * SECOND,
                ..thief("lockstep-spread", "the same, tabs apart at 280-800 s", ThiefKind::Lockstep, true)
            },
            // A token's life is shorter here than the owner's pauses: reported beside those lives.
            Expect::Report,
        ),
        (
            Scenario {
                tabs: 1,
                ..thief("lockstep-alone", "the same beside a single tab", ThiefKind::Lockstep, true)
            },
            Expect::Caught,
        ),
        (thief("early", "a thief at once, then once a token life", ThiefKind::Early, true), Expect::Caught),
        (
            thief(
                "crowding",
                "a thief who presents the stolen handle whenever δ is over",
                ThiefKind::Crowding,
                true,
            ),
            Expect::Report,
        ),
        (thief("late", "a thief 1-5 min after the owner", ThiefKind::Late, true), Expect::Report),
        (thief("rare", "a thief every 1-2 h", ThiefKind::Rare, true), Expect::Report),
        (
            thief("random", "a thief at random, every 10 min on average", ThiefKind::Random, true),
            Expect::Report,
        ),
        (
            thief(
                "waiting",
                "a thief who knows the record and waits for δ to pass",
                ThiefKind::Waiting,
                true,
            ),
            Expect::AtMostOneToken(0.06),
        ),
        (
            thief("striking", "a thief who knows the moment and strikes within δ", ThiefKind::Striking, true),
            Expect::Report,
        ),
        (
            thief("absent", "a thief at random; the owner never returns", ThiefKind::Random, false),
            Expect::Report,
        ),
    ]
}
