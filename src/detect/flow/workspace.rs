//! Crates of a workspace, told by their manifests. No cargo is called, no lock file read.

use super::solve::Crate;

/// The crates that manifests (path, text) describe.
#[must_use]
pub fn crates(manifests: &[(String, String)]) -> Vec<Crate> {
    let mut list: Vec<Crate> = manifests.iter().filter_map(|(path, text)| one(path, text)).collect();
    list.sort_by(|a, b| a.dir.cmp(&b.dir));
    list
}

fn one(path: &str, text: &str) -> Option<Crate> {
    let manifest: toml::Table = text.parse().ok()?;
    let package = manifest.get("package")?;
    let name = package.get("name")?.as_str()?.replace('-', "_");
    let dir = path.strip_suffix("Cargo.toml").unwrap_or(path).trim_start_matches("./").to_owned();
    let lib = manifest.get("lib");
    let lib_name = lib.and_then(|l| l.get("name")).and_then(|n| n.as_str()).map(|n| n.replace('-', "_"));
    let lib_path = lib.and_then(|l| l.get("path")).and_then(|p| p.as_str()).map(str::to_owned);
    let mut deps = Vec::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        for (key, value) in manifest.get(table).and_then(|t| t.as_table()).into_iter().flatten() {
            let real = value.get("package").and_then(|p| p.as_str()).unwrap_or(key);
            deps.push((key.replace('-', "_"), real.replace('-', "_")));
        }
    }
    Some(Crate { dir, name: lib_name.unwrap_or(name), deps, lib: lib_path })
}

/// The crate that a file belongs to: the one whose folder is nearest.
#[must_use]
pub fn crate_of(crates: &[Crate], path: &str) -> Option<u32> {
    let path = path.trim_start_matches("./");
    let near = crates.iter().enumerate().filter(|(_, k)| path.starts_with(&k.dir)).max_by_key(|(_, k)| k.dir.len());
    near.and_then(|(i, _)| u32::try_from(i).ok())
}

/// Is a file test code by where it lies in its crate?
#[must_use]
pub fn is_test(crates: &[Crate], path: &str) -> bool {
    let path = path.trim_start_matches("./");
    let inner = match crate_of(crates, path) {
        Some(krate) => path.strip_prefix(&crates[krate as usize].dir).unwrap_or(path),
        None => path,
    };
    let first = inner.split('/').next().unwrap_or("");
    let name = inner.rsplit('/').next().unwrap_or("");
    matches!(first, "tests" | "benches" | "test") || matches!(name, "tests.rs" | "test.rs") || inner.contains("/tests/")
}
