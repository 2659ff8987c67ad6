//! Rule files: a rule or an error, never a panic; what is a rule can be searched with.
#![no_main]

use libfuzzer_sys::fuzz_target;
use phivet::{Document, Policy, Rules, Scanner};

fuzz_target!(|text: &str| {
    let files = [("own.yaml".to_owned(), text.to_owned())];
    let Ok(rules) = Rules::default().with_texts(&files) else { return };
    if let Ok(scanner) = Scanner::new(rules, Policy::default()) {
        let _ = scanner.scan(&Document::of("a.log", b"patient mrn=00927364 ssn 264-83-5971".to_vec()));
    }
});
