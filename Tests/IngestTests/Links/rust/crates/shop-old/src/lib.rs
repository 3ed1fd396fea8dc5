//! Of the edition of 2015: paths in `use` begin at the crate.

pub mod de;
#[path = "hidden/mod.rs"]
mod __private;
