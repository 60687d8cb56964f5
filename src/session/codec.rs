//! The stored form of a record: a version byte and compact fields, as base64url text.
//!
//! Version 2 is written. Version 1, which knew neither fast-forwards nor closing families, is read and migrated.
//! Anything else is [`Unreadable`] and ends only its own session.

use super::handle::{Family, Mint, SALT};
use super::record::{Attempt, Child, Forward, Record, Ring, Spent};
use crate::jose::base64url;
use crate::time::Timestamp;
use core::time::Duration;

const VERSION: u8 = 2;

/// The stored text is not a record: damaged, or of a version this code does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl core::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the stored session record cannot be read")
    }
}

impl core::error::Error for Unreadable {}

impl Record {
    /// The text to store. At most about 900 bytes.
    pub fn encode(&self) -> String {
        let mut out = Vec::with_capacity(512);
        out.push(VERSION);
        out.extend_from_slice(&self.family.0);
        number(&mut out, self.incarnation.into());
        number(&mut out, self.minted.into());
        optional(&mut out, self.forward.as_ref(), |out, forward| {
            number(out, forward.from.into());
            time(out, forward.at);
        });
        optional(&mut out, self.parent.as_ref(), mint);
        list(&mut out, self.children.as_slice(), |out, child| {
            mint(out, &child.mint);
            time(out, child.minted_at);
            optional(out, child.attempt.as_ref(), attempt);
            out.push(child.presented.into());
        });
        list(&mut out, self.spent.as_slice(), |out, spent| {
            mint(out, &spent.mint);
            time(out, spent.at);
        });
        list(&mut out, self.attempts.as_slice(), attempt);
        time(&mut out, self.auth_time);
        number(&mut out, self.idle.as_millis().try_into().unwrap_or(u64::MAX));
        time(&mut out, self.idle_expiry);
        time(&mut out, self.absolute_expiry);
        optional(&mut out, self.closing.as_ref(), |out, since| time(out, *since));
        out.push(self.revoked.into());
        base64url::encode(&out)
    }

    /// Reads a stored text of any known version. Any byte string is allowed.
    ///
    /// # Errors
    /// [`Unreadable`], with no hint of the content.
    pub fn decode(text: &[u8]) -> Result<Record, Unreadable> {
        let bytes = base64url::decode(text).ok_or(Unreadable)?;
        let mut reader = Reader(&bytes);
        let record = reader.byte().and_then(|version| reader.record(version)).ok_or(Unreadable)?;
        if reader.0.is_empty() { Ok(record) } else { Err(Unreadable) }
    }
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn time(out: &mut Vec<u8>, at: Timestamp) {
    number(out, at.as_millis());
}

fn mint(out: &mut Vec<u8>, mint: &Mint) {
    number(out, mint.incarnation.into());
    number(out, mint.number.into());
    out.extend_from_slice(&mint.salt);
}

fn attempt(out: &mut Vec<u8>, attempt: &Attempt) {
    out.extend_from_slice(&attempt.0);
}

fn optional<T>(out: &mut Vec<u8>, value: Option<&T>, write: impl FnOnce(&mut Vec<u8>, &T)) {
    out.push(value.is_some().into());
    if let Some(value) = value {
        write(out, value);
    }
}

fn list<T>(out: &mut Vec<u8>, items: &[T], write: impl Fn(&mut Vec<u8>, &T)) {
    out.push(items.len() as u8);
    items.iter().for_each(|item| write(out, item));
}

/// Takes fields off the front; `None` as soon as one does not fit.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn record(&mut self, version: u8) -> Option<Record> {
        if version != VERSION && version != 1 {
            return None;
        }
        let family = Family(self.bytes()?);
        let incarnation = if version == 1 { 0 } else { self.narrow()? };
        let record = Record {
            family,
            incarnation,
            minted: self.narrow()?,
            forward: if version == 1 { None } else { self.optional(Reader::forward)? },
            parent: self.optional(|reader| reader.mint(version))?,
            children: self.list(|reader| reader.child(version))?,
            spent: self.list(|reader| Some(Spent { mint: reader.mint(version)?, at: reader.time()? }))?,
            attempts: self.list(|reader| Some(Attempt(reader.bytes()?)))?,
            auth_time: self.time()?,
            idle: Duration::from_millis(self.number()?),
            idle_expiry: self.time()?,
            absolute_expiry: self.time()?,
            closing: if version == 1 { None } else { self.optional(Reader::time)? },
            revoked: self.flag()?,
        };
        (!record.children.as_slice().is_empty()).then_some(record)
    }

    fn forward(&mut self) -> Option<Forward> {
        Some(Forward { from: self.narrow()?, at: self.time()? })
    }

    fn child(&mut self, version: u8) -> Option<Child> {
        Some(Child {
            mint: self.mint(version)?,
            minted_at: self.time()?,
            attempt: self.optional(|reader| Some(Attempt(reader.bytes()?)))?,
            presented: self.flag()?,
        })
    }

    fn mint(&mut self, version: u8) -> Option<Mint> {
        let incarnation = if version == 1 { 0 } else { self.narrow()? };
        Some(Mint { incarnation, number: self.narrow()?, salt: self.bytes::<SALT>()? })
    }

    fn time(&mut self) -> Option<Timestamp> {
        self.number().map(Timestamp::from_millis)
    }

    fn optional<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        if self.flag()? { read(self).map(Some) } else { Some(None) }
    }

    fn list<T: Copy + Default, const N: usize>(
        &mut self,
        read: impl Fn(&mut Self) -> Option<T>,
    ) -> Option<Ring<T, N>> {
        let length = usize::from(self.byte()?);
        if length > N {
            return None;
        }
        let mut ring = Ring::default();
        for _ in 0..length {
            ring.push(read(self)?, N);
        }
        Some(ring)
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// A number of at most the target's width, in its shortest form.
    fn narrow<T: TryFrom<u64>>(&mut self) -> Option<T> {
        self.number()?.try_into().ok()
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                return None;
            }
            value |= part << shift;
            if byte < 0x80 {
                return (byte != 0 || shift == 0).then_some(value);
            }
        }
        None
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }
}
