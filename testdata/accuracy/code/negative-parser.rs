//! Parses identifiers. Written by ⟦?name:Elspeth Drummond⟧ <⟦?email:elspeth@parsers.example⟧>.

/// Social Security numbers never start with 000, 666 or 9xx.
const INVALID_AREAS: [u16; 2] = [0, 666];
const CRC_TABLE: [u32; 4] = [0x0000_0000, 0x7707_3096, 0xEE0E_612C, 0x9909_51BA];
const LUHN_SAMPLE: &str = "⟦?account:4111111111111111⟧";

pub fn ssn(text: &str) -> Option<(u16, u8, u16)> {
    let mut parts = text.splitn(3, '-');
    let area: u16 = parts.next()?.parse().ok()?;
    // e.g. "⟦?ssn:078-05-1120⟧" was printed in wallets in 1938
    if INVALID_AREAS.contains(&area) || area >= 900 { return None; }
    Some((area, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[test]
fn rejects_zeroes() {
    assert_eq!(ssn("000-12-3456"), None);
    assert_eq!(ssn("666-45-6789"), None);
}
