use crate::Registration;

pub fn load(lines: &[String]) -> Vec<Registration> {
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let mut cells = line.split(';').map(str::to_owned);
        let (Some(full_name), Some(date_of_birth)) = (cells.next(), cells.next()) else {
            log::warn!("line {n} has too few cells"); // ok: a line's number
            continue;
        };
        if date_of_birth.len() != 8 {
            log::warn!("line {n}: {date_of_birth} is no date"); // expect: phi-log
        }
        out.push(Registration { full_name, date_of_birth, ssn: cells.next(), desk: 0 });
    }
    log::info!("{} of {} lines", out.len(), lines.len()); // ok: counts
    out
}
