//! Events in order of time; those of one instant in order of scheduling.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it; the numbers are tabs, audiences and flights")]
pub(crate) enum Event {
    /// The tab is about to use its tokens.
    Use {
        tab: u8,
    },
    /// A machine asked to be woken.
    Tick {
        tab: u8,
        audience: u8,
        turn: u16,
    },
    /// A request reaches a server.
    Arrive {
        flight: u16,
    },
    /// The provider has answered; the write is due.
    Commit {
        flight: u16,
    },
    /// A response reaches the browser.
    Deliver {
        flight: u16,
    },
    Reload {
        tab: u8,
    },
    Sleep,
    Snapshot,
    Restore,
    /// Somebody goes to /login, in tab 0.
    Login,
    /// The provider sends the browser back to /callback.
    Callback,
    /// The page is there again and tells the other tabs.
    Broadcast,
    Theft,
    Thief,
}

/// The queue of one session. Cleared and used again for the next.
#[derive(Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<(u64, Event)>>,
    order: u64,
}

impl Queue {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.order = 0;
    }

    /// Schedules. `at` is in milliseconds and stays below 2^32.
    pub(crate) fn push(&mut self, at: u64, event: Event) {
        self.heap.push(Reverse((at << 32 | self.order, event)));
        self.order += 1;
    }

    /// The next event and its time.
    pub(crate) fn pop(&mut self) -> Option<(u64, Event)> {
        self.heap.pop().map(|Reverse((key, event))| (key >> 32, event))
    }
}
