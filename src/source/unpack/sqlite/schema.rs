//! The schema of a database: its tables and what their columns are called.

use super::{Row, Value};

/// A table.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) root: u32,
    pub(super) columns: Vec<String>,
    /// The column that is the number of the row, if one is.
    id: Option<usize>,
    pub(super) is_without_rowid: bool,
}

impl Table {
    /// The table that a row of the schema (type, name, table, root, SQL) tells of.
    pub(super) fn of(row: &[Value]) -> Option<Self> {
        let text = |at: usize| row.get(at)?.as_deref().map(String::from_utf8_lossy);
        if text(0)? != "table" {
            return None;
        }
        let root = text(3)?.parse().ok().filter(|root| *root != 0)?;
        let sql = text(4)?;
        let definitions = definitions(&sql);
        let mut table = Self {
            name: text(1)?.into_owned(),
            root,
            columns: Vec::new(),
            id: None,
            is_without_rowid: sql.rfind(')').is_some_and(|at| sql[at..].to_ascii_uppercase().contains("WITHOUT ROWID")),
        };
        for definition in definitions {
            let (name, rest, quoted) = first_word(definition);
            const CONSTRAINTS: [&str; 5] = ["PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT"];
            if !quoted && CONSTRAINTS.iter().any(|word| name.eq_ignore_ascii_case(word)) {
                continue;
            }
            let rest = rest.trim_start().to_ascii_uppercase();
            if rest.starts_with("INTEGER") && rest.contains("PRIMARY KEY") {
                table.id = Some(table.columns.len());
            }
            table.columns.push(name);
        }
        Some(table)
    }

    /// The cells of a row.
    pub(super) fn cells(&self, row: Row) -> Vec<Vec<u8>> {
        let mut cells: Vec<Vec<u8>> = row.values.into_iter().map(Option::unwrap_or_default).collect();
        if let Some(cell) = self.id.and_then(|id| cells.get_mut(id)).filter(|cell| cell.is_empty()) {
            *cell = row.id.to_string().into_bytes();
        }
        // A column that was added later is not in older rows.
        cells.resize(cells.len().max(self.columns.len()), Vec::new());
        cells
    }
}

/// What stands between the brackets of `CREATE TABLE`, cut at the commas.
fn definitions(sql: &str) -> Vec<&str> {
    let Some(start) = sql.find('(') else { return Vec::new() };
    let (mut depth, mut quote, mut from) = (0_u32, None, start + 1);
    let mut found = Vec::new();
    for (at, c) in sql.char_indices().skip_while(|(at, _)| *at < start) {
        match (quote, c) {
            (Some(end), _) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') if depth <= 1 => {
                found.push(&sql[from..at]);
                break;
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 1 => {
                found.push(&sql[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// The first word of a definition, without quotes; what follows; and whether it was quoted.
fn first_word(definition: &str) -> (String, &str, bool) {
    let definition = definition.trim_start();
    let end = match definition.chars().next() {
        Some(quote @ ('"' | '\'' | '`')) => definition[1..].find(quote).map(|at| at + 1),
        Some('[') => definition.find(']'),
        _ => {
            let end = definition.find(|c: char| c.is_whitespace() || c == '(').unwrap_or(definition.len());
            return (definition[..end].to_owned(), &definition[end..], false);
        }
    };
    match end {
        Some(end) => (definition[1..end].to_owned(), &definition[end + 1..], true),
        None => (definition.to_owned(), "", true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_table() {
        let sql = "CREATE TABLE \"a b\" (id INTEGER PRIMARY KEY, \"first, name\" TEXT DEFAULT ('x,y'), [dob] DATE, \
                   `mrn` VARCHAR(10, 2) CHECK (length(mrn) > 1), ssn, PRIMARY KEY (id), UNIQUE(ssn))";
        let row = ["table", "a b", "a b", "2", sql].map(|text| Some(text.as_bytes().to_vec()));
        let table = Table::of(&row).expect("a table");
        assert_eq!(table.columns, ["id", "first, name", "dob", "mrn", "ssn"]);
        assert_eq!((table.id, table.root, table.is_without_rowid), (Some(0), 2, false));
    }
}
