//! Value representations of PS3.5, section 6.2.

/// Is this a value representation?
pub(super) fn is_vr(vr: [u8; 2]) -> bool {
    is_long(vr)
        || matches!(
            &vr,
            b"AE"
                | b"AS"
                | b"AT"
                | b"CS"
                | b"DA"
                | b"DS"
                | b"DT"
                | b"FL"
                | b"FD"
                | b"IS"
                | b"LO"
                | b"LT"
                | b"PN"
                | b"SH"
                | b"SL"
                | b"SS"
                | b"ST"
                | b"TM"
                | b"UI"
                | b"UL"
                | b"US"
        )
}

/// Do two reserved bytes and a length of four bytes follow it (PS3.5, table 7.1-1)?
pub(super) fn is_long(vr: [u8; 2]) -> bool {
    matches!(&vr, b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV")
}

/// Is its value no text at all?
pub(super) fn is_binary(vr: [u8; 2]) -> bool {
    matches!(
        &vr,
        b"AT"
            | b"FL"
            | b"FD"
            | b"OB"
            | b"OD"
            | b"OF"
            | b"OL"
            | b"OV"
            | b"OW"
            | b"SL"
            | b"SS"
            | b"SV"
            | b"UL"
            | b"US"
            | b"UV"
    )
}
