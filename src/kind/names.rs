//! What a path says about a document.

use super::Kind;

/// Folders that others, or programs, have filled, whatever stands in them.
const FOREIGN: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    "dist-packages",
    "third_party",
    "third-party",
    "__pycache__",
    ".tox",
    ".venv",
    "__snapshots__",
];

/// Folders that mostly hold others' code, but may hold data of ours (`vendor/claims.csv`, `target/app.log`).
const FOREIGN_CODE: &[&str] = &["vendor", "vendored", "target", "venv", "generated", "pods", "dist"];

/// Files that programs write, in lower case.
const WRITTEN: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "cargo.lock",
    "poetry.lock",
    "uv.lock",
    "pipfile.lock",
    "gemfile.lock",
    "composer.lock",
    "go.sum",
    "go.work.sum",
    "flake.lock",
    "mix.lock",
    "packages.lock.json",
    "gradle.lockfile",
    "podfile.lock",
    "pubspec.lock",
    "bun.lock",
    "deno.lock",
    "generated.rs",
    "generated.go",
    "generated.ts",
    "generated.py",
];

const WRITTEN_ENDS: &[&str] = &[
    ".min.js",
    ".min.css",
    ".min.mjs",
    ".bundle.js",
    ".map",
    ".pb.go",
    "_pb2.py",
    "_pb2_grpc.py",
    ".g.dart",
    ".designer.cs",
    ".snap",
];

const LEGAL: &[&str] = &[
    "license",
    "licence",
    "copying",
    "copyright",
    "notice",
    "authors",
    "contributors",
    "maintainers",
    "codeowners",
    "patents",
    "unlicense",
    "thanks",
    "credits",
    "acknowledgments",
    "acknowledgements",
    "third-party-notices",
    "thirdpartynotices",
    "changelog",
    "changes",
    "history",
    "news",
];

/// Words of licence files that carry a suffix: `LICENSE-MIT`, `COPYING.LESSER`.
const LEGAL_STEMS: &[&str] = &["license", "licence", "copying"];

const EXTENSIONS: &[(Kind, &[&str])] = &[
    (
        Kind::Code,
        &[
            "rs", "py", "pyi", "pyx", "js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx", "java", "kt", "kts",
            "scala", "groovy", "gradle", "clj", "cljs", "go", "c", "h", "cc", "cpp", "cxx", "hh", "hpp", "hxx", "m",
            "mm", "cs", "fs", "fsx", "vb", "swift", "rb", "erb", "php", "pl", "pm", "r", "jl", "lua", "dart", "ex",
            "exs", "erl", "hrl", "hs", "ml", "mli", "sh", "bash", "zsh", "fish", "ps1", "psm1", "bat", "cmd", "awk",
            "asm", "s", "zig", "nim", "vue", "svelte", "cob", "cbl", "mumps", "sas", "do", "proto", "thrift",
            "graphql", "css", "scss", "sass", "less", "ipynb", "d", "f90", "f", "v", "sol",
        ],
    ),
    (
        Kind::Config,
        &[
            "yaml",
            "yml",
            "toml",
            "ini",
            "cfg",
            "conf",
            "cnf",
            "properties",
            "env",
            "tf",
            "tfvars",
            "hcl",
            "editorconfig",
            "gitignore",
            "gitattributes",
            "dockerignore",
            "npmrc",
            "service",
            "plist",
            "desktop",
            "reg",
            "nix",
            "bzl",
            "bazel",
        ],
    ),
    (
        Kind::Data,
        &[
            "json", "jsonl", "ndjson", "json5", "geojson", "csv", "tsv", "psv", "tab", "dat", "sql", "dump", "hl7",
            "x12", "edi", "837", "835", "270", "271", "834", "ccda", "fhir", "bson", "ldif", "vcf", "ics", "har",
            "dbf",
        ],
    ),
    (Kind::Log, &["log", "logs", "trace", "out", "err", "syslog", "journal", "audit", "stderr", "stdout"]),
    (
        Kind::Prose,
        &[
            "txt", "text", "md", "markdown", "rst", "adoc", "asciidoc", "org", "tex", "eml", "mbox", "msg", "rtf",
            "note",
        ],
    ),
    (
        Kind::Markup,
        &[
            "html", "htm", "xhtml", "xml", "xsd", "xsl", "xslt", "svg", "jsp", "aspx", "hbs", "mustache", "tmpl", "j2",
            "po", "pot",
        ],
    ),
];

/// Is this word, in whatever letter case, one of these?
fn listed(list: &[&str], word: &str) -> bool {
    list.iter().any(|entry| entry.eq_ignore_ascii_case(word))
}

/// The last part of a path, lower case.
fn file_name(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase()
}

pub(super) fn by_extension(name: &str) -> Option<Kind> {
    let file = file_name(name);
    match file.as_str() {
        "makefile" | "dockerfile" | "containerfile" | "jenkinsfile" | "justfile" | "rakefile" | "gemfile" => {
            return Some(Kind::Code);
        }
        "readme" | "commit_editmsg" => return Some(Kind::Prose),
        "syslog" | "messages" => return Some(Kind::Log),
        _ if file.starts_with(".env") => return Some(Kind::Config),
        _ => {}
    }
    // A rotated log keeps its kind: `app.log.1`, `app.log.2026-01-02`.
    if file.contains(".log.") || file.contains(".log-") {
        return Some(Kind::Log);
    }
    let (_, extension) = file.rsplit_once('.')?;
    kind_of_extension(extension)
}

fn kind_of_extension(extension: &str) -> Option<Kind> {
    EXTENSIONS.iter().find(|(_, names)| listed(names, extension)).map(|(kind, _)| *kind)
}

pub(super) fn is_generated(name: &str) -> bool {
    let file = file_name(name);
    let code = || !matches!(by_extension(name), Some(Kind::Data | Kind::Log | Kind::Config | Kind::Prose));
    listed(WRITTEN, &file)
        || WRITTEN_ENDS.iter().any(|end| file.ends_with(end))
        || folders(name).any(|folder| listed(FOREIGN, folder) || (listed(FOREIGN_CODE, folder) && code()))
}

pub(super) fn is_legal(name: &str) -> bool {
    let file = file_name(name);
    let whole = file.split('.').next().unwrap_or(&file);
    let stem = file.split(['.', '-', '_']).next().unwrap_or(&file);
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let text = !matches!(kind_of_extension(extension), Some(kind) if kind != Kind::Prose && kind != Kind::Markup);
    text && (listed(LEGAL, whole) || listed(LEGAL_STEMS, stem))
}

fn folders(name: &str) -> impl Iterator<Item = &str> {
    let folders = name.rsplit_once(['/', '\\']).map_or("", |(folders, _)| folders);
    folders.split(['/', '\\']).filter(|folder| !folder.is_empty())
}

/// Words of a path: `src/UserTest_data.rs` is src, user, test, data, rs.
fn any_word(name: &str, wanted: &[&str]) -> bool {
    let mut word = String::new();
    let mut lower_before = false;
    for c in name.chars().chain(['/']) {
        if !c.is_ascii_alphabetic() || (c.is_ascii_uppercase() && lower_before) {
            if listed(wanted, &word) {
                return true;
            }
            word.clear();
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
        lower_before = c.is_ascii_lowercase();
    }
    false
}

/// Does the path say that this is a test, an example or a fixture?
#[must_use]
pub fn path_says_test(name: &str) -> bool {
    any_word(
        name,
        &[
            "test", "tests", "testing", "testdata", "spec", "specs", "fixture", "fixtures", "example", "examples",
            "mock", "mocks", "stub", "stubs", "benches", "bench",
        ],
    )
}

/// Does the path say that its data are made up?
#[must_use]
pub fn path_says_synthetic(name: &str) -> bool {
    any_word(
        name,
        &["synthetic", "synthea", "fake", "faker", "dummy", "mock", "mocks", "sample", "samples", "demo", "lorem"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds() {
        for (name, kind) in [
            ("src/main.rs", Kind::Code),
            ("a/Cargo.lock", Kind::Generated),
            ("web/app.min.js", Kind::Generated),
            ("node_modules/x/i.js", Kind::Generated),
            ("LICENSE-MIT", Kind::Legal),
            ("AUTHORS", Kind::Legal),
            ("license.rs", Kind::Code),
            ("app.log.1", Kind::Log),
            ("x.tar!logs/app.log", Kind::Log),
            (".env.production", Kind::Config),
            ("p.csv", Kind::Data),
            ("notes.txt", Kind::Prose),
            ("odd", Kind::Unknown),
        ] {
            assert_eq!(Kind::of(name, b"x"), kind, "{name}");
        }
    }

    #[test]
    fn contents_tell_kinds() {
        assert_eq!(Kind::of("x", b"\0\0\0"), Kind::Binary);
        assert_eq!(Kind::of("x", b"MSH|^~\\&|A"), Kind::Data);
        assert_eq!(Kind::of("x.rs", b"// @generated by bindgen\n"), Kind::Generated);
        assert_eq!(Kind::of("x.txt", b"2026-01-02 10:00:00 a line\n2026-01-02 10:00:01 b line\n"), Kind::Log);
        assert_eq!(Kind::of("x.txt", b"Report generated by Dr. Xu\n"), Kind::Prose);
    }

    #[test]
    fn paths_tell_tests() {
        assert!(path_says_test("src/UserTest.java") && path_says_test("tests/a.rs") && path_says_test("a_test.go"));
        assert!(!path_says_test("src/latest/contest.rs"));
        assert!(path_says_synthetic("data/synthea_10.csv"));
    }
}
