//! Annotated programs: what reaches a sink is found, and nothing else. `testdata/flow/README.md` says what the marks
//! mean.
#![cfg(feature = "rust-flow")]
#![allow(clippy::disallowed_methods)] // it reads the programs

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use phivet::Rules;
use phivet::detect::flow::{Analysis, Own};
use phivet::scan::flows::{self, Known, Source};

/// What must be found: a place, how many lines it may be off, a name under which another line may stand for it.
struct Expected {
    path: String,
    line: usize,
    span: usize,
    id: Option<String>,
    low: bool,
}

#[derive(Default)]
struct Marks {
    expected: Vec<Expected>,
    via: BTreeSet<(String, String, usize)>,
    neutral: BTreeSet<(String, usize)>,
}

fn read_marks(name: &str, text: &str, marks: &mut Marks) {
    for (i, line) in text.lines().enumerate() {
        let at = i + 1;
        if let Some((_, said)) = line.split_once("// expect: phi-log") {
            let word = |key: &str| said.split_whitespace().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
            let span = word("span=").and_then(|n| n.parse().ok()).unwrap_or(0);
            let low = word("tier=").is_some_and(|tier| tier == "low");
            marks.expected.push(Expected { path: name.to_owned(), line: at, span, id: word("id="), low });
        }
        if let Some((_, id)) = line.split_once("// via: ") {
            let id = id.split_whitespace().next().unwrap_or("").to_owned();
            marks.via.insert((id, name.to_owned(), at));
        }
        let start = line.trim_start().trim_start_matches("pub ");
        let declares = ["#[derive", "struct ", "enum ", "type "].iter().any(|word| start.starts_with(word));
        if line.contains("// neutral:") || declares {
            marks.neutral.insert((name.to_owned(), at));
        }
    }
}

fn files(folder: &Path, list: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, list);
        } else if path.extension().is_some_and(|e| e == "rs") || path.ends_with("Cargo.toml") {
            list.push(path);
        }
    }
}

fn analysis() -> Analysis {
    Analysis::new(&Rules::builtin().expect("the built-in rules"), &Own::default())
}

/// Lines found, expectations met, lines that are false, expectations missed.
fn measure(folder: &Path) -> (usize, Vec<String>, Vec<String>) {
    let (mut sources, mut manifests, mut marks) = (Vec::new(), Vec::new(), Marks::default());
    let mut list = Vec::new();
    files(folder, &mut list);
    for path in list {
        let name = path.to_string_lossy().replace('\\', "/");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if name.ends_with(".rs") {
            read_marks(&name, &text, &mut marks);
            sources.push(Source { name: name.clone(), path: name, text, wanted: true });
        } else {
            manifests.push((name, text));
        }
    }
    let rules = Rules::builtin().expect("the built-in rules");
    let found = flows::flows(&analysis(), &sources, &manifests, 2, None);
    let mut lines: BTreeSet<(String, usize)> = BTreeSet::new();
    for source in &sources {
        for hit in found.get(&source.name).into_iter().flatten() {
            // Advisory rules are asked for; those about types stand on declarations.
            let rule = rules.get(hit.rule);
            if rule.sink.as_ref().is_some_and(|sink| sink.advisory) {
                continue;
            }
            lines.insert((source.name.clone(), source.text[..hit.at.start].matches('\n').count() + 1));
        }
    }
    let meets = |e: &Expected, (path, line): &(String, usize)| {
        let there = *path == e.path && (e.line..=e.line + e.span).contains(line);
        there || e.id.as_ref().is_some_and(|id| marks.via.contains(&(id.clone(), path.clone(), *line)))
    };
    let missed = marks.expected.iter().filter(|e| !e.low && !lines.iter().any(|line| meets(e, line)));
    let missed: Vec<String> = missed.map(|e| format!("{}:{}", e.path, e.line)).collect();
    let wrong =
        lines.iter().filter(|line| !marks.neutral.contains(*line) && !marks.expected.iter().any(|e| meets(e, line)));
    let wrong: Vec<String> = wrong.map(|(path, line)| format!("{path}:{line}")).collect();
    (marks.expected.len(), missed, wrong)
}

/// The programs below a folder: `cases` and each of `ws/*` are workspaces of their own.
fn workspaces(folder: &Path) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> =
        std::fs::read_dir(folder.join("ws")).into_iter().flatten().flatten().map(|e| e.path()).collect();
    list.push(folder.join("cases"));
    list.retain(|path| path.is_dir());
    list.sort();
    list
}

/// What was measured over all programs of a folder.
#[derive(Default)]
struct Measured {
    expected: usize,
    missed: Vec<String>,
    wrong: Vec<String>,
}

impl Measured {
    fn found(&self) -> usize {
        self.expected - self.missed.len()
    }

    fn precision(&self) -> f64 {
        self.found() as f64 / (self.found() + self.wrong.len()) as f64
    }

    fn recall(&self) -> f64 {
        self.found() as f64 / self.expected as f64
    }

    fn says(&self) -> String {
        format!(
            "precision {:.3}, recall {:.3}\nmissed:\n{}\nfalse:\n{}",
            self.precision(),
            self.recall(),
            self.missed.join("\n"),
            self.wrong.join("\n")
        )
    }
}

fn share(folder: &Path) -> Option<Measured> {
    let mut all = Measured::default();
    for workspace in workspaces(folder) {
        let (expected, missed, wrong) = measure(&workspace);
        all.expected += expected;
        all.missed.extend(missed);
        all.wrong.extend(wrong);
    }
    (all.expected > 0).then_some(all)
}

/// The page: what holds, and every line on which it does not.
fn page(folder: &Path, measured: &Measured) -> String {
    let root = format!("{}/", folder.to_string_lossy().replace('\\', "/"));
    let lines = |places: &[String]| {
        let lines: Vec<String> = places
            .iter()
            .map(|place| {
                let place = place.strip_prefix(&root).unwrap_or(place);
                let (path, number) = place.rsplit_once(':').unwrap_or((place, "0"));
                let text = std::fs::read_to_string(folder.join(path)).unwrap_or_default();
                let line = text.lines().nth(number.parse::<usize>().unwrap_or(1) - 1).unwrap_or_default().trim();
                format!("- `{place}`\n\n  ````rust\n  {line}\n  ````\n")
            })
            .collect();
        lines.join("")
    };
    format!(
        "<!-- Written by tests/flow.rs. -->\n# How well the code checks do\n\n\
         On the annotated programs of [`testdata/flow`](../testdata/flow/README.md), {} expected lines: precision {:.3},\n\
         recall {:.3}. `cargo test --all-features --test flow` measures it, and fails below .95 and .90.\n\n\
         ## Missing\n\nLines that should be reported and are not.\n\n{}\n## False\n\n\
         Lines that are reported and should not be.\n\n{}",
        measured.expected,
        measured.precision(),
        measured.recall(),
        lines(&measured.missed),
        lines(&measured.wrong),
    )
}

#[test]
fn annotated_programs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/flow");
    let measured = share(&folder).expect("programs");
    assert!(measured.precision() >= 0.95 && measured.recall() >= 0.90, "{}", measured.says());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flow.md");
    let page = page(&folder, &measured);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &page).expect("the page is written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert_eq!(written, page, "`BLESS=1 cargo test --test flow` writes docs/flow.md anew");
}

#[test]
fn samples_of_the_measure() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("shared").join("devbench/flow");
    if let Some(measured) = share(&folder) {
        assert!(measured.missed.is_empty() && measured.wrong.is_empty(), "{}", measured.says());
    }
}

#[test]
fn facts_that_are_known_give_the_same_answer() {
    let text = "pub struct Patient { pub ssn: String }\npub fn f(p: &Patient) { log::info!(\"{}\", p.ssn); }\n";
    let sources =
        [Source { name: "src/lib.rs".to_owned(), path: "src/lib.rs".to_owned(), text: text.to_owned(), wanted: true }];
    let analysis = analysis();
    let mut known = Known::new();
    let cold = flows::flows(&analysis, &sources, &[], 1, Some(&mut known));
    assert_eq!(known.len(), 1);
    assert!(!known.values().any(|facts| facts.windows(7).any(|w| w == b"info!(\"")), "facts hold no text");
    let warm = flows::flows(&analysis, &sources, &[], 1, Some(&mut known));
    assert_eq!(cold, warm);
    assert_eq!(cold["src/lib.rs"].len(), 1);
}

#[test]
fn bad_input_ends_well() {
    let analysis = analysis();
    let deep = format!("fn f() {{ {}1{}; }}", "(".repeat(100_000), ")".repeat(100_000));
    let chain = format!("const A: i32 = {}1;", "1 + ".repeat(100_000));
    let types = format!("type A = {}u8{};", "Vec<".repeat(50_000), ">".repeat(50_000));
    let looped = "struct A { b: Option<Box<B>> } struct B { a: Option<Box<A>> } fn f(a: &A) { println!(\"{:?}\", g(a)); } fn g(a: &A) -> &A { g(a) }";
    let derefs = "struct A { n: u8 } impl std::ops::Deref for A { type Target = A; fn deref(&self) -> &A { self } } fn f(a: &A) { log::info!(\"{}\", a.zork); a.zork(); }";
    let macros = "macro_rules! m { ($($x:tt)*) => { m!($($x)* $($x)*) } } fn f() { m!(a b c); }";
    let template = "fn {{ name }}() { log::info!(\"{ssn}\") }";
    for text in [
        &deep,
        &chain,
        &types,
        looped,
        derefs,
        macros,
        template,
        "\u{feff}fn f() {}",
        "#!/usr/bin/env x\nfn f() {}",
        "",
    ] {
        let hits = flows::alone(&analysis, "src/a.rs", text);
        assert!(hits.iter().all(|hit| hit.at.end <= text.len()));
    }
    assert_eq!(flows::alone(&analysis, "src/a.rs", template).len(), 1, "what does not parse is looked at word by word");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 48, ..Default::default() })]
    #[test]
    fn any_text_is_read(text in "(fn |struct |info!\\(|\\{ssn\\}|\"|\\(|\\)|\\{|\\}|;|,|=>|\\||&|'a|let |match |x|\\.y|::|<|>|[a-z ]{0,4}|\\PC){0,60}") {
        let analysis = analysis();
        for hit in flows::alone(&analysis, "src/a.rs", &text) {
            assert!(hit.at.end <= text.len());
        }
    }
}
