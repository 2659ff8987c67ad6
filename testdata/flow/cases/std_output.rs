//! The print family, `dbg!`, standard handles, files that are logs and files that are not.
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};

#[derive(Debug, Clone, Default)]
pub struct Patient {
    pub given_name: String,
    pub family_name: String,
    pub mrn: String,
    pub phone: String,
    pub clinic: Clinic,
}

#[derive(Debug, Clone, Default)]
pub struct Clinic {
    pub name: String,
    pub phone: String,
}

pub fn printed(p: &Patient) {
    println!("{} {}", p.given_name, p.family_name); // expect: phi-log kind=print
    println!("{} {}", p.clinic.name, p.clinic.phone); // ok: the clinic's
    print!("{:?}\n", p); // expect: phi-log kind=print
    print!("{:?}\n", p.clinic); // ok: a clinic
    eprintln!("no chart {}", p.mrn); // expect: phi-log kind=print
    eprintln!("no chart, mrn has {} digits", p.mrn.len()); // ok: a length
    eprint!("{:>10}|", p.phone); // expect: phi-log kind=print
    eprint!("{:>10}|", "phone"); // ok: a literal
    std::println!("{}", p.given_name); // expect: phi-log kind=print
}

pub fn debugged(p: &Patient) -> usize {
    dbg!(&p.mrn); // expect: phi-log kind=dbg
    dbg!(p.mrn.len()); // ok: a length
    let copy = dbg!(p.clone()); // expect: phi-log kind=dbg
    let n = dbg!(copy.phone.chars().count()); // ok: a count
    dbg!(n, &copy.clinic.name); // ok: a count and a clinic
    dbg!(n, &copy.family_name); // expect: phi-log kind=dbg
    dbg!(); // ok: only the place in the source
    dbg!(p.mrn.is_empty()) as usize // ok: emptiness
}

pub fn handles(p: &Patient) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(p.mrn.as_bytes())?; // expect: phi-log kind=print
    out.write_all(b"mrn\n")?; // ok: a literal
    writeln!(out, "{}", p.family_name)?; // expect: phi-log kind=print
    writeln!(out, "{} patients", p.clinic.name.len())?; // ok: a length
    let err = io::stderr();
    writeln!(err.lock(), "bad phone {}", p.phone)?; // expect: phi-log kind=print
    writeln!(err.lock(), "bad phone at {}", p.clinic.name)?; // ok: a clinic
    write!(io::stderr(), "{p:?}")?; // expect: phi-log kind=print
    let mut buffered = BufWriter::new(io::stdout());
    writeln!(buffered, "{}", p.given_name)?; // expect: phi-log kind=print
    io::stderr().write_fmt(format_args!("{}", p.phone))?; // expect: phi-log kind=print
    io::stderr().flush() // ok: nothing is written
}

pub fn export(p: &Patient, path: &str) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(file, "{},{}", p.mrn, p.family_name)?; // ok: an export file is the program's purpose, no log
    let mut buffer = Vec::new();
    writeln!(buffer, "{}", p.mrn)?; // ok: a buffer in memory
    file.write_all(&buffer)?; // ok: the same export file
    println!("wrote {} bytes", buffer.len()); // ok: a length
    io::stdout().write_all(&buffer)?; // expect: phi-log kind=print
    Ok(())
}

pub fn files(p: &Patient) -> io::Result<()> {
    fs::write("import-errors.log", format!("{}\n", p.mrn))?; // expect: phi-log kind=file tier=low
    fs::write("import-errors.log", "one row was skipped\n")?; // ok: a literal
    fs::write("patients.csv", format!("{}\n", p.mrn))?; // ok: no log file
    let mut log = OpenOptions::new().append(true).create(true).open("/var/log/intake/debug.log")?;
    writeln!(log, "row of {}", p.family_name)?; // expect: phi-log kind=file tier=low
    writeln!(log, "row of {} bytes", p.family_name.len()) // ok: a length
}

/// What a command line tool answers: still on a screen that others see, and in the shell's records.
pub fn answer(found: Option<&Patient>, asked: usize) {
    match found {
        Some(p) if p.phone.is_empty() => println!("{asked}: no phone"), // ok: a number and words
        Some(p) => println!("{asked}: {}", p.phone), // expect: phi-log kind=print
        None => println!("{asked}: not found"), // ok: a number and words
    }
}
