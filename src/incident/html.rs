//! The assessment as a page: the few forms of Markdown that it has, as HTML.

/// A page that opens from disk.
pub(super) fn page(markdown: &str) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Breach assessment</title>\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
         table{border-collapse:collapse}td{border:1px solid #999;padding:.2rem .6rem}</style></head><body>\n",
    );
    let mut open = "";
    for line in markdown.lines() {
        let (tag, body) = block(line);
        if tag != open {
            out += &close(open);
            out += &begin(tag);
            open = tag;
        }
        out += &body;
    }
    out + &close(open) + "</body></html>\n"
}

fn begin(tag: &str) -> String {
    if tag.is_empty() { String::new() } else { format!("<{tag}>\n") }
}

fn close(tag: &str) -> String {
    if tag.is_empty() { String::new() } else { format!("</{tag}>\n") }
}

/// The element around a line, and the line.
fn block(line: &str) -> (&'static str, String) {
    for (mark, tag) in [("### ", "h3"), ("## ", "h2"), ("# ", "h1")] {
        if let Some(text) = line.strip_prefix(mark) {
            return ("", format!("<{tag}>{}</{tag}>\n", inline(text)));
        }
    }
    if line.starts_with("|--") {
        return ("table", String::new());
    }
    if let Some(row) = line.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")) {
        let cells: String = row.split(" | ").map(|cell| format!("<td>{}</td>", inline(cell))).collect();
        return ("table", format!("<tr>{cells}</tr>\n"));
    }
    if let Some(item) = line.strip_prefix("- ") {
        return ("ul", format!("<li>{}</li>\n", inline(item)));
    }
    match line.split_once(". ") {
        Some((number, item)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            ("ol", format!("<li>{}</li>\n", inline(item)))
        }
        _ if line.is_empty() => ("", String::new()),
        _ => ("", format!("<p>{}</p>\n", inline(line))),
    }
}

/// Bold and code; what Markdown wrote as `&#…;` stays.
fn inline(text: &str) -> String {
    let mut out = String::new();
    for (at, piece) in text.split('`').enumerate() {
        let safe = piece.replace('&', "&amp;").replace("&amp;#", "&#").replace('<', "&lt;").replace('>', "&gt;");
        if at % 2 == 1 {
            out += &format!("<code>{safe}</code>");
            continue;
        }
        for (at, piece) in safe.split("**").enumerate() {
            out += &if at % 2 == 1 { format!("<b>{piece}</b>") } else { piece.to_owned() };
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_become_elements() {
        let html = page(
            "# A\n\n**3 people** in `x<y`\n\n| a | b |\n|---|--:|\n| c&#124;d | 4 |\n\n1. one\n2. two\n\n- <script>\n",
        );
        for part in [
            "<h1>A</h1>",
            "<b>3 people</b>",
            "<code>x&lt;y</code>",
            "<td>c&#124;d</td><td>4</td>",
            "<ol>\n<li>one</li>",
            "<li>&lt;script&gt;</li>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }
}
