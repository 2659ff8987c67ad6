fn main() {
    let ssn = "000-00-0000".to_owned();
    println!("bench with {ssn}"); // ok: a benchmark
}
