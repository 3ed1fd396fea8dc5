//! What stands in a macro's braces is code, where it is code.

cfg_rt! {
    /// Starts it.
    pub fn spawn(task: Task) -> Handle {
        inner::spawn(task)
    }

    mod inner {
        pub(super) fn spawn(task: super::Task) -> super::Handle { task.run() }
    }

    cfg_io! {
        pub struct Socket { fd: i32 }
        impl Socket { fn read(&self) -> i32 { self.fd } }
    }
}

impl Handle {
    cfg_time! {
        pub fn sleep(&self) { self.wait() }
    }

    pub fn after(&self) {}
}

bitflags! {
    struct Flags: u32 { const A = 1; }
}

fn body() {
    select! { a => b(), c() }
    vec![d(), e::f()];
}

pub struct Last;
