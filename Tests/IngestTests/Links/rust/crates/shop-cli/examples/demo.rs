use shop_core as shop;
use shop::{prelude, store::Named};

fn main() {
    prelude::setup();
    shop::check(1);
    helper();
    crate::helper();
}

fn helper() {}
