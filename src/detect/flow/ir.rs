//! What is known of one file: items and bodies in a form of our own. No text of the source but identifiers.

use serde::{Deserialize, Serialize};

/// Index of a name in [`File::names`].
pub type Name = u32;
/// Index of an expression in [`Body::nodes`].
pub type ExId = u32;
/// Index of a pattern in [`Body::pats`].
pub type PatId = u32;
/// Index of a local variable in [`Body::slots`].
pub type Slot = u32;
/// The name that stands for every text that begins as statements do that write to a database.
pub const WRITES: &str = "INSERT";
/// Bytes from, to.
pub type Span = (u32, u32);

/// A path as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PathRef {
    /// Its segments.
    pub segs: Vec<Name>,
    /// The type that it starts from (`<T as Trait>::f`, `[u8]::f`).
    pub root: Option<Box<Ty>>,
    /// Generic arguments of its last segment that has any.
    pub args: Vec<Ty>,
}

/// A type as it was written; references are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Ty {
    /// Not written.
    #[default]
    Infer,
    /// A named type.
    Path(PathRef),
    /// A tuple.
    Tuple(Vec<Ty>),
    /// Slice or array.
    Slice(Box<Ty>),
    /// A function or closure: what it returns.
    Fn(Vec<Ty>, Box<Ty>),
    /// `impl A + B`, `dyn A + B`.
    Bounds(Vec<Ty>),
}

/// How a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum How {
    /// The value itself (a key-value pair, a label, a byte).
    Value,
    /// `{}`.
    Display,
    /// `{:?}`.
    Debug,
    /// Serialised.
    Serialize,
}

/// Something that is printed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arg {
    /// The value.
    pub value: ExId,
    /// How it is printed.
    pub how: How,
    /// Where it stands.
    pub span: Span,
    /// What it is called there (`ssn = …`).
    pub key: Option<Name>,
    /// Does it stand in a URL's query?
    pub query: bool,
}

/// A thing that reveals its arguments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sink {
    /// The macro or attribute that it is, as written.
    pub path: PathRef,
    /// What it reveals.
    pub args: Vec<Arg>,
    /// Does it hand its last argument on (`dbg!`)?
    pub through: bool,
    /// Does the value made of its arguments go on (an error)?
    pub makes: bool,
    /// Does it end the path?
    pub ends: bool,
}

/// An arm of a match.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Arm {
    /// What it matches.
    pub pat: PatId,
    /// Its condition.
    pub guard: Option<ExId>,
    /// Its value.
    pub body: ExId,
}

/// An expression.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ex {
    /// Known to hold nothing: a number, a comparison, a unit.
    Clean,
    /// A text literal.
    Text,
    /// A text literal under a name that the project declares, and that looks like a value of it.
    Sample,
    /// A text literal that is a word (a key, perhaps), or its ending where that tells a file (`.log`).
    Word(Name),
    /// A local variable.
    Local(Slot),
    /// A constant, function, unit variant.
    Path(PathRef),
    /// A field.
    Field(ExId, Name),
    /// An element or a part.
    Index(ExId, ExId),
    /// A call.
    Call(ExId, Vec<ExId>),
    /// A method's call.
    Method(ExId, Name, Vec<ExId>, Vec<Ty>),
    /// A struct or variant with named fields.
    Struct(PathRef, Vec<(Name, ExId)>, Option<ExId>),
    /// A tuple.
    Tuple(Vec<ExId>),
    /// An array, `vec![]`.
    Array(Vec<ExId>),
    /// Made of these (arithmetic, unknown macros).
    Join(Vec<ExId>),
    /// Looks at these, and says only something about them.
    About(Vec<ExId>),
    /// `a = b`.
    Assign(ExId, ExId),
    /// `a += b`.
    Add(ExId, ExId),
    /// `if a { b } else { c }`.
    If(ExId, ExId, Option<ExId>),
    /// `match`.
    Match(ExId, Vec<Arm>),
    /// `let p: T = e else { … };`.
    Bind(PatId, Ty, Option<ExId>, Option<ExId>),
    /// `let p = e` as a condition.
    Let(PatId, ExId),
    /// `loop`, `while`: condition and body.
    Loop(Option<ExId>, ExId),
    /// `for p in e { … }`.
    For(PatId, ExId, ExId),
    /// Statements, and the value if there is one.
    Block(Vec<ExId>, Option<ExId>),
    /// A closure.
    Closure(Vec<(PatId, Ty)>, ExId),
    /// `async { … }`.
    Async(ExId),
    /// `return e`.
    Return(Option<ExId>),
    /// `break e`.
    Break(Option<ExId>),
    /// `e?`.
    Try(ExId),
    /// `e.await`.
    Await(ExId),
    /// `e as T`.
    Cast(ExId, Ty),
    /// A text made of values.
    Format(Vec<Arg>),
    /// A text written into something.
    Write(ExId, Vec<Arg>),
    /// Something that reveals.
    Sink(Box<Sink>),
}

/// A pattern.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Pat {
    /// `_`, a literal, a range.
    Any,
    /// `..`.
    Rest,
    /// A variable, and what it must match.
    Bind(Slot, Option<PatId>),
    /// A tuple.
    Tuple(Vec<PatId>),
    /// A slice.
    Slice(Vec<PatId>),
    /// A tuple struct or variant.
    Variant(PathRef, Vec<PatId>),
    /// A struct or variant with named fields.
    Struct(PathRef, Vec<(Name, PatId)>),
    /// One of several.
    Or(Vec<PatId>),
    /// With its type.
    Typed(PatId, Ty),
}

/// The body of a function.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Body {
    /// Its expressions.
    pub nodes: Vec<Ex>,
    /// Where they stand.
    pub spans: Vec<Span>,
    /// Its patterns.
    pub pats: Vec<Pat>,
    /// Its variables: name and place.
    pub slots: Vec<(Name, Span)>,
    /// Patterns of its parameters; `self` is the first, if it is there.
    pub params: Vec<PatId>,
    /// Its value.
    pub root: ExId,
}

/// A field of a type.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// Its name; tuple fields are called by their number.
    pub name: Name,
    /// Its type.
    pub ty: Ty,
    /// Hidden from derived `Debug`, `Display`, `Serialize`.
    pub hidden: [bool; 3],
    /// What its owner says it is (`/// phi: ssn`); empty: nothing.
    pub declared: Option<Name>,
    /// Where it stands.
    pub span: Span,
}

/// A variant of an enum, or the one of a struct.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Does a template say how it is displayed, and with what?
    pub display: Option<Vec<(Vec<Name>, How)>>,
}

/// A struct, enum or union.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TypeItem {
    /// Is it an enum?
    pub is_enum: bool,
    /// Its variants.
    pub variants: Vec<Variant>,
    /// Names of its type parameters.
    pub generics: Vec<Name>,
    /// Does it derive `Debug`, `Display` (a template), `Serialize`?
    pub derives: [bool; 3],
    /// Is its derived Debug known to hide everything?
    pub redacts: bool,
    /// What its documentation declares it to be.
    pub declared: Option<Name>,
    /// Where `Debug` is derived.
    pub derive_span: Span,
}

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FnItem {
    /// Names and bounds of its type parameters.
    pub generics: Vec<(Name, Vec<Ty>)>,
    /// Parameters: name where it is one, type; `self` is the first.
    pub params: Vec<(Option<Name>, Ty)>,
    /// Is the first parameter `self`?
    pub method: bool,
    /// What it returns.
    pub ret: Ty,
    /// Where its body stands in [`File::code`]; none for a signature.
    pub code: Option<(u32, u32)>,
    /// Names of the functions and methods that it calls, and macros that it may expand; sorted.
    pub calls: Vec<Name>,
    /// How its result is revealed by an attribute: Ok or the value, Err; and where.
    pub result: Option<(Option<How>, Option<How>, Span)>,
    /// The attribute's path.
    pub attr: PathRef,
    /// Does a sink stand in it?
    pub sinks: bool,
    /// Where it is named.
    pub span: Span,
}

/// An item.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Kind {
    /// A type.
    Type(TypeItem),
    /// `type A = B`.
    Alias(Ty, Vec<Name>),
    /// A function; the index of the `impl` or trait it stands in, if any.
    Fn(FnItem, Option<u32>),
    /// `impl Trait for Type`.
    Impl {
        /// Type parameters and their bounds.
        generics: Vec<(Name, Vec<Ty>)>,
        /// The trait.
        of: Option<Ty>,
        /// The type.
        on: Ty,
        /// Associated types.
        types: Vec<(Name, Ty)>,
    },
    /// A trait.
    Trait,
    /// A constant or static: its type, and where the code of its value stands.
    Value(Ty, Option<(u32, u32)>),
    /// `use path as name`; `*` has the name 0.
    Use(Vec<Name>, Name),
}

/// An item in its place.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its name.
    pub name: Name,
    /// Index of its module in [`File::mods`].
    pub module: u32,
    /// Is it test code?
    pub test: bool,
    /// What it is.
    pub kind: Kind,
}

/// A module.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Module {
    /// Its name.
    pub name: Name,
    /// The module around it; the file's own is its own.
    pub parent: u32,
    /// Does its text stand in another file?
    pub external: bool,
    /// A block: names in it are looked up in its parent too.
    pub block: bool,
    /// The path that it is told to be read from.
    pub path: Option<String>,
    /// Is it test code?
    pub test: bool,
}

/// One file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct File {
    /// Identifiers; the first is `*`.
    pub names: Vec<String>,
    /// Modules; the first is the file's own.
    pub mods: Vec<Module>,
    /// Items.
    pub items: Vec<Item>,
    /// Bodies, packed.
    #[serde(with = "packed")]
    pub code: Vec<u8>,
    /// Was it not understood, and only its words looked at?
    pub fallback: bool,
}

/// Bytes as one piece.
mod packed {
    use serde::de::{Deserializer, Error, Visitor};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    struct Bytes;

    impl Visitor<'_> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_bytes(Bytes)
    }
}

impl File {
    /// The body whose code stands at `at`.
    #[must_use]
    pub fn body(&self, at: (u32, u32)) -> Option<Body> {
        let code = self.code.get(at.0 as usize..at.1 as usize)?;
        postcard::from_bytes(code).ok()
    }

    /// A name's text.
    #[must_use]
    pub fn text(&self, name: Name) -> &str {
        self.names.get(name as usize).map_or("", String::as_str)
    }
}
