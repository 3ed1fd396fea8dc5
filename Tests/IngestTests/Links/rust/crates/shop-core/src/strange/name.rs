pub fn named() -> u32 {
    1
}
