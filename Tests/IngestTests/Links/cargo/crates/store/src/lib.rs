pub mod disk;

pub fn open() {
    disk::read();
    engine_rs::run();
}
