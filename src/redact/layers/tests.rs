//! Base64 in texts.

use super::*;

#[test]
fn layers_are_found_and_made_again() {
    let text = b"{\"patient\":\"Denise Caldwell\",\"ssn\":\"536-90-4399\",\"note\":\"seen in the clinic, well\"}";
    let plain = Layer { at: 0..0, inner: Vec::new(), style: Style { url: false, padded: true, lines: None } };
    let wide =
        Layer { at: 0..0, inner: Vec::new(), style: Style { url: false, padded: true, lines: Some((76, "\r\n")) } };
    for encoded in [plain.encode(text), wide.encode(text)] {
        let document = [b"token: ", &encoded[..], b"\r\n\r\nmore"].concat();
        for at in [7, 7 + encoded.len() / 2, 7 + encoded.len() - 8] {
            let found = around(&document, &(at..at + 2)).expect("a layer");
            assert_eq!(found.inner, text);
            assert_eq!(&document[found.at.clone()], &encoded[..]);
            assert_eq!(found.encode(&found.inner), encoded);
        }
    }
    assert!(around(b"patient Denise Caldwell was seen", &(8..23)).is_none());
    assert!(around(b"/home/users/patients/denisecaldwell", &(21..35)).is_none());
}
