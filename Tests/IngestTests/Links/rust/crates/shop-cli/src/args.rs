use crate::DEFAULT;
use shop_core::payments::card::Card;

pub struct Args {
    pub count: u32,
    pub gateway: Card,
}

impl Args {
    pub fn parse() -> Self {
        let mut args = Args { count: DEFAULT, gateway: Card::default() };
        args.gateway.charge(1);
        args.count += super::extra();
        args
    }

    pub fn amount(&self) -> u32 {
        self.count
    }
}

pub fn usage() {
    let Args { count, gateway: card } = Args::parse();
    card.charge(count);
    println!("{}", Args::parse().amount());
}
