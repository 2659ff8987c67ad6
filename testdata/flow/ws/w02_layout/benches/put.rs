fn main() {
    let ssn = "synthetic".to_owned();
    println!("bench with {ssn}"); // ok: a benchmark
}
