use __private::hint;
use de::{self, Visitor};

pub fn go(visitor: &Visitor) {
    visitor.visit();
    de::read();
    hint::guess();
}
