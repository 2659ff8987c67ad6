use super::*;

#[test]
fn places_that_are_one_are_known_by_any_name() {
    let at = |from: &str, to: &str| {
        let (from, to) = (Address::parse(from).expect("an address"), Address::parse(to).expect("an address"));
        overlap((&from, None, None), (&to, None, None))
    };
    for (from, to, wanted) in [
        ("s3://b/logs/", "s3a://b/logs", Some(Overlap::Same)),
        ("s3://b", "s3://B/", Some(Overlap::Same)),
        ("s3://b/logs", "s3://b/logs/clean/", Some(Overlap::Inside)),
        ("s3://b/logs/app", "s3a://b/logs", Some(Overlap::Holds)),
        ("s3://b/logs", "s3://b", Some(Overlap::Holds)),
        ("s3://b/lo%67s/", "s3://b/logs/", Some(Overlap::Same)),
        ("s3://b/logs", "s3://b/x/../logs", Some(Overlap::Same)),
        ("az://box/a", "abfss://box@account.dfs.core.windows.net/a", Some(Overlap::Same)),
        ("https://b.s3.amazonaws.com/logs/a.log", "s3://b/logs", Some(Overlap::Holds)),
        ("https://s3.eu-west-1.amazonaws.com/b/logs/", "s3://b/logs", Some(Overlap::Same)),
        ("s3://b/logs", "s3://b/logs-clean", None),
        ("s3://b/logs", "s3://c/logs", None),
        ("s3://b/logs", "gs://b/logs", None),
        ("https://b.example.org/logs/", "s3://b/logs", None),
    ] {
        assert_eq!(at(from, to), wanted, "{from} {to}");
    }
}

#[test]
fn servers_and_accounts_tell_buckets_apart() {
    let at = |from: (Option<&str>, Option<&str>), to: (Option<&str>, Option<&str>)| {
        let place = Address::parse("az://b/logs").expect("an address");
        overlap((&place, from.0, from.1), (&place, to.0, to.1))
    };
    assert_eq!(at((None, Some("a")), (None, Some("b"))), None);
    assert_eq!(at((None, Some("a")), (None, Some("A"))), Some(Overlap::Same));
    assert_eq!(at((None, None), (Some("https://minio.example.org"), None)), None);
    let (one, other) = (Some("http://localhost:9000/"), Some("http://127.0.0.1:9000"));
    assert_eq!(at((one, None), (other, None)), Some(Overlap::Same));
    let (a, b) = (Some("https://a.blob.core.windows.net"), Some("https://b.blob.core.windows.net"));
    assert_eq!(at((None, None), (a, None)), Some(Overlap::Same));
    assert_eq!(at((a, None), (b, None)), None);
}

#[test]
fn keys_are_told_from_their_place() {
    for (address, name, wanted) in [
        ("s3://b/logs/", "s3://b/logs/a/b.log", Some("a/b.log")),
        ("s3://b", "s3://b/a.log", Some("a.log")),
        ("s3://b/a.log", "s3://b/a.log", Some("")),
        ("s3://b/logs", "s3://b/logs2/a", None),
    ] {
        assert_eq!(below(address, name).as_deref(), wanted, "{address} {name}");
    }
}
