//! Sets of bytes.

/// Some bytes, in two forms: halves of a byte are looked up in tables of sixteen entries, as those of fragments are.
pub(crate) struct Set {
    has: [bool; 256],
    /// For each low half of an ASCII byte the high halves, as bits, with which it is one of them.
    pub(super) low: [u8; 16],
    /// Are the bytes beyond ASCII among them, all of them?
    pub(super) beyond: bool,
}

impl Set {
    /// Of bytes beyond ASCII all must be in it, or none.
    pub(crate) const fn new(has: [bool; 256]) -> Self {
        let (mut low, mut byte) = ([0; 16], 0);
        while byte < 128 {
            low[byte & 15] |= (has[byte] as u8) << (byte >> 4);
            assert!(has[byte + 128] == has[255], "of bytes beyond ASCII there are some");
            byte += 1;
        }
        Self { beyond: has[255], has, low }
    }

    pub(crate) const fn has(&self, byte: u8) -> bool {
        self.has[byte as usize]
    }
}
