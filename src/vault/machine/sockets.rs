//! The page's sockets: how each says whose it is, and when it must end.

use super::{Event, Vault};
use crate::secret::Secret;
use crate::vault::config::around_token;
use crate::vault::io::HangUp;
use crate::vault::refresh::Access;
use crate::vault::reply::SCHEME;

/// A socket that has a connection, or is about to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Socket {
    pub(super) id: u32,
    resource: usize,
    standing: Standing,
}

#[derive(Clone, Copy, Debug)]
enum Standing {
    /// By a ticket that was got with the token of this serial.
    Ticket(u32),
    /// It will be told a token once it is open.
    Connecting,
    /// It has been told the token of this serial; none yet.
    Told(Option<u32>),
}

impl Socket {
    pub(super) const fn by_ticket(id: u32, resource: usize, serial: u32) -> Self {
        Socket { id, resource, standing: Standing::Ticket(serial) }
    }

    pub(super) const fn connecting(id: u32, resource: usize) -> Self {
        Socket { id, resource, standing: Standing::Connecting }
    }
}

impl Vault {
    /// A connection is there; [`look_after_sockets`](Self::look_after_sockets) does the rest.
    pub(super) fn opened(&mut self, id: u32) {
        let socket = self.sockets.iter_mut().find(|socket| socket.id == id);
        if let Some(Socket { standing: standing @ Standing::Connecting, .. }) = socket {
            *standing = Standing::Told(None);
        }
    }

    /// No socket outlives the token that it was opened with, unless it can be told the next one: that one is got ahead
    /// of time, since an open socket is in use.
    pub(super) fn look_after_sockets(&mut self) {
        for at in (0..self.sockets.len()).rev() {
            let Socket { id, resource, standing } = self.sockets[at];
            let slot = self.served_by[resource];
            let refresh = &self.slots[slot].refresh;
            let present = refresh.alive().then_some(refresh.serial());
            match standing {
                Standing::Connecting => {}
                Standing::Ticket(serial) if present == Some(serial) => {}
                Standing::Told(serial) if serial.is_some() && serial == present => {}
                Standing::Ticket(_) => self.hang_up(at, HangUp::TokenOver),
                Standing::Told(_) => {
                    let entropy = self.draw();
                    let (access, effect) = self.slots[slot].refresh.want(self.now, entropy);
                    self.perform(slot, effect);
                    match access {
                        Access::Ready => {
                            let serial = self.slots[slot].refresh.serial();
                            self.sockets[at].standing = Standing::Told(Some(serial));
                            self.events.push_back(Event::Greet(id));
                        }
                        Access::Wait => {}
                        Access::Failing(_) | Access::Ended => self.hang_up(at, HangUp::TokenOver),
                    }
                }
            }
        }
    }

    /// The session is over, or is another one than it was.
    pub(super) fn hang_up_all(&mut self) {
        for at in (0..self.sockets.len()).rev() {
            self.hang_up(at, HangUp::SessionOver);
        }
    }

    fn hang_up(&mut self, at: usize, cause: HangUp) {
        let Socket { id, .. } = self.sockets.swap_remove(at);
        self.events.push_back(Event::HangUp(id, cause));
    }

    /// The resource's template with the token in it.
    pub(super) fn greeting_of(&self, id: u32) -> Option<Secret<String>> {
        let Socket { resource, .. } = self.sockets.iter().find(|socket| socket.id == id)?;
        let template = self.config.resources()[*resource].socket_message.as_deref()?;
        let (before, after) = around_token(template)?;
        let authorization = self.slots[self.served_by[*resource]].token.as_ref()?;
        let token = authorization.expose().strip_prefix(SCHEME)?;
        // Sized at once: growing would leave a copy behind that nothing wipes.
        let mut greeting = String::with_capacity(before.len() + token.len() + after.len());
        for part in [before, token, after] {
            greeting.push_str(part);
        }
        Some(Secret::new(greeting))
    }
}
