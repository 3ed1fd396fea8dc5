pub fn raise(count: u32) -> u32 {
    count
}
