//! Numbers and codes that are issued one by one: ZIP codes, area codes, ICD-10-CM.

/// One bit for each of 100 000 ZIP codes.
static ZIP5: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zip5.bin"));
/// One bit for each of 1 000 area codes.
static AREA: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/area.bin"));
/// Six bytes for each of 1 000 ZIP3s: restricted or not, then the numbers of its states, 0 for none.
static ZIP3: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zip3.bin"));
/// Codes of the states, two bytes each, in the order of their numbers; number 0 is no state.
static STATES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/states.bin"));
/// Where each category's codes begin in `ICD10CM_REST`, four bytes each.
static ICD10CM_FIRST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/icd10cm_first.bin"));
/// What follows the category in each code, three bytes each, sorted within a category.
static ICD10CM_REST: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/icd10cm_rest.bin"));

/// Whether a number is a ZIP code with an area: a ZCTA of Census 2010 or 2020. ZIP codes of PO boxes alone are not.
#[must_use]
pub fn is_zip5(zip: u32) -> bool {
    super::is_set(ZIP5, zip as usize)
}

/// Whether a number is an area code in use in the North American numbering plan (libphonenumber 9.0.43).
#[must_use]
pub fn is_area_code(code: u16) -> bool {
    super::is_set(AREA, usize::from(code))
}

/// Whether the first three digits of a ZIP code stand for 20 000 people or fewer in one of Census 2000, 2010 and 2020,
/// and must be changed to 000 under 45 CFR 164.514(b)(2)(i)(B).
#[must_use]
pub fn is_restricted_zip3(zip3: u16) -> bool {
    row(zip3).is_some_and(|row| row[0] == 1)
}

/// The USPS code of the state in which a ZIP3 lies; of the main one if it lies in several.
#[must_use]
pub fn zip3_state(zip3: u16) -> Option<[u8; 2]> {
    let number = row(zip3)?[1];
    (number != 0).then(|| STATES.as_chunks::<2>().0.get(usize::from(number)).copied())?
}

/// Whether a ZIP3 lies, in part at least, in a state, which is given by USPS code or name.
#[must_use]
pub fn zip3_in_state(zip3: u16, state: &[u8]) -> bool {
    let number = (super::find_phrase(state) >> 25) as u8;
    number != 0 && row(zip3).is_some_and(|row| row[1..].contains(&number))
}

/// Whether a text is a code or header of ICD-10-CM FY2026 (NCHS/CMS, April 2026), with or without its dot.
#[must_use]
pub fn is_icd10cm(code: &[u8]) -> bool {
    let Some((category, rest)) = code.split_at_checked(3) else { return false };
    let rest = match rest {
        [b'.'] => return false,
        [b'.', rest @ ..] => rest,
        rest => rest,
    };
    is_code(category, rest).unwrap_or(false)
}

fn is_code(category: &[u8], rest: &[u8]) -> Option<bool> {
    let category = super::hash::icd10cm_category(category)?;
    let rest = super::hash::icd10cm_rest(rest)?;
    let first = |category: usize| Some(u32::from_le_bytes(*ICD10CM_FIRST.as_chunks().0.get(category)?) as usize);
    let codes = ICD10CM_REST.as_chunks::<3>().0.get(first(category)?..first(category + 1)?)?;
    Some(codes.binary_search_by_key(&rest, |c| u32::from_le_bytes([c[0], c[1], c[2], 0])).is_ok())
}

fn row(zip3: u16) -> Option<&'static [u8; 6]> {
    ZIP3.as_chunks().0.get(usize::from(zip3))
}
