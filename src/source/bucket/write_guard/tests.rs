use std::sync::Arc;

use super::*;

fn guard(key: &str) -> WriteGuard {
    let reading = Guard { traffic: Arc::default(), instance_credentials: true };
    WriteGuard { reading, bucket: "clean".to_owned(), key: Path::from(key) }
}

#[test]
fn only_objects_of_the_target_are_written() {
    let guard = guard("out");
    let host = "s3.eu-west-1.amazonaws.com";
    for (method, host, path, query) in [
        ("PUT", host, "/clean/out/a.log", ""),
        ("PUT", host, "/clean/out/a%20b.log", "partNumber=1&uploadId=x"),
        ("PUT", host, "/clean/out", ""),
        ("POST", host, "/clean/out/a.log", "uploads"),
        ("POST", host, "/clean/out/a.log", "uploadId=x"),
        ("DELETE", host, "/clean/out/a.log", "uploadId=x"),
        ("PUT", "clean.s3.amazonaws.com", "/out/a.log", ""),
        ("PUT", "127.0.0.1", "/devstoreaccount1/clean/out/a.log", "comp=blocklist"),
        ("PUT", "a.blob.core.windows.net", "/clean/out/a.log", "comp=block&blockid=x&sv=2024&sig=x"),
    ] {
        assert!(guard.writes(method, host, path, query), "{method} {host}{path}?{query}");
    }
    for (method, host, path, query) in [
        ("PUT", host, "/clean/outside/a.log", ""),
        ("PUT", host, "/clean/a.log", ""),
        ("PUT", host, "/raw/out/a.log", ""),
        ("PUT", host, "/clean", ""),
        ("PUT", host, "/clean/out/a.log", "acl"),
        ("PUT", host, "/clean/out/a.log", "comp=metadata"),
        ("PUT", host, "/clean/out/../../raw/a.log", ""),
        ("POST", host, "/clean/out/a.log", ""),
        ("DELETE", host, "/clean/out/a.log", ""),
        ("PATCH", host, "/clean/out/a.log", ""),
        ("PUT", "cleaner.s3.amazonaws.com", "/out/a.log", ""),
    ] {
        assert!(!guard.writes(method, host, path, query), "{method} {host}{path}?{query}");
    }
}

#[test]
fn a_bucket_as_a_whole_is_no_object() {
    let guard = guard("");
    assert!(guard.writes("PUT", "localhost", "/clean/a.log", ""));
    assert!(!guard.writes("PUT", "localhost", "/clean", "") && !guard.writes("PUT", "localhost", "/clean/", ""));
    assert!(!guard.writes("POST", "localhost", "/clean", "delete") && !guard.writes("PUT", "localhost", "/a.log", ""));
}
