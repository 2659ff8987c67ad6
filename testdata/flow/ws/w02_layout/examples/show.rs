use intake_layout::Registration;

fn main() {
    let full_name = std::env::args().nth(1).unwrap_or_default();
    let r = Registration { full_name, ..Default::default() };
    println!("{}", r.desk); // ok: a desk
    println!("{}", r.full_name); // expect: phi-log kind=print tier=low
}
