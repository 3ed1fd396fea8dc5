use shop_store::{disk, open};

fn main() {
    open();
    disk::read();
    shop_store::open();
    store::open();
}
