mod macros;
pub mod model;
pub mod payments;
mod store;

pub use model::{Customer, Order as Purchase};
pub use store::*;

use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;
pub type Shared = Customer;

#[derive(Debug, Clone)]
pub struct Error {
    message: String,
}

impl Error {
    pub fn new(message: &str) -> Self {
        Self { message: message.to_string() }
    }

    pub fn text(&self) -> &str {
        self.message.as_str()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.text())
    }
}

pub mod prelude {
    pub use crate::model::Order;
    pub use crate::payments::Gateway;

    pub fn setup() {
        super::check(LIMIT);
        helper();
    }

    const LIMIT: u32 = 1;
}

pub fn check(limit: u32) -> bool {
    limit < LIMIT
}

pub const LIMIT: u32 = 10;

fn helper() {}

mod odd {
    #[path = "../helper_of_odd.rs"]
    mod helper;

    pub fn lift(count: u32) -> u32 {
        helper::raise(count)
    }
}

#[path = "strange/name.rs"]
mod plain;

pub struct Poll;

impl Poll {
    fn poll(self: std::pin::Pin<&mut Self>, count: u32) -> u32 {
        count
    }

    fn run(&mut self) -> u32 {
        plain::named() + self.poll(1)
    }
}
