#[macro_export]
macro_rules! ensure {
    ($condition:expr) => {
        if !$condition {
            return Err($crate::Error::new("no"));
        }
    };
}

macro_rules! trace {
    ($($text:tt)*) => {};
}
