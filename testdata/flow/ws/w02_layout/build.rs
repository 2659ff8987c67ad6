fn main() {
    println!("cargo:rerun-if-changed=build.rs"); // ok: an instruction to cargo
    let ssn_table = std::env::var("SSN_TABLE").unwrap_or_default();
    println!("cargo:rustc-env=SSN_TABLE={ssn_table}"); // ok: a table's name
}
