pub mod card;
mod refund;

pub use self::refund::refund;
use crate::Result;

pub struct Receipt {
    amount: u32,
}

impl Receipt {
    pub(crate) fn of(amount: u32) -> Receipt {
        Receipt { amount }
    }
}

pub trait Gateway {
    const NAME: &'static str;

    fn receive(&self, amount: u32) -> Result<Receipt>;

    fn describe(&self) -> String {
        self.receive(1);
        String::new()
    }

    fn kind() -> u32 {
        0
    }
}

pub trait Printable {
    fn print(&self) {
        self.render();
    }

    fn render(&self);
}

impl Printable for Receipt {
    fn render(&self) {
        let Receipt { amount } = self;
        println!("{}", amount);
        refund::refund(*amount);
        refund(self.amount);
    }
}
