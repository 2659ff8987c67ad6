//! A command line tool of a pharmacy: arguments, subcommands, labels, stock, exit codes.
use anyhow::{anyhow, Context, Result};
use clap::{Parser, Subcommand};
use std::fmt;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

#[derive(Debug, Parser)]
pub struct Args {
    #[arg(long)]
    pub rx_number: Option<String>,
    #[arg(long)]
    pub customer_dob: Option<String>,
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    Refill { patient_name: String, days: u16 },
    Stock { ndc_file: String },
    Verify,
}

#[derive(Debug, Clone)]
pub struct Prescription {
    pub rx_number: String,
    pub patient: Customer,
    pub drug: Drug,
    pub refills_left: u8,
    pub prescriber: Prescriber,
}

#[derive(Debug, Clone)]
pub struct Customer {
    pub first_name: String,
    pub last_name: String,
    pub allergies: Vec<String>,
    pub date_of_birth: String,
}

#[derive(Debug, Clone)]
pub struct Drug {
    pub name: String,
    pub ndc: String,
    pub dose: String,
}

#[derive(Debug, Clone)]
pub struct Prescriber {
    pub name: String,
    pub npi: String,
    pub phone: String,
}

impl fmt::Display for Drug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.name, self.dose, self.ndc)
    }
}

pub struct Bottle<'a>(pub &'a Prescription);

impl fmt::Display for Bottle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}", self.0.patient.first_name, self.0.patient.last_name)?;
        write!(f, "{}", self.0.drug)
    }
}

pub fn main_with(args: Args) -> ExitCode {
    eprintln!("{args:?}"); // expect: phi-log kind=print
    eprintln!("limit {}", args.limit); // ok: a limit
    if let Some(rx) = &args.rx_number {
        println!("looking for {rx}"); // expect: phi-log kind=print
    }
    println!("by date: {}", args.customer_dob.is_some()); // ok: presence
    match run(&args) {
        Ok(n) => {
            println!("{n} done"); // ok: a count
            ExitCode::SUCCESS
        }
        Err(err) => {
            eprintln!("error: {err:#}"); // expect: phi-log kind=print
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<usize> {
    match &args.command {
        Command::Refill { patient_name, days } => {
            log::info!("refill for {days} days"); // ok: a number of days
            refill(patient_name).with_context(|| format!("refilling for {patient_name}")) // expect: phi-log kind=error
        }
        Command::Stock { ndc_file } => {
            log::info!("stock of {ndc_file}"); // ok: a file
            stock(ndc_file).with_context(|| format!("reading {ndc_file}")) // ok: a file
        }
        Command::Verify => Ok(0),
    }
}

fn refill(patient_name: &str) -> Result<usize> {
    if patient_name.len() < 2 {
        return Err(anyhow!("patient_name has {} characters", patient_name.len())); // ok: a length
    }
    Ok(1)
}

fn stock(path: &str) -> Result<usize> {
    let text = std::fs::read_to_string(path)?;
    println!("{} lines", text.lines().count()); // ok: a count
    Ok(text.len())
}

pub fn labels(all: &[Prescription], out: &mut dyn Write) -> io::Result<()> {
    for rx in all {
        writeln!(out, "{}", Bottle(rx))?; // ok: the printer of labels, no standard handle
        println!("{}", rx.drug); // neutral: a drug alone, though of a prescription
        println!("{}", Bottle(rx)); // expect: phi-log kind=print
        println!("{} refills", rx.refills_left); // ok: a count
        println!("call {} at {}", rx.prescriber.name, rx.prescriber.phone); // ok: the prescriber
        println!("rx {}", rx.rx_number); // expect: phi-log kind=print
        if !rx.patient.allergies.is_empty() {
            println!("ALLERGIES: {}", rx.patient.allergies.join(", ")); // expect: phi-log kind=print
            println!("{} allergies", rx.patient.allergies.len()); // ok: a count
        }
    }
    Ok(())
}

pub fn formulary(drugs: &[Drug]) {
    for drug in drugs {
        println!("{drug}"); // ok: a drug of the formulary
        println!("{:?}", drug); // ok: a drug of the formulary
    }
}

/// Reads a prompt: what was typed is known by the variable that takes it.
pub fn prompt() -> io::Result<bool> {
    let mut ssn = String::new();
    print!("ssn: "); // ok: a prompt
    io::stdout().flush()?;
    io::stdin().lock().read_line(&mut ssn)?;
    let ssn = ssn.trim();
    if ssn.len() != 9 {
        eprintln!("{ssn} is no SSN"); // expect: phi-log kind=print
        eprintln!("an SSN has 9 digits, not {}", ssn.len()); // ok: a length
        return Ok(false);
    }
    Ok(true)
}

pub fn interactions(a: &Customer, drugs: &[Drug]) -> Vec<String> {
    let mut found = Vec::new();
    for allergy in &a.allergies {
        if let Some(drug) = drugs.iter().find(|d| d.name.eq_ignore_ascii_case(allergy)) {
            log::warn!("interaction at {}", drug.ndc); // ok: a drug of the formulary
            log::warn!("interaction with {allergy}"); // expect: phi-log
            found.push(format!("{allergy}: {}", drug.name));
        }
    }
    log::info!("{} interactions", found.len()); // ok: a count
    log::info!("{found:?}"); // expect: phi-log
    found
}
