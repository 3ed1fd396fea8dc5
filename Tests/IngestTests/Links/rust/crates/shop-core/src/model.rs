use std::collections::HashMap;
use std::sync::Arc;

use super::store::{self, Store};
use crate::payments::{card::Card, Gateway as Pay, Receipt};
use crate::{check, Error, Result};

pub struct Line {
    pub price: u32,
    pub kind: Kind,
}

#[derive(Clone)]
pub enum Kind {
    Plain,
    Discount(u32),
    Named { name: String },
}

impl Kind {
    pub fn rate(&self) -> u32 {
        match self {
            Kind::Plain => 0,
            Self::Discount(rate) => *rate,
            Kind::Named { name } => name.len() as u32,
        }
    }
}

pub struct Customer {
    pub name: String,
    card: Option<Card>,
    lines: Vec<Line>,
    store: Arc<dyn Store>,
    index: HashMap<u32, Line>,
}

pub struct Order<'a> {
    customer: &'a Customer,
    receipt: Box<Receipt>,
}

impl Customer {
    pub fn new(name: &str, store: Arc<dyn Store>) -> Self {
        let lines = Vec::new();
        Customer { name: name.to_string(), card: None, lines, store, index: HashMap::new() }
    }

    pub fn total(&self) -> u32 {
        let mut sum = 0;
        for line in self.lines.iter() {
            sum += line.cost();
        }
        for line in &self.lines {
            sum += line.kind.rate();
        }
        sum + self.lines[0].cost() + self.index[&1].cost()
    }

    pub fn card(&self) -> Result<&Card> {
        self.card.as_ref().ok_or_else(|| Error::new("no card"))
    }

    pub async fn pay(&mut self, amount: u32) -> Result<Receipt> {
        let card = self.card()?;
        card.charge(amount);
        if let Some(card) = &self.card {
            card.authorize(amount)?;
        }
        let check = |check: u32| check + 1;
        check(1);
        trace!("paying {}", self.total());
        ensure!(crate::check(amount));
        let receipt = self.card()?.authorize(amount)?;
        receipt.print();
        self.store.put(&self.name);
        self.store.describe();
        Ok(receipt)
    }

    pub fn first(&self) -> Option<&Line> {
        self.lines.first()
    }

    pub fn rest(&self, other: &mut Customer) -> u32 {
        let first = match self.first() {
            Some(line) => line.cost(),
            None => 0,
        };
        let line = other.first().unwrap();
        let Some(last) = self.lines.last() else { return 0 };
        while let Some(line) = other.lines.pop() {
            line.cost();
        }
        first + line.cost() + last.cost()
    }
}

impl Line {
    pub fn cost(&self) -> u32 {
        let Line { price, kind } = self;
        price - kind.rate()
    }
}

impl<'a> Order<'a> {
    pub fn place<P: Pay>(customer: &'a Customer, pay: &P, other: impl Pay) -> Option<Order<'a>> {
        let receipt = pay.receive(customer.total()).ok()?;
        other.describe();
        store::save(&receipt);
        receipt.print();
        let order = Order { customer, receipt: Box::new(receipt) };
        order.receipt.print();
        order.customer.total();
        Some(order)
    }

    pub fn retry<P>(&self, pay: P) -> bool
    where
        P: Pay + Clone,
    {
        pay.describe();
        P::kind();
        check(self.customer.total()) && Self::known(check)
    }

    fn known(test: fn(u32) -> bool) -> bool {
        test(1)
    }

    pub fn shared(self) -> u32 {
        let card = Arc::new(Card::default());
        card.charge(1);
        let numbers: Vec<u32> = vec![1];
        numbers.iter().map(|number| number.cost()).sum()
    }
}
