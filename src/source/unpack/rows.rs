//! Rows of tables as lines of values separated by commas, under a line of the columns' names (RFC 4180).

/// Adds a cell, in quotes where it must be; a row stays on one line in any case.
pub(super) fn cell(text: &[u8], out: &mut Vec<u8>) {
    if !text.iter().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        return out.extend_from_slice(text);
    }
    out.push(b'"');
    for b in text {
        match b {
            b'"' => out.extend_from_slice(b"\"\""),
            b'\n' | b'\r' => out.push(b' '),
            b => out.push(*b),
        }
    }
    out.push(b'"');
}

/// Adds a line of cells.
pub(super) fn line<T: AsRef<[u8]>>(cells: &[T], out: &mut Vec<u8>) {
    for (at, text) in cells.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        cell(text.as_ref(), out);
    }
    out.push(b'\n');
}

/// Bytes of a cell that may be text or not: what is not is told by its length only.
pub(super) fn printable(bytes: &[u8]) -> Vec<u8> {
    let odd = bytes.iter().filter(|b| matches!(b, 0..=8 | 14..=31 | 127)).count();
    if odd * 20 > bytes.len() { format!("({} bytes)", bytes.len()).into_bytes() } else { bytes.to_vec() }
}
