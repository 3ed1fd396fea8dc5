use memchr::memchr;
use shop_store::{disk, open};

fn main() {
    memchr(1);
    open();
    disk::read();
    shop_store::open();
    store::open();
}
