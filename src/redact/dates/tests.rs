//! Dates, read and moved.

use proptest::prelude::*;

use super::*;

fn plain(text: &str) -> Vec<String> {
    find(text.as_bytes(), 40).iter().map(|d| d.plain().unwrap_or_else(|| format!("{:?}", d.year()))).collect()
}

fn moved(text: &str, by: i64) -> String {
    let mut out = text.as_bytes().to_vec();
    for date in find(text.as_bytes(), 40).iter().rev() {
        for (at, new) in date.shifted(text.as_bytes(), by).expect("a day").into_iter().rev() {
            out.splice(at, new.into_bytes());
        }
    }
    String::from_utf8(out).expect("text")
}

#[test]
fn forms_of_dates() {
    for text in [
        "2024-03-05",
        "3/5/2024",
        "03/05/24",
        "20240305",
        "20240305101112",
        "20240305101112.000-0500",
        "240305",
        "March 5, 2024",
        "Mar 5 2024",
        "5 Mar 2024",
        "05-MAR-24",
        "Tuesday, March 5th, 2024",
        "2024-03-05T10:11:12Z",
        "2024/03/05 10:11",
        "2024-03-05T10:11:12.123+02:00",
    ] {
        assert_eq!(plain(text), ["2024-03-05"], "{text}");
    }
    assert_eq!(plain("20240305-20240309"), ["2024-03-05", "2024-03-09"]);
    assert_eq!(plain("25.12.1950"), ["1950-12-25"]);
    for (text, year) in
        [("March 2024", "Some(2024)"), ("2024", "Some(2024)"), ("03/2024", "Some(2024)"), ("3/5", "None")]
    {
        assert_eq!(plain(text), [year], "{text}");
    }
}

#[test]
fn moved_in_their_form() {
    assert_eq!(moved("2024-03-05T10:11:12Z", -5), "2024-02-29T10:11:12Z");
    assert_eq!(moved("3/5/2024", -5), "2/29/2024");
    assert_eq!(moved("20240305101112", -5), "20240229101112");
    assert_eq!(moved("05-MAR-24", -5), "29-FEB-24");
    assert_eq!(moved("Tuesday, March 5, 2024", -5), "Thursday, February 29, 2024");
}

proptest! {
    #[test]
    fn intervals_are_kept(a in -40_000i64..40_000, b in -40_000i64..40_000, by in -365i64..365) {
        let text = |n: i64| { let (y, m, d) = civil(n); format!("{y:04}-{m:02}-{d:02}") };
        let number = |text: &str| {
            let date = find(text.as_bytes(), 40).remove(0);
            days(date.year.expect("y").number, date.month.expect("m").number, date.day.expect("d").number)
        };
        prop_assert_eq!(number(&text(a)), a);
        let (one, other) = (moved(&text(a), by), moved(&text(b), by));
        prop_assert_eq!(number(&one) - number(&other), a - b);
    }

    #[test]
    fn nothing_panics(text in any::<Vec<u8>>(), digits in "[0-9 /.:-]{0,40}") {
        for text in [&text[..], digits.as_bytes()] {
            for date in find(text, 40) {
                let _ = date.shifted(text, 3);
            }
        }
    }
}
