use crate::payments::Receipt;

pub trait Store: Named {
    fn put(&self, name: &str);

    fn describe(&self) {
        self.name();
        self.put("x");
    }
}

pub trait Named {
    fn name(&self) -> String;
}

pub fn save(receipt: &Receipt) {
    receipt.render();
}

#[cfg(unix)]
pub fn system() {}

#[cfg(windows)]
pub fn system() {}

pub fn both() {
    system();
}

pub struct Memory(Vec<String>);

impl Store for Memory {
    fn put(&self, name: &str) {
        let Memory(names) = self;
        names.len();
        save(name);
    }
}

impl Named for Memory {
    fn name(&self) -> String {
        self.0.join("")
    }
}
