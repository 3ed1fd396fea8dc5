use super::{Gateway, Receipt};
use crate::Result;

#[derive(Default)]
pub struct Card {
    number: u64,
}

impl Card {
    pub fn authorize(&self, amount: u32) -> Result<Receipt> {
        self.charge(amount);
        self.describe();
        Gateway::describe(self);
        <Card as Gateway>::kind();
        Self::check(Self::NAME);
        self.unknown();
        Ok(Receipt::of(amount))
    }

    fn check(_name: &str) {}
}

impl Gateway for Card {
    const NAME: &'static str = "card";

    fn receive(&self, amount: u32) -> Result<Receipt> {
        self.authorize(amount)
    }
}

mod limits {
    use super::Card;

    impl Card {
        pub fn charge(&self, amount: u32) -> bool {
            inner::over(amount) || super::super::refund(amount)
        }
    }

    mod inner {
        pub fn over(amount: u32) -> bool {
            amount > self::max() && super::Card::known()
        }

        fn max() -> u32 {
            crate::LIMIT
        }
    }
}
