#[derive(Debug, Clone)]
pub struct Drug {
    pub name: String,
    pub ndc: String,
}

#[derive(Debug, Clone)]
pub struct Shelf {
    pub drugs: Vec<Drug>,
    pub label: String,
}
