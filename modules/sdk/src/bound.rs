//! Ids that are filled in after compiling. The code of an executable proposal takes no arguments and has no storage, so what
//! it acts on stands in its bytes: as a marker in the sample, as the id in what is uploaded and voted on.

/// 32 bytes of a finished module that stand for an id or an account. Declare it `static`; no two may have one number.
#[derive(Debug)]
pub struct Bound([u8; 32]);

impl Bound {
    /// The bytes that stand in the compiled module until they are replaced; `number` is 0 to 9.
    #[must_use]
    pub const fn marker(number: u8) -> [u8; 32] {
        let mut marker = *b"zera:replace-these-32-bytes:#0#!";
        marker[29] = b'0' + number % 10;
        marker
    }

    /// A place for 32 bytes.
    #[must_use]
    pub const fn new(number: u8) -> Self {
        Self(Self::marker(number))
    }

    /// What stands there now. Read as memory, so that the compiler leaves the bytes in one piece.
    #[must_use]
    pub fn get(&self) -> [u8; 32] {
        // SAFETY: a valid, aligned reference to initialised bytes.
        unsafe { core::ptr::read_volatile(&raw const self.0) }
    }
}
