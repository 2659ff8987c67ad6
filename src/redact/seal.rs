//! AES-256-GCM (NIST SP 800-38D): what is sealed under a key is given back under it, and a changed bit is refused.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use super::keys::{Key, random};
use crate::error::Result;

/// Bytes of a nonce: drawn anew each time, good for 2^32 seals under one key.
const NONCE: usize = 12;

fn cipher(key: &Key, purpose: &str) -> Option<Aes256Gcm> {
    let secret = Zeroizing::new(key.mac(purpose, &[]));
    Aes256Gcm::new_from_slice(&secret[..]).ok()
}

/// Nonce, ciphertext and tag of `text`, bound to what `about` says.
///
/// # Errors
/// [`crate::Error::Usage`] where the system gives no randomness.
pub(super) fn seal(key: &Key, purpose: &str, about: &[u8], text: &[u8]) -> Result<Vec<u8>> {
    let mut out = random(NONCE)?;
    let nonce = out.first_chunk::<NONCE>().copied().unwrap_or_default();
    let sealed = cipher(key, purpose)
        .and_then(|cipher| cipher.encrypt(&Nonce::from(nonce), Payload { msg: text, aad: about }).ok());
    // Only texts of 64 GiB and more cannot be sealed.
    out.extend(sealed.unwrap_or_default());
    Ok(out)
}

/// What [`seal`] has sealed; `None` where a bit of it, of the key or of `about` is another.
pub(super) fn open(key: &Key, purpose: &str, about: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>()?;
    let text = cipher(key, purpose)?.decrypt(&Nonce::from(*nonce), Payload { msg: sealed, aad: about }).ok()?;
    Some(Zeroizing::new(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::keys::Ring;
    use super::*;

    proptest! {
        #[test]
        fn it_comes_back_and_a_flipped_bit_is_refused(text in any::<Vec<u8>>(), bit in any::<usize>()) {
            let ring = Ring::fresh("k1", "-").expect("random");
            let key = ring.current().expect("a key");
            let mut sealed = seal(key, "test", b"mrn", &text).expect("random");
            let opened = open(key, "test", b"mrn", &sealed).expect("it opens");
            prop_assert_eq!(&opened[..], &text[..]);
            prop_assert!(open(key, "test", b"ssn", &sealed).is_none());
            prop_assert!(open(key, "other", b"mrn", &sealed).is_none());
            let bit = bit % (8 * sealed.len());
            sealed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(open(key, "test", b"mrn", &sealed).is_none());
        }
    }
}
