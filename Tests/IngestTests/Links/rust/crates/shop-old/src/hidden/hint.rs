pub fn guess() {}
