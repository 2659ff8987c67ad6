pub fn stars(value: &str) -> String {
    "*".repeat(value.chars().count())
}
