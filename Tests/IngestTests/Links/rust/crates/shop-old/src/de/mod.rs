pub mod value;

pub trait Visitor {
    fn visit(&self);
}

pub fn read() {}
